//! Comments of results (confluence spec section 2.3): read with their replies, and shown.

use super::{at, body, load, people, stamp};
use crate::{Context, ToolError};
use atlassian_confluence::comments;
use atlassian_confluence::pages::Kind;
use atlassian_markup::users_in_storage;
use futures::StreamExt as _;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Lists of replies asked for at once.
const AT_ONCE: usize = 8;
/// Deepest level of replies followed.
const MAX_DEPTH: usize = 10;
/// Most pages of comments followed on Data Center.
const MAX_PAGES: usize = 40;

/// The comment a write answered with. `sent` is shown when the answer holds no body.
pub(super) async fn written(cx: &Context, answer: &Value, sent: &str) -> Value {
    let answer = with_body(answer, sent);
    shown(cx, std::slice::from_ref(&answer)).await.into_iter().next().unwrap_or_default()
}

fn with_body(answer: &Value, sent: &str) -> Value {
    let mut answer = answer.clone();
    if at::text(&answer, "/body/storage/value").is_none()
        && let Some(answer) = answer.as_object_mut()
    {
        answer.insert("body".to_owned(), json!({ "storage": { "value": sent } }));
    }
    answer
}

/// Comments as results show them, the people in all of them looked up together.
pub(super) async fn shown(cx: &Context, answers: &[Value]) -> Vec<Value> {
    let ids: Vec<_> = answers
        .iter()
        .flat_map(|answer| {
            let mut ids = users_in_storage(storage(answer));
            ids.extend(author_id(answer).map(people::account));
            ids
        })
        .collect();
    let names = people::names(cx, ids).await;
    answers.iter().map(|answer| object(cx, answer, &names)).collect()
}

fn storage(answer: &Value) -> &str {
    at::text(answer, "/body/storage/value").unwrap_or_default()
}

fn author_id(answer: &Value) -> Option<&str> {
    at::text(answer, "/version/authorId").or(at::text(answer, "/authorId"))
}

fn object(cx: &Context, answer: &Value, names: &HashMap<String, String>) -> Value {
    let first = |paths: &[&str]| paths.iter().find_map(|path| at::text(answer, path));
    let (text, _, _) = body::shown(cx, storage(answer), names, true);
    let author = first(&[
        "/author/displayName",
        "/version/by/displayName",
        "/history/createdBy/displayName",
    ])
    .or_else(|| author_id(answer).map(|id| names.get(id).map_or(id, String::as_str)));
    let updated = first(&["/version/createdAt", "/version/when"]);
    let created = at::text(answer, "/history/createdDate").or(updated);
    let parent = at::id(answer, "/parentCommentId")
        .or_else(|| at::list(answer, "/ancestors").last().and_then(|last| at::id(last, "/id")));
    let location = if is_inline(answer) { "inline" } else { "footer" };
    let mut out = Map::new();
    out.insert("id".to_owned(), json!(at::id(answer, "/id").unwrap_or_default()));
    out.insert("body".to_owned(), json!(text));
    out.insert("created".to_owned(), json!(stamp::shown(created)));
    out.insert("updated".to_owned(), json!(stamp::shown(updated)));
    let resolution = first(&["/resolutionStatus", "/extensions/resolution/status"])
        .filter(|_| location == "inline");
    let marker = first(&[
        "/properties/inlineMarkerRef",
        "/properties/inline-marker-ref",
        "/extensions/inlineProperties/markerRef",
    ]);
    let selection = first(&[
        "/properties/inlineOriginalSelection",
        "/properties/inline-original-selection",
        "/extensions/inlineProperties/originalSelection",
    ]);
    for (key, value) in [
        ("title", at::text(answer, "/title")),
        ("author", author),
        ("parent_comment_id", parent.as_deref()),
        ("location", Some(location)),
        ("resolution_status", resolution),
        ("marker_ref", marker),
        ("original_selection", selection),
    ] {
        if let Some(value) = value {
            out.insert(key.to_owned(), json!(value));
        }
    }
    Value::Object(out)
}

