//! `jira_get_issue`.

use crate::jira::issue::{self, View};
use crate::jira::parts::{self, put};
use crate::jira::people::names_in;
use crate::jira::reread::{COMMENT_LIMIT, newest_comments};
use crate::jira::sections::Sections;
use crate::jira::text::{Remarks, Texts};
use crate::jira::wanted::{DEFAULT_FIELDS, Wanted};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Pattern, Scope, Tool, ToolError, Toolset,
};
use atlassian_jira::issues::{self, IssueQuery};
use atlassian_settings::Service;
use futures::future::join;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Reads one issue.
#[derive(Debug, Deserialize)]
pub(in crate::jira) struct GetIssue {
    issue_key: String,
    fields: String,
    expand: Option<String>,
    comment_limit: Option<u32>,
    properties: Option<String>,
    update_history: bool,
    include: Option<String>,
    use_display_names: bool,
}

impl Tool for GetIssue {
    const NAME: &'static str = "jira_get_issue";
    const TITLE: &'static str = "Get Issue";
    const DESCRIPTION: &'static str = "Read one issue: fields, newest comments and, on request, changelog, links, worklogs and \
         more. Texts are Markdown.";
    const SERVICE: Service = Service::Jira;
    const TOOLSET: Toolset = Toolset::JiraIssues;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required(
            "issue_key",
            Kind::Key(Pattern::IssueKey),
            "Issue key, such as PROJ-123.",
        ),
        Argument::with_default(
            "fields",
            Kind::List,
            DefaultValue::Text(DEFAULT_FIELDS),
            "Comma list of field ids or names, or *all.",
        ),
        Argument::optional(
            "expand",
            Kind::List,
            "Comma list: renderedFields, names, transitions, changelog.",
        ),
        Argument::with_default(
            "comment_limit",
            Kind::Integer { min: Some(0), max: Some(100) },
            DefaultValue::Integer(COMMENT_LIMIT as i64),
            "Newest comments to return; 0 for none.",
        )
        .unfilled(),
        Argument::optional("properties", Kind::List, "Comma list of issue property keys."),
        Argument::with_default(
            "update_history",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "Add the issue to the recently viewed ones.",
        ),
        Argument::optional(
            "include",
            Kind::List,
            "More sections: changelog, comments, remote_links, transitions, watchers, worklogs, or \
             all.",
        ),
        Argument::with_default(
            "use_display_names",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Show custom fields under their display names.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().issue_compared_later(&self.issue_key)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let sections = Sections::parse(self.include.as_deref().unwrap_or_default());
        let expand = self.expand(&sections);
        let mut wanted = self.wanted(cx, &sections).await?;
        let fields = wanted.list();
        let query = IssueQuery {
            fields: Some(&fields),
            expand: Some(&expand),
            properties: self.properties.as_deref(),
            update_history: self.update_history,
        };
        let request = issues::get(cx.deployment(), &self.issue_key, &query);
        let ask = async {
            let (found, described) =
                join(cx.remote.json::<Value>(&request), wanted.describe(cx)).await;
            Ok::<_, ToolError>((found?, described))
        };
        let ((mut found, described), extras) = if cx.fence.is_open() {
            let (found, extras) = join(ask, sections.fetch(cx, &self.issue_key)).await;
            (found?, extras)
        } else {
            let found = ask.await?;
            issue::admit(&cx.fence, &found.0, &self.issue_key)?;
            (found, sections.fetch(cx, &self.issue_key).await)
        };
        wanted.catalogue = described;
        issue::admit(&cx.fence, &found, &self.issue_key)?;
        let mut warnings = wanted.warnings.clone();
        if wanted.shows("comment") {
            let limit = self.comment_limit.filter(|limit| *limit > 0).unwrap_or(COMMENT_LIMIT);
            warnings.extend(newest_comments(cx, &self.issue_key, &mut found, limit).await);
        }
        let epic = epic_name(cx, &wanted, &found, &mut warnings).await;

        let names = names_in(cx, &json!([found, extras.worklogs])).await;
        let mut view = View::new(cx, &names, &wanted);
        view.field_names = found.get("names").and_then(Value::as_object);
        view.display_names = self.use_display_names;
        let mut remarks = Remarks::default();
        let mut out = issue::shown(&found, &view, &mut remarks);
        if let Some(epic) = epic {
            out.insert("epic_name".to_owned(), Value::from(epic));
        }
        self.expanded(&found, &expand, &mut out);
        if sections.comments && !out.contains_key("comments") {
            out.insert("comments".to_owned(), json!([]));
        }
        if sections.changelog && !out.contains_key("changelogs") {
            out.insert("changelogs".to_owned(), json!([]));
        }
        let texts = Texts::of(cx);
        extras.show(&self.issue_key, &mut out, &mut warnings, |entry| {
            parts::worklog(entry, texts, &names, &mut remarks)
        });
        put(&mut out, "warnings", Value::from(warnings));
        Ok(Answer::json(out).with_warnings(remarks))
    }
}

