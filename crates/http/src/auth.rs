//! What a credential becomes on the wire (server spec section 3.5).

use atlassian_settings::{Credential, OAuthCredential, Secret};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

/// The `Authorization` header of a credential, `None` when it has none of its own.
///
/// # Errors
/// A sentence without secrets when the credential cannot be sent.
pub(crate) fn authorization(
    credential: &Credential,
    cloud_without_id: bool,
) -> Result<Option<HeaderValue>, String> {
    let text = match credential {
        Credential::Basic { username, secret } => {
            let pair = Secret::new(format!("{username}:{}", secret.expose()));
            Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))
        }
        Credential::Pat(token) => bearer_text(token),
        Credential::OAuth(_) if cloud_without_id => {
            return Err(
                "Cloud OAuth needs the cloud id of the site, which is not configured".into()
            );
        }
        Credential::OAuth(oauth) => bearer_text(bearer(oauth)?),
        Credential::External | Credential::None => return Ok(None),
    };
    let mut value = HeaderValue::from_str(text.expose()).map_err(|_| {
        "the configured token or password contains characters that cannot be sent".to_owned()
    })?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// The access token of an OAuth credential: the one place that a token store will answer from.
fn bearer(credential: &OAuthCredential) -> Result<&Secret, String> {
    match credential {
        OAuthCredential::Given { token } => Ok(token),
        OAuthCredential::App(_) => {
            Err("OAuth is configured, but no access token has been obtained for it yet".to_owned())
        }
        OAuthCredential::Minimal => Err("this instance has no token of its own; the request must \
                                         bring an OAuth access token"
            .to_owned()),
    }
}

fn bearer_text(token: &Secret) -> Secret {
    Secret::new(format!("Bearer {}", token.expose().trim()))
}

/// The texts of a credential that must never appear in an error, longest first.
pub(crate) fn secrets_of(credential: &Credential) -> Vec<Secret> {
    let token = match credential {
        Credential::Basic { secret, .. } | Credential::Pat(secret) => secret.clone(),
        Credential::OAuth(OAuthCredential::Given { token }) => token.clone(),
        Credential::OAuth(OAuthCredential::App(app)) => app.client_secret.clone(),
        Credential::OAuth(OAuthCredential::Minimal) | Credential::External | Credential::None => {
            return Vec::new();
        }
    };
    let mut secrets = Vec::new();
    if let Credential::Basic { username, .. } = credential {
        let pair = Secret::new(format!("{username}:{}", token.expose()));
        secrets.push(Secret::new(STANDARD.encode(pair.expose())));
    }
    secrets.push(Secret::new(token.expose().trim()));
    secrets
}

#[cfg(test)]
mod tests {
    use super::authorization;
    use atlassian_settings::{Credential, OAuthCredential};

    fn sent(credential: &Credential) -> Option<String> {
        authorization(credential, false)
            .unwrap()
            .map(|value| String::from_utf8(value.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn each_credential_has_its_form() {
        let basic = Credential::Basic { username: "ann@x.example".into(), secret: "t0k".into() };
        assert_eq!(sent(&basic).as_deref(), Some("Basic YW5uQHguZXhhbXBsZTp0MGs="));
        assert_eq!(sent(&Credential::Pat(" pat\n".into())).as_deref(), Some("Bearer pat"));
        let given = Credential::OAuth(OAuthCredential::Given { token: "oa".into() });
        assert_eq!(sent(&given).as_deref(), Some("Bearer oa"));
        assert_eq!(sent(&Credential::External), None);
        assert_eq!(sent(&Credential::None), None);
    }

    #[test]
    fn what_cannot_be_sent_is_said_without_the_secret() {
        let broken = Credential::Pat("canary\u{1}value".into());
        let text = authorization(&broken, false).unwrap_err();
        assert!(!text.contains("canary"), "{text}");
        let minimal = Credential::OAuth(OAuthCredential::Minimal);
        assert!(authorization(&minimal, false).unwrap_err().contains("token"));
        let given = Credential::OAuth(OAuthCredential::Given { token: "oa".into() });
        assert!(authorization(&given, true).unwrap_err().contains("cloud id"));
    }
}
