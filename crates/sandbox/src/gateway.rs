//! Who is asked: from the listener a request came in by and its path to a site and product.
//!
//! A Cloud site has one origin (Jira at the root, Confluence below `/wiki`), a Data Center site
//! one for each product. The gateway serves all Cloud sites by their cloud id, as
//! `api.atlassian.com` does.

use serde_json::{Value, json};

use crate::media::{self, Wanted};
use crate::oauth;
use crate::site::{Flavour, Site};
use crate::wire::{Reply, Service};

/// What a listener serves.
#[derive(Debug, Clone)]
pub(crate) enum Door {
    /// Both products of a Cloud site.
    Cloud(Site),
    /// One product of a Data Center site.
    Product(Site, Service),
    /// All Cloud sites by id.
    Gateway(Vec<Site>),
    /// The bytes of all sites' files.
    Media(Vec<Site>),
    /// Cloud's OAuth server.
    Auth(Vec<Site>),
}

/// The target of a request.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) site: Site,
    pub(crate) service: Service,
    pub(crate) via_gateway: bool,
    /// Path below the product's base.
    pub(crate) path: String,
    /// Base address the caller used for the product.
    pub(crate) base: String,
    pub(crate) place: Place,
}

/// What of a site is asked.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// The product itself.
    Product,
    /// A file, on the media host.
    Media(Wanted),
    /// The OAuth server, with the sites that the app of all Cloud sites opens.
    OAuth(Vec<Site>),
}

/// Either a target, or an answer the door itself gives.
#[derive(Debug)]
pub(crate) enum Found {
    Target(Box<Target>),
    Reply(Reply),
}

impl Door {
    /// Finds who is asked; `client` is the OAuth client that query or body name.
    pub(crate) fn find(
        &self,
        path: &str,
        authorization: Option<&str>,
        client: Option<&str>,
    ) -> Found {
        match self {
            Self::Cloud(site) => cloud(site, path),
            Self::Product(site, service) => {
                let (base, context) = match service {
                    Service::Jira => (site.jira_url(), &site.inner.spec.jira_context),
                    Service::Confluence => {
                        (site.confluence_url(), &site.inner.spec.confluence_context)
                    }
                };
                match below(path, context) {
                    Some(rest) => target(site, *service, false, rest, base),
                    None => Found::Reply(
                        Reply::html(404, "<html><body><h1>HTTP Status 404</h1></body></html>")
                            .reason("outside the context path of this product"),
                    ),
                }
            }
            Self::Gateway(sites) => gateway(sites, path, authorization),
            Self::Auth(sites) => match oauth::registered(sites, client.unwrap_or_default()) {
                Some((site, service)) if matches!(path, "/authorize" | "/oauth/token") => {
                    Found::Target(Box::new(Target {
                        site,
                        service,
                        via_gateway: false,
                        path: path.to_owned(),
                        base: String::new(),
                        place: Place::OAuth(clouds(sites)),
                    }))
                }
                _ => Found::Reply(
                    Reply::json(
                        401,
                        &json!({"error": "access_denied", "error_description": "Unauthorized"}),
                    )
                    .reason("no site has that client_id, or the path is not the server's"),
                ),
            },
            Self::Media(sites) => {
                let wanted = media::read(path);
                let site = wanted.as_ref().and_then(|w| sites.iter().find(|s| s.name() == w.site));
                match (wanted, site) {
                    (Some(wanted), Some(site)) => Found::Target(Box::new(Target {
                        site: site.clone(),
                        service: wanted.service,
                        via_gateway: false,
                        path: format!("/media{path}"),
                        base: String::new(),
                        place: Place::Media(wanted),
                    })),
                    _ => Found::Reply(Reply::text(404, "No such file")),
                }
            }
        }
    }
}

fn clouds(sites: &[Site]) -> Vec<Site> {
    sites.iter().filter(|site| site.flavour() == Flavour::Cloud).cloned().collect()
}

