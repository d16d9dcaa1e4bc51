//! From what a caller writes for a person to the identifier that Jira takes.

use super::spelling::folded;
use crate::jira::parts::text;
use crate::{Context, ToolError};
use atlassian_jira::users::{self, AssignableIn, UserRef};
use serde_json::{Value, json};

/// People asked for in one search.
const PAGE: u32 = 20;
/// Most people named in a message.
const MAX_NAMED: usize = 5;

/// Where the person is going to work, which lets accounts without the right to browse users find
/// each other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    Project(&'a str),
    Issue(&'a str),
    /// Nowhere in particular.
    Anywhere,
}

/// A person who was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Known {
    /// The account id on Cloud, the login name on Data Center.
    pub(crate) id: String,
    /// The person as Jira told them, when it did.
    pub(crate) user: Option<Value>,
}

impl From<String> for Known {
    fn from(id: String) -> Self {
        Self { id, user: None }
    }
}

/// The outcome of looking for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found<T = String> {
    /// By default the account id on Cloud, the login name on Data Center.
    One(T),
    /// Nobody; people who came close, for the message.
    Nobody(Vec<String>),
    /// Several people fit exactly.
    Several(Vec<String>),
}

impl Found<Known> {
    fn id(self) -> Found {
        match self {
            Self::One(known) => Found::One(known.id),
            Self::Nobody(near) => Found::Nobody(near),
            Self::Several(people) => Found::Several(people),
        }
    }
}

impl<T> Found<T> {
    /// The one.
    ///
    /// # Errors
    /// A sentence that names who was meant perhaps.
    pub(crate) fn require(self, asked: &str) -> Result<T, ToolError> {
        match self {
            Self::One(found) => Ok(found),
            other => Err(ToolError::refused(other.complaint(asked))),
        }
    }

    /// Why there is not exactly one person.
    pub(crate) fn complaint(&self, asked: &str) -> String {
        let who = |people: &[String]| {
            people.iter().take(MAX_NAMED).cloned().collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::One(_) => String::new(),
            Self::Nobody(near) if near.is_empty() => format!(
                "Could not find account ID for user: {asked}. Give an account id, a login or the \
                 exact e-mail address or display name."
            ),
            Self::Nobody(near) => format!(
                "Could not find account ID for user: {asked}. Nobody is spelt exactly like that; \
                 similar: {}.",
                who(near)
            ),
            Self::Several(people) => format!(
                "Several people are called {asked}; give the id of the one that is meant: {}.",
                who(people)
            ),
        }
    }
}

/// An identifier that needs no search: an account id, bare or as `accountid:<id>`.
pub(crate) fn given_id(asked: &str) -> Option<String> {
    let asked = asked.trim();
    if asked.get(..10).is_some_and(|prefix| prefix.eq_ignore_ascii_case("accountid:")) {
        let id = asked.get(10..).unwrap_or_default().trim();
        return (!id.is_empty()).then(|| id.to_owned());
    }
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    if asked.len() == 24 && hex(asked) {
        return Some(asked.to_owned());
    }
    let (number, rest) = asked.split_once(':')?;
    let numbered = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let uuid = rest.len() >= 8 && rest.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    (numbered && uuid).then(|| asked.to_owned())
}

/// Whether what is written can be a login name of Data Center as it stands, so that it may be tried
/// before anybody is searched for.
pub(crate) fn may_be_login(cx: &Context, asked: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    !cx.is_cloud()
        && !asked.is_empty()
        && asked.chars().all(plain)
        && !asked.eq_ignore_ascii_case("me")
        && !asked.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("JIRAUSER"))
}

/// What identifies a user in a body: account id on Cloud, login on Data Center.
fn id_of(user: &Value, cloud: bool) -> Option<String> {
    let found = if cloud {
        text(user, "/accountId")
    } else {
        text(user, "/name").or_else(|| text(user, "/key"))
    };
    found.map(str::to_owned)
}

fn describe(user: &Value, cloud: bool) -> String {
    let name = text(user, "/displayName").unwrap_or("?");
    format!("{name} ({})", id_of(user, cloud).unwrap_or_default())
}

/// Looks for the identifier of a person, like [`find_known`].
///
/// # Errors
/// When Jira cannot be asked.
pub(crate) async fn find(cx: &Context, asked: &str, place: Place<'_>) -> Result<Found, ToolError> {
    find_known(cx, asked, place).await.map(Found::id)
}

