//! `jira_update_version`.

use super::failure;
use crate::{Access, Answer, Argument, Context, Kind, Scope, Tool, ToolError, Toolset};
use atlassian_jira::versions;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Changes one version.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct UpdateVersion {
    version_id: String,
    name: Option<String>,
    description: Option<String>,
    start_date: Option<String>,
    release_date: Option<String>,
    archived: Option<bool>,
    released: Option<bool>,
}

impl Tool for UpdateVersion {
    const NAME: &'static str = "jira_update_version";
    const TITLE: &'static str = "Update Version";
    const DESCRIPTION: &'static str = "Change a version: rename, release, archive, dates. Only given fields are changed; an empty \
         text clears.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraProjects;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("version_id", Kind::Text, "Id of the version."),
        Argument::optional("name", Kind::Text, "New name."),
        Argument::optional("description", Kind::Text, "New description."),
        Argument::optional("start_date", Kind::Text, "Start date, YYYY-MM-DD."),
        Argument::optional("release_date", Kind::Text, "Release date, YYYY-MM-DD."),
        Argument::optional("archived", Kind::Boolean, "Whether it is archived."),
        Argument::optional("released", Kind::Boolean, "Whether it is released."),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().version(self.version_id.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = self.version_id.trim();
        if id.is_empty() {
            return Err(ToolError::argument("version_id", "must not be empty", None));
        }
        let texts = [
            ("name", self.name),
            ("description", self.description),
            ("startDate", self.start_date),
            ("releaseDate", self.release_date),
        ];
        let flags = [("archived", self.archived), ("released", self.released)];
        let fields: Map<String, Value> = texts
            .into_iter()
            .filter_map(|(key, text)| Some((key.to_owned(), Value::from(text?))))
            .chain(flags.into_iter().filter_map(|(k, flag)| Some((k.to_owned(), flag?.into()))))
            .collect();
        if fields.is_empty() {
            let error = ToolError::refused(
                "update_version requires at least one field to update; nothing was changed",
            );
            return Ok(Answer::failure(failure(&error)));
        }
        let request = versions::update(cx.deployment(), id, fields);
        Ok(match cx.remote.json::<Value>(&request).await {
            Ok(version) => Answer::json(version),
            Err(error) => Answer::failure(failure(&error.into())),
        })
    }
}
