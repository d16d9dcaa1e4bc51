//! `confluence_get_page_children`.

use crate::confluence::load::{self, Loaded};
use crate::confluence::page::Page;
use crate::confluence::{at, body, failure, people, stale};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::{pages, tree};
use atlassian_markup::users_in_storage;
use atlassian_settings::Service;
use futures::future::join;
use serde::Deserialize;
use serde_json::{Value, json};

/// Lists what stands directly below a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetPageChildren {
    parent_id: String,
    expand: String,
    limit: u32,
    include_content: bool,
    convert_to_markdown: bool,
    start: u64,
    include_folders: bool,
}

impl Tool for GetPageChildren {
    const NAME: &'static str = "confluence_get_page_children";
    const TITLE: &'static str = "Get Page Children";
    const DESCRIPTION: &'static str =
        "List the pages (and folders) directly below a Confluence page or folder.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("parent_id", Kind::ContentId, "Parent page id or link."),
        Argument::with_default(
            "expand",
            Kind::Text,
            DefaultValue::Text("version"),
            "Comma separated parts to expand; `body` includes bodies.",
        ),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(50) },
            DefaultValue::Integer(25),
            "Most children.",
        ),
        Argument::with_default(
            "include_content",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "Include bodies.",
        ),
        Argument::with_default(
            "convert_to_markdown",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "False returns stored XHTML.",
        ),
        Argument::with_default(
            "start",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Children to skip.",
        ),
        Argument::with_default(
            "include_folders",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "Include folders.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.parent_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let listed = if cx.is_cloud() { self.cloud(cx).await } else { self.dc(cx).await };
        let (children, more) = match listed {
            Ok(listed) => listed,
            Err(error) => {
                return failure(
                    error,
                    |detail| json!({ "error": format!("Failed to get child pages: {detail}") }),
                );
            }
        };
        if self.wants_body() {
            for child in &children {
                stale::served(cx, &child.page).await;
            }
        }
        let taken = children.len() as u64;
        let mut remarks = Vec::new();
        let results: Vec<Value> = children
            .iter()
            .filter(|child| load::admit(cx, &child.page, "a child").is_ok())
            .map(|child| {
                let (content, told) =
                    body::content(cx, &child.page, &child.names, self.convert_to_markdown);
                remarks.extend(told);
                child.page.object(cx, content.filter(|_| self.wants_body()))
            })
            .collect();
        let mut answer = json!({
            "parent_id": self.parent_id,
            "count": results.len(),
            "limit_requested": self.limit,
            "start_requested": self.start,
            "results": results,
            "has_more": more,
        });
        if let Some(answer) = answer.as_object_mut().filter(|_| more) {
            answer.insert("next_start".to_owned(), json!(self.start + taken));
        }
        Ok(Answer::json(answer).with_warnings(remarks))
    }
}

impl GetPageChildren {
    fn wants_body(&self) -> bool {
        self.include_content || self.expand.contains("body")
    }

    async fn cloud(&self, cx: &Context) -> Result<(Vec<Loaded>, bool), ToolError> {
        let limit = cx.clamp_limit(self.limit) as usize;
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let wanted = |child: &Value| match at::text(child, "/type") {
            None | Some("page") => true,
            Some(kind) => kind == "folder" && self.include_folders,
        };
        let parent = self.parent_id.as_str();
        let list = |request| load::window_v2(cx, request, wanted, start, limit);
        let listed = list(tree::direct_children(parent)).await;
        let (children, more) = match listed {
            Err(error) if error.is_status(404) => {
                // The parent is a folder, or the server knows only child pages.
                let below = match cx.confluence::<Value>(&pages::folder(parent)).await {
                    Ok(_) => list(tree::children_of_folder(parent)).await,
                    Err(_) => list(tree::child_pages(parent)).await.map_err(|_| error),
                };
                below?
            }
            listed => listed?,
        };
        let ids: Vec<String> = children
            .iter()
            .filter(|child| at::text(child, "/type") != Some("folder"))
            .filter_map(|child| at::id(child, "/id"))
            .collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        // The list holds neither versions nor dates; the pages themselves do.
        let full = if ids.is_empty() {
            Value::Null
        } else {
            cx.confluence(&tree::pages_by_id(&ids, self.wants_body())).await?
        };
        let answers: Vec<Value> = children
            .iter()
            .map(|child| {
                let same = |page: &&Value| at::id(page, "/id") == at::id(child, "/id");
                let found = at::list(&full, "/results").iter().find(same);
                found.unwrap_or(child).clone()
            })
            .collect();
        let mut loaded = load::listed_v2(cx, &answers).await;
        for (loaded, child) in loaded.iter_mut().zip(&children) {
            if let Some(kind) = at::text(child, "/type") {
                kind.clone_into(&mut loaded.page.kind);
            }
        }
        Ok((loaded, more))
    }

    async fn dc(&self, cx: &Context) -> Result<(Vec<Loaded>, bool), ToolError> {
        let mut expand: Vec<&str> =
            self.expand.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        let wanted = ["version", "history"].into_iter().chain(
            (self.include_content && !self.expand.contains("body")).then_some("body.storage"),
        );
        for part in wanted {
            if !expand.contains(&part) {
                expand.push(part);
            }
        }
        let limit = cx.clamp_limit(self.limit);
        let expand = expand.join(",");
        let list =
            |folders| tree::v1_children(&self.parent_id, folders, self.start, limit, &expand);
        let (below, folders) = (list(false), list(true));
        let folders = async {
            // Data Center knows no folders yet; where it says so, there are none.
            if self.include_folders { cx.confluence::<Value>(&folders).await.ok() } else { None }
        };
        let (below, folders) = join(cx.confluence::<Value>(&below), folders).await;
        let below = below?;
        let lists = [Some(below), folders];
        let more = lists.iter().flatten().any(|list| at::text(list, "/_links/next").is_some());
        let pages: Vec<Page> = lists
            .iter()
            .flatten()
            .flat_map(|list| at::list(list, "/results"))
            .map(Page::from_v1)
            .collect();
        let people: Vec<_> = pages
            .iter()
            .flat_map(|page| users_in_storage(page.storage.as_deref().unwrap_or_default()))
            .collect();
        let names = people::names(cx, people).await;
        let loaded = pages.into_iter().map(|page| Loaded { page, names: names.clone() });
        Ok((loaded.collect(), more))
    }
}
