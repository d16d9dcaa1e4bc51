//! JQL and CQL: one grammar, two dialects.
//!
//! Both languages are clauses `field operator operand` joined by AND, OR and NOT, in
//! parentheses, with a trailing ORDER BY. The tree is read here; what a field means is decided
//! in `jql` and `cql`.

pub(crate) mod cql;
pub(crate) mod dates;
pub(crate) mod jql;
mod tokens;

use tokens::{Token, What};

/// Which language's words the errors use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Jql,
    Cql,
}

/// A parsed query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    /// `None` when there is nothing before ORDER BY.
    pub(crate) filter: Option<Node>,
    /// Fields of ORDER BY, `true` for descending.
    pub(crate) order: Vec<(String, bool)>,
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Clause(Clause),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clause {
    pub(crate) field: String,
    pub(crate) op: Op,
    pub(crate) terms: Vec<Term>,
}

/// Operators of both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Is,
    IsNot,
    Eq,
    Ne,
    Like,
    NotLike,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
    Was,
    Changed,
}

impl Op {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Like => "~",
            Self::NotLike => "!~",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Was => "was",
            Self::Changed => "changed",
        }
    }

    /// Whether the clause holds where the plain comparison does not.
    pub(crate) fn negative(self) -> bool {
        matches!(self, Self::IsNot | Self::Ne | Self::NotLike | Self::NotIn)
    }
}

/// A value in a query.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Term {
    Text(String),
    Call(String, Vec<String>),
    Empty,
}

impl Term {
    /// The value as the messages show it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Call(name, arguments) => format!("{name}({})", arguments.join(", ")),
            Self::Empty => "EMPTY".to_owned(),
        }
    }
}

/// Reads a query.
///
/// # Errors
/// The product's sentence about what is wrong and where.
pub(crate) fn parse(text: &str, dialect: Dialect) -> Result<Query, String> {
    let tokens = tokens::split(text, dialect)?;
    Parser { tokens, at: 0, depth: 0, dialect }.query()
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    dialect: Dialect,
}

/// Parentheses and NOTs that may stand inside each other.
const DEEPEST: usize = 200;

impl Parser {
    fn query(mut self) -> Result<Query, String> {
        let filter =
            if self.tokens.is_empty() || self.order_ahead() { None } else { Some(self.any()?) };
        let mut order = Vec::new();
        if self.order_ahead() {
            self.at += 2;
            loop {
                let field = match self.next() {
                    Some(Token { what: What::Word(word), .. }) => word,
                    Some(Token { what: What::Quoted(word), .. }) => word,
                    other => return Err(self.wrong("a field name", other.as_ref())),
                };
                let descending = self.take_word("desc");
                if !descending {
                    self.take_word("asc");
                }
                order.push((field, descending));
                if !self.take_sign(",") {
                    break;
                }
            }
        }
        match self.tokens.get(self.at).cloned() {
            None => Ok(Query { filter, order }),
            Some(token) => Err(self.wrong("either 'OR' or 'AND'", Some(&token))),
        }
    }

    fn any(&mut self) -> Result<Node, String> {
        let mut nodes = vec![self.all()?];
        while self.take_word("or") || self.take_sign("||") || self.take_sign("|") {
            nodes.push(self.all()?);
        }
        Ok(single(nodes, Node::Any))
    }

    fn all(&mut self) -> Result<Node, String> {
        let mut nodes = vec![self.not()?];
        while self.take_word("and") || self.take_sign("&&") || self.take_sign("&") {
            nodes.push(self.not()?);
        }
        Ok(single(nodes, Node::All))
    }

