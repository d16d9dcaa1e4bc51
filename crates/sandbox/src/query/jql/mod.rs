//! JQL over the issues of a Jira.
//!
//! Names and values are checked before anything is searched, as Jira does: an unknown field,
//! value or function is an error, not an empty result.

mod ask;
mod plan;

use jiff::Timestamp;

use crate::jira::Jira;
use crate::jira::model::Issue;

use super::{Dialect, Op, parse};

/// What a field of a query looks at.
#[derive(Debug, Clone, PartialEq)]
enum Lens {
    /// A set of ids: the value of `values[.0]`, or one of the computed sets below.
    Ids(String),
    Key,
    Category,
    ProjectCategory,
    Watcher,
    WorklogAuthor,
    /// Words in these stored values, or in the comments.
    Words(Vec<String>, bool),
    /// A moment.
    Date(String),
    Number(String),
}

/// A clause ready to be asked.
struct Test {
    lens: Lens,
    op: Op,
    ids: Vec<String>,
    words: Vec<String>,
    date: Option<Timestamp>,
    number: Option<f64>,
    empty: bool,
    day: bool,
}

enum Plan {
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Not(Box<Plan>),
    Test(Test),
}

/// Whether a query restricts what it finds; Cloud refuses those that do not.
pub(crate) fn bounded(text: &str) -> bool {
    parse(text, Dialect::Jql).map_or(true, |query| query.filter.is_some())
}

/// Ids of the issues found, in order.
///
/// # Errors
/// Jira's sentence about the query.
pub(crate) fn run(jira: &Jira, text: &str, user: &str) -> Result<Vec<u64>, String> {
    let query = parse(text, Dialect::Jql)?;
    let search = Search { jira, user };
    let plan = query.filter.as_ref().map(|node| search.plan(node)).transpose()?;
    let order = search.order(&query)?;
    let mut found: Vec<&Issue> = jira
        .issues
        .values()
        .filter(|issue| jira.sees(user, &issue.project))
        .filter(|issue| plan.as_ref().is_none_or(|plan| search.holds(plan, issue)))
        .collect();
    found.sort_by(|a, b| search.compare(a, b, &order));
    Ok(found.into_iter().map(|issue| issue.id).collect())
}

struct Search<'a> {
    jira: &'a Jira,
    user: &'a str,
}

/// Stands for `resolution = Unresolved` among the ids.
const UNRESOLVED: &str = "\u{0}unresolved";
