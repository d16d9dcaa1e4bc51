//! The tokens of one grant while the program runs.

use super::store::Found;
use super::{Context, OAuthError, Store, TokenServer, Tokens};
use crate::client::Client;
use atlassian_settings::{OAuthApp, Secret};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// An access token is renewed when less than this is left of it (server spec section 7.1).
const MARGIN: Duration = Duration::from_secs(300);
/// How long a token that is still good is used before its renewal is tried again.
const PAUSE: Duration = Duration::from_secs(30);
/// A token that was got because an instance refused its predecessor, and that is refused as well,
/// is not replaced again for this long: the refusal has another cause then.
const TRUST: Duration = Duration::from_secs(300);

/// The grants that are in use. Instances of one app and context share one holder, so that the
/// refresh token of one never outdates that of another (server spec section 11.7).
#[derive(Debug, Default)]
pub struct Grants {
    holders: Mutex<HashMap<(String, Context), Arc<Holder>>>,
}

impl Grants {
    /// The holder of a client's grant.
    pub(crate) fn holder(
        &self,
        app: &OAuthApp,
        client: &Client,
    ) -> Result<Arc<Holder>, OAuthError> {
        let context = Context::of(client.config());
        let mut holders = lock(&self.holders);
        let key = (app.client_id.clone(), context.clone());
        let known = holders.get(&key).filter(|holder| holder.is_of(app));
        if let Some(holder) = known {
            return Ok(Arc::clone(holder));
        }
        let holder = Arc::new(Holder {
            store: Store::of(app)?,
            server: TokenServer::of(client),
            app: app.clone(),
            context,
            state: Mutex::default(),
            turn: tokio::sync::Mutex::new(()),
        });
        holders.insert(key, Arc::clone(&holder));
        Ok(holder)
    }
}

/// A good access token.
pub(crate) type Granted = Arc<Tokens>;

/// The tokens of one grant.
#[derive(Debug)]
pub(crate) struct Holder {
    app: OAuthApp,
    context: Context,
    server: TokenServer,
    store: Store,
    state: Mutex<State>,
    /// One renewal at a time.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    tokens: Option<Granted>,
    /// Whether the tokens could not be kept, so that memory knows better than the store.
    unsaved: bool,
    /// A refresh token that was refused for good, and how.
    refused: Option<(Secret, OAuthError)>,
    /// The access token got after a refusal, and when.
    forced: Option<(Secret, Instant)>,
    /// Until when a token within the margin is used although it should be renewed.
    pause: Option<Instant>,
}

/// What a renewal is for.
#[derive(Clone, Debug)]
enum Want {
    /// A token with more than the margin left.
    Fresh,
    /// Another token than this one, which an instance refused.
    Other(Secret),
}

