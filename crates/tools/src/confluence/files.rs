//! Attachments as files: which there are, their bytes, and new ones (confluence spec section 7).

use super::{at, load, media};
use crate::{Content, Context, ToolError};
use atlassian_confluence::attachments::{self, Upload};
use atlassian_confluence::pages::Kind;
use atlassian_http::Download;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt as _;
use serde_json::{Value, json};

/// Largest file returned inline: 50 MiB (confluence spec section 7).
pub(super) const MAX_INLINE: usize = 50 * 1024 * 1024;
/// Most bytes returned inline by one call: 100 MiB.
pub(super) const MAX_INLINE_TOTAL: usize = 100 * 1024 * 1024;
/// Downloads in flight at once.
pub(super) const AT_ONCE: usize = 4;
/// Most further pages of attachments followed.
const MAX_PAGES: usize = 40;

/// An attachment as it is needed to fetch it.
#[derive(Clone, Debug, Default)]
pub(super) struct Attachment {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) stored_type: Option<String>,
    pub(super) size: Option<usize>,
    pub(super) link: Option<String>,
    container: Option<String>,
}

impl Attachment {
    /// From an answer of either interface, or from an attachment of a page object.
    pub(super) fn read(answer: &Value) -> Self {
        let first = |paths: &[&str]| paths.iter().find_map(|path| at::text(answer, path));
        let link = first(&["/downloadLink", "/_links/download", "/download_url"]);
        let container = ["/pageId", "/blogPostId", "/container/id"]
            .iter()
            .find_map(|path| at::id(answer, path))
            .or_else(|| link.and_then(container_in));
        let size = ["/fileSize", "/extensions/fileSize", "/file_size"]
            .iter()
            .find_map(|path| at::number(answer, path));
        let stored = ["/mediaType", "/extensions/mediaType", "/metadata/mediaType", "/media_type"];
        Self {
            id: at::id(answer, "/id").unwrap_or_default(),
            name: at::text(answer, "/title").unwrap_or_default().to_owned(),
            stored_type: first(&stored).map(str::to_owned),
            size: size.and_then(|size| usize::try_from(size).ok()),
            link: link.map(str::to_owned),
            container,
        }
    }

    /// The media type it is returned with.
    pub(super) fn media_type(&self) -> String {
        media::of(self.stored_type.as_deref(), &self.name)
    }

    /// Its content; `content` is the page it was listed for.
    ///
    /// # Errors
    /// Also when it is larger than `max` bytes.
    pub(super) async fn fetch(
        &self,
        cx: &Context,
        content: Option<&str>,
        max: usize,
    ) -> Result<Download, ToolError> {
        let through_api = cx.config().behaviour.attachment_download_use_v1;
        let container = content.or(self.container.as_deref());
        if let Some(container) = container.filter(|_| through_api.unwrap_or(cx.is_cloud())) {
            let version = self.link.as_deref().and_then(version_in);
            let request = attachments::download(container, &self.id, version.as_deref());
            return Ok(cx.remote.download(&request, max).await?);
        }
        let link = self.link.as_deref().ok_or_else(|| {
            ToolError::refused(format!("Could not find download URL for attachment {}", self.id))
        })?;
        let action = format!("download attachment {}", self.id);
        Ok(cx.remote.download_link(link, &action, max).await?)
    }

    /// Its content as an embedded resource below `owner`.
    pub(super) fn resource(&self, owner: &str, download: &Download) -> Content {
        Content::File {
            uri: format!("attachment:///{owner}/{}", encoded(&self.name)),
            base64: STANDARD.encode(&download.bytes),
            media_type: self.media_type(),
        }
    }
}

/// The content id in `/download/attachments/<id>/<file>`.
fn container_in(link: &str) -> Option<String> {
    let rest = link.split("/attachments/").nth(1)?;
    let id = rest.split('/').next()?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then(|| id.to_owned())
}

/// The `version` in the query of a link.
fn version_in(link: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("version="))
        .filter(|version| version.bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned)
}

/// A file name as one segment of an address.
fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Why a file is not returned inline.
pub(super) fn too_large(what: &str, size: usize) -> String {
    format!("{what} is {size} bytes which exceeds the 50 MB inline limit.")
}

/// All attachments of a page or blog post, as answered.
pub(super) async fn all(cx: &Context, id: &str) -> Result<Vec<Value>, ToolError> {
    if cx.is_cloud() {
        return match load::follow_v2(cx, attachments::list(Kind::Page, id)).await {
            Err(error) if error.is_status(404) => {
                load::follow_v2(cx, attachments::list(Kind::BlogPost, id)).await.map_err(|_| error)
            }
            listed => listed,
        };
    }
    let mut found = Vec::new();
    for _ in 0..MAX_PAGES {
        let answer: Value = cx.confluence(&attachments::v1_list(id, found.len(), 100)).await?;
        let page = at::list(&answer, "/results");
        found.extend_from_slice(page);
        if page.is_empty() || at::text(&answer, "/_links/next").is_none() {
            break;
        }
    }
    Ok(found)
}

