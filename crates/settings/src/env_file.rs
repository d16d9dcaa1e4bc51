//! Env files (server spec section 1.1).

/// A line of an env file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct EnvFileError {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong with it; never its value.
    pub reason: String,
}

/// Parses an env file.
///
/// # Errors
/// The first line that cannot be read.
pub fn parse_env_file(
    _text: &str,
    _environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<(String, String)>, EnvFileError> {
    Ok(Vec::new())
}
