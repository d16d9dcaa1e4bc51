//! Confluence Query Language, read strictly enough to be fenced in.
//!
//! A query that somebody wrote is put in parentheses and ANDed with the spaces it may find. That is
//! only safe when the parentheses cannot be left, so the whole grammar is checked first: what this
//! module does not understand is an error and is never sent. What it sends does not depend on how
//! Confluence reads the rare things: single quotes become double ones, words that are not plain
//! ASCII are quoted, characters that cannot be seen are refused outside quotes.

mod grammar;
mod token;

use std::fmt;

/// Longest query accepted, in bytes.
pub const MAX_QUERY: usize = 20_000;

/// Words that CQL reads as something else than a space key, in lower case
/// (confluence spec section 4.1).
const RESERVED: [&str; 46] = [
    "after", "and", "as", "avg", "before", "begin", "by", "commit", "contains", "count",
    "distinct", "else", "empty", "end", "explain", "from", "having", "if", "in", "inner", "insert",
    "into", "is", "isnull", "left", "like", "limit", "max", "min", "not", "null", "or", "order",
    "outer", "right", "select", "sum", "then", "was", "where", "update", "asc", "desc", "on",
    "changed", "now",
];

/// A query in pieces that can be put together safely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    condition: String,
    order: Option<String>,
    within: Vec<String>,
}

/// A query that is not well-formed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the CQL query is not well-formed at character {position}: {reason}")]
pub struct CqlError {
    /// Where, in characters from 1.
    pub position: usize,
    /// What is wrong and what would be right.
    pub reason: String,
}

/// Whether a search text is CQL rather than plain words: it holds an operator, an upper-case
/// ` AND ` or ` OR `, or `currentUser()`.
#[must_use]
pub fn is_cql(text: &str) -> bool {
    ["=", "~", ">", "<", " AND ", " OR ", "currentUser()"].iter().any(|sign| text.contains(sign))
}

impl Query {
    /// Reads CQL that somebody wrote.
    ///
    /// # Errors
    /// [`CqlError`] for the first thing that is not CQL: an open quote, a parenthesis too many, a
    /// word behind the end, a character that cannot be seen.
    pub fn read(text: &str) -> Result<Self, CqlError> {
        if text.len() > MAX_QUERY {
            return Err(CqlError {
                position: 1,
                reason: format!("it is longer than {MAX_QUERY} bytes"),
            });
        }
        let tokens = token::read(text)?;
        let order_at = grammar::check(&tokens, text.chars().count() + 1)?;
        let (condition, order) = tokens.split_at(order_at);
        let order = token::write(order);
        Ok(Self {
            condition: token::write(condition),
            order: (!order.is_empty()).then_some(order),
            within: Vec::new(),
        })
    }

    /// A query for plain words in a field (`siteSearch`, `text`, `title`).
    #[must_use]
    pub fn words(field: &'static str, words: &str) -> Self {
        Self { condition: format!("{field} ~ {}", quoted(words)), order: None, within: Vec::new() }
    }

    /// A query that finds everything, until it is fenced in.
    #[must_use]
    pub const fn everything() -> Self {
        Self { condition: String::new(), order: None, within: Vec::new() }
    }

    /// Fences the query into spaces. No keys, no fence.
    #[must_use]
    pub fn within(mut self, keys: &[impl AsRef<str>]) -> Self {
        let spaces: Vec<String> =
            keys.iter().map(|key| format!("space = {}", key_literal(key.as_ref()))).collect();
        if !spaces.is_empty() {
            self.within.push(format!("({})", spaces.join(" OR ")));
        }
        self
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fence = self.within.join(" AND ");
        match (self.condition.as_str(), fence.as_str()) {
            (condition, "") => f.write_str(condition)?,
            ("", fence) => f.write_str(fence)?,
            (condition, fence) => write!(f, "({condition}) AND {fence}")?,
        }
        match &self.order {
            Some(order) => write!(f, " {order}"),
            None => Ok(()),
        }
    }
}

/// A space key as it may stand in a query: bare when it is a plain word, else quoted.
fn key_literal(key: &str) -> String {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !RESERVED.contains(&key.to_ascii_lowercase().as_str());
    if plain { key.to_owned() } else { quoted(key) }
}

/// Text as a CQL string. Control characters would not survive in one and become blanks.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
