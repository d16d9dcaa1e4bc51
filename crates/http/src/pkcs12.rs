//! Client identities in one encrypted file, as Windows, Java and most certificate portals export
//! them: PKCS#12, RFC 7292 (server spec section 10.18).

use crate::client::BuildError;
use atlassian_settings::Secret;
use p12_keystore::{KeyStore, KeyStoreEntry, Pkcs12ImportPolicy, PrivateKeyChain};
use pkcs8::der::pem::{LineEnding, PemLabel as _, encode_string};
use pkcs8::{PrivateKeyInfoRef, SecretDocument};

const CERTIFICATE: &str = "CERTIFICATE";

/// Whether a file is DER, which of all forms of a client certificate only PKCS#12 is. PEM files may
/// begin with any text, but not with the byte of a DER sequence and a length of two or more bytes.
pub(crate) fn is(file: &[u8]) -> bool {
    matches!(file, [0x30, 0x80..=0x84, ..])
}

/// The certificates and the key of the file as PEM, the certificate of the key first.
///
/// # Errors
/// The password is missing or wrong, or the file holds no identity or more than one. No text holds
/// the password or the key.
pub(crate) fn pem(file: &[u8], password: Option<&Secret>) -> Result<Secret, BuildError> {
    let password = password.ok_or_else(|| {
        BuildError(
            "the client certificate is PKCS#12; give its password as CLIENT_KEY_PASSWORD".into(),
        )
    })?;
    let store = KeyStore::from_pkcs12(file, password.expose(), Pkcs12ImportPolicy::Strict)
        .map_err(|_| {
            BuildError(
                "the client certificate cannot be opened: CLIENT_KEY_PASSWORD is wrong, or it is \
                 no PKCS#12 file with a usable encryption"
                    .to_owned(),
            )
        })?;
    let mut identities = store.entries().filter_map(|(_, entry)| match entry {
        KeyStoreEntry::PrivateKeyChain(identity) => Some(identity),
        _ => None,
    });
    match (identities.next(), identities.next()) {
        (Some(identity), None) => written(identity),
        (None, _) => Err(BuildError(
            "the PKCS#12 file of the client certificate holds no key with its certificate"
                .to_owned(),
        )),
        (Some(_), Some(_)) => Err(BuildError(
            "the PKCS#12 file of the client certificate holds several keys; keep one of them"
                .to_owned(),
        )),
    }
}

fn written(identity: &PrivateKeyChain) -> Result<Secret, BuildError> {
    let unusable =
        || BuildError("the PKCS#12 file of the client certificate cannot be used".into());
    let mut certificates = String::new();
    for certificate in identity.certs() {
        let pem = encode_string(CERTIFICATE, LineEnding::LF, certificate.as_der());
        certificates.push_str(&pem.map_err(|_| unusable())?);
    }
    let key = PrivateKeyInfoRef::try_from(identity.key().as_der()).map_err(|_| unusable())?;
    let key = SecretDocument::encode_msg(&key).map_err(|_| unusable())?;
    let key = key.to_pem(PrivateKeyInfoRef::PEM_LABEL, LineEnding::LF).map_err(|_| unusable())?;
    Ok(Secret::new(format!("{certificates}{}", key.as_str())))
}

#[cfg(test)]
mod tests {
    use super::{is, pem};
    use atlassian_settings::Secret;

    #[test]
    fn what_is_no_store_says_what_to_do() {
        assert!(is(&[0x30, 0x82, 0x0a, 0x00]));
        for text in ["-----BEGIN CERTIFICATE-----", "Bag Attributes\n", "0", "", "00\n"] {
            assert!(!is(text.as_bytes()), "{text}");
        }
        let password = Secret::new("canary-password");
        for (password, said) in
            [(None, "CLIENT_KEY_PASSWORD"), (Some(&password), "cannot be opened")]
        {
            let error = pem(&[0x30, 0x82, 0, 1, 5], password).unwrap_err().to_string();
            assert!(error.contains(said) && !error.contains("canary"), "{error}");
        }
    }
}
