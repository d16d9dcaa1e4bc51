//! Pages: search, read, create, change, move, copy, delete, their versions and restrictions.

pub(super) mod copy_page;
pub(super) mod create_page;
pub(super) mod delete_page;
pub(super) mod get_page;
pub(super) mod get_page_children;
pub(super) mod get_page_diff;
pub(super) mod get_page_history;
pub(super) mod get_page_restrictions;
pub(super) mod get_space_page_tree;
pub(super) mod move_page;
pub(super) mod search;
pub(super) mod set_page_restrictions;
pub(super) mod update_page;
pub(super) mod update_page_section;
