//! Many plain issues and pages, for what only shows with more than a page of a list.

use std::io;

use jiff::{Timestamp, ToSpan};
use serde_json::json;

use crate::confluence::Confluence;
use crate::confluence::model::{Edition, Kind, Space};
use crate::jira::model::{Change, ChangeItem, Project, Style};
use crate::jira::{Jira, blank_issue};
use crate::people::START_MILLIS;

use super::broken;
use super::issues::rich;

/// Key of the project and the space.
const KEY: &str = "BULK";

fn long_ago() -> io::Result<Timestamp> {
    let start = Timestamp::from_millisecond(START_MILLIS).map_err(|e| broken(&e.to_string()))?;
    Ok(start - (24 * 200).hours())
}

/// Adds a project with that many tasks, each renamed once, in the manner of the site's first project.
pub(crate) fn issues(jira: &mut Jira, count: usize) -> io::Result<()> {
    let (Some(model), Some(lead)) =
        (jira.projects.first().cloned(), jira.people.all.first().cloned())
    else {
        return Err(broken("a site without projects"));
    };
    let kind = model
        .types
        .iter()
        .filter_map(|id| jira.issue_type(id))
        .find(|t| t.level == 0)
        .map(|t| t.id.clone())
        .ok_or_else(|| broken("a project without issue types"))?;
    let project = Project {
        id: jira.fresh_id().to_string(),
        key: KEY.to_owned(),
        name: "Many issues".to_owned(),
        description: format!("{count} issues of one kind."),
        style: Style::Classic,
        category: None,
        components: Vec::new(),
        versions: Vec::new(),
        last_number: count as u64,
        members: Vec::new(),
        ..model
    };
    let start = long_ago()?;
    let priority = jira.priorities.get(2).map(|p| p.id.clone());
    for number in 1..=count {
        let (id, key) = (jira.fresh_id(), format!("{KEY}-{number}"));
        let minutes = i64::try_from(number).unwrap_or(0);
        let mut issue = blank_issue(id, key.clone(), &project, &kind, start + minutes.minutes());
        issue.values.insert("summary".to_owned(), json!(format!("Task {number} of {count}")));
        issue
            .values
            .insert("description".to_owned(), rich(jira.flavour, &json!("Like the others.")));
        issue.values.insert("reporter".to_owned(), json!(lead.name));
        issue.values.insert("creator".to_owned(), json!(lead.name));
        issue.values.insert("priority".to_owned(), json!(priority));
        issue.history.push(Change {
            id: jira.fresh_id().to_string(),
            author: lead.name.clone(),
            at: start + (minutes + 1).minutes(),
            items: vec![ChangeItem {
                field: "summary".to_owned(),
                field_id: "summary".to_owned(),
                custom: false,
                from: Some((String::new(), format!("Task {number}"))),
                to: Some((String::new(), format!("Task {number} of {count}"))),
            }],
        });
        jira.issues.insert(id, issue);
        jira.keys.insert(key, id);
    }
    jira.projects.push(project);
    Ok(())
}

/// Adds a space with a homepage and that many pages below it.
pub(crate) fn pages(wiki: &mut Confluence, count: usize) -> io::Result<()> {
    let author = wiki.people.all.first().map(|p| p.name.clone()).unwrap_or_default();
    let start = long_ago()?;
    let space = wiki.fresh_id();
    wiki.spaces.push(Space {
        id: space,
        key: KEY.to_owned(),
        name: "Many pages".to_owned(),
        description: format!("{count} pages."),
        personal: false,
        homepage: None,
        author: author.clone(),
        created: start,
        members: Vec::new(),
    });
    let mut home = None;
    for number in 0..=count {
        let title =
            if number == 0 { "Bulk Home".to_owned() } else { format!("Page {number} of {count}") };
        let minutes = i64::try_from(number).unwrap_or(0);
        let at = start + minutes.minutes();
        let mut page = super::confluence::blank(wiki, Kind::Page, KEY, at, &author);
        let body = format!("<p>Number {number}.</p>");
        page.editions.push(Edition::first(at, &author, &title, &body));
        page.parent = home;
        page.position = minutes;
        let id = page.id;
        wiki.contents.insert(id, page);
        if home.is_none() {
            home = Some(id);
            if let Some(stored) = wiki.spaces.iter_mut().find(|s| s.id == space) {
                stored.homepage = home;
            }
        }
    }
    Ok(())
}
