//! The command line's flags, as a table that the binary builds its parser from.

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagValue {
    /// Nothing: its presence is the value.
    Switch,
    /// Nothing, and it may be repeated.
    Count,
    /// One text; the word names it in the help.
    Text(&'static str),
    /// One whole number between two bounds, both included.
    Integer(u64, u64),
    /// Exactly one of the words.
    OneOf(&'static [&'static str]),
}

/// One flag (server spec section 1.1, design section 9). `--help` and `--version` belong to the
/// parser.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// The long name without dashes.
    pub long: &'static str,
    /// The short name.
    pub short: Option<char>,
    /// The long name, without dashes, that says the opposite.
    pub negation: Option<&'static str>,
    /// What it takes.
    pub value: FlagValue,
    /// The variables it sets; none for a flag that the binary acts on itself.
    pub variables: &'static [&'static str],
    /// Help text.
    pub help: &'static str,
}

/// How a flag was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given<'a> {
    /// With this value.
    Value(&'a str),
    /// Without a value, this many times.
    Times(u8),
    /// By its negation.
    Negated,
}

impl Flag {
    /// The variables that this use of the flag sets, for [`Raw::merge`](crate::Raw::merge).
    ///
    /// `-v` settles both verbosity variables, so that it wins over an environment that asks for
    /// more; `-vv` and more is "very verbose".
    #[must_use]
    pub fn pairs(&self, given: Given<'_>) -> Vec<(String, String)> {
        let word = |on: bool| if on { "true" } else { "false" };
        match (given, self.value) {
            (Given::Times(0), _) => Vec::new(),
            (Given::Times(times), FlagValue::Count) => self
                .variables
                .iter()
                .zip([true, times > 1])
                .map(|(name, on)| ((*name).to_owned(), word(on).to_owned()))
                .collect(),
            (Given::Value(value), _) => self.each(value),
            (Given::Times(_), _) => self.each(word(true)),
            (Given::Negated, _) => self.each(word(false)),
        }
    }

    fn each(&self, value: &str) -> Vec<(String, String)> {
        self.variables.iter().map(|name| ((*name).to_owned(), value.to_owned())).collect()
    }
}

const fn text(
    long: &'static str,
    placeholder: &'static str,
    variables: &'static [&'static str],
    help: &'static str,
) -> Flag {
    flag(long, FlagValue::Text(placeholder), variables, help)
}

const fn switch(
    long: &'static str,
    variables: &'static [&'static str],
    help: &'static str,
) -> Flag {
    flag(long, FlagValue::Switch, variables, help)
}

const fn flag(
    long: &'static str,
    value: FlagValue,
    variables: &'static [&'static str],
    help: &'static str,
) -> Flag {
    Flag { long, short: None, negation: None, value, variables, help }
}

