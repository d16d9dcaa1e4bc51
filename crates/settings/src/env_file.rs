//! Env files (server spec section 1.1).

use std::collections::HashMap;

/// A line of an env file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct EnvFileError {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong with it; never its value.
    pub reason: String,
}

/// Parses an env file by the rules that python-dotenv made common (server spec section 1.1).
///
/// `KEY=value` with an optional `export ` in front; blank lines and lines that start with `#` are
/// skipped; a value may stand in single quotes (only `\\` and `\'` are escapes) or double quotes
/// (also `\n`, `\t` and the like), and then go over several lines; an unquoted value ends at a `#`
/// with a blank before it. `${NAME}` and `${NAME:-default}` are replaced in every value, by an
/// earlier line of the file, else by `environment`, else by the default or nothing; a replacement
/// is not looked at again. A key without `=` sets nothing. Each key is returned once, with its
/// last value, in the order of first appearance.
///
/// # Errors
/// The first line that cannot be read.
pub fn parse_env_file(
    text: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<(String, String)>, EnvFileError> {
    let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 };
    let mut order: Vec<String> = Vec::new();
    let mut values: HashMap<String, String> = HashMap::new();
    while let Some((key, value)) = reader.entry()? {
        let Some(value) = value else { continue };
        let value = expand(&value, &|name| values.get(name).cloned().or_else(|| environment(name)));
        if values.insert(key.clone(), value).is_none() {
            order.push(key);
        }
    }
    Ok(order.into_iter().filter_map(|key| values.remove(&key).map(|value| (key, value))).collect())
}

struct Reader<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Reader<'t> {
    /// The next entry: its key, and its value before expansion if it has one.
    fn entry(&mut self) -> Result<Option<(String, Option<String>)>, EnvFileError> {
        loop {
            self.skip(char::is_whitespace);
            if !self.rest.starts_with('#') {
                break;
            }
            self.skip(|c| !is_line_end(c));
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        if let Some(after) = self.rest.strip_prefix("export")
            && after.starts_with(is_blank)
        {
            self.rest = after.trim_start_matches(is_blank);
        }
        let key = self.key()?;
        self.skip(is_blank);
        let Some(after) = self.rest.strip_prefix('=') else {
            self.end_of_entry("a key is followed by something else than `=`")?;
            return Ok(Some((key, None)));
        };
        self.rest = after;
        self.skip(is_blank);
        let value = match self.rest.chars().next() {
            Some(quote @ ('\'' | '"')) => {
                let value = self.quoted(quote)?;
                self.end_of_entry("something follows the closing quote")?;
                value
            }
            _ => self.unquoted(),
        };
        Ok(Some((key, Some(value))))
    }

    fn key(&mut self) -> Result<String, EnvFileError> {
        let quoted = self.rest.strip_prefix('\'').and_then(|rest| {
            let (key, rest) = rest.split_once('\'')?;
            let plain = !key.is_empty() && !key.contains(is_line_end);
            plain.then_some((key, rest))
        });
        if let Some((key, rest)) = quoted {
            self.rest = rest;
            return Ok(key.to_owned());
        }
        let key = self.skip(|c| !c.is_whitespace() && c != '=' && c != '#');
        if key.is_empty() || key.starts_with('\'') {
            return Err(self.error("no key where one was expected"));
        }
        Ok(key.to_owned())
    }

    fn quoted(&mut self, quote: char) -> Result<String, EnvFileError> {
        let start = self.line;
        let mut value = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        let mut closed = None;
        while let Some((place, c)) = characters.next() {
            if c == quote {
                closed = Some(place + quote.len_utf8());
                break;
            }
            if c != '\\' {
                value.push(c);
                continue;
            }
            match characters.next() {
                Some((_, escape)) => push_escape(&mut value, quote, escape),
                None => break,
            }
        }
        let Some(length) = closed else {
            let reason = format!("the quote {quote} is never closed");
            return Err(EnvFileError { line: start, reason });
        };
        let (passed, rest) = self.rest.split_at(length);
        self.line += line_ends(passed);
        self.rest = rest;
        Ok(value)
    }

    fn unquoted(&mut self) -> String {
        let line = self.skip(|c| !is_line_end(c));
        let mut before_is_blank = false;
        let mut end = line.len();
        for (place, c) in line.char_indices() {
            if c == '#' && before_is_blank {
                end = place;
                break;
            }
            before_is_blank = c.is_whitespace();
        }
        line.get(..end).unwrap_or(line).trim_end().to_owned()
    }

    /// Blanks and a comment up to the end of the line.
    fn end_of_entry(&mut self, otherwise: &str) -> Result<(), EnvFileError> {
        self.skip(is_blank);
        if self.rest.starts_with('#') {
            self.skip(|c| !is_line_end(c));
        }
        if self.rest.is_empty() || self.rest.starts_with(is_line_end) {
            return Ok(());
        }
        Err(self.error(otherwise))
    }

    fn skip(&mut self, matching: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !matching(c)).unwrap_or(self.rest.len());
        let (passed, rest) = self.rest.split_at(end);
        self.line += line_ends(passed);
        self.rest = rest;
        passed
    }

    fn error(&self, reason: &str) -> EnvFileError {
        EnvFileError { line: self.line, reason: reason.to_owned() }
    }
}

fn is_line_end(c: char) -> bool {
    c == '\n' || c == '\r'
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() && !is_line_end(c)
}

/// Line ends in a text: `\n`, `\r\n` and a lone `\r` are one each.
fn line_ends(text: &str) -> usize {
    text.matches('\n').count() + text.matches('\r').count() - text.matches("\r\n").count()
}

fn push_escape(value: &mut String, quote: char, escape: char) {
    let double = quote == '"';
    match escape {
        '\\' | '\'' => value.push(escape),
        '"' if double => value.push('"'),
        'a' if double => value.push('\u{7}'),
        'b' if double => value.push('\u{8}'),
        'f' if double => value.push('\u{c}'),
        'n' if double => value.push('\n'),
        'r' if double => value.push('\r'),
        't' if double => value.push('\t'),
        'v' if double => value.push('\u{b}'),
        _ => value.extend(['\\', escape]),
    }
}

/// Replaces `${NAME}` and `${NAME:-default}`.
fn expand(value: &str, lookup: &dyn Fn(&str) -> Option<String>) -> String {
    let mut expanded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        expanded.push_str(before);
        let reference = after.split_once('}').and_then(|(inside, after)| {
            let (name, default) = match inside.split_once(':') {
                None => (inside, ""),
                Some((name, default)) => (name, default.strip_prefix('-')?),
            };
            Some((name, default, after))
        });
        match reference {
            Some((name, default, after)) => {
                expanded.push_str(&lookup(name).unwrap_or_else(|| default.to_owned()));
                rest = after;
            }
            None => {
                expanded.push_str("${");
                rest = after;
            }
        }
    }
    expanded.push_str(rest);
    expanded
}
