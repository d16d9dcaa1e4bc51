//! A tool as a value, and the traits that make one.

use crate::{Answer, Argument, ArgumentProblem, Calls, Context, Scope, ToolError, reading};
use atlassian_settings::{Behaviour, Deployment, Service};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// What a tool does to the instance; decides read-only mode and the published hints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only reads: `readOnlyHint: true`.
    Read,
    /// Writes something new and changes nothing that exists: `destructiveHint: false`.
    Additive,
    /// Changes what exists: `destructiveHint: true`.
    Destructive,
    /// Writes, published as `readOnlyHint: false` only.
    Write,
}

impl Access {
    /// Whether the tool writes at all.
    #[must_use]
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Read)
    }
}

/// Where a tool exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployments {
    /// On Cloud and Data Center.
    Both,
    /// Listed on Cloud instances only.
    CloudOnly,
}

impl Deployments {
    /// Whether the tool is listed on this deployment.
    #[must_use]
    pub const fn include(self, deployment: Deployment) -> bool {
        match self {
            Self::Both => true,
            Self::CloudOnly => deployment.is_cloud(),
        }
    }
}

macro_rules! toolsets {
    ($($variant:ident $name:literal $default:literal $text:literal,)*) => {
        /// A group of tools that can be switched on and off together (server spec section 5).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Toolset {
            $(#[doc = $text] $variant,)*
        }

        impl Toolset {
            /// All toolsets, in reference order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in `TOOLSETS`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Whether `TOOLSETS=default` includes it.
            #[must_use]
            pub const fn is_default(self) -> bool {
                match self { $(Self::$variant => $default,)* }
            }

            /// What its tools are about.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

toolsets! {
    JiraIssues "jira_issues" true "Issues: read, search, create, change, move, delete.",
    JiraFields "jira_fields" true "Fields and their options.",
    JiraComments "jira_comments" true "Comments on issues.",
    JiraTransitions "jira_transitions" true "Workflow transitions.",
    JiraProjects "jira_projects" false "Projects, versions, components, issue types.",
    JiraAgile "jira_agile" false "Boards, sprints and backlogs.",
    JiraLinks "jira_links" false "Issue links, epics and remote links.",
    JiraWorklog "jira_worklog" false "Work logs.",
    JiraAttachments "jira_attachments" false "Attachments and images of issues.",
    JiraUsers "jira_users" false "User profiles and assignable users.",
    JiraWatchers "jira_watchers" false "Watchers of issues.",
    JiraServiceDesk "jira_service_desk" false "Service desks, queues and requests.",
    JiraForms "jira_forms" false "Forms on issues.",
    JiraMetrics "jira_metrics" false "Dates and service levels.",
    JiraDevelopment "jira_development" false "Branches, commits and pull requests of issues.",
    JiraProjectAnalysis "jira_project_analysis" false "Epic hierarchies and dependencies.",
    ConfluencePages "confluence_pages" true "Pages: read, search, create, change, move, delete.",
    ConfluenceComments "confluence_comments" true "Comments on pages, in the footer and inline.",
    ConfluenceLabels "confluence_labels" false "Labels.",
    ConfluenceUsers "confluence_users" false "Users.",
    ConfluenceAnalytics "confluence_analytics" false "Page views.",
    ConfluenceAttachments "confluence_attachments" false "Attachments and images of pages.",
    ConfluenceTemplates "confluence_templates" false "Page templates.",
    ConfluencePermissions "confluence_permissions" false "Permissions of spaces and content.",
    Across "across" false "Tools about and over several instances.",
    Legacy "legacy" false "Reserved for deprecated tools.",
}

/// A tool of one product: it *is* its argument struct.
///
/// The constants are what clients see; `scope` is what the policy reads; `call` does the work with
/// arguments that are already read, filled with defaults and checked.
pub trait Tool: DeserializeOwned + Send + Sync + 'static {
    /// Name on the primary instance: `jira_get_issue`.
    const NAME: &'static str;
    /// Title, short.
    const TITLE: &'static str;
    /// What it does and returns, for a model: the first sentence says what and where.
    const DESCRIPTION: &'static str;
    /// The product.
    const SERVICE: Service;
    /// The toolset.
    const TOOLSET: Toolset;
    /// What it does to the instance.
    const ACCESS: Access;
    /// Where it exists.
    const DEPLOYMENTS: Deployments = Deployments::Both;
    /// Its arguments, in published order.
    const ARGUMENTS: &'static [Argument];

    /// What the call touches.
    fn scope(&self) -> Scope;

    /// Does it.
    fn call(self, cx: &Context) -> impl Future<Output = Result<Answer, ToolError>> + Send;
}

/// A tool about several instances: it reaches them only through [`Calls`].
pub trait AcrossTool: DeserializeOwned + Send + Sync + 'static {
    /// Name: `atlassian_list_instances`.
    const NAME: &'static str;
    /// Title, short.
    const TITLE: &'static str;
    /// What it does and returns, for a model.
    const DESCRIPTION: &'static str;
    /// What it does.
    const ACCESS: Access;
    /// Its arguments, in published order.
    const ARGUMENTS: &'static [Argument];

    /// Does it.
    fn call(self, calls: &dyn Calls) -> impl Future<Output = Result<Answer, ToolError>> + Send;
}

/// The future of a prepared call.
pub type Running<'a> = Pin<Box<dyn Future<Output = Result<Answer, ToolError>> + Send + 'a>>;

/// A tool with its arguments read, ready to be judged by the policy and called.
pub trait Prepared: Send + Sync {
    /// What the call touches.
    fn scope(&self) -> Scope;
    /// Does it.
    fn call<'a>(self: Box<Self>, cx: &'a Context) -> Running<'a>;
}

