//! `confluence_get_space_page_tree`.

use crate::confluence::{at, load, space};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::{pages, tree};
use atlassian_settings::Service;
use futures::future::{join, join_all};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Levels climbed to find out how deep a page is whose parent is not in the list.
const MAX_CLIMB: usize = 12;
/// Pages asked for at once on Data Center.
const WINDOW: u32 = 200;

/// Lists the pages of a space with their place in the tree.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetSpacePageTree {
    space_key: String,
    limit: u32,
    start: u64,
}

/// A page's place.
#[derive(Clone, Debug)]
struct Node {
    id: String,
    title: String,
    parent: Option<String>,
    position: Option<i64>,
    depth: usize,
}

impl Tool for GetSpacePageTree {
    const NAME: &'static str = "confluence_get_space_page_tree";
    const TITLE: &'static str = "Get Space Page Tree";
    const DESCRIPTION: &'static str = "List the pages of a Confluence space as a flat tree: id, \
         title, parent, position and depth.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("space_key", Kind::Text, "Space key."),
        Argument::with_default(
            "limit",
            Kind::Integer { min: Some(1), max: Some(1000) },
            DefaultValue::Integer(100),
            "Most pages.",
        ),
        Argument::with_default(
            "start",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Pages to skip.",
        )
        .hidden(),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().container(self.space_key.trim())
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let limit = cx.clamp_limit(self.limit);
        let (mut nodes, more) = if cx.is_cloud() {
            self.cloud(cx, limit as usize).await?
        } else {
            self.dc(cx, limit as usize).await?
        };
        nodes.sort_by(|a, b| {
            let place = |node: &Node| (node.depth, node.position.unwrap_or(999_999));
            place(a).cmp(&place(b)).then_with(|| a.title.cmp(&b.title))
        });
        let pages: Vec<Value> = nodes
            .iter()
            .map(|node| {
                json!({
                    "id": node.id, "title": node.title, "parent_id": node.parent,
                    "position": node.position, "depth": node.depth,
                })
            })
            .collect();
        let mut answer = json!({
            "space_key": self.space_key,
            "total_pages": pages.len(),
            "has_more": more,
            "pages": pages,
        });
        if let Some(answer) = answer.as_object_mut().filter(|_| more) {
            answer.insert("next_start".to_owned(), json!(self.start + nodes.len() as u64));
            let hint = format!("Results truncated at {limit} pages. Increase limit to see more.");
            answer.insert("hint".to_owned(), json!(hint));
        }
        Ok(Answer::json(answer))
    }
}

impl GetSpacePageTree {
    async fn cloud(&self, cx: &Context, limit: usize) -> Result<(Vec<Node>, bool), ToolError> {
        let space = space::by_key(cx, &self.space_key).await?;
        let start = usize::try_from(self.start).unwrap_or(usize::MAX);
        let list = tree::pages_of_space(&space.id);
        let (found, more) = load::window_v2(cx, list, |_| true, start, limit).await?;
        let mut parents: HashMap<String, Option<String>> = HashMap::new();
        let mut folders = HashSet::new();
        for page in &found {
            note(page, &mut parents, &mut folders);
        }
        climb(cx, &mut parents, &mut folders).await;
        let nodes = found.iter().map(|page| {
            let parent = at::id(page, "/parentId");
            Node {
                id: at::id(page, "/id").unwrap_or_default(),
                title: at::text(page, "/title").unwrap_or_default().to_owned(),
                position: page.get("position").and_then(Value::as_i64),
                depth: depth(parent.as_deref(), &parents),
                parent,
            }
        });
        Ok((nodes.collect(), more))
    }

    async fn dc(&self, cx: &Context, limit: usize) -> Result<(Vec<Node>, bool), ToolError> {
        let mut nodes: Vec<Node> = Vec::new();
        loop {
            let start = self.start + nodes.len() as u64;
            let wanted = WINDOW.min(u32::try_from(limit - nodes.len()).unwrap_or(WINDOW));
            let request = tree::v1_pages_of_space(self.space_key.trim(), start, wanted);
            let answer: Value = cx.confluence(&request).await?;
            let page = at::list(&answer, "/results");
            let free = limit - nodes.len();
            nodes.extend(page.iter().take(free).map(node_v1));
            let next = at::text(&answer, "/_links/next").is_some() || page.len() > free;
            if !next || page.is_empty() || nodes.len() >= limit {
                return Ok((nodes, next));
            }
            cx.progress.report(nodes.len() as u64, Some(limit as u64), "listing");
        }
    }
}

fn node_v1(page: &Value) -> Node {
    let above = at::list(page, "/ancestors");
    let position = page.pointer("/extensions/position");
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    Node {
        id: at::id(page, "/id").unwrap_or_default(),
        title: at::text(page, "/title").unwrap_or_default().to_owned(),
        parent: above.last().and_then(|parent| at::id(parent, "/id")),
        position: position.and_then(number),
        depth: above.len(),
    }
}

fn note(
    content: &Value,
    parents: &mut HashMap<String, Option<String>>,
    folders: &mut HashSet<String>,
) {
    let Some(id) = at::id(content, "/id") else { return };
    let parent = at::id(content, "/parentId");
    if at::text(content, "/parentType") == Some("folder")
        && let Some(parent) = &parent
    {
        folders.insert(parent.clone());
    }
    parents.insert(id, parent);
}

/// Looks up the parents that are not in the list, level by level: folders one by one, pages
/// together.
async fn climb(
    cx: &Context,
    parents: &mut HashMap<String, Option<String>>,
    folders: &mut HashSet<String>,
) {
    for _ in 0..MAX_CLIMB {
        let missing: HashSet<String> = parents
            .values()
            .flatten()
            .filter(|parent| !parents.contains_key(*parent))
            .cloned()
            .collect();
        if missing.is_empty() {
            return;
        }
        let (above, pages): (Vec<String>, Vec<String>) =
            missing.iter().cloned().partition(|id| folders.contains(id));
        let ids: Vec<&str> = pages.iter().map(String::as_str).take(250).collect();
        let read_pages = async {
            if ids.is_empty() {
                return Value::Null;
            }
            cx.confluence(&tree::pages_by_id(&ids, false)).await.unwrap_or_default()
        };
        let read_folders = join_all(above.iter().take(50).map(|id| async move {
            cx.confluence::<Value>(&pages::folder(id)).await.unwrap_or_default()
        }));
        let (found, found_folders) = join(read_pages, read_folders).await;
        for content in at::list(&found, "/results").iter().chain(&found_folders) {
            note(content, parents, folders);
        }
        // What cannot be read ends the way up.
        for id in missing {
            parents.entry(id).or_insert(None);
        }
    }
}

fn depth(parent: Option<&str>, parents: &HashMap<String, Option<String>>) -> usize {
    let mut depth = 0;
    let mut at = parent;
    while let Some(id) = at {
        depth += 1;
        if depth > 1000 {
            break;
        }
        at = parents.get(id).and_then(Option::as_deref);
    }
    depth
}
