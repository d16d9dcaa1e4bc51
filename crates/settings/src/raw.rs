//! Settings as given, before any judgement.

use std::collections::BTreeMap;

/// Everything that was given, merged by precedence: flag, then env file, then process
/// environment (server spec section 1.1).
#[derive(Clone, Default)]
pub struct Raw {
    /// Values by variable name. Empty values are kept: they mean something for proxies.
    pub values: BTreeMap<String, String>,
    /// The working directory, which is the default root for local files.
    pub working_directory: Option<std::path::PathBuf>,
    /// The home directory, which is never a root for local files.
    pub home_directory: Option<std::path::PathBuf>,
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raw")
            .field("names", &self.values.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
