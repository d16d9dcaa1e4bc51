//! Jira tools against the sandbox.
