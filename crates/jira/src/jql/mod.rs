//! JQL as text: quoting, repair, and the fence around a caller's query.
//!
//! Jira evaluates the query, not we; all that is read here is what decides where a clause begins
//! and ends: quotes and their escapes, parentheses, and `ORDER BY` outside of both. The rules
//! follow Atlassian's grammar (strings in single or double quotes with backslash escapes, reserved
//! words, blanks of ASCII only). Where our reading and Jira's could part ways (comments, invisible
//! characters, escapes that do not exist) the query is refused and never sent.

mod tokens;

use crate::jql::tokens::{Kind, Token, tokens};

/// Why a query cannot be put behind a filter. The texts say what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JqlError {
    /// A quote is never closed.
    #[error("the quote opened at character {0} is not closed")]
    OpenQuote(usize),
    /// A closing parenthesis without an opening one.
    #[error("the `)` at character {0} closes nothing")]
    Unopened(usize),
    /// An opening parenthesis without a closing one.
    #[error("the `(` at character {0} is not closed")]
    Unclosed(usize),
    /// A character that may only stand in quotes.
    #[error(
        "{what} at character {at} may only stand inside quotes; write the value as \"...\" or \
         remove it"
    )]
    Character {
        /// The character as shown to people.
        what: String,
        /// Its place, from 1.
        at: usize,
    },
    /// A backslash that escapes nothing JQL knows.
    #[error("the backslash at character {0} is not an escape that JQL knows")]
    Escape(usize),
    /// `ORDER BY` inside parentheses, twice, or followed by something else than fields.
    #[error(
        "`ORDER BY` may stand once, outside of parentheses, at the end, followed by field names \
         with ASC or DESC only (character {0})"
    )]
    OrderBy(usize),
}

/// The words JQL reserves; as a value they must stand in quotes (Atlassian, "Advanced search
/// reference: JQL reserved words").
const RESERVED: &str = " a abort access add after alias all alter an and any are as asc at audit \
    avg be before begin between boolean break but by byte catch cf char character check checkpoint \
    collate collation column commit connect continue count create current date decimal declare \
    decrement default defaults define delete delimiter desc difference distinct divide do double \
    drop else empty encoding end equals escape exclusive exec execute exists explain false fetch \
    field file first float for from function go goto grant greater group having identified if \
    immediate in increment index initial inner inout input insert int integer intersect \
    intersection into is isempty isnull it join last left less like limit lock long max min minus \
    mode modify modulo more multiply next no noaudit not notin nowait null number object of on \
    option or order outer output power previous prior privileges public raise raw remainder rename \
    resource return returns revoke right row rowid rownum rows select session set share size sqrt \
    start strict string subtract such sum synonym table that the their then there these they this \
    to trans transaction trigger true uid union unique update user validate values view was when \
    whenever where while will with ";

fn is_reserved(word: &str) -> bool {
    !word.contains(' ') && RESERVED.contains(&format!(" {} ", word.to_ascii_lowercase()))
}

