//! `jira_get_project_epic_hierarchy`.

use super::{FIELDS, Scanned, links, project, scan};
use crate::jira::issue_types;
use crate::jira::parts::{get, text};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::jql;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a link says when the other end is the parent; more by `HIERARCHY_LINK_PHRASES`.
const CHILD_PHRASES: [&str; 3] = ["is child of", "is contained by", "split from"];
/// Parents whose summaries are asked for at once.
const CHUNK: usize = 50;

/// Groups the epics of a project under their parents in other projects.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetProjectEpicHierarchy {
    project_key: String,
    max_epics: usize,
    include_same_project: bool,
}

impl Tool for GetProjectEpicHierarchy {
    const NAME: &'static str = "jira_get_project_epic_hierarchy";
    const TITLE: &'static str = "Get Project Epic Hierarchy";
    const DESCRIPTION: &'static str = "Group the epics of a project under the issues of other projects that they belong to (parent \
         or links such as \"is child of\"). `truncated` says that there are more epics.";
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
            "max_epics",
            Kind::Integer { min: Some(1), max: Some(500) },
            DefaultValue::Integer(200),
            "Epics to look at, the most recently updated first.",
        ),
        Argument::with_default(
            "include_same_project",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Also group under parents in the same project.",
        )
        .hidden(),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().container(&self.project_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let scanned = self.epics(cx).await?;
        let phrases = child_phrases(&cx.config().behaviour.hierarchy_link_phrases);
        let mut groups: BTreeMap<String, Group> = BTreeMap::new();
        let mut unlinked: Vec<Value> = Vec::new();
        for epic in &scanned.issues {
            let shown = json!({
                "key": get(epic, "/key"),
                "summary": text(epic, "/fields/summary").unwrap_or_default(),
                "status": text(epic, "/fields/status/name").unwrap_or("Unknown"),
            });
            match self.parent(epic, &phrases) {
                Some((key, summary)) => {
                    let group = groups.entry(key.to_owned()).or_default();
                    let visible = cx.fence.allows(project(key));
                    group.summary = group.summary.take().or(summary.filter(|_| visible));
                    group.epics.push(shown);
                }
                None => unlinked.push(shown),
            }
        }
        self.summaries(cx, &mut groups).await?;
        let mut shown: Vec<Value> = groups
            .into_iter()
            .map(|(key, group)| {
                json!({
                    "parent": {
                        "key": key,
                        "summary": group.summary.unwrap_or_default(),
                        "project": project(&key),
                    },
                    "epics": group.epics,
                })
            })
            .collect();
        if !unlinked.is_empty() {
            shown.push(json!({ "parent": null, "group_name": "Unlinked", "epics": unlinked }));
        }
        let mut out = Map::new();
        out.insert("project_key".to_owned(), Value::from(self.project_key.as_str()));
        out.insert("total_epics".to_owned(), Value::from(scanned.issues.len()));
        out.insert("groups".to_owned(), Value::Array(shown));
        if scanned.truncated {
            out.insert("truncated".to_owned(), Value::from(true));
        }
        Ok(Answer::json(out))
    }
}

/// The epics below one parent.
#[derive(Debug, Default)]
struct Group {
    /// As far as it is known.
    summary: Option<String>,
    epics: Vec<Value>,
}

/// The phrases of children, small letters.
fn child_phrases(configured: &[(bool, String)]) -> Vec<String> {
    let own = configured.iter().filter(|(parent, _)| !parent).map(|(_, phrase)| phrase.clone());
    CHILD_PHRASES.map(str::to_owned).into_iter().chain(own).collect()
}

impl GetProjectEpicHierarchy {
    /// The epics: on Cloud whatever their type is called in the project (spec D19).
    async fn epics(&self, cx: &Context) -> Result<Scanned, ToolError> {
        let mut kind = "issuetype = Epic".to_owned();
        if cx.is_cloud()
            && let Ok(types) = issue_types::of_project(cx, &self.project_key).await
        {
            let epics = types.iter().filter(|kind| kind.is_epic());
            let ids: Vec<String> = epics.map(|kind| jql::quoted(&kind.id)).collect();
            if !ids.is_empty() {
                kind = format!("issuetype in ({})", ids.join(", "));
            }
        }
        let own = jql::quoted(&self.project_key);
        let query = format!("project = {own} AND {kind} ORDER BY updated DESC");
        scan(cx, &query, &FIELDS, self.max_epics).await
    }

