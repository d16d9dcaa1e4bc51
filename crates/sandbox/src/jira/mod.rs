//! Jira: what it holds (`model`, `fields`), what it answers with (`show`, `selection`), what it takes
//! (`accept`), and the operations by the area of their URL.

pub(crate) mod accept;
mod agile;
mod attachments;
mod comments;
mod desk;
pub(crate) mod durations;
pub(crate) mod fields;
mod forms;
mod history;
mod issues;
mod links;
mod meta;
pub(crate) mod model;
mod moves;
mod projects;
mod search;
pub(crate) mod selection;
pub(crate) mod show;
mod transitions;
mod users;
mod work;

pub(crate) use attachments::bytes as attachment_bytes;
pub(crate) use issues::blank_issue;
pub(crate) use model::Jira;

use crate::route::{Route, both, cloud, data_center};

/// Jira's operations.
pub(crate) const ROUTES: &[Route<Jira>] = &[
    both("GET", "/rest/api/{v}/issue/{key}", issues::read),
    both("PUT", "/rest/api/{v}/issue/{key}", issues::edit),
    both("DELETE", "/rest/api/{v}/issue/{key}", issues::delete),
    both("POST", "/rest/api/{v}/issue", issues::create),
    both("POST", "/rest/api/{v}/issue/bulk", issues::create_bulk),
    cloud("POST", "/rest/api/{v}/issue/bulkfetch", search::bulk_fetch),
    both("PUT", "/rest/api/{v}/issue/{key}/assignee", issues::assign),
    both("GET", "/rest/api/{v}/issue/{key}/editmeta", issues::edit_meta),
    both("GET", "/rest/api/{v}/issue/{key}/transitions", transitions::list),
    both("POST", "/rest/api/{v}/issue/{key}/transitions", transitions::make),
    cloud("GET", "/rest/api/{v}/issue/{key}/changelog", history::of_issue),
    cloud("POST", "/rest/api/{v}/changelog/bulkfetch", history::bulk),
    both("GET", "/rest/api/{v}/issue/{key}/comment", comments::list),
    both("POST", "/rest/api/{v}/issue/{key}/comment", comments::add),
    both("GET", "/rest/api/{v}/issue/{key}/comment/{id}", comments::read),
    both("PUT", "/rest/api/{v}/issue/{key}/comment/{id}", comments::edit),
    both("DELETE", "/rest/api/{v}/issue/{key}/comment/{id}", comments::remove),
    both("GET", "/rest/api/{v}/issue/createmeta/{project}/issuetypes", meta::create_types),
    both("GET", "/rest/api/{v}/issue/createmeta/{project}/issuetypes/{type}", meta::create_fields),
    both("GET", "/rest/api/{v}/issue/picker", search::picker),
    cloud("GET", "/rest/api/{v}/search/jql", search::by_token),
    cloud("POST", "/rest/api/{v}/search/jql", search::by_token),
    cloud("POST", "/rest/api/{v}/search/approximate-count", search::count),
    cloud("POST", "/rest/api/{v}/jql/parse", search::parse),
    data_center("GET", "/rest/api/{v}/search", search::by_offset),
    data_center("POST", "/rest/api/{v}/search", search::by_offset),
    both("GET", "/rest/api/{v}/field", meta::fields),
    cloud("GET", "/rest/api/{v}/field/search", meta::field_search),
    cloud("GET", "/rest/api/{v}/field/{field}/context", meta::contexts),
    cloud("GET", "/rest/api/{v}/field/{field}/context/{context}/option", meta::context_options),
    both("GET", "/rest/api/{v}/status", meta::statuses),
    // Deprecated on Cloud, where the documents refuse them.
    data_center("GET", "/rest/api/{v}/priority", meta::priorities),
    data_center("GET", "/rest/api/{v}/resolution", meta::resolutions),
    cloud("GET", "/rest/api/{v}/resolution/search", meta::resolution_search),
    both("GET", "/rest/api/{v}/issuetype", meta::types),
    both("GET", "/rest/api/{v}/issueLinkType", meta::link_types),
    both("GET", "/rest/api/{v}/serverInfo", meta::server_info),
    both("GET", "/rest/api/{v}/myself", users::myself),
    both("GET", "/rest/api/{v}/user", users::read),
    both("GET", "/rest/api/{v}/user/search", users::search),
    both("GET", "/rest/api/{v}/user/assignable/search", users::assignable),
    both("GET", "/rest/api/{v}/user/permission/search", users::with_permission),
    both("GET", "/rest/api/{v}/user/picker", users::picker),
    cloud("GET", "/rest/api/{v}/users/search", users::everybody),
    both("GET", "/rest/api/{v}/mypermissions", users::my_permissions),
    data_center("GET", "/rest/api/{v}/project", projects::list),
    cloud("GET", "/rest/api/{v}/project/search", projects::search),
    both("GET", "/rest/api/{v}/project/{project}", projects::read),
    both("GET", "/rest/api/{v}/project/{project}/statuses", projects::statuses),
    both("GET", "/rest/api/{v}/project/{project}/versions", projects::versions),
    both("GET", "/rest/api/{v}/project/{project}/version", projects::versions_paged),
    both("GET", "/rest/api/{v}/project/{project}/components", projects::components),
    both("POST", "/rest/api/{v}/version", projects::create_version),
    both("GET", "/rest/api/{v}/version/{version}", projects::read_version),
    both("PUT", "/rest/api/{v}/version/{version}", projects::update_version),
    both("GET", "/rest/api/{v}/project/{project}/role", work::roles),
    data_center("GET", "/rest/api/{v}/projects/picker", projects::picker),
    both("GET", "/rest/api/{v}/group/member", users::group_members),
    both("GET", "/rest/api/{v}/groups/picker", users::groups),
    cloud("GET", "/rest/api/{v}/label", work::labels),
    both("GET", "/rest/api/{v}/issue/{key}/worklog", work::list),
    both("POST", "/rest/api/{v}/issue/{key}/worklog", work::add),
    both("DELETE", "/rest/api/{v}/issue/{key}/worklog/{id}", work::remove),
    both("GET", "/rest/api/{v}/issue/{key}/watchers", work::watchers),
    both("POST", "/rest/api/{v}/issue/{key}/watchers", work::watch),
    both("DELETE", "/rest/api/{v}/issue/{key}/watchers", work::unwatch),
    both("GET", "/rest/api/{v}/issue/{key}/properties", work::properties),
    both("GET", "/rest/api/{v}/issue/{key}/properties/{property}", work::property),
    both("PUT", "/rest/api/{v}/issue/{key}/properties/{property}", work::set_property),
    both("POST", "/rest/api/{v}/issueLink", links::create),
    both("GET", "/rest/api/{v}/issueLink/{id}", links::read),
    both("DELETE", "/rest/api/{v}/issueLink/{id}", links::remove),
    both("GET", "/rest/api/{v}/issue/{key}/remotelink", links::remote_list),
    both("POST", "/rest/api/{v}/issue/{key}/remotelink", links::remote_create),
    both("DELETE", "/rest/api/{v}/issue/{key}/remotelink/{id}", links::remote_remove),
    both("POST", "/rest/api/{v}/issue/{key}/attachments", attachments::add),
    both("GET", "/rest/api/{v}/attachment/meta", attachments::meta),
    both("GET", "/rest/api/{v}/attachment/{id}", attachments::read),
    both("DELETE", "/rest/api/{v}/attachment/{id}", attachments::remove),
    cloud("GET", "/rest/api/{v}/attachment/content/{id}", attachments::content),
    cloud("GET", "/rest/api/{v}/attachment/thumbnail/{id}", attachments::content),
    both("GET", "/secure/attachment/{id}/{name}", attachments::content),
    data_center("GET", "/secure/thumbnail/{id}", attachments::content),
    both("GET", "/secure/useravatar", attachments::avatar),
    cloud("POST", "/rest/api/{v}/bulk/issues/move", moves::start),
    cloud("GET", "/rest/api/{v}/bulk/queue/{task}", moves::progress),
    both("GET", "/rest/agile/1.0/board", agile::boards),
    both("GET", "/rest/agile/1.0/board/{board}", agile::board),
    both("GET", "/rest/agile/1.0/board/{board}/configuration", agile::configuration),
    both("GET", "/rest/agile/1.0/board/{board}/project", agile::projects),
    both("GET", "/rest/agile/1.0/board/{board}/sprint", agile::sprints),
    data_center("GET", "/rest/agile/1.0/board/{board}/issue", agile::board_issues),
    cloud("GET", "/rest/software/1.0/board/{board}/issue", agile::board_issues_by_token),
    cloud("GET", "/rest/software/1.0/board/{board}/issue/approximate-count", agile::board_count),
    both("POST", "/rest/agile/1.0/sprint", agile::create_sprint),
    both("GET", "/rest/agile/1.0/sprint/{sprint}", agile::sprint),
    both("POST", "/rest/agile/1.0/sprint/{sprint}", agile::update_sprint),
    both("PUT", "/rest/agile/1.0/sprint/{sprint}", agile::update_sprint),
    both("DELETE", "/rest/agile/1.0/sprint/{sprint}", agile::remove_sprint),
    data_center("GET", "/rest/agile/1.0/sprint/{sprint}/issue", agile::sprint_issues),
    cloud("GET", "/rest/software/1.0/sprint/{sprint}/issue", agile::sprint_issues_by_token),
    both("POST", "/rest/agile/1.0/sprint/{sprint}/issue", agile::add_to_sprint),
    both("POST", "/rest/agile/1.0/backlog/issue", agile::to_backlog),
    both("POST", "/rest/agile/1.0/epic/{epic}/issue", agile::add_to_epic),
    both("GET", "/rest/servicedeskapi/info", desk::info),
    both("GET", "/rest/servicedeskapi/servicedesk", desk::desks),
    both("GET", "/rest/servicedeskapi/servicedesk/{desk}", desk::desk),
    both("GET", "/rest/servicedeskapi/servicedesk/{desk}/queue", desk::queues),
    both("GET", "/rest/servicedeskapi/servicedesk/{desk}/queue/{queue}", desk::queue),
    both("GET", "/rest/servicedeskapi/servicedesk/{desk}/queue/{queue}/issue", desk::queue_issues),
    both("GET", "/rest/servicedeskapi/servicedesk/{desk}/requesttype", desk::request_types),
    both(
        "GET",
        "/rest/servicedeskapi/servicedesk/{desk}/requesttype/{type}/field",
        desk::request_fields,
    ),
    both(
        "POST",
        "/rest/servicedeskapi/servicedesk/{desk}/attachTemporaryFile",
        desk::temporary_files,
    ),
    both("POST", "/rest/servicedeskapi/request", desk::create),
    both("GET", "/rest/servicedeskapi/request/{key}", desk::read),
    both("GET", "/rest/servicedeskapi/request/{key}/comment", desk::comments),
    both("POST", "/rest/servicedeskapi/request/{key}/comment", desk::add_comment),
    both("GET", "/rest/servicedeskapi/request/{key}/comment/{id}", desk::comment),
    both("POST", "/rest/servicedeskapi/request/{key}/attachment", desk::attach),
    cloud("GET", "/jira/forms/issue/{key}/form", forms::list),
    cloud("GET", "/jira/forms/issue/{key}/form/{form}", forms::read),
    cloud("PUT", "/jira/forms/issue/{key}/form/{form}", forms::answer),
    both("GET", "/rest/dev-status/{release}/issue/summary", forms::summary),
    both("GET", "/rest/dev-status/{release}/issue/detail", forms::detail),
];
