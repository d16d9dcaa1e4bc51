//! `jira_get_board_issues`.

use super::given_id;
use crate::jira::parts::{get, list, text};
use crate::jira::searching::{FIELDS, LIMIT, PAGE_TOKEN, START_AT, Search, fenced};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::{agile, jql, search};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Lists the issues of a board.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetBoardIssues {
    board_id: String,
    jql: String,
    fields: String,
    start_at: u64,
    limit: u32,
    expand: String,
    page_token: Option<String>,
}

impl Tool for GetBoardIssues {
    const NAME: &'static str = "jira_get_board_issues";
    const TITLE: &'static str = "Get Board Issues";
    const DESCRIPTION: &'static str =
        "List the issues of a board, in the board's order, narrowed by JQL.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraAgile;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("board_id", Kind::Text, "Id of the board."),
        Argument::required("jql", Kind::Text, "JQL that narrows the board; may be empty."),
        FIELDS,
        START_AT,
        LIMIT,
        Argument::with_default(
            "expand",
            Kind::List,
            DefaultValue::Text("version"),
            "Comma list, such as changelog.",
        ),
        PAGE_TOKEN,
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().board(self.board_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = given_id("board_id", &self.board_id)?.to_owned();
        let jql = if cx.is_cloud() { self.on_cloud(cx, &id).await? } else { self.jql };
        // Cloud's search refuses what it cannot expand; this default of the tool means nothing.
        let words = self.expand.split(',').map(str::trim);
        let kept: Vec<&str> = words.filter(|word| !cx.is_cloud() || *word != "version").collect();
        let search = Search {
            jql: jql.clone(),
            fields: self.fields,
            limit: self.limit,
            start_at: self.start_at,
            projects: None,
            expand: Some(kept.join(",")),
            page_token: self.page_token,
            display_names: false,
        };
        let (hits, total) = futures::join!(search.run_on(cx, Some(&id)), total(cx, &jql));
        Ok(hits?.or_total(total).answer())
    }
}

impl GetBoardIssues {
    /// The query that finds the board's issues: Cloud deprecated the list of them, so what makes a
    /// board is put in front of the caller's query. An issue is on a board when the board's filter
    /// finds it and a column has its status (Jira Software REST API, "Get issues for board").
    async fn on_cloud(&self, cx: &Context, id: &str) -> Result<String, ToolError> {
        let board: Value = cx.remote.json(&agile::board_configuration(id)).await?;
        let filter = match get(&board, "/filter/id") {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => {
                return Err(ToolError::refused(format!(
                    "Jira did not say which filter board {id} shows"
                )));
            }
        };
        let mut conditions = vec![format!("filter = {}", jql::quoted(&filter))];
        if let Some(further) = text(&board, "/subQuery/query").filter(|q| !q.trim().is_empty()) {
            conditions.push(further.to_owned());
        }
        let columns = list(&board, "/columnConfig/columns");
        let statuses: Vec<String> = columns
            .iter()
            .flat_map(|column| list(column, "/statuses"))
            .filter_map(|status| text(status, "/id").map(jql::quoted))
            .collect();
        if !statuses.is_empty() {
            conditions.push(format!("status in ({})", statuses.join(", ")));
        }
        let rank = get(&board, "/ranking/rankCustomFieldId");
        let order = rank.as_u64().map(|rank| format!("ORDER BY cf[{rank}] ASC"));
        jql::narrowed(&self.jql, &conditions, order.as_deref()).map_err(|error| {
            ToolError::argument(
                "jql",
                format!("{error}; a query on a board must be complete in itself"),
                Some(&self.jql),
            )
        })
    }
}

/// About how many issues there are, which Cloud's search does not tell.
async fn total(cx: &Context, jql: &str) -> Option<i64> {
    if !cx.is_cloud() {
        return None;
    }
    let query = fenced(cx, jql, None).ok()?;
    let answer: Value = cx.remote.json(&search::count(&query)).await.ok()?;
    answer.get("count").and_then(Value::as_i64)
}
