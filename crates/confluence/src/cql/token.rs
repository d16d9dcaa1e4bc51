//! The words and signs of a query.

use super::{CqlError, quoted};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A bare word: a field, a value, a keyword.
    Word,
    /// A string in quotes.
    Quoted,
    /// `=`, `!=`, `~`, `!~`, `<`, `<=`, `>`, `>=`.
    Operator,
    /// `!` in front of a condition.
    Bang,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `,`.
    Comma,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) sort: Sort,
    /// As it is sent.
    pub(super) text: String,
    /// Where it starts, in characters from 1.
    pub(super) position: usize,
    /// Whether blanks stand in front of it.
    spaced: bool,
}

impl Token {
    /// Whether this is the bare word, in any case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.sort == Sort::Word && self.text.eq_ignore_ascii_case(word)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || "_-.:/@%#$+*?[]".contains(c)
}

/// Reads the tokens of a query.
pub(super) fn read(text: &str) -> Result<Vec<Token>, CqlError> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    let mut spaced = false;
    while let Some(&c) = chars.get(at) {
        let start = at;
        let next = chars.get(at + 1).copied();
        let value_expected = tokens
            .last()
            .is_some_and(|t| matches!(t.sort, Sort::Operator | Sort::Open | Sort::Comma));
        at += 1;
        let (sort, sent) = match c {
            ' ' | '\t' | '\n' | '\r' => {
                spaced = true;
                continue;
            }
            '(' => (Sort::Open, "(".to_owned()),
            ')' => (Sort::Close, ")".to_owned()),
            ',' => (Sort::Comma, ",".to_owned()),
            '"' | '\'' => {
                let (content, end) = string(&chars, start, c)?;
                at = end;
                (Sort::Quoted, content)
            }
            // The key of a personal space, which has to be quoted to be read as one.
            '~' if value_expected && next.is_some_and(is_word) => {
                at = word_end(&chars, at);
                (Sort::Quoted, quoted(&slice(&chars, start, at)))
            }
            '!' if next.is_none_or(|c| c != '=' && c != '~') => (Sort::Bang, "!".to_owned()),
            '!' | '<' | '>' | '=' | '~' => {
                if next == Some('=') && c != '=' && c != '~' || c == '!' {
                    at += 1;
                }
                (Sort::Operator, slice(&chars, start, at))
            }
            c if is_word(c) => {
                at = word_end(&chars, at);
                let word = slice(&chars, start, at);
                if word.is_ascii() { (Sort::Word, word) } else { (Sort::Quoted, quoted(&word)) }
            }
            c => {
                let shown = if c.is_ascii_graphic() { c.to_string() } else { unseen(c) };
                return Err(CqlError {
                    position: start + 1,
                    reason: format!("`{shown}` may stand only inside quotes"),
                });
            }
        };
        tokens.push(Token { sort, text: sent, position: start + 1, spaced });
        spaced = false;
    }
    Ok(tokens)
}

fn unseen(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

fn slice(chars: &[char], start: usize, end: usize) -> String {
    chars.get(start..end).unwrap_or_default().iter().collect()
}

fn word_end(chars: &[char], from: usize) -> usize {
    let rest = chars.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|c| is_word(**c)).count()
}

/// The string that starts at `start`, in double quotes whatever it was written in, and where it
/// ends. Escapes are kept as they are.
fn string(chars: &[char], start: usize, quote: char) -> Result<(String, usize), CqlError> {
    let fail = |position: usize, reason: &str| CqlError { position, reason: reason.to_owned() };
    let mut sent = String::from('"');
    let mut at = start + 1;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '\\' => match chars.get(at) {
                Some('\'') => {
                    sent.push('\'');
                    at += 1;
                }
                // Written out, so that no reader can take it for a quote too early.
                Some('u') => {
                    let code = unicode(chars, at + 1)
                        .ok_or_else(|| fail(at, "`\\u` needs four hexadecimal digits"))?;
                    match code {
                        '"' | '\\' => sent.extend(['\\', code]),
                        code if code.is_control() => sent.push(' '),
                        code => sent.push(code),
                    }
                    at += 5;
                }
                Some(&escaped) if !escaped.is_control() => {
                    sent.extend(['\\', escaped]);
                    at += 1;
                }
                _ => return Err(fail(at, "a backslash in quotes needs a character behind it")),
            },
            c if c == quote => {
                sent.push('"');
                return Ok((sent, at));
            }
            '"' => sent.push_str("\\\""),
            '\t' | '\n' | '\r' => sent.push(' '),
            c if c.is_control() => return Err(fail(at, "a control character in quotes")),
            c => sent.push(c),
        }
    }
    Err(fail(start + 1, "the quote that opens here is never closed"))
}

/// The character that the four hexadecimal digits from `at` mean.
fn unicode(chars: &[char], at: usize) -> Option<char> {
    let digits: String = chars.get(at..at + 4)?.iter().collect();
    if !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)
}

/// Writes tokens as they are sent, with one blank where blanks were.
pub(super) fn write(tokens: &[Token]) -> String {
    let mut text = String::new();
    for token in tokens {
        if token.spaced && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&token.text);
    }
    text
}
