//! Words, strings and signs of a query.

use super::Dialect;

/// A token and the character it starts at, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    pub(crate) what: What,
    pub(crate) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    Word(String),
    Quoted(String),
    Sign(&'static str),
}

impl Token {
    pub(crate) fn shown(&self) -> &str {
        match &self.what {
            What::Word(text) | What::Quoted(text) => text,
            What::Sign(sign) => sign,
        }
    }
}

const SIGNS: [&str; 16] =
    ["!=", "!~", "<=", ">=", "&&", "||", "=", "~", "<", ">", "(", ")", ",", "!", "&", "|"];

/// Splits a query.
pub(crate) fn split(text: &str, dialect: Dialect) -> Result<Vec<Token>, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let start = at + 1;
        if c.is_whitespace() {
            at += 1;
        } else if c == '"' || c == '\'' {
            let (quoted, next) = string(&chars, at, dialect)?;
            tokens.push(Token { what: What::Quoted(quoted), at: start });
            at = next;
        } else if let Some(sign) = SIGNS.iter().find(|sign| starts(&chars, at, sign)) {
            tokens.push(Token { what: What::Sign(sign), at: start });
            at += sign.len();
        } else if ";#{}^%?*/$@".contains(c) && dialect == Dialect::Jql {
            let what = format!(
                "The character '{c}' is a reserved JQL character. You must enclose it in a string or use the escape '\\u{:04x}' instead.",
                u32::from(c)
            );
            return Err(message(dialect, &what, start));
        } else {
            let (word, next) = word(&chars, at);
            tokens.push(Token { what: What::Word(word), at: start });
            at = next;
        }
    }
    Ok(tokens)
}

fn starts(chars: &[char], at: usize, sign: &str) -> bool {
    sign.chars().enumerate().all(|(offset, c)| chars.get(at + offset) == Some(&c))
}

fn string(chars: &[char], open: usize, dialect: Dialect) -> Result<(String, usize), String> {
    let quote = chars.get(open).copied();
    let mut text = String::new();
    let mut at = open + 1;
    while let Some(&c) = chars.get(at) {
        at += 1;
        if Some(c) == quote {
            return Ok((text, at));
        }
        if c == '\\' {
            match chars.get(at) {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(&escaped) => text.push(escaped),
                None => {}
            }
            at += 1;
        } else {
            text.push(c);
        }
    }
    let what = format!("The quoted string '{text}' has not been completed.");
    Err(message(dialect, &what, open + 1))
}

fn word(chars: &[char], start: usize) -> (String, usize) {
    let mut word = String::new();
    let mut at = start;
    while let Some(&c) = chars.get(at) {
        if c.is_whitespace() || "\"'=!~<>(),&|".contains(c) {
            break;
        }
        if c == '\\'
            && let Some(&escaped) = chars.get(at + 1)
        {
            word.push(escaped);
            at += 2;
            continue;
        }
        word.push(c);
        at += 1;
    }
    (word, at)
}

/// A parse error in the words of the product.
pub(super) fn message(dialect: Dialect, what: &str, at: usize) -> String {
    match dialect {
        Dialect::Jql => format!("Error in the JQL Query: {what} (line 1, character {at})"),
        Dialect::Cql => format!("Could not parse cql : {what} at character {at}"),
    }
}

/// Words that must be quoted as values (Atlassian's "JQL reserved words", the ones that clash
/// with everyday names included).
const RESERVED: &str = " a an abort access add after alias all alter and any are as asc at audit avg \
    be before begin between boolean but by byte catch cf char character check checkpoint collate \
    collation column commit connect continue count create current date decimal declare decrement \
    default defaults define delete delimiter desc difference distinct divide do double drop else \
    empty encoding end equals escape exclusive exec execute exists explain false fetch file field \
    first float for from function go goto grant greater group having identified if immediate in \
    increment index initial inner inout input insert int integer intersect intersection into is \
    isempty isnull it join last left less like limit lock long max min minus mode modify modulo \
    more multiply next no noaudit not notin nowait null number object of on option or order outer \
    output power previous prior privileges public raise raw remainder rename resource return \
    returns revoke right row rowid rownum rows select session set share size sqrt start strict \
    string subtract such sum synonym table that the their then there these they this to trans \
    transaction trigger true uid union unique update user validate values view was when whenever \
    where while will with ";

/// Whether an unquoted word may not be a value.
pub(super) fn reserved(word: &str, dialect: Dialect) -> bool {
    dialect == Dialect::Jql
        && RESERVED.split_whitespace().any(|known| known.eq_ignore_ascii_case(word))
}
