//! Anchors on headings, for links within a page (`enable_heading_anchors`).

use atlassian_markup::section;

/// Puts an `anchor` macro with the slug of its text into every heading of a stored body that has
/// none. A body that cannot be read stays as it is.
pub(super) fn add(storage: &str) -> String {
    let Ok(sections) = section::list(storage) else { return storage.to_owned() };
    let mut out = String::with_capacity(storage.len() + 160 * sections.len());
    let mut done = 0;
    for found in sections {
        let Some(heading) = storage.get(found.heading.clone()) else { continue };
        let Some(inside) = heading.find('>').map(|end| found.heading.start + end + 1) else {
            continue;
        };
        if heading.contains("ac:name=\"anchor\"") || inside < done {
            continue;
        }
        let slug = slug(&found.title);
        let (Some(before), false) = (storage.get(done..inside), slug.is_empty()) else { continue };
        out.push_str(before);
        out.push_str(
            "<ac:structured-macro ac:name=\"anchor\" ac:schema-version=\"1\"><ac:parameter ac:name=\"\">",
        );
        out.push_str(&slug);
        out.push_str("</ac:parameter></ac:structured-macro>");
        done = inside;
    }
    out.push_str(storage.get(done..).unwrap_or_default());
    out
}

/// A heading's text as it stands in links: lower case, words joined by `-`.
fn slug(title: &str) -> String {
    let kept: String = title
        .to_lowercase()
        .chars()
        .map(|c| if c.is_whitespace() { '-' } else { c })
        .filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_')
        .collect();
    kept.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn slugs_are_those_of_links() {
        assert_eq!(slug("On Call: who & when?"), "on-call-who--when");
        assert_eq!(slug("Größe_1"), "größe_1");
        assert_eq!(slug("!!"), "");
    }
}
