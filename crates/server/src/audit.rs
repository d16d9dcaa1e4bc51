//! The audit file: one JSON object a line for every call, appended and never rewritten.
//!
//! A line tells who called (a fingerprint), what (tool, instance, what the arguments name, a digest
//! of the arguments), what was decided, and what came of it (statuses, requests, bytes, time). It
//! holds no argument, no answer and no credential. Refusals, timeouts, cancellations and unknown
//! tools have their line too (design section 2).

use atlassian_instances::{Observer, Record};
use atlassian_tools::Access;
use serde_json::{Map, Value, json};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// An audit file that cannot be written; the server does not start without it.
#[derive(Debug, thiserror::Error)]
#[error(
    "ATLASSIAN_AUDIT_FILE: `{path}` {reason}. Name a file that this user can append to, or unset the variable."
)]
pub struct AuditError {
    path: String,
    reason: String,
}

/// An open audit file.
#[derive(Debug)]
pub struct Audit {
    path: PathBuf,
    file: Mutex<File>,
    lost: AtomicU64,
}

impl Audit {
    /// Opens the file for appending, and makes it readable by this user only.
    ///
    /// # Errors
    /// [`AuditError`] when it cannot be opened, is no regular file, or is a symbolic link, through
    /// which somebody else could choose what is written to.
    pub fn open(path: &Path) -> Result<Self, AuditError> {
        let file =
            open(path).map_err(|reason| AuditError { path: path.display().to_string(), reason })?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), lost: AtomicU64::new(0) })
    }

    /// Lines that could not be written since the start.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn append(&self, line: &str) -> Result<(), String> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A rotated file has another name now; lines go on under the configured one.
        if !is_at(&file, &self.path) {
            *file = open(&self.path)?;
        }
        // One write a line: several processes may append to one file.
        file.write_all(line.as_bytes()).map_err(|error| error.to_string())
    }
}

impl Observer for Audit {
    fn ended(&self, record: &Record) {
        let mut line = line(record, jiff::Timestamp::now()).to_string();
        line.push('\n');
        if let Err(reason) = self.append(&line) {
            self.lost.fetch_add(1, Ordering::Relaxed);
            let id = record.id;
            tracing::error!(
                target: "atlassian_mcp::audit", %id,
                "the audit line of call {id} was lost: `{}` {reason}", self.path.display()
            );
        }
    }
}

fn open(path: &Path) -> Result<File, String> {
    if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err("is no regular file".to_owned());
    }
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path).map_err(|error| format!("cannot be opened: {error}"))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let found = file.metadata().map_err(|error| error.to_string())?.permissions();
        if found.mode() & 0o077 != 0 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(|error| {
                format!("can be read by others, and that cannot be changed: {error}")
            })?;
        }
    }
    Ok(file)
}

/// Whether the open file is still the one of this name.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        match (file.metadata(), std::fs::metadata(path)) {
            (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
            _ => false,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// The line of a call. Keys are always there, with null for what is not known.
fn line(record: &Record, at: jiff::Timestamp) -> Value {
    let statuses: Map<String, Value> = record
        .traffic
        .statuses
        .iter()
        .map(|(status, times)| (status.to_string(), Value::from(*times)))
        .collect();
    json!({
        "time": at.to_string(),
        "id": record.id.to_string(),
        "parent": record.parent.map(|id| id.to_string()),
        "who": record.caller.to_string(),
        "via": if record.local { "local" } else { "network" },
        "service": record.instance.as_ref().map(|id| id.service.word()),
        "instance": record.instance.as_ref().map(|id| id.name.to_string()),
        "tool": &*record.tool,
        "access": record.access.map(|access| match access {
            Access::Read => "read",
            Access::Additive | Access::Write => "write",
            Access::Destructive => "destructive",
        }),
        "targets": record.targets,
        "decision": record.ending.decision(),
        "outcome": record.ending.word(),
        "status": record.traffic.last_status,
        "statuses": statuses,
        "requests": record.traffic.requests,
        "received_bytes": record.traffic.received,
        "answer_bytes": record.bytes,
        "ms": u64::try_from(record.took.as_millis()).unwrap_or(u64::MAX),
        "arguments_sha256": record.digest,
    })
}

#[cfg(test)]
mod tests {
    use super::Audit;

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let error = Audit::open(folder.path()).expect_err("a folder").to_string();
        assert!(error.contains("ATLASSIAN_AUDIT_FILE") && error.contains("regular"), "{error}");
        let error = Audit::open(&folder.path().join("none/audit")).expect_err("no folder");
        assert!(error.to_string().contains("cannot be opened"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_refused_and_open_files_are_closed_to_others() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("audit.jsonl");
        std::fs::write(&path, "before\n").expect("write");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("mode");
        let audit = Audit::open(&path).expect("open");
        assert_eq!(std::fs::metadata(&path).expect("it").permissions().mode() & 0o777, 0o600);
        audit.append("one\n").expect("append");
        assert_eq!(std::fs::read_to_string(&path).expect("text"), "before\none\n");

        let rotated = folder.path().join("audit.1");
        std::fs::rename(&path, &rotated).expect("rotate");
        audit.append("two\n").expect("append");
        assert_eq!(std::fs::read_to_string(&path).expect("text"), "two\n");
        assert_eq!(std::fs::read_to_string(&rotated).expect("text"), "before\none\n");

        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).expect("link");
        assert!(Audit::open(&link).is_err());
    }
}
