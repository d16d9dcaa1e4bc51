//! Names and values of a query, checked and turned into tests.

use crate::jira::fields::{Kind, SYSTEM};
use crate::site::Flavour;

use super::super::{Clause, Dialect, Node, Op, Term, dates, parse};
use super::{Lens, Plan, Search, Test, UNRESOLVED};

impl Search<'_> {
    pub(super) fn plan(&self, node: &Node) -> Result<Plan, String> {
        Ok(match node {
            Node::All(nodes) => {
                Plan::All(nodes.iter().map(|n| self.plan(n)).collect::<Result<_, _>>()?)
            }
            Node::Any(nodes) => {
                Plan::Any(nodes.iter().map(|n| self.plan(n)).collect::<Result<_, _>>()?)
            }
            Node::Not(node) => Plan::Not(Box::new(self.plan(node)?)),
            Node::Clause(clause) if clause.field.eq_ignore_ascii_case("filter") => {
                self.saved(clause)?
            }
            Node::Clause(clause) => Plan::Test(self.test(clause)?),
        })
    }

    /// A saved filter; here every board has one and there are no others.
    fn saved(&self, clause: &Clause) -> Result<Plan, String> {
        let [term @ Term::Text(id)] = clause.terms.as_slice() else {
            return Err("The 'filter' field takes one value here.".to_owned());
        };
        let board =
            self.jira.boards.iter().find(|board| board.filter_id() == *id).ok_or_else(|| {
                format!("The value '{}' does not exist for the field 'filter'.", term.shown())
            })?;
        let query = parse(&format!("project = {}", board.project), Dialect::Jql)?;
        query.filter.as_ref().map_or(Ok(Plan::All(Vec::new())), |node| self.plan(node))
    }

    pub(super) fn lens(&self, name: &str) -> Option<Lens> {
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
            "lastviewed" => return Some(Lens::Date("lastViewed".to_owned())),
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
                    test.ids.extend(self.issues_of(function, arguments)?);
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
}

fn no_function(name: &str) -> String {
    format!("Unable to find JQL function '{name}()'.")
}
