//! Planted faults as a client meets them.

use std::time::Duration;

use atlassian_sandbox::{Fault, Service};

use crate::ask::{both, client, jira};

#[tokio::test]
async fn a_status_with_retry_after_strikes_and_goes() {
    let all = both().await;
    all.acme.fault(
        Fault::on(Service::Jira, "GET", "/myself$")
            .status(429)
            .retry_after("3")
            .body("{}")
            .times(1),
    );
    let got = jira(&all.acme, "GET", "/rest/api/3/myself", None).await;
    assert_eq!((got.status, got.header("retry-after")), (429, "3"));
    assert_eq!(jira(&all.acme, "GET", "/rest/api/3/myself", None).await.status, 200);
    assert_eq!(all.acme.log().iter().map(|r| r.status).collect::<Vec<_>>(), [429, 200]);
}

#[tokio::test]
async fn broken_connections_are_broken_for_the_client() {
    let all = both().await;
    let url = format!("{}/rest/api/3/myself", all.acme.jira_url());
    let send = || {
        client()
            .get(&url)
            .basic_auth(all.acme.username(), Some(all.acme.api_token(Service::Jira)))
            .send()
    };
    all.acme.fault(Fault::on(Service::Jira, "*", ".").reset().times(1));
    assert!(send().await.is_err());
    assert_eq!(all.acme.log()[0].status, 0);
    all.acme.fault(Fault::on(Service::Jira, "*", ".").truncate(10).times(1));
    let cut = send().await.unwrap();
    assert_eq!(cut.status(), 200);
    assert!(cut.bytes().await.is_err());
    all.acme.fault(Fault::on(Service::Jira, "*", ".").html_login().times(1));
    let login = send().await.unwrap();
    assert_eq!(login.status(), 200);
    assert!(login.text().await.unwrap().contains("Log in"));
    assert_eq!(send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_hanging_request_counts_as_in_flight_until_the_caller_goes() {
    let all = both().await;
    all.acme.fault(Fault::on(Service::Jira, "GET", "/issue/").hang());
    let url = format!("{}/rest/api/3/issue/PAY-1", all.acme.jira_url());
    let calls: Vec<_> = (0..3).map(|_| tokio::spawn(reqwest::get(url.clone()))).collect();
    while all.acme.max_in_flight() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for call in calls {
        call.abort();
    }
    all.acme.clear_faults();
    loop {
        all.acme.reset_max_in_flight();
        if all.acme.max_in_flight() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(jira(&all.acme, "GET", "/rest/api/3/issue/PAY-1", None).await.status, 200);
    assert_eq!(all.acme.max_in_flight(), 1);
}

#[tokio::test]
async fn a_delay_alone_lets_the_product_answer() {
    let all = both().await;
    all.corp.fault(
        Fault::on(Service::Jira, "GET", "/myself")
            .delay(Duration::from_millis(1))
            .header("x-node", "2"),
    );
    let got = jira(&all.corp, "GET", "/rest/api/2/myself", None).await;
    assert_eq!((got.status, got.header("x-node")), (200, "2"));
    all.corp.reset().unwrap();
    assert!(all.corp.log().is_empty());
    assert_eq!(jira(&all.corp, "GET", "/rest/api/2/myself", None).await.header("x-node"), "");
}
