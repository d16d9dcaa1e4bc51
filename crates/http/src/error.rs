//! What can go wrong between us and an instance.

use http::StatusCode;
use std::fmt;
use std::time::Duration;

/// A failed exchange with an instance.
///
/// `Display` is the sentence for people: what was being done, on which instance, the status,
/// Atlassian's own words and, where one is known, the next step. It never holds a credential or a
/// query string.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// What went wrong.
    pub kind: ApiErrorKind,
    /// What was being done: `read issue PAY-1`.
    pub action: String,
    /// The instance, as shown to people (`Jira staging`).
    pub instance: String,
    /// HTTP status, when an answer came.
    pub status: Option<StatusCode>,
    /// Atlassian's own messages, field names kept.
    pub messages: Vec<FieldMessage>,
    /// `Retry-After` of the answer, or what is left of the breaker's pause.
    pub retry_after: Option<Duration>,
    /// How far the request had got.
    pub phase: Phase,
    /// The JSON body of the answer, when it was JSON, for tools that look further.
    pub body: Option<serde_json::Value>,
    /// Whether the request would have changed something.
    pub write: bool,
    /// Our own words on the cause, where the kind alone does not tell it.
    pub reason: Option<Box<str>>,
    /// Scheme, host and port that was talked to, for failures of the connection.
    pub address: Option<Box<str>>,
}

/// One message of an error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMessage {
    /// The field it is about.
    pub field: Option<String>,
    /// Atlassian's words.
    pub text: String,
}

/// Kinds of failure, each with a text of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiErrorKind {
    /// 400 or 422: the request was understood and refused.
    Invalid,
    /// 401: the credential is missing, wrong or expired. Without a status: there is no OAuth token
    /// to send.
    Unauthorized,
    /// 403: the credential is good, the permission is missing.
    Forbidden,
    /// 404.
    NotFound,
    /// 409 or 412: somebody else was first.
    Conflict,
    /// 410: the operation no longer exists.
    Gone,
    /// 413, or an answer above the bound that the request set.
    TooLarge,
    /// 429.
    RateLimited,
    /// 5xx.
    Server,
    /// Another status of 4xx.
    Other,
    /// A success status with a body that is not what the operation answers (HTML, truncated JSON).
    UnexpectedBody,
    /// A redirect that was refused.
    Redirect,
    /// No connection could be made.
    Connect,
    /// The connection broke after the request was sent.
    Interrupted,
    /// The request's own timeout ran out.
    Timeout,
    /// The deadline of the call ran out.
    Deadline,
    /// The caller cancelled.
    Cancelled,
    /// The breaker is open after repeated refusals.
    BreakerOpen,
    /// The client could not be built (certificate file missing, bad proxy address).
    Setup,
}

/// How far a request had got when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing left this machine.
    NotSent,
    /// It may have been carried out.
    Sent,
    /// The server answered.
    Answered,
}

impl ApiErrorKind {
    /// The kind of an answer with this status.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            400 | 422 => Self::Invalid,
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 | 412 => Self::Conflict,
            410 => Self::Gone,
            413 => Self::TooLarge,
            429 => Self::RateLimited,
            300..=399 => Self::Redirect,
            500..=599 => Self::Server,
            _ => Self::Other,
        }
    }
}

impl ApiError {
    /// A failure without an answer, before anything was sent; fields are set from there.
    #[must_use]
    pub fn new(kind: ApiErrorKind, action: impl Into<String>, instance: impl Into<String>) -> Self {
        Self {
            kind,
            action: action.into(),
            instance: instance.into(),
            status: None,
            messages: Vec::new(),
            retry_after: None,
            phase: Phase::NotSent,
            body: None,
            write: false,
            reason: None,
            address: None,
        }
    }

    /// The same failure with our words on its cause.
    #[must_use]
    pub fn because(mut self, reason: impl Into<Box<str>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Whether the status was this one.
    #[must_use]
    pub fn is_status(&self, status: u16) -> bool {
        self.status.is_some_and(|s| s.as_u16() == status)
    }

    /// Whether a write may have been carried out although it failed here.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        self.write
            && (self.phase == Phase::Sent
                || self.status.is_some_and(|s| matches!(s.as_u16(), 500 | 502 | 504)))
    }

