//! Attachments: list, upload, download, delete.

pub(super) mod delete_attachment;
pub(super) mod download_attachment;
pub(super) mod download_content_attachments;
pub(super) mod get_attachments;
pub(super) mod get_page_images;
pub(super) mod upload_attachment;
pub(super) mod upload_attachments;
