//! Start and end of the process: exit codes, signals, closed pipes, ports in use.

use crate::process::{StdioSession, command, run, variables};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

fn jira() -> Vec<(String, String)> {
    variables(&[
        ("JIRA_URL", "https://acme.atlassian.net"),
        ("JIRA_USERNAME", "ada@acme.example"),
        ("JIRA_API_TOKEN", "canary-token-4711"),
    ])
}

#[test]
fn a_closed_stdin_ends_it_with_success_before_and_after_the_handshake() {
    let (code, out, _) = StdioSession::spawn(&jira(), &[]).finish();
    assert_eq!((code, out.as_str()), (Some(0), ""));
    let (code, _, errors) = StdioSession::start(&jira(), &[]).finish();
    assert_eq!(code, Some(0), "{errors}");
}

#[cfg(unix)]
#[test]
fn signals_end_it_with_success() {
    for signal in ["-TERM", "-INT"] {
        let session = StdioSession::start(&jira(), &[]);
        let id = session.child.id().to_string();
        assert!(
            std::process::Command::new("kill")
                .args([signal, &id])
                .status()
                .expect("kill")
                .success()
        );
        let (code, _, errors) = session.end();
        assert_eq!(code, Some(0), "{signal}: {errors}");
    }
}

#[test]
fn a_garbage_line_is_answered_and_the_session_goes_on() {
    let mut session = StdioSession::start(&jira(), &[]);
    session.send_line("this is not JSON");
    let answer = session.receive().expect("an answer");
    assert_eq!(answer["error"]["code"], json!(-32700));
    assert_eq!(answer["id"], Value::Null);
    assert!(session.tools().contains_key("jira_get_issue"));
}

#[test]
fn nothing_but_the_protocol_reaches_stdout_at_any_log_level() {
    for arguments in [&[][..], &["-v"], &["-vv"]] {
        let mut with_stdout = jira();
        with_stdout.push(("MCP_LOGGING_STDOUT".to_owned(), "true".to_owned()));
        let mut session = StdioSession::start(&with_stdout, arguments);
        session.tools();
        session.call("jira_get_issue", json!({"issue_key": "bad key"}));
        let (code, out, errors) = session.finish();
        assert_eq!(code, Some(0));
        assert!(
            out.lines().all(
                |line| serde_json::from_str::<Value>(line).is_ok_and(|m| m["jsonrpc"] == "2.0")
            )
        );
        assert!(!out.contains("canary-token-4711") && !errors.contains("canary-token-4711"));
    }
}

#[test]
fn the_start_tells_each_instance_and_each_call_names_its_own() {
    let mut session = StdioSession::start(&jira(), &["-v"]);
    session.call("jira_get_issue", json!({}));
    let (_, _, errors) = session.finish();
    let line =
        errors.lines().find(|line| line.contains("prefix jira_")).expect("a line per instance");
    for part in ["primary", "acme.atlassian.net", "cloud", "auth basic", "read-write", "tools"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(
        errors.lines().any(|line| line.contains("jira_get_issue") && line.contains("jira primary")),
        "{errors}"
    );
}

#[test]
fn a_port_in_use_is_a_sentence_and_exit_code_1() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("address").port().to_string();
    let output = run(&jira(), &["--transport", "streamable-http", "--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains(&port) && errors.contains("in use"), "{errors}");
    assert_eq!(errors.lines().filter(|line| line.starts_with("Error: ")).count(), 1, "{errors}");
}

#[cfg(unix)]
#[test]
fn http_ends_on_a_signal() {
    let mut child = command(&jira(), &["--transport", "streamable-http", "--port", "0", "-v"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut errors = BufReader::new(child.stderr.take().expect("stderr"));
    let mut line = String::new();
    while !line.contains("http://127.0.0.1:") {
        line.clear();
        assert_ne!(errors.read_line(&mut line).expect("stderr"), 0, "ended before it listened");
    }
    assert!(
        std::process::Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status()
            .expect("kill")
            .success()
    );
    // Read to the end, so that a full pipe never holds the process.
    std::io::copy(&mut errors, &mut std::io::sink()).expect("stderr");
    assert_eq!(child.wait().expect("the process ends").code(), Some(0));
}

/// Each session of a client holds a connection, and a soft limit is there to be raised.
#[cfg(target_os = "linux")]
#[test]
fn over_http_the_limit_of_open_files_is_raised() {
    let limits = |arguments: &[&str]| {
        let server = command(&jira(), &[&["-v"], arguments].concat());
        let mut child = std::process::Command::new("/bin/sh")
            .args(["-c", "ulimit -Sn 100; exec \"$0\" \"$@\""])
            .arg(server.get_program())
            .args(server.get_args())
            .env_clear()
            .envs(jira())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut errors = BufReader::new(child.stderr.take().expect("stderr"));
        let mut line = String::new();
        while !line.contains("prefix jira_") {
            line.clear();
            assert_ne!(errors.read_line(&mut line).expect("stderr"), 0, "ended before it served");
        }
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id()));
        child.kill().expect("it runs");
        child.wait().expect("the process ends");
        let limits = limits.expect("limits");
        let files = limits.lines().find(|line| line.starts_with("Max open files")).expect("files");
        let mut numbers = files.split_whitespace().skip(3).map(|word| word.parse::<u64>().ok());
        (numbers.next().expect("soft").expect("a number"), numbers.next().expect("hard"))
    };
    let (soft, hard) = limits(&["--transport", "streamable-http", "--port", "0"]);
    assert!(soft > 100 && hard.is_none_or(|hard| soft == hard.min(65_536)), "{soft} {hard:?}");
    assert_eq!(limits(&[]).0, 100, "over stdio there is one client, and the limit is left alone");
}

#[test]
fn wrong_usage_and_wrong_configuration_are_exit_code_2() {
    for arguments in [
        &["--transport", "http"][..],
        &["--port", "many"],
        &["--nonsense"],
        &["--env-file", "/no/such/file"],
    ] {
        let output = run(&[], arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
    let output =
        run(&variables(&[("READ_ONLY_MODE", "perhaps"), ("IGNORE_HEADER_AUTH", "soon")]), &[]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("READ_ONLY_MODE") && errors.contains("IGNORE_HEADER_AUTH"), "{errors}");
    let output = run(&[], &["--stateless"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn without_any_configuration_it_starts_and_says_what_is_missing() {
    let mut session = StdioSession::start(&[], &[]);
    assert!(session.tools().is_empty());
    let (failed, text) = session.call("jira_get_issue", json!({"issue_key": "PAY-1"}));
    assert!(failed && text.contains("client not available") && text.contains("JIRA_URL"), "{text}");
}
