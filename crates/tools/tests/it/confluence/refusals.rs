//! What the server refuses or does not do is a failure of the tool, never a success
//! (confluence spec section 11.4): attachments, moves, restrictions, one by one.

use super::Wiki;
use atlassian_sandbox::{Fault, Recorded, Service};
use atlassian_tools::Files;
use serde_json::{Value, json};

/// Answers of a server that refuses, and a word that the failure must hold.
const REFUSED: &[(u16, &str)] =
    &[(400, "canary"), (401, "401"), (403, "canary"), (404, "404"), (409, "canary"), (500, "500")];

fn refusal(method: &str, path: &str, status: u16) -> Fault {
    let body = r#"{"statusCode":1,"message":"canary words"}"#;
    Fault::on(Service::Confluence, method, path).status(status).body(body)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_that_was_not_deleted_is_a_failure_whatever_the_status() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Kept", "<p>x</p>").await;
        let given = json!({"content_id": id, "content_base64": "aGk=", "filename": "a.txt"});
        let file = wiki.ok("upload_attachment", given).await["attachment"]["id"].clone();
        for (status, word) in REFUSED {
            wiki.site.clear_faults();
            wiki.site.fault(refusal("DELETE", ".*", *status));
            let error = wiki.err("delete_attachment", json!({"attachment_id": file})).await;
            assert!(error.contains(word) && !error.contains("deleted successfully"), "{error}");
        }
        wiki.site.clear_faults();
        let left = wiki.ok("get_attachments", json!({"content_id": id})).await;
        assert_eq!(left["total"], json!(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_not_taken_is_a_failure_whatever_the_status() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("it exists");
    std::fs::write(root.join("one.txt"), "1").expect("written");
    for mut wiki in Wiki::both().await {
        wiki.setup.files = Some(Files { root: root.clone() });
        let id = wiki.page("Full", "<p>x</p>").await;
        for (status, word) in REFUSED {
            wiki.site.clear_faults();
            wiki.site.fault(refusal("*", "/child/attachment", *status));
            let given = json!({"content_id": id, "file_path": "one.txt"});
            let error = wiki.err("upload_attachment", given).await;
            let error: Value = serde_json::from_str(&error).expect("JSON");
            assert_eq!(error["message"], json!("Attachment upload failed"));
            assert_eq!(error["attachment"]["success"], json!(false));
            assert!(error["attachment"]["error"].to_string().contains(word), "{error}");
            let given = json!({"content_id": id, "file_paths": "one.txt,none.txt"});
            let error = wiki.err("upload_attachments", given).await;
            let error: Value = serde_json::from_str(&error).expect("JSON");
            assert_eq!(error["message"], json!("Uploaded 0 attachment(s) successfully"));
            let inner = &error["attachments"];
            assert_eq!((&inner["success"], &inner["uploaded"]), (&json!(false), &json!([])));
            assert_eq!(inner["failed"].as_array().map(Vec::len), Some(2), "{error}");
            assert!(inner["failed"][0]["error"].to_string().contains(word), "{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_refused_or_did_not_happen_is_a_failure() {
    for wiki in Wiki::both().await {
        let target = wiki.page("Target", "<p>x</p>").await;
        let id = wiki.page("Wanderer", "<p>x</p>").await;
        let before = wiki.stored(&id);
        let given = json!({"page_id": id, "target_parent_id": target});
        for (status, word) in REFUSED.iter().filter(|(status, _)| *status != 404) {
            wiki.site.clear_faults();
            wiki.site.fault(refusal("PUT", "/move/", *status));
            let error = wiki.err("move_page", given.clone()).await;
            assert!(error.contains("\"success\":false") && error.contains(word), "{error}");
        }
        // The server says yes and does nothing.
        wiki.site.clear_faults();
        wiki.site.fault(Fault::on(Service::Confluence, "PUT", "/move/").status(200).body("{}"));
        let error = wiki.err("move_page", given).await;
        assert!(error.contains("accepted the move, but page"), "{error}");
        assert!(error.contains(&format!("not below {target}")), "{error}");
        wiki.site.clear_faults();
        assert_eq!(wiki.stored(&id), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_center_without_the_move_operation_is_asked_in_its_own_way() {
    let wiki = Wiki::data_center().await;
    let older = || {
        let body =
            r#"{"message":"null for uri: http://wiki/rest/api/content/1/move","status-code":404}"#;
        Fault::on(Service::Confluence, "PUT", "/move/").status(404).body(body)
    };
    let target = wiki.page("Target", "<p>x</p>").await;
    let id = wiki.page("Wanderer", "<p>body</p>").await;
    wiki.site.fault(older());
    let given = json!({"page_id": id, "target_parent_id": target});
    let answer = wiki.ok("move_page", given).await;
    assert_eq!(answer["page"]["parent_id"], json!(target));
    assert_eq!(wiki.body(&id), "<p>body</p>");
    let written: Vec<String> = wiki.writes().iter().map(Recorded::line).collect();
    assert_eq!(written.last(), Some(&format!("PUT /rest/api/content/{id}")));
    // Next to another page only the web interface moves; it answers 200 for errors, too.
    let given = json!({"page_id": id, "target_parent_id": target, "position": "below"});
    wiki.ok("move_page", given.clone()).await;
    assert_eq!(wiki.stored(&id)["parent"], wiki.stored(&target)["parent"]);
    let back = json!({"page_id": id, "target_parent_id": target});
    wiki.ok("move_page", back).await;
    let page = "<html>Page not moved</html>";
    wiki.site.fault(
        Fault::on(Service::Confluence, "POST", "/pages/movepage.action").status(200).body(page),
    );
    let error = wiki.err("move_page", given).await;
    assert!(error.contains("accepted the move, but page"), "{error}");
    assert_eq!(wiki.stored(&id)["parent"], json!(target));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_moved_to_a_page_that_is_not_there() {
    let wiki = Wiki::data_center().await;
    let id = wiki.page("Wanderer", "<p>x</p>").await;
    let error = wiki.err("move_page", json!({"page_id": id, "target_parent_id": "99999999"})).await;
    assert!(error.contains("\"success\":false") && error.contains("404"), "{error}");
    assert!(wiki.writes().is_empty());
    // A page that is not there is not taken for a server that lacks the operation.
    let error = wiki.err("move_page", json!({"page_id": "99999999", "target_parent_id": id})).await;
    assert!(error.contains("404"), "{error}");
    assert_eq!(wiki.writes().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn restrictions_that_were_not_set_are_a_failure_and_change_nothing() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Open", "<p>x</p>").await;
        let group = if wiki.is_cloud() { "engineering" } else { "hall-leads" };
        let given = json!({"page_id": id, "read_groups": [group]});
        for (status, word) in REFUSED.iter().filter(|(status, _)| *status != 404) {
            wiki.site.clear_faults();
            wiki.site.fault(refusal("PUT", "/restriction", *status));
            let error = wiki.err("set_page_restrictions", given.clone()).await;
            assert!(error.contains(word), "{error}");
        }
        wiki.site.clear_faults();
        let read = wiki.ok("get_page_restrictions", json!({"page_id": id})).await;
        assert_eq!(read["read"]["groups"], json!([]));
        // What the server made of it is told, not what was asked for.
        wiki.site
            .fault(Fault::on(Service::Confluence, "PUT", "/restriction").status(200).body("{}"));
        let answer = wiki.ok("set_page_restrictions", given).await;
        assert_eq!(answer["restrictions"]["read"]["groups"], json!([]), "{answer}");
        wiki.site.clear_faults();
        wiki.site.clear_log();
        let given = json!({"page_id": "99999999", "read_groups": [group]});
        let error = wiki.err("set_page_restrictions", given).await;
        assert!(error.contains("404"), "{error}");
        assert_eq!(wiki.writes().len(), 1, "content that is not there is asked for once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_data_center_sets_restrictions_under_another_address() {
    let wiki = Wiki::data_center().await;
    let id = wiki.page("Open", "<p>x</p>").await;
    let path = "/rest/api/content/[0-9]+/restriction$";
    wiki.site.fault(Fault::on(Service::Confluence, "PUT", path).status(405));
    let given = json!({"page_id": id, "read_groups": ["hall-leads"]});
    let answer = wiki.ok("set_page_restrictions", given).await;
    assert_eq!(answer["restrictions"]["read"]["groups"], json!(["hall-leads"]));
    let last = wiki.writes().last().map(Recorded::line);
    assert_eq!(last, Some(format!("PUT /rest/experimental/content/{id}/restriction")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_above_the_limit_is_not_fetched() {
    for wiki in Wiki::both().await {
        let (path, body) = if wiki.is_cloud() {
            (
                "/attachments/att1$",
                json!({"id": "att1", "title": "big.bin", "mediaType": "application/octet-stream",
                       "fileSize": 62_914_560, "pageId": "1",
                       "downloadLink": "/download/attachments/1/big.bin"}),
            )
        } else {
            (
                "/content/att1$",
                json!({"id": "att1", "type": "attachment", "title": "big.bin",
                       "extensions": {"mediaType": "application/octet-stream",
                                      "fileSize": 62_914_560},
                       "_links": {"download": "/download/attachments/1/big.bin"}}),
            )
        };
        wiki.site
            .fault(Fault::on(Service::Confluence, "GET", path).status(200).body(body.to_string()));
        let error = wiki.err("download_attachment", json!({"attachment_id": "att1"})).await;
        let error: Value = serde_json::from_str(&error).expect("JSON");
        let keys: Vec<&String> = error.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["success", "attachment_id", "filename", "file_size", "error"]);
        assert!(
            error["error"].to_string().contains("62914560 bytes which exceeds the 50 MB"),
            "{error}"
        );
        assert_eq!(wiki.lines().len(), 1, "only its description was read");
    }
}
