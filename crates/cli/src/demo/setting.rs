//! How the demo is configured, and what it tells before and after the tour.

use crate::output::Failure;
use atlassian_instances::{Caller, Registry};
use atlassian_sandbox::{Sandbox, Service, Site};

/// The variables of the demo, as a person would write them: a primary pair on the Cloud site, a
/// pair named `staging` on the Data Center site, a read-only view of the Cloud site, and an
/// instance that nobody answers for.
pub(crate) fn variables(sandbox: &Sandbox) -> Result<Vec<(String, String)>, Failure> {
    let cloud = sandbox.site("acme");
    let dc = sandbox.site("staging");
    let dead = dead_address()?;
    let mut variables = Vec::new();
    let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.to_owned()));
    cloud_instance(&mut set, "JIRA", &cloud, Service::Jira);
    cloud_instance(&mut set, "CONFLUENCE", &cloud, Service::Confluence);
    for (prefix, url, service) in [
        ("JIRA_2", dc.jira_url(), Service::Jira),
        ("CONFLUENCE_2", dc.confluence_url(), Service::Confluence),
    ] {
        set(&format!("{prefix}_INSTANCE_NAME"), "staging");
        set(&format!("{prefix}_URL"), &url);
        set(&format!("{prefix}_DEPLOYMENT"), "datacenter");
        set(&format!("{prefix}_PERSONAL_TOKEN"), &dc.pat(service));
    }
    set("JIRA_3_INSTANCE_NAME", "archive");
    cloud_instance(&mut set, "JIRA_3", &cloud, Service::Jira);
    set("JIRA_3_READ_ONLY_MODE", "true");
    set("JIRA_4_INSTANCE_NAME", "lost");
    set("JIRA_4_URL", &dead);
    set("JIRA_4_DEPLOYMENT", "datacenter");
    set("JIRA_4_PERSONAL_TOKEN", "nobody-asks-for-it");
    // Nothing but this machine can reach the demo, and its credentials open nothing.
    set("ALLOW_GLOBAL_CRED_FALLBACK", "true");
    Ok(variables)
}

fn cloud_instance(set: &mut impl FnMut(&str, &str), prefix: &str, site: &Site, service: Service) {
    let url = match service {
        Service::Jira => site.jira_url(),
        Service::Confluence => site.confluence_url(),
    };
    set(&format!("{prefix}_URL"), &url);
    // The sandbox does not have a host name of Atlassian's, so the deployment is said.
    set(&format!("{prefix}_DEPLOYMENT"), "cloud");
    set(&format!("{prefix}_USERNAME"), &site.username());
    set(&format!("{prefix}_API_TOKEN"), &site.api_token(service));
}

/// An address of this machine that nothing listens on: taken from the system and given back.
fn dead_address() -> Result<String, Failure> {
    let address = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(|error| Failure::failed(format!("Cannot find a free port: {error}")))?;
    Ok(format!("http://{address}"))
}

/// What is told before the tour.
pub(crate) fn introduction(sandbox: &Sandbox, registry: &Registry) -> String {
    let mut text = String::from(
        "atlassian-mcp demo: a simulated Atlassian on this machine; nothing leaves it, no account is needed.\n\n\
         Configured with variables, as you would:\n",
    );
    text.push_str("  JIRA_URL=... JIRA_2_INSTANCE_NAME=staging JIRA_2_URL=... JIRA_3_READ_ONLY_MODE=true ...\n\nInstances:\n");
    for line in registry.lines(&Caller::operator()) {
        text.push_str(&format!("  {line}\n"));
    }
    let sites: Vec<String> = sandbox.sites().iter().map(|site| site.name().to_owned()).collect();
    text.push_str(&format!(
        "\nA tour of MCP calls through the server, over streamable HTTP, against the sites {}:\n",
        sites.join(" and ")
    ));
    text
}

/// What is told when the demo goes on serving.
pub(crate) fn how_to_connect(url: &str) -> String {
    format!(
        "\nServing MCP on {url} until Ctrl-C. To connect a client, paste one of these:\n\n\
         claude mcp add --transport http atlassian-demo {url}\n\n\
         {{\n  \"mcpServers\": {{\n    \"atlassian-demo\": {{ \"type\": \"http\", \"url\": \"{url}\" }}\n  }}\n}}\n\n\
         Over stdio instead: command `atlassian-mcp`, arguments [\"demo\", \"--stdio\"].\n"
    )
}
