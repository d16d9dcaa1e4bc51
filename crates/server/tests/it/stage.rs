//! Sites of the sandbox, instances on them, and a server in front.

use atlassian_http::Resolve;
use atlassian_http::fence::SystemResolver;
use atlassian_instances::{Platform, Registry};
use atlassian_sandbox::{Flavour, Sandbox, Site, SiteSpec};
use atlassian_server::Audit;
use atlassian_settings::{
    Behaviour, Credential, Deployment, Exposure, HttpSettings, InstanceConfig, InstanceId,
    InstanceName, InstanceSet, Limits, Network, RetryPolicy, Secret, ServerSettings, Service,
    SiteUrl, Transport,
};
use std::sync::Arc;
use std::time::Duration;

/// Instances on sites of a sandbox of their own, to be changed before the registry is built.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) instances: Vec<InstanceConfig>,
    pub(crate) server: ServerSettings,
}

impl Stage {
    /// Primary Jira and Confluence on the Cloud site `acme`.
    pub(crate) async fn single() -> Self {
        crate::recording::listen();
        let sandbox = Sandbox::builder()
            .site(SiteSpec::cloud("acme"))
            .site(SiteSpec::data_center("corp"))
            .start()
            .await
            .expect("sandbox");
        let acme = sandbox.site("acme");
        let instances =
            Service::ALL.map(|service| instance(&acme, InstanceId::primary(service), 1)).to_vec();
        let server = ServerSettings {
            http: HttpSettings { port: 0, ..HttpSettings::default() },
            transport: Transport::StreamableHttp,
            ..ServerSettings::default()
        };
        Self { sandbox, instances, server }
    }

    /// The same, and `staging` of both services as number 2 on the Data Center site `corp`.
    pub(crate) async fn pair() -> Self {
        let mut stage = Self::single().await;
        let corp = stage.site("corp");
        for service in Service::ALL {
            let name = InstanceName::parse("staging", service, 2).expect("name");
            stage.instances.push(instance(&corp, InstanceId { service, name }, 2));
        }
        stage
    }

    pub(crate) fn site(&self, name: &str) -> Site {
        self.sandbox.site(name)
    }

    /// The instance of this service and name.
    pub(crate) fn instance(&mut self, service: Service, name: &str) -> &mut InstanceConfig {
        self.instances
            .iter_mut()
            .find(|config| config.service() == service && config.id.name.as_str() == name)
            .expect("instance")
    }

    /// Requests without credentials use the operator's.
    pub(crate) fn open(mut self) -> Self {
        self.server.callers.allow_global_fallback = true;
        self
    }

    pub(crate) fn registry(&self) -> Arc<Registry> {
        self.registry_resolving(SystemResolver)
    }

    /// The registry, with the addresses that requests name looked up by this resolver.
    pub(crate) fn registry_resolving(&self, resolver: impl Resolve + 'static) -> Arc<Registry> {
        let set = InstanceSet {
            usable: self.instances.iter().cloned().map(Arc::new).collect(),
            skipped: Vec::new(),
        };
        let platform = Platform {
            gateway: self.sandbox.gateway_url(),
            auth: self.site("acme").auth_url().parse().ok(),
            ..Platform::default()
        };
        let registry = Registry::resolving(&set, &self.server, &platform, Arc::new(resolver));
        if let Some(path) = &self.server.audit_file {
            registry.observers().add(Arc::new(Audit::open(path).expect("audit file")));
        }
        Arc::new(registry)
    }
}

fn instance(site: &Site, id: InstanceId, number: u8) -> InstanceConfig {
    let service = id.service;
    let theirs = sandbox_service(service);
    let url = match service {
        Service::Jira => site.jira_url(),
        Service::Confluence => site.confluence_url(),
    };
    let (deployment, credential) = match site.flavour() {
        Flavour::Cloud => {
            let secret = Secret::new(site.api_token(theirs));
            (Deployment::Cloud, Credential::Basic { username: site.username(), secret })
        }
        Flavour::DataCenter => {
            (Deployment::DataCenter, Credential::Pat(Secret::new(site.pat(theirs))))
        }
    };
    InstanceConfig {
        id,
        number,
        label: None,
        site: SiteUrl::parse(&url, service, Some(deployment)).expect("sandbox address"),
        deployment,
        credential,
        cloud_id: None,
        network: Network { timeout: Duration::from_secs(30), ..Network::default() },
        limits: Limits {
            retry: RetryPolicy { attempts: 0, ..RetryPolicy::default() },
            ..Limits::default()
        },
        exposure: Exposure::default(),
        behaviour: Behaviour::default(),
    }
}

pub(crate) fn sandbox_service(service: Service) -> atlassian_sandbox::Service {
    match service {
        Service::Jira => atlassian_sandbox::Service::Jira,
        Service::Confluence => atlassian_sandbox::Service::Confluence,
    }
}
