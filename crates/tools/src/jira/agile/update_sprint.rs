//! `jira_update_sprint`.

use super::{given_id, sprint};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::agile;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const STATES: [&str; 3] = ["future", "active", "closed"];

/// Changes a sprint.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct UpdateSprint {
    sprint_id: String,
    name: Option<String>,
    state: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    goal: Option<String>,
    clear_goal: bool,
}

impl Tool for UpdateSprint {
    const NAME: &'static str = "jira_update_sprint";
    const TITLE: &'static str = "Update Sprint";
    const DESCRIPTION: &'static str =
        "Change a sprint: rename, set goal or dates, start it (state active) or close it (closed).";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraAgile;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("sprint_id", Kind::Text, "Id of the sprint."),
        Argument::optional("name", Kind::Text, "New name."),
        Argument::optional("state", Kind::Text, "future, active or closed."),
        Argument::optional("start_date", Kind::Text, "Start, ISO 8601 with offset."),
        Argument::optional("end_date", Kind::Text, "End, ISO 8601 with offset."),
        Argument::optional("goal", Kind::Text, "New goal."),
        Argument::with_default(
            "clear_goal",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Remove the goal; an empty goal changes nothing.",
        )
        .hidden(),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().sprint(self.sprint_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = given_id("sprint_id", &self.sprint_id)?;
        let failed = |reason: String| {
            Answer::failure(json!({ "error": format!("Failed to update sprint {id}: {reason}") }))
        };
        let state = self.state.as_deref().map(str::trim).filter(|state| !state.is_empty());
        if let Some(state) = state.filter(|state| !STATES.contains(state)) {
            return Ok(failed(format!(
                "'{state}' is no state of a sprint; it is one of {}. Nothing was changed.",
                STATES.join(", ")
            )));
        }
        let given = [
            ("name", self.name.as_deref()),
            ("state", state),
            ("startDate", self.start_date.as_deref()),
            ("endDate", self.end_date.as_deref()),
            ("goal", self.goal.as_deref()),
        ];
        let mut fields: Map<String, Value> = given
            .into_iter()
            .filter_map(|(key, value)| {
                Some((key.to_owned(), Value::from(value.filter(|value| !value.is_empty())?)))
            })
            .collect();
        if self.clear_goal {
            fields.insert("goal".to_owned(), Value::from(""));
        }
        Ok(match cx.remote.json::<Value>(&agile::update_sprint(id, fields)).await {
            Ok(changed) => Answer::json(sprint(&changed)),
            Err(error) => failed(error.to_string()),
        })
    }
}
