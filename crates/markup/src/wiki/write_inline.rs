//! Writes running text as wiki markup, escaping only what the renderer would take as markup
//! (content conversion spec sections 3.1 and 8.6).

use super::inline::{around, image_end, image_params, is_escapable, is_sign};
use crate::markdown::{next_bare, target};
use crate::marks::{self, Wrap};
use crate::model::{Image, ImageSource, Inline, Mark, Target, UserIdKind};
use crate::outcome::{Warning, WarningKind};
use crate::scan::{byte, char_at, char_before, cut, run, tail};

/// Macro names that text must not seem to open.
const MACROS: &[&str] = &[
    "code", "noformat", "quote", "panel", "color", "expand", "info", "note", "tip", "warning",
    "adf",
];

/// Where text is written to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// A table cell.
    pub(super) cell: bool,
    /// The text of a link.
    pub(super) link: bool,
    /// Monospace text.
    pub(super) mono: bool,
}

/// Writes running text.
pub(super) fn write(inlines: &[Inline], place: Place, warnings: &mut Vec<Warning>) -> String {
    let mut pieces = marks::flatten(inlines);
    // Blanks inside a mark keep the renderer from seeing it.
    move_out(&mut pieces);
    let tree = marks::build(pieces);
    let mut writer = Writer { out: String::new(), place, pairs: Pairs::of(&tree), warnings };
    writer.inlines(&tree, None);
    writer.out
}

fn move_out(pieces: &mut Vec<marks::Piece>) {
    marks::move_blanks_out(pieces);
    for mark in [Mark::Underline, Mark::Sub, Mark::Sup] {
        let wrap = Wrap::Mark(mark);
        for piece in pieces.iter_mut() {
            if matches!(&piece.leaf, Inline::Text(text) if text.trim().is_empty()) {
                piece.wraps.retain(|have| *have != wrap);
            }
        }
    }
}

/// Signs that could open before one of their kind could close.
#[derive(Debug, Default)]
struct Pairs {
    open: Vec<u8>,
    pair: Vec<u8>,
}

impl Pairs {
    fn of(inlines: &[Inline]) -> Self {
        let mut pairs = Self::default();
        pairs.look(inlines);
        pairs
    }

    fn look(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::Text(text) => self.text(text),
                Inline::Mark(mark, content) => {
                    let sign = sign_of(mark);
                    if let Some(sign) = sign {
                        self.open.push(sign);
                        self.pair.push(sign);
                    }
                    self.look(content);
                }
                Inline::Link { content, .. } => self.look(content),
                _ => {}
            }
        }
    }

    fn text(&mut self, text: &str) {
        let mut at = 0;
        while let Some(found) = tail(text, at).bytes().position(is_sign) {
            at += found;
            let sign = byte(text, at);
            let len = run(text, at, sign);
            let (mut open, mut close) = around(char_before(text, at), char_at(text, at + len));
            if at == 0 || at + len == text.len() {
                // What stands beside it is written later.
                (open, close) = (open || at == 0, close || at + len == text.len());
            }
            if close && self.open.contains(&sign) {
                self.pair.push(sign);
            }
            if open {
                self.open.push(sign);
            }
            at += len;
        }
    }
}

fn sign_of(mark: &Mark) -> Option<u8> {
    Some(match mark {
        Mark::Strong => b'*',
        Mark::Em => b'_',
        Mark::Strike => b'-',
        Mark::Underline => b'+',
        Mark::Sup => b'^',
        Mark::Sub => b'~',
        Mark::Color(_) | Mark::Highlight(_) => return None,
    })
}

struct Writer<'w> {
    out: String,
    place: Place,
    pairs: Pairs,
    warnings: &'w mut Vec<Warning>,
}

/// The first character that a piece is written with.
fn first_char(inline: &Inline) -> Option<char> {
    match inline {
        Inline::Text(text) => text.chars().next(),
        Inline::Mark(mark, content) => match sign_of(mark) {
            Some(sign) => Some(char::from(sign)),
            None if matches!(mark, Mark::Color(_)) => Some('{'),
            None => content.first().and_then(first_char),
        },
        Inline::Break => Some('\n'),
        Inline::Code(_) => Some('{'),
        Inline::Image(_) => Some('!'),
        Inline::Status { text, .. } | Inline::Placeholder(text) => text.chars().next(),
        Inline::Date { day, .. } => day.chars().next(),
        Inline::JiraIssue { key, .. } => key.chars().next(),
        Inline::Emoji { text, .. } => text.chars().next().or(Some(':')),
        Inline::Emoticon(_) => Some('('),
        Inline::Anchor(_) => Some('{'),
        Inline::Keep(keep) => keep.label.chars().next(),
        _ => Some('['),
    }
}

