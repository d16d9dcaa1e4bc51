//! Page views.

pub(super) mod get_page_views;
