//! Jira tools against the sandbox.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is not as it must be, helper functions included"
)]

mod add_comment;
mod agile;
mod analysis;
mod attachments;
mod create_issue;
mod development;
mod edit_comment;
mod faults;
mod fields;
mod forms;
mod get_issue;
mod links;
mod metrics;
mod more_issues;
mod people;
mod projects;
mod search;
mod service_desk;
mod sla;
mod transitions;
mod update_issue;
mod worklog;

use crate::harness::Setup;
use atlassian_sandbox::{Sandbox, Site};
use atlassian_settings::Service;
use atlassian_tools::{Answer, Files, Resolve as _, ToolError, Touch, table};
use serde_json::Value;
use std::path::Path;

/// A Cloud site (projects PAY, WEB, OPS, LAB, SEC) and a Data Center site (DEPOT, FLEET, HELP),
/// with an instance on each.
pub(crate) struct World {
    _sandbox: Sandbox,
    pub(crate) acme: Site,
    pub(crate) staging: Site,
    pub(crate) cloud: Setup,
    pub(crate) center: Setup,
}

impl World {
    pub(crate) async fn new() -> Self {
        let sandbox = Sandbox::demo().await.expect("sandbox starts");
        let (acme, staging) = (sandbox.site("acme"), sandbox.site("staging"));
        Self {
            cloud: Setup::new(&acme, Service::Jira),
            center: Setup::new(&staging, Service::Jira),
            acme,
            staging,
            _sandbox: sandbox,
        }
    }

    /// A fresh instance on Cloud: nothing cached.
    pub(crate) fn fresh_cloud(&self) -> Setup {
        Setup::new(&self.acme, Service::Jira)
    }

    /// A fresh instance on Data Center.
    pub(crate) fn fresh_center(&self) -> Setup {
        Setup::new(&self.staging, Service::Jira)
    }
}

/// What reached a site, `METHOD /path` each.
pub(crate) fn lines(site: &Site) -> Vec<String> {
    site.log().iter().map(atlassian_sandbox::Recorded::line).collect()
}

/// The writes that reached a site.
pub(crate) fn writes(site: &Site) -> Vec<String> {
    let reads = |line: &String| line.starts_with("GET ") || line.contains("/search");
    lines(site).into_iter().filter(|line| !reads(line)).collect()
}

/// The JSON body of the last request to a path that ends like this.
pub(crate) fn sent(site: &Site, method: &str, ending: &str) -> Value {
    let log = site.log();
    let found = log.iter().rev().find(|r| r.method == method && r.product_path.ends_with(ending));
    found.unwrap_or_else(|| panic!("no {method} {ending} in {:?}", lines(site))).json()
}

/// Calls a tool with local files below a root.
pub(crate) async fn with_files(
    setup: &Setup,
    root: &Path,
    tool: &str,
    arguments: Value,
) -> Result<Answer, ToolError> {
    let definition = table::definitions().find(|d| d.name == tool).expect("tool exists");
    let mut cx = setup.context();
    cx.files = Some(Files { root: root.to_owned() });
    let given = arguments.as_object().cloned().unwrap_or_default();
    let prepared = definition.prepare(given, &setup.config.behaviour)?;
    for touch in prepared.scope().touches() {
        match touch {
            Touch::Known { container, named } => cx.fence.admit(container, named)?,
            Touch::Unresolved(target) if !cx.fence.is_open() => {
                cx.fence.admit(&cx.container_of(target).await?, "this")?;
            }
            Touch::Unresolved(_) => {}
        }
    }
    prepared.call(&cx).await
}

/// The keys of an object, in order.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default()
}
