//! Files of issues as content (section 10 of the spec on projects).

pub(super) mod download_attachments;
pub(super) mod get_issue_images;

use super::issue;
use super::parts::{get, text};
use crate::confluence::media;
use crate::{Argument, Context, DefaultValue, Kind, ToolError};
use atlassian_http::{ApiErrorKind, Download};
use atlassian_jira::issues::{self, IssueQuery, attachments};
use futures::StreamExt as _;
use serde_json::{Value, json};

/// Largest file returned inline: 50 MiB.
const MAX_INLINE: usize = 50 * 1024 * 1024;
/// Most bytes returned inline by one call when the caller sets no bound: 100 MiB.
const MAX_TOTAL: usize = 100 * 1024 * 1024;
/// Downloads in flight at once.
const AT_ONCE: usize = 4;

/// Optional arguments of both tools that choose among the files.
const CHOICE: [Argument; 4] = [
    Argument::optional("attachment_ids", Kind::List, "Only these attachments, comma list of ids.")
        .hidden(),
    Argument::optional("filename", Kind::List, "Only these attachments, comma list of file names.")
        .hidden(),
    Argument::optional(
        "max_total_bytes",
        Kind::Integer { min: Some(1), max: None },
        "Most bytes to return together; what goes beyond is listed as failed.",
    )
    .hidden(),
    Argument::with_default(
        "include_content",
        Kind::Boolean,
        DefaultValue::Boolean(true),
        "false lists the files without their content.",
    )
    .hidden(),
];

/// Which files of an issue are wanted.
#[derive(Debug)]
struct Choice {
    ids: Vec<String>,
    names: Vec<String>,
    max_total: usize,
}

impl Choice {
    fn new(ids: Option<&str>, names: Option<&str>, max_total: Option<u64>) -> Self {
        let list = |given: Option<&str>| {
            let items = given.unwrap_or_default().split(',').map(str::trim);
            items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
        };
        let max = max_total.map(|max| usize::try_from(max).unwrap_or(usize::MAX));
        Self {
            ids: list(ids),
            names: list(names),
            max_total: max.unwrap_or(MAX_TOTAL).min(MAX_TOTAL),
        }
    }

    fn takes(&self, file: &File) -> bool {
        (self.ids.is_empty() && self.names.is_empty())
            || self.ids.contains(&file.id)
            || self.names.contains(&file.name)
    }

    /// Names and ids that no file of the issue has.
    fn absent(&self, files: &[File]) -> Vec<&str> {
        let ids = self.ids.iter().filter(|id| !files.iter().any(|file| file.id == **id));
        let names = self.names.iter().filter(|name| !files.iter().any(|file| file.name == **name));
        ids.chain(names).map(String::as_str).collect()
    }
}

/// A file of an issue.
#[derive(Clone, Debug)]
struct File {
    id: String,
    name: String,
    /// As Jira has it, small letters, without parameters.
    stored_type: Option<String>,
    size: Option<usize>,
    link: Option<String>,
}

impl File {
    fn read(attachment: &Value) -> Self {
        let stored = text(attachment, "/mimeType")
            .map(|media| media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
        Self {
            id: match get(attachment, "/id") {
                Value::Number(id) => id.to_string(),
                id => id.as_str().unwrap_or_default().to_owned(),
            },
            name: text(attachment, "/filename").unwrap_or_default().to_owned(),
            stored_type: stored.filter(|media| !media.is_empty()),
            size: get(attachment, "/size").as_u64().and_then(|size| usize::try_from(size).ok()),
            link: text(attachment, "/content").filter(|link| !link.is_empty()).map(str::to_owned),
        }
    }

    /// The type of an image that models can be shown, when it is one. A stored type that says
    /// nothing leaves it to the name.
    fn image_type(&self) -> Option<String> {
        media::image(self.stored_type.as_deref(), &self.name)
    }

    fn media_type(&self) -> String {
        media::of(self.stored_type.as_deref(), &self.name)
    }

    /// Why it is not fetched, when that is known before.
    fn refusal(&self, noun: &str) -> Option<String> {
        if let Some(size) = self.size.filter(|size| *size > MAX_INLINE) {
            return Some(format!("{noun} is {size} bytes {BEYOND}"));
        }
        (self.link.is_none()).then(|| "No URL available".to_owned())
    }

    /// The content: by id on Cloud, where the link may lead to a host that the token is not for;
    /// by the link on Data Center.
    async fn fetch(&self, cx: &Context) -> Result<Download, String> {
        let fetched = if cx.is_cloud() && !self.id.is_empty() {
            cx.remote.download(&attachments::content(&self.id, &self.name), MAX_INLINE).await
        } else {
            let action = format!("download attachment {}", self.name);
            let link = self.link.as_deref().unwrap_or_default();
            cx.remote.download_link(link, &action, MAX_INLINE).await
        };
        let fetched = fetched.map_err(|error| match error.kind {
            ApiErrorKind::TooLarge => format!("The downloaded file {BEYOND}"),
            _ => format!("Fetch failed: {error}"),
        })?;
        if self.is_login_page(&fetched) {
            return Err("Fetch failed: Jira answered with a web page instead of the file. Old \
                        Data Center versions do not accept personal access tokens for downloads; \
                        use basic authentication there."
                .to_owned());
        }
        Ok(fetched)
    }

    fn is_login_page(&self, fetched: &Download) -> bool {
        let is_html = |media: &str| media.to_ascii_lowercase().contains("html");
        let page = fetched.media_type.as_deref().is_some_and(is_html);
        page && !is_html(&self.media_type()) && !self.name.to_ascii_lowercase().contains(".htm")
    }
}

/// End of the sentences about files that are too large.
const BEYOND: &str = "which exceeds the 50 MB inline limit. Retrieve it directly from Jira.";

/// What the first bytes say about an image.
fn sniffed(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'B', b'M', ..] => Some("image/bmp"),
        _ => None,
    }
}

