//! Reading a page with everything its object shows, with as few round trips as the interface
//! allows.

use super::page::{Page, attachment_v1, attachment_v2};
use super::{at, people, space};
use crate::{Context, ToolError};
use atlassian_confluence::pages::{self, Kind, Rendered};
use atlassian_confluence::{attachments, properties};
use atlassian_http::ApiRequest;
use atlassian_markup::users_in_storage;
use futures::future::{join, join_all, join3};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Most further pages of attachments or properties followed: bounds a list that never ends.
const MAX_PAGES: usize = 40;

/// How much is read beside the page itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Depth {
    /// Body and version, and the names of the people in the body.
    Text,
    /// Space, authors and properties too.
    Body,
    /// Attachments too.
    Shown,
    /// Ancestors too.
    Full,
}

/// A page and the names of the people in it.
#[derive(Clone, Debug)]
pub(super) struct Loaded {
    pub(super) page: Page,
    pub(super) names: HashMap<String, String>,
}

/// What is shown beside a page and has a request of its own.
#[derive(Debug, Default)]
struct Beside {
    attachments: Option<Result<Vec<Value>, ToolError>>,
    ancestors: Option<Result<Vec<Value>, ToolError>>,
    properties: Option<Result<Vec<Value>, ToolError>>,
}

/// Reads content by id and checks that its space may be seen.
pub(super) async fn by_id(cx: &Context, id: &str, depth: Depth) -> Result<Loaded, ToolError> {
    let loaded =
        if cx.is_cloud() { cloud(cx, id, depth).await? } else { dc(cx, id, depth).await? };
    admit(cx, &loaded.page, &format!("page `{id}`"))?;
    Ok(loaded)
}

/// One version of a page; emoji and attachments are those of the current one.
pub(super) async fn version(
    cx: &Context,
    id: &str,
    number: u64,
    depth: Depth,
) -> Result<Loaded, ToolError> {
    let loaded = if cx.is_cloud() {
        let (answer, kind) = version_v2(cx, id, number).await?;
        let mut beside = Beside::default();
        if depth >= Depth::Shown {
            beside.attachments = Some(attachments_v2(cx, kind, id).await);
        }
        complete_v2(cx, &answer, kind, depth, beside).await
    } else {
        let properties = async {
            if depth == Depth::Text { Ok(Vec::new()) } else { properties_v1(cx, id).await }
        };
        let (answer, properties) = join(version_v1(cx, id, number), properties).await;
        complete_v1(cx, &answer?, properties, depth).await?
    };
    admit(cx, &loaded.page, &format!("page `{id}`"))?;
    Ok(loaded)
}

