//! Fields as callers give them, made into what Jira takes (jira-issues spec sections 1.7, 1.8 and
//! 9.2): names to ids, values to their forms, people found, texts converted. Whatever cannot be
//! carried over is an error that says what would be right, before anything is written.

mod draft;
mod given;
mod refusal;
pub(crate) mod values;

pub(crate) use draft::{Draft, Target, prepare};
pub(crate) use given::{Given, issue_keys, json_object, project_keys, take_alias};
pub(crate) use refusal::explain;
