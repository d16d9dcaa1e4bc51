//! Which header speaks of which instance (server spec section 11.6).

use super::authorization::Presented;
use super::{Rejection, last};
use atlassian_settings::{InstanceConfig, Secret, Service};
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

/// The credentials that a request carries for instances by name.
///
/// # Errors
/// A credential that is malformed or for an instance that does not exist, and the headers for sites
/// of the caller's own.
pub(super) fn credentials<'a>(
    headers: &HeaderMap,
    configs: &[&'a Arc<InstanceConfig>],
) -> Result<Vec<(&'a InstanceConfig, Presented)>, Rejection> {
    if last(headers, "x-atlassian-cloud-id")?.is_some() {
        return Err(unsupported("x-atlassian-cloud-id"));
    }
    let mut found: BTreeMap<usize, (Part, Presented)> = BTreeMap::new();
    for header in headers.keys() {
        let Some(about) = about(header.as_str()) else { continue };
        let value = last(headers, header.as_str())?;
        if matches!(about.part, Part::Url | Part::CloudId) {
            if value.is_some() {
                return Err(unsupported(header.as_str()));
            }
            continue;
        }
        if about.name.is_empty() {
            // A token without the URL it is for is nothing usable (server spec section 4.3).
            continue;
        }
        let Some((index, _)) =
            configs.iter().enumerate().find(|(_, config)| is_named(config, &about))
        else {
            return Err(Rejection::new(format!(
                "Unauthorized: the header `{header}` names no configured {} instance",
                about.service
            )));
        };
        let presented = match (about.part, value) {
            (_, None) => continue,
            (Part::Token, Some(token)) => Presented::Token(Secret::new(token)),
            (_, Some(value)) => match Presented::parse(&value)? {
                Some(presented) => presented,
                None => continue,
            },
        };
        let kept = found.get(&index).map(|(part, _)| *part);
        if kept.is_none_or(|kept| kept < about.part) {
            found.insert(index, (about.part, presented));
        }
    }
    Ok(found
        .into_iter()
        .filter_map(|(index, (_, presented))| Some((&***configs.get(index)?, presented)))
        .collect())
}

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

fn unsupported(header: &str) -> Rejection {
    Rejection::new(format!(
        "Unauthorized: the header `{header}` is not supported yet; this server reaches only the instances its operator \
         configured, with the address and cloud id given there"
    ))
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