async fn version_v2(cx: &Context, id: &str, number: u64) -> Result<(Value, Kind), ToolError> {
    match cx.confluence(&pages::read_version(Kind::Page, id, number)).await {
        Ok(page) => Ok((page, Kind::Page)),
        Err(error) if error.is_status(404) => {
            match cx.confluence(&pages::read_version(Kind::BlogPost, id, number)).await {
                Ok(post) => Ok((post, Kind::BlogPost)),
                Err(_) => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// Some servers do not count the current version among the historical ones.
async fn version_v1(cx: &Context, id: &str, number: u64) -> Result<Value, ToolError> {
    let error = match cx.confluence(&pages::v1_read_version(id, number)).await {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    if error.is_status(404)
        && let Ok(current) = cx.confluence::<Value>(&pages::v1_read(id)).await
        && at::number(&current, "/version/number") == Some(number)
    {
        return Ok(current);
    }
    Err(error.into())
}

/// The body of a page as Confluence renders it.
pub(super) async fn rendered(
    cx: &Context,
    page: &Page,
    form: Rendered,
) -> Result<String, ToolError> {
    let request = if cx.is_cloud() {
        pages::read_rendered(page.content_kind(), &page.id, form)
    } else {
        pages::v1_read_bare(&page.id, &format!("body.{}", form.word()))
    };
    let answer: Value = cx.confluence(&request).await?;
    Ok(at::text(&answer, &format!("/body/{}/value", form.word())).unwrap_or_default().to_owned())
}

/// Lets a page pass whose space may be seen.
pub(super) fn admit(cx: &Context, page: &Page, named: &str) -> Result<(), ToolError> {
    match &page.space_key {
        Some(key) => cx.fence.admit(key, named),
        None if cx.fence.is_open() => Ok(()),
        None => Err(cx.fence.refusal(named)),
    }
}

async fn cloud(cx: &Context, id: &str, depth: Depth) -> Result<Loaded, ToolError> {
    // Ids that cannot be ids are left to Confluence to explain, with a single request.
    let numeric = id.bytes().all(|byte| byte.is_ascii_digit());
    if depth < Depth::Shown || !numeric {
        let (answer, kind) = read_v2(cx, id).await?;
        let beside = of_v2(cx, kind, id, depth).await;
        return Ok(complete_v2(cx, &answer, kind, depth, beside).await);
    }
    let (read, mut beside) = join(read_v2(cx, id), of_v2(cx, Kind::Page, id, depth)).await;
    let (answer, kind) = read?;
    if kind == Kind::BlogPost {
        beside = of_v2(cx, kind, id, depth).await;
    }
    let mut loaded = complete_v2(cx, &answer, kind, depth, beside).await;
    loaded.page.shows_parent = true;
    Ok(loaded)
}

/// The page with an id, or the blog post when no page has it.
async fn read_v2(cx: &Context, id: &str) -> Result<(Value, Kind), ToolError> {
    match cx.confluence(&pages::read(Kind::Page, id)).await {
        Ok(page) => Ok((page, Kind::Page)),
        Err(error) if error.is_status(404) => {
            match cx.confluence(&pages::read(Kind::BlogPost, id)).await {
                Ok(post) => Ok((post, Kind::BlogPost)),
                Err(_) => Err(error.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

async fn of_v2(cx: &Context, kind: Kind, id: &str, depth: Depth) -> Beside {
    let attachments = async {
        if depth < Depth::Shown { None } else { Some(attachments_v2(cx, kind, id).await) }
    };
    let ancestors = async {
        match kind {
            _ if depth < Depth::Full => None,
            Kind::Page => Some(ancestors_v2(cx, id).await),
            Kind::BlogPost => Some(Ok(Vec::new())),
        }
    };
    let (attachments, ancestors) = join(attachments, ancestors).await;
    Beside { attachments, ancestors, properties: None }
}

/// Finishes a page whose answer is at hand (a write's, a list's): everything but the page itself
/// is read. The write stands whatever becomes of the reads, so gaps are named in the page.
pub(super) async fn finish_v2(cx: &Context, answer: &Value, kind: Kind) -> Loaded {
    let id = at::id(answer, "/id").unwrap_or_default();
    let depth = Depth::Full;
    let beside = of_v2(cx, kind, &id, depth);
    let (mut beside, properties) = join(beside, properties_v2(cx, kind, &id)).await;
    beside.properties = Some(properties);
    complete_v2(cx, answer, kind, depth, beside).await
}

async fn complete_v2(
    cx: &Context,
    answer: &Value,
    kind: Kind,
    depth: Depth,
    beside: Beside,
) -> Loaded {
    let mut page = Page::from_v2(answer, kind);
    let mut ids = users_in_storage(page.storage.as_deref().unwrap_or_default());
    if depth > Depth::Text {
        let authors = [&page.author, &page.version_author];
        ids.extend(authors.into_iter().flatten().map(|id| people::account(id)));
    }
    let space = async {
        match at::id(answer, "/spaceId") {
            Some(id) if depth > Depth::Text || !cx.fence.is_open() => {
                space::by_id(cx, &id).await.ok()
            }
            _ => None,
        }
    };
    let more_properties = async {
        let more = answer.pointer("/properties/meta/hasMore").and_then(Value::as_bool);
        if more == Some(true) { Some(properties_v2(cx, kind, &page.id).await) } else { None }
    };
    let (space, names, more) = join3(space, people::names(cx, ids), more_properties).await;
    // The space that answers for the page decides; the one in its link only stands in for it.
    if let Some(space) = space {
        page.space_key = Some(space.key);
        page.space_name = Some(space.name);
    }
    named(&mut page, &names);
    let parent = page.parent.clone();
    fill(&mut page, Beside { properties: more.or(beside.properties), ..beside });
    page.parent = parent;
    Loaded { page, names }
}

/// What a write leaves to be read: its answer is the page, and what the writer knows about the rest
/// is not asked for again (confluence spec section 11.7).
#[derive(Clone, Debug)]
pub(super) struct Written<'a> {
    pub(super) answer: &'a Value,
    pub(super) kind: Kind,
    /// Whether the body is shown.
    pub(super) with_body: bool,
    /// A page that is new has no attachments.
    pub(super) is_new: bool,
    /// The content properties the page has now.
    pub(super) properties: Vec<Value>,
}

/// The page that a write made, with what its answer lacks. On Cloud the answer itself is the page;
/// on Data Center it is read again, and stands in for a read that fails.
pub(super) async fn after_write(
    cx: &Context,
    written: Written<'_>,
    remarks: &mut Vec<String>,
) -> Loaded {
    let Written { answer, kind, with_body, is_new, properties } = written;
    let id = at::id(answer, "/id").unwrap_or_default();
    let has_body = answer.pointer("/body/storage/value").is_some();
    if cx.is_cloud() && (has_body || !with_body) {
        let attachments = if is_new { Ok(Vec::new()) } else { attachments_v2(cx, kind, &id).await };
        let beside = Beside {
            attachments: Some(attachments),
            ancestors: None,
            properties: Some(Ok(properties)),
        };
        let mut loaded = complete_v2(cx, answer, kind, Depth::Shown, beside).await;
        loaded.page.shows_parent = true;
        return loaded;
    }
    match by_id(cx, &id, Depth::Full).await {
        Ok(loaded) => loaded,
        Err(error) => {
            remarks.push(format!("The page was written, but reading it again failed: {error}"));
            let page =
                if cx.is_cloud() { Page::from_v2(answer, kind) } else { Page::from_v1(answer) };
            Loaded { page, names: HashMap::new() }
        }
    }
}

async fn ancestors_v2(cx: &Context, id: &str) -> Result<Vec<Value>, ToolError> {
    let answer: Value = cx.confluence(&pages::ancestors(id)).await?;
    let above: Vec<(String, bool)> = at::list(&answer, "/results")
        .iter()
        .filter_map(|a| Some((at::id(a, "/id")?, at::text(a, "/type") == Some("folder"))))
        .collect();
    let page_ids: Vec<&str> =
        above.iter().filter(|(_, folder)| !folder).map(|(id, _)| id.as_str()).collect();
    let titles = async {
        if page_ids.is_empty() {
            return Ok(Value::Null);
        }
        cx.confluence::<Value>(&pages::several(&page_ids)).await
    };
    let folders = join_all(
        above
            .iter()
            .filter(|(_, folder)| *folder)
            .map(|(id, _)| async move { cx.confluence::<Value>(&pages::folder(id)).await }),
    );
    let (titles, folders) = join(titles, folders).await;
    // A title that may not be seen is shown as nothing: the id is what counts.
    let titles: HashMap<String, String> = titles
        .iter()
        .flat_map(|answer| at::list(answer, "/results"))
        .chain(folders.iter().flatten())
        .filter_map(|a| Some((at::id(a, "/id")?, at::text(a, "/title")?.to_owned())))
        .collect();
    Ok(above.iter().map(|(id, _)| json!({"id": id, "title": titles.get(id)})).collect())
}

async fn attachments_v2(cx: &Context, kind: Kind, id: &str) -> Result<Vec<Value>, ToolError> {
    let found = follow_v2(cx, attachments::list(kind, id)).await?;
    Ok(found.iter().map(attachment_v2).collect())
}

async fn properties_v2(cx: &Context, kind: Kind, id: &str) -> Result<Vec<Value>, ToolError> {
    follow_v2(cx, properties::list(kind, id, None)).await
}

/// The request for a link of an answer.
pub(super) fn linked(cx: &Context, link: &str, action: &str) -> Result<ApiRequest, ToolError> {
    let (path, query) = cx.remote.link(link)?;
    Ok(ApiRequest { query, ..ApiRequest::get(path, action) })
}

/// All results of a v2 list, page by page.
pub(super) async fn follow_v2(cx: &Context, first: ApiRequest) -> Result<Vec<Value>, ToolError> {
    let mut request = first;
    let mut found = Vec::new();
    for _ in 0..MAX_PAGES {
        let answer: Value = cx.confluence(&request).await?;
        found.extend_from_slice(at::list(&answer, "/results"));
        let Some(next) = at::text(&answer, "/_links/next") else { break };
        (request.path, request.query) = cx.remote.link(next)?;
    }
    Ok(found)
}

/// The results of a v2 list that are `wanted`, after the first `start` of them, at most `limit`,
/// and whether there are more. Pages are followed only as far as needed.
pub(super) async fn window_v2(
    cx: &Context,
    first: ApiRequest,
    wanted: impl Fn(&Value) -> bool,
    start: usize,
    limit: usize,
) -> Result<(Vec<Value>, bool), ToolError> {
    let mut request = first;
    let mut found = Vec::new();
    let mut skipped = 0;
    let mut before = String::new();
    let mut reported = 0;
    for _ in 0..MAX_PAGES {
        let answer: Value = cx.confluence(&request).await?;
        for item in at::list(&answer, "/results").iter().filter(|item| wanted(item)) {
            if skipped < start {
                skipped += 1;
            } else if found.len() < limit {
                found.push(item.clone());
            } else {
                return Ok((found, true));
            }
        }
        let next = at::text(&answer, "/_links/next").filter(|next| **next != before);
        let Some(next) = next else { return Ok((found, false)) };
        if found.len() == limit {
            return Ok((found, true));
        }
        before = next.to_owned();
        (request.path, request.query) = cx.remote.link(next)?;
        if found.len() > reported {
            reported = found.len();
            cx.progress.report(reported as u64, Some(limit as u64), "listing");
        }
    }
    Ok((found, true))
}

/// Pages of a v2 list with the names of their spaces and people, all looked up together.
pub(super) async fn listed_v2(cx: &Context, answers: &[Value]) -> Vec<Loaded> {
    let mut pages: Vec<(Page, Option<String>)> = answers
        .iter()
        .map(|answer| (Page::from_v2(answer, Kind::Page), at::id(answer, "/spaceId")))
        .collect();
    let people_in = |(page, _): &(Page, Option<String>)| {
        let mut ids = users_in_storage(page.storage.as_deref().unwrap_or_default());
        ids.extend(
            [&page.author, &page.version_author]
                .into_iter()
                .flatten()
                .map(|id| people::account(id)),
        );
        ids
    };
    let ids: Vec<_> = pages.iter().flat_map(people_in).collect();
    let spaces: HashSet<String> = pages.iter().filter_map(|(_, id)| id.clone()).collect();
    let spaces = join_all(spaces.into_iter().map(|id| async move {
        let space = space::by_id(cx, &id).await.ok()?;
        Some((id, space))
    }));
    let (names, spaces) = join(people::names(cx, ids), spaces).await;
    let spaces: HashMap<String, space::Space> = spaces.into_iter().flatten().collect();
    for (page, space) in &mut pages {
        if let Some(space) = space.as_ref().and_then(|id| spaces.get(id)) {
            page.space_key = Some(space.key.clone());
            page.space_name = Some(space.name.clone());
        }
        named(page, &names);
    }
    pages.into_iter().map(|(page, _)| Loaded { page, names: names.clone() }).collect()
}

/// Puts names where v2 has account ids.
fn named(page: &mut Page, names: &HashMap<String, String>) {
    for person in [&mut page.author, &mut page.version_author] {
        if let Some(name) = person.as_ref().and_then(|id| names.get(id)) {
            *person = Some(name.clone());
        }
    }
}

async fn dc(cx: &Context, id: &str, depth: Depth) -> Result<Loaded, ToolError> {
    let (answer, properties) = join(
        async { cx.confluence::<Value>(&pages::v1_read(id)).await.map_err(ToolError::from) },
        async { if depth == Depth::Text { Ok(Vec::new()) } else { properties_v1(cx, id).await } },
    )
    .await;
    complete_v1(cx, &answer?, properties, depth).await
}

/// Finishes a page whose v1 answer is at hand.
pub(super) async fn finish_v1(cx: &Context, answer: &Value) -> Result<Loaded, ToolError> {
    let id = at::id(answer, "/id").unwrap_or_default();
    let properties = properties_v1(cx, &id).await;
    complete_v1(cx, answer, properties, Depth::Full).await
}

async fn complete_v1(
    cx: &Context,
    answer: &Value,
    properties: Result<Vec<Value>, ToolError>,
    depth: Depth,
) -> Result<Loaded, ToolError> {
    if answer.get("id").is_none() {
        return Err(ToolError::refused("Confluence answered with something that is no page"));
    }
    let mut page = Page::from_v1(answer);
    let more = at::text(answer, "/children/attachment/_links/next").is_some();
    let attachments = async {
        if depth >= Depth::Shown && more {
            Some(attachments_v1(cx, &page.id, page.attachments.clone()).await)
        } else {
            None
        }
    };
    let ids = users_in_storage(page.storage.as_deref().unwrap_or_default());
    let (attachments, names) = join(attachments, people::names(cx, ids)).await;
    fill(&mut page, Beside { attachments, ancestors: None, properties: Some(properties) });
    Ok(Loaded { page, names })
}

async fn attachments_v1(
    cx: &Context,
    id: &str,
    mut found: Vec<Value>,
) -> Result<Vec<Value>, ToolError> {
    for _ in 0..MAX_PAGES {
        let answer: Value = cx.confluence(&attachments::v1_list(id, found.len(), 200)).await?;
        let page = at::list(&answer, "/results");
        found.extend(page.iter().map(attachment_v1));
        if page.is_empty() || at::text(&answer, "/_links/next").is_none() {
            break;
        }
    }
    Ok(found)
}

async fn properties_v1(cx: &Context, id: &str) -> Result<Vec<Value>, ToolError> {
    let answer: Value = cx.confluence(&properties::v1_list(id)).await?;
    Ok(at::list(&answer, "/results").to_vec())
}

fn fill(page: &mut Page, beside: Beside) {
    let mut gaps = Vec::new();
    let mut take = |what: &str, read: Option<Result<Vec<Value>, ToolError>>| match read {
        Some(Ok(found)) => Some(found),
        Some(Err(error)) => {
            gaps.push(format!("The {what} could not be read: {error}"));
            None
        }
        None => None,
    };
    if let Some(found) = take("attachments", beside.attachments) {
        page.attachments = found;
    }
    if let Some(found) = take("ancestors", beside.ancestors) {
        page.ancestors = Some(found);
    }
    if let Some(found) = take("emoji and width", beside.properties) {
        page.properties = found;
    }
    page.gaps = gaps;
}
