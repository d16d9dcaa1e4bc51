//! Tools of Jira, one file each, by area.
//!
//! What several tools share is named by its subject: [`issue`] and [`parts`] are the objects of
//! results, [`wanted`] is the list of fields a caller asks for, [`searching`] runs JQL behind the
//! fence, [`people`] and [`text`] translate persons and rich text both ways, [`catalogue`] is the
//! cached field catalogue, [`writing`] prepares fields for a write, [`service_request`] guards what
//! customers may see.

mod catalogue;
mod comments;
mod issue;
mod issue_types;
mod issues;
mod metadata;
mod parts;
mod people;
mod reread;
pub(crate) mod resolve;
mod searching;
mod service_request;
mod stamp;
mod text;
mod time_spent;
mod transitions;
mod wanted;
mod writing;

use crate::Definition;

/// The tools of this folder, in listing order.
pub const TOOLS: &[Definition] = &[
    Definition::of::<issues::get_issue::GetIssue>(),
    Definition::of::<issues::search::SearchIssues>(),
    Definition::of::<transitions::get_transitions::GetTransitions>(),
    Definition::of::<issues::create_issue::CreateIssue>(),
    Definition::of::<issues::update_issue::UpdateIssue>(),
    Definition::of::<comments::add_comment::AddComment>(),
    Definition::of::<transitions::transition_issue::TransitionIssue>(),
];
