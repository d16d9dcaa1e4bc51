//! Writes running text as storage (content conversion spec section 8.6).

use super::write::Writer;
use crate::WriteError;
use crate::color;
use crate::emoji;
use crate::markdown::target;
use crate::model::{Attrs, Image, ImageSource, Inline, Mark, Target, UserId, UserIdKind};
use crate::outcome::{Warning, WarningKind};

/// Appends text.
pub(super) fn text(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ if is_forbidden(c) => {}
            _ => out.push(c),
        }
    }
}

/// Appends the value of an attribute.
pub(super) fn value(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            _ if is_forbidden(c) => {}
            _ => out.push(c),
        }
    }
}

fn is_forbidden(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Appends ` name="value"`.
pub(super) fn attr(out: &mut String, name: &str, content: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    value(out, content);
    out.push('"');
}

/// Whether a name can be that of an attribute.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

impl Writer<'_, '_> {
    pub(super) fn inlines(&mut self, inlines: &[Inline]) -> Result<(), WriteError> {
        for inline in inlines {
            self.inline(inline)?;
        }
        Ok(())
    }

    fn element(&mut self, name: &str, content: &[Inline]) -> Result<(), WriteError> {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        self.inlines(content)?;
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        Ok(())
    }

    fn inline(&mut self, inline: &Inline) -> Result<(), WriteError> {
        match inline {
            Inline::Text(content) => text(&mut self.out, content),
            Inline::Code(content) => {
                self.out.push_str("<code>");
                text(&mut self.out, content);
                self.out.push_str("</code>");
            }
            Inline::Break => self.out.push_str("<br/>"),
            Inline::Mark(mark, content) => self.mark(mark, content)?,
            Inline::Link { target, title, content } => self.link(target, title, content)?,
            Inline::Card { url, text: shown } => {
                self.out.push_str("<a");
                attr(&mut self.out, "href", url);
                attr(&mut self.out, "data-card-appearance", "inline");
                self.out.push('>');
                text(&mut self.out, if shown.is_empty() { url } else { shown });
                self.out.push_str("</a>");
            }
            Inline::Image(image) => self.image(image),
            Inline::Mention { id, .. } => self.mention(id),
            Inline::Emoji { short, id, text } => {
                self.out.push_str("<ac:emoticon");
                attr(&mut self.out, "ac:name", emoji::emoticon(short));
                attr(&mut self.out, "ac:emoji-shortname", short);
                if !id.is_empty() {
                    attr(&mut self.out, "ac:emoji-id", id);
                }
                let fallback = if text.is_empty() { short } else { text };
                attr(&mut self.out, "ac:emoji-fallback", fallback);
                self.out.push_str("/>");
            }
            Inline::Emoticon(name) => {
                self.out.push_str("<ac:emoticon");
                attr(&mut self.out, "ac:name", name);
                self.out.push_str("/>");
            }
            Inline::Status { text, color, attrs } => self.status(text, color, attrs),
            Inline::Date { day, .. } => {
                self.out.push_str("<time");
                attr(&mut self.out, "datetime", day);
                self.out.push_str("/>");
            }
            Inline::JiraIssue { key, attrs } => {
                self.macro_open("jira");
                self.parameters(attrs);
                self.parameter("key", key);
                self.macro_close();
            }
            Inline::Placeholder(content) => {
                self.out.push_str("<ac:placeholder>");
                text(&mut self.out, content);
                self.out.push_str("</ac:placeholder>");
            }
            Inline::Anchor(name) => {
                self.macro_open("anchor");
                self.parameter("", name);
                self.macro_close();
            }
            Inline::FootnoteRef(label) => {
                text(&mut self.out, &format!("[{label}]"));
            }
            Inline::Comment { reference, content } => {
                self.out.push_str("<ac:inline-comment-marker");
                attr(&mut self.out, "ac:ref", reference);
                self.out.push('>');
                self.inlines(content)?;
                self.out.push_str("</ac:inline-comment-marker>");
            }
            Inline::Keep(keep) => {
                let raw = self.raw(keep)?;
                self.out.push_str(&raw);
            }
        }
        Ok(())
    }

    fn mark(&mut self, mark: &Mark, content: &[Inline]) -> Result<(), WriteError> {
        let name = match mark {
            Mark::Strong => "strong",
            Mark::Em => "em",
            Mark::Strike => "del",
            Mark::Underline => "u",
            Mark::Sub => "sub",
            Mark::Sup => "sup",
            Mark::Color(color) => return self.colored("color", color, content),
            Mark::Highlight(color) => return self.colored("background-color", color, content),
        };
        self.element(name, content)
    }

    fn colored(
        &mut self,
        property: &str,
        name: &str,
        content: &[Inline],
    ) -> Result<(), WriteError> {
        let Some(rgb) = color::rgb(name) else {
            self.warnings.push(Warning::new(
                WarningKind::UnknownColor,
                "the colour is not known, the text was written without it",
                name,
            ));
            return self.inlines(content);
        };
        self.out.push_str("<span");
        attr(&mut self.out, "style", &format!("{property}: {rgb};"));
        self.out.push('>');
        self.inlines(content)?;
        self.out.push_str("</span>");
        Ok(())
    }

    fn link(&mut self, to: &Target, title: &str, content: &[Inline]) -> Result<(), WriteError> {
        match to {
            Target::Url(url) => {
                self.out.push_str("<a");
                attr(&mut self.out, "href", url);
                if !title.is_empty() {
                    attr(&mut self.out, "title", title);
                }
                self.out.push('>');
                self.inlines(content)?;
                self.out.push_str("</a>");
                return Ok(());
            }
            // A link of Confluence's own without a body shows its anchor's name.
            Target::Fragment(anchor) if content.is_empty() => {
                self.out.push_str("<a");
                attr(&mut self.out, "href", &format!("#{anchor}"));
                self.out.push_str("></a>");
                return Ok(());
            }
            Target::Fragment(anchor) => {
                self.out.push_str("<ac:link");
                attr(&mut self.out, "ac:anchor", anchor);
                self.out.push('>');
            }
            Target::Page { space, title, anchor } => {
                self.out.push_str("<ac:link");
                if let Some(anchor) = anchor {
                    attr(&mut self.out, "ac:anchor", anchor);
                }
                self.out.push('>');
                self.page(space.as_deref(), title);
            }
            Target::Attachment { file, page } => {
                self.out.push_str("<ac:link>");
                self.attachment(file, page.as_deref());
            }
        }
        if !content.is_empty() {
            self.element("ac:link-body", content)?;
        }
        self.out.push_str("</ac:link>");
        Ok(())
    }

    fn page(&mut self, space: Option<&str>, title: &str) {
        self.out.push_str("<ri:page");
        attr(&mut self.out, "ri:content-title", title);
        if let Some(space) = space {
            attr(&mut self.out, "ri:space-key", space);
        }
        self.out.push_str("/>");
    }

    fn attachment(&mut self, file: &str, page: Option<&str>) {
        self.out.push_str("<ri:attachment");
        attr(&mut self.out, "ri:filename", file);
        let Some(page) = page else {
            self.out.push_str("/>");
            return;
        };
        self.out.push('>');
        match page.split_once('/') {
            Some((space, title)) => self.page(Some(space), title),
            None => self.page(None, page),
        }
        self.out.push_str("</ri:attachment>");
    }

    pub(super) fn image(&mut self, image: &Image) {
        self.out.push_str("<ac:image");
        if !image.alt.is_empty() {
            attr(&mut self.out, "ac:alt", &image.alt);
        }
        for (name, content) in &image.attrs.0 {
            if is_name(name) && !matches!(name.as_str(), "alt" | "caption" | "href") {
                attr(&mut self.out, &format!("ac:{name}"), content);
            }
        }
        self.out.push('>');
        match &image.source {
            ImageSource::Url(url) => {
                self.out.push_str("<ri:url");
                attr(&mut self.out, "ri:value", url);
                self.out.push_str("/>");
            }
            ImageSource::Attachment { file, page } => self.attachment(file, page.as_deref()),
        }
        if let Some(caption) = image.attrs.get("caption") {
            self.out.push_str("<ac:caption><p>");
            text(&mut self.out, caption);
            self.out.push_str("</p></ac:caption>");
        }
        self.out.push_str("</ac:image>");
    }

    fn mention(&mut self, id: &UserId) {
        self.out.push_str("<ac:link><ri:user");
        let name = match id.kind {
            UserIdKind::AccountId => "ri:account-id",
            UserIdKind::Username => "ri:username",
            UserIdKind::UserKey => "ri:userkey",
        };
        attr(&mut self.out, name, &id.value);
        self.out.push_str("/></ac:link>");
    }

    fn status(&mut self, text: &str, name: &str, attrs: &Attrs) {
        let colour = match name {
            "" | "neutral" => "",
            "red" => "Red",
            "yellow" => "Yellow",
            "green" => "Green",
            "blue" => "Blue",
            "purple" => "Purple",
            other => {
                self.warnings.push(Warning::new(
                    WarningKind::UnknownColor,
                    "a status can not have this colour, grey was written",
                    other,
                ));
                ""
            }
        };
        self.macro_open("status");
        self.parameter("title", text);
        if !colour.is_empty() {
            self.parameter("colour", colour);
        }
        self.parameters(attrs);
        self.macro_close();
    }

    pub(super) fn card(&mut self, url: &str, look: &str, shown: &str) {
        self.out.push_str("<p><a");
        attr(&mut self.out, "href", &target::write(&Target::Url(url.to_owned())));
        attr(&mut self.out, "data-card-appearance", look);
        self.out.push('>');
        text(&mut self.out, if shown.is_empty() { url } else { shown });
        self.out.push_str("</a></p>");
    }
}
