//! Every way in: each transport, for callers and instances of each kind.

use crate::sse::Stream;
use crate::stage::{Stage, sandbox_service};
use crate::wire::{Pipe, Served, call, initialize, names, request};
use atlassian_instances::Registry;
use atlassian_sandbox::Site;
use atlassian_settings::{Credential, InstanceConfig, OAuthCredential, Secret, Service, Transport};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::sync::Arc;

/// The pair of sites, for requests that tell nothing about how the product is used.
pub(super) async fn ground() -> Stage {
    let stage = Stage::pair().await;
    stage.sandbox.sites().iter().for_each(Site::unrecorded);
    stage
}

/// How messages travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    Stdio,
    /// Streamable HTTP with a session.
    Legacy,
    /// Revision 2026-07-28.
    Modern,
    /// Streamable HTTP without sessions.
    Stateless,
    /// HTTP+SSE of old.
    Sse,
}

impl Wire {
    pub(super) const ALL: [Self; 5] =
        [Self::Stdio, Self::Legacy, Self::Modern, Self::Stateless, Self::Sse];
    pub(super) const HTTP: [Self; 4] = [Self::Legacy, Self::Modern, Self::Stateless, Self::Sse];

    /// Makes the stage speak it.
    pub(super) fn prepare(self, stage: &mut Stage) {
        stage.server.transport = match self {
            Self::Stdio => Transport::Stdio,
            Self::Sse => Transport::Sse,
            Self::Legacy | Self::Modern | Self::Stateless => Transport::StreamableHttp,
        };
        stage.server.http.stateless = self == Self::Stateless;
    }
}

pub(super) fn basic(user: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")))
}

/// A kind of credential on an instance: how the operator configures it, and how a caller brings
/// the same over HTTP. All of them are good at the site.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// `primary` on the Cloud site `acme`, or `staging` on the Data Center site `corp`.
    pub(super) instance: &'static str,
    configure: fn(&mut InstanceConfig, &Site, atlassian_sandbox::Service),
    /// The end of the header's name for a named instance; the primary takes `Authorization`.
    header: &'static str,
    value: fn(&Site, atlassian_sandbox::Service) -> String,
}

fn as_basic(config: &mut InstanceConfig, site: &Site, of: atlassian_sandbox::Service) {
    let secret = Secret::new(site.api_token(of));
    config.credential = Credential::Basic { username: site.username(), secret };
}

fn as_pat(config: &mut InstanceConfig, site: &Site, of: atlassian_sandbox::Service) {
    config.credential = Credential::Pat(Secret::new(site.pat(of)));
}

fn as_oauth(config: &mut InstanceConfig, site: &Site, of: atlassian_sandbox::Service) {
    let token = Secret::new(site.oauth_token(of));
    config.credential = Credential::OAuth(OAuthCredential::Given { token });
    config.cloud_id = config.deployment.is_cloud().then(|| site.cloud_id());
}

pub(super) const KINDS: [Kind; 7] = [
    Kind {
        name: "Basic on Cloud",
        instance: "primary",
        configure: as_basic,
        header: "",
        value: |site, of| basic(&site.username(), &site.api_token(of)),
    },
    Kind {
        name: "OAuth on Cloud",
        instance: "primary",
        configure: as_oauth,
        header: "",
        value: |site, of| format!("Bearer {}", site.oauth_token(of)),
    },
    Kind {
        name: "a personal token header",
        instance: "staging",
        configure: as_pat,
        header: "personal-token",
        value: |site, of| site.pat(of),
    },
    Kind {
        name: "Token",
        instance: "staging",
        configure: as_pat,
        header: "authorization",
        value: |site, of| format!("Token {}", site.pat(of)),
    },
    Kind {
        name: "Bearer",
        instance: "staging",
        configure: as_pat,
        header: "authorization",
        value: |site, of| format!("Bearer {}", site.pat(of)),
    },
    Kind {
        name: "Basic on Data Center",
        instance: "staging",
        configure: as_basic,
        header: "authorization",
        value: |site, of| basic(&site.username(), &site.api_token(of)),
    },
    Kind {
        name: "OAuth on Data Center",
        instance: "staging",
        configure: as_oauth,
        header: "authorization",
        value: |site, of| format!("Bearer {}", site.oauth_token(of)),
    },
];

impl Kind {
    pub(super) fn site(&self, stage: &Stage) -> Site {
        stage.site(if self.instance == "primary" { "acme" } else { "corp" })
    }

    /// The header by which a caller brings a credential for the instance.
    pub(super) fn header(&self, service: Service) -> String {
        if self.header.is_empty() {
            return "authorization".to_owned();
        }
        format!("x-atlassian-{}-{}-{}", service.word(), self.instance, self.header)
    }

    /// The registered name of a tool on the instance.
    pub(super) fn tool(&self, name: &str) -> String {
        if self.instance == "primary" {
            return name.to_owned();
        }
        let (service, base) = name.split_once('_').expect("a tool of a product");
        format!("{service}_{}_{base}", self.instance)
    }

    /// Gives the operator's instance this kind of credential.
    pub(super) fn configure(&self, stage: &mut Stage, service: Service) {
        let site = self.site(stage);
        let config = stage.instance(service, self.instance);
        config.cloud_id = None;
        (self.configure)(config, &site, sandbox_service(service));
    }
}

