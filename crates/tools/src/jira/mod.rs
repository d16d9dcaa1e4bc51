//! Tools of Jira, one file each, by area.
//!
//! What several tools share is named by its subject: `issue` and `parts` are the objects of
//! results, `wanted` is the list of fields a caller asks for, `searching` runs JQL behind the
//! fence and `gathering` reads many issues, `people` and `text` translate persons and rich text both ways, `catalogue` is the
//! cached field catalogue, `writing` prepares fields for a write, `creating`, `batch` and
//! `updating` carry writes of several steps out, `reread` shows an issue after one, and
//! `service_request` guards what customers may see.
//!
//! A write reads its answer as JSON although it needs nothing of it: a login page with status 200
//! is no success.

mod agile;
mod analysis;
mod attachments;
mod batch;
mod catalogue;
mod comments;
mod creating;
mod development;
mod fields;
mod forms;
mod gathering;
mod issue;
mod issue_types;
mod issues;
mod links;
mod metadata;
mod metrics;
mod parts;
mod people;
mod projects;
mod reread;
pub(crate) mod resolve;
mod searching;
mod sections;
mod service_desk;
mod service_request;
mod stamp;
mod text;
mod time_spent;
mod transitions;
mod updating;
mod users;
mod wanted;
mod watchers;
mod worklog;
mod writing;

use crate::Definition;

/// The tools of this folder, in listing order.
pub const TOOLS: &[Definition] = &[
    Definition::of::<users::get_user_profile::GetUserProfile>(),
    Definition::of::<users::search_assignable_users::SearchAssignableUsers>(),
    Definition::of::<watchers::get_issue_watchers::GetIssueWatchers>(),
    Definition::of::<watchers::add_watcher::AddWatcher>(),
    Definition::of::<watchers::remove_watcher::RemoveWatcher>(),
    Definition::of::<issues::get_issue::GetIssue>(),
    Definition::of::<issues::search::SearchIssues>(),
    Definition::of::<fields::search_fields::SearchFields>(),
    Definition::of::<fields::get_field_options::GetFieldOptions>(),
    Definition::of::<issues::get_project_issues::GetProjectIssues>(),
    Definition::of::<transitions::get_transitions::GetTransitions>(),
    Definition::of::<worklog::get_worklog::GetWorklog>(),
    Definition::of::<attachments::download_attachments::DownloadAttachments>(),
    Definition::of::<attachments::get_issue_images::GetIssueImages>(),
    Definition::of::<agile::get_agile_boards::GetAgileBoards>(),
    Definition::of::<agile::get_board_issues::GetBoardIssues>(),
    Definition::of::<agile::get_sprints_from_board::GetSprintsFromBoard>(),
    Definition::of::<agile::get_sprint_issues::GetSprintIssues>(),
    Definition::of::<links::get_link_types::GetLinkTypes>(),
    Definition::of::<issues::create_issue::CreateIssue>(),
    Definition::of::<issues::batch_create_issues::BatchCreateIssues>(),
    Definition::of::<issues::batch_get_changelogs::BatchGetChangelogs>(),
    Definition::of::<issues::update_issue::UpdateIssue>(),
    Definition::of::<issues::assign_issue::AssignIssue>(),
    Definition::of::<issues::delete_issue::DeleteIssue>(),
    Definition::of::<issues::move_issue::MoveIssue>(),
    Definition::of::<comments::add_comment::AddComment>(),
    Definition::of::<comments::edit_comment::EditComment>(),
    Definition::of::<worklog::add_worklog::AddWorklog>(),
    Definition::of::<links::link_to_epic::LinkToEpic>(),
    Definition::of::<links::create_issue_link::CreateIssueLink>(),
    Definition::of::<links::create_remote_issue_link::CreateRemoteIssueLink>(),
    Definition::of::<links::remove_issue_link::RemoveIssueLink>(),
    Definition::of::<transitions::transition_issue::TransitionIssue>(),
    Definition::of::<agile::create_sprint::CreateSprint>(),
    Definition::of::<agile::update_sprint::UpdateSprint>(),
    Definition::of::<agile::add_issues_to_sprint::AddIssuesToSprint>(),
    Definition::of::<agile::move_issues_to_backlog::MoveIssuesToBacklog>(),
    Definition::of::<fields::get_project_issue_types::GetProjectIssueTypes>(),
    Definition::of::<fields::get_create_fields::GetCreateFields>(),
    Definition::of::<projects::get_project_versions::GetProjectVersions>(),
    Definition::of::<projects::get_project_components::GetProjectComponents>(),
    Definition::of::<projects::get_all_projects::GetAllProjects>(),
    Definition::of::<projects::search_projects::SearchProjects>(),
    Definition::of::<fields::get_project_fields::GetProjectFields>(),
    Definition::of::<service_desk::get_service_desk_for_project::GetServiceDeskForProject>(),
    Definition::of::<service_desk::get_service_desk_queues::GetServiceDeskQueues>(),
    Definition::of::<service_desk::get_queue_issues::GetQueueIssues>(),
    Definition::of::<service_desk::get_request_types::GetRequestTypes>(),
    Definition::of::<service_desk::get_request_type_fields::GetRequestTypeFields>(),
    Definition::of::<service_desk::create_customer_request::CreateCustomerRequest>(),
    Definition::of::<projects::create_version::CreateVersion>(),
    Definition::of::<projects::batch_create_versions::BatchCreateVersions>(),
    Definition::of::<projects::update_version::UpdateVersion>(),
    Definition::of::<forms::get_issue_proforma_forms::GetIssueProformaForms>(),
    Definition::of::<forms::get_proforma_form_details::GetProformaFormDetails>(),
    Definition::of::<forms::update_proforma_form_answers::UpdateProformaFormAnswers>(),
    Definition::of::<metrics::get_issue_dates::GetIssueDates>(),
    Definition::of::<metrics::get_issue_sla::GetIssueSla>(),
    Definition::of::<development::get_issue_development_info::GetIssueDevelopmentInfo>(),
    Definition::of::<development::get_issues_development_info::GetIssuesDevelopmentInfo>(),
    Definition::of::<analysis::get_project_epic_hierarchy::GetProjectEpicHierarchy>(),
    Definition::of::<analysis::get_cross_project_dependencies::GetCrossProjectDependencies>(),
];
