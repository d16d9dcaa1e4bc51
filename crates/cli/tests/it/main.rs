//! Whole-workspace and whole-binary tests.

mod arrows;
