//! The tokens of a grant, and the form they have on disk (server spec section 7.2).

use atlassian_settings::{Deployment, InstanceConfig, Secret};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use url::Url;

/// The tokens of one grant.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// Opens the instance, for about an hour.
    pub access: Option<Secret>,
    /// Gets the next access token; on Cloud good for one use.
    pub refresh: Option<Secret>,
    /// When the access token ends; `None` when nobody knows, which counts as ended.
    pub expires: Option<SystemTime>,
    /// The Cloud site they are for.
    pub cloud_id: Option<String>,
    /// Address of the Data Center product they are for.
    pub base_url: Option<String>,
    /// Origin of the Cloud site, written when the site was found by it. A file without it may
    /// hold the id of any of the person's sites (server spec section 10.16).
    pub site_url: Option<String>,
}

impl Tokens {
    /// Reads the content of a token file; fields that are missing or of another type are unset.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let Ok(Value::Object(object)) = serde_json::from_str(text) else { return None };
        let word = |name: &str| {
            let value = object.get(name).and_then(Value::as_str).map(str::trim);
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let seconds = object.get("expires_at").and_then(Value::as_f64);
        let tokens = Self {
            access: word("access_token").map(Secret::new),
            refresh: word("refresh_token").map(Secret::new),
            expires: seconds
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .and_then(|since| UNIX_EPOCH.checked_add(since)),
            cloud_id: word("cloud_id"),
            base_url: word("base_url"),
            site_url: word("site_url"),
        };
        (tokens.access.is_some() || tokens.refresh.is_some()).then_some(tokens)
    }

    /// The content of a token file. The first five names are those of the product before.
    pub(crate) fn to_text(&self) -> Secret {
        let exposed = |secret: &Option<Secret>| secret.as_ref().map(|s| s.expose().to_owned());
        let mut object = Map::new();
        object.insert("refresh_token".to_owned(), json!(exposed(&self.refresh)));
        object.insert("access_token".to_owned(), json!(exposed(&self.access)));
        let since = self.expires.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        object.insert("expires_at".to_owned(), json!(since.map(|since| since.as_secs_f64())));
        object.insert("cloud_id".to_owned(), json!(self.cloud_id));
        object.insert("base_url".to_owned(), json!(self.base_url));
        if let Some(site) = &self.site_url {
            object.insert("site_url".to_owned(), json!(site));
        }
        Secret::new(Value::Object(object).to_string())
    }

    /// How long the access token is still good; zero when it has ended or nobody knows.
    #[must_use]
    pub fn remaining(&self, now: SystemTime) -> Duration {
        self.expires.and_then(|at| at.duration_since(now).ok()).unwrap_or_default()
    }

    /// Whether the refresh token is this one.
    pub(crate) fn renews_with(&self, refresh: &Secret) -> bool {
        self.refresh.as_ref().is_some_and(|own| own.expose() == refresh.expose())
    }
}

/// Which tokens an instance can use.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// Those for a Cloud site.
    Cloud {
        /// Its id, when it is known.
        cloud_id: Option<String>,
        /// Its origin, when it is known: `https://acme.atlassian.net`.
        site: Option<String>,
    },
    /// Those for one product of a Data Center.
    DataCenter {
        /// Its address without a slash at the end.
        base_url: String,
    },
}

/// Whether tokens are for a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Yes,
    /// For some Cloud site that the person may use; which one they open tells the list of sites.
    Perhaps,
    No,
}

impl Context {
    /// The context of an instance.
    #[must_use]
    pub fn of(config: &InstanceConfig) -> Self {
        match config.deployment {
            Deployment::Cloud => Self::Cloud {
                cloud_id: config.cloud_id.clone(),
                site: (!config.site.is_from_request()).then(|| origin(config.site.url())),
            },
            Deployment::DataCenter => {
                Self::DataCenter { base_url: config.site.as_str().to_owned() }
            }
        }
    }

    /// Whether tokens are for this context.
    pub(crate) fn fit(&self, tokens: &Tokens) -> Fit {
        let same = |a: &str, b: &str| a.trim_end_matches('/') == b.trim_end_matches('/');
        match self {
            Self::DataCenter { base_url } => match &tokens.base_url {
                Some(own) if same(own, base_url) => Fit::Yes,
                _ => Fit::No,
            },
            Self::Cloud { .. } if tokens.base_url.is_some() => Fit::No,
            Self::Cloud { cloud_id: Some(id), .. } => {
                if tokens.cloud_id.as_ref() == Some(id) {
                    Fit::Yes
                } else {
                    Fit::No
                }
            }
            Self::Cloud { site: Some(site), .. } => match &tokens.site_url {
                Some(own) if same(own, site) => Fit::Yes,
                Some(_) => Fit::No,
                None => Fit::Perhaps,
            },
            Self::Cloud { .. } => Fit::Perhaps,
        }
    }

