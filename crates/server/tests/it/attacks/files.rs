//! Files of the machine: none is read over HTTP, none outside the root over stdio, none is written.

use super::door::{Standing, Wire, ground};
use crate::stage::Stage;
use atlassian_sandbox::{Fault, Recorded, Site};
use atlassian_settings::Service;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const INSIDE: &str = "canary-inside-the-root";
const OUTSIDE: &str = "canary-outside-of-it";

/// A root with a file, a file beside it, and links that lead out.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().canonicalize().expect("it exists");
    let root = whole.join("root");
    std::fs::create_dir_all(root.join("sub")).expect("made");
    std::fs::write(root.join("inside.txt"), INSIDE).expect("written");
    std::fs::write(whole.join("secret.txt"), OUTSIDE).expect("written");
    #[cfg(unix)]
    for (target, link) in [("../secret.txt", "link.txt"), ("..", "up"), ("inside.txt", "near.txt")]
    {
        std::os::unix::fs::symlink(target, root.join(link)).expect("linked");
    }
    (folder, root)
}

/// Every tool that takes a path, with that path. All other arguments are good.
fn calls(service: Service, site: &Site, path: &str) -> Vec<(&'static str, Value)> {
    let cloud = site.name() == "acme";
    let (issue, space, title) =
        if cloud { ("PAY-7", "ENG", "Wallet payments") } else { ("DEPOT-5", "HALL", "Rail gate") };
    if service == Service::Jira {
        return vec![
            ("jira_update_issue", json!({ "issue_key": issue, "fields": {}, "attachments": path })),
            (
                "jira_update_issue",
                json!({ "issue_key": issue, "fields": {}, "attachments": [path] }),
            ),
            (
                "jira_update_issue",
                json!({ "issue_key": issue, "fields": { "attachments": [path] } }),
            ),
        ];
    }
    let page = site.page_id(space, title).expect("a page");
    vec![
        ("confluence_upload_attachment", json!({ "content_id": page, "file_path": path })),
        ("confluence_upload_attachments", json!({ "content_id": page, "file_paths": path })),
        ("confluence_upload_attachments", json!({ "content_id": page, "file_paths": [path] })),
        (
            "confluence_create_page",
            json!({ "space_key": space, "title": "From a file", "content_file": path }),
        ),
        (
            "confluence_update_page",
            json!({ "page_id": page, "title": title, "content_file": path }),
        ),
    ]
}

/// Whether anything that reached a site holds a text.
fn heard(stage: &Stage, text: &str) -> bool {
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(text);
    stage.sandbox.sites().iter().any(|site| site.log().iter().any(|sent| holds(&sent.body)))
}

fn clear(stage: &Stage) {
    stage.sandbox.sites().iter().for_each(Site::clear_log);
}

