//! Confluence tools against the sandbox, on Cloud and Data Center.

mod attachments;
mod comments;
mod create_page;
mod faults;
mod gateway;
mod get_page;
mod parts;
mod places;
mod refusals;
mod search;
mod spaces_and_people;
mod update_page;
mod versions;
mod whole_page;

use crate::harness::Setup;
use atlassian_sandbox::{Flavour, Recorded, Sandbox, Site};
use atlassian_settings::Service;
use serde_json::{Value, json};

/// A site with an instance on it and a space that the main user may write to.
pub(super) struct Wiki {
    pub(super) site: Site,
    pub(super) setup: Setup,
    pub(super) space: &'static str,
    /// Another space that exists.
    pub(super) other: &'static str,
    _sandbox: Sandbox,
}

impl Wiki {
    async fn on(site: &str) -> Self {
        let sandbox = Sandbox::demo().await.expect("the sandbox starts");
        let site = sandbox.site(site);
        let setup = Setup::new(&site, Service::Confluence);
        let (space, other) = match site.flavour() {
            Flavour::Cloud => ("ENG", "OPS"),
            Flavour::DataCenter => ("HALL", "IT"),
        };
        Self { site, setup, space, other, _sandbox: sandbox }
    }

    pub(super) async fn cloud() -> Self {
        Self::on("acme").await
    }

    pub(super) async fn data_center() -> Self {
        Self::on("staging").await
    }

    /// One of each.
    pub(super) async fn both() -> [Self; 2] {
        [Self::cloud().await, Self::data_center().await]
    }

    pub(super) fn is_cloud(&self) -> bool {
        self.site.flavour() == Flavour::Cloud
    }

    pub(super) async fn ok(&self, tool: &str, arguments: Value) -> Value {
        self.setup.ok(&format!("confluence_{tool}"), arguments).await
    }

    pub(super) async fn err(&self, tool: &str, arguments: Value) -> String {
        self.setup.err(&format!("confluence_{tool}"), arguments).await
    }

    /// A new page with a stored body; the log is empty afterwards.
    pub(super) async fn page(&self, title: &str, storage: &str) -> String {
        self.page_below(title, storage, None).await
    }

    pub(super) async fn page_below(
        &self,
        title: &str,
        storage: &str,
        parent: Option<&str>,
    ) -> String {
        let created = Setup::new(&self.site, Service::Confluence)
            .ok(
                "confluence_create_page",
                json!({"space_key": self.space, "title": title, "content": storage,
                       "content_format": "storage", "parent_id": parent}),
            )
            .await;
        self.site.clear_log();
        created["page"]["id"].as_str().expect("an id").to_owned()
    }

    /// What the sandbox holds.
    pub(super) fn stored(&self, id: &str) -> Value {
        self.site.page(id).unwrap_or_else(|| panic!("no page {id}"))
    }

    pub(super) fn body(&self, id: &str) -> String {
        self.stored(id)["body"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.site.log().iter().map(Recorded::line).collect()
    }

    /// The requests that write, in order.
    pub(super) fn writes(&self) -> Vec<Recorded> {
        let reads = ["/users-bulk", "/convert-ids-to-types", "/permission/check"];
        self.site
            .log()
            .into_iter()
            .filter(|r| r.method != "GET" && !reads.iter().any(|path| r.path.ends_with(path)))
            .collect()
    }
}
