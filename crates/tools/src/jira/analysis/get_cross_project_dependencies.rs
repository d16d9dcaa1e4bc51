//! `jira_get_cross_project_dependencies`.

use super::{FIELDS, ends, links, project, scan};
use crate::jira::parts::text;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::jql;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Lists the links between the issues of a project and other projects.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetCrossProjectDependencies {
    project_key: String,
    max_issues: usize,
}

impl Tool for GetCrossProjectDependencies {
    const NAME: &'static str = "jira_get_cross_project_dependencies";
    const TITLE: &'static str = "Get Cross-Project Dependencies";
    const DESCRIPTION: &'static str = "List issue links that lead from a project to others, by project and link type. Looks at the \
         most recently updated issues; `truncated` says that there are more.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraProjectAnalysis;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "project_key",
            Kind::Key(Pattern::ProjectKey),
            "Project key, such as PROJ.",
        ),
        Argument::with_default(
            "max_issues",
            Kind::Integer { min: Some(1), max: Some(500) },
            DefaultValue::Integer(200),
            "Issues to look at.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().container(&self.project_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let own = &self.project_key;
        let query = format!("project = {} ORDER BY updated DESC", jql::quoted(own));
        let scanned = scan(cx, &query, &FIELDS, self.max_issues).await?;
        let mut projects: BTreeMap<String, (u64, Map<String, Value>)> = BTreeMap::new();
        let mut total = 0_u64;
        for issue in &scanned.issues {
            let Some(source) = text(issue, "/key") else { continue };
            for link in links(issue) {
                let kind = text(link, "/type/name").unwrap_or("Unknown");
                for (end, outward) in ends(link) {
                    let Some(target) = text(end, "/key") else { continue };
                    if project(target) == own {
                        continue;
                    }
                    total += 1;
                    let (count, kinds) = projects.entry(project(target).to_owned()).or_default();
                    *count += 1;
                    let found = json!({
                        "source": source,
                        "target": target,
                        "direction": if outward { "outward" } else { "inward" },
                    });
                    let listed = kinds.entry(kind).or_insert_with(|| json!([]));
                    if let Value::Array(listed) = listed {
                        listed.push(found);
                    }
                }
            }
        }
        let by_project: Map<String, Value> = projects
            .into_iter()
            .map(|(key, (count, kinds))| {
                (key, json!({ "total_links": count, "by_link_type": kinds }))
            })
            .collect();
        let mut out = Map::new();
        out.insert("project_key".to_owned(), Value::from(own.as_str()));
        out.insert("total_issues_scanned".to_owned(), Value::from(scanned.issues.len()));
        out.insert("total_cross_project_links".to_owned(), Value::from(total));
        out.insert("by_project".to_owned(), Value::Object(by_project));
        if scanned.truncated {
            out.insert("truncated".to_owned(), Value::from(true));
        }
        Ok(Answer::json(out))
    }
}
