//! The one way of a call (design section 2).

use crate::record::{CallId, Called, Ending, Running};
use crate::registry::Instance;
use crate::{Caller, Entry, Registry};
use atlassian_http::{ApiErrorKind, CallControl, Remote};
use atlassian_settings::{Credential, Identity, InstanceId, Service};
use atlassian_tools::calls::InnerCall;
use atlassian_tools::{Answer, Calls, Context, Fence, InstanceListing, Progress, ToolError, table};
use futures::FutureExt as _;
use serde_json::{Map, Value};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

/// How long after its deadline, or after it was cancelled, a call that does not end by itself is
/// abandoned. The requests of a call end then and say how far they had got; this is only for what is
/// not a request.
const GRACE: Duration = Duration::from_millis(500);

/// Deepest chain of tools calling tools.
const MAX_DEPTH: u8 = 3;

/// A call as it comes from any transport or from the command line.
#[derive(Clone, Debug)]
pub struct CallRequest {
    /// Registered name of the tool.
    pub name: String,
    /// Arguments as given.
    pub arguments: Map<String, Value>,
    /// Where progress is reported.
    pub progress: Progress,
    /// Fires when the caller no longer wants the answer.
    pub cancel: CancellationToken,
}

impl CallRequest {
    /// A call without progress or cancellation.
    #[must_use]
    pub fn new(name: impl Into<String>, arguments: Map<String, Value>) -> Self {
        Self {
            name: name.into(),
            arguments,
            progress: Progress::default(),
            cancel: CancellationToken::new(),
        }
    }
}

/// What came of a call: exactly one per call, also for refusals and timeouts.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The tool's answer, or the text of the error as clients see it.
    pub answer: Result<Answer, String>,
    /// The instance that was called, when the server has several.
    pub instance: Option<InstanceId>,
}

impl Outcome {
    /// Whether the call failed (`isError`).
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.answer.as_ref().map_or(true, |answer| answer.failed)
    }

    /// The text of the first content block: the result document as compact JSON, or the error.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.answer {
            Ok(answer) => answer.json.to_string(),
            Err(text) => text.clone(),
        }
    }
}

impl Registry {
    /// Walks a call through registry, arguments, policy and tool, and records it.
    pub async fn call(self: &Arc<Self>, request: CallRequest, caller: &Caller) -> Outcome {
        self.call_within(request, caller, None, 0).await
    }

    async fn call_within(
        self: &Arc<Self>,
        request: CallRequest,
        caller: &Caller,
        within: Option<&Within<'_>>,
        depth: u8,
    ) -> Outcome {
        let started = Instant::now();
        let CallRequest { name: asked, arguments, progress, cancel } = request;
        let entry = self.get(&asked, caller);
        let called = Called {
            name: entry.map_or_else(|| printable(&asked).into(), |entry| Arc::clone(&entry.name)),
            definition: entry.map(|entry| entry.definition),
            instance: entry.and_then(|entry| entry.instance.as_ref()),
            arguments: &arguments,
        };
        let name = Arc::clone(&called.name);
        let parent = within.map(|within| within.id);
        let running = Running::begin(&self.observers, &called, caller, parent, started);
        let Some(entry) = entry else {
            let (ending, text) = self.why_unknown(&asked, &name, caller);
            running.end(ending, None);
            return Outcome { answer: Err(text), instance: None };
        };
        let deadline = within
            .map_or_else(|| started + self.server.call_timeout, |outer| outer.control.deadline);
        let control = CallControl { deadline, cancel };
        let instance = entry.instance.clone();
        // Every line that is logged on the way names the call and its instance.
        let span = tracing::error_span!(
            target: "atlassian_mcp::call",
            "call",
            id = %running.id(),
            tool = %name,
            instance = instance.as_ref().map(tracing::field::display),
        );
        let way = Way { entry, caller, control: &control, running: &running, depth };
        let walking = self.run(&way, arguments, progress).instrument(span);
        let (ending, answer) = match guarded(walking, &control).await {
            Ok(answer) => {
                let answer = self.within_budget(answer);
                (if answer.failed { Ending::Failed } else { Ending::Ok }, Ok(answer))
            }
            Err(Stopped { ending, error }) => {
                (ending, Err(format!("Error calling tool '{name}': {error}")))
            }
        };
        running.end(ending, answer.as_ref().ok());
        Outcome { answer, instance: instance.filter(|_| self.has_several()) }
    }

