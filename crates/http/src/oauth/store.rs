//! Where the tokens of grants are kept (server spec section 7.2).
//!
//! Each context of a client id has a file of its own, `oauth-<client id>-<context>.json`. Beside
//! it lies `oauth-<client id>.json`, the only file of the product before: it is read when it is
//! for the same context, and kept up to date as long as it is, so that both products can be used
//! in turn. Of several that fit, the one whose access token ends last holds the newest refresh
//! token.

mod file;

use super::keychain::{self, Keychain};
use super::tokens::{Context, Fit, Tokens};
use atlassian_settings::{OAuthApp, Secret};
use file::Folder;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a process waits for another one that renews the same grant. The other is bounded by
/// the time an exchange may take, and its lock ends with it.
const MAX_WAIT: Duration = Duration::from_secs(60);
/// How often the lock is tried for.
const POLL: Duration = Duration::from_millis(20);

/// The tokens of one app.
#[derive(Clone, Debug)]
pub struct Store {
    folder: Folder,
    /// The client id as it is in names of files and entries.
    name: String,
    keychain: Option<Arc<dyn Keychain>>,
}

/// Where tokens were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file.
    File(PathBuf),
    /// An entry of the system's keychain.
    Keychain(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Keychain(entry) => write!(f, "the system's keychain, entry {entry}"),
        }
    }
}

/// Tokens that fit a context.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) tokens: Tokens,
    pub(crate) place: Place,
}

/// The right to renew a grant, among all processes of this machine; ends when dropped.
#[derive(Debug)]
pub struct Lock {
    _file: Option<std::fs::File>,
}

/// Why tokens cannot be read or kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Neither a home directory nor a named folder.
    #[error("there is no home directory to keep OAuth tokens in; set ATLASSIAN_OAUTH_DIR")]
    NoFolder,
    /// The operating system refuses.
    #[error("{} cannot be {action}: {reason}", path.display())]
    Refused {
        /// File or folder.
        path: PathBuf,
        /// What was tried: `read`, `written`.
        action: &'static str,
        /// The operating system's words.
        reason: String,
    },
    /// Others may read or replace it, and that cannot be changed.
    #[error(
        "{} is open to other users of this machine and its permissions cannot be changed; it must \
         be readable by its owner only (`chmod {mode}`)",
        path.display()
    )]
    TooOpen {
        /// File or folder.
        path: PathBuf,
        /// The permissions it should have, in octal.
        mode: &'static str,
    },
    /// The content is not that of a token file.
    #[error("{} is not a token file", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
    },
    /// Another process does not give the lock back.
    #[error("another process has been renewing this login for {seconds} seconds (lock {})", path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
}

impl StoreError {
    /// Whether a new login would replace what is wrong.
    pub(crate) fn is_about_content(&self) -> bool {
        matches!(self, Self::Malformed { .. })
    }
}

impl Store {
    /// The tokens of an app, in its folder and in the system's keychain where the program is
    /// built to use it.
    ///
    /// # Errors
    /// [`StoreError::NoFolder`].
    pub fn of(app: &OAuthApp) -> Result<Self, StoreError> {
        Self::with_keychain(app, keychain::of_system())
    }

    /// The same with another keychain, or none.
    ///
    /// # Errors
    /// [`StoreError::NoFolder`].
    pub fn with_keychain(
        app: &OAuthApp,
        keychain: Option<Arc<dyn Keychain>>,
    ) -> Result<Self, StoreError> {
        let folder = app.token_folder.clone().ok_or(StoreError::NoFolder)?;
        Ok(Self { folder: Folder::new(folder), name: file::name_of(&app.client_id), keychain })
    }

    fn entry(&self, suffix: Option<&str>) -> String {
        match suffix {
            Some(suffix) => format!("oauth-{}-{suffix}", self.name),
            None => format!("oauth-{}", self.name),
        }
    }

    fn path(&self, suffix: Option<&str>) -> PathBuf {
        self.folder.path().join(format!("{}.json", self.entry(suffix)))
    }

    /// The tokens for a context and where they are. Blocks.
    ///
    /// # Errors
    /// [`StoreError`] when the only ones there are cannot be used.
    pub fn tokens(&self, context: &Context) -> Result<Option<(Tokens, Place)>, StoreError> {
        Ok(self.load(context)?.map(|found| (found.tokens, found.place)))
    }

