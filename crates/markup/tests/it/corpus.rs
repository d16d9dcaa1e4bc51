//! Inputs that fuzzing found, replayed: no crash, and the laws hold.