    async fn run(
        self: &Arc<Self>,
        way: &Way<'_>,
        arguments: Map<String, Value>,
        progress: Progress,
    ) -> Result<Answer, ToolError> {
        let definition = way.entry.definition;
        let Some(id) = &way.entry.instance else {
            let prepared = definition.prepare_across(arguments)?;
            let within = Within { control: way.control, id: way.running.id() };
            let registry = Arc::clone(self);
            let calls = InnerCalls { registry, caller: way.caller, within, depth: way.depth };
            return prepared.call(&calls).await;
        };
        let instance = self
            .instance_for(id, way.caller)
            .ok_or_else(|| ToolError::refused(format!("the instance `{id}` is not available")))?;
        self.belongs_here(way.entry, id, &arguments, way.caller)?;
        let prepared = definition.prepare(arguments, &instance.config.behaviour)?;
        let scope = prepared.scope();
        if instance.visiting {
            way.running.visits(&instance.config.site.host());
        }
        way.running.touches(&scope);
        let cx = self.context(way, instance, progress)?;
        instance.policy.admit(&scope, &cx).await?;
        self.check_credential(instance, way.caller, &cx).await?;
        prepared.call(&cx).await
    }

    fn context(
        &self,
        way: &Way<'_>,
        instance: &Instance,
        progress: Progress,
    ) -> Result<Context, ToolError> {
        let caller = way.caller;
        if instance.config.site.is_from_request() {
            return Err(ToolError::refused(no_address(&instance.config.id)));
        }
        let (credential, identity) = self
            .credential_for(instance, caller)
            .ok_or_else(|| ToolError::refused(no_credential(&instance.config.id)))?;
        let remote =
            Remote::new(instance.live.client.clone(), credential, identity, way.control.clone())
                .with_traffic(Arc::clone(&way.running.traffic))
                .with_passthrough(passthrough(
                    &instance.config.network.passthrough_headers,
                    caller,
                ));
        Ok(Context {
            tool: Arc::clone(&way.entry.name),
            remote,
            fence: Fence::of(&instance.config),
            caches: Arc::clone(&instance.live.caches),
            lossy_writes: self.server.lossy_writes,
            files: self.files.clone().filter(|_| caller.local),
            progress,
        })
    }

    /// The credential a caller has on an instance: their own, or the operator's where that is
    /// allowed. There is no other source.
    pub(crate) fn credential_for(
        &self,
        instance: &Instance,
        caller: &Caller,
    ) -> Option<(Arc<Credential>, Identity)> {
        if let Some(own) = caller.credentials.get(&instance.config.id) {
            return Some((Arc::clone(own), caller.identity));
        }
        let external = matches!(*instance.credential, Credential::External);
        if instance.visiting {
            return external.then(|| (Arc::clone(&instance.credential), caller.identity));
        }
        let fallback = caller.local
            || external
            || caller.operator_fallback
            || instance.config.exposure.allow_credential_fallback;
        let identity = if external && !caller.local { caller.identity } else { Identity::OPERATOR };
        fallback.then(|| (Arc::clone(&instance.credential), identity))
    }

