//! A request as it goes out: address, headers, body (server spec section 3.5).

use crate::origins::{Origins, below, same_origin};
use crate::{ApiPath, ApiRequest, Base, Body, auth};
use atlassian_settings::{Credential, InstanceConfig, Secret};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use reqwest::multipart;
use url::Url;

/// What names us to the instance and to OAuth servers.
pub(crate) const USER_AGENT: &str = concat!("atlassian-mcp/", env!("CARGO_PKG_VERSION"));

/// Headers that belong to the connection and are never taken from settings or callers.
const OF_THE_CONNECTION: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Everything that is sent, ready to be sent more than once.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Whether the target is the instance's own, and gets `headers` instead of `bare`.
    pub(crate) own: bool,
    /// Headers for the instance, credentials included.
    pub(crate) headers: HeaderMap,
    /// Headers for a foreign host: nothing that tells who we are acting for.
    pub(crate) bare: HeaderMap,
    pub(crate) body: Payload,
}

/// A body that can be sent again.
#[derive(Debug)]
pub(crate) enum Payload {
    Empty,
    Json(Bytes),
    Multipart(Vec<crate::Part>),
}

impl Outgoing {
    /// Puts a request together.
    ///
    /// # Errors
    /// A sentence without secrets when it cannot be sent like this.
    pub(crate) fn of(
        request: &ApiRequest,
        credential: &Credential,
        passthrough: &[(String, String)],
        config: &InstanceConfig,
        origins: &Origins,
        accept: &'static str,
    ) -> Result<Self, String> {
        let url = address(&request.path, &request.query, credential, origins)?;
        let own = request.path.base() != Base::Media;
        let body = match &request.body {
            Body::Empty => Payload::Empty,
            Body::Json(value) => Payload::Json(
                serde_json::to_vec(value)
                    .map_err(|_| "the request cannot be written as JSON".to_owned())?
                    .into(),
            ),
            Body::Multipart(parts) => Payload::Multipart(parts.clone()),
        };
        let mut bare = HeaderMap::new();
        bare.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        bare.insert(header::ACCEPT, HeaderValue::from_static(accept));
        let mut headers = bare.clone();
        if matches!(body, Payload::Json(_)) {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in &request.headers {
            let name = HeaderName::from_static_checked(name)?;
            let value = HeaderValue::from_str(value)
                .map_err(|_| format!("the header `{name}` cannot hold this value"))?;
            headers.insert(name, value);
        }
        let gateless = config.deployment.is_cloud() && origins.gateway.is_none();
        let authorization = if own { auth::authorization(credential, gateless)? } else { None };
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, value);
        }
        let custom = config.network.custom_headers.iter().map(|(n, v)| (n.as_str(), v.expose()));
        let passed = passthrough
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .filter(|(name, _)| !name.eq_ignore_ascii_case("host"));
        for (name, value) in custom.chain(passed) {
            add_foreign(&mut headers, name, value)?;
        }
        Ok(Self { method: request.method.clone(), url, own, headers, bare, body })
    }

    /// A read that tells nobody who asks.
    pub(crate) fn anonymous(url: Url) -> Self {
        let mut bare = HeaderMap::new();
        bare.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        bare.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        let headers = HeaderMap::new();
        Self { method: Method::GET, url, own: false, headers, bare, body: Payload::Empty }
    }

    /// The request for the connection pool, at its own address or where a redirect leads.
    pub(crate) fn build(
        &self,
        http: &reqwest::Client,
        url: &Url,
        own: bool,
    ) -> Result<reqwest::Request, String> {
        let headers = if own { &self.headers } else { &self.bare };
        let request = http.request(self.method.clone(), url.clone()).headers(headers.clone());
        let request = match &self.body {
            _ if !own => request,
            Payload::Empty => request,
            Payload::Json(bytes) => request.body(bytes.clone()),
            Payload::Multipart(parts) => {
                let mut form = multipart::Form::new();
                for part in parts {
                    form = form.part(part.name, multipart_part(part)?);
                }
                request.multipart(form)
            }
        };
        request.build().map_err(|error| crate::transport::cause(&error))
    }
}

trait StaticName: Sized {
    fn from_static_checked(name: &'static str) -> Result<Self, String>;
}

impl StaticName for HeaderName {
    fn from_static_checked(name: &'static str) -> Result<Self, String> {
        Self::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is not a header name"))
    }
}

/// Adds a header of the settings or of the caller; these win over ours.
pub(crate) fn add_foreign(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), String> {
    if OF_THE_CONNECTION.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| "a custom header has a name that cannot be sent".to_owned())?;
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| format!("the value of the header `{parsed}` cannot be sent"))?;
    value.set_sensitive(true);
    headers.insert(parsed, value);
    Ok(())
}

fn multipart_part(part: &crate::Part) -> Result<multipart::Part, String> {
    let length = u64::try_from(part.content.len()).unwrap_or(u64::MAX);
    let mut out = multipart::Part::stream_with_length(part.content.clone(), length);
    if let Some(name) = &part.file_name {
        out = out.file_name(name.clone());
    }
    match &part.media_type {
        Some(media_type) => out
            .mime_str(media_type)
            .map_err(|_| format!("`{}` is not a media type", crate::words::clip(media_type, 60))),
        None => Ok(out),
    }
}

/// The address of a path: always below the base that it names.
fn address(
    path: &ApiPath,
    query: &[(String, String)],
    credential: &Credential,
    origins: &Origins,
) -> Result<Url, String> {
    let base = match path.base() {
        Base::Api => origins.api(credential),
        Base::Site => &origins.site,
        Base::Forms => origins
            .forms
            .as_ref()
            .ok_or("the Forms API needs a Cloud site whose cloud id is known")?,
        Base::FormsOfSite => {
            origins.all_forms.as_ref().ok_or("the Forms API is there for Cloud sites only")?
        }
        Base::Media => {
            origins.media.get(path.media_index()).ok_or("only Cloud sites have a media host")?
        }
    };
    let mut url = base.clone();
    url.set_path(&format!("{}{}", base.path().trim_end_matches('/'), path.as_str()));
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let stays = same_origin(&url, base) && below(url.path(), base).is_some();
    if stays { Ok(url) } else { Err("the path leaves the address of the instance".to_owned()) }
}

/// Every text that went out as a secret, for keeping it out of errors.
///
/// Short values of custom headers (`true`, `de`) are left out: they would also occur by chance.
pub(crate) fn secrets(
    credential: &Credential,
    passthrough: &[(String, String)],
    config: &InstanceConfig,
) -> Vec<Secret> {
    let mut all = auth::secrets_of(credential);
    all.retain(|secret| secret.expose().len() >= SHORTEST_TOKEN);
    let custom = config.network.custom_headers.iter().map(|(_, value)| value.clone());
    let passed = passthrough.iter().map(|(_, value)| Secret::new(value.clone()));
    all.extend(custom.chain(passed).filter(|value| value.expose().trim().len() >= SHORTEST_HEADER));
    all
}

/// Shortest token or password that is masked in answers, in bytes.
const SHORTEST_TOKEN: usize = 4;
/// Shortest header value that is masked in answers, in bytes.
const SHORTEST_HEADER: usize = 8;

/// Masks secrets that an answer echoes.
pub(crate) fn mask(text: &str, secrets: &[Secret]) -> String {
    let mut masked = text.to_owned();
    for secret in secrets {
        let secret = secret.expose().trim();
        if !secret.is_empty() && masked.contains(secret) {
            masked = masked.replace(secret, "****");
        }
    }
    masked
}
