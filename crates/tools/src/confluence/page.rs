//! The page object of results (confluence spec section 2.1), made from either interface.

use super::{appearance, at, stamp};
use crate::Context;
use atlassian_confluence::pages::Kind;
use serde_json::{Map, Value, json};

/// A page, blog post or other content as it is shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub(super) id: String,
    pub(super) title: String,
    /// `page`, `blogpost`, `attachment`, `comment`, `folder`, `space`.
    pub(super) kind: String,
    /// Times as answered.
    pub(super) created: Option<String>,
    pub(super) updated: Option<String>,
    pub(super) subtype: Option<String>,
    pub(super) space_key: Option<String>,
    pub(super) space_name: Option<String>,
    pub(super) author: Option<String>,
    pub(super) version: Option<u64>,
    pub(super) version_author: Option<String>,
    pub(super) version_date: Option<String>,
    pub(super) version_message: Option<String>,
    pub(super) attachments: Vec<Value>,
    /// The container of an attachment or comment.
    pub(super) container: Option<String>,
    /// Ancestors from the top, `{id, title}`; `None` when they were not asked for.
    pub(super) ancestors: Option<Vec<Value>>,
    pub(super) parent: Option<String>,
    /// Whether the parent is shown although the ancestors above it were not asked for.
    pub(super) shows_parent: bool,
    /// Stored body.
    pub(super) storage: Option<String>,
    /// Content properties of the page, for later writes.
    pub(super) properties: Vec<Value>,
    /// Address when it is not made from id and space.
    pub(super) url: Option<String>,
    /// What could not be read beside the page itself.
    pub(super) gaps: Vec<String>,
}

impl Page {
    /// What v2 says of a page or blog post. People are ids there, the space too; both are filled
    /// in by the caller.
    pub(super) fn from_v2(answer: &Value, kind: Kind) -> Self {
        let own = |path| at::text(answer, path).map(str::to_owned);
        Self {
            id: at::id(answer, "/id").unwrap_or_else(|| "0".to_owned()),
            title: own("/title").unwrap_or_default(),
            kind: kind.word().to_owned(),
            created: own("/createdAt"),
            updated: own("/version/createdAt"),
            subtype: own("/subtype"),
            author: own("/authorId"),
            version: at::number(answer, "/version/number"),
            version_author: own("/version/authorId"),
            version_date: own("/version/createdAt"),
            version_message: own("/version/message"),
            parent: at::id(answer, "/parentId"),
            storage: body(answer),
            properties: at::list(answer, "/properties/results").to_vec(),
            space_key: own("/_links/webui").as_deref().and_then(key_in_link),
            ..Self::default()
        }
    }

    /// What v1 says of any content.
    pub(super) fn from_v1(answer: &Value) -> Self {
        let own = |path| at::text(answer, path).map(str::to_owned);
        let key = own("/space/key")
            .or_else(|| own("/container/key"))
            .or_else(|| own("/_expandable/space").as_deref().and_then(last_segment));
        let ancestors = answer.get("ancestors").and_then(Value::as_array).map(|ancestors| {
            ancestors
                .iter()
                .map(|a| json!({"id": at::id(a, "/id"), "title": at::text(a, "/title")}))
                .collect::<Vec<_>>()
        });
        Self {
            id: at::id(answer, "/id").unwrap_or_else(|| "0".to_owned()),
            title: own("/title").unwrap_or_default(),
            kind: own("/type").unwrap_or_else(|| "page".to_owned()),
            created: own("/history/createdDate"),
            updated: own("/history/lastUpdated/when").or_else(|| own("/version/when")),
            subtype: own("/subtype"),
            space_name: own("/space/name")
                .or_else(|| key.as_ref().map(|key| format!("Space {key}"))),
            space_key: key,
            author: own("/author/displayName").or_else(|| own("/history/createdBy/displayName")),
            version: at::number(answer, "/version/number"),
            version_author: own("/version/by/displayName"),
            version_date: own("/version/when"),
            version_message: own("/version/message"),
            attachments: at::list(answer, "/children/attachment/results")
                .iter()
                .map(attachment_v1)
                .collect(),
            container: at::id(answer, "/container/id"),
            parent: ancestors
                .as_ref()
                .and_then(|list| list.last())
                .and_then(|last| at::id(last, "/id")),
            ancestors,
            storage: body(answer),
            ..Self::default()
        }
    }

