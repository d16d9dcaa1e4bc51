//! Files: attachments, images and whatever else is not JSON.

use crate::ApiRequest;
use bytes::Bytes;
use http::{HeaderMap, header};

/// A downloaded file, held in memory and bounded by the caller.
#[derive(Clone, Debug)]
pub struct Download {
    /// Content.
    pub bytes: Bytes,
    /// `Content-Type` of the answer.
    pub media_type: Option<String>,
    /// File name from `Content-Disposition`, else the last segment of the path; never with a
    /// directory, a control character or a leading dot.
    pub file_name: Option<String>,
}

impl Download {
    pub(crate) fn of(request: &ApiRequest, headers: &HeaderMap, bytes: Bytes) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let media_type = text(header::CONTENT_TYPE).map(str::to_owned);
        let disposition = headers
            .get(header::CONTENT_DISPOSITION)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let file_name = disposition
            .as_deref()
            .and_then(named)
            .or_else(|| {
                let last = request.path.as_str().rsplit('/').next().unwrap_or_default();
                Some(percent_decoded(last))
            })
            .and_then(|name| safe(&name));
        Self { bytes, media_type, file_name }
    }
}

/// The file name of a `Content-Disposition` (RFC 6266): the extended form wins.
fn named(disposition: &str) -> Option<String> {
    let mut plain = None;
    for parameter in parameters(disposition) {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "filename*" => {
                let mut parts = value.trim_matches('"').splitn(3, '\'');
                let charset = parts.next().unwrap_or_default();
                if let (true, Some(encoded)) = (charset.eq_ignore_ascii_case("utf-8"), parts.nth(1))
                {
                    return Some(percent_decoded(encoded));
                }
            }
            "filename" => {
                let unquoted = value
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix('"'))
                    .map(|inner| inner.replace("\\\"", "\"").replace("\\\\", "\\"));
                plain = Some(unquoted.unwrap_or_else(|| value.to_owned()));
            }
            _ => {}
        }
    }
    plain
}

/// The parameters of a header, split at semicolons outside quotes.
fn parameters(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut current = String::new();
    let mut quoted = false;
    let mut escaped = false;
    for c in text.chars() {
        match c {
            ';' if !quoted => all.push(std::mem::take(&mut current)),
            _ => current.push(c),
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
    }
    all.push(current);
    all
}

fn percent_decoded(text: &str) -> String {
    crate::origins::decode(text)
}

/// Longest file name, in characters.
const MAX_FILE_NAME: usize = 200;

fn safe(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).take(MAX_FILE_NAME).collect();
    let clean = clean.trim().trim_start_matches('.').to_owned();
    (!clean.is_empty()).then_some(clean)
}

#[cfg(test)]
mod tests {
    use super::{named, safe};

    #[test]
    fn names_come_from_the_disposition() {
        let cases = [
            ("attachment; filename=\"a;b.png\"", Some("a;b.png")),
            ("attachment; filename=plain.txt", Some("plain.txt")),
            ("attachment; filename=\"x.txt\"; filename*=UTF-8''%C3%A4.txt", Some("ä.txt")),
            ("attachment; filename=\"say \\\"hi\\\".txt\"", Some("say \"hi\".txt")),
            ("inline", None),
        ];
        for (header, expected) in cases {
            assert_eq!(named(header).as_deref(), expected, "{header}");
        }
    }

    #[test]
    fn a_name_never_leaves_its_directory() {
        assert_eq!(safe("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(safe("C:\\temp\\x.txt").as_deref(), Some("x.txt"));
        assert_eq!(safe(".bashrc").as_deref(), Some("bashrc"));
        assert_eq!(safe("a\u{0}b\nc").as_deref(), Some("abc"));
        for nothing in ["", "..", "a/", "\u{7}"] {
            assert_eq!(safe(nothing), None, "{nothing}");
        }
    }
}