    fn not(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let at = self.tokens.get(self.at).map_or(1, |token| token.at);
            return Err(self.say("The query is nested too deeply.", at));
        }
        let node = self.nested();
        self.depth -= 1;
        node
    }

    fn nested(&mut self) -> Result<Node, String> {
        if self.take_word("not") || self.take_sign("!") {
            return Ok(Node::Not(Box::new(self.not()?)));
        }
        if self.take_sign("(") {
            let inner = self.any()?;
            if !self.take_sign(")") {
                return Err(match self.tokens.get(self.at).cloned() {
                    Some(token) => self.wrong("either 'OR' or 'AND'", Some(&token)),
                    None => self.unexpected_end("')'"),
                });
            }
            return Ok(inner);
        }
        self.clause()
    }

    fn clause(&mut self) -> Result<Node, String> {
        let field = match self.next() {
            Some(Token { what: What::Word(word), at }) => {
                if tokens::reserved(&word, self.dialect) {
                    return Err(self.reserved(&word, at));
                }
                word
            }
            Some(Token { what: What::Quoted(word), .. }) => word,
            other => return Err(self.wrong("a field name", other.as_ref())),
        };
        let op = self.operator()?;
        let terms = match op {
            Op::In | Op::NotIn => self.list()?,
            Op::Changed => Vec::new(),
            _ => vec![self.term()?],
        };
        if matches!(op, Op::Was | Op::Changed) {
            self.skip_history_predicates()?;
        }
        Ok(Node::Clause(Clause { field, op, terms }))
    }

    fn operator(&mut self) -> Result<Op, String> {
        let token = self.next();
        let op = match token.as_ref().map(|token| &token.what) {
            Some(What::Sign(sign)) => match *sign {
                "=" => Some(Op::Eq),
                "!=" => Some(Op::Ne),
                "~" => Some(Op::Like),
                "!~" => Some(Op::NotLike),
                "<" => Some(Op::Lt),
                "<=" => Some(Op::Le),
                ">" => Some(Op::Gt),
                ">=" => Some(Op::Ge),
                _ => None,
            },
            Some(What::Word(word)) => match word.to_ascii_lowercase().as_str() {
                "in" => Some(Op::In),
                "is" if self.take_word("not") => Some(Op::IsNot),
                "is" => Some(Op::Is),
                "not" if self.take_word("in") => Some(Op::NotIn),
                "was" if self.dialect == Dialect::Jql => Some(Op::Was),
                "changed" if self.dialect == Dialect::Jql => Some(Op::Changed),
                _ => None,
            },
            _ => None,
        };
        op.ok_or_else(|| {
            let what = "operator";
            let valid = " The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.";
            match &token {
                Some(token) => {
                    self.say(&format!("Expecting {what} but got '{}'.{valid}", token.shown()), token.at)
                }
                None => self.unexpected_end(what),
            }
        })
    }

    fn list(&mut self) -> Result<Vec<Term>, String> {
        if !self.take_sign("(") {
            // `in openSprints()`: a function may stand for the list.
            let term = self.term()?;
            return match term {
                Term::Call(..) => Ok(vec![term]),
                _ => {
                    let at = self.tokens.get(self.at - 1).cloned();
                    Err(self.wrong("a list of values in parentheses", at.as_ref()))
                }
            };
        }
        let mut terms = vec![self.term()?];
        while self.take_sign(",") {
            terms.push(self.term()?);
        }
        if !self.take_sign(")") {
            let token = self.tokens.get(self.at).cloned();
            return Err(self.wrong("either ')' or ','", token.as_ref()));
        }
        Ok(terms)
    }

    fn term(&mut self) -> Result<Term, String> {
        match self.next() {
            Some(Token { what: What::Quoted(text), .. }) => Ok(Term::Text(text)),
            Some(Token { what: What::Word(word), at }) => {
                if self.take_sign("(") {
                    return self.arguments(word);
                }
                if matches!(word.to_ascii_lowercase().as_str(), "empty" | "null") {
                    return Ok(Term::Empty);
                }
                if tokens::reserved(&word, self.dialect) {
                    return Err(self.reserved(&word, at));
                }
                Ok(Term::Text(word))
            }
            other => Err(match other {
                Some(token) => self.say(
                    &format!(
                        "Expecting either a value, list or function but got '{}'. You must surround '{}' in quotation marks to use it as a value.",
                        token.shown(),
                        token.shown()
                    ),
                    token.at,
                ),
                None => self.unexpected_end("either a value, list or function"),
            }),
        }
    }

    fn arguments(&mut self, name: String) -> Result<Term, String> {
        let mut arguments = Vec::new();
        while !self.take_sign(")") {
            match self.next() {
                Some(Token { what: What::Word(text) | What::Quoted(text), .. }) => {
                    arguments.push(text);
                }
                other => return Err(self.wrong("')'", other.as_ref())),
            }
            self.take_sign(",");
        }
        Ok(Term::Call(name, arguments))
    }

    /// `was X by Y after Z`: the predicates narrow; the sandbox reads and ignores them.
    fn skip_history_predicates(&mut self) -> Result<(), String> {
        while ["by", "after", "before", "on", "during", "from", "to"]
            .iter()
            .any(|w| self.take_word(w))
        {
            if self.peek_sign("(") {
                self.list()?;
            } else {
                self.term()?;
            }
        }
        Ok(())
    }

    fn order_ahead(&self) -> bool {
        self.word_at(self.at, "order") && self.word_at(self.at + 1, "by")
    }

    fn word_at(&self, at: usize, word: &str) -> bool {
        matches!(self.tokens.get(at), Some(Token { what: What::Word(w), .. }) if w.eq_ignore_ascii_case(word))
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.word_at(self.at, word);
        self.at += usize::from(found);
        found
    }

    fn peek_sign(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Token { what: What::Sign(s), .. }) if *s == sign)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.peek_sign(sign);
        self.at += usize::from(found);
        found
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn wrong(&self, wanted: &str, token: Option<&Token>) -> String {
        match token {
            Some(token) => {
                self.say(&format!("Expecting {wanted} but got '{}'.", token.shown()), token.at)
            }
            None => self.unexpected_end(wanted),
        }
    }

    fn reserved(&self, word: &str, at: usize) -> String {
        self.say(
            &format!("'{word}' is a reserved JQL word. You must surround it in quotation marks to use it in a query."),
            at,
        )
    }

    fn unexpected_end(&self, wanted: &str) -> String {
        match self.dialect {
            Dialect::Jql => {
                format!("Error in the JQL Query: Expecting {wanted} before the end of the query.")
            }
            Dialect::Cql => {
                format!("Could not parse cql : expecting {wanted} before the end of the query")
            }
        }
    }

    fn say(&self, what: &str, at: usize) -> String {
        tokens::message(self.dialect, what, at)
    }
}

