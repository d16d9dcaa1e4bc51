//! Writes running text as ADF: text nodes with marks, mentions, dates and the like.

use serde_json::{Map, Value, json};

use super::fit::literal_image;
use super::write::{Writer, attrs, node, raw_node};
use crate::markdown::target;
use crate::marks::{self, Piece, Wrap};
use crate::model::{Image, ImageSource, Inline, Mark, UserId, UserIdKind};
use crate::outcome::{Warning, WarningKind};
use crate::scan::day_to_number;

impl Writer<'_, '_> {
    pub(super) fn inlines(&mut self, inlines: &[Inline]) -> Vec<Value> {
        if let [Inline::Text(text)] = inlines {
            return if text.is_empty() {
                Vec::new()
            } else {
                vec![json!({"type": "text", "text": text})]
            };
        }
        let mut spelled = Vec::new();
        let mut inlines = inlines;
        if inlines.iter().any(holds_image) {
            spelled.extend_from_slice(inlines);
            if self.spell_images(&mut spelled) {
                crate::markdown::linkify(&mut spelled);
            }
            inlines = spelled.as_slice();
        }
        let mut out: Vec<Value> = Vec::new();
        for piece in marks::flatten_with_comments(inlines) {
            let value = self.piece(&piece);
            push_merged(&mut out, value);
        }
        out
    }

    fn piece(&mut self, piece: &Piece) -> Option<Value> {
        let text = |text: &str| (!text.is_empty()).then(|| json!({"type": "text", "text": text}));
        Some(match &piece.leaf {
            Inline::Text(content) => self.text(content, &piece.wraps, false)?,
            Inline::Code(content) => self.text(content, &piece.wraps, true)?,
            Inline::Break => json!({"type": "hardBreak"}),
            Inline::Card { url, .. } => {
                node("inlineCard", attrs([("url", url.clone().into())]), Vec::new())
            }
            Inline::Image(image) => return self.inline_image(image, &piece.wraps),
            Inline::Mention { id, name } => return self.mention(id, name, &piece.wraps),
            Inline::Emoji { short, id, text } => {
                let mut map = attrs([("shortName", short.clone().into())]);
                if !id.is_empty() {
                    map.insert("id".to_owned(), id.clone().into());
                }
                if !text.is_empty() {
                    map.insert("text".to_owned(), text.clone().into());
                }
                node("emoji", map, Vec::new())
            }
            Inline::Emoticon(name) => {
                self.text(&format!(":emoticon[{name}]"), &piece.wraps, false)?
            }
            Inline::Status { text, color, attrs: more } => {
                if text.is_empty() {
                    return None;
                }
                let color = self.status_color(color);
                let mut map = attrs([("text", text.clone().into()), ("color", color.into())]);
                if let Some(style) = more.get("style") {
                    map.insert("style".to_owned(), style.into());
                }
                node("status", map, Vec::new())
            }
            Inline::Date { day, stamp } => {
                let stamp = stamp
                    .clone()
                    .filter(|stamp| stamp.parse::<i64>().is_ok())
                    .or_else(|| day_to_number(day).map(|days| (days * 86_400_000).to_string()));
                match stamp {
                    Some(stamp) => node("date", attrs([("timestamp", stamp.into())]), Vec::new()),
                    None => return text(day),
                }
            }
            Inline::JiraIssue { key, .. } => self.text(key, &piece.wraps, false)?,
            Inline::Placeholder(content) => {
                node("placeholder", attrs([("text", content.clone().into())]), Vec::new())
            }
            Inline::Anchor(name) => self.text(&format!(":anchor[{name}]"), &piece.wraps, false)?,
            Inline::FootnoteRef(label) => self.text(&format!("[{label}]"), &piece.wraps, false)?,
            Inline::Keep(keep) => match raw_node(keep).filter(is_inline_node) {
                Some(value) => value,
                None => {
                    self.warnings.push(Warning::new(
                        WarningKind::KeptContentDropped,
                        "a placeholder stands for nothing here, its label was written",
                        keep.label.as_str(),
                    ));
                    return text(&keep.label);
                }
            },
            Inline::Mark(..) | Inline::Link { .. } | Inline::Comment { .. } => return None,
        })
    }

    fn status_color(&mut self, color: &str) -> String {
        if color.is_empty() {
            return "neutral".to_owned();
        }
        if matches!(color, "neutral" | "purple" | "blue" | "red" | "yellow" | "green") {
            return color.to_owned();
        }
        if let Some(hex) = crate::color::hex(color) {
            return hex;
        }
        self.warnings.push(Warning::new(
            WarningKind::UnknownColor,
            "a status can not have this colour, grey was written",
            color,
        ));
        "neutral".to_owned()
    }

