//! Searching with CQL, the same on both flavours.

use serde_json::{Value, json};

use crate::people::confluence_time;
use crate::query::cql::{self, Hit};
use crate::wire::{Answer, Call, Reply, cursor, encode, read_cursor};

use super::answers::error1;
use super::model::*;
use super::show::Expand;
use super::{storage, users};

/// Letters of an excerpt.
const EXCERPT: usize = 200;

fn found<'a>(wiki: &'a Confluence, call: &'a Call) -> Result<Vec<Hit<'a>>, Reply> {
    let Some(query) = call.q("cql") else {
        return Err(error1(400, "The parameter cql is required"));
    };
    cql::run(wiki, query, &call.user).map_err(|message| error1(400, &message))
}

/// The words of a query that a hit is marked with.
fn marked_words(query: &str) -> Vec<String> {
    query
        .split('"')
        .skip(1)
        .step_by(2)
        .flat_map(|quoted| quoted.split(|c: char| !c.is_alphanumeric()))
        .filter(|w| w.len() > 2)
        .map(str::to_lowercase)
        .collect()
}

fn mark(text: &str, words: &[String]) -> String {
    text.split(' ')
        .map(|word| {
            let bare: String =
                word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
            if !bare.is_empty() && words.contains(&bare) {
                format!("@@@hl@@@{word}@@@endhl@@@")
            } else {
                word.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn row(wiki: &Confluence, hit: Hit<'_>, words: &[String], expand: &Expand, call: &Call) -> Value {
    match hit {
        Hit::User(name) => wiki.people.get(name).map_or(Value::Null, |p| users::hit(wiki, p, call)),
        Hit::Space(space) => json!({
            "space": wiki.show_space1(space, &Expand::default(), call),
            "title": space.name,
            "excerpt": space.description,
            "url": if wiki.cloud() { format!("/spaces/{}", space.key) } else { format!("/display/{}", space.key) },
            "breadcrumbs": [],
            "entityType": "space",
            "iconCssClass": "aui-iconfont-space-default",
            "lastModified": confluence_time(space.created),
            "friendlyLastModified": space.created.strftime("%b %d, %Y").to_string(),
            "score": 0.0,
        }),
        Hit::Content(content) => {
            let latest = content.latest();
            let text: String = storage::text(&latest.body).chars().take(EXCERPT).collect();
            let space = wiki.space(&content.space);
            let display = if wiki.cloud() {
                format!("/spaces/{}", content.space)
            } else {
                format!("/display/{}", content.space)
            };
            json!({
                "content": wiki.show1(content, latest, &expand.below("content"), call),
                "title": mark(&latest.title, words),
                "excerpt": mark(&text, words),
                "url": wiki.webui(content),
                "resultGlobalContainer": {"title": space.map(|s| s.name.clone()), "displayUrl": display},
                "breadcrumbs": [],
                "entityType": "content",
                "iconCssClass": format!("aui-icon content-type-{}", content.kind.name()),
                "lastModified": confluence_time(latest.at),
                "friendlyLastModified": latest.at.strftime("%b %d, %Y").to_string(),
                "score": 0.0,
            })
        }
    }
}

/// Cuts the page a call asks for out of all hits and wraps it.
fn wrap(wiki: &Confluence, rows: Vec<Value>, default: usize, call: &Call) -> Answer {
    let total = rows.len();
    let limit = call.number("limit", default).min(200);
    let start = match call.q("cursor") {
        Some(text) => {
            read_cursor("search", text).ok_or_else(|| error1(400, "The cursor is not valid"))?
        }
        None => call.number("start", 0),
    };
    let page: Vec<Value> = rows.into_iter().skip(start).take(limit).collect();
    let end = start + page.len();
    let mut links = json!({"base": wiki.url, "context": wiki.context(), "self": format!("{}{}?cql={}", call.base, call.path, encode(call.q("cql").unwrap_or_default()))});
    if end < total
        && let Some(object) = links.as_object_mut()
    {
        let place = if wiki.cloud() {
            format!("next=true&cursor={}", cursor("search", end))
        } else {
            format!("start={end}")
        };
        let next = format!(
            "{}?{place}&limit={limit}&cql={}",
            call.path,
            encode(call.q("cql").unwrap_or_default())
        );
        object.insert("next".to_owned(), json!(next));
    }
    Ok(Reply::ok(&json!({
        "results": page,
        "start": start,
        "limit": limit,
        "size": page.len(),
        "totalSize": total,
        "cqlQuery": call.q("cql"),
        "searchDuration": 12,
        "_links": links,
    })))
}

/// `GET /rest/api/search`
pub(crate) fn search(wiki: &mut Confluence, call: &Call) -> Answer {
    let words = marked_words(call.q("cql").unwrap_or_default());
    let expand = Expand::of(call);
    let rows =
        found(wiki, call)?.into_iter().map(|hit| row(wiki, hit, &words, &expand, call)).collect();
    wrap(wiki, rows, 25, call)
}

/// `GET /rest/api/content/search`: the contents themselves.
pub(crate) fn contents(wiki: &mut Confluence, call: &Call) -> Answer {
    let expand = Expand::of(call);
    let rows = found(wiki, call)?
        .into_iter()
        .filter_map(|hit| match hit {
            Hit::Content(content) => Some(wiki.show1(content, content.latest(), &expand, call)),
            Hit::Space(_) | Hit::User(_) => None,
        })
        .collect();
    wrap(wiki, rows, 25, call)
}

/// `GET /rest/api/search/user` (Cloud)
pub(crate) fn people(wiki: &mut Confluence, call: &Call) -> Answer {
    let rows = found(wiki, call)?
        .into_iter()
        .filter(|hit| matches!(hit, Hit::User(_)))
        .map(|hit| row(wiki, hit, &[], &Expand::default(), call))
        .collect();
    wrap(wiki, rows, 25, call)
}
