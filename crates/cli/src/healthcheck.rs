//! `healthcheck`: asks a server on this machine whether it serves, for containers that have neither
//! a shell nor curl (design section 9, mcp-and-stack spec section 6.3).

use crate::arguments::Invocation;
use crate::environment::Environment;
use crate::output::{Done, Failure, line};
use crate::serve;
use atlassian_settings::{HttpSettings, Transport};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// How long the server may take to answer; the usual limit of those who run probes is longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks `/healthz` under the address that the settings make the server listen on. Prints a sentence;
/// exit code 1 when there is no good answer, whatever the reason: those who run probes know only
/// healthy and unhealthy.
pub(crate) fn run(invocation: &Invocation, environment: &Environment) -> Done {
    let settings = invocation.settings(environment).map_err(|failure| failure.coded(1))?.server;
    let url = address(&settings.http)?;
    serve::on_runtime(async move {
        match ask(&url).await {
            Ok(()) => line(&format!("{url} answers: healthy")),
            Err(reason) => {
                let advice = if settings.transport == Transport::Stdio {
                    " TRANSPORT is stdio here, so that the server may not listen at all; give the check the \
                     server's own variables (TRANSPORT, HOST, PORT)."
                } else {
                    ""
                };
                Err(Failure::failed(format!("{url} does not answer: {reason}.{advice}")))
            }
        }
    })
}

/// The address under which this machine reaches the listener.
fn address(http: &HttpSettings) -> Result<String, Failure> {
    if http.port == 0 {
        return Err(Failure::failed(
            "PORT is 0, so that the system chose one which nobody else knows; set PORT to ask the server there.",
        ));
    }
    let scheme = if http.tls_cert.is_some() { "https" } else { "http" };
    let host = http.host.trim_matches(|c| c == '[' || c == ']');
    let host = match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(any)) if any.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
        Ok(IpAddr::V6(any)) if any.is_unspecified() => format!("[{}]", Ipv6Addr::LOCALHOST),
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => host.to_owned(),
    };
    Ok(format!("{scheme}://{host}:{}/healthz", http.port))
}

/// Whether the address answers as a server of ours does.
async fn ask(url: &str) -> Result<(), String> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        // The certificate is for the name that clients use, which is not the one asked here. Nothing
        // is sent that a stranger could use, and nothing of the answer but its status is.
        .tls_danger_accept_invalid_certs(true)
        .timeout(PATIENCE)
        .build()
        .map_err(|error| reason(&error))?;
    let answer = client.get(url).send().await.map_err(|error| reason(&error))?;
    if answer.status().as_u16() == 200 {
        return Ok(());
    }
    Err(format!("status {}, and 200 was expected", answer.status().as_u16()))
}

/// The innermost cause, which is the one that helps ("connection refused").
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("nothing came back within {} s", PATIENCE.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::address;
    use atlassian_settings::HttpSettings;
    use std::path::PathBuf;

    #[test]
    fn the_listener_is_asked_where_this_machine_reaches_it() {
        let with = |host: &str, tls: bool| {
            let http = HttpSettings {
                host: host.to_owned(),
                port: 9000,
                tls_cert: tls.then(|| PathBuf::from("cert.pem")),
                ..HttpSettings::default()
            };
            address(&http).expect("an address")
        };
        for (host, tls, expected) in [
            ("127.0.0.1", false, "http://127.0.0.1:9000/healthz"),
            ("0.0.0.0", false, "http://127.0.0.1:9000/healthz"),
            ("::", false, "http://[::1]:9000/healthz"),
            ("[::]", true, "https://[::1]:9000/healthz"),
            ("fd00::1", false, "http://[fd00::1]:9000/healthz"),
            ("10.1.2.3", true, "https://10.1.2.3:9000/healthz"),
            ("localhost", false, "http://localhost:9000/healthz"),
        ] {
            assert_eq!(with(host, tls), expected, "{host}");
        }
    }

    #[test]
    fn a_port_that_nobody_knows_cannot_be_asked() {
        let http = HttpSettings { port: 0, ..HttpSettings::default() };
        assert!(address(&http).is_err());
    }
}