impl GetIssue {
    /// The expansions asked for, and those that sections and display names need, each once.
    fn expand(&self, sections: &Sections) -> String {
        let mut expand: Vec<&str> = Vec::new();
        let given = self.expand.as_deref().unwrap_or_default();
        let needed =
            [sections.changelog.then_some("changelog"), self.use_display_names.then_some("names")];
        let given = given.split(',').map(str::trim).filter(|word| !word.is_empty());
        for word in given.chain(needed.into_iter().flatten()) {
            if !expand.contains(&word) {
                expand.push(word);
            }
        }
        expand.join(",")
    }

    async fn wanted(&self, cx: &Context, sections: &Sections) -> Result<Wanted, ToolError> {
        let given = self.fields.trim();
        let given = if given.is_empty() { DEFAULT_FIELDS } else { given };
        let mut wanted = Wanted::parse(cx, given).await?;
        let default = same_words(given, DEFAULT_FIELDS);
        // Who gives a limit wants comments, whatever the list says (jira-issues spec J-34).
        let wants = self.comment_limit.map_or(default, |limit| limit > 0);
        if sections.comments || wants {
            wanted.also("comment");
        } else if self.comment_limit == Some(0) && !wanted.names("comment") {
            wanted.without("comment");
        }
        Ok(wanted)
    }

    /// What `expand` and `properties` brought beyond the fields.
    fn expanded(&self, found: &Value, expand: &str, out: &mut Map<String, Value>) {
        let asked = |word: &str| expand.split(',').any(|given| given == word);
        if self.properties.is_some() {
            put(out, "properties", parts::get(found, "/properties").clone());
        }
        if asked("renderedFields") {
            put(out, "rendered_fields", parts::get(found, "/renderedFields").clone());
        }
        if asked("transitions") {
            put(out, "transitions", crate::jira::transitions::shown(found));
        }
    }
}

fn same_words(a: &str, b: &str) -> bool {
    let words = |list: &str| {
        let mut words: Vec<String> = list.split(',').map(|w| w.trim().to_owned()).collect();
        words.sort();
        words
    };
    words(a) == words(b)
}

/// The name of the epic an issue belongs to, when it was asked for: it stands in the parent on
/// Cloud and in the epic itself on Data Center.
async fn epic_name(
    cx: &Context,
    wanted: &Wanted,
    found: &Value,
    warnings: &mut Vec<String>,
) -> Option<String> {
    let catalogue = wanted.catalogue.as_ref()?;
    if !wanted.epic_name {
        return None;
    }
    let level = found.pointer("/fields/parent/fields/issuetype/hierarchyLevel");
    if level.and_then(Value::as_i64) == Some(1) {
        return parts::text(found, "/fields/parent/fields/summary").map(str::to_owned);
    }
    let link = catalogue.epic_link()?;
    let key = parts::text(found, &format!("/fields/{}", link.id()))?;
    let name = catalogue.epic_name().map(|field| field.id()).unwrap_or("summary");
    let fields = format!("{name},summary,project");
    let query = IssueQuery { fields: Some(&fields), ..IssueQuery::default() };
    match cx.remote.json::<Value>(&issues::get(cx.deployment(), key, &query)).await {
        Ok(epic) if issue::admit(&cx.fence, &epic, key).is_ok() => {
            let own = parts::text(&epic, &format!("/fields/{name}"));
            own.or_else(|| parts::text(&epic, "/fields/summary")).map(str::to_owned)
        }
        Ok(_) => None,
        Err(error) => {
            warnings.push(format!("the name of epic {key} is missing: {error}"));
            None
        }
    }
}