    /// The same context with the site's id that is known by now.
    pub(crate) fn exact(&self, tokens: &Tokens) -> Self {
        match self {
            Self::Cloud { cloud_id: None, site } => {
                Self::Cloud { cloud_id: tokens.cloud_id.clone(), site: site.clone() }
            }
            known => known.clone(),
        }
    }

    /// What the name of its own file ends in: `cloud-<id>`, or `dc-` and the first eight hex
    /// digits of the address's SHA-256 (server spec section 7.2). `None` while the id is unknown.
    pub(crate) fn suffix(&self, tokens: &Tokens) -> Option<String> {
        match self {
            Self::Cloud { cloud_id, .. } => {
                cloud_id.as_ref().or(tokens.cloud_id.as_ref()).map(|id| format!("cloud-{id}"))
            }
            Self::DataCenter { base_url } => {
                let digest = Sha256::digest(base_url.as_bytes());
                let hex: String = digest.iter().take(4).map(|b| format!("{b:02x}")).collect();
                Some(format!("dc-{hex}"))
            }
        }
    }
}

/// Scheme, host and port of a URL.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::{Context, Fit, Tokens};
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn the_file_of_the_product_before_is_read_and_written() {
        let text = r#"{"refresh_token": "r", "access_token": "a", "expires_at": 1764000000.5,
                       "cloud_id": "c1", "base_url": null}"#;
        let tokens = Tokens::parse(text).unwrap();
        assert_eq!(tokens.refresh.as_ref().unwrap().expose(), "r");
        assert_eq!(tokens.access.as_ref().unwrap().expose(), "a");
        assert_eq!(tokens.cloud_id.as_deref(), Some("c1"));
        let just_before = UNIX_EPOCH + Duration::from_secs(1_764_000_000);
        assert_eq!(tokens.remaining(just_before), Duration::from_millis(500));
        assert_eq!(tokens.remaining(just_before + Duration::from_secs(1)), Duration::ZERO);
        let written = tokens.to_text();
        assert_eq!(
            written.expose(),
            r#"{"refresh_token":"r","access_token":"a","expires_at":1764000000.5,"cloud_id":"c1","base_url":null}"#
        );
        assert!(!format!("{tokens:?}").contains("\"r\""));
    }

    #[test]
    fn what_is_no_token_file_is_none() {
        for text in ["", "[]", "{}", "{", r#"{"access_token": ""}"#, r#"{"refresh_token": 7}"#] {
            assert!(Tokens::parse(text).is_none(), "{text}");
        }
        for odd in ["null", "\"x\"", "-5", "1e300"] {
            let text = format!(r#"{{"access_token": "a", "expires_at": {odd}}}"#);
            assert_eq!(
                Tokens::parse(&text).unwrap().remaining(UNIX_EPOCH),
                Duration::ZERO,
                "{odd}"
            );
        }
    }

    #[test]
    fn tokens_fit_their_own_site_only() {
        let tokens = |cloud: Option<&str>, base: Option<&str>, site: Option<&str>| Tokens {
            cloud_id: cloud.map(str::to_owned),
            base_url: base.map(str::to_owned),
            site_url: site.map(str::to_owned),
            ..Tokens::default()
        };
        let by_id = Context::Cloud {
            cloud_id: Some("c1".into()),
            site: Some("https://a.atlassian.net".into()),
        };
        let by_site =
            Context::Cloud { cloud_id: None, site: Some("https://a.atlassian.net".into()) };
        let own = Context::DataCenter { base_url: "https://dc.example/jira".into() };
        for (context, tokens, fit) in [
            (&by_id, tokens(Some("c1"), None, None), Fit::Yes),
            (&by_id, tokens(Some("c2"), None, Some("https://a.atlassian.net")), Fit::No),
            (&by_id, tokens(None, None, None), Fit::No),
            (&by_site, tokens(Some("c1"), None, None), Fit::Perhaps),
            (&by_site, tokens(Some("c1"), None, Some("https://a.atlassian.net")), Fit::Yes),
            (&by_site, tokens(Some("c1"), None, Some("https://b.atlassian.net")), Fit::No),
            (&by_site, tokens(None, Some("https://dc.example/jira"), None), Fit::No),
            (&own, tokens(None, Some("https://dc.example/jira/"), None), Fit::Yes),
            (&own, tokens(None, Some("https://dc.example"), None), Fit::No),
            (&own, tokens(Some("c1"), None, None), Fit::No),
        ] {
            assert_eq!(context.fit(&tokens), fit, "{context:?} {tokens:?}");
        }
        assert_eq!(own.suffix(&Tokens::default()).as_deref(), Some("dc-927fcb2d"));
        assert_eq!(by_site.suffix(&Tokens::default()), None);
        assert_eq!(by_site.suffix(&tokens(Some("c9"), None, None)).as_deref(), Some("cloud-c9"));
    }
}
