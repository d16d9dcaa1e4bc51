//! `healthcheck`, as a container runs it: with the server's own variables.

use crate::process::{HttpServer, command, run, variables};
use crate::sites::Sites;
use std::net::TcpListener;
use std::process::{Command, Output};

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// Runs it beside a runtime that has other things to do.
async fn checked(mut check: Command) -> Output {
    tokio::task::spawn_blocking(move || check.output().expect("the binary runs"))
        .await
        .expect("no panic")
}

#[tokio::test]
async fn a_server_that_serves_is_healthy_and_one_that_has_ended_is_not() {
    let given = Sites::start().await.variables();
    let server = HttpServer::start(&given, &["-v"]);
    let port = server.port();
    for variables in [
        &[("TRANSPORT", "streamable-http")][..],
        // A container listens everywhere, and is asked on the loopback address all the same.
        &[("TRANSPORT", "streamable-http"), ("HOST", "0.0.0.0")],
        // The transport may have been given to the server as a flag.
        &[],
    ] {
        let all = variables_with(variables, &port);
        let output = checked(command(&all, &["healthcheck"])).await;
        assert_eq!(output.status.code(), Some(0), "{variables:?}: {}", text(&output));
        assert!(text(&output).contains("healthy"), "{}", text(&output));
    }
    server.finish();
    let output = run(&variables_with(&[("TRANSPORT", "streamable-http")], &port), &["healthcheck"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(
        text(&output).contains(&port) && text(&output).contains("refused"),
        "{}",
        text(&output)
    );
}

fn variables_with(pairs: &[(&str, &str)], port: &str) -> Vec<(String, String)> {
    let mut all = variables(pairs);
    all.push(("PORT".to_owned(), port.to_owned()));
    all
}

#[test]
fn something_else_on_the_port_is_not_healthy() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("address").port().to_string();
    let stranger = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut asked = [0; 1024];
        let length = stream.read(&mut asked).expect("a request");
        stream
            .write_all(b"HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n")
            .expect("an answer");
        String::from_utf8_lossy(&asked[..length]).into_owned()
    });
    let output = run(&variables_with(&[("JIRA_API_TOKEN", "canary-1")], &port), &["healthcheck"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("302"), "{}", text(&output));
    let asked = stranger.join().expect("no panic");
    assert!(asked.starts_with("GET /healthz ") && !asked.contains("canary"), "{asked}");
}

#[test]
fn a_configuration_with_which_no_server_starts_is_unhealthy() {
    let given = variables(&[("READ_ONLY_MODE", "perhaps")]);
    let output = run(&given, &["healthcheck"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("READ_ONLY_MODE"), "{}", text(&output));
}
