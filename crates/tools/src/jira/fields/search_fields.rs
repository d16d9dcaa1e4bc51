//! `jira_search_fields`.

use super::ranking::partial_ratio;
use crate::jira::catalogue::{catalogue, refreshed};
use crate::jira::parts::list;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Finds fields by name.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct SearchFields {
    keyword: String,
    limit: usize,
    refresh: bool,
}

impl Tool for SearchFields {
    const NAME: &'static str = "jira_search_fields";
    const TITLE: &'static str = "Search Fields";
    const DESCRIPTION: &'static str =
        "Find fields by a fuzzy keyword, best first: id, name, type and JQL names of each.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraFields;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::with_default(
            "keyword",
            Kind::Text,
            DefaultValue::Text(""),
            "Part of a name; empty lists the first fields.",
        ),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: None },
            DefaultValue::Integer(10),
            "Fields to return.",
        ),
        Argument::with_default(
            "refresh",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Read the fields anew instead of using what is cached.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let known = if self.refresh { refreshed(cx).await? } else { catalogue(cx).await? };
        let keyword = self.keyword.trim();
        let mut ranked: Vec<(u32, &Value)> =
            known.raw().iter().map(|field| (score(keyword, field), field)).collect();
        if !keyword.is_empty() {
            ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        }
        let found: Vec<Value> =
            ranked.into_iter().take(self.limit).map(|(_, field)| field.clone()).collect();
        Ok(Answer::json(Value::Array(found)))
    }
}

/// The best likeness of the keyword with any name of the field.
fn score(keyword: &str, field: &Value) -> u32 {
    let named = ["id", "key", "name"].iter().filter_map(|key| field.get(*key)?.as_str());
    let clauses = list(field, "/clauseNames").iter().filter_map(Value::as_str);
    named.chain(clauses).map(|name| partial_ratio(keyword, name)).max().unwrap_or_default()
}
