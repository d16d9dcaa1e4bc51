//! `/metrics`: who may read it, what it counts, and how many series there can be.

use crate::stage::Stage;
use crate::wire::{Reply, Served};
use serde_json::json;

async fn scrape(served: &Served, headers: &[(&str, &str)]) -> Reply {
    let request = served.http.get(format!("{}/metrics", served.base));
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    served.send(request).await
}

/// The value of a series.
fn value(page: &str, series: &str) -> Option<f64> {
    page.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test]
async fn it_is_off_by_default_and_not_for_strangers() {
    let mut stage = Stage::pair().await;
    let served = Served::start(&stage).await;
    let reply = scrape(&served, &[]).await;
    assert_eq!((reply.status, reply.json), (404, json!({ "error": "Not found" })));

    stage.server.http.metrics = true;
    let served = Served::start(&stage).await;
    let far = ("x-forwarded-for", "203.0.113.9");
    let stranger = scrape(&served, &[far]).await;
    assert_eq!(stranger.status, 401);
    assert!(!stranger.text.contains("staging"), "{}", stranger.text);
    for headers in [&[][..], &[far, ("authorization", "Bearer some-token")]] {
        let reply = scrape(&served, headers).await;
        assert_eq!(reply.status, 200, "{headers:?}");
        assert_eq!(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    }
    assert_eq!(scrape(&served, &[far, ("authorization", "bearer x")]).await.status, 401);
}

#[tokio::test]
async fn calls_are_counted_by_instance_tool_and_outcome() {
    let mut stage = Stage::pair().await.open();
    stage.server.http.metrics = true;
    let served = Served::start(&stage).await;
    served.session(&[]).await;
    let page = scrape(&served, &[]).await.text;
    assert_eq!(value(&page, "atlassian_mcp_sessions"), Some(1.0), "{page}");
    assert_eq!(value(&page, "atlassian_mcp_instances_usable"), Some(4.0), "{page}");

    let call = async |tool: &str, arguments| {
        served.modern(&[], "tools/call", json!({ "name": tool, "arguments": arguments })).await
    };
    for _ in 0..3 {
        call("jira_search", json!({ "jql": "project = PAY" })).await;
    }
    call("jira_staging_search", json!({ "jql": "project = PAY" })).await;
    call("jira_search", json!({ "nonsense": true })).await;
    for invented in ["canary-one", "canary-two", "jira_canary_search"] {
        call(invented, json!({ "x": "canary" })).await;
    }
    let page = scrape(&served, &[]).await.text;
    let calls = |instance: &str, tool: &str, outcome: &str| {
        let labels = format!(
            "service=\"jira\",instance=\"{instance}\",tool=\"{tool}\",outcome=\"{outcome}\""
        );
        value(&page, &format!("atlassian_mcp_calls_total{{{labels}}}"))
    };
    assert_eq!(calls("primary", "jira_search", "ok"), Some(3.0), "{page}");
    assert_eq!(calls("primary", "jira_search", "invalid"), Some(1.0), "{page}");
    assert_eq!(calls("staging", "jira_staging_search", "failed"), Some(1.0), "{page}");
    let unknown = "atlassian_mcp_calls_total{service=\"\",instance=\"\",tool=\"(unknown)\",outcome=\"unknown\"}";
    assert_eq!(value(&page, unknown), Some(3.0), "{page}");
    let labels = "service=\"jira\",instance=\"primary\",tool=\"jira_search\"";
    let count = format!("atlassian_mcp_call_duration_seconds_count{{{labels}}}");
    assert_eq!(value(&page, &count), Some(4.0), "{page}");
    let all = format!("atlassian_mcp_call_duration_seconds_bucket{{{labels},le=\"+Inf\"}}");
    assert_eq!(value(&page, &all), Some(4.0), "{page}");
    let answers = "atlassian_mcp_upstream_responses_total{service=\"jira\",instance=\"primary\",status=\"200\"}";
    assert!(value(&page, answers).is_some_and(|n| n >= 3.0), "{page}");
    assert!(!page.contains("canary"), "{page}");
    well_formed(&page);
}

/// Every series has a type before it and is told once.
fn well_formed(page: &str) {
    assert!(page.ends_with('\n'));
    let mut typed = std::collections::BTreeSet::new();
    let mut seen = std::collections::BTreeSet::new();
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let name = rest.split(' ').next().expect("name").to_owned();
            assert!(typed.insert(name), "{line}");
        } else if !line.starts_with('#') {
            let (series, value) = line.rsplit_once(' ').expect("value");
            let name = series.split('{').next().expect("name");
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end))
                .filter(|family| typed.contains(*family))
                .unwrap_or(name);
            assert!(typed.contains(family), "{line}");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert!(seen.insert(series.to_owned()), "{line}");
        }
    }
}
