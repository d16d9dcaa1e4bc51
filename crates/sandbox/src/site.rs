//! A site: its description before the start, and the handle tests hold afterwards.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::auth::{self, Kind};
use crate::fault::Fault;
use crate::log::Recorded;
use crate::oauth::{self, Tokens};
use crate::wire::Service;
use crate::world::World;

/// The two families of Atlassian products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flavour {
    /// Jira and Confluence Cloud: one origin, account ids, documents, API v3 and v2.
    Cloud,
    /// Jira and Confluence Data Center: an origin each, user names, wiki text, API v2 and v1.
    DataCenter,
}

/// What a site shall be, before the sandbox starts.
#[derive(Debug, Clone)]
pub struct SiteSpec {
    pub(crate) name: String,
    pub(crate) flavour: Flavour,
    pub(crate) jira_context: String,
    pub(crate) confluence_context: String,
    pub(crate) media_redirect: bool,
    pub(crate) bulk: usize,
}

impl SiteSpec {
    /// A Cloud site with the data of a product team. `name` stands in host-like places
    /// (credentials, e-mail addresses, texts), lower-case letters and digits are best.
    #[must_use]
    pub fn cloud(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            flavour: Flavour::Cloud,
            jira_context: String::new(),
            confluence_context: "/wiki".to_owned(),
            media_redirect: true,
            bulk: 0,
        }
    }

    /// A Data Center site, Jira and Confluence on an origin each, without context paths.
    #[must_use]
    pub fn data_center(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            flavour: Flavour::DataCenter,
            jira_context: String::new(),
            confluence_context: String::new(),
            media_redirect: false,
            bulk: 0,
        }
    }

    /// Adds a project `BULK` with this many issues and a space `BULK` with this many pages below
    /// its homepage, for lists of more than one page.
    #[must_use]
    pub fn bulk(mut self, count: usize) -> Self {
        self.bulk = count;
        self
    }

    /// Hands attachments out directly instead of by redirect to the media host, which is what
    /// Cloud does and a Cloud site here does unless told otherwise.
    #[must_use]
    pub fn direct_downloads(mut self) -> Self {
        self.media_redirect = false;
        self
    }

    /// Puts Jira below a context path (`/jira`). Data Center only; ignored on Cloud.
    #[must_use]
    pub fn jira_context(mut self, path: &str) -> Self {
        if self.flavour == Flavour::DataCenter {
            self.jira_context = context(path);
        }
        self
    }

    /// Puts Confluence below a context path (`/confluence`). Data Center only.
    #[must_use]
    pub fn confluence_context(mut self, path: &str) -> Self {
        if self.flavour == Flavour::DataCenter {
            self.confluence_context = context(path);
        }
        self
    }
}

fn context(path: &str) -> String {
    let bare = path.trim_matches('/');
    if bare.is_empty() { String::new() } else { format!("/{bare}") }
}

/// The addresses of a site, known once its listeners are bound.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    pub(crate) jira: String,
    pub(crate) confluence: String,
    pub(crate) gateway: String,
    pub(crate) cloud_id: String,
    /// Origin of the media host, when downloads go there.
    pub(crate) media: Option<String>,
    /// Origin of Cloud's OAuth server.
    pub(crate) auth: String,
}

/// Everything about a running site.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) spec: SiteSpec,
    /// Position among the sites of the sandbox; ids of issues, pages and fields depend on it.
    pub(crate) index: usize,
    pub(crate) addresses: Addresses,
    pub(crate) world: Mutex<World>,
    pub(crate) log: Mutex<Vec<Recorded>>,
    /// What was cleared from the log while the traffic of the run is kept.
    pub(crate) cleared: Mutex<Vec<Recorded>>,
    pub(crate) faults: Mutex<Vec<Fault>>,
    pub(crate) tokens: Mutex<Tokens>,
    /// Whether its requests are kept out of the record of the run.
    pub(crate) unrecorded: AtomicBool,
    flying: AtomicUsize,
    peak: AtomicUsize,
}

/// A handle to one site of a running [`crate::Sandbox`]; cheap to clone.
#[derive(Debug, Clone)]
pub struct Site {
    pub(crate) inner: Arc<Inner>,
}

