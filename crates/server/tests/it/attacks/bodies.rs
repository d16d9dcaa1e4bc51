//! A megabyte of what is hard for each converter, through the tools that convert: every call is
//! answered, and the next one too. What makes the converters linear is proven beside them, in
//! `crates/markup/tests/it/stress.rs`.

use super::door::{KINDS, Standing, Wire, ground};
use crate::stage::{Stage, sandbox_service};
use atlassian_sandbox::{Fault, Site};
use atlassian_settings::Service;
use serde_json::{Value, json};

const SIZE: usize = 1 << 20;

fn much_of(part: &str) -> String {
    part.repeat(SIZE / part.len() + 1)
}

/// Repeated, each of these nests, backtracks or refers somewhere in one of the formats.
const MARKDOWN: &[&str] = &["[a](", "*a _b ", "> - ", "<b>`", "|a|b\n|-|-|\n", "![[~{"];
const WIKI: &[&str] = &["{quote}{panel:a}", "[a|", "*_a ", "||a|", "{color:red}{{", "# *** "];
/// What opens and what closes it: nested as deep as a megabyte goes, or side by side.
const STORAGE: &[(&str, &str)] = &[
    ("<div><p>", "</p></div>"),
    ("<table><tbody><tr><td>", "</td></tr></tbody></table>"),
    (
        "<ac:structured-macro ac:name=\"panel\"><ac:rich-text-body>",
        "</ac:rich-text-body></ac:structured-macro>",
    ),
    ("<strong><em>a", "</em></strong>"),
    ("<ul><li>a</li></ul>", ""),
    ("&lt;&amp;<![CDATA[ ]]>", ""),
];

fn issue(site: &Site) -> &'static str {
    if site.name() == "acme" { "PAY-7" } else { "DEPOT-5" }
}

fn page(site: &Site) -> String {
    let (space, title) =
        if site.name() == "acme" { ("ENG", "Wallet payments") } else { ("HALL", "Rail gate") };
    site.page_id(space, title).expect("a page")
}

/// Nested deeper than anything of use, and longer.
fn adf(kind: &str) -> Value {
    let text = json!({ "type": "text", "text": "core", "marks": [{ "type": "strong" }] });
    let mut node = json!({ "type": "paragraph", "content": [text.clone()] });
    // JSON readers stop at about a hundred levels; what comes in is never deeper.
    for _ in 0..40 {
        node = json!({ "type": kind, "content": [node] });
    }
    let long = json!({ "type": "paragraph", "content": vec![text; 8] });
    let size = long.to_string().len();
    let mut content = vec![long; SIZE / size];
    content.push(node);
    json!({ "type": "doc", "version": 1, "content": content })
}

/// One on each flavour: what converts knows neither the credential nor the wire.
fn standings() -> Vec<Standing> {
    let one = |wire, name: &str| {
        let kind = KINDS.into_iter().find(|kind| kind.name == name).expect("a kind");
        Standing { wire, kind, operators: true }
    };
    vec![one(Wire::Stdio, "Basic on Cloud"), one(Wire::Modern, "Bearer")]
}

async fn still_serves(door: &mut super::door::Door, standing: &Standing, site: &Site) {
    site.clear_faults();
    let tool = standing.kind.tool("jira_get_issue");
    let answer = door.call(&tool, json!({ "issue_key": issue(site), "fields": "summary" })).await;
    assert!(!answer.error, "{}: {}", standing.place(), answer.whole);
}

/// Whatever came of it, it came from the tool and not from a broken server.
fn answered(standing: &Standing, what: &str, answer: &super::door::Answer) {
    let text: String = answer.whole.chars().take(300).collect();
    let place = format!("{}, {what}: {text}", standing.place());
    assert_eq!(answer.status, 200, "{place}");
    assert!(answer.whole.contains("\"content\":["), "{place}");
    assert!(!answer.text.contains("deadline") && !answer.text.contains("took longer"), "{place}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_of_markdown_is_written_or_refused() {
    let mut stage = ground().await;
    stage.server.http.max_body_bytes = 8 << 20;
    for (turn, standing) in standings().into_iter().enumerate() {
        let site = standing.kind.site(&stage);
        standing.kind.configure(&mut stage, Service::Confluence);
        let mut door = standing.open(&mut stage, Service::Jira).await;
        for (at, part) in MARKDOWN.iter().enumerate().skip(turn).step_by(2) {
            // A megabyte of the first two; the others are long enough to tell a square from a line.
            let mut body = much_of(part);
            body.truncate(if at < 2 { SIZE } else { SIZE / 8 });
            let title = if site.name() == "acme" { "Wallet payments" } else { "Rail gate" };
            let (tool, arguments) = if at % 4 < 2 {
                ("jira_add_comment", json!({ "issue_key": issue(&site), "body": body }))
            } else {
                let arguments = json!({ "page_id": page(&site), "title": title, "content": body });
                ("confluence_update_page", arguments)
            };
            let answer = door.call(&standing.kind.tool(tool), arguments).await;
            answered(&standing, &format!("{tool} {part:?}"), &answer);
            site.reset().expect("fresh data");
            still_serves(&mut door, &standing, &site).await;
        }
    }
}

/// Makes the site answer with a body of a megabyte in its own format.
async fn read(standing: &Standing, stage: &mut Stage, service: Service, body: Value) {
    let site = standing.kind.site(stage);
    let mut door = standing.open(stage, service).await;
    let (path, tool, arguments) = match service {
        Service::Jira => ("/issue/", "jira_get_issue", json!({ "issue_key": issue(&site) })),
        Service::Confluence => {
            ("/pages/|/content/", "confluence_get_page", json!({ "page_id": page(&site) }))
        }
    };
    let fault = Fault::on(sandbox_service(service), "GET", path);
    site.fault(fault.body(body.to_string()));
    let answer = door.call(&standing.kind.tool(tool), arguments).await;
    answered(standing, tool, &answer);
    assert!(!answer.error, "{}: {:.300}", standing.place(), answer.whole);
    assert!(answer.whole.contains("core"), "{}: it was converted", standing.place());
    still_serves(&mut door, standing, &site).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_of_adf_and_of_wiki_is_read() {
    let mut stage = ground().await;
    for standing in standings() {
        let site = standing.kind.site(&stage);
        let key = issue(&site);
        let of = |description: Value| {
            json!({ "id": "1", "key": key, "fields": {
                "summary": "x", "description": description, "project": { "key": key } } })
        };
        if site.name() == "acme" {
            for kind in ["blockquote", "bulletList", "panel", "table", "unheardOf"] {
                read(&standing, &mut stage, Service::Jira, of(adf(kind))).await;
            }
        } else {
            for part in WIKI {
                read(
                    &standing,
                    &mut stage,
                    Service::Jira,
                    of(json!(format!("core {}", much_of(part)))),
                )
                .await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_of_storage_is_read() {
    let mut stage = ground().await;
    for standing in standings() {
        standing.kind.configure(&mut stage, Service::Jira);
        let site = standing.kind.site(&stage);
        for (open, close) in STORAGE {
            let times = SIZE / (open.len() + close.len());
            let value = format!("{}core{}", open.repeat(times), close.repeat(times));
            let body = json!({
                "id": page(&site), "type": "page", "status": "current", "title": "x",
                "spaceId": "1", "space": { "key": "HALL", "id": 1 },
                "version": { "number": 1 },
                "body": { "storage": { "value": value, "representation": "storage" } },
                "_links": { "webui": "/x" },
            });
            read(&standing, &mut stage, Service::Confluence, body).await;
        }
    }
}
