//! Macros: which the dialect has words for, and how the others are kept
//! (content conversion spec section 4.3).

use super::read::Reader;
use super::xml::Tree;
use crate::markdown::directive::can_hold;
use crate::markdown::status_color;
use crate::model::{Attrs, BlockKind, CodeBlock, Inline, MAX_DEPTH, Panel, PanelKind};

/// Whether an element is a macro.
pub(super) fn is_macro(name: &str) -> bool {
    matches!(name, "ac:structured-macro" | "ac:macro")
}

/// A macro's parameters: name, text, and whether it is plain text.
struct Params {
    list: Vec<(String, String, bool)>,
}

impl Params {
    fn of(tree: &Tree<'_>, id: usize) -> Self {
        let mut list = Vec::new();
        for &child in tree.children(id) {
            if !matches!(tree.name(child), "ac:parameter" | "ac:default-parameter") {
                continue;
            }
            let name = tree.attr(child, "ac:name").unwrap_or_default().to_owned();
            let plain = tree.children(child).iter().all(|&part| tree.name(part).is_empty());
            let text = if plain { tree.text(child, &[]) } else { resource(tree, child) };
            list.push((name, text, plain));
        }
        Self { list }
    }

    fn get(&self, wanted: &str) -> Option<&str> {
        self.list.iter().find(|(name, ..)| name == wanted).map(|(_, text, _)| text.as_str())
    }

    /// All but the named ones as attributes; nothing when one of them can not be one.
    fn attrs(&self, without: &[&str]) -> Option<Attrs> {
        let mut attrs = Attrs::default();
        for (name, text, plain) in &self.list {
            if without.contains(&name.as_str()) {
                if !plain || text.contains('\n') {
                    return None;
                }
                continue;
            }
            if !plain || !can_hold(name, text) || attrs.get(name).is_some() {
                return None;
            }
            attrs.set(name, text.as_str());
        }
        Some(attrs)
    }
}

/// What the resource in a parameter is called.
fn resource(tree: &Tree<'_>, id: usize) -> String {
    let mut stack = vec![id];
    while let Some(id) = stack.pop() {
        for name in ["ri:content-title", "ri:filename", "ri:value", "ri:space-key", "ri:account-id"]
        {
            if let Some(value) = tree.attr(id, name) {
                return value.to_owned();
            }
        }
        stack.extend(tree.children(id).iter().rev());
    }
    tree.text(id, &[])
}

fn macro_name<'t>(tree: &'t Tree<'_>, id: usize) -> &'t str {
    tree.attr(id, "ac:name").unwrap_or_default()
}

/// Whether a macro is running text where it stands; `in_text` says that there is text before it.
pub(super) fn is_inline(tree: &Tree<'_>, id: usize, in_text: bool) -> bool {
    match macro_name(tree, id) {
        "status" => true,
        "jira" | "jiraissues" => {
            let params = Params::of(tree, id);
            params.get("key").is_some() && params.get("jqlQuery").is_none()
        }
        "code" | "noformat" | "info" | "note" | "tip" | "warning" | "panel" | "expand" | "toc"
        | "children" => false,
        _ => {
            in_text
                && tree.child(id, "ac:rich-text-body").is_none()
                && tree.child(id, "ac:plain-text-body").is_none()
        }
    }
}

/// A macro among blocks.
pub(super) fn block(reader: &Reader<'_, '_>, id: usize, depth: usize) -> BlockKind {
    known_block(reader, id, depth).unwrap_or_else(|| kept_block(reader, id, depth))
}

