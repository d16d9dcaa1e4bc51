//! The guard over links in answers.

use crate::fixture::{CLOUD_ID, instance, of};
use atlassian_http::{Base, LinkError, Origins};
use atlassian_settings::{Deployment, Service};
use proptest::prelude::*;

fn wiki() -> Origins {
    let mut config = of(Service::Confluence, Deployment::Cloud, "https://acme.atlassian.net");
    config.cloud_id = Some(CLOUD_ID.into());
    Origins::of(&config)
}

fn context() -> Origins {
    Origins::of(&instance("https://corp.example:8443/jira"))
}

fn resolved(origins: &Origins, link: &str) -> (Base, String) {
    let (path, _) = origins.resolve(link).unwrap_or_else(|error| panic!("{link}: {error}"));
    (path.base(), path.as_str().to_owned())
}

#[test]
fn own_links_become_paths_whatever_their_form() {
    let gateway = format!("https://api.atlassian.com/ex/confluence/{CLOUD_ID}/wiki");
    let cases = [
        ("/wiki/api/v2/pages?cursor=x".to_owned(), Base::Api, "/api/v2/pages"),
        ("/rest/api/search?start=25".to_owned(), Base::Api, "/rest/api/search"),
        (
            "/wiki/download/attachments/1/a.png".to_owned(),
            Base::Site,
            "/download/attachments/1/a.png",
        ),
        ("download/attachments/1/a.png".to_owned(), Base::Site, "/download/attachments/1/a.png"),
        ("https://acme.atlassian.net/wiki/rest/api/x".to_owned(), Base::Api, "/rest/api/x"),
        ("https://ACME.atlassian.net:443/wiki/spaces/A".to_owned(), Base::Site, "/spaces/A"),
        (format!("{gateway}/rest/api/x"), Base::Api, "/rest/api/x"),
        (format!("/ex/confluence/{CLOUD_ID}/wiki/rest/api/x"), Base::Api, "/rest/api/x"),
        ("https://api.media.atlassian.com/file/1".to_owned(), Base::Media, "/file/1"),
        ("https://media-cdn.atlassian.com/file/1".to_owned(), Base::Media, "/file/1"),
    ];
    for (link, base, path) in cases {
        assert_eq!(resolved(&wiki(), &link), (base, path.to_owned()), "{link}");
    }
    let site = context();
    assert_eq!(resolved(&site, "https://corp.example:8443/jira/rest/x").1, "/rest/x");
    assert_eq!(resolved(&site, "/jira/rest/x").1, "/rest/x");
    assert_eq!(resolved(&site, "/rest/x").1, "/rest/x");
}

#[test]
fn query_pairs_are_decoded() {
    let (_, query) = wiki().resolve("/wiki/api/v2/pages?cursor=a%2Bb%3D&limit=25").unwrap();
    let expected = [("cursor", "a+b="), ("limit", "25")];
    let query: Vec<(&str, &str)> = query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(query, expected);
}

#[test]
fn links_that_leave_the_instance_are_refused() {
    let malformed = [
        "",
        "?cursor=x",
        "//evil.example/x",
        "/\\evil.example/x",
        "\\\\evil.example",
        "https:\\\\corp.example:8443/jira/x",
        "https://user@corp.example:8443/jira/x",
        "https://corp.example:8443@evil.example/jira/x",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "/jira/x\r\nHost: evil",
        "/jira/%2e%2e%2fadmin",
        "/jira/x/..%2f..%2f..%2fadmin",
        "/jira/..;/admin",
        "https://corp.example:8443/jira/%252e%252e%252fadmin",
    ];
    for link in malformed {
        assert_eq!(context().resolve(link), Err(LinkError::Malformed), "{link:?}");
    }
    let foreign = [
        "https://evil.example/jira/x",
        "https://corp.example/jira/x",
        "http://corp.example:8443/jira/x",
        "https://corp.example:8443/jira2/x",
        "https://corp.example:8443/jira",
        "https://corp.example:8443/jira/../admin",
        "https://corp.example:8443/jira/%2e%2E/admin",
        "https://corp.example.evil.example:8443/jira/x",
        "https://api.atlassian.com/ex/jira/1/rest",
        "https://api.media.atlassian.com/file/1",
    ];
    for link in foreign {
        let result = context().resolve(link);
        assert!(matches!(result, Err(LinkError::ForeignOrigin { .. })), "{link:?} {result:?}");
    }
    let other_tenant = "https://api.atlassian.com/ex/confluence/other/wiki/rest/api/x";
    assert!(wiki().resolve(other_tenant).is_err());
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("https://"),
        Just("http://"),
        Just("//"),
        Just("/"),
        Just("\\"),
        Just("@"),
        Just(":"),
        Just("corp.example"),
        Just(":8443"),
        Just("/jira"),
        Just("/jira/"),
        Just(".."),
        Just("."),
        Just("%2e"),
        Just("%2f"),
        Just("%5c"),
        Just("%25"),
        Just(";"),
        Just("?"),
        Just("#"),
        Just("evil.example"),
        Just("\t"),
        Just("\u{3002}"),
        Just("x"),
        Just("rest/api/2/"),
    ];
    prop::collection::vec(piece, 1..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Whatever is let through is a rooted path that stays where it is when a URL is made of it.
    #[test]
    fn what_is_let_through_stays_below_the_base(link in hostile()) {
        if let Ok((path, _)) = context().resolve(&link) {
            prop_assert!(path.as_str().starts_with('/'));
            prop_assert!(path.base() != Base::Media);
            let mut url = url::Url::parse("https://corp.example:8443/jira").unwrap();
            url.set_path(&format!("/jira{}", path.as_str()));
            prop_assert_eq!(url.host_str(), Some("corp.example"));
            prop_assert!(url.path().starts_with("/jira/"), "{}", url);
            let slashes = path.as_str().to_lowercase().replace("%2f", "/").replace("%5c", "/");
            prop_assert!(slashes.split('/').all(|segment| segment != ".."), "{}", slashes);
        }
    }

    /// An absolute link is let through only on exactly the instance's origin and path.
    #[test]
    fn absolute_links_need_the_exact_origin(
        scheme in "(http|https|ftp)",
        host in "(corp\\.example|evil\\.example|corp\\.example\\.evil|x\\.corp\\.example)",
        port in "(|:443|:8443|:80)",
        context_path in "(|/jira|/jira2|/JIRA)",
        rest in "(/[a-z]{1,5}){1,3}",
    ) {
        let link = format!("{scheme}://{host}{port}{context_path}{rest}");
        let own = scheme == "https" && host == "corp.example" && port == ":8443"
            && format!("{context_path}{rest}").starts_with("/jira/");
        prop_assert_eq!(context().resolve(&link).is_ok(), own, "{}", link);
    }

    /// A segment given by a caller never adds a segment, a query or a host.
    #[test]
    fn a_segment_stays_a_segment(segment in "[./\\\\%?#;@:a-z ]{1,12}") {
        let path = atlassian_http::ApiPath::api("/rest/api/2/issue").segment(&segment);
        let mut url = url::Url::parse("https://corp.example").unwrap();
        url.set_path(path.as_str());
        prop_assert_eq!(url.path(), path.as_str());
        prop_assert_eq!(url.path_segments().unwrap().count(), 5);
        prop_assert_eq!(url.query(), None);
    }
}
