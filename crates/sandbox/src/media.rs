//! The media host: where Cloud sends those who download a file.
//!
//! The address carries a token of its own; the product's credentials do not belong there, so a
//! request that brings them is refused, as a store behind signed addresses does.

use crate::auth::{Kind, secret};
use crate::jira;
use crate::wire::{Reply, Service};
use crate::world::World;

/// The answer that sends a caller to the media host.
pub(crate) fn redirect(media: &str, site: &str, service: Service, id: &str, version: u64) -> Reply {
    let token = token(site, service, id);
    let place =
        format!("{media}/{site}/{}/file/{id}/{version}/binary?token={token}", service.name());
    // Jira's document lists 303, Confluence's 302.
    let status = match service {
        Service::Jira => 303,
        Service::Confluence => 302,
    };
    Reply::text(status, "").header("location", &place)
}

fn token(site: &str, service: Service, id: &str) -> String {
    secret(site, service, Kind::OAuth, &format!("media-{id}")).replace("canary-", "signed-")
}

/// A path of the media host: site, service, file, version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) site: String,
    pub(crate) service: Service,
    id: String,
    version: u64,
}

/// Reads `/acme/jira/file/10001/1/binary`.
pub(crate) fn read(path: &str) -> Option<Wanted> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let site = parts.next()?.to_owned();
    let service = match parts.next()? {
        "jira" => Service::Jira,
        "confluence" => Service::Confluence,
        _ => return None,
    };
    if parts.next()? != "file" {
        return None;
    }
    let (id, version) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?);
    (parts.next()? == "binary").then_some(Wanted { site, service, id, version })
}

/// Answers a request to the media host.
pub(crate) fn answer(
    world: &World,
    wanted: &Wanted,
    given: Option<&str>,
    authorization: bool,
) -> Reply {
    if authorization {
        return Reply::text(400, "Only one authentication mechanism is allowed")
            .reason("credentials of the product were sent to the media host");
    }
    if given != Some(token(&wanted.site, wanted.service, &wanted.id).as_str()) {
        return Reply::text(403, "The token is not valid for this file");
    }
    let found = match wanted.service {
        Service::Jira => world
            .jira
            .issues
            .values()
            .flat_map(|issue| &issue.attachments)
            .find(|file| file.id == wanted.id)
            .map(jira::attachment_bytes),
        Service::Confluence => world.confluence.file_bytes(&wanted.id, wanted.version),
    };
    found.unwrap_or_else(|| Reply::text(404, "No such file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_paths_are_read() {
        let wanted = read("/acme/jira/file/10001/1/binary").unwrap();
        assert_eq!((wanted.site.as_str(), wanted.id.as_str()), ("acme", "10001"));
        for path in [
            "/",
            "/acme/trello/file/1/1/binary",
            "/acme/jira/file/1/x/binary",
            "/acme/jira/file/1/1",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
