//! Faults a test can plant: what a network, a proxy or an overloaded product does to a request.

use std::time::Duration;

use regex::Regex;

use crate::wire::{Reply, Service};

/// One planted misbehaviour, matched by service, method and path.
///
/// Faults are asked in the order they were planted; the first that matches and still has
/// something to do decides the answer, after the delay it names. A fault without an answer of
/// its own (only a delay) lets the request through to the simulated product.
///
/// ```
/// use atlassian_sandbox::{Fault, Service};
/// let busy = Fault::on(Service::Jira, "GET", "/issue/").status(429).retry_after("3").times(2);
/// # let _ = busy;
/// ```
#[derive(Debug, Clone)]
pub struct Fault {
    service: Service,
    method: String,
    path: Result<Regex, String>,
    status: Option<u16>,
    body: Option<Vec<u8>>,
    content_type: &'static str,
    headers: Vec<(String, String)>,
    delay: Duration,
    ending: Ending,
    left: Option<u32>,
    skip: u32,
}

/// How the exchange ends when a fault takes it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// A complete answer, or the product's own when the fault names none.
    Answer,
    /// No answer ever; the connection stays open.
    Hang,
    /// The connection is reset (TCP RST) before a byte of the answer.
    Reset,
    /// The head promises the whole body, this many bytes arrive, then the connection closes.
    Truncate(usize),
}

/// What the server does with one request after asking the faults.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) delay: Duration,
    pub(crate) ending: Ending,
    /// The answer that replaces the product's.
    pub(crate) reply: Option<Reply>,
    /// Headers added to the product's own answer when `reply` is `None`.
    pub(crate) headers: Vec<(String, String)>,
}

impl Fault {
    /// A fault for requests of `service` with `method` (`*` for any) whose path below the
    /// product's base (`/rest/api/3/issue/PAY-1`; no context path, no `/wiki`, no gateway prefix)
    /// matches the regular expression `path`.
    #[must_use]
    pub fn on(service: Service, method: &str, path: &str) -> Self {
        Self {
            service,
            method: method.to_ascii_uppercase(),
            path: Regex::new(path).map_err(|error| error.to_string()),
            status: None,
            body: None,
            content_type: "application/json",
            headers: Vec::new(),
            delay: Duration::ZERO,
            ending: Ending::Answer,
            left: None,
            skip: 0,
        }
    }

    /// Answers with this HTTP status instead of the product's answer.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Answers with this body (status 200 unless [`Fault::status`] says otherwise).
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Adds a header to the answer; to the product's own if the fault has no answer.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds `Retry-After`: seconds or an HTTP date, sent as given.
    #[must_use]
    pub fn retry_after(self, value: &str) -> Self {
        self.header("retry-after", value)
    }

    /// Waits before answering.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Never answers.
    #[must_use]
    pub fn hang(mut self) -> Self {
        self.ending = Ending::Hang;
        self
    }

    /// Resets the connection before any byte of an answer.
    #[must_use]
    pub fn reset(mut self) -> Self {
        self.ending = Ending::Reset;
        self
    }

    /// Sends `bytes` bytes of the body although the head promised all of it, then closes.
    #[must_use]
    pub fn truncate(mut self, bytes: usize) -> Self {
        self.ending = Ending::Truncate(bytes);
        self
    }

    /// Answers 200 with an HTML login page, as a single sign-on proxy does to an API call.
    #[must_use]
    pub fn html_login(mut self) -> Self {
        self.status.get_or_insert(200);
        self.content_type = "text/html;charset=UTF-8";
        self.body(
            "<!DOCTYPE html><html><head><title>Log in to continue</title></head><body>\
             <form id=\"login\" action=\"/sso/login\" method=\"post\">\
             <input name=\"user\"><input name=\"password\" type=\"password\"></form></body></html>",
        )
    }

    /// Answers 401 as the gateway does to an OAuth token without the scope for the operation.
    #[must_use]
    pub fn missing_scope(self) -> Self {
        self.status(401).body(r#"{"code":401,"message":"Unauthorized; scope does not match"}"#)
    }

    /// Answers 403 as Data Center does after too many failed logins.
    #[must_use]
    pub fn captcha(self) -> Self {
        self.status(403)
            .header("x-seraph-loginreason", "AUTHENTICATION_DENIED")
            .header("x-authentication-denied-reason", "CAPTCHA_CHALLENGE; login-url=/login.jsp")
            .body("")
    }

    /// Strikes this many times, then is spent. Without it the fault stays.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.left = Some(times);
        self
    }

    /// Lets this many matching requests through first.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    fn matches(&self, service: Service, method: &str, path: &str) -> bool {
        self.service == service
            && (self.method == "*" || self.method == method)
            && match &self.path {
                Ok(regex) => regex.is_match(path),
                Err(_) => true,
            }
    }

    fn verdict(&self) -> Verdict {
        let own = self.status.is_some() || self.body.is_some();
        let reply = match (&self.path, own) {
            (Err(problem), _) => Some(Reply::text(
                500,
                &format!("the sandbox cannot read the fault's path expression: {problem}"),
            )),
            (Ok(_), false) => None,
            (Ok(_), true) => {
                let mut reply = Reply::bytes(
                    self.status.unwrap_or(200),
                    self.content_type,
                    self.body.clone().unwrap_or_default(),
                );
                for (name, value) in &self.headers {
                    reply = reply.header(name, value);
                }
                Some(reply)
            }
        };
        Verdict { delay: self.delay, ending: self.ending, reply, headers: self.headers.clone() }
    }
}

/// Asks the planted faults, spending the one that strikes.
pub(crate) fn strike(
    faults: &mut Vec<Fault>,
    service: Service,
    method: &str,
    path: &str,
) -> Option<Verdict> {
    let mut verdict = None;
    for fault in faults.iter_mut() {
        if fault.left == Some(0) || !fault.matches(service, method, path) {
            continue;
        }
        if fault.skip > 0 {
            fault.skip -= 1;
            continue;
        }
        if let Some(left) = &mut fault.left {
            *left -= 1;
        }
        verdict = Some(fault.verdict());
        break;
    }
    faults.retain(|fault| fault.left != Some(0));
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_as_often_as_told_and_only_where_told() {
        let mut faults =
            vec![Fault::on(Service::Jira, "get", "/issue/").status(503).after(1).times(1)];
        let ask = |faults: &mut Vec<Fault>, method, path| {
            strike(faults, Service::Jira, method, path).and_then(|v| v.reply).map(|r| r.status)
        };
        assert_eq!(ask(&mut faults, "POST", "/issue/A-1"), None);
        assert_eq!(ask(&mut faults, "GET", "/issue/A-1"), None, "the first one passes");
        assert_eq!(ask(&mut faults, "GET", "/myself"), None);
        assert_eq!(ask(&mut faults, "GET", "/issue/A-1"), Some(503));
        assert_eq!(ask(&mut faults, "GET", "/issue/A-1"), None, "spent");
        assert!(faults.is_empty());
    }

    #[test]
    fn a_broken_expression_is_told_and_not_ignored() {
        let mut faults = vec![Fault::on(Service::Jira, "*", "(")];
        let verdict = strike(&mut faults, Service::Jira, "GET", "/x").unwrap();
        assert_eq!(verdict.reply.unwrap().status, 500);
    }
}
