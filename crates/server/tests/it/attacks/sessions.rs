//! A session is of who opened it; knowing its id is worth nothing.

use super::door::{KINDS, Wire, basic, ground};
use crate::sse::Stream;
use crate::stage::sandbox_service;
use crate::wire::{Served, call, initialize, request};
use atlassian_settings::Service;
use serde_json::json;

/// Callers who differ in one thing each: scheme, user, token, header, instance, or in what is
/// passed on for them.
fn callers() -> Vec<Vec<(String, String)>> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    vec![
        vec![pair("authorization", "Bearer tok")],
        vec![pair("authorization", "Token tok")],
        vec![pair("authorization", "Bearer tok2")],
        vec![pair("authorization", &basic("ann", "tok"))],
        vec![pair("authorization", &basic("bo", "tok"))],
        vec![pair("authorization", &basic("ann", "tok2"))],
        vec![pair("x-atlassian-jira-staging-personal-token", "tok")],
        vec![pair("x-atlassian-confluence-staging-personal-token", "tok")],
        vec![pair("x-atlassian-jira-staging-authorization", "Bearer tok")],
        vec![pair("x-atlassian-jira-primary-authorization", "Bearer tok")],
        vec![
            pair("authorization", "Bearer tok"),
            pair("x-atlassian-jira-staging-personal-token", "tok"),
        ],
    ]
}

fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_uses_or_ends_the_session_of_another_caller() {
    let stage = ground().await;
    let served = Served::start(&stage).await;
    let search = call(1, "jira_search", json!({ "jql": "project is not EMPTY" }));
    let ping = request(1, "ping", json!({}));
    for owner in callers() {
        let id = served.session(&borrowed(&owner)).await;
        let session = ("mcp-session-id", id.as_str());
        for thief in callers().into_iter().filter(|thief| *thief != owner) {
            let mut headers = borrowed(&thief);
            headers.push(session);
            for body in [&search, &ping, &initialize("2025-06-18")] {
                let reply = served.post(&headers, body).await;
                assert_eq!(reply.status, 404, "{owner:?} robbed by {thief:?}: {}", reply.text);
            }
            for request in [served.http.get(served.url()), served.http.delete(served.url())] {
                let request = request.header("accept", "text/event-stream");
                let request = headers.iter().fold(request, |r, (n, v)| r.header(*n, *v));
                assert_eq!(served.send(request).await.status, 404, "{owner:?} {thief:?}");
            }
        }
        let nobody = served.post(&[session], &ping).await;
        assert_eq!(nobody.status, 401, "without credentials there is no session to see");
        let mut own = borrowed(&owner);
        own.push(session);
        assert_eq!(served.post(&own, &ping).await.status, 200, "{owner:?} has it still");
    }
    for site in stage.sandbox.sites() {
        assert!(site.log().is_empty(), "{}", site.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_speaks_into_the_stream_of_another_caller() {
    let mut stage = ground().await;
    Wire::Sse.prepare(&mut stage);
    let served = Served::start(&stage).await;
    let ping = request(1, "ping", json!({})).to_string();
    for owner in callers() {
        let own = borrowed(&owner);
        let mut stream = Stream::open_as(&served, &own).await;
        for thief in callers().into_iter().filter(|thief| *thief != owner) {
            let status = stream.say(&served, &borrowed(&thief), ping.clone()).await;
            assert_eq!(status, 404, "{owner:?} robbed by {thief:?}");
        }
        assert_eq!(stream.say(&served, &[], ping.clone()).await, 401);
        let hello = initialize("2024-11-05").to_string();
        assert_eq!(stream.say(&served, &own, hello).await, 202);
        assert!(stream.hear().await["result"].is_object(), "{owner:?} has it still");
    }
}

/// With the operator's credentials lent to everybody, who brings none shares nothing with who
/// brings some.
#[tokio::test(flavor = "multi_thread")]
async fn the_lent_credential_opens_no_session_of_a_caller() {
    let stage = ground().await.open();
    let served = Served::start(&stage).await;
    let ping = request(1, "ping", json!({}));
    for owner in callers() {
        let id = served.session(&borrowed(&owner)).await;
        assert_eq!(served.post(&[("mcp-session-id", &id)], &ping).await.status, 404);
    }
    let id = served.session(&[]).await;
    for thief in callers() {
        let mut headers = borrowed(&thief);
        headers.push(("mcp-session-id", &id));
        assert_eq!(served.post(&headers, &ping).await.status, 404, "{thief:?}");
    }
    // What a good credential brings is of its owner too.
    let acme = stage.site("acme");
    for service in Service::ALL {
        for kind in KINDS.iter().filter(|kind| kind.instance == "primary") {
            let value = basic(&acme.username(), &acme.api_token(sandbox_service(service)));
            let header = kind.header(service);
            let id = served.session(&[(&header, &value)]).await;
            assert_eq!(served.post(&[("mcp-session-id", &id)], &ping).await.status, 404);
        }
    }
}