    fn service(&self) -> &str {
        self.instance.split(' ').next().unwrap_or_default()
    }

    fn could_not(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {} on {}", self.action, self.instance)
    }

    /// `(HTTP 404)`, then the messages, then a full stop.
    fn details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(status) = self.status {
            write!(f, " (HTTP {})", status.as_u16())?;
        }
        self.words(f)
    }

    fn words(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = ": ";
        for message in &self.messages {
            f.write_str(separator)?;
            if let Some(field) = &message.field {
                write!(f, "{field}: ")?;
            }
            f.write_str(message.text.trim_end_matches('.'))?;
            separator = "; ";
        }
        if let Some(reason) = &self.reason {
            write!(f, "{separator}{}", reason.trim_end_matches('.'))?;
        }
        f.write_str(".")
    }

    fn doubt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.write && self.status.is_some_and(|status| status.is_success()) {
            f.write_str(" The server reported success, so the change was most likely made.")?;
        } else if self.may_have_happened() {
            f.write_str(
                " The change may have been carried out all the same; read the item to check \
                 before repeating it.",
            )?;
        } else if self.write && self.phase == Phase::NotSent {
            f.write_str(" Nothing was changed.")?;
        }
        Ok(())
    }

    fn next_step(&self) -> &'static str {
        match self.kind {
            // "Try again" is the wrong advice when the change may have been made.
            ApiErrorKind::Server if self.may_have_happened() => {
                " The server has a problem or is overloaded."
            }
            _ if self.may_have_happened() => "",
            ApiErrorKind::Invalid if self.messages.is_empty() => {
                " The server gave no reason; check the values that were sent."
            }
            ApiErrorKind::Forbidden => {
                " The credentials were accepted, but the account lacks the permission; use an \
                 account that has it or ask an administrator."
            }
            ApiErrorKind::NotFound => {
                " Check the key or id, and that the account may see it: what an account may not \
                 see is answered like this too."
            }
            ApiErrorKind::Conflict => {
                " Somebody else changed it in the meantime; read it again, then repeat the change."
            }
            ApiErrorKind::Gone => " The server no longer offers this operation.",
            ApiErrorKind::TooLarge if self.is_status(413) => {
                " What was sent is larger than the server accepts; send less."
            }
            ApiErrorKind::TooLarge => " Ask for less: fewer fields, a smaller limit or one file.",
            ApiErrorKind::Server => " The server has a problem or is overloaded; try again later.",
            ApiErrorKind::Other if self.is_status(407) => {
                " The proxy asks for credentials; put them into the proxy address."
            }
            ApiErrorKind::Redirect => {
                " Check the address and the credentials of this instance, and whether a proxy or \
                 single sign-on stands before it."
            }
            ApiErrorKind::Timeout => " Try again, ask for less, or raise the instance's timeout.",
            ApiErrorKind::Deadline => " Ask for less, or raise `ATLASSIAN_CALL_TIMEOUT`.",
            ApiErrorKind::Interrupted => " Try again.",
            _ => "",
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address.as_deref().unwrap_or("its address");
        match self.kind {
            ApiErrorKind::Unauthorized if self.status.is_none() => {
                write!(f, "Authentication failed for {} API: ", self.service())?;
                self.could_not(f)?;
                self.words(f)?;
            }
            ApiErrorKind::Unauthorized => {
                write!(f, "Authentication failed for {} API (401): ", self.service())?;
                self.could_not(f)?;
                self.words(f)?;
                f.write_str(
                    " The user name, token or password is wrong, expired or revoked; check the \
                     credentials of this instance.",
                )?;
            }
            ApiErrorKind::RateLimited => {
                write!(f, "{} API rate limit hit (429): ", self.service())?;
                self.could_not(f)?;
                self.words(f)?;
                match self.retry_after {
                    Some(wait) => write!(
                        f,
                        " The server asks for a pause, Retry-After: {} seconds; call again after \
                         that.",
                        whole_seconds(wait)
                    )?,
                    None => f.write_str(" No Retry-After was given; wait before calling again.")?,
                }
            }
            ApiErrorKind::NotFound => {
                self.could_not(f)?;
                f.write_str(": not found")?;
                self.details(f)?;
            }
            ApiErrorKind::Connect => {
                write!(f, "Could not connect to {} at {address}", self.service())?;
                if let Some(reason) = &self.reason {
                    write!(f, ": {}", reason.trim_end_matches('.'))?;
                }
                write!(f, "; ")?;
                self.could_not(f)?;
                f.write_str(
                    ". Check the URL of this instance, the network and the proxy settings.",
                )?;
            }
            ApiErrorKind::Interrupted => {
                self.could_not(f)?;
                write!(f, ": the connection to {address} broke before the answer was complete")?;
                self.details(f)?;
            }
            ApiErrorKind::Deadline => {
                self.could_not(f)?;
                f.write_str(": the time allowed for the call ran out")?;
                self.words(f)?;
            }
            ApiErrorKind::Cancelled => {
                self.could_not(f)?;
                f.write_str(": the call was cancelled")?;
                self.words(f)?;
            }
            ApiErrorKind::BreakerOpen => {
                self.could_not(f)?;
                write!(
                    f,
                    ": requests to {} are paused after repeated 429 or 503 answers; the next one \
                     is let through in {} seconds.",
                    self.instance,
                    whole_seconds(self.retry_after.unwrap_or_default())
                )?;
            }
            _ => {
                self.could_not(f)?;
                self.details(f)?;
            }
        }
        if let (ApiErrorKind::Server, Some(wait)) = (self.kind, self.retry_after) {
            write!(f, " Retry-After: {} seconds.", whole_seconds(wait))?;
        }
        f.write_str(self.next_step())?;
        self.doubt(f)
    }
}

