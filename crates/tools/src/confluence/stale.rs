//! Writes that rest on an older version of a page than the current one (design section 5).

use super::page::Page;
use super::{at, body, people, stamp};
use crate::error::shorten;
use crate::{Context, ToolError};
use atlassian_confluence::pages;
use atlassian_http::FieldMessage;
use atlassian_markup::users_in_storage;
use serde_json::Value;
use similar::TextDiff;

/// Longest difference shown in a refusal, in characters.
const MAX_DIFFERENCE: usize = 4000;

/// Remembers that the caller has seen a version of a page.
pub(super) async fn served(cx: &Context, page: &Page) {
    let Some(version) = page.version else { return };
    let key = (cx.identity(), page.id.clone());
    let known = cx.caches.served_pages.get(&key).await.unwrap_or(0);
    if version > known {
        cx.caches.served_pages.insert(key, version).await;
    }
}

/// Lets an update pass that rests on the current version: the one in `expected_version`, or the
/// newest that this process served to the caller. A page never read here has nothing to compare.
///
/// # Errors
/// Names the current version, who wrote it, and what has changed since.
pub(super) async fn check(
    cx: &Context,
    current: &Page,
    expected: Option<u64>,
) -> Result<(), ToolError> {
    let Some(now) = current.version else { return Ok(()) };
    let served = cx.caches.served_pages.get(&(cx.identity(), current.id.clone())).await;
    let Some(base) = expected.or(served).filter(|base| *base != now) else { return Ok(()) };
    if expected.is_none() && base > now {
        return Ok(());
    }
    let basis = if expected.is_some() {
        format!("`expected_version` is {base}")
    } else {
        format!("you read version {base}")
    };
    let changes = if base < now { difference(cx, current, base).await } else { String::new() };
    let current = with_author(cx, current.clone()).await;
    Err(ToolError::refused(format!(
        "Failed to update page {}: {basis}, but the current version is {now}{}. Nothing was \
         written.{changes}\nRead the page again, then repeat the update with `expected_version` \
         {now}.",
        current.id,
        written_by(&current),
    )))
}

/// A page with the name of who wrote its version: v2 tells an id.
async fn with_author(cx: &Context, mut page: Page) -> Page {
    if let Some(id) = page.version_author.clone().filter(|_| cx.is_cloud()) {
        let names = people::names(cx, [people::account(&id)]).await;
        page.version_author = names.get(&id).cloned().or(Some(id));
    }
    page
}

fn written_by(page: &Page) -> String {
    let mut text = String::new();
    if let Some(author) = &page.version_author {
        text.push_str(&format!(", written by {author}"));
    }
    if let Some(date) = &page.version_date {
        text.push_str(&format!(" at {}", stamp::shown(Some(date))));
    }
    if let Some(message) = &page.version_message {
        text.push_str(&format!(" ({})", shorten(message, 200)));
    }
    text
}

/// The lines that changed since a version, as a sentence and a unified difference.
async fn difference(cx: &Context, current: &Page, base: u64) -> String {
    let Ok(old) = storage_of_version(cx, current, base).await else { return String::new() };
    let now = current.storage.as_deref().unwrap_or_default();
    let people = [users_in_storage(&old), users_in_storage(now)].concat();
    let names = people::names(cx, people).await;
    let old = body::shown(cx, &old, &names, true).0;
    let new = body::shown(cx, now, &names, true).0;
    let difference = unified(&old, &new, base, current.version.unwrap_or_default());
    if difference.is_empty() {
        return " The text is the same in both versions.".to_owned();
    }
    format!(" What changed:\n{}", shorten(&difference, MAX_DIFFERENCE))
}

/// The stored body of a version.
async fn storage_of_version(cx: &Context, page: &Page, version: u64) -> Result<String, ToolError> {
    let request = if cx.is_cloud() {
        pages::read_version(page.content_kind(), &page.id, version)
    } else {
        pages::v1_read_version(&page.id, version)
    };
    let answer: Value = cx.confluence(&request).await?;
    at::text(&answer, "/body/storage/value")
        .map(str::to_owned)
        .ok_or_else(|| ToolError::refused("the older version has no body"))
}

/// A unified difference of two texts with three lines around each change, without a newline at
/// its end (confluence spec section 4.12).
pub(super) fn unified(old: &str, new: &str, from: u64, to: u64) -> String {
    let difference = TextDiff::from_lines(old, new);
    difference
        .unified_diff()
        .context_radius(3)
        .missing_newline_hint(false)
        .header(&format!("v{from}"), &format!("v{to}"))
        .to_string()
        .trim_end_matches('\n')
        .to_owned()
}

/// After a conflict at the write itself: the same error with the version that is there now.
/// The write is never repeated.
pub(super) async fn conflict(cx: &Context, page: &Page, error: ToolError) -> ToolError {
    let ToolError::Api(mut error) = error else { return error };
    if !error.is_status(409) {
        return ToolError::Api(error);
    }
    let request = if cx.is_cloud() {
        pages::read_bare(page.content_kind(), &page.id)
    } else {
        pages::v1_read_bare(&page.id, "version")
    };
    if let Ok(answer) = cx.confluence::<Value>(&request).await {
        let now = if cx.is_cloud() {
            Page::from_v2(&answer, page.content_kind())
        } else {
            Page::from_v1(&answer)
        };
        let now = with_author(cx, now).await;
        if let Some(version) = now.version {
            let text = format!(
                "the current version is {version}{}; nothing was written",
                written_by(&now)
            );
            error.messages.push(FieldMessage { field: Some("current_version".to_owned()), text });
        }
    }
    ToolError::Api(error)
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn differences_read_like_those_of_a_patch() {
        assert_eq!(
            unified("Intro\n\none\n\ntwo", "Intro\n\none\n\nTWO", 6, 7),
            "--- v6\n+++ v7\n@@ -2,4 +2,4 @@\n \n one\n \n-two\n+TWO"
        );
        assert_eq!(unified("same", "same", 1, 1), "");
    }
}
