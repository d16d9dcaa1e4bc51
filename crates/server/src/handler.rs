//! One MCP handler for every client and every transport.

use crate::notices::Level;
use crate::{progress, result, tool};
use atlassian_instances::{CallRequest, Caller, Outcome, Registry};
#[expect(deprecated, reason = "legacy clients set the level of their log messages")]
use rmcp::model::SetLevelRequestParams;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult,
    CustomRequest, CustomResult, DiscoverResult, ErrorCode, ErrorData, Extensions,
    GetPromptRequestParams, GetPromptResponse, Implementation, InitializeRequestParams,
    InitializeResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, MetaObject, PaginatedRequestParams, ReadResourceRequestParams,
    ReadResourceResponse, ServerCapabilities, ServerConfig, SetLevelRequestMethod, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use serde_json::json;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Name of the server in `serverInfo`.
pub(crate) const NAME: &str = "atlassian-mcp";
/// How long clients may keep what the server says about itself and its tools, in milliseconds.
pub(crate) const FRESH_MS: u64 = 300_000;
/// Key of the server's identity in `_meta` of modern results (MCP 2026-07-28, server/discover).
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";
/// Methods served in both eras: a request for one that could not be read has wrong parameters.
const METHODS: &[&str] = &[
    "tools/list",
    "tools/call",
    "prompts/list",
    "prompts/get",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "completion/complete",
];
/// Those that only legacy clients have.
const LEGACY_METHODS: &[&str] = &["initialize", "ping", "logging/setLevel"];
/// Those that only clients of revisions without `initialize` have.
const MODERN_METHODS: &[&str] = &["server/discover"];

/// What the transports serve.
#[cfg(not(feature = "conformance"))]
pub(crate) type Served = Handler;
/// What the transports serve: the handler, with the fixtures of the conformance suite around it.
#[cfg(feature = "conformance")]
pub(crate) type Served = crate::fixtures::Fixtures;

/// Where the caller of a request is known from.
#[derive(Clone, Debug)]
enum Door {
    /// The other end of the streams is the operator.
    Local,
    /// Every request carries its caller, put there by the identity check of the HTTP listener.
    Remote,
}

/// The MCP handler: thin over the registry, cheap to clone, one per connection or session.
#[derive(Clone, Debug)]
pub(crate) struct Handler {
    registry: Arc<Registry>,
    operator: Arc<Caller>,
    door: Door,
    ending: CancellationToken,
    level: Arc<Level>,
    calls: TaskTracker,
}

impl Handler {
    /// The handler of a local connection, whose caller is the operator. The end of the connection
    /// cancels its calls.
    #[must_use]
    pub(crate) fn local(registry: Arc<Registry>) -> Self {
        Self::new(registry, Door::Local, CancellationToken::new())
    }

    /// The handler of requests over HTTP: each is served for the caller found by the identity check,
    /// and for nobody when there is none. When `ending` fires, calls in flight are cancelled and
    /// answered.
    #[must_use]
    pub(crate) fn remote(registry: Arc<Registry>, ending: CancellationToken) -> Self {
        Self::new(registry, Door::Remote, ending)
    }

    fn new(registry: Arc<Registry>, door: Door, ending: CancellationToken) -> Self {
        let operator = Arc::new(Caller::operator());
        let calls = TaskTracker::new();
        Self { registry, operator, door, ending, level: Arc::default(), calls }
    }

    /// The same handler, counting its calls where something waits for their end.
    pub(crate) fn counting(self, calls: TaskTracker) -> Self {
        Self { calls, ..self }
    }

    /// The handler as the transports serve it.
    #[cfg(not(feature = "conformance"))]
    pub(crate) fn served(self) -> Served {
        self
    }

    /// The handler as the transports serve it.
    #[cfg(feature = "conformance")]
    pub(crate) fn served(self) -> Served {
        crate::fixtures::Fixtures::around(self)
    }

    /// The same handler for another session, which hears its own log messages only.
    pub(crate) fn for_session(&self) -> Self {
        Self { level: Arc::default(), ..self.clone() }
    }

    fn caller(&self, extensions: &Extensions) -> Result<Arc<Caller>, ErrorData> {
        match self.door {
            Door::Local => Ok(Arc::clone(&self.operator)),
            Door::Remote => extensions
                .get::<http::request::Parts>()
                .and_then(|parts| parts.extensions.get::<Arc<Caller>>())
                .cloned()
                .ok_or_else(|| ErrorData::internal_error("the request has no caller", None)),
        }
    }

    async fn call(
        &self,
        params: CallToolRequestParams,
        caller: &Caller,
        context: &RequestContext<RoleServer>,
    ) -> Outcome {
        let _counted = self.calls.token();
        let cancel = context.ct.child_token();
        progress::alongside(context, |progress| async {
            let request = CallRequest {
                name: params.name.into_owned(),
                arguments: params.arguments.unwrap_or_default(),
                progress,
                cancel: cancel.clone(),
            };
            let mut calling = std::pin::pin!(self.registry.call(request, caller));
            tokio::select! {
                biased;
                outcome = &mut calling => outcome,
                () = self.ending.cancelled() => {
                    cancel.cancel();
                    calling.await
                }
            }
        })
        .await
    }
}

