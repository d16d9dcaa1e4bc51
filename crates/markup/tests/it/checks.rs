//! What must hold for every input whatsoever: nothing panics, what is written is valid, what was
//! read once and written reads the same again, and an update that changes nothing changes no byte.
//! Shared by the corpus test and `fuzz/`.

use atlassian_markup::section::{self, SectionRef};
use atlassian_markup::{
    Context, Document, Profile, adf, adf_to_markdown, markdown, markdown_to_adf,
    markdown_to_storage, markdown_to_wiki, merge, plain_text, storage, storage_to_markdown, wiki,
    wiki_to_markdown,
};
use serde_json::Value;

use super::schema;
use super::trees::{self, Choices};

/// The names of the checks.
pub const NAMES: &[&str] =
    &["markdown", "storage", "wiki", "adf", "merge", "section", "adf-tree", "storage-tree"];

/// Runs the check called `name` on `bytes`: text, or the choices that grow a tree.
pub fn run(name: &str, bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    match name {
        "markdown" => read_markdown(text),
        "storage" => read_storage(text),
        "wiki" => read_wiki(text),
        "adf" => {
            if let Ok(body) = serde_json::from_str(text) {
                read_adf(&body);
            }
        }
        "merge" => merged(text),
        "section" => sections(text),
        "adf-tree" => read_adf(&trees::adf(&mut Choices::new(bytes))),
        "storage-tree" => {
            let body = trees::storage(&mut Choices::new(bytes));
            assert_eq!(storage::check(&body), Ok(()), "the generator is wrong");
            read_storage(&body);
            sections(&body);
        }
        other => panic!("no check is called {other}"),
    }
}

fn canonical(text: &str, profile: Profile) -> String {
    markdown::write(&markdown::read(text, profile), profile)
}

fn read_markdown(text: &str) {
    let context = Context::default();
    for profile in [Profile::Jira, Profile::Confluence] {
        let once = canonical(text, profile);
        let twice = canonical(&once, profile);
        assert_eq!(once, twice, "not canonical");
    }
    let body = markdown_to_adf(text, Profile::Jira, &context).output;
    assert_eq!(schema::check(&body), Ok(()), "invalid ADF {body}");
    // An address that became text on the way is a link in canonical Markdown.
    let once = canonical(&adf_to_markdown(&body, Profile::Jira, &context).output, Profile::Jira);
    let again = markdown_to_adf(&once, Profile::Jira, &context).output;
    let twice = adf_to_markdown(&again, Profile::Jira, &context).output;
    assert_eq!(once, twice, "not stable through ADF");
    if let Ok(got) = markdown_to_storage(text, &context) {
        assert_eq!(storage::check(&got.output), Ok(()), "not well-formed {}", got.output);
        let once = storage_to_markdown(&got.output, &context).unwrap().output;
        if let Ok(again) = markdown_to_storage(&once, &context) {
            let twice = storage_to_markdown(&again.output, &context).unwrap().output;
            assert_eq!(once, twice, "not stable through storage {}", got.output);
        }
    }
    let document = markdown::read(text, Profile::Jira);
    let _ = wiki_to_markdown(&wiki::write(&document, &context).output, &context);
}

fn read_storage(text: &str) {
    let context = Context::default();
    let Ok(got) = storage_to_markdown(text, &context) else {
        assert!(storage::check(text).is_err());
        return;
    };
    let once = canonical(&got.output, Profile::Confluence);
    let twice = canonical(&once, Profile::Confluence);
    assert_eq!(once, twice, "not canonical");
    let back = merge::storage(text, &got.output, &context).unwrap();
    assert_eq!(back.output, text, "an update that changes nothing, through {}", got.output);
    for new in ["other words", &format!("first words\n\n{}\n\nlast words", got.output)] {
        let back = merge::storage(text, new, &context).unwrap();
        assert_eq!(storage::check(&back.output), Ok(()));
    }
    // Written anew, it says the same words.
    if let Ok(document) = storage::read(text)
        && let Ok(written) = storage::write(&document, &context)
    {
        assert_eq!(storage::check(&written.output), Ok(()));
        let again = storage::read(&written.output).unwrap();
        assert_eq!(words(&again), words(&document), "written anew: {}", written.output);
    }
}

/// The letters and digits of what a reader of the page sees.
fn words(document: &Document) -> String {
    plain_text(document).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn read_wiki(text: &str) {
    let context = Context::default();
    let got = wiki_to_markdown(text, &context).output;
    let once = canonical(&got, Profile::Jira);
    let twice = canonical(&once, Profile::Jira);
    assert_eq!(once, twice, "not canonical");
    let back = merge::wiki(text, &got, &context).unwrap();
    if !wiki::looks_like_wiki(&got) {
        assert_eq!(back.output, text, "an update that changes nothing, through {got}");
    }
    let _ = merge::wiki(text, &format!("{got}\n\nlast words"), &context).unwrap();
    let _ = markdown_to_wiki(text, &context);
}

fn read_adf(body: &Value) {
    let context = Context::default();
    let got = adf_to_markdown(body, Profile::Jira, &context).output;
    let again = markdown_to_adf(&got, Profile::Jira, &context).output;
    assert_eq!(schema::check(&again), Ok(()), "through {got}");
    let valid = schema::check(body).is_ok();
    let back = merge::adf(body, &got, Profile::Jira, &context).unwrap();
    if body.is_object() {
        assert_eq!(back.output, *body, "an update that changes nothing, through {got}");
    }
    for new in ["other words", &format!("first words\n\n{got}\n\nlast words")] {
        let back = merge::adf(body, new, Profile::Jira, &context).unwrap();
        if valid {
            assert_eq!(schema::check(&back.output), Ok(()), "from {body} with {new}");
        }
    }
    let written = adf::write(&adf::read(body), &context).output;
    if valid {
        assert_eq!(schema::check(&written), Ok(()), "from {body}");
    }
}

/// The first half is stored, the second is the new text.
fn merged(text: &str) {
    let context = Context::default();
    let middle = (text.len() / 2..=text.len()).find(|at| text.is_char_boundary(*at));
    let (stored, new) = text.split_at(middle.unwrap_or(0));
    if let Ok(got) = merge::storage(stored, new, &context) {
        assert_eq!(storage::check(&got.output), Ok(()));
    }
    if let Ok(written) = markdown_to_storage(stored, &context)
        && let Ok(got) = merge::storage(&written.output, new, &context)
    {
        assert_eq!(storage::check(&got.output), Ok(()));
    }
    let body = markdown_to_adf(stored, Profile::Jira, &context).output;
    if let Ok(got) = merge::adf(&body, new, Profile::Jira, &context) {
        assert_eq!(schema::check(&got.output), Ok(()));
    }
    let _ = merge::wiki(stored, new, &context);
}

/// Every section can be replaced, and nothing outside it changes.
fn sections(text: &str) {
    let context = Context::default();
    let Ok(found) = section::list(text) else { return };
    for one in found.iter().take(8) {
        let wanted = SectionRef { title: &one.title, occurrence: Some(one.occurrence) };
        // A heading of blanks or signs alone can not be named.
        let Ok(got) = section::replace(text, wanted, "fresh *words*", &context) else { continue };
        assert!(got.output.starts_with(&text[..one.heading.start]), "before {}", one.title);
        assert!(got.output.ends_with(&text[one.body.end..]), "after {}", one.title);
    }
}