    fn text(&mut self, text: &str, wraps: &[Wrap], code: bool) -> Option<Value> {
        if text.is_empty() {
            return None;
        }
        let mut marks: Vec<(u8, Value)> = Vec::new();
        for wrap in wraps {
            let (rank, value) = match wrap {
                Wrap::Link { target, title } => {
                    let mut map = attrs([("href", target::write(target).into())]);
                    if !title.is_empty() {
                        map.insert("title".to_owned(), title.clone().into());
                    }
                    (9, node("link", map, Vec::new()))
                }
                Wrap::Comment(id) => {
                    let attrs = json!({"id": id, "annotationType": "inlineComment"});
                    (10, json!({"type": "annotation", "attrs": attrs}))
                }
                Wrap::Mark(_) if code => continue,
                Wrap::Mark(Mark::Strong) => (0, json!({"type": "strong"})),
                Wrap::Mark(Mark::Em) => (1, json!({"type": "em"})),
                Wrap::Mark(Mark::Strike) => (2, json!({"type": "strike"})),
                Wrap::Mark(Mark::Underline) => (3, json!({"type": "underline"})),
                Wrap::Mark(Mark::Sub) => (4, json!({"type": "subsup", "attrs": {"type": "sub"}})),
                Wrap::Mark(Mark::Sup) => (4, json!({"type": "subsup", "attrs": {"type": "sup"}})),
                Wrap::Mark(Mark::Color(color)) => match self.color(color) {
                    Some(hex) => (5, json!({"type": "textColor", "attrs": {"color": hex}})),
                    None => continue,
                },
                Wrap::Mark(Mark::Highlight(color)) => match self.color(color) {
                    Some(hex) => (6, json!({"type": "backgroundColor", "attrs": {"color": hex}})),
                    None => continue,
                },
            };
            marks.push((rank, value));
        }
        if code {
            marks.push((8, json!({"type": "code"})));
        }
        marks.sort_by_key(|(rank, _)| *rank);
        marks.dedup_by_key(|(rank, _)| *rank);
        let mut map = Map::new();
        map.insert("type".to_owned(), "text".into());
        map.insert("text".to_owned(), text.into());
        if !marks.is_empty() {
            let marks: Vec<Value> = marks.into_iter().map(|(_, value)| value).collect();
            map.insert("marks".to_owned(), marks.into());
        }
        Some(Value::Object(map))
    }

    fn color(&mut self, color: &str) -> Option<String> {
        let hex = crate::color::hex(color);
        if hex.is_none() {
            self.warnings.push(Warning::new(
                WarningKind::UnknownColor,
                "the colour is not known, the text was written without it",
                color,
            ));
        }
        hex
    }

    fn mention(&mut self, id: &UserId, name: &str, wraps: &[Wrap]) -> Option<Value> {
        if id.kind == UserIdKind::Username {
            // Cloud has no user names: what looks like one stays as typed.
            return self.text(&format!("[~{}]", id.value), wraps, false);
        }
        if id.kind == UserIdKind::UserKey {
            return self.text(&format!("[~userkey:{}]", id.value), wraps, false);
        }
        let mut map = attrs([("id", id.value.clone().into())]);
        if !name.is_empty() {
            map.insert("text".to_owned(), format!("@{name}").into());
        }
        Some(node("mention", map, Vec::new()))
    }

    /// Writes images that are no known attachments as their Markdown; answers whether there are any.
    fn spell_images(&mut self, inlines: &mut [Inline]) -> bool {
        let mut found = false;
        for inline in inlines {
            match inline {
                Inline::Image(image) => {
                    let ImageSource::Attachment { file, .. } = &image.source else { continue };
                    if self.context.attachments.media(file).is_some() {
                        continue;
                    }
                    self.warnings.push(Warning::new(
                        WarningKind::UnknownAttachment,
                        "the image is not an attachment that is known, its text was written",
                        file.as_str(),
                    ));
                    *inline = Inline::Text(literal_image(image));
                    found = true;
                }
                Inline::Mark(_, content)
                | Inline::Link { content, .. }
                | Inline::Comment { content, .. } => found |= self.spell_images(content),
                _ => {}
            }
        }
        found
    }

    /// ADF has no images at an address inside text: a link.
    fn inline_image(&mut self, image: &Image, wraps: &[Wrap]) -> Option<Value> {
        let url = match &image.source {
            ImageSource::Url(url) => url.clone(),
            ImageSource::Attachment { file, .. } => {
                let media = self.context.attachments.media(file)?;
                let mut map = attrs([
                    ("type", "file".into()),
                    ("id", media.id.into()),
                    ("collection", media.collection.into()),
                ]);
                if !image.alt.is_empty() {
                    map.insert("alt".to_owned(), image.alt.clone().into());
                }
                return Some(node("mediaInline", map, Vec::new()));
            }
        };
        let name = url.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(&url);
        let shown = if image.alt.is_empty() { name.to_owned() } else { image.alt.clone() };
        let mut wraps: Vec<Wrap> =
            wraps.iter().filter(|wrap| !matches!(wrap, Wrap::Link { .. })).cloned().collect();
        wraps.push(Wrap::Link { target: target::parse(&url), title: String::new() });
        self.text(&shown, &wraps, false)
    }
}

fn holds_image(inline: &Inline) -> bool {
    match inline {
        Inline::Image(_) => true,
        Inline::Mark(_, content)
        | Inline::Link { content, .. }
        | Inline::Comment { content, .. } => content.iter().any(holds_image),
        _ => false,
    }
}

fn is_inline_node(value: &Value) -> bool {
    !matches!(
        super::read::kind(value),
        "mediaSingle"
            | "mediaGroup"
            | "extension"
            | "bodiedExtension"
            | "syncBlock"
            | "bodiedSyncBlock"
            | "panel"
            | "table"
            | "blockCard"
            | "embedCard"
            | "expand"
    )
}

/// Appends a node; neighbouring text with the same marks is one node.
fn push_merged(out: &mut Vec<Value>, value: Option<Value>) {
    let Some(value) = value else { return };
    if let (Some(last), Some(text)) = (out.last_mut(), value.get("text").and_then(Value::as_str))
        && last.get("type").and_then(Value::as_str) == Some("text")
        && value.get("type").and_then(Value::as_str) == Some("text")
        && last.get("marks") == value.get("marks")
        && let Some(Value::String(have)) = last.get_mut("text")
    {
        have.push_str(text);
        return;
    }
    out.push(value);
}
