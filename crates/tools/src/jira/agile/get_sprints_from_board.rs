//! `jira_get_sprints_from_board`.

use super::{given_id, sprint, values};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::agile;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::Value;

/// Lists the sprints of a board.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetSprintsFromBoard {
    board_id: String,
    state: Option<String>,
    start_at: u64,
    limit: u32,
}

impl Tool for GetSprintsFromBoard {
    const NAME: &'static str = "jira_get_sprints_from_board";
    const TITLE: &'static str = "Get Sprints from Board";
    const DESCRIPTION: &'static str = "List the sprints of a scrum board, oldest first. There are more as long as a page is full: raise start_at.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraAgile;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("board_id", Kind::Text, "Id of the board."),
        Argument::optional("state", Kind::List, "Comma list of active, future, closed."),
        Argument::with_default(
            "start_at",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Sprints to skip.",
        ),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(50) },
            DefaultValue::Integer(10),
            "Sprints to return.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().board(self.board_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = given_id("board_id", &self.board_id)?;
        let state = self.state.as_deref().map(str::trim).filter(|state| !state.is_empty());
        let request = agile::sprints(id, state, self.start_at, self.limit);
        let answer: Value = cx.remote.json(&request).await?;
        let sprints = values(&answer, "sprints")?;
        Ok(Answer::json(sprints.iter().map(sprint).collect::<Value>()))
    }
}
