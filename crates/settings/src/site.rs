//! The address of an instance, normalised once.

use crate::{Deployment, Service};
use std::fmt;
use url::{Host, Url};

const FROM_REQUEST_HOST: &str = "address-from-request.invalid";

/// The base address of an instance: scheme, host, port and context path, without query,
/// fragment, credentials or trailing slash.
///
/// On Confluence Cloud the path always ends in exactly one `/wiki` (confluence spec section 1.4).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SiteUrl {
    url: Url,
}

/// Why an address was refused. The texts never repeat credentials found in the address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiteUrlError {
    /// Not an absolute URL.
    #[error("is not a URL with scheme and host, such as `https://your-site.atlassian.net`")]
    NotAbsolute,
    /// A scheme other than http and https.
    #[error("has the scheme `{0}`, only http and https are supported")]
    Scheme(String),
    /// User name or password inside the URL.
    #[error("must not contain credentials; use the user name and token variables instead")]
    Credentials,
    /// Query or fragment.
    #[error("must not contain a query or fragment")]
    Query,
    /// A backslash, control character or blank, which parsers read differently.
    #[error("contains a backslash, blank or control character")]
    Characters,
}

impl SiteUrl {
    /// Parses and normalises the base address of an instance.
    ///
    /// # Errors
    /// [`SiteUrlError`] names the rule that was broken (server spec section 11.4).
    pub fn parse(
        text: &str,
        service: Service,
        deployment: Option<Deployment>,
    ) -> Result<Self, SiteUrlError> {
        let text = text.trim();
        if text.chars().any(|c| c == '\\' || c.is_control() || c.is_whitespace()) {
            return Err(SiteUrlError::Characters);
        }
        let Some((scheme, _)) = text.split_once("://") else {
            return Err(SiteUrlError::NotAbsolute);
        };
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Err(SiteUrlError::Scheme(scheme.chars().take(20).collect()));
        }
        let mut url = Url::parse(text).map_err(|_| SiteUrlError::NotAbsolute)?;
        if url.host().is_none() {
            return Err(SiteUrlError::NotAbsolute);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(SiteUrlError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(SiteUrlError::Query);
        }
        let cloud = deployment
            .map_or_else(|| url.host_str().is_some_and(crate::is_cloud_host), Deployment::is_cloud);
        let mut path = url.path().trim_end_matches('/').to_owned();
        if service == Service::Confluence && cloud {
            while let Some(rest) = path.strip_suffix("/wiki") {
                path = rest.trim_end_matches('/').to_owned();
            }
            path.push_str("/wiki");
        }
        url.set_path(&path);
        Ok(Self { url })
    }

    /// The address of an instance that has none of its own: every request brings it (server spec
    /// section 3.1, the switches for minimal OAuth and external authentication).
    ///
    /// Its host ends in `.invalid`, which never resolves (RFC 2606), so that a request that would
    /// be sent there by mistake reaches nobody.
    #[must_use]
    pub fn from_request() -> Option<Self> {
        Url::parse(&format!("https://{FROM_REQUEST_HOST}")).ok().map(|url| Self { url })
    }

    /// Whether this is [`SiteUrl::from_request`], which stands for no address at all.
    #[must_use]
    pub fn is_from_request(&self) -> bool {
        self.url.host_str() == Some(FROM_REQUEST_HOST)
    }

    /// Whether the host belongs to Atlassian Cloud.
    #[must_use]
    pub fn is_cloud_host(&self) -> bool {
        self.url.host_str().is_some_and(crate::is_cloud_host)
    }

    /// The address without a trailing slash, for building links: `https://host/context`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// The parsed address.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Host and, when it is not the scheme's own, port; for listings and log lines.
    #[must_use]
    pub fn host(&self) -> String {
        let host = match self.url.host() {
            Some(Host::Ipv6(address)) => format!("[{address}]"),
            Some(host) => host.to_string(),
            None => String::new(),
        };
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host,
        }
    }

    /// The context path: empty, or starting with a slash and not ending in one.
    #[must_use]
    pub fn context_path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }
}

impl fmt::Display for SiteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SiteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteUrl({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::SiteUrl;
    use crate::{Deployment, Service};

    #[test]
    fn addresses_are_normalised_once() {
        use Service::{Confluence, Jira};
        for (text, service, deployment, url) in [
            ("https://ACME.atlassian.net/", Jira, None, "https://acme.atlassian.net"),
            ("https://acme.atlassian.net", Confluence, None, "https://acme.atlassian.net/wiki"),
            (
                "https://acme.atlassian.net/wiki/wiki//",
                Confluence,
                None,
                "https://acme.atlassian.net/wiki",
            ),
            ("https://dc.example/wiki/", Confluence, None, "https://dc.example/wiki"),
            ("https://dc.example", Confluence, None, "https://dc.example"),
            (
                "https://custom.example",
                Confluence,
                Some(Deployment::Cloud),
                "https://custom.example/wiki",
            ),
            ("http://dc.example:8080/jira/", Jira, None, "http://dc.example:8080/jira"),
            ("HTTPS://dc.example:443", Jira, None, "https://dc.example"),
            ("http://[::1]:8080", Jira, None, "http://[::1]:8080"),
        ] {
            let site = SiteUrl::parse(text, service, deployment).unwrap();
            assert_eq!(site.as_str(), url, "{text}");
        }
    }

    #[test]
    fn hosts_and_context_paths() {
        let site = SiteUrl::parse("http://[::1]:8080/jira", Service::Jira, None).unwrap();
        assert_eq!((site.host().as_str(), site.context_path()), ("[::1]:8080", "/jira"));
        let site = SiteUrl::parse("https://dc.example:443", Service::Jira, None).unwrap();
        assert_eq!((site.host().as_str(), site.context_path()), ("dc.example", ""));
    }

    #[test]
    fn no_address_is_told_from_every_address() {
        let site = SiteUrl::from_request().unwrap();
        assert!(site.is_from_request() && !site.is_cloud_host());
        let other = SiteUrl::parse("https://dc.example", Service::Jira, None).unwrap();
        assert!(!other.is_from_request());
    }
}
