//! Storage as XML: a strict parser without recursion that knows where every element stands.
//!
//! Storage uses the prefixes `ac:` and `ri:` without declaring them and HTML's named entities, so
//! a general XML parser refuses it or loses what we need (content conversion spec section 7.2).

use crate::entity;
use crate::outcome::ReadError;
use crate::scan::{byte, cut, tail};

/// What a node is.
#[derive(Debug)]
pub(crate) enum Kind<'a> {
    Element {
        name: &'a str,
        attrs: Vec<(&'a str, String)>,
        /// Where the content starts and where it ends.
        inner: (usize, usize),
    },
    /// Text with its references decoded.
    Text(String),
    CData(&'a str),
    /// A comment or processing instruction.
    Other,
}

/// A node and where it stands.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) children: Vec<usize>,
}

/// A parsed body: all nodes, and which of them stand at the top.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    pub(crate) source: &'a str,
    pub(crate) nodes: Vec<Node<'a>>,
    pub(crate) top: Vec<usize>,
}

impl<'a> Tree<'a> {
    pub(crate) fn node(&self, id: usize) -> Option<&Node<'a>> {
        self.nodes.get(id)
    }

    /// An element's name; empty for anything else.
    pub(crate) fn name(&self, id: usize) -> &'a str {
        match self.node(id).map(|node| &node.kind) {
            Some(Kind::Element { name, .. }) => name,
            _ => "",
        }
    }

    pub(crate) fn attr(&self, id: usize, wanted: &str) -> Option<&str> {
        match self.node(id).map(|node| &node.kind) {
            Some(Kind::Element { attrs, .. }) => {
                attrs.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str())
            }
            _ => None,
        }
    }

    pub(crate) fn attrs(&self, id: usize) -> &[(&'a str, String)] {
        match self.node(id).map(|node| &node.kind) {
            Some(Kind::Element { attrs, .. }) => attrs,
            _ => &[],
        }
    }

    pub(crate) fn children(&self, id: usize) -> &[usize] {
        self.node(id).map_or(&[], |node| &node.children)
    }

    /// The first child element of that name.
    pub(crate) fn child(&self, id: usize, wanted: &str) -> Option<usize> {
        self.children(id).iter().copied().find(|&child| self.name(child) == wanted)
    }

    /// Where an element's content starts and ends.
    pub(crate) fn inner(&self, id: usize) -> (usize, usize) {
        match self.node(id).map(|node| &node.kind) {
            Some(Kind::Element { inner, .. }) => *inner,
            _ => (0, 0),
        }
    }

    /// The bytes of a node.
    pub(crate) fn slice(&self, id: usize) -> &'a str {
        self.node(id).map_or("", |node| cut(self.source, node.start, node.end))
    }

    /// All text below a node, found without recursion; elements that `skip` names are left out.
    pub(crate) fn text(&self, id: usize, skip: &[&str]) -> String {
        let mut out = String::new();
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            let Some(node) = self.node(id) else { continue };
            match &node.kind {
                Kind::Text(text) => out.push_str(text),
                Kind::CData(text) => out.push_str(text),
                Kind::Element { name, .. } if skip.contains(name) => {}
                Kind::Element { .. } => stack.extend(node.children.iter().rev()),
                Kind::Other => {}
            }
        }
        out
    }
}

/// Parses a body.
pub(crate) fn parse(source: &str) -> Result<Tree<'_>, ReadError> {
    Parser::new(source).run(false).map_err(|(at, reason)| error_at(source, at, reason))
}

/// The length of the first element of `source`, when it is complete and well-formed.
pub(crate) fn element_len(source: &str) -> Option<usize> {
    let tree = Parser::new(source).run(true).ok()?;
    let first = tree.top.iter().find(|&&id| !tree.name(id).is_empty())?;
    tree.node(*first).map(|node| node.end)
}

fn error_at(source: &str, at: usize, reason: String) -> ReadError {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    let before = cut(source, 0, at);
    let line_start = before.rfind('\n').map_or(0, |found| found + 1);
    ReadError {
        reason,
        line: before.matches('\n').count() + 1,
        column: tail(before, line_start).chars().count() + 1,
    }
}

type Fault = (usize, String);

struct Parser<'a> {
    source: &'a str,
    at: usize,
    nodes: Vec<Node<'a>>,
    top: Vec<usize>,
    open: Vec<usize>,
}

