//! Which redirect addresses a client may register.
//!
//! A code is sent to that address, so it is compared exactly (OAuth 2.1 section 4.1.3); patterns
//! only say which ones may be registered at all.

use url::{Host, Url};

/// What is allowed when the operator says nothing (server spec section 2.7).
const DEFAULT: [&str; 4] = [
    "http://localhost:*",
    "http://127.0.0.1:*",
    "https://chatgpt.com/connector_platform_oauth_redirect",
    "https://chat.openai.com/connector_platform_oauth_redirect",
];

/// Schemes whose addresses run code or read files in a browser.
const NEVER: [&str; 9] =
    ["javascript", "data", "vbscript", "file", "blob", "about", "filesystem", "view-source", "ws"];

/// Longest address that is taken.
const LONGEST: usize = 2000;

/// The patterns in force.
#[derive(Clone, Debug)]
pub(crate) struct Redirects(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    scheme: String,
    host: String,
    /// Whether hosts below `host` are meant.
    below: bool,
    port: Port,
    path: Path,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    Any,
    Is(Option<u16>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Path {
    Any,
    Is(String),
    Below(String),
}

impl Default for Redirects {
    fn default() -> Self {
        Self(DEFAULT.iter().filter_map(|text| Pattern::parse(text)).collect())
    }
}

impl Redirects {
    /// Reads patterns: an address, with `*` for any port, for the first label of the host, or at the
    /// end of the path.
    ///
    /// # Errors
    /// A sentence naming the entry that is none.
    pub(crate) fn parse(patterns: &[String]) -> Result<Self, String> {
        let parse = |(place, text): (usize, &String)| {
            Pattern::parse(text).ok_or_else(|| {
                format!(
                    "ATLASSIAN_OAUTH_ALLOWED_CLIENT_REDIRECT_URIS: entry {} is no redirect address; write \
                     `https://app.example/callback`, with `*` only for the port, the first label of the host, or at the \
                     end of the path.",
                    place + 1
                )
            })
        };
        patterns.iter().enumerate().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a client may register this address. `own` is the address at which Atlassian answers
    /// us, which no client may have.
    pub(crate) fn admits(&self, text: &str, own: &Url) -> bool {
        let plain = |c: char| c.is_ascii_graphic() && c != '\\';
        if text.len() > LONGEST || !text.chars().all(plain) || text.contains('*') {
            return false;
        }
        let Ok(url) = Url::parse(text) else { return false };
        let clean = url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !NEVER.contains(&url.scheme());
        let clear_text_abroad = url.scheme() == "http" && !is_loopback(&url);
        clean
            && !clear_text_abroad
            && !same_place(&url, own)
            && self.0.iter().any(|pattern| pattern.admits(&url))
    }
}

/// Whether two addresses lead to the same route, whatever their query.
fn same_place(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
        && one.path().trim_end_matches('/') == other.path().trim_end_matches('/')
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let good = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
        if scheme.is_empty() || !scheme.bytes().all(good) || NEVER.contains(&scheme.as_str()) {
            return None;
        }
        let (authority, path) = match rest.find('/') {
            Some(slash) => (rest.get(..slash)?, rest.get(slash..)?),
            None => (rest, ""),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, "*")) => (host, Port::Any),
            Some((host, port)) if !port.ends_with(']') => {
                (host, Port::Is(Some(port.parse().ok()?)))
            }
            _ => (authority, Port::Is(None)),
        };
        let (host, below) = match host.strip_prefix("*.") {
            Some(parent) if parent.contains('.') => (parent, true),
            Some(_) => return None,
            None => (host, false),
        };
        let path = match path.strip_suffix('*') {
            Some(start) => Path::Below(start.to_owned()),
            None if path.is_empty() => Path::Any,
            None => Path::Is(path.to_owned()),
        };
        let start = match &path {
            Path::Any => "",
            Path::Is(path) | Path::Below(path) => path,
        };
        let host = host.to_ascii_lowercase();
        if host.is_empty()
            || host.contains(['*', '@', '?', '#', '\\'])
            || start.contains(['*', '#', '\\'])
        {
            return None;
        }
        Some(Self { scheme, host, below, port, path })
    }

    fn admits(&self, url: &Url) -> bool {
        let Some(host) = url.host_str().map(str::to_ascii_lowercase) else { return false };
        let hosts = if self.below {
            host.strip_suffix(&self.host).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
        } else {
            host == self.host
        };
        let ports = match self.port {
            Port::Any => true,
            Port::Is(port) => {
                let default = match self.scheme.as_str() {
                    "http" => Some(80),
                    "https" => Some(443),
                    _ => None,
                };
                url.port().or(default) == port.or(default)
            }
        };
        let whole = || match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let paths = match &self.path {
            Path::Any => true,
            Path::Is(path) => *path == whole() || *path == url.path(),
            Path::Below(start) => url.path().starts_with(start.as_str()),
        };
        url.scheme() == self.scheme && hosts && ports && paths
    }
}

