//! Serving over the transport that the settings name.

use crate::{Http, ServeError, stdio};
use atlassian_instances::{Caller, Registry};
use atlassian_settings::Transport;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Serves until the client goes (stdio) or `shutdown` fires, which both are a clean end.
///
/// Logs one line per instance at start: name, prefix, host, deployment, kind of authentication,
/// read-only, number of tools (server spec section 11.8). What the configuration's problems are is
/// told by whoever validated it.
///
/// # Errors
/// [`ServeError`] when the listener cannot start or fails.
pub async fn serve(registry: Arc<Registry>, shutdown: CancellationToken) -> Result<(), ServeError> {
    for line in registry.lines(&Caller::operator()) {
        tracing::info!(target: "atlassian_mcp::start", "{line}");
    }
    #[cfg(feature = "otlp")]
    let telemetry = crate::Telemetry::start(&registry)?;
    #[cfg(not(feature = "otlp"))]
    if registry.server().telemetry.is_some() {
        // The variable is often set for all programs of a machine, so it prevents nothing.
        tracing::warn!(
            target: "atlassian_mcp::start",
            "an OpenTelemetry collector is configured (OTEL_EXPORTER_OTLP_ENDPOINT), but this build of atlassian-mcp \
             sends no spans: it has not the cargo feature `otlp`"
        );
    }
    let ended = match registry.server().transport {
        Transport::Stdio => {
            stdio::serve(registry, shutdown).await;
            Ok(())
        }
        Transport::StreamableHttp | Transport::Sse => {
            let settings = registry.server().http.clone();
            match Http::bind(registry, &settings).await {
                Ok(http) => http.run(shutdown).await,
                Err(error) => Err(error),
            }
        }
    };
    #[cfg(feature = "otlp")]
    if let Some(telemetry) = telemetry {
        telemetry.end().await;
    }
    ended
}