    /// The key of the parent, with its summary when that came along: the parent field first, then
    /// the first link that says so.
    fn parent<'a>(&self, epic: &'a Value, phrases: &[String]) -> Option<(&'a str, Option<String>)> {
        let counts = |key: &str| self.include_same_project || project(key) != self.project_key;
        let told = |issue: &'a Value| {
            let key = text(issue, "/key").filter(|key| counts(key))?;
            Some((key, text(issue, "/fields/summary").map(str::to_owned)))
        };
        if let Some(parent) = told(get(epic, "/fields/parent")) {
            return Some(parent);
        }
        let is_child = |link: &Value, label: &str| {
            ["/type/name", label].iter().any(|pointer| {
                text(link, pointer).is_some_and(|phrase| {
                    phrases.iter().any(|known| *known == phrase.trim().to_lowercase())
                })
            })
        };
        links(epic).iter().find_map(|link| {
            let inward = is_child(link, "/type/inward").then(|| told(get(link, "/inwardIssue")));
            inward.flatten().or_else(|| {
                let outward =
                    is_child(link, "/type/outward").then(|| told(get(link, "/outwardIssue")));
                outward.flatten()
            })
        })
    }

    /// Asks for the summaries that did not come along. A parent that cannot be read keeps an
    /// empty one: Jira refuses the whole query then, which is halved until the others are found.
    async fn summaries(
        &self,
        cx: &Context,
        groups: &mut BTreeMap<String, Group>,
    ) -> Result<(), ToolError> {
        let missing: Vec<String> = groups
            .iter()
            .filter(|(key, group)| group.summary.is_none() && cx.fence.allows(project(key)))
            .map(|(key, _)| key.clone())
            .collect();
        let mut waiting: Vec<Vec<String>> = missing.chunks(CHUNK).map(<[String]>::to_vec).collect();
        while let Some(keys) = waiting.pop() {
            let list: Vec<String> = keys.iter().map(|key| jql::quoted(key)).collect();
            let query = format!("key in ({})", list.join(","));
            match scan(cx, &query, &["summary", "status"], keys.len()).await {
                Ok(found) => {
                    for issue in &found.issues {
                        let group = text(issue, "/key").and_then(|key| groups.get_mut(key));
                        if let Some(group) = group {
                            group.summary = text(issue, "/fields/summary").map(str::to_owned);
                        }
                    }
                }
                Err(error) if error.is_status(400) && keys.len() > 1 => {
                    let (left, right) = keys.split_at(keys.len() / 2);
                    waiting.extend([left.to_vec(), right.to_vec()]);
                }
                Err(error) if error.is_status(400) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{GetProjectEpicHierarchy, child_phrases};
    use serde_json::json;

    #[test]
    fn the_parent_field_wins_and_links_are_read_by_their_phrase() {
        let tool = |same| GetProjectEpicHierarchy {
            project_key: "PROJ".to_owned(),
            max_epics: 1,
            include_same_project: same,
        };
        let phrases = child_phrases(&[(false, "delivers".to_owned()), (true, "owns".to_owned())]);
        let parent = |epic, same| tool(same).parent(&epic, &phrases).map(|(key, _)| key.to_owned());
        let link = |name: &str, inward: &str, end: &str, key: &str| json!({"type": {"name": name, "inward": inward, "outward": "x"}, end: {"key": key}});
        let contained = link("Contains", "Is contained by", "inwardIssue", "INIT-5");
        let field = json!({"fields": {"parent": {"key": "INIT-2"}, "issuelinks": [contained]}});
        assert_eq!(parent(field, false).as_deref(), Some("INIT-2"));
        let linked = json!({"fields": {"parent": {"key": "PROJ-2"}, "issuelinks": [
            link("Blocks", "is blocked by", "inwardIssue", "OPS-1"),
            link("Contains", "is contained by", "outwardIssue", "OPS-2"),
            link("Contains", "is contained by", "inwardIssue", "PROJ-9"),
            contained]}});
        assert_eq!(parent(linked.clone(), false).as_deref(), Some("INIT-5"));
        assert_eq!(parent(linked, true).as_deref(), Some("PROJ-2"));
        let custom = json!({"fields": {"issuelinks": [
            link("Delivers", "x", "outwardIssue", "INIT-7")]}});
        assert_eq!(parent(custom, false).as_deref(), Some("INIT-7"));
        assert_eq!(parent(json!({"fields": {}}), false), None);
    }
}