fn known_block(reader: &Reader<'_, '_>, id: usize, depth: usize) -> Option<BlockKind> {
    let tree = reader.tree;
    let name = macro_name(tree, id);
    let params = Params::of(tree, id);
    let rich = tree.child(id, "ac:rich-text-body");
    let plain = tree.child(id, "ac:plain-text-body");
    let own = |name: &str| params.get(name).unwrap_or_default().to_owned();
    Some(match name {
        "code" => {
            let attrs = params.attrs(&["language"])?;
            let text = plain.map(|body| tree.text(body, &[])).unwrap_or_default();
            let lang = own("language");
            let lang = match lang.as_str() {
                "py" => "python".to_owned(),
                "js" => "javascript".to_owned(),
                "c#" => "csharp".to_owned(),
                "erl" => "erlang".to_owned(),
                "none" | "text" => String::new(),
                _ => lang,
            };
            let odd =
                lang.contains(|c: char| c.is_whitespace() || matches!(c, '`' | '{' | '\\' | '&'));
            if odd || rich.is_some() || text.contains('\r') {
                return None;
            }
            BlockKind::Code(CodeBlock { lang, text, attrs })
        }
        "noformat" => {
            let mut attrs = Attrs::default();
            attrs.set("macro", "noformat");
            attrs.0.extend(params.attrs(&[])?.0);
            let text = plain.map(|body| tree.text(body, &[])).unwrap_or_default();
            BlockKind::Code(CodeBlock { lang: String::new(), text, attrs })
        }
        "info" | "note" | "tip" | "warning" | "panel" => {
            let attrs = params.attrs(&["title"])?;
            if plain.is_some() {
                return None;
            }
            let kind = PanelKind::from_name(name)?;
            let blocks = rich.map(|body| reader.body(body, depth + 1)).unwrap_or_default();
            BlockKind::Panel(Panel { kind, title: own("title"), attrs, blocks })
        }
        "expand" => {
            let attrs = params.attrs(&["title", "breakoutWidth", "breakoutMode"])?;
            if !attrs.is_empty() || plain.is_some() {
                return None;
            }
            let blocks = rich.map(|body| reader.body(body, depth + 1)).unwrap_or_default();
            BlockKind::Expand { title: own("title"), blocks }
        }
        "toc" | "children" if rich.is_none() && plain.is_none() => {
            leaf(name, String::new(), params.attrs(&[])?)
        }
        "jira" if params.get("key").is_none() && rich.is_none() => {
            leaf(name, String::new(), params.attrs(&[])?)
        }
        "anchor" => {
            let attrs = params.attrs(&[""])?;
            let label = own("");
            if label.is_empty() || !attrs.is_empty() {
                return None;
            }
            leaf(name, label, attrs)
        }
        _ => return None,
    })
}

fn leaf(name: &str, label: String, attrs: Attrs) -> BlockKind {
    BlockKind::Leaf { name: name.to_owned(), label, attrs }
}

fn kept_block(reader: &Reader<'_, '_>, id: usize, depth: usize) -> BlockKind {
    let tree = reader.tree;
    let name = macro_name(tree, id);
    let keep = reader.keep(id, name, &label_text(tree, id));
    match tree.child(id, "ac:rich-text-body") {
        Some(body) if depth < MAX_DEPTH && !name.is_empty() => BlockKind::MacroBox {
            name: crate::keep::label(name, ""),
            keep,
            blocks: reader.body(body, depth + 1),
        },
        _ => BlockKind::Keep(keep),
    }
}

/// The text that tells a macro from others of its kind.
fn label_text(tree: &Tree<'_>, id: usize) -> String {
    let params = Params::of(tree, id);
    let named = ["title", "name", "diagramName", "diagramDisplayName", "filename", "page", ""];
    named
        .iter()
        .find_map(|name| params.get(name).filter(|text| !text.trim().is_empty()))
        .or_else(|| {
            params.list.iter().map(|(_, text, _)| text.as_str()).find(|t| !t.trim().is_empty())
        })
        .map(str::to_owned)
        .unwrap_or_else(|| tree.text(id, &[]))
}

/// A macro in running text.
pub(super) fn inline(reader: &Reader<'_, '_>, id: usize) -> Inline {
    let tree = reader.tree;
    let name = macro_name(tree, id);
    known_inline(tree, id, name)
        .unwrap_or_else(|| Inline::Keep(reader.keep(id, name, &label_text(tree, id))))
}

fn known_inline(tree: &Tree<'_>, id: usize, name: &str) -> Option<Inline> {
    let params = Params::of(tree, id);
    let own = |name: &str| params.get(name).unwrap_or_default().to_owned();
    match name {
        "status" => {
            let attrs = params.attrs(&["title", "colour", "color"])?;
            let text = own("title");
            let color = params.get("colour").or_else(|| params.get("color")).unwrap_or_default();
            (!text.trim().is_empty()).then(|| Inline::Status {
                text,
                color: status_color(color),
                attrs,
            })
        }
        "jira" if params.get("jqlQuery").is_none() => {
            let attrs = params.attrs(&["key"])?;
            let key = own("key");
            (!key.trim().is_empty()).then_some(Inline::JiraIssue { key, attrs })
        }
        "anchor" => {
            let attrs = params.attrs(&[""])?;
            let name = own("");
            (!name.is_empty() && attrs.is_empty()).then_some(Inline::Anchor(name))
        }
        _ => None,
    }
}
