//! What an update drops is told by name, however the new body came about.

use atlassian_markup::{
    Context, Profile, Warning, WarningKind, adf_to_markdown, merge, storage_to_markdown,
};
use serde_json::{Value, json};

const PAGE: &str = include_str!("page.xml");

fn names(warnings: &[Warning]) -> Vec<&str> {
    assert!(warnings.iter().all(|warning| warning.kind.is_loss()), "{warnings:?}");
    warnings.iter().map(|warning| warning.label.as_str()).collect()
}

/// Everything on the page that is more than words.
const ALL: &[&str] = &[
    "drawio: Net",
    "excerpt: INLINE",
    "toc",
    "jira: project = OPS and text ~ \"x\"",
    "layout: two_equal",
    "children",
    "image: arch v2.png",
    "noted words",
];

#[test]
fn a_page_emptied_in_markdown_tells_everything() {
    let got = merge::storage(PAGE, "nothing left", &Context::default()).unwrap();
    let mut told = names(&got.warnings);
    let mut want = ALL.to_vec();
    told.sort_unstable();
    want.sort_unstable();
    assert_eq!(told, want);
}

#[test]
fn a_page_replaced_as_storage_tells_the_same() {
    let got = merge::dropped_from_storage(PAGE, "<p>nothing left</p>");
    let mut told = names(&got);
    let mut want = ALL.to_vec();
    told.sort_unstable();
    want.sort_unstable();
    assert_eq!(told, want);
    assert_eq!(merge::dropped_from_storage(PAGE, PAGE), vec![]);
    for (part, name) in [
        ("<ac:structured-macro ac:name=\"children\" />", "children"),
        (" ac:name=\"drawio\"", "drawio: Net"),
        (
            "<ri:attachment ri:filename=\"arch v2.png\" ri:version-at-save=\"1\" />",
            "image: arch v2.png",
        ),
    ] {
        assert_eq!(PAGE.matches(part).count(), 1, "{part}");
        let new = if part.starts_with(" ac:name") {
            PAGE.replace(part, " ac:name=\"gallery\"").replace("m-9", "m-10")
        } else {
            PAGE.replace(part, "")
        };
        assert_eq!(names(&merge::dropped_from_storage(PAGE, &new)), [name], "without {part}");
    }
}

#[test]
fn an_edited_macro_is_not_a_lost_one() {
    let new = PAGE
        .replace("<ac:parameter ac:name=\"width\">400", "<ac:parameter ac:name=\"width\">500")
        .replace("excerpt words", "other words")
        .replace("ac:name=\"maxLevel\">3", "ac:name=\"maxLevel\">2");
    assert_ne!(new, PAGE);
    assert_eq!(merge::dropped_from_storage(PAGE, &new), vec![]);
}

#[test]
fn the_copy_of_a_macro_does_not_stand_for_another() {
    let diagram = |name: &str| {
        format!(
            "<ac:structured-macro ac:name=\"drawio\"><ac:parameter ac:name=\"diagramName\">{name}\
             </ac:parameter></ac:structured-macro>"
        )
    };
    let old = format!("{}{}", diagram("A"), diagram("B"));
    let new = format!("{}{}", diagram("A"), diagram("A"));
    assert_eq!(names(&merge::dropped_from_storage(&old, &new)), ["drawio: B"]);
    let edited = format!("{}{}", diagram("A"), diagram("C"));
    assert_eq!(merge::dropped_from_storage(&old, &edited), vec![]);
}

#[test]
fn macros_in_raw_storage_of_the_new_text_are_there() {
    let old = "<p>a</p><ac:structured-macro ac:name=\"gantt\" ac:macro-id=\"7\"/>";
    let new = "b\n\n```csf\n<ac:structured-macro ac:name=\"gantt\" ac:macro-id=\"7\"/>\n```";
    assert_eq!(merge::storage(old, new, &Context::default()).unwrap().warnings, vec![]);
}

