//! One attempt: send, follow the redirects that may be followed, read the bounded answer.

use crate::fence::Fence;
use crate::origins::{Origins, Reach, same_origin};
use crate::retry::{Failure, retry_after};
use crate::wire::{Outgoing, mask};
use crate::{ApiError, ApiErrorKind, Phase, transport, words};
use atlassian_settings::Secret;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode, header};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use url::Url;

/// Most redirects followed for one request.
const MAX_REDIRECTS: usize = 10;
/// Most bytes read of an error answer.
const MAX_ERROR_BODY: usize = 256 * 1024;

/// What one call needs in each of its attempts.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) http: &'a reqwest::Client,
    pub(crate) origins: &'a Origins,
    pub(crate) fence: &'a Fence,
    pub(crate) outgoing: &'a Outgoing,
    pub(crate) secrets: &'a [Secret],
    pub(crate) template: &'a ApiError,
    pub(crate) timeout: Duration,
    pub(crate) max: usize,
    /// Whether something may have left this machine, for a call that is ended from outside.
    pub(crate) sent: &'a AtomicBool,
}

/// A success answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Exchange<'_> {
    /// Runs one attempt.
    pub(crate) async fn run(&self) -> Result<Answer, Failure> {
        let mut url = self.outgoing.url.clone();
        let mut own = self.outgoing.own;
        for _ in 0..=MAX_REDIRECTS {
            let response = self.ask(&url, own).await?;
            if !is_redirect(response.status()) {
                return self.finish(response, &url).await;
            }
            let status = response.status();
            let location = response.headers().get(header::LOCATION).map(|l| l.to_str().ok());
            let target = match location {
                Some(Some(location)) => {
                    self.origins.redirect(&self.outgoing.method, status, &url, own, location)
                }
                Some(None) => Err("the server redirected to something that is not a URL".into()),
                None => Err("the server redirected without saying where to".into()),
            };
            (url, own) = target.map_err(|reason| self.redirect_refused(status, reason))?;
        }
        let reason = format!("the server redirected more than {MAX_REDIRECTS} times");
        Err(self.redirect_refused(StatusCode::FOUND, reason))
    }

    async fn ask(&self, url: &Url, own: bool) -> Result<reqwest::Response, Failure> {
        // A host that is written as an address is never looked up, so it is checked here.
        self.fence.check(url).map_err(|blocked| Failure {
            error: ApiError {
                address: Some(url.origin().ascii_serialization().into()),
                ..self.failure(ApiErrorKind::Connect, Phase::NotSent).because(blocked.to_string())
            },
            permanent: true,
        })?;
        let request = self.outgoing.build(self.http, url, own).map_err(|reason| {
            Failure::from(self.failure(ApiErrorKind::Setup, Phase::NotSent).because(reason))
        })?;
        let before = self.sent.swap(true, Ordering::Relaxed);
        self.http.execute(request).await.map_err(|error| {
            if error.is_connect() {
                self.sent.store(before, Ordering::Relaxed);
            }
            self.broken(&error, url)
        })
    }

    async fn finish(&self, response: reqwest::Response, url: &Url) -> Result<Answer, Failure> {
        let status = response.status();
        let headers = response.headers().clone();
        if !status.is_success() {
            let body = read_start(response, MAX_ERROR_BODY).await;
            return Err(self.refused(status, &headers, &body).into());
        }
        let too_large = || {
            let bound = self.max;
            Failure::from(ApiError {
                status: Some(status),
                ..self
                    .failure(ApiErrorKind::TooLarge, Phase::Answered)
                    .because(format!("the answer is larger than {bound} bytes"))
            })
        };
        if response.content_length().is_some_and(|n| usize::try_from(n).is_ok_and(|n| n > self.max))
        {
            return Err(too_large());
        }
        let mut response = response;
        let mut body = BytesMut::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > self.max => return Err(too_large()),
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => {
                    let mut failure = self.broken(&error, url);
                    failure.error.status = Some(status);
                    return Err(failure);
                }
            }
        }
        Ok(Answer { status, headers, body: body.freeze() })
    }

    /// The error of an answer that is no success.
    fn refused(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ApiError {
        let media_type = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let text = mask(&String::from_utf8_lossy(body), self.secrets);
        let said = words::read(text.as_bytes(), media_type);
        let captcha = headers
            .get_all("x-seraph-loginreason")
            .iter()
            .any(|value| value.as_bytes().starts_with(b"AUTHENTICATION_DENIED"));
        let reason = if captcha {
            Some("the server asks for a CAPTCHA; log in once with a browser to clear it".to_owned())
        } else {
            said.reason
        };
        ApiError {
            status: Some(status),
            messages: said.messages,
            retry_after: retry_after(headers, jiff::Timestamp::now()),
            body: said.body,
            reason: reason.map(Into::into),
            ..self.failure(ApiErrorKind::of_status(status), Phase::Answered)
        }
    }

    fn redirect_refused(&self, status: StatusCode, reason: String) -> Failure {
        ApiError {
            status: Some(status),
            ..self.failure(ApiErrorKind::Redirect, Phase::Answered).because(reason)
        }
        .into()
    }

    /// The error of a connection that could not be made or broke.
    fn broken(&self, error: &reqwest::Error, url: &Url) -> Failure {
        let seconds = self.timeout.as_secs_f64();
        let (kind, phase, reason) = if error.is_connect() {
            let reason = if error.is_timeout() {
                format!("no connection within {seconds} seconds")
            } else {
                transport::cause(error)
            };
            (ApiErrorKind::Connect, Phase::NotSent, reason)
        } else if error.is_timeout() {
            let reason = format!("nothing came back within {seconds} seconds");
            (ApiErrorKind::Timeout, Phase::Sent, reason)
        } else {
            (ApiErrorKind::Interrupted, Phase::Sent, transport::cause(error))
        };
        let error_with_words = ApiError {
            address: Some(url.origin().ascii_serialization().into()),
            ..self.failure(kind, phase).because(mask(&reason, self.secrets))
        };
        Failure {
            error: error_with_words,
            permanent: kind == ApiErrorKind::Connect && transport::is_permanent(error),
        }
    }

    fn failure(&self, kind: ApiErrorKind, phase: Phase) -> ApiError {
        ApiError { kind, phase, ..self.template.clone() }
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Reads at most `max` bytes; what is cut off or breaks off is not missed in an error answer.
async fn read_start(mut response: reqwest::Response, max: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = max - body.len();
        body.extend(chunk.iter().take(room));
        if body.len() >= max {
            break;
        }
    }
    body
}

impl Origins {
    /// Where a redirect leads, and whether that is the instance itself.
    ///
    /// Reads follow within the instance's own origin with their credentials, and to the
    /// platform's media hosts without. A write is repeated only where the status says that method
    /// and body stay (307, 308), within the origin.
    fn redirect(
        &self,
        method: &Method,
        status: StatusCode,
        from: &Url,
        own: bool,
        location: &str,
    ) -> Result<(Url, bool), String> {
        if location.chars().any(|c| c == '\\' || c.is_control()) {
            return Err("the server redirected to something that is not a URL".to_owned());
        }
        let target = from
            .join(location)
            .map_err(|_| "the server redirected to something that is not a URL".to_owned())?;
        let host = target.host_str().unwrap_or("another scheme");
        if is_login(&target) {
            return Err(format!("the server redirected to a login page on `{host}`"));
        }
        let reads = matches!(*method, Method::GET | Method::HEAD);
        if !reads && !matches!(status.as_u16(), 307 | 308) {
            return Err(format!(
                "the server redirected a {method} request to `{}`, which was not followed",
                words::clip(target.path(), 120)
            ));
        }
        match self.reach(&target) {
            Reach::Own if own && same_origin(&target, from) => Ok((target, true)),
            Reach::Media if reads => Ok((target, false)),
            _ if target.scheme() == "https"
                && from.scheme() == "http"
                && target.host() == from.host() =>
            {
                Err(format!(
                    "the server redirected to https; use `{}` as the address of this instance",
                    target.origin().ascii_serialization()
                ))
            }
            _ if same_origin(&target, from) => Err(format!(
                "the server redirected to `{}`, which is outside this instance, and that was not \
                 followed",
                words::clip(target.path(), 120)
            )),
            _ => Err(format!(
                "the server redirected to another host (`{host}`), which was not followed"
            )),
        }
    }
}

fn is_login(target: &Url) -> bool {
    let last = target.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    matches!(last, "login.jsp" | "login.action" | "login")
        || target.host_str() == Some("id.atlassian.com")
}
