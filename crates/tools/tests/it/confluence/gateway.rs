//! Lists of several pages, and Confluence Cloud through the platform's gateway (OAuth).

use super::Wiki;
use atlassian_sandbox::{Fault, Recorded, Service};
use serde_json::{Value, json};

/// A first page of a list that leads to the real one.
fn first_page(path: &str, item: &Value, next: &str) -> Fault {
    let body = json!({"results": [item], "_links": {"next": next, "base": "https://elsewhere"}});
    Fault::on(Service::Confluence, "GET", path).status(200).body(body.to_string()).times(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_followed_to_their_end() {
    for through_gateway in [false, true] {
        let mut wiki = Wiki::cloud().await;
        if through_gateway {
            wiki.setup = wiki.setup.clone().through_gateway(&wiki.site);
        }
        let id = wiki.page("Paged", "<p>x</p>").await;
        let real = wiki.ok("add_comment", json!({"page_id": id, "body": "real"})).await;
        let item = json!({"id": real["comment"]["id"], "title": "made up", "version": {}});
        for next in [
            format!("/wiki/api/v2/pages/{id}/footer-comments?limit=250&body-format=storage"),
            format!("{}/api/v2/pages/{id}/footer-comments", wiki.site.confluence_url()),
        ] {
            wiki.site.clear_log();
            wiki.site.fault(first_page("/footer-comments$", &item, &next));
            let listed = wiki.ok("get_comments", json!({"page_id": id})).await;
            let titles: Vec<&Value> =
                listed.as_array().expect("a list").iter().map(|c| &c["title"]).collect();
            assert_eq!(titles.len(), 2, "{listed}");
            assert_eq!(*titles[0], json!("made up"));
            assert!(wiki.site.log().iter().all(|r| r.via_gateway == through_gateway));
        }
        wiki.site.fault(first_page("/footer-comments$", &item, "https://evil.example/x"));
        let error = wiki.err("get_comments", json!({"page_id": id})).await;
        assert!(error.contains("evil.example") && error.contains("not followed"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_through_the_gateway() {
    let mut wiki = Wiki::cloud().await;
    wiki.setup = wiki.setup.clone().through_gateway(&wiki.site);
    let given = json!({"space_key": "ENG", "title": "Gated", "content": "one", "emoji": "📝"});
    let page = wiki.ok("create_page", given).await["page"].clone();
    let site = wiki.site.confluence_url();
    let url = page["url"].as_str().expect("a link");
    assert!(url.starts_with(&format!("{site}/spaces/ENG/pages/")), "{url}");
    let id = page["id"].as_str().expect("an id").to_owned();
    wiki.ok("update_page", json!({"page_id": id, "title": "Gated", "content": "two"})).await;
    wiki.ok("add_comment", json!({"page_id": id, "body": "x"})).await;
    let given = json!({"content_id": id, "content_base64": "aGk=", "filename": "a.txt"});
    let file = wiki.ok("upload_attachment", given).await;
    let file = json!({"attachment_id": file["attachment"]["id"]});
    wiki.ok("download_attachment", file).await;
    for (tool, given) in [
        ("search", json!({"query": "two"})),
        ("get_page", json!({"page_id": id})),
        ("get_page", json!({"title": "Gated", "space_key": "ENG"})),
        ("get_page_children", json!({"parent_id": page["parent_id"]})),
        ("get_space_page_tree", json!({"space_key": "ENG"})),
        ("get_page_history", json!({"page_id": id, "version": 1})),
        ("get_labels", json!({"page_id": id})),
        ("get_inline_comments", json!({"page_id": id})),
        ("search_user", json!({"query": "Ada"})),
        ("get_page_restrictions", json!({"page_id": id})),
        ("delete_page", json!({"page_id": id})),
    ] {
        wiki.ok(tool, given).await;
    }
    for request in wiki.site.log() {
        assert!(request.via_gateway || is_media(&request), "{}", request.line());
        let credential = request.header("authorization");
        assert_eq!(credential.is_none(), is_media(&request), "{}", request.line());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_scope_is_named() {
    let mut wiki = Wiki::cloud().await;
    wiki.setup = wiki.setup.clone().through_gateway(&wiki.site);
    let body = r#"{"code":401,"message":"Unauthorized; scope does not match"}"#;
    wiki.site.fault(Fault::on(Service::Confluence, "*", "/pages/").status(401).body(body));
    let error = wiki.err("get_page", json!({"page_id": "1"})).await;
    assert!(error.contains("the token needs the scope read:page:confluence"), "{error}");
    let error = wiki.err("delete_page", json!({"page_id": "1"})).await;
    assert!(error.contains("the token needs the scope delete:page:confluence"), "{error}");
}

/// Whether the media host was asked, which takes no credentials.
fn is_media(request: &Recorded) -> bool {
    request.product_path.starts_with("/media/")
}
