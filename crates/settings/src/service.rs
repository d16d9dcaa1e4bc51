//! The two products and the two ways they are run.

use std::fmt;

/// An Atlassian product that the server gives access to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// Jira, with its platform, agile and service desk interfaces.
    Jira,
    /// Confluence.
    Confluence,
}

impl Service {
    /// Both services, in listing order.
    pub const ALL: [Self; 2] = [Self::Jira, Self::Confluence];

    /// The lower-case word used in tool names, log fields and instance names.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Jira => "jira",
            Self::Confluence => "confluence",
        }
    }

    /// The word that starts the service's variables (`JIRA_URL`, `CONFLUENCE_2_URL`).
    #[must_use]
    pub const fn variable_word(self) -> &'static str {
        match self {
            Self::Jira => "JIRA",
            Self::Confluence => "CONFLUENCE",
        }
    }

    /// The product's name as people write it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Jira => "Jira",
            Self::Confluence => "Confluence",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// Where an instance runs, which decides its interface versions and text formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deployment {
    /// Atlassian Cloud: Jira v3 with ADF, Confluence v2 with storage.
    Cloud,
    /// Data Center or Server: Jira v2 with wiki markup, Confluence v1.
    DataCenter,
}

impl Deployment {
    /// The word used in listings and in `X_DEPLOYMENT`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cloud => "cloud",
            Self::DataCenter => "datacenter",
        }
    }

    /// Whether this is Atlassian Cloud.
    #[must_use]
    pub const fn is_cloud(self) -> bool {
        matches!(self, Self::Cloud)
    }
}

impl fmt::Display for Deployment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cloud => "Cloud",
            Self::DataCenter => "Data Center",
        })
    }
}

const CLOUD_SUFFIXES: [&str; 6] = [
    ".atlassian.net",
    ".jira.com",
    ".jira-dev.com",
    ".atlassian.com",
    ".atlassian-us-gov-mod.net",
    ".atlassian-us-gov.net",
];

/// Whether a host name belongs to Atlassian Cloud (server spec section 3.4).
///
/// The comparison is by suffix on the lower-cased host, so `atlassian.net.evil.com` is not Cloud.
#[must_use]
pub fn is_cloud_host(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "api.atlassian.com" || CLOUD_SUFFIXES.iter().any(|suffix| host.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::is_cloud_host;

    #[test]
    fn cloud_is_decided_by_suffix_only() {
        for host in ["acme.atlassian.net", "ACME.ATLASSIAN.NET", "x.jira.com", "api.atlassian.com"]
        {
            assert!(is_cloud_host(host), "{host}");
        }
        for host in [
            "",
            "localhost",
            "10.0.0.1",
            "atlassian.net",
            "atlassian.net.evil.com",
            "jira.corp.example",
        ] {
            assert!(!is_cloud_host(host), "{host}");
        }
    }
}
