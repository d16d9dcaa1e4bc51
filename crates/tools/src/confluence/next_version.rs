//! Writing the next version of a page, for every tool that does.

use super::body::Written;
use super::by_title;
use super::page::Page;
use super::stale;
use crate::{Context, ToolError};
use atlassian_confluence::pages::{self, Draft};
use atlassian_settings::LossyWrites;
use serde_json::Value;

/// What a write of the next version says beside the body.
#[derive(Clone, Copy, Debug)]
pub(super) struct NextVersion<'a> {
    pub(super) title: &'a str,
    pub(super) message: Option<&'a str>,
    pub(super) parent: Option<&'a str>,
    pub(super) minor: bool,
}

impl NextVersion<'_> {
    /// Writes the version behind the one in `page`. It is never written twice: on a conflict the
    /// error tells the version that is there now.
    ///
    /// # Errors
    /// Also when content of the page would be lost and the server refuses that.
    pub(super) async fn write(
        self,
        cx: &Context,
        page: &Page,
        written: &Written,
        remarks: &mut Vec<String>,
    ) -> Result<Value, ToolError> {
        refuse_losses(cx, page, written)?;
        let Some(current) = page.version else {
            return Err(ToolError::refused(format!(
                "Failed to update page {}: Confluence did not tell its version",
                page.id
            )));
        };
        let draft = Draft {
            title: self.title,
            representation: written.representation,
            body: &written.value,
            parent: self.parent,
        };
        let version = pages::NextVersion {
            number: current + 1,
            message: self.message.filter(|text| !text.is_empty()),
            minor: self.minor,
        };
        let kind = page.content_kind();
        let request = if cx.is_cloud() {
            pages::update(kind, &page.id, &draft, version)
        } else {
            pages::v1_update(kind, &page.id, &draft, version)
        };
        let answer = match cx.confluence(&request).await {
            Ok(answer) => answer,
            Err(mut error) => {
                by_title::name_holder(cx, page.space_key.as_deref(), self.title, &mut error).await;
                return Err(stale::conflict(cx, page, error.into()).await);
            }
        };
        if self.minor && cx.is_cloud() {
            remarks.push(
                "is_minor_edit had no effect: Confluence Cloud's interface has no minor edits, \
                 watchers were notified"
                    .to_owned(),
            );
        }
        Ok(answer)
    }
}

fn refuse_losses(cx: &Context, page: &Page, written: &Written) -> Result<(), ToolError> {
    let lost: Vec<String> = written
        .warnings
        .iter()
        .filter(|warning| warning.kind.is_loss())
        .map(ToString::to_string)
        .collect();
    if cx.lossy_writes == LossyWrites::Warn || lost.is_empty() {
        return Ok(());
    }
    Err(ToolError::refused(format!(
        "Failed to update page {}: the new body would lose content of the page, and this server \
         refuses such writes (ATLASSIAN_LOSSY_WRITES=refuse): {}. Keep the placeholders that \
         reading the page shows. Nothing was written.",
        page.id,
        lost.join("; ")
    )))
}
