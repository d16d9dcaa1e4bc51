//! Page templates: Cloud only.

pub(super) mod create_page_from_template;
pub(super) mod get_page_template;
pub(super) mod list_page_templates;

use crate::confluence::at;
use crate::{Context, ToolError};
use atlassian_confluence::templates;
use serde_json::Value;

/// Refuses on Data Center, which has no interface for templates.
fn only_on_cloud(cx: &Context) -> Result<(), ToolError> {
    if cx.is_cloud() {
        return Ok(());
    }
    Err(ToolError::refused(
        "Page template operations are only available for Confluence Cloud. Server/Data Center does \
         not expose the template REST API.",
    ))
}

/// Global templates looked through to see whether one belongs to no space.
const MAX_GLOBAL: u32 = 200;

/// A template and its storage body. A template of a space outside the filter is refused.
async fn read(cx: &Context, id: &str) -> Result<(Value, Option<String>), ToolError> {
    let body = |template: &Value| at::text(template, "/body/storage/value").map(str::to_owned);
    let template: Value = cx.confluence(&templates::read(id, false)).await?;
    admit(cx, &template, id).await?;
    if let Some(found) = body(&template) {
        return Ok((template, Some(found)));
    }
    let template: Value = cx.confluence(&templates::read(id, true)).await?;
    let found = body(&template);
    Ok((template, found))
}

/// Lets a template pass that belongs to an allowed space or to none. Confluence does not always
/// name the space of a template; only a global one counts as belonging to none then.
async fn admit(cx: &Context, template: &Value, id: &str) -> Result<(), ToolError> {
    let named = format!("template `{id}`");
    if let Some(space) = at::text(template, "/space/key") {
        return cx.fence.admit(space, &named);
    }
    if cx.fence.is_open() {
        return Ok(());
    }
    let global: Value = cx.confluence(&templates::list(None, 0, MAX_GLOBAL)).await?;
    let own = at::id(template, "/templateId");
    let is_global =
        at::list(&global, "/results").iter().any(|one| at::id(one, "/templateId") == own);
    if is_global { Ok(()) } else { Err(cx.fence.refusal(&named)) }
}

/// A description, which comes as text or as an object.
fn description(template: &Value) -> &str {
    at::text(template, "/description")
        .or(at::text(template, "/description/value"))
        .unwrap_or_default()
}
