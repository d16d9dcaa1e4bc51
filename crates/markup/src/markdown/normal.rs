//! Running text in the one form that Markdown can write, and whether two runs say the same.

use super::special;
use crate::marks::{self, Piece, same_set};
use crate::model::Inline;

/// Brings running text into the form the writer writes: comments are transparent, equal marks are
/// joined, blanks at the edges of `*`, `**` and `~~` marks stand outside, lines have no blanks at
/// their ends, and an emoji that its short name tells is the one of that name.
pub(crate) fn normalize(inlines: &[Inline]) -> Vec<Inline> {
    let mut pieces = marks::flatten(inlines);
    for piece in &mut pieces {
        if let Inline::Text(text) | Inline::Code(text) = &mut piece.leaf
            && text.contains(['\n', '\r'])
        {
            *text = text.replace(['\n', '\r'], " ");
        }
        if let Inline::Emoji { short, id, text } = &mut piece.leaf
            && let Some((known_id, known_text)) = special::known_emoji(short, id, text)
        {
            (*id, *text) = (known_id, known_text);
        }
    }
    pieces.retain(|piece| !matches!(&piece.leaf, Inline::Code(text) if text.is_empty()));
    marks::move_blanks_out(&mut pieces);
    trim(&mut pieces);
    marks::build(pieces)
}

/// Blanks at the ends of lines say nothing.
fn trim(pieces: &mut Vec<Piece>) {
    let is_empty = |text: &str| text.is_empty();
    let mut emptied = false;
    let mut at_start = true;
    for piece in pieces.iter_mut() {
        match &mut piece.leaf {
            Inline::Text(text) if at_start && !is_empty(text) => {
                let rest = text.trim_start_matches([' ', '\t']);
                if rest.len() != text.len() {
                    *text = rest.to_owned();
                }
                at_start = text.is_empty();
                emptied |= at_start;
            }
            Inline::Break => at_start = true,
            _ => at_start = false,
        }
    }
    let mut at_end = true;
    for piece in pieces.iter_mut().rev() {
        match &mut piece.leaf {
            Inline::Text(text) if at_end && !is_empty(text) => {
                let len = text.trim_end_matches([' ', '\t']).len();
                text.truncate(len);
                at_end = text.is_empty();
                emptied |= at_end;
            }
            Inline::Break => at_end = true,
            _ => at_end = false,
        }
    }
    if emptied {
        pieces.retain(|piece| !matches!(&piece.leaf, Inline::Text(text) if text.is_empty()));
    }
}

/// Whether two runs of text say the same: marks count as sets.
pub(crate) fn same(a: &[Inline], b: &[Inline]) -> bool {
    let (a, b) = (marks::flatten(a), marks::flatten(b));
    a.len() == b.len()
        && a.iter()
            .zip(&b)
            .all(|(a, b)| same_leaf(&a.leaf, &b.leaf) && same_set(&a.wraps, &b.wraps))
}

/// Kept content is told by its reference: Markdown does not hold the source behind it.
fn same_leaf(a: &Inline, b: &Inline) -> bool {
    match (a, b) {
        (Inline::Keep(a), Inline::Keep(b)) => a.reference == b.reference,
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Context, Profile, adf_to_markdown};
    use serde_json::{Value, json};

    /// What the products store beside a short name differs in selectors and by age; the text around
    /// it stays plain Markdown all the same.
    #[test]
    fn an_emoji_leaves_the_text_around_it_plain() {
        for attrs in [
            json!({"shortName": ":warning:", "text": "\u{26a0}\u{fe0f}"}),
            json!({"shortName": ":warning:", "id": "26a0", "text": "\u{26a0}\u{fe0f}"}),
            json!({"shortName": ":smile:"}),
        ] {
            let short = attrs.get("shortName").and_then(Value::as_str).unwrap().to_owned();
            let document = json!({"version": 1, "type": "doc", "content": [{"type": "paragraph", "content": [
                {"type": "text", "text": "A "},
                {"type": "text", "text": "word", "marks": [{"type": "strong"}]},
                {"type": "text", "text": ", then. "},
                {"type": "emoji", "attrs": attrs}]}]});
            let read = adf_to_markdown(&document, Profile::Jira, &Context::default());
            assert_eq!(read.output.trim(), format!("A **word**, then. {short}"));
        }
    }

    #[test]
    fn kept_content_leaves_the_text_around_it_plain() {
        let body =
            "<p>Hello, world (x). <ac:link><ri:space ri:space-key=\"E\"/></ac:link> a-b.</p>";
        let read = crate::storage_to_markdown(body, &Context::default()).unwrap().output;
        let (before, after) = read.split_once(":keep[link: E]{ref=\"").unwrap();
        assert_eq!(before, "Hello, world (x). ");
        assert!(after.ends_with("\"} a-b."), "{after}");
    }
}
