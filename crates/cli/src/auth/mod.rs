//! `auth login`, `auth status`, `auth logout` and `--oauth-setup`: logging in with OAuth.
//!
//! * `login`: one login, from the consent address to the stored tokens.
//! * `callback`: the page on this machine that the browser comes back to.
//! * `browser`: opening the consent address.
//! * `setup`: the questions of `--oauth-setup`.

mod browser;
mod callback;
mod login;
mod setup;

use crate::arguments::Invocation;
use crate::environment::Environment;
use crate::output::{Done, Failure, line};
use crate::{logging, serve};
use atlassian_http::oauth::{Context, Store, login_command};
use atlassian_settings::{
    Credential, InstanceConfig, OAuthApp, OAuthCredential, Settings, Transport,
};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub(crate) use setup::run as setup;

/// How a login runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoginOptions {
    /// Open the consent address in a browser.
    pub(crate) browser: bool,
    /// How long to wait for the person, in seconds.
    pub(crate) seconds: u64,
}

/// How long a login waits for the person (server spec section 1.6), in seconds.
pub(crate) const LOGIN_SECONDS: u64 = 300;

fn start(invocation: &Invocation, environment: &Environment) -> Result<Settings, Failure> {
    let settings = invocation.settings(environment)?;
    logging::start(&settings.server.log, Transport::Stdio);
    Ok(settings)
}

/// The OAuth app of an instance that authenticates with one.
fn app_of(config: &InstanceConfig) -> Option<&OAuthApp> {
    match &config.credential {
        Credential::OAuth(OAuthCredential::App(app)) => Some(app),
        _ => None,
    }
}

/// What `--instance` calls an instance: `jira`, `jira_staging`.
fn word(config: &InstanceConfig) -> String {
    config.id.tool_prefix().trim_end_matches('_').to_owned()
}

/// The instance that is meant. Without a name, the only grant there is; several instances of one
/// app and site share a grant.
fn choose<'a>(
    settings: &'a Settings,
    name: Option<&str>,
) -> Result<(&'a Arc<InstanceConfig>, &'a OAuthApp), Failure> {
    let apps: Vec<_> = settings
        .instances
        .usable
        .iter()
        .filter_map(|config| app_of(config).map(|app| (config, app)))
        .collect();
    let named: Vec<_> = match name {
        None => apps.clone(),
        Some(name) => {
            let name = name.trim().to_ascii_lowercase().replace('-', "_");
            let is =
                |config: &InstanceConfig| word(config) == name || config.id.name.as_str() == name;
            apps.iter().copied().filter(|(config, _)| is(config)).collect()
        }
    };
    let words = || apps.iter().map(|(config, _)| word(config)).collect::<Vec<_>>().join(", ");
    let Some(&(config, app)) = named.first() else {
        return Err(Failure::usage(if apps.is_empty() {
            "No instance is configured for an OAuth app. Set JIRA_URL or CONFLUENCE_URL and \
             ATLASSIAN_OAUTH_CLIENT_ID, ATLASSIAN_OAUTH_CLIENT_SECRET, \
             ATLASSIAN_OAUTH_REDIRECT_URI and ATLASSIAN_OAUTH_SCOPE (the last two are optional on \
             Data Center), or run `atlassian-mcp --oauth-setup`, which asks for them."
                .to_owned()
        } else {
            format!("No instance of that name uses an OAuth app. These do: {}.", words())
        }));
    };
    let grant =
        |config: &InstanceConfig, app: &OAuthApp| (app.client_id.clone(), Context::of(config));
    let first = grant(config, app);
    if named.iter().any(|(config, app)| grant(config, app) != first) {
        return Err(Failure::usage(format!(
            "Several logins are configured; choose one with --instance: {}.",
            words()
        )));
    }
    Ok((config, app))
}

/// Logs in to an instance.
pub(crate) fn log_in(
    invocation: &Invocation,
    environment: &Environment,
    instance: Option<&str>,
    options: LoginOptions,
) -> Done {
    let settings = start(invocation, environment)?;
    let (config, app) = choose(&settings, instance)?;
    let has_display = browser::can_open(environment);
    let options = LoginOptions { browser: options.browser && has_display, ..options };
    serve::on_runtime(async {
        let done = login::run(config, app, options).await?;
        line(&format!("Logged in to {} ({}).", word(config), done.site))?;
        line(&format!("The tokens are in {}.", done.place))
    })
}

/// Tells the logins; exit code 1 when one is missing.
pub(crate) fn status(invocation: &Invocation, environment: &Environment) -> Done {
    let settings = start(invocation, environment)?;
    let mut missing = false;
    let mut told = false;
    for config in &settings.instances.usable {
        let Credential::OAuth(oauth) = &config.credential else { continue };
        told = true;
        let state = match oauth {
            OAuthCredential::Given { .. } => "an access token is configured".to_owned(),
            OAuthCredential::Minimal => "every request brings its own token".to_owned(),
            OAuthCredential::App(app) => match stored(config, app) {
                Ok(Some(state)) => state,
                Ok(None) => {
                    missing = true;
                    format!("not logged in; run `{}`", login_command(&config.id))
                }
                Err(reason) => {
                    missing = true;
                    reason
                }
            },
        };
        line(&format!("{}: {state}", word(config)))?;
    }
    if !told {
        line("No instance uses OAuth.")?;
    }
    if missing { Err(Failure::silent(1)) } else { Ok(()) }
}

fn stored(config: &InstanceConfig, app: &OAuthApp) -> Result<Option<String>, String> {
    let found = Store::of(app).and_then(|store| store.tokens(&Context::of(config)));
    let Some((tokens, place)) = found.map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    let left = tokens.remaining(SystemTime::now());
    let now = if left.is_zero() {
        "the access token has expired".to_owned()
    } else {
        format!("the access token is good for {}", minutes(left))
    };
    let then =
        if tokens.refresh.is_some() { "is renewed when needed" } else { "cannot be renewed" };
    let site = tokens.cloud_id.map(|id| format!(", cloud id {id}")).unwrap_or_default();
    Ok(Some(format!("logged in; {now} and {then}{site}; kept in {place}")))
}

fn minutes(left: Duration) -> String {
    match left.as_secs() / 60 {
        0 => "less than a minute".to_owned(),
        1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}

/// Forgets the tokens of an instance on this machine.
pub(crate) fn log_out(
    invocation: &Invocation,
    environment: &Environment,
    instance: Option<&str>,
) -> Done {
    let settings = start(invocation, environment)?;
    let (config, app) = choose(&settings, instance)?;
    let failed = |error: atlassian_http::oauth::StoreError| Failure::failed(error.to_string());
    let store = Store::of(app).map_err(failed)?;
    serve::on_runtime(async {
        // A renewal that is under way in another process would write its tokens after us.
        let _lock = store.lock().await.map_err(failed)?;
        let removed = store.remove(&Context::of(config)).map_err(failed)?;
        if removed.is_empty() {
            return line(&format!("Nobody is logged in to {}.", word(config)));
        }
        for place in removed {
            line(&format!("Removed {place}"))?;
        }
        line(if config.deployment.is_cloud() {
            "The grant itself is withdrawn at https://id.atlassian.com/manage-profile/apps"
        } else {
            "The grant itself is withdrawn in your profile, under authorized applications."
        })
    })
}
