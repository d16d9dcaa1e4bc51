//! Where tokens are kept: names, replacement, keychain, permissions.

use atlassian_http::oauth::{Context, Keychain, KeychainError, Place, Store, StoreError, Tokens};
use atlassian_settings::{OAuthApp, Secret, TokenFolder};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

fn app(folder: &Path) -> OAuthApp {
    OAuthApp {
        client_id: "app".into(),
        client_secret: "s".into(),
        redirect_uri: "http://localhost:1/callback".into(),
        scope: "x".into(),
        token_folder: Some(TokenFolder::Named(folder.to_owned())),
    }
}

fn cloud(id: &str) -> Context {
    Context::Cloud { cloud_id: Some(id.into()), site: None }
}

fn tokens(id: &str, refresh: &str, left: u64) -> Tokens {
    Tokens {
        access: Some(format!("access-{refresh}").into()),
        refresh: Some(refresh.into()),
        expires: Some(SystemTime::now() + Duration::from_secs(left)),
        cloud_id: Some(id.into()),
        ..Tokens::default()
    }
}

fn refresh(store: &Store, context: &Context) -> Option<String> {
    store.tokens(context).unwrap().map(|(tokens, _)| tokens.refresh.unwrap().expose().to_owned())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn sites_of_one_app_do_not_overwrite_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::of(&app(folder.path())).unwrap();
    store.save(&cloud("one"), &tokens("one", "r1", 100), None).unwrap();
    store.save(&cloud("two"), &tokens("two", "r2", 100), None).unwrap();
    assert_eq!(refresh(&store, &cloud("one")).as_deref(), Some("r1"));
    assert_eq!(refresh(&store, &cloud("two")).as_deref(), Some("r2"));
    assert_eq!(
        names(folder.path()),
        ["oauth-app-cloud-one.json", "oauth-app-cloud-two.json", "oauth-app.json"]
    );
    let plain = std::fs::read_to_string(folder.path().join("oauth-app.json")).unwrap();
    assert!(plain.contains("r1") && !plain.contains("r2"), "the plain file stays with its site");
    assert_eq!(store.remove(&cloud("one")).unwrap().len(), 2);
    assert_eq!(names(folder.path()), ["oauth-app-cloud-two.json"]);
}

#[test]
fn the_newest_of_two_files_counts() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::of(&app(folder.path())).unwrap();
    store.save(&cloud("one"), &tokens("one", "old", 100), None).unwrap();
    // The product before renews, and knows only the plain file.
    let plain = folder.path().join("oauth-app.json");
    let later = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
    let content = serde_json::json!({
        "refresh_token": "newer", "access_token": "a", "expires_at": later + 3600.0,
        "cloud_id": "one", "base_url": null,
    });
    std::fs::write(&plain, content.to_string()).unwrap();
    assert_eq!(refresh(&store, &cloud("one")).as_deref(), Some("newer"));
}

#[test]
fn an_app_of_another_name_is_not_met() {
    let folder = tempfile::tempdir().unwrap();
    let other = OAuthApp { client_id: "app-cloud".into(), ..app(folder.path()) };
    Store::of(&other).unwrap().save(&cloud("one"), &tokens("one", "r", 100), None).unwrap();
    let store = Store::of(&app(folder.path())).unwrap();
    assert!(
        store
            .tokens(&Context::DataCenter { base_url: "https://dc.example".into() })
            .unwrap()
            .is_none()
    );
    let climbing = OAuthApp { client_id: "../../x".into(), ..app(folder.path()) };
    Store::of(&climbing).unwrap().save(&cloud("one"), &tokens("one", "r", 100), None).unwrap();
    assert!(names(folder.path()).iter().any(|name| name.starts_with("oauth-..%2F..%2Fx")));
}

#[cfg(unix)]
#[test]
fn a_folder_that_everybody_may_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let store = Store::of(&app(folder.path())).unwrap();
    let error = store.save(&cloud("one"), &tokens("one", "r", 100), None).unwrap_err();
    assert!(matches!(error, StoreError::TooOpen { .. }), "{error}");
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn one_lock_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::of(&app(folder.path())).unwrap();
    let first = store.lock().await.unwrap();
    let second = store.lock();
    tokio::pin!(second);
    let early = tokio::time::timeout(Duration::from_millis(100), &mut second).await;
    assert!(early.is_err(), "the lock is given once");
    drop(first);
    second.await.unwrap();
}

/// A keychain in memory, which may refuse.
#[derive(Debug, Default)]
struct Memory {
    entries: Mutex<BTreeMap<String, Secret>>,
    locked: bool,
}

impl Memory {
    fn check(&self) -> Result<(), KeychainError> {
        if self.locked { Err(KeychainError("locked".into())) } else { Ok(()) }
    }
}

impl Keychain for Memory {
    fn read(&self, entry: &str) -> Result<Option<Secret>, KeychainError> {
        self.check()?;
        Ok(self.entries.lock().unwrap().get(entry).cloned())
    }

    fn write(&self, entry: &str, secret: &Secret) -> Result<(), KeychainError> {
        self.check()?;
        self.entries.lock().unwrap().insert(entry.to_owned(), secret.clone());
        Ok(())
    }

    fn remove(&self, entry: &str) -> Result<(), KeychainError> {
        self.check()?;
        self.entries.lock().unwrap().remove(entry);
        Ok(())
    }
}

#[test]
fn a_keychain_comes_before_files_and_keeps_those_in_step_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let memory = Arc::new(Memory::default());
    let keychain: Arc<dyn Keychain> = Arc::clone(&memory) as Arc<dyn Keychain>;
    let store = Store::with_keychain(&app(folder.path()), Some(keychain)).unwrap();
    let place = store.save(&cloud("one"), &tokens("one", "r1", 100), None).unwrap();
    assert_eq!(place, Place::Keychain("oauth-app-cloud-one".into()));
    assert!(names(folder.path()).is_empty());
    assert_eq!(refresh(&store, &cloud("one")).as_deref(), Some("r1"));
    let files = Store::with_keychain(&app(folder.path()), None).unwrap();
    files.save(&cloud("one"), &tokens("one", "r1", 100), None).unwrap();
    let used = Secret::new("r1");
    store.save(&cloud("one"), &tokens("one", "r2", 200), Some(&used)).unwrap();
    assert_eq!(refresh(&files, &cloud("one")).as_deref(), Some("r2"));
    assert_eq!(store.remove(&cloud("one")).unwrap().len(), 3);
    assert!(memory.entries.lock().unwrap().is_empty());
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_keychain_that_refuses_is_as_good_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let locked: Arc<dyn Keychain> = Arc::new(Memory { locked: true, ..Memory::default() });
    let store = Store::with_keychain(&app(folder.path()), Some(locked)).unwrap();
    let place = store.save(&cloud("one"), &tokens("one", "r1", 100), None).unwrap();
    assert_eq!(place, Place::File(folder.path().join("oauth-app-cloud-one.json")));
    assert_eq!(refresh(&store, &cloud("one")).as_deref(), Some("r1"));
}
