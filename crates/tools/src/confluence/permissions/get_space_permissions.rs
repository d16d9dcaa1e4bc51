//! `confluence_get_space_permissions`.

use crate::confluence::{at, space};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::spaces;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lists who may do what in a space.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetSpacePermissions {
    space_id: String,
    limit: u32,
    cursor: Option<String>,
}

impl Tool for GetSpacePermissions {
    const NAME: &'static str = "confluence_get_space_permissions";
    const TITLE: &'static str = "Get Space Permissions";
    const DESCRIPTION: &'static str = "List who may do what in a Confluence space. Cloud only.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePermissions;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("space_id", Kind::Text, "Numeric space id, or space key."),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: None },
            DefaultValue::Integer(25),
            "Most permissions.",
        ),
        Argument::optional("cursor", Kind::Text, "next_cursor of the last answer."),
    ];

    fn scope(&self) -> Scope {
        // An id is turned into its key and compared by the call; a key can be compared at once.
        if self.is_id() {
            Scope::nothing()
        } else {
            Scope::nothing().container(self.space_id.trim())
        }
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        super::only_on_cloud(cx)?;
        let id = if !self.is_id() {
            space::by_key(cx, &self.space_id).await?.id
        } else {
            if !cx.fence.is_open() {
                let space = space::by_id(cx, self.space_id.trim()).await?;
                cx.fence.admit(&space.key, &format!("space `{}`", self.space_id))?;
            }
            self.space_id.trim().to_owned()
        };
        let request = spaces::permissions(&id, self.limit, self.cursor.as_deref());
        let mut answer: Value = cx.confluence(&request).await?;
        let next = at::text(&answer, "/_links/next").and_then(cursor_in);
        if let (Some(answer), Some(next)) = (answer.as_object_mut(), next) {
            answer.insert("next_cursor".to_owned(), json!(next));
        }
        Ok(Answer::json(answer))
    }
}

impl GetSpacePermissions {
    fn is_id(&self) -> bool {
        let id = self.space_id.trim();
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// The `cursor` in the query of a link.
fn cursor_in(link: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "cursor")
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::cursor_in;

    #[test]
    fn cursors_are_decoded() {
        let link = "/wiki/api/v2/spaces/1/permissions?limit=5&cursor=a%3D%3D&x=1";
        assert_eq!(cursor_in(link).as_deref(), Some("a=="));
        assert_eq!(cursor_in("/wiki/api/v2/spaces"), None);
    }
}
