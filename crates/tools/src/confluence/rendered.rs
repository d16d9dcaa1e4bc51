//! The text of a stored body as a reader sees it, for finding a selection in it.

/// Text without markup: tags and macro parameters are left out, the text of code blocks stays,
/// entities are what they mean. Blocks do not run together.
pub(super) fn text(storage: &str) -> String {
    let mut out = String::with_capacity(storage.len());
    let mut rest = storage;
    while let Some((before, behind)) = rest.split_once('<') {
        decode(before, &mut out);
        if let Some(data) = behind.strip_prefix("![CDATA[") {
            let (code, behind) = data.split_once("]]>").unwrap_or((data, ""));
            out.push_str(code);
            rest = behind;
            continue;
        }
        let (tag, behind) = behind.split_once('>').unwrap_or((behind, ""));
        rest = behind;
        let name = tag.split([' ', '/', '\n', '\t']).find(|part| !part.is_empty()).unwrap_or("");
        if name == "ac:parameter" && !tag.starts_with('/') && !tag.ends_with('/') {
            rest = rest.split_once("</ac:parameter>").map_or("", |(_, behind)| behind);
        } else if !is_inline(name) && !out.ends_with('\n') && !out.is_empty() {
            out.push('\n');
        }
    }
    decode(rest, &mut out);
    out
}

fn is_inline(name: &str) -> bool {
    [
        "a",
        "b",
        "code",
        "del",
        "em",
        "i",
        "s",
        "span",
        "strong",
        "sub",
        "sup",
        "u",
        "time",
        "ac:inline-comment-marker",
        "ac:link",
        "ac:link-body",
        "ac:emoticon",
        "small",
        "big",
    ]
    .contains(&name)
}

fn decode(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let entity = behind.split_once(';').filter(|(name, _)| name.len() <= 10);
        match entity.and_then(|(name, behind)| Some((character(name)?, behind))) {
            Some((c, behind)) => {
                out.push(c);
                rest = behind;
            }
            None => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
}

fn character(entity: &str) -> Option<char> {
    if let Some(number) = entity.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "rsquo" => '’',
        "lsquo" => '‘',
        "rdquo" => '”',
        "ldquo" => '“',
        "rarr" => '→',
        "larr" => '←',
        "euro" => '€',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        "eacute" => 'é',
        "egrave" => 'è',
        "agrave" => 'à',
        "middot" => '·',
        "bull" => '•',
        "copy" => '©',
        "times" => '×',
        _ => return None,
    })
}

/// How often a selection occurs; an empty one never does.
pub(super) fn occurrences(text: &str, selection: &str) -> usize {
    if selection.is_empty() { 0 } else { text.matches(selection).count() }
}

#[cfg(test)]
mod tests {
    use super::{occurrences, text};

    #[test]
    fn markup_is_not_text() {
        let body = "<h1>A &amp; B</h1><p>one <strong>two</strong> three&nbsp;&#x41;&unknown;</p>\
            <ac:structured-macro ac:name=\"code\"><ac:parameter ac:name=\"language\">py\
            </ac:parameter><ac:plain-text-body><![CDATA[if a < b: <x>]]></ac:plain-text-body>\
            </ac:structured-macro><p>one two</p>";
        let text = text(body);
        assert_eq!(text, "A & B\none two three\u{a0}A&unknown;\nif a < b: <x>\none two\n");
        assert_eq!(occurrences(&text, "one two"), 2);
        assert_eq!(occurrences(&text, "B one"), 0);
        assert_eq!(occurrences(&text, "py"), 0);
        assert_eq!(occurrences(&text, ""), 0);
    }

    #[test]
    fn broken_markup_ends_quietly() {
        assert_eq!(text("a <b"), "a ");
        assert_eq!(text("<![CDATA[open"), "open");
        assert_eq!(text("& &; &amp"), "& &; &amp");
    }
}
