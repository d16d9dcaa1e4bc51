//! Files that go with a request: checked before anything is sent, uploaded after the request is
//! there (steps 2 and 7 of section 5.6).

use crate::jira::parts::{list, text};
use crate::jira::service_request::is_internal_only;
use crate::{Context, ToolError};
use atlassian_jira::service_desk::{self, RequestFile};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// Largest file: 50 MiB.
const MAX_FILE: usize = 50 * 1024 * 1024;
/// Most files, and most bytes of all of them: 100 MiB.
const MAX_FILES: usize = 50;
const MAX_TOTAL: usize = 100 * 1024 * 1024;

/// The files of the argument.
///
/// # Errors
/// The first thing that is wrong, before anything is sent.
pub(super) fn read(given: Option<&str>) -> Result<Vec<RequestFile>, ToolError> {
    let wrong = |rule: String| ToolError::argument("attachments", rule, None);
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else {
        return Ok(Vec::new());
    };
    let given: Value = serde_json::from_str(given)
        .map_err(|error| wrong(format!("attachments is not valid JSON: {error}")))?;
    let Value::Array(given) = given else {
        return Err(wrong("attachments must be a JSON array of attachment objects.".to_owned()));
    };
    if given.len() > MAX_FILES {
        return Err(wrong(format!("at most {MAX_FILES} files can be attached at once")));
    }
    let files = given.iter().map(file).collect::<Result<Vec<_>, _>>().map_err(wrong)?;
    let total: usize = files.iter().map(|file| file.content.len()).sum();
    if total > MAX_TOTAL {
        return Err(wrong("the files are larger than 100 MiB together".to_owned()));
    }
    Ok(files)
}

fn file(given: &Value) -> Result<RequestFile, String> {
    let name = text(given, "/filename").map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or("each attachment is an object with a 'filename' that is not blank")?;
    let media_type = match given.get("mime_type") {
        None | Some(Value::Null) => "application/octet-stream",
        Some(Value::String(media)) if !media.trim().is_empty() => media.trim(),
        Some(_) => return Err(format!("Attachment '{name}' has a mime_type that is no text")),
    };
    let encoded = text(given, "/base64")
        .ok_or_else(|| format!("Attachment '{name}' has no 'base64' content"))?;
    if encoded.len() / 4 * 3 > MAX_FILE + 3 {
        return Err(format!("Attachment '{name}' exceeds the 50 MiB inline limit"));
    }
    let content = STANDARD
        .decode(encoded)
        .map_err(|_| format!("Attachment '{name}' has invalid base64 content"))?;
    if content.is_empty() {
        return Err(format!("Attachment '{name}' is empty"));
    }
    if content.len() > MAX_FILE {
        return Err(format!("Attachment '{name}' exceeds the 50 MiB inline limit"));
    }
    Ok(RequestFile { name: name.to_owned(), media_type: media_type.to_owned(), content })
}

/// Attaches the files to a request that is there; what goes wrong is a warning, because the
/// request stays.
pub(super) async fn attach(
    cx: &Context,
    desk: &str,
    key: &str,
    files: &[RequestFile],
) -> Option<String> {
    if files.is_empty() {
        return None;
    }
    let project = key.rsplit_once('-').map_or(key, |(project, _)| project);
    let internal = is_internal_only(cx, project);
    match send(cx, desk, key, files, !internal).await {
        Ok(()) if internal => Some(format!(
            "the files were attached to {key} without showing them to the customer: its project \
             stays internal by configuration (JIRA_INTERNAL_ONLY_PROJECTS)"
        )),
        Ok(()) => None,
        Err(error) => {
            let status = error.api().and_then(|error| error.status);
            let status = status.map_or_else(|| "none".to_owned(), |s| s.as_u16().to_string());
            Some(format!(
                "JSM_CUSTOMER_REQUEST_ATTACH_ERROR service_desk_id={desk} issue_key={key} \
                 status={status}: {error}"
            ))
        }
    }
}

async fn send(
    cx: &Context,
    desk: &str,
    key: &str,
    files: &[RequestFile],
    public: bool,
) -> Result<(), ToolError> {
    let answer: Value = cx.remote.json(&service_desk::upload(desk, files)).await?;
    let uploaded: Vec<String> = list(&answer, "/temporaryAttachments")
        .iter()
        .filter_map(|file| text(file, "/temporaryAttachmentId").map(str::to_owned))
        .collect();
    if uploaded.len() != files.len() {
        return Err(ToolError::refused(format!(
            "Jira took {} of {} files",
            uploaded.len(),
            files.len()
        )));
    }
    cx.remote.json::<Value>(&service_desk::attach(key, &uploaded, public)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn files_are_checked_before_anything_is_sent() {
        let files = read(Some(
            r#"[{"filename": "a.txt", "mime_type": "text/plain", "base64": "aGVsbG8="},
                {"filename": "b", "base64": "AA=="}]"#,
        ))
        .expect("fine");
        assert_eq!((files[0].content.as_slice(), files[1].content.len()), (&b"hello"[..], 1));
        assert_eq!(files[1].media_type, "application/octet-stream");
        assert!(read(None).expect("none").is_empty());
        for (given, says) in [
            ("x", "attachments is not valid JSON"),
            ("{}", "must be a JSON array"),
            ("[{}]", "filename"),
            ("[\"a\"]", "filename"),
            (
                r#"[{"filename": "a", "base64": "%%%"}]"#,
                "Attachment 'a' has invalid base64 content",
            ),
            (r#"[{"filename": "a", "base64": "aGVsbG8"}]"#, "invalid base64"),
            (r#"[{"filename": "a", "base64": ""}]"#, "is empty"),
            (r#"[{"filename": "a"}]"#, "has no 'base64'"),
            (r#"[{"filename": "a", "mime_type": 1, "base64": "AA=="}]"#, "mime_type"),
        ] {
            let error = read(Some(given)).expect_err(given).to_string();
            assert!(error.contains(says), "{given}: {error}");
        }
    }
}
