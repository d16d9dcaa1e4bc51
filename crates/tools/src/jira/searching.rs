//! JQL searches: the fence around the query, paging, and the result document (jira-issues spec
//! sections 1.10, 2.5 and 4.2).

use super::gathering::{self, FEW, MAX_ISSUES};
use super::issue::{self, View, project_of};
use super::parts::{list, put};
use super::people::names_in;
use super::text::Remarks;
use super::wanted::{DEFAULT_FIELDS, Wanted};
use crate::{Answer, Argument, Context, DefaultValue, Kind, ToolError};
use atlassian_jira::{agile, jql, search};
use atlassian_settings::Filter;
use serde_json::{Map, Value};

/// Most issues skipped on Cloud to reach an offset (jira-issues spec J-37).
const MAX_SKIPPED: u64 = 1_000;

/// The fields shown, an argument of every list of issues.
pub(crate) const FIELDS: Argument = Argument::with_default(
    "fields",
    Kind::List,
    DefaultValue::Text(DEFAULT_FIELDS),
    "Comma list of field ids or names, or *all.",
);

/// Where a list of issues begins.
pub(crate) const START_AT: Argument = Argument::with_default(
    "start_at",
    Kind::Integer { min: Some(0), max: None },
    DefaultValue::Integer(0),
    "Issues to skip.",
);

/// How many issues a list holds.
pub(crate) const LIMIT: Argument = Argument::with_default(
    "limit",
    Kind::Integer { min: Some(1), max: Some(50) },
    DefaultValue::Integer(10),
    "Issues to return.",
);

/// Where a list of issues goes on; ours, and not published.
pub(crate) const PAGE_TOKEN: Argument =
    Argument::optional("page_token", Kind::Text, "next_page_token of the previous answer (Cloud).")
        .hidden();

/// A search as a tool asks for it.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) jql: String,
    pub(crate) fields: String,
    pub(crate) limit: u32,
    pub(crate) start_at: u64,
    /// A comma list of project keys that can only narrow.
    pub(crate) projects: Option<String>,
    pub(crate) expand: Option<String>,
    pub(crate) page_token: Option<String>,
    pub(crate) display_names: bool,
}

/// What a search found.
#[derive(Debug)]
pub(crate) struct Hits {
    /// All hits of the query, -1 when Jira does not tell.
    total: i64,
    start_at: u64,
    max_results: u64,
    next_page_token: Option<String>,
    issues: Vec<Value>,
    warnings: Vec<String>,
    remarks: Remarks,
}

impl Hits {
    /// The same with a total that was found out otherwise, where the search did not tell it.
    pub(crate) fn or_total(mut self, total: Option<i64>) -> Self {
        if let (-1, Some(total)) = (self.total, total) {
            self.total = total;
        }
        self
    }

    /// The result document.
    pub(crate) fn answer(self) -> Answer {
        let mut out = Map::new();
        out.insert("total".to_owned(), Value::from(self.total));
        out.insert("start_at".to_owned(), Value::from(self.start_at));
        out.insert("max_results".to_owned(), Value::from(self.max_results));
        out.insert("issues".to_owned(), Value::Array(self.issues));
        put(&mut out, "next_page_token", Value::from(self.next_page_token));
        put(&mut out, "warnings", Value::from(self.warnings));
        Answer::json(out).with_warnings(self.remarks)
    }
}

/// The query that is sent: the operator's filter and the caller's own in front, each of which can
/// only narrow.
///
/// # Errors
/// When a filter applies and the query cannot be read safely.
pub(crate) fn fenced(
    cx: &Context,
    asked: &str,
    projects: Option<&str>,
) -> Result<String, ToolError> {
    let own = projects.and_then(Filter::parse);
    let filters: Vec<&[String]> =
        cx.fence.filter().into_iter().chain(own.as_ref()).map(Filter::keys).collect();
    if filters.is_empty() {
        return Ok(jql::repaired(asked));
    }
    jql::fenced(asked, &filters).map_err(|error| {
        ToolError::argument(
            "jql",
            format!("{error}; a query that is restricted to projects must be complete in itself"),
            Some(asked),
        )
    })
}

/// One page of an answer and where it goes on.
#[derive(Debug, Default)]
struct Page {
    issues: Vec<Value>,
    names: Map<String, Value>,
    total: Option<i64>,
    start_at: Option<u64>,
    max_results: Option<u64>,
    next: Option<String>,
    /// Issues that were found and could not be read.
    missing: usize,
}

impl Search {
    /// Runs the search.
    ///
    /// # Errors
    /// When the query is refused here or by Jira.
    pub(crate) async fn run(self, cx: &Context) -> Result<Hits, ToolError> {
        self.run_on(cx, None).await
    }