impl Writer<'_> {
    fn inlines(&mut self, inlines: &[Inline], end: Option<char>) {
        for (at, inline) in inlines.iter().enumerate() {
            let next = inlines.get(at + 1).and_then(first_char).or(end);
            self.inline(inline, next);
        }
    }

    fn plain(&mut self, text: &str, next: Option<char>) {
        escape(&mut self.out, text, next, self.place, &self.pairs);
    }

    fn inline(&mut self, inline: &Inline, next: Option<char>) {
        match inline {
            Inline::Text(text) => self.plain(text, next),
            Inline::Code(code) => {
                self.out.push_str("{{");
                let place = Place { mono: true, ..self.place };
                escape(
                    &mut self.out,
                    code,
                    Some('}'),
                    place,
                    &Pairs::of(&[Inline::Text(code.clone())]),
                );
                self.out.push_str("}}");
            }
            Inline::Break => {
                while self.out.ends_with(' ') {
                    self.out.pop();
                }
                self.out.push_str(if self.place.cell || self.place.link { "\\\\" } else { "\n" });
            }
            Inline::Mark(mark, content) => self.mark(mark, content, next),
            Inline::Link { target, title, content } => self.link(target, title, content, next),
            Inline::Card { url, text } => {
                let text = if text.is_empty() { crate::markdown::card_text_of(url) } else { text };
                self.bracketed(&[Inline::Text(text.to_owned())], &address(url), "smart-link");
            }
            Inline::Image(image) => self.image(image),
            Inline::Mention { id, name } => match id.kind {
                UserIdKind::AccountId => self.out.push_str(&format!("[~accountid:{}]", id.value)),
                UserIdKind::Username => self.out.push_str(&format!("[~{}]", id.value)),
                UserIdKind::UserKey if name.is_empty() => {
                    self.out.push_str(&format!("[~userkey:{}]", id.value));
                }
                UserIdKind::UserKey => self.plain(&format!("@{name}"), next),
            },
            Inline::Emoji { short, text, .. } => {
                let shown = if text.is_empty() { short } else { text };
                self.plain(&shown.clone(), next);
            }
            Inline::Emoticon(name) => {
                let icon = match name.as_str() {
                    "smile" => ":)",
                    "sad" => ":(",
                    "cheeky" => ":P",
                    "laugh" => ":D",
                    "wink" => ";)",
                    "thumbs-up" => "(y)",
                    "thumbs-down" => "(n)",
                    "information" => "(i)",
                    "tick" => "(/)",
                    "cross" => "(x)",
                    "warning" => "(!)",
                    "plus" => "(+)",
                    "minus" => "(-)",
                    "question" => "(?)",
                    "light-on" => "(on)",
                    "light-off" => "(off)",
                    _ => "(*)",
                };
                self.out.push_str(icon);
            }
            Inline::Status { text, .. } | Inline::Placeholder(text) => self.plain(text, next),
            Inline::Date { day, .. } => self.plain(day, next),
            Inline::JiraIssue { key, .. } => self.plain(key, next),
            Inline::Anchor(name) => self.out.push_str(&format!("{{anchor:{name}}}")),
            Inline::FootnoteRef(label) => self.plain(&format!("[{label}]"), next),
            Inline::Comment { content, .. } => self.inlines(content, next),
            Inline::Keep(keep) => {
                let raw = keep.raw.as_ref().filter(|raw| raw.format == crate::model::Format::Wiki);
                match raw {
                    Some(raw) => self.out.push_str(&raw.text),
                    None => {
                        self.warnings.push(Warning::new(
                            WarningKind::KeptContentDropped,
                            "a placeholder stands for nothing here, its label was written",
                            keep.label.as_str(),
                        ));
                        self.plain(&keep.label, next);
                    }
                }
            }
        }
    }

    fn mark(&mut self, mark: &Mark, content: &[Inline], next: Option<char>) {
        let Some(sign) = sign_of(mark) else {
            let Mark::Color(color) = mark else { return self.inlines(content, next) };
            self.out.push_str(&format!("{{color:{}}}", color.replace(['{', '}', '\n'], "")));
            self.inlines(content, Some('{'));
            self.out.push_str("{color}");
            return;
        };
        let sign = char::from(sign);
        let before = self.out.chars().next_back();
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        // A sign that touches a letter counts in braces only; so does one beside its like.
        let braced = word(before)
            || word(next)
            || matches!(before, Some(c) if c == '\\' || c == sign)
            || next == Some(sign)
            || content.first().and_then(first_char) == Some(sign)
            || ends_with_blank(content);
        let mark = if braced { format!("{{{sign}}}") } else { sign.to_string() };
        self.out.push_str(&mark);
        self.inlines(content, Some(sign));
        self.out.push_str(&mark);
    }

    fn link(&mut self, to: &Target, title: &str, content: &[Inline], next: Option<char>) {
        let text = crate::model::inline_text(content);
        let (to, own) = match to {
            Target::Url(url) => {
                let mail = url.strip_prefix("mailto:") == Some(text.as_str());
                (address(url), text == *url || mail)
            }
            Target::Attachment { file, page: None } => (format!("^{file}"), text == *file),
            Target::Fragment(anchor) => (format!("#{anchor}"), text == *anchor),
            other => (address(&target::write(other)), false),
        };
        if title.is_empty() && (own || content.is_empty()) {
            self.out.push('[');
            self.out.push_str(&to);
            self.out.push(']');
            let _ = next;
            return;
        }
        self.bracketed(content, &to, title);
    }

    fn bracketed(&mut self, content: &[Inline], to: &str, title: &str) {
        self.out.push('[');
        let before = std::mem::replace(&mut self.place.link, true);
        self.inlines(content, Some('|'));
        self.place.link = before;
        self.out.push('|');
        self.out.push_str(to);
        if !title.is_empty() {
            self.out.push('|');
            self.out.push_str(&title.replace('\n', " ").replace('|', "\\|").replace(']', "\\]"));
        }
        self.out.push(']');
    }

    fn image(&mut self, image: &Image) {
        let source = match &image.source {
            ImageSource::Url(url) => address(url),
            ImageSource::Attachment { file, .. } => file.replace(['\n', '!', '|'], "_"),
        };
        let params = image_params(&image.alt, &image.attrs);
        self.out.push('!');
        self.out.push_str(&source);
        if !params.is_empty() {
            self.out.push('|');
            self.out.push_str(&params);
        }
        self.out.push('!');
    }
}

