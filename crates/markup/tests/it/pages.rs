//! Whole pages: one sentence is changed, and only its block's bytes differ.

use std::collections::HashMap;

use atlassian_markup::{
    Context, Profile, WarningKind, adf_to_markdown, merge, section, storage, storage_to_markdown,
    users_in_adf, users_in_storage, users_in_wiki, wiki_to_markdown,
};
use serde_json::{Value, json};

use super::schema;

/// A page with every element of content conversion spec section 4.
const PAGE: &str = include_str!("page.xml");

fn edit(page: &str, old: &str, new: &str) -> String {
    let context = Context::default();
    let text = storage_to_markdown(page, &context).unwrap().output;
    assert_eq!(text.matches(old).count(), 1, "{old} in {text}");
    let got = merge::storage(page, &text.replace(old, new), &context).unwrap();
    assert_eq!(got.warnings, vec![]);
    assert_eq!(storage::check(&got.output), Ok(()));
    got.output
}

#[test]
fn an_edited_sentence_changes_only_its_block() {
    assert_eq!(storage::check(PAGE), Ok(()));
    for (old, new) in [
        ("The rollout starts on Monday.", "The rollout starts on Tuesday."),
        ("Mind the gap.", "Mind the step."),
        ("left column words", "left column text"),
        ("second nested point", "another nested point"),
        ("wide cell", "broad cell"),
        ("hidden words", "secret words"),
        ("call the vendor", "mail the vendor"),
        ("excerpt words", "summary words"),
    ] {
        let (got, want) = (edit(PAGE, old, new), PAGE.replace(old, new));
        let same = got.bytes().zip(want.bytes()).take_while(|(a, b)| a == b).count();
        assert_eq!(got.get(same..), want.get(same..), "{old}: from {same}");
    }
}

#[test]
fn an_unchanged_page_is_not_touched() {
    let text = storage_to_markdown(PAGE, &Context::default()).unwrap().output;
    assert_eq!(merge::storage(PAGE, &text, &Context::default()).unwrap().output, PAGE);
}

#[test]
fn names_of_people_do_not_count_as_changes() {
    let users = HashMap::from([("557:a".to_owned(), "Ann Bo".to_owned())]);
    let context = Context { users: &users, ..Context::default() };
    let text = storage_to_markdown(PAGE, &context).unwrap().output;
    assert!(text.contains("@[Ann Bo](accountid:557:a)"));
    assert_eq!(merge::storage(PAGE, &text, &Context::default()).unwrap().output, PAGE);
}

#[test]
fn dropped_content_is_told_by_name() {
    let got = merge::storage(PAGE, "nothing left", &Context::default()).unwrap();
    let told: Vec<String> = got.warnings.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|text| text.contains("drawio: Net")), "{told:?}");
    assert!(told.iter().any(|text| text.contains("noted words")), "{told:?}");
    assert!(got.warnings.iter().all(|warning| warning.kind.is_loss()));
}

#[test]
fn kept_content_moves_and_is_copied() {
    let text = storage_to_markdown(PAGE, &Context::default()).unwrap().output;
    let keep = text.lines().find(|line| line.starts_with("::keep[drawio")).unwrap();
    let got = merge::storage(PAGE, &format!("{keep}\n\nwords\n\n{keep}"), &Context::default());
    let got = got.unwrap().output;
    assert_eq!(got.matches("ac:name=\"drawio\"").count(), 2);
    assert_eq!(got.matches("ac:macro-id=\"m-9\"").count(), 1, "{got}");
}

#[test]
fn unknown_references_name_those_there_are() {
    let error = merge::storage(PAGE, "::keep[x]{ref=\"deadbeef\"}", &Context::default());
    let error = error.unwrap_err().to_string();
    assert!(error.contains("deadbeef") && error.contains("drawio: Net"), "{error}");
}

#[test]
fn inline_comments_stay_on_their_words() {
    let text = storage_to_markdown(PAGE, &Context::default()).unwrap().output;
    let edited = text.replace("noted words stay", "more words and noted words stay");
    let got = merge::storage(PAGE, &edited, &Context::default()).unwrap();
    let mark = "<ac:inline-comment-marker ac:ref=\"r-1\">noted words</ac:inline-comment-marker>";
    assert!(got.output.contains(&format!("more words and {mark} stay")), "{}", got.output);
    let gone = text.replace("noted words stay", "nothing");
    let got = merge::storage(PAGE, &gone, &Context::default()).unwrap();
    assert!(got.warnings.iter().any(|w| w.kind == WarningKind::CommentDetached));
}

