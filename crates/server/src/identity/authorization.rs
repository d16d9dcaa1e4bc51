//! The three kinds of credentials a request can carry.

use super::Rejection;
use atlassian_settings::{Credential, InstanceConfig, OAuthCredential, Secret};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const SCHEMES: &str = "Unauthorized: Only 'Bearer <OAuthToken>', 'Token <PAT>', or 'Basic <base64(email:api_token)>' \
                       types are supported.";
const FORMAT: &str = "Unauthorized: Invalid Basic auth format. Expected 'email:api_token'";
const ENCODING: &str = "Unauthorized: Invalid Basic auth encoding";
const EMPTY: &str = "Unauthorized: Email or API token is empty";

/// Base64 as clients write it: with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A credential as it was presented.
#[derive(Clone, Debug)]
pub(super) enum Presented {
    /// `Basic <base64(email:token)>`, split at the first colon.
    Basic {
        /// E-mail or login name.
        username: String,
        /// API token or password.
        secret: Secret,
    },
    /// `Token <PAT>`, or the value of a personal-token header.
    Token(Secret),
    /// `Bearer <token>`: OAuth or personal, decided by the instance.
    Bearer(Secret),
}

impl Presented {
    /// Reads the value of an `Authorization` header (server spec section 4.3); the scheme words are
    /// case-sensitive. `None` when it is blank.
    pub(super) fn parse(value: &str) -> Result<Option<Self>, Rejection> {
        let value = value.trim();
        if value.is_empty() {
            return Ok(None);
        }
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        let rest = rest.trim();
        match scheme {
            _ if rest.is_empty() => Err(Rejection::new(SCHEMES)),
            "Bearer" => Ok(Some(Self::Bearer(Secret::new(rest)))),
            "Token" => Ok(Some(Self::Token(Secret::new(rest)))),
            "Basic" => Self::basic(rest).map(Some),
            _ => Err(Rejection::new(SCHEMES)),
        }
    }

    fn basic(encoded: &str) -> Result<Self, Rejection> {
        let bytes = BASE64.decode(encoded).map_err(|_| Rejection::new(FORMAT))?;
        let pair = String::from_utf8(bytes).map_err(|_| Rejection::new(ENCODING))?;
        let (username, secret) = pair.split_once(':').ok_or_else(|| Rejection::new(FORMAT))?;
        if username.trim().is_empty() || secret.trim().is_empty() {
            return Err(Rejection::new(EMPTY));
        }
        Ok(Self::Basic { username: username.to_owned(), secret: Secret::new(secret) })
    }

    /// The credential for an instance. A Bearer is OAuth where the instance is configured for OAuth
    /// and knows its site, a personal token everywhere else (server spec section 4.5).
    pub(super) fn credential(&self, config: &InstanceConfig) -> Credential {
        match self {
            Self::Basic { username, secret } => {
                Credential::Basic { username: username.clone(), secret: secret.clone() }
            }
            Self::Bearer(token) if takes_oauth(config) => {
                Credential::OAuth(OAuthCredential::Given { token: token.clone() })
            }
            Self::Bearer(token) | Self::Token(token) => Credential::Pat(token.clone()),
        }
    }

    /// What makes its owner another caller: scheme, user name and token.
    pub(super) fn marks(&self) -> [&str; 3] {
        match self {
            Self::Basic { username, secret } => ["basic", username, secret.expose()],
            Self::Token(token) => ["token", "", token.expose()],
            Self::Bearer(token) => ["bearer", "", token.expose()],
        }
    }
}

fn takes_oauth(config: &InstanceConfig) -> bool {
    matches!(config.credential, Credential::OAuth(_))
        && (!config.deployment.is_cloud() || config.cloud_id.is_some())
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, ENCODING, FORMAT, Presented, SCHEMES};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn refusal(value: &str) -> String {
        Presented::parse(value).expect_err(value).to_string()
    }

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[test]
    fn every_refusal_has_its_text() {
        for value in
            ["bearer x", "BEARER x", "raw-token", "Bearer", "Basic", "Token  ", "Digest a=b"]
        {
            assert_eq!(refusal(value), SCHEMES, "{value}");
        }
        assert_eq!(refusal("Basic !!!"), FORMAT);
        assert_eq!(refusal(&basic("no colon")), FORMAT);
        assert_eq!(refusal("Basic /////w=="), ENCODING);
        assert_eq!(refusal(&basic(":token")), EMPTY);
        assert_eq!(refusal(&basic("ann@x.example:")), EMPTY);
    }

    #[test]
    fn what_is_well_formed_is_read() {
        let read = |value: &str| Presented::parse(value).expect(value).expect("a credential");
        assert_eq!(read("Bearer  abc ").marks(), ["bearer", "", "abc"]);
        assert_eq!(read("Token abc").marks(), ["token", "", "abc"]);
        assert_eq!(read(&basic("ann@x.example:a:b")).marks(), ["basic", "ann@x.example", "a:b"]);
        assert_eq!(read(basic("ann:to").trim_end_matches('=')).marks(), ["basic", "ann", "to"]);
        assert!(Presented::parse("  ").expect("blank").is_none());
    }

    #[test]
    fn a_presented_credential_shows_no_secret() {
        let shown = format!("{:?}", Presented::parse("Bearer canary-token"));
        assert!(!shown.contains("canary"), "{shown}");
    }
}
