//! Automatic proxy configuration (server spec section 2.5): a PAC file is fetched once for the
//! pool of an instance and asked for each of the instance's fixed addresses.
//!
//! The script is the operator's, and is bounded all the same: its size, the time to fetch it, and
//! how long it loops. A file that cannot be fetched or does not answer is an error of the instance
//! and never means a direct connection.

use crate::fence::{Fence, Guarded, Trust};
use crate::proxy::{ProxyUrl, parse};
use atlassian_settings::Secret;
use boa_engine::{Context, JsResult, JsString, JsValue, NativeFunction, Source, js_string};
use std::net::{IpAddr, ToSocketAddrs as _, UdpSocket};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Longest time to fetch a PAC file.
const FETCH: Duration = Duration::from_secs(10);
/// Largest PAC file, in bytes.
const LARGEST: usize = 1024 * 1024;
/// Most rounds of the loops of a script for one address.
const LOOPS: u64 = 1_000_000;
/// Deepest recursion of a script.
const DEPTH: usize = 256;

const FUNCTIONS: &str = include_str!("pac.js");

/// Fetches the file: from the operator's host, without redirects.
pub(crate) async fn fetch(address: &str) -> Result<String, String> {
    let failed = |why: &str| format!("the proxy configuration at `{address}` {why}");
    let url = Url::parse(address).map_err(|_| failed("is not a URL"))?;
    let host = url.host_str().unwrap_or_default();
    let fence = Fence::default().trusting(host, Trust::Own);
    fence.check(&url).map_err(|blocked| failed(&blocked.to_string()))?;
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .dns_resolver(Arc::new(Guarded(Arc::new(fence))))
        .timeout(FETCH)
        .build()
        .map_err(|_| failed("cannot be fetched"))?;
    let unreachable = |error: reqwest::Error| {
        let cause = crate::transport::cause(&error);
        failed(&format!("cannot be fetched: {cause}"))
    };
    let mut answer = http.get(url).send().await.map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(failed(&format!("was answered with HTTP {}", answer.status().as_u16())));
    }
    let mut script = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        script.extend_from_slice(&chunk);
        if script.len() > LARGEST {
            return Err(failed("is larger than 1 MiB"));
        }
    }
    Ok(String::from_utf8_lossy(&script).into_owned())
}

/// What the script says about each address: a proxy, or `None` for a direct connection. Blocks
/// while it looks names up.
///
/// # Errors
/// The script does not run, or names nothing that can be used.
pub(crate) fn evaluate(script: &str, targets: &[Url]) -> Result<Vec<Option<ProxyUrl>>, String> {
    let mut context = Context::default();
    let limits = context.runtime_limits_mut();
    limits.set_loop_iteration_limit(LOOPS);
    limits.set_recursion_limit(DEPTH);
    let broken = |_| "the proxy configuration is no script that can be run".to_owned();
    let native: [(JsString, usize, NativeFunction); 2] = [
        (js_string!("dnsResolve"), 1, NativeFunction::from_fn_ptr(dns_resolve)),
        (js_string!("myIpAddress"), 0, NativeFunction::from_fn_ptr(my_ip_address)),
    ];
    for (name, length, function) in native {
        context.register_global_callable(name, length, function).map_err(broken)?;
    }
    context.eval(Source::from_bytes(FUNCTIONS)).map_err(broken)?;
    context.eval(Source::from_bytes(script)).map_err(broken)?;
    targets.iter().map(|target| ask(&mut context, target)).collect()
}

fn ask(context: &mut Context, target: &Url) -> Result<Option<ProxyUrl>, String> {
    let origin = target.origin().ascii_serialization();
    let host = target.host_str().unwrap_or_default();
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let call = format!("FindProxyForURL({}, {})", quoted(&format!("{origin}/")), quoted(host));
    let failed = |_| format!("the proxy configuration gives no answer for `{origin}`");
    let answer = context
        .eval(Source::from_bytes(&call))
        .and_then(|value| value.to_string(context))
        .map_err(failed)?;
    read(&answer.to_std_string_escaped())
}

/// The first choice of an answer: `PROXY host:port; SOCKS5 host:port; DIRECT`.
fn read(answer: &str) -> Result<Option<ProxyUrl>, String> {
    let first = answer.split(';').map(str::trim).find(|choice| !choice.is_empty());
    let Some(first) = first else { return Ok(None) };
    let (kind, place) = first.split_once(char::is_whitespace).unwrap_or((first, ""));
    let scheme = match kind.to_ascii_uppercase().as_str() {
        "DIRECT" => return Ok(None),
        "PROXY" | "HTTP" => "http",
        "HTTPS" => "https",
        "SOCKS" | "SOCKS5" => "socks5h",
        "SOCKS4" => "socks4a",
        _ => return Err("the proxy configuration names a kind of proxy that is unknown".into()),
    };
    parse(&Secret::new(format!("{scheme}://{}", place.trim())), "automatic").map(Some)
}

