//! Where pages stand: children, the pages of a space, moving, copying.
//! `/api/v2/pages/{id}/direct-children`, `/api/v2/spaces/{id}/pages`,
//! `/rest/api/content/{id}/child`, `/move`, `/copy`.

use crate::pages::Kind;
use crate::version::{v1, v2};
use atlassian_http::ApiRequest;
use http::Method;
use serde_json::json;

/// Cloud: pages, folders and other content directly below a page.
#[must_use]
pub fn direct_children(page: &str) -> ApiRequest {
    ApiRequest::get(
        Kind::Page.path().segment(page).then("/direct-children"),
        format!("list the children of page {page}"),
    )
    .query("limit", 250)
}

/// Cloud: pages, folders and other content directly below a folder.
#[must_use]
pub fn children_of_folder(folder: &str) -> ApiRequest {
    ApiRequest::get(
        v2().then("/folders").segment(folder).then("/direct-children"),
        format!("list the children of folder {folder}"),
    )
    .query("limit", 250)
}

/// Cloud: pages directly below a page, where [`direct_children`] does not exist.
#[must_use]
pub fn child_pages(page: &str) -> ApiRequest {
    ApiRequest::get(
        Kind::Page.path().segment(page).then("/children"),
        format!("list the child pages of page {page}"),
    )
    .query("limit", 250)
}

/// Cloud: several pages at once, with bodies on request; at most 250 ids.
#[must_use]
pub fn pages_by_id(ids: &[&str], body: bool) -> ApiRequest {
    ApiRequest::get(Kind::Page.path(), "read the pages of the list")
        .query("id", ids.join(","))
        .query_opt("body-format", body.then_some("storage"))
        .query("limit", 250)
}

/// Cloud: all current pages of a space.
#[must_use]
pub fn pages_of_space(space_id: &str) -> ApiRequest {
    ApiRequest::get(
        v2().then("/spaces").segment(space_id).then("/pages"),
        format!("list the pages of space {space_id}"),
    )
    .query("depth", "all")
    .query("status", "current")
    .query("limit", 250)
}

/// Data Center: children of one type, `page` or `folder`.
#[must_use]
pub fn v1_children(
    parent: &str,
    folders: bool,
    start: u64,
    limit: u32,
    expand: &str,
) -> ApiRequest {
    let path = v1().then("/content").segment(parent);
    let path = if folders { path.then("/child/folder") } else { path.then("/child/page") };
    ApiRequest::get(path, format!("list the children of page {parent}"))
        .query("start", start)
        .query("limit", limit)
        .query("expand", expand)
}

/// Data Center: pages of a space with their ancestors.
#[must_use]
pub fn v1_pages_of_space(key: &str, start: u64, limit: u32) -> ApiRequest {
    ApiRequest::get(v1().then("/content"), format!("list the pages of space {key}"))
        .query("spaceKey", key)
        .query("limit", limit)
        .query("expand", "ancestors")
        .query("type", "page")
        .query_opt("start", (start > 0).then_some(start))
}

/// Where a page is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// As the last child of the target.
    Append,
    /// Next to the target, before it.
    Before,
    /// Next to the target, behind it.
    After,
}

impl Position {
    /// The word of the interface.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Before => "before",
            Self::After => "after",
        }
    }

    /// The word of the web interface.
    #[must_use]
    pub const fn web_word(self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Before => "above",
            Self::After => "below",
        }
    }
}

/// Moves a page; on Data Center only newer versions know it.
#[must_use]
pub fn move_to(page: &str, position: Position, target: &str) -> ApiRequest {
    ApiRequest::new(
        Method::PUT,
        v1().then("/content").segment(page).then("/move").segment(position.word()).segment(target),
        format!("move page {page}"),
    )
}

/// Data Center: moves a page as the web interface does.
#[must_use]
pub fn web_move(page: &str, space: &str, position: Position, target: Option<&str>) -> ApiRequest {
    ApiRequest::new(
        Method::POST,
        atlassian_http::ApiPath::api("/pages/movepage.action"),
        format!("move page {page}"),
    )
    .query("spaceKey", space)
    .query("pageId", page)
    .query_opt("targetId", target)
    .query("position", position.web_word())
    .header("x-atlassian-token", "no-check")
}

/// Where a copy is put.
#[derive(Clone, Copy, Debug)]
pub enum Destination<'a> {
    /// Below a page.
    Page(&'a str),
    /// Below a folder.
    Folder(&'a str),
    /// At the top of a space.
    Space(&'a str),
}

/// Cloud: copies a page.
#[must_use]
pub fn copy(
    page: &str,
    title: &str,
    destination: Destination<'_>,
    attachments: bool,
) -> ApiRequest {
    let (kind, value) = match destination {
        Destination::Page(id) => ("parent_page", id),
        Destination::Folder(id) => ("parent_content", id),
        Destination::Space(key) => ("space", key),
    };
    ApiRequest::post(
        v1().then("/content").segment(page).then("/copy"),
        json!({
            "copyAttachments": attachments,
            "copyPermissions": false,
            "copyProperties": false,
            "copyLabels": false,
            "pageTitle": title,
            "destination": { "type": kind, "value": value },
        }),
        format!("copy page {page}"),
    )
}

/// Cloud: moves a page or blog post to the trash.
#[must_use]
pub fn delete(kind: Kind, id: &str) -> ApiRequest {
    ApiRequest::delete(kind.path().segment(id), format!("delete {} {id}", kind.word()))
}

/// Data Center: moves content to the trash.
#[must_use]
pub fn v1_delete(id: &str) -> ApiRequest {
    ApiRequest::delete(v1().then("/content").segment(id), format!("delete content {id}"))
}
