//! The parts of a query that decide where clauses begin and end.

use super::JqlError;
use std::iter::Peekable;
use std::str::CharIndices;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An unquoted field, keyword, value or function name.
    Word,
    /// A string in single or double quotes.
    Quoted,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `,`.
    Comma,
    /// `[` or `]`, as in `cf[10010]`.
    Bracket,
    /// A run of `= ! < > ~ & |`.
    Operator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Byte offsets in the query.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Place in characters, from 1, for messages.
    pub(super) at: usize,
}

impl Token<'_> {
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(super) fn is_equality(&self) -> bool {
        self.kind == Kind::Operator && matches!(self.text, "=" | "!=")
    }
}

fn is_operator(c: char) -> bool {
    matches!(c, '=' | '!' | '<' | '>' | '~' | '&' | '|')
}

/// Characters of a word. Letters and digits of any script; of the signs only those that start
/// nothing in any dialect of JQL.
fn is_word(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '_' | '-' | '.' | '+' | '@' | '$' | '%' | '/' | ':' | '?' | '*' | '^')
}

struct Reader<'a> {
    jql: &'a str,
    chars: Peekable<CharIndices<'a>>,
    /// Characters read so far.
    read: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<(usize, char)> {
        self.read += 1;
        self.chars.next()
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|(_, c)| *c)
    }

    fn offset(&mut self) -> usize {
        self.chars.peek().map_or(self.jql.len(), |(at, _)| *at)
    }

    /// Reads what a backslash escapes: `t n r \ ' " blank` or `u` with four hex digits.
    fn escape(&mut self) -> Result<(), JqlError> {
        let at = self.read;
        match self.next() {
            Some((_, 't' | 'n' | 'r' | '\\' | '\'' | '"' | ' ')) => Ok(()),
            Some((_, 'u')) => {
                for _ in 0..4 {
                    if !self.next().is_some_and(|(_, c)| c.is_ascii_hexdigit()) {
                        return Err(JqlError::Escape(at));
                    }
                }
                Ok(())
            }
            _ => Err(JqlError::Escape(at)),
        }
    }

    fn string(&mut self, quote: char) -> Result<(), JqlError> {
        let at = self.read;
        loop {
            match self.next() {
                None => return Err(JqlError::OpenQuote(at)),
                Some((_, '\\')) => self.escape()?,
                Some((_, c)) if c == quote => return Ok(()),
                Some((_, c)) if c.is_control() => {
                    return Err(JqlError::Character { what: describe(c), at: self.read });
                }
                Some(_) => {}
            }
        }
    }

    fn word(&mut self, first: char) -> Result<(), JqlError> {
        let mut last = first;
        if first == '\\' {
            self.escape()?;
        }
        while let Some(c) = self.peek() {
            // The openers of comments in other query languages.
            if matches!((last, c), ('-', '-') | ('/', '/' | '*') | ('*', '/')) {
                let what = format!("`{last}{c}`");
                return Err(JqlError::Character { what, at: self.read });
            }
            if c == '\\' {
                self.next();
                self.escape()?;
            } else if is_word(c) {
                self.next();
            } else {
                break;
            }
            last = c;
        }
        Ok(())
    }
}

/// Cuts a query into tokens; everything between them is blank.
///
/// # Errors
/// [`JqlError`] at the first character that may not stand where it does.
pub(super) fn tokens(jql: &str) -> Result<Vec<Token<'_>>, JqlError> {
    let mut reader = Reader { jql, chars: jql.char_indices().peekable(), read: 0 };
    let mut tokens = Vec::new();
    while let Some((start, c)) = reader.next() {
        let at = reader.read;
        let kind = match c {
            ' ' | '\t' | '\n' | '\r' => continue,
            '(' => Kind::Open,
            ')' => Kind::Close,
            ',' => Kind::Comma,
            '[' | ']' => Kind::Bracket,
            '"' | '\'' => {
                reader.string(c)?;
                Kind::Quoted
            }
            c if is_operator(c) => {
                while reader.peek().is_some_and(is_operator) {
                    reader.next();
                }
                Kind::Operator
            }
            c if is_word(c) || c == '\\' => {
                reader.word(c)?;
                Kind::Word
            }
            c => return Err(JqlError::Character { what: describe(c), at }),
        };
        let end = reader.offset();
        let text = jql.get(start..end).unwrap_or_default();
        tokens.push(Token { kind, text, start, end, at });
    }
    Ok(tokens)
}

fn describe(c: char) -> String {
    if c.is_control() || c.is_whitespace() || !(c.is_alphanumeric() || c.is_ascii_punctuation()) {
        format!("the character U+{:04X}", u32::from(c))
    } else {
        format!("`{c}`")
    }
}
