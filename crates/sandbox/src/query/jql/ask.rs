//! Whether an issue passes, and which of two comes first.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use crate::adf;
use crate::jira::fields::Kind;
use crate::jira::model::Issue;

use super::super::{Op, Query, dates, has_words};
use super::{Lens, Plan, Search, Test, UNRESOLVED};

impl Search<'_> {
    pub(super) fn holds(&self, plan: &Plan, issue: &Issue) -> bool {
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
                let hit = test.words.iter().all(|wanted| has_words(&text, wanted));
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

    pub(super) fn order(&self, query: &Query) -> Result<Vec<(Lens, bool)>, String> {
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

    pub(super) fn compare(&self, a: &Issue, b: &Issue, order: &[(Lens, bool)]) -> Ordering {
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