impl Want {
    fn takes(&self, tokens: &Tokens) -> bool {
        let Some(access) = &tokens.access else { return false };
        let left = tokens.remaining(SystemTime::now());
        match self {
            Self::Fresh => left > MARGIN,
            Self::Other(refused) => !left.is_zero() && access.expose() != refused.expose(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is whole at every moment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Holder {
    fn is_of(&self, app: &OAuthApp) -> bool {
        self.app.client_secret.expose() == app.client_secret.expose()
            && self.app.token_folder == app.token_folder
    }

    /// The OAuth server of the grant.
    pub(crate) const fn server(&self) -> &TokenServer {
        &self.server
    }

    /// Tokens that are good now, renewed when less than the margin is left. All who ask at the
    /// same time wait for one renewal.
    ///
    /// # Errors
    /// [`OAuthError`] when there are none and none can be had.
    pub(crate) async fn granted(self: &Arc<Self>) -> Result<Granted, OAuthError> {
        if let Some(tokens) = self.at_hand() {
            return Ok(tokens);
        }
        let _turn = self.turn.lock().await;
        if let Some(tokens) = self.at_hand() {
            return Ok(tokens);
        }
        self.to_its_end(Want::Fresh).await
    }

    /// Other tokens than the ones an instance just refused; `None` when the refusal cannot be the
    /// token's age.
    ///
    /// # Errors
    /// [`OAuthError`] when none can be had.
    pub(crate) async fn instead_of(
        self: &Arc<Self>,
        refused: &Secret,
    ) -> Result<Option<Granted>, OAuthError> {
        let _turn = self.turn.lock().await;
        let want = Want::Other(refused.clone());
        {
            let state = lock(&self.state);
            if let Some(tokens) = state.tokens.as_ref().filter(|tokens| want.takes(tokens)) {
                return Ok(Some(Arc::clone(tokens)));
            }
            let again = state.forced.as_ref().is_some_and(|(token, at)| {
                token.expose() == refused.expose() && at.elapsed() < TRUST
            });
            if again {
                return Ok(None);
            }
        }
        let tokens = self.to_its_end(want).await?;
        lock(&self.state).forced = tokens.access.clone().map(|access| (access, Instant::now()));
        Ok(Some(tokens))
    }

    /// Remembers the site that the tokens turned out to be for. What cannot be kept is asked for
    /// again by the next process.
    pub(crate) async fn is_for(self: &Arc<Self>, cloud_id: &str) {
        let _turn = self.turn.lock().await;
        let (holder, id) = (Arc::clone(self), cloud_id.to_owned());
        let kept = tokio::spawn(async move { holder.note_site(&id).await });
        if let Ok(Err(error)) = kept.await {
            tracing::debug!("the site of an OAuth login is not kept: {error}");
        }
    }

    async fn note_site(&self, cloud_id: &str) -> Result<(), OAuthError> {
        let Context::Cloud { site: Some(site), .. } = &self.context else { return Ok(()) };
        let _lock = self.store.lock().await?;
        let Some(found) = self.load().await? else { return Ok(()) };
        if found.tokens.cloud_id.is_some() {
            return Ok(());
        }
        let tokens = Tokens {
            cloud_id: Some(cloud_id.to_owned()),
            site_url: Some(site.clone()),
            ..found.tokens
        };
        let refresh = tokens.refresh.clone();
        self.save(tokens.clone(), refresh).await?;
        self.adopt(tokens);
        Ok(())
    }

    fn at_hand(&self) -> Option<Granted> {
        let state = lock(&self.state);
        let tokens = state.tokens.as_ref()?;
        let paused = state.pause.is_some_and(|until| Instant::now() < until)
            && !tokens.remaining(SystemTime::now()).is_zero();
        (Want::Fresh.takes(tokens) || paused).then(|| Arc::clone(tokens))
    }

    fn adopt(&self, tokens: Tokens) -> Granted {
        let tokens = Arc::new(tokens);
        let mut state = lock(&self.state);
        state.tokens = Some(Arc::clone(&tokens));
        state.pause = None;
        tokens
    }

    /// Renews on a task of its own: a call that is cancelled while the OAuth server already has
    /// the refresh token must not lose the successor.
    async fn to_its_end(self: &Arc<Self>, want: Want) -> Result<Granted, OAuthError> {
        let holder = Arc::clone(self);
        let task = tokio::spawn(async move { holder.renew(&want).await });
        task.await.unwrap_or_else(|_| {
            Err(OAuthError::Setup("the renewal of the OAuth token was stopped".to_owned()))
        })
    }

    async fn renew(&self, want: &Want) -> Result<Granted, OAuthError> {
        // Another process, or a login, may have left better ones; that needs no turn.
        if let Some(tokens) = self.known().await?.filter(|tokens| want.takes(tokens)) {
            return Ok(self.adopt(tokens));
        }
        let _lock = match self.store.lock().await {
            Ok(lock) => lock,
            Err(error) => return self.make_do(want, error.into()),
        };
        let mut tokens = self.known().await?.ok_or(OAuthError::NotLoggedIn)?;
        // Should the renewal fail, these may still be good for a while.
        let current = self.adopt(tokens.clone());
        if want.takes(&tokens) {
            return Ok(current);
        }
        // The second time is for a refresh token that a program without our lock has replaced.
        for _ in 0..2 {
            let Some(refresh) = tokens.refresh.clone() else {
                return match want {
                    Want::Fresh if tokens.access.is_some() => Ok(self.adopt(tokens)),
                    _ => Err(OAuthError::NotRenewable),
                };
            };
            let known = lock(&self.state).refused.clone();
            if let Some((_, error)) = known.filter(|(r, _)| r.expose() == refresh.expose()) {
                return self.make_do(want, error);
            }
            match self.server.refresh(&self.app, &refresh).await {
                Ok(new) => return Ok(self.keep(new, tokens, &refresh).await),
                Err(error) if error.wants_login() => {
                    let newer = self.known().await?.filter(|newer| !newer.renews_with(&refresh));
                    let Some(newer) = newer else {
                        lock(&self.state).refused = Some((refresh, error.clone()));
                        return self.make_do(want, error);
                    };
                    tokens = newer;
                    let current = self.adopt(tokens.clone());
                    if want.takes(&tokens) {
                        return Ok(current);
                    }
                }
                Err(error) => return self.make_do(want, error),
            }
        }
        Err(OAuthError::NotRenewable)
    }

    /// Uses a token that is still good when its renewal failed, for a while.
    fn make_do(&self, want: &Want, error: OAuthError) -> Result<Granted, OAuthError> {
        let mut state = lock(&self.state);
        let good = state.tokens.clone().filter(|tokens| {
            tokens.access.is_some() && !tokens.remaining(SystemTime::now()).is_zero()
        });
        match (want, good) {
            (Want::Fresh, Some(tokens)) => {
                state.pause = Some(Instant::now() + PAUSE);
                tracing::warn!(
                    "the OAuth token could not be renewed and is used to its end: {error}"
                );
                Ok(tokens)
            }
            _ => Err(error),
        }
    }

    /// Keeps renewed tokens before anybody uses them.
    async fn keep(&self, new: Tokens, old: Tokens, used: &Secret) -> Granted {
        let tokens = Tokens {
            refresh: new.refresh.or(old.refresh),
            cloud_id: old.cloud_id,
            base_url: match &self.context {
                Context::DataCenter { base_url } => Some(base_url.clone()),
                Context::Cloud { .. } => None,
            },
            site_url: old.site_url,
            access: new.access,
            expires: new.expires,
        };
        let saved = self.save(tokens.clone(), Some(used.clone())).await;
        match &saved {
            Ok(()) => tracing::info!("the OAuth token of {} was renewed", self.app.client_id),
            Err(error) => tracing::error!(
                "the renewed OAuth token cannot be kept, so this login ends with this process: \
                 {error}"
            ),
        }
        lock(&self.state).unsaved = saved.is_err();
        self.adopt(tokens)
    }

    /// The newest tokens: the store's, unless memory holds some that could not be kept.
    async fn known(&self) -> Result<Option<Tokens>, OAuthError> {
        let unsaved = {
            let state = lock(&self.state);
            state.tokens.clone().filter(|_| state.unsaved)
        };
        let stored = match (self.load().await, &unsaved) {
            (Ok(found), _) => found.map(|found| found.tokens),
            (Err(_), Some(_)) => None,
            (Err(error), None) => return Err(error),
        };
        Ok(match (stored, unsaved) {
            (Some(stored), Some(unsaved)) if stored.expires >= unsaved.expires => {
                lock(&self.state).unsaved = false;
                Some(stored)
            }
            (_, Some(unsaved)) => Some((*unsaved).clone()),
            (stored, None) => stored,
        })
    }

    async fn load(&self) -> Result<Option<Found>, OAuthError> {
        let (store, context) = (self.store.clone(), self.context.clone());
        blocking(move || store.load(&context)).await
    }

    async fn save(&self, tokens: Tokens, replaced: Option<Secret>) -> Result<(), OAuthError> {
        let (store, context) = (self.store.clone(), self.context.clone());
        blocking(move || store.save(&context, &tokens, replaced.as_ref()).map(drop)).await
    }
}

/// Runs file and keychain work off the runtime's threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, super::StoreError> + Send + 'static,
) -> Result<T, OAuthError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(OAuthError::Setup("reading the OAuth tokens was stopped".to_owned())),
    }
}
