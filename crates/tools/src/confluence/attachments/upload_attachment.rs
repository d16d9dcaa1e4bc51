//! `confluence_upload_attachment`.

use crate::confluence::files;
use crate::confluence::media;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::attachments::Upload;
use atlassian_settings::Service;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

/// Attaches a file to a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct UploadAttachment {
    content_id: String,
    file_path: Option<String>,
    content_base64: Option<String>,
    filename: Option<String>,
    comment: Option<String>,
    minor_edit: bool,
}

impl Tool for UploadAttachment {
    const NAME: &'static str = "confluence_upload_attachment";
    const TITLE: &'static str = "Upload Attachment";
    const DESCRIPTION: &'static str = "Attach a file to a Confluence page, from a path or from \
         base64. A file of the same name gets a new version.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceAttachments;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("content_id", Kind::ContentId, "Page id or link."),
        Argument::optional("file_path", Kind::Text, "File below the server's files root."),
        Argument::optional("content_base64", Kind::Text, "Content in base64; needs filename."),
        Argument::optional("filename", Kind::Text, "Name for content_base64."),
        Argument::optional("comment", Kind::Text, "Comment of the version."),
        Argument::with_default(
            "minor_edit",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Notify nobody.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.content_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let path = self.file_path.as_deref().filter(|path| !path.is_empty());
        let inline = self.content_base64.as_deref();
        let file = match (path, inline) {
            (Some(path), None) => match from_path(cx, path).await {
                Ok(file) => file,
                Err(error @ (ToolError::Policy(_) | ToolError::Arguments(_))) => return Err(error),
                Err(error) => return Ok(failed(&error)),
            },
            (None, Some(content)) => self.decoded(content)?,
            _ => {
                return Err(ToolError::refused(
                    "Provide exactly one of 'file_path' or 'content_base64'.",
                ));
            }
        };
        let file = Upload {
            comment: self.comment.clone().filter(|text| !text.is_empty()),
            minor: self.minor_edit,
            ..file
        };
        match files::upload(cx, &self.content_id, &file).await {
            Ok(id) => Ok(Answer::json(json!({
                "message": "Attachment uploaded successfully",
                "attachment": {
                    "success": true,
                    "content_id": self.content_id,
                    "filename": file.file_name,
                    "size": file.content.len(),
                    "id": id,
                },
            }))),
            Err(error @ (ToolError::Policy(_) | ToolError::Arguments(_))) => Err(error),
            Err(error) => Ok(failed(&error)),
        }
    }
}

impl UploadAttachment {
    fn decoded(&self, content: &str) -> Result<Upload, ToolError> {
        let name = self.filename.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let Some(name) = name else {
            return Err(ToolError::refused("'filename' is required when using 'content_base64'."));
        };
        let bytes = STANDARD
            .decode(content.trim())
            .map_err(|error| ToolError::refused(format!("Invalid base64 content: {error}")))?;
        Ok(named(name.to_owned(), bytes))
    }
}

/// A file below the server's files root, ready to be attached.
pub(super) async fn from_path(cx: &Context, path: &str) -> Result<Upload, ToolError> {
    let file = cx.local_file("file_path", path, files::MAX_INLINE as u64).await?;
    Ok(named(file.name, file.bytes))
}

fn named(file_name: String, bytes: Vec<u8>) -> Upload {
    Upload {
        media_type: media::by_name(&file_name).to_owned(),
        file_name,
        content: bytes.into(),
        comment: None,
        minor: false,
    }
}

fn failed(error: &ToolError) -> Answer {
    let detail: Value = json!({ "success": false, "error": error.to_string() });
    Answer::failure(json!({ "message": "Attachment upload failed", "attachment": detail }))
}
