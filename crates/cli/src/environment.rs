//! The process environment and the file system, read in this one place.

use atlassian_settings::{SourceError, Sources};
use std::path::{Path, PathBuf};

/// The environment of the process, read once at start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// Variables whose names and values are valid Unicode.
    pub(crate) variables: Vec<(String, String)>,
    /// The working directory.
    pub(crate) working_directory: Option<PathBuf>,
    /// The home directory.
    pub(crate) home_directory: Option<PathBuf>,
}

impl Environment {
    /// Reads the environment of this process.
    pub(crate) fn of_process() -> Self {
        Self {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            working_directory: std::env::current_dir().ok(),
            home_directory: std::env::home_dir(),
        }
    }

    /// The value of a variable.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Largest file that settings may refer to, in bytes.
const MAX_FILE: u64 = 1024 * 1024;

/// Files of the operating system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OsSources;

impl Sources for OsSources {
    fn read_file(&self, path: &Path) -> Result<String, SourceError> {
        let refuse = |reason: String| SourceError { path: path.to_owned(), reason };
        let metadata = std::fs::metadata(path).map_err(|error| refuse(error.to_string()))?;
        if metadata.is_dir() {
            return Err(refuse("is a directory".to_owned()));
        }
        if metadata.len() > MAX_FILE {
            return Err(refuse(format!("is larger than {MAX_FILE} bytes")));
        }
        std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))
    }
}
