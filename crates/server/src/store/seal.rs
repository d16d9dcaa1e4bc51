//! Sealing what is stored: AES-256-GCM under a key derived from a secret that the store never holds.
//!
//! Whoever can read or write the store cannot read a token, nor put one entry in the place of
//! another: kind and key are sealed in. The OAuth proxy's secret is that of its app: all replicas
//! with the same app derive the same key, and a new secret makes everything stored unreadable, which
//! is what rotating a secret is for. A shared session's secret is its id, which only its client
//! brings.

use super::Kind;
use atlassian_settings::Secret;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Names the use of the derived key; a new layout gets a new name.
pub(crate) const OAUTH: &[u8] = b"atlassian-mcp oauth state v1";
/// The same for sessions.
pub(crate) const SESSIONS: &[u8] = b"atlassian-mcp sessions v1";
/// Random bytes in a token, a code, a state: 43 characters in base64url.
const RANDOM: usize = 32;

/// The key.
pub(crate) struct Seal(LessSafeKey);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(****)")
    }
}

/// There is no randomness, or the library refused.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the system gives no random numbers")]
pub(crate) struct NoRandomness;

/// The library derives no key.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the key for stored state cannot be derived")]
pub(crate) struct NoKey;

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        AES_256_GCM.key_len()
    }
}

impl Seal {
    /// The key for one use, of a secret and what goes with it.
    ///
    /// # Errors
    /// [`NoKey`] when the library refuses.
    pub(crate) fn of(usage: &[u8], secret: &Secret, info: &str) -> Result<Self, NoKey> {
        let mut key = [0; 32];
        Salt::new(HKDF_SHA256, usage)
            .extract(secret.expose().as_bytes())
            .expand(&[info.as_bytes()], Length)
            .and_then(|derived| derived.fill(&mut key))
            .map_err(|_| NoKey)?;
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| NoKey)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals a value for its place.
    pub(crate) fn close(
        &self,
        kind: Kind,
        key: &str,
        mut value: Vec<u8>,
    ) -> Result<Vec<u8>, NoRandomness> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).map_err(|_| NoRandomness)?;
        let mut sealed = nonce.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                place(kind, key),
                &mut value,
            )
            .map_err(|_| NoRandomness)?;
        sealed.append(&mut value);
        Ok(sealed)
    }

    /// Opens what was sealed for this place; `None` for anything else.
    pub(crate) fn open(&self, kind: Kind, key: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut value = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.0.open_in_place(nonce, place(kind, key), &mut value).ok()?.len();
        value.truncate(length);
        Some(value)
    }
}

fn place(kind: Kind, key: &str) -> Aad<Vec<u8>> {
    Aad::from(format!("{}:{key}", kind.word()).into_bytes())
}

/// A fresh token, code, state or verifier: 256 bits in base64url.
pub(crate) fn random() -> Result<Secret, NoRandomness> {
    let mut bytes = [0; RANDOM];
    rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

/// SHA-256 in hexadecimal: how a token is looked up.
pub(crate) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The S256 challenge of a verifier (RFC 7636 section 4.2).
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{Kind, OAUTH, SESSIONS, Seal, challenge, random, same};
    use atlassian_settings::Secret;

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let seal = Seal::of(OAUTH, &Secret::new("secret"), "app").expect("key");
        let sealed = seal.close(Kind::Grant, "k", b"canary".to_vec()).expect("sealed");
        assert!(!sealed.windows(6).any(|part| part == b"canary"));
        assert_eq!(seal.open(Kind::Grant, "k", &sealed).as_deref(), Some(&b"canary"[..]));
        assert!(seal.open(Kind::Grant, "other", &sealed).is_none());
        assert!(seal.open(Kind::Access, "k", &sealed).is_none());
        assert!(seal.open(Kind::Grant, "k", &sealed[..20]).is_none());
        assert!(seal.open(Kind::Grant, "k", b"").is_none());
        for (usage, secret, info) in
            [(OAUTH, "new secret", "app"), (OAUTH, "secret", "other"), (SESSIONS, "secret", "app")]
        {
            let other = Seal::of(usage, &Secret::new(secret), info).expect("key");
            assert!(other.open(Kind::Grant, "k", &sealed).is_none());
        }
        let again = Seal::of(OAUTH, &Secret::new("secret"), "app").expect("key");
        assert!(again.open(Kind::Grant, "k", &sealed).is_some(), "a replica has the same key");
    }

    #[test]
    fn challenges_are_those_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let one = random().expect("random");
        assert_eq!(one.expose().len(), 43);
        assert!(!same(one.expose(), random().expect("random").expose()));
        assert!(same("a", "a") && !same("a", "ab"));
    }
}
