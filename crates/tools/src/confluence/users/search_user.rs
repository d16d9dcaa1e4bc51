//! `confluence_search_user`.

use crate::confluence::{at, failed_read};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::cql;
use atlassian_confluence::users;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// The group whose members are looked through when none is named.
const DEFAULT_GROUP: &str = "confluence-users";
/// Most pages of members looked through.
const MAX_PAGES: usize = 100;

/// Finds people.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct SearchUser {
    query: String,
    limit: u32,
    group_name: String,
}

impl Tool for SearchUser {
    const NAME: &'static str = "confluence_search_user";
    const TITLE: &'static str = "Search User";
    const DESCRIPTION: &'static str = "Find people in Confluence by name. Returns the ids that \
         mentions and restrictions need.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceUsers;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "query",
            Kind::Text,
            "Part of a name, or user CQL such as user.fullname ~ \"Ada\".",
        ),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(50) },
            DefaultValue::Integer(10),
            "Most people.",
        ),
        Argument::with_default(
            "group_name",
            Kind::Text,
            DefaultValue::Text(DEFAULT_GROUP),
            "Group to look in (Data Center).",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let limit = cx.clamp_limit(self.limit);
        let found = if cx.is_cloud() {
            self.cloud(cx, limit).await
        } else {
            self.dc(cx, limit as usize).await
        };
        match found {
            Ok(found) => Ok(Answer::json(found)),
            Err(error) => {
                let what = "An unexpected error occurred while searching for users";
                failed_read(error, what, Value::Null)
            }
        }
    }
}

impl SearchUser {
    fn is_cql(&self) -> bool {
        ["=", "~", ">", "<", " AND ", " OR ", "user."].iter().any(|sign| self.query.contains(sign))
    }

    fn as_cql(&self) -> String {
        if self.is_cql() {
            self.query.clone()
        } else {
            format!("user.fullname ~ {}", cql::quoted(self.query.trim()))
        }
    }

    /// The words of a query for a name.
    fn term(&self) -> String {
        let quoted = self.query.split_once("user.fullname").and_then(|(_, rest)| {
            let rest = rest.trim_start().strip_prefix('~')?.trim_start().strip_prefix('"')?;
            rest.split_once('"').map(|(term, _)| term)
        });
        quoted.unwrap_or(self.query.trim()).to_lowercase()
    }

    async fn cloud(&self, cx: &Context, limit: u32) -> Result<Vec<Value>, ToolError> {
        let answer: Value = cx.confluence(&users::search(&self.as_cql(), limit)).await?;
        Ok(at::list(&answer, "/results").iter().map(hit).collect())
    }

    async fn dc(&self, cx: &Context, limit: usize) -> Result<Vec<Value>, ToolError> {
        if self.group_name == DEFAULT_GROUP {
            let wide = u32::try_from(limit).unwrap_or(u32::MAX);
            let request = users::v1_search(&self.as_cql(), wide);
            // Not every version finds people by CQL; the members of the group are looked through
            // then.
            let answer: Option<Value> = match cx.confluence(&request).await {
                Err(error) if error.is_status(401) => return Err(error.into()),
                answer => answer.ok(),
            };
            if let Some(answer) = answer {
                let found: Vec<Value> = at::list(&answer, "/results")
                    .iter()
                    .filter(|found| found.get("user").is_some_and(Value::is_object))
                    .map(hit)
                    .take(limit)
                    .collect();
                if !found.is_empty() {
                    return Ok(found);
                }
            }
        }
        self.members(cx, limit).await
    }

    async fn members(&self, cx: &Context, limit: usize) -> Result<Vec<Value>, ToolError> {
        let term = self.term();
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        let mut start = 0;
        for _ in 0..MAX_PAGES {
            let answer: Value = cx.confluence(&users::v1_members(&self.group_name, start)).await?;
            let members = at::list(&answer, "/results");
            start += members.len();
            for member in members {
                let is = |path| {
                    at::text(member, path).is_some_and(|name| name.to_lowercase().contains(&term))
                };
                let key = at::text(member, "/userKey").or(at::text(member, "/username"));
                let new = key.is_none_or(|key| seen.insert(key.to_owned()));
                if new && (is("/displayName") || is("/username")) {
                    let hit = json!({ "user": member, "title": member.get("displayName") });
                    found.push(self::hit(&hit));
                }
                if found.len() == limit {
                    return Ok(found);
                }
            }
            if members.is_empty() || at::text(&answer, "/_links/next").is_none() {
                break;
            }
        }
        Ok(found)
    }
}

/// A person as results show one.
fn hit(found: &Value) -> Value {
    let mut out = Map::new();
    let kind = at::text(found, "/entityType").unwrap_or("user");
    out.insert("entity_type".to_owned(), json!(kind));
    out.insert("title".to_owned(), json!(at::text(found, "/title")));
    let score = found.get("score").and_then(Value::as_f64).unwrap_or(0.0);
    out.insert("score".to_owned(), json!(score));
    if let Some(user) = found.get("user").filter(|user| user.is_object()) {
        let active = at::text(user, "/accountStatus").is_none_or(|status| status == "active");
        let mut shown = json!({
            "account_id": user.get("accountId"),
            "display_name": user.get("displayName"),
            "email": user.get("email"),
            "profile_picture": user.pointer("/profilePicture/path"),
            "is_active": active,
        });
        for (key, path) in [("username", "/username"), ("user_key", "/userKey")] {
            if let (Some(value), Some(shown)) = (at::text(user, path), shown.as_object_mut()) {
                shown.insert(key.to_owned(), json!(value));
            }
        }
        out.insert("user".to_owned(), shown);
    }
    for (key, path) in
        [("url", "/url"), ("last_modified", "/lastModified"), ("excerpt", "/excerpt")]
    {
        if let Some(value) = at::text(found, path) {
            out.insert(key.to_owned(), json!(value));
        }
    }
    Value::Object(out)
}
