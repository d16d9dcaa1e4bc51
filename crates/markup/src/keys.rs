//! Jira issue keys in running text.

use crate::Context;
use crate::model::{Block, BlockKind, Inline, Target, push_inline};
use crate::scan::{byte, cut, tail};

/// Words before a dash and a number that are no project (content conversion spec section 8.6).
const NOT_PROJECTS: &[&str] = &[
    "AES", "AMD", "ANSI", "API", "ARM", "ASCII", "BASE", "BIG", "BLAKE", "BSD", "COVID", "CP",
    "CVE", "CWE", "DES", "DIN", "EC", "ECMA", "EN", "FIPS", "GB", "GCM", "GPT", "GSM", "HTTP",
    "HTTPS", "IEC", "IEEE", "IP", "IPV", "ISO", "JDK", "JIS", "KOI", "LTE", "MD", "MIT", "MP",
    "MPEG", "NIST", "OWASP", "PCI", "PEP", "PKCS", "POSIX", "PS", "Q", "RFC", "RIPEMD", "RS",
    "RSA", "SHA", "SOC", "SSL", "SS", "TCP", "TLS", "UCS", "UDP", "US", "USB", "UTC", "UTF", "UTM",
    "V", "WCAG", "WPA", "X", "ZIP", "GMT", "H", "A", "B", "C", "F", "T", "COM",
];

/// Whether `text` is an issue key.
pub(crate) fn is_key(text: &str) -> bool {
    matches!(key_len(text, 0), Some(len) if len == text.len())
}

fn key_len(text: &str, at: usize) -> Option<usize> {
    let rest = tail(text, at);
    if !byte(rest, 0).is_ascii_uppercase() {
        return None;
    }
    let head = rest
        .bytes()
        .take(40)
        .take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
        .count();
    if byte(rest, head) != b'-' {
        return None;
    }
    let digits = tail(rest, head + 1).bytes().take(12).take_while(u8::is_ascii_digit).count();
    let after = byte(rest, head + 1 + digits);
    let goes_on = after.is_ascii_alphanumeric()
        || after == b'_'
        || (after == b'-' && byte(rest, head + 2 + digits).is_ascii_alphanumeric())
        || (after == b'.' && byte(rest, head + 2 + digits).is_ascii_digit());
    let fits = head >= 2 && digits > 0 && byte(rest, head + 1) != b'0' && !goes_on;
    fits.then_some(head + 1 + digits)
}

fn is_project(key: &str, context: &Context<'_>) -> bool {
    let project = key.split('-').next().unwrap_or_default();
    match context.projects {
        Some(known) => known.iter().any(|known| known == project),
        None => !NOT_PROJECTS.contains(&project),
    }
}

/// Links the issue keys in the text of `blocks` when the Jira they belong to is known.
pub(crate) fn link(blocks: &mut [Block], context: &Context<'_>) {
    let Some(base) = context.jira_base_url else { return };
    let base = base.trim_end_matches('/');
    for block in blocks {
        link_block(block, base, context);
    }
}

fn link_block(block: &mut Block, base: &str, context: &Context<'_>) {
    match &mut block.kind {
        BlockKind::Paragraph(paragraph) => link_inlines(&mut paragraph.inlines, base, context),
        BlockKind::Heading { inlines, .. } => link_inlines(inlines, base, context),
        BlockKind::Tasks(tasks) | BlockKind::Decisions(tasks) => link_tasks(tasks, base, context),
        _ => {
            block.kind.for_each_run(&mut |blocks| {
                for block in blocks {
                    link_block(block, base, context);
                }
            });
        }
    }
}

fn link_tasks(tasks: &mut [crate::model::Task], base: &str, context: &Context<'_>) {
    for task in tasks {
        link_inlines(&mut task.inlines, base, context);
        link_tasks(&mut task.children, base, context);
        for block in &mut task.extra {
            link_block(block, base, context);
        }
    }
}

fn link_inlines(inlines: &mut Vec<Inline>, base: &str, context: &Context<'_>) {
    let old = std::mem::take(inlines);
    for inline in old {
        match inline {
            Inline::Text(text) => link_text(&text, inlines, base, context),
            Inline::Mark(mark, mut content) => {
                link_inlines(&mut content, base, context);
                inlines.push(Inline::Mark(mark, content));
            }
            other => inlines.push(other),
        }
    }
}

fn link_text(text: &str, out: &mut Vec<Inline>, base: &str, context: &Context<'_>) {
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        let word = tail(text, at).bytes().take_while(|b| is_word(*b)).count();
        if word == 0 {
            at += 1;
            continue;
        }
        let before = at.checked_sub(1).map_or(b' ', |at| byte(text, at));
        let glued = matches!(before, b'-' | b'/' | b'.' | b'@' | b'#' | b'=' | 0x80..);
        match key_len(text, at).filter(|len| !glued && is_project(cut(text, at, at + len), context))
        {
            Some(len) => {
                let key = cut(text, at, at + len);
                push_inline(out, Inline::Text(cut(text, from, at).to_owned()));
                out.push(Inline::Link {
                    target: Target::Url(format!("{base}/browse/{key}")),
                    title: String::new(),
                    content: vec![Inline::Text(key.to_owned())],
                });
                at += len;
                from = at;
            }
            None => at += word,
        }
    }
    push_inline(out, Inline::Text(tail(text, from).to_owned()));
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        assert!(is_key("OPS-4") && is_key("A1_B-99"));
        assert!(!is_key("ops-4") && !is_key("OPS-") && !is_key("OPS-04") && !is_key("OPS-4x"));
    }
}
