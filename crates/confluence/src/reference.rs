//! The page that a person means: an id, or any of the links Confluence shows
//! (confluence spec section 4.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

/// What a `page_id` argument means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageReference {
    /// Content with an id, as given or found in a link.
    Id(String),
    /// The page with a title in a space (`/display/KEY/Title`).
    Title {
        /// Space key.
        space: String,
        /// Title.
        title: String,
    },
    /// The homepage of a space (`/spaces/KEY/overview`).
    Home {
        /// Space key.
        space: String,
    },
    /// A link that names no page.
    Unknown,
}

/// Reads an id or a link. Text that is no link is an id unchanged; the host of a link is neither
/// contacted nor looked at.
#[must_use]
pub fn parse(given: &str) -> PageReference {
    let given = given.trim();
    let is_link = ["https://", "http://"].iter().any(|scheme| {
        given.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    if !is_link {
        return PageReference::Id(given.to_owned());
    }
    Url::parse(given).ok().and_then(|url| in_link(&url)).unwrap_or(PageReference::Unknown)
}

fn in_link(url: &Url) -> Option<PageReference> {
    let by_query: Vec<String> = url
        .query_pairs()
        .filter(|(name, _)| name == "pageId")
        .map(|(_, value)| value.into_owned())
        .collect();
    if let [id] = by_query.as_slice()
        && is_number(id)
    {
        return Some(PageReference::Id(id.clone()));
    }
    let segments: Vec<String> =
        url.path_segments()?.filter(|segment| !segment.is_empty()).map(decoded).collect();
    let after = |word: &str| {
        segments
            .iter()
            .position(|segment| segment == word)
            .and_then(|at| segments.get(at + 1..))
            .unwrap_or_default()
    };
    // `/pages/123/Title`, `/pages/edit-v2/123`, `/folder/123`, `/blog/2025/04/10/123/Title`.
    let blog = after("blog");
    let candidates = [after("pages"), after("folder"), blog.get(3..).unwrap_or_default()];
    if let Some(id) = candidates.iter().find_map(|rest| rest.iter().take(2).find(|s| is_number(s)))
    {
        return Some(PageReference::Id(id.clone()));
    }
    if let [code] = after("x") {
        return tiny(code).map(|id| PageReference::Id(id.to_string()));
    }
    match (after("display"), after("spaces")) {
        ([space, title, ..], _) => {
            Some(PageReference::Title { space: space.clone(), title: title.replace('+', " ") })
        }
        ([space], _) | (_, [space]) => Some(PageReference::Home { space: space.clone() }),
        (_, [space, word, ..]) if word == "overview" => {
            Some(PageReference::Home { space: space.clone() })
        }
        _ => None,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn decoded(segment: &str) -> String {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        match (byte, digit(behind.first()), digit(behind.get(1))) {
            (b'%', Some(high), Some(low)) => {
                bytes.extend(u8::try_from(high * 16 + low));
                rest = behind.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*byte);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The content id behind the code of a `/x/<code>` link: eight little-endian bytes in base64 with
/// `-` for `/`, `_` for `+` and trailing `A`s left out. Codes that do not encode back to
/// themselves are refused.
fn tiny(code: &str) -> Option<u64> {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if code.is_empty() || code.len() > 11 || !code.bytes().all(valid) {
        return None;
    }
    let padded = format!("{:A<11}=", code.replace('-', "/").replace('_', "+"));
    let bytes: [u8; 8] = STANDARD.decode(padded).ok()?.try_into().ok()?;
    let id = u64::from_le_bytes(bytes);
    let back = STANDARD.encode(bytes);
    let back = back.trim_end_matches('=').trim_end_matches('A').replace('/', "-").replace('+', "_");
    (id >= 1 && i64::try_from(id).is_ok() && back == code).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::{PageReference, parse};

    fn id(text: &str) -> PageReference {
        PageReference::Id(text.to_owned())
    }

    #[test]
    fn every_link_that_confluence_shows() {
        for (given, expected) in [
            ("101", id("101")),
            (" 101\n", id("101")),
            ("abc", id("abc")),
            ("https://acme.atlassian.net/wiki/spaces/ENG/pages/101/Some+Title", id("101")),
            ("https://acme.atlassian.net/wiki/spaces/ENG/pages/edit-v2/101", id("101")),
            ("https://acme.atlassian.net/wiki/spaces/ENG/folder/101", id("101")),
            ("HTTPS://acme.atlassian.net/wiki/spaces/ENG/folder/101", id("101")),
            ("https://acme.atlassian.net/wiki/spaces/ENG/blog/2025/04/10/101/News", id("101")),
            ("http://wiki.corp.example/pages/viewpage.action?pageId=101&x=1", id("101")),
            ("https://acme.atlassian.net/wiki/x/N4CIO", id("948469815")),
            (
                "http://wiki.corp.example/display/ENG/On+call%3A+%C3%BC",
                PageReference::Title { space: "ENG".to_owned(), title: "On call: ü".to_owned() },
            ),
            (
                "https://acme.atlassian.net/wiki/spaces/~ada/overview",
                PageReference::Home { space: "~ada".to_owned() },
            ),
            (
                "https://wiki.corp.example/display/ENG",
                PageReference::Home { space: "ENG".to_owned() },
            ),
            ("https://acme.atlassian.net/wiki/x/N4CIOA", PageReference::Unknown),
            ("https://acme.atlassian.net/wiki/x/AAAA", PageReference::Unknown),
            ("https://acme.atlassian.net/wiki/home", PageReference::Unknown),
            ("http://h/pages/viewpage.action?pageId=1&pageId=2", PageReference::Unknown),
            ("https://[", PageReference::Unknown),
        ] {
            assert_eq!(parse(given), expected, "{given}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_keeps_plain_text(text in "\\PC{0,60}") {
            let read = parse(&text);
            if !text.trim().to_lowercase().starts_with("http") {
                proptest::prop_assert_eq!(read, id(text.trim()));
            }
        }

        #[test]
        fn a_code_means_one_id(number in 1u64..=i64::MAX as u64) {
            use base64::Engine as _;
            let code = base64::engine::general_purpose::STANDARD.encode(number.to_le_bytes());
            let code = code.trim_end_matches('=').trim_end_matches('A');
            let code = code.replace('/', "-").replace('+', "_");
            let link = format!("https://h/wiki/x/{code}");
            proptest::prop_assert_eq!(parse(&link), id(&number.to_string()));
        }
    }
}
