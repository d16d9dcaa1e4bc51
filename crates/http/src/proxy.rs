//! Which proxy a request takes (server spec section 2.5).
//!
//! Everything comes from the instance's own settings; the process environment and the operating
//! system are never asked, so that one instance's bypass list cannot affect another.

use crate::origins::same_origin;
use atlassian_settings::{Proxies, Secret};
use std::net::IpAddr;
use url::{Host, Url};

/// The proxies of an instance, ready to be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProxyRules {
    http: Option<ProxyUrl>,
    https: Option<ProxyUrl>,
    /// What a PAC file said about each address of the instance.
    automatic: Vec<(Url, Option<ProxyUrl>)>,
    bypass: Bypass,
}

/// A proxy address that may hold credentials.
#[derive(Clone)]
pub(crate) struct ProxyUrl(pub(crate) Url);

impl std::fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("****")
    }
}

impl ProxyRules {
    /// Reads the settings.
    ///
    /// # Errors
    /// A sentence without the address when one cannot be used.
    pub(crate) fn of(settings: &Proxies) -> Result<Self, String> {
        let pick = |own: &Option<Secret>, scheme: &str| {
            own.as_ref()
                .or(settings.socks.as_ref())
                .filter(|address| !address.is_blank())
                .map(|address| parse(address, scheme))
                .transpose()
        };
        Ok(Self {
            http: pick(&settings.http, "http")?,
            https: pick(&settings.https, "https")?,
            automatic: Vec::new(),
            bypass: Bypass::parse(settings.bypass.as_deref().unwrap_or_default()),
        })
    }

    /// The same, with a PAC file asked for each of these addresses where automatic configuration
    /// is on and no proxy is configured.
    ///
    /// # Errors
    /// A sentence; a file that cannot be used never means a direct connection.
    pub(crate) async fn found(settings: &Proxies, targets: Vec<Url>) -> Result<Self, String> {
        let rules = Self::of(settings)?;
        match settings.pac_url.as_deref().filter(|_| rules.is_empty()) {
            Some(address) => rules.automatic(address, targets).await,
            None => Ok(rules),
        }
    }

    #[cfg(feature = "pac")]
    async fn automatic(mut self, address: &str, targets: Vec<Url>) -> Result<Self, String> {
        let script = crate::pac::fetch(address).await?;
        let asked = targets.clone();
        let answers = tokio::task::spawn_blocking(move || crate::pac::evaluate(&script, &asked));
        let answers = answers.await.map_err(|_| "the proxy configuration failed".to_owned())??;
        self.automatic = targets.into_iter().zip(answers).collect();
        Ok(self)
    }

    #[cfg(not(feature = "pac"))]
    #[expect(clippy::unused_async, reason = "the same signature as with the feature")]
    async fn automatic(self, address: &str, _: Vec<Url>) -> Result<Self, String> {
        Err(format!(
            "the proxy configuration at `{address}` cannot be read: this program is built without \
             the feature `pac`; set HTTPS_PROXY, or switch PROXY_WPAD_ENABLE off"
        ))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    fn all(&self) -> impl Iterator<Item = &ProxyUrl> {
        let automatic = self.automatic.iter().filter_map(|(_, proxy)| proxy.as_ref());
        [&self.http, &self.https].into_iter().flatten().chain(automatic)
    }

    /// The proxy for a target, `None` for a direct connection.
    pub(crate) fn for_target(&self, target: &Url) -> Option<Url> {
        let automatic = self.automatic.iter().find(|(url, _)| same_origin(url, target));
        let proxy = match automatic {
            Some((_, proxy)) => proxy,
            None if target.scheme() == "https" => &self.https,
            None => &self.http,
        };
        proxy.as_ref().filter(|_| !self.bypass.covers(target)).map(|proxy| proxy.0.clone())
    }

    /// The credentials in the addresses, for keeping them out of error texts.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        self.all().filter_map(|proxy| proxy.0.password().map(Secret::new)).collect()
    }

    /// The hosts of the proxies.
    pub(crate) fn hosts(&self) -> Vec<String> {
        self.all().filter_map(|proxy| proxy.0.host_str().map(str::to_owned)).collect()
    }

    pub(crate) fn needs_tls(&self) -> bool {
        self.all().any(|proxy| proxy.0.scheme() == "https")
    }
}

