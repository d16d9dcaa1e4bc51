//! Which Host and Origin are served, against DNS rebinding and foreign web pages
//! (server spec section 10.5, MCP transports: security warning).

use atlassian_settings::HttpSettings;
use http::uri::Authority;
use http::{HeaderMap, Uri, header};
use std::net::{IpAddr, SocketAddr};

/// The rules of a listener.
#[derive(Debug)]
pub(crate) struct Fence {
    /// Whether the listener is bound to this machine only.
    loopback: bool,
    /// Hosts that are served beside the rules for addresses; a port is compared when it is given.
    hosts: Vec<Place>,
    any_host: bool,
    origins: Vec<AllowedOrigin>,
    any_origin: bool,
}

/// A request that is refused; its text is for the client and for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The Host header is missing, malformed or foreign.
    #[error(
        "The Host header is not one this server answers to; its operator can name it in MCP_ALLOWED_HOSTS"
    )]
    Host,
    /// The Origin header is malformed or foreign.
    #[error(
        "Requests from this web origin are not allowed; the server's operator can name it in MCP_ALLOWED_ORIGINS"
    )]
    Origin,
}

/// A host with an optional port.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    host: String,
    port: Option<u16>,
}

impl Place {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self { host: address.to_string(), port: None });
        }
        let authority = Authority::try_from(text).ok()?;
        // User names have no business in a Host header.
        if text.contains('@') || authority.host().is_empty() {
            return None;
        }
        let host = authority.host().trim_matches(|c| c == '[' || c == ']');
        let port = match authority.as_str().strip_prefix(authority.host())? {
            "" => None,
            rest => Some(rest.strip_prefix(':')?.parse().ok()?),
        };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        Some(Self { host, port })
    }

    fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.address().is_some_and(|address| address.is_loopback())
    }

    fn covers(&self, other: &Self) -> bool {
        self.host == other.host && self.port.is_none_or(|port| other.port == Some(port))
    }
}

/// An origin from the settings.
#[derive(Debug)]
struct AllowedOrigin {
    scheme: String,
    host: String,
    /// `None` for `:*`.
    port: Option<u16>,
}

impl AllowedOrigin {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('/');
        let (base, any_port) = match text.strip_suffix(":*") {
            Some(base) => (base, true),
            None => (text, false),
        };
        let (scheme, place) = origin(base)?;
        let port =
            if any_port { None } else { Some(place.port.or_else(|| default_port(&scheme))?) };
        Some(Self { scheme, host: place.host, port })
    }
}

impl Fence {
    /// The fence of a listener bound to `address`.
    pub(crate) fn new(settings: &HttpSettings, address: SocketAddr) -> Self {
        let named = |list: &[String]| list.iter().any(|entry| entry.trim() == "*");
        let own = [settings.host.clone()];
        Self {
            loopback: address.ip().is_loopback(),
            hosts: own
                .iter()
                .chain(&settings.allowed_hosts)
                .filter_map(|h| Place::parse(h))
                .collect(),
            any_host: named(&settings.allowed_hosts),
            origins: settings
                .allowed_origins
                .iter()
                .filter_map(|o| AllowedOrigin::parse(o))
                .collect(),
            any_origin: named(&settings.allowed_origins),
        }
    }

    /// The same fence, open for the address under which the operator says the server is reached.
    pub(crate) fn and_origin(mut self, origin: &str) -> Self {
        if let Some((scheme, place)) = self::origin(origin) {
            let port = place.port.or_else(|| default_port(&scheme));
            self.hosts.push(Place { host: place.host.clone(), port: None });
            self.origins.push(AllowedOrigin { scheme, host: place.host, port });
        }
        self
    }

    /// Admits a request by its Host and Origin.
    pub(crate) fn admit(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
        let host = host_of(uri, headers);
        if !self.any_host && !host.as_ref().is_some_and(|host| self.admits_host(host)) {
            return Err(Refused::Host);
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let Some(value) = origins.next() else { return Ok(()) };
        let text = value.to_str().map_err(|_| Refused::Origin)?;
        if origins.next().is_some() || !self.admits_origin(text, host.as_ref()) {
            return Err(Refused::Origin);
        }
        Ok(())
    }

    /// A name can be pointed at us by anybody's DNS, an address cannot: names must be known, while
    /// addresses are served as far as the listener can be reached under them at all.
    fn admits_host(&self, host: &Place) -> bool {
        self.hosts.iter().any(|allowed| allowed.covers(host))
            || host.is_loopback()
            || (!self.loopback && host.address().is_some())
    }

    /// Origins that are listed, and pages of this machine while the server is asked as this machine.
    fn admits_origin(&self, text: &str, host: Option<&Place>) -> bool {
        if self.any_origin {
            return true;
        }
        let Some((scheme, place)) = origin(text) else { return false };
        let port = place.port.or_else(|| default_port(&scheme));
        let listed = self.origins.iter().any(|allowed| {
            allowed.scheme == scheme
                && allowed.host == place.host
                && allowed.port.is_none_or(|p| port == Some(p))
        });
        listed || (self.loopback && place.is_loopback() && host.is_some_and(Place::is_loopback))
    }
}

fn host_of(uri: &Uri, headers: &HeaderMap) -> Option<Place> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => Place::parse(host.to_str().ok()?),
        // HTTP/2 carries it in the request line.
        (None, _) => Place::parse(uri.authority()?.as_str()),
        (Some(_), Some(_)) => None,
    }
}