    /// Whether this is a blog post.
    pub(super) fn content_kind(&self) -> Kind {
        if self.kind == "blogpost" { Kind::BlogPost } else { Kind::Page }
    }

    /// The page's address on the site.
    pub(super) fn address(&self, cx: &Context) -> String {
        if let Some(url) = &self.url {
            return url.clone();
        }
        let site = cx.site();
        let id = match (&self.container, self.kind.as_str()) {
            (Some(container), "attachment") => container,
            _ => &self.id,
        };
        if !cx.is_cloud() {
            return format!("{site}/pages/viewpage.action?pageId={id}");
        }
        let space = self.space_key.as_deref().filter(|key| !key.is_empty()).unwrap_or("unknown");
        let folder = if self.kind == "folder" { "folder" } else { "pages" };
        format!("{site}/spaces/{space}/{folder}/{id}")
    }

    /// The object as results show it, with a body already converted, if one is to be shown.
    pub(super) fn object(&self, cx: &Context, content: Option<Value>) -> Value {
        let mut page = Map::new();
        let mut put = |key: &str, value: Value| page.insert(key.to_owned(), value);
        put("id", json!(self.id));
        put("title", json!(self.title));
        put("type", json!(self.kind));
        put("created", json!(stamp::shown(self.created.as_deref())));
        put("updated", json!(stamp::shown(self.updated.as_deref())));
        put("url", json!(self.address(cx)));
        let mut put_some = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                page.insert(key.to_owned(), value);
            }
        };
        put_some("subtype", self.subtype.as_ref().map(|text| json!(text)));
        put_some(
            "space",
            Some(json!({
                "key": self.space_key.as_deref().unwrap_or_default(),
                "name": self.space_name.as_deref().unwrap_or("Unknown"),
            })),
        );
        put_some("author", self.author.as_ref().map(|text| json!(text)));
        put_some("version", self.version.map(|number| json!(number)));
        put_some("version_author", self.version_author.as_ref().map(|text| json!(text)));
        put_some("version_date", self.version_date.as_ref().map(|text| json!(text)));
        put_some("attachments", Some(json!(self.attachments)));
        put_some("content", content);
        if let Some(ancestors) = &self.ancestors {
            put_some("ancestors", Some(json!(ancestors)));
        }
        if self.ancestors.is_some() || self.shows_parent {
            put_some("parent_id", Some(json!(self.parent)));
        }
        put_some("emoji", appearance::emoji(&self.properties).map(Value::from));
        put_some("page_width", appearance::width(&self.properties).map(Value::from));
        if !self.gaps.is_empty() {
            put_some("warnings", Some(json!(self.gaps)));
        }
        Value::Object(page)
    }
}

fn body(answer: &Value) -> Option<String> {
    answer.pointer("/body/storage/value").and_then(Value::as_str).map(str::to_owned)
}

/// The last segment of `/rest/api/space/KEY`, decoded.
fn last_segment(link: &str) -> Option<String> {
    let segment = link.rsplit('/').next()?;
    Some(percent_decoded(segment)).filter(|key| !key.is_empty())
}

/// The space key in `/spaces/KEY/pages/1` or `/display/KEY/Title`, decoded.
pub(super) fn key_in_link(link: &str) -> Option<String> {
    let mut segments = link.split(['?', '#']).next()?.split('/');
    segments.find(|segment| *segment == "spaces" || *segment == "display")?;
    segments.next().map(percent_decoded).filter(|key| !key.is_empty())
}

