//! Settings as given, before any judgement.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Everything that was given, merged by precedence: flag, then env file, then process
/// environment (server spec section 1.1).
#[derive(Clone, Default)]
pub struct Raw {
    /// Values by variable name. Empty values are kept: they mean something for proxies.
    pub values: BTreeMap<String, String>,
    /// The working directory, which is the default root for local files.
    pub working_directory: Option<PathBuf>,
    /// The home directory, which is never a root for local files by default.
    pub home_directory: Option<PathBuf>,
}

impl Raw {
    /// Merges what was given: an env file wins over the environment, a flag over both.
    ///
    /// The pairs of an env file come from [`parse_env_file`](crate::parse_env_file), those of a
    /// flag from [`Flag::pairs`](crate::Flag::pairs). The directories are left unset.
    pub fn merge(
        environment: impl IntoIterator<Item = (String, String)>,
        env_file: impl IntoIterator<Item = (String, String)>,
        flags: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let values = environment.into_iter().chain(env_file).chain(flags).collect();
        Self { values, ..Self::default() }
    }
}

impl std::fmt::Debug for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raw")
            .field("names", &self.values.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Raw;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn flags_beat_the_file_and_the_file_beats_the_environment() {
        let raw = Raw::merge(
            pairs(&[("A", "environment"), ("B", "environment"), ("C", "environment")]),
            pairs(&[("B", "file"), ("C", "file")]),
            pairs(&[("C", "flag")]),
        );
        let value = |name: &str| raw.values.get(name).map(String::as_str);
        assert_eq!(
            [value("A"), value("B"), value("C")],
            [Some("environment"), Some("file"), Some("flag")]
        );
        assert!(!format!("{raw:?}").contains("flag"));
    }
}
