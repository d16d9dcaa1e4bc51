//! Targets of links and sources of images, as Markdown writes them.

use crate::model::{ImageSource, Target};
use crate::scan::{percent_decode, percent_encode};

/// Schemes that run code, or smuggle it (content conversion spec section 8.3).
pub(crate) fn is_unsafe(url: &str) -> bool {
    let compact: String = url
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .take(12)
        .collect::<String>()
        .to_ascii_lowercase();
    ["javascript:", "vbscript:", "data:"].iter().any(|scheme| compact.starts_with(scheme))
}

/// What a link's address means.
pub(crate) fn parse(url: &str) -> Target {
    if let Some(rest) = url.strip_prefix("attachment:") {
        let (file, page) = attachment(rest);
        return Target::Attachment { file, page };
    }
    if let Some(rest) = url.strip_prefix("confluence-page:") {
        let (path, anchor) = match rest.split_once('#') {
            Some((path, anchor)) => (path, Some(percent_decode(anchor))),
            None => (rest, None),
        };
        let (space, title) = match path.split_once('/') {
            Some((space, title)) => (Some(percent_decode(space)), percent_decode(title)),
            None => (None, percent_decode(path)),
        };
        return Target::Page { space, title, anchor };
    }
    match url.strip_prefix('#') {
        Some(anchor) if !anchor.is_empty() => Target::Fragment(percent_decode(anchor)),
        _ => Target::Url(url.to_owned()),
    }
}

fn attachment(rest: &str) -> (String, Option<String>) {
    match rest.split_once("?page=") {
        Some((file, page)) => (percent_decode(file), Some(percent_decode(page))),
        None => (percent_decode(rest), None),
    }
}

/// What an image's address means: a bare file name is an attachment.
pub(crate) fn image_source(url: &str) -> ImageSource {
    if let Some(rest) = url.strip_prefix("attachment:") {
        let (file, page) = attachment(rest);
        return ImageSource::Attachment { file, page };
    }
    let has_scheme = url.split(['/', '?', '#']).next().is_some_and(|head| head.contains(':'));
    if url.is_empty() || has_scheme || url.starts_with('/') || url.starts_with("www.") {
        return ImageSource::Url(url.to_owned());
    }
    let name = url.rsplit('/').next().unwrap_or(url);
    ImageSource::Attachment { file: percent_decode(name), page: None }
}

/// The address that means `target`.
pub(crate) fn write(target: &Target) -> String {
    match target {
        Target::Url(url) => url.clone(),
        Target::Fragment(anchor) => format!("#{}", percent_encode(anchor, b"")),
        Target::Attachment { file, page } => write_attachment(file, page.as_deref()),
        Target::Page { space, title, anchor } => {
            let mut out = String::from("confluence-page:");
            if let Some(space) = space {
                out.push_str(&percent_encode(space, b"/#"));
                out.push('/');
            }
            // Without a space key a slash in the title would look like one.
            let also: &[u8] = if space.is_some() { b"#" } else { b"#/" };
            out.push_str(&percent_encode(title, also));
            if let Some(anchor) = anchor {
                out.push('#');
                out.push_str(&percent_encode(anchor, b""));
            }
            out
        }
    }
}

/// The address that means an image's source.
pub(crate) fn write_image(source: &ImageSource) -> String {
    match source {
        ImageSource::Url(url) => url.clone(),
        ImageSource::Attachment { file, page } => write_attachment(file, page.as_deref()),
    }
}

fn write_attachment(file: &str, page: Option<&str>) -> String {
    let mut out = format!("attachment:{}", percent_encode(file, b"?#/"));
    if let Some(page) = page {
        out.push_str("?page=");
        out.push_str(&percent_encode(page, b"#?"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_go_there_and_back() {
        for url in [
            "attachment:a%20b.png",
            "attachment:d.png?page=ENG/Ops",
            "confluence-page:ENG/Home%20Page",
            "confluence-page:Home#a",
            "#top",
            "https://x.example/?a=1#b",
        ] {
            assert_eq!(write(&parse(url)), url);
        }
    }

    #[test]
    fn schemes_that_run_code_are_unsafe() {
        for url in ["javascript:alert(1)", " Java\tScript:x", "VBSCRIPT:x", "data:text/html,x"] {
            assert!(is_unsafe(url), "{url}");
        }
        assert!(!is_unsafe("https://x.example/javascript:x"));
    }

    #[test]
    fn bare_file_names_are_attachments() {
        let file = |file: &str| ImageSource::Attachment { file: file.into(), page: None };
        assert_eq!(image_source("a.png"), file("a.png"));
        assert_eq!(image_source("img/x%20y.png"), file("x y.png"));
        assert_eq!(image_source("https://x/a.png"), ImageSource::Url("https://x/a.png".into()));
    }
}