fn single(mut nodes: Vec<Node>, join: fn(Vec<Node>) -> Node) -> Node {
    if nodes.len() == 1
        && let Some(only) = nodes.pop()
    {
        return only;
    }
    join(nodes)
}

/// Whether a text has all words of a search: any order, any case, `*` at the end of a word for
/// any ending, `"..."` inside for a phrase.
pub(crate) fn has_words(text: &str, wanted: &str) -> bool {
    let text = text.to_lowercase();
    let wanted = wanted.to_lowercase();
    if let Some(phrase) = wanted.strip_prefix('"').and_then(|w| w.strip_suffix('"')) {
        return text.contains(phrase);
    }
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let parts = wanted.split(|c: char| !c.is_alphanumeric() && c != '*').filter(|w| !w.is_empty());
    let mut any = false;
    for part in parts {
        any = true;
        let hit = match part.strip_suffix('*') {
            Some(start) => words.iter().any(|word| word.starts_with(start)),
            None => words.iter().any(|word| {
                *word == part
                    || word.strip_suffix('s') == Some(part)
                    || part.strip_suffix('s') == Some(word)
            }),
        };
        if !hit {
            return false;
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jql(text: &str) -> Result<Query, String> {
        parse(text, Dialect::Jql)
    }

    fn clause(field: &str, op: Op, terms: &[&str]) -> Node {
        let terms = terms.iter().map(|t| Term::Text((*t).to_owned())).collect();
        Node::Clause(Clause { field: field.to_owned(), op, terms })
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let query = jql("k = 1 or b = 2 and not c in (3, 'x y') order by d desc, e").unwrap();
        let expected = Node::Any(vec![
            clause("k", Op::Eq, &["1"]),
            Node::All(vec![
                clause("b", Op::Eq, &["2"]),
                Node::Not(Box::new(clause("c", Op::In, &["3", "x y"]))),
            ]),
        ]);
        assert_eq!(query.filter, Some(expected));
        assert_eq!(query.order, [("d".to_owned(), true), ("e".to_owned(), false)]);
    }

    #[test]
    fn words_match_in_any_order_and_by_their_start() {
        let text = "The payment gateway times out";
        assert!(has_words(text, "gateway payments"));
        assert!(has_words(text, "pay*"));
        assert!(!has_words(text, "pay"));
        assert!(has_words(text, "\"times out\""));
        assert!(!has_words(text, "\"out times\""));
        assert!(!has_words(text, ""));
    }

    #[test]
    fn functions_and_emptiness_are_terms() {
        let query =
            jql("assignee = currentUser() and sprint in openSprints() and due is not empty")
                .unwrap();
        let Some(Node::All(nodes)) = query.filter else { panic!("three clauses") };
        assert!(
            matches!(&nodes[0], Node::Clause(c) if c.terms == [Term::Call("currentUser".into(), vec![])])
        );
        assert!(matches!(&nodes[1], Node::Clause(c) if c.op == Op::In));
        assert!(
            matches!(&nodes[2], Node::Clause(c) if c.op == Op::IsNot && c.terms == [Term::Empty])
        );
    }

    #[test]
    fn mistakes_are_told_in_jiras_words_and_place() {
        let cases = [
            ("project", "Expecting operator before the end"),
            ("project == X", "(line 1, character 10)"),
            (
                "project = X foo",
                "Expecting either 'OR' or 'AND' but got 'foo'. (line 1, character 13)",
            ),
            ("(project = X", "Expecting ')' before the end"),
            ("project = X)", "but got ')'"),
            ("summary ~ \"abc", "has not been completed"),
            ("project = in", "'in' is a reserved JQL word"),
            ("project = X AND", "Expecting a field name before the end"),
            (&"(".repeat(100_000), "nested too deeply"),
        ];
        for (text, expected) in cases {
            let error = jql(text).unwrap_err();
            assert!(error.starts_with("Error in the JQL Query"), "{text}: {error}");
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