    /// Why a name leads to nothing, and the text for the client. A tool of a product that is not
    /// configured says what is missing; everything else is unknown, hidden tools included.
    fn why_unknown(&self, name: &str, shown: &str, caller: &Caller) -> (Ending, String) {
        let unknown = (Ending::Unknown, format!("Unknown tool: {shown}"));
        let definition = table::definitions().find(|definition| definition.name == name);
        let Some((definition, service)) = definition.and_then(|d| Some((d, d.service?))) else {
            return unknown;
        };
        let unavailable =
            |why: String| (Ending::Unavailable, format!("Error calling tool '{shown}': {why}"));
        let primary = InstanceId::primary(service);
        let Some(instance) = self.instance_for(&primary, caller) else {
            return unavailable(self.not_configured(service));
        };
        // Exposed and yet not found: only the caller's credential is missing.
        if instance.policy.exposes(definition, name, caller)
            && self.credential_for(instance, caller).is_none()
        {
            return unavailable(no_credential(&primary));
        }
        unknown
    }

    fn not_configured(&self, service: Service) -> String {
        let word = service.variable_word();
        let reasons: Vec<String> = self
            .skipped
            .iter()
            .filter(|skipped| skipped.service == service && skipped.number == 1)
            .flat_map(|skipped| skipped.problems.iter().map(ToString::to_string))
            .collect();
        let prefixes: Vec<String> = self
            .instances
            .keys()
            .filter(|id| id.service == service)
            .map(|id| format!("`{}*`", id.tool_prefix()))
            .collect();
        let mut text = format!("{service} client not available: ");
        if reasons.is_empty() {
            text.push_str(&format!("{word}_URL and its credentials are not configured."));
        } else {
            text.push_str(&reasons.join(" "));
        }
        if !prefixes.is_empty() {
            text.push_str(&format!(" Other instances are: {}.", prefixes.join(", ")));
        }
        text
    }

    /// Shapes an answer to the response budget, saying so; a finished write stays a success.
    fn within_budget(&self, answer: Answer) -> Answer {
        let budget = self.server.max_response_bytes;
        if budget == 0 {
            return answer;
        }
        let text = answer.json.to_string();
        if text.len() <= budget {
            return answer;
        }
        let mut end = budget;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let json = serde_json::json!({
            "truncated": true,
            "bytes": text.len(),
            "budget_bytes": budget,
            "advice": "Ask for fewer fields or a lower limit to see everything.",
            "beginning": text.get(..end).unwrap_or_default(),
        });
        Answer { json, ..answer }
    }
}

/// One call on its way.
struct Way<'a> {
    entry: &'a Entry,
    caller: &'a Caller,
    control: &'a CallControl,
    running: &'a Running,
    depth: u8,
}

/// The call that makes another one.
struct Within<'a> {
    control: &'a CallControl,
    id: CallId,
}

/// A call that has no answer.
struct Stopped {
    ending: Ending,
    error: ToolError,
}

impl Stopped {
    fn by(ending: Ending, sentence: &str) -> Self {
        Self { ending, error: ToolError::refused(sentence) }
    }
}

impl From<ToolError> for Stopped {
    fn from(error: ToolError) -> Self {
        let ending = match (&error, error.api().map(|api| api.kind)) {
            (_, Some(ApiErrorKind::Cancelled)) => Ending::Cancelled,
            (_, Some(ApiErrorKind::Deadline | ApiErrorKind::Timeout)) => Ending::TimedOut,
            (ToolError::Policy(_), _) => Ending::Denied,
            (ToolError::Arguments(_), _) => Ending::Invalid,
            _ => Ending::Failed,
        };
        Self { ending, error }
    }
}

/// Runs a call within its deadline and cancellation; a panic becomes an error of this call only.
async fn guarded(
    running: impl Future<Output = Result<Answer, ToolError>>,
    control: &CallControl,
) -> Result<Answer, Stopped> {
    let running = AssertUnwindSafe(running).catch_unwind();
    // A cancellation may arrive between the poll of the call and the poll of this: the call is asked
    // again before it is given up, because only it knows what was written.
    let cancelled = async {
        control.cancel.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        biased;
        ended = running => match ended {
            Ok(ended) => ended.map_err(Stopped::from),
            Err(_) => Err(Stopped::by(
                Ending::Crashed,
                "an internal error stopped this call; if it writes, check the target before repeating it. \
                 Please report it with the tool's name and arguments.",
            )),
        },
        () = cancelled => {
            Err(Stopped::by(Ending::Cancelled, "the call was cancelled by the client"))
        }
        () = tokio::time::sleep_until(control.deadline + GRACE) => Err(Stopped::by(
            Ending::TimedOut,
            "the call took longer than ATLASSIAN_CALL_TIMEOUT allows; if it writes, check the target before repeating it",
        )),
    }
}

