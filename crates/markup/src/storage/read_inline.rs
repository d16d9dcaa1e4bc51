//! Reads storage's running text.

use super::macros;
use super::read::Reader;
use super::xml::Kind;
use crate::model::{Inline, MAX_DEPTH, Mark, Target, UserId, UserIdKind, inline_text, push_inline};

impl Reader<'_, '_> {
    /// Reads running text; blanks are folded as HTML folds them.
    pub(super) fn inlines(&self, ids: &[usize], depth: usize) -> Vec<Inline> {
        let mut out = Vec::new();
        self.run(ids, depth, &mut out);
        trim(&mut out);
        out
    }

    fn run(&self, ids: &[usize], depth: usize, out: &mut Vec<Inline>) {
        for &id in ids {
            self.inline(id, depth, out);
        }
    }

    fn push_text(&self, text: &str, out: &mut Vec<Inline>) {
        let mut text = crate::scan::fold_blanks(text);
        // A blank after a blank or a break says nothing.
        if text.starts_with(' ') && ends_blank(out) {
            text.remove(0);
        }
        push_inline(out, Inline::Text(text));
    }

    fn inline(&self, id: usize, depth: usize, out: &mut Vec<Inline>) {
        let tree = self.tree;
        let Some(node) = tree.node(id) else { return };
        let name = match &node.kind {
            Kind::Text(text) => return self.push_text(text, out),
            Kind::CData(text) => return self.push_text(text, out),
            Kind::Other => return,
            Kind::Element { name, .. } => *name,
        };
        if depth >= MAX_DEPTH {
            return self.push_text(&tree.text(id, &[]), out);
        }
        let mark = match name {
            "strong" | "b" => Some(Mark::Strong),
            "em" | "i" | "cite" => Some(Mark::Em),
            "u" | "ins" => Some(Mark::Underline),
            "s" | "del" | "strike" => Some(Mark::Strike),
            "sub" => Some(Mark::Sub),
            "sup" => Some(Mark::Sup),
            _ => None,
        };
        if let Some(mark) = mark {
            return self.marked(id, vec![mark], depth, out);
        }
        match name {
            "br" => {
                trim_end(out);
                out.push(Inline::Break);
            }
            "code" | "tt" | "kbd" | "samp" => self.code(id, depth, out),
            "span" | "font" => {
                let mut marks =
                    crate::markdown::style_marks(tree.attr(id, "style").unwrap_or_default());
                if let Some(color) = tree.attr(id, "color").filter(|_| name == "font") {
                    marks.push(Mark::Color(crate::color::canonical(color)));
                }
                self.marked(id, marks, depth, out);
            }
            "a" => self.anchor(id, depth, out),
            "time" => match tree.attr(id, "datetime").filter(|day| is_day(day)) {
                Some(day) => out.push(Inline::Date { day: day.to_owned(), stamp: None }),
                None => self.push_text(&tree.text(id, &[]), out),
            },
            "img" => match tree.attr(id, "src") {
                Some(src) => out.push(Inline::Image(crate::model::Image {
                    source: crate::model::ImageSource::Url(src.to_owned()),
                    alt: tree.attr(id, "alt").unwrap_or_default().to_owned(),
                    ..Default::default()
                })),
                None => self.keep_inline(id, out),
            },
            "ac:link" => match self.link(id, depth) {
                Some(inline) => out.push(inline),
                None => self.keep_inline(id, out),
            },
            "ac:image" => match self.image(id) {
                Some(image) => out.push(Inline::Image(image)),
                None => self.keep_inline(id, out),
            },
            "ac:emoticon" => self.emoticon(id, out),
            "ac:placeholder" => {
                let text = crate::scan::fold_blanks(tree.text(id, &[]).trim());
                if tree.attr(id, "ac:type").is_some() || text.is_empty() {
                    self.keep_inline(id, out);
                } else {
                    out.push(Inline::Placeholder(text));
                }
            }
            "ac:inline-comment-marker" => self.run(tree.children(id), depth + 1, out),
            name if macros::is_macro(name) => out.push(macros::inline(self, id)),
            name if name.contains(':') => self.keep_inline(id, out),
            // Blocks in running text: what they say stays, with a blank between.
            "p" | "div" | "li" | "ul" | "ol" | "td" | "th" | "tr" | "table" | "blockquote" => {
                self.push_text(" ", out);
                self.run(tree.children(id), depth + 1, out);
                self.push_text(" ", out);
            }
            _ => self.run(tree.children(id), depth + 1, out),
        }
    }

