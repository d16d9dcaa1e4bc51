//! Secrets that arrive where they do not belong.
//!
//! Every secret of the sandbox names its site and product ([`crate::auth`]), so one that the
//! product sends to another site or product gives itself away, whichever test is running. With
//! [`LEAKS`] set, every such request of a whole test run is written down, for the gate to find.

use crate::wire::Service;
use base64::Engine as _;
use std::io::Write as _;

/// Names a file; every request that holds a secret of another site or product appends a line to it.
pub const LEAKS: &str = "ATLASSIAN_SANDBOX_LEAKS";

/// What the product calls itself. Requests of the tests themselves may hold what they like.
const PRODUCT: &str = "atlassian-mcp/";

/// The secrets in a text that belong to another site or product.
fn foreign<'a>(text: &'a str, site: &str, service: Service) -> Vec<&'a str> {
    text.match_indices("canary-")
        .filter_map(|(at, _)| {
            let rest = text.get(at..)?;
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.@~".contains(c)));
            let secret = rest.get(..end.unwrap_or(rest.len()))?;
            let parts: Vec<&str> = secret.split('-').collect();
            let [_, whose, product, kind, .., hash] = parts.as_slice() else { return None };
            let is_secret = ["jira", "confluence"].contains(product)
                && ["token", "scoped", "pat", "oauth"].contains(kind)
                && hash.len() == 16;
            (is_secret && (*whose != site || *product != service.name())).then_some(secret)
        })
        .collect()
}

/// Whether a secret of the OAuth app of all Cloud sites goes where it belongs: a token to the gateway,
/// which serves every site of its login, and the app's own secret to the token endpoint.
fn is_for_all_sites(secret: &str, line: &str) -> bool {
    (secret.contains("-oauth-everywhere-") && line.contains(" /ex/"))
        || (secret.starts_with("canary-all-") && line.starts_with("POST /oauth/token"))
}

/// Writes a request down if it holds what it should not.
pub(crate) fn watch(
    site: &str,
    service: Service,
    line: &str,
    headers: &[(String, String)],
    body: &[u8],
) {
    let Some(file) = std::env::var_os(LEAKS) else { return };
    let of = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    if !of("user-agent").is_some_and(|agent| agent.starts_with(PRODUCT)) {
        return;
    }
    let basic = of("authorization")
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|pair| base64::engine::general_purpose::STANDARD.decode(pair).ok())
        .unwrap_or_default();
    let mut whole = format!("{line}\n{}\n", String::from_utf8_lossy(&basic));
    headers.iter().for_each(|(name, value)| whole.push_str(&format!("{name}: {value}\n")));
    whole.push_str(&String::from_utf8_lossy(body));
    for secret in foreign(&whole, site, service) {
        if is_for_all_sites(secret, line) {
            continue;
        }
        let entry = format!("{} of {site} got {secret} with {line}\n", service.name());
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&file);
        // A full disk must not fail a test; the gate looks for the file of a whole run.
        let _ = file.and_then(|mut file| file.write_all(entry.as_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::{foreign, is_for_all_sites};
    use crate::auth::{Kind, secret};
    use crate::wire::Service;

    #[test]
    fn a_secret_belongs_to_one_site_and_product() {
        let of = |site, service| secret(site, service, Kind::Pat, "ada");
        let (own, other) = (of("acme", Service::Jira), of("corp", Service::Jira));
        let text = format!("x {own}, {other}\" canary-words canary-inside-the-root");
        assert_eq!(foreign(&text, "acme", Service::Jira), [other.as_str()]);
        assert_eq!(foreign(&text, "corp", Service::Confluence), [own.as_str(), other.as_str()]);
    }

    #[test]
    fn the_app_of_all_sites_is_known_at_the_gateway_and_its_token_endpoint_only() {
        let token = secret("acme", Service::Jira, Kind::OAuth, "everywhere-access1");
        assert!(is_for_all_sites(&token, "GET /ex/jira/1/rest/api/3/myself"));
        assert!(!is_for_all_sites(&token, "GET /rest/api/3/myself"));
        let client = secret("all", Service::Jira, Kind::OAuth, "client");
        assert!(is_for_all_sites(&client, "POST /oauth/token"));
        assert!(!is_for_all_sites(&client, "POST /rest/api/3/issue"));
        let own = secret("acme", Service::Jira, Kind::OAuth, "access1");
        assert!(!is_for_all_sites(&own, "GET /ex/jira/1/rest/api/3/myself"));
    }
}