/// Looks for a person by id, login, e-mail address or display name. A hit counts only when it
/// equals what was written, accents and case aside (jira-issues spec section 1.6 and J-5).
///
/// # Errors
/// When Jira cannot be asked.
pub(crate) async fn find_known(
    cx: &Context,
    asked: &str,
    place: Place<'_>,
) -> Result<Found<Known>, ToolError> {
    let asked = asked.trim();
    if asked.is_empty() {
        return Ok(Found::Nobody(Vec::new()));
    }
    let cloud = cx.is_cloud();
    if asked.eq_ignore_ascii_case("me") || asked.eq_ignore_ascii_case("currentuser()") {
        let me: Value = cx.remote.json(&users::myself(cx.deployment())).await?;
        if let Some(id) = id_of(&me, cloud) {
            return Ok(Found::One(Known { id, user: Some(me) }));
        }
    }
    if cloud {
        if let Some(id) = given_id(asked) {
            return Ok(Found::One(id.into()));
        }
    } else if let Some(id) = by_key(cx, asked).await? {
        return Ok(Found::One(id.into()));
    }
    let searched = search(cx, &users::search(cx.deployment(), asked, PAGE)).await?;
    let first = choose(&searched, asked, cloud);
    let Found::Nobody(near) = first else { return Ok(first) };
    if !cloud && asked.contains('@') && near.is_empty() {
        let user = UserRef::Username(asked);
        if let Some(user) = optional(cx.remote.json(&users::get(cx.deployment(), user)).await)?
            && let Some(id) = id_of(&user, cloud)
        {
            return Ok(Found::One(Known { id, user: Some(user) }));
        }
    }
    let place = match place {
        Place::Project(key) => AssignableIn::Project(key),
        Place::Issue(key) => AssignableIn::Issue(key),
        Place::Anywhere => return Ok(Found::Nobody(near)),
    };
    let assignable = users::assignable(cx.deployment(), asked, place, PAGE);
    Ok(match choose(&search(cx, &assignable).await?, asked, cloud) {
        Found::Nobody(also) if near.is_empty() => Found::Nobody(also),
        Found::Nobody(_) => Found::Nobody(near),
        found => found,
    })
}

/// `JIRAUSER10100` on Data Center is a key, not a login.
async fn by_key(cx: &Context, asked: &str) -> Result<Option<String>, ToolError> {
    let is_key = asked
        .get(..8)
        .filter(|prefix| prefix.eq_ignore_ascii_case("JIRAUSER"))
        .and_then(|_| asked.get(8..))
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    if !is_key {
        return Ok(None);
    }
    let request = users::get(cx.deployment(), UserRef::Key(asked));
    let user: Option<Value> = optional(cx.remote.json(&request).await)?;
    Ok(user.and_then(|user| text(&user, "/name").map(str::to_owned)))
}

