//! One login, from the consent address to the stored tokens.

use super::callback::{self, Callback, Page, Visit};
use super::{LoginOptions, browser};
use crate::output::{Failure, line};
use atlassian_http::oauth::{
    AccessibleSite, CallbackError, Context, Login, OAuthError, Place, Store, TokenServer, Tokens,
};
use atlassian_http::{Client, Origins};
use atlassian_settings::{InstanceConfig, OAuthApp, Secret};
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// A login that worked.
#[derive(Debug)]
pub(super) struct LoggedIn {
    /// Address of the site the tokens are for.
    pub(super) site: String,
    /// Its cloud id, on Cloud.
    pub(super) cloud_id: Option<String>,
    /// Where the tokens are.
    pub(super) place: Place,
}

/// Runs a login.
pub(super) async fn run(
    config: &Arc<InstanceConfig>,
    app: &OAuthApp,
    options: LoginOptions,
) -> Result<LoggedIn, Failure> {
    let client = Client::new(Arc::clone(config), Origins::of(config));
    let server = TokenServer::of(&client);
    let store = Store::of(app).map_err(|error| Failure::failed(error.to_string()))?;
    let login = Login::begin(app, server.endpoints()).map_err(|error| failed(&error))?;
    let mut callback = if callback::is_here(login.redirect()) {
        let listening = Callback::listen(login.redirect()).await;
        Some(listening.map_err(|error| {
            Failure::failed(format!(
                "Cannot listen on {} for the browser to come back: {error}. End the program that \
                 uses this port, or register another redirect address for the app.",
                login.redirect()
            ))
        })?)
    } else {
        None
    };
    let opened = options.browser && browser::open(login.url());
    let how = if opened { "A browser opens. If it does not, open" } else { "Open" };
    line(&format!("{how} this address and allow the app to act for you:\n\n{}\n", login.url()))?;
    let waited = wait(&login, callback.as_mut(), options).await;
    let (code, visit) = match waited {
        Ok(waited) => waited,
        Err(failure) => {
            if let Some(callback) = callback {
                callback.close().await;
            }
            return Err(failure);
        }
    };
    let done = finish(config, app, &server, &store, &login, &code).await;
    if let Some(visit) = visit {
        visit.show(match &done {
            Ok(done) => Page {
                status: 200,
                heading: "Logged in",
                text: format!("atlassian-mcp can now use {}. You can close this page.", done.site),
            },
            Err(error) => {
                Page { status: 400, heading: "The login failed", text: format!("{error}.") }
            }
        });
    }
    if let Some(callback) = callback {
        callback.close().await;
    }
    done.map_err(|error| failed(&error))
}

fn failed(error: &OAuthError) -> Failure {
    Failure::failed(format!("The login failed: {error}."))
}

/// Waits for the code: from the browser, or pasted into the terminal when the browser is on
/// another machine. What belongs to another login is refused and does not end this one.
async fn wait(
    login: &Login,
    mut callback: Option<&mut Callback>,
    options: LoginOptions,
) -> Result<(Secret, Option<Visit>), Failure> {
    let mut pasted = if callback.is_none() || std::io::stdin().is_terminal() {
        line("Or paste here the address that the browser ends up at:")?;
        Some(lines())
    } else {
        None
    };
    let end = tokio::time::Instant::now() + Duration::from_secs(options.seconds);
    loop {
        let visited = async {
            match callback.as_mut() {
                Some(callback) => callback.visit().await,
                None => std::future::pending().await,
            }
        };
        let typed = async {
            match pasted.as_mut() {
                Some(pasted) => pasted.recv().await,
                None => std::future::pending().await,
            }
        };
        let (query, visit) = tokio::select! {
            visit = visited => match visit {
                Some(visit) => (visit.query.clone(), Some(visit)),
                None => return Err(Failure::failed("The page for the browser was closed.")),
            },
            text = typed => match text {
                Some(text) => (text.split_once('?').map_or(String::new(), |(_, q)| q.trim().to_owned()), None),
                None if callback.is_none() => {
                    return Err(Failure::failed("The login was given up: the input has ended."));
                }
                None => {
                    pasted = None;
                    continue;
                }
            },
            () = tokio::time::sleep_until(end) => {
                return Err(Failure::failed(format!(
                    "Nobody allowed the login within {} seconds.", options.seconds
                )));
            }
        };
        let error = match login.code(&query) {
            Ok(code) => return Ok((code, visit)),
            Err(error) => error,
        };
        if let Some(visit) = visit {
            visit.show(Page {
                status: 400,
                heading: "This did not log in",
                text: format!("{error}."),
            });
        }
        if matches!(error, CallbackError::Refused(_)) {
            return Err(Failure::failed(format!("{error}.")));
        }
        line(&format!("An answer was refused: {error}."))?;
    }
}

/// Lines of the terminal, read on a thread of their own.
fn lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Exchanges the code, finds the site, and keeps the tokens.
async fn finish(
    config: &InstanceConfig,
    app: &OAuthApp,
    server: &TokenServer,
    store: &Store,
    login: &Login,
    code: &Secret,
) -> Result<LoggedIn, OAuthError> {
    let context = Context::of(config);
    let mut tokens = server.exchange(app, login, code).await?;
    let site = match &context {
        Context::DataCenter { base_url } => {
            tokens.base_url = Some(base_url.clone());
            base_url.clone()
        }
        Context::Cloud { site, .. } => {
            let access = tokens.access.clone().ok_or(OAuthError::NotRenewable)?;
            let sites = server.sites(&access).await?;
            let found = AccessibleSite::find(&sites, &context)?;
            let origin = found.url.origin().ascii_serialization();
            tokens.cloud_id = Some(found.id.clone());
            tokens.site_url = Some(site.clone().unwrap_or_else(|| origin.clone()));
            origin
        }
    };
    let place = keep(store, &context, &tokens).await?;
    Ok(LoggedIn { site, cloud_id: tokens.cloud_id, place })
}

async fn keep(store: &Store, context: &Context, tokens: &Tokens) -> Result<Place, OAuthError> {
    // A server that renews the old login at this moment must not write after us.
    let _lock = store.lock().await?;
    Ok(store.save(context, tokens, None)?)
}
