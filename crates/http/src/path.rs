//! The addresses a client can be asked for.

use atlassian_settings::{Deployment, InstanceConfig, Service};
use std::fmt;
use url::Url;

/// Which of an instance's fixed addresses a path is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// The product's API: the site URL, or the platform gateway when the instance is reached by
    /// OAuth with a cloud id (server spec section 3.5). Confluence paths start behind `/wiki`.
    Api,
    /// The site URL itself whatever the kind of authentication, for web resources.
    Site,
    /// The Forms API of the platform (`https://api.atlassian.com/jira/forms/cloud/<cloud id>`).
    Forms,
    /// The platform's media host, always without our credentials.
    Media,
}

/// A path on one of the addresses of an instance: the only thing a [`Client`](crate::Client) can
/// be asked for.
///
/// Built from segments, so that an id given by a caller can never add a segment, a query or a
/// host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApiPath {
    base: Base,
    path: String,
}

impl ApiPath {
    /// A path on the product's API made of fixed text, such as `/rest/api/3/myself`.
    #[must_use]
    pub fn api(path: &'static str) -> Self {
        Self { base: Base::Api, path: path.to_owned() }
    }

    /// A path on another base made of fixed text.
    #[must_use]
    pub fn on(base: Base, path: &'static str) -> Self {
        Self { base, path: path.to_owned() }
    }

    /// Appends one segment, percent-encoding everything that is not unreserved. A segment of `.`
    /// or `..` is encoded too, so that it cannot climb.
    #[must_use]
    pub fn segment(mut self, segment: &str) -> Self {
        self.path.push('/');
        if segment.chars().all(|c| c == '.') {
            self.path.extend(segment.chars().map(|_| "%2E"));
        } else {
            for byte in segment.bytes() {
                if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                    self.path.push(char::from(byte));
                } else {
                    self.path.push_str(&format!("%{byte:02X}"));
                }
            }
        }
        self
    }

    /// Appends fixed text, such as `/transitions`.
    #[must_use]
    pub fn then(mut self, path: &'static str) -> Self {
        self.path.push_str(path);
        self
    }

    /// Which address the path is relative to.
    #[must_use]
    pub fn base(&self) -> Base {
        self.base
    }

    /// The path below the base, with its leading slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.path
    }

    pub(crate) fn from_link(base: Base, path: String) -> Self {
        Self { base, path }
    }
}

/// The fixed addresses of one instance.
///
/// Production code derives them from the configuration; tests inject their own through
/// [`Origins::with_platform`], never through a production variable (design section 3).
#[derive(Clone, Debug)]
pub struct Origins {
    pub(crate) site: Url,
    pub(crate) api: Url,
    pub(crate) forms: Option<Url>,
    pub(crate) media: Vec<Url>,
}

/// A link in an answer that leaves the addresses of its instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not a URL.
    #[error("the server answered with a link that is not a URL")]
    Malformed,
    /// Another origin than the instance's own.
    #[error("the server answered with a link to another host (`{host}`), which was not followed")]
    ForeignOrigin {
        /// The host of the link.
        host: String,
    },
}

impl Origins {
    /// The addresses of an instance on the real platform.
    #[must_use]
    pub fn of(config: &InstanceConfig) -> Self {
        Self::with_platform(config, "https://api.atlassian.com")
    }

    /// The addresses of an instance on a platform whose gateway is elsewhere (tests and demo).
    #[must_use]
    pub fn with_platform(config: &InstanceConfig, platform: &str) -> Self {
        let site = config.site.url().clone();
        let platform = Url::parse(platform).ok();
        let join = |path: String| {
            platform.clone().map(|mut url| {
                url.set_path(&path);
                url
            })
        };
        let cloud_id =
            config.cloud_id.as_deref().filter(|_| config.deployment == Deployment::Cloud);
        let through_gateway = matches!(config.credential, atlassian_settings::Credential::OAuth(_));
        let api = match (cloud_id, config.service()) {
            (Some(id), Service::Jira) if through_gateway => join(format!("/ex/jira/{id}")),
            (Some(id), Service::Confluence) if through_gateway => {
                join(format!("/ex/confluence/{id}/wiki"))
            }
            _ => None,
        };
        let forms = cloud_id.and_then(|id| join(format!("/jira/forms/cloud/{id}")));
        let media = if config.deployment == Deployment::Cloud {
            Url::parse("https://api.media.atlassian.com").into_iter().collect()
        } else {
            Vec::new()
        };
        Self { api: api.unwrap_or_else(|| site.clone()), site, forms, media }
    }
}

impl fmt::Display for ApiPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}
