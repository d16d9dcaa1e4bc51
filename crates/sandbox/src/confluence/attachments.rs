//! Attachments: lists and details in both versions, bytes and uploads in version 1.

use serde_json::{Value, json};

use crate::media;
use crate::people::confluence_time;
use crate::wire::{Answer, Call, FormPart, Reply, Service};

use super::answers::{error1, no_content1, not_found2};
use super::model::*;
use super::show::Expand;

impl Confluence {
    fn show_attachment2(&self, file: &Content) -> Value {
        let latest = file.latest();
        let download = self.download_link(file, latest);
        let mut shown = json!({
            "id": file.shown_id(),
            "status": file.status,
            "title": latest.title,
            "createdAt": confluence_time(file.created),
            "mediaType": file.media_type,
            "mediaTypeDescription": file.media_type,
            "comment": latest.message,
            "fileId": format!("{:08x}-aaaa-4bbb-8ccc-0123456789ab", file.id),
            "fileSize": latest.data.len(),
            "webuiLink": self.webui(file),
            "downloadLink": download,
            "version": self.show_version2(latest),
            "_links": {"webui": self.webui(file), "download": download},
        });
        let holder = file.container.and_then(|id| self.contents.get(&id));
        if let (Some(holder), Some(object)) = (holder, shown.as_object_mut()) {
            let key = if holder.kind == Kind::Blog { "blogPostId" } else { "pageId" };
            object.insert(key.to_owned(), json!(holder.id.to_string()));
        }
        shown
    }

    /// The bytes of a version, for the media host.
    pub(crate) fn file_bytes(&self, id: &str, version: u64) -> Option<Reply> {
        bytes(self.content(id)?, Some(&version.to_string())).ok()
    }

    fn files<'a>(&'a self, holder: u64, call: &Call, kind: &str) -> Vec<&'a Content> {
        self.held(holder, Kind::Attachment)
            .into_iter()
            .filter(|f| call.q("filename").is_none_or(|name| f.title() == name))
            .filter(|f| call.q(kind).is_none_or(|media| f.media_type == media))
            .collect()
    }
}

/// `GET /api/v2/{pages,blogposts}/{id}/attachments`
pub(crate) fn list2(wiki: &mut Confluence, call: &Call) -> Answer {
    let holder = wiki.visible(call.part("id"), &call.user).ok_or_else(|| not_found2("Content"))?.id;
    let rows = wiki
        .files(holder, call, "mediaType")
        .into_iter()
        .map(|f| wiki.show_attachment2(f))
        .collect();
    Ok(wiki.page2(rows, "attachments", 50, call))
}

fn file2<'a>(wiki: &'a Confluence, call: &Call) -> Result<&'a Content, Reply> {
    wiki.visible(call.part("id"), &call.user)
        .filter(|c| c.kind == Kind::Attachment && c.current())
        .ok_or_else(|| not_found2("Attachment"))
}

/// `GET /api/v2/attachments/{id}`
pub(crate) fn read2(wiki: &mut Confluence, call: &Call) -> Answer {
    let file = file2(wiki, call)?;
    let mut shown = wiki.show_attachment2(file);
    if let Some(links) = shown.get_mut("_links").and_then(Value::as_object_mut) {
        links.insert("base".to_owned(), json!(wiki.url));
    }
    Ok(Reply::ok(&shown))
}

/// `DELETE /api/v2/attachments/{id}`
pub(crate) fn remove2(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = file2(wiki, call)?.id;
    if let Some(file) = wiki.contents.get_mut(&id) {
        file.status = "trashed".to_owned();
    }
    Ok(Reply::none())
}

/// `GET /rest/api/content/{id}/child/attachment` (Data Center)
pub(crate) fn list1(wiki: &mut Confluence, call: &Call) -> Answer {
    let holder = wiki.content1(call)?.id;
    let expand = Expand::of(call);
    let rows = wiki
        .files(holder, call, "mediaType")
        .into_iter()
        .map(|f| wiki.show1(f, f.latest(), &expand, call))
        .collect();
    Ok(Reply::ok(&wiki.page1(rows, 50, 200, call)))
}

struct Upload {
    file: FormPart,
    comment: String,
    minor: bool,
}

/// The parts of an upload; the header against forged requests is required.
fn upload(call: &Call) -> Result<Vec<Upload>, Reply> {
    call.refuse_forged()?;
    let parts = call.form_parts();
    let field = |name: &str| {
        parts
            .iter()
            .find(|p| p.name == name && p.filename.is_none())
            .map(|p| String::from_utf8_lossy(&p.data).into_owned())
    };
    let files: Vec<&FormPart> =
        parts.iter().filter(|p| p.name == "file" && p.filename.is_some()).collect();
    if files.is_empty() {
        return Err(error1(400, "At least one file must be sent in a part named file"));
    }
    let minor = field("minorEdit");
    if minor.is_none() {
        return Err(error1(400, "The part minorEdit is required"));
    }
    Ok(files
        .into_iter()
        .map(|file| Upload {
            file: file.clone(),
            comment: field("comment").unwrap_or_default(),
            minor: minor.as_deref() == Some("true"),
        })
        .collect())
}