fn dns_resolve(_: &JsValue, given: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let host = given.first().cloned().unwrap_or_default();
    let host = host.to_string(context)?.to_std_string_escaped();
    let found = (host.as_str(), 0).to_socket_addrs().ok();
    let v4 = found.and_then(|mut found| found.find(std::net::SocketAddr::is_ipv4));
    Ok(v4.map_or_else(JsValue::null, |address| text(address.ip())))
}

/// The address from which the outside would be reached; nothing is sent.
fn my_ip_address(_: &JsValue, _: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    let address = UdpSocket::bind("0.0.0.0:0")
        .and_then(|socket| {
            socket.connect("192.0.2.1:9")?;
            socket.local_addr()
        })
        .map_or(IpAddr::from([127, 0, 0, 1]), |address| address.ip());
    Ok(text(address))
}

fn text(address: IpAddr) -> JsValue {
    JsValue::from(JsString::from(address.to_string().as_str()))
}

#[cfg(test)]
mod tests {
    use super::{evaluate, read};
    use url::Url;

    fn answer(body: &str, target: &str) -> Result<Option<String>, String> {
        let script = format!("function FindProxyForURL(url, host) {{ {body} }}");
        let found = evaluate(&script, &[Url::parse(target).unwrap()])?;
        let shown = |proxy: &super::ProxyUrl| proxy.0.as_str().trim_end_matches('/').to_owned();
        Ok(found.first().and_then(|first| first.as_ref()).map(shown))
    }

    #[test]
    fn the_first_choice_counts() {
        let shown = |text: &str| read(text).map(|found| found.map(|proxy| proxy.0.to_string()));
        assert_eq!(shown("DIRECT"), Ok(None));
        assert_eq!(shown(""), Ok(None));
        for (text, proxy) in [
            ("PROXY p.example:3128; DIRECT", "http://p.example:3128/"),
            ("proxy p.example:3128", "http://p.example:3128/"),
            ("HTTPS p.example:443", "https://p.example/"),
            (" SOCKS5 s.example:1080 ", "socks5h://s.example:1080"),
            ("SOCKS s.example:1080;PROXY p.example:1", "socks5h://s.example:1080"),
        ] {
            assert_eq!(shown(text), Ok(Some(proxy.to_owned())), "{text}");
        }
        assert!(shown("QUIC x:1").is_err() && shown("PROXY").is_err());
    }

    #[test]
    fn the_functions_of_the_format_are_there() {
        let host = "http://jira.corp.example/";
        for (test, expected) in [
            ("isPlainHostName('jira')", true),
            ("isPlainHostName(host)", false),
            ("dnsDomainIs(host, '.corp.example')", true),
            ("dnsDomainIs(host, '.orp.exampl')", false),
            ("localHostOrDomainIs('jira', 'jira.corp.example')", true),
            ("localHostOrDomainIs('wiki', 'jira.corp.example')", false),
            ("isInNet('10.1.2.3', '10.0.0.0', '255.0.0.0')", true),
            ("isInNet('11.1.2.3', '10.0.0.0', '255.0.0.0')", false),
            ("isInNet('198.51.100.9', '198.51.100.0', '255.255.255.0')", true),
            ("isInNet('localhost', '127.0.0.0', '255.0.0.0')", true),
            ("isResolvable('x.invalid')", false),
            ("shExpMatch(url, 'http://*.corp.example/*')", true),
            ("shExpMatch(host, '*.corp.exampl?')", true),
            ("shExpMatch(host, '*.corp')", false),
            ("dnsDomainLevels(host) === 2", true),
            ("weekdayRange('SUN', 'SAT')", true),
            ("weekdayRange('SUN', 'SAT', 'GMT')", true),
            ("timeRange(0, 24)", true),
            ("dateRange('JAN', 'DEC')", true),
            ("dateRange(1990)", false),
            ("dateRange(1990, 2990)", true),
            ("myIpAddress().split('.').length === 4", true),
        ] {
            let body = format!("return ({test}) ? 'PROXY yes:1' : 'DIRECT';");
            let found = answer(&body, host).unwrap_or_else(|error| panic!("{test}: {error}"));
            assert_eq!(found.is_some(), expected, "{test}");
        }
    }

    #[test]
    fn a_script_that_does_not_end_or_does_not_run_is_an_error() {
        let host = "https://jira.corp.example/";
        for body in ["while (true) {}", "return FindProxyForURL(url, host);", "return nothing();"] {
            assert!(answer(body, host).is_err(), "{body}");
        }
        assert!(evaluate("function (", &[]).is_err());
        assert!(evaluate("", &[Url::parse(host).unwrap()]).is_err());
        // What is asked is the place alone, without path and query.
        let seen =
            answer("return url === 'https://jira.corp.example/' ? 'PROXY p:1' : 'DIRECT';", host);
        assert_eq!(seen, Ok(Some("http://p:1".to_owned())));
    }
}
