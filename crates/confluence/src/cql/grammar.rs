//! Whether tokens are a query.
//!
//! ```text
//! query     := condition? [ORDER BY word [ASC|DESC] {, word [ASC|DESC]}]
//! condition := term {(AND|OR) term}
//! term      := {NOT|!} ( '(' condition ')' | clause )
//! clause    := field (operator value | [NOT] IN '(' value {, value} ')' | IS [NOT] word)
//! value     := string | word | word '(' [value {, value}] ')'
//! ```

use super::CqlError;
use super::token::{Sort, Token};

/// Deepest nesting of parentheses accepted.
const MAX_DEPTH: usize = 60;

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    end: usize,
}

/// Checks that the tokens are a query and returns the index of its ORDER BY (their number when
/// there is none). `end` is the position to report for what is missing at the end.
pub(super) fn check(tokens: &[Token], end: usize) -> Result<usize, CqlError> {
    let mut reader = Reader { tokens, at: 0, end };
    if !reader.at_order() && !tokens.is_empty() {
        reader.condition(0)?;
    }
    let order_at = reader.at;
    if reader.at_order() {
        reader.at += 2;
        reader.order()?;
    }
    match reader.peek() {
        None => Ok(order_at),
        Some(token) if token.sort == Sort::Close => {
            Err(reader.fail("this parenthesis closes none that was opened"))
        }
        Some(_) => {
            Err(reader.fail("expected AND, OR, ORDER BY or the end; quote values with blanks"))
        }
    }
}

fn is_keyword(token: &Token) -> bool {
    ["and", "or", "not", "in", "is", "order", "by"].iter().any(|word| token.is(word))
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn behind(&self) -> Option<&Token> {
        self.tokens.get(self.at + 1)
    }

    fn next_is(&self, sort: Sort) -> bool {
        self.peek().is_some_and(|token| token.sort == sort)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(word));
        self.at += usize::from(found);
        found
    }

    fn take(&mut self, sort: Sort) -> bool {
        let found = self.next_is(sort);
        self.at += usize::from(found);
        found
    }

    fn at_order(&self) -> bool {
        self.peek().is_some_and(|t| t.is("order")) && self.behind().is_some_and(|t| t.is("by"))
    }

    fn fail(&self, reason: &str) -> CqlError {
        match self.peek() {
            Some(token) => {
                let shown: String = token.text.chars().take(40).collect();
                CqlError { position: token.position, reason: format!("{reason} (found `{shown}`)") }
            }
            None => CqlError { position: self.end, reason: format!("{reason} (found the end)") },
        }
    }

    fn condition(&mut self, depth: usize) -> Result<(), CqlError> {
        if depth > MAX_DEPTH {
            return Err(self.fail("parentheses are nested too deep"));
        }
        loop {
            while self.take_word("not") || self.take(Sort::Bang) {}
            if self.take(Sort::Open) {
                self.condition(depth + 1)?;
                self.close()?;
            } else {
                self.clause()?;
            }
            if !self.take_word("and") && !self.take_word("or") {
                return Ok(());
            }
        }
    }

    fn close(&mut self) -> Result<(), CqlError> {
        if self.take(Sort::Close) {
            return Ok(());
        }
        Err(self.fail("expected AND, OR or the closing parenthesis"))
    }

    fn clause(&mut self) -> Result<(), CqlError> {
        let field = self
            .peek()
            .is_some_and(|t| t.sort == Sort::Quoted || t.sort == Sort::Word && !is_keyword(t));
        if !field {
            return Err(self.fail("expected a field such as `space`, `title` or `text`"));
        }
        self.at += 1;
        if self.take(Sort::Operator) {
            return self.value();
        }
        if self.take_word("is") {
            self.take_word("not");
            return self.value();
        }
        self.take_word("not");
        if !self.take_word("in") {
            return Err(self.fail("expected an operator (= != ~ !~ > >= < <= IN, NOT IN)"));
        }
        if !self.take(Sort::Open) {
            return Err(self.fail("expected a list in parentheses"));
        }
        self.values()
    }

    /// Values up to the closing parenthesis, at least one.
    fn values(&mut self) -> Result<(), CqlError> {
        self.value()?;
        while self.take(Sort::Comma) {
            self.value()?;
        }
        if self.take(Sort::Close) {
            return Ok(());
        }
        Err(self.fail("expected a comma or the closing parenthesis of the list"))
    }

    fn value(&mut self) -> Result<(), CqlError> {
        if self.take(Sort::Quoted) {
            return Ok(());
        }
        if !self.peek().is_some_and(|token| token.sort == Sort::Word && !is_keyword(token)) {
            return Err(self.fail("expected a value"));
        }
        self.at += 1;
        if !self.take(Sort::Open) {
            return Ok(());
        }
        // Arguments of a function are plain: Confluence knows no function of functions.
        if self.take(Sort::Close) {
            return Ok(());
        }
        loop {
            if !self.take(Sort::Quoted) && !self.take(Sort::Word) {
                return Err(self.fail("expected an argument of the function"));
            }
            if !self.take(Sort::Comma) {
                return self.close();
            }
        }
    }

    fn order(&mut self) -> Result<(), CqlError> {
        loop {
            if !self.peek().is_some_and(|token| token.sort == Sort::Word && !is_keyword(token)) {
                return Err(self.fail("expected a field to order by"));
            }
            self.at += 1;
            if !self.take_word("asc") {
                self.take_word("desc");
            }
            if !self.take(Sort::Comma) {
                return Ok(());
            }
        }
    }
}
