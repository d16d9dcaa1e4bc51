//! A sandbox for programs that are no Rust tests: prints the variables of a server over it, then
//! serves until its stdin closes.
//!
//! ```text
//! cargo run -p atlassian-sandbox --example serve > variables.env
//! atlassian-mcp --env-file variables.env
//! ```
//!
//! The instances: the primary pair on a Cloud site, the pair `staging` on a Data Center site, and the
//! Jira `slow`, which never answers. Rules and who may use the operator's credentials are left to
//! those who start the server.

use atlassian_sandbox::{Fault, Sandbox, Service, SiteSpec};
use std::io::{Read as _, Write as _};

fn main() -> std::io::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(serve())
}

async fn serve() -> std::io::Result<()> {
    let sandbox = Sandbox::builder()
        .site(SiteSpec::cloud("acme"))
        .site(SiteSpec::data_center("staging"))
        .site(SiteSpec::data_center("slow"))
        .start()
        .await?;
    let (acme, staging, slow) =
        (sandbox.site("acme"), sandbox.site("staging"), sandbox.site("slow"));
    slow.fault(Fault::on(Service::Jira, "*", ".").hang());
    let mut lines = Vec::new();
    let mut cloud = |prefix: &str, url: String, service| {
        let (user, token) = (acme.username(), acme.api_token(service));
        lines.push(format!("{prefix}_URL={url}"));
        lines.push(format!("{prefix}_DEPLOYMENT=cloud"));
        lines.push(format!("{prefix}_USERNAME={user}"));
        lines.push(format!("{prefix}_API_TOKEN={token}"));
    };
    cloud("JIRA", acme.jira_url(), Service::Jira);
    cloud("CONFLUENCE", acme.confluence_url(), Service::Confluence);
    for (prefix, name, url, token) in [
        ("JIRA_2", "staging", staging.jira_url(), staging.pat(Service::Jira)),
        ("CONFLUENCE_2", "staging", staging.confluence_url(), staging.pat(Service::Confluence)),
        ("JIRA_3", "slow", slow.jira_url(), slow.pat(Service::Jira)),
    ] {
        lines.push(format!("{prefix}_URL={url}"));
        lines.push(format!("{prefix}_INSTANCE_NAME={name}"));
        lines.push(format!("{prefix}_DEPLOYMENT=datacenter"));
        lines.push(format!("{prefix}_PERSONAL_TOKEN={token}"));
    }
    lines.push("# All of it.\n".to_owned());
    std::io::stdout().write_all(lines.join("\n").as_bytes())?;
    std::io::stdout().flush()?;
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    Ok(())
}