    fn keep_inline(&self, id: usize, out: &mut Vec<Inline>) {
        let name = self.tree.name(id);
        let kind = name.strip_prefix("ac:").unwrap_or(name);
        let text = match self.tree.text(id, &[]) {
            text if text.trim().is_empty() => self.target_text(id),
            text => text,
        };
        out.push(Inline::Keep(self.keep(id, kind, &text)));
    }

    /// What the resource inside an element is called.
    fn target_text(&self, id: usize) -> String {
        self.tree
            .children(id)
            .iter()
            .flat_map(|&child| self.tree.attrs(child))
            .map(|(_, value)| value.clone())
            .next()
            .unwrap_or_default()
    }

    fn marked(&self, id: usize, marks: Vec<Mark>, depth: usize, out: &mut Vec<Inline>) {
        let mut content = Vec::new();
        // A blank before the mark folds with one at its start.
        let blank_before = ends_blank(out);
        self.run(self.tree.children(id), depth + 1, &mut content);
        if blank_before && let Some(Inline::Text(text)) = content.first_mut() {
            let rest = text.trim_start_matches(' ').to_owned();
            *text = rest;
        }
        content.retain(|inline| !matches!(inline, Inline::Text(text) if text.is_empty()));
        if content.is_empty() {
            return;
        }
        if marks.is_empty() {
            for inline in content {
                push_inline(out, inline);
            }
            return;
        }
        let wrapped = marks
            .into_iter()
            .rev()
            .fold(content, |content, mark| vec![Inline::Mark(mark, content)]);
        out.extend(wrapped);
    }

    /// Code holds text only; marks and links that reach over all of it stand outside.
    fn code(&self, id: usize, depth: usize, out: &mut Vec<Inline>) {
        let special = self.tree.children(id).iter().any(|&child| {
            let name = self.tree.name(child);
            name == "a" || (name.contains(':') && name != "ac:inline-comment-marker")
        });
        if special {
            let mut content = Vec::new();
            self.run(self.tree.children(id), depth + 1, &mut content);
            for inline in content {
                push_inline(out, as_code(inline));
            }
            return;
        }
        let text = self.tree.text(id, &[]).replace(['\n', '\r'], " ");
        if !text.is_empty() {
            out.push(Inline::Code(text));
        }
    }

    fn anchor(&self, id: usize, depth: usize, out: &mut Vec<Inline>) {
        let mut content = Vec::new();
        self.run(self.tree.children(id), depth + 1, &mut content);
        let Some(href) = self.tree.attr(id, "href") else {
            for inline in content {
                push_inline(out, inline);
            }
            return;
        };
        if self.tree.attr(id, "data-card-appearance").is_some() {
            let text = inline_text(&content);
            let text = text.trim();
            let text = if text == href { "" } else { text };
            out.push(Inline::Card { url: href.to_owned(), text: text.to_owned() });
            return;
        }
        let target = match href.strip_prefix('#') {
            Some(anchor) if !anchor.is_empty() => {
                Target::Fragment(crate::scan::percent_decode(anchor))
            }
            _ => Target::Url(href.to_owned()),
        };
        let title = self.tree.attr(id, "title").unwrap_or_default().to_owned();
        out.push(Inline::Link { target, title, content });
    }

