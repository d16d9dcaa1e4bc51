//! Many sessions at once, while one of the instances never answers.

use crate::stage::Stage;
use crate::wire::{Reply, Served, call, soon, text};
use atlassian_sandbox::{Fault, Service};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Sessions, each with a call under way that never comes back.
const SESSIONS: usize = 100;

/// Calls of each session that must come back meanwhile.
const CALLS: [(&str, &str); 3] = [
    ("jira_get_issue", r#"{"issue_key": "PAY-1"}"#),
    ("confluence_search", r#"{"query": "plan"}"#),
    ("confluence_staging_search", r#"{"query": "plan"}"#),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_instance_is_not_felt_by_a_hundred_sessions_on_the_others() {
    let mut stage = Stage::pair().await.open();
    // All of them are to hang there, and none to wait here for its turn.
    let limits = &mut stage.instance(atlassian_settings::Service::Jira, "staging").limits;
    limits.max_concurrent_requests = u32::try_from(SESSIONS).ok();
    let corp = stage.site("corp");
    corp.fault(Fault::on(Service::Jira, "*", ".").hang());
    let served = Arc::new(Served::start(&stage).await);

    let mut opening = JoinSet::new();
    for _ in 0..SESSIONS {
        let served = Arc::clone(&served);
        opening.spawn(async move { served.session(&[]).await });
    }
    let sessions = opening.join_all().await;
    assert_eq!(sessions.iter().collect::<BTreeSet<_>>().len(), SESSIONS);

    corp.reset_max_in_flight();
    let mut hanging = JoinSet::new();
    for session in sessions.clone() {
        let served = Arc::clone(&served);
        hanging.spawn(async move {
            let slow = call(1, "jira_staging_get_issue", json!({ "issue_key": "DEPOT-1" }));
            // Not bounded as other waits of tests are: it is to last as long as the test does.
            served.prepare(&[("mcp-session-id", &session)], slow.to_string()).send().await
        });
    }
    soon(async {
        while corp.max_in_flight() < SESSIONS {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;

    let mut calling = JoinSet::new();
    for session in sessions.clone() {
        let served = Arc::clone(&served);
        calling.spawn(async move {
            let mut replies: Vec<(&str, Reply)> = Vec::new();
            for (id, (tool, arguments)) in (2..).zip(CALLS) {
                let arguments = serde_json::from_str(arguments).expect("JSON");
                let headers = [("mcp-session-id", session.as_str())];
                replies.push((tool, served.post(&headers, &call(id, tool, arguments)).await));
            }
            replies
        });
    }
    let replies: Vec<(&str, Reply)> = calling.join_all().await.into_iter().flatten().collect();
    assert_eq!(replies.len(), SESSIONS * CALLS.len());
    for (tool, reply) in &replies {
        assert_eq!(reply.status, 200, "{tool}: {reply:?}");
        assert_eq!(reply.json["result"]["isError"], json!(false), "{tool}: {}", text(&reply.json));
    }
    let still = corp.log().iter().filter(|sent| sent.service == Service::Jira).count();
    assert_eq!(still, SESSIONS, "the calls that hang were sent once each");

    // A session that its client ends takes the call in it along.
    for session in &sessions {
        let end = served.http.delete(served.url()).header("mcp-session-id", session);
        assert!(served.send(end).await.status < 300);
    }
    soon(async {
        while {
            corp.reset_max_in_flight();
            corp.max_in_flight() > 0
        } {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    hanging.abort_all();
}
