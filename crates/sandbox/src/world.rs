//! The state of a site, and the way of a request through it: caller, documents, route, handler.

use std::io;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::auth::{self, Caller, Door};
use crate::confluence::{self, Confluence};
use crate::documents::{self, Documents};
use crate::gateway::{Place, Target};
use crate::jira::selection::Selection;
use crate::jira::{self, Jira};
use crate::media;
use crate::oauth;
use crate::people::{Clock, People};
use crate::route;
use crate::seed;
use crate::site::{Addresses, Flavour, SiteSpec, lock};
use crate::wire::{Answer, Call, Reply, Service};

/// Everything a site knows.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) flavour: Flavour,
    pub(crate) people: Arc<People>,
    pub(crate) jira: Jira,
    pub(crate) confluence: Confluence,
    documents: Documents,
}

impl World {
    /// A site as it starts.
    pub(crate) fn seeded(spec: &SiteSpec, index: usize, addresses: &Addresses) -> io::Result<Self> {
        let people = Arc::new(seed::people(spec.flavour, &spec.name, index));
        let clock = Clock::new();
        let (flavour, name) = (spec.flavour, spec.name.as_str());
        let mut jira = seed::jira::load(flavour, name, index, addresses, &people, &clock)?;
        let mut confluence =
            seed::confluence::load(flavour, name, index, addresses, &people, &clock)?;
        if spec.bulk > 0 {
            seed::bulk::issues(&mut jira, spec.bulk)?;
            seed::bulk::pages(&mut confluence, spec.bulk)?;
        }
        Ok(Self { flavour, jira, confluence, people, documents: Documents::load() })
    }

    /// Short name of the main user.
    pub(crate) fn main_user(&self) -> &str {
        self.people.all.first().map_or("", |person| person.name.as_str())
    }

    pub(crate) fn main_login(&self) -> String {
        self.people.all.first().map(|person| person.login(self.flavour)).unwrap_or_default()
    }

    pub(crate) fn login_of(&self, user: &str) -> Option<String> {
        self.people.get(user).map(|person| person.login(self.flavour))
    }

    fn logins(&self) -> Vec<(String, String)> {
        self.people
            .all
            .iter()
            .filter(|person| person.active)
            .map(|person| (person.login(self.flavour), person.name.clone()))
            .collect()
    }

    /// A call by nobody, for looks at the state that are no requests.
    fn peek(&self) -> Call {
        Call {
            method: "GET".to_owned(),
            path: String::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
            base: self.jira.url.clone(),
            user: self.main_user().to_owned(),
            parts: Vec::new(),
        }
    }

    pub(crate) fn peek_issue(&self, key: &str) -> Option<Value> {
        let issue = self.jira.issues.get(&self.jira.find(key)?)?;
        let all = Selection::read(&[], "*all");
        let properties = ["*all".to_owned()];
        Some(self.jira.show_issue(
            issue,
            &all,
            &["changelog".to_owned()],
            &properties,
            &self.peek(),
        ))
    }

    pub(crate) fn peek_page(&self, id: &str) -> Option<Value> {
        self.confluence.peek(id)
    }

    pub(crate) fn peek_comments(&self, of: &str) -> Vec<Value> {
        let call = self.peek();
        match self.jira.find(of).and_then(|id| self.jira.issues.get(&id)) {
            Some(issue) => {
                issue.comments.iter().map(|c| self.jira.show_comment(issue, c, &call)).collect()
            }
            None => self.confluence.peek_comments(of),
        }
    }
}

/// Answers a request to a site.
pub(crate) fn answer(target: &Target, mut call: Call) -> Reply {
    if let Place::OAuth(all) = &target.place {
        return oauth::answer(&target.site, target.service, all, &call);
    }
    let minted = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "))
        .and_then(|token| target.site.oauth_holder(target.service, token.trim()));
    let mut world = lock(&target.site.inner.world);
    if let Place::Media(wanted) = &target.place {
        let authorized = call.header("authorization").is_some();
        return media::answer(&world, wanted, call.q("token"), authorized);
    }
    let door = Door {
        site: target.site.name(),
        flavour: world.flavour,
        service: target.service,
        gateway: target.via_gateway,
        forms: target.path.starts_with("/jira/forms/"),
    };
    let takes_oauth = target.via_gateway || world.flavour == Flavour::DataCenter;
    let caller = match minted.filter(|_| takes_oauth) {
        Some(user) => Caller::User(user),
        None => auth::identify(door, call.header("authorization"), &world.logins()),
    };
    match caller {
        Caller::User(user) => call.user = user,
        Caller::Anonymous => {
            if let Some(reply) = auth::anonymous(door, &call) {
                return reply;
            }
        }
        Caller::Wrong(why) => return auth::refuse(door, why),
    }
    if world.flavour == Flavour::Cloud
        && let Err(reply) = world.documents.judge(target.service, &call)
    {
        return reply;
    }
    let world = &mut *world;
    match target.service {
        Service::Jira => run(jira::ROUTES, &mut world.jira, world.flavour, target.service, call),
        Service::Confluence => {
            run(confluence::ROUTES, &mut world.confluence, world.flavour, target.service, call)
        }
    }
}

fn run<S>(
    table: &'static [route::Route<S>],
    state: &mut S,
    flavour: Flavour,
    service: Service,
    mut call: Call,
) -> Reply {
    let Some((route, parts)) = route::find(table, flavour, &call.method, &call.path) else {
        return unrouted(flavour, service, &call);
    };
    call.parts = parts;
    let outcome: Answer = (route.run)(state, &call);
    match outcome {
        Ok(reply) | Err(reply) => reply,
    }
}

/// Cloud operations that passed the documents exist but are not simulated; Data Center has no
/// documents here, so an unknown one does not exist.
fn unrouted(flavour: Flavour, service: Service, call: &Call) -> Reply {
    let what = format!("{} {}", call.method, call.path);
    match flavour {
        Flavour::Cloud => {
            let message = "The sandbox does not simulate this operation";
            Reply::json(501, &json!({"message": message})).reason(&format!("not simulated: {what}"))
        }
        Flavour::DataCenter => {
            documents::not_found(service).reason(&format!("no such operation: {what}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Operations a table offers on Cloud although the documents refuse them.
    fn refused<S>(table: &'static [route::Route<S>], service: Service) -> Vec<String> {
        let documents = Documents::load();
        let samples = table.iter().filter_map(route::Route::cloud_sample);
        samples
            .filter_map(|(method, path)| {
                let call = Call {
                    method: method.to_owned(),
                    path: path.clone(),
                    query: Vec::new(),
                    headers: Vec::new(),
                    body: bytes::Bytes::new(),
                    base: String::new(),
                    user: String::new(),
                    parts: Vec::new(),
                };
                let status = documents.judge(service, &call).err().map_or(200, |r| r.status);
                // 400 only says that the sample lacks a required parameter.
                matches!(status, 404 | 405 | 410).then(|| format!("{status} {method} {path}"))
            })
            .collect()
    }

    #[test]
    fn what_is_simulated_on_cloud_is_documented() {
        assert_eq!(refused(jira::ROUTES, Service::Jira), [""; 0]);
        assert_eq!(refused(confluence::ROUTES, Service::Confluence), [""; 0]);
    }
}