    fn link(&self, id: usize, depth: usize) -> Option<Inline> {
        let tree = self.tree;
        let anchor = tree.attr(id, "ac:anchor").map(str::to_owned);
        let mut target = None;
        let mut body = None;
        for &child in tree.children(id) {
            match tree.name(child) {
                "" => {}
                "ri:user" => {
                    let id = [
                        ("ri:account-id", UserIdKind::AccountId),
                        ("ri:username", UserIdKind::Username),
                        ("ri:userkey", UserIdKind::UserKey),
                    ]
                    .into_iter()
                    .find_map(|(name, kind)| {
                        tree.attr(child, name).map(|value| UserId { kind, value: value.to_owned() })
                    })?;
                    return Some(Inline::Mention { id, name: String::new() });
                }
                "ri:page" => {
                    let title = tree.attr(child, "ri:content-title")?.to_owned();
                    let space = tree.attr(child, "ri:space-key").map(str::to_owned);
                    let shown = title.clone();
                    target = Some((Target::Page { space, title, anchor: anchor.clone() }, shown));
                }
                "ri:attachment" => {
                    let file = tree.attr(child, "ri:filename")?.to_owned();
                    let page = self.page_of(child)?;
                    let shown = file.clone();
                    target = Some((Target::Attachment { file, page }, shown));
                }
                "ri:url" => {
                    let url = tree.attr(child, "ri:value")?.to_owned();
                    target = Some((Target::Url(url.clone()), url));
                }
                "ac:link-body" | "ac:plain-text-link-body" => body = Some(child),
                _ => return None,
            }
        }
        let (target, shown) = match (target, anchor) {
            (Some(found), _) => found,
            (None, Some(anchor)) => (Target::Fragment(anchor.clone()), anchor),
            (None, None) => return None,
        };
        let mut content = Vec::new();
        if let Some(body) = body {
            self.run(tree.children(body), depth + 1, &mut content);
        }
        if content.is_empty() {
            content.push(Inline::Text(shown));
        }
        Some(Inline::Link { target, title: String::new(), content })
    }

    fn emoticon(&self, id: usize, out: &mut Vec<Inline>) {
        let attr = |name| self.tree.attr(id, name).unwrap_or_default().to_owned();
        let (name, short) = (attr("ac:name"), attr("ac:emoji-shortname"));
        if short.is_empty() {
            return match name.is_empty() {
                true => self.keep_inline(id, out),
                false => out.push(Inline::Emoticon(name)),
            };
        }
        let mut text = attr("ac:emoji-fallback");
        if text == short {
            text.clear();
        }
        out.push(Inline::Emoji { short, id: attr("ac:emoji-id"), text });
    }
}

fn as_code(inline: Inline) -> Inline {
    match inline {
        Inline::Text(text) => Inline::Code(text),
        Inline::Link { target, title, content } => {
            let content = content.into_iter().map(as_code).collect();
            Inline::Link { target, title, content }
        }
        Inline::Mark(mark, content) => {
            Inline::Mark(mark, content.into_iter().map(as_code).collect())
        }
        other => other,
    }
}

fn is_day(text: &str) -> bool {
    crate::scan::day_to_number(text).is_some()
}

/// Whether running text ends with a blank, so that a further one folds into it.
fn ends_blank(inlines: &[Inline]) -> bool {
    let mut inlines = inlines;
    loop {
        match inlines.last() {
            Some(Inline::Text(text)) => return text.ends_with(' '),
            Some(Inline::Break) => return true,
            Some(Inline::Mark(_, content)) => inlines = content,
            _ => return false,
        }
    }
}

fn trim_end(inlines: &mut Vec<Inline>) {
    if let Some(Inline::Text(text)) = inlines.last_mut() {
        let len = text.trim_end_matches(' ').len();
        text.truncate(len);
        if len == 0 {
            inlines.pop();
        }
    }
}

fn trim(inlines: &mut Vec<Inline>) {
    trim_end(inlines);
    if let Some(Inline::Text(text)) = inlines.first_mut() {
        let rest = text.trim_start_matches(' ');
        if rest.is_empty() {
            inlines.remove(0);
        } else if rest.len() != text.len() {
            *text = rest.to_owned();
        }
    }
}
