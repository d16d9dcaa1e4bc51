//! Where pages stand: children, tree, moving, copying, deleting.

use super::Wiki;
use serde_json::{Value, json};

fn titles(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(|page| page["title"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn children_are_listed_in_windows() {
    for wiki in Wiki::both().await {
        let parent = wiki.page("Many", "<p>x</p>").await;
        for n in 1..=5 {
            wiki.page_below(&format!("Child {n}"), "<p>body</p>", Some(&parent)).await;
        }
        let all = wiki.ok("get_page_children", json!({"parent_id": parent})).await;
        assert_eq!((&all["count"], &all["has_more"]), (&json!(5), &json!(false)), "{all}");
        assert_eq!((&all["limit_requested"], &all["start_requested"]), (&json!(25), &json!(0)));
        let first = &all["results"][0];
        assert_eq!((&first["version"], &first["type"]), (&json!(1), &json!("page")));
        assert!(first.get("content").is_none() && first["created"] != json!(""), "{first}");
        assert_eq!(first["space"]["key"], json!(wiki.space));
        let given = json!({"parent_id": parent, "limit": 2, "start": 2, "include_content": true});
        let part = wiki.ok("get_page_children", given).await;
        assert_eq!(titles(&part["results"]), ["Child 3", "Child 4"]);
        assert_eq!((&part["has_more"], &part["next_start"]), (&json!(true), &json!(4)));
        assert_eq!(part["results"][0]["content"]["value"], json!("body"));
        let error = wiki.err("get_page_children", json!({"parent_id": "99999999"})).await;
        assert!(error.contains("Failed to get child pages") && error.contains("404"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_are_listed_and_looked_into() {
    let wiki = Wiki::cloud().await;
    let home = wiki.site.page_id("ENG", "Engineering Home").expect("the home page");
    let all = wiki.ok("get_page_children", json!({"parent_id": home, "limit": 50})).await;
    let folder = all["results"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|child| child["type"] == json!("folder"))
        .expect("a folder");
    assert!(folder["url"].as_str().is_some_and(|url| url.contains("/folder/")), "{folder}");
    let given = json!({"parent_id": home, "limit": 50, "include_folders": false});
    let pages = wiki.ok("get_page_children", given).await;
    assert!(!pages.to_string().contains("\"folder\""), "{pages}");
    let below = wiki.ok("get_page_children", json!({"parent_id": folder["id"]})).await;
    assert!(below["count"].as_u64().is_some_and(|count| count > 0), "{below}");
    let given = json!({"space_key": "ENG", "title": "In a folder", "content": "x",
                       "parent_id": folder["id"]});
    let created = wiki.ok("create_page", given).await;
    assert_eq!(created["page"]["parent_id"], folder["id"]);
    let read = wiki.ok("get_page", json!({"page_id": created["page"]["id"]})).await;
    assert!(read["metadata"]["ancestors"].to_string().contains("Decisions"), "{read}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_of_a_space_tells_depth_and_parent() {
    for wiki in Wiki::both().await {
        let top = wiki.page("Tree top", "<p>x</p>").await;
        let leaf = wiki.page_below("Tree leaf", "<p>x</p>", Some(&top)).await;
        let tree = wiki.ok("get_space_page_tree", json!({"space_key": wiki.space})).await;
        assert_eq!(tree["has_more"], json!(false));
        let pages = tree["pages"].as_array().expect("pages");
        assert_eq!(tree["total_pages"], json!(pages.len()));
        let find = |id: &str| pages.iter().find(|page| page["id"] == json!(id)).expect("listed");
        let (top, leaf) = (find(&top), find(&leaf));
        assert_eq!(leaf["parent_id"], top["id"]);
        let depth = |page: &Value| page["depth"].as_u64().expect("a depth");
        assert_eq!(depth(leaf), depth(top) + 1);
        assert!(pages.windows(2).all(|two| depth(&two[0]) <= depth(&two[1])));
        let given = json!({"space_key": wiki.space, "limit": 3});
        let part = wiki.ok("get_space_page_tree", given).await;
        assert_eq!((&part["total_pages"], &part["has_more"]), (&json!(3), &json!(true)));
        assert_eq!(part["next_start"], json!(3));
        assert!(part["hint"].to_string().contains("truncated at 3 pages"), "{part}");
        wiki.err("get_space_page_tree", json!({"space_key": "NOSUCH"})).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn depth_counts_folders_and_what_is_not_in_the_list() {
    let wiki = Wiki::cloud().await;
    let tree = wiki.ok("get_space_page_tree", json!({"space_key": "ENG"})).await;
    let find = |title: &str| {
        let pages = tree["pages"].as_array().expect("pages").iter();
        pages.clone().find(|page| page["title"] == json!(title)).expect("listed").clone()
    };
    assert_eq!(find("Engineering Home")["depth"], json!(0));
    assert_eq!(find("ADR 1: One ledger")["depth"], json!(2), "home, folder, page");
    let last = tree["total_pages"].as_u64().expect("a number") - 1;
    let given = json!({"space_key": "ENG", "start": last});
    let part = wiki.ok("get_space_page_tree", given).await;
    let page = &part["pages"][0];
    assert_eq!(page["depth"], find(page["title"].as_str().expect("a title"))["depth"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_moved_and_the_place_is_checked() {
    for wiki in Wiki::both().await {
        let target = wiki.page("Target", "<p>x</p>").await;
        let id = wiki.page("Wanderer", "<p>body</p>").await;
        let given = json!({"page_id": id, "target_parent_id": target});
        let answer = wiki.ok("move_page", given).await;
        assert_eq!(answer["message"], json!("Page moved successfully"));
        assert_eq!(answer["page"]["parent_id"], json!(target));
        assert_eq!(answer["page"]["content"]["value"], json!("body"));
        let given = json!({"page_id": id, "target_parent_id": target, "position": "above"});
        wiki.ok("move_page", given).await;
        assert_eq!(wiki.stored(&id)["parent"], wiki.stored(&target)["parent"]);
        let answer =
            wiki.ok("move_page", json!({"page_id": id, "target_space_key": wiki.other})).await;
        assert_eq!(answer["page"]["space"]["key"], json!(wiki.other));
        let error = wiki.err("move_page", json!({"page_id": id})).await;
        assert!(error.contains("At least one of target_parent_id or target_space_key"), "{error}");
        let given = json!({"page_id": id, "target_parent_id": target, "position": "left"});
        assert!(wiki.err("move_page", given).await.contains("append, above or below"));
        let given = json!({"page_id": id, "target_parent_id": "99999999"});
        let error = wiki.err("move_page", given).await;
        assert!(error.contains("\"success\":false") && error.contains("404"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_copied_with_its_body() {
    for wiki in Wiki::both().await {
        let body = "<p>exact&nbsp;body</p>";
        let id = wiki.page("Original", body).await;
        let given = json!({"content_id": id, "content_base64": "aGVsbG8=", "filename": "a.txt"});
        wiki.ok("upload_attachment", given).await;
        let given = json!({"source_page_id": id, "destination_space_key": wiki.other,
                           "new_title": "The copy"});
        let answer = wiki.ok("copy_page", given).await;
        assert_eq!(answer["message"], json!("Page copied successfully"));
        assert!(answer.get("warnings").is_none(), "{answer}");
        let copy = answer["page"]["id"].as_str().expect("an id");
        assert_eq!(wiki.body(copy), body);
        assert_eq!(wiki.stored(copy)["space"], json!(wiki.other));
        let files = wiki.ok("get_attachments", json!({"content_id": copy})).await;
        assert_eq!(files["total"], json!(1), "{files}");
        let given = json!({"source_page_id": id, "destination_space_key": wiki.space,
                           "new_title": "Below", "destination_parent_id": id,
                           "copy_attachments": false});
        let answer = wiki.ok("copy_page", given).await;
        assert_eq!(answer["page"]["parent_id"], json!(id));
        assert_eq!(answer["page"]["attachments"], json!([]));
        let given = json!({"source_page_id": id, "destination_space_key": wiki.space,
                           "new_title": "Original"});
        wiki.err("copy_page", given).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_deleted_or_the_answer_says_why_not() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Doomed", "<p>x</p>").await;
        let answer = wiki.ok("delete_page", json!({"page_id": id})).await;
        assert_eq!(
            answer,
            json!({"success": true, "message": format!("Page {id} deleted successfully")})
        );
        assert!(wiki.site.page_id(wiki.space, "Doomed").is_none());
        let error = wiki.err("delete_page", json!({"page_id": "99999999"})).await;
        let error: Value = serde_json::from_str(&error).expect("JSON");
        assert_eq!(error["message"], json!("Error deleting page 99999999"));
        assert!(error["error"].to_string().contains("404"), "{error}");
        let id = wiki.page("Safe", "<p>x</p>").await;
        let fenced = wiki.setup.clone().fenced(wiki.other);
        fenced.err("confluence_delete_page", json!({"page_id": id})).await;
        assert!(wiki.site.page_id(wiki.space, "Safe").is_some());
    }
}
