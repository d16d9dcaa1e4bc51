//! Bounds on traffic and their isolation between instances.

use crate::fixture::{client, control, instance, pat, read};
use crate::server::{Reply, Server};
use atlassian_http::{ApiErrorKind, Client, Phase};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

fn spawn(calls: &mut JoinSet<bool>, client: &Client, number: usize) {
    for _ in 0..number {
        let client = client.clone();
        calls.spawn(async move { client.send(&read(), &pat(), &control()).await.is_ok() });
    }
}

async fn drain(calls: JoinSet<bool>, server: &Server, number: usize) {
    server.pass(number);
    assert!(calls.join_all().await.into_iter().all(|ok| ok));
}

#[tokio::test]
async fn no_more_requests_are_in_flight_than_allowed() {
    let server = Server::start(|_, _| Reply::Held).await;
    let mut config = instance(&server.url());
    config.limits.max_concurrent_requests = Some(3);
    let client = client(config);
    let mut calls = JoinSet::new();
    spawn(&mut calls, &client, 12);
    server.until(|state| state.in_flight == 3).await;
    drain(calls, &server, 12).await;
    let state = server.state();
    assert_eq!((state.seen, state.max_in_flight), (12, 3));
}

#[tokio::test]
async fn the_default_lets_independent_requests_run_together() {
    let server = Server::start(|_, _| Reply::Held).await;
    let client = client(instance(&server.url()));
    let mut calls = JoinSet::new();
    spawn(&mut calls, &client, 40);
    server.until(|state| state.in_flight == 32).await;
    drain(calls, &server, 40).await;
    assert_eq!(server.state().max_in_flight, 32);
}

#[tokio::test]
async fn the_bound_of_the_process_spans_instances() {
    let server = Server::start(|_, _| Reply::Held).await;
    let process = Arc::new(Semaphore::new(2));
    let mut calls = JoinSet::new();
    for _ in 0..3 {
        let client = client(instance(&server.url())).with_process_limit(Arc::clone(&process));
        spawn(&mut calls, &client, 2);
    }
    server.until(|state| state.in_flight == 2).await;
    drain(calls, &server, 6).await;
    assert_eq!(server.state().max_in_flight, 2);
}

#[tokio::test]
async fn a_queue_is_left_on_cancellation_without_sending() {
    let server = Server::start(|_, _| Reply::Held).await;
    let mut config = instance(&server.url());
    config.limits.max_concurrent_requests = Some(1);
    let client = client(config);
    let mut calls = JoinSet::new();
    spawn(&mut calls, &client, 1);
    server.until(|state| state.in_flight == 1).await;
    let control = control();
    control.cancel.cancel();
    let error = client.send(&read(), &pat(), &control).await.unwrap_err();
    assert_eq!((error.kind, error.phase), (ApiErrorKind::Cancelled, Phase::NotSent));
    drain(calls, &server, 1).await;
    assert_eq!(server.state().seen, 1);
}

#[tokio::test]
async fn the_breaker_opens_for_its_own_instance_only() {
    let server = Server::start(|_, _| Reply::status(503)).await;
    let mut config = instance(&server.url());
    config.limits.retry.attempts = 0;
    config.limits.breaker_threshold = Some(2);
    let overloaded = client(config.clone());
    let other = client(config.clone());
    for _ in 0..2 {
        let error = overloaded.send(&read(), &pat(), &control()).await.unwrap_err();
        assert!(error.is_status(503));
    }
    let reloaded = overloaded.with_config(Arc::new(config));
    for client in [&overloaded, &reloaded] {
        let error = client.send(&read(), &pat(), &control()).await.unwrap_err();
        assert_eq!((error.kind, error.phase), (ApiErrorKind::BreakerOpen, Phase::NotSent));
        assert!(error.to_string().contains("let through in 30 seconds"), "{error}");
    }
    assert_eq!(server.state().seen, 2);
    assert!(other.send(&read(), &pat(), &control()).await.unwrap_err().is_status(503));
}

#[tokio::test]
async fn the_breaker_lets_a_probe_through_and_closes_on_success() {
    let server =
        Server::start(|_, number| if number == 0 { Reply::status(503) } else { Reply::json("{}") })
            .await;
    let mut config = instance(&server.url());
    config.limits.retry.attempts = 0;
    config.limits.breaker_threshold = Some(1);
    config.limits.breaker_cooldown = std::time::Duration::ZERO;
    let client = client(config);
    assert!(client.send(&read(), &pat(), &control()).await.is_err());
    for _ in 0..2 {
        client.send(&read(), &pat(), &control()).await.unwrap();
    }
    assert_eq!(server.state().seen, 3);
}
