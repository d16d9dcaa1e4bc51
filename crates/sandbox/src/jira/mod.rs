//! Jira: what it holds (`model`, `fields`), what it answers with (`show`, `selection`), what it takes
//! (`accept`), and the operations by the area of their URL.

pub(crate) mod accept;
mod comments;
pub(crate) mod durations;
pub(crate) mod fields;
mod history;
mod issues;
mod meta;
pub(crate) mod model;
mod projects;
mod search;
pub(crate) mod selection;
pub(crate) mod show;
mod transitions;
mod users;

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
    both("GET", "/rest/api/{v}/priority", meta::priorities),
    cloud("GET", "/rest/api/{v}/priority/search", meta::priority_search),
    both("GET", "/rest/api/{v}/resolution", meta::resolutions),
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
    both("GET", "/rest/api/{v}/project", projects::list),
    cloud("GET", "/rest/api/{v}/project/search", projects::search),
    both("GET", "/rest/api/{v}/project/{project}", projects::read),
    both("GET", "/rest/api/{v}/project/{project}/statuses", projects::statuses),
    both("GET", "/rest/api/{v}/project/{project}/versions", projects::versions),
    both("GET", "/rest/api/{v}/project/{project}/version", projects::versions_paged),
    both("GET", "/rest/api/{v}/project/{project}/components", projects::components),
    both("POST", "/rest/api/{v}/version", projects::create_version),
    both("GET", "/rest/api/{v}/version/{version}", projects::read_version),
    both("PUT", "/rest/api/{v}/version/{version}", projects::update_version),
];
