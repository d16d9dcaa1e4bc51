//! The tour: real calls, each held against what it must bring.

use super::client::{McpClient, Returned};
use crate::output::{Done, Failure, line};
use atlassian_sandbox::Sandbox;
use serde_json::{Value, json};

/// Longest excerpt of an answer that is printed, in characters.
const EXCERPT: usize = 220;

struct Tour<'a> {
    client: McpClient,
    sandbox: &'a Sandbox,
    step: u32,
}

/// Walks the tour. A step that does not bring what it must ends the demo with an error.
pub(crate) async fn walk(url: &str, sandbox: &Sandbox) -> Done {
    let mut tour = Tour { client: McpClient::new(url), sandbox, step: 0 };
    tour.tools().await?;
    tour.reads().await?;
    tour.writes().await?;
    tour.pages().await?;
    tour.refusals().await?;
    line("\nThe tour is over: every step brought what it must.")
}

impl Tour<'_> {
    /// The same tool exists once per instance.
    async fn tools(&mut self) -> Done {
        self.title("The same tool, once per instance")?;
        let names = self.client.tools().await?;
        let of = |base: &str| {
            names.iter().filter(|name| name.ends_with(base)).cloned().collect::<Vec<_>>().join(", ")
        };
        line(&format!("   {} tools; for example {}", names.len(), of("_get_issue")))?;
        line(&format!("   and {}", of("_get_page")))?;
        let returned = self.call("atlassian_list_instances", json!({})).await?;
        let count = returned.json.get("instances").and_then(Value::as_array).map_or(0, Vec::len);
        self.must(count == 6, "six instances are listed")
    }

    /// Production and staging hold different things.
    async fn reads(&mut self) -> Done {
        self.title("Read an issue on production (Cloud) and one on staging (Data Center)")?;
        self.call("jira_get_issue", json!({"issue_key": "PAY-6"})).await?;
        self.call("jira_staging_get_issue", json!({"issue_key": "DEPOT-5"})).await?;
        self.fails("jira_staging_get_issue", json!({"issue_key": "PAY-6"})).await?;
        self.title("Search both with JQL")?;
        let query = |project: &str| {
            let jql =
                format!("project = {project} AND statusCategory != Done ORDER BY created DESC");
            json!({"jql": jql, "limit": 3, "fields": "summary,status"})
        };
        self.call("jira_search", query("PAY")).await?;
        self.call("jira_staging_search", query("DEPOT")).await.map(drop)
    }

    /// A write on staging leaves production alone.
    async fn writes(&mut self) -> Done {
        self.title("Create an issue on staging; production does not have it")?;
        let summary = "Try the new retry policy";
        let arguments = json!({
            "project_key": "DEPOT", "summary": summary, "issue_type": "Task",
            "description": "## Goal\n\n- retry **reads** only\n- see `ATLASSIAN_RETRY_TOTAL`",
        });
        let created = self.call("jira_staging_create_issue", arguments).await?;
        let key = created
            .json
            .pointer("/issue/key")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        self.must(!key.is_empty(), "the new issue has a key")?;
        self.must(
            self.sandbox.site("staging").issue(&key).is_some(),
            "staging holds the new issue",
        )?;
        let find = json!({"jql": format!("summary ~ \"{summary}\""), "limit": 5});
        let on_staging = self.call("jira_staging_search", find.clone()).await?;
        let on_production = self.call("jira_search", find).await?;
        let found = |returned: &Returned| returned.text.contains(summary);
        self.must(found(&on_staging) && !found(&on_production), "only staging finds it")?;
        self.title("Move it through its workflow and comment on it")?;
        let transitions =
            self.call("jira_staging_get_transitions", json!({"issue_key": key})).await?;
        let id = transitions
            .json
            .pointer("/0/id")
            .map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let id = id.ok_or_else(|| Failure::failed("the new issue has no transitions"))?;
        self.call("jira_staging_transition_issue", json!({"issue_key": key, "transition_id": id}))
            .await?;
        self.call(
            "jira_staging_add_comment",
            json!({"issue_key": key, "body": "Started from the *demo*."}),
        )
        .await?;
        let comments = self.sandbox.site("staging").comments(&key).len();
        self.must(comments == 1, "staging holds the comment")
    }

    /// Confluence: search, read, change one sentence.
    async fn pages(&mut self) -> Done {
        self.title("Find and read a page on both Confluences")?;
        let found = self
            .call("confluence_search", json!({"query": "type = page AND space = ENG", "limit": 2}))
            .await?;
        let id = found.json.pointer("/0/id").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.must(!id.is_empty(), "a page is found")?;
        self.call("confluence_get_page", json!({"page_id": id})).await?;
        self.call("confluence_staging_search", json!({"query": "type = page", "limit": 2})).await?;
        self.title("Write a page on staging, then change it; production keeps its pages")?;
        let before = self.sandbox.site("acme").log().len();
        let created = self
            .call("confluence_staging_create_page", json!({
                "space_key": "HALL", "title": "Retry policy", "content": "# Why\n\nReads are repeated, writes are not.\n",
            }))
            .await?;
        let page =
            created.json.pointer("/page/id").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.must(!page.is_empty(), "the new page has an id")?;
        self.call("confluence_staging_update_page", json!({
            "page_id": page, "title": "Retry policy",
            "content": "# Why\n\nReads are repeated twice, writes are not.\n", "version_comment": "say how often",
        }))
        .await?;
        self.must(
            self.sandbox.site("acme").log().len() == before,
            "not one request reached production",
        )
    }

    /// What must not work does not work, and says why.
    async fn refusals(&mut self) -> Done {
        self.title("A read-only instance has no tools that write")?;
        let refused = self
            .fails(
                "jira_archive_create_issue",
                json!({"project_key": "PAY", "summary": "No", "issue_type": "Task"}),
            )
            .await?;
        self.must(refused.text.contains("Unknown tool"), "the write is refused")?;
        self.call("jira_archive_get_issue", json!({"issue_key": "PAY-6", "fields": "summary"}))
            .await?;
        self.title("A dead instance says so, and costs the others nothing")?;
        let dead = self.fails("jira_lost_get_issue", json!({"issue_key": "PAY-1"})).await?;
        self.must(dead.text.contains("Could not connect"), "the dead instance is named")?;
        self.call("jira_get_issue", json!({"issue_key": "PAY-2", "fields": "summary,status"}))
            .await?;
        self.title("Mistakes are told, never guessed at")?;
        self.fails("jira_get_issue", json!({"issue_key": "PAY-99999"})).await?;
        self.fails("jira_search", json!({"jql": "projct = PAY", "limitt": 3})).await.map(drop)
    }

    fn title(&mut self, title: &str) -> Done {
        self.step += 1;
        line(&format!("\n{}. {title}", self.step))
    }

    async fn call(&mut self, tool: &str, arguments: Value) -> Result<Returned, Failure> {
        let returned = self.show(tool, &arguments).await?;
        if returned.is_error {
            return Err(Failure::failed(format!("{tool} failed: {}", returned.text)));
        }
        Ok(returned)
    }

    async fn fails(&mut self, tool: &str, arguments: Value) -> Result<Returned, Failure> {
        let returned = self.show(tool, &arguments).await?;
        if !returned.is_error {
            return Err(Failure::failed(format!(
                "{tool} should have been refused: {}",
                returned.text
            )));
        }
        Ok(returned)
    }

    async fn show(&mut self, tool: &str, arguments: &Value) -> Result<Returned, Failure> {
        line(&format!("   > {tool} {arguments}"))?;
        let returned = self.client.call(tool, arguments).await?;
        let mut excerpt: String = returned.text.replace('\n', " ").chars().take(EXCERPT).collect();
        if returned.text.chars().count() > EXCERPT {
            excerpt.push('…');
        }
        let mark = if returned.is_error { "refused" } else { "ok" };
        line(&format!("   < [{}] {mark}: {excerpt}", returned.instance))?;
        Ok(returned)
    }

    fn must(&self, holds: bool, what: &str) -> Done {
        if holds {
            return line(&format!("   = {what}"));
        }
        Err(Failure::failed(format!("step {}: expected that {what}", self.step)))
    }
}