    /// Runs the search on the issues of a board. On Cloud, where boards have no search of their
    /// own, the query must restrict to the board itself.
    ///
    /// # Errors
    /// When the query is refused here or by Jira.
    pub(crate) async fn run_on(self, cx: &Context, board: Option<&str>) -> Result<Hits, ToolError> {
        let limit = cx.clamp_limit(self.limit).clamp(1, MAX_ISSUES);
        let query = fenced(cx, &self.jql, self.projects.as_deref())?;
        if cx.is_cloud() && !jql::restricts(&query) {
            return Err(ToolError::argument(
                "jql",
                "Jira Cloud refuses a query without a restriction; name a project, a status, a \
                 time range (`updated >= -30d`) or similar",
                Some(&self.jql),
            ));
        }
        let given = self.fields.trim();
        let wanted =
            Wanted::parse(cx, if given.is_empty() { DEFAULT_FIELDS } else { given }).await?;
        let mut expand: Vec<&str> = self
            .expand
            .as_deref()
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .collect();
        if self.display_names && !expand.contains(&"names") {
            expand.push("names");
        }
        let expand = expand.join(",");
        let page = async {
            if cx.is_cloud() {
                self.cloud(cx, &query, &wanted, &expand, limit).await
            } else {
                self.data_center(cx, &query, &wanted, (&expand, board), limit).await
            }
        };
        let (page, described) = futures::join!(page, wanted.describe(cx));
        let mut wanted = wanted;
        wanted.catalogue = described;
        self.shown(cx, page?, &wanted, limit).await
    }

    async fn cloud(
        &self,
        cx: &Context,
        query: &str,
        wanted: &Wanted,
        expand: &str,
        limit: u32,
    ) -> Result<Page, ToolError> {
        let mut token = self.page_token.clone().filter(|token| !token.trim().is_empty());
        let first_page = token.is_none() && self.start_at == 0;
        let mut out = Page::default();
        if token.is_none() && self.start_at > 0 {
            match self.skip(cx, query).await? {
                Some(next) => token = Some(next),
                None => return Ok(Page { total: None, ..out }),
            }
        }
        if limit > FEW && matches!(expand, "" | "names") {
            out = self.gathered(cx, query, wanted, (expand, token), limit).await?;
            if first_page && out.next.is_none() {
                out.total = i64::try_from(out.issues.len() + out.missing).ok();
            }
            return Ok(out);
        }
        while out.issues.len() < limit as usize {
            let missing = limit - u32::try_from(out.issues.len()).unwrap_or(limit);
            let max = missing.min(search::CLOUD_PAGE);
            let request =
                search::cloud(query, &wanted.upstream, Some(expand), max, token.as_deref());
            let answer: Value = cx.remote.json(&request).await?;
            let got = take_issues(&answer)?;
            let none = got.is_empty();
            out.issues.extend(got);
            if let Some(names) = answer.get("names").and_then(Value::as_object) {
                out.names.extend(names.clone());
            }
            out.next = next_token(&answer).filter(|next| Some(next) != token.as_ref());
            token.clone_from(&out.next);
            cx.progress.report(out.issues.len() as u64, Some(u64::from(limit)), "issues read");
            if token.is_none() || none {
                break;
            }
        }
        if first_page && out.next.is_none() {
            out.total = i64::try_from(out.issues.len()).ok();
        }
        Ok(out)
    }

    /// Reads the ids, and then the issues in groups at the same time.
    async fn gathered(
        &self,
        cx: &Context,
        query: &str,
        wanted: &Wanted,
        (expand, mut token): (&str, Option<String>),
        limit: u32,
    ) -> Result<Page, ToolError> {
        let mut ids: Vec<String> = Vec::new();
        while ids.len() < limit as usize {
            let missing = limit - u32::try_from(ids.len()).unwrap_or(limit);
            let max = missing.min(search::CLOUD_IDS);
            let request = search::cloud(query, &[], None, max, token.as_deref());
            let answer: Value = cx.remote.json(&request).await?;
            take_issues(&answer)?;
            let before = ids.len();
            ids.extend(gathering::ids(&answer));
            let next = next_token(&answer).filter(|next| Some(next) != token.as_ref());
            token = next;
            if token.is_none() || ids.len() == before {
                break;
            }
        }
        let names = expand == "names";
        let found = gathering::gather(cx, &ids, &wanted.upstream, names).await?;
        Ok(Page {
            issues: found.issues,
            names: found.names,
            missing: found.missing,
            next: token,
            ..Page::default()
        })
    }

