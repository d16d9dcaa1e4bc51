//! `/api/v2/.../attachments` and `/rest/api/content/{id}/child/attachment`.

use crate::pages::Kind;
use crate::version::{v1, v2};
use atlassian_http::{ApiPath, ApiRequest, Body, Part};
use bytes::Bytes;
use http::Method;

/// Cloud: the attachments of a page or blog post, up to 250 a page.
#[must_use]
pub fn list(kind: Kind, id: &str) -> ApiRequest {
    ApiRequest::get(
        kind.path().segment(id).then("/attachments"),
        format!("list the attachments of {} {id}", kind.word()),
    )
    .query("limit", 250)
}

/// Cloud: an attachment's metadata.
#[must_use]
pub fn read(id: &str) -> ApiRequest {
    ApiRequest::get(v2().then("/attachments").segment(id), format!("read attachment {id}"))
}

/// Data Center: the attachments of a page from `start`.
#[must_use]
pub fn v1_list(id: &str, start: usize, limit: u32) -> ApiRequest {
    ApiRequest::get(
        v1().then("/content").segment(id).then("/child/attachment"),
        format!("list the attachments of page {id}"),
    )
    .query("start", start)
    .query("limit", limit)
    .query("expand", "version")
}

/// Cloud: the attachments of a page or blog post that match.
#[must_use]
pub fn find(kind: Kind, id: &str, file_name: Option<&str>, media_type: Option<&str>) -> ApiRequest {
    list(kind, id).query_opt("filename", file_name).query_opt("mediaType", media_type)
}

/// Data Center: one window of the attachments of a page that match.
#[must_use]
pub fn v1_find(
    id: &str,
    start: u64,
    limit: u32,
    file_name: Option<&str>,
    media_type: Option<&str>,
) -> ApiRequest {
    ApiRequest::get(
        v1().then("/content").segment(id).then("/child/attachment"),
        format!("list the attachments of page {id}"),
    )
    .query_opt("start", (start > 0).then_some(start))
    .query("limit", limit)
    .query("expand", "version")
    .query_opt("filename", file_name)
    .query_opt("mediaType", media_type)
}

/// Data Center: an attachment's metadata.
#[must_use]
pub fn v1_read(id: &str) -> ApiRequest {
    ApiRequest::get(v1().then("/content").segment(id), format!("read attachment {id}"))
        .query("expand", "version,container,space")
}

/// Cloud: removes an attachment to the trash.
#[must_use]
pub fn delete(id: &str) -> ApiRequest {
    ApiRequest::delete(v2().then("/attachments").segment(id), format!("delete attachment {id}"))
}

/// Data Center: removes an attachment to the trash.
#[must_use]
pub fn v1_delete(id: &str) -> ApiRequest {
    ApiRequest::delete(v1().then("/content").segment(id), format!("delete attachment {id}"))
}

/// A file to be attached.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Its content.
    pub content: Bytes,
    /// Comment of the version.
    pub comment: Option<String>,
    /// No notifications.
    pub minor: bool,
}

impl Upload {
    fn sent(&self, method: Method, path: ApiPath) -> ApiRequest {
        let text = |name, value: String, media_type: Option<&str>| Part {
            name,
            file_name: None,
            media_type: media_type.map(str::to_owned),
            content: Bytes::from(value),
        };
        let mut parts = vec![
            text("minorEdit", self.minor.to_string(), None),
            Part {
                name: "file",
                file_name: Some(self.file_name.clone()),
                media_type: Some(self.media_type.clone()),
                content: self.content.clone(),
            },
        ];
        if let Some(comment) = &self.comment {
            parts.push(text("comment", comment.clone(), Some("text/plain; charset=utf-8")));
        }
        let action = format!("upload attachment '{}'", self.file_name);
        ApiRequest { body: Body::Multipart(parts), ..ApiRequest::new(method, path, action) }
            .header("x-atlassian-token", "no-check")
    }

    /// Cloud: creates the attachment or its next version, in one call.
    #[must_use]
    pub fn put(&self, id: &str) -> ApiRequest {
        self.sent(Method::PUT, v1().then("/content").segment(id).then("/child/attachment"))
    }

    /// Data Center: creates the attachment; refused when the name is taken.
    #[must_use]
    pub fn create(&self, id: &str) -> ApiRequest {
        self.sent(Method::POST, v1().then("/content").segment(id).then("/child/attachment"))
    }

    /// Data Center: the next version of an attachment.
    #[must_use]
    pub fn next_version(&self, id: &str, attachment: &str) -> ApiRequest {
        let path = v1()
            .then("/content")
            .segment(id)
            .then("/child/attachment")
            .segment(attachment)
            .then("/data");
        self.sent(Method::POST, path)
    }
}

/// Cloud: the bytes of an attachment; answered by a redirect to the platform's media host.
#[must_use]
pub fn download(id: &str, attachment: &str, version: Option<&str>) -> ApiRequest {
    ApiRequest::get(
        v1().then("/content")
            .segment(id)
            .then("/child/attachment")
            .segment(attachment)
            .then("/download"),
        format!("download attachment {attachment}"),
    )
    .query_opt("version", version)
}
