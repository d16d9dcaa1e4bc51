//! The page on this machine that the browser comes back to.
//!
//! It listens on loopback only, answers GET of the redirect path under the redirect host, and
//! shows text of its own or escaped text of Atlassian's; its policy lets no script run and nothing
//! be loaded.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use url::{Host, Url};

/// Most bytes of a request's head.
const MAX_HEAD: usize = 16 * 1024;
/// How long a connection may take to send its request.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most connections that wait at a time.
const MAX_WAITING: usize = 16;

/// A page to show: the status of the answer, a heading and a sentence.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) heading: &'static str,
    pub(super) text: String,
}

/// A request of the redirect path that waits for its page.
#[derive(Debug)]
pub(super) struct Visit {
    /// The query as it came.
    pub(super) query: String,
    reply: oneshot::Sender<Page>,
}

impl Visit {
    /// Shows a page; a browser that has left misses it.
    pub(super) fn show(self, page: Page) {
        let _ = self.reply.send(page);
    }
}

/// The listening page; dropping it closes it.
#[derive(Debug)]
pub(super) struct Callback {
    visits: mpsc::Receiver<Visit>,
    tasks: JoinSet<()>,
}

/// Whether the browser comes back to this machine, where we can listen: http and a loopback host.
pub(super) fn is_here(redirect: &Url) -> bool {
    redirect.scheme() == "http" && !addresses(redirect).is_empty()
}

/// The loopback addresses of a redirect address. Browsers differ in which one `localhost` is.
fn addresses(redirect: &Url) -> Vec<SocketAddr> {
    let port = redirect.port_or_known_default().unwrap_or(80);
    match redirect.host() {
        Some(Host::Domain("localhost")) => {
            vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]
        }
        Some(Host::Ipv4(address)) if address.is_loopback() => vec![(address, port).into()],
        Some(Host::Ipv6(address)) if address.is_loopback() => vec![(address, port).into()],
        _ => Vec::new(),
    }
}

impl Callback {
    /// Starts to listen. Of the two addresses of `localhost` one is enough.
    ///
    /// # Errors
    /// The operating system's, when no address can be had (another program has the port).
    pub(super) async fn listen(redirect: &Url) -> io::Result<Self> {
        let (sender, visits) = mpsc::channel(MAX_WAITING);
        let mut tasks = JoinSet::new();
        let mut problem = None;
        for address in addresses(redirect) {
            match TcpListener::bind(address).await {
                Ok(listener) => {
                    tasks.spawn(accept(listener, redirect.clone(), sender.clone()));
                }
                Err(error) => problem = Some(error),
            }
        }
        match problem {
            Some(error) if tasks.is_empty() || error.kind() == io::ErrorKind::AddrInUse => {
                Err(error)
            }
            _ => Ok(Self { visits, tasks }),
        }
    }

    /// The next request of the redirect path.
    pub(super) async fn visit(&mut self) -> Option<Visit> {
        self.visits.recv().await
    }

    /// Lets the last page reach its browser.
    pub(super) async fn close(mut self) {
        self.visits.close();
        let pages = async { while self.tasks.join_next().await.is_some() {} };
        // A browser that does not take its page is not waited for.
        let _ = tokio::time::timeout(Duration::from_secs(1), pages).await;
    }
}

async fn accept(listener: TcpListener, redirect: Url, visits: mpsc::Sender<Visit>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if connections.len() < MAX_WAITING => {
                    connections.spawn(answer(stream, redirect.clone(), visits.clone()));
                }
                // The connection is dropped, or there was none.
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
            () = visits.closed() => break,
        }
    }
    while connections.join_next().await.is_some() {}
}

async fn answer(mut stream: TcpStream, redirect: Url, visits: mpsc::Sender<Visit>) {
    let Ok(Some(head)) = tokio::time::timeout(PATIENCE, read_head(&mut stream)).await else {
        return;
    };
    let page = match query_of(&head, &redirect) {
        Err(page) => page,
        Ok(query) => {
            let (reply, shown) = oneshot::channel();
            let gone = Page {
                status: 410,
                heading: "This login is over",
                text: "Start it again from the terminal.".to_owned(),
            };
            match visits.send(Visit { query, reply }).await {
                Ok(()) => shown.await.unwrap_or(gone),
                Err(_) => gone,
            }
        }
    };
    // A browser that has left misses the page.
    let _ = stream.write_all(page.response().as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        head.extend(buffer.iter().take(read));
        if head.len() > MAX_HEAD {
            return None;
        }
    }
    String::from_utf8(head).ok()
}

