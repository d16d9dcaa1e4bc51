//! The binary `atlassian-mcp`: reads the process environment once, and hands over.
//!
//! `serve` (no subcommand) is the server; `demo`, `instances`, `tools` and `call` use the same
//! registry through the same pipeline; `healthcheck` asks a server that runs. Exit codes (design
//! section 9): 0 done, 1 failed, 2 wrong usage or configuration. stdout belongs to the protocol while
//! serving over stdio.

mod arguments;
mod ask;
mod auth;
mod demo;
mod descriptors;
mod environment;
mod healthcheck;
mod logging;
mod output;
mod serve;

use arguments::{Action, Invocation};
use environment::Environment;
use std::process::ExitCode;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let environment = Environment::of_process();
    let invocation = match Invocation::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(end) => return end.report(),
    };
    let done = match &invocation.action {
        Action::Completions(shell) => arguments::completions(*shell),
        Action::Demo(demo) => demo::run(&invocation, demo),
        Action::Instances => ask::instances(&invocation, &environment),
        Action::Tools { name, json } => {
            ask::tools(&invocation, &environment, name.as_deref(), *json)
        }
        Action::Call { tool, arguments } => ask::call(&invocation, &environment, tool, arguments),
        Action::Healthcheck => healthcheck::run(&invocation, &environment),
        Action::Login { instance, options } => {
            auth::log_in(&invocation, &environment, instance.as_deref(), *options)
        }
        Action::LoginStatus => auth::status(&invocation, &environment),
        Action::Logout { instance } => {
            auth::log_out(&invocation, &environment, instance.as_deref())
        }
        Action::OauthSetup => auth::setup(&invocation, &environment),
        Action::Serve => serve::run(&invocation, &environment),
    };
    output::end(done)
}