fn passthrough(names: &[String], caller: &Caller) -> Vec<(String, String)> {
    caller.headers.iter().filter(|(name, _)| names.contains(name)).cloned().collect()
}

fn no_credential(id: &InstanceId) -> String {
    format!(
        "{} client not available: this request carries no credentials for `{id}`, and the server does not lend its own \
         to unauthenticated requests (ALLOW_GLOBAL_CRED_FALLBACK is off).",
        id.service
    )
}

fn no_address(id: &InstanceId) -> String {
    let (word, title) = (id.service.variable_word(), id.service.title());
    format!(
        "{} client not available: {word}_URL is not configured, and this request names no address. Set it, or send \
         X-Atlassian-{title}-Url (its host listed in MCP_ALLOWED_URL_DOMAINS), or with an OAuth token \
         X-Atlassian-Cloud-Id.",
        id.service
    )
}

/// A name from outside as it may appear in texts and logs.
fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(128).collect()
}

/// Inner calls of a tool about several instances.
struct InnerCalls<'a> {
    registry: Arc<Registry>,
    caller: &'a Caller,
    within: Within<'a>,
    depth: u8,
}

impl Calls for InnerCalls<'_> {
    fn instances(&self) -> Vec<InstanceListing> {
        self.registry.listing(self.caller)
    }

    fn call<'a>(&'a self, name: &'a str, arguments: Map<String, Value>) -> InnerCall<'a> {
        Box::pin(async move {
            if self.depth >= MAX_DEPTH {
                return Err("tools call each other too deeply".to_owned());
            }
            let request = CallRequest {
                name: name.to_owned(),
                arguments,
                progress: Progress::default(),
                cancel: self.within.control.cancel.clone(),
            };
            self.registry
                .call_within(request, self.caller, Some(&self.within), self.depth + 1)
                .await
                .answer
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, guarded};
    use atlassian_http::CallControl;
    use atlassian_tools::{Answer, ToolError};
    use serde_json::json;
    use std::task::Poll;
    use std::time::Duration;
    use tokio::time::Instant;
    use tokio_util::sync::CancellationToken;

    fn control() -> CallControl {
        let deadline = Instant::now() + Duration::from_secs(60);
        CallControl { deadline, cancel: CancellationToken::new() }
    }

    /// The cancellation falls behind the last poll of a call that has something to tell.
    #[tokio::test(start_paused = true)]
    async fn a_call_is_heard_after_it_was_cancelled() {
        let control = control();
        let cancel = control.cancel.clone();
        let running = std::future::poll_fn(move |cx| {
            if cancel.is_cancelled() {
                return Poll::Ready(Ok::<_, ToolError>(Answer::json(json!({"written": 1}))));
            }
            cancel.cancel();
            cx.waker().wake_by_ref();
            Poll::Pending
        });
        let answer = guarded(running, &control).await.map_err(|stopped| stopped.ending);
        assert_eq!(answer.map(|answer| answer.json).ok(), Some(json!({"written": 1})));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_does_not_end_by_itself_is_given_up() {
        for (cancelled, ending) in [(true, Ending::Cancelled), (false, Ending::TimedOut)] {
            let control = control();
            if cancelled {
                control.cancel.cancel();
            }
            let stopped = guarded(std::future::pending(), &control).await.err();
            assert_eq!(stopped.map(|stopped| stopped.ending), Some(ending));
        }
    }
}
