//! The attachment tools.

use super::Wiki;
use atlassian_sandbox::{Fault, Flavour, Service};
use atlassian_tools::{Content, Files};
use serde_json::{Value, json};

/// A picture of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async fn page_with_files(wiki: &Wiki) -> String {
    let id = wiki.page("Files", "<p>x</p>").await;
    for (name, content) in [("a b.txt", "aGVsbG8="), ("dot.png", PNG)] {
        let given = json!({"content_id": id, "content_base64": content, "filename": name});
        wiki.ok("upload_attachment", given).await;
    }
    wiki.site.clear_log();
    id
}

async fn id_of(wiki: &Wiki, page: &str, name: &str) -> String {
    let listed = wiki.ok("get_attachments", json!({"content_id": page, "filename": name})).await;
    listed["attachments"][0]["id"].as_str().expect("an id").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_attached_and_its_next_version_too() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Up", "<p>x</p>").await;
        let given = json!({"content_id": id, "content_base64": "aGVsbG8=", "filename": "up.txt",
                           "comment": "first"});
        let answer = wiki.ok("upload_attachment", given.clone()).await;
        assert_eq!(answer["message"], json!("Attachment uploaded successfully"));
        let file = &answer["attachment"];
        assert_eq!(
            (&file["success"], &file["filename"], &file["size"]),
            (&json!(true), &json!("up.txt"), &json!(5))
        );
        let again = wiki.ok("upload_attachment", given).await;
        assert_eq!(again["attachment"]["id"], file["id"], "a new version of the same file");
        let listed = wiki.ok("get_attachments", json!({"content_id": id})).await;
        assert_eq!(listed["total"], json!(1));
        assert_eq!(listed["attachments"][0]["version"]["number"], json!(2));
        for request in wiki.writes() {
            assert_eq!(request.header("x-atlassian-token"), Some("no-check"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_failed_is_no_success() {
    for wiki in Wiki::both().await {
        let given =
            json!({"content_id": "99999999", "content_base64": "aGVsbG8=", "filename": "x"});
        let error = wiki.err("upload_attachment", given).await;
        let error: Value = serde_json::from_str(&error).expect("JSON");
        assert_eq!(error["message"], json!("Attachment upload failed"));
        assert_eq!(error["attachment"]["success"], json!(false));
        assert!(error["attachment"]["error"].to_string().contains("404"), "{error}");
        wiki.site.clear_log();
        for (given, expected) in [
            (json!({"content_id": "1"}), "exactly one of 'file_path' or 'content_base64'"),
            (json!({"content_id": "1", "content_base64": "aGk="}), "'filename' is required"),
            (
                json!({"content_id": "1", "content_base64": "!", "filename": "x"}),
                "Invalid base64 content",
            ),
            (json!({"content_id": "1", "file_path": "x"}), "reads no local files"),
        ] {
            let error = wiki.err("upload_attachment", given).await;
            assert!(error.contains(expected), "{error}");
        }
        assert!(wiki.lines().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_are_attached_and_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("it exists");
    std::fs::write(root.join("one.txt"), "1").expect("written");
    std::fs::write(root.join("two, three.txt"), "23").expect("written");
    for wiki in Wiki::both().await {
        let id = wiki.page("Several", "<p>x</p>").await;
        let mut setup = wiki.setup.clone();
        setup.files = Some(Files { root: root.clone() });
        let given = json!({"content_id": id, "file_paths": ["one.txt", "two, three.txt", "../x"]});
        let answer = setup.ok("confluence_upload_attachments", given).await;
        assert_eq!(answer["message"], json!("Uploaded 2 attachment(s) successfully"));
        let inner = &answer["attachments"];
        assert_eq!((&inner["success"], &inner["total"]), (&json!(true), &json!(3)));
        assert_eq!(inner["uploaded"][1]["filename"], json!("two, three.txt"));
        assert!(inner["failed"][0]["error"].to_string().contains("Path traversal"), "{inner}");
        let error = setup
            .err("confluence_upload_attachments", json!({"content_id": id, "file_paths": " , "}))
            .await;
        assert!(error.contains("No file paths provided"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_are_listed_in_windows_and_by_name_and_type() {
    for wiki in Wiki::both().await {
        let id = page_with_files(&wiki).await;
        let all = wiki.ok("get_attachments", json!({"content_id": id})).await;
        assert_eq!((&all["success"], &all["total"]), (&json!(true), &json!(2)));
        assert_eq!((&all["has_more"], &all["start"]), (&json!(false), &json!(0)));
        let file = all["attachments"]
            .as_array()
            .and_then(|files| files.iter().find(|file| file["title"] == json!("a b.txt")))
            .expect("the file");
        assert_eq!(file["type"], json!("attachment"));
        assert_eq!(file["extensions"]["fileSize"], json!(5));
        assert_eq!(file["extensions"]["mediaType"], json!("text/plain"));
        assert!(file["version"]["when"].is_string() && file["_links"]["download"].is_string());
        let given = json!({"content_id": id, "media_type": "image/png"});
        let images = wiki.ok("get_attachments", given).await;
        assert_eq!(images["total"], json!(1), "{images}");
        let given = json!({"content_id": id, "limit": 1});
        let part = wiki.ok("get_attachments", given).await;
        assert_eq!((&part["has_more"], &part["next_start"]), (&json!(true), &json!(1)));
        let given = json!({"content_id": id, "limit": 1, "start": 1});
        let rest = wiki.ok("get_attachments", given).await;
        assert_ne!(rest["attachments"][0]["id"], part["attachments"][0]["id"]);
        let page = wiki.ok("get_page", json!({"page_id": id})).await;
        assert_eq!(page["metadata"]["attachments"].as_array().map(Vec::len), Some(2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_back_as_it_went() {
    for wiki in Wiki::both().await {
        let id = page_with_files(&wiki).await;
        let file = id_of(&wiki, &id, "a b.txt").await;
        let given = json!({"attachment_id": file});
        let answer =
            wiki.setup.call("confluence_download_attachment", given).await.expect("downloaded");
        assert!(answer.json.is_null() && answer.structured().is_none(), "{answer:?}");
        let Some(Content::File { uri, base64, media_type }) = answer.content.first() else {
            panic!("no file in {answer:?}");
        };
        assert_eq!((base64.as_str(), media_type.as_str()), ("aGVsbG8=", "text/plain"));
        assert_eq!(*uri, format!("attachment:///{file}/a%20b.txt"));
        let all = json!({"content_id": id});
        let answer = wiki
            .setup
            .call("confluence_download_content_attachments", all.clone())
            .await
            .expect("downloaded");
        assert_eq!(answer.json["downloaded"], json!(2));
        assert_eq!(answer.content.len(), 2);
        let answer = wiki.setup.call("confluence_get_page_images", all).await.expect("downloaded");
        assert_eq!(answer.json["total_images"], json!(1));
        assert_eq!(answer.json["images"][0]["filename"], json!("dot.png"));
        assert!(
            matches!(answer.content.first(), Some(Content::Image { base64, .. }) if base64 == PNG)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_had_are_told_one_by_one() {
    for wiki in Wiki::both().await {
        let id = page_with_files(&wiki).await;
        let file = id_of(&wiki, &id, "dot.png").await;
        let path = "(/download$|/download/attachments/.*png)";
        wiki.site.fault(Fault::on(Service::Confluence, "GET", path).status(403));
        let error = wiki.err("download_attachment", json!({"attachment_id": file})).await;
        assert!(
            error.contains("Failed to download attachment") && error.contains("403"),
            "{error}"
        );
        // Nothing of what there is could be had: a failure, told file by file.
        let told = wiki.err("get_page_images", json!({"content_id": id})).await;
        let answer: Value = serde_json::from_str(&told).expect("a document");
        assert_eq!(answer["downloaded"], json!(0));
        assert!(answer["failed"][0]["error"].to_string().contains("403"), "{answer}");
        wiki.site.clear_faults();
        let one = Fault::on(Service::Confluence, "GET", path).status(403);
        // On Cloud the address of a download does not tell the file.
        let cloud = wiki.site.flavour() == Flavour::Cloud;
        wiki.site.fault(if cloud { one.after(1) } else { one });
        let some = wiki.ok("download_content_attachments", json!({"content_id": id})).await;
        let failed = some["failed"].as_array().map(Vec::len);
        assert_eq!((&some["downloaded"], failed), (&json!(1), Some(1)), "{some}");
        wiki.site.clear_faults();
        let none = wiki.page("None", "<p>x</p>").await;
        let answer = wiki.ok("get_page_images", json!({"content_id": none})).await;
        assert_eq!(answer["message"], json!("No image attachments found"));
        let answer = wiki.ok("download_content_attachments", json!({"content_id": none})).await;
        assert!(answer.get("total").is_none() && answer["message"].is_string(), "{answer}");
        for tool in ["get_attachments", "get_page_images", "download_content_attachments"] {
            let error = wiki.err(tool, json!({"content_id": "99999999"})).await;
            assert!(error.contains("\"success\":false") && error.contains("404"), "{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_says_success_only_when_it_was_one() {
    for wiki in Wiki::both().await {
        let id = page_with_files(&wiki).await;
        let file = id_of(&wiki, &id, "a b.txt").await;
        let fenced = wiki.setup.clone().fenced(wiki.other);
        let given = json!({"attachment_id": file});
        let error = fenced.err("confluence_delete_attachment", given.clone()).await;
        assert!(error.contains("restricted by configuration"), "{error}");
        let answer = wiki.ok("delete_attachment", given).await;
        assert_eq!(answer["message"], json!("Attachment deleted successfully"));
        let left = wiki.ok("get_attachments", json!({"content_id": id})).await;
        assert_eq!(left["total"], json!(1));
        let error = wiki.err("delete_attachment", json!({"attachment_id": "att99999999"})).await;
        assert!(error.contains("404"), "{error}");
    }
}
