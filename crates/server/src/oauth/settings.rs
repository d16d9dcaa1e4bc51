//! The operator's variables of the proxy, checked (server spec sections 2.7 and 7.3).

use super::redirects::Redirects;
use super::upstream::Upstream;
use crate::ServeError;
use atlassian_instances::Registry;
use atlassian_settings::{HttpSettings, OAuthApp, Secret, ServerSettings, Transport};
use std::path::PathBuf;
use url::Url;

/// Paths of other routes, which the callback must not take.
const TAKEN: [&str; 8] = [
    "/register",
    "/authorize",
    "/consent",
    "/token",
    "/healthz",
    "/readyz",
    "/metrics",
    "/messages",
];

/// Where registrations and tokens are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// In memory only.
    Memory,
    /// In sealed files of this folder.
    Folder(PathBuf),
    /// Where replicas share it.
    Shared,
}

/// The settings of the proxy.
#[derive(Clone, Debug)]
pub(crate) struct ProxySettings {
    /// Public address without a slash at its end; also the issuer.
    pub(crate) base: String,
    /// Path of the MCP endpoint.
    pub(crate) mcp_path: String,
    /// The redirect address registered with Atlassian.
    pub(crate) callback: Url,
    /// Scopes, in order.
    pub(crate) scopes: Vec<String>,
    /// Which redirect addresses clients may have.
    pub(crate) redirects: Redirects,
    /// Grant types that clients may register.
    pub(crate) grants: Vec<String>,
    /// Whether a person is asked here before Atlassian asks.
    pub(crate) consent: bool,
    /// Whether every other way to authenticate is refused.
    pub(crate) exclusive: bool,
    /// Where things are kept.
    pub(crate) keeping: Keeping,
}

impl ProxySettings {
    /// Reads the settings, and finds the OAuth server they speak of; `None` when the proxy is off.
    pub(super) fn read(
        registry: &Registry,
        http: &HttpSettings,
    ) -> Result<Option<(Self, Upstream)>, ServeError> {
        let server = registry.server();
        let given = Given(&server.oauth_proxy);
        if server.transport == Transport::Stdio
            || !given.switch("ATLASSIAN_OAUTH_PROXY_ENABLE", false)
        {
            return Ok(None);
        }
        let instance = given
            .text("ATLASSIAN_OAUTH_INSTANCE_URL")
            .or_else(|| registry.first_primary().map(|config| config.site.as_str().to_owned()));
        let redirect = given.text("ATLASSIAN_OAUTH_REDIRECT_URI");
        let (id, secret) =
            (given.text("ATLASSIAN_OAUTH_CLIENT_ID"), given.text("ATLASSIAN_OAUTH_CLIENT_SECRET"));
        let (Some(instance), Some(redirect), Some(client_id), Some(secret)) =
            (instance, redirect, id, secret)
        else {
            tracing::warn!(
                target: "atlassian_mcp::config",
                "ATLASSIAN_OAUTH_PROXY_ENABLE is on, but the proxy stays off: it needs ATLASSIAN_OAUTH_CLIENT_ID, \
                 ATLASSIAN_OAUTH_CLIENT_SECRET, ATLASSIAN_OAUTH_REDIRECT_URI, and an instance (ATLASSIAN_OAUTH_INSTANCE_URL, \
                 JIRA_URL or CONFLUENCE_URL)."
            );
            return Ok(None);
        };
        let callback = web_address("ATLASSIAN_OAUTH_REDIRECT_URI", &redirect)?;
        let base = match given.text("PUBLIC_BASE_URL") {
            Some(base) => web_address("PUBLIC_BASE_URL", &base)?,
            None => folder_of(&callback),
        };
        let instance = web_address("ATLASSIAN_OAUTH_INSTANCE_URL", &instance)?;
        let server = registry.token_server(&instance).map_err(|error| {
            ServeError::OAuth(format!("ATLASSIAN_OAUTH_INSTANCE_URL: {error}."))
        })?;
        let cloud = server.endpoints().is_cloud();
        let scopes = given
            .list("ATLASSIAN_OAUTH_SCOPE")
            .unwrap_or_else(|| if cloud { Vec::new() } else { vec!["WRITE".to_owned()] });
        if cloud && scopes.is_empty() {
            return Err(ServeError::OAuth(
                "The OAuth proxy in front of Cloud needs ATLASSIAN_OAUTH_SCOPE.".to_owned(),
            ));
        }
        let app = OAuthApp {
            client_id,
            client_secret: Secret::new(secret),
            redirect_uri: redirect,
            scope: scopes.join(" "),
            token_folder: None,
        };
        let settings = Self {
            base: base.as_str().trim_end_matches('/').to_owned(),
            mcp_path: http.path.clone(),
            callback,
            scopes,
            redirects: match given.list("ATLASSIAN_OAUTH_ALLOWED_CLIENT_REDIRECT_URIS") {
                Some(patterns) => Redirects::parse(&patterns).map_err(ServeError::OAuth)?,
                None => Redirects::default(),
            },
            grants: given
                .list("ATLASSIAN_OAUTH_ALLOWED_GRANT_TYPES")
                .filter(|grants| !grants.is_empty())
                .unwrap_or_else(|| {
                    vec!["authorization_code".to_owned(), "refresh_token".to_owned()]
                }),
            consent: given.switch("ATLASSIAN_OAUTH_REQUIRE_CONSENT", true),
            exclusive: given.switch("ATLASSIAN_OAUTH_PROXY_EXCLUSIVE", true),
            keeping: keeping(&given, registry.server()),
        };
        settings.check()?;
        Ok(Some((settings, Upstream::new(server, app))))
    }