/// A value as JQL text: bare when it is a plain word, else in quotes with escapes. Control
/// characters are left out.
#[must_use]
pub fn quoted(value: &str) -> String {
    let plain = value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !is_reserved(value);
    if plain {
        return value.to_owned();
    }
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// `project = KEY`, or `project in (A, B)`.
#[must_use]
pub fn project_clause(keys: &[String]) -> String {
    match keys {
        [key] => format!("project = {}", quoted(key)),
        keys => {
            let keys: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
            format!("project in ({})", keys.join(", "))
        }
    }
}

/// The caller's query with unquoted reserved words quoted where they stand as project keys
/// (`project = IF`); everything else is untouched. A query that cannot be read is returned as it
/// is, for Jira to judge.
#[must_use]
pub fn repaired(jql: &str) -> String {
    match tokens(jql) {
        Ok(tokens) => repair(jql, &tokens),
        Err(_) => jql.to_owned(),
    }
}

/// The caller's query behind filters of project keys, each of which can only narrow it:
/// `(project = A) AND (<query>) ORDER BY ...`. Reserved words are repaired as in [`repaired`].
///
/// # Errors
/// [`JqlError`] when the query is not balanced, or holds anything that Jira might read otherwise
/// than we do.
pub fn fenced(jql: &str, filters: &[&[String]]) -> Result<String, JqlError> {
    let tokens = tokens(jql)?;
    let order = order_by(&tokens)?;
    let (asked, ordering) = tokens.split_at(order.unwrap_or(tokens.len()));
    balanced(asked)?;
    check_ordering(ordering)?;
    let mut parts: Vec<String> =
        filters.iter().map(|keys| format!("({})", project_clause(keys))).collect();
    if !asked.is_empty() {
        parts.push(format!("({})", repair(jql, asked)));
    }
    let mut fenced = parts.join(" AND ");
    if let (Some(first), Some(last)) = (ordering.first(), ordering.last()) {
        fenced.push(' ');
        fenced.push_str(jql.get(first.start..last.end).unwrap_or_default());
    }
    Ok(fenced)
}

/// The caller's query behind further conditions, each of which can only narrow it, as [`fenced`]
/// puts it behind filters; `order` is used when the query has no `ORDER BY` of its own.
///
/// # Errors
/// [`JqlError`] when the query or a condition is not balanced, or holds anything that Jira might
/// read otherwise than we do.
pub fn narrowed(jql: &str, conditions: &[String], order: Option<&str>) -> Result<String, JqlError> {
    let tokens = tokens(jql)?;
    let own = order_by(&tokens)?;
    let (asked, ordering) = tokens.split_at(own.unwrap_or(tokens.len()));
    balanced(asked)?;
    check_ordering(ordering)?;
    let mut parts = Vec::new();
    for condition in conditions {
        let tokens = tokens::tokens(condition)?;
        if let Some(at) = order_by(&tokens)?.and_then(|at| tokens.get(at)) {
            return Err(JqlError::OrderBy(at.at));
        }
        balanced(&tokens)?;
        parts.push(format!("({condition})"));
    }
    if !asked.is_empty() {
        parts.push(format!("({})", repair(jql, asked)));
    }
    let mut narrowed = parts.join(" AND ");
    let ordering = match (ordering.first(), ordering.last()) {
        (Some(first), Some(last)) => jql.get(first.start..last.end),
        _ => order,
    };
    if let Some(ordering) = ordering {
        narrowed.push(' ');
        narrowed.push_str(ordering);
    }
    Ok(narrowed)
}

/// Whether the query restricts anything: it has more than an ordering.
#[must_use]
pub fn restricts(jql: &str) -> bool {
    match tokens(jql) {
        Ok(tokens) => match order_by(&tokens) {
            Ok(order) => order.unwrap_or(tokens.len()) > 0,
            Err(_) => true,
        },
        Err(_) => true,
    }
}

fn order_by(tokens: &[Token<'_>]) -> Result<Option<usize>, JqlError> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Word
                if token.is_word("order")
                    && tokens.get(at + 1).is_some_and(|next| next.is_word("by")) =>
            {
                return if depth == 0 { Ok(Some(at)) } else { Err(JqlError::OrderBy(token.at)) };
            }
            _ => {}
        }
    }
    Ok(None)
}

fn balanced(tokens: &[Token<'_>]) -> Result<(), JqlError> {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Open => open.push(token.at),
            Kind::Close if open.pop().is_none() => return Err(JqlError::Unopened(token.at)),
            _ => {}
        }
    }
    open.pop().map_or(Ok(()), |at| Err(JqlError::Unclosed(at)))
}

/// `ORDER BY` and then field names, commas, `cf[1]` brackets and directions only.
fn check_ordering(tokens: &[Token<'_>]) -> Result<(), JqlError> {
    for (n, token) in tokens.iter().enumerate() {
        let fine = match token.kind {
            Kind::Word => {
                n < 2 || !["order", "by", "and", "or", "not"].iter().any(|word| token.is_word(word))
            }
            Kind::Quoted | Kind::Comma | Kind::Bracket => n >= 2,
            Kind::Open | Kind::Close | Kind::Operator => false,
        };
        if !fine {
            return Err(JqlError::OrderBy(token.at));
        }
    }
    Ok(())
}

/// The text of these tokens and what lies between them, reserved project keys quoted.
fn repair(jql: &str, tokens: &[Token<'_>]) -> String {
    let mut wrap = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !token.is_word("project") {
            continue;
        }
        let rest = tokens.get(at + 1..).unwrap_or_default();
        match rest {
            [operator, value, ..] if operator.is_equality() => {
                let function = rest.get(2).is_some_and(|next| next.kind == Kind::Open);
                if value.kind == Kind::Word && !function && is_reserved(value.text) {
                    wrap.push((value.start, value.end));
                }
            }
            _ => {
                let list = match rest {
                    [is_in, open, list @ ..] if is_in.is_word("in") && open.kind == Kind::Open => {
                        list
                    }
                    [not, is_in, open, list @ ..]
                        if not.is_word("not") && is_in.is_word("in") && open.kind == Kind::Open =>
                    {
                        list
                    }
                    _ => continue,
                };
                let words = list.iter().take_while(|token| {
                    matches!(token.kind, Kind::Word | Kind::Quoted | Kind::Comma)
                });
                wrap.extend(
                    words
                        .filter(|token| token.kind == Kind::Word && is_reserved(token.text))
                        .map(|token| (token.start, token.end)),
                );
            }
        }
    }
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return jql.trim().to_owned();
    };
    let mut out = String::with_capacity(jql.len() + 2 * wrap.len());
    let mut from = first.start;
    for (start, end) in wrap {
        out.push_str(jql.get(from..start).unwrap_or_default());
        out.push('"');
        out.push_str(jql.get(start..end).unwrap_or_default());
        out.push('"');
        from = end;
    }
    out.push_str(jql.get(from..last.end).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests;
