//! Spans for an OpenTelemetry collector, one per call (OTLP over HTTP with protobuf; feature
//! `otlp`).
//!
//! A span says which tool was called on which instance, how it ended, what the instance answered
//! last and how long it took. It holds no argument, no answer, no caller, and of a tool that does not
//! exist not even the name, which is the client's invention.
//!
//! Spans are made from the [`Record`] of a call, like audit lines and metrics, and leave in batches
//! from a thread of their own: a collector that is slow or gone costs the calls nothing and loses
//! spans, which the log says once until it works again.

use crate::ServeError;
use atlassian_instances::{Ending, Observer, Record, Registry};
use atlassian_settings::TelemetrySettings;
use bytes::Bytes;
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _, TracerProvider as _};
use opentelemetry::{KeyValue, StringValue};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};
use tokio::runtime::Handle;

/// Longest wait for the collector, per batch.
const ANSWER: Duration = Duration::from_secs(10);
/// Longest wait for a connection to it.
const CONNECT: Duration = Duration::from_secs(3);
/// Largest answer of it that is read.
const LARGEST: usize = 64 * 1024;
/// How long spans that have not left yet may take at the end.
const LAST: Duration = Duration::from_secs(3);
/// Name of a tool that does not exist.
const NO_TOOL: &str = "(unknown)";

/// The spans of a process.
#[derive(Debug)]
pub struct Telemetry {
    provider: SdkTracerProvider,
}

impl Telemetry {
    /// Sends a span for every call of this registry from now on; `None` when the settings name no
    /// collector. Nothing is connected to before the first batch. Must be called on a runtime.
    ///
    /// # Errors
    /// [`ServeError::Unsupported`] for settings that cannot be used.
    pub fn start(registry: &Registry) -> Result<Option<Self>, ServeError> {
        let Some(settings) = &registry.server().telemetry else { return Ok(None) };
        let wrong = |what: &dyn std::fmt::Display| {
            ServeError::Unsupported(format!("The OpenTelemetry collector cannot be used: {what}."))
        };
        let post = Post::new(settings).map_err(|what| wrong(&what))?;
        let headers = settings
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.expose().to_owned()))
            .collect();
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(post)
            .with_endpoint(settings.endpoint.as_str())
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(ANSWER)
            .with_headers(headers)
            .build()
            .map_err(|_| wrong(&"its address or headers are not understood"))?;
        let resource = Resource::builder()
            .with_service_name(settings.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_batch_exporter(exporter)
            .build();
        let tracer = provider.tracer("atlassian-mcp");
        registry.observers().add(Arc::new(Spans { tracer }));
        Ok(Some(Self { provider }))
    }

    /// Sends what has not left yet, within a bounded time.
    pub async fn end(self) {
        let ended =
            tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(LAST)).await;
        if !matches!(ended, Ok(Ok(()))) {
            tracing::warn!(target: "atlassian_mcp::telemetry", "the last spans may not have reached the collector");
        }
    }
}

/// Makes spans of records.
#[derive(Debug)]
struct Spans {
    tracer: SdkTracer,
}

impl Observer for Spans {
    fn ended(&self, record: &Record) {
        let end = SystemTime::now();
        let start = end.checked_sub(record.took).unwrap_or(end);
        let tool = if record.known { &*record.tool } else { NO_TOOL };
        let mut span = self
            .tracer
            .span_builder(format!("tools/call {tool}"))
            .with_kind(SpanKind::Server)
            .with_start_time(start)
            .with_attributes(attributes(record, tool))
            .start(&self.tracer);
        if record.ending != Ending::Ok {
            span.set_status(Status::error(record.ending.word()));
        }
        span.end_with_timestamp(end);
    }
}

