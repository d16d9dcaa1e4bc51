//! Local files that a call may read: only over stdio, only below a root, never through a link
//! (design section 6).

use crate::{Context, Files, ToolError};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// A local file, read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalFile {
    /// Its name without folders.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Context {
    /// Reads the file that an argument names.
    ///
    /// # Errors
    /// When files are off, the path leaves the root or goes through a symbolic link, it is no
    /// regular file, or it is larger than `max` bytes. Nothing else is read.
    pub async fn local_file(
        &self,
        argument: &'static str,
        path: &str,
        max: u64,
    ) -> Result<LocalFile, ToolError> {
        let Some(files) = self.files.clone() else {
            return Err(ToolError::refused(format!(
                "{argument} cannot be used: this server reads no local files (they are read only \
                 over stdio and only below ATLASSIAN_FILES_ROOT)"
            )));
        };
        let path = path.to_owned();
        let reading = tokio::task::spawn_blocking(move || files.read(argument, &path, max));
        match reading.await {
            Ok(read) => read,
            Err(_) => Err(ToolError::refused(format!("{argument} could not be read"))),
        }
    }
}

impl Files {
    /// Reads a file below the root.
    ///
    /// # Errors
    /// As [`Context::local_file`].
    pub fn read(&self, argument: &str, given: &str, max: u64) -> Result<LocalFile, ToolError> {
        let path = self.locate(argument, given)?;
        let absent = || {
            ToolError::refused(format!(
                "{argument} does not exist or is not a regular file: {given}"
            ))
        };
        let seen = std::fs::symlink_metadata(&path).map_err(|_| absent())?;
        let mut file = std::fs::File::open(&path).map_err(|_| absent())?;
        let opened = file.metadata().map_err(|_| absent())?;
        if !opened.is_file() || !same_file(&seen, &opened) {
            return Err(absent());
        }
        let too_large =
            || ToolError::refused(format!("{argument} is larger than {max} bytes: {given}"));
        if opened.len() > max {
            return Err(too_large());
        }
        let mut bytes = Vec::new();
        (&mut file).take(max.saturating_add(1)).read_to_end(&mut bytes).map_err(|_| absent())?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > max) {
            return Err(too_large());
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(LocalFile { name: name.unwrap_or_default(), bytes })
    }

    /// The path below the root, every part of it seen to be no link.
    fn locate(&self, argument: &str, given: &str) -> Result<PathBuf, ToolError> {
        let outside = || {
            ToolError::refused(format!(
                "Path traversal detected: {given} resolves outside {}",
                self.root.display()
            ))
        };
        let wanted = match (given.strip_prefix("~/"), std::env::home_dir()) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => self.root.join(given.trim()),
        };
        let below = plain(&wanted).ok_or_else(outside)?;
        let below = below.strip_prefix(&self.root).map_err(|_| outside())?;
        let mut path = self.root.clone();
        for part in below.components() {
            path.push(part);
            match std::fs::symlink_metadata(&path) {
                Ok(seen) if seen.file_type().is_symlink() => {
                    return Err(ToolError::refused(format!(
                        "{argument} goes through a symbolic link, which is not followed: {given}"
                    )));
                }
                Ok(_) => {}
                Err(_) => {
                    return Err(ToolError::refused(format!(
                        "{argument} does not exist or is not a regular file: {given}"
                    )));
                }
            }
        }
        Ok(path)
    }
}

/// The path without `.` and `..`; `None` when it climbs above the top.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !plain.pop() {
                    return None;
                }
            }
            part => plain.push(part),
        }
    }
    Some(plain)
}

/// Whether the file that was opened is the one that was looked at.
#[cfg(unix)]
fn same_file(seen: &std::fs::Metadata, opened: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    seen.dev() == opened.dev() && seen.ino() == opened.ino()
}

#[cfg(not(unix))]
fn same_file(seen: &std::fs::Metadata, opened: &std::fs::Metadata) -> bool {
    seen.len() == opened.len()
}

#[cfg(test)]
mod tests {
    use crate::Files;

    fn files() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it exists").join("root");
        std::fs::create_dir_all(root.join("sub")).expect("made");
        std::fs::write(root.join("a.md"), "inside").expect("written");
        std::fs::write(root.join("../secret"), "outside").expect("written");
        (folder, Files { root })
    }

    #[test]
    fn only_below_the_root() {
        let (_folder, files) = files();
        let read = |path: &str| files.read("content_file", path, 100);
        assert_eq!(read("a.md").expect("inside").bytes, b"inside");
        assert_eq!(read("./sub/../a.md").expect("inside").name, "a.md");
        let absolute = files.root.join("a.md").display().to_string();
        assert_eq!(read(&absolute).expect("inside").bytes, b"inside");
        for path in
            ["../secret", "sub/../../secret", "/etc/passwd", "../../../../../../../x", "~/x"]
        {
            let error = read(path).expect_err(path).to_string();
            assert!(error.starts_with("Path traversal detected"), "{error}");
        }
        for path in ["sub", "", "missing", "a.md/x"] {
            let error = read(path).expect_err(path).to_string();
            assert!(error.contains("is not a regular file"), "{path}: {error}");
        }
        let error = files.read("content_file", "a.md", 5).expect_err("too large").to_string();
        assert!(error.contains("larger than 5 bytes"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn never_through_a_link() {
        let (_folder, files) = files();
        std::os::unix::fs::symlink("../secret", files.root.join("link")).expect("linked");
        std::os::unix::fs::symlink("a.md", files.root.join("near")).expect("linked");
        std::os::unix::fs::symlink("..", files.root.join("up")).expect("linked");
        for path in ["link", "near", "up/secret", "up/root/a.md"] {
            let error = files.read("content_file", path, 100).expect_err(path).to_string();
            assert!(error.contains("symbolic link"), "{path}: {error}");
        }
    }
}
