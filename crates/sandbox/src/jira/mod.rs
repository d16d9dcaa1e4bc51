//! Jira: state and routes.

/// The state of a Jira.
#[derive(Debug, Default)]
pub(crate) struct Jira {}

impl Jira {
    pub(crate) fn field_id(&self, _name: &str) -> Option<String> {
        None
    }
}
