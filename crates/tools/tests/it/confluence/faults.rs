//! What goes wrong between here and Confluence.

use super::Wiki;
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

fn calls(wiki: &Wiki, id: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("search", json!({"query": "x"})),
        ("get_page", json!({"page_id": id})),
        ("get_page", json!({"title": "Faulty", "space_key": wiki.space})),
        ("create_page", json!({"space_key": wiki.space, "title": "Never", "content": "x"})),
        ("update_page", json!({"page_id": id, "title": "Faulty", "content": "y"})),
        ("add_comment", json!({"page_id": id, "body": "x"})),
        ("get_comments", json!({"page_id": id})),
        ("get_inline_comments", json!({"page_id": id})),
        ("get_labels", json!({"page_id": id})),
        ("get_attachments", json!({"content_id": id})),
        ("get_page_images", json!({"content_id": id})),
        ("delete_attachment", json!({"attachment_id": "att1"})),
        ("get_page_children", json!({"parent_id": id})),
        ("get_space_page_tree", json!({"space_key": wiki.space})),
        ("get_page_history", json!({"page_id": id, "version": 1})),
        ("delete_page", json!({"page_id": id})),
        ("search_user", json!({"query": "a"})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_says_what_and_why_and_changes_nothing() {
    for mut wiki in Wiki::both().await {
        wiki.setup.config.limits.retry.attempts = 0;
        let id = wiki.page("Faulty", "<p>x</p>").await;
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
            for (tool, given) in calls(&wiki, &id) {
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
        assert_eq!(wiki.body(&id), "<p>x</p>");
        assert!(wiki.site.page_id(wiki.space, "Never").is_none());
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
