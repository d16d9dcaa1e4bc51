//! Whose credential is used: never another one than the caller's own, unless the operator lends it
//! to who brings none.

use super::door::{KINDS, Wire, basic, ground};
use crate::stage::{Stage, sandbox_service};
use crate::wire::{Served, initialize};
use atlassian_settings::Service;
use serde_json::json;

fn query(service: Service) -> (&'static str, serde_json::Value) {
    match service {
        Service::Jira => ("jira_search", json!({ "jql": "project is not EMPTY" })),
        Service::Confluence => ("confluence_search", json!({ "query": "type = page" })),
    }
}

/// Every `Authorization` that reached a site.
fn arrived(stage: &Stage) -> Vec<String> {
    let mut seen: Vec<String> = stage
        .sandbox
        .sites()
        .iter()
        .flat_map(atlassian_sandbox::Site::log)
        .filter_map(|sent| sent.header("authorization").map(str::to_owned))
        .collect();
    seen.dedup();
    seen
}

fn clear(stage: &Stage) {
    stage.sandbox.sites().iter().for_each(atlassian_sandbox::Site::clear_log);
}

/// Well-formed and wrong: the instance sees exactly it, and refuses.
#[tokio::test(flavor = "multi_thread")]
async fn a_garbage_token_is_never_replaced_by_the_operators() {
    let mut stage = ground().await;
    for lends in [false, true] {
        stage.server.callers.allow_global_fallback = lends;
        for service in Service::ALL {
            for wire in Wire::HTTP {
                wire.prepare(&mut stage);
                for kind in KINDS {
                    kind.configure(&mut stage, service);
                    let header = kind.header(service);
                    let schemes: &[(&str, &str)] = if header.ends_with("personal-token") {
                        &[("garbage", "Bearer garbage")]
                    } else {
                        &[
                            ("Bearer garbage", "Bearer garbage"),
                            ("Token garbage", "Bearer garbage"),
                            ("Basic YTpnYXJiYWdl", "Basic YTpnYXJiYWdl"),
                        ]
                    };
                    for (sent, expected) in schemes {
                        let headers = vec![(header.clone(), (*sent).to_owned())];
                        let mut door = super::door::Door::open(&stage, wire, headers).await;
                        clear(&stage);
                        let (tool, arguments) = query(service);
                        let answer = door.call(&kind.tool(tool), arguments).await;
                        let place = format!("{wire:?} {header}: {sent}, {}", answer.whole);
                        assert!(answer.error && answer.text.contains("401"), "{place}");
                        let seen = arrived(&stage);
                        assert!(!seen.is_empty(), "{place}");
                        assert!(seen.iter().all(|seen| seen == expected), "{seen:?} {place}");
                        assert!(!answer.whole.contains("garbage"), "{place}");
                    }
                }
            }
        }
    }
}

/// Nothing, nothing usable, or something for another instance: no request leaves.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_token_is_never_replaced_by_the_operators() {
    let mut stage = ground().await;
    let home = stage.site("acme").jira_url();
    let malformed: &[&[(&str, &str)]] = &[
        &[],
        &[("authorization", "")],
        &[("authorization", "bearer lower-case")],
        &[("authorization", "raw-token")],
        &[("authorization", "Basic !!!")],
        &[("authorization", "Basic Og==")],
        &[("x-atlassian-jira-staging-personal-token", " ")],
        &[("x-atlassian-jira-personal-token", "without-its-address")],
        &[("x-atlassian-jira-url", &home)],
        &[("x-atlassian-jira-nowhere-personal-token", "x")],
        &[("cookie", "session=x")],
        &[("x-forwarded-user", "admin")],
    ];
    for wire in Wire::HTTP {
        wire.prepare(&mut stage);
        let served = Served::start(&stage).await;
        for headers in malformed {
            clear(&stage);
            let status = match wire {
                Wire::Sse => {
                    let request = served.http.get(format!("{}/sse", served.base));
                    let request = headers.iter().fold(request, |r, (n, v)| r.header(*n, *v));
                    served.send(request).await.status
                }
                Wire::Modern => {
                    let (tool, arguments) = query(Service::Jira);
                    let params = json!({ "name": tool, "arguments": arguments });
                    served.modern(headers, "tools/call", params).await.status
                }
                _ => served.post(headers, &initialize("2025-06-18")).await.status,
            };
            assert_eq!(status, 401, "{wire:?} {headers:?}");
            assert!(arrived(&stage).is_empty(), "{wire:?} {headers:?}");
        }
        // A credential for one place opens no other.
        for service in Service::ALL {
            for kind in KINDS {
                kind.configure(&mut stage, service);
                let site = kind.site(&stage);
                let other = if kind.instance == "primary" { "staging" } else { "primary" };
                let header = format!("x-atlassian-{}-{other}-authorization", service.word());
                let value = basic(&site.username(), &site.api_token(sandbox_service(service)));
                let mut door =
                    super::door::Door::open(&stage, wire, vec![(header.clone(), value)]).await;
                clear(&stage);
                let (tool, arguments) = query(service);
                let answer = door.call(&kind.tool(tool), arguments).await;
                let place = format!("{wire:?} {header}, {}: {}", kind.name, answer.whole);
                assert!(answer.error, "{place}");
                assert!(arrived(&stage).is_empty(), "{place}");
            }
        }
    }
}