impl<'a> Parser<'a> {
    fn new(source: &'a str) -> Self {
        Self { source, at: 0, nodes: Vec::new(), top: Vec::new(), open: Vec::new() }
    }

    fn run(mut self, first_only: bool) -> Result<Tree<'a>, Fault> {
        while self.at < self.source.len() {
            if byte(self.source, self.at) == b'<' {
                self.markup()?;
                if first_only && self.open.is_empty() && !self.top.is_empty() {
                    break;
                }
            } else {
                self.text()?;
            }
        }
        if let Some(&id) = self.open.last() {
            let (name, start) = match self.nodes.get(id) {
                Some(Node { kind: Kind::Element { name, .. }, start, .. }) => (*name, *start),
                _ => ("", 0),
            };
            return Err((start, format!("<{name}> is not closed")));
        }
        Ok(Tree { source: self.source, nodes: self.nodes, top: self.top })
    }

    fn add(&mut self, kind: Kind<'a>, start: usize, end: usize) -> usize {
        let id = self.nodes.len();
        self.nodes.push(Node { kind, start, end, children: Vec::new() });
        match self.open.last().and_then(|&parent| self.nodes.get_mut(parent)) {
            Some(parent) => parent.children.push(id),
            None => self.top.push(id),
        }
        id
    }

    fn text(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let rest = tail(self.source, start);
        let len = rest.find('<').unwrap_or(rest.len());
        let raw = cut(rest, 0, len);
        if let Some(at) = raw.find("]]>") {
            return Err((start + at, "\"]]>\" in text".to_owned()));
        }
        let text = decode(raw, start)?;
        self.at += len;
        self.add(Kind::Text(text), start, start + len);
        Ok(())
    }

    fn markup(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let rest = tail(self.source, start);
        if let Some(inner) = rest.strip_prefix("<!--") {
            let len = inner.find("--").ok_or((start, "a comment is not closed".to_owned()))?;
            if byte(inner, len + 2) != b'>' {
                return Err((start, "\"--\" inside a comment".to_owned()));
            }
            self.at = start + 4 + len + 3;
            self.add(Kind::Other, start, self.at);
            return Ok(());
        }
        if let Some(inner) = rest.strip_prefix("<![CDATA[") {
            let len =
                inner.find("]]>").ok_or((start, "a CDATA section is not closed".to_owned()))?;
            self.at = start + 9 + len + 3;
            let text = cut(inner, 0, len);
            if let Some(at) = text.find(is_forbidden) {
                return Err((start + 9 + at, "a control character".to_owned()));
            }
            self.add(Kind::CData(text), start, self.at);
            return Ok(());
        }
        if rest.starts_with("<?") {
            let len = rest.find("?>").ok_or((start, "an instruction is not closed".to_owned()))?;
            self.at = start + len + 2;
            self.add(Kind::Other, start, self.at);
            return Ok(());
        }
        if rest.starts_with("</") {
            return self.close();
        }
        self.open_tag()
    }

    fn name(&mut self) -> Result<&'a str, Fault> {
        let rest = tail(self.source, self.at);
        let len = rest
            .bytes()
            .take_while(|b| {
                b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'-' | b'.') || *b >= 0x80
            })
            .count();
        let first = byte(rest, 0);
        if len == 0 || first.is_ascii_digit() || matches!(first, b'-' | b'.') {
            return Err((self.at, "\"<\" that starts no tag; write &lt;".to_owned()));
        }
        self.at += len;
        Ok(cut(rest, 0, len))
    }

    fn blanks(&mut self) -> usize {
        let count = tail(self.source, self.at)
            .bytes()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'))
            .count();
        self.at += count;
        count
    }

    fn close(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += 2;
        let name = self.name()?;
        self.blanks();
        if byte(self.source, self.at) != b'>' {
            return Err((start, format!("the closing tag </{name}> is broken")));
        }
        self.at += 1;
        let end = self.at;
        let Some(id) = self.open.pop() else {
            return Err((start, format!("</{name}> closes nothing")));
        };
        if let Some(Node { kind: Kind::Element { name: open, inner, .. }, end: node_end, .. }) =
            self.nodes.get_mut(id)
        {
            if *open != name {
                return Err((start, format!("</{name}> where </{open}> is due")));
            }
            inner.1 = start;
            *node_end = end;
        }
        Ok(())
    }

    fn open_tag(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        let name = self.name().map_err(|(_, reason)| (start, reason))?;
        let mut attrs: Vec<(&'a str, String)> = Vec::new();
        loop {
            let gap = self.blanks();
            match byte(self.source, self.at) {
                b'>' => {
                    self.at += 1;
                    let kind = Kind::Element { name, attrs, inner: (self.at, self.at) };
                    let id = self.add(kind, start, self.at);
                    self.open.push(id);
                    return Ok(());
                }
                b'/' if byte(self.source, self.at + 1) == b'>' => {
                    self.at += 2;
                    let kind = Kind::Element { name, attrs, inner: (self.at, self.at) };
                    self.add(kind, start, self.at);
                    return Ok(());
                }
                _ if gap == 0 => return Err((start, format!("the tag <{name}> is broken"))),
                _ => {
                    let at = self.at;
                    let (key, value) = self.attribute(name, start)?;
                    if attrs.iter().any(|(have, _)| *have == key) {
                        return Err((at, format!("the attribute {key} stands twice")));
                    }
                    attrs.push((key, value));
                }
            }
        }
    }

    fn attribute(&mut self, tag: &str, start: usize) -> Result<(&'a str, String), Fault> {
        let broken = || (start, format!("the tag <{tag}> is broken"));
        let key = self.name().map_err(|_| broken())?;
        self.blanks();
        if byte(self.source, self.at) != b'=' {
            return Err((self.at, format!("the attribute {key} has no value")));
        }
        self.at += 1;
        self.blanks();
        let quote = byte(self.source, self.at);
        if !matches!(quote, b'"' | b'\'') {
            return Err((self.at, format!("the value of {key} has no quotes")));
        }
        let from = self.at + 1;
        let rest = tail(self.source, from);
        let len = rest
            .bytes()
            .position(|b| b == quote || b == b'<')
            .filter(|&len| byte(rest, len) == quote)
            .ok_or((self.at, format!("the value of {key} is not closed")))?;
        let value = decode(cut(rest, 0, len), from)?;
        self.at = from + len + 1;
        Ok((key, value))
    }
}

