//! The projects and spaces filter, for whoever calls and however the key is dressed.

use super::door::{Kind, Standing, ground};
use atlassian_sandbox::Site;
use atlassian_settings::{Filter, Service};
use serde_json::{Value, json};

/// How many standings share the list of calls.
const PARTS: usize = 9;

/// What is inside and outside of the filter at the site of a kind.
struct Field {
    inside: &'static str,
    outside: &'static str,
    /// An issue or page outside, and a word that only what is outside holds.
    issue: &'static str,
    title: &'static str,
    word: &'static str,
}

fn field(kind: &Kind, service: Service) -> Field {
    match (service, kind.instance) {
        (Service::Jira, "primary") => {
            Field { inside: "LAB", outside: "PAY", issue: "PAY-7", title: "", word: "\"PAY-" }
        }
        (Service::Jira, _) => Field {
            inside: "FLEET",
            outside: "DEPOT",
            issue: "DEPOT-5",
            title: "",
            word: "\"DEPOT-",
        },
        (Service::Confluence, "primary") => Field {
            inside: "OPS",
            outside: "ENG",
            issue: "",
            title: "Wallet payments",
            word: "Wallet payments",
        },
        (Service::Confluence, _) => Field {
            inside: "IT",
            outside: "HALL",
            issue: "",
            title: "Rail gate",
            word: "Rail gate",
        },
    }
}

/// The same key as it may be dressed: what people cannot see, and what only looks the same.
fn dressed(key: &str) -> Vec<String> {
    let first = key.chars().next().unwrap_or_default();
    let rest: String = key.chars().skip(1).collect();
    let wide: String =
        key.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)).collect();
    let mut all = vec![key.to_lowercase(), wide, format!(" {key} "), format!("\t{key}\n")];
    for invisible in [
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{202e}',
        '\u{2060}',
        '\u{feff}',
        '\u{ad}',
        '\u{180e}',
        '\u{a0}',
        '\u{0}',
        '\u{301}',
        '\u{e0041}',
    ] {
        all.push(format!("{invisible}{key}"));
        all.push(format!("{key}{invisible}"));
        all.push(format!("{first}{invisible}{rest}"));
    }
    all
}

