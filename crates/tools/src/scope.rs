//! What a call touches, told before it is made.

use crate::{Context, ToolError};
use std::future::Future;

/// Everything a call touches on its instance.
///
/// The policy reads it before any request leaves: keys named in the arguments are compared at once,
/// ids are resolved first (only when a filter is in force).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    touches: Vec<Touch>,
}

/// One thing a call touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touch {
    /// A project or space whose key is in the arguments.
    Known {
        /// The project or space key.
        container: String,
        /// How the caller named it, for the refusal.
        named: String,
    },
    /// Something whose project or space must be asked for.
    Unresolved(Target),
}

/// Something that belongs to a project or space.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// An issue by key or id.
    Issue(String),
    /// A page, blog post, comment or attachment by content id.
    Content(String),
    /// A board by id.
    Board(String),
    /// A sprint by id.
    Sprint(String),
    /// A version of a project by id.
    Version(String),
    /// A service desk by id.
    ServiceDesk(String),
}

impl Scope {
    /// A call that touches nothing belonging to a project or space, or that ANDs the filter into
    /// its query itself.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Adds a project or space named by its key.
    #[must_use]
    pub fn container(mut self, key: &str) -> Self {
        self.touches.push(Touch::Known { container: key.to_owned(), named: format!("`{key}`") });
        self
    }

    /// Adds an issue whose project is asked for before the call is made: needed by every write,
    /// because a moved issue still answers to its old key.
    #[must_use]
    pub fn issue(self, key: &str) -> Self {
        let mut scope = self.issue_compared_later(key);
        scope.touches.push(Touch::Unresolved(Target::Issue(key.to_owned())));
        scope
    }

    /// Adds an issue that is only read, by a tool that compares the key in the answer before it
    /// shows anything.
    #[must_use]
    pub fn issue_compared_later(mut self, key: &str) -> Self {
        match key.rsplit_once('-') {
            Some((project, number)) if number.bytes().all(|b| b.is_ascii_digit()) => {
                let container = project.split('-').next().unwrap_or(project).to_owned();
                self.touches.push(Touch::Known { container, named: format!("issue `{key}`") });
            }
            _ => self.touches.push(Touch::Unresolved(Target::Issue(key.to_owned()))),
        }
        self
    }

    /// Adds a page, blog post, comment or attachment.
    #[must_use]
    pub fn content(mut self, id: &str) -> Self {
        self.touches.push(Touch::Unresolved(Target::Content(id.to_owned())));
        self
    }

    /// Adds a board.
    #[must_use]
    pub fn board(self, id: &str) -> Self {
        self.unresolved(Target::Board(id.to_owned()))
    }

    /// Adds a sprint.
    #[must_use]
    pub fn sprint(self, id: &str) -> Self {
        self.unresolved(Target::Sprint(id.to_owned()))
    }

    /// Adds a version of a project.
    #[must_use]
    pub fn version(self, id: &str) -> Self {
        self.unresolved(Target::Version(id.to_owned()))
    }

    /// Adds a service desk.
    #[must_use]
    pub fn service_desk(self, id: &str) -> Self {
        self.unresolved(Target::ServiceDesk(id.to_owned()))
    }

    fn unresolved(mut self, target: Target) -> Self {
        self.touches.push(Touch::Unresolved(target));
        self
    }

    /// What is touched, in order.
    #[must_use]
    pub fn touches(&self) -> &[Touch] {
        &self.touches
    }
}

/// Turns an id into the key of its project or space with the call's own client, credential and
/// deadline. Only the key is read; no content is shown and nothing is changed.
pub trait Resolve {
    /// The key of the project or space that the target belongs to now.
    ///
    /// # Errors
    /// [`ToolError`] when the target cannot be read, which refuses the call.
    fn container_of(
        &self,
        target: &Target,
    ) -> impl Future<Output = Result<String, ToolError>> + Send;
}

impl Resolve for Context {
    async fn container_of(&self, target: &Target) -> Result<String, ToolError> {
        match target {
            Target::Issue(key) => crate::jira::resolve::project_of_issue(self, key).await,
            Target::Content(id) => crate::confluence::resolve::space_of_content(self, id).await,
            Target::Board(id) => crate::jira::resolve::project_of_board(self, id).await,
            Target::Sprint(id) => crate::jira::resolve::project_of_sprint(self, id).await,
            Target::Version(id) => crate::jira::resolve::project_of_version(self, id).await,
            Target::ServiceDesk(id) => crate::jira::resolve::project_of_desk(self, id).await,
        }
    }
}
