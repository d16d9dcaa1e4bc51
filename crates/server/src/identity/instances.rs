//! Which header speaks of which instance (server spec section 11.6).

use super::authorization::Presented;
use super::{Rejection, last};
use atlassian_settings::{InstanceConfig, InstanceId, Secret, Service};
use http::HeaderMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the end of a header's name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// A credential with its scheme.
    Authorization,
    /// A personal access token; goes before an authorization for the same instance.
    Token,
    /// A site of one's own.
    Url,
    /// The Cloud site of an OAuth token.
    CloudId,
}

const PARTS: [(&str, Part); 4] = [
    ("personal-token", Part::Token),
    ("authorization", Part::Authorization),
    ("cloud-id", Part::CloudId),
    ("url", Part::Url),
];

/// A header about a service, taken apart.
#[derive(Debug, PartialEq, Eq)]
struct About<'a> {
    service: Service,
    /// Empty for a header that names no instance.
    name: &'a str,
    part: Part,
}

fn about(header: &str) -> Option<About<'_>> {
    let rest = header.strip_prefix("x-atlassian-")?;
    Service::ALL.into_iter().find_map(|service| {
        let rest = rest.strip_prefix(service.word())?.strip_prefix('-')?;
        PARTS.into_iter().find_map(|(end, part)| {
            let name = rest.strip_suffix(end)?;
            let name = if name.is_empty() { name } else { name.strip_suffix('-')? };
            Some(About { service, name, part })
        })
    })
}

/// What the `X-Atlassian-*` headers of a request ask for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Addresses for the unprefixed tools.
    pub(super) addresses: BTreeMap<Service, String>,
    /// Personal tokens for them.
    pub(super) tokens: BTreeMap<Service, Secret>,
    /// Credentials for instances by name, in the order of the instances.
    pub(super) named: Vec<(InstanceId, Presented)>,
    /// Cloud sites for instances by name.
    pub(super) cloud_ids: BTreeMap<InstanceId, String>,
    /// Cloud sites for the unprefixed tools of a product, and of both.
    of_service: BTreeMap<Service, String>,
    of_all: Option<String>,
}

impl Asked {
    /// The Cloud site for the unprefixed tools of a product.
    pub(super) fn cloud_id(&self, service: Service) -> Option<&str> {
        self.of_service.get(&service).or(self.of_all.as_ref()).map(String::as_str)
    }
}

/// Reads the headers about instances.
///
/// # Errors
/// What is malformed, or names an instance that does not exist.
pub(super) fn read(
    headers: &HeaderMap,
    configs: &[&Arc<InstanceConfig>],
) -> Result<Asked, Rejection> {
    let mut asked = Asked::default();
    let mut found: BTreeMap<usize, (Part, Presented)> = BTreeMap::new();
    if let Some(id) = last(headers, "x-atlassian-cloud-id")? {
        asked.of_all = Some(cloud_id("x-atlassian-cloud-id", id)?);
    }
    for header in headers.keys() {
        let Some(about) = about(header.as_str()) else { continue };
        let Some(value) = last(headers, header.as_str())? else { continue };
        if about.name.is_empty() {
            match about.part {
                Part::Url => drop(asked.addresses.insert(about.service, value)),
                Part::Token => drop(asked.tokens.insert(about.service, Secret::new(value))),
                Part::CloudId => {
                    asked.of_service.insert(about.service, cloud_id(header.as_str(), value)?);
                }
                Part::Authorization => {}
            }
            continue;
        }
        let Some((index, config)) =
            configs.iter().enumerate().find(|(_, config)| is_named(config, &about))
        else {
            return Err(Rejection::new(format!(
                "Unauthorized: the header `{header}` names no configured {} instance",
                about.service
            )));
        };
        let presented = match about.part {
            Part::Token => Presented::Token(Secret::new(value)),
            Part::Authorization => match Presented::parse(&value)? {
                Some(presented) => presented,
                None => continue,
            },
            Part::CloudId => {
                asked.cloud_ids.insert(config.id.clone(), cloud_id(header.as_str(), value)?);
                continue;
            }
            // A tool that bears an instance's name never reaches another address.
            Part::Url => {
                return Err(Rejection::new(format!(
                    "Unauthorized: the header `{header}` would move a named instance; only the \
                     unnumbered {} takes an address from a request",
                    about.service
                )));
            }
        };
        let kept = found.get(&index).map(|(part, _)| *part);
        if kept.is_none_or(|kept| kept < about.part) {
            found.insert(index, (about.part, presented));
        }
    }
    asked.named = found
        .into_iter()
        .filter_map(|(index, (_, presented))| Some((configs.get(index)?.id.clone(), presented)))
        .collect();
    Ok(asked)
}

/// A Cloud id becomes a segment of a path.
fn cloud_id(header: &str, value: String) -> Result<String, Rejection> {
    let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plain && value.len() <= LONGEST_CLOUD_ID {
        return Ok(value);
    }
    Err(Rejection::new(format!(
        "Unauthorized: the header `{header}` is not a site id, which holds letters, digits and hyphens only"
    )))
}

/// Longest Cloud id, in bytes; they are UUIDs.
const LONGEST_CLOUD_ID: usize = 64;

/// Whether a header means this instance: hyphens are underscores, and a name that repeats the
/// service can be given without it (`2` for `jira_2`).
fn is_named(config: &InstanceConfig, about: &About<'_>) -> bool {
    if config.service() != about.service {
        return false;
    }
    let name = about.name.replace('-', "_");
    let own = config.id.name.as_str();
    let short = own.strip_prefix(about.service.word()).and_then(|rest| rest.strip_prefix('_'));
    own == name || short == Some(name.as_str())
}

#[cfg(test)]
mod tests {
    use super::{About, Part, about};
    use atlassian_settings::Service;

    #[test]
    fn headers_are_taken_apart() {
        let read =
            |header| about(header).map(|a: About<'_>| (a.service, a.name.to_owned(), a.part));
        let jira = Service::Jira;
        assert_eq!(
            read("x-atlassian-jira-prod-internal-personal-token"),
            Some((jira, "prod-internal".into(), Part::Token))
        );
        assert_eq!(
            read("x-atlassian-confluence-2-authorization"),
            Some((Service::Confluence, "2".into(), Part::Authorization))
        );
        assert_eq!(
            read("x-atlassian-jira-jira-2-cloud-id"),
            Some((jira, "jira-2".into(), Part::CloudId))
        );
        assert_eq!(read("x-atlassian-jira-url"), Some((jira, String::new(), Part::Url)));
        assert_eq!(
            read("x-atlassian-jira-url-personal-token"),
            Some((jira, "url".into(), Part::Token))
        );
        assert_eq!(read("x-atlassian-instances"), None);
        assert_eq!(read("x-atlassian-jira-curl"), None);
        assert_eq!(read("x-atlassian-jira-staging"), None);
    }
}
