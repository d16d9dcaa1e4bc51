//! Inline comments: found in the stored source, put back on the same words.

use std::collections::HashMap;

use serde_json::Value;

use crate::model::{Inline, Span};
use crate::storage::Stored;
use crate::storage::xml::Tree;

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
    // Nodes are numbered in the order in which they start.
    let first = tree.nodes.partition_point(|node| node.start < span.start);
    let end = tree.nodes.partition_point(|node| node.start < span.end);
    (first..end).filter_map(|id| marker(tree, id)).collect()
}

fn marker(tree: &Tree<'_>, id: usize) -> Option<Comment> {
    if tree.name(id) != "ac:inline-comment-marker" {
        return None;
    }
    let reference = tree.attr(id, "ac:ref").unwrap_or_default().to_owned();
    Some(Comment { reference, text: crate::scan::fold_blanks(&tree.text(id, &[])) })
}

/// All comments of a body, each once: one whose words are cut by markup has several markers.
pub(crate) fn all_in_storage(tree: &Tree<'_>) -> Vec<Comment> {
    joined((0..tree.nodes.len()).filter_map(|id| marker(tree, id)))
}

/// All comments of an ADF body, each once.
pub(crate) fn all_in_adf(body: &Value) -> Vec<Comment> {
    joined(
        in_adf(&[body], Span { start: 0, end: 1, lead: 0, reuse: Default::default() }).into_iter(),
    )
}

fn joined(comments: impl Iterator<Item = Comment>) -> Vec<Comment> {
    let mut found: Vec<Comment> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for comment in comments {
        match places.get(&comment.reference).and_then(|&at| found.get_mut(at)) {
            Some(first) => first.text.push_str(&comment.text),
            None => {
                places.insert(comment.reference.clone(), found.len());
                found.push(comment);
            }
        }
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

/// Puts a comment on its words when they occur exactly once.
pub(crate) fn attach(inlines: &mut Vec<Inline>, comment: &Comment) {
    if !comment.text.trim().is_empty() && count(inlines, &comment.text) == 1 {
        put(inlines, comment);
    }
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
