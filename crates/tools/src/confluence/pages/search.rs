//! `confluence_search`.

use crate::confluence::at;
use crate::confluence::page::{Page, key_in_link};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::cql::{self, Query};
use atlassian_confluence::search;
use atlassian_markup::Context as Markup;
use atlassian_settings::{Filter, Service};
use serde::Deserialize;
use serde_json::{Value, json};

/// Finds content by words or CQL.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct Search {
    query: String,
    limit: u32,
    spaces_filter: Option<String>,
    start: u64,
}

impl Tool for Search {
    const NAME: &'static str = "confluence_search";
    const TITLE: &'static str = "Search Content";
    const DESCRIPTION: &'static str = "Search Confluence by plain words or CQL. Returns pages and \
         other content with title, space, link and an excerpt.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "query",
            Kind::Text,
            "Plain words, or CQL such as `type=page AND space=DEV AND title~\"plan\" ORDER BY \
             lastmodified DESC`. Quote personal spaces: space=\"~ada\".",
        ),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(50) },
            DefaultValue::Integer(10),
            "Most results.",
        ),
        Argument::optional(
            "spaces_filter",
            Kind::List,
            "Comma separated space keys to search in; narrows the server's own filter.",
        ),
        Argument::with_default(
            "start",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Results to skip.",
        )
        .hidden(),
    ];

    fn scope(&self) -> Scope {
        // The filter is ANDed into the query, and the space of every hit is compared.
        Scope::nothing()
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let asked = self.spaces_filter.as_deref().and_then(Filter::parse);
        let asked = asked.as_ref().map(Filter::keys).unwrap_or_default();
        if !asked.is_empty() && !asked.iter().any(|key| cx.fence.allows(key)) {
            return Err(cx.fence.refusal(&format!("space `{}`", asked.join(", "))));
        }
        let fenced = |query: Query| {
            let allowed = cx.fence.filter().map(Filter::keys).unwrap_or_default();
            query.within(allowed).within(asked).to_string()
        };
        let words = self.query.trim();
        let answer = if words.is_empty() {
            if cx.fence.is_open() && asked.is_empty() {
                let rule = "should hold words to look for, or CQL";
                return Err(ToolError::argument("query", rule, Some(&self.query)));
            }
            self.send(cx, &fenced(Query::everything())).await?
        } else if cql::is_cql(words) {
            let query = Query::read(words).map_err(|error| {
                ToolError::argument("query", error.to_string(), Some(&self.query))
            })?;
            self.send(cx, &fenced(query)).await?
        } else {
            // Not every Data Center has the field `siteSearch`.
            match self.send(cx, &fenced(Query::words("siteSearch", words))).await {
                Err(error) if may_be_the_field(&error) => {
                    self.send(cx, &fenced(Query::words("text", words))).await?
                }
                answer => answer?,
            }
        };
        let Some(hits) = answer.get("results").and_then(Value::as_array) else {
            return Err(ToolError::refused(
                "Error processing search results: Confluence search returned a malformed \
                 response: 'results' is missing or not a list",
            ));
        };
        let found: Vec<Value> = hits.iter().filter_map(|hit| shown(cx, hit)).collect();
        Ok(Answer::json(found))
    }
}

impl Search {
    async fn send(&self, cx: &Context, cql: &str) -> Result<Value, ToolError> {
        let request = search::content(cql, self.start, cx.clamp_limit(self.limit));
        Ok(cx.confluence(&request).await?)
    }
}

fn may_be_the_field(error: &ToolError) -> bool {
    let status = error.api().and_then(|error| error.status).map_or(0, |status| status.as_u16());
    status == 400 || status >= 500
}

/// A hit as a page object. People are no content and are left out, as is everything whose space
/// may not be seen.
fn shown(cx: &Context, hit: &Value) -> Option<Value> {
    let page = match (hit.get("content"), hit.get("space")) {
        (Some(content), _) if content.is_object() => of_content(hit, content),
        (_, Some(space)) if space.is_object() => of_space(cx, hit, space),
        _ => return None,
    };
    let key = page.space_key.as_deref().unwrap_or_default();
    if !cx.fence.is_open() && !cx.fence.allows(key) {
        return None;
    }
    let excerpt = at::text(hit, "/excerpt").map(excerpt).unwrap_or_default();
    let content = (!excerpt.is_empty()).then(|| json!({ "value": excerpt, "format": "view" }));
    Some(page.object(cx, content))
}

fn of_content(hit: &Value, content: &Value) -> Page {
    let mut page = Page::from_v1(content);
    let container = "/resultGlobalContainer";
    if page.space_key.is_none() {
        page.space_key = at::text(hit, &format!("{container}/displayUrl")).and_then(key_in_link);
    }
    if let Some(title) = at::text(hit, &format!("{container}/title")) {
        page.space_name = Some(title.to_owned());
    }
    page
}

fn of_space(cx: &Context, hit: &Value, space: &Value) -> Page {
    let key = at::text(space, "/key").unwrap_or_default().to_owned();
    let name = at::text(space, "/name").or(at::text(hit, "/title")).unwrap_or(&key);
    let built =
        if cx.is_cloud() { format!("/spaces/{key}/overview") } else { format!("/display/{key}") };
    let link = at::text(hit, "/url")
        .or(at::text(hit, "/resultGlobalContainer/displayUrl"))
        .or(at::text(space, "/_links/webui"))
        .unwrap_or(&built);
    let url = if link.starts_with('/') { format!("{}{link}", cx.site()) } else { link.to_owned() };
    Page {
        id: at::id(space, "/id").unwrap_or_else(|| key.clone()),
        title: name.to_owned(),
        kind: "space".to_owned(),
        updated: at::text(hit, "/lastModified").map(str::to_owned),
        space_name: Some(name.to_owned()),
        space_key: Some(key),
        url: Some(url),
        ..Page::default()
    }
}

/// An excerpt as Markdown, without the marks around the words that were found.
fn excerpt(raw: &str) -> String {
    let plain = raw.replace("@@@hl@@@", "").replace("@@@endhl@@@", "");
    let converted = atlassian_markup::storage_to_markdown(&plain, &Markup::default());
    converted.map_or(plain, |converted| converted.output).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::excerpt;

    #[test]
    fn excerpts_lose_the_marks() {
        assert_eq!(excerpt("Hello @@@hl@@@world@@@endhl@@@"), "Hello world");
        assert_eq!(excerpt("three parts &amp; one"), "three parts & one");
        assert_eq!(excerpt("not < well & formed"), "not < well & formed");
    }
}
