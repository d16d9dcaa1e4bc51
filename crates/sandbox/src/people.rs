//! The users of a site, shared by its Jira and its Confluence, and the site's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::site::Flavour;

/// A user.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// Short name of the seed; the login on Data Center.
    pub(crate) name: String,
    pub(crate) display: String,
    pub(crate) email: String,
    /// Whether Cloud shows the address to others.
    pub(crate) email_hidden: bool,
    pub(crate) account_id: String,
    /// Data Center's user key.
    pub(crate) key: String,
    pub(crate) active: bool,
}

/// All users; the first is the main one.
#[derive(Debug, Clone, Default)]
pub(crate) struct People {
    pub(crate) all: Vec<Person>,
}

impl People {
    pub(crate) fn get(&self, name: &str) -> Option<&Person> {
        self.all.iter().find(|person| person.name == name)
    }

    pub(crate) fn by_account(&self, id: &str) -> Option<&Person> {
        self.all.iter().find(|person| person.account_id == id)
    }

    /// By login, any case, as Data Center compares.
    pub(crate) fn by_login(&self, login: &str) -> Option<&Person> {
        self.all.iter().find(|person| person.name.eq_ignore_ascii_case(login))
    }

    pub(crate) fn by_key(&self, key: &str) -> Option<&Person> {
        self.all.iter().find(|person| person.key == key)
    }

    /// Whoever a text of a query or a search may mean: login, key, account id, name, e-mail.
    pub(crate) fn any(&self, text: &str) -> Option<&Person> {
        let lower = text.to_lowercase();
        self.all.iter().find(|person| {
            [&person.name, &person.key, &person.account_id, &person.display, &person.email]
                .iter()
                .any(|value| value.to_lowercase() == lower)
        })
    }

    /// Users with a word of their name, login or address starting with `text`.
    pub(crate) fn matching(&self, text: &str) -> Vec<&Person> {
        let lower = text.to_lowercase();
        let hit = |value: &str| {
            let value = value.to_lowercase();
            value.starts_with(&lower)
                || value.split([' ', '.', '@']).any(|word| word.starts_with(&lower))
        };
        self.all
            .iter()
            .filter(|p| hit(&p.display) || hit(&p.name) || (hit(&p.email) && !p.email_hidden))
            .collect()
    }
}

impl Person {
    pub(crate) fn login(&self, flavour: Flavour) -> String {
        match flavour {
            Flavour::Cloud => self.email.clone(),
            Flavour::DataCenter => self.name.clone(),
        }
    }

    /// Jira's user object.
    pub(crate) fn jira(&self, flavour: Flavour, base: &str) -> Value {
        let avatar =
            |size: u32| format!("{base}/secure/useravatar?size={size}&ownerId={}", self.key);
        let avatars = json!({"48x48": avatar(48), "24x24": avatar(24), "16x16": avatar(16), "32x32": avatar(32)});
        match flavour {
            Flavour::Cloud => {
                let mut user = json!({
                    "self": format!("{base}/rest/api/3/user?accountId={}", self.account_id),
                    "accountId": self.account_id,
                    "accountType": "atlassian",
                    "avatarUrls": avatars,
                    "displayName": self.display,
                    "active": self.active,
                    "timeZone": "Etc/UTC",
                });
                if !self.email_hidden
                    && let Some(object) = user.as_object_mut()
                {
                    object.insert("emailAddress".to_owned(), json!(self.email));
                }
                user
            }
            Flavour::DataCenter => json!({
                "self": format!("{base}/rest/api/2/user?username={}", self.name),
                "name": self.name,
                "key": self.key,
                "emailAddress": self.email,
                "avatarUrls": avatars,
                "displayName": self.display,
                "active": self.active,
                "timeZone": "Etc/UTC",
            }),
        }
    }

    /// Confluence v1's user object.
    pub(crate) fn confluence(&self, flavour: Flavour, base: &str) -> Value {
        let picture = json!({"path": "/images/icons/profilepics/default.svg", "width": 48, "height": 48, "isDefault": true});
        match flavour {
            Flavour::Cloud => json!({
                "type": "known",
                "accountId": self.account_id,
                "accountType": "atlassian",
                "email": if self.email_hidden { "" } else { self.email.as_str() },
                "publicName": self.display,
                "displayName": self.display,
                "profilePicture": picture,
                "isExternalCollaborator": false,
                "_expandable": {"operations": "", "personalSpace": ""},
                "_links": {"self": format!("{base}/rest/api/user?accountId={}", self.account_id)},
            }),
            Flavour::DataCenter => json!({
                "type": "known",
                "username": self.name,
                "userKey": self.user_key(),
                "profilePicture": picture,
                "displayName": self.display,
                "_expandable": {"status": ""},
                "_links": {"self": format!("{base}/rest/api/user?key={}", self.user_key())},
            }),
        }
    }

    /// Confluence Data Center's user key: 32 hexadecimal digits.
    pub(crate) fn user_key(&self) -> String {
        let number = self.key.trim_start_matches("JIRAUSER");
        format!("ff80808179a1{number:0>20}")
    }
}

/// Time of a site: starts at a fixed moment and goes on a second with each write, so that every
/// run of a test sees the same dates.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    millis: Arc<AtomicI64>,
}

/// 2026-11-02T09:00:00Z, after everything in the seeded data.
pub(crate) const START_MILLIS: i64 = 1_793_610_000_000;

impl Clock {
    pub(crate) fn new() -> Self {
        Self { millis: Arc::new(AtomicI64::new(START_MILLIS)) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.millis.load(Ordering::SeqCst))
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The moment of a write.
    pub(crate) fn tick(&self) -> Timestamp {
        self.millis.fetch_add(1000, Ordering::SeqCst);
        self.now()
    }
}

/// `2026-11-02T09:00:00.000+0000`, the way Jira writes times.
pub(crate) fn jira_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// `2026-11-02T09:00:00.000Z`, the way Confluence writes times.
pub(crate) fn confluence_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_products_forms() {
        let clock = Clock::new();
        assert_eq!(jira_time(clock.now()), "2026-11-02T09:00:00.000+0000");
        assert_eq!(confluence_time(clock.tick()), "2026-11-02T09:00:01.000Z");
    }
}