/// Takes a lock; a panic of another test thread does not matter to the data here.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Site {
    pub(crate) fn new(spec: SiteSpec, index: usize, addresses: Addresses) -> std::io::Result<Self> {
        let world = World::seeded(&spec, index, &addresses)?;
        Ok(Self {
            inner: Arc::new(Inner {
                spec,
                index,
                addresses,
                world: Mutex::new(world),
                log: Mutex::new(Vec::new()),
                cleared: Mutex::new(Vec::new()),
                unrecorded: AtomicBool::new(false),
                faults: Mutex::new(Vec::new()),
                tokens: Mutex::new(Tokens::default()),
                flying: AtomicUsize::new(0),
                peak: AtomicUsize::new(0),
            }),
        })
    }

    /// The name given in the [`SiteSpec`].
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.spec.name
    }

    /// Cloud or Data Center.
    #[must_use]
    pub fn flavour(&self) -> Flavour {
        self.inner.spec.flavour
    }

    /// Base address of Jira: origin and context path, no trailing slash.
    #[must_use]
    pub fn jira_url(&self) -> String {
        self.inner.addresses.jira.clone()
    }

    /// Base address of Confluence: on Cloud ending in `/wiki`.
    #[must_use]
    pub fn confluence_url(&self) -> String {
        self.inner.addresses.confluence.clone()
    }

    /// Origin of the OAuth gateway, which serves `/ex/jira/{cloud id}` and
    /// `/ex/confluence/{cloud id}` of all Cloud sites of the sandbox.
    #[must_use]
    pub fn gateway_url(&self) -> String {
        self.inner.addresses.gateway.clone()
    }

    /// Origin of the host that attachments are downloaded from, `None` when the site hands them
    /// out itself. Requests to it are in the log with a path starting `/media/`; one that brings
    /// credentials is refused.
    #[must_use]
    pub fn media_url(&self) -> Option<String> {
        self.inner.addresses.media.clone()
    }

    /// The site's id on the gateway.
    #[must_use]
    pub fn cloud_id(&self) -> String {
        self.inner.addresses.cloud_id.clone()
    }

    /// Login of the main user: the e-mail address on Cloud, the user name on Data Center.
    #[must_use]
    pub fn username(&self) -> String {
        lock(&self.inner.world).main_login()
    }

    /// The main user's API token on Cloud, the password on Data Center: Basic credentials
    /// together with [`Site::username`]. Good for this service of this site only.
    #[must_use]
    pub fn api_token(&self, service: Service) -> String {
        self.secret(service, Kind::Token)
    }

    /// The main user's API token with scopes: Basic credentials that only the gateway takes.
    #[must_use]
    pub fn scoped_token(&self, service: Service) -> String {
        self.secret(service, Kind::Scoped)
    }

    /// The main user's personal access token: Bearer on Data Center, good nowhere on Cloud.
    #[must_use]
    pub fn pat(&self, service: Service) -> String {
        self.secret(service, Kind::Pat)
    }

    /// The main user's OAuth access token: Bearer through the gateway, on Data Center directly.
    #[must_use]
    pub fn oauth_token(&self, service: Service) -> String {
        self.secret(service, Kind::OAuth)
    }

    /// Client id and secret of the OAuth app that is registered for a service of the site.
    #[must_use]
    pub fn oauth_client(&self, service: Service) -> (String, String) {
        oauth::client(self, service)
    }

    /// The refresh token in force for a service. Using it up makes a new one.
    #[must_use]
    pub fn refresh_token(&self, service: Service) -> String {
        lock(&self.inner.tokens).refresh_token(self, Some(service))
    }

    /// Origin of the OAuth server: `/authorize` and `/oauth/token` of Cloud. On Data Center each
    /// product has its own below `/rest/oauth2/latest`.
    #[must_use]
    pub fn auth_url(&self) -> String {
        self.inner.addresses.auth.clone()
    }

    /// Ends all OAuth access tokens, the first ones too; refresh tokens stay good.
    pub fn expire_oauth_tokens(&self) {
        lock(&self.inner.tokens).expire();
    }

    /// User of an OAuth access token that is good for the service.
    pub(crate) fn oauth_holder(&self, service: Service, token: &str) -> Option<String> {
        let tokens = lock(&self.inner.tokens);
        tokens.holder(service, token).or_else(|| {
            let users: Vec<String> =
                lock(&self.inner.world).people.all.iter().map(|p| p.name.clone()).collect();
            users
                .into_iter()
                .filter(|_| !tokens.first_expired)
                .find(|user| auth::secret(self.name(), service, Kind::OAuth, user) == token)
        })
    }

    /// Login and API token (Data Center: password) of another user of the site, by the short
    /// name of the seeded data (`bo`); `None` when there is no such user.
    #[must_use]
    pub fn login_of(&self, user: &str, service: Service) -> Option<(String, String)> {
        let login = lock(&self.inner.world).login_of(user)?;
        Some((login, auth::secret(self.name(), service, Kind::Token, user)))
    }

    fn secret(&self, service: Service, kind: Kind) -> String {
        let user = lock(&self.inner.world).main_user().to_owned();
        auth::secret(self.name(), service, kind, &user)
    }

    /// Every request that reached the site, in order of arrival.
    #[must_use]
    pub fn log(&self) -> Vec<Recorded> {
        lock(&self.inner.log).clone()
    }

    /// Forgets the log.
    pub fn clear_log(&self) {
        let gone = std::mem::take(&mut *lock(&self.inner.log));
        if crate::traffic_file().is_some() && !self.inner.unrecorded.load(Ordering::SeqCst) {
            lock(&self.inner.cleared).extend(gone);
        }
    }

    /// Keeps the requests of this site out of the record of a test run
    /// ([`TRAFFIC`](crate::TRAFFIC)): for tests that send what nobody should, whose requests tell
    /// nothing about Atlassian's documents.
    pub fn unrecorded(&self) {
        self.inner.unrecorded.store(true, Ordering::SeqCst);
    }

    /// Everything since the start, what was cleared from the log included as far as the traffic of
    /// the run is kept.
    pub(crate) fn whole_log(&self) -> Vec<Recorded> {
        let mut whole = lock(&self.inner.cleared).clone();
        whole.extend(self.log());
        whole
    }

    /// The most requests that were being answered at the same time since the last reset.
    #[must_use]
    pub fn max_in_flight(&self) -> usize {
        self.inner.peak.load(Ordering::SeqCst)
    }

    /// Starts a new measurement of [`Site::max_in_flight`].
    pub fn reset_max_in_flight(&self) {
        self.inner.peak.store(self.inner.flying.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// Plants a fault.
    pub fn fault(&self, fault: Fault) {
        lock(&self.inner.faults).push(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        lock(&self.inner.faults).clear();
    }

    /// Fresh data, empty log, no faults; addresses and credentials stay.
    ///
    /// # Errors
    /// When the seeded data cannot be read, which the crate's own tests rule out.
    pub fn reset(&self) -> std::io::Result<()> {
        let fresh = World::seeded(&self.inner.spec, self.inner.index, &self.inner.addresses)?;
        *lock(&self.inner.world) = fresh;
        *lock(&self.inner.tokens) = Tokens::default();
        self.clear_log();
        self.clear_faults();
        self.reset_max_in_flight();
        Ok(())
    }

    /// An issue as a full read by the main user shows it now, by key (old keys work) or id.
    #[must_use]
    pub fn issue(&self, key: &str) -> Option<Value> {
        lock(&self.inner.world).peek_issue(key)
    }

    /// A page or blog post: `id`, `title`, `space`, `parent`, `version`, `status`, `body`
    /// (storage), `labels`, `properties`.
    #[must_use]
    pub fn page(&self, id: &str) -> Option<Value> {
        lock(&self.inner.world).peek_page(id)
    }

    /// Id of a current page by space key and title.
    #[must_use]
    pub fn page_id(&self, space: &str, title: &str) -> Option<String> {
        lock(&self.inner.world).confluence.find_page(space, title)
    }

    /// Comments of an issue (by key) or of a page (by id), oldest first.
    #[must_use]
    pub fn comments(&self, of: &str) -> Vec<Value> {
        lock(&self.inner.world).peek_comments(of)
    }

    /// Id of a custom field by its name, for this site (`customfield_10107`).
    #[must_use]
    pub fn field_id(&self, name: &str) -> Option<String> {
        lock(&self.inner.world).jira.field_id(name)
    }

    /// Writes the log as JSON lines.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_log_jsonl(&self, path: &Path) -> std::io::Result<()> {
        let lines: String = self.log().iter().map(|r| format!("{}\n", r.to_json())).collect();
        std::fs::write(path, lines)
    }

    /// Counts a request while it is being answered.
    pub(crate) fn take_off(&self) -> Flight {
        let now = self.inner.flying.fetch_add(1, Ordering::SeqCst) + 1;
        self.inner.peak.fetch_max(now, Ordering::SeqCst);
        Flight { site: self.clone() }
    }
}

/// A request being answered; dropping it lands.
#[derive(Debug)]
pub(crate) struct Flight {
    site: Site,
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.site.inner.flying.fetch_sub(1, Ordering::SeqCst);
    }
}
