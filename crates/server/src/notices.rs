//! Log messages for clients that asked for them.
//!
//! The protocol deprecates them (revision 2026-07-28), and there is only one: a call that failed.

#![expect(deprecated, reason = "clients of every revision may still ask for log messages")]

use atlassian_instances::Outcome;
use rmcp::RoleServer;
use rmcp::model::{LoggingLevel, LoggingMessageNotificationParam};
use rmcp::service::RequestContext;
use serde_json::json;
use std::sync::{Mutex, PoisonError};

/// Severity of a failed call in the protocol's scale, counted from `debug` (0).
const WARNING: u8 = 3;

/// What a connection wants to hear: the level of `logging/setLevel`, kept per legacy connection.
#[derive(Debug, Default)]
pub(crate) struct Level(Mutex<Option<u8>>);

impl Level {
    /// Keeps the level that a legacy client set.
    pub(crate) fn set(&self, level: LoggingLevel) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(rank(level));
    }

    /// Tells a client that a call failed, if it wants to hear of warnings: a legacy client by the
    /// level it set, a modern one by the level in the request itself.
    pub(crate) async fn tell(
        &self,
        context: &RequestContext<RoleServer>,
        tool: &str,
        outcome: &Outcome,
    ) {
        let modern = context.protocol_version().is_some_and(|version| !version.has_initialize());
        let wanted = if modern {
            context.meta.log_level().map(rank)
        } else {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner)
        };
        if !outcome.is_error()
            || wanted.is_none_or(|wanted| wanted > WARNING)
            || context.ct.is_cancelled()
        {
            return;
        }
        let instance = outcome.instance.as_ref().map(|id| id.name.to_string());
        let data = json!({ "tool": tool, "instance": instance, "message": outcome.text() });
        let param = LoggingMessageNotificationParam::new(LoggingLevel::Warning, data)
            .with_logger("atlassian-mcp");
        // A client that is gone misses nothing that the result would not have told it.
        let _ = context.peer.notify_logging_message(param).await;
    }
}

fn rank(level: LoggingLevel) -> u8 {
    use LoggingLevel as L;
    match level {
        L::Debug => 0,
        L::Info => 1,
        L::Notice => 2,
        L::Warning => WARNING,
        L::Error => 4,
        L::Critical => 5,
        L::Alert => 6,
        L::Emergency => 7,
    }
}
