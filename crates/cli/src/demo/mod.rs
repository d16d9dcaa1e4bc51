//! The demo: a simulated Atlassian, the real server in front of it, and a tour of real MCP calls.

mod client;
mod setting;
mod tour;

use crate::arguments::{DemoArguments, Invocation};
use crate::environment::Environment;
use crate::output::{Done, Failure, line, print};
use crate::{logging, serve};
use atlassian_instances::{Platform, Registry};
use atlassian_sandbox::Sandbox;
use atlassian_server::Http;
use atlassian_settings::Transport;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Starts the sandbox, walks the tour, then serves until Ctrl-C (or ends with `--once`).
pub(crate) fn run(invocation: &Invocation, demo: &DemoArguments) -> Done {
    serve::on_runtime(async {
        let sandbox = Sandbox::demo()
            .await
            .map_err(|error| Failure::failed(format!("Cannot start the sandbox: {error}")))?;
        let shutdown = CancellationToken::new();
        serve::end_on_signal(shutdown.clone())?;
        let registry = registry(invocation, demo, &sandbox)?;
        if demo.stdio {
            return atlassian_server::serve(registry, shutdown)
                .await
                .map_err(|error| Failure::failed(error.to_string()));
        }
        over_http(registry, *demo, &sandbox, shutdown).await
    })
}

/// The registry over the sandbox, configured with variables as a person would.
fn registry(
    invocation: &Invocation,
    demo: &DemoArguments,
    sandbox: &Sandbox,
) -> Result<Arc<Registry>, Failure> {
    let mut variables = setting::variables(sandbox)?;
    let transport = if demo.stdio { "stdio" } else { "streamable-http" };
    variables.push(("TRANSPORT".to_owned(), transport.to_owned()));
    if demo.once {
        // The system chooses, so that a tour never meets a port in use.
        variables.push(("PORT".to_owned(), "0".to_owned()));
    }
    let settings = invocation.settings_with(&Environment::default(), variables)?;
    logging::start(&settings.server.log, Transport::Stdio);
    let media = sandbox.site("acme").media_url().and_then(|url| url.parse().ok());
    let platform = Platform { gateway: sandbox.gateway_url(), media, ..Platform::default() };
    serve::registry(&settings, &platform)
}

async fn over_http(
    registry: Arc<Registry>,
    demo: DemoArguments,
    sandbox: &Sandbox,
    shutdown: CancellationToken,
) -> Done {
    let http = Http::bind(Arc::clone(&registry), &registry.server().http)
        .await
        .map_err(|error| Failure::failed(error.to_string()))?;
    let url = format!("http://{}{}", http.local_addr(), registry.server().http.path);
    let serving = tokio::spawn(http.run(shutdown.clone()));
    print(&setting::introduction(sandbox, &registry))?;
    let toured = tokio::select! {
        toured = tour::walk(&url, sandbox) => toured,
        () = shutdown.cancelled() => Ok(()),
    };
    if toured.is_ok() && !demo.once && !shutdown.is_cancelled() {
        print(&setting::how_to_connect(&url))?;
        shutdown.cancelled().await;
        line("\nStopped.")?;
    }
    shutdown.cancel();
    let ended = serving
        .await
        .map_err(|error| Failure::failed(format!("The server ended unexpectedly: {error}")))?;
    toured?;
    ended.map_err(|error| Failure::failed(error.to_string()))
}
