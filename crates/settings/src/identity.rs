//! Who is calling, as an opaque value.

use sha2::{Digest as _, Sha256};
use std::fmt;

/// An opaque fingerprint of a caller's credentials on one instance.
///
/// Caches and sessions are keyed by it, so that two callers never see each other's data. It is a
/// SHA-256 over the parts that make a caller; the parts cannot be read back, and only the first
/// eight hex digits are ever shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity([u8; 32]);

impl Identity {
    /// The operator: the credentials configured for the server itself.
    pub const OPERATOR: Self = Self([0; 32]);

    /// A caller made of the given parts, for example scheme, user name and token.
    ///
    /// Parts are length-prefixed, so `["ab", "c"]` and `["a", "bc"]` differ.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update(part.len().to_be_bytes());
            digest.update(part.as_bytes());
        }
        Self(digest.finalize().into())
    }

    /// The fingerprint itself, for comparing it where another process keeps it. Not to be shown.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::OPERATOR {
            return f.write_str("operator");
        }
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(Identity::of(&["ab", "c"]), Identity::of(&["a", "bc"]));
        assert_eq!(Identity::of(&["a"]), Identity::of(&["a"]));
        assert_eq!(Identity::of(&["a"]).to_string().len(), 8);
    }
}
