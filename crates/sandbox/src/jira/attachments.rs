//! Files of issues. Cloud hands the bytes out by redirect to its media host.

use serde_json::{Value, json};

use crate::media;
use crate::site::Flavour;
use crate::wire::{Answer, Call, Reply, Service, jira_error};

use super::model::*;

impl Jira {
    pub(crate) fn file(&self, id: &str, user: &str) -> Option<&Attachment> {
        self.issues
            .values()
            .filter(|issue| self.sees(user, &issue.project))
            .flat_map(|issue| &issue.attachments)
            .find(|file| file.id == id)
    }
}

fn missing(id: &str) -> Reply {
    jira_error(404, &format!("The attachment with id '{id}' does not exist"))
}

/// `POST /issue/{key}/attachments`
pub(crate) fn add(jira: &mut Jira, call: &Call) -> Answer {
    let id = jira.issue_of(call)?;
    call.refuse_forged()?;
    let parts = call.form_parts();
    if parts.iter().all(|p| p.name != "file" || p.filename.is_none()) {
        return Err(jira_error(400, "A part named 'file' is required.")
            .reason("no multipart part named file with a file name"));
    }
    let at = jira.clock.tick();
    let mut shown = Vec::new();
    for part in parts.into_iter().filter(|p| p.name == "file") {
        let Some(filename) = part.filename else { continue };
        let file = Attachment {
            id: jira.fresh_id().to_string(),
            filename,
            author: call.user.clone(),
            created: at,
            mime: part.content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            data: part.data,
        };
        shown.push(jira.show_attachment(&file, call));
        if let Some(issue) = jira.issues.get_mut(&id) {
            issue.attachments.push(file);
            issue.updated = at;
        }
    }
    Ok(Reply::ok(&Value::Array(shown)))
}

/// `GET /attachment/{id}`
pub(crate) fn read(jira: &mut Jira, call: &Call) -> Answer {
    let id = call.part("id");
    match jira.file(id, &call.user) {
        Some(file) => Ok(Reply::ok(&jira.show_attachment(file, call))),
        None => Err(missing(id)),
    }
}

/// `DELETE /attachment/{id}`
pub(crate) fn remove(jira: &mut Jira, call: &Call) -> Answer {
    let id = call.part("id").to_owned();
    if jira.file(&id, &call.user).is_none() {
        return Err(missing(&id));
    }
    for issue in jira.issues.values_mut() {
        issue.attachments.retain(|file| file.id != id);
    }
    Ok(Reply::none())
}

/// `GET /attachment/content/{id}` and `/attachment/thumbnail/{id}` (Cloud), and
/// `/secure/attachment/{id}/{name}` (Data Center)
pub(crate) fn content(jira: &mut Jira, call: &Call) -> Answer {
    let id = call.part("id");
    let Some(file) = jira.file(id, &call.user) else { return Err(missing(id)) };
    let redirect = jira.flavour == Flavour::Cloud && call.flag("redirect", true);
    Ok(match (&jira.media, redirect) {
        (Some(media), true) => media::redirect(media, &jira.site, Service::Jira, &file.id, 1),
        _ => bytes(file),
    })
}

/// The bytes of a file.
pub(crate) fn bytes(file: &Attachment) -> Reply {
    let plain: String =
        file.filename.chars().map(|c| if c.is_ascii() && c != '"' { c } else { '_' }).collect();
    Reply::bytes(200, &file.mime, file.data.clone())
        .header("content-disposition", &format!("attachment; filename=\"{plain}\""))
}

/// `GET /attachment/meta`
pub(crate) fn meta(_: &mut Jira, _: &Call) -> Answer {
    Ok(Reply::ok(&json!({"enabled": true, "uploadLimit": 104_857_600})))
}

/// `GET /secure/useravatar`: the same small picture for everybody.
pub(crate) fn avatar(_: &mut Jira, _: &Call) -> Answer {
    Ok(Reply::bytes(200, "image/png", crate::seed::file_bytes("png")))
}
