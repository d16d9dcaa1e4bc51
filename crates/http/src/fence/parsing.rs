//! One reading of a URL from outside.

use super::Blocked;
use url::Url;

/// Longest part of a refused URL that is repeated, in characters.
const LONGEST: usize = 120;

/// Reads a base address from outside.
///
/// What parsers read differently (backslashes, blanks, control characters, user names) is refused
/// before it is parsed, so that what is checked is what is connected to. Hosts come out as
/// browsers read them: decimal, octal and hexadecimal addresses as the address they stand for.
///
/// # Errors
/// [`Blocked`] names the rule. No text repeats a user name or password.
pub fn parse(text: &str) -> Result<Url, Blocked> {
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return Err(Blocked::Empty);
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Blocked::Characters);
    }
    if text.contains('\\') {
        let shown = if text.contains('@') { "****" } else { text };
        return Err(Blocked::Backslash(shown.chars().take(LONGEST).collect()));
    }
    let Some((scheme, rest)) = text.split_once(':') else { return Err(Blocked::NoHost) };
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https") {
        let is_scheme = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
        return Err(if is_scheme && !text.starts_with('/') && rest.starts_with("//") {
            Blocked::Scheme(scheme.chars().take(20).collect())
        } else {
            Blocked::NoHost
        });
    }
    // Parsers that follow browsers add the slashes that are missing.
    let after = rest.strip_prefix("//").ok_or(Blocked::NoHost)?;
    if after.is_empty() || after.starts_with('/') {
        return Err(Blocked::NoHost);
    }
    let url = Url::parse(text).map_err(|_| Blocked::NoHost)?;
    if !url.username().is_empty() || url.password().is_some() || authority(after).contains('@') {
        return Err(Blocked::Credentials);
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Blocked::Query);
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Blocked::NoHost);
    }
    Ok(url)
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}