/// A caller of a kind, at a door.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub(super) wire: Wire,
    pub(super) kind: Kind,
    /// Whether the operator's credential is used; over HTTP it is lent on purpose.
    pub(super) operators: bool,
}

impl Standing {
    /// Over stdio the operator's credentials of each kind; over HTTP those, and the same brought by
    /// the caller.
    pub(super) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for wire in Wire::ALL {
            for kind in KINDS {
                all.push(Self { wire, kind, operators: true });
                if wire != Wire::Stdio {
                    all.push(Self { wire, kind, operators: false });
                }
            }
        }
        all
    }

    pub(super) fn over_http() -> Vec<Self> {
        Self::all().into_iter().filter(|standing| standing.wire != Wire::Stdio).collect()
    }

    /// Opens a door of the stage, whose rules stay as they are set.
    pub(super) async fn open(&self, stage: &mut Stage, service: Service) -> Door {
        self.open_with(stage, service, &[]).await
    }

    /// The same with further headers on every request.
    pub(super) async fn open_with(
        &self,
        stage: &mut Stage,
        service: Service,
        more: &[(&str, &str)],
    ) -> Door {
        self.wire.prepare(stage);
        self.kind.configure(stage, service);
        stage.server.callers.allow_global_fallback = self.operators;
        let site = self.kind.site(stage);
        let own = (self.kind.header(service), (self.kind.value)(&site, sandbox_service(service)));
        let mut headers: Vec<(String, String)> =
            more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if !self.operators {
            headers.push(own);
        }
        Door::open(stage, self.wire, headers).await
    }

    pub(super) fn place(&self) -> String {
        let whose = if self.operators { "the operator's" } else { "the caller's" };
        format!("{:?}, {whose} {}", self.wire, self.kind.name)
    }
}

/// What a call came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    /// HTTP status; 200 over stdio.
    pub(super) status: u16,
    pub(super) error: bool,
    /// The text of the result.
    pub(super) text: String,
    /// Everything that came back.
    pub(super) whole: String,
}

impl Answer {
    fn of(status: u16, reply: &Value) -> Self {
        let whole = reply.to_string();
        let result = &reply["result"];
        let text = result["content"][0]["text"].as_str().unwrap_or_default().to_owned();
        Self { status, error: result["isError"] == json!(true), text, whole }
    }
}

/// An open connection of one caller.
pub(super) struct Door {
    wire: Wire,
    headers: Vec<(String, String)>,
    way: Way,
}

enum Way {
    Stdio(Box<Pipe>),
    Http { served: Served, session: Option<String> },
    Sse { served: Served, stream: Box<Stream> },
}

fn borrowed(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

impl Door {
    pub(super) async fn open(stage: &Stage, wire: Wire, headers: Vec<(String, String)>) -> Self {
        if wire == Wire::Stdio {
            let mut pipe = Pipe::open(stage);
            pipe.ask(initialize("2025-11-25")).await;
            return Self { wire, headers, way: Way::Stdio(Box::new(pipe)) };
        }
        Self::over(stage.registry(), wire, headers).await
    }

    /// One over HTTP of a registry that is made already.
    pub(super) async fn over(
        registry: Arc<Registry>,
        wire: Wire,
        headers: Vec<(String, String)>,
    ) -> Self {
        let own = borrowed(&headers);
        let served = Served::over(registry).await;
        let way = match wire {
            Wire::Sse => {
                let mut stream = Stream::open_as(&served, &own).await;
                let hello = initialize("2024-11-05").to_string();
                assert_eq!(stream.say(&served, &own, hello).await, 202);
                stream.hear().await;
                Way::Sse { served, stream: Box::new(stream) }
            }
            Wire::Legacy => {
                let session = Some(served.session(&own).await);
                Way::Http { served, session }
            }
            Wire::Stdio | Wire::Modern | Wire::Stateless => Way::Http { served, session: None },
        };
        Self { wire, headers, way }
    }

    async fn ask(&mut self, method: &str, params: Value) -> Answer {
        let own = borrowed(&self.headers);
        match &mut self.way {
            Way::Stdio(pipe) => {
                let reply = pipe.ask(request(1, method, params)).await;
                Answer::of(200, &reply)
            }
            Way::Sse { served, stream } => {
                let body = request(1, method, params).to_string();
                match stream.say(served, &own, body).await {
                    202 => Answer::of(200, &stream.hear().await),
                    status => Answer { status, ..Answer::default() },
                }
            }
            Way::Http { served, .. } if self.wire == Wire::Modern => {
                let reply = served.modern(&own, method, params).await;
                Answer::of(reply.status, &reply.json)
            }
            Way::Http { served, session } => {
                let mut headers = own;
                if let Some(session) = session {
                    headers.push(("mcp-session-id", session));
                }
                let reply = served.post(&headers, &request(1, method, params)).await;
                Answer::of(reply.status, &reply.json)
            }
        }
    }

    pub(super) async fn call(&mut self, tool: &str, arguments: Value) -> Answer {
        self.ask("tools/call", call(1, tool, arguments)["params"].clone()).await
    }

    pub(super) async fn list(&mut self) -> Vec<String> {
        let answer = self.ask("tools/list", json!({})).await;
        names(&serde_json::from_str(&answer.whole).expect("a reply"))
    }
}
