//! Which site a token opens (Atlassian, "OAuth 2.0 (3LO) apps", making calls to the API).

use super::{Context, OAuthError};
use crate::words;
use serde_json::Value;
use url::Url;

/// Most sites that an error names.
const MAX_NAMED: usize = 20;

/// One entry of the list of sites that a token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessibleSite {
    /// Cloud id.
    pub id: String,
    /// Address: `https://acme.atlassian.net`.
    pub url: Url,
}

impl AccessibleSite {
    /// Reads the list; entries without a usable id and address are passed over, and a site that
    /// is listed once for each product counts once.
    pub(crate) fn list(answer: &Value) -> Option<Vec<Self>> {
        let mut sites: Vec<Self> = Vec::new();
        for entry in answer.as_array()? {
            let text = |name: &str| entry.get(name).and_then(Value::as_str);
            let id = text("id").filter(|id| is_id(id));
            let url = text("url").and_then(|url| Url::parse(url).ok());
            let (Some(id), Some(url)) = (id, url.filter(|url| url.host().is_some())) else {
                continue;
            };
            if !sites.iter().any(|known| known.id == id) {
                sites.push(Self { id: id.to_owned(), url });
            }
        }
        Some(sites)
    }

    /// The site of a context: by its id when that is known, else by its address. Never the first
    /// one, which may be another tenant (server spec section 11.7).
    ///
    /// # Errors
    /// [`OAuthError::NoSite`] with the sites there are.
    pub fn find<'a>(sites: &'a [Self], context: &Context) -> Result<&'a Self, OAuthError> {
        let (wanted, found) = match context {
            Context::Cloud { cloud_id: Some(id), .. } => {
                (format!("the site with the id {id}"), sites.iter().find(|site| site.id == *id))
            }
            Context::Cloud { site: Some(origin), .. } => (
                origin.clone(),
                sites.iter().find(|site| super::tokens::origin(&site.url) == *origin),
            ),
            // Nothing tells which one is meant, unless there is only one.
            Context::Cloud { .. } => {
                ("one site only".to_owned(), sites.first().filter(|_| sites.len() == 1))
            }
            Context::DataCenter { base_url } => (base_url.clone(), None),
        };
        found.ok_or_else(|| OAuthError::NoSite {
            site: wanted,
            sites: sites
                .iter()
                .take(MAX_NAMED)
                .map(|site| format!("{} ({})", words::clip(site.url.as_str(), 120), site.id))
                .collect(),
        })
    }
}

/// A cloud id becomes a segment of a path and of a file name.
pub(crate) fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::AccessibleSite;
    use crate::oauth::Context;
    use serde_json::json;

    fn sites() -> Vec<AccessibleSite> {
        AccessibleSite::list(&json!([
            {"id": "first", "url": "https://other.atlassian.net", "name": "other"},
            {"id": "acme-id", "url": "https://acme.atlassian.net", "scopes": ["read:jira-work"]},
            {"id": "acme-id", "url": "https://acme.atlassian.net", "scopes": ["read:space"]},
            {"id": "../evil", "url": "https://evil.atlassian.net"},
            {"id": "no-url"},
            "text",
        ]))
        .unwrap()
    }

    fn cloud(cloud_id: Option<&str>, site: Option<&str>) -> Context {
        Context::Cloud { cloud_id: cloud_id.map(str::to_owned), site: site.map(str::to_owned) }
    }

    #[test]
    fn a_site_is_found_by_id_or_address_and_never_by_place() {
        let sites = sites();
        assert_eq!(sites.len(), 2);
        let find = |context: &Context| AccessibleSite::find(&sites, context).map(|s| s.id.clone());
        let acme = "https://acme.atlassian.net";
        assert_eq!(find(&cloud(None, Some(acme))).unwrap(), "acme-id");
        assert_eq!(find(&cloud(Some("first"), Some(acme))).unwrap(), "first");
        for wrong in [
            cloud(None, Some("https://acme.atlassian.net.evil.example")),
            cloud(None, Some("http://acme.atlassian.net")),
            cloud(None, Some("https://acme.atlassian.net:8443")),
            cloud(Some("none"), Some(acme)),
            cloud(None, None),
        ] {
            let error = find(&wrong).unwrap_err().to_string();
            assert!(error.contains("https://other.atlassian.net/ (first)"), "{error}");
            assert!(error.contains("https://acme.atlassian.net/ (acme-id)"), "{error}");
        }
        let one = &sites[..1];
        assert_eq!(AccessibleSite::find(one, &cloud(None, None)).unwrap().id, "first");
        let none = AccessibleSite::find(&[], &cloud(None, Some(acme))).unwrap_err().to_string();
        assert!(none.contains("no site at all"), "{none}");
    }

    #[test]
    fn what_is_no_list_is_none() {
        assert!(AccessibleSite::list(&json!({"code": 401})).is_none());
        assert!(AccessibleSite::list(&json!([])).unwrap().is_empty());
    }
}
