//! What goes wrong between here and Confluence.

use super::Wiki;
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

/// A call of every tool, on a page that exists and on what belongs to it.
fn calls(wiki: &Wiki, page: &Prepared) -> Vec<(&'static str, Value)> {
    let id = &page.page;
    let mut calls = vec![
        ("search", json!({"query": "x"})),
        ("get_page", json!({"page_id": id})),
        ("get_page", json!({"title": "Faulty", "space_key": wiki.space})),
        ("get_page_children", json!({"parent_id": id})),
        ("get_space_page_tree", json!({"space_key": wiki.space})),
        ("get_comments", json!({"page_id": id})),
        ("get_labels", json!({"page_id": id})),
        ("add_label", json!({"page_id": id, "name": "x"})),
        ("create_page", json!({"space_key": wiki.space, "title": "Never", "content": "x"})),
        ("update_page", json!({"page_id": id, "title": "Faulty", "content": "y"})),
        ("update_page_section", json!({"page_id": id, "heading_text": "Plan", "new_content": "y"})),
        ("delete_page", json!({"page_id": id})),
        ("move_page", json!({"page_id": id, "target_parent_id": page.other})),
        (
            "copy_page",
            json!({"source_page_id": id, "destination_space_key": wiki.space, "new_title": "Never"}),
        ),
        ("add_comment", json!({"page_id": id, "body": "x"})),
        ("reply_to_comment", json!({"comment_id": page.comment, "body": "x"})),
        ("get_inline_comments", json!({"page_id": id})),
        ("add_inline_comment", json!({"page_id": id, "body": "x", "text_selection": "Plan"})),
        ("get_page_history", json!({"page_id": id, "version": 1})),
        ("get_page_diff", json!({"page_id": id, "from_version": 1, "to_version": 1})),
        (
            "upload_attachment",
            json!({"content_id": id, "content_base64": "aGk=", "filename": "b.txt"}),
        ),
        ("get_attachments", json!({"content_id": id})),
        ("download_attachment", json!({"attachment_id": page.file})),
        ("download_content_attachments", json!({"content_id": id})),
        ("get_page_images", json!({"content_id": id})),
        ("delete_attachment", json!({"attachment_id": page.file})),
        ("get_page_restrictions", json!({"page_id": id})),
        ("set_page_restrictions", json!({"page_id": id})),
    ];
    if wiki.is_cloud() {
        calls.extend([
            ("get_page_views", json!({"page_id": id})),
            ("list_page_templates", json!({"space_key": wiki.space})),
            (
                "create_page_from_template",
                json!({"space_key": wiki.space, "title": "Never", "template_id": "1"}),
            ),
            (
                "check_content_permissions",
                json!({"content_id": id, "user_identifier": "a", "operation": "read"}),
            ),
            ("get_space_permissions", json!({"space_id": wiki.space})),
        ]);
    }
    calls
}

/// Tools that touch no space.
fn free_calls(wiki: &Wiki) -> Vec<(&'static str, Value)> {
    let mut calls = vec![("search_user", json!({"query": "a"}))];
    if wiki.is_cloud() {
        calls.push(("get_page_template", json!({"template_id": "1"})));
    }
    calls
}

/// A page with a comment and a file.
struct Prepared {
    page: String,
    other: String,
    comment: String,
    file: String,
}

const BODY: &str = "<h2>Plan</h2><p>x</p>";

async fn prepared(wiki: &Wiki) -> Prepared {
    let other = wiki.page("Other", "<p>x</p>").await;
    let page = wiki.page("Faulty", BODY).await;
    let comment = wiki.ok("add_comment", json!({"page_id": page, "body": "x"})).await;
    let given = json!({"content_id": page, "content_base64": "aGk=", "filename": "a.png"});
    let file = wiki.ok("upload_attachment", given).await;
    wiki.site.clear_log();
    let id = |value: &Value| value.as_str().expect("an id").to_owned();
    Prepared {
        page,
        other,
        comment: id(&comment["comment"]["id"]),
        file: id(&file["attachment"]["id"]),
    }
}

fn unchanged(wiki: &Wiki, page: &Prepared) {
    assert_eq!(wiki.body(&page.page), BODY);
    assert_eq!(wiki.stored(&page.page)["version"], json!(1));
    assert_eq!(wiki.stored(&page.page)["labels"], json!([]));
    assert_eq!(wiki.site.comments(&page.page).len(), 1);
    assert!(wiki.site.page_id(wiki.space, "Never").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_says_what_and_why_and_changes_nothing() {
    for mut wiki in Wiki::both().await {
        wiki.setup.config.limits.retry.attempts = 0;
        let page = prepared(&wiki).await;
        for (make, word) in [
            (
                (|f: Fault| f.status(403).body(r#"{"message":"canary words"}"#))
                    as fn(Fault) -> Fault,
                "canary words",
            ),
            (|f| f.status(401), "401"),
            (|f| f.status(404), "404"),
            (|f| f.status(429).retry_after("7"), "429"),
            (|f| f.status(500).body("<html>oops"), "500"),
            (Fault::html_login, "log"),
            (|f| f.truncate(10), ""),
            (Fault::reset, ""),
        ] {
            wiki.site.clear_faults();
            wiki.site.fault(make(Fault::on(Service::Confluence, "*", ".*")));
            let calls = calls(&wiki, &page).into_iter().chain(free_calls(&wiki));
            for (tool, given) in calls {
                // A write whose answer is lost on the way may have been carried out.
                if word.is_empty() && !tool.starts_with("get_") {
                    continue;
                }
                let error = wiki.err(tool, given).await;
                assert!(error.to_lowercase().contains(word), "{tool} ({word}): {error}");
                assert!(error.len() > 20 && error.len() < 3000, "{tool}: {error}");
            }
        }
        wiki.site.clear_faults();
        unchanged(&wiki, &page);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_outside_the_filter_is_shown_or_changed_by_any_tool() {
    for wiki in Wiki::both().await {
        let page = prepared(&wiki).await;
        let fenced = wiki.setup.clone().fenced(wiki.other);
        for (tool, given) in calls(&wiki, &page) {
            wiki.site.clear_log();
            let outcome = fenced.call(&format!("confluence_{tool}"), given).await;
            if tool == "search" {
                assert!(!format!("{outcome:?}").contains("Faulty"), "{outcome:?}");
                continue;
            }
            let text = match outcome {
                Ok(answer) => panic!("{tool} answered {}", answer.json),
                Err(error) => error.to_string(),
            };
            assert!(text.contains("restricted by configuration"), "{tool}: {text}");
            assert!(wiki.writes().is_empty(), "{tool}: {:?}", wiki.lines());
        }
        unchanged(&wiki, &page);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_survives_a_moment_of_trouble_and_a_write_is_not_repeated() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Moment", "<p>x</p>").await;
        let trouble = |method| {
            Fault::on(Service::Confluence, method, "/(pages|content)").status(503).retry_after("0")
        };
        wiki.site.fault(trouble("GET").times(1));
        wiki.ok("get_page", json!({"page_id": id})).await;
        wiki.site.clear_log();
        wiki.site.fault(trouble("PUT").times(1));
        let given = json!({"page_id": id, "title": "Moment", "content": "y"});
        let error = wiki.err("update_page", given).await;
        assert!(error.contains("503"), "{error}");
        assert_eq!(wiki.writes().len(), 1);
    }
}