    /// Walks over the issues before `start_at` without reading them; `None` when there are not
    /// that many.
    async fn skip(&self, cx: &Context, query: &str) -> Result<Option<String>, ToolError> {
        if self.start_at > MAX_SKIPPED {
            return Err(ToolError::argument(
                "start_at",
                format!(
                    "Jira Cloud has no offsets; at most {MAX_SKIPPED} issues are skipped. Continue \
                     with page_token, the next_page_token of the previous answer"
                ),
                Some(&self.start_at.to_string()),
            ));
        }
        let mut left = self.start_at;
        let mut token: Option<String> = None;
        while left > 0 {
            let max = u32::try_from(left).unwrap_or(search::CLOUD_IDS).min(search::CLOUD_IDS);
            let request = search::cloud(query, &[], None, max, token.as_deref());
            let answer: Value = cx.remote.json(&request).await?;
            let got = list(&answer, "/issues").len() as u64;
            left = left.saturating_sub(got);
            let next = next_token(&answer);
            if next.is_none() || got == 0 || next == token {
                return Ok(None);
            }
            token = next;
        }
        Ok(token)
    }

    async fn data_center(
        &self,
        cx: &Context,
        query: &str,
        wanted: &Wanted,
        (expand, board): (&str, Option<&str>),
        limit: u32,
    ) -> Result<Page, ToolError> {
        let max = limit.min(search::DATA_CENTER_PAGE);
        let (expand, start) = (Some(expand), self.start_at);
        let request = match board {
            Some(board) => agile::board_issues(board, query, &wanted.list(), expand, start, max),
            None => search::data_center(query, &wanted.upstream, expand, start, max),
        };
        let answer: Value = cx.remote.json(&request).await?;
        let number = |name: &str| answer.get(name).and_then(Value::as_u64);
        Ok(Page {
            issues: take_issues(&answer)?,
            names: answer.get("names").and_then(Value::as_object).cloned().unwrap_or_default(),
            total: answer.get("total").and_then(Value::as_i64),
            start_at: number("startAt"),
            max_results: number("maxResults"),
            ..Page::default()
        })
    }

    async fn shown(
        &self,
        cx: &Context,
        page: Page,
        wanted: &Wanted,
        limit: u32,
    ) -> Result<Hits, ToolError> {
        let Page { issues, names: field_names, total, start_at, max_results, next, missing } = page;
        let mut warnings = wanted.warnings.clone();
        if missing > 0 {
            warnings.push(format!(
                "{missing} issues are left out: they were found and could not be read any more"
            ));
        }
        let before = issues.len();
        // The filter was in the query; what came back is compared all the same.
        let inside: Vec<Value> = issues
            .into_iter()
            .filter(|issue| project_of(issue).is_none_or(|key| cx.fence.allows(key)))
            .filter(|issue| cx.fence.is_open() || project_of(issue).is_some())
            .collect();
        if inside.len() < before {
            warnings.push(format!(
                "{} issues are left out: they are outside the projects this server may touch",
                before - inside.len()
            ));
        }
        let found = Value::Array(inside);
        let names = names_in(cx, &found).await;
        let mut view = View::new(cx, &names, wanted);
        view.field_names = (!field_names.is_empty()).then_some(&field_names);
        view.display_names = self.display_names;
        let mut remarks = Remarks::default();
        let issues = list(&found, "")
            .iter()
            .map(|found| {
                let mut out = issue::shown(found, &view, &mut remarks);
                if self.expands("renderedFields") {
                    put(
                        &mut out,
                        "rendered_fields",
                        found.get("renderedFields").cloned().unwrap_or_default(),
                    );
                }
                if self.expands("transitions") {
                    put(&mut out, "transitions", super::transitions::shown(found));
                }
                Value::Object(out)
            })
            .collect();
        Ok(Hits {
            total: total.unwrap_or(-1),
            start_at: start_at.unwrap_or(self.start_at),
            max_results: max_results.unwrap_or(u64::from(limit)),
            next_page_token: next,
            issues,
            warnings,
            remarks,
        })
    }

    fn expands(&self, word: &str) -> bool {
        self.expand.as_deref().is_some_and(|list| list.split(',').any(|given| given.trim() == word))
    }
}

/// Where a search goes on; none on its last page.
fn next_token(answer: &Value) -> Option<String> {
    let last = answer.get("isLast").and_then(Value::as_bool) == Some(true);
    answer.get("nextPageToken").and_then(Value::as_str).filter(|_| !last).map(str::to_owned)
}

/// The issues of an answer; an answer without a list is an error and never "nothing found".
fn take_issues(answer: &Value) -> Result<Vec<Value>, ToolError> {
    answer.get("issues").and_then(Value::as_array).cloned().ok_or_else(|| {
        ToolError::refused("Error searching issues: Jira answered without a list of issues.")
    })
}