    fn check(&self) -> Result<(), ServeError> {
        let taken = |path: &str| {
            let below = path.strip_prefix(self.base_path()).unwrap_or(path);
            TAKEN.contains(&path) || TAKEN.contains(&below) || path.starts_with("/.well-known/")
        };
        let wild = |path: &str| path.contains(['{', '}', '*']) || path == "/" || path.is_empty();
        let callbacks = self.callback_paths();
        let mut callback_paths = callbacks.iter().map(String::as_str);
        let mcp = self.mcp_path.as_str();
        if callback_paths.any(|path| taken(path) || wild(path) || path.trim_end_matches('/') == mcp)
        {
            return Err(ServeError::OAuth(
                "The path of ATLASSIAN_OAUTH_REDIRECT_URI is one that the server uses for something else; register \
                 another, such as `/callback`."
                    .to_owned(),
            ));
        }
        if taken(mcp) {
            return Err(ServeError::OAuth(format!(
                "STREAMABLE_HTTP_PATH is `{mcp}`, which the OAuth proxy uses for something else; choose another."
            )));
        }
        if self.base_path().contains(['{', '}', '*']) {
            return Err(ServeError::OAuth("PUBLIC_BASE_URL is no plain address.".to_owned()));
        }
        Ok(())
    }

    /// The path of the public address: empty, or with a slash in front and none at the end.
    pub(crate) fn base_path(&self) -> &str {
        let after = self.base.split_once("://").map_or("", |(_, rest)| rest);
        after.find('/').and_then(|slash| after.get(slash..)).unwrap_or_default()
    }

    /// Scheme, host and port of the public address.
    pub(crate) fn origin(&self) -> &str {
        self.base.strip_suffix(self.base_path()).unwrap_or(&self.base)
    }

    /// Whether browsers reach the server over TLS.
    pub(crate) fn secure(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// The resource that tokens are for (RFC 8707).
    pub(crate) fn resource(&self) -> String {
        format!("{}{}", self.base, self.mcp_path)
    }

    /// Address of the document about the resource.
    pub(crate) fn resource_metadata(&self) -> String {
        let (origin, base) = (self.origin(), self.base_path());
        format!("{origin}/.well-known/oauth-protected-resource{base}{}", self.mcp_path)
    }

    /// The paths at which Atlassian's answer may arrive: as registered, and without the path of the
    /// public address.
    pub(crate) fn callback_paths(&self) -> Vec<String> {
        let whole = self.callback.path().to_owned();
        let short = whole.strip_prefix(self.base_path()).filter(|rest| rest.starts_with('/'));
        let mut paths = vec![whole.clone()];
        if let Some(short) = short.filter(|short| **short != *whole) {
            paths.push(short.to_owned());
        }
        paths
    }

    /// The scopes as sent.
    pub(crate) fn scope(&self) -> String {
        self.scopes.join(" ")
    }
}

/// The variables as given.
struct Given<'a>(&'a [(String, Secret)]);

impl Given<'_> {
    fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.expose().trim())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.raw(name).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// What is no switch has been told by whoever validated the variables.
    fn switch(&self, name: &str, default: bool) -> bool {
        match self.raw(name).map(str::to_ascii_lowercase).as_deref() {
            Some("true" | "1" | "yes" | "y" | "on") => true,
            Some("false" | "0" | "no" | "n" | "off" | "") => false,
            _ => default,
        }
    }

    /// A list parted by commas or blanks; set but blank is the empty list.
    fn list(&self, name: &str) -> Option<Vec<String>> {
        let items = self.raw(name)?.split([',', ' ', '\t', '\n']);
        Some(items.map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
    }
}

fn web_address(name: &str, text: &str) -> Result<Url, ServeError> {
    Url::parse(text)
        .ok()
        .filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.host().is_some()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        })
        .ok_or_else(|| {
            ServeError::OAuth(format!(
                "{name} is not an http or https URL without user, query and fragment."
            ))
        })
}

/// Scheme, host and the folder of the path.
fn folder_of(callback: &Url) -> Url {
    let mut base = callback.clone();
    let path = callback.path().rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    base.set_path(&path);
    base
}

/// Where things are kept: replicas that share a Redis share them there unless told otherwise.
fn keeping(given: &Given<'_>, server: &ServerSettings) -> Keeping {
    let mode = given.text("ATLASSIAN_OAUTH_CLIENT_STORAGE_MODE").map(|m| m.to_ascii_lowercase());
    match mode.as_deref() {
        Some("memory") => Keeping::Memory,
        Some("redis") => Keeping::Shared,
        None if server.redis.is_some() => Keeping::Shared,
        _ => server.oauth_proxy_folder.clone().map_or(Keeping::Memory, Keeping::Folder),
    }
}
