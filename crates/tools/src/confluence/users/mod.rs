//! People.

pub(super) mod search_user;