    /// The newest tokens that fit a context. Tokens that may be for another site of the same
    /// person come without a cloud id.
    pub(crate) fn load(&self, context: &Context) -> Result<Option<Found>, StoreError> {
        self.folder.tidy()?;
        let mut problem = None;
        let mut found: Vec<(Fit, Found)> = Vec::new();
        let mut consider = |place: Place, read: Result<Option<Tokens>, StoreError>| match read {
            Ok(Some(tokens)) => match context.fit(&tokens) {
                Fit::No => {}
                fit => found.push((fit, Found { tokens, place })),
            },
            Ok(None) => {}
            Err(error) => {
                tracing::warn!("an OAuth token file is passed over: {error}");
                problem.get_or_insert(error);
            }
        };
        for entry in self.entries(context) {
            let read = self.read_keychain(&entry);
            consider(Place::Keychain(entry), Ok(read));
        }
        for path in self.files()? {
            let read = self.read_file(&path);
            consider(Place::File(path), read);
        }
        let certain = found.iter().any(|(fit, _)| *fit == Fit::Yes);
        let newest = found
            .into_iter()
            .filter(|(fit, _)| *fit == Fit::Yes || !certain)
            .map(|(_, found)| found)
            .max_by_key(|found| found.tokens.expires);
        match (newest, problem) {
            (None, Some(problem)) => Err(problem),
            (None, None) => Ok(None),
            (Some(mut found), _) => {
                if !certain {
                    found.tokens.cloud_id = None;
                }
                Ok(Some(found))
            }
        }
    }

    /// Names of the keychain entries that may hold tokens for a context.
    fn entries(&self, context: &Context) -> Vec<String> {
        if self.keychain.is_none() {
            return Vec::new();
        }
        let own = context.suffix(&Tokens::default()).map(|suffix| self.entry(Some(&suffix)));
        own.into_iter().chain([self.entry(None)]).collect()
    }

    /// The client id's own files: the plain one and those of its contexts.
    fn files(&self) -> Result<Vec<PathBuf>, StoreError> {
        let (plain, start) = (self.path(None), format!("{}-", self.entry(None)));
        let mut files = self.folder.files(&|name| {
            let context = name.strip_prefix(&start).and_then(|rest| rest.strip_suffix(".json"));
            context.is_some_and(|c| c.starts_with("cloud-") || c.starts_with("dc-"))
        })?;
        files.push(plain);
        Ok(files)
    }

    fn read_file(&self, path: &std::path::Path) -> Result<Option<Tokens>, StoreError> {
        let Some(text) = file::read(path)? else { return Ok(None) };
        match Tokens::parse(text.expose()) {
            Some(tokens) => Ok(Some(tokens)),
            None => Err(StoreError::Malformed { path: path.to_owned() }),
        }
    }

    /// The tokens of a keychain entry; a keychain that cannot be asked is as good as none.
    fn read_keychain(&self, entry: &str) -> Option<Tokens> {
        let read = self.keychain.as_ref()?.read(entry);
        let text = read.unwrap_or_else(|error| {
            tracing::debug!("the system's keychain cannot be read: {error}");
            None
        })?;
        Tokens::parse(text.expose())
    }

    /// Keeps tokens for a context; `replaced` is the refresh token that they were got with.
    /// Blocks.
    ///
    /// # Errors
    /// [`StoreError`] when they are kept nowhere.
    pub fn save(
        &self,
        context: &Context,
        tokens: &Tokens,
        replaced: Option<&Secret>,
    ) -> Result<Place, StoreError> {
        let suffix = context.suffix(tokens);
        let entry = self.entry(suffix.as_deref());
        let kept = self.keychain.as_ref().map(|keychain| keychain.write(&entry, &tokens.to_text()));
        let in_keychain = match kept {
            Some(Ok(())) => true,
            Some(Err(error)) => {
                tracing::warn!("the system's keychain takes no token, a file does: {error}");
                false
            }
            None => false,
        };
        let (path, plain) = (self.path(suffix.as_deref()), self.path(None));
        let in_plain = self.in_plain(&plain, context, tokens, replaced);
        let own = match &in_plain {
            Some(in_plain) if path == plain => in_plain.to_text(),
            _ => tokens.to_text(),
        };
        // What is in the keychain need not be in a file, but a file that is there must not hold a
        // refresh token that is used up.
        let done =
            if !in_keychain || path.exists() { self.folder.write(&path, &own) } else { Ok(()) };
        let beside =
            in_plain.filter(|_| done.is_ok() && path != plain && (!in_keychain || plain.exists()));
        if let Some(Err(error)) = beside.map(|beside| self.folder.write(&plain, &beside.to_text()))
        {
            tracing::warn!("an OAuth token file is out of date: {error}");
        }
        match done {
            Ok(()) if in_keychain => Ok(Place::Keychain(entry)),
            Ok(()) => Ok(Place::File(path)),
            Err(error) if in_keychain => {
                tracing::warn!("an OAuth token file is out of date: {error}");
                Ok(Place::Keychain(entry))
            }
            Err(error) => Err(error),
        }
    }