fn server_info() -> Implementation {
    Implementation::new(NAME, env!("CARGO_PKG_VERSION")).with_title("Atlassian MCP")
}

/// Whether the request is of a revision without `initialize`.
///
/// # Errors
/// `-32602` when nothing says which revision it is: neither the request nor an `initialize` before.
fn is_modern(context: &RequestContext<RoleServer>) -> Result<bool, ErrorData> {
    match context.protocol_version() {
        Some(version) => Ok(!version.has_initialize()),
        None => Err(ErrorData::invalid_params(
            "send initialize first, or name the revision in _meta[\"io.modelcontextprotocol/protocolVersion\"]",
            None,
        )),
    }
}

/// A name of the client's as it may be said back: bounded, on one line.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn sign(meta: &mut Option<MetaObject>) {
    if let Ok(info) = serde_json::to_value(server_info()) {
        meta.get_or_insert_default().insert(SERVER_INFO.to_owned(), info);
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        #[expect(deprecated, reason = "legacy clients set the level of their log messages")]
        let capabilities = ServerCapabilities::builder()
            .enable_logging()
            .enable_completions()
            .enable_prompts()
            .enable_resources()
            .enable_tools()
            .build();
        ServerConfig::new(capabilities).with_server_info(server_info())
    }

    async fn initialize(
        &self,
        mut request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        let caller = self.caller(&context.extensions)?;
        let mut result = self.negotiate_initialize(&request)?;
        result.instructions = self.registry.instructions(&caller);
        request.protocol_version = result.protocol_version.clone();
        context.peer.set_peer_info(request);
        Ok(result)
    }

    async fn discover(
        &self,
        context: RequestContext<RoleServer>,
    ) -> Result<DiscoverResult, ErrorData> {
        let caller = self.caller(&context.extensions)?;
        let versions = self.supported_protocol_versions().into_owned();
        let mut result = DiscoverResult::from_server_info(versions, self.get_info())
            .with_ttl_ms(FRESH_MS)
            .with_cache_scope(CacheScope::Private);
        result.instructions = self.registry.instructions(&caller);
        Ok(result)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        let entry = self.registry.get(name, &self.operator)?;
        Some(tool::describe(entry, &self.registry, &self.operator))
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let modern = is_modern(&context)?;
        let caller = self.caller(&context.extensions)?;
        let tools = self
            .registry
            .list(&caller)
            .map(|entry| tool::describe(entry, &self.registry, &caller))
            .collect();
        let mut result = ListToolsResult::with_all_items(tools);
        if modern {
            result = result.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Private);
            sign(&mut result.meta);
        }
        Ok(result)
    }

    async fn call_tool(
        &self,
        params: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let modern = is_modern(&context)?;
        let caller = self.caller(&context.extensions)?;
        let name = params.name.to_string();
        let outcome = self.call(params, &caller, &context).await;
        self.level.tell(&context, &name, &outcome).await;
        let mut result = result::of(&outcome);
        if modern {
            sign(&mut result.meta);
        }
        Ok(result.into())
    }

    #[expect(deprecated, reason = "legacy clients set the level of their log messages")]
    async fn set_level(
        &self,
        request: SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        if is_modern(&context)? {
            return Err(ErrorData::method_not_found::<SetLevelRequestMethod>());
        }
        self.level.set(request.level);
        Ok(())
    }

    // There are no prompts and no resources. They are declared and answered all the same, because
    // clients ask for them without looking at the capabilities and take an error for a broken server
    // (server spec section 1.3), and the conformance suite requires an answer of every server
    // (mcp-and-stack spec section 4.2).

    async fn list_prompts(
        &self,
        _page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let mut result = ListPromptsResult::default();
        if is_modern(&context)? {
            result = result.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Public);
            sign(&mut result.meta);
        }
        Ok(result)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        is_modern(&context)?;
        let name = plain(&request.name);
        Err(ErrorData::invalid_params(format!("Unknown prompt: {name}"), None))
    }

    async fn list_resources(
        &self,
        _page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let mut result = ListResourcesResult::default();
        if is_modern(&context)? {
            result = result.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Public);
            sign(&mut result.meta);
        }
        Ok(result)
    }

    async fn list_resource_templates(
        &self,
        _page: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let mut result = ListResourceTemplatesResult::default();
        if is_modern(&context)? {
            result = result.with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Public);
            sign(&mut result.meta);
        }
        Ok(result)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        is_modern(&context)?;
        let uri = plain(&request.uri);
        Err(ErrorData::resource_not_found("Resource not found", Some(json!({ "uri": uri }))))
    }

    async fn complete(
        &self,
        _request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        is_modern(&context)?;
        Ok(CompleteResult::default())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let method = request.method.as_str();
        let modern = is_modern(&context).unwrap_or(false);
        let own = if modern { MODERN_METHODS } else { LEGACY_METHODS };
        if METHODS.contains(&method) || own.contains(&method) {
            let message = format!("Invalid parameters for {method}");
            return Err(ErrorData::invalid_params(message, None));
        }
        let message = format!("Method not found: {}", plain(method));
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, message, None))
    }
}
