//! Pasted links that belong to another instance.
//!
//! Ids and keys mean something else on every instance. A link says where it belongs; asking another
//! instance for the id in it would read, or change, whatever happens to bear that id there
//! (design section 4: no instance ever falls back to another).

use crate::{Caller, Entry, Registry};
use atlassian_settings::{InstanceId, SiteUrl};
use atlassian_tools::ToolError;
use serde_json::{Map, Value};
use std::cmp::Reverse;
use url::Url;

impl Registry {
    /// Refuses a link of another instance than the one that is called, by the name of the tool to
    /// use. Instances that the caller does not see are not known here, and a link that belongs to
    /// none is read as it always was: for the id in it.
    ///
    /// # Errors
    /// [`ToolError::Policy`]; no request has left.
    pub(crate) fn belongs_here(
        &self,
        entry: &Entry,
        id: &InstanceId,
        arguments: &Map<String, Value>,
        caller: &Caller,
    ) -> Result<(), ToolError> {
        for argument in entry.definition.arguments {
            let Some(value) = arguments.get(argument.name) else { continue };
            for link in argument.kind.links_in(value) {
                if let Some(owner) = self.owner_of(&link, id, caller) {
                    return Err(self.refusal(entry, argument.name, owner, caller));
                }
            }
        }
        Ok(())
    }

    /// The instance that a link belongs to, when that is not the called one.
    fn owner_of<'a>(
        &'a self,
        link: &Url,
        called: &InstanceId,
        caller: &Caller,
    ) -> Option<&'a InstanceId> {
        let instance = |id: &InstanceId| self.instance_for(id, caller);
        let depth = |id: &InstanceId| depth_below(&instance(id)?.config.site, link);
        // One site may be configured twice, with other credentials: then the link is at home.
        let own = depth(called);
        self.instances
            .keys()
            .filter(|id| id.service == called.service && *id != called)
            .filter(|id| instance(id).is_some_and(|instance| instance.policy.sees(caller)))
            .filter_map(|id| Some((id, depth(id)?)))
            .filter(|(_, depth)| own.is_none_or(|own| *depth > own))
            .min_by_key(|(_, depth)| Reverse(*depth))
            .map(|(id, _)| id)
    }

    fn refusal(
        &self,
        entry: &Entry,
        argument: &str,
        owner: &InstanceId,
        caller: &Caller,
    ) -> ToolError {
        let there = self.list(caller).find(|other| {
            other.instance.as_ref() == Some(owner) && other.definition.name == entry.definition.name
        });
        let next = match there {
            Some(other) => format!("use {}", other.name),
            None => "where this tool is not available".to_owned(),
        };
        ToolError::Policy(format!(
            "{argument}: this link belongs to instance {}; {next}. Nothing was asked for.",
            owner.name
        ))
    }
}

/// How many characters of context path a link and a site have in common; nothing when the link is
/// not below the site. People paste `http:` for `https:`.
fn depth_below(site: &SiteUrl, link: &Url) -> Option<usize> {
    let host =
        |url: &Url| url.host_str().map(|host| host.trim_end_matches('.').to_ascii_lowercase());
    let same = host(site.url()) == host(link) && site.url().port() == link.port();
    let context = site.context_path();
    let below = link
        .path()
        .strip_prefix(context)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    (same && below).then_some(context.len())
}

#[cfg(test)]
mod tests {
    use super::depth_below;
    use atlassian_settings::{Service, SiteUrl};
    use url::Url;

    #[test]
    fn a_link_is_below_a_site_by_whole_segments() {
        for (site, link, depth) in [
            ("https://jira.corp.example", "https://jira.corp.example/browse/PAY-1", Some(0)),
            ("https://jira.corp.example", "http://JIRA.corp.example./browse/PAY-1", Some(0)),
            ("https://corp.example/jira", "https://corp.example/jira/browse/PAY-1", Some(5)),
            ("https://corp.example/jira", "https://corp.example/jira", Some(5)),
            ("https://corp.example/jira", "https://corp.example/jira2/browse/PAY-1", None),
            ("https://corp.example:8443", "https://corp.example/browse/PAY-1", None),
            ("https://corp.example", "https://corp.example.evil.example/browse/PAY-1", None),
        ] {
            let site = SiteUrl::parse(site, Service::Jira, None).unwrap();
            let link = Url::parse(link).unwrap();
            assert_eq!(depth_below(&site, &link), depth, "{site} {link}");
        }
    }
}
