//! Pages: search, read, create, change.

pub(super) mod create_page;
pub(super) mod get_page;
pub(super) mod search;
pub(super) mod update_page;
