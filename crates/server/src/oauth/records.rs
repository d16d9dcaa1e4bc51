//! What is remembered of clients, requests and grants.

use atlassian_settings::Secret;
use serde::{Deserialize, Serialize};

/// How a client proves at the token route that it is itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ClientAuth {
    None,
    ClientSecretPost,
    ClientSecretBasic,
}

/// A registered client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Client {
    pub(super) id: String,
    /// SHA-256 of its secret, in hexadecimal; empty for one without.
    pub(super) secret_digest: String,
    pub(super) auth: ClientAuth,
    /// The name it gave itself; anybody can give any.
    pub(super) name: String,
    pub(super) redirects: Vec<String>,
}

/// What a client asked for at the beginning, kept until Atlassian has answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) client: String,
    pub(super) client_name: String,
    pub(super) redirect: String,
    /// The client's own state, handed back as it came.
    pub(super) state: Option<String>,
    /// S256 challenge of the client.
    pub(super) challenge: String,
    /// Digest of the cookie of the browser that began.
    pub(super) browser: String,
    /// What the consent form must bring back.
    #[serde(with = "exposed")]
    pub(super) form: Secret,
}

/// A request that is with Atlassian.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) request: Request,
    /// Our own verifier towards Atlassian.
    #[serde(with = "exposed")]
    pub(super) verifier: Secret,
}

/// A code of ours that waits for its exchange.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) client: String,
    pub(super) redirect: String,
    pub(super) challenge: String,
    pub(super) grant: String,
    pub(super) upstream: Upstream,
}

/// Tokens of Atlassian's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Upstream {
    #[serde(with = "exposed")]
    pub(super) access: Secret,
    #[serde(with = "exposed_option")]
    pub(super) refresh: Option<Secret>,
    /// Seconds the access token lives, as Atlassian said.
    pub(super) lifetime: u64,
}

/// What a person allowed a client: the tokens behind the tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) client: String,
    pub(super) resource: String,
    pub(super) upstream: Upstream,
}

/// What a token of ours, or a spent one, stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Bound {
    pub(super) client: String,
    pub(super) grant: String,
    /// The resource the token is for; one for another resource is not taken.
    pub(super) resource: String,
}

mod exposed {
    use atlassian_settings::Secret;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        String::deserialize(from).map(Secret::new)
    }
}

mod exposed_option {
    use atlassian_settings::Secret;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        secret: &Option<Secret>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match secret {
            Some(secret) => to.serialize_some(secret.expose()),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Secret>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(Secret::new))
    }
}
