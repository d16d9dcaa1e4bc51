//! The one record of a call: logged here, and told to whoever observes the registry.
//!
//! A call is recorded exactly once however it ends (design section 2): refused before anything was
//! looked up, finished, timed out, cancelled, or dropped by a transport whose client is gone.

use crate::Caller;
use atlassian_http::Traffic;
use atlassian_http::traffic::Seen;
use atlassian_settings::{Identity, InstanceId};
use atlassian_tools::{Access, Answer, Content, Definition, Scope};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::Instant;

/// Most targets kept of one call.
const MOST_TARGETS: usize = 50;
/// Longest text of one target, in characters.
const LONGEST_TARGET: usize = 120;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ending {
    /// An answer that is no failure.
    Ok,
    /// Atlassian, or the tool itself, said no.
    Failed,
    /// A rule of the operator forbade it.
    Denied,
    /// The arguments were wrong.
    Invalid,
    /// There is no such tool for this caller.
    Unknown,
    /// The tool's product is not configured, or the caller has no credential for it.
    Unavailable,
    /// The deadline of the call ran out.
    TimedOut,
    /// The client no longer wanted the answer.
    Cancelled,
    /// A defect of this program stopped it.
    Crashed,
}

impl Ending {
    /// All of them, for tables.
    pub const ALL: [Self; 9] = [
        Self::Ok,
        Self::Failed,
        Self::Denied,
        Self::Invalid,
        Self::Unknown,
        Self::Unavailable,
        Self::TimedOut,
        Self::Cancelled,
        Self::Crashed,
    ];

    /// The word for logs, audit lines and metrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Denied => "denied",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timeout",
            Self::Cancelled => "cancelled",
            Self::Crashed => "crashed",
        }
    }

    /// What was decided about the call before it was made: whether it was let through at all.
    #[must_use]
    pub const fn decision(self) -> &'static str {
        match self {
            Self::Denied | Self::Unknown | Self::Unavailable => "refused",
            Self::Invalid => "invalid",
            Self::Ok | Self::Failed | Self::TimedOut | Self::Cancelled | Self::Crashed => "allowed",
        }
    }
}

/// Everything worth knowing about a call that has ended. Holds no argument, no answer and no
/// credential.
#[derive(Clone, Debug)]
pub struct Record {
    /// Id of the call, 16 hexadecimal digits.
    pub id: CallId,
    /// The call that made this one, for tools that call tools.
    pub parent: Option<CallId>,
    /// Fingerprint of the caller.
    pub caller: Identity,
    /// Whether the caller sits at this machine (stdio, command line).
    pub local: bool,
    /// Registered name of the tool; the name as given, printable and cut, for an unknown one.
    pub tool: Arc<str>,
    /// Whether there is such a tool for this caller; an unknown name is the client's invention.
    pub known: bool,
    /// What the tool does to the instance.
    pub access: Option<Access>,
    /// The instance.
    pub instance: Option<InstanceId>,
    /// What the arguments name: projects, issues, spaces, content. At most 50.
    pub targets: Vec<String>,
    /// How it ended.
    pub ending: Ending,
    /// Requests to the instance and their statuses; inner calls have records of their own.
    pub traffic: Seen,
    /// Bytes of the answer's document and files; only counted for observers.
    pub bytes: u64,
    /// From the beginning to the end.
    pub took: Duration,
    /// SHA-256 over the arguments with sorted keys, in hexadecimal; empty when nobody observes.
    pub digest: String,
}

/// Hears of every call once, when it has ended.
///
/// It is told on the task of the call, so it must neither wait nor fail.
pub trait Observer: Send + Sync + fmt::Debug {
    /// A call has ended.
    fn ended(&self, record: &Record);
}

/// Who hears of calls. Belongs to the live state: a snapshot that replaces another takes it over.
#[derive(Clone, Debug, Default)]
pub struct Observers(Arc<RwLock<Vec<Arc<dyn Observer>>>>);

impl Observers {
    /// Adds one; it hears of calls that begin from now on.
    pub fn add(&self, observer: Arc<dyn Observer>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(observer);
    }

