//! `confluence_set_page_restrictions`.

use crate::confluence::{at, restricted};
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_confluence::{restrictions, users};
use atlassian_settings::Service;
use futures::future::try_join_all;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Replaces who may see and edit a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct SetPageRestrictions {
    page_id: String,
    read_users: Option<Vec<String>>,
    read_groups: Option<Vec<String>>,
    edit_users: Option<Vec<String>>,
    edit_groups: Option<Vec<String>>,
}

impl Tool for SetPageRestrictions {
    const NAME: &'static str = "confluence_set_page_restrictions";
    const TITLE: &'static str = "Set Page Restrictions";
    const DESCRIPTION: &'static str = "Replace ALL restrictions of a Confluence page. Lists left \
         out are empty; with all of them empty the page becomes unrestricted.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("page_id", Kind::ContentId, "Page id or link."),
        Argument::optional(
            "read_users",
            Kind::Strings,
            "Who may read: account ids (Cloud) or user names (Data Center).",
        ),
        Argument::optional("read_groups", Kind::Strings, "Groups that may read, by name."),
        Argument::optional("edit_users", Kind::Strings, "Who may edit."),
        Argument::optional("edit_groups", Kind::Strings, "Groups that may edit."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let read = operation(cx, "read", self.read_users.as_ref(), self.read_groups.as_ref());
        let edit = operation(cx, "update", self.edit_users.as_ref(), self.edit_groups.as_ref());
        let operations: Vec<Value> = [read.await?, edit.await?].into_iter().flatten().collect();
        let id = &self.page_id;
        let done = "the restrictions were set";
        if cx.is_cloud() {
            let request = if operations.is_empty() {
                restrictions::remove(id)
            } else {
                restrictions::replace(id, &json!(operations))
            };
            cx.confluence::<Value>(&request).await?;
        } else {
            data_center(cx, id, &operations).await?;
        }
        let restrictions = restricted::read(cx, id).await.map_err(|error| error.after(done))?;
        let mut answer = json!({
            "message": "Page restrictions updated successfully",
            "restrictions": restrictions,
        });
        if let Some(warning) = self.locked_out(cx).await
            && let Some(answer) = answer.as_object_mut()
        {
            answer.insert("warnings".to_owned(), json!([warning]));
        }
        Ok(Answer::json(answer))
    }
}

impl SetPageRestrictions {
    /// A warning when the caller's own account is in no list that was set; groups are taken to
    /// hold it.
    async fn locked_out(&self, cx: &Context) -> Option<String> {
        let lists = [(&self.read_users, &self.read_groups), (&self.edit_users, &self.edit_groups)];
        let set = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
        let narrow: Vec<&Vec<String>> = lists
            .iter()
            .filter(|(users, groups)| set(users) && !set(groups))
            .filter_map(|(users, _)| users.as_ref())
            .collect();
        if narrow.is_empty() {
            return None;
        }
        let own: Value = cx.confluence(&users::current()).await.ok()?;
        let name = at::text(&own, if cx.is_cloud() { "/accountId" } else { "/username" })?;
        let inside = narrow.iter().all(|list| list.iter().any(|user| user == name));
        (!inside).then(|| {
            format!(
                "The account of this server ({name}) is not in every list that was set and may \
                 have lost access to the page."
            )
        })
    }
}

/// One operation with its people and groups. Cloud wants none without them, and groups by id.
async fn operation(
    cx: &Context,
    name: &'static str,
    users: Option<&Vec<String>>,
    groups: Option<&Vec<String>>,
) -> Result<Option<Value>, ToolError> {
    let users: &[String] = users.map(Vec::as_slice).unwrap_or_default();
    let groups: &[String] = groups.map(Vec::as_slice).unwrap_or_default();
    let field = if cx.is_cloud() { "accountId" } else { "username" };
    let people: Vec<Value> =
        users.iter().map(|user| json!({ "type": "known", field: user })).collect();
    if !cx.is_cloud() {
        let groups: Vec<Value> =
            groups.iter().map(|group| json!({ "type": "group", "name": group })).collect();
        return Ok(Some(json!({
            "operation": name,
            "restrictions": { "user": people, "group": groups },
        })));
    }
    if users.is_empty() && groups.is_empty() {
        return Ok(None);
    }
    let groups = try_join_all(groups.iter().map(|group| group_id(cx, group))).await?;
    let groups: Vec<Value> = groups.iter().map(|id| json!({ "type": "group", "id": id })).collect();
    let mut lists = Map::new();
    if !people.is_empty() {
        lists.insert("user".to_owned(), json!(people));
    }
    if !groups.is_empty() {
        lists.insert("group".to_owned(), json!(groups));
    }
    Ok(Some(json!({ "operation": name, "restrictions": lists })))
}

async fn group_id(cx: &Context, name: &str) -> Result<String, ToolError> {
    let answer: Value = cx.confluence(&restrictions::groups(name)).await?;
    let groups = at::list(&answer, "/results");
    let found = groups.iter().find(|group| {
        at::text(group, "/name") == Some(name) || at::text(group, "/id") == Some(name)
    });
    found.and_then(|group| at::id(group, "/id")).ok_or_else(|| {
        let similar: Vec<&str> =
            groups.iter().filter_map(|group| at::text(group, "/name")).take(10).collect();
        let similar = if similar.is_empty() {
            String::new()
        } else {
            format!(" Groups with a similar name: {}.", similar.join(", "))
        };
        ToolError::refused(format!(
            "there is no group '{name}'.{similar} No restriction was changed."
        ))
    })
}

async fn data_center(cx: &Context, id: &str, operations: &[Value]) -> Result<(), ToolError> {
    let operations = json!(operations);
    match cx.confluence::<Value>(&restrictions::replace(id, &operations)).await {
        // Older servers have the operation under another address.
        Err(error)
            if error.is_status(405) || error.is_status(404) && !at::names_content(&error) =>
        {
            let older = restrictions::replace_experimental(id, &operations);
            match cx.confluence::<Value>(&older).await {
                Ok(_) => Ok(()),
                Err(_) => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}
