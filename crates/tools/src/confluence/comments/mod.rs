//! Comments on pages, in the footer and on the text.

pub(super) mod add_comment;
pub(super) mod add_inline_comment;
pub(super) mod get_comments;
pub(super) mod get_inline_comments;
pub(super) mod reply_to_comment;
