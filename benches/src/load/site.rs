//! The instances under load: two that work and one that never answers, on a sandbox in this process.

use crate::server::Variables;
use anyhow::{Context as _, ensure};
use atlassian_sandbox::{Fault, Sandbox, Service, Site, SiteSpec};
use std::time::{Duration, Instant};

/// How long a state that must come may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A call that the load is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) tool: &'static str,
    pub(crate) arguments: &'static str,
    /// What the answer must hold.
    pub(crate) shows: &'static str,
}

/// The calls that must go well, in turn.
pub(crate) const CALLS: [Call; 4] = [
    Call {
        tool: "jira_get_issue",
        arguments: r#"{"issue_key": "DEPOT-1", "fields": "summary,status"}"#,
        shows: "DEPOT-1",
    },
    Call {
        tool: "jira_staging_get_issue",
        arguments: r#"{"issue_key": "DEPOT-5", "fields": "summary,status"}"#,
        shows: "DEPOT-5",
    },
    Call {
        tool: "jira_search",
        arguments: r#"{"jql": "project = DEPOT", "limit": 5, "fields": "summary"}"#,
        shows: "DEPOT-",
    },
    Call {
        tool: "confluence_staging_search",
        arguments: r#"{"query": "plan", "limit": 5}"#,
        shows: "[",
    },
];

/// Requests that the server has open at an instance at most; further ones wait their turn
/// (`ATLASSIAN_MAX_CONCURRENT_REQUESTS` unset).
pub(crate) const OPEN_AT_ONCE: usize = 32;

/// The call that never comes back.
pub(crate) const HANGING: Call =
    Call { tool: "jira_slow_get_issue", arguments: r#"{"issue_key": "DEPOT-1"}"#, shows: "" };

/// The sites, and what each of their instances needs.
#[derive(Debug)]
pub(crate) struct Sites {
    sandbox: Sandbox,
}

/// A request that a call made upstream.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    pub(crate) origin: String,
    pub(crate) target: String,
    pub(crate) authorization: String,
}

impl Sites {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let sandbox = Sandbox::builder()
            .site(SiteSpec::data_center("main"))
            .site(SiteSpec::data_center("staging"))
            .site(SiteSpec::data_center("slow"))
            .start()
            .await?;
        sandbox.site("slow").fault(Fault::on(Service::Jira, "*", ".").hang());
        Ok(Self { sandbox })
    }

    /// Addresses; the credentials that work come with each request.
    pub(crate) fn variables(&self) -> Variables {
        let mut variables = vec![("MCP_METRICS".to_owned(), "true".to_owned())];
        let mut instance = |prefix: &str, name: &str, url: String| {
            variables.push((format!("{prefix}_URL"), url));
            variables.push((format!("{prefix}_PERSONAL_TOKEN"), "known-to-no-site".to_owned()));
            if !name.is_empty() {
                variables.push((format!("{prefix}_INSTANCE_NAME"), name.to_owned()));
            }
        };
        let site = |name: &str| self.sandbox.site(name);
        instance("JIRA", "", site("main").jira_url());
        instance("JIRA_2", "staging", site("staging").jira_url());
        instance("CONFLUENCE_2", "staging", site("staging").confluence_url());
        instance("JIRA_3", "slow", site("slow").jira_url());
        // With the operator's credential there, or all would wait for the one request that finds out
        // whose theirs is.
        variables.push(("JIRA_3_ALLOW_CRED_FALLBACK".to_owned(), "true".to_owned()));
        variables
    }

    /// The headers of a user who has an account on the instances that work.
    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let token = |site: &str, service| format!("Token {}", self.sandbox.site(site).pat(service));
        vec![
            ("authorization", token("main", Service::Jira)),
            ("x-atlassian-jira-staging-authorization", token("staging", Service::Jira)),
            ("x-atlassian-confluence-staging-authorization", token("staging", Service::Confluence)),
        ]
    }

    /// Forgets what has been asked so far.
    pub(crate) fn forget(&self) {
        self.sandbox.sites().iter().for_each(Site::clear_log);
    }

    /// What has been asked since, in any order.
    pub(crate) fn asked(&self) -> anyhow::Result<Vec<Upstream>> {
        let mut asked = Vec::new();
        for site in self.sandbox.sites() {
            for sent in site.log() {
                ensure!(sent.method == "GET", "{} is not a read", sent.line());
                let url = match sent.service {
                    Service::Jira => site.jira_url(),
                    Service::Confluence => site.confluence_url(),
                };
                let mut target = reqwest::Url::parse(&url)?;
                let origin = target.origin().ascii_serialization();
                target.set_path(&sent.path);
                target.query_pairs_mut().extend_pairs(&sent.query);
                let target = target
                    .as_str()
                    .strip_prefix(&origin)
                    .context("an address begins with its origin")?
                    .trim_end_matches('?')
                    .to_owned();
                let authorization = sent.header("authorization").unwrap_or_default().to_owned();
                asked.push(Upstream { origin, target, authorization });
            }
        }
        Ok(asked)
    }

    /// Waits until so many requests to the slow site are open at once; with `0`, until none is.
    pub(crate) async fn until_hanging(&self, many: usize) -> anyhow::Result<()> {
        let slow = self.sandbox.site("slow");
        let begin = Instant::now();
        loop {
            // The count of now, and no longer the highest so far.
            slow.reset_max_in_flight();
            let open = slow.max_in_flight();
            if (many > 0 && open >= many) || (many == 0 && open == 0) {
                return Ok(());
            }
            ensure!(begin.elapsed() < PATIENCE, "{open} requests hang, and {many} should");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