impl std::error::Error for ApiError {}

fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::{ApiError, ApiErrorKind, FieldMessage, Phase};
    use http::StatusCode;
    use std::time::Duration;

    fn error(kind: ApiErrorKind) -> ApiError {
        ApiError::new(kind, "read issue PAY-1", "Jira staging")
    }

    fn answered(status: u16) -> ApiError {
        let status = StatusCode::from_u16(status).unwrap();
        ApiError {
            status: Some(status),
            phase: Phase::Answered,
            ..error(ApiErrorKind::of_status(status))
        }
    }

    #[test]
    fn texts_keep_the_phrases_that_clients_match() {
        assert!(
            answered(401).to_string().starts_with("Authentication failed for Jira API (401): ")
        );
        let limited =
            ApiError { retry_after: Some(Duration::from_millis(3_599_001)), ..answered(429) };
        let text = limited.to_string();
        assert!(text.contains("rate limit hit (429)"), "{text}");
        assert!(text.contains("Retry-After: 3600 seconds"), "{text}");
        assert!(answered(404).to_string().contains("not found (HTTP 404)"));
        let connect = ApiError {
            address: Some("https://jira.corp.example:8443".into()),
            ..error(ApiErrorKind::Connect).because("connection refused")
        };
        assert!(
            connect
                .to_string()
                .starts_with("Could not connect to Jira at https://jira.corp.example:8443: conn"),
            "{connect}"
        );
    }

    #[test]
    fn a_permission_problem_is_not_called_a_token_problem() {
        let text = answered(403).to_string();
        assert!(text.contains("permission") && !text.contains("Authentication failed"), "{text}");
    }

    #[test]
    fn fields_and_messages_are_kept_apart_by_semicolons() {
        let mut error = answered(400);
        error.messages = vec![
            FieldMessage { field: Some("summary".into()), text: "is required.".into() },
            FieldMessage { field: None, text: "Bad thing".into() },
        ];
        assert_eq!(
            error.to_string(),
            "could not read issue PAY-1 on Jira staging (HTTP 400): summary: is required; Bad thing."
        );
    }

    #[test]
    fn a_write_without_an_answer_says_that_it_may_have_happened() {
        for kind in [ApiErrorKind::Timeout, ApiErrorKind::Deadline, ApiErrorKind::Interrupted] {
            let sent = ApiError { write: true, phase: Phase::Sent, ..error(kind) };
            assert!(sent.to_string().contains("may have been carried out"), "{sent}");
            let unsent = ApiError { write: true, ..error(kind) };
            assert!(unsent.to_string().contains("Nothing was changed"), "{unsent}");
            let read = ApiError { phase: Phase::Sent, ..error(kind) };
            assert!(!read.to_string().contains("carried out"), "{read}");
        }
    }
}
