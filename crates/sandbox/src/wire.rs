//! What a handler sees of a request and what it answers with, free of the HTTP library.

use base64::Engine as _;
use bytes::Bytes;
use serde_json::{Value, json};

/// The product a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Jira: platform, agile and service desk.
    Jira,
    /// Confluence.
    Confluence,
}

impl Service {
    /// `jira` or `confluence`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jira => "jira",
            Self::Confluence => "confluence",
        }
    }
}

/// An answer of the simulated product.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

/// A handler's result: both sides are answers, the right one is a refusal and ends it early.
pub(crate) type Answer = Result<Reply, Reply>;

impl Reply {
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::bytes(status, "application/json;charset=UTF-8", value.to_string().into_bytes())
    }

    pub(crate) fn ok(value: &Value) -> Self {
        Self::json(200, value)
    }

    pub(crate) fn created(value: &Value) -> Self {
        Self::json(201, value)
    }

    pub(crate) fn none() -> Self {
        Self::empty(204)
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self::bytes(status, "text/plain;charset=UTF-8", text.as_bytes().to_vec())
    }

    pub(crate) fn html(status: u16, text: &str) -> Self {
        Self::bytes(status, "text/html;charset=UTF-8", text.as_bytes().to_vec())
    }

    pub(crate) fn bytes(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Names why the sandbox refused, for the person reading a failed test; the products send
    /// no such header.
    pub(crate) fn reason(self, why: &str) -> Self {
        let plain: String = why
            .chars()
            .map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' })
            .collect();
        self.header(REASON, &plain)
    }
}

/// The header that tells why the sandbox refused a request.
pub const REASON: &str = "x-sandbox-reason";

/// One request as a handler sees it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// Path below the product's base, percent-encoded as sent: `/rest/api/3/issue/PAY-1`.
    pub(crate) path: String,
    /// Decoded query pairs in order.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// Base address the caller used for the product; absolute links start with it.
    pub(crate) base: String,
    /// Who calls: the internal user name.
    pub(crate) user: String,
    /// Values of the route's `{...}` parts, decoded.
    pub(crate) parts: Vec<(&'static str, String)>,
}

