//! JQL over the issues of a Jira.
//!
//! Names and values are checked before anything is searched, as Jira does: an unknown field,
//! value or function is an error, not an empty result.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use crate::adf;
use crate::jira::Jira;
use crate::jira::fields::{Kind, SYSTEM};
use crate::jira::model::Issue;
use crate::site::Flavour;

use super::{Clause, Dialect, Node, Op, Query, Term, dates, parse};

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

impl Search<'_> {
    fn plan(&self, node: &Node) -> Result<Plan, String> {
        Ok(match node {
            Node::All(nodes) => {
                Plan::All(nodes.iter().map(|n| self.plan(n)).collect::<Result<_, _>>()?)
            }
            Node::Any(nodes) => {
                Plan::Any(nodes.iter().map(|n| self.plan(n)).collect::<Result<_, _>>()?)
            }
            Node::Not(node) => Plan::Not(Box::new(self.plan(node)?)),
            Node::Clause(clause) => Plan::Test(self.test(clause)?),
        })
    }

    fn lens(&self, name: &str) -> Option<Lens> {
        let lower = name.to_lowercase();
        let ids = |id: &str| Some(Lens::Ids(id.to_owned()));
        match lower.as_str() {
            "key" | "issuekey" | "issue" | "id" => return Some(Lens::Key),
            "statuscategory" => return Some(Lens::Category),
            "category" => return Some(Lens::ProjectCategory),
            "watcher" => return Some(Lens::Watcher),
            "worklogauthor" => return Some(Lens::WorklogAuthor),
            "text" => {
                let mut fields: Vec<String> =
                    ["summary", "description", "environment"].map(str::to_owned).to_vec();
                fields.extend(
                    self.jira
                        .fields
                        .iter()
                        .filter(|f| matches!(f.kind, Kind::Text | Kind::TextArea))
                        .map(|f| f.id.clone()),
                );
                return Some(Lens::Words(fields, true));
            }
            "comment" => return Some(Lens::Words(Vec::new(), true)),
            "summary" | "description" | "environment" => {
                return Some(Lens::Words(vec![lower], false));
            }
            "created" | "createddate" => return Some(Lens::Date("created".to_owned())),
            "updated" | "updateddate" => return Some(Lens::Date("updated".to_owned())),
            "resolved" | "resolutiondate" => return Some(Lens::Date("resolutiondate".to_owned())),
            "due" | "duedate" => return Some(Lens::Date("duedate".to_owned())),
            "timespent" | "votes" | "watchers" | "timeestimate" | "timeoriginalestimate" => {
                return Some(Lens::Number(lower));
            }
            "remainingestimate" => return Some(Lens::Number("timeestimate".to_owned())),
            "originalestimate" => return Some(Lens::Number("timeoriginalestimate".to_owned())),
            "epic link" if self.jira.flavour == Flavour::Cloud => return ids("parent"),
            "attachments" => return ids("attachment"),
            _ => {}
        }
        if let Some((id, ..)) = SYSTEM.iter().find(|(id, .., names)| {
            id.eq_ignore_ascii_case(name) || names.iter().any(|n| n.eq_ignore_ascii_case(name))
        }) {
            return match *id {
                "project" | "status" | "assignee" | "reporter" | "creator" | "priority"
                | "resolution" | "labels" | "components" | "fixVersions" | "versions"
                | "parent" | "issuetype" | "issuelinks" | "subtasks" | "attachment" => ids(id),
                _ => None,
            };
        }
        let field = match lower.strip_prefix("cf[").and_then(|n| n.strip_suffix(']')) {
            Some(number) => self.jira.field(&format!("customfield_{number}"))?,
            None => self
                .jira
                .fields
                .iter()
                .find(|f| f.custom() && (f.name.to_lowercase() == lower || f.id == lower))?,
        };
        match field.kind {
            Kind::Number => Some(Lens::Number(field.id.clone())),
            Kind::Date | Kind::DateTime => Some(Lens::Date(field.id.clone())),
            Kind::Text | Kind::TextArea | Kind::Url | Kind::EpicName => {
                Some(Lens::Words(vec![field.id.clone()], false))
            }
            _ => ids(&field.id),
        }
    }

    fn test(&self, clause: &Clause) -> Result<Test, String> {
        let name = &clause.field;
        let Some(lens) = self.lens(name) else {
            return Err(format!(
                "Field '{name}' does not exist or you do not have permission to view it."
            ));
        };
        let fits = match (&lens, clause.op) {
            (_, Op::Is | Op::IsNot) => clause.terms == [Term::Empty],
            (Lens::Words(..), Op::Like | Op::NotLike) => true,
            (Lens::Words(..), _) | (_, Op::Like | Op::NotLike) => false,
            (_, Op::Was | Op::Changed) => matches!(lens, Lens::Ids(_)),
            (Lens::Date(_) | Lens::Number(_) | Lens::Key, _) => true,
            (Lens::Ids(id), Op::Lt | Op::Le | Op::Gt | Op::Ge) => {
                matches!(id.as_str(), "priority" | "fixVersions" | "versions")
            }
            (_, Op::Lt | Op::Le | Op::Gt | Op::Ge) => false,
            _ => true,
        };
        if !fits {
            return Err(format!(
                "The operator '{}' is not supported by the '{name}' field.",
                clause.op.text()
            ));
        }
        let mut test = Test {
            lens,
            op: clause.op,
            ids: Vec::new(),
            words: Vec::new(),
            date: None,
            number: None,
            empty: false,
            day: false,
        };
        for term in &clause.terms {
            self.value(name, term, &mut test)?;
        }
        Ok(test)
    }

    fn value(&self, name: &str, term: &Term, test: &mut Test) -> Result<(), String> {
        if *term == Term::Empty {
            test.empty = true;
            return Ok(());
        }
        let missing =
            || format!("The value '{}' does not exist for the field '{name}'.", term.shown());
        match &test.lens {
            Lens::Words(..) => {
                let Term::Text(text) = term else { return Err(missing()) };
                test.words.push(text.clone());
            }
            Lens::Date(_) => {
                let now = self.jira.clock.now();
                test.date = match term {
                    Term::Text(text) => {
                        test.day = text.len() == 10;
                        let date = dates::read(text, now);
                        Some(date.ok_or_else(|| {
                            format!("Date value '{text}' for field '{name}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.")
                        })?)
                    }
                    Term::Call(function, arguments) => Some(
                        dates::function(function, arguments, now)
                            .ok_or_else(|| no_function(function))?,
                    ),
                    Term::Empty => None,
                };
            }
            Lens::Number(_) => {
                let Term::Text(text) = term else { return Err(missing()) };
                test.number = Some(text.parse().map_err(|_| {
                    format!("The value '{text}' is not a number for the field '{name}'.")
                })?);
            }
            Lens::Key => match term {
                Term::Text(text) => match self.jira.visible(text, self.user) {
                    Some(id) => test.ids.push(id.to_string()),
                    None => {
                        return Err(format!(
                            "An issue with key '{text}' does not exist for field '{name}'."
                        ));
                    }
                },
                Term::Call(function, arguments) => {
                    test.ids.extend(self.issues_of(function, arguments)?)
                }
                Term::Empty => {}
            },
            Lens::Category => {
                let Term::Text(text) = term else { return Err(missing()) };
                let id = match text.to_lowercase().as_str() {
                    "to do" | "new" | "2" => "new",
                    "in progress" | "indeterminate" | "4" => "indeterminate",
                    "done" | "complete" | "3" => "done",
                    _ => return Err(missing()),
                };
                test.ids.push(id.to_owned());
            }
            Lens::ProjectCategory => {
                let Term::Text(text) = term else { return Err(missing()) };
                test.ids.push(text.to_lowercase());
            }
            Lens::Watcher | Lens::WorklogAuthor => test.ids.extend(self.person(term, &missing)?),
            Lens::Ids(id) => {
                let found = self.known(&id.clone(), term, &missing)?;
                test.ids.extend(found);
            }
        }
        Ok(())
    }

    fn person(&self, term: &Term, missing: &dyn Fn() -> String) -> Result<Vec<String>, String> {
        match term {
            Term::Text(text) => {
                let person = self.jira.people.any(text).ok_or_else(missing)?;
                Ok(vec![person.name.clone()])
            }
            Term::Call(name, _) if name.eq_ignore_ascii_case("currentUser") => {
                Ok(vec![self.user.to_owned()])
            }
            Term::Call(name, _) if name.eq_ignore_ascii_case("membersOf") => {
                Ok(self.jira.people.all.iter().map(|p| p.name.clone()).collect())
            }
            Term::Call(name, _) => Err(no_function(name)),
            Term::Empty => Ok(Vec::new()),
        }
    }

    /// Ids that a value of a set field stands for.
    fn known(
        &self,
        id: &str,
        term: &Term,
        missing: &dyn Fn() -> String,
    ) -> Result<Vec<String>, String> {
        let jira = self.jira;
        if matches!(id, "assignee" | "reporter" | "creator") {
            return self.person(term, missing);
        }
        if let Term::Call(name, arguments) = term {
            return self.ids_of_function(id, name, arguments);
        }
        let Term::Text(text) = term else { return Ok(Vec::new()) };
        let same = |name: &str| name.eq_ignore_ascii_case(text);
        let ids: Vec<String> = match id {
            "project" => jira
                .projects
                .iter()
                .filter(|p| jira.sees(self.user, &p.key))
                .filter(|p| same(&p.key) || same(&p.name) || p.id == *text)
                .map(|p| p.key.clone())
                .collect(),
            "status" => jira
                .statuses
                .iter()
                .filter(|s| same(&s.name) || s.id == *text)
                .map(|s| s.id.clone())
                .collect(),
            "issuetype" => jira
                .types
                .iter()
                .filter(|t| same(&t.name) || t.id == *text)
                .map(|t| t.id.clone())
                .collect(),
            "priority" => jira
                .priorities
                .iter()
                .filter(|p| same(&p.name) || p.id == *text)
                .map(|p| p.id.clone())
                .collect(),
            "resolution" if same("unresolved") => return Ok(vec![UNRESOLVED.to_owned()]),
            "resolution" => jira
                .resolutions
                .iter()
                .filter(|r| same(&r.name) || r.id == *text)
                .map(|r| r.id.clone())
                .collect(),
            "fixVersions" | "versions" => jira
                .projects
                .iter()
                .flat_map(|p| &p.versions)
                .filter(|v| same(&v.name) || v.id == *text)
                .map(|v| v.id.clone())
                .collect(),
            "components" => jira
                .projects
                .iter()
                .flat_map(|p| &p.components)
                .filter(|c| same(&c.name) || c.id == *text)
                .map(|c| c.id.clone())
                .collect(),
            "parent" => {
                jira.visible(text, self.user).map(|id| id.to_string()).into_iter().collect()
            }
            // Any label may be asked for; Jira finds nothing for one nobody uses.
            "labels" => return Ok(vec![text.to_lowercase()]),
            _ => match jira.field(id) {
                Some(field) => match field.kind {
                    Kind::Sprint => jira
                        .sprints
                        .iter()
                        .filter(|s| same(&s.name) || s.id.to_string() == *text)
                        .map(|s| s.id.to_string())
                        .collect(),
                    Kind::EpicLink => jira
                        .visible(text, self.user)
                        .and_then(|id| jira.issues.get(&id))
                        .map(|e| e.key.clone())
                        .into_iter()
                        .collect(),
                    Kind::User | Kind::Users => return self.person(term, missing),
                    Kind::Labels => return Ok(vec![text.to_lowercase()]),
                    _ => field
                        .choices
                        .iter()
                        .flat_map(|c| std::iter::once(c).chain(&c.children))
                        .filter(|c| same(&c.value) || c.id == *text)
                        .map(|c| c.id.clone())
                        .collect(),
                },
                None => Vec::new(),
            },
        };
        if ids.is_empty() { Err(missing()) } else { Ok(ids) }
    }

    fn ids_of_function(
        &self,
        id: &str,
        name: &str,
        arguments: &[String],
    ) -> Result<Vec<String>, String> {
        let jira = self.jira;
        let sprints = |state: &str| {
            jira.sprints.iter().filter(|s| s.state == state).map(|s| s.id.to_string()).collect()
        };
        let versions = |released: bool| {
            jira.projects
                .iter()
                .filter(|p| {
                    arguments.is_empty() || arguments.iter().any(|a| p.key.eq_ignore_ascii_case(a))
                })
                .flat_map(|p| &p.versions)
                .filter(|v| v.released == released)
                .map(|v| v.id.clone())
                .collect()
        };
        let types = |subtask: bool| {
            jira.types.iter().filter(|t| t.subtask == subtask).map(|t| t.id.clone()).collect()
        };
        let sprint_field = jira.field_of(Kind::Sprint).is_some_and(|f| f.id == id);
        Ok(match name.to_lowercase().as_str() {
            "opensprints" if sprint_field => sprints("active"),
            "closedsprints" if sprint_field => sprints("closed"),
            "futuresprints" if sprint_field => sprints("future"),
            "releasedversions" => versions(true),
            "unreleasedversions" => versions(false),
            "standardissuetypes" => types(false),
            "subtaskissuetypes" => types(true),
            _ => return Err(no_function(name)),
        })
    }

    fn issues_of(&self, name: &str, arguments: &[String]) -> Result<Vec<String>, String> {
        match name.to_lowercase().as_str() {
            "linkedissues" => {
                let key = arguments.first().map(String::as_str).unwrap_or_default();
                let id = self.jira.visible(key, self.user).ok_or_else(|| {
                    format!("Issue '{key}' could not be found in function 'linkedIssues'.")
                })?;
                Ok(self
                    .jira
                    .links
                    .iter()
                    .filter_map(|link| match (link.from == id, link.to == id) {
                        (true, _) => Some(link.to.to_string()),
                        (_, true) => Some(link.from.to_string()),
                        _ => None,
                    })
                    .collect())
            }
            "watchedissues" => Ok(self
                .jira
                .issues
                .values()
                .filter(|i| i.watchers.contains(self.user))
                .map(|i| i.id.to_string())
                .collect()),
            "issuehistory" => Ok(self.jira.issues.keys().map(ToString::to_string).collect()),
            _ => Err(no_function(name)),
        }
    }

    fn holds(&self, plan: &Plan, issue: &Issue) -> bool {
        match plan {
            Plan::All(plans) => plans.iter().all(|p| self.holds(p, issue)),
            Plan::Any(plans) => plans.iter().any(|p| self.holds(p, issue)),
            Plan::Not(plan) => !self.holds(plan, issue),
            Plan::Test(test) => self.passes(test, issue),
        }
    }

    fn passes(&self, test: &Test, issue: &Issue) -> bool {
        match &test.lens {
            Lens::Words(fields, comments) => {
                let mut text: String =
                    fields.iter().map(|f| adf::to_text(issue.value(f)) + "\n").collect();
                if *comments {
                    text.extend(issue.comments.iter().map(|c| adf::to_text(&c.body) + "\n"));
                }
                if matches!(test.op, Op::Is | Op::IsNot) {
                    return text.trim().is_empty() != test.op.negative();
                }
                let hit = test.words.iter().all(|wanted| super::has_words(&text, wanted));
                hit != test.op.negative()
            }
            Lens::Date(field) => {
                let value = self.date(issue, field);
                compare(test, value, test.date, |a, b| {
                    if test.day && field == "duedate" {
                        a.as_millisecond().cmp(&b.as_millisecond())
                    } else {
                        a.cmp(b)
                    }
                })
            }
            Lens::Number(field) => {
                let value = self.number(issue, field);
                compare(test, value, test.number, |a, b| {
                    a.partial_cmp(b).unwrap_or(Ordering::Equal)
                })
            }
            Lens::Key if matches!(test.op, Op::Lt | Op::Le | Op::Gt | Op::Ge) => {
                let other = test
                    .ids
                    .first()
                    .and_then(|id| id.parse().ok())
                    .and_then(|id: u64| self.jira.issues.get(&id));
                other.is_some_and(|other| {
                    other.project == issue.project
                        && ordered(test.op, issue.number().cmp(&other.number()))
                })
            }
            Lens::Ids(field) if matches!(test.op, Op::Was) => {
                let now = self.ids(&test.lens, issue).iter().any(|id| test.ids.contains(id));
                let before = issue
                    .history
                    .iter()
                    .flat_map(|c| &c.items)
                    .filter(|i| i.field_id == *field)
                    .any(|i| {
                        [&i.from, &i.to]
                            .into_iter()
                            .flatten()
                            .any(|(id, text)| test.ids.contains(id) || test.ids.contains(text))
                    });
                now || before
            }
            Lens::Ids(field) if matches!(test.op, Op::Changed) => {
                issue.history.iter().flat_map(|c| &c.items).any(|i| i.field_id == *field)
            }
            Lens::Ids(_) if matches!(test.op, Op::Lt | Op::Le | Op::Gt | Op::Ge) => {
                let rank = |id: &String| self.rank(&test.lens, id);
                let bound = test.ids.first().map(rank).unwrap_or_default();
                self.ids(&test.lens, issue).iter().any(|id| ordered(test.op, rank(id).cmp(&bound)))
            }
            lens => {
                let have = self.ids(lens, issue);
                if have.is_empty() {
                    let asks_empty = test.empty || test.ids.iter().any(|id| id == UNRESOLVED);
                    // An empty field fails every comparison, also the negative ones.
                    return asks_empty && !test.op.negative();
                }
                let hit = have.iter().any(|id| test.ids.contains(id));
                hit != test.op.negative()
            }
        }
    }

    /// Priorities count downwards: the first is the highest.
    fn rank(&self, lens: &Lens, id: &str) -> i64 {
        let place = match lens {
            Lens::Ids(field) if field == "priority" => {
                self.jira.priorities.iter().rev().position(|p| p.id == id)
            }
            _ => self.jira.projects.iter().flat_map(|p| &p.versions).position(|v| v.id == id),
        };
        place.and_then(|p| i64::try_from(p).ok()).unwrap_or(-1)
    }

    fn ids(&self, lens: &Lens, issue: &Issue) -> Vec<String> {
        let jira = self.jira;
        match lens {
            Lens::Key => vec![issue.id.to_string()],
            Lens::Category => jira
                .status(issue.text("status"))
                .map(|s| s.category.to_owned())
                .into_iter()
                .collect(),
            Lens::ProjectCategory => jira
                .project(&issue.project)
                .and_then(|p| p.category.as_ref())
                .map(|c| c.name.to_lowercase())
                .into_iter()
                .collect(),
            Lens::Watcher => issue.watchers.iter().cloned().collect(),
            Lens::WorklogAuthor => issue.worklogs.iter().map(|w| w.author.clone()).collect(),
            Lens::Ids(field) => match field.as_str() {
                "project" => vec![issue.project.clone()],
                "issuelinks" => jira
                    .links
                    .iter()
                    .filter(|l| l.from == issue.id || l.to == issue.id)
                    .map(|l| l.id.clone())
                    .collect(),
                "attachment" => issue.attachments.iter().map(|a| a.id.clone()).collect(),
                "subtasks" => jira
                    .issues
                    .values()
                    .filter(|i| i.text("parent") == issue.id.to_string())
                    .map(|i| i.id.to_string())
                    .collect(),
                other => match issue.value(other) {
                    Value::String(text) if text.is_empty() => Vec::new(),
                    Value::String(text) => vec![text.clone()],
                    Value::Array(list) => list
                        .iter()
                        .map(|v| {
                            v.as_str().map_or_else(
                                || v.to_string(),
                                |t| if other == "labels" { t.to_lowercase() } else { t.to_owned() },
                            )
                        })
                        .collect(),
                    _ => Vec::new(),
                },
            },
            Lens::Words(..) | Lens::Date(_) | Lens::Number(_) => Vec::new(),
        }
    }

    fn date(&self, issue: &Issue, field: &str) -> Option<Timestamp> {
        match field {
            "created" => Some(issue.created),
            "updated" => Some(issue.updated),
            "resolutiondate" => issue.resolved,
            other => {
                let text = issue.text(other);
                crate::jira::accept::read_time(text).or_else(|| {
                    dates::read(text, self.jira.clock.now()).filter(|_| text.len() == 10)
                })
            }
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts and seconds of a test are small")]
    fn number(&self, issue: &Issue, field: &str) -> Option<f64> {
        match field {
            "timespent" => Some(self.jira.times(issue).2 as f64),
            "votes" => Some(0.0),
            "watchers" => Some(issue.watchers.len() as f64),
            other => issue.value(other).as_f64(),
        }
    }

    fn order(&self, query: &Query) -> Result<Vec<(Lens, bool)>, String> {
        query
            .order
            .iter()
            .map(|(name, descending)| {
                // Rank orders by the field's text.
                if name.eq_ignore_ascii_case("rank")
                    && let Some(field) = self.jira.field_of(Kind::Rank)
                {
                    return Ok((Lens::Ids(field.id.clone()), *descending));
                }
                self.lens(name).map(|lens| (lens, *descending)).ok_or_else(|| {
                    format!(
                        "Field '{name}' does not exist or you do not have permission to view it."
                    )
                })
            })
            .collect()
    }

    fn compare(&self, a: &Issue, b: &Issue, order: &[(Lens, bool)]) -> Ordering {
        for (lens, descending) in order {
            let by = match lens {
                Lens::Date(field) => self.date(a, field).cmp(&self.date(b, field)),
                Lens::Number(field) => self
                    .number(a, field)
                    .partial_cmp(&self.number(b, field))
                    .unwrap_or(Ordering::Equal),
                Lens::Key => (&a.project, a.number()).cmp(&(&b.project, b.number())),
                Lens::Words(fields, _) => {
                    let text = |i: &Issue| {
                        fields
                            .iter()
                            .map(|f| adf::to_text(i.value(f)).to_lowercase())
                            .collect::<String>()
                    };
                    text(a).cmp(&text(b))
                }
                Lens::Ids(field) if matches!(field.as_str(), "priority" | "fixVersions") => {
                    let rank = |i: &Issue| self.ids(lens, i).first().map(|id| self.rank(lens, id));
                    rank(a).cmp(&rank(b))
                }
                Lens::Ids(field) if matches!(field.as_str(), "status" | "issuetype") => {
                    let place = |i: &Issue| {
                        let id = i.text(field);
                        if field == "status" {
                            self.jira.statuses.iter().position(|s| s.id == id)
                        } else {
                            self.jira.types.iter().position(|t| t.id == id)
                        }
                    };
                    place(a).cmp(&place(b))
                }
                Lens::Ids(field)
                    if matches!(field.as_str(), "assignee" | "reporter" | "creator") =>
                {
                    let name =
                        |i: &Issue| self.jira.people.get(i.text(field)).map(|p| p.display.clone());
                    name(a).cmp(&name(b))
                }
                lens => self.ids(lens, a).cmp(&self.ids(lens, b)),
            };
            if by != Ordering::Equal {
                return if *descending { by.reverse() } else { by };
            }
        }
        // Without an order Jira shows the newest first.
        b.id.cmp(&a.id)
    }
}

const UNRESOLVED: &str = "\u{0}unresolved";

fn no_function(name: &str) -> String {
    format!("Unable to find JQL function '{name}()'.")
}

fn ordered(op: Op, ordering: Ordering) -> bool {
    match op {
        Op::Lt => ordering == Ordering::Less,
        Op::Le => ordering != Ordering::Greater,
        Op::Gt => ordering == Ordering::Greater,
        Op::Ge => ordering != Ordering::Less,
        Op::Ne | Op::NotIn => ordering != Ordering::Equal,
        _ => ordering == Ordering::Equal,
    }
}

fn compare<T>(
    test: &Test,
    value: Option<T>,
    bound: Option<T>,
    by: impl Fn(&T, &T) -> Ordering,
) -> bool {
    match (value, bound) {
        (None, _) => test.empty && !test.op.negative(),
        (Some(_), None) => test.empty && test.op.negative(),
        (Some(value), Some(bound)) => ordered(test.op, by(&value, &bound)),
    }
}