fn percent_decoded(text: &str) -> String {
    // `+` stands for itself in a path, so it is kept from the form decoder.
    let pair = format!("k={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}

/// An attachment inside a page object (confluence spec section 2.2), from v1.
pub(super) fn attachment_v1(answer: &Value) -> Value {
    let keep = |path: &str| answer.pointer(path).cloned().unwrap_or(Value::Null);
    let mut out = Map::new();
    out.insert("id".to_owned(), json!(at::id(answer, "/id")));
    out.insert("type".to_owned(), json!(at::text(answer, "/type").unwrap_or("attachment")));
    out.insert("status".to_owned(), json!(at::text(answer, "/status").unwrap_or("current")));
    out.insert("title".to_owned(), keep("/title"));
    let media = answer.pointer("/extensions/mediaType").cloned();
    out.insert("media_type".to_owned(), media.unwrap_or_else(|| keep("/metadata/mediaType")));
    out.insert("file_size".to_owned(), keep("/extensions/fileSize"));
    for (key, path) in [
        ("download_url", "/_links/download"),
        ("version_number", "/version/number"),
        ("version_when", "/version/when"),
        ("created", "/history/createdDate"),
        ("author_display_name", "/version/by/displayName"),
    ] {
        if let Some(value) = answer.pointer(path).filter(|value| !value.is_null()) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    Value::Object(out)
}

/// An attachment inside a page object, from v2.
pub(super) fn attachment_v2(answer: &Value) -> Value {
    let keep = |path: &str| answer.pointer(path).cloned().unwrap_or(Value::Null);
    let mut out = Map::new();
    out.insert("id".to_owned(), json!(at::id(answer, "/id")));
    out.insert("type".to_owned(), json!("attachment"));
    out.insert("status".to_owned(), json!(at::text(answer, "/status").unwrap_or("current")));
    out.insert("title".to_owned(), keep("/title"));
    out.insert("media_type".to_owned(), keep("/mediaType"));
    out.insert("file_size".to_owned(), keep("/fileSize"));
    let download = at::text(answer, "/downloadLink").or(at::text(answer, "/_links/download"));
    for (key, value) in [
        ("download_url", download.map(Value::from)),
        ("version_number", answer.pointer("/version/number").cloned()),
        ("version_when", answer.pointer("/version/createdAt").cloned()),
        ("created", answer.get("createdAt").cloned()),
    ] {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            out.insert(key.to_owned(), value);
        }
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::{Page, attachment_v2, key_in_link, last_segment};
    use atlassian_confluence::pages::Kind;
    use serde_json::json;

    #[test]
    fn keys_are_found_in_links() {
        assert_eq!(key_in_link("/spaces/ENG/pages/1/T").as_deref(), Some("ENG"));
        assert_eq!(key_in_link("/spaces/~ada/overview").as_deref(), Some("~ada"));
        assert_eq!(key_in_link("/display/%7Eada/A+b").as_deref(), Some("~ada"));
        assert_eq!(key_in_link("/pages/viewpage.action?pageId=1&x=/spaces/ENG"), None);
        assert_eq!(last_segment("/rest/api/space/~a%20b+c&d").as_deref(), Some("~a b+c&d"));
    }

    #[test]
    fn lenient_where_answers_are_poor() {
        let page = Page::from_v2(&json!({"id": 7}), Kind::Page);
        assert_eq!((page.id.as_str(), page.title.as_str(), page.version), ("7", "", None));
        let page = Page::from_v1(&json!({"_expandable": {"space": "/rest/api/space/ENG"}}));
        assert_eq!(page.id, "0");
        assert_eq!(page.space_key.as_deref(), Some("ENG"));
        assert_eq!(page.space_name.as_deref(), Some("Space ENG"));
        assert_eq!(attachment_v2(&json!({"id": "att1"}))["media_type"], json!(null));
    }
}
