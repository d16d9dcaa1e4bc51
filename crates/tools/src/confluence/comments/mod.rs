//! Comments on pages.

pub(super) mod add_comment;