    /// What the plain file should hold, when it is for the same grant or there is none. One that
    /// holds the same grant under another site's id keeps that id, which the product before chose.
    fn in_plain(
        &self,
        plain: &std::path::Path,
        context: &Context,
        tokens: &Tokens,
        replaced: Option<&Secret>,
    ) -> Option<Tokens> {
        match self.read_file(plain) {
            Ok(None) | Err(StoreError::Malformed { .. }) => Some(tokens.clone()),
            Ok(Some(old)) if context.exact(tokens).fit(&old) == Fit::Yes => Some(tokens.clone()),
            Ok(Some(old)) if replaced.is_some_and(|refresh| old.renews_with(refresh)) => {
                Some(Tokens {
                    cloud_id: old.cloud_id,
                    base_url: old.base_url,
                    site_url: old.site_url,
                    ..tokens.clone()
                })
            }
            Ok(Some(_)) => None,
            Err(error) => {
                tracing::warn!("an OAuth token file is left as it is: {error}");
                None
            }
        }
    }

    /// Forgets the tokens for a context, in all places; yields those places. Blocks.
    ///
    /// # Errors
    /// [`StoreError`] when one cannot be removed.
    pub fn remove(&self, context: &Context) -> Result<Vec<Place>, StoreError> {
        let newest = self.load(context).ok().flatten();
        let same = |tokens: &Tokens| match context.fit(tokens) {
            Fit::Yes => true,
            Fit::Perhaps => newest.as_ref().is_some_and(|newest| {
                newest.tokens.refresh.as_ref().is_some_and(|refresh| tokens.renews_with(refresh))
            }),
            Fit::No => false,
        };
        let mut removed = Vec::new();
        let known = newest.as_ref().and_then(|newest| context.suffix(&newest.tokens));
        let more = known.map(|suffix| self.entry(Some(&suffix)));
        for entry in self.entries(context).into_iter().chain(more) {
            let Some(keychain) = &self.keychain else { break };
            if self.read_keychain(&entry).is_some_and(|tokens| same(&tokens)) {
                keychain.remove(&entry).map_err(|error| StoreError::Refused {
                    path: PathBuf::from(&entry),
                    action: "removed from the keychain",
                    reason: error.0,
                })?;
                removed.push(Place::Keychain(entry));
            }
        }
        let own = context.suffix(&Tokens::default()).map(|suffix| self.path(Some(&suffix)));
        for path in self.files()? {
            let remove = match self.read_file(&path) {
                Ok(Some(tokens)) => same(&tokens),
                Ok(None) => false,
                // A file of this very context that cannot be read is of no use to anybody.
                Err(_) => own.as_ref() == Some(&path),
            };
            if remove {
                self.folder.remove(&path)?;
                removed.push(Place::File(path));
            }
        }
        Ok(removed)
    }

    /// Waits for the right to renew the app's grants. All contexts of a client id take turns: a
    /// grant may lie in two files.
    ///
    /// # Errors
    /// [`StoreError`] when the lock file cannot be made, or another process keeps it.
    pub async fn lock(&self) -> Result<Lock, StoreError> {
        let path = self.folder.path().join(format!("{}.lock", self.entry(None)));
        let file = self.folder.open_lock(&path)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: Some(file) }),
                Err(std::fs::TryLockError::WouldBlock) if start.elapsed() < MAX_WAIT => {
                    tokio::time::sleep(POLL).await;
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    return Err(StoreError::Busy { path, seconds: MAX_WAIT.as_secs() });
                }
                Err(std::fs::TryLockError::Error(error)) => {
                    // A file system without locks: better without turns than without tokens.
                    tracing::warn!(
                        "{} cannot be locked ({error}); only one process may use this login",
                        path.display()
                    );
                    return Ok(Lock { _file: None });
                }
            }
        }
    }
}
