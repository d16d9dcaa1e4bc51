//! Keys of client certificates that are kept encrypted (server spec section 10.18).
//!
//! Read is PKCS#8 with PBES2 (RFC 8018), which `openssl pkcs8 -topk8` and `openssl genpkey` write.
//! The older form of OpenSSL alone, whose encryption is a single round of MD5, is not.

use crate::client::BuildError;
use atlassian_settings::Secret;
use pkcs8::der::pem::PemLabel as _;
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef, SecretDocument};

const BEGIN: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";

/// The PEM text with its encrypted key in the clear; unchanged when the key is not encrypted.
///
/// # Errors
/// The form is not known, the password is missing or wrong. No text holds the password.
pub(crate) fn decrypted(pem: &Secret, password: Option<&Secret>) -> Result<Secret, BuildError> {
    let text = pem.expose();
    if text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(BuildError(
            "the client key is encrypted in a form of OpenSSL alone; convert it with `openssl \
             pkcs8 -topk8 -in key.pem -out new.pem` and give its password as CLIENT_KEY_PASSWORD"
                .to_owned(),
        ));
    }
    let Some((before, rest)) = text.split_once(BEGIN) else { return Ok(pem.clone()) };
    let Some((block, after)) = rest.split_once(END) else {
        return Err(BuildError("the encrypted client key has no end".to_owned()));
    };
    let password = password.ok_or_else(|| {
        BuildError("the client key is encrypted; give its password as CLIENT_KEY_PASSWORD".into())
    })?;
    let block = Secret::new(format!("{BEGIN}{}{END}\n", block.replace('\r', "")));
    let unreadable = || BuildError("the encrypted client key is not PKCS#8".to_owned());
    let (_, document) = SecretDocument::from_pem(block.expose()).map_err(|_| unreadable())?;
    let key =
        EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| unreadable())?;
    let plain = key.decrypt(password.expose()).map_err(|_| {
        BuildError(
            "the client key cannot be decrypted: CLIENT_KEY_PASSWORD is wrong, or the key is \
             encrypted with something other than PBES2 with AES or triple DES"
                .to_owned(),
        )
    })?;
    let written = plain
        .to_pem(PrivateKeyInfoRef::PEM_LABEL, LineEnding::LF)
        .map_err(|_| BuildError("the decrypted client key cannot be used".to_owned()))?;
    Ok(Secret::new(format!("{before}{}{after}", written.as_str())))
}

#[cfg(test)]
mod tests {
    use super::decrypted;
    use atlassian_settings::Secret;

    #[test]
    fn what_cannot_be_decrypted_says_what_to_do() {
        let legacy = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n";
        let broken =
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        let password = Secret::new("canary-password");
        for (pem, password, said) in [
            (legacy, Some(&password), "openssl pkcs8 -topk8"),
            (broken, None, "CLIENT_KEY_PASSWORD"),
            (broken, Some(&password), "not PKCS#8"),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA", Some(&password), "no end"),
        ] {
            let error = decrypted(&Secret::new(pem), password).unwrap_err().to_string();
            assert!(error.contains(said) && !error.contains("canary"), "{error}");
        }
        let plain = Secret::new("-----BEGIN PRIVATE KEY-----\n");
        assert_eq!(decrypted(&plain, None).unwrap().expose(), plain.expose());
    }
}