impl Call {
    /// A part of the route's path; empty when the route has none of that name.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.parts.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v.as_str())
    }

    /// First value of a query parameter.
    pub(crate) fn q(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// All values of a query parameter, repeated or separated by commas.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        self.query
            .iter()
            .filter(|(n, _)| n == name)
            .flat_map(|(_, v)| v.split(','))
            .map(str::trim)
            .filter(|v| !v.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A non-negative number of the query, `default` when absent or unreadable.
    pub(crate) fn number(&self, name: &str, default: usize) -> usize {
        self.q(name).and_then(|v| v.parse().ok()).unwrap_or(default)
    }

    /// A boolean of the query.
    pub(crate) fn flag(&self, name: &str, default: bool) -> bool {
        match self.q(name) {
            Some("true") => true,
            Some("false") => false,
            _ => default,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The body as JSON; `None` when it is not JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// Refuses an upload without the header that forged requests cannot send.
    pub(crate) fn refuse_forged(&self) -> Result<(), Reply> {
        let given = self.header("x-atlassian-token").unwrap_or_default();
        if given.eq_ignore_ascii_case("no-check") || given.eq_ignore_ascii_case("nocheck") {
            return Ok(());
        }
        Err(Reply::text(403, "XSRF check failed")
            .reason("uploads need the header X-Atlassian-Token: no-check"))
    }

    /// The parts of a `multipart/form-data` body; empty when it is not one.
    pub(crate) fn form_parts(&self) -> Vec<FormPart> {
        let Some(boundary) = self
            .header("content-type")
            .filter(|t| t.starts_with("multipart/form-data"))
            .and_then(|t| t.split("boundary=").nth(1))
            .map(|b| b.split(';').next().unwrap_or(b).trim_matches('"').to_owned())
        else {
            return Vec::new();
        };
        split_form(&self.body, &boundary)
    }
}

/// One part of an upload.
#[derive(Debug, Clone)]
pub(crate) struct FormPart {
    pub(crate) name: String,
    pub(crate) filename: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) data: Bytes,
}

fn split_form(body: &Bytes, boundary: &str) -> Vec<FormPart> {
    let marker = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut at = find(body, marker.as_bytes(), 0);
    while let Some(start) = at {
        let head_start = start + marker.len();
        let Some(next) = find(body, marker.as_bytes(), head_start) else { break };
        let section = body.slice(head_start..next);
        if let Some(split) = find(&section, b"\r\n\r\n", 0) {
            let head =
                String::from_utf8_lossy(section.get(..split).unwrap_or_default()).into_owned();
            let end = section.len().saturating_sub(2).max(split + 4);
            let mut part = FormPart {
                name: String::new(),
                filename: None,
                content_type: None,
                data: section.slice(split + 4..end),
            };
            for line in head.lines() {
                let lower = line.to_ascii_lowercase();
                if lower.starts_with("content-disposition:") {
                    part.name = attribute(line, "name").unwrap_or_default();
                    part.filename = attribute(line, "filename");
                } else if let Some(value) = lower.strip_prefix("content-type:") {
                    part.content_type = Some(value.trim().to_owned());
                }
            }
            parts.push(part);
        }
        at = Some(next);
    }
    parts
}

fn attribute(line: &str, name: &str) -> Option<String> {
    line.split(';').map(str::trim).find_map(|piece| {
        let value = piece.strip_prefix(name)?.strip_prefix('=')?;
        Some(value.trim_matches('"').replace("%22", "\""))
    })
}

fn find(hay: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = hay.get(from..)?;
    rest.windows(needle.len()).position(|w| w == needle).map(|p| p + from)
}

/// Percent-decodes one path segment; a lone `%` stays.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let pair = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte, pair) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Decodes a query string into pairs.
pub(crate) fn query_pairs(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Percent-encodes a value for a query.
pub(crate) fn encode(value: &str) -> String {
    url::form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

/// An opaque paging position: what it counts and where it stands.
pub(crate) fn cursor(kind: &str, position: usize) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("{kind}:{position}"))
}

/// Reads a cursor of the same kind; `None` for a foreign or damaged one.
pub(crate) fn read_cursor(kind: &str, text: &str) -> Option<usize> {
    let raw = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()?;
    String::from_utf8(raw).ok()?.strip_prefix(kind)?.strip_prefix(':')?.parse().ok()
}

/// Jira's error body.
pub(crate) fn jira_error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"errorMessages": [message], "errors": {}}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_leaves_lone_percent_signs_alone() {
        assert_eq!(decode("a%20b%2Fc%zz%"), "a b/c%zz%");
        assert_eq!(decode("%C3%A9+"), "é+");
    }

    #[test]
    fn a_cursor_counts_only_what_it_was_made_for() {
        let text = cursor("pages", 25);
        assert_eq!(read_cursor("pages", &text), Some(25));
        assert_eq!(read_cursor("spaces", &text), None);
        assert_eq!(read_cursor("pages", "!!"), None);
    }

    #[test]
    fn form_parts_are_split_at_the_boundary() {
        let body = Bytes::from_static(
            b"--X\r\nContent-Disposition: form-data; name=\"minorEdit\"\r\n\r\ntrue\r\n--X\r\n\
              Content-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
              Content-Type: text/plain\r\n\r\nhi\r\nyou\r\n--X--\r\n",
        );
        let parts = split_form(&body, "X");
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].name, "minorEdit");
        assert_eq!(&parts[0].data[..], b"true");
        assert_eq!(parts[1].filename.as_deref(), Some("a.txt"));
        assert_eq!(&parts[1].data[..], b"hi\r\nyou");
    }
}
