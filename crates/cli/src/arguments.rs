//! The command line, built from the table of flags.

use crate::auth::{LOGIN_SECONDS, LoginOptions};
use crate::environment::{Environment, OsSources};
use crate::output::{Done, Failure};
use atlassian_settings::flags::{FLAGS, Flag, FlagValue, Given};
use atlassian_settings::{Raw, Settings, Sources as _, parse_env_file, validate};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Action {
    Serve,
    Demo(DemoArguments),
    Instances,
    Tools { name: Option<String>, json: bool },
    Call { tool: String, arguments: String },
    Completions(Shell),
    Healthcheck,
    Login { instance: Option<String>, options: LoginOptions },
    LoginStatus,
    Logout { instance: Option<String> },
    OauthSetup,
}

/// How the demo runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DemoArguments {
    /// End after the tour.
    pub(crate) once: bool,
    /// Serve the sandbox over stdio instead of a tour.
    pub(crate) stdio: bool,
}

/// One use of the command line.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) action: Action,
    pairs: Vec<(String, String)>,
    env_file: Option<String>,
}

/// The parser's own end: help, version or a usage error.
#[derive(Debug)]
pub(crate) struct ParserEnd(clap::Error);

impl ParserEnd {
    /// Prints it where it belongs and yields the exit code (0 or 2).
    pub(crate) fn report(self) -> ExitCode {
        // A closed stdout or stderr leaves nothing to do.
        let _ = self.0.print();
        ExitCode::from(u8::try_from(self.0.exit_code()).unwrap_or(2))
    }
}

impl Invocation {
    /// Reads the command line.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, ParserEnd> {
        let matches = command().try_get_matches_from(arguments).map_err(ParserEnd)?;
        let mut pairs = Vec::new();
        collect_pairs(&matches, &mut pairs);
        let env_file = text(&matches, "env-file");
        let action = match matches.subcommand() {
            Some(("demo", sub)) => Action::Demo(DemoArguments {
                once: sub.get_flag("once"),
                stdio: sub.get_flag("stdio"),
            }),
            Some(("instances", _)) => Action::Instances,
            Some(("tools", sub)) => {
                Action::Tools { name: text(sub, "name"), json: sub.get_flag("json") }
            }
            Some(("call", sub)) => Action::Call {
                tool: text(sub, "tool").unwrap_or_default(),
                arguments: text(sub, "arguments").unwrap_or_default(),
            },
            Some(("completions", sub)) => {
                Action::Completions(sub.get_one::<Shell>("shell").copied().unwrap_or(Shell::Bash))
            }
            Some(("healthcheck", _)) => Action::Healthcheck,
            Some(("auth", sub)) => auth_action(sub),
            _ if matches.get_flag("list-instances") => Action::Instances,
            _ if matches.get_flag("oauth-setup") => Action::OauthSetup,
            _ => Action::Serve,
        };
        Ok(Self { action, pairs, env_file })
    }

    /// The validated settings: flags win over the env file, the env file over the environment.
    ///
    /// # Errors
    /// An env file that cannot be read, and every problem that prevents a start.
    pub(crate) fn settings(&self, environment: &Environment) -> Result<Settings, Failure> {
        self.settings_with(environment, environment.variables.clone())
    }

    /// The validated settings with these pairs over everything else.
    pub(crate) fn settings_over(
        &self,
        environment: &Environment,
        over: Vec<(String, String)>,
    ) -> Result<Settings, Failure> {
        self.validated(environment, environment.variables.clone(), over)
    }

    /// The value of a variable, by the same precedence as the settings.
    pub(crate) fn value(
        &self,
        environment: &Environment,
        name: &str,
    ) -> Result<Option<String>, Failure> {
        let raw = self.raw(environment, environment.variables.clone(), Vec::new())?;
        Ok(raw.values.get(name).cloned())
    }

    /// The validated settings over a given set of variables instead of the process environment.
    pub(crate) fn settings_with(
        &self,
        environment: &Environment,
        variables: Vec<(String, String)>,
    ) -> Result<Settings, Failure> {
        self.validated(environment, variables, Vec::new())
    }

    fn validated(
        &self,
        environment: &Environment,
        variables: Vec<(String, String)>,
        over: Vec<(String, String)>,
    ) -> Result<Settings, Failure> {
        let raw = self.raw(environment, variables, over)?;
        let settings = validate(&raw, &OsSources);
        let fatal: Vec<String> = settings.fatal().map(ToString::to_string).collect();
        if fatal.is_empty() {
            return Ok(settings);
        }
        let code = settings.exit_code().unwrap_or(2);
        Err(Failure::with_code(code, fatal.join("\nError: ")))
    }

    /// Everything that was given, merged.
    fn raw(
        &self,
        environment: &Environment,
        variables: Vec<(String, String)>,
        over: Vec<(String, String)>,
    ) -> Result<Raw, Failure> {
        let file = match &self.env_file {
            Some(path) => {
                let content = OsSources.read_file(Path::new(path)).map_err(|error| {
                    Failure::usage(format!("Invalid value for '--env-file': {error}"))
                })?;
                parse_env_file(&content, &|name| environment.get(name).map(str::to_owned)).map_err(
                    |error| {
                        Failure::usage(format!("The env file `{path}` cannot be read: {error}"))
                    },
                )?
            }
            None => Vec::new(),
        };
        let mut raw = Raw::merge(variables, file, self.pairs.iter().cloned().chain(over));
        raw.working_directory.clone_from(&environment.working_directory);
        raw.home_directory.clone_from(&environment.home_directory);
        Ok(raw)
    }
}

