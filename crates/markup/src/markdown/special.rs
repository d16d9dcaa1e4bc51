//! Mentions, inline directives, emoji and math.

use super::directive;
use crate::emoji as table;
use crate::model::{Attrs, Inline, Keep, UserId, UserIdKind};
use crate::scan::{byte, cut, day_to_number, run, tail};

/// `[~accountid:ID]`, `[~userkey:K]` or `[~name]` at `at`.
pub(crate) fn mention(text: &str, at: usize) -> Option<(Inline, usize)> {
    let rest = tail(text, at).strip_prefix("[~")?;
    let len = rest.bytes().take(260).position(|b| matches!(b, b']' | b'[' | b'\n' | b'|'))?;
    if byte(rest, len) != b']' || len == 0 {
        return None;
    }
    let inner = cut(rest, 0, len);
    let id = user_id(inner);
    let is_name =
        |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+' | ':' | '\'');
    if id.value.is_empty() || !inner.chars().all(is_name) || inner.starts_with("www.") {
        return None;
    }
    Some((Inline::Mention { id, name: String::new() }, at + 3 + len))
}

/// The id that the inner text of `[~…]` or the target of `@[…](…)` names.
pub(crate) fn user_id(text: &str) -> UserId {
    let (kind, value) = if let Some(id) = text.strip_prefix("accountid:") {
        (UserIdKind::AccountId, id)
    } else if let Some(key) = text.strip_prefix("userkey:") {
        (UserIdKind::UserKey, key)
    } else {
        (UserIdKind::Username, text)
    };
    UserId { kind, value: value.to_owned() }
}

/// `@[Name](accountid:ID)` at `at`.
pub(crate) fn mention_link(text: &str, at: usize) -> Option<(Inline, usize)> {
    if byte(text, at + 1) != b'[' {
        return None;
    }
    let bound = (at + 400).min(text.len());
    let window = (bound..=text.len()).find_map(|end| text.get(..end)).unwrap_or(text);
    let (name, end) = directive::label_at(window, at + 1)?;
    let rest = tail(text, end).strip_prefix('(')?;
    let len = rest.bytes().take(300).position(|b| matches!(b, b')' | b'(' | b'\n'))?;
    let target = cut(rest, 0, len);
    let known = ["accountid:", "userkey:", "username:"].iter().any(|k| target.starts_with(k));
    if byte(rest, len) != b')' || !known {
        return None;
    }
    let id = user_id(target.strip_prefix("username:").unwrap_or(target));
    if id.value.is_empty() || id.value.contains(char::is_whitespace) {
        return None;
    }
    let name = name.trim();
    let name = name.strip_prefix('@').unwrap_or(name).to_owned();
    Some((Inline::Mention { id, name }, end + len + 2))
}

/// The length of `$…$` or `$$…$$` at `at`.
pub(crate) fn math_len(text: &str, at: usize) -> Option<usize> {
    let signs = run(text, at, b'$');
    let rest = tail(text, at + signs);
    match signs {
        1 => {
            if matches!(byte(rest, 0), 0 | b' ' | b'\t' | b'\n') {
                return None;
            }
            let len = rest.bytes().take(2000).position(|b| matches!(b, b'$' | b'\n'))?;
            let fits = byte(rest, len) == b'$'
                && !matches!(byte(rest, len.saturating_sub(1)), b' ' | b'\t' | b'\\')
                && byte(rest, len + 1) != b'$'
                && !byte(rest, len + 1).is_ascii_digit();
            fits.then_some(len + 2)
        }
        2 => {
            let len = rest.bytes().take(4000).position(|b| matches!(b, b'$' | b'\n'))?;
            (len > 0 && run(rest, len, b'$') == 2).then_some(len + 4)
        }
        _ => None,
    }
}

