//! Tools of the toolset `jira_transitions`.

pub(in crate::jira) mod get_transitions;
pub(in crate::jira) mod transition_issue;

use crate::{Context, ToolError};
use atlassian_jira::issues::transitions::{self, Transition};
use serde_json::{Map, Value};

/// The transitions of an answer as results show them: the id as a number, and where it leads.
pub(in crate::jira) fn shown(answer: &Value) -> Value {
    Transition::all(answer)
        .iter()
        .map(|transition| {
            let id = transition
                .id
                .parse::<u64>()
                .map_or_else(|_| Value::from(transition.id.as_str()), Value::from);
            let mut out = Map::new();
            out.insert("id".to_owned(), id);
            out.insert("name".to_owned(), Value::from(transition.name.as_str()));
            if let Some(to) = &transition.to {
                out.insert("to_status".to_owned(), Value::from(to.as_str()));
            }
            Value::Object(out)
        })
        .collect()
}

/// What is looked at first when a caller names a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jira) enum By {
    /// The transition itself: id, then name, then the status it leads to.
    Transition,
    /// The status it leads to, then its name, then its id (jira-issues spec J-10).
    Status,
}

/// The transition a caller means, among those the issue can make now.
///
/// # Errors
/// When the transitions cannot be read, none fits, or several do; the message lists them.
pub(in crate::jira) async fn find(
    cx: &Context,
    key: &str,
    asked: &str,
    by: By,
) -> Result<Transition, ToolError> {
    let answer: Value = cx.remote.json(&transitions::list(cx.deployment(), key, false)).await?;
    choose(&Transition::all(&answer), asked, by)
}

fn choose(all: &[Transition], asked: &str, by: By) -> Result<Transition, ToolError> {
    let asked = asked.trim();
    let lower = asked.to_lowercase();
    let is_id = |t: &&Transition| t.id == asked;
    let is_named = |t: &&Transition| t.name.to_lowercase() == lower;
    let leads = |t: &&Transition| t.to.as_ref().is_some_and(|to| to.to_lowercase() == lower);
    let id: Vec<&Transition> = all.iter().filter(is_id).collect();
    let named: Vec<&Transition> = all.iter().filter(is_named).collect();
    let leading: Vec<&Transition> = all.iter().filter(leads).collect();
    let order = match by {
        By::Transition => [id, named, leading],
        By::Status => [leading, named, id],
    };
    let fits = order.into_iter().find(|fits| !fits.is_empty()).unwrap_or_default();
    let list = |transitions: &[&Transition]| {
        transitions.iter().map(|t| t.describe()).collect::<Vec<_>>().join(", ")
    };
    match fits.as_slice() {
        [one] => Ok((*one).clone()),
        [] if all.is_empty() => Err(ToolError::refused(format!(
            "Transition '{asked}' not found: the issue can make no transition now, or the account \
             may not make any. Nothing was changed."
        ))),
        [] => Err(ToolError::refused(format!(
            "Transition '{asked}' not found. Available options: {}. Nothing was changed.",
            list(&all.iter().collect::<Vec<_>>())
        ))),
        several => Err(ToolError::refused(format!(
            "Transition '{asked}' is ambiguous; give the id of one of: {}. Nothing was changed.",
            list(several)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::{By, choose, shown};
    use atlassian_jira::issues::transitions::Transition;
    use serde_json::json;

    fn all() -> Vec<Transition> {
        Transition::all(&json!({"transitions": [
            {"id": "11", "name": "Start", "to": {"name": "In Progress"}},
            {"id": "21", "name": "Done", "to": {"name": "Closed"}},
            {"id": "31", "name": "Finish", "to": {"name": "Done"}},
            {"id": "41", "name": "Reject", "to": {"name": "Closed"}},
        ]}))
    }

    fn id(asked: &str, by: By) -> Result<String, String> {
        choose(&all(), asked, by).map(|t| t.id).map_err(|error| error.to_string())
    }

    #[test]
    fn names_and_statuses_are_told_apart_by_what_was_asked_for() {
        assert_eq!(id("31", By::Transition), Ok("31".into()));
        assert_eq!(id("done", By::Transition), Ok("21".into()), "the transition of that name");
        assert_eq!(id("done", By::Status), Ok("31".into()), "the one that leads there");
        assert_eq!(id("In progress", By::Transition), Ok("11".into()));
        let ambiguous = id("Closed", By::Status).expect_err("two lead there");
        assert!(ambiguous.contains("21 Done -> Closed, 41 Reject -> Closed"), "{ambiguous}");
        let missing = id("Nowhere", By::Status).expect_err("none");
        assert!(missing.contains("Available options: 11 Start -> In Progress"), "{missing}");
    }

    #[test]
    fn ids_are_numbers_in_results() {
        assert_eq!(
            shown(&json!({"transitions": [{"id": "11", "name": "Start", "to": {"name": "Open"}}]})),
            json!([{"id": 11, "name": "Start", "to_status": "Open"}])
        );
    }
}
