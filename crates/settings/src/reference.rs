//! What the table of variables says, as text: the reference page and `.env.example`.

use crate::Service;
use crate::variables::{Kind, Scope, Topic, VARIABLES, Variable};
use std::fmt::Write as _;

/// The reference page of every variable and its flag, in Markdown.
#[must_use]
pub fn markdown_reference() -> String {
    let mut page = String::from(REFERENCE_HEAD);
    for topic in Topic::ALL {
        let _ = write!(page, "\n## {}\n\n{TABLE_HEAD}", topic.title());
        for variable in of_topic(topic) {
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} | {} |",
                variable.shown_name(),
                cell(&variable.kind.text()),
                cell(&default_cell(variable)),
                numbered_cell(variable),
                cell(&text_cell(variable)),
            );
        }
    }
    page
}

const REFERENCE_HEAD: &str = "\
# Configuration reference

Every setting is an environment variable. A flag wins over a variable in the file that `--env-file`
names, and that file wins over the environment.

`X` stands for `JIRA` or `CONFLUENCE` (the unnumbered instance), or for `JIRA_2`, `CONFLUENCE_17`
and so on, with numbers from 2 to 99 in any order and with gaps. The column *numbered* says where a
numbered instance looks when it does not set the value itself; `-` is a variable of the whole
process.

Switches take `true 1 yes y on` and `false 0 no n off`, in any case; anything else prevents the
start. Lists are separated by commas. An empty value is the same as none, except where a proxy is
concerned. A variable marked *secret* can also be given as `<NAME>_FILE`, the path of a file that
holds the value; setting both is an error.
";

const TABLE_HEAD: &str = "\
| Variable | Value | Default | Numbered | Meaning |
| --- | --- | --- | --- | --- |
";

fn of_topic(topic: Topic) -> impl Iterator<Item = &'static Variable> {
    VARIABLES.iter().filter(move |variable| variable.topic == topic)
}

/// Text of a table cell: a pipe would end it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn default_cell(variable: &Variable) -> String {
    if variable.default.is_empty() { String::new() } else { format!("`{}`", variable.default) }
}

fn numbered_cell(variable: &Variable) -> &'static str {
    match variable.scope {
        Scope::Global => "-",
        Scope::PerInstance(inherit) => inherit.text(),
    }
}

fn text_cell(variable: &Variable) -> String {
    let mut text = String::new();
    if variable.secret {
        text.push_str("*Secret.* ");
    }
    text.push_str(variable.text);
    if !variable.shared.is_empty() {
        let names: Vec<String> = variable.shared.iter().map(|name| format!("`{name}`")).collect();
        let _ = write!(text, " Shared: {}.", names.join(", "));
    }
    let flags: Vec<String> = variable
        .flags()
        .flat_map(|flag| [Some(flag.long), flag.negation])
        .flatten()
        .map(|long| format!("`--{long}`"))
        .collect();
    if !flags.is_empty() {
        let _ = write!(text, " Flag: {}.", flags.join(", "));
    }
    text
}

/// An env file with every variable, all commented out, with a start for one Jira, one Confluence
/// and one numbered instance.
#[must_use]
pub fn env_example() -> String {
    let mut file = String::from(EXAMPLE_HEAD);
    for topic in Topic::ALL {
        let _ = write!(file, "\n# ==== {} ====\n", topic.title());
        for variable in of_topic(topic) {
            let _ = writeln!(file, "\n# {}", variable.text);
            for name in example_names(variable) {
                let _ = writeln!(file, "# {name}={}", example_value(variable));
            }
        }
    }
    file
}

const EXAMPLE_HEAD: &str = "\
# Settings of atlassian-mcp. Take away the `# ` in front of what you need, and name this file with
# `--env-file`. Secrets can be given as NAME_FILE=/path/to/file as well.
#
# One Jira on Cloud:
# JIRA_URL=https://your-site.atlassian.net
# JIRA_USERNAME=you@example.com
# JIRA_API_TOKEN=your-api-token
#
# A second one, on Data Center, whose tools are called jira_staging_...:
# JIRA_2_INSTANCE_NAME=staging
# JIRA_2_URL=https://jira-staging.example.com
# JIRA_2_PERSONAL_TOKEN=your-personal-access-token
#
# One Confluence on Cloud:
# CONFLUENCE_URL=https://your-site.atlassian.net/wiki
# CONFLUENCE_USERNAME=you@example.com
# CONFLUENCE_API_TOKEN=your-api-token
";

fn example_names(variable: &Variable) -> Vec<String> {
    match variable.setting() {
        None => vec![variable.name.to_owned()],
        Some(setting) => Service::ALL
            .into_iter()
            .filter(|service| variable.applies_to(*service))
            .map(|service| format!("{}_{setting}", service.variable_word()))
            .collect(),
    }
}

/// The default, quoted where an env file would read it differently. A pattern is quoted always:
/// it may hold `$` and `#`.
fn example_value(variable: &Variable) -> String {
    match variable.kind {
        Kind::Pattern => format!("'{}'", variable.default),
        _ => variable.default.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{env_example, markdown_reference};
    use crate::parse_env_file;
    use crate::variables::VARIABLES;

    #[test]
    fn the_page_names_every_variable_once() {
        let page = markdown_reference();
        for variable in VARIABLES {
            let row = format!("\n| `{}` |", variable.shown_name());
            assert_eq!(page.matches(&row).count(), 1, "{}", variable.name);
        }
        let columns = page
            .lines()
            .filter(|line| line.starts_with('|'))
            .map(|line| line.replace("\\|", "").matches('|').count());
        assert!(columns.into_iter().all(|count| count == 6));
        assert!(
            page.contains("Flag: `--jira-ssl-verify`, `--no-jira-ssl-verify`") || {
                let flags =
                    "`--confluence-ssl-verify`, `--no-confluence-ssl-verify`, `--jira-ssl-verify`";
                page.contains(flags)
            }
        );
    }

    #[test]
    fn the_example_sets_nothing_and_reads_back_to_the_defaults() {
        let example = env_example();
        assert_eq!(parse_env_file(&example, &|_| None), Ok(Vec::new()));
        let uncommented: String = example
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| {
                line.split_once('=').is_some_and(|(name, _)| {
                    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                })
            })
            .fold(String::new(), |text, line| text + line + "\n");
        let pairs = parse_env_file(&uncommented, &|_| None).unwrap();
        for variable in VARIABLES {
            for name in super::example_names(variable) {
                let last = pairs.iter().find(|(given, _)| *given == name);
                assert_eq!(last.map(|(_, value)| value.as_str()), Some(variable.default), "{name}");
            }
        }
    }
}
