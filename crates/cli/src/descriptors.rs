//! How many files the process may have open. Over HTTP each connection is one, and the usual limit of
//! 1024 is less than the sessions that may be open (`MCP_MAX_SESSIONS`).

/// What is asked for, the better first: more than enough for the default number of sessions, and the
/// most that some systems (macOS) grant while they say that there is no limit.
#[cfg(unix)]
const WANTED: [u64; 2] = [65_536, 10_240];

/// Raises the limit of this process as far as it may go by itself (the soft limit, up to the hard
/// one). Where that fails the server works with what it has.
#[cfg(unix)]
pub(crate) fn raise() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    for wanted in WANTED {
        let wanted = limit.maximum.map_or(wanted, |most| most.min(wanted));
        if limit.current.is_none_or(|current| current >= wanted) {
            return;
        }
        if setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }).is_ok() {
            return;
        }
    }
    tracing::warn!(
        target: "atlassian_mcp::start",
        "the limit of open files could not be raised; it stays at {}, and each connection takes one",
        limit.current.unwrap_or_default()
    );
}

/// There is no such limit here.
#[cfg(not(unix))]
pub(crate) fn raise() {}
