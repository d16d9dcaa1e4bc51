//! The fixed addresses of an instance, and the guard over links that come back in answers.

use crate::fence::{Fence, Trust};
use crate::oauth::{self, Endpoints};
use crate::proxy::ProxyRules;
use crate::{ApiPath, Base};
use atlassian_settings::{Credential, Deployment, InstanceConfig, Proxies, Service};
use url::Url;

/// The fixed addresses of one instance.
///
/// Production code derives them from the configuration; tests inject their own through
/// [`Origins::with_platform`], never through a production variable (design section 3).
#[derive(Clone, Debug)]
pub struct Origins {
    pub(crate) site: Url,
    /// Product API on the platform gateway; only for OAuth on Cloud with a known cloud id.
    pub(crate) gateway: Option<Url>,
    pub(crate) forms: Option<Url>,
    /// The Forms API without a cloud id; Cloud only. Links of answers are never followed there.
    pub(crate) all_forms: Option<Url>,
    pub(crate) media: Vec<Url>,
    pub(crate) endpoints: Endpoints,
    /// Where the gateway is; Cloud only.
    platform: Option<Url>,
    service: Service,
    whole_site: bool,
    /// Whether a user name with a token goes to the gateway too: one with scopes.
    scoped: bool,
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
        /// The host of the link; the instance's own when the link leaves its context path.
        host: String,
    },
}

/// Where a redirect may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The instance itself: credentials may be sent.
    Own,
    /// A host of the platform's media list: only without credentials and custom headers.
    Media,
    /// Anywhere else.
    Foreign,
}

