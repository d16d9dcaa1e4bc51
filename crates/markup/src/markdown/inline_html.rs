//! HTML tags inside running text (content conversion spec section 8.3).

use super::delimiters::{Make, Tok};
use super::html_block::Tag;
use crate::Profile;
use crate::model::{Image, Inline, Mark};

/// The token a tag is, or nothing when it is shown as text.
pub(crate) fn tok(tag: &Tag, raw: &str, _profile: Profile) -> Option<Tok> {
    let name = tag.name.as_str();
    let known = matches!(
        name,
        "b" | "strong"
            | "i"
            | "em"
            | "s"
            | "del"
            | "strike"
            | "u"
            | "ins"
            | "sub"
            | "sup"
            | "mark"
            | "span"
            | "a"
    );
    if tag.close {
        return known.then(|| Tok::Close { tag: name.to_owned(), raw: raw.to_owned() });
    }
    match name {
        "br" => return Some(Tok::Node(Inline::Break, 0)),
        "img" => return image(tag),
        _ => {}
    }
    if tag.empty || !known {
        return None;
    }
    let make = match name {
        "b" | "strong" => Make::Mark(Mark::Strong),
        "i" | "em" => Make::Mark(Mark::Em),
        "s" | "del" | "strike" => Make::Mark(Mark::Strike),
        "u" | "ins" => Make::Mark(Mark::Underline),
        "sub" => Make::Mark(Mark::Sub),
        "sup" => Make::Mark(Mark::Sup),
        "mark" => Make::Mark(Mark::Highlight("#fedec8".to_owned())),
        "span" => Make::Marks(style_marks(tag.attr("style").unwrap_or_default())),
        _ => {
            let url = tag.attr("href").unwrap_or_default();
            if url.is_empty() || super::target::is_unsafe(url) {
                Make::Marks(Vec::new())
            } else {
                let title = tag.attr("title").unwrap_or_default().to_owned();
                Make::Link { url: url.to_owned(), title }
            }
        }
    };
    Some(Tok::Open { tag: name.to_owned(), raw: raw.to_owned(), make })
}

fn image(tag: &Tag) -> Option<Tok> {
    let src = tag.attr("src").filter(|src| !src.is_empty())?;
    let is_data = src.get(..11).is_some_and(|head| head.eq_ignore_ascii_case("data:image/"));
    if super::target::is_unsafe(src) && !is_data {
        return None;
    }
    let mut image = Image {
        source: super::target::image_source(src),
        alt: tag.attr("alt").unwrap_or_default().to_owned(),
        ..Image::default()
    };
    for (key, value) in &tag.attrs {
        if !matches!(key.as_str(), "src" | "alt") && !value.is_empty() {
            image.attrs.set(key, value.as_str());
        }
    }
    Some(Tok::Node(Inline::Image(image), 0))
}

/// The colours that a `style` attribute sets.
pub(crate) fn style_marks(style: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for rule in style.split(';') {
        let Some((name, value)) = rule.split_once(':') else { continue };
        let value = crate::color::canonical(value.trim());
        let odd =
            |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '#' | '(' | ')' | ',' | '.' | '%');
        if value.is_empty() || value == "inherit" || value.contains(odd) {
            continue;
        }
        match name.trim().to_ascii_lowercase().as_str() {
            "color" => marks.push(Mark::Color(value)),
            "background-color" | "background" => marks.push(Mark::Highlight(value)),
            _ => {}
        }
    }
    marks
}
