//! The whole answer of an issue: the fields a request selects and the parts it expands.

use serde_json::{Map, Value, json};

use crate::adf;
use crate::wire::Call;

use super::fields::{Field, Kind, NOT_NAVIGABLE};
use super::model::*;

/// Which fields an answer shows.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    all: bool,
    navigable: bool,
    wanted: Vec<String>,
    dropped: Vec<String>,
}

impl Selection {
    /// From the list a request names; `default` stands for an empty one.
    pub(crate) fn read(list: &[String], default: &str) -> Self {
        let fallback = [default.to_owned()];
        let list = if list.is_empty() { &fallback[..] } else { list };
        let mut selection =
            Self { all: false, navigable: false, wanted: Vec::new(), dropped: Vec::new() };
        for name in list {
            match name.as_str() {
                "*all" => selection.all = true,
                "*navigable" => selection.navigable = true,
                other => match other.strip_prefix('-') {
                    Some(dropped) => selection.dropped.push(dropped.to_owned()),
                    None => selection.wanted.push(other.to_owned()),
                },
            }
        }
        // A list of exclusions only means everything else.
        if !selection.all && !selection.navigable && selection.wanted.is_empty() {
            selection.all = default == "*all";
            selection.navigable = default == "*navigable";
        }
        selection
    }

    pub(crate) fn shows(&self, field: &str) -> bool {
        if self.dropped.iter().any(|dropped| dropped == field) {
            return false;
        }
        self.all
            || (self.navigable && !NOT_NAVIGABLE.contains(&field))
            || self.wanted.iter().any(|wanted| wanted == field)
    }
}

impl Jira {
    /// The whole issue with the selected fields and the expanded parts.
    pub(crate) fn show_issue(
        &self,
        issue: &Issue,
        selection: &Selection,
        expand: &[String],
        properties: &[String],
        call: &Call,
    ) -> Value {
        let type_name = self.issue_type(issue.text("issuetype")).map_or("", |t| t.name.as_str());
        let shown: Vec<&Field> = self
            .fields
            .iter()
            .filter(|field| selection.shows(&field.id))
            .filter(|field| !field.custom() || field.applies(&issue.project, type_name))
            .filter(|field| field.id != "parent" || !issue.value("parent").is_null())
            .filter(|field| {
                !matches!(field.id.as_str(), "security" | "timespent")
                    || selection.all
                    || selection.navigable
                    || !self.show_field(issue, field, call).is_null()
            })
            .collect();
        let fields: Map<String, Value> = shown
            .iter()
            .map(|field| (field.id.clone(), self.show_field(issue, field, call)))
            .collect();
        let mut answer = json!({
            "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
            "id": issue.id.to_string(),
            "self": self.link_to(call, &format!("issue/{}", issue.id)),
            "key": issue.key,
        });
        let Some(object) = answer.as_object_mut() else { return answer };
        let has = |name: &str| expand.iter().any(|e| e == name);
        if has("names") {
            let names: Map<String, Value> =
                shown.iter().map(|field| (field.id.clone(), json!(field.name))).collect();
            object.insert("names".to_owned(), Value::Object(names));
        }
        if has("schema") {
            let schema: Map<String, Value> =
                shown.iter().map(|field| (field.id.clone(), field.schema())).collect();
            object.insert("schema".to_owned(), Value::Object(schema));
        }
        if has("renderedFields") {
            let rendered: Map<String, Value> =
                shown.iter().map(|field| (field.id.clone(), self.rendered(issue, field))).collect();
            object.insert("renderedFields".to_owned(), Value::Object(rendered));
        }
        if has("transitions") {
            object.insert(
                "transitions".to_owned(),
                self.show_transitions(issue, has("transitions.fields"), call),
            );
        }
        if has("editmeta") {
            object.insert("editmeta".to_owned(), self.edit_meta(issue, call));
        }
        if has("operations") {
            object.insert("operations".to_owned(), json!({"linkGroups": []}));
        }
        if has("changelog") {
            let histories: Vec<Value> =
                issue.history.iter().rev().map(|c| self.show_change(c, call)).collect();
            object.insert(
                "changelog".to_owned(),
                json!({"startAt": 0, "maxResults": histories.len(), "total": histories.len(), "histories": histories}),
            );
        }
        if !properties.is_empty() {
            let all = properties.iter().any(|p| p == "*all");
            let chosen: Map<String, Value> = issue
                .properties
                .iter()
                .filter(|(key, _)| all || properties.contains(key))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            object.insert("properties".to_owned(), Value::Object(chosen));
        }
        object.insert("fields".to_owned(), Value::Object(fields));
        answer
    }

    fn rendered(&self, issue: &Issue, field: &Field) -> Value {
        let rich = matches!(field.id.as_str(), "description" | "environment")
            || field.kind == Kind::TextArea;
        let stored = issue.value(&field.id);
        if !rich || stored.is_null() {
            return Value::Null;
        }
        let paragraphs: String = adf::to_text(stored)
            .split('\n')
            .filter(|line| !line.trim().is_empty())
            .map(|line| format!("<p>{}</p>", line.replace('&', "&amp;").replace('<', "&lt;")))
            .collect();
        json!(paragraphs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_reads_lists_as_jira_does() {
        let read = |list: &[&str], default| {
            let list: Vec<String> = list.iter().map(|s| (*s).to_owned()).collect();
            Selection::read(&list, default)
        };
        assert!(read(&[], "*all").shows("comment"));
        assert!(!read(&[], "*navigable").shows("comment"));
        assert!(read(&["-comment"], "*all").shows("summary"));
        assert!(!read(&["-comment"], "*all").shows("comment"));
        assert!(!read(&["*all", "-labels"], "*all").shows("labels"));
        assert!(!read(&["summary"], "*all").shows("labels"));
        assert!(!read(&[], "id").shows("summary"));
    }
}