/// The files of an issue; `None` when Jira answered without fields.
async fn files_of(cx: &Context, key: &str) -> Result<Option<Vec<File>>, ToolError> {
    let query = IssueQuery { fields: Some("attachment"), ..IssueQuery::default() };
    let found: Value = cx.remote.json(&issues::get(cx.deployment(), key, &query)).await?;
    issue::admit(&cx.fence, &found, key)?;
    if !get(&found, "/fields").is_object() {
        return Ok(None);
    }
    Ok(Some(super::parts::list(&found, "/fields/attachment").iter().map(File::read).collect()))
}

/// What became of the downloads, in the order of the files.
#[derive(Debug, Default)]
struct Fetched {
    files: Vec<(File, Download)>,
    /// `{filename, error}` each.
    failed: Vec<Value>,
}

/// Fetches files, some at once, within the bounds for one and for all of them. `noun` starts the
/// sentence about a file that is too large.
async fn fetch(
    cx: &Context,
    files: &[File],
    choice: &Choice,
    noun: impl Fn(&File) -> String,
) -> Fetched {
    let left_out = || {
        format!(
            "left out: one call returns at most {} bytes here; ask for it with attachment_ids",
            choice.max_total
        )
    };
    let mut promised = 0_usize;
    let planned: Vec<_> = files
        .iter()
        .map(|file| {
            let size = file.size.unwrap_or(0);
            let refusal = file.refusal(&noun(file)).or_else(|| {
                promised = promised.saturating_add(size);
                (promised > choice.max_total).then(left_out)
            });
            async move {
                match refusal {
                    Some(refusal) => Err(refusal),
                    None => file.fetch(cx).await,
                }
            }
        })
        .collect();
    let mut outcomes = futures::stream::iter(planned).buffered(AT_ONCE);
    let mut fetched = Fetched::default();
    let mut total = 0_usize;
    for file in files {
        let Some(outcome) = outcomes.next().await else { break };
        let outcome = outcome.and_then(|download| {
            total = total.saturating_add(download.bytes.len());
            if total > choice.max_total { Err(left_out()) } else { Ok(download) }
        });
        match outcome {
            Ok(download) => fetched.files.push((file.clone(), download)),
            Err(error) => {
                let name = if file.name.is_empty() { "unknown" } else { &file.name };
                fetched.failed.push(json!({ "filename": name, "error": error }));
            }
        }
        let done = fetched.files.len() + fetched.failed.len();
        cx.progress.report(done as u64, Some(files.len() as u64), "files downloaded");
    }
    fetched
}

/// A file without its content.
fn described(file: &File) -> Value {
    json!({
        "id": file.id,
        "filename": file.name,
        "size": file.size,
        "mime_type": file.media_type(),
    })
}

/// Where a file is as a resource: instances beside the primary one are named, because they may
/// have the same project keys.
fn uri(cx: &Context, key: &str, name: &str) -> String {
    let name_of = &cx.config().id.name;
    let instance = if name_of.is_primary() { "" } else { name_of.as_str() };
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment://{instance}/{key}/{encoded}")
}

#[cfg(test)]
mod tests {
    use super::{Choice, File, sniffed};
    use serde_json::json;

    fn file(name: &str, media: Option<&str>) -> File {
        File::read(&json!({"id": "7", "filename": name, "mimeType": media, "size": 3}))
    }

    #[test]
    fn images_are_told_by_type_and_else_by_name() {
        for (name, media, image) in [
            ("a.png", Some("image/png"), Some("image/png")),
            ("a.bin", Some("IMAGE/PNG; x=1"), Some("image/png")),
            ("a.JPG", None, Some("image/jpeg")),
            ("a.webp", Some("application/octet-stream"), Some("image/webp")),
            ("a.svg", Some("multipart/form-data"), Some("image/svg+xml")),
            ("a.png", Some("application/pdf"), None),
            ("a.txt", None, None),
        ] {
            assert_eq!(file(name, media).image_type().as_deref(), image, "{name} {media:?}");
        }
        assert_eq!(sniffed(b"\x89PNG\r\n"), Some("image/png"));
        assert_eq!(sniffed(b"PK"), None);
    }

    #[test]
    fn a_choice_is_by_id_or_name_and_tells_what_is_absent() {
        let files = [file("a.txt", None)];
        let choice = Choice::new(Some("7, 8"), Some("b.txt"), None);
        assert!(choice.takes(&files[0]));
        assert_eq!(choice.absent(&files), ["8", "b.txt"]);
        assert!(!Choice::new(Some("8"), None, None).takes(&files[0]));
        assert!(Choice::new(None, Some(" "), None).takes(&files[0]));
    }

    #[test]
    fn what_cannot_be_fetched_says_why() {
        let large = File { size: Some(62_914_560), ..file("huge.bin", None) };
        let refusal = large.refusal("Attachment 'huge.bin'").expect("too large");
        assert!(refusal.starts_with("Attachment 'huge.bin' is 62914560 bytes which exceeds"));
        assert_eq!(file("a", None).refusal("x").as_deref(), Some("No URL available"));
    }
}
