//! The state of a site, and the way of a request through it: caller, documents, route, handler.

use serde_json::{Value, json};

use crate::auth::{self, Caller, Door};
use crate::confluence::Confluence;
use crate::gateway::Target;
use crate::jira::Jira;
use crate::site::{Addresses, Flavour, SiteSpec, lock};
use crate::wire::{Answer, Call, Reply, Service};

/// Everything a site knows.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) flavour: Flavour,
    pub(crate) jira: Jira,
    pub(crate) confluence: Confluence,
}

impl World {
    pub(crate) fn seeded(
        spec: &SiteSpec,
        _index: usize,
        _addresses: &Addresses,
    ) -> std::io::Result<Self> {
        Ok(Self { flavour: spec.flavour, jira: Jira::default(), confluence: Confluence::default() })
    }

    pub(crate) fn main_user(&self) -> &str {
        "ada"
    }

    pub(crate) fn main_login(&self) -> String {
        self.login_of("ada").unwrap_or_default()
    }

    pub(crate) fn login_of(&self, user: &str) -> Option<String> {
        Some(user.to_owned())
    }

    pub(crate) fn peek_issue(&mut self, _key: &str) -> Option<Value> {
        None
    }

    pub(crate) fn peek_page(&mut self, _id: &str) -> Option<Value> {
        None
    }

    pub(crate) fn peek_comments(&mut self, _of: &str) -> Vec<Value> {
        Vec::new()
    }

    fn logins(&self) -> Vec<(String, String)> {
        vec![(self.main_login(), self.main_user().to_owned())]
    }
}

/// Answers a request to a site.
pub(crate) fn answer(target: &Target, mut call: Call) -> Reply {
    let mut world = lock(&target.site.inner.world);
    let door = Door {
        site: target.site.name(),
        flavour: world.flavour,
        service: target.service,
        gateway: target.via_gateway,
    };
    match auth::identify(door, call.header("authorization"), &world.logins()) {
        Caller::User(user) => call.user = user,
        Caller::Anonymous => {}
        Caller::Wrong(why) => return auth::refuse(door, why),
    }
    let outcome: Answer = match target.service {
        Service::Jira | Service::Confluence => {
            let _ = &mut world;
            Err(Reply::json(404, &json!({"message": "not simulated yet"})))
        }
    };
    match outcome {
        Ok(reply) | Err(reply) => reply,
    }
}