/// Media type by what the part says, else by the name.
fn media_type(part: &FormPart) -> String {
    if let Some(given) = part.content_type.as_deref().filter(|t| *t != "application/octet-stream") {
        return given.to_owned();
    }
    let name = part.filename.as_deref().unwrap_or_default().to_lowercase();
    let known = [
        (".png", "image/png"),
        (".jpg", "image/jpeg"),
        (".gif", "image/gif"),
        (".svg", "image/svg+xml"),
        (".txt", "text/plain"),
        (".pdf", "application/pdf"),
        (".json", "application/json"),
        (".csv", "text/csv"),
    ];
    known
        .iter()
        .find(|(end, _)| name.ends_with(end))
        .map_or("application/octet-stream", |(_, t)| t)
        .to_owned()
}

fn attach(wiki: &mut Confluence, holder: &Content, upload: &Upload, call: &Call) -> u64 {
    let title = upload.file.filename.clone().unwrap_or_default();
    let mut file = wiki.draft(Kind::Attachment, &holder.space, &title, "", &call.user);
    file.container = Some(holder.id);
    file.media_type = media_type(&upload.file);
    if let Some(edition) = file.editions.last_mut() {
        edition.data = upload.file.data.clone();
        edition.message = upload.comment.clone();
        edition.minor = upload.minor;
    }
    let id = file.id;
    wiki.contents.insert(id, file);
    id
}

fn new_version(wiki: &mut Confluence, id: u64, upload: &Upload, call: &Call) {
    let Some(title) = wiki.contents.get(&id).map(|f| f.title().to_owned()) else { return };
    wiki.revise(id, &title, "", &upload.comment, upload.minor, &call.user);
    if let Some(edition) = wiki.contents.get_mut(&id).and_then(|f| f.editions.last_mut()) {
        edition.data = upload.file.data.clone();
    }
}

fn uploaded(wiki: &Confluence, ids: &[u64], call: &Call) -> Reply {
    let expand = Expand::of(call);
    let rows: Vec<Value> = ids
        .iter()
        .filter_map(|id| wiki.contents.get(id))
        .map(|f| wiki.show1(f, f.latest(), &expand, call))
        .collect();
    let size = rows.len();
    Reply::ok(
        &json!({"results": rows, "start": 0, "limit": size, "size": size, "_links": {"base": wiki.url, "context": wiki.context()}}),
    )
}

/// `POST` (new names only) and `PUT` (new ones or new versions) of `child/attachment`.
pub(crate) fn add(wiki: &mut Confluence, call: &Call) -> Answer {
    let holder = wiki.content1(call)?.clone();
    let uploads = upload(call)?;
    let mut ids = Vec::new();
    for upload in &uploads {
        let name = upload.file.filename.clone().unwrap_or_default();
        let existing =
            wiki.held(holder.id, Kind::Attachment).iter().find(|f| f.title() == name).map(|f| f.id);
        match existing {
            Some(_) if call.method == "POST" => {
                return Err(error1(
                    400,
                    &format!(
                        "Cannot add a new attachment with same file name as an existing attachment: {name}"
                    ),
                ));
            }
            Some(id) => {
                new_version(wiki, id, upload, call);
                ids.push(id);
            }
            None => ids.push(attach(wiki, &holder, upload, call)),
        }
    }
    Ok(uploaded(wiki, &ids, call))
}

/// `POST child/attachment/{attachment}/data`: a new version.
pub(crate) fn replace(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = wiki
        .visible(call.part("attachment"), &call.user)
        .filter(|f| f.kind == Kind::Attachment)
        .ok_or_else(|| no_content1(call.part("attachment")))?
        .id;
    let uploads = upload(call)?;
    if let Some(upload) = uploads.first() {
        new_version(wiki, id, upload, call);
    }
    let shown = wiki.contents.get(&id).map(|f| wiki.show1(f, f.latest(), &Expand::of(call), call));
    Ok(Reply::ok(&shown.unwrap_or_default()))
}

fn bytes(file: &Content, version: Option<&str>) -> Answer {
    let edition = match version {
        None => file.latest(),
        Some(number) => file
            .editions
            .iter()
            .find(|e| e.number.to_string() == number)
            .ok_or_else(|| no_content1(&file.shown_id()))?,
    };
    let name = edition.title.replace('"', "");
    Ok(Reply::bytes(200, &file.media_type, edition.data.clone()).header(
        "content-disposition",
        &format!("attachment; filename=\"{}\"", name.replace(|c: char| !c.is_ascii(), "_")),
    ))
}

/// `GET child/attachment/{attachment}/download` (Cloud)
pub(crate) fn download(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = call.part("attachment");
    let file = wiki
        .visible(id, &call.user)
        .filter(|f| f.container.map(|c| c.to_string()).as_deref() == Some(call.part("id")))
        .ok_or_else(|| no_content1(id))?;
    let number = call.q("version").and_then(|v| v.parse().ok()).unwrap_or(file.latest().number);
    match &wiki.media {
        Some(media) => {
            Ok(media::redirect(media, &wiki.site, Service::Confluence, &file.shown_id(), number))
        }
        None => bytes(file, call.q("version")),
    }
}

/// `GET /download/attachments/{id}/{name}`: the legacy link.
pub(crate) fn legacy(wiki: &mut Confluence, call: &Call) -> Answer {
    let holder: u64 = call.part("id").parse().unwrap_or(0);
    let file = wiki
        .held(holder, Kind::Attachment)
        .into_iter()
        .find(|f| f.title() == call.part("name") && wiki.sees(&call.user, f))
        .ok_or_else(|| no_content1(call.part("name")))?;
    bytes(file, call.q("version"))
}