/// A tool about several instances with its arguments read.
pub trait PreparedAcross: Send + Sync {
    /// Does it.
    fn call<'a>(self: Box<Self>, calls: &'a dyn Calls) -> Running<'a>;
}

impl<T: Tool> Prepared for T {
    fn scope(&self) -> Scope {
        Tool::scope(self)
    }

    fn call<'a>(self: Box<Self>, cx: &'a Context) -> Running<'a> {
        Box::pin(Tool::call(*self, cx))
    }
}

struct Across<T>(T);

impl<T: AcrossTool> PreparedAcross for Across<T> {
    fn call<'a>(self: Box<Self>, calls: &'a dyn Calls) -> Running<'a> {
        Box::pin(AcrossTool::call(self.0, calls))
    }
}

/// A tool with its arguments read, or the first problem of the struct.
type Reading<T> = Result<Box<T>, ArgumentProblem>;

/// How a definition reads its arguments.
#[derive(Clone, Copy, Debug)]
enum Prepare {
    /// A tool of one instance.
    Instance(fn(Map<String, Value>) -> Reading<dyn Prepared>),
    /// A tool about several instances.
    Across(fn(Map<String, Value>) -> Reading<dyn PreparedAcross>),
}

/// A tool as a value in [`TABLE`](crate::TABLE).
#[derive(Clone, Copy)]
pub struct Definition {
    /// Name on the primary instance.
    pub name: &'static str,
    /// Title.
    pub title: &'static str,
    /// Description.
    pub description: &'static str,
    /// The product; `None` for tools about several instances.
    pub service: Option<Service>,
    /// The toolset.
    pub toolset: Toolset,
    /// What it does to the instance.
    pub access: Access,
    /// Where it exists.
    pub deployments: Deployments,
    /// Its arguments.
    pub arguments: &'static [Argument],
    prepare: Prepare,
}

impl std::fmt::Debug for Definition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Definition({})", self.name)
    }
}

impl Definition {
    /// The definition of a tool of one product.
    #[must_use]
    pub const fn of<T: Tool>() -> Self {
        Self {
            name: T::NAME,
            title: T::TITLE,
            description: T::DESCRIPTION,
            service: Some(T::SERVICE),
            toolset: T::TOOLSET,
            access: T::ACCESS,
            deployments: T::DEPLOYMENTS,
            arguments: T::ARGUMENTS,
            prepare: Prepare::Instance(|arguments| {
                Ok(Box::new(reading::deserialize::<T>(arguments)?))
            }),
        }
    }

    /// The definition of a tool about several instances.
    #[must_use]
    pub const fn across<T: AcrossTool>() -> Self {
        Self {
            name: T::NAME,
            title: T::TITLE,
            description: T::DESCRIPTION,
            service: None,
            toolset: Toolset::Across,
            access: T::ACCESS,
            deployments: Deployments::Both,
            arguments: T::ARGUMENTS,
            prepare: Prepare::Across(|arguments| {
                Ok(Box::new(Across(reading::deserialize::<T>(arguments)?)))
            }),
        }
    }

    /// The name without the product: `get_issue`; tools about several instances keep theirs.
    #[must_use]
    pub fn base_name(&self) -> &'static str {
        self.service
            .and_then(|service| self.name.strip_prefix(service.word()))
            .and_then(|rest| rest.strip_prefix('_'))
            .unwrap_or(self.name)
    }

    /// Whether this is a tool about several instances.
    #[must_use]
    pub fn is_across(&self) -> bool {
        matches!(self.prepare, Prepare::Across(_))
    }

    /// Reads the arguments of a call on one instance: lenient in types, strict about names.
    ///
    /// # Errors
    /// [`ToolError::Arguments`] with every problem found.
    pub fn prepare(
        &self,
        given: Map<String, Value>,
        behaviour: &Behaviour,
    ) -> Result<Box<dyn Prepared>, ToolError> {
        let read = reading::read(self.arguments, given, behaviour).map_err(ToolError::Arguments)?;
        match self.prepare {
            Prepare::Instance(prepare) => prepare(read).map_err(|p| ToolError::Arguments(vec![p])),
            Prepare::Across(_) => {
                Err(ToolError::refused("this tool belongs to no single instance"))
            }
        }
    }

    /// Reads the arguments of a call of a tool about several instances.
    ///
    /// # Errors
    /// [`ToolError::Arguments`] with every problem found.
    pub fn prepare_across(
        &self,
        given: Map<String, Value>,
    ) -> Result<Box<dyn PreparedAcross>, ToolError> {
        let read = reading::read(self.arguments, given, &Behaviour::default())
            .map_err(ToolError::Arguments)?;
        match self.prepare {
            Prepare::Across(prepare) => prepare(read).map_err(|p| ToolError::Arguments(vec![p])),
            Prepare::Instance(_) => Err(ToolError::refused("this tool belongs to one instance")),
        }
    }

    /// The published JSON schema of the arguments, with the instance's key patterns.
    #[must_use]
    pub fn schema(&self, behaviour: &Behaviour) -> Arc<Map<String, Value>> {
        Arc::new(crate::schema::of(self.arguments, behaviour))
    }
}
