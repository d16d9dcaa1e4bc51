//! The consent page, and the page of an error that must not be sent to a client.
//!
//! No script, nothing loaded, not to be framed. Everything from outside is escaped.

use super::records::Request;
use super::settings::ProxySettings;
use super::upstream::Upstream;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use url::Url;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem;color:#172b4d}\
                     h1{font-size:1.4rem}dt{font-weight:600;margin-top:.75rem}dd{margin:0;overflow-wrap:anywhere}\
                     .w{background:#fff7d6;padding:.75rem 1rem;border-radius:4px}\
                     button{font:inherit;padding:.5rem 1.25rem;margin-right:.75rem;border-radius:4px;border:1px solid #44546f;background:#fff}\
                     button.y{background:#0c66e4;border-color:#0c66e4;color:#fff}";

/// Asks whether a client may have access.
pub(super) fn consent(
    settings: &ProxySettings,
    upstream: &Upstream,
    request: &Request,
    id: &str,
) -> Response {
    let name = if request.client_name.is_empty() {
        "An application without a name".to_owned()
    } else {
        escaped(&request.client_name)
    };
    let target = Url::parse(&request.redirect).ok();
    let place = target.as_ref().and_then(Url::host_str).unwrap_or_default();
    let local = matches!(place, "localhost" | "127.0.0.1" | "[::1]");
    let place = if local {
        "a program on this computer".to_owned()
    } else {
        format!("<b>{}</b>", escaped(place))
    };
    let host = upstream.endpoints().authorize.host_str().unwrap_or_default();
    let scopes: Vec<String> = settings.scopes.iter().map(|scope| escaped(scope)).collect();
    let body = format!(
        "<h1>Allow access to Atlassian?</h1>\
         <p><b>{name}</b> asks to use Jira and Confluence in your name through this server.</p>\
         <dl><dt>Access is handed to</dt><dd>{place}<br><code>{redirect}</code></dd>\
         <dt>With the permissions</dt><dd>{scopes}</dd>\
         <dt>Next</dt><dd>{host} asks you to log in, if you are not.</dd></dl>\
         <p class=\"w\">The name was chosen by the application itself. If you did not just start a login from it, \
         somebody else may have: choose Deny.</p>\
         <form method=\"post\" action=\"consent\">\
         <input type=\"hidden\" name=\"txn_id\" value=\"{id}\">\
         <input type=\"hidden\" name=\"form\" value=\"{form}\">\
         <button class=\"y\" name=\"answer\" value=\"allow\">Allow</button>\
         <button name=\"answer\" value=\"deny\">Deny</button></form>",
        redirect = escaped(&request.redirect),
        scopes = scopes.join(", "),
        host = escaped(host),
        id = escaped(id),
        form = escaped(request.form.expose()),
    );
    page(StatusCode::OK, "Allow access?", &body)
}

/// Tells a person what is wrong; nothing is sent to any client.
pub(super) fn problem(status: StatusCode, text: &str) -> Response {
    let body = format!("<h1>This login cannot go on</h1><p>{}</p>", escaped(text));
    page(status, "Login", &body)
}

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style nonce=\"{nonce}\">{STYLE}</style></head><body>{body}</body></html>"
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    // No form-action: browsers hold it against every redirect that follows the form, and those lead
    // to Atlassian's login pages and to the client.
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // With no-referrer a browser would send `Origin: null` with the form.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
