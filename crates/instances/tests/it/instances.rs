//! Configured instances for tests.

use atlassian_instances::{Caller, Platform, Registry};
use atlassian_settings::{
    Behaviour, Credential, Deployment, Exposure, InstanceConfig, InstanceId, InstanceName,
    InstanceSet, Limits, Network, Secret, ServerSettings, Service, SiteUrl,
};
use std::sync::Arc;

/// A Cloud instance; number 1 is the primary.
pub(crate) fn config(service: Service, number: u8, name: &str) -> InstanceConfig {
    let id = if number == 1 {
        InstanceId::primary(service)
    } else if name.is_empty() {
        InstanceId { service, name: InstanceName::numbered(service, number) }
    } else {
        InstanceId {
            service,
            name: InstanceName::parse(name, service, number).expect("valid name"),
        }
    };
    let url = format!("https://site{number}.atlassian.net");
    InstanceConfig {
        id,
        number,
        label: None,
        site: SiteUrl::parse(&url, service, None).expect("valid address"),
        deployment: Deployment::Cloud,
        credential: Credential::Basic {
            username: "someone".to_owned(),
            secret: Secret::new("canary-secret"),
        },
        cloud_id: None,
        network: Network::default(),
        limits: Limits::default(),
        exposure: Exposure::default(),
        behaviour: Behaviour::default(),
    }
}

/// A registry over these instances.
pub(crate) fn registry(configs: Vec<InstanceConfig>) -> Registry {
    with_server(configs, &ServerSettings::default())
}

/// A registry over these instances with server settings.
pub(crate) fn with_server(configs: Vec<InstanceConfig>, server: &ServerSettings) -> Registry {
    on_platform(configs, server, &Platform::default())
}

/// A registry over these instances on a platform.
pub(crate) fn on_platform(
    configs: Vec<InstanceConfig>,
    server: &ServerSettings,
    platform: &Platform,
) -> Registry {
    let set =
        InstanceSet { usable: configs.into_iter().map(Arc::new).collect(), skipped: Vec::new() };
    Registry::build(&set, server, platform)
}

/// The names listed for the operator.
pub(crate) fn names(registry: &Registry) -> Vec<String> {
    registry.list(&Caller::operator()).map(|entry| entry.name.to_string()).collect()
}
