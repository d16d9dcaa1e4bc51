//! `--oauth-setup`: asks for the app, logs in, and prints the settings (server spec section 1.6).

use super::{LoginOptions, browser, login};
use crate::arguments::Invocation;
use crate::environment::Environment;
use crate::output::{Done, Failure, line, print};
use crate::{logging, serve};
use atlassian_settings::{
    Credential, Deployment, InstanceConfig, OAuthApp, OAuthCredential, Secret, TokenFolder,
    Transport,
};
use std::sync::Arc;

const REDIRECT: &str = "http://localhost:8080/callback";
const SCOPES: &str = "read:jira-work write:jira-work read:confluence-space.summary offline_access";

/// Asks, logs in, and tells what to configure.
pub(crate) fn run(invocation: &Invocation, environment: &Environment) -> Done {
    let ask = |question: &str, variable: &str, default: &str, secret: bool| {
        let set = invocation.value(environment, variable)?;
        let default = set.filter(|set| !set.trim().is_empty()).unwrap_or(default.to_owned());
        question_of(question, default.trim(), secret)
    };
    line("OAuth set-up. An empty answer takes the value in brackets.\n")?;
    let client_id = ask("Client id", "ATLASSIAN_OAUTH_CLIENT_ID", "", false)?;
    let client_secret = ask("Client secret", "ATLASSIAN_OAUTH_CLIENT_SECRET", "", true)?;
    let redirect_uri = ask("Redirect address", "ATLASSIAN_OAUTH_REDIRECT_URI", REDIRECT, false)?;
    let scope = ask("Scopes", "ATLASSIAN_OAUTH_SCOPE", SCOPES, false)?;
    for (what, given) in [("client id", &client_id), ("client secret", &client_secret)] {
        if given.is_empty() {
            return Err(Failure::failed(format!("The {what} is missing.")));
        }
    }
    // Offers an instance whatever else is configured, with its address or without one.
    let minimal = ("ATLASSIAN_OAUTH_ENABLE".to_owned(), "true".to_owned());
    let settings = invocation.settings_over(environment, vec![minimal])?;
    logging::start(&settings.server.log, Transport::Stdio);
    let primaries = || settings.instances.usable.iter().filter(|config| config.number == 1);
    let chosen = primaries()
        .find(|config| !config.site.is_from_request())
        .or_else(|| primaries().next())
        .ok_or_else(|| Failure::usage("The address of the unnumbered instance is not valid."))?;
    let named = invocation.value(environment, "ATLASSIAN_OAUTH_DIR")?;
    let named = named.filter(|path| !path.trim().is_empty()).map(|path| path.trim().into());
    let app = OAuthApp {
        client_id,
        client_secret: Secret::new(client_secret),
        redirect_uri,
        scope,
        token_folder: TokenFolder::of(named, environment.home_directory.clone()),
    };
    let mut config = InstanceConfig::clone(chosen);
    config.credential = Credential::OAuth(OAuthCredential::App(app.clone()));
    if config.site.is_from_request() {
        config.deployment = Deployment::Cloud;
    }
    let options =
        LoginOptions { browser: browser::can_open(environment), seconds: super::LOGIN_SECONDS };
    let config = Arc::new(config);
    serve::on_runtime(async {
        let done = login::run(&config, &app, options).await?;
        line(&format!("Logged in to {}. The tokens are in {}.\n", done.site, done.place))?;
        print(&settings_text(&app, done.cloud_id.as_deref()))
    })
}

/// Asks one question on the terminal.
fn question_of(question: &str, default: &str, secret: bool) -> Result<String, Failure> {
    let shown = match default {
        "" => String::new(),
        secret_value if secret => format!(" [{}]", masked(secret_value)),
        plain => format!(" [{plain}]"),
    };
    print(&format!("{question}{shown}: "))?;
    let mut answer = String::new();
    let read = std::io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::failed(format!("Cannot read the answer: {error}")))?;
    if read == 0 && default.is_empty() {
        return Err(Failure::failed("The set-up was given up: the input has ended."));
    }
    let answer = answer.trim();
    Ok(if answer.is_empty() { default.to_owned() } else { answer.to_owned() })
}

/// The ends of a secret, for recognising it.
fn masked(secret: &str) -> String {
    let count = secret.chars().count();
    if count <= 12 {
        return "****".to_owned();
    }
    let end: String = secret.chars().skip(count - 2).collect();
    format!("****{end}")
}

/// What to configure; the secret is for the person to fill in.
fn settings_text(app: &OAuthApp, cloud_id: Option<&str>) -> String {
    let mut pairs = vec![
        ("ATLASSIAN_OAUTH_CLIENT_ID", app.client_id.as_str()),
        ("ATLASSIAN_OAUTH_CLIENT_SECRET", "<your client secret>"),
        ("ATLASSIAN_OAUTH_REDIRECT_URI", &app.redirect_uri),
        ("ATLASSIAN_OAUTH_SCOPE", &app.scope),
    ];
    pairs.extend(cloud_id.map(|id| ("ATLASSIAN_OAUTH_CLOUD_ID", id)));
    let lines: String = pairs.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
    let environment: serde_json::Map<String, serde_json::Value> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    let snippet = serde_json::json!({"mcpServers": {"atlassian": {
        "command": "atlassian-mcp", "env": environment,
    }}});
    let snippet = serde_json::to_string_pretty(&snippet).unwrap_or_default();
    format!("Settings:\n\n{lines}\nFor a client's configuration:\n\n{snippet}\n")
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn a_secret_is_recognised_by_its_end_only() {
        assert_eq!(masked("short-secret"), "****");
        assert_eq!(masked("a-longer-secret-42"), "****42");
    }
}