/// Hosts that Atlassian Cloud sends downloads to; never with our credentials.
const MEDIA: [&str; 2] = ["https://api.media.atlassian.com", "https://media-cdn.atlassian.com"];

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
        let cloud = config.deployment == Deployment::Cloud;
        let platform = Url::parse(platform).ok().filter(|_| cloud);
        let auth = Url::parse(oauth::CLOUD).ok();
        let endpoints = match (&platform, &auth) {
            (Some(platform), Some(auth)) => Endpoints::cloud(auth, platform),
            _ => Endpoints::data_center(&config.site),
        };
        let media = if cloud {
            MEDIA.iter().filter_map(|host| Url::parse(host).ok()).collect()
        } else {
            Vec::new()
        };
        let all_forms = platform.as_ref().map(|platform| at(platform, "/jira/forms/cloud"));
        let (gateway, forms) = (None, None);
        let service = config.service();
        let whole_site = cloud;
        let bare = Self {
            site,
            gateway,
            forms,
            all_forms,
            media,
            endpoints,
            platform,
            service,
            whole_site,
            scoped: false,
        };
        match &config.cloud_id {
            Some(id) => bare.with_cloud_id(id),
            None => bare,
        }
    }

    /// The same addresses with those that need the id of the Cloud site.
    #[must_use]
    pub(crate) fn with_cloud_id(mut self, id: &str) -> Self {
        let Some(platform) = self.platform.as_ref().filter(|_| oauth::is_id(id)) else {
            return self;
        };
        self.gateway = Some(match self.service {
            Service::Jira => at(platform, &format!("/ex/jira/{id}")),
            Service::Confluence => at(platform, &format!("/ex/confluence/{id}/wiki")),
        });
        self.forms = Some(at(platform, &format!("/jira/forms/cloud/{id}")));
        self
    }

    /// The same addresses as they are for an API token with scopes.
    pub(crate) fn for_scoped(self) -> Self {
        Self { scoped: true, ..self }
    }

    /// Whether the address of the site is the platform's gateway itself.
    pub(crate) fn is_at_gateway(&self) -> bool {
        self.platform.as_ref().is_some_and(|platform| same_origin(platform, &self.site))
    }

    /// The same addresses with Cloud's OAuth server elsewhere (tests); nothing on Data Center.
    #[must_use]
    pub fn and_auth(mut self, auth: &Url) -> Self {
        if let Some(platform) = &self.platform {
            self.endpoints = Endpoints::cloud(auth, platform);
        }
        self
    }

    /// The same addresses with one more media host, which downloads may be redirected to without
    /// credentials (tests and demo).
    #[must_use]
    pub fn and_media(mut self, origin: &Url) -> Self {
        self.media.push(origin.clone());
        self
    }

    /// Where the product's API is for this credential: the gateway for OAuth on Cloud and for API
    /// tokens with scopes, else the site (server spec section 3.5).
    pub(crate) fn api(&self, credential: &Credential) -> &Url {
        match (&self.gateway, credential) {
            (Some(gateway), Credential::OAuth(_)) => gateway,
            (Some(gateway), Credential::Basic { .. }) if self.scoped => gateway,
            _ => &self.site,
        }
    }

    /// The fence around the addresses of an instance whose own host is trusted this far. Its
    /// proxies are the operator's; the platform's hosts are asked only in public, unless a test or
    /// the demo put others in their place.
    pub(crate) fn fence(&self, proxies: &Proxies, trust: Trust) -> Fence {
        let injected = |url: &&Url| !url.host_str().is_some_and(atlassian_settings::is_cloud_host);
        let platform = self.platform.iter().chain(&self.media);
        let token = [&self.endpoints.token].into_iter().filter(|_| self.platform.is_some());
        let own = platform.chain(token).filter(injected).filter_map(Url::host_str);
        let proxies = ProxyRules::of(proxies).map(|rules| rules.hosts()).unwrap_or_default();
        let fence = own
            .map(str::to_owned)
            .chain(proxies)
            .fold(Fence::default(), |fence, host| fence.trusting(&host, Trust::Own));
        match self.site.host_str() {
            Some(host) => fence.trusting(host, trust),
            None => fence,
        }
    }

    /// Every address that the client may be asked for, to find a proxy for each.
    pub(crate) fn all(&self) -> Vec<Url> {
        [&self.site].into_iter().chain(&self.platform).chain(&self.media).cloned().collect()
    }

    pub(crate) fn uses_https(&self) -> bool {
        [Some(&self.site), self.gateway.as_ref(), self.all_forms.as_ref()]
            .into_iter()
            .flatten()
            .chain(&self.media)
            .any(|url| url.scheme() == "https")
    }

    /// How far a URL is from the instance.
    ///
    /// On a Data Center host several products share one origin under different context paths;
    /// there only what is below the instance's own path is its own (server spec section 11.7). A
    /// Cloud site is one tenant as a whole.
    pub(crate) fn reach(&self, url: &Url) -> Reach {
        let own = (same_origin(url, &self.site)
            && (self.whole_site || below(url.path(), &self.site).is_some()))
            || [&self.gateway, &self.forms]
                .into_iter()
                .flatten()
                .any(|base| same_origin(url, base) && below(url.path(), base).is_some());
        let plain = url.username().is_empty() && url.password().is_none() && !climbs(url.path());
        if own && plain {
            Reach::Own
        } else if plain && self.media.iter().any(|media| same_origin(url, media)) {
            Reach::Media
        } else {
            Reach::Foreign
        }
    }

    /// Turns a link of an answer into the path and the query pairs that it stands for.
    ///
    /// Taken are absolute links to the site, the gateway, the forms address and the media hosts,
    /// and relative ones with the context path (`/wiki/api/v2/...`, Confluence v2) or without it
    /// (`/rest/api/...`, Confluence v1). Backslashes, control characters, user names, `//host`
    /// and paths that climb are refused whatever they would lead to.
    ///
    /// # Errors
    /// [`LinkError`] when the link leaves the instance's addresses or is not a URL.
    pub fn resolve(&self, link: &str) -> Result<(ApiPath, Vec<(String, String)>), LinkError> {
        if link.is_empty()
            || link.starts_with("//")
            || link.chars().any(|c| c == '\\' || c.is_control())
        {
            return Err(LinkError::Malformed);
        }
        let head = link.split(['/', '?', '#']).next().unwrap_or_default();
        if head.contains(':') { self.absolute(link) } else { self.relative(link) }
    }

    fn absolute(&self, link: &str) -> Result<(ApiPath, Vec<(String, String)>), LinkError> {
        let url = Url::parse(link).map_err(|_| LinkError::Malformed)?;
        if !matches!(url.scheme(), "http" | "https")
            || !url.username().is_empty()
            || url.password().is_some()
            || climbs(url.path())
        {
            return Err(LinkError::Malformed);
        }
        let own = [
            (self.gateway.as_ref(), Base::Api),
            (self.forms.as_ref(), Base::Forms),
            (Some(&self.site), Base::Site),
        ];
        for (base, kind) in own {
            let Some(base) = base.filter(|base| same_origin(&url, base)) else { continue };
            if let Some(rest) = below(url.path(), base) {
                return Ok((path_of(kind, rest), pairs(&url)));
            }
        }
        if let Some(index) = self.media.iter().position(|media| same_origin(&url, media)) {
            let path = ApiPath::from_link(Base::Media, url.path().to_owned()).on_media(index);
            return Ok((path, pairs(&url)));
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        Err(LinkError::ForeignOrigin { host })
    }

    fn relative(&self, link: &str) -> Result<(ApiPath, Vec<(String, String)>), LinkError> {
        let slash = if link.starts_with('/') { "" } else { "/" };
        let url = Url::parse(&format!("https://link.invalid{slash}{link}"))
            .map_err(|_| LinkError::Malformed)?;
        if climbs(url.path()) || url.host_str() != Some("link.invalid") || url.path() == "/" {
            return Err(LinkError::Malformed);
        }
        for base in [self.gateway.as_ref(), Some(&self.site)].into_iter().flatten() {
            if base.path() == "/" {
                continue;
            }
            if let Some(rest) = below(url.path(), base) {
                return Ok((path_of(Base::Site, rest), pairs(&url)));
            }
        }
        Ok((path_of(Base::Site, url.path()), pairs(&url)))
    }
}

/// REST paths belong to the API wherever that is for the credential; everything else to the site.
fn path_of(base: Base, path: &str) -> ApiPath {
    let rest = ["/rest/", "/api/"].iter().any(|prefix| path.starts_with(prefix));
    let base = if base == Base::Site && rest { Base::Api } else { base };
    ApiPath::from_link(base, path.to_owned())
}

fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}

fn pairs(url: &Url) -> Vec<(String, String)> {
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host() == b.host()
        && a.port_or_known_default() == b.port_or_known_default()
}

/// The rest of a path below a base's path, with its leading slash.
pub(crate) fn below<'a>(path: &'a str, base: &Url) -> Option<&'a str> {
    let rest = path.strip_prefix(base.path().trim_end_matches('/'))?;
    rest.starts_with('/').then_some(rest)
}

/// Whether a path has a `..` segment once percent-encoding is undone, however often.
pub(crate) fn climbs(path: &str) -> bool {
    let mut current = path.to_owned();
    for _ in 0..4 {
        if current.split(['/', '\\']).any(|segment| {
            let name = segment.split(';').next().unwrap_or_default();
            name == ".."
        }) {
            return true;
        }
        let decoded = decode(&current);
        if decoded == current {
            return false;
        }
        current = decoded;
    }
    true
}

/// Undoes percent-encoding once; what is not valid stays as it is.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        let pair = if byte == b'%' { after.get(..2) } else { None };
        let value = pair
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match value {
            Some(value) => {
                out.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
