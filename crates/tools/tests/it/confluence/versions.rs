//! History, differences and sections of pages.

use super::Wiki;
use serde_json::{Value, json};

async fn with_versions(wiki: &Wiki) -> String {
    let id = wiki.page("Story", "<p>one</p><p>same</p>").await;
    let given = json!({"page_id": id, "title": "Story", "content": "two\n\nsame"});
    wiki.ok("update_page", given).await;
    wiki.site.clear_log();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn older_versions_are_read_as_they_were() {
    for wiki in Wiki::both().await {
        let id = with_versions(&wiki).await;
        for (version, text) in [(1, "one\n\nsame"), (2, "two\n\nsame")] {
            let given = json!({"page_id": id, "version": version});
            let page = wiki.ok("get_page_history", given).await;
            assert_eq!(page["id"], json!(id), "a bare page object: {page}");
            assert_eq!(page["version"], json!(version));
            assert_eq!(page["content"]["value"], json!(text));
        }
        let given = json!({"page_id": id, "version": 1, "convert_to_markdown": false});
        let page = wiki.ok("get_page_history", given).await;
        assert_eq!(page["content"]["value"], json!("<p>one</p><p>same</p>"));
        let error = wiki.err("get_page_history", json!({"page_id": id, "version": 9})).await;
        let error: Value = serde_json::from_str(&error).expect("JSON");
        assert_eq!((&error["page_id"], &error["version"]), (&json!(id), &json!(9)));
        assert!(error["error"].to_string().contains("Failed to get page history"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_versions_are_compared_by_line() {
    for wiki in Wiki::both().await {
        let id = with_versions(&wiki).await;
        let given =
            |from: u64, to: u64| json!({"page_id": id, "from_version": from, "to_version": to});
        let answer = wiki.ok("get_page_diff", given(1, 2)).await;
        assert_eq!(
            answer,
            json!({"page_id": id, "title": "Story", "from_version": 1, "to_version": 2,
                   "diff": "--- v1\n+++ v2\n@@ -1,3 +1,3 @@\n-one\n+two\n \n same"})
        );
        assert_eq!(wiki.ok("get_page_diff", given(2, 2)).await["diff"], json!(""));
        let error = wiki.err("get_page_diff", given(1, 9)).await;
        assert!(error.contains("Failed to get page diff") && error.contains("\"to_version\":9"));
    }
}

const SECTIONS: &str = "<h1>Top</h1><p>intro&nbsp;</p><h2>Plan</h2><p>old</p><h3>Detail</h3>\
    <p>deep</p><h2>Next</h2><p><ac:link><ri:user ri:account-id=\"a\" /></ac:link></p>\
    <h2>Twice</h2><p>1</p><h2>Twice</h2><p>2</p>";

#[tokio::test(flavor = "multi_thread")]
async fn a_section_changes_and_nothing_else() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Sections", SECTIONS).await;
        let given = json!({"page_id": id, "heading_text": " Plan ", "new_content": "new **text**"});
        let answer = wiki.ok("update_page_section", given).await;
        assert_eq!(answer["message"], json!("Section ' Plan ' updated successfully"));
        assert_eq!(answer["page"]["version"], json!(2));
        let expected = SECTIONS
            .replace("<p>old</p><h3>Detail</h3><p>deep</p>", "<p>new <strong>text</strong></p>");
        assert_eq!(wiki.body(&id), expected);
        let given = json!({"page_id": id, "heading_text": "Twice", "new_content": "<p>x</p>",
                           "content_format": "storage", "occurrence": 1});
        wiki.ok("update_page_section", given).await;
        assert_eq!(wiki.body(&id), expected.replace("<p>2</p>", "<p>x</p>"));
        assert_eq!(wiki.stored(&id)["title"], json!("Sections"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_that_is_not_clear_is_refused() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Sections", SECTIONS).await;
        let given = |heading: &str, format: &str| {
            json!({"page_id": id, "heading_text": heading, "new_content": "<p>x",
                   "content_format": format})
        };
        for (heading, format, expected) in [
            ("plan", "markdown", "Heading 'plan' not found in page"),
            ("Twice", "markdown", "2 headings of page"),
            ("Plan", "wiki", "Must be 'markdown' or 'storage'"),
            ("Plan", "storage", "not well-formed"),
        ] {
            let error = wiki.err("update_page_section", given(heading, format)).await;
            assert!(error.contains(expected), "{error}");
        }
        assert!(wiki.writes().is_empty());
        assert_eq!(wiki.body(&id), SECTIONS);
    }
}
