//! Hostile input: deep, long, broken.