fn auth_action(sub: &ArgMatches) -> Action {
    match sub.subcommand() {
        Some(("login", login)) => Action::Login {
            instance: text(login, "instance"),
            options: LoginOptions {
                browser: !login.get_flag("no-browser"),
                seconds: login.get_one::<u64>("timeout").copied().unwrap_or(LOGIN_SECONDS),
            },
        },
        Some(("logout", logout)) => Action::Logout { instance: text(logout, "instance") },
        _ => Action::LoginStatus,
    }
}

fn text(matches: &ArgMatches, id: &str) -> Option<String> {
    matches.get_one::<String>(id).cloned()
}

/// The variables set by the flags of a command and of its subcommand.
fn collect_pairs(matches: &ArgMatches, pairs: &mut Vec<(String, String)>) {
    let mut scope = matches;
    while let Some((_, sub)) = scope.subcommand() {
        scope = sub;
    }
    for flag in FLAGS {
        let given = match flag.value {
            FlagValue::Switch if scope.get_flag(flag.long) => Some(Given::Times(1)),
            FlagValue::Count => Some(Given::Times(scope.get_count(flag.long))),
            FlagValue::Switch => None,
            FlagValue::Text(_) | FlagValue::OneOf(_) => {
                scope.get_one::<String>(flag.long).map(|v| Given::Value(v))
            }
            FlagValue::Integer(..) => None,
        };
        if let Some(given) = given {
            pairs.extend(flag.pairs(given));
        }
        if let FlagValue::Integer(..) = flag.value
            && let Some(number) = scope.get_one::<u64>(flag.long)
        {
            pairs.extend(flag.pairs(Given::Value(&number.to_string())));
        }
        if flag.negation.is_some_and(|negation| scope.get_flag(negation)) {
            pairs.extend(flag.pairs(Given::Negated));
        }
    }
}

/// The whole command with its subcommands; completions and the help are made from it.
pub(crate) fn command() -> Command {
    let mut command = Command::new("atlassian-mcp")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Jira and Confluence for AI assistants, many instances at once, over MCP")
        .long_about(
            "Serves Jira and Confluence, Cloud and Data Center, to AI assistants over the Model Context Protocol. \
             Without a subcommand it serves. Variables configure it; a flag wins over its variable.",
        )
        .args_conflicts_with_subcommands(false)
        .subcommand_negates_reqs(true);
    for flag in FLAGS {
        command = command.args(argument(flag));
    }
    command
        .subcommand(
            Command::new("demo")
                .about("Tour against a simulated Atlassian on this machine; needs no account")
                .arg(
                    Arg::new("once")
                        .long("once")
                        .action(ArgAction::SetTrue)
                        .help("End after the tour"),
                )
                .arg(
                    Arg::new("stdio")
                        .long("stdio")
                        .action(ArgAction::SetTrue)
                        .help("Serve the sandbox over stdio instead"),
                ),
        )
        .subcommand(
            Command::new("instances")
                .about("Print the configured instances, skipped ones with the reason"),
        )
        .subcommand(
            Command::new("tools")
                .about("Print the tools as a client would see them")
                .arg(Arg::new("name").value_name("TOOL").help("Print the schema of this tool only"))
                .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON")),
        )
        .subcommand(
            Command::new("call")
                .about("Call one tool and print its result; exit code 1 when it fails")
                .arg(
                    Arg::new("tool")
                        .value_name("TOOL")
                        .required(true)
                        .help("Name of the tool, as `tools` prints it"),
                )
                .arg(
                    Arg::new("arguments")
                        .value_name("JSON")
                        .default_value("{}")
                        .help("Arguments as a JSON object; `-` reads stdin"),
                ),
        )
        .subcommand(Command::new("healthcheck").about(
            "Ask the server that runs with the same variables whether it serves; exit code 0 or 1",
        ))
        .subcommand(auth_command())
        .subcommand(Command::new("completions").about("Print a completion script for a shell").arg(
            Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)),
        ))
}

