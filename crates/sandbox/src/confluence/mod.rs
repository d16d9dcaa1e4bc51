//! Confluence: what it holds (`model`), version 1 (`show`, `content`), version 2 (`pages`,
//! `comments`), and the areas both share.

mod access;
mod answers;
mod attachments;
mod comments;
mod content;
mod kinds;
mod labels;
pub(crate) mod model;
mod moves;
mod pages;
mod properties;
mod search;
mod show;
mod spaces;
pub(crate) mod storage;
mod templates;
mod tree;
mod users;
mod versions;

pub(crate) use model::Confluence;

use crate::route::{Route, both, cloud, data_center};

/// Confluence's operations.
pub(crate) const ROUTES: &[Route<Confluence>] = &[
    // Version 2.
    cloud("GET", "/api/v2/pages", pages::list),
    cloud("POST", "/api/v2/pages", pages::create),
    cloud("GET", "/api/v2/pages/{id}", pages::read),
    cloud("PUT", "/api/v2/pages/{id}", pages::update),
    cloud("DELETE", "/api/v2/pages/{id}", pages::remove),
    cloud("GET", "/api/v2/pages/{id}/children", tree::children),
    cloud("GET", "/api/v2/pages/{id}/direct-children", tree::direct_children),
    cloud("GET", "/api/v2/pages/{id}/descendants", tree::descendants),
    cloud("GET", "/api/v2/pages/{id}/ancestors", tree::ancestors),
    cloud("GET", "/api/v2/pages/{id}/versions", versions::list),
    cloud("GET", "/api/v2/pages/{id}/versions/{number}", versions::read),
    cloud("GET", "/api/v2/pages/{id}/labels", labels::list2),
    cloud("GET", "/api/v2/pages/{id}/attachments", attachments::list2),
    cloud("GET", "/api/v2/pages/{id}/footer-comments", comments::footer_of_page),
    cloud("GET", "/api/v2/pages/{id}/inline-comments", comments::inline_of_page),
    cloud("GET", "/api/v2/pages/{id}/properties", properties::list2),
    cloud("POST", "/api/v2/pages/{id}/properties", properties::create2),
    cloud("GET", "/api/v2/pages/{id}/properties/{property}", properties::read2),
    cloud("PUT", "/api/v2/pages/{id}/properties/{property}", properties::update2),
    cloud("DELETE", "/api/v2/pages/{id}/properties/{property}", properties::remove2),
    cloud("GET", "/api/v2/blogposts", pages::list_posts),
    cloud("POST", "/api/v2/blogposts", pages::create_post),
    cloud("GET", "/api/v2/blogposts/{id}", pages::read_post),
    cloud("PUT", "/api/v2/blogposts/{id}", pages::update_post),
    cloud("DELETE", "/api/v2/blogposts/{id}", pages::remove_post),
    cloud("GET", "/api/v2/blogposts/{id}/versions", versions::list),
    cloud("GET", "/api/v2/blogposts/{id}/labels", labels::list2),
    cloud("GET", "/api/v2/blogposts/{id}/attachments", attachments::list2),
    cloud("GET", "/api/v2/blogposts/{id}/footer-comments", comments::footer_of_post),
    cloud("GET", "/api/v2/blogposts/{id}/inline-comments", comments::inline_of_post),
    cloud("GET", "/api/v2/blogposts/{id}/properties", properties::list2),
    cloud("POST", "/api/v2/blogposts/{id}/properties", properties::create2),
    cloud("POST", "/api/v2/folders", pages::create_folder),
    cloud("GET", "/api/v2/folders/{id}", pages::read_folder),
    cloud("DELETE", "/api/v2/folders/{id}", pages::remove_folder),
    cloud("GET", "/api/v2/folders/{id}/direct-children", tree::direct_children),
    cloud("GET", "/api/v2/spaces", spaces::list2),
    cloud("GET", "/api/v2/spaces/{id}", spaces::read2),
    cloud("GET", "/api/v2/spaces/{id}/pages", pages::list_of_space),
    cloud("GET", "/api/v2/spaces/{id}/blogposts", pages::posts_of_space),
    cloud("GET", "/api/v2/spaces/{id}/permissions", spaces::permissions),
    cloud("POST", "/api/v2/footer-comments", comments::create_footer),
    cloud("GET", "/api/v2/footer-comments/{id}", comments::read_footer),
    cloud("PUT", "/api/v2/footer-comments/{id}", comments::update_footer),
    cloud("DELETE", "/api/v2/footer-comments/{id}", comments::remove_footer),
    cloud("GET", "/api/v2/footer-comments/{id}/children", comments::footer_children),
    cloud("POST", "/api/v2/inline-comments", comments::create_inline),
    cloud("GET", "/api/v2/inline-comments/{id}", comments::read_inline),
    cloud("PUT", "/api/v2/inline-comments/{id}", comments::update_inline),
    cloud("DELETE", "/api/v2/inline-comments/{id}", comments::remove_inline),
    cloud("GET", "/api/v2/inline-comments/{id}/children", comments::inline_children),
    cloud("GET", "/api/v2/attachments/{id}", attachments::read2),
    cloud("DELETE", "/api/v2/attachments/{id}", attachments::remove2),
    cloud("GET", "/api/v2/attachments/{id}/labels", labels::list2),
    cloud("POST", "/api/v2/content/convert-ids-to-types", kinds::of_ids),
    cloud("POST", "/api/v2/users-bulk", users::bulk2),
    // Version 1 that Cloud kept.
    both("GET", "/rest/api/search", search::search),
    both("GET", "/rest/api/content/search", search::contents),
    cloud("GET", "/rest/api/search/user", search::people),
    both("GET", "/rest/api/user", users::read),
    both("GET", "/rest/api/user/current", users::current),
    cloud("GET", "/rest/api/user/bulk", users::bulk),
    both("GET", "/rest/api/group", users::groups),
    cloud("GET", "/rest/api/group/picker", users::group_picker),
    both("POST", "/rest/api/content/{id}/label", labels::add),
    both("DELETE", "/rest/api/content/{id}/label", labels::remove),
    both("DELETE", "/rest/api/content/{id}/label/{label}", labels::remove),
    both("POST", "/rest/api/content/{id}/child/attachment", attachments::add),
    cloud("PUT", "/rest/api/content/{id}/child/attachment", attachments::add),
    both("POST", "/rest/api/content/{id}/child/attachment/{attachment}/data", attachments::replace),
    cloud(
        "GET",
        "/rest/api/content/{id}/child/attachment/{attachment}/download",
        attachments::download,
    ),
    both("GET", "/download/attachments/{id}/{name}", attachments::legacy),
    both("PUT", "/rest/api/content/{id}/move/{position}/{target}", moves::shift),
    cloud("POST", "/rest/api/content/{id}/copy", moves::copy),
    both("GET", "/rest/api/content/{id}/restriction", access::list),
    both("PUT", "/rest/api/content/{id}/restriction", access::replace),
    both("DELETE", "/rest/api/content/{id}/restriction", access::clear),
    both("GET", "/rest/api/content/{id}/restriction/byOperation", access::by_operation),
    cloud("POST", "/rest/api/content/{id}/permission/check", access::check),
    cloud("GET", "/rest/api/template/page", templates::list),
    cloud("GET", "/rest/api/template/{id}", templates::read),
    cloud("GET", "/rest/api/analytics/content/{id}/views", templates::views),
    cloud("GET", "/rest/api/analytics/content/{id}/viewers", templates::viewers),
    // Version 1 of Data Center only.
    data_center("GET", "/rest/api/content", content::list),
    data_center("POST", "/rest/api/content", content::create),
    data_center("GET", "/rest/api/content/{id}", content::read),
    data_center("PUT", "/rest/api/content/{id}", content::update),
    data_center("DELETE", "/rest/api/content/{id}", content::remove),
    data_center("GET", "/rest/api/content/{id}/history", content::history),
    data_center("GET", "/rest/api/content/{id}/version", content::versions),
    data_center("GET", "/rest/api/content/{id}/child/{kind}", content::children),
    data_center("GET", "/rest/api/content/{id}/child/attachment", attachments::list1),
    data_center("GET", "/rest/api/content/{id}/descendant/page", content::descendants),
    data_center("GET", "/rest/api/content/{id}/label", labels::list1),
    data_center("GET", "/rest/api/content/{id}/property", properties::list1),
    data_center("POST", "/rest/api/content/{id}/property", properties::create1),
    data_center("GET", "/rest/api/content/{id}/property/{key}", properties::read1),
    data_center("POST", "/rest/api/content/{id}/property/{key}", properties::create1),
    data_center("PUT", "/rest/api/content/{id}/property/{key}", properties::update1),
    data_center("DELETE", "/rest/api/content/{id}/property/{key}", properties::remove1),
    data_center("PUT", "/rest/experimental/content/{id}/restriction", access::replace),
    data_center("POST", "/rest/api/contentbody/convert/{to}", content::convert),
    data_center("GET", "/rest/api/space", spaces::list1),
    data_center("GET", "/rest/api/space/{key}", spaces::read1),
    data_center("GET", "/rest/api/group/{name}/member", users::members),
    data_center("POST", "/pages/movepage.action", moves::web_action),
];
