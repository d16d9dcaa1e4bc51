//! `confluence_update_page`.

use super::Wiki;
use atlassian_sandbox::{Fault, Service};
use atlassian_settings::LossyWrites;
use serde_json::{Value, json};

const MACRO: &str = "<ac:structured-macro ac:name=\"drawio\" ac:schema-version=\"1\" \
                     ac:macro-id=\"m-1\"><ac:parameter ac:name=\"diagramName\">Net\
                     </ac:parameter></ac:structured-macro>";

#[tokio::test(flavor = "multi_thread")]
async fn the_next_version_is_written_once() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Plan", "<p>old</p>").await;
        let given = json!({"page_id": id, "title": "Plan B", "content": "# New\n\ntext",
                           "version_comment": "why"});
        let answer = wiki.ok("update_page", given).await;
        assert_eq!(answer["message"], json!("Page updated successfully"));
        let page = &answer["page"];
        assert_eq!((&page["version"], &page["title"]), (&json!(2), &json!("Plan B")));
        assert!(page.get("content").is_none() && answer.get("warnings").is_none(), "{answer}");
        assert_eq!(wiki.body(&id), "<h1>New</h1><p>text</p>");
        let writes = wiki.writes();
        assert_eq!(writes.len(), 1);
        assert_eq!(writes[0].json()["version"]["message"], json!("why"));
        assert_eq!(writes[0].json()["version"]["number"], json!(2));
        assert!(!writes[0].json().to_string().contains("content-appearance"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_the_same_keeps_every_byte() {
    for wiki in Wiki::both().await {
        let body = format!(
            "<h2 id=\"x\">Plan</h2><p>First&nbsp;paragraph</p>{MACRO}<p>Second <em>one</em></p>"
        );
        let id = wiki.page("Bytes", &body).await;
        let read = wiki.ok("get_page", json!({"page_id": id})).await;
        let text = read["metadata"]["content"]["value"].as_str().expect("text");
        assert!(text.contains("Second *one*"), "{text}");
        let edited = text.replace("Second *one*", "Second *edit*");
        let given = json!({"page_id": id, "title": "Bytes", "content": edited});
        let answer = wiki.ok("update_page", given).await;
        assert!(answer.get("conversion_warnings").is_none(), "{answer}");
        let expected = body.replace("<em>one</em>", "<em>edit</em>");
        assert_eq!(wiki.body(&id), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_a_write_drops_is_named_or_kept_from_being_dropped() {
    for wiki in Wiki::both().await {
        let body = format!("<p>a</p>{MACRO}");
        let id = wiki.page("Loss", &body).await;
        let given = json!({"page_id": id, "title": "Loss", "content": "b"});
        let mut strict = wiki.setup.clone();
        strict.lossy = LossyWrites::Refuse;
        let error = strict.err("confluence_update_page", given.clone()).await;
        assert!(error.contains("ATLASSIAN_LOSSY_WRITES=refuse"), "{error}");
        assert!(error.contains("drawio"), "the content is named: {error}");
        assert!(wiki.writes().is_empty());
        assert_eq!(wiki.body(&id), body);
        let answer = wiki.ok("update_page", given).await;
        assert!(answer["conversion_warnings"].to_string().contains("drawio"), "{answer}");
        assert_eq!(wiki.stored(&id)["version"], json!(2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inline_comments_that_lose_their_text_are_named_in_every_format() {
    let marker = "<p><ac:inline-comment-marker ac:ref=\"r-1\">here</ac:inline-comment-marker></p>";
    for wiki in Wiki::both().await {
        let id = wiki.page("Anchored", marker).await;
        let given = json!({"page_id": id, "title": "Anchored", "content": "<p>gone</p>",
                           "content_format": "storage"});
        let answer = wiki.ok("update_page", given).await;
        assert!(
            answer["conversion_warnings"]
                .to_string()
                .contains("its words are gone or not unique: here"),
            "{answer}"
        );
        assert_eq!(wiki.body(&id), "<p>gone</p>");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_reported_and_the_write_not_repeated() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Race", "<p>x</p>").await;
        wiki.site.fault(
            Fault::on(Service::Confluence, "PUT", ".*").status(409).body(r#"{"message":"stale"}"#),
        );
        let given = json!({"page_id": id, "title": "Race", "content": "y"});
        let error = wiki.err("update_page", given).await;
        assert!(error.contains("409") && error.contains("stale"), "{error}");
        assert!(error.contains("the current version is 1, written by"), "{error}");
        assert_eq!(wiki.writes().len(), 1);
        assert_eq!(wiki.body(&id), "<p>x</p>");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_expected_version_is_compared() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Expected", "<p>one</p>").await;
        let given = |content: &str, expected: u64| {
            json!({"page_id": id, "title": "Expected", "content": content,
                   "expected_version": expected})
        };
        wiki.ok("update_page", given("two", 1)).await;
        wiki.site.clear_log();
        let error = wiki.err("update_page", given("three", 1)).await;
        assert!(error.contains("`expected_version` is 1"), "{error}");
        assert!(error.contains("the current version is 2, written by"), "{error}");
        assert!(error.contains("-one") && error.contains("+two"), "what changed: {error}");
        assert!(wiki.writes().is_empty());
        wiki.ok("update_page", given("three", 2)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_rests_on_an_older_read_is_refused_with_what_changed() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Shared", "<p>one</p>").await;
        let given = json!({"page_id": id, "title": "Shared", "content": "mine"});
        wiki.ok("get_page", json!({"page_id": id})).await;
        // Somebody else writes through another process.
        let other = crate::harness::Setup::new(&wiki.site, atlassian_settings::Service::Confluence);
        let theirs = json!({"page_id": id, "title": "Shared", "content": "theirs"});
        other.ok("confluence_update_page", theirs).await;
        wiki.site.clear_log();
        let error = wiki.err("update_page", given.clone()).await;
        assert!(error.contains("you read version 1, but the current version is 2"), "{error}");
        assert!(error.contains("-one") && error.contains("+theirs"), "{error}");
        assert!(wiki.writes().is_empty());
        assert_eq!(wiki.body(&id), "<p>theirs</p>");
        wiki.err("update_page", given.clone()).await;
        wiki.ok("get_page", json!({"page_id": id})).await;
        wiki.ok("update_page", given).await;
        let again = json!({"page_id": id, "title": "Shared", "content": "mine again"});
        wiki.ok("update_page", again).await;
        assert_eq!(wiki.stored(&id)["version"], json!(4));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn minor_edits_exist_on_data_center() {
    let given =
        |id: &str| json!({"page_id": id, "title": "Minor", "content": "y", "is_minor_edit": "yes"});
    let wiki = Wiki::data_center().await;
    let id = wiki.page("Minor", "<p>x</p>").await;
    let answer = wiki.ok("update_page", given(&id)).await;
    assert!(answer.get("warnings").is_none(), "{answer}");
    assert_eq!(wiki.writes()[0].json()["version"]["minorEdit"], json!(true));
    let wiki = Wiki::cloud().await;
    let id = wiki.page("Minor", "<p>x</p>").await;
    let answer = wiki.ok("update_page", given(&id)).await;
    assert!(answer["warnings"].to_string().contains("is_minor_edit had no effect"), "{answer}");
    assert_eq!(wiki.writes()[0].json()["version"], json!({"number": 2}));
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_are_left_alone_set_and_removed() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Looks", "<p>x</p>").await;
        let given = |more: Value| {
            let mut given = json!({"page_id": id, "title": "Looks", "content": "x"});
            for (key, value) in more.as_object().expect("an object") {
                given[key] = value.clone();
            }
            given
        };
        let set = given(json!({"emoji": "📝", "page_width": "max"}));
        let answer = wiki.ok("update_page", set.clone()).await;
        assert_eq!(answer["page"]["emoji"], json!("📝"));
        let answer = wiki.ok("update_page", given(json!({}))).await;
        assert_eq!(answer["page"]["page_width"], json!("max"));
        wiki.site.clear_log();
        wiki.ok("update_page", set).await;
        assert_eq!(wiki.writes().len(), 1, "what is so already is not written");
        let answer =
            wiki.ok("update_page", given(json!({"emoji": "🚀", "page_width": "default"}))).await;
        assert_eq!(answer["page"]["emoji"], json!("🚀"));
        assert_eq!(answer["page"]["page_width"], json!("default"));
        let answer = wiki.ok("update_page", given(json!({"emoji": "", "page_width": ""}))).await;
        assert!(answer["page"].get("emoji").is_none(), "{answer}");
        assert_eq!(wiki.stored(&id)["properties"], json!({}));
        wiki.ok("update_page", given(json!({"emoji": "", "page_width": ""}))).await;
        let error = wiki.err("update_page", given(json!({"page_width": "huge"}))).await;
        assert!(error.contains("full-width, max, default"), "{error}");
        wiki.site.fault(Fault::on(Service::Confluence, "POST", "/propert").status(403));
        let error = wiki.err("update_page", given(json!({"emoji": "📝"}))).await;
        assert!(error.contains("Page content was updated to version"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_moves_to_a_new_parent() {
    for wiki in Wiki::both().await {
        let parent = wiki.page("New parent", "<p>x</p>").await;
        let id = wiki.page("Mover", "<p>x</p>").await;
        let given = json!({"page_id": id, "title": "Mover", "content": "y", "parent_id": parent,
                           "include_content": true});
        let answer = wiki.ok("update_page", given).await;
        assert_eq!(answer["page"]["parent_id"], json!(parent));
        assert_eq!(answer["page"]["content"]["value"], json!("y"));
        assert_eq!(wiki.stored(&id)["parent"], json!(parent));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blog_posts_are_updated_as_what_they_are() {
    for wiki in Wiki::both().await {
        let title = if wiki.is_cloud() { "Release 4.0.0 is out" } else { "Rail gate opens" };
        let read = wiki.ok("get_page", json!({"title": title, "space_key": wiki.space})).await;
        let id = read["metadata"]["id"].as_str().expect("an id").to_owned();
        let given = json!({"page_id": id, "title": title, "content": "new"});
        let answer = wiki.ok("update_page", given).await;
        assert_eq!(answer["page"]["type"], json!("blogpost"));
        assert_eq!(wiki.body(&id), "<p>new</p>");
        wiki.site.clear_log();
        let given = json!({"page_id": id, "title": title, "content": "x", "parent_id": "1"});
        let error = wiki.err("update_page", given).await;
        assert!(error.contains("no parent"), "{error}");
        assert!(wiki.writes().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_page_and_wrong_arguments_write_nothing() {
    for wiki in Wiki::both().await {
        let given = json!({"page_id": "99999999", "title": "x", "content": "x"});
        let error = wiki.err("update_page", given).await;
        assert!(error.contains("99999999") && error.contains("404"), "{error}");
        let id = wiki.page("Wrong", "<p>x</p>").await;
        let given =
            json!({"page_id": id, "title": "Wrong", "content": "<p>", "content_format": "storage"});
        let error = wiki.err("update_page", given).await;
        assert!(error.contains("not well-formed"), "{error}");
        let error = wiki.err("update_page", json!({"page_id": id, "title": "Wrong"})).await;
        assert!(error.contains("One of 'content' or 'content_file'"), "{error}");
        assert!(wiki.writes().is_empty());
        let fenced = wiki.setup.clone().fenced(wiki.other);
        let given = json!({"page_id": id, "title": "Wrong", "content": "x"});
        let error = fenced.err("confluence_update_page", given).await;
        assert!(error.contains("restricted by configuration"), "{error}");
        assert_eq!(wiki.stored(&id)["version"], json!(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_translation_off_text_is_the_stored_format() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Plain", "<p>x</p>").await;
        let mut plain = wiki.setup.clone();
        plain.config.behaviour.markup_translation = false;
        let given = json!({"page_id": id, "title": "Plain", "content": "<p>**y**</p>"});
        plain.ok("confluence_update_page", given).await;
        assert_eq!(wiki.body(&id), "<p>**y**</p>");
        let read = plain.ok("confluence_get_page", json!({"page_id": id})).await;
        let content = json!({"value": "<p>**y**</p>", "format": "storage"});
        assert_eq!(read["metadata"]["content"], content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_another_page_has_is_named_with_that_page() {
    for wiki in Wiki::both().await {
        let taken = wiki.page("Taken", "<p>x</p>").await;
        let id = wiki.page("Free", "<p>x</p>").await;
        let given = json!({"page_id": id, "title": "Taken", "content": "y"});
        let error = wiki.err("update_page", given).await;
        assert!(error.contains("already exists"), "{error}");
        assert!(error.contains(&format!("page {taken}")), "{error}");
        assert_eq!(wiki.stored(&id)["title"], json!("Free"));
    }
}
