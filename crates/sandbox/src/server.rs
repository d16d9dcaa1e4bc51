//! The listeners: accepting connections, asking the faults, handing requests to a site.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures::stream::{self, StreamExt as _};
use http::{HeaderName, HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use crate::fault::{self, Ending, Verdict};
use crate::gateway::{Door, Found, Target};
use crate::log::Recorded;
use crate::site::{Site, lock};
use crate::wire::{self, Call, Reply};

/// The largest request body taken, in bytes.
const BODY_LIMIT: usize = 128 * 1024 * 1024;

/// A bound listener that does not serve yet.
pub(crate) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    secure: Option<Secure>,
}

/// A host name with what proves it.
struct Secure {
    host: String,
    #[cfg(feature = "tls")]
    acceptor: tokio_rustls::TlsAcceptor,
}

impl Bound {
    /// Binds a free port of the loopback interface.
    pub(crate) async fn loopback() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, secure: None })
    }

    /// Speaks TLS under the name of a host.
    #[cfg(feature = "tls")]
    pub(crate) fn secured(
        mut self,
        host: &str,
        authority: &crate::tls::Authority,
    ) -> std::io::Result<Self> {
        let acceptor = authority.acceptor(host)?;
        self.secure = Some(Secure { host: host.to_owned(), acceptor });
        Ok(self)
    }

    pub(crate) fn origin(&self) -> String {
        match &self.secure {
            Some(secure) => format!("https://{}:{}", secure.host, self.address.port()),
            None => format!("http://{}", self.address),
        }
    }

    /// The host name to resolve to the listener's address, when it has one of its own.
    pub(crate) fn host(&self) -> Option<(String, SocketAddr)> {
        self.secure.as_ref().map(|secure| (secure.host.clone(), self.address))
    }

    /// Serves until the returned guard is dropped; open connections end with it.
    pub(crate) fn serve(self, door: Door) -> Serving {
        Serving { task: tokio::spawn(accept(self.listener, self.secure, Arc::new(door))) }
    }
}

/// A serving listener; dropping it stops it and its connections.
#[derive(Debug)]
pub(crate) struct Serving {
    task: JoinHandle<()>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, secure: Option<Secure>, door: Arc<Door>) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => greet(&mut connections, stream, secure.as_ref(), &door),
            // Out of file descriptors: the ones in use must end first.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

fn greet(
    connections: &mut JoinSet<()>,
    stream: TcpStream,
    secure: Option<&Secure>,
    door: &Arc<Door>,
) {
    let door = Arc::clone(door);
    match secure {
        None => {
            connections.spawn(connection(stream, door, TcpStream::set_zero_linger));
        }
        #[cfg(feature = "tls")]
        Some(secure) => {
            let acceptor = secure.acceptor.clone();
            connections.spawn(async move {
                // A client that does not trust the certificate breaks off here.
                if let Ok(stream) = acceptor.accept(stream).await {
                    connection(stream, door, |stream| stream.get_ref().0.set_zero_linger()).await;
                }
            });
        }
        #[cfg(not(feature = "tls"))]
        Some(_) => {}
    }
}

async fn connection<S>(stream: S, door: Arc<Door>, linger: fn(&S) -> std::io::Result<()>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let cut = Arc::new(Notify::new());
    let service = service_fn({
        let cut = Arc::clone(&cut);
        move |request| {
            let (door, cut) = (Arc::clone(&door), Arc::clone(&cut));
            async move { Ok::<_, Infallible>(answer(&door, request, &cut).await) }
        }
    });
    let mut served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let reset = tokio::select! {
        _ = &mut served => false,
        () = cut.notified() => true,
    };
    if reset {
        // Closing with zero linger sends RST, which the caller sees as a reset connection.
        let _ = linger(&served.into_parts().io.into_inner());
    }
}

