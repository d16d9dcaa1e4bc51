//! The OAuth scopes that Cloud's operations need (confluence spec section 11.1).

use atlassian_http::ApiRequest;
use http::Method;

/// Parts of paths with the scopes for reading and for changing, the first match counts.
const SCOPES: [(&str, &str, &str); 16] = [
    ("/permission/check", "read:content.permission:confluence", ""),
    ("/properties", "read:page:confluence", "write:page:confluence"),
    ("/ancestors", "read:content.metadata:confluence", ""),
    ("/direct-children", "read:hierarchical-content:confluence", ""),
    ("/label", "read:page:confluence", "write:confluence-content"),
    ("/download", "readonly:content.attachment:confluence", ""),
    ("/child/attachment", "readonly:content.attachment:confluence", "write:confluence-file"),
    ("/attachments", "read:attachment:confluence", "delete:attachment:confluence"),
    ("-comments", "read:comment:confluence", "write:comment:confluence"),
    ("/users-bulk", "read:user:confluence", "read:user:confluence"),
    ("/search/user", "read:content-details:confluence", ""),
    ("/search", "search:confluence", ""),
    ("/restriction", "read:confluence-content.all", "write:confluence-content"),
    ("/api/v2/spaces", "read:space:confluence", ""),
    ("/api/v2/", "read:page:confluence", "write:page:confluence"),
    ("/rest/api/content", "read:confluence-content.all", "write:confluence-content"),
];

/// The scope that a token needs for a request on Cloud, as far as it is known.
#[must_use]
pub fn needed(request: &ApiRequest) -> Option<&'static str> {
    let path = request.path.as_str();
    let (part, reading, writing) = SCOPES.iter().find(|(part, ..)| path.contains(part))?;
    let scope = match request.method {
        _ if request.reads => reading,
        Method::DELETE if *part == "/api/v2/" => &"delete:page:confluence",
        _ => writing,
    };
    Some(*scope).filter(|scope| !scope.is_empty())
}

#[cfg(test)]
mod tests {
    use super::needed;
    use crate::pages::Kind;
    use crate::{attachments, comments, labels, pages, search, spaces, tree};

    #[test]
    fn the_most_particular_scope_is_named() {
        for (request, scope) in [
            (pages::read(Kind::Page, "1"), "read:page:confluence"),
            (tree::delete(Kind::Page, "1"), "delete:page:confluence"),
            (pages::types_of(&["1"]), "read:page:confluence"),
            (pages::ancestors("1"), "read:content.metadata:confluence"),
            (spaces::by_key("A"), "read:space:confluence"),
            (attachments::list(Kind::Page, "1"), "read:attachment:confluence"),
            (attachments::delete("1"), "delete:attachment:confluence"),
            (comments::footer_of(Kind::Page, "1"), "read:comment:confluence"),
            (comments::reply_inline("1", "x"), "write:comment:confluence"),
            (labels::add("1", "x"), "write:confluence-content"),
            (search::content("x", 0, 1), "search:confluence"),
            (tree::move_to("1", tree::Position::Append, "2"), "write:confluence-content"),
        ] {
            assert_eq!(needed(&request), Some(scope), "{}", request.path);
        }
    }
}
