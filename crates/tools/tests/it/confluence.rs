//! Confluence tools against the sandbox.