/// `:name[label]{…}` at `at`.
pub(crate) fn directive(text: &str, at: usize) -> Option<(Inline, usize)> {
    let name = directive::name_at(text, at + 1);
    if !directive::INLINES.contains(&name) {
        return None;
    }
    let (label, mut end) = directive::label_at(text, at + 1 + name.len())?;
    let mut attrs = Attrs::default();
    if let Some((found, after)) = directive::attrs_at(text, end) {
        attrs = found;
        end = after;
    }
    let inline = match name {
        "status" => {
            if label.is_empty() {
                return None;
            }
            let color = attrs.take("color").or_else(|| attrs.take("colour")).unwrap_or_default();
            let color = status_color(&color);
            Inline::Status { text: label, color, attrs }
        }
        "date" => {
            day_to_number(&label)?;
            Inline::Date { day: label, stamp: attrs.take("ts") }
        }
        "jira" if !label.is_empty() => Inline::JiraIssue { key: label, attrs },
        "emoji" if !label.is_empty() => Inline::Emoji {
            short: label,
            id: attrs.take("id").unwrap_or_default(),
            text: attrs.take("text").unwrap_or_default(),
        },
        "emoticon" if !label.is_empty() => Inline::Emoticon(label),
        "placeholder" if !label.is_empty() => Inline::Placeholder(label),
        "anchor" if !label.is_empty() => Inline::Anchor(label),
        "keep" => {
            let reference = attrs.take("ref")?;
            Inline::Keep(Keep { reference, label, raw: None })
        }
        _ => return None,
    };
    Some((inline, end))
}

/// A status colour by ADF name; both products' names are understood.
pub(crate) fn status_color(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "" | "grey" | "gray" => "neutral".to_owned(),
        _ => lower,
    }
}

/// A known `:short_name:` at `at`.
pub(crate) fn emoji(text: &str, at: usize) -> Option<(Inline, usize)> {
    let rest = tail(text, at + 1);
    let len = rest.bytes().take(60).position(|b| !is_short_byte(b))?;
    if len == 0 || byte(rest, len) != b':' {
        return None;
    }
    let short = cut(rest, 0, len);
    let character = table::character(short)?;
    let inline = Inline::Emoji {
        short: format!(":{short}:"),
        id: table::id(character),
        text: character.to_owned(),
    };
    Some((inline, at + len + 2))
}

/// Id and text of the emoji of a short name, when what stands beside the name says no other.
pub(crate) fn known_emoji(short: &str, id: &str, text: &str) -> Option<(String, String)> {
    let (known, _) = emoji(short, 0).filter(|(_, end)| *end == short.len())?;
    let Inline::Emoji { id: known_id, text: known_text, .. } = known else { return None };
    let same = (id.is_empty() || id == known_id)
        && (text.is_empty() || text == known_text || table::id(text) == table::id(&known_text));
    same.then_some((known_id, known_text))
}

fn is_short_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+')
}

/// What a smart link shows in Markdown when nothing else is known: the issue key or the address.
pub(crate) fn card_text(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    match path.rsplit_once("/browse/") {
        Some((_, key)) if path.len() == url.len() && crate::keys::is_key(key) => key,
        _ => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn math() {
        assert_eq!(math_len("$a_1*b$ x", 0), Some(7));
        assert_eq!(math_len("$5 or $10", 0), None);
        assert_eq!(math_len("$$x_1$$", 0), Some(7));
        assert_eq!(math_len("$a", 0), None);
    }

    #[test]
    fn mentions() {
        assert!(mention("[~jdoe]", 0).is_some());
        assert!(mention("[~]", 0).is_none());
        assert!(mention_link("@[A \\[b\\]](accountid:1:2)", 0).is_some());
        assert!(mention_link("@[A](https://x)", 0).is_none());
    }

    #[test]
    fn smart_links_show_the_key() {
        assert_eq!(card_text("https://a.example/browse/OPS-4"), "OPS-4");
        assert_eq!(
            card_text("https://a.example/browse/OPS-4?x=1"),
            "https://a.example/browse/OPS-4?x=1"
        );
    }
}