#[cfg(test)]
mod tests {
    use super::Redirects;
    use url::Url;

    fn admits(redirects: &Redirects, text: &str) -> bool {
        let own = Url::parse("http://localhost:9999/x/callback").expect("url");
        redirects.admits(text, &own)
    }

    fn of(patterns: &[&str]) -> Redirects {
        let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
        Redirects::parse(&patterns).expect("patterns")
    }

    #[test]
    fn by_default_loopback_and_two_of_chatgpt() {
        let redirects = Redirects::default();
        for good in [
            "http://localhost:1234/callback",
            "http://127.0.0.1:1/",
            "http://localhost:9999/other",
            "https://chatgpt.com/connector_platform_oauth_redirect",
        ] {
            assert!(admits(&redirects, good), "{good}");
        }
        for bad in [
            "http://localhost.evil.example:1/callback",
            "http://localhost:1@evil.example/",
            "http://user@localhost:1/",
            "http://evil.example/http://localhost:1/",
            "https://localhost:1/callback",
            "http://localhost:1/callback#fragment",
            "http://localhost:1\\@evil.example/",
            "http://[::1]:1/callback",
            "https://chatgpt.com/connector_platform_oauth_redirect/other",
            "https://chatgpt.com.evil.example/connector_platform_oauth_redirect",
            "https://chatgpt.com:8443/connector_platform_oauth_redirect",
            "javascript://localhost:1/%0aalert(1)",
            "data:text/html,x",
            "http://localhost:*/callback",
            "http://localhost:9999/x/callback",
            "http://localhost:9999/x/callback/?a=b",
            "http://LOCALHOST:9999/x/callback",
            "localhost:1/callback",
            "",
        ] {
            assert!(!admits(&redirects, bad), "{bad}");
        }
    }

    #[test]
    fn patterns_mean_what_they_say() {
        let redirects = of(&[
            "https://app.example/cb",
            "https://*.team.example/oauth/*",
            "cursor://anysphere.cursor-retrieval/oauth/*",
            "http://[::1]:*/cb",
        ]);
        for good in [
            "https://app.example/cb",
            "https://app.example:443/cb",
            "https://app.example/cb?tenant=1",
            "https://a.team.example/oauth/cb",
            "cursor://anysphere.cursor-retrieval/oauth/user-x/callback",
            "http://[::1]:7/cb",
        ] {
            assert!(admits(&redirects, good), "{good}");
        }
        for bad in [
            "http://app.example/cb",
            "https://app.example/cb/../other",
            "https://team.example/oauth/cb",
            "https://xteam.example/oauth/cb",
            "https://a.team.example.evil.example/oauth/cb",
            "https://a.team.example/other",
            "cursor://evil/oauth/x",
            "http://localhost:1/cb",
        ] {
            assert!(!admits(&redirects, bad), "{bad}");
        }
    }

    #[test]
    fn an_empty_list_admits_nothing_and_wrong_entries_are_told() {
        assert!(!admits(&of(&[]), "http://localhost:1/cb"));
        for wrong in [
            "localhost",
            "https://*/cb",
            "https://*.com/cb",
            "https://a*b.example/",
            "javascript://x/",
        ] {
            let error = Redirects::parse(&[wrong.to_owned()]).expect_err(wrong);
            assert!(error.contains("entry 1"), "{error}");
        }
    }
}
