//! `confluence_upload_attachments`.

use super::upload_attachment::from_path;
use crate::confluence::files;
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::attachments::Upload;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Attaches several files to a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct UploadAttachments {
    content_id: String,
    file_paths: String,
    comment: Option<String>,
    minor_edit: bool,
}

impl Tool for UploadAttachments {
    const NAME: &'static str = "confluence_upload_attachments";
    const TITLE: &'static str = "Upload Multiple Attachments";
    const DESCRIPTION: &'static str = "Attach several files to a Confluence page. Files of the same \
         name get new versions.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceAttachments;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("content_id", Kind::ContentId, "Page id or link."),
        Argument::required(
            "file_paths",
            Kind::Json,
            "Files below the server's files root: comma separated, or a JSON array.",
        ),
        Argument::optional("comment", Kind::Text, "Comment of the versions."),
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
        let paths = paths(&self.file_paths);
        if paths.is_empty() {
            return Ok(Answer::failure(json!({
                "message": "Uploaded 0 attachment(s) successfully",
                "attachments": { "success": false, "error": "No file paths provided" },
            })));
        }
        let (mut uploaded, mut failed) = (Vec::new(), Vec::new());
        // One after another: Confluence makes a version of the page's list for each.
        for path in &paths {
            match self.upload(cx, path).await {
                Ok(done) => uploaded.push(done),
                Err(error) => {
                    let name = path.rsplit('/').next().unwrap_or(path);
                    failed.push(json!({ "filename": name, "error": error.to_string() }));
                }
            }
            let done = uploaded.len() + failed.len();
            cx.progress.report(done as u64, Some(paths.len() as u64), "uploading");
        }
        let none = uploaded.is_empty();
        let json = json!({
            "message": format!("Uploaded {} attachment(s) successfully", uploaded.len()),
            "attachments": {
                "success": !none,
                "content_id": self.content_id,
                "total": paths.len(),
                "uploaded": uploaded,
                "failed": failed,
            },
        });
        Ok(if none { Answer::failure(json) } else { Answer::json(json) })
    }
}

impl UploadAttachments {
    async fn upload(&self, cx: &Context, path: &str) -> Result<Value, ToolError> {
        let file = Upload {
            comment: self.comment.clone().filter(|text| !text.is_empty()),
            minor: self.minor_edit,
            ..from_path(cx, path).await?
        };
        let id = files::upload(cx, &self.content_id, &file).await?;
        Ok(json!({ "filename": file.file_name, "size": file.content.len(), "id": id }))
    }
}

/// The paths of a comma list or a JSON array.
fn paths(given: &str) -> Vec<String> {
    if let Ok(paths) = serde_json::from_str::<Vec<String>>(given) {
        return paths.into_iter().filter(|path| !path.trim().is_empty()).collect();
    }
    given.split(',').map(str::trim).filter(|path| !path.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::paths;

    #[test]
    fn lists_in_both_forms() {
        assert_eq!(paths(" a.txt , b/c.txt,,"), ["a.txt", "b/c.txt"]);
        assert_eq!(paths(r#"["a,b.txt", "c", " "]"#), ["a,b.txt", "c"]);
        assert!(paths(" , ").is_empty());
    }
}
