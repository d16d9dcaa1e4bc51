//! The comment tools.

use super::Wiki;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_added_and_found() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Talk", "<p>x</p>").await;
        let answer = wiki.ok("add_comment", json!({"page_id": id, "body": "A **word**"})).await;
        assert_eq!(answer["success"], json!(true));
        assert_eq!(answer["message"], json!("Comment added successfully"));
        let comment = &answer["comment"];
        assert_eq!(comment["body"], json!("A **word**"));
        assert_eq!(comment["location"], json!("footer"));
        assert!(comment["author"].as_str().is_some_and(|name| name.contains(' ')), "{comment}");
        assert!(comment["created"].as_str().is_some_and(|time| time.len() > 20), "{comment}");
        assert_eq!(wiki.writes().len(), 1);
        assert!(wiki.writes()[0].json().to_string().contains("<strong>word</strong>"));
        let listed = wiki.ok("get_comments", json!({"page_id": id})).await;
        assert_eq!(listed.as_array().map(Vec::len), Some(1));
        assert_eq!(listed[0]["id"], comment["id"]);
        assert_eq!(listed[0]["body"], comment["body"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn storage_is_kept_only_when_it_is_well_formed() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Formats", "<p>x</p>").await;
        let sent = async |body: &str| {
            wiki.site.clear_log();
            wiki.ok("add_comment", json!({"page_id": id, "body": body})).await;
            wiki.writes()[0].json()
        };
        let body = |sent: &Value| {
            let path = if wiki.is_cloud() { "/body/value" } else { "/body/storage/value" };
            sent.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        assert_eq!(body(&sent("<p>as <em>is</em></p>").await), "<p>as <em>is</em></p>");
        assert!(body(&sent("<3 this").await).contains("&lt;3 this"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_was_not_added_says_why() {
    for wiki in Wiki::both().await {
        let error = wiki.err("add_comment", json!({"page_id": "99999999", "body": "x"})).await;
        let error: Value = serde_json::from_str(&error).expect("JSON");
        assert_eq!(error["success"], json!(false));
        assert_eq!(
            error["message"],
            json!(
                "Unable to add comment to page 99999999. API request completed but comment \
                 creation unsuccessful."
            )
        );
        assert!(error["error"].as_str().is_some_and(|e| e.contains("404")), "{error}");
        let id = wiki.page("Closed", "<p>x</p>").await;
        let fenced = wiki.setup.clone().fenced(wiki.other);
        let given = json!({"page_id": id, "body": "x"});
        let error = fenced.err("confluence_add_comment", given).await;
        assert!(error.contains("restricted by configuration"), "{error}");
        assert!(wiki.site.comments(&id).is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blog_posts_take_comments_too() {
    for wiki in Wiki::both().await {
        let title = if wiki.is_cloud() { "Release 4.0.0 is out" } else { "Rail gate opens" };
        let post = wiki.ok("get_page", json!({"title": title, "space_key": wiki.space})).await;
        let id = post["metadata"]["id"].as_str().expect("an id").to_owned();
        wiki.ok("add_comment", json!({"page_id": id, "body": "Nice"})).await;
        let listed = wiki.ok("get_comments", json!({"page_id": id})).await.to_string();
        assert!(listed.contains("Nice"), "{listed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_stand_behind_what_they_answer() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Thread", "<p>x</p>").await;
        let first = wiki.ok("add_comment", json!({"page_id": id, "body": "first"})).await;
        wiki.ok("add_comment", json!({"page_id": id, "body": "second"})).await;
        let given = json!({"comment_id": first["comment"]["id"], "body": "reply"});
        let reply = wiki.ok("reply_to_comment", given).await;
        assert_eq!(reply["message"], json!("Reply added successfully"));
        assert_eq!(reply["comment"]["parent_comment_id"], first["comment"]["id"]);
        let given = json!({"comment_id": reply["comment"]["id"], "body": "reply to the reply"});
        wiki.ok("reply_to_comment", given).await;
        let listed = wiki.ok("get_comments", json!({"page_id": id})).await;
        let bodies: Vec<&str> = listed
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|comment| comment["body"].as_str())
            .collect();
        if wiki.is_cloud() {
            assert_eq!(bodies, ["first", "reply", "reply to the reply", "second"]);
        } else {
            assert_eq!(bodies.len(), 4);
        }
        let parents = listed.as_array().expect("a list").iter();
        let replies = parents.filter(|comment| comment.get("parent_comment_id").is_some());
        assert_eq!(replies.count(), 2, "{listed}");
        let error =
            wiki.err("reply_to_comment", json!({"comment_id": "99999999", "body": "x"})).await;
        assert!(error.contains("\"success\":false") && error.contains("404"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_comments_are_listed_however_many_there_are() {
    for wiki in Wiki::both().await {
        let title = if wiki.is_cloud() { "Onboarding" } else { "Counting by night" };
        let id = wiki.site.page_id(wiki.space, title).expect("a page with many comments");
        let listed = wiki.ok("get_comments", json!({"page_id": id})).await;
        let count = listed.as_array().map_or(0, Vec::len);
        assert_eq!(count, wiki.site.comments(&id).len());
        assert!(count >= 60, "{count}");
        assert!(wiki.site.max_in_flight() <= 12);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inline_comments_stand_on_a_text_of_the_page() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Inline", "<p>one two one</p><p>R&amp;D <b>one</b></p>").await;
        let given = |text: &str, count: u64, index: u64| {
            json!({"page_id": id, "body": "see *here*", "text_selection": text,
                   "text_selection_match_count": count, "text_selection_match_index": index})
        };
        let answer = wiki.ok("add_inline_comment", given("one", 1, 2)).await;
        assert_eq!(answer["message"], json!("Inline comment added successfully"));
        assert_eq!(answer["comment"]["body"], json!("see *here*"));
        assert_eq!(answer["comment"]["location"], json!("inline"));
        assert!(answer["conversion_warnings"].to_string().contains("is 3"), "{answer}");
        wiki.ok("add_inline_comment", given("R&D", 1, 0)).await;
        wiki.site.clear_log();
        for (text, index, expected) in
            [("absent", 0, "does not occur"), ("one", 3, "occurs 3 time(s)")]
        {
            let error = wiki.err("add_inline_comment", given(text, 1, index)).await;
            assert!(error.contains(expected) && error.contains("\"success\":false"), "{error}");
        }
        assert!(wiki.writes().is_empty());
        let listed = wiki.ok("get_inline_comments", json!({"page_id": id})).await;
        assert_eq!((&listed["success"], &listed["count"]), (&json!(true), &json!(2)));
        let first = &listed["comments"][0];
        assert_eq!(first["original_selection"], json!("one"), "{listed}");
        assert!(first["marker_ref"].is_string() && first["resolution_status"].is_string());
        let given = json!({"comment_id": first["id"], "body": "answer"});
        wiki.ok("reply_to_comment", given).await;
        let listed = wiki.ok("get_inline_comments", json!({"page_id": id})).await;
        assert_eq!(listed["count"], json!(3), "{listed}");
        wiki.ok("add_comment", json!({"page_id": id, "body": "below"})).await;
        let all = wiki.ok("get_comments", json!({"page_id": id})).await;
        assert_eq!(all.as_array().map(Vec::len), Some(4));
    }
}
