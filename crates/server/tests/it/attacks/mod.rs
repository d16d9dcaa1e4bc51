//! One test for each class of attack, over transport, kind of credential and instance where that
//! can make a difference. `docs/src/security.md` has the table of classes; what is not here stands
//! beside the code that it is about.

mod bodies;
mod bounds;
mod credentials;
mod door;
mod files;
mod hidden;
mod places;
mod redirects;
mod sessions;
