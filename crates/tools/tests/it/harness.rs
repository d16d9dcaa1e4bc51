//! One instance of the sandbox with a tool context on it.

use atlassian_http::{CallControl, Client, Origins, Remote};
use atlassian_sandbox::Site;
use atlassian_settings::{
    Behaviour, Credential, Deployment, Exposure, Filter, Identity, InstanceConfig, InstanceId,
    Limits, LossyWrites, Network, OAuthCredential, Secret, Service, SiteUrl,
};
use atlassian_tools::{
    Answer, Caches, Context, Fence, Files, Progress, Resolve as _, ToolError, Touch, table,
};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How a test reaches a site.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) config: InstanceConfig,
    caches: Arc<Caches>,
    pub(crate) lossy: LossyWrites,
    pub(crate) files: Option<Files>,
    media: Option<url::Url>,
    platform: Option<String>,
}

impl Setup {
    /// The primary instance of a service on a site: Basic on Cloud, PAT on Data Center.
    pub(crate) fn new(site: &Site, service: Service) -> Self {
        let url = match service {
            Service::Jira => site.jira_url(),
            Service::Confluence => site.confluence_url(),
        };
        let deployment = if site.flavour() == atlassian_sandbox::Flavour::Cloud {
            Deployment::Cloud
        } else {
            Deployment::DataCenter
        };
        let credential = match deployment {
            Deployment::Cloud => Credential::Basic {
                username: site.username(),
                secret: Secret::new(site.api_token(match service {
                    Service::Jira => atlassian_sandbox::Service::Jira,
                    Service::Confluence => atlassian_sandbox::Service::Confluence,
                })),
            },
            Deployment::DataCenter => Credential::Pat(Secret::new(site.pat(match service {
                Service::Jira => atlassian_sandbox::Service::Jira,
                Service::Confluence => atlassian_sandbox::Service::Confluence,
            }))),
        };
        let config = InstanceConfig {
            id: InstanceId::primary(service),
            number: 1,
            label: None,
            site: SiteUrl::parse(&url, service, Some(deployment)).expect("sandbox address"),
            deployment,
            credential,
            cloud_id: None,
            network: Network { timeout: Duration::from_secs(10), ..Network::default() },
            limits: Limits::default(),
            exposure: Exposure::default(),
            behaviour: Behaviour::default(),
        };
        Self {
            config,
            caches: Arc::new(Caches::default()),
            lossy: LossyWrites::Warn,
            files: None,
            media: site.media_url().and_then(|url| url.parse().ok()),
            platform: None,
        }
    }

    /// The same with a projects or spaces filter.
    pub(crate) fn fenced(mut self, keys: &str) -> Self {
        self.config.exposure.filter = Filter::parse(keys);
        self
    }

    /// The same by OAuth, which goes through the platform's gateway.
    pub(crate) fn through_gateway(mut self, site: &Site) -> Self {
        let service = match self.config.id.service {
            Service::Jira => atlassian_sandbox::Service::Jira,
            Service::Confluence => atlassian_sandbox::Service::Confluence,
        };
        let token = Secret::new(site.oauth_token(service));
        self.config.credential = Credential::OAuth(OAuthCredential::Given { token });
        self.config.cloud_id = Some(site.cloud_id());
        self.platform = Some(site.gateway_url());
        self
    }

    /// The same with the sandbox's gateway as the platform, for what is there whatever the
    /// authentication (forms).
    pub(crate) fn on_platform(mut self, site: &Site) -> Self {
        self.platform = Some(site.gateway_url());
        self
    }

    pub(crate) fn context(&self) -> Context {
        let config = Arc::new(self.config.clone());
        let origins = match &self.platform {
            Some(platform) => Origins::with_platform(&config, platform),
            None => Origins::of(&config),
        };
        let origins = match &self.media {
            Some(media) => origins.and_media(media),
            None => origins,
        };
        let client = Client::new(Arc::clone(&config), origins);
        let control = CallControl {
            deadline: tokio::time::Instant::now() + Duration::from_secs(60),
            cancel: CancellationToken::new(),
        };
        Context {
            tool: "test".into(),
            remote: Remote::new(
                client,
                Arc::new(config.credential.clone()),
                Identity::OPERATOR,
                control,
            ),
            fence: Fence::of(&config),
            caches: Arc::clone(&self.caches),
            lossy_writes: self.lossy,
            files: self.files.clone(),
            progress: Progress::default(),
        }
    }

    /// Calls a tool as the pipeline does: arguments read, scope admitted, then the tool.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Result<Answer, ToolError> {
        let definition = table::definitions().find(|d| d.name == tool).expect("tool exists");
        let cx = self.context();
        let prepared = definition
            .prepare(arguments.as_object().cloned().unwrap_or_default(), &self.config.behaviour)?;
        for touch in prepared.scope().touches() {
            if let Touch::Known { container, named } = touch {
                cx.fence.admit(container, named)?;
            }
        }
        for touch in prepared.scope().touches() {
            if let Touch::Unresolved(target) = touch
                && !cx.fence.is_open()
            {
                cx.fence.admit(&cx.container_of(target).await?, "this")?;
            }
        }
        prepared.call(&cx).await
    }

    /// The result document of a call that must succeed.
    pub(crate) async fn ok(&self, tool: &str, arguments: Value) -> Value {
        match self.call(tool, arguments).await {
            Ok(answer) if !answer.failed => answer.json,
            Ok(answer) => panic!("{tool} reported a failure: {}", answer.json),
            Err(error) => panic!("{tool} failed: {error}"),
        }
    }

    /// The error text of a call that must fail.
    pub(crate) async fn err(&self, tool: &str, arguments: Value) -> String {
        match self.call(tool, arguments).await {
            Ok(answer) if answer.failed => answer.json.to_string(),
            Ok(answer) => panic!("{tool} succeeded: {}", answer.json),
            Err(error) => error.to_string(),
        }
    }
}