    fn list(&self) -> Vec<Arc<dyn Observer>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Id of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallId(u64);

impl CallId {
    fn fresh() -> Self {
        Self(fastrand::u64(..))
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A call under way; recorded when it ends or, at the latest, when it is dropped.
pub(crate) struct Running {
    observers: Vec<Arc<dyn Observer>>,
    record: Option<Record>,
    id: CallId,
    started: Instant,
    pub(crate) traffic: Arc<Traffic>,
    targets: Mutex<Vec<String>>,
}

/// The tool of a call, as far as it was found.
pub(crate) struct Called<'a> {
    pub(crate) name: Arc<str>,
    pub(crate) definition: Option<&'static Definition>,
    pub(crate) instance: Option<&'a InstanceId>,
    pub(crate) arguments: &'a Map<String, Value>,
}

impl Running {
    pub(crate) fn begin(
        observers: &Observers,
        called: &Called<'_>,
        caller: &Caller,
        parent: Option<CallId>,
        started: Instant,
    ) -> Self {
        let observers = observers.list();
        let id = CallId::fresh();
        let digest = if observers.is_empty() { String::new() } else { digest_of(called.arguments) };
        let record = Record {
            id,
            parent,
            caller: caller.identity,
            local: caller.local,
            tool: Arc::clone(&called.name),
            known: called.definition.is_some(),
            access: called.definition.map(|definition| definition.access),
            instance: called.instance.cloned(),
            targets: Vec::new(),
            // What holds when nobody says otherwise before it is dropped.
            ending: Ending::Cancelled,
            traffic: Seen::default(),
            bytes: 0,
            took: Duration::ZERO,
            digest,
        };
        Self {
            observers,
            record: Some(record),
            id,
            started,
            traffic: Arc::default(),
            targets: Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> CallId {
        self.id
    }

    /// Notes what the arguments name.
    pub(crate) fn touches(&self, scope: &Scope) {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        for touch in scope.touches() {
            let target = crate::policy::target_of(touch);
            let target: String =
                target.chars().filter(|c| !c.is_control()).take(LONGEST_TARGET).collect();
            if targets.len() < MOST_TARGETS && !targets.contains(&target) {
                targets.push(target);
            }
        }
    }

    /// Notes the address that the request brought in the place of the instance's own.
    pub(crate) fn visits(&self, host: &str) {
        let host: String = host.chars().take(LONGEST_TARGET).collect();
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.push(format!("site {host}"));
    }

    /// Records the end of the call.
    pub(crate) fn end(mut self, ending: Ending, answer: Option<&Answer>) {
        let bytes = match answer {
            Some(answer) if !self.observers.is_empty() => size_of(answer),
            _ => 0,
        };
        if let Some(record) = &mut self.record {
            record.ending = ending;
            record.bytes = bytes;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(mut record) = self.record.take() else { return };
        record.took = self.started.elapsed();
        record.traffic = self.traffic.seen();
        record.targets =
            std::mem::take(&mut *self.targets.lock().unwrap_or_else(PoisonError::into_inner));
        log(&record);
        for observer in &self.observers {
            observer.ended(&record);
        }
    }
}

/// The log record of a call.
fn log(record: &Record) {
    let Record { id, parent, tool, caller, .. } = record;
    let instance = record.instance.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let outcome = record.ending.word();
    let status = record.traffic.last_status;
    let ms = record.took.as_millis();
    let parent = parent.map(tracing::field::display);
    tracing::info!(target: "atlassian_mcp::call", %id, parent, tool = %tool, instance, caller = %caller, outcome, status, ms, "call {tool} on {instance}: {outcome}");
}

fn size_of(answer: &Answer) -> u64 {
    let mut count = Count(0);
    // Counting cannot fail, and a value always has a JSON text.
    let _ = serde_json::to_writer(&mut count, &answer.json);
    let files = answer.content.iter().map(|content| match content {
        Content::Image { base64, .. } | Content::File { base64, .. } => base64.len(),
        Content::Text(text) => text.len(),
    });
    count.0 + u64::try_from(files.sum::<usize>()).unwrap_or(u64::MAX)
}

/// Counts what is written.
struct Count(u64);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// SHA-256 over the arguments as compact JSON with sorted keys: the same call has the same digest,
/// whatever order a client writes its arguments in.
fn digest_of(arguments: &Map<String, Value>) -> String {
    let mut digest = Hashing(Sha256::new());
    write_object(&mut digest, arguments);
    digest.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Hashing(Sha256);

impl std::io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn write_object(out: &mut Hashing, object: &Map<String, Value>) {
    let mut pairs: Vec<(&String, &Value)> = object.iter().collect();
    pairs.sort_by_key(|(name, _)| *name);
    out.0.update(b"{");
    for (place, (name, value)) in pairs.into_iter().enumerate() {
        if place > 0 {
            out.0.update(b",");
        }
        // Hashing cannot fail, and a text always has a JSON form.
        let _ = serde_json::to_writer(&mut *out, name);
        out.0.update(b":");
        write_value(out, value);
    }
    out.0.update(b"}");
}

fn write_value(out: &mut Hashing, value: &Value) {
    match value {
        Value::Object(object) => write_object(out, object),
        Value::Array(items) => {
            out.0.update(b"[");
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.0.update(b",");
                }
                write_value(out, item);
            }
            out.0.update(b"]");
        }
        simple => {
            let _ = serde_json::to_writer(&mut *out, simple);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{digest_of, size_of};
    use atlassian_tools::{Answer, Content};
    use serde_json::{Map, Value, json};

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().expect("object").clone()
    }

    #[test]
    fn a_digest_ignores_the_order_of_names_and_nothing_else() {
        let digest = |value: Value| digest_of(&map(&value));
        let one = digest(json!({ "a": 1, "b": { "d": [1, 2], "c": null } }));
        assert_eq!(one, digest(json!({ "b": { "c": null, "d": [1, 2] }, "a": 1 })));
        assert_ne!(one, digest(json!({ "a": 1, "b": { "d": [2, 1], "c": null } })));
        // `printf '{}' | sha256sum`
        assert_eq!(
            digest(json!({})),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }

    #[test]
    fn the_size_is_the_document_and_its_files() {
        let mut answer = Answer::json(json!({ "a": "ä" }));
        assert_eq!(size_of(&answer), 10);
        answer.content.push(Content::Text("more".into()));
        assert_eq!(size_of(&answer), 14);
    }
}
