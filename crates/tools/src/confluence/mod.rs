//! Tools of Confluence, one file each, by area.
//!
//! What they share stands beside the areas, by subject: `load` reads a page with everything that
//! `page` shows, `body` converts what is read and written, `stale` keeps writes from
//! overwriting what the caller has not seen, `resolve` finds the space of an id for the policy.

mod analytics;
mod appearance;
mod asking;
mod at;
mod attachments;
mod body;
mod by_title;
mod comment;
mod comments;
mod content;
mod files;
mod heading_anchors;
mod headings;
mod labels;
mod load;
pub(crate) mod media;
mod next_version;
mod page;
mod pages;
mod people;
mod permissions;
mod rendered;
pub(crate) mod resolve;
mod restricted;
mod space;
mod stale;
mod stamp;
mod templates;
mod users;

use crate::{Answer, Definition, ToolError};
use serde_json::{Map, Value, json};

/// The tools of this folder, in listing order.
pub const TOOLS: &[Definition] = &[
    Definition::of::<pages::search::Search>(),
    Definition::of::<pages::get_page::GetPage>(),
    Definition::of::<pages::get_page_children::GetPageChildren>(),
    Definition::of::<pages::get_space_page_tree::GetSpacePageTree>(),
    Definition::of::<comments::get_comments::GetComments>(),
    Definition::of::<labels::get_labels::GetLabels>(),
    Definition::of::<labels::add_label::AddLabel>(),
    Definition::of::<pages::create_page::CreatePage>(),
    Definition::of::<pages::update_page::UpdatePage>(),
    Definition::of::<pages::update_page_section::UpdatePageSection>(),
    Definition::of::<pages::delete_page::DeletePage>(),
    Definition::of::<pages::move_page::MovePage>(),
    Definition::of::<comments::add_comment::AddComment>(),
    Definition::of::<comments::reply_to_comment::ReplyToComment>(),
    Definition::of::<comments::get_inline_comments::GetInlineComments>(),
    Definition::of::<comments::add_inline_comment::AddInlineComment>(),
    Definition::of::<users::search_user::SearchUser>(),
    Definition::of::<pages::get_page_history::GetPageHistory>(),
    Definition::of::<pages::get_page_diff::GetPageDiff>(),
    Definition::of::<analytics::get_page_views::GetPageViews>(),
    Definition::of::<attachments::upload_attachment::UploadAttachment>(),
    Definition::of::<attachments::upload_attachments::UploadAttachments>(),
    Definition::of::<attachments::get_attachments::GetAttachments>(),
    Definition::of::<attachments::download_attachment::DownloadAttachment>(),
    Definition::of::<attachments::download_content_attachments::DownloadContentAttachments>(),
    Definition::of::<attachments::delete_attachment::DeleteAttachment>(),
    Definition::of::<attachments::get_page_images::GetPageImages>(),
    Definition::of::<templates::list_page_templates::ListPageTemplates>(),
    Definition::of::<templates::get_page_template::GetPageTemplate>(),
    Definition::of::<templates::create_page_from_template::CreatePageFromTemplate>(),
    Definition::of::<pages::get_page_restrictions::GetPageRestrictions>(),
    Definition::of::<pages::set_page_restrictions::SetPageRestrictions>(),
    Definition::of::<pages::copy_page::CopyPage>(),
    Definition::of::<permissions::check_content_permissions::CheckContentPermissions>(),
    Definition::of::<permissions::get_space_permissions::GetSpacePermissions>(),
];

/// A failure in the tool's own JSON (confluence spec section 11.4). What the operator forbids and
/// wrong arguments stay errors.
fn failure(error: ToolError, json: impl FnOnce(String) -> Value) -> Result<Answer, ToolError> {
    match error {
        ToolError::Policy(_) | ToolError::Arguments(_) => Err(error),
        error => Ok(Answer::failure(json(error.to_string()))),
    }
}

/// The result of a page write, with what had no effect or could not be read.
fn written_page(message: &str, page: Value, remarks: &[String]) -> Answer {
    let mut result = Map::new();
    result.insert("message".to_owned(), json!(message));
    result.insert("page".to_owned(), page);
    if !remarks.is_empty() {
        result.insert("warnings".to_owned(), json!(remarks));
    }
    Answer::json(result)
}

/// A failed read in the JSON of the tools that tell a missing permission apart
/// (confluence spec section 10). What was asked for stands beside any other failure
/// (confluence spec sections 4.11 and 4.12).
fn failed_read(error: ToolError, what: &str, asked: Value) -> Result<Answer, ToolError> {
    let denied = error.is_status(401) || error.is_status(403);
    failure(error, |detail| {
        if denied {
            let text = "Authentication failed. Please check your credentials.";
            return json!({ "error": text, "details": detail });
        }
        let mut result = Map::new();
        result.insert("error".to_owned(), json!(format!("{what}: {detail}")));
        if let Value::Object(asked) = asked {
            result.extend(asked);
        }
        Value::Object(result)
    })
}