#[test]
fn a_section_edit_leaves_every_other_byte() {
    let wanted = section::SectionRef { title: "Plan", occurrence: None };
    let sections = section::list(PAGE).unwrap();
    let plan = sections.iter().find(|section| section.title == "Plan").unwrap();
    let got = section::replace(PAGE, wanted, "fresh words", &Context::default()).unwrap();
    let want = format!("{}<p>fresh words</p>", &PAGE[..plan.body.start]);
    assert!(got.output.starts_with(want.trim_end()), "{}", got.output);
    assert!(got.output.ends_with(&PAGE[plan.body.end..]));
}

fn issue() -> Value {
    json!({"type": "doc", "version": 1, "content": [
        {"type": "paragraph", "attrs": {"localId": "p1"}, "content": [
            {"type": "text", "text": "The deploy fails for "},
            {"type": "mention", "attrs": {"id": "557:a", "text": "@Ann", "accessLevel": "CONTAINER"}},
            {"type": "text", "text": " since "}, {"type": "date", "attrs": {"timestamp": "1709251200000"}},
            {"type": "text", "text": " "}, {"type": "status", "attrs": {"text": "RED", "color": "red", "localId": "s"}}]},
        {"type": "paragraph"},
        {"type": "panel", "attrs": {"panelType": "custom", "panelColor": "#E6FCFF", "localId": "x"}, "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "Panel words."}]}]},
        {"type": "expand", "attrs": {"title": "Logs"}, "marks": [{"type": "breakout", "attrs": {"mode": "wide"}}], "content": [
            {"type": "codeBlock", "attrs": {"language": "text", "uniqueId": "u"}, "content": [{"type": "text", "text": "at a.b"}]},
            {"type": "paragraph", "content": [{"type": "text", "text": "Expand words."}]}]},
        {"type": "mediaSingle", "attrs": {"layout": "center"}, "content": [
            {"type": "media", "attrs": {"type": "file", "id": "m1", "collection": "", "alt": "shot.png"}}]},
        {"type": "table", "attrs": {"layout": "wide", "localId": "t"}, "content": [
            {"type": "tableRow", "content": [
                {"type": "tableHeader", "attrs": {"colwidth": [120]}, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Key"}]}]},
                {"type": "tableCell", "attrs": {"background": "#ffebe6"}, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Cell words."}]}]}]}]},
        {"type": "bulletList", "content": [
            {"type": "listItem", "attrs": {"localId": "i1"}, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Item words."}]}]},
            {"type": "listItem", "content": [{"type": "paragraph", "content": [{"type": "inlineCard", "attrs": {"url": "https://x.example/1"}}]}]}]},
        {"type": "taskList", "attrs": {"localId": "tl"}, "content": [
            {"type": "taskItem", "attrs": {"localId": "t1", "state": "TODO"}, "content": [{"type": "text", "text": "Task words."}]}]},
        {"type": "blockCard", "attrs": {"url": "https://x.example/2"}},
        {"type": "paragraph", "content": [{"type": "text", "text": "noted", "marks": [
            {"type": "annotation", "attrs": {"id": "c1", "annotationType": "inlineComment"}}]}, {"type": "text", "text": " tail words."}]}
    ]})
}

#[test]
fn an_edited_sentence_of_an_issue_changes_only_its_node() {
    let body = issue();
    assert_eq!(schema::check(&body), Ok(()));
    let context = Context::default();
    let text = adf_to_markdown(&body, Profile::Jira, &context).output;
    for words in [
        "Panel words.",
        "Expand words.",
        "Cell words.",
        "Item words.",
        "Task words.",
        " tail words.",
    ] {
        let edited = text.replace(words, &words.replace("words", "terms"));
        assert_ne!(edited, text);
        let got = merge::adf(&body, &edited, Profile::Jira, &context).unwrap();
        assert_eq!(schema::check(&got.output), Ok(()));
        assert_eq!(got.warnings, vec![], "{words}");
        let want = body.to_string().replace(words, &words.replace("words", "terms"));
        let want: Value = serde_json::from_str(&want).unwrap();
        assert_eq!(got.output, want, "{words}");
    }
}

#[test]
fn files_that_an_update_does_not_mention_stay() {
    let context = Context::default();
    let got = merge::adf(&issue(), "new", Profile::Jira, &context).unwrap();
    let content = got.output["content"].as_array().unwrap();
    assert_eq!(content.last().unwrap()["content"][0]["attrs"]["id"], "m1");
    assert!(got.warnings.iter().any(|w| w.kind == WarningKind::MediaAppended));
    let context = Context { remove_media: true, ..context };
    let got = merge::adf(&issue(), "new", Profile::Jira, &context).unwrap();
    assert_eq!(got.output["content"].as_array().unwrap().len(), 1);
    assert!(got.warnings.iter().any(|w| w.kind == WarningKind::KeptContentDropped));
}

#[test]
fn people_are_found_in_every_format() {
    let ids = |users: Vec<atlassian_markup::model::UserId>| -> Vec<String> {
        users.into_iter().map(|user| user.value).collect()
    };
    assert_eq!(ids(users_in_adf(&issue())), ["557:a"]);
    assert_eq!(ids(users_in_storage(PAGE)), ["557:a", "8a7f"]);
    assert_eq!(ids(users_in_wiki("[~jdoe] and [~accountid:5:b], [~jdoe]")), ["jdoe", "5:b"]);
}

#[test]
fn an_edited_wiki_paragraph_leaves_the_rest() {
    let body = "h2.  Title\r\n\r\n|| a ||  b||\r\n|c|d |\r\n\r\nold words\r\n\r\n{code:title=x|java}\r\nint  x;\r\n{code}\r\n";
    let body = body.replace("\r\n", "\n");
    let context = Context::default();
    let text = wiki_to_markdown(&body, &context).output;
    let got = merge::wiki(&body, &text.replace("old words", "new *words*"), &context).unwrap();
    assert_eq!(got.output.trim_end(), body.replace("old words", "new _words_").trim_end());
    assert_eq!(merge::wiki(&body, &text, &context).unwrap().output, body);
}

/// Only the item, the row, the content of the box that changed is written anew; dashes, signs of the
/// boxes and blanks stay as they are, and so do the line ends of browsers.
#[test]
fn an_edited_wiki_item_leaves_its_neighbours() {
    let body = "h2.  Title\n\n- first\n--  second *x*\n-- third\n-  last\n\n* {{a}}\n*#  one\n*# two\n* end\n\n\
                || a ||  b||\n|c|d |\n|  e|f|\n\n{expand:More}\nhidden  words\n\n * in\n* it\n{expand}\n\n\
                {panel:title=T|borderStyle=dashed|bgColor=#eee}said{panel}\n\n{quote}\nold  quote\n\nmore\n{quote}\n";
    let context = Context::default();
    for body in [body.to_owned(), body.replace('\n', "\r\n")] {
        let text = wiki_to_markdown(&body, &context).output;
        for (old, new) in [
            ("first", "prime"),
            ("third", "tertiary"),
            ("last", "final"),
            ("two", "zwei"),
            ("f |", "g |"),
            ("in\n", "inside\n"),
            ("said", "told"),
            ("more", "less"),
        ] {
            assert_eq!(text.matches(old).count(), 1, "{old} in {text}");
            let got = merge::wiki(&body, &text.replace(old, new), &context).unwrap();
            let (old, new) =
                (old.trim_end_matches([' ', '|', '\n']), new.trim_end_matches([' ', '|', '\n']));
            let want = if old == "f" {
                body.replace("|  e|f|", "|e|g|")
            } else if old == "in" {
                body.replace(" * in", "* inside")
            } else if old == "last" || old == "third" {
                body.replace(&format!("-  {old}"), &format!("- {new}")).replace(old, new)
            } else {
                body.replace(old, new)
            };
            assert_eq!(got.output.trim_end(), want.trim_end(), "{old}");
            assert_eq!(got.warnings, vec![], "{old}");
        }
    }
}
