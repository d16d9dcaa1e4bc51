//! Logs: to stderr, never to stdout while stdout is the protocol.

use atlassian_settings::{LogFormat, LogLevel, LogSettings, Transport};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::writer::BoxMakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

/// Starts logging. Lines of other crates stay at warnings, because some of them print whole
/// messages below that.
pub(crate) fn start(settings: &LogSettings, transport: Transport) {
    let level = match settings.level {
        LogLevel::Warning => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    // rmcp tells a mistake of a client as a warning; the answer tells it already.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("rmcp", LevelFilter::ERROR)
        .with_target("atlassian", level);
    let writer = if settings.to_stdout && transport != Transport::Stdio {
        BoxMakeWriter::new(std::io::stdout)
    } else {
        BoxMakeWriter::new(std::io::stderr)
    };
    let layer = fmt::layer().with_writer(writer).with_ansi(false);
    let layer = match settings.format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    // A second start in one process keeps the first subscriber.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
    if settings.to_stdout && transport == Transport::Stdio {
        tracing::warn!(target: "atlassian_mcp", "MCP_LOGGING_STDOUT is ignored over stdio: stdout belongs to the protocol");
    }
}