#[test]
fn a_page_replaced_as_wiki_tells_what_wiki_does_not_name() {
    let told = merge::dropped_by_wiki(
        PAGE,
        "h1. New\n\n{toc} and {drawio:diagramName=Net}\n!arch v2.png!",
    );
    let told = names(&told);
    for name in ["layout: two_equal", "noted words", "excerpt: INLINE", "children"] {
        assert!(told.contains(&name), "{name} in {told:?}");
    }
    assert!(
        !told.iter().any(|name| name.starts_with("toc") || name.starts_with("drawio")),
        "{told:?}"
    );
    assert!(!told.iter().any(|name| name.starts_with("image")), "{told:?}");
}

#[test]
fn a_body_that_can_not_be_compared_is_told() {
    assert!(!merge::dropped_from_storage("<p>", "<p/>").is_empty());
}

fn issue() -> Value {
    json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "noted", "marks": [
            {"type": "annotation", "attrs": {"id": "c1", "annotationType": "inlineComment"}}]}]},
        {"type": "extension", "attrs": {"extensionType": "a.b", "extensionKey": "gantt", "text": "Plan"}},
        {"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [
            {"type": "media", "attrs": {"type": "file", "id": "m1", "collection": "", "alt": "shot.png"}}]},
        {"type": "layoutSection", "content": [
            {"type": "layoutColumn", "attrs": {"width": 50}, "content": [{"type": "paragraph"}]},
            {"type": "layoutColumn", "attrs": {"width": 50}, "content": [{"type": "paragraph"}]}]}]})
}

#[test]
fn an_issue_replaced_as_adf_tells_everything() {
    let new = json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "x"}]}]});
    let got = merge::dropped_from_adf(&issue(), &new);
    assert_eq!(names(&got), ["gantt: Plan", "media: shot.png", "layout: 2 columns", "noted"]);
    assert_eq!(merge::dropped_from_adf(&issue(), &issue()), vec![]);
    // The same file in another frame is still there.
    let framed = issue().to_string().replace("\"layout\":\"center\"", "\"layout\":\"wide\"");
    let framed: Value = serde_json::from_str(&framed).unwrap();
    assert_eq!(merge::dropped_from_adf(&issue(), &framed), vec![]);
    let other = issue().to_string().replace("\"m1\"", "\"m2\"").replace("shot", "other");
    let other: Value = serde_json::from_str(&other).unwrap();
    assert_eq!(names(&merge::dropped_from_adf(&issue(), &other)), ["media: shot.png"]);
}

#[test]
fn an_issue_emptied_in_markdown_keeps_its_files_and_tells_the_rest() {
    let got = merge::adf(&issue(), "x", Profile::Jira, &Context::default()).unwrap();
    let lost: Vec<Warning> = got.warnings.iter().filter(|w| w.kind.is_loss()).cloned().collect();
    assert_eq!(names(&lost), ["gantt: Plan", "layout: 2 columns", "noted"]);
    assert!(got.warnings.iter().any(|w| w.kind == WarningKind::MediaAppended));
}

#[test]
fn a_wiki_text_that_is_replaced_tells_its_files() {
    let got = merge::dropped_from_wiki("see !shot.png|thumbnail! and text", "h1. other");
    assert_eq!(names(&got), ["image: shot.png"]);
    let got = merge::wiki("!shot.png!", "h1. raw\n\n{quote}x{quote}", &Context::default()).unwrap();
    assert_eq!(names(&got.warnings), ["image: shot.png"]);
}

#[test]
fn an_edit_of_words_loses_nothing() {
    let text = storage_to_markdown(PAGE, &Context::default()).unwrap().output;
    let edited = text.replace("Mind the gap.", "Mind the step.").replace("quoted", "told");
    assert_eq!(merge::storage(PAGE, &edited, &Context::default()).unwrap().warnings, vec![]);
    let text = adf_to_markdown(&issue(), Profile::Jira, &Context::default()).output;
    let edited = format!("{text}\n\nmore");
    let got = merge::adf(&issue(), &edited, Profile::Jira, &Context::default()).unwrap();
    assert_eq!(got.warnings, vec![]);
}