/// Whether a comment is on a text of the page.
pub(super) fn is_inline(answer: &Value) -> bool {
    at::text(answer, "/extensions/location") == Some("inline")
        || answer.get("resolutionStatus").is_some()
}

/// Which comments of a page are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of them, those in the footer first.
    All,
    /// Those on a text of the page.
    Inline,
}

/// The comments of a page or blog post with their replies, each behind what it replies to.
pub(super) async fn list(cx: &Context, id: &str, wanted: Wanted) -> Result<Vec<Value>, ToolError> {
    if !cx.is_cloud() {
        let mut found = dc(cx, id).await?;
        found.retain(|comment| wanted == Wanted::All || is_inline(comment));
        return Ok(found);
    }
    match cloud(cx, Kind::Page, id, wanted).await {
        Err(error) if error.is_status(404) => {
            cloud(cx, Kind::BlogPost, id, wanted).await.map_err(|_| error)
        }
        listed => listed,
    }
}

async fn cloud(
    cx: &Context,
    kind: Kind,
    id: &str,
    wanted: Wanted,
) -> Result<Vec<Value>, ToolError> {
    let footer = async {
        if wanted == Wanted::Inline {
            return Ok(Vec::new());
        }
        let roots = load::follow_v2(cx, comments::footer_of(kind, id)).await?;
        with_replies(cx, roots, false).await
    };
    let inline = async {
        let roots = load::follow_v2(cx, comments::inline_of(kind, id)).await?;
        with_replies(cx, roots, true).await
    };
    let (footer, inline) = futures::future::join(footer, inline).await;
    let mut footer = footer?;
    footer.extend(inline?);
    Ok(footer)
}

/// Adds the replies, level by level; a reply names the comment it answers.
async fn with_replies(
    cx: &Context,
    roots: Vec<Value>,
    inline: bool,
) -> Result<Vec<Value>, ToolError> {
    let mut children: HashMap<String, Vec<Value>> = HashMap::new();
    let mut level: Vec<String> = roots.iter().filter_map(|root| at::id(root, "/id")).collect();
    for _ in 0..MAX_DEPTH {
        if level.is_empty() {
            break;
        }
        let asked = level.into_iter().map(|id| async move {
            let replies = load::follow_v2(cx, comments::replies(inline, &id)).await;
            replies.map(|replies| (id, replies))
        });
        let asked: Vec<_> = asked.collect();
        let answers: Vec<_> = futures::stream::iter(asked).buffered(AT_ONCE).collect().await;
        level = Vec::new();
        for answer in answers {
            let (parent, mut replies) = answer?;
            for reply in &mut replies {
                level.extend(at::id(reply, "/id"));
                if let Some(reply) = reply.as_object_mut() {
                    reply.entry("parentCommentId").or_insert_with(|| json!(parent));
                    if inline {
                        reply.entry("resolutionStatus").or_insert(Value::Null);
                    }
                }
            }
            children.insert(parent, replies);
        }
    }
    let mut ordered = Vec::new();
    let mut open: Vec<Value> = roots.into_iter().rev().collect();
    while let Some(comment) = open.pop() {
        let replies = at::id(&comment, "/id").and_then(|id| children.remove(&id));
        ordered.push(comment);
        open.extend(replies.unwrap_or_default().into_iter().rev());
    }
    Ok(ordered)
}

async fn dc(cx: &Context, id: &str) -> Result<Vec<Value>, ToolError> {
    let mut found = Vec::new();
    for _ in 0..MAX_PAGES {
        let answer: Value = cx.confluence(&comments::v1_list(id, found.len())).await?;
        let page = at::list(&answer, "/results");
        found.extend_from_slice(page);
        if page.is_empty() || at::text(&answer, "/_links/next").is_none() {
            break;
        }
    }
    Ok(found)
}
