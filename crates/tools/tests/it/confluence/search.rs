//! `confluence_search`.

use super::Wiki;
use atlassian_sandbox::{Fault, Service};
use serde_json::{Value, json};

fn queries(wiki: &Wiki) -> Vec<String> {
    let log = wiki.site.log();
    log.iter().filter_map(|r| r.query_value("cql").map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_looked_for_everywhere() {
    for wiki in Wiki::both().await {
        let id = wiki.page("About capybaras", "<p>The capybara &amp; friends.</p>").await;
        let found = wiki.ok("search", json!({"query": "capybara"})).await;
        assert_eq!(queries(&wiki), ["siteSearch ~ \"capybara\""]);
        let found = found.as_array().expect("a bare list");
        let page = found.iter().find(|page| page["id"] == json!(id)).expect("the page");
        assert_eq!(page["title"], json!("About capybaras"));
        assert_eq!(page["space"]["key"], json!(wiki.space));
        assert_ne!(page["space"]["name"], json!(format!("Space {}", wiki.space)));
        assert_eq!(page["content"]["format"], json!("view"));
        let excerpt = page["content"]["value"].as_str().expect("an excerpt");
        assert!(!excerpt.contains("@@@"), "{excerpt}");
        assert_eq!(page["version"], json!(1));
        assert_eq!(wiki.ok("search", json!({"query": "zzzznothing"})).await, json!([]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quotes_in_words_stay_words() {
    let wiki = Wiki::cloud().await;
    wiki.ok("search", json!({"query": "a \"b\" c\\"})).await;
    assert_eq!(queries(&wiki), [r#"siteSearch ~ "a \"b\" c\\""#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_filter_is_part_of_every_query_and_of_every_hit() {
    for wiki in Wiki::both().await {
        wiki.page("Llama here", "<p>llama</p>").await;
        let fenced = wiki.setup.clone().fenced(wiki.other);
        for query in ["llama", "text ~ \"llama\" OR type = page", "type = page order by created"] {
            wiki.site.clear_log();
            let found = fenced.ok("confluence_search", json!({"query": query})).await;
            let keys: Vec<&Value> =
                found.as_array().expect("a list").iter().map(|p| &p["space"]["key"]).collect();
            assert!(keys.iter().all(|key| **key == json!(wiki.other)), "{keys:?}");
            let fence = format!("AND (space = {})", wiki.other);
            assert!(queries(&wiki).iter().all(|q| q.contains(&fence)), "{:?}", queries(&wiki));
        }
        wiki.site.clear_log();
        let both = json!({"query": "type=page", "spaces_filter": format!("{},{}", wiki.space, wiki.other)});
        fenced.ok("confluence_search", both).await;
        let expected = format!(
            "(type=page) AND (space = {o}) AND (space = {s} OR space = {o})",
            o = wiki.other,
            s = wiki.space
        );
        assert_eq!(queries(&wiki), [expected]);
        wiki.site.clear_log();
        let outside = json!({"query": "llama", "spaces_filter": wiki.space});
        let error = fenced.err("confluence_search", outside).await;
        assert!(error.contains("restricted by configuration"), "{error}");
        let leaving = json!({"query": format!("type = page) OR (space = {}", wiki.space)});
        let error = fenced.err("confluence_search", leaving).await;
        assert!(error.contains("not well-formed"), "{error}");
        assert!(wiki.lines().is_empty(), "{:?}", wiki.lines());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_query_finds_everything_only_inside_a_filter() {
    let wiki = Wiki::cloud().await;
    let error = wiki.err("search", json!({"query": " "})).await;
    assert!(error.contains("query"), "{error}");
    assert!(wiki.lines().is_empty());
    wiki.ok("search", json!({"query": "", "spaces_filter": "ENG, ,~ada"})).await;
    assert_eq!(queries(&wiki), [r#"(space = ENG OR space = "~ada")"#]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_field_is_tried_only_where_the_first_may_be_unknown() {
    let wiki = Wiki::data_center().await;
    wiki.site.fault(Fault::on(Service::Confluence, "GET", "/search$").status(400).times(1));
    wiki.ok("search", json!({"query": "rail"})).await;
    assert_eq!(queries(&wiki), ["siteSearch ~ \"rail\"", "text ~ \"rail\""]);
    for status in [401, 403, 404] {
        wiki.site.clear_log();
        wiki.site.clear_faults();
        wiki.site.fault(Fault::on(Service::Confluence, "GET", "/search$").status(status));
        let error = wiki.err("search", json!({"query": "rail"})).await;
        assert!(error.contains(&status.to_string()), "{error}");
        assert_eq!(queries(&wiki).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_results_is_no_empty_list() {
    let wiki = Wiki::cloud().await;
    wiki.site.fault(Fault::on(Service::Confluence, "GET", "/search$").status(200).body("{}"));
    let error = wiki.err("search", json!({"query": "x"})).await;
    assert!(error.contains("'results' is missing"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_passed_on_and_capped() {
    let wiki = Wiki::cloud().await;
    let mut capped = wiki.setup.clone();
    capped.config.limits.max_pagination_limit = Some(3);
    let given = json!({"query": "type = page", "limit": "5", "start": 2});
    let found = capped.ok("confluence_search", given).await;
    assert!(found.as_array().is_some_and(|found| found.len() <= 3));
    let log = wiki.site.log();
    assert_eq!(log[0].query_value("limit"), Some("3"));
    assert_eq!(log[0].query_value("start"), Some("2"));
    let error = wiki.err("search", json!({"query": "x", "limit": 51})).await;
    assert!(error.contains("limit"), "{error}");
}
