//! From content to the space it is in now.

use super::{at, space};
use crate::{Context, ToolError};
use atlassian_confluence::pages::{self, Kind};
use atlassian_confluence::{attachments, comments};
use atlassian_http::ApiRequest;
use serde_json::Value;

/// Longest way from a reply to its page.
const MAX_STEPS: usize = 12;

/// The key of the space that a page, blog post, folder, comment or attachment is in now.
pub(crate) async fn space_of_content(cx: &Context, id: &str) -> Result<String, ToolError> {
    if cx.is_cloud() { cloud(cx, id).await } else { dc(cx, id).await }
}

async fn dc(cx: &Context, id: &str) -> Result<String, ToolError> {
    let content: Value = cx.confluence(&pages::v1_read_bare(id, "space,container.space")).await?;
    ["/space/key", "/container/space/key", "/container/key"]
        .iter()
        .find_map(|path| at::text(&content, path))
        .map(str::to_owned)
        .ok_or_else(|| unknown(id))
}

async fn cloud(cx: &Context, id: &str) -> Result<String, ToolError> {
    let mut request = first_guess(id);
    let mut asked_for_type = false;
    for _ in 0..MAX_STEPS {
        let content: Value = match cx.confluence(&request).await {
            Ok(content) => content,
            Err(error) if error.is_status(404) && !asked_for_type => {
                asked_for_type = true;
                let Some(typed) = typed(cx, id).await? else { return Err(error.into()) };
                request = typed;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if let Some(space) = at::id(&content, "/spaceId") {
            return Ok(space::by_id(cx, &space).await?.key);
        }
        // A comment or attachment is where its page is, a reply where its comment is.
        asked_for_type = true;
        let inline = request.path.as_str().contains("/inline-comments");
        request = if let Some(page) = at::id(&content, "/pageId") {
            pages::read_bare(Kind::Page, &page)
        } else if let Some(post) = at::id(&content, "/blogPostId") {
            pages::read_bare(Kind::BlogPost, &post)
        } else if let Some(parent) = at::id(&content, "/parentCommentId") {
            if inline { comments::read_inline(&parent) } else { comments::read_footer(&parent) }
        } else if let Some(attachment) = at::id(&content, "/attachmentId") {
            attachments::read(&attachment)
        } else {
            return Err(unknown(id));
        };
    }
    Err(unknown(id))
}

fn first_guess(id: &str) -> ApiRequest {
    if id.starts_with("att") { attachments::read(id) } else { pages::read_bare(Kind::Page, id) }
}

/// The request for content whose type had to be asked for.
async fn typed(cx: &Context, id: &str) -> Result<Option<ApiRequest>, ToolError> {
    let answer: Value = cx.confluence(&pages::types_of(&[id])).await?;
    let kind = answer.pointer("/results").and_then(|types| types.get(id)).and_then(Value::as_str);
    Ok(match kind {
        Some("blogpost") => Some(pages::read_bare(Kind::BlogPost, id)),
        Some("attachment") => Some(attachments::read(id)),
        Some("footer-comment") => Some(comments::read_footer(id)),
        Some("inline-comment") => Some(comments::read_inline(id)),
        Some("folder") | None => Some(pages::folder(id)),
        Some(_) => None,
    })
}

fn unknown(id: &str) -> ToolError {
    ToolError::refused(format!("Confluence did not say which space content `{id}` is in"))
}