/// What a span says. Names without a dot of their own follow the conventions of OpenTelemetry for
/// MCP (`mcp.method.name`, `gen_ai.tool.name`).
fn attributes(record: &Record, tool: &str) -> Vec<KeyValue> {
    let text = |text: &str| StringValue::from(text.to_owned());
    let mut attributes = vec![
        KeyValue::new("mcp.method.name", "tools/call"),
        KeyValue::new("gen_ai.tool.name", text(tool)),
        KeyValue::new("atlassian_mcp.call.id", record.id.to_string()),
        KeyValue::new("atlassian_mcp.outcome", record.ending.word()),
        KeyValue::new("atlassian_mcp.upstream.requests", i64::from(record.traffic.requests)),
    ];
    if let Some(parent) = &record.parent {
        attributes.push(KeyValue::new("atlassian_mcp.call.parent", parent.to_string()));
    }
    if let Some(instance) = &record.instance {
        attributes.push(KeyValue::new("atlassian.service", instance.service.word()));
        attributes.push(KeyValue::new("atlassian.instance", text(instance.name.as_str())));
    }
    if let Some(status) = record.traffic.last_status {
        attributes.push(KeyValue::new("atlassian_mcp.upstream.status", i64::from(status)));
    }
    attributes
}

/// Posts batches with the TLS stack of everything else. The exporter asks from its own thread, which
/// knows no runtime.
#[derive(Debug)]
struct Post {
    http: reqwest::Client,
    runtime: Handle,
    host: String,
    failing: AtomicBool,
}

impl Post {
    /// The collector is the operator's own and may be anywhere; it is connected to directly, and
    /// redirects, which could carry its headers elsewhere, are not followed.
    fn new(settings: &TelemetrySettings) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(ANSWER);
        if settings.endpoint.scheme() == "http" {
            builder = builder.tls_certs_only([]);
        } else if let Some(path) = &settings.trust_file {
            builder = builder.tls_certs_only(bundle(path)?);
        }
        let http = builder.build().map_err(|_| "TLS cannot be set up".to_owned())?;
        let host = settings.endpoint.host_str().unwrap_or_default().to_owned();
        Ok(Self { http, runtime: Handle::current(), host, failing: AtomicBool::new(false) })
    }

    fn tell(&self, problem: Option<&str>) {
        let before = self.failing.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(problem) if !before => {
                tracing::warn!(target: "atlassian_mcp::telemetry", "spans are lost: the collector at `{}` {problem}", self.host);
            }
            None if before => {
                tracing::info!(target: "atlassian_mcp::telemetry", "the collector at `{}` takes spans again", self.host);
            }
            _ => {}
        }
    }
}

fn bundle(path: &Path) -> Result<Vec<reqwest::Certificate>, String> {
    let pem = std::fs::read(path).map_err(|error| {
        format!("OTEL_EXPORTER_OTLP_CERTIFICATE `{}` cannot be read: {error}", path.display())
    })?;
    let certificates = reqwest::Certificate::from_pem_bundle(&pem).unwrap_or_default();
    if certificates.is_empty() {
        let name = path.display();
        return Err(format!("OTEL_EXPORTER_OTLP_CERTIFICATE `{name}` holds no PEM certificate"));
    }
    Ok(certificates)
}

#[async_trait::async_trait]
impl HttpClient for Post {
    async fn send_bytes(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let http = self.http.clone();
        let answered = self.runtime.spawn(async move { answer(&http, request).await }).await;
        match answered {
            Ok(Ok(response)) => {
                let status = response.status();
                let problem = format!("answered HTTP {}", status.as_u16());
                self.tell((!status.is_success()).then_some(problem.as_str()));
                Ok(response)
            }
            // Its words may hold the address, and with it a password.
            Ok(Err(_)) | Err(_) => {
                self.tell(Some("cannot be reached"));
                Err("the collector cannot be reached".into())
            }
        }
    }
}

async fn answer(
    http: &reqwest::Client,
    request: reqwest::Request,
) -> Result<http::Response<Bytes>, reqwest::Error> {
    let mut response = http.execute(request).await?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend(chunk.iter().take(LARGEST - body.len()));
    }
    let mut answer = http::Response::new(Bytes::from(body));
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    Ok(answer)
}
