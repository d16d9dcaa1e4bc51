//! `jira_batch_create_versions`.

use super::{failure, fields_of};
use crate::jira::parts::{set, text};
use crate::{Access, Answer, Argument, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset};
use atlassian_jira::versions;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Most versions of one call.
const MAX_VERSIONS: usize = 500;

/// Creates several versions.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct BatchCreateVersions {
    project_key: String,
    versions: String,
}

impl Tool for BatchCreateVersions {
    const NAME: &'static str = "jira_batch_create_versions";
    const TITLE: &'static str = "Batch Create Versions";
    const DESCRIPTION: &'static str =
        "Create several versions in a project, one after the other; each has its own result.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraProjects;
    const ACCESS: Access = Access::Additive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "project_key",
            Kind::Key(Pattern::ProjectKey),
            "Project key, such as PROJ.",
        ),
        Argument::required(
            "versions",
            Kind::Json,
            "JSON array of {\"name\", \"startDate\", \"releaseDate\", \"description\"}; only name is required.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().container(&self.project_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let wrong = |rule: String| ToolError::argument("versions", rule, Some(&self.versions));
        let given: Value = serde_json::from_str(&self.versions)
            .map_err(|error| wrong(format!("Invalid JSON in versions: {error}")))?;
        let Value::Array(given) = given else {
            return Err(wrong("Input 'versions' must be a JSON array".to_owned()));
        };
        if given.len() > MAX_VERSIONS {
            return Err(wrong(format!("at most {MAX_VERSIONS} versions in one call")));
        }
        let total = given.len() as u64;
        let mut results = Vec::new();
        let (mut created, mut refused) = (0, 0);
        for (at, item) in given.into_iter().enumerate() {
            results.push(match self.create(cx, at, &item).await {
                Ok(version) => {
                    created += 1;
                    json!({ "success": true, "version": version })
                }
                Err(Problem::Item(sentence)) => json!({ "success": false, "error": sentence }),
                Err(Problem::Api(error)) => {
                    refused += 1;
                    let mut result = failure(&error);
                    set(&mut result, "input", item);
                    result
                }
            });
            cx.progress.report(results.len() as u64, Some(total), "versions handled");
        }
        let results = Value::Array(results);
        Ok(if created == 0 && refused > 0 {
            Answer::failure(results)
        } else {
            Answer::json(results)
        })
    }
}

/// Why an element brought no version.
enum Problem {
    /// It is not what a version is made of.
    Item(String),
    /// Jira refused it.
    Api(ToolError),
}

impl BatchCreateVersions {
    async fn create(&self, cx: &Context, at: usize, item: &Value) -> Result<Value, Problem> {
        let Some(name) = text(item, "/name").filter(|name| !name.is_empty()) else {
            return Err(Problem::Item(format!(
                "Item {at}: Each version must be an object with at least a 'name' field."
            )));
        };
        let keys = ["startDate", "releaseDate", "description"];
        let fields = fields_of(keys.map(|key| (key, item.get(key).and_then(Value::as_str))));
        let request = versions::create(cx.deployment(), &self.project_key, name, fields);
        cx.remote.json(&request).await.map_err(|error| Problem::Api(error.into()))
    }
}
