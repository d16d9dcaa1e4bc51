//! `jira_get_agile_boards`.

use super::{id, values};
use crate::jira::parts::{get, text};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::agile::{self, BoardQuery};
use atlassian_settings::Service;
use futures::future::try_join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;

/// Boards of one project that are read at once, and most of them, when a filter is in force.
const PAGE: u32 = 50;
const MAX_BOARDS: usize = 1_000;

/// Lists boards.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetAgileBoards {
    board_name: Option<String>,
    project_key: Option<String>,
    board_type: Option<String>,
    start_at: u64,
    limit: u32,
}

impl Tool for GetAgileBoards {
    const NAME: &'static str = "jira_get_agile_boards";
    const TITLE: &'static str = "Get Agile Boards";
    const DESCRIPTION: &'static str = "List boards by name, project or type. There are more as long as a page is full: raise start_at.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraAgile;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::optional("board_name", Kind::Text, "Text in the board's name."),
        Argument::optional(
            "project_key",
            Kind::Key(Pattern::ProjectKey),
            "Boards of this project.",
        ),
        Argument::optional("board_type", Kind::Text, "scrum, kanban or simple."),
        Argument::with_default(
            "start_at",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Boards to skip.",
        ),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(50) },
            DefaultValue::Integer(10),
            "Boards to return.",
        ),
    ];

    fn scope(&self) -> Scope {
        match &self.project_key {
            Some(key) => Scope::nothing().container(key),
            // Only the boards of the projects in the filter are asked for.
            None => Scope::nothing(),
        }
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let filter = cx.fence.filter().filter(|_| self.project_key.is_none());
        let boards = match filter {
            None => {
                let request = agile::boards(
                    &self.query(self.project_key.as_deref()),
                    self.start_at,
                    self.limit,
                );
                values(&cx.remote.json(&request).await?, "boards")?
            }
            Some(filter) => {
                let of = filter.keys().iter().map(|key| self.every(cx, key));
                let mut seen = HashSet::new();
                let boards = try_join_all(of).await?.into_iter().flatten();
                let start = usize::try_from(self.start_at).unwrap_or(usize::MAX);
                boards
                    .filter(|board| seen.insert(get(board, "/id").to_string()))
                    .skip(start)
                    .take(self.limit as usize)
                    .collect()
            }
        };
        let shown = boards.iter().map(|board| {
            json!({
                "id": id(get(board, "/id")),
                "name": text(board, "/name").unwrap_or("Unknown"),
                "type": text(board, "/type").unwrap_or("Unknown"),
            })
        });
        Ok(Answer::json(shown.collect::<Value>()))
    }
}

impl GetAgileBoards {
    fn query<'a>(&'a self, project: Option<&'a str>) -> BoardQuery<'a> {
        let given = |text: &'a Option<String>| {
            text.as_deref().map(str::trim).filter(|text| !text.is_empty())
        };
        BoardQuery { name: given(&self.board_name), project, kind: given(&self.board_type) }
    }

    /// Every board of one project.
    async fn every(&self, cx: &Context, project: &str) -> Result<Vec<Value>, ToolError> {
        let mut found: Vec<Value> = Vec::new();
        loop {
            let request = agile::boards(&self.query(Some(project)), found.len() as u64, PAGE);
            let answer: Value = cx.remote.json(&request).await?;
            let page = values(&answer, "boards")?;
            let last = answer.get("isLast").and_then(Value::as_bool) != Some(false);
            let none = page.is_empty();
            found.extend(page);
            if last || none || found.len() >= MAX_BOARDS {
                return Ok(found);
            }
        }
    }
}
