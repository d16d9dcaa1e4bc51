//! Where values that are only referred to come from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Reads what settings only refer to: files, keyring entries and command output.
///
/// The binary implements it over the operating system; tests use [`MapSources`].
pub trait Sources {
    /// Reads a whole text file.
    ///
    /// # Errors
    /// [`SourceError`] with the operating system's words, never with content.
    fn read_file(&self, path: &Path) -> Result<String, SourceError>;
}

/// A reference that could not be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read `{}`: {reason}", path.display())]
pub struct SourceError {
    /// What was to be read.
    pub path: PathBuf,
    /// Why that failed, in the operating system's words.
    pub reason: String,
}

/// Files held in memory, for tests and for embedding.
#[derive(Clone, Debug, Default)]
pub struct MapSources {
    /// Content by path.
    pub files: HashMap<PathBuf, String>,
}

impl Sources for MapSources {
    fn read_file(&self, path: &Path) -> Result<String, SourceError> {
        self.files
            .get(path)
            .cloned()
            .ok_or_else(|| SourceError { path: path.to_owned(), reason: "no such file".to_owned() })
    }
}
