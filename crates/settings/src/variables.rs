//! The one table of every variable.