async fn answer(door: &Door, request: Request<Incoming>, cut: &Notify) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(Body::new(body), BODY_LIMIT).await else {
        return response(Reply::text(413, "Request body too large"), None);
    };
    let headers: Vec<(String, String)> = head
        .headers
        .iter()
        .map(|(n, v)| (n.as_str().to_owned(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
        .collect();
    let path = head.uri.path();
    let authorization = headers.iter().find(|(n, _)| n == "authorization").map(|(_, v)| v.as_str());
    let query = wire::query_pairs(head.uri.query().unwrap_or_default());
    let client = query
        .iter()
        .find(|(name, _)| name == "client_id")
        .map(|(_, value)| value.clone())
        .or_else(|| crate::oauth::value(&body, "client_id").filter(|_| path == "/oauth/token"));
    let target = match door.find(path, authorization, client.as_deref()) {
        Found::Target(target) => target,
        Found::Reply(reply) => return response(reply, None),
    };
    let method = head.method.as_str().to_owned();
    let site = target.site.clone();
    let _flight = site.take_off();
    let at = record(&target, path, &method, &query, &headers, &body);
    let verdict =
        fault::strike(&mut lock(&site.inner.faults), target.service, &method, &target.path);
    let (delay, ending) =
        verdict.as_ref().map_or((Duration::ZERO, Ending::Answer), |v| (v.delay, v.ending));
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match ending {
        Ending::Hang => return std::future::pending().await,
        Ending::Reset => {
            cut.notify_one();
            return std::future::pending().await;
        }
        Ending::Answer | Ending::Truncate(_) => {}
    }
    let planted = verdict.as_ref().is_some_and(|v| v.reply.is_some() || ending != Ending::Answer);
    let reply = match verdict {
        Some(Verdict { reply: Some(reply), .. }) => reply,
        other => {
            let call = Call {
                method,
                path: target.path.clone(),
                query,
                headers,
                body,
                base: target.base.clone(),
                user: String::new(),
                parts: Vec::new(),
            };
            let mut reply = crate::world::answer(&target, call);
            for (name, value) in other.map(|v| v.headers).unwrap_or_default() {
                reply = reply.header(&name, &value);
            }
            reply
        }
    };
    settle(&site, at, &reply, planted);
    let truncate = match ending {
        Ending::Truncate(bytes) => Some(bytes),
        _ => None,
    };
    response(reply, truncate)
}

fn record(
    target: &Target,
    path: &str,
    method: &str,
    query: &[(String, String)],
    headers: &[(String, String)],
    body: &Bytes,
) -> u64 {
    let line = format!("{method} {path} {query:?}");
    crate::leaks::watch(target.site.name(), target.service, &line, headers, body);
    let mut log = lock(&target.site.inner.log);
    let number = log.last().map_or(1, |last| last.number + 1);
    log.push(Recorded {
        number,
        method: method.to_owned(),
        path: path.to_owned(),
        product_path: target.path.clone(),
        query: query.to_vec(),
        headers: headers.to_vec(),
        body: body.clone(),
        status: 0,
        answer: Bytes::new(),
        fault: false,
        service: target.service,
        via_gateway: target.via_gateway,
        site: target.site.name().to_owned(),
        flavour: target.site.flavour(),
    });
    number
}

fn settle(site: &Site, number: u64, reply: &Reply, fault: bool) {
    if let Some(entry) = lock(&site.inner.log).iter_mut().rev().find(|entry| entry.number == number)
    {
        entry.status = reply.status;
        entry.answer = reply.body.clone();
        entry.fault = fault;
    }
}

fn response(reply: Reply, truncate: Option<usize>) -> Response<Body> {
    let full = reply.body.len();
    let body = match truncate {
        None => Body::from(reply.body),
        Some(bytes) => {
            let sent = reply.body.slice(..bytes.min(full));
            // The pause lets head and bytes leave before the connection is torn down.
            let cut = stream::once(async {
                tokio::time::sleep(Duration::from_millis(10)).await;
                Err(std::io::Error::other("cut off by a planted fault"))
            });
            Body::from_stream(stream::iter([Ok(sent)]).chain(cut))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        http::StatusCode::from_u16(reply.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in &reply.headers {
        let pair = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
        if let (Ok(name), Ok(value)) = pair {
            headers.append(name, value);
        }
    }
    if truncate.is_some() {
        headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from(full.max(1)));
    }
    response
}
