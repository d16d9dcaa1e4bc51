//! `jira_get_issue_images`.

use super::{CHOICE, Choice, File, described, fetch, files_of};
use crate::{
    Access, Answer, Argument, Content, Context, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_settings::Service;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Returns the images of an issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetIssueImages {
    issue_key: String,
    attachment_ids: Option<String>,
    filename: Option<String>,
    max_total_bytes: Option<u64>,
    include_content: bool,
}

impl Tool for GetIssueImages {
    const NAME: &'static str = "jira_get_issue_images";
    const TITLE: &'static str = "Get Issue Images";
    const DESCRIPTION: &'static str =
        "Return the images attached to an issue so that they can be looked at, up to 50 MB each.";
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
        let key = &self.issue_key;
        let files = files_of(cx, key).await?.unwrap_or_default();
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
        let images: Vec<File> = files
            .into_iter()
            .filter(|file| file.image_type().is_some() && choice.takes(file))
            .collect();
        let fetched = if self.include_content {
            fetch(cx, &images, &choice, |_| "Image".to_owned()).await
        } else {
            super::Fetched::default()
        };
        let nothing = images.is_empty() && absent.is_empty();
        let failed: Vec<Value> = fetched.failed.into_iter().chain(absent).collect();
        let all_failed = fetched.files.is_empty() && !failed.is_empty();
        let shown: Vec<&File> = if self.include_content {
            fetched.files.iter().map(|(file, _)| file).collect()
        } else {
            images.iter().collect()
        };
        let mut out = Map::new();
        out.insert("success".to_owned(), Value::from(true));
        out.insert("issue_key".to_owned(), Value::from(key.as_str()));
        out.insert("total_images".to_owned(), Value::from(images.len()));
        out.insert("downloaded".to_owned(), Value::from(fetched.files.len()));
        out.insert("failed".to_owned(), Value::Array(failed));
        if nothing {
            out.insert("message".to_owned(), Value::from("No image attachments found"));
        } else {
            out.insert("images".to_owned(), shown.into_iter().map(described).collect());
        }
        let content = fetched.files.iter().map(|(file, download)| Content::Image {
            base64: STANDARD.encode(&download.bytes),
            media_type: file.image_type().unwrap_or_default(),
        });
        Ok(Answer {
            content: content.collect(),
            content_only: true,
            failed: all_failed,
            ..Answer::json(out)
        })
    }
}
