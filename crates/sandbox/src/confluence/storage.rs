//! The storage format: whether a body is well-formed, its words, and the way from wiki markup.

use quick_xml::Reader;
use quick_xml::events::Event;

/// Entities of XHTML that bodies use beyond the five of XML.
const ENTITIES: &str = " nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr \
    deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest \
    Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc \
    Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute \
    THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave \
    iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc \
    uuml yacute thorn yuml OElig oelig Scaron scaron Yuml fnof circ tilde ensp emsp thinsp zwnj zwj \
    ndash mdash lsquo rsquo sbquo ldquo rdquo bdquo dagger Dagger bull hellip permil prime Prime \
    lsaquo rsaquo oline euro trade larr uarr rarr darr harr rArr minus infin ne le ge ";

/// Checks that a body is well-formed; the error is the parser's sentence.
pub(crate) fn check(body: &str) -> Result<(), String> {
    walk(body, &mut |_| {})
}

/// The words of a body: text and CDATA, a blank between blocks.
pub(crate) fn text(body: &str) -> String {
    let mut out = String::new();
    // A body that stopped being well-formed still has the words read so far.
    let _ = walk(body, &mut |piece| out.push_str(piece));
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn walk(body: &str, each: &mut dyn FnMut(&str)) -> Result<(), String> {
    let wrapped = format!("<body>{body}</body>");
    let mut reader = Reader::from_str(&wrapped);
    let mut depth = 0_usize;
    loop {
        let at = reader.buffer_position();
        let wrong = |what: String| format!("{what} at [row,col {{unknown-source}}]: [1,{at}]");
        match reader.read_event() {
            Err(error) => return Err(wrong(error.to_string())),
            Ok(Event::Start(tag)) => {
                for attribute in tag.attributes() {
                    attribute.map_err(|error| wrong(error.to_string()))?;
                }
                depth += 1;
            }
            Ok(Event::Empty(tag)) => {
                for attribute in tag.attributes() {
                    attribute.map_err(|error| wrong(error.to_string()))?;
                }
                each(" ");
            }
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                each(" ");
                if depth == 0 {
                    // The wrapper is closed; anything behind it closed it itself.
                    let rest = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
                    return if rest >= wrapped.len() {
                        Ok(())
                    } else {
                        Err(wrong("Unexpected close tag".to_owned()))
                    };
                }
            }
            Ok(Event::Text(piece)) => each(&piece),
            Ok(Event::CData(piece)) => each(&piece.into_inner()),
            Ok(Event::GeneralRef(name)) => {
                let name = name.into_inner();
                match entity(&name) {
                    Some(piece) => each(&piece),
                    None => return Err(wrong(format!("Undeclared general entity \"{name}\""))),
                }
            }
            Ok(Event::Comment(_) | Event::PI(_)) => {}
            Ok(Event::Decl(_) | Event::DocType(_)) => {
                return Err(wrong("A declaration is not allowed here".to_owned()));
            }
            Ok(Event::Eof) => {
                return Err(wrong("Unexpected EOF; was expecting a close tag".to_owned()));
            }
        }
    }
}

fn entity(name: &str) -> Option<String> {
    match name {
        "amp" => return Some("&".to_owned()),
        "lt" => return Some("<".to_owned()),
        "gt" => return Some(">".to_owned()),
        "quot" => return Some("\"".to_owned()),
        "apos" => return Some("'".to_owned()),
        _ => {}
    }
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix('x') {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).map(String::from);
    }
    ENTITIES.split_whitespace().any(|known| known == name).then(|| " ".to_owned())
}

/// A rough conversion of wiki markup: headings, bullets and paragraphs.
pub(crate) fn from_wiki(wiki: &str) -> String {
    let mut out = String::new();
    let mut in_list = false;
    for line in wiki.lines() {
        let bullet = line.strip_prefix("* ");
        if in_list && bullet.is_none() {
            out.push_str("</ul>");
            in_list = false;
        }
        let heading = line.strip_prefix('h').and_then(|rest| {
            let (level, text) = rest.split_once(". ")?;
            matches!(level, "1" | "2" | "3" | "4" | "5" | "6").then_some((level, text))
        });
        match (bullet, heading) {
            (Some(item), _) => {
                if !in_list {
                    out.push_str("<ul>");
                    in_list = true;
                }
                out.push_str(&format!("<li>{}</li>", escape(item)));
            }
            (None, Some((level, text))) => {
                out.push_str(&format!("<h{level}>{}</h{level}>", escape(text)));
            }
            (None, None) if line.trim().is_empty() => {}
            (None, None) => out.push_str(&format!("<p>{}</p>", escape(line))),
        }
    }
    if in_list {
        out.push_str("</ul>");
    }
    out
}

/// Text made safe for a body.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_with_macros_and_entities_is_well_formed() {
        let body = "<p>Hi&nbsp;&amp; <ac:structured-macro ac:name=\"code\"><ac:plain-text-body>\
                    <![CDATA[a < b]]></ac:plain-text-body></ac:structured-macro></p>loose<br/>";
        assert_eq!(check(body), Ok(()));
        assert_eq!(text(body), "Hi & a < b loose");
        assert_eq!(check(""), Ok(()));
    }

    #[test]
    fn broken_storage_is_refused() {
        for body in [
            "<p>open",
            "<p>crossed</b></p>",
            "a & b",
            "<br>",
            "&bogus;",
            "</body><body>",
            "<p a=\"1\" a=\"2\"/>",
            "<!DOCTYPE x><p/>",
        ] {
            assert!(check(body).is_err(), "{body}");
        }
    }

    #[test]
    fn wiki_markup_becomes_blocks() {
        assert_eq!(
            from_wiki("h2. A\n* b\n* c\n\nd < e"),
            "<h2>A</h2><ul><li>b</li><li>c</li></ul><p>d &lt; e</p>"
        );
    }
}