fn origin(text: &str) -> Option<(String, Place)> {
    let (scheme, authority) = text.split_once("://")?;
    if authority.contains(['/', '?', '#']) {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    matches!(scheme.as_str(), "http" | "https").then_some(())?;
    Some((scheme, Place::parse(authority)?))
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Fence, Refused};
    use atlassian_settings::HttpSettings;
    use http::{HeaderMap, HeaderValue, Uri};

    fn fence(host: &str, hosts: &[&str], origins: &[&str]) -> Fence {
        let settings = HttpSettings {
            host: host.to_owned(),
            allowed_hosts: hosts.iter().map(|h| (*h).to_owned()).collect(),
            allowed_origins: origins.iter().map(|o| (*o).to_owned()).collect(),
            ..HttpSettings::default()
        };
        let address =
            if host.contains(':') { format!("[{host}]:8000") } else { format!("{host}:8000") };
        Fence::new(&settings, address.parse().expect("address"))
    }

    fn asked(fence: &Fence, host: &str, origin: Option<&str>) -> Result<(), Refused> {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_str(host).expect("host"));
        if let Some(origin) = origin {
            headers.insert("origin", HeaderValue::from_str(origin).expect("origin"));
        }
        fence.admit(&Uri::from_static("/mcp"), &headers)
    }

    #[test]
    fn a_local_server_answers_to_local_names_only() {
        let local = fence("127.0.0.1", &["mcp.corp.example"], &[]);
        for host in
            ["127.0.0.1:8000", "localhost", "LOCALHOST:9", "[::1]:8000", "mcp.corp.example:8000"]
        {
            assert_eq!(asked(&local, host, None), Ok(()), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.7:8000",
            "a@localhost",
            "127.0.0.1.evil.example",
            "localhost:99999",
            "",
        ] {
            assert_eq!(asked(&local, host, None), Err(Refused::Host), "{host}");
        }
        assert_eq!(local.admit(&Uri::from_static("/mcp"), &HeaderMap::new()), Err(Refused::Host));
    }

    #[test]
    fn a_public_server_answers_to_addresses_and_known_names() {
        let public = fence("0.0.0.0", &["mcp.corp.example:443"], &[]);
        for host in ["10.0.0.7:8000", "[fd00::7]:8000", "localhost:8000", "mcp.corp.example:443"] {
            assert_eq!(asked(&public, host, None), Ok(()), "{host}");
        }
        for host in ["evil.example", "mcp.corp.example", "mcp.corp.example:80"] {
            assert_eq!(asked(&public, host, None), Err(Refused::Host), "{host}");
        }
        assert_eq!(asked(&fence("0.0.0.0", &["*"], &[]), "evil.example", None), Ok(()));
    }

    #[test]
    fn two_hosts_are_no_host() {
        let mut headers = HeaderMap::new();
        headers.append("host", HeaderValue::from_static("localhost"));
        headers.append("host", HeaderValue::from_static("evil.example"));
        let local = fence("127.0.0.1", &[], &[]);
        assert_eq!(local.admit(&Uri::from_static("/"), &headers), Err(Refused::Host));
    }

    #[test]
    fn foreign_origins_are_refused() {
        let local = fence("127.0.0.1", &[], &["https://app.example", "http://dev.example:*"]);
        for origin in [
            "http://localhost:6274",
            "http://127.0.0.1:1",
            "https://app.example",
            "https://app.example:443",
            "http://dev.example:3000",
        ] {
            assert_eq!(asked(&local, "localhost:8000", Some(origin)), Ok(()), "{origin}");
        }
        for origin in [
            "http://evil.example",
            "null",
            "https://app.example:8443",
            "http://app.example",
            "https://app.example.evil.example",
            "http://localhost.evil.example",
            "file://localhost",
            "",
        ] {
            assert_eq!(
                asked(&local, "localhost:8000", Some(origin)),
                Err(Refused::Origin),
                "{origin}"
            );
        }
    }

    #[test]
    fn a_local_page_is_foreign_to_a_public_server() {
        let public = fence("0.0.0.0", &["*"], &[]);
        assert_eq!(
            asked(&public, "mcp.corp.example", Some("http://localhost:3000")),
            Err(Refused::Origin)
        );
        assert_eq!(
            asked(&fence("0.0.0.0", &["*"], &["*"]), "x.example", Some("http://any.example")),
            Ok(())
        );
    }
}
