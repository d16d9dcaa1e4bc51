//! Serving, until the client or the operator ends it.

use crate::arguments::Invocation;
use crate::environment::Environment;
use crate::output::{Done, Failure};
use crate::{descriptors, logging};
use atlassian_http::tls_files;
use atlassian_instances::{Platform, Registry};
use atlassian_server::Audit;
use atlassian_settings::{Problem, Settings, Severity, Transport};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long after the end of serving the runtime may take to wind up.
const WIND_UP: Duration = Duration::from_millis(200);

/// Serves with the process's configuration.
pub(crate) fn run(invocation: &Invocation, environment: &Environment) -> Done {
    let settings = invocation.settings(environment)?;
    logging::start(&settings.server.log, settings.server.transport);
    if settings.server.transport != Transport::Stdio {
        descriptors::raise();
    }
    let registry = registry(&settings, &Platform::default())?;
    audit(&registry)?;
    on_runtime(async move {
        let shutdown = CancellationToken::new();
        end_on_signal(shutdown.clone())?;
        atlassian_server::serve(registry, shutdown)
            .await
            .map_err(|error| Failure::failed(error.to_string()))
    })
}

/// Builds the registry and tells everything worth knowing about the configuration.
pub(crate) fn registry(settings: &Settings, platform: &Platform) -> Result<Arc<Registry>, Failure> {
    let (instances, refused) = tls_files::with_checked_files(&settings.instances);
    let registry = Registry::build(&instances, &settings.server, platform);
    let fatal: Vec<String> = registry
        .problems()
        .iter()
        .filter(|problem| problem.severity == Severity::Fatal)
        .map(ToString::to_string)
        .collect();
    if !fatal.is_empty() {
        return Err(Failure::usage(fatal.join("\nError: ")));
    }
    settings.problems.iter().chain(&refused).chain(registry.problems()).for_each(tell);
    Ok(Arc::new(registry))
}

/// Opens the audit file, if there is to be one: calls that cannot be audited are not made.
pub(crate) fn audit(registry: &Registry) -> Done {
    if let Some(path) = &registry.server().audit_file {
        let audit = Audit::open(path).map_err(|error| Failure::usage(error.to_string()))?;
        registry.observers().add(Arc::new(audit));
    }
    Ok(())
}

fn tell(problem: &Problem) {
    match problem.severity {
        Severity::Info => tracing::info!(target: "atlassian_mcp::config", "{problem}"),
        Severity::Warning => tracing::warn!(target: "atlassian_mcp::config", "{problem}"),
        Severity::Error | Severity::Fatal => {
            tracing::error!(target: "atlassian_mcp::config", "{problem}");
        }
    }
}

/// Runs to the end on a runtime of its own.
pub(crate) fn on_runtime(work: impl Future<Output = Done>) -> Done {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("atlassian-mcp")
        .build()
        .map_err(|error| Failure::failed(format!("Cannot start: {error}")))?;
    let done = runtime.block_on(work);
    // A thread that still waits for stdin must not hold the process.
    runtime.shutdown_timeout(WIND_UP);
    done
}

/// Fires the token on SIGTERM and SIGINT (Ctrl-C elsewhere).
pub(crate) fn end_on_signal(shutdown: CancellationToken) -> Done {
    let failed =
        |error: std::io::Error| Failure::failed(format!("Cannot listen for signals: {error}"));
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            shutdown.cancel();
        });
    }
    #[cfg(not(unix))]
    {
        let _ = failed;
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                shutdown.cancel();
            }
        });
    }
    Ok(())
}
