//! Inline comments: found in the stored source, put back on the same words.

use serde_json::Value;

use crate::model::{Inline, Span};
use crate::storage::Stored;

/// A comment and the words it is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) reference: String,
    pub(crate) text: String,
}

/// The comments inside a stored storage element.
pub(crate) fn in_storage(stored: &Stored<'_>, span: Span) -> Vec<Comment> {
    let tree = stored.tree();
    if !stored.cut(span.start, span.end).contains("ac:inline-comment-marker") {
        return Vec::new();
    }
    let mut found: Vec<Comment> = Vec::new();
    for (id, node) in tree.nodes.iter().enumerate() {
        if node.start < span.start
            || node.end > span.end
            || tree.name(id) != "ac:inline-comment-marker"
        {
            continue;
        }
        let reference = tree.attr(id, "ac:ref").unwrap_or_default().to_owned();
        let text = crate::scan::fold_blanks(&tree.text(id, &[]));
        found.push(Comment { reference, text });
    }
    found
}

/// The comments inside a stored ADF node.
pub(crate) fn in_adf(nodes: &[&Value], span: Span) -> Vec<Comment> {
    let Some(node) = nodes.get(span.start) else { return Vec::new() };
    let mut found: Vec<Comment> = Vec::new();
    let mut stack: Vec<&Value> = vec![node];
    while let Some(node) = stack.pop() {
        let marks = node.get("marks").and_then(Value::as_array);
        let id = marks.into_iter().flatten().find_map(|mark| {
            let is = mark.get("type").and_then(Value::as_str) == Some("annotation");
            mark.get("attrs").filter(|_| is)?.get("id")?.as_str()
        });
        let text = node.get("text").and_then(Value::as_str);
        if let (Some(id), Some(text)) = (id, text) {
            match found.last_mut() {
                Some(last) if last.reference == id => last.text.push_str(text),
                _ => found.push(Comment { reference: id.to_owned(), text: text.to_owned() }),
            }
        }
        if let Some(content) = node.get("content").and_then(Value::as_array) {
            stack.extend(content.iter().rev());
        }
    }
    found
}

/// Puts a comment on its words when they occur exactly once; answers whether it did.
pub(crate) fn attach(inlines: &mut Vec<Inline>, comment: &Comment) -> bool {
    if comment.text.trim().is_empty() || count(inlines, &comment.text) != 1 {
        return false;
    }
    put(inlines, comment)
}

fn count(inlines: &[Inline], text: &str) -> usize {
    inlines
        .iter()
        .map(|inline| match inline {
            Inline::Text(have) => have.matches(text).count(),
            Inline::Mark(_, content)
            | Inline::Link { content, .. }
            | Inline::Comment { content, .. } => count(content, text),
            _ => 0,
        })
        .sum()
}

fn put(inlines: &mut Vec<Inline>, comment: &Comment) -> bool {
    for at in 0..inlines.len() {
        let found = match inlines.get_mut(at) {
            Some(Inline::Text(have)) => have.find(&comment.text).map(|found| {
                let before = have.get(..found).unwrap_or_default().to_owned();
                let after = have.get(found + comment.text.len()..).unwrap_or_default().to_owned();
                (before, after)
            }),
            Some(
                Inline::Mark(_, content)
                | Inline::Link { content, .. }
                | Inline::Comment { content, .. },
            ) => {
                let done = put(content, comment);
                if done {
                    return true;
                }
                None
            }
            _ => None,
        };
        let Some((before, after)) = found else { continue };
        let marked = Inline::Comment {
            reference: comment.reference.clone(),
            content: vec![Inline::Text(comment.text.clone())],
        };
        let parts = [Inline::Text(before), marked, Inline::Text(after)];
        let parts =
            parts.into_iter().filter(|part| !matches!(part, Inline::Text(text) if text.is_empty()));
        inlines.splice(at..=at, parts);
        return true;
    }
    false
}