fn cloud(site: &Site, path: &str) -> Found {
    if path == "/_edge/tenant_info" {
        return Found::Reply(Reply::ok(&json!({"cloudId": site.cloud_id()})));
    }
    match below(path, "/wiki") {
        Some(rest) => target(site, Service::Confluence, false, rest, site.confluence_url()),
        None => target(site, Service::Jira, false, path, site.jira_url()),
    }
}

fn gateway(sites: &[Site], path: &str, authorization: Option<&str>) -> Found {
    if path == "/oauth/token/accessible-resources" {
        return Found::Reply(accessible(sites, authorization));
    }
    let forms = path.strip_prefix("/jira/forms/cloud/");
    let parsed = [("/ex/jira/", Service::Jira), ("/ex/confluence/", Service::Confluence)]
        .iter()
        .find_map(|(prefix, service)| path.strip_prefix(prefix).map(|rest| (*service, rest)))
        .or_else(|| forms.map(|rest| (Service::Jira, rest)));
    let Some((service, rest)) = parsed else {
        return Found::Reply(
            Reply::json(404, &json!({"code": 404, "message": "Not Found"}))
                .reason("the gateway serves /ex/jira/{cloudId} and /ex/confluence/{cloudId}"),
        );
    };
    let (id, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let Some(site) =
        sites.iter().find(|s| s.flavour() == Flavour::Cloud && s.inner.addresses.cloud_id == id)
    else {
        return Found::Reply(
            Reply::json(404, &json!({"code": 404, "message": "No message available"}))
                .reason("no site has that cloud id"),
        );
    };
    if forms.is_some() {
        return target(site, service, true, &format!("/jira/forms{rest}"), site.gateway_url());
    }
    let base = format!("{}/ex/{}/{id}", site.gateway_url(), service.name());
    match service {
        Service::Jira => target(site, service, true, rest, base),
        Service::Confluence => {
            let rest = below(rest, "/wiki").unwrap_or(rest);
            target(site, service, true, rest, format!("{base}/wiki"))
        }
    }
}

fn accessible(sites: &[Site], authorization: Option<&str>) -> Reply {
    let token = authorization.and_then(|a| a.strip_prefix("Bearer ")).unwrap_or_default();
    let mut resources: Vec<Value> = Vec::new();
    for site in sites.iter().filter(|s| s.flavour() == Flavour::Cloud) {
        for service in [Service::Jira, Service::Confluence] {
            if site.oauth_holder(service, token).is_some() {
                resources.push(json!({
                    "id": site.cloud_id(),
                    "name": site.name(),
                    "url": site.jira_url(),
                    "scopes": [format!("read:{}-work", service.name())],
                    "avatarUrl": format!("{}/avatar.png", site.jira_url()),
                }));
            }
        }
    }
    if resources.is_empty() {
        return Reply::json(401, &json!({"code": 401, "message": "Unauthorized"}))
            .reason("the token is no OAuth token of any site here");
    }
    Reply::ok(&Value::Array(resources))
}

fn target(site: &Site, service: Service, via_gateway: bool, path: &str, base: String) -> Found {
    let path = if path.is_empty() { "/" } else { path };
    let own_oauth =
        site.flavour() == Flavour::DataCenter && path.starts_with("/rest/oauth2/latest/");
    Found::Target(Box::new(Target {
        site: site.clone(),
        service,
        via_gateway,
        path: path.to_owned(),
        base,
        place: if own_oauth { Place::OAuth(Vec::new()) } else { Place::Product },
    }))
}

fn below<'a>(path: &'a str, context: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(context)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_path_ends_at_a_slash() {
        assert_eq!(below("/wiki/rest", "/wiki"), Some("/rest"));
        assert_eq!(below("/wikipedia", "/wiki"), None);
        assert_eq!(below("/rest", ""), Some("/rest"));
    }
}
