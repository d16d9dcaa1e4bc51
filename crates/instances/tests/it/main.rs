//! The registry over the real table of tools, and the pipeline against the sandbox.

mod every_tool;
mod exposure;
mod fixtures;
mod instances;
mod naming;
