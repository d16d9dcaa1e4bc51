//! CQL over the contents of a Confluence.

use std::cmp::Ordering;

use jiff::Timestamp;

use crate::confluence::model::{Confluence, Content, Kind, Space};
use crate::confluence::storage;

use super::{Clause, Dialect, Node, Op, Term, dates, has_words, parse};

/// Something a search can find.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hit<'a> {
    Content(&'a Content),
    Space(&'a Space),
    /// A user, by name.
    User(&'a str),
}

const FIELDS: &str = " ancestor container content created creator contributor favourite favorite id label \
    lastmodified macro mention parent space space.key space.title space.type text title sitesearch \
    type user user.fullname user.accountid watcher ";

/// What a query finds, best or ordered first.
///
/// # Errors
/// Confluence's sentence about the query.
pub(crate) fn run<'a>(
    wiki: &'a Confluence,
    text: &str,
    user: &'a str,
) -> Result<Vec<Hit<'a>>, String> {
    let query = parse(text, Dialect::Cql)?;
    let search = Search { wiki, user };
    let Some(filter) = &query.filter else {
        return Err("Could not parse cql : the query is empty".to_owned());
    };
    search.check(filter)?;
    for (field, _) in &query.order {
        let known = matches!(
            field.to_lowercase().as_str(),
            "created" | "lastmodified" | "title" | "id" | "type" | "space"
        );
        if !known {
            return Err(format!("Could not parse cql : cannot order by '{field}'"));
        }
    }
    let contents =
        wiki.contents.values().filter(|c| c.current() && wiki.sees(user, c)).map(Hit::Content);
    let spaces = wiki.spaces.iter().filter(|s| wiki.sees_space(user, &s.key)).map(Hit::Space);
    let people = wiki.people.all.iter().filter(|p| p.active).map(|p| Hit::User(&p.name));
    let asks_users = text.to_lowercase().contains("user");
    let mut found: Vec<Hit<'a>> = contents
        .chain(spaces)
        .chain(people.filter(|_| asks_users))
        .filter(|hit| search.holds(filter, *hit))
        .collect();
    found.sort_by(|a, b| search.compare(*a, *b, &query.order));
    Ok(found)
}

struct Search<'a> {
    wiki: &'a Confluence,
    user: &'a str,
}

