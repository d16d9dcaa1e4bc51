//! `confluence_get_page`.

use super::Wiki;
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};
use std::time::Duration;

const BODY: &str = "<h2>Plan</h2><p>One <strong>two</strong> &amp; three.</p>";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_shown_with_everything_about_it() {
    for wiki in Wiki::both().await {
        let parent = wiki.page("A parent", "<p>x</p>").await;
        let id = wiki.page_below("A child", BODY, Some(&parent)).await;
        let answer = wiki.ok("get_page", json!({"page_id": id})).await;
        let page = &answer["metadata"];
        assert_eq!(page["id"], json!(id));
        assert_eq!(page["title"], json!("A child"));
        assert_eq!(page["type"], json!("page"));
        assert_eq!(page["version"], json!(1));
        assert_eq!(page["space"]["key"], json!(wiki.space));
        assert_ne!(page["space"]["name"], json!("Unknown"));
        assert_eq!(page["content"]["format"], json!("markdown"));
        let text = page["content"]["value"].as_str().expect("text");
        assert!(text.contains("## Plan") && text.contains("**two** & three."), "{text}");
        assert_eq!(page["parent_id"], json!(parent));
        let above = page["ancestors"].as_array().expect("ancestors");
        assert_eq!(above.last(), Some(&json!({"id": parent, "title": "A parent"})));
        assert_eq!(page["attachments"], json!([]));
        let author = page["author"].as_str().expect("a name");
        assert!(author.contains(' '), "a name, not an id: {author}");
        assert_eq!(page["version_author"], page["author"]);
        let created = page["created"].as_str().expect("a time");
        assert!(created.len() > 20 && created.get(10..11) == Some(" "), "{created}");
        let url = page["url"].as_str().expect("a link");
        let expected = if wiki.is_cloud() {
            format!("{}/spaces/{}/pages/{id}", wiki.site.confluence_url(), wiki.space)
        } else {
            format!("{}/pages/viewpage.action?pageId={id}", wiki.site.confluence_url())
        };
        assert_eq!(url, expected);
        for key in ["emoji", "page_width", "subtype", "warnings"] {
            assert!(page.get(key).is_none(), "{key} of {page}");
        }
        if wiki.is_cloud() {
            let lines = wiki.lines();
            assert!(lines.iter().all(|line| line.contains("/api/v2/")), "{lines:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_read_is_the_stored_body_byte_for_byte() {
    for wiki in Wiki::both().await {
        let body = "<p>\u{a0}&nbsp;<ac:structured-macro ac:name=\"x\" ac:schema-version=\"1\" />\
                    <ac:link><ri:user ri:account-id=\"abc\" /></ac:link> ü</p>\n";
        let id = wiki.page("Raw", body).await;
        let given = json!({"page_id": id, "convert_to_markdown": false, "include_metadata": false});
        let answer = wiki.ok("get_page", given).await;
        assert_eq!(answer, json!({"content": {"value": wiki.body(&id)}}));
        assert_eq!(answer["content"]["value"], json!(body));
        let answer =
            wiki.ok("get_page", json!({"page_id": id, "convert_to_markdown": false})).await;
        let content = json!({"value": body, "format": "storage"});
        assert_eq!(answer["metadata"]["content"], content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_page_has_no_content() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Empty", "").await;
        let answer = wiki.ok("get_page", json!({"page_id": id})).await;
        assert!(answer["metadata"].get("content").is_none(), "{answer}");
        let answer = wiki.ok("get_page", json!({"page_id": id, "include_metadata": false})).await;
        assert_eq!(answer, json!({"content": {"value": ""}}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_found_by_every_way_of_naming_it() {
    for wiki in Wiki::both().await {
        let id = wiki.page("On call: who?", BODY).await;
        let (space, site) = (wiki.space, wiki.site.confluence_url());
        for given in [
            json!({"page_id": id}),
            json!({"page_id": id.parse::<u64>().expect("a number")}),
            json!({"page_id": format!("{site}/spaces/{space}/pages/{id}/On+call")}),
            json!({"page_id": format!("{site}/pages/viewpage.action?pageId={id}")}),
            json!({"page_id": format!("{site}/display/{space}/On+call%3A+who%3F")}),
            json!({"page_id": "", "title": "On call: who?", "space_key": space}),
            json!({"title": "On call: who?", "space_key": format!(" {space} ")}),
        ] {
            let answer = wiki.ok("get_page", given.clone()).await;
            assert_eq!(answer["metadata"]["id"], json!(id), "{given}");
            assert!(answer["metadata"]["content"]["value"].is_string(), "{given}");
            assert!(answer["metadata"].get("parent_id").is_some(), "{given}");
        }
        let home = wiki.ok("get_page", json!({"page_id": format!("{site}/display/{space}")})).await;
        let title = home["metadata"]["title"].as_str().expect("a title").to_owned();
        assert!(title.contains("Home"), "{title}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blog_post_is_read_like_a_page() {
    for wiki in Wiki::both().await {
        let title = if wiki.is_cloud() { "Release 4.0.0 is out" } else { "Rail gate opens" };
        let by_title = wiki.ok("get_page", json!({"title": title, "space_key": wiki.space})).await;
        assert_eq!(by_title["metadata"]["type"], json!("blogpost"));
        assert_eq!(by_title["metadata"]["parent_id"], Value::Null);
        let by_id = wiki.ok("get_page", json!({"page_id": by_title["metadata"]["id"]})).await;
        assert_eq!(by_id, by_title);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_said_as_it_is() {
    for wiki in Wiki::both().await {
        let error = wiki.err("get_page", json!({})).await;
        assert_eq!(error, "Either 'page_id' OR both 'title' and 'space_key' must be provided.");
        assert_eq!(wiki.err("get_page", json!({"title": "x"})).await, error);
        assert!(wiki.lines().is_empty());
        let error = wiki.err("get_page", json!({"title": "Nope", "space_key": wiki.space})).await;
        let expected = format!("Page with title 'Nope' not found in space '{}'.", wiki.space);
        assert_eq!(error, json!({"error": expected}).to_string());
        let error = wiki.err("get_page", json!({"page_id": "99999999"})).await;
        assert!(error.contains("Failed to retrieve page by ID '99999999'"), "{error}");
        assert!(error.contains("404"), "{error}");
        let error = wiki.err("get_page", json!({"page_id": "https://x.example/y"})).await;
        assert!(error.contains("the link names no page"), "{error}");
        let error = wiki.err("get_page", json!({"title": "Nope", "space_key": "NOSUCH"})).await;
        assert!(error.contains("NOSUCH"), "{error}");
        wiki.site.fault(Fault::on(Service::Confluence, "GET", ".*").status(401));
        let error = wiki.err("get_page", json!({"title": "Nope", "space_key": wiki.space})).await;
        assert!(error.contains("could not be read") && error.contains("401"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_bodies_come_in_parts() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Long", "<p>äbcdefghij</p>").await;
        let part = |offset: u64, max: u64| json!({"page_id": id, "include_metadata": false, "offset": offset, "max_chars": max});
        assert_eq!(
            wiki.ok("get_page", part(0, 4)).await,
            json!({"content": {"value": "äbcd", "total_chars": 10, "next_offset": 4}})
        );
        assert_eq!(
            wiki.ok("get_page", part(8, 4)).await,
            json!({"content": {"value": "ij", "total_chars": 10}})
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_beside_the_page_is_named_and_not_shown_as_nothing() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Gaps", BODY).await;
        let path = if wiki.is_cloud() { "/attachments$" } else { "/property$" };
        wiki.site.fault(Fault::on(Service::Confluence, "GET", path).status(403));
        let answer = wiki.ok("get_page", json!({"page_id": id})).await;
        let warnings = answer["metadata"]["warnings"].to_string();
        assert!(warnings.contains("could not be read") && warnings.contains("403"), "{warnings}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_outside_the_filter_is_shown() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Fenced", BODY).await;
        let fenced = wiki.setup.clone().fenced(wiki.other);
        for given in [
            json!({"page_id": id}),
            json!({"title": "Fenced", "space_key": wiki.space}),
            json!({"page_id": format!("http://h/display/{}/Fenced", wiki.space)}),
        ] {
            wiki.site.clear_log();
            let keyed = given.get("page_id") != Some(&json!(id));
            let error = fenced.err("confluence_get_page", given).await;
            assert!(error.contains("restricted by configuration"), "{error}");
            assert!(!error.contains("Plan"), "{error}");
            assert!(!keyed || wiki.lines().is_empty(), "{:?}", wiki.lines());
        }
        let inside = wiki.setup.clone().fenced(wiki.space);
        inside.ok("confluence_get_page", json!({"page_id": id})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_looked_up_once() {
    let wiki = Wiki::cloud().await;
    let id = wiki.page("Names", BODY).await;
    let slow = Fault::on(Service::Confluence, "GET", ".*").delay(Duration::from_millis(30));
    wiki.site.fault(slow);
    wiki.ok("get_page", json!({"page_id": id})).await;
    wiki.ok("get_page", json!({"page_id": id})).await;
    let looked_up =
        wiki.lines().iter().filter(|l| l.contains("users-bulk") || l.contains("/spaces/")).count();
    assert_eq!(looked_up, 2, "{:?}", wiki.lines());
    assert!(wiki.site.max_in_flight() > 1, "independent requests run at the same time");
}
