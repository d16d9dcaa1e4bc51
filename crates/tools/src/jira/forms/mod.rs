//! Forms on issues (section 6 of the spec on projects). The Forms API is one of Cloud; the tools are
//! listed for Data Center too, as clients know them, and refuse there before any request (D13).

mod answers;
pub(super) mod get_issue_proforma_forms;
pub(super) mod get_proforma_form_details;
pub(super) mod update_proforma_form_answers;

use super::metadata::document;
use super::parts::{get, put, text};
use crate::{Answer, Context, ToolError};
use atlassian_jira::forms;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The cloud id that the site tells, when none is configured: asked for once in ten minutes.
///
/// # Errors
/// When it is needed and the site does not tell it; on Data Center, which has no Forms API.
async fn cloud_id(cx: &Context) -> Result<Option<String>, ToolError> {
    if !cx.is_cloud() {
        return Err(ToolError::refused(
            "Jira Forms needs Jira Cloud; this instance is a Data Center",
        ));
    }
    if cx.config().cloud_id.is_some() {
        return Ok(None);
    }
    let told = document(cx, "cloud id".to_owned(), || async {
        Ok(cx.remote.json(&forms::tenant()).await?)
    });
    let told = told.await?;
    let usable =
        |id: &&str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    match text(&told, "/cloudId").filter(usable) {
        Some(id) => Ok(Some(id.to_owned())),
        None => Err(ToolError::refused(
            "The site did not tell its cloud_id, which the Forms API needs; set \
             ATLASSIAN_OAUTH_CLOUD_ID or send the header X-Atlassian-Cloud-Id",
        )),
    }
}

/// A form as results show it (section 6.1), without fields.
fn form(key: &str, form: &Value) -> Option<Map<String, Value>> {
    let id = text(form, "/id").or_else(|| text(form, "/formId")).filter(|id| !id.is_empty())?;
    let submitted = form.get("submitted").and_then(Value::as_bool) == Some(true);
    let mut out = Map::new();
    out.insert("id".to_owned(), Value::from(id));
    out.insert("form_id".to_owned(), Value::from(id));
    put(&mut out, "name", get(form, "/name").clone());
    out.insert("state".to_owned(), json!({ "status": if submitted { "s" } else { "o" } }));
    out.insert("fields".to_owned(), json!([]));
    out.insert("issue_key".to_owned(), Value::from(key));
    put(&mut out, "updated", updated(get(form, "/updated")));
    for name in ["internal", "submitted", "lock"] {
        put(&mut out, name, get(form, &format!("/{name}")).clone());
    }
    Some(out)
}

/// ISO 8601 with `Z` for UTC and no needless zeros.
fn updated(value: &Value) -> Value {
    match value.as_str().and_then(|text| text.parse::<Timestamp>().ok()) {
        Some(stamp) => Value::from(stamp.to_string()),
        None => value.clone(),
    }
}

/// A failure as the document that these tools answer with; a refusal by the operator's rules
/// stays an error.
fn failure(key: &str, id: Option<&str>, error: ToolError) -> Result<Answer, ToolError> {
    if let ToolError::Policy(_) | ToolError::Arguments(_) = error {
        return Err(error);
    }
    let mut out = Map::new();
    out.insert("success".to_owned(), Value::from(false));
    out.insert("error".to_owned(), Value::from(error.to_string()));
    out.insert("issue_key".to_owned(), Value::from(key));
    put(&mut out, "form_id", Value::from(id));
    Ok(Answer::failure(out))
}

#[cfg(test)]
mod tests {
    use super::{form, updated};
    use serde_json::json;

    #[test]
    fn a_form_shows_what_is_set() {
        let shown = form(
            "SUP-1",
            &json!({"id": "f1", "name": "Onboarding", "submitted": true,
                                          "internal": null, "updated": "2026-01-05T09:00:00.000Z"}),
        );
        assert_eq!(
            shown.map(serde_json::Value::Object),
            Some(json!({"id": "f1", "form_id": "f1", "name": "Onboarding",
                        "state": {"status": "s"}, "fields": [], "issue_key": "SUP-1",
                        "updated": "2026-01-05T09:00:00Z", "submitted": true}))
        );
        assert!(form("SUP-1", &json!({"name": "x"})).is_none());
        assert_eq!(updated(&json!("2026-01-05T09:00:00.120Z")), json!("2026-01-05T09:00:00.12Z"));
        assert_eq!(updated(&json!("soon")), json!("soon"));
    }
}
