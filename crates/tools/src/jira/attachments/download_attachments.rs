//! `jira_download_attachments`.

use super::{CHOICE, Choice, File, described, fetch, files_of, sniffed, uri};
use crate::confluence::media;
use crate::{
    Access, Answer, Argument, Content, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_http::Download;
use atlassian_settings::Service;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Returns the files of an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct DownloadAttachments {
    issue_key: String,
    attachment_ids: Option<String>,
    filename: Option<String>,
    max_total_bytes: Option<u64>,
    include_content: bool,
}

impl Tool for DownloadAttachments {
    const NAME: &'static str = "jira_download_attachments";
    const TITLE: &'static str = "Download Attachments";
    const DESCRIPTION: &'static str = "Return the attachments of an issue with their content, up to 50 MB each: images as resources, \
         other files as base64. For looking at images use jira_get_issue_images.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraAttachments;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        CHOICE[0],
        CHOICE[1],
        CHOICE[2],
        CHOICE[3],
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue_compared_later(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let answer = self.answer(cx).await?;
        Ok(Answer { content_only: true, ..answer })
    }
}

impl DownloadAttachments {
    async fn answer(&self, cx: &Context) -> Result<Answer, ToolError> {
        let key = &self.issue_key;
        let Some(files) = files_of(cx, key).await? else {
            return Ok(Answer::failure(json!({
                "success": false,
                "error": format!("Could not retrieve issue {key}"),
            })));
        };
        let choice = Choice::new(
            self.attachment_ids.as_deref(),
            self.filename.as_deref(),
            self.max_total_bytes,
        );
        let absent: Vec<Value> = choice
            .absent(&files)
            .iter()
            .map(|name| json!({ "filename": name, "error": "the issue has no such attachment" }))
            .collect();
        let files: Vec<File> = files.into_iter().filter(|file| choice.takes(file)).collect();
        let mut out = Map::new();
        out.insert("success".to_owned(), Value::from(true));
        out.insert("issue_key".to_owned(), Value::from(key.as_str()));
        out.insert("total".to_owned(), Value::from(files.len()));
        if !self.include_content {
            out.insert("downloaded".to_owned(), Value::from(0));
            out.insert("failed".to_owned(), Value::Array(absent));
            out.insert("attachments".to_owned(), files.iter().map(described).collect());
            return Ok(Answer::json(out));
        }
        let noun = |file: &File| format!("Attachment '{}'", file.name);
        let fetched = fetch(cx, &files, &choice, noun).await;
        let nothing = files.is_empty() && absent.is_empty();
        let failed: Vec<Value> = fetched.failed.into_iter().chain(absent).collect();
        let all_failed = fetched.files.is_empty() && !failed.is_empty();
        out.insert("downloaded".to_owned(), Value::from(fetched.files.len()));
        out.insert("failed".to_owned(), Value::Array(failed));
        if nothing {
            let message = format!("No attachments found for issue {key}");
            out.insert("message".to_owned(), Value::from(message));
        }
        let content = fetched.files.iter().map(|(file, download)| self.content(cx, file, download));
        Ok(Answer { content: content.collect(), failed: all_failed, ..Answer::json(out) })
    }

    fn content(&self, cx: &Context, file: &File, download: &Download) -> Content {
        let base64 = STANDARD.encode(&download.bytes);
        let unsaid = file.stored_type.as_deref().is_none_or(media::is_ambiguous);
        let image = file.image_type().or_else(|| {
            let sniffed = if unsaid { sniffed(&download.bytes) } else { None };
            sniffed.map(str::to_owned)
        });
        match image {
            Some(media_type) => {
                Content::File { uri: uri(cx, &self.issue_key, &file.name), base64, media_type }
            }
            None => Content::Text(
                json!({
                    "success": true,
                    "issue_key": self.issue_key,
                    "filename": file.name,
                    "mime_type": file.media_type(),
                    "encoding": "base64",
                    "content": base64,
                })
                .to_string(),
            ),
        }
    }
}
