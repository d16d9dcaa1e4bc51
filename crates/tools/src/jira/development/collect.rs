//! The records of the development panel in one flat shape (section 8.1). Records vary with the
//! tool; each is read by itself, so that an odd one costs no other.

use crate::jira::parts::{get, list, put, text};
use serde_json::{Map, Value, json};

/// What several answers brought.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) detail: Vec<Value>,
    pub(super) pull_requests: Vec<Value>,
    pub(super) branches: Vec<Value>,
    pub(super) commits: Vec<Value>,
    pub(super) repositories: Vec<Value>,
}

/// Where a record was found.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// Directly, in a tool.
    Instance(&'a str),
    /// In a repository: name and address.
    Repository(&'a str, &'a str),
}

impl Place<'_> {
    fn mark(self, record: &mut Map<String, Value>) {
        match self {
            Self::Instance(name) => {
                record.insert("instance".to_owned(), Value::from(name));
            }
            Self::Repository(name, url) => {
                record.insert("repository".to_owned(), Value::from(name));
                record.insert("repositoryUrl".to_owned(), Value::from(url));
            }
        }
    }
}

impl Collected {
    /// Adds the `detail` of an answer.
    pub(super) fn add(&mut self, detail: &[Value]) {
        for entry in detail {
            let instance = text(entry, "/_instance/name").unwrap_or("Unknown");
            self.records(entry, Place::Instance(instance));
            for repository in list(entry, "/repositories") {
                let name = text(repository, "/name").unwrap_or("Unknown");
                let url = text(repository, "/url").unwrap_or_default();
                self.records(repository, Place::Repository(name, url));
                let shown = json!({
                    "name": name,
                    "url": url,
                    "avatar": text(repository, "/avatar").unwrap_or_default(),
                });
                if name != "Unknown" && !self.repositories.contains(&shown) {
                    self.repositories.push(shown);
                }
            }
            self.detail.push(entry.clone());
        }
    }

    fn records(&mut self, holder: &Value, place: Place<'_>) {
        self.pull_requests
            .extend(list(holder, "/pullRequests").iter().map(|pr| pull_request(pr, place)));
        self.branches.extend(list(holder, "/branches").iter().map(|b| branch(b, place)));
        self.commits.extend(list(holder, "/commits").iter().map(|c| commit(c, place)));
    }
}

/// Texts under other names, empty where they are missing.
fn texts(record: &Value, keys: &[(&str, &str)]) -> Map<String, Value> {
    keys.iter()
        .map(|(key, pointer)| {
            let value = match get(record, pointer) {
                Value::Null => Value::from(""),
                value => value.clone(),
            };
            ((*key).to_owned(), value)
        })
        .collect()
}

fn pull_request(record: &Value, place: Place<'_>) -> Value {
    let mut out = texts(
        record,
        &[
            ("id", "/id"),
            ("name", "/name"),
            ("status", "/status"),
            ("url", "/url"),
            ("source", "/source/branch"),
            ("destination", "/destination/branch"),
            ("author", "/author/name"),
        ],
    );
    let reviewers = list(record, "/reviewers").iter().filter_map(|who| text(who, "/name"));
    out.insert("reviewers".to_owned(), reviewers.collect());
    out.extend(texts(record, &[("lastUpdate", "/lastUpdate")]));
    // The record itself tells the repository, each tool in its way.
    for (key, pointers) in [
        ("repository", ["/source/repository/name", "/repositoryName"]),
        ("repositoryUrl", ["/source/repository/url", "/repositoryUrl"]),
    ] {
        let told = pointers.iter().find_map(|pointer| text(record, pointer));
        put(&mut out, key, Value::from(told));
    }
    place.mark(&mut out);
    Value::Object(out)
}

fn branch(record: &Value, place: Place<'_>) -> Value {
    let mut out = texts(
        record,
        &[("name", "/name"), ("url", "/url"), ("createPullRequestUrl", "/createPullRequestUrl")],
    );
    place.mark(&mut out);
    Value::Object(out)
}

fn commit(record: &Value, place: Place<'_>) -> Value {
    let mut out = texts(
        record,
        &[
            ("id", "/id"),
            ("displayId", "/displayId"),
            ("message", "/message"),
            ("author", "/author/name"),
            ("authorTimestamp", "/authorTimestamp"),
            ("url", "/url"),
        ],
    );
    place.mark(&mut out);
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::Collected;
    use serde_json::json;

    #[test]
    fn records_are_flat_and_an_odd_one_costs_no_other() {
        let mut collected = Collected::default();
        collected.add(&[json!({
            "_instance": {"name": "GitHub"},
            "pullRequests": [
                {"id": "#12", "name": "Fix", "status": "OPEN",
                 "source": {"branch": "f/x", "repository": {"name": "acme/app", "url": "r"}},
                 "author": null, "reviewers": [{"name": "Bo"}, {}]},
                "odd"],
            "branches": [{"name": "f/x", "repository": {"name": "acme/app"}}],
            "repositories": [
                {"name": "acme/lib", "url": "u", "commits": [{"id": "abc", "author": {"name": "Bo"}}]},
                {"name": "acme/lib", "url": "u"}, {"url": "x"}],
        })]);
        assert_eq!(
            collected.pull_requests[0],
            json!({"id": "#12", "name": "Fix", "status": "OPEN", "url": "", "source": "f/x",
                   "destination": "", "author": "", "reviewers": ["Bo"], "lastUpdate": "",
                   "repository": "acme/app", "repositoryUrl": "r", "instance": "GitHub"})
        );
        assert_eq!(collected.pull_requests.len(), 2);
        assert_eq!(
            collected.branches,
            [json!({"name": "f/x", "url": "", "createPullRequestUrl": "", "instance": "GitHub"})]
        );
        assert_eq!(collected.commits[0]["repository"], "acme/lib");
        assert_eq!(collected.commits[0]["author"], "Bo");
        assert_eq!(collected.repositories, [json!({"name": "acme/lib", "url": "u", "avatar": ""})]);
    }
}
