//! Two sites of the sandbox and the variables that reach them.

use atlassian_sandbox::{Sandbox, Service, Site};

/// A Cloud site `acme` as primary pair, a Data Center site `staging` as second pair.
pub(crate) struct Sites {
    pub(crate) sandbox: Sandbox,
}

impl Sites {
    pub(crate) async fn start() -> Self {
        Self { sandbox: Sandbox::demo().await.expect("the sandbox starts") }
    }

    pub(crate) fn cloud(&self) -> Site {
        self.sandbox.site("acme")
    }

    pub(crate) fn dc(&self) -> Site {
        self.sandbox.site("staging")
    }

    /// The variables of both pairs.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let (cloud, dc) = (self.cloud(), self.dc());
        let mut all = Vec::new();
        let mut set = |name: &str, value: String| all.push((name.to_owned(), value));
        set("JIRA_URL", cloud.jira_url());
        set("JIRA_DEPLOYMENT", "cloud".to_owned());
        set("JIRA_USERNAME", cloud.username());
        set("JIRA_API_TOKEN", cloud.api_token(Service::Jira));
        set("CONFLUENCE_URL", cloud.confluence_url());
        set("CONFLUENCE_DEPLOYMENT", "cloud".to_owned());
        set("CONFLUENCE_USERNAME", cloud.username());
        set("CONFLUENCE_API_TOKEN", cloud.api_token(Service::Confluence));
        set("JIRA_2_INSTANCE_NAME", "staging".to_owned());
        set("JIRA_2_URL", dc.jira_url());
        set("JIRA_2_DEPLOYMENT", "datacenter".to_owned());
        set("JIRA_2_PERSONAL_TOKEN", dc.pat(Service::Jira));
        set("CONFLUENCE_2_INSTANCE_NAME", "staging".to_owned());
        set("CONFLUENCE_2_URL", dc.confluence_url());
        set("CONFLUENCE_2_DEPLOYMENT", "datacenter".to_owned());
        set("CONFLUENCE_2_PERSONAL_TOKEN", dc.pat(Service::Confluence));
        all
    }

    /// Every secret of both sites, also in the form it has on the wire.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let mut secrets = Vec::new();
        for site in self.sandbox.sites() {
            for service in [Service::Jira, Service::Confluence] {
                secrets.push(site.api_token(service));
                secrets.push(site.pat(service));
                secrets.push(site.oauth_token(service));
            }
            for request in site.log() {
                if let Some(value) = request.header("authorization") {
                    secrets.push(value.rsplit(' ').next().unwrap_or_default().to_owned());
                }
            }
        }
        secrets.retain(|secret| !secret.is_empty());
        secrets
    }
}
