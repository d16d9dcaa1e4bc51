//! `confluence_check_content_permissions`.

use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::restrictions;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Checks what somebody may do to content.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct CheckContentPermissions {
    content_id: String,
    user_identifier: String,
    operation: String,
    subject_type: String,
}

/// The operations that Confluence's document of the check knows (confluence spec section 9.3).
const OPERATIONS: [&str; 3] = ["read", "update", "delete"];
/// Who may be asked about.
const SUBJECTS: [&str; 2] = ["user", "group"];

impl Tool for CheckContentPermissions {
    const NAME: &'static str = "confluence_check_content_permissions";
    const TITLE: &'static str = "Check Content Permissions";
    const DESCRIPTION: &'static str = "Check whether a user or group may read, update or delete \
         Confluence content. Cloud only.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePermissions;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("content_id", Kind::ContentId, "Page id or link."),
        Argument::required("user_identifier", Kind::Text, "Account id, group id, or anonymous."),
        Argument::required("operation", Kind::Text, "read, update or delete."),
        Argument::with_default(
            "subject_type",
            Kind::Text,
            DefaultValue::Text("user"),
            "user or group.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.content_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        super::only_on_cloud(cx)?;
        let word = |text: &str| text.trim().to_ascii_lowercase();
        let operation = word(&self.operation);
        if !OPERATIONS.contains(&operation.as_str()) {
            let rule = "Input should be read, update or delete";
            return Err(ToolError::argument("operation", rule, Some(&self.operation)));
        }
        let subject = match word(&self.subject_type) {
            blank if blank.is_empty() => "user".to_owned(),
            known if SUBJECTS.contains(&known.as_str()) => known,
            _ => {
                let rule = "Input should be user or group";
                return Err(ToolError::argument("subject_type", rule, Some(&self.subject_type)));
            }
        };
        let request =
            restrictions::check(&self.content_id, &operation, &subject, &self.user_identifier);
        let answer: Value = cx.confluence(&request).await?;
        Ok(Answer::json(answer))
    }
}
