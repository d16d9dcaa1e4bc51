//! Where a deployment's OAuth server is (server spec section 7.1).

use atlassian_settings::SiteUrl;
use url::Url;

/// Origin of Cloud's OAuth server (Atlassian, "OAuth 2.0 (3LO) apps").
pub(crate) const CLOUD: &str = "https://auth.atlassian.com";

/// The addresses of one OAuth server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Where a person allows the app to act for them.
    pub authorize: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token: Url,
    /// The list of sites that a token opens; Cloud only.
    pub sites: Option<Url>,
}

impl Endpoints {
    /// Cloud: one OAuth server for all sites, and the list of sites on the platform's gateway.
    #[must_use]
    pub fn cloud(auth: &Url, platform: &Url) -> Self {
        let at = |base: &Url, path: &str| {
            let mut url = base.clone();
            url.set_path(path);
            url
        };
        Self {
            authorize: at(auth, "/authorize"),
            token: at(auth, "/oauth/token"),
            sites: Some(at(platform, "/oauth/token/accessible-resources")),
        }
    }

    /// Data Center: each product is its own OAuth server (Atlassian, "OAuth 2.0 provider API").
    #[must_use]
    pub fn data_center(site: &SiteUrl) -> Self {
        let at = |name: &str| {
            let mut url = site.url().clone();
            url.set_path(&format!("{}/rest/oauth2/latest/{name}", site.context_path()));
            url
        };
        Self { authorize: at("authorize"), token: at("token"), sites: None }
    }

    /// Whether this is Cloud's server.
    #[must_use]
    pub const fn is_cloud(&self) -> bool {
        self.sites.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::{CLOUD, Endpoints};
    use atlassian_settings::{Service, SiteUrl};
    use url::Url;

    #[test]
    fn each_deployment_has_its_addresses() {
        let platform = Url::parse("https://api.atlassian.com").unwrap();
        let cloud = Endpoints::cloud(&Url::parse(CLOUD).unwrap(), &platform);
        assert_eq!(cloud.authorize.as_str(), "https://auth.atlassian.com/authorize");
        assert_eq!(cloud.token.as_str(), "https://auth.atlassian.com/oauth/token");
        assert_eq!(
            cloud.sites.unwrap().as_str(),
            "https://api.atlassian.com/oauth/token/accessible-resources"
        );
        let site = SiteUrl::parse("https://dc.example:8443/jira/", Service::Jira, None).unwrap();
        let own = Endpoints::data_center(&site);
        assert_eq!(own.token.as_str(), "https://dc.example:8443/jira/rest/oauth2/latest/token");
        assert_eq!(
            own.authorize.as_str(),
            "https://dc.example:8443/jira/rest/oauth2/latest/authorize"
        );
        assert!(!own.is_cloud());
    }
}
