//! Files that only their owner may read, replaced whole or not at all.

use super::StoreError;
use atlassian_settings::{Secret, TokenFolder};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Largest token file that is read, in bytes.
const MAX_FILE: u64 = 256 * 1024;
/// Longest client id that is part of a file name as it is, in bytes.
const MAX_NAME: usize = 120;

/// The folder of the token files.
#[derive(Clone, Debug)]
pub(super) struct Folder(TokenFolder);

/// A client id as part of a file name. Ids of Atlassian are letters and digits and stay as they
/// are; nothing in one can name another folder.
pub(super) fn name_of(client_id: &str) -> String {
    let mut name = String::new();
    for byte in client_id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~@+".contains(&byte) {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    if name.len() > MAX_NAME {
        use sha2::{Digest as _, Sha256};
        let digest = Sha256::digest(client_id.as_bytes());
        return digest.iter().map(|byte| format!("{byte:02x}")).collect();
    }
    name
}

/// Reads a token file; `None` when there is none. One that others may read is closed to them.
pub(super) fn read(path: &Path) -> Result<Option<Secret>, StoreError> {
    let refused = |error: &std::io::Error| refuse(path, "read", error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(&error)),
    };
    let metadata = file.metadata().map_err(|error| refused(&error))?;
    if !metadata.is_file() || metadata.len() > MAX_FILE {
        return Err(StoreError::Malformed { path: path.to_owned() });
    }
    close_to_others(&file, &metadata, path)?;
    let mut text = String::new();
    match file.take(MAX_FILE).read_to_string(&mut text) {
        Ok(_) => Ok(Some(Secret::new(text))),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            Err(StoreError::Malformed { path: path.to_owned() })
        }
        Err(error) => Err(refused(&error)),
    }
}

fn refuse(path: &Path, action: &'static str, error: &std::io::Error) -> StoreError {
    StoreError::Refused { path: path.to_owned(), action, reason: error.to_string() }
}

#[cfg(unix)]
fn close_to_others(file: &File, metadata: &fs::Metadata, path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt as _;
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    file.set_permissions(fs::Permissions::from_mode(0o600))
        .map_err(|_| StoreError::TooOpen { path: path.to_owned(), mode: "600" })?;
    tracing::warn!(
        "other users of this machine could read the OAuth tokens in {}; its permissions are now \
         0600. If they may have been read, run `atlassian-mcp auth logout` and `auth login`",
        path.display()
    );
    Ok(())
}

#[cfg(not(unix))]
fn close_to_others(_: &File, _: &fs::Metadata, _: &Path) -> Result<(), StoreError> {
    Ok(())
}

/// Options for a new file that only its owner may read, from its first byte on.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

impl Folder {
    pub(super) const fn new(folder: TokenFolder) -> Self {
        Self(folder)
    }

    pub(super) const fn path(&self) -> &PathBuf {
        self.0.path()
    }

    /// Closes the folder to others, if it is there: our own one in the home directory as it
    /// should be, a named one only against those who could replace its files.
    #[cfg(unix)]
    pub(super) fn tidy(&self) -> Result<(), StoreError> {
        use std::os::unix::fs::PermissionsExt as _;
        const STICKY: u32 = 0o1000;
        let path = self.path();
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(refuse(path, "read", &error)),
        };
        let mode = metadata.permissions().mode();
        let too_open = || StoreError::TooOpen { path: path.clone(), mode: "700" };
        match &self.0 {
            TokenFolder::Home(_) if mode & 0o077 != 0 => {
                fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(|_| too_open())
            }
            TokenFolder::Named(_) if mode & 0o002 != 0 && mode & STICKY == 0 => Err(too_open()),
            _ => Ok(()),
        }
    }

    #[cfg(not(unix))]
    pub(super) fn tidy(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Files of the folder by name; none when there is no folder.
    pub(super) fn files(&self, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>, StoreError> {
        let entries = match fs::read_dir(self.path()) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(refuse(self.path(), "read", &error)),
        };
        let mut files: Vec<PathBuf> = entries
            .flatten()
            .filter(|entry| entry.file_name().to_str().is_some_and(wanted))
            .map(|entry| entry.path())
            .collect();
        files.sort();
        Ok(files)
    }

    /// Makes the folder, closed to others, if it is not there.
    fn prepare(&self) -> Result<(), StoreError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(self.path()).map_err(|error| refuse(self.path(), "created", &error))?;
        self.tidy()
    }

    /// Replaces a file whole: a reader sees the old content or the new, never a part, and a crash
    /// leaves one of the two.
    pub(super) fn write(&self, path: &Path, content: &Secret) -> Result<(), StoreError> {
        self.prepare()?;
        let file_name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let temporary = self.path().join(format!(".{file_name}.{:016x}.tmp", fastrand::u64(..)));
        let written = private().create_new(true).open(&temporary).and_then(|mut file| {
            file.write_all(content.expose().as_bytes())?;
            file.sync_all()
        });
        let replaced = written.and_then(|()| fs::rename(&temporary, path));
        replaced.map_err(|error| {
            // What is left over holds a secret; the first error is the one worth telling.
            let _ = fs::remove_file(&temporary);
            refuse(path, "written", &error)
        })?;
        #[cfg(unix)]
        if let Ok(folder) = File::open(self.path()) {
            // Not every file system can; the content is safe in any case.
            let _ = folder.sync_all();
        }
        Ok(())
    }

    pub(super) fn remove(&self, path: &Path) -> Result<(), StoreError> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(refuse(path, "removed", &error))
            }
            _ => Ok(()),
        }
    }

    /// Opens a lock file, making folder and file where they are missing.
    pub(super) fn open_lock(&self, path: &Path) -> Result<File, StoreError> {
        self.prepare()?;
        private()
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| refuse(path, "written", &error))
    }
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_client_id_names_no_other_folder() {
        assert_eq!(name_of("gK3-x_Y.1"), "gK3-x_Y.1");
        assert_eq!(name_of("../../etc/x"), "..%2F..%2Fetc%2Fx");
        assert_eq!(name_of("a\\b\0c d"), "a%5Cb%00c%20d");
        assert_eq!(name_of("ä"), "%C3%A4");
        let long = name_of(&"x".repeat(4000));
        assert_eq!(long.len(), 64);
        assert_ne!(long, name_of(&"x".repeat(4001)));
    }
}