fn ends_with_blank(content: &[Inline]) -> bool {
    let blank = |inline: Option<&Inline>, end: bool| match inline {
        Some(Inline::Text(text)) if end => text.ends_with(char::is_whitespace),
        Some(Inline::Text(text)) => text.starts_with(char::is_whitespace),
        Some(Inline::Break) => true,
        _ => false,
    };
    blank(content.first(), false) || blank(content.last(), true)
}

/// An address without the signs that would end it.
fn address(url: &str) -> String {
    url.replace('|', "%7C").replace(']', "%5D").replace(['\n', '\r'], "").replace(' ', "%20")
}

/// Appends text.
fn escape(out: &mut String, text: &str, next: Option<char>, place: Place, pairs: &Pairs) {
    let mut url = next_bare(text, 0).filter(|_| !place.mono);
    let mut at = 0;
    while at < text.len() {
        if let Some((start, len)) = url
            && start == at
        {
            // The renderer links it by itself.
            out.push_str(cut(text, at, at + len));
            at += len;
            url = next_bare(text, at);
            continue;
        }
        let stop = url.map_or(text.len(), |(start, _)| start);
        let rest = cut(text, at, stop);
        let plain = rest
            .bytes()
            .position(|b| {
                is_sign(b)
                    || matches!(b, b'\\' | b'{' | b'[' | b']' | b'!' | b'|' | b'&' | b'\n' | b'}')
            })
            .unwrap_or(rest.len());
        if plain > 0 {
            out.push_str(cut(rest, 0, plain));
            at += plain;
            continue;
        }
        at += sign(out, text, at, next, place, pairs);
    }
}

fn sign(
    out: &mut String,
    text: &str,
    at: usize,
    next: Option<char>,
    place: Place,
    pairs: &Pairs,
) -> usize {
    let b = byte(text, at);
    if is_sign(b) {
        let len = run(text, at, b);
        let wanted = if b == b'?' { 2 } else { 1 };
        let before = if at == 0 { out.chars().next_back() } else { char_before(text, at) };
        let after = if at + len == text.len() { next } else { char_at(text, at + len) };
        let (open, close) = around(before, after);
        let escaped = len == wanted && pairs.pair.contains(&b) && (open || close);
        for _ in 0..len {
            if escaped {
                out.push('\\');
            }
            out.push(char::from(b));
        }
        return len;
    }
    let following = if at + 1 >= text.len() { next } else { char_at(text, at + 1) };
    let escaped = match b {
        b'\\' => {
            let special = following
                .is_none_or(|c| c == '\\' || c == '\n' || c.is_ascii() && is_escapable(c as u8));
            out.push_str(if special || place.mono { "&#92;" } else { "\\" });
            return 1;
        }
        b'\n' => {
            out.push(' ');
            return 1;
        }
        b'{' => place.mono && at == 0 || opens_macro(text, at) || following == Some('{'),
        b'}' => false,
        b'[' => true,
        b']' => place.link,
        b'|' => place.cell || place.link,
        b'!' => image_end(text, at).is_some(),
        b'&' => {
            let reference =
                tail(text, at).starts_with("&#") && crate::entity::decode(tail(text, at)).is_some();
            out.push_str(if reference { "&#38;" } else { "&" });
            return 1;
        }
        _ => false,
    };
    if escaped {
        out.push('\\');
    }
    out.push(char::from(b));
    1
}

fn opens_macro(text: &str, at: usize) -> bool {
    let rest = tail(text, at + 1);
    let len = rest.bytes().take(12).take_while(u8::is_ascii_alphabetic).count();
    let name = cut(rest, 0, len).to_ascii_lowercase();
    let known = MACROS.contains(&name.as_str()) && matches!(byte(rest, len), b'}' | b':');
    let sign = is_sign(byte(rest, 0)) && byte(rest, 1) == b'}';
    known || sign
}
