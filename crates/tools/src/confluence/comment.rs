//! The comment object of results (confluence spec section 2.3).

use super::{at, body, people, stamp};
use crate::Context;
use atlassian_markup::users_in_storage;
use serde_json::{Map, Value, json};

/// A comment as results show it, from the answer of either interface. `sent` is shown when the
/// answer holds no body.
pub(super) async fn object(cx: &Context, answer: &Value, sent: &str) -> Value {
    let storage = at::text(answer, "/body/storage/value").unwrap_or(sent);
    let author_id = at::text(answer, "/version/authorId").or(at::text(answer, "/authorId"));
    let mut ids = users_in_storage(storage);
    ids.extend(author_id.map(people::account));
    let names = people::names(cx, ids).await;
    let (text, _, _) = body::shown(cx, storage, &names, true);
    let author = at::text(answer, "/author/displayName")
        .or(at::text(answer, "/version/by/displayName"))
        .or(at::text(answer, "/history/createdBy/displayName"))
        .or(author_id.map(|id| names.get(id).map_or(id, String::as_str)));
    let updated = at::text(answer, "/version/createdAt").or(at::text(answer, "/version/when"));
    let created = at::text(answer, "/history/createdDate").or(updated);
    let parent = at::id(answer, "/parentCommentId")
        .or_else(|| at::list(answer, "/ancestors").last().and_then(|last| at::id(last, "/id")));
    let inline = at::text(answer, "/extensions/location") == Some("inline")
        || answer.get("resolutionStatus").is_some();
    let mut out = Map::new();
    out.insert("id".to_owned(), json!(at::id(answer, "/id").unwrap_or_default()));
    out.insert("body".to_owned(), json!(text));
    out.insert("created".to_owned(), json!(stamp::shown(created)));
    out.insert("updated".to_owned(), json!(stamp::shown(updated)));
    for (key, value) in [
        ("title", at::text(answer, "/title")),
        ("author", author),
        ("parent_comment_id", parent.as_deref()),
        ("location", Some(if inline { "inline" } else { "footer" })),
    ] {
        if let Some(value) = value {
            out.insert(key.to_owned(), json!(value));
        }
    }
    Value::Object(out)
}