/// An attachment in the common shape of both interfaces: what v1 calls things, and on Data Center
/// everything else it says.
pub(super) fn shown(cx: &Context, answer: &Value) -> Value {
    if !cx.is_cloud() {
        return answer.clone();
    }
    let keep = |path: &str| answer.pointer(path).cloned().unwrap_or(Value::Null);
    let file = Attachment::read(answer);
    let mut version = keep("/version");
    if let (Some(version), Some(when)) =
        (version.as_object_mut(), answer.pointer("/version/createdAt"))
    {
        version.insert("when".to_owned(), when.clone());
    }
    json!({
        "id": file.id,
        "type": "attachment",
        "status": keep("/status"),
        "title": file.name,
        "metadata": { "mediaType": keep("/mediaType"), "comment": keep("/comment") },
        "extensions": {
            "fileSize": keep("/fileSize"),
            "mediaType": keep("/mediaType"),
            "comment": keep("/comment"),
        },
        "version": version,
        "_links": {
            "download": file.link,
            "webui": at::text(answer, "/webuiLink").or(at::text(answer, "/_links/webui")),
        },
    })
}

/// Attaches a file, as a new version where its name is taken, and returns the attachment's id.
pub(super) async fn upload(cx: &Context, id: &str, file: &Upload) -> Result<String, ToolError> {
    let answer: Value = if cx.is_cloud() {
        cx.confluence(&file.put(id)).await?
    } else {
        match cx.confluence(&file.create(id)).await {
            Ok(answer) => answer,
            Err(error) => {
                let taken = error.is_status(400)
                    && error.messages.iter().any(|m| m.text.contains("same file name"));
                if !taken {
                    return Err(error.into());
                }
                let name = Some(file.file_name.as_str());
                let request = attachments::v1_find(id, 0, 25, name, None);
                let found: Value = cx.confluence(&request).await?;
                let Some(own) = at::list(&found, "/results").first().and_then(|a| at::id(a, "/id"))
                else {
                    return Err(error.into());
                };
                cx.confluence(&file.next_version(id, &own)).await?
            }
        }
    };
    at::id(&answer, "/results/0/id")
        .or_else(|| at::id(&answer, "/id"))
        .ok_or_else(|| ToolError::refused("Confluence did not confirm the attachment"))
}

/// Copies an attachment of a page object to another page.
pub(super) async fn copy(cx: &Context, attachment: &Value, to: &str) -> Result<(), ToolError> {
    let file = Attachment::read(attachment);
    let content = file.fetch(cx, None, MAX_INLINE).await?;
    let upload = Upload {
        media_type: file.media_type(),
        file_name: file.name,
        content: content.bytes,
        comment: None,
        minor: true,
    };
    self::upload(cx, to, &upload).await.map(|_| ())
}

/// What became of several downloads, in the order of the attachments.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    pub(super) files: Vec<(Attachment, Download)>,
    /// `{filename, error}` each.
    pub(super) failed: Vec<Value>,
}

/// Fetches attachments of a page, some at once, within the bounds for one and for all of them.
pub(super) async fn fetch_all(cx: &Context, id: &str, files: &[Attachment], noun: &str) -> Fetched {
    let mut promised = 0_usize;
    let planned = files.iter().map(|file| {
        let size = file.size.unwrap_or(0);
        let refusal = if size > MAX_INLINE {
            Some(too_large(noun, size))
        } else if promised.saturating_add(size) > MAX_INLINE_TOTAL {
            Some(format!("{noun} left out: one call returns at most 100 MB."))
        } else {
            promised = promised.saturating_add(size);
            None
        };
        async move {
            match refusal {
                Some(refusal) => Err(refusal),
                None => file
                    .fetch(cx, Some(id), MAX_INLINE)
                    .await
                    .map_err(|error| format!("Fetch failed: {error}")),
            }
        }
    });
    let planned: Vec<_> = planned.collect();
    let outcomes: Vec<_> = futures::stream::iter(planned).buffered(AT_ONCE).collect().await;
    let mut fetched = Fetched::default();
    let mut total = 0_usize;
    for (file, outcome) in files.iter().zip(outcomes) {
        let outcome = outcome.and_then(|download| {
            total = total.saturating_add(download.bytes.len());
            if total > MAX_INLINE_TOTAL {
                return Err(format!("{noun} left out: one call returns at most 100 MB."));
            }
            Ok(download)
        });
        match outcome {
            Ok(download) => fetched.files.push((file.clone(), download)),
            Err(error) => fetched.failed.push(json!({ "filename": file.name, "error": error })),
        }
        cx.progress.report(
            (fetched.files.len() + fetched.failed.len()) as u64,
            Some(files.len() as u64),
            "downloading",
        );
    }
    fetched
}

#[cfg(test)]
mod tests {
    use super::{Attachment, container_in, encoded, version_in};
    use serde_json::json;

    #[test]
    fn links_tell_container_and_version() {
        let link = "/download/attachments/101/a%20b.png?version=3&modificationDate=1&api=v2";
        assert_eq!(container_in(link).as_deref(), Some("101"));
        assert_eq!(version_in(link).as_deref(), Some("3"));
        assert_eq!(container_in("/download/attachments/x/..").as_deref(), None);
        assert_eq!(version_in("/a?version=../1").as_deref(), None);
    }

    #[test]
    fn both_interfaces_are_read_alike() {
        let v1 = json!({
            "id": "att1", "title": "a b.png", "extensions": {"mediaType": "image/png", "fileSize": 5},
            "_links": {"download": "/download/attachments/101/a"},
        });
        let v2 = json!({
            "id": "att1", "title": "a b.png", "mediaType": "image/png", "fileSize": 5,
            "pageId": "101", "downloadLink": "/download/attachments/101/a",
        });
        for answer in [v1, v2] {
            let file = Attachment::read(&answer);
            assert_eq!((file.size, file.media_type().as_str()), (Some(5), "image/png"));
            assert_eq!(file.container.as_deref(), Some("101"));
        }
        assert_eq!(encoded("../a b/ü.png"), "..%2Fa%20b%2F%C3%BC.png");
    }
}
