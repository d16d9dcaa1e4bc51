//! Credentials of a site and the check of what a request brings.
//!
//! Every secret is made from the site's name, the service, the kind and the user, so each site
//! and service has its own and a test that finds one in the wrong place knows whose it is.

use base64::Engine as _;
use serde_json::json;

use crate::site::Flavour;
use crate::wire::{Call, Reply, Service};

/// What a secret is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Cloud API token, or a Data Center password: Basic on the site itself.
    Token,
    /// Cloud API token with scopes: Basic, but only through the gateway.
    Scoped,
    /// Data Center personal access token: Bearer on the site.
    Pat,
    /// OAuth access token: Bearer through the gateway; on Data Center on the site.
    OAuth,
}

/// The secret of one user of one site for one service.
pub(crate) fn secret(site: &str, service: Service, kind: Kind, user: &str) -> String {
    let kind = match kind {
        Kind::Token => "token",
        Kind::Scoped => "scoped",
        Kind::Pat => "pat",
        Kind::OAuth => "oauth",
    };
    let plain = format!("{site}-{}-{kind}-{user}", service.name());
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in plain.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("canary-{plain}-{hash:016x}")
}

/// How a request came in, as far as credentials are concerned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door<'a> {
    pub(crate) site: &'a str,
    pub(crate) flavour: Flavour,
    pub(crate) service: Service,
    pub(crate) gateway: bool,
    /// The Forms API of the gateway, which takes every API token (Atlassian, "Jira Forms REST API:
    /// authentication").
    pub(crate) forms: bool,
}

/// Who a request turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The internal name of a user of the site.
    User(String),
    /// No credentials at all.
    Anonymous,
    /// Credentials that are not good here, with the reason for the test's reader.
    Wrong(&'static str),
}

/// Finds the caller. `logins` are pairs of login (Cloud: e-mail) and internal user name.
pub(crate) fn identify(
    door: Door<'_>,
    authorization: Option<&str>,
    logins: &[(String, String)],
) -> Caller {
    let Some(value) = authorization else { return Caller::Anonymous };
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = base64::engine::general_purpose::STANDARD
            .decode(rest)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let Some((login, password)) = decoded.as_deref().and_then(|text| text.split_once(':'))
        else {
            return Caller::Wrong("the Basic value is not base64 of login:secret");
        };
        let Some((_, user)) = logins.iter().find(|(known, _)| known.eq_ignore_ascii_case(login))
        else {
            return Caller::Wrong("no user of this site has that login");
        };
        let kinds: &[Kind] = match (door.gateway, door.forms) {
            (true, true) => &[Kind::Scoped, Kind::Token],
            (true, false) => &[Kind::Scoped],
            (false, _) => &[Kind::Token],
        };
        let good = |kind: &Kind| secret(door.site, door.service, *kind, user) == password;
        return if kinds.iter().any(good) {
            Caller::User(user.clone())
        } else {
            Caller::Wrong("the secret is not the one of this user, site and service")
        };
    }
    if scheme.eq_ignore_ascii_case("bearer") {
        // OAuth tokens come and go; the site has told about them before this is asked.
        let kinds: &[Kind] = match (door.flavour, door.gateway) {
            (Flavour::DataCenter, false) => &[Kind::Pat],
            _ => &[],
        };
        return logins
            .iter()
            .find(|(_, user)| {
                kinds.iter().any(|kind| secret(door.site, door.service, *kind, user) == rest)
            })
            .map_or(
                Caller::Wrong("the bearer token is not one of this site and service, or not here"),
                |(_, user)| Caller::User(user.clone()),
            );
    }
    Caller::Wrong("neither Basic nor Bearer")
}

/// What a request without credentials gets; `None` when it may go on as nobody.
///
/// Jira Cloud lets strangers ask and shows them nothing: an issue is a 404, a search is empty.
/// Everything else wants credentials.
pub(crate) fn anonymous(door: Door<'_>, call: &Call) -> Option<Reply> {
    let open = door.service == Service::Jira
        && !door.gateway
        && (call.path.ends_with("/serverInfo")
            || (door.flavour == Flavour::Cloud
                && call.method == "GET"
                && call.path.starts_with("/rest/api/3/issue/")
                && call.path.matches('/').count() == 5));
    if open {
        return None;
    }
    Some(match (door.flavour, door.service) {
        (Flavour::DataCenter, Service::Jira) => crate::wire::jira_error(
            401,
            "You do not have the permission to see the specified issue. Login Required",
        )
        .header("www-authenticate", "OAuth realm=\"sandbox\"")
        .reason("no Authorization header"),
        _ => refuse(door, "no Authorization header"),
    })
}

/// The answer to wrong or missing credentials, in the shape of the product.
///
/// Jira Cloud answers plain text, the OAuth gateway a small JSON object, Data Center's login
/// filter an HTML page.
pub(crate) fn refuse(door: Door<'_>, why: &str) -> Reply {
    let reply = match (door.flavour, door.service, door.gateway) {
        (_, _, true) => Reply::json(401, &json!({"code": 401, "message": "Unauthorized"})),
        (Flavour::Cloud, Service::Jira, false) => {
            Reply::text(401, "Client must be authenticated to access this resource.")
                .header("www-authenticate", "OAuth realm=\"https%3A%2F%2Fatlassian.net\"")
                .header("x-seraph-loginreason", "AUTHENTICATED_FAILED")
        }
        (Flavour::Cloud, Service::Confluence, false) => {
            Reply::json(401, &json!({"code": 401, "message": "Unauthorized"}))
                .header("www-authenticate", "Basic realm=\"Confluence\"")
        }
        (Flavour::DataCenter, service, false) => Reply::html(
            401,
            "<html><head><title>Unauthorized (401)</title></head><body>\
             <h1>Basic Authentication Failure - Reason : AUTHENTICATED_FAILED</h1></body></html>",
        )
        .header(
            "www-authenticate",
            match service {
                Service::Jira => "Basic realm=\"Jira\"",
                Service::Confluence => "Basic realm=\"Confluence\"",
            },
        )
        .header("x-seraph-loginreason", "AUTHENTICATED_FAILED"),
    };
    reply.reason(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(login: &str, password: &str) -> String {
        let text = format!("{login}:{password}");
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
    }

    #[test]
    fn a_secret_opens_one_door_only() {
        let logins = vec![("ada@acme.example".to_owned(), "ada".to_owned())];
        let cloud = Door {
            site: "acme",
            flavour: Flavour::Cloud,
            service: Service::Jira,
            gateway: false,
            forms: false,
        };
        let token = secret("acme", Service::Jira, Kind::Token, "ada");
        let right = basic("ada@acme.example", &token);
        assert_eq!(identify(cloud, Some(&right), &logins), Caller::User("ada".into()));
        let elsewhere = [
            Door { site: "beta", ..cloud },
            Door { service: Service::Confluence, ..cloud },
            Door { gateway: true, ..cloud },
        ];
        for door in elsewhere {
            assert!(matches!(identify(door, Some(&right), &logins), Caller::Wrong(_)), "{door:?}");
        }
        let corp = Door { site: "corp", flavour: Flavour::DataCenter, ..cloud };
        let pat = format!("Bearer {}", secret("corp", Service::Jira, Kind::Pat, "ada"));
        assert_eq!(identify(corp, Some(&pat), &logins), Caller::User("ada".into()));
        assert!(matches!(identify(cloud, Some(&pat), &logins), Caller::Wrong(_)));
        assert_eq!(identify(cloud, None, &logins), Caller::Anonymous);
    }
}