/// An answer, or none when there is nothing or the account may not look.
fn optional<T>(answer: Result<T, atlassian_http::ApiError>) -> Result<Option<T>, ToolError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if [400, 403, 404].iter().any(|status| error.is_status(*status)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn search(
    cx: &Context,
    request: &atlassian_http::ApiRequest,
) -> Result<Vec<Value>, ToolError> {
    let answer: Option<Value> = optional(cx.remote.json(request).await)?;
    Ok(match answer {
        Some(Value::Array(users)) => users,
        Some(answer) => crate::jira::parts::list(&answer, "/users").to_vec(),
        None => Vec::new(),
    })
}

/// The one who is spelt exactly as asked; when several are, the one without a difference in
/// accents.
fn choose(users: &[Value], asked: &str, cloud: bool) -> Found<Known> {
    let spellings = |user: &Value| {
        ["/displayName", "/name", "/emailAddress", "/key"]
            .iter()
            .filter_map(|pointer| text(user, pointer))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut seen = Vec::new();
    let mut known: Vec<&Value> = Vec::new();
    for user in users {
        let Some(id) = id_of(user, cloud) else { continue };
        if !seen.contains(&id) {
            seen.push(id);
            known.push(user);
        }
    }
    let wanted = folded(asked);
    let exact: Vec<&Value> = known
        .iter()
        .copied()
        .filter(|user| spellings(user).iter().any(|spelling| folded(spelling) == wanted))
        .collect();
    let strict: Vec<&Value> = exact
        .iter()
        .copied()
        .filter(|user| {
            spellings(user).iter().any(|spelling| spelling.to_lowercase() == asked.to_lowercase())
        })
        .collect();
    match (exact.as_slice(), strict.as_slice()) {
        ([user], _) | (_, [user]) => match id_of(user, cloud) {
            Some(id) => Found::One(Known { id, user: Some((*user).clone()) }),
            None => Found::Nobody(Vec::new()),
        },
        ([], _) => Found::Nobody(known.iter().map(|user| describe(user, cloud)).collect()),
        (several, _) => Found::Several(several.iter().map(|user| describe(user, cloud)).collect()),
    }
}

/// The body value for a person: `{"accountId": ..}` on Cloud, `{"name": ..}` on Data Center.
pub(crate) fn assignee_body(cx: &Context, id: &str) -> Value {
    if cx.is_cloud() { json!({ "accountId": id }) } else { json!({ "name": id }) }
}

/// A person given as text or as an object with one of the usual keys, as the body value for Jira;
/// `null` and an empty text clear the field (jira-issues spec J-20).
///
/// # Errors
/// When nobody or several people fit, or the object has none of the keys.
pub(crate) async fn find_given(
    cx: &Context,
    field: &str,
    given: &Value,
    place: Place<'_>,
) -> Result<Value, ToolError> {
    let asked = match given {
        Value::Null => return Ok(Value::Null),
        Value::String(name) if name.trim().is_empty() => return Ok(Value::Null),
        Value::String(name) => name.clone(),
        Value::Object(map) => {
            let keys: &[&str] = if cx.is_cloud() {
                &["accountId", "account_id", "id", "emailAddress", "email", "displayName", "name"]
            } else {
                &[
                    "name",
                    "username",
                    "key",
                    "emailAddress",
                    "email",
                    "displayName",
                    "accountId",
                    "account_id",
                ]
            };
            let found = keys.iter().find_map(|key| {
                map.get(*key).and_then(Value::as_str).map(|value| (*key, value.trim()))
            });
            match found {
                Some(("accountId" | "account_id" | "id" | "name" | "username", id))
                    if !id.is_empty() && (cx.is_cloud() == map_is_account(map)) =>
                {
                    return Ok(assignee_body(cx, id));
                }
                Some((_, text)) if !text.is_empty() => text.to_owned(),
                _ => {
                    return Err(ToolError::argument(
                        field,
                        format!(
                            "a person is given as text or as an object with {}",
                            keys.join(", ")
                        ),
                        Some(&given.to_string()),
                    ));
                }
            }
        }
        other => {
            return Err(ToolError::argument(
                field,
                "a person is given as text or as an object",
                Some(&other.to_string()),
            ));
        }
    };
    let found = find(cx, &asked, place).await?;
    Ok(assignee_body(cx, &found.require(&asked)?))
}

fn map_is_account(map: &serde_json::Map<String, Value>) -> bool {
    ["accountId", "account_id", "id"].iter().any(|key| map.contains_key(*key))
}

#[cfg(test)]
mod tests {
    use super::{Found, choose, given_id};
    use serde_json::{Value, json};

    fn users() -> Vec<Value> {
        vec![
            json!({"accountId": "a1", "displayName": "Ann Lee", "emailAddress": "ann@example.com"}),
            json!({"accountId": "a2", "displayName": "Anna Lee"}),
            json!({"accountId": "a3", "displayName": "José Gil"}),
            json!({"accountId": "a4", "displayName": "Jose Gil"}),
            json!({"accountId": "a5", "displayName": "Kim"}),
            json!({"accountId": "a6", "displayName": "KIM"}),
        ]
    }

    #[test]
    fn identifiers_need_no_search() {
        for (given, id) in [
            ("accountid:5b10", Some("5b10")),
            ("5b10ac8d82e05b22cc7d4ef1", Some("5b10ac8d82e05b22cc7d4ef1")),
            ("712020:f653aab5-1111-2222", Some("712020:f653aab5-1111-2222")),
            ("ann", None),
            ("12:34", None),
            ("accountid:", None),
        ] {
            assert_eq!(given_id(given).as_deref(), id, "{given}");
        }
    }

    #[test]
    fn only_an_exact_hit_counts() {
        let found = |asked| choose(&users(), asked, true).id();
        assert_eq!(found("ann lee"), Found::One("a1".into()));
        assert_eq!(found("ANN@example.com"), Found::One("a1".into()));
        assert!(matches!(found("Ann"), Found::Nobody(near) if near.len() == 6));
        assert_eq!(found("Jose Gil"), Found::One("a4".into()), "the one without accents");
        assert!(matches!(found("Kim"), Found::Several(people) if people.len() == 2));
        assert_eq!(
            choose(&users()[..1], "Lee", true).id(),
            Found::Nobody(vec!["Ann Lee (a1)".into()])
        );
    }

    #[test]
    fn the_same_person_twice_is_one_person() {
        let twice = vec![users()[0].clone(), users()[0].clone()];
        assert_eq!(choose(&twice, "Ann Lee", true).id(), Found::One("a1".into()));
    }
}
