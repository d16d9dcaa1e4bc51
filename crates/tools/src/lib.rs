//! Placeholder comment, replaced below.
