//! `jira_search`.

use crate::jira::searching::{FIELDS, Hits, Search};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_settings::Service;
use serde::Deserialize;

/// Runs a JQL query.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct SearchIssues {
    jql: String,
    fields: String,
    limit: u32,
    start_at: u64,
    projects_filter: Option<String>,
    expand: Option<String>,
    page_token: Option<String>,
    use_display_names: bool,
}

impl Tool for SearchIssues {
    const NAME: &'static str = "jira_search";
    const TITLE: &'static str = "Search Issues";
    const DESCRIPTION: &'static str = "Find issues with JQL, for example `project = PROJ AND status = \"In Progress\" ORDER BY \
         updated DESC`. On Cloud continue with next_page_token.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraIssues;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("jql", Kind::Text, "JQL query."),
        FIELDS,
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: None },
            DefaultValue::Integer(10),
            "Issues to return; at most 5000, on Data Center 50.",
        ),
        Argument::with_default(
            "start_at",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Issues to skip; on Cloud prefer page_token.",
        ),
        Argument::optional("projects_filter", Kind::List, "Comma list of project keys to stay in."),
        Argument::optional("expand", Kind::List, "Comma list: changelog, names, renderedFields."),
        Argument::optional(
            "page_token",
            Kind::Text,
            "next_page_token of the previous answer (Cloud).",
        ),
        Argument::with_default(
            "use_display_names",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Show custom fields under their display names.",
        ),
    ];

    fn scope(&self) -> Scope {
        // The filter is ANDed into the query, and what comes back is compared.
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let hits: Hits = Search {
            jql: self.jql,
            fields: self.fields,
            limit: self.limit,
            start_at: self.start_at,
            projects: self.projects_filter,
            expand: self.expand,
            page_token: self.page_token,
            display_names: self.use_display_names,
        }
        .run(cx)
        .await?;
        Ok(hits.answer())
    }
}
