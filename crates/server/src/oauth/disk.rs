//! State in sealed files, so that registrations and logins outlive a restart.
//!
//! One file an entry, named by kind and digest, replaced whole. Everything is read once at start
//! and answered from memory afterwards; short-lived kinds are never written.

use crate::store::{Kind, Memory, Store, StoreError, Stored};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Largest file that is read back.
const LARGEST: u64 = 64 * 1024;

/// A folder of sealed files.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    memory: Memory,
}

impl Folder {
    /// Opens the folder (0700) and reads what is still good in it.
    ///
    /// # Errors
    /// [`StoreError`] when the folder cannot be made or read.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |error: std::io::Error| {
            StoreError(format!("`{}` cannot be used: {error}", path.display()))
        };
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(failed)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let own = std::fs::Permissions::from_mode(0o700);
            std::fs::set_permissions(path, own).map_err(failed)?;
        }
        let folder = Self { path: path.to_owned(), memory: Memory::default() };
        let now = since_epoch();
        for entry in std::fs::read_dir(path).map_err(failed)?.flatten() {
            let name = entry.file_name();
            let Some((kind, key)) = name.to_str().and_then(parse_name) else { continue };
            let small =
                entry.metadata().is_ok_and(|found| found.is_file() && found.len() <= LARGEST);
            let content = if small { std::fs::read(entry.path()).ok() } else { None };
            let good = content.as_deref().and_then(|content| {
                let (ends, value) = content.split_first_chunk::<8>()?;
                let left = u64::from_be_bytes(*ends).checked_sub(now).filter(|left| *left > 0)?;
                Some((Duration::from_secs(left), value.to_vec()))
            });
            match good {
                Some((left, value)) => {
                    folder.forget(kind, folder.memory.insert(kind, key, value, left));
                }
                // Over, or cut off while it was written.
                None => drop(std::fs::remove_file(entry.path())),
            }
        }
        Ok(folder)
    }

    fn file(&self, kind: Kind, key: &str) -> PathBuf {
        self.path.join(format!("{}-{key}", kind.word()))
    }

    fn forget(&self, kind: Kind, keys: Vec<String>) {
        if kind.lasts() {
            for key in keys {
                // Not there is as good as removed; what stays ends by its date.
                let _ = std::fs::remove_file(self.file(kind, &key));
            }
        }
    }

    fn write(&self, kind: Kind, key: &str, value: &[u8], life: Duration) -> Result<(), StoreError> {
        let path = self.file(kind, key);
        let fresh = path.with_extension("new");
        let ends = since_epoch().saturating_add(life.as_secs());
        let written = (|| {
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&fresh)?;
            file.write_all(&ends.to_be_bytes())?;
            file.write_all(value)?;
            std::fs::rename(&fresh, &path)
        })();
        written.map_err(|error| {
            StoreError(format!("`{}` cannot be written: {error}", self.path.display()))
        })
    }
}

fn parse_name(name: &str) -> Option<(Kind, &str)> {
    let (word, key) = name.split_once('-')?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word && kind.lasts())?;
    let hex = key.len() == 64 && key.bytes().all(|b| b.is_ascii_hexdigit());
    hex.then_some((kind, key))
}

fn since_epoch() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

impl Store for Folder {
    fn get<'a>(&'a self, kind: Kind, key: &'a str) -> Stored<'a, Option<Vec<u8>>> {
        self.memory.get(kind, key)
    }

    fn put<'a>(
        &'a self,
        kind: Kind,
        key: &'a str,
        value: Vec<u8>,
        life: Duration,
    ) -> Stored<'a, ()> {
        Box::pin(async move {
            if kind.lasts() {
                self.write(kind, key, &value, life)?;
            }
            self.forget(kind, self.memory.insert(kind, key, value, life));
            Ok(())
        })
    }

    fn take<'a>(&'a self, kind: Kind, key: &'a str) -> Stored<'a, Option<Vec<u8>>> {
        Box::pin(async move {
            let taken = self.memory.remove(kind, key);
            self.forget(kind, vec![key.to_owned()]);
            Ok(taken)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Folder, Kind, Store as _};
    use std::time::Duration;

    #[tokio::test]
    async fn what_lasts_is_there_after_a_restart() {
        let parent = tempfile::tempdir().expect("folder");
        let path = parent.path().join("state");
        let key = "a".repeat(64);
        let life = Duration::from_secs(1000);
        let folder = Folder::open(&path).expect("open");
        folder.put(Kind::Client, &key, b"client".to_vec(), life).await.expect("put");
        folder.put(Kind::Code, &key, b"code".to_vec(), life).await.expect("put");
        folder.put(Kind::Grant, &key, b"grant".to_vec(), Duration::ZERO).await.expect("put");
        folder.put(Kind::Refresh, &key, b"refresh".to_vec(), life).await.expect("put");
        assert!(folder.take(Kind::Refresh, &key).await.expect("take").is_some());
        std::fs::write(path.join(format!("access-{key}")), b"cut").expect("write");
        std::fs::write(path.join("README"), b"somebody else's").expect("write");

        let again = Folder::open(&path).expect("open");
        assert_eq!(again.get(Kind::Client, &key).await.expect("get"), Some(b"client".to_vec()));
        for kind in [Kind::Code, Kind::Grant, Kind::Refresh, Kind::Access] {
            assert_eq!(again.get(kind, &key).await.expect("get"), None, "{kind:?}");
        }
        let mut names: Vec<String> = std::fs::read_dir(&path)
            .expect("folder")
            .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(names, ["README".to_owned(), format!("client-{key}")]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &std::path::Path| {
                std::fs::metadata(path).expect("it").permissions().mode() & 0o777
            };
            assert_eq!(mode(&path), 0o700);
            assert_eq!(mode(&path.join(format!("client-{key}"))), 0o600);
        }
    }
}