fn is_forbidden(c: char) -> bool {
    (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Decodes references; an unknown name stays as it is.
fn decode(raw: &str, at: usize) -> Result<String, Fault> {
    if let Some(found) = raw.find(is_forbidden) {
        return Err((at + found, "a control character".to_owned()));
    }
    let mut out = String::with_capacity(raw.len());
    let mut from = 0;
    while let Some(found) = tail(raw, from).find('&') {
        let amp = from + found;
        out.push_str(cut(raw, from, amp));
        let rest = tail(raw, amp);
        if let Some((text, len)) = entity::decode(rest) {
            out.push_str(&text);
            from = amp + len;
            continue;
        }
        let len = rest.bytes().skip(1).take_while(u8::is_ascii_alphanumeric).count();
        if len == 0 || byte(rest, len + 1) != b';' || byte(rest, 1).is_ascii_digit() {
            return Err((at + amp, "\"&\" that starts no reference; write &amp;".to_owned()));
        }
        out.push('&');
        from = amp + 1;
    }
    out.push_str(tail(raw, from));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_well_formed_is_told_with_its_place() {
        for (body, line, column) in [
            ("<p>a", 1, 1),
            ("<p>a</b>", 1, 5),
            ("a\n</p>", 2, 1),
            ("a < b", 1, 3),
            ("a & b", 1, 3),
            ("<p a=1/>", 1, 6),
            ("<p a='1' a='2'/>", 1, 10),
            ("<!-- a -- b -->", 1, 1),
            ("<![CDATA[x", 1, 1),
            ("a ]]> b", 1, 3),
            ("<!DOCTYPE x>", 1, 1),
            ("é<br>", 1, 2),
        ] {
            let error = parse(body).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{body}: {error}");
        }
    }

    #[test]
    fn storage_is_well_formed() {
        let body = "<p>a&nbsp;&mdash; b &unknown;</p><ac:link><ri:page ri:content-title=\"x\" />\
                    </ac:link><![CDATA[a < b]]><!-- c -->";
        let tree = parse(body).unwrap();
        assert_eq!(tree.top.len(), 4);
        assert_eq!(tree.text(tree.top[0], &[]), "a\u{a0}— b &unknown;");
        assert_eq!(tree.slice(tree.top[2]), "<![CDATA[a < b]]>");
    }

    #[test]
    fn the_first_element_is_measured() {
        assert_eq!(element_len("<ac:x><b/></ac:x> more"), Some(17));
        assert_eq!(element_len("<ac:x>"), None);
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        assert!(parse(&deep).is_ok());
    }
}