/// Calls that want what is outside.
fn calls(service: Service, site: &Site, ground: &Field) -> Vec<(&'static str, Value)> {
    let (inside, outside) = (ground.inside, ground.outside);
    let mut all = Vec::new();
    if service == Service::Jira {
        let number = ground.issue.split('-').nth(1).unwrap_or_default();
        for key in dressed(outside) {
            let issue = format!("{key}-{number}");
            all.push(("jira_get_issue", json!({ "issue_key": issue })));
            all.push(("jira_add_comment", json!({ "issue_key": issue, "body": "x" })));
            all.push(("jira_get_project_issues", json!({ "project_key": key })));
            all.push((
                "jira_create_issue",
                json!({ "project_key": key, "summary": "x", "issue_type": "Task" }),
            ));
            all.push(("jira_search", json!({ "jql": "order by key", "projects_filter": key })));
            all.push(("jira_search", json!({ "jql": format!("project = \"{key}\"") })));
        }
        let numeric = site.issue(ground.issue).expect("an issue")["id"].clone();
        let pasted = format!("{}/browse/{}", site.jira_url(), ground.issue);
        for issue in [json!(ground.issue), numeric, json!(pasted)] {
            all.push(("jira_get_issue", json!({ "issue_key": issue })));
            all.push(("jira_delete_issue", json!({ "issue_key": issue })));
            all.push(("jira_get_worklog", json!({ "issue_key": issue })));
        }
        for jql in [
            format!("project = {outside}"),
            format!("project = {inside} OR project = {outside}"),
            format!("project = {inside}) OR (project = {outside}"),
            format!("x\" OR project = {outside} OR \"x"),
            format!("key = {}", ground.issue),
            format!("project = {inside} ORDER BY key) OR (project = {outside}"),
            format!("project = {inside} /* */ OR project = {outside}"),
            format!("NOT project = {inside}"),
            format!("project in ({inside}, {outside})"),
            format!("project = {inside}\u{0} OR project = {outside}"),
            format!("project = {inside}\\\" OR project = {outside}"),
            format!("issue in linkedIssues({})", ground.issue),
            String::new(),
        ] {
            all.push(("jira_search", json!({ "jql": jql })));
            all.push(("jira_search", json!({ "jql": jql, "projects_filter": outside })));
            all.push((
                "jira_search",
                json!({ "jql": jql, "projects_filter": format!("{inside},{outside}") }),
            ));
        }
        return all;
    }
    let page = site.page_id(outside, ground.title).expect("a page");
    for key in dressed(outside) {
        all.push(("confluence_get_page", json!({ "title": ground.title, "space_key": key })));
        all.push(("confluence_get_space_page_tree", json!({ "space_key": key })));
        all.push((
            "confluence_create_page",
            json!({ "space_key": key, "title": "From outside", "content": "x" }),
        ));
        all.push(("confluence_search", json!({ "query": "type = page", "spaces_filter": key })));
        all.push(("confluence_search", json!({ "query": format!("space = \"{key}\"") })));
    }
    for id in [json!(page), page.parse::<u64>().map_or(json!(page), |id| json!(id))] {
        all.push(("confluence_get_page", json!({ "page_id": id })));
        all.push(("confluence_delete_page", json!({ "page_id": id })));
        all.push(("confluence_get_page_children", json!({ "parent_id": id })));
        all.push(("confluence_get_attachments", json!({ "content_id": id })));
        all.push(("confluence_add_comment", json!({ "page_id": id, "body": "x" })));
    }
    for cql in [
        format!("space = {outside}"),
        format!("space = {inside} OR space = {outside}"),
        format!("space = {inside}) OR (space = {outside}"),
        format!("x\" OR space = {outside} OR \"x"),
        format!("id = {page}"),
        format!("ancestor = {page}"),
        format!("space in ({inside}, {outside})"),
        format!("type = page ORDER BY title) OR (space = {outside}"),
        format!("NOT space = {inside}"),
        format!("space = {inside}\\\" OR space = {outside}"),
        ground.title.to_owned(),
        String::new(),
    ] {
        all.push(("confluence_search", json!({ "query": cql })));
        all.push(("confluence_search", json!({ "query": cql, "spaces_filter": outside })));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_outside_the_filter_is_shown_or_changed_whoever_asks_and_however() {
    let mut stage = ground().await;
    for service in Service::ALL {
        for (turn, standing) in Standing::all().into_iter().enumerate() {
            let site = standing.kind.site(&stage);
            site.reset().expect("fresh data");
            let ground = field(&standing.kind, service);
            let exposure = &mut stage.instance(service, standing.kind.instance).exposure;
            exposure.filter = None;
            let reading = match service {
                Service::Jira => ("jira_get_issue", json!({ "issue_key": ground.issue })),
                Service::Confluence => {
                    let page = site.page_id(ground.outside, ground.title).expect("a page");
                    ("confluence_get_page", json!({ "page_id": page }))
                }
            };
            let mut open = standing.open(&mut stage, service).await;
            let shown = open.call(&standing.kind.tool(reading.0), reading.1).await;
            assert!(shown.whole.contains(ground.outside), "{}: {shown:?}", standing.place());

            stage.instance(service, standing.kind.instance).exposure.filter =
                Filter::parse(ground.inside);
            let mut door = standing.open(&mut stage, service).await;
            // Each standing tries a part of the list, and the next one another: all of it several times.
            let all = calls(service, &site, &ground).into_iter().enumerate();
            for (_, (tool, arguments)) in all.filter(|(at, _)| (at + turn) % PARTS == 0) {
                site.clear_log();
                let place = format!("{}, {tool} {arguments}", standing.place());
                let answer = door.call(&standing.kind.tool(tool), arguments).await;
                let text = answer.text.replace('\\', "");
                assert_eq!(answer.status, 200, "{place}");
                assert!(answer.error || !text.contains(ground.word), "{place}: {text}");
                for sent in site.log() {
                    let search = sent.path.contains("search");
                    let reads = search || sent.path.contains("/convert-ids");
                    assert!(sent.method == "GET" || reads, "{place}: {}", sent.line());
                    if sent.status < 300 && (search || sent.query_value("jql").is_some()) {
                        let query = format!("{:?}{}", sent.query, sent.json());
                        assert!(query.contains(ground.inside), "{place}: {query}");
                    }
                }
            }
            stage.instance(service, standing.kind.instance).exposure.filter = None;
        }
    }
}
