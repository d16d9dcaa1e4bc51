//! Labels of content.

pub(super) mod add_label;
pub(super) mod get_labels;

use crate::confluence::{at, load};
use crate::{Context, ToolError};
use atlassian_confluence::labels;
use atlassian_confluence::pages::Kind;
use serde_json::{Value, json};

/// The labels of a page, blog post or attachment as results show them.
async fn read(cx: &Context, id: &str) -> Result<Vec<Value>, ToolError> {
    let found = if cx.is_cloud() {
        cloud(cx, id).await?
    } else {
        let answer: Value = cx.confluence(&labels::v1_list(id)).await?;
        at::list(&answer, "/results").to_vec()
    };
    Ok(found.iter().map(shown).collect())
}

async fn cloud(cx: &Context, id: &str) -> Result<Vec<Value>, ToolError> {
    if let Some(number) = id.strip_prefix("att") {
        return load::follow_v2(cx, labels::list_of_attachment(number)).await;
    }
    match load::follow_v2(cx, labels::list(Kind::Page, id)).await {
        Err(error) if error.is_status(404) => {
            load::follow_v2(cx, labels::list(Kind::BlogPost, id)).await.map_err(|_| error)
        }
        listed => listed,
    }
}

fn shown(label: &Value) -> Value {
    let name = at::text(label, "/name").or(at::text(label, "/label")).unwrap_or_default();
    json!({
        "id": at::id(label, "/id").unwrap_or_else(|| "0".to_owned()),
        "name": name,
        "prefix": at::text(label, "/prefix").unwrap_or("global"),
        "label": at::text(label, "/label").unwrap_or(name),
    })
}