pub(crate) fn parse(address: &Secret, scheme: &str) -> Result<ProxyUrl, String> {
    let wrong = |why: &str| format!("the proxy for {scheme} addresses {why}");
    let text = address.expose().trim();
    let text = if text.contains("://") {
        Secret::new(text)
    } else {
        Secret::new(format!("http://{text}"))
    };
    let url = Url::parse(text.expose()).map_err(|_| wrong("is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h") {
        return Err(wrong("has a scheme other than http, https, socks4, socks5 and socks5h"));
    }
    if url.host_str().is_none_or(str::is_empty) || url.as_str().parse::<http::Uri>().is_err() {
        return Err(wrong("has no usable host"));
    }
    Ok(ProxyUrl(url))
}

/// The bypass list: hosts and their sub-domains, addresses, CIDR ranges, each with an optional
/// port, or `*` for everything.
#[derive(Clone, Debug, Default)]
struct Bypass {
    everything: bool,
    entries: Vec<(Entry, Option<u16>)>,
}

#[derive(Clone, Debug)]
enum Entry {
    Domain(String),
    Range(IpAddr, u8),
}

impl Bypass {
    fn parse(list: &str) -> Self {
        let mut bypass = Self::default();
        for entry in list.split(|c: char| c == ',' || c.is_whitespace()) {
            match entry {
                "" => {}
                "*" => bypass.everything = true,
                _ => bypass.entries.extend(parse_entry(entry)),
            }
        }
        bypass
    }

    fn covers(&self, target: &Url) -> bool {
        let port = target.port_or_known_default();
        self.everything
            || self.entries.iter().any(|(entry, only)| {
                (only.is_none() || *only == port)
                    && match (entry, target.host()) {
                        (Entry::Domain(domain), Some(Host::Domain(host))) => {
                            let host = host.trim_end_matches('.');
                            host == domain
                                || host
                                    .strip_suffix(domain.as_str())
                                    .is_some_and(|rest| rest.ends_with('.'))
                        }
                        (Entry::Range(net, bits), Some(Host::Ipv4(address))) => {
                            within(IpAddr::V4(address), *net, *bits)
                        }
                        (Entry::Range(net, bits), Some(Host::Ipv6(address))) => {
                            within(IpAddr::V6(address).to_canonical(), *net, *bits)
                        }
                        _ => false,
                    }
            })
    }
}

fn parse_entry(entry: &str) -> Option<(Entry, Option<u16>)> {
    if let Some((address, bits)) = entry.split_once('/') {
        let address: IpAddr = bare(address).parse().ok()?;
        return Some((Entry::Range(address, bits.parse().ok()?), None));
    }
    if let Ok(address) = bare(entry).parse::<IpAddr>() {
        return Some((Entry::Range(address, 128), None));
    }
    let (host, port) = match entry.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (entry, None),
    };
    if let Ok(address) = bare(host).parse::<IpAddr>() {
        return Some((Entry::Range(address, 128), port));
    }
    let domain = host.trim_start_matches("*.").trim_matches('.').to_ascii_lowercase();
    (!domain.is_empty()).then_some((Entry::Domain(domain), port))
}

fn bare(address: &str) -> &str {
    address.trim_start_matches('[').trim_end_matches(']')
}

fn within(address: IpAddr, net: IpAddr, bits: u8) -> bool {
    let prefix = |value: u128, width: u32| {
        let keep = u32::from(bits).min(width);
        if keep == 0 { 0 } else { value >> (width - keep) }
    };
    match (address, net) {
        (IpAddr::V4(a), IpAddr::V4(n)) => {
            prefix(u32::from(a).into(), 32) == prefix(u32::from(n).into(), 32)
        }
        (IpAddr::V6(a), IpAddr::V6(n)) => prefix(a.into(), 128) == prefix(n.into(), 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::ProxyRules;
    use atlassian_settings::Proxies;
    use url::Url;

    fn rules(bypass: &str) -> ProxyRules {
        ProxyRules::of(&Proxies {
            http: Some("http://plain.example:3128".into()),
            https: Some("user:canary@secure.example:3128".into()),
            bypass: Some(bypass.to_owned()),
            ..Proxies::default()
        })
        .unwrap()
    }

    fn direct(bypass: &str, target: &str) -> bool {
        rules(bypass).for_target(&Url::parse(target).unwrap()).is_none()
    }

    #[test]
    fn the_scheme_of_the_target_chooses() {
        let rules = rules("");
        let of = |target: &str| {
            let proxy = rules.for_target(&Url::parse(target).unwrap()).unwrap();
            proxy.host_str().unwrap().to_owned()
        };
        assert_eq!(of("http://x.example/"), "plain.example");
        assert_eq!(of("https://x.example/"), "secure.example");
        assert!(!format!("{rules:?}").contains("canary"));
    }

    #[test]
    fn the_bypass_list_knows_every_form() {
        let cases = [
            ("*", "https://x.example/", true),
            ("corp.example", "https://corp.example/", true),
            ("corp.example", "https://jira.corp.example/", true),
            (".corp.example", "https://jira.corp.example/", true),
            ("*.corp.example", "https://jira.corp.example/", true),
            ("corp.example", "https://notcorp.example/", false),
            ("CORP.example", "https://Jira.Corp.Example./", true),
            ("a.example, 10.0.0.0/8", "http://10.1.2.3/", true),
            ("10.0.0.0/8", "http://11.1.2.3/", false),
            ("127.0.0.1", "http://127.0.0.1:8080/", true),
            ("127.0.0.1:8080", "http://127.0.0.1:8080/", true),
            ("127.0.0.1:8080", "http://127.0.0.1:9090/", false),
            ("x.example:443", "https://x.example/", true),
            ("x.example:80", "https://x.example/", false),
            ("::1", "http://[::1]/", true),
            ("fd00::/8", "http://[fd12::1]/", true),
            ("0.0.0.0/0", "http://8.8.8.8/", true),
            ("", "http://x.example/", false),
        ];
        for (bypass, target, expected) in cases {
            assert_eq!(direct(bypass, target), expected, "{bypass} {target}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused_without_being_shown() {
        for address in ["ftp://user:canary@p.example", "http://", "http://user:canary@"] {
            let settings = Proxies { http: Some(address.into()), ..Proxies::default() };
            let text = ProxyRules::of(&settings).unwrap_err();
            assert!(!text.contains("canary"), "{text}");
        }
    }

    #[test]
    fn socks_serves_both_schemes_unless_they_have_their_own() {
        let rules = ProxyRules::of(&Proxies {
            https: Some("http://secure.example:3128".into()),
            socks: Some("socks5h://socks.example:1080".into()),
            ..Proxies::default()
        })
        .unwrap();
        let scheme = |target: &str| {
            rules.for_target(&Url::parse(target).unwrap()).unwrap().scheme().to_owned()
        };
        assert_eq!(scheme("http://x.example/"), "socks5h");
        assert_eq!(scheme("https://x.example/"), "http");
        let empty = Proxies { http: Some("".into()), ..Proxies::default() };
        assert!(ProxyRules::of(&empty).unwrap().is_empty());
    }
}
