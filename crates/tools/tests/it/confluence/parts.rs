//! `confluence_get_page`: the outline, one section, the rendered body, and the order of the keys.

use super::Wiki;
use serde_json::{Value, json};

const BODY: &str = "<h1>Top</h1><p>intro</p><h2>One</h2><p>first&nbsp;words</p><h3>Deep</h3>\
                    <p>deeper</p><h2>Two</h2><p>second</p><h2>One</h2><p>again</p>";

#[tokio::test(flavor = "multi_thread")]
async fn the_outline_stands_for_the_body() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Long", BODY).await;
        let given = json!({"page_id": id, "outline": true, "include_metadata": false});
        let answer = wiki.ok("get_page", given).await;
        let lines: Vec<Value> = answer["outline"]
            .as_array()
            .expect("headings")
            .iter()
            .map(|one| json!([one["level"], one["heading"], one["occurrence"]]))
            .collect();
        assert_eq!(
            json!(lines),
            json!([[1, "Top", 0], [2, "One", 0], [3, "Deep", 0], [2, "Two", 0], [2, "One", 1]])
        );
        let full = wiki.ok("get_page", json!({"page_id": id, "outline": true})).await;
        let page = &full["metadata"];
        assert_eq!(page["outline"], answer["outline"]);
        assert!(page.get("content").is_none() && page["version"] == json!(1), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_is_read_alone() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Long", BODY).await;
        let section = |more: Value| {
            let mut given = json!({"page_id": id, "include_metadata": false});
            for (key, value) in more.as_object().expect("an object") {
                given[key] = value.clone();
            }
            given
        };
        let two = wiki.ok("get_page", section(json!({"section": "Two"}))).await;
        assert_eq!(two, json!({"content": {"value": "## Two\n\nsecond"}}));
        let given = section(json!({"section": "One", "occurrence": 0,
                                   "convert_to_markdown": false}));
        let one = wiki.ok("get_page", given).await;
        assert_eq!(
            one["content"]["value"],
            json!("<h2>One</h2><p>first&nbsp;words</p><h3>Deep</h3><p>deeper</p>")
        );
        let error = wiki.err("get_page", section(json!({"section": "One"}))).await;
        assert!(error.contains("2 headings") && error.contains("`occurrence`"), "{error}");
        let error = wiki.err("get_page", section(json!({"section": "None"}))).await;
        assert!(error.contains("Headings there: Top | One | Deep"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rendered_body_is_read_when_asked_for() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Rendered", "<p>some <strong>words</strong></p>").await;
        for form in ["view", "export_view"] {
            wiki.site.clear_log();
            let given = json!({"page_id": id, "body_format": form, "convert_to_markdown": false});
            let answer = wiki.ok("get_page", given).await;
            let content = &answer["metadata"]["content"];
            assert_eq!(content["format"], json!(form));
            assert!(content["value"].to_string().contains("words"), "{content}");
            let asked = |r: &atlassian_sandbox::Recorded| {
                r.query_value("body-format") == Some(form)
                    || r.query_value("expand") == Some(&format!("body.{form}"))
            };
            assert!(wiki.site.log().iter().any(asked), "{:?}", wiki.lines());
            let given = json!({"page_id": id, "body_format": form, "include_metadata": false});
            let answer = wiki.ok("get_page", given).await;
            assert_eq!(answer, json!({"content": {"value": "some **words**"}}));
        }
        wiki.site.clear_log();
        for given in [
            json!({"page_id": id, "body_format": "html"}),
            json!({"page_id": id, "body_format": "view", "section": "x"}),
        ] {
            let error = wiki.err("get_page", given).await;
            assert!(error.contains("body_format"), "{error}");
        }
        assert!(wiki.lines().is_empty());
    }
}

/// The order of confluence spec section 2.1.
#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_page_stand_in_order() {
    for wiki in Wiki::both().await {
        let parent = wiki.page("Above", "<p>x</p>").await;
        let given = json!({"space_key": wiki.space, "title": "Ordered", "content": "x",
                           "parent_id": parent, "emoji": "📝", "page_width": "max"});
        let created = wiki.ok("create_page", given).await;
        let id = created["page"]["id"].clone();
        let read = wiki.ok("get_page", json!({"page_id": id})).await;
        let keys: Vec<&String> = read["metadata"].as_object().expect("an object").keys().collect();
        assert_eq!(
            keys,
            [
                "id",
                "title",
                "type",
                "created",
                "updated",
                "url",
                "space",
                "author",
                "version",
                "version_author",
                "version_date",
                "attachments",
                "content",
                "ancestors",
                "parent_id",
                "emoji",
                "page_width",
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_is_a_paragraph_without_text() {
    for wiki in Wiki::both().await {
        let given = json!({"space_key": wiki.space, "title": "Blank", "content": ""});
        let created = wiki.ok("create_page", given).await;
        let id = created["page"]["id"].as_str().expect("an id").to_owned();
        assert_eq!(wiki.body(&id), "<p></p>");
        let given = json!({"page_id": id, "title": "Blank", "content": "words"});
        wiki.ok("update_page", given).await;
        wiki.ok("update_page", json!({"page_id": id, "title": "Blank", "content": ""})).await;
        assert_eq!(wiki.body(&id), "<p></p>");
    }
}

/// What was asked for stands beside a failure, except where the account is the cause
/// (confluence spec sections 4.11, 4.12 and 6.3).
#[tokio::test(flavor = "multi_thread")]
async fn a_denied_read_is_told_by_two_keys() {
    use atlassian_sandbox::{Fault, Service};
    for wiki in Wiki::both().await {
        let id = wiki.page("Denied", "<p>x</p>").await;
        let calls = [
            ("get_page_history", json!({"page_id": id, "version": 1}), "version"),
            (
                "get_page_diff",
                json!({"page_id": id, "from_version": 1, "to_version": 1}),
                "to_version",
            ),
            ("search_user", json!({"query": "x"}), "error"),
        ];
        for (tool, given, key) in calls {
            for status in [401, 403] {
                wiki.site.clear_faults();
                wiki.site.fault(Fault::on(Service::Confluence, "*", ".*").status(status));
                let error = wiki.err(tool, given.clone()).await;
                let error: Value = serde_json::from_str(&error).expect("JSON");
                let keys: Vec<&String> = error.as_object().expect("an object").keys().collect();
                assert_eq!(keys, ["error", "details"], "{tool}");
                let text = "Authentication failed. Please check your credentials.";
                assert_eq!(error["error"], json!(text));
            }
            wiki.site.clear_faults();
            wiki.site.fault(Fault::on(Service::Confluence, "*", ".*").status(404));
            let error = wiki.err(tool, given).await;
            let error: Value = serde_json::from_str(&error).expect("JSON");
            assert!(error.get(key).is_some() && error.get("details").is_none(), "{error}");
        }
    }
}
