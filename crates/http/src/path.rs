//! The addresses a client can be asked for.

use std::fmt;

/// Which of an instance's fixed addresses a path is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// The product's API: the site URL, or the platform gateway when the instance is reached by
    /// OAuth with a cloud id (server spec section 3.5). Confluence paths start behind `/wiki`.
    Api,
    /// The site URL itself whatever the kind of authentication, for web resources.
    Site,
    /// The Forms API of the platform (`https://api.atlassian.com/jira/forms/cloud/<cloud id>`).
    Forms,
    /// The same without the cloud id, which is then the first segment of the path: for Cloud sites
    /// whose id is not configured but told by the site itself (`/_edge/tenant_info`).
    FormsOfSite,
    /// The platform's media host, always without our credentials.
    Media,
}

/// A path on one of the addresses of an instance: the only thing a [`Client`](crate::Client) can
/// be asked for.
///
/// Built from segments, so that an id given by a caller can never add a segment, a query or a
/// host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApiPath {
    base: Base,
    path: String,
    /// Which of the media hosts, for [`Base::Media`].
    media: usize,
}

impl ApiPath {
    /// A path on the product's API made of fixed text, such as `/rest/api/3/myself`.
    #[must_use]
    pub fn api(path: &'static str) -> Self {
        Self { base: Base::Api, path: path.to_owned(), media: 0 }
    }

    /// A path on another base made of fixed text.
    #[must_use]
    pub fn on(base: Base, path: &'static str) -> Self {
        Self { base, path: path.to_owned(), media: 0 }
    }

    /// Appends one segment, percent-encoding everything that is not unreserved.
    ///
    /// URL parsers resolve `..` and also `%2E%2E`, and some proxies undo `%2F` before they do; the
    /// dots of a segment that could climb are therefore encoded twice, which names something that
    /// does not exist.
    #[must_use]
    pub fn segment(mut self, segment: &str) -> Self {
        self.path.push('/');
        let climbs = segment.split(['/', '\\']).any(|part| matches!(part, "." | ".."));
        for byte in segment.bytes() {
            if byte == b'.' && climbs {
                self.path.push_str("%252E");
            } else if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                self.path.push(char::from(byte));
            } else {
                self.path.push_str(&format!("%{byte:02X}"));
            }
        }
        self
    }

    /// Appends fixed text, such as `/transitions`.
    #[must_use]
    pub fn then(mut self, path: &'static str) -> Self {
        self.path.push_str(path);
        self
    }

    /// Which address the path is relative to.
    #[must_use]
    pub fn base(&self) -> Base {
        self.base
    }

    /// The path below the base, with its leading slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.path
    }

    pub(crate) fn from_link(base: Base, path: String) -> Self {
        Self { base, path, media: 0 }
    }

    pub(crate) fn on_media(mut self, index: usize) -> Self {
        self.media = index;
        self
    }

    pub(crate) fn media_index(&self) -> usize {
        self.media
    }
}

impl fmt::Display for ApiPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}
