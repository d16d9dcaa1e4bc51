//! Why serving did not start or ended.

/// A failure of a transport. `Display` is one sentence for the person who started the server.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another program listens there already.
    #[error(
        "Cannot listen on {address}: the port is already in use. Stop the program that uses it, or choose another port \
         with --port or PORT."
    )]
    PortInUse {
        /// Host and port as configured.
        address: String,
    },
    /// The address cannot be listened on.
    #[error("Cannot listen on {address}: {source}")]
    Bind {
        /// Host and port as configured.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A setting that this build cannot honour, and that must not be ignored silently.
    #[error("{0}")]
    Unsupported(String),
    /// The certificate or key of the listener cannot be used.
    #[error("{0}")]
    Tls(String),
    /// The OAuth proxy cannot be served as it is configured.
    #[error("{0}")]
    OAuth(String),
    /// The audit file cannot be written.
    #[error(transparent)]
    Audit(#[from] crate::AuditError),
    /// The listener failed while serving.
    #[error("Serving stopped: {0}")]
    Serving(#[from] std::io::Error),
}