fn auth_command() -> Command {
    let instance = || {
        Arg::new("instance")
            .long("instance")
            .value_name("NAME")
            .help("The instance, such as `jira` or `jira_staging`")
    };
    Command::new("auth")
        .about("Log in with OAuth, tell the logins, log out")
        .subcommand_required(true)
        .subcommand(
            Command::new("login")
                .about("Log in with the OAuth app of an instance")
                .arg(instance())
                .arg(
                    Arg::new("no-browser")
                        .long("no-browser")
                        .action(ArgAction::SetTrue)
                        .help("Only print the address to open"),
                )
                .arg(
                    Arg::new("timeout")
                        .long("timeout")
                        .value_name("SECONDS")
                        .value_parser(value_parser!(u64).range(1..=3600))
                        .help("How long to wait for the browser (default 300)"),
                ),
        )
        .subcommand(
            Command::new("status").about("Print the logins; exit code 1 when one is missing"),
        )
        .subcommand(
            Command::new("logout").about("Forget the tokens of an instance").arg(instance()),
        )
}

fn argument(flag: &'static Flag) -> Vec<Arg> {
    let mut argument = Arg::new(flag.long).long(flag.long).help(flag.help).global(true);
    if let Some(short) = flag.short {
        argument = argument.short(short);
    }
    argument = match flag.value {
        FlagValue::Switch => argument.action(ArgAction::SetTrue),
        FlagValue::Count => argument.action(ArgAction::Count),
        FlagValue::Text(placeholder) => argument.value_name(placeholder),
        FlagValue::OneOf(words) => argument.value_parser(words.to_vec()),
        FlagValue::Integer(low, high) => {
            argument.value_name("N").value_parser(value_parser!(u64).range(low..=high))
        }
    };
    let mut arguments = Vec::new();
    if let Some(negation) = flag.negation {
        argument = argument.overrides_with(negation);
        arguments.push(
            Arg::new(negation)
                .long(negation)
                .global(true)
                .overrides_with(flag.long)
                .action(ArgAction::SetTrue)
                .help("The opposite"),
        );
    }
    arguments.insert(0, argument);
    arguments
}

/// Prints a completion script.
pub(crate) fn completions(shell: Shell) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "atlassian-mcp", &mut script);
    crate::output::print(&String::from_utf8_lossy(&script))
}

#[cfg(test)]
mod tests {
    use super::{Action, Invocation, command};

    fn parse(arguments: &[&str]) -> Invocation {
        let all = std::iter::once("atlassian-mcp").chain(arguments.iter().copied());
        Invocation::parse(all.map(Into::into)).expect("accepted")
    }

    #[test]
    fn the_command_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn flags_work_before_and_after_a_subcommand() {
        for arguments in [["--port", "9", "tools"], ["tools", "--port", "9"]] {
            let invocation = parse(&arguments);
            assert!(matches!(invocation.action, Action::Tools { .. }));
            assert!(
                invocation.pairs.contains(&("PORT".to_owned(), "9".to_owned())),
                "{:?}",
                invocation.pairs
            );
        }
    }

    #[test]
    fn the_last_of_a_switch_and_its_negation_wins() {
        let invocation = parse(&["--jira-ssl-verify", "--no-jira-ssl-verify"]);
        assert_eq!(
            invocation.pairs.last(),
            Some(&("JIRA_SSL_VERIFY".to_owned(), "false".to_owned()))
        );
    }

    #[test]
    fn bad_values_are_usage_errors() {
        for arguments in [&["--transport", "http"][..], &["--port", "x"], &["--nope"], &["call"]] {
            let all = std::iter::once("atlassian-mcp").chain(arguments.iter().copied());
            assert!(Invocation::parse(all.map(Into::into)).is_err(), "{arguments:?}");
        }
    }
}
