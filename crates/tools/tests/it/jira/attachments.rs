use super::{World, keys, lines};
use atlassian_sandbox::{Fault, Service, Site};
use atlassian_tools::Content;
use serde_json::{Value, json};

/// An issue of a site that has attachments.
fn with_files(site: &Site, project: &str) -> String {
    (1..60)
        .map(|number| format!("{project}-{number}"))
        .find(|key| {
            let issue = site.issue(key).unwrap_or_default();
            issue["fields"]["attachment"].as_array().is_some_and(|files| !files.is_empty())
        })
        .unwrap_or_else(|| panic!("no issue of {project} has files"))
}

fn files(site: &Site, key: &str) -> Vec<Value> {
    let issue = site.issue(key).expect("an issue");
    issue["fields"]["attachment"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn every_file_comes_with_its_content() {
    let world = World::new().await;
    for (site, setup, project) in
        [(&world.acme, &world.cloud, "PAY"), (&world.staging, &world.center, "DEPOT")]
    {
        let key = with_files(site, project);
        let files = files(site, &key);
        let answer = setup.call("jira_download_attachments", json!({"issue_key": key})).await;
        let answer = answer.expect("works");
        assert!(answer.content_only && !answer.failed, "{}", answer.json);
        assert_eq!(answer.json["total"], json!(files.len()));
        assert_eq!(answer.json["downloaded"], json!(files.len()), "{}", answer.json);
        assert_eq!(answer.content.len(), files.len());
        for (content, file) in answer.content.iter().zip(&files) {
            match content {
                Content::File { uri, media_type, .. } => {
                    assert!(uri.starts_with(&format!("attachment:///{key}/")), "{uri}");
                    assert!(media_type.starts_with("image/"));
                }
                Content::Text(text) => {
                    let shown: Value = serde_json::from_str(text).expect("JSON");
                    assert_eq!(shown["filename"], file["filename"]);
                    assert!(!shown["content"].as_str().expect("text").is_empty());
                }
                Content::Image { .. } => panic!("images are resources here"),
            }
        }
    }
    let media = world.acme.log().into_iter().filter(|r| r.product_path.starts_with("/media/"));
    for request in media {
        assert!(request.headers.iter().all(|(name, _)| name != "authorization"));
    }
}

#[tokio::test]
async fn a_choice_and_a_bound() {
    let world = World::new().await;
    let key = with_files(&world.acme, "PAY");
    let name = files(&world.acme, &key)[0]["filename"].as_str().expect("name").to_owned();
    let chosen = json!({"issue_key": key, "filename": [&name, "no such.txt"]});
    let chosen = world.cloud.call("jira_download_attachments", chosen).await.expect("works");
    assert_eq!((&chosen.json["total"], &chosen.json["downloaded"]), (&json!(1), &json!(1)));
    assert_eq!(chosen.json["failed"][0]["filename"], "no such.txt");
    world.acme.clear_log();
    let listed = json!({"issue_key": key, "include_content": false});
    let listed = world.cloud.call("jira_download_attachments", listed).await.expect("works");
    assert!(listed.content.is_empty());
    assert_eq!(keys(&listed.json["attachments"][0]), ["id", "filename", "size", "mime_type"]);
    assert_eq!(lines(&world.acme).len(), 1);
    let bounded = json!({"issue_key": key, "max_total_bytes": 1});
    let bounded = world.cloud.call("jira_download_attachments", bounded).await.expect("answers");
    assert!(bounded.failed && bounded.content.is_empty());
    let reason = bounded.json["failed"][0]["error"].as_str().expect("text");
    assert!(reason.contains("attachment_ids"), "{reason}");
    assert_eq!(lines(&world.acme).len(), 2, "nothing was fetched in vain");
}

#[tokio::test]
async fn images_are_images_and_an_issue_without_any_says_so() {
    let world = World::new().await;
    let key = with_files(&world.acme, "PAY");
    let answer = world.cloud.call("jira_get_issue_images", json!({"issue_key": key})).await;
    let answer = answer.expect("works");
    let images = answer.json["images"].as_array().map_or(0, Vec::len);
    assert_eq!(json!(images), answer.json["downloaded"], "{}", answer.json);
    assert_eq!(answer.content.len(), images);
    assert!(answer.content.iter().all(|content| matches!(content, Content::Image { .. })));
    let none = world.cloud.call("jira_get_issue_images", json!({"issue_key": "PAY-7"})).await;
    let none = none.expect("works");
    if files(&world.acme, "PAY-7").is_empty() {
        assert_eq!(none.json["message"], "No image attachments found");
    }
    let empty = world.cloud.call("jira_download_attachments", json!({"issue_key": "LAB-1"})).await;
    let empty = empty.expect("works").json;
    assert_eq!(empty["total"], json!(files(&world.acme, "LAB-1").len()));
}

#[tokio::test]
async fn a_file_that_cannot_be_fetched_says_why() {
    let world = World::new().await;
    let key = with_files(&world.staging, "DEPOT");
    world.staging.fault(Fault::on(Service::Jira, "GET", "/secure/attachment").html_login());
    let answer = world.center.call("jira_download_attachments", json!({"issue_key": key})).await;
    let answer = answer.expect("answers");
    assert!(answer.failed, "{}", answer.json);
    let reason = answer.json["failed"][0]["error"].as_str().expect("text");
    assert!(reason.starts_with("Fetch failed"), "{reason}");
    world.staging.clear_faults();
    world
        .staging
        .fault(Fault::on(Service::Jira, "GET", "/secure/attachment").status(403).body("{}"));
    let answer = world.center.call("jira_download_attachments", json!({"issue_key": key})).await;
    let reason = answer.expect("answers").json["failed"][0]["error"].to_string();
    assert!(reason.contains("403"), "{reason}");
    let fenced = world.fresh_cloud().fenced("LAB");
    for tool in ["jira_download_attachments", "jira_get_issue_images"] {
        let error = fenced.err(tool, json!({"issue_key": "LAB-2"})).await;
        assert!(error.contains("PROJECTS_FILTER"), "a moved issue: {error}");
    }
}