/// Every flag, in the order of the help.
pub const FLAGS: &[Flag] = &[
    Flag {
        short: Some('v'),
        ..flag(
            "verbose",
            FlagValue::Count,
            &["MCP_VERBOSE", "MCP_VERY_VERBOSE"],
            "Log one line per instance and call; twice for request lines too",
        )
    },
    text("env-file", "PATH", &[], "Read variables from this file; it wins over the environment"),
    text("config", "PATH", &["ATLASSIAN_CONFIG"], "Configuration file (not supported yet)"),
    switch("oauth-setup", &[], "Log in with OAuth interactively and end"),
    switch("list-instances", &[], "Print the configured instances and end"),
    flag(
        "transport",
        FlagValue::OneOf(&["stdio", "sse", "streamable-http"]),
        &["TRANSPORT"],
        "How clients reach the server [default: stdio]",
    ),
    switch("stateless", &["STATELESS"], "Keep no sessions (streamable-http only)"),
    flag(
        "port",
        FlagValue::Integer(0, 65_535),
        &["PORT"],
        "Port to listen on over HTTP [default: 8000]",
    ),
    text("host", "ADDRESS", &["HOST"], "Address to listen on over HTTP [default: 127.0.0.1]"),
    text("path", "PATH", &["STREAMABLE_HTTP_PATH"], "Path of the MCP endpoint [default: /mcp]"),
    flag(
        "tool-mode",
        FlagValue::OneOf(&["prefixed", "argument", "compact"]),
        &["ATLASSIAN_TOOL_MODE"],
        "How the tools of several instances are presented [default: prefixed]",
    ),
    text("instances", "LIST", &["ATLASSIAN_INSTANCES"], "Only these instances are offered"),
    text("confluence-url", "URL", &["CONFLUENCE_URL"], "Address of Confluence"),
    text("confluence-username", "NAME", &["CONFLUENCE_USERNAME"], "E-mail or login name"),
    text("confluence-token", "TOKEN", &["CONFLUENCE_API_TOKEN"], "API token or password"),
    text(
        "confluence-personal-token",
        "TOKEN",
        &["CONFLUENCE_PERSONAL_TOKEN"],
        "Personal access token (Data Center)",
    ),
    Flag {
        negation: Some("no-confluence-ssl-verify"),
        ..switch("confluence-ssl-verify", &["CONFLUENCE_SSL_VERIFY"], "Check certificates")
    },
    text(
        "confluence-spaces-filter",
        "LIST",
        &["CONFLUENCE_SPACES_FILTER"],
        "Nothing outside of these spaces is touched",
    ),
    text("jira-url", "URL", &["JIRA_URL"], "Address of Jira"),
    text("jira-username", "NAME", &["JIRA_USERNAME"], "E-mail or login name"),
    text("jira-token", "TOKEN", &["JIRA_API_TOKEN"], "API token or password"),
    text(
        "jira-personal-token",
        "TOKEN",
        &["JIRA_PERSONAL_TOKEN"],
        "Personal access token (Data Center)",
    ),
    Flag {
        negation: Some("no-jira-ssl-verify"),
        ..switch("jira-ssl-verify", &["JIRA_SSL_VERIFY"], "Check certificates")
    },
    text(
        "jira-projects-filter",
        "LIST",
        &["JIRA_PROJECTS_FILTER"],
        "Nothing outside of these projects is touched",
    ),
    switch("read-only", &["READ_ONLY_MODE"], "Offer no tool that changes something"),
    text("enabled-tools", "LIST", &["ENABLED_TOOLS"], "Offer only these tools"),
    text("toolsets", "LIST", &["TOOLSETS"], "Offer only these toolsets"),
    text("oauth-client-id", "ID", &["ATLASSIAN_OAUTH_CLIENT_ID"], "Client id of the OAuth app"),
    text(
        "oauth-client-secret",
        "SECRET",
        &["ATLASSIAN_OAUTH_CLIENT_SECRET"],
        "Client secret of the OAuth app",
    ),
    text(
        "oauth-redirect-uri",
        "URL",
        &["ATLASSIAN_OAUTH_REDIRECT_URI"],
        "Redirect address of the OAuth app",
    ),
    text("oauth-scope", "SCOPES", &["ATLASSIAN_OAUTH_SCOPE"], "Scopes, separated by blanks"),
    text("oauth-cloud-id", "ID", &["ATLASSIAN_OAUTH_CLOUD_ID"], "Id of the Cloud site"),
    text(
        "oauth-access-token",
        "TOKEN",
        &["ATLASSIAN_OAUTH_ACCESS_TOKEN"],
        "OAuth access token, used as it is",
    ),
];

#[cfg(test)]
mod tests {
    use super::{FLAGS, Flag, FlagValue, Given};
    use crate::variables::{VARIABLES, global, is_known_setting};
    use crate::{Service, variables::Kind};
    use std::collections::BTreeSet;

    fn flag(long: &str) -> &'static Flag {
        FLAGS.iter().find(|flag| flag.long == long).unwrap()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn every_flag_sets_known_variables() {
        let mut names = BTreeSet::new();
        for flag in FLAGS {
            assert!(names.insert(flag.long), "{} stands twice", flag.long);
            assert!(flag.negation.is_none_or(|negation| names.insert(negation)));
            for name in flag.variables {
                let of_instance = Service::ALL.iter().any(|service| {
                    name.strip_prefix(service.variable_word())
                        .and_then(|rest| rest.strip_prefix('_'))
                        .is_some_and(|setting| is_known_setting(setting, *service))
                });
                assert!(of_instance || global(name).is_some(), "{name}");
            }
            if let (FlagValue::OneOf(words), [name]) = (flag.value, flag.variables) {
                let Some(Kind::Choice(known)) = global(name).map(|variable| variable.kind) else {
                    panic!("{name} is no choice");
                };
                assert_eq!(BTreeSet::from_iter(words), BTreeSet::from_iter(known));
            }
        }
        let read_only = VARIABLES.iter().find(|v| v.name == "READ_ONLY_MODE").unwrap();
        assert_eq!(read_only.flags().map(|flag| flag.long).collect::<Vec<_>>(), ["read-only"]);
        let url = VARIABLES.iter().find(|v| v.name == "X_URL").unwrap();
        assert_eq!(
            url.flags().map(|flag| flag.long).collect::<Vec<_>>(),
            ["confluence-url", "jira-url"]
        );
    }

    #[test]
    fn uses_become_pairs() {
        let verbose = flag("verbose");
        assert!(verbose.pairs(Given::Times(0)).is_empty());
        assert_eq!(
            verbose.pairs(Given::Times(1)),
            [pair("MCP_VERBOSE", "true"), pair("MCP_VERY_VERBOSE", "false")]
        );
        assert_eq!(
            verbose.pairs(Given::Times(3)),
            [pair("MCP_VERBOSE", "true"), pair("MCP_VERY_VERBOSE", "true")]
        );
        assert_eq!(
            flag("jira-ssl-verify").pairs(Given::Negated),
            [pair("JIRA_SSL_VERIFY", "false")]
        );
        assert_eq!(flag("port").pairs(Given::Value("9000")), [pair("PORT", "9000")]);
        assert!(flag("env-file").pairs(Given::Value("x")).is_empty());
    }
}