impl Search<'_> {
    fn check(&self, node: &Node) -> Result<(), String> {
        match node {
            Node::All(nodes) | Node::Any(nodes) => nodes.iter().try_for_each(|n| self.check(n)),
            Node::Not(node) => self.check(node),
            Node::Clause(clause) => self.check_clause(clause),
        }
    }

    fn check_clause(&self, clause: &Clause) -> Result<(), String> {
        let field = clause.field.to_lowercase();
        if !FIELDS.split_whitespace().any(|known| known == field) {
            return Err(format!(
                "Could not parse cql : no field exists with name: '{}'",
                clause.field
            ));
        }
        let like = matches!(clause.op, Op::Like | Op::NotLike);
        let likeable = matches!(
            field.as_str(),
            "text" | "title" | "sitesearch" | "space.title" | "user.fullname" | "user" | "mention"
        );
        let only_like = matches!(field.as_str(), "text" | "sitesearch");
        let range = matches!(clause.op, Op::Lt | Op::Le | Op::Gt | Op::Ge);
        let dated = matches!(field.as_str(), "created" | "lastmodified");
        if (like && !likeable)
            || (!like && only_like)
            || (range && !dated)
            || matches!(clause.op, Op::Is | Op::IsNot)
        {
            return Err(format!(
                "Could not parse cql : field '{}' does not support operator '{}'",
                clause.field,
                clause.op.text()
            ));
        }
        for term in &clause.terms {
            if dated && self.date(term).is_none() {
                return Err(format!(
                    "Could not parse cql : could not parse date '{}'",
                    term.shown()
                ));
            }
            if field == "type" {
                let kinds = [
                    "page",
                    "blogpost",
                    "comment",
                    "attachment",
                    "folder",
                    "space",
                    "user",
                    "whiteboard",
                    "database",
                    "embed",
                ];
                if !kinds.iter().any(|k| term.shown().eq_ignore_ascii_case(k)) {
                    return Err(format!(
                        "Could not parse cql : '{}' is not a valid value for field type",
                        term.shown()
                    ));
                }
            }
            if let Term::Call(name, _) = term
                && !dated
                && !matches!(
                    name.to_lowercase().as_str(),
                    "currentuser" | "currentcontent" | "currentspace"
                )
            {
                return Err(format!("Could not parse cql : unknown function: {name}()"));
            }
        }
        Ok(())
    }

    fn date(&self, term: &Term) -> Option<Timestamp> {
        let now = self.wiki.clock.now();
        match term {
            Term::Text(text) => dates::read(text, now),
            Term::Call(name, arguments) => dates::function(name, arguments, now),
            Term::Empty => None,
        }
    }

    fn holds(&self, node: &Node, hit: Hit<'_>) -> bool {
        match node {
            Node::All(nodes) => nodes.iter().all(|n| self.holds(n, hit)),
            Node::Any(nodes) => nodes.iter().any(|n| self.holds(n, hit)),
            Node::Not(node) => !self.holds(node, hit),
            Node::Clause(clause) => {
                clause
                    .terms
                    .iter()
                    .any(|term| self.passes(&clause.field.to_lowercase(), clause.op, term, hit))
                    != clause.op.negative()
            }
        }
    }

    /// Whether the positive form of the operator holds.
    fn passes(&self, field: &str, op: Op, term: &Term, hit: Hit<'_>) -> bool {
        let wanted = term.shown();
        let like = matches!(op, Op::Like | Op::NotLike);
        match hit {
            Hit::Space(space) => match field {
                "type" => wanted.eq_ignore_ascii_case("space"),
                "space" | "space.key" => space.key == wanted,
                "space.type" => wanted == if space.personal { "personal" } else { "global" },
                "title" | "space.title" if like => has_words(&space.name, &wanted),
                "title" | "space.title" => space.name == wanted,
                "text" | "sitesearch" => {
                    has_words(&format!("{} {}", space.name, space.description), &wanted)
                }
                "creator" => self.is_user(&space.author, term),
                _ => false,
            },
            Hit::User(name) => match field {
                "type" => wanted.eq_ignore_ascii_case("user"),
                "user.fullname" => self.wiki.people.get(name).is_some_and(|p| {
                    has_words(&p.display, &format!("{wanted}*")) || has_words(&p.display, &wanted)
                }),
                "user" | "user.accountid" => self.is_user(name, term),
                _ => false,
            },
            Hit::Content(content) => self.content_passes(field, op, term, content),
        }
    }

    fn content_passes(&self, field: &str, op: Op, term: &Term, content: &Content) -> bool {
        let wanted = term.shown();
        let like = matches!(op, Op::Like | Op::NotLike);
        let latest = content.latest();
        let at = |moment: Timestamp| {
            self.date(term).is_some_and(|bound| {
                let by = moment.cmp(&bound);
                match op {
                    Op::Lt => by == Ordering::Less,
                    Op::Le => by != Ordering::Greater,
                    Op::Gt => by == Ordering::Greater,
                    Op::Ge => by != Ordering::Less,
                    _ => moment.as_second() / 86_400 == bound.as_second() / 86_400,
                }
            })
        };
        match field {
            "type" => content.kind.name().eq_ignore_ascii_case(&wanted),
            "space" | "space.key" => content.space == wanted,
            "space.type" => self
                .wiki
                .space(&content.space)
                .is_some_and(|s| wanted == if s.personal { "personal" } else { "global" }),
            "space.title" => self
                .wiki
                .space(&content.space)
                .is_some_and(|s| if like { has_words(&s.name, &wanted) } else { s.name == wanted }),
            "title" if like => has_words(&latest.title, &wanted),
            "title" => latest.title == wanted,
            "text" | "sitesearch" => {
                has_words(&format!("{} {}", latest.title, storage::text(&latest.body)), &wanted)
            }
            "label" => content.labels.iter().any(|l| l.name == wanted.to_lowercase()),
            "id" | "content" => content.shown_id() == wanted,
            "parent" => {
                content.parent.is_some_and(|p| p.to_string() == wanted)
                    && content.kind != Kind::Comment
            }
            "ancestor" => self.wiki.ancestors(content).iter().any(|a| a.id.to_string() == wanted),
            "container" => content.container.is_some_and(|c| c.to_string() == wanted),
            "creator" => self.is_user(&content.author, term),
            "contributor" => content.editions.iter().any(|e| self.is_user(&e.by, term)),
            "mention" => self
                .user_name(term)
                .is_some_and(|name| latest.body.contains(&self.wiki.user_id(&name))),
            "favourite" | "favorite" | "watcher" => self.is_user(&content.author, term),
            "macro" => latest.body.contains(&format!("ac:name=\"{wanted}\"")),
            "created" => at(content.created),
            "lastmodified" => at(latest.at),
            _ => false,
        }
    }

    fn user_name(&self, term: &Term) -> Option<String> {
        match term {
            Term::Call(..) => Some(self.user.to_owned()),
            Term::Text(text) => {
                let by_key = self.wiki.people.all.iter().find(|p| p.user_key() == *text);
                by_key.or_else(|| self.wiki.people.any(text)).map(|p| p.name.clone())
            }
            Term::Empty => None,
        }
    }

    fn is_user(&self, name: &str, term: &Term) -> bool {
        self.user_name(term).is_some_and(|wanted| wanted == name)
    }

    fn compare(&self, a: Hit<'_>, b: Hit<'_>, order: &[(String, bool)]) -> Ordering {
        for (field, descending) in order {
            let by = match (a, b) {
                (Hit::Content(a), Hit::Content(b)) => match field.to_lowercase().as_str() {
                    "created" => a.created.cmp(&b.created),
                    "lastmodified" => a.latest().at.cmp(&b.latest().at),
                    "title" => a.title().cmp(b.title()),
                    "type" => a.kind.name().cmp(b.kind.name()),
                    "space" => a.space.cmp(&b.space),
                    _ => a.id.cmp(&b.id),
                },
                _ => rank(a).cmp(&rank(b)),
            };
            if by != Ordering::Equal {
                return if *descending { by.reverse() } else { by };
            }
        }
        rank(a).cmp(&rank(b)).then_with(|| match (a, b) {
            (Hit::Content(a), Hit::Content(b)) => {
                b.latest().at.cmp(&a.latest().at).then(a.id.cmp(&b.id))
            }
            _ => Ordering::Equal,
        })
    }
}

fn rank(hit: Hit<'_>) -> u8 {
    match hit {
        Hit::Content(_) => 0,
        Hit::Space(_) => 1,
        Hit::User(_) => 2,
    }
}