fn wrote(stage: &Stage) -> bool {
    let reads = |sent: &Recorded| sent.method == "GET" || sent.path.contains("/convert-ids");
    let writes = |site: &Site| !site.log().iter().all(reads);
    stage.sandbox.sites().iter().any(writes)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_is_read_over_http_whoever_calls() {
    let (_folder, root) = folder();
    let mut stage = ground().await;
    stage.server.files_root = Some(root.clone());
    for service in Service::ALL {
        for standing in Standing::over_http() {
            let mut door = standing.open(&mut stage, service).await;
            let site = standing.kind.site(&stage);
            for path in ["inside.txt".to_owned(), root.join("inside.txt").display().to_string()] {
                for (tool, arguments) in calls(service, &site, &path) {
                    clear(&stage);
                    let answer = door.call(&standing.kind.tool(tool), arguments).await;
                    let place = format!("{}, {tool}: {}", standing.place(), answer.whole);
                    assert_eq!(answer.status, 200, "{place}");
                    assert!(answer.whole.contains("reads no local files"), "{place}");
                    assert!(!answer.whole.contains(INSIDE), "{place}");
                    assert!(!heard(&stage, INSIDE) && !wrote(&stage), "{place}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_stdio_only_files_below_the_root_are_read_and_none_through_a_link() {
    let (_folder, root) = folder();
    let mut stage = ground().await;
    stage.server.files_root = Some(root.clone());
    let beside = root.join("../secret.txt").display().to_string();
    let hostile = [
        "../secret.txt",
        "sub/../../secret.txt",
        beside.as_str(),
        "/etc/passwd",
        "/proc/self/environ",
        "file:///etc/passwd",
        "~/.ssh/id_rsa",
        "link.txt",
        "near.txt",
        "up/secret.txt",
        "inside.txt/../../secret.txt",
        "sub",
        "inside.txt\0.png",
    ];
    for service in Service::ALL {
        for standing in Standing::all().into_iter().filter(|s| s.wire == Wire::Stdio) {
            let mut door = standing.open(&mut stage, service).await;
            let site = standing.kind.site(&stage);
            for path in hostile {
                for (tool, arguments) in calls(service, &site, path) {
                    clear(&stage);
                    let answer = door.call(&standing.kind.tool(tool), arguments).await;
                    let place = format!("{}, {tool} {path}: {}", standing.place(), answer.whole);
                    let refused = ["Path traversal", "symbolic link", "regular file"];
                    assert!(refused.iter().any(|said| answer.whole.contains(said)), "{place}");
                    assert!(!answer.whole.contains(OUTSIDE), "{place}");
                    assert!(!heard(&stage, "canary-") && !wrote(&stage), "{place}");
                }
            }
            for (tool, arguments) in calls(service, &site, "inside.txt") {
                site.reset().expect("fresh data");
                let answer = door.call(&standing.kind.tool(tool), arguments).await;
                let place = format!("{}, {tool}: {}", standing.place(), answer.whole);
                assert!(!answer.error && heard(&stage, INSIDE), "what is below is read: {place}");
            }
        }
    }
}

fn entries(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("a folder")
        .map(|entry| entry.expect("readable").path())
        .collect();
    found.sort();
    found
}

/// Downloads are answered, never written, so that no name of an attachment is a path here. What
/// such a name becomes in the address of the answer stays one segment.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_writes_nothing_whatever_its_name() {
    let (folder, root) = folder();
    let mut stage = ground().await;
    stage.server.files_root = Some(root.clone());
    let before = (entries(folder.path()), entries(&root));
    for standing in Standing::all() {
        let site = standing.kind.site(&stage);
        site.reset().expect("fresh data");
        for name in ["../../secret.txt", "/etc/cron.d/canary", "link.txt", "..\\..\\x", "a\r\nb"] {
            let mut door = standing.open(&mut stage, Service::Confluence).await;
            let id = "att98765";
            let listed = json!({
                "results": [{
                    "id": id, "title": name, "mediaType": "text/plain", "fileSize": 3,
                    "metadata": { "mediaType": "text/plain" }, "extensions": { "fileSize": 3 },
                    "downloadLink": format!("/download/attachments/1/{name}"),
                    "_links": { "download": format!("/download/attachments/1/{name}") },
                }],
                "_links": {},
            });
            site.clear_faults();
            site.fault(
                Fault::on(
                    atlassian_sandbox::Service::Confluence,
                    "GET",
                    "/attachments?$|/child/attachment$",
                )
                .body(listed.to_string()),
            );
            site.fault(
                Fault::on(atlassian_sandbox::Service::Confluence, "GET", "download").body("abc"),
            );
            let (space, title) = match site.name() {
                "acme" => ("ENG", "Wallet payments"),
                _ => ("HALL", "Rail gate"),
            };
            let page = site.page_id(space, title).expect("a page");
            let tool = standing.kind.tool("confluence_download_content_attachments");
            let answer = door.call(&tool, json!({ "content_id": page })).await;
            let place = format!("{}, {name:?}: {}", standing.place(), answer.whole);
            assert_eq!(answer.status, 200, "{place}");
            let reply: Value = serde_json::from_str(&answer.whole).expect("a reply");
            for part in reply["result"]["content"].as_array().expect("content") {
                if let Some(uri) = part["resource"]["uri"].as_str() {
                    let last = uri.rsplit('/').next().unwrap_or_default();
                    let path = uri.strip_prefix("attachment:///").expect("our own scheme");
                    assert_eq!(path.split('/').count(), 2, "{place}");
                    assert!(!last.contains(['\\', '\r', '\n']) && last != "..", "{place}");
                }
            }
            assert_eq!((entries(folder.path()), entries(&root)), before, "{place}");
        }
        site.clear_faults();
    }
}