/// The query of a request of the redirect path; otherwise the page that refuses it.
fn query_of(head: &str, redirect: &Url) -> Result<String, Page> {
    let refuse = |status: u16, text: &str| {
        Err(Page { status, heading: "Nothing to see here", text: text.to_owned() })
    };
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let hosts: Vec<&str> = lines
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"))
        .map(|(_, value)| value.trim())
        .collect();
    // A page of another name that leads to loopback must not speak to this one.
    let own = match redirect.port() {
        Some(port) => format!("{}:{port}", redirect.host_str().unwrap_or_default()),
        None => redirect.host_str().unwrap_or_default().to_owned(),
    };
    if hosts.len() != 1 || !hosts.iter().all(|host| host.eq_ignore_ascii_case(&own)) {
        return refuse(421, "This page has another host name.");
    }
    if method != "GET" {
        return refuse(405, "Only GET is answered.");
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != redirect.path() {
        return refuse(404, "The login comes back to another path.");
    }
    Ok(query.to_owned())
}

impl Page {
    fn response(&self) -> String {
        let body = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>\
             <body><h1>{0}</h1><p>{1}</p></body></html>\n",
            escape(self.heading),
            escape(&self.text)
        );
        let reason = if self.status == 200 { "OK" } else { "Refused" };
        format!(
            "HTTP/1.1 {} {reason}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
             content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'\r\nx-content-type-options: nosniff\r\nreferrer-policy: \
             no-referrer\r\ncache-control: no-store\r\nconnection: close\r\n\r\n{body}",
            self.status,
            body.len()
        )
    }
}

/// Text as HTML text.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Page, is_here, query_of};
    use url::Url;

    #[test]
    fn only_loopback_is_here() {
        for (text, here) in [
            ("http://localhost:8080/callback", true),
            ("http://127.0.0.1:8080/callback", true),
            ("http://[::1]:8080/callback", true),
            ("https://localhost:8080/callback", false),
            ("http://localhost.evil.example/callback", false),
            ("http://192.168.0.1/callback", false),
            ("http://0.0.0.0:8080/callback", false),
        ] {
            assert_eq!(is_here(&Url::parse(text).unwrap()), here, "{text}");
        }
    }

    #[test]
    fn only_the_redirect_address_is_answered() {
        let redirect = Url::parse("http://localhost:8080/callback").unwrap();
        let ask = |first: &str, host: &str| {
            let head = format!("{first} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n");
            query_of(&head, &redirect).map_err(|page| page.status)
        };
        assert_eq!(
            ask("GET /callback?code=a&state=b", "localhost:8080"),
            Ok("code=a&state=b".into())
        );
        assert_eq!(ask("GET /callback?code=a", "evil.example:8080"), Err(421));
        assert_eq!(ask("GET /callback?code=a", "localhost"), Err(421));
        assert_eq!(ask("POST /callback?code=a", "localhost:8080"), Err(405));
        assert_eq!(ask("GET /favicon.ico", "localhost:8080"), Err(404));
        assert_eq!(ask("GET /callback/../x?code=a", "localhost:8080"), Err(404));
        assert_eq!(ask("", "localhost:8080"), Err(405));
        assert!(query_of("GET /callback HTTP/1.1\r\n\r\n", &redirect).is_err());
    }

    #[test]
    fn a_page_shows_text_and_never_markup() {
        let page = Page {
            status: 400,
            heading: "Refused",
            text: "<script>alert(\"x\")</script> & 'more'\r\n\r\n<img src=x onerror=y>".into(),
        };
        let response = page.response();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-security-policy: default-src 'none'"));
        assert!(!body.contains("<script") && !body.contains("<img"), "{body}");
        assert!(body.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;more"));
        assert!(head.contains(&format!("content-length: {}", body.len())));
    }
}
