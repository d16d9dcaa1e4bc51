//! What must hold for every input whatsoever: nothing panics, what is written is valid, and what
//! was read once and written reads the same again. Shared by the corpus test and `fuzz/`.

use atlassian_markup::{
    Context, Profile, adf, adf_to_markdown, markdown, markdown_to_adf, markdown_to_storage, merge,
    storage, storage_to_markdown, wiki, wiki_to_markdown,
};

/// The names of the checks.
pub const NAMES: &[&str] = &["markdown", "storage", "wiki", "adf", "merge"];

/// Runs the check called `name` on `text`.
pub fn run(name: &str, text: &str) {
    match name {
        "markdown" => read_markdown(text),
        "storage" => read_storage(text),
        "wiki" => read_wiki(text),
        "adf" => read_adf(text),
        _ => merged(text),
    }
}

fn read_markdown(text: &str) {
    let context = Context::default();
    for profile in [Profile::Jira, Profile::Confluence] {
        let once = markdown::write(&markdown::read(text, profile), profile);
        let twice = markdown::write(&markdown::read(&once, profile), profile);
        assert_eq!(once, twice, "not canonical");
    }
    let body = markdown_to_adf(text, Profile::Jira, &context).output;
    assert_eq!(adf::check(&body), Ok(()), "invalid ADF {body}");
    let once = adf_to_markdown(&body, Profile::Jira, &context).output;
    let again = markdown_to_adf(&once, Profile::Jira, &context).output;
    let twice = adf_to_markdown(&again, Profile::Jira, &context).output;
    assert_eq!(once, twice, "not stable through ADF");
    if let Ok(got) = markdown_to_storage(text, &context) {
        assert_eq!(storage::check(&got.output), Ok(()), "not well-formed {}", got.output);
    }
    let document = markdown::read(text, Profile::Jira);
    let _ = wiki_to_markdown(&wiki::write(&document, &context).output, &context);
}

fn read_storage(text: &str) {
    let context = Context::default();
    let Ok(got) = storage_to_markdown(text, &context) else { return };
    let once =
        markdown::write(&markdown::read(&got.output, Profile::Confluence), Profile::Confluence);
    let twice = markdown::write(&markdown::read(&once, Profile::Confluence), Profile::Confluence);
    assert_eq!(once, twice, "not canonical");
    let back = merge::storage(text, &got.output, &context);
    if let Ok(back) = back {
        assert_eq!(storage::check(&back.output), Ok(()));
    }
    let _ = atlassian_markup::section::list(text);
}

fn read_wiki(text: &str) {
    let context = Context::default();
    let got = wiki_to_markdown(text, &context).output;
    let once = markdown::write(&markdown::read(&got, Profile::Jira), Profile::Jira);
    let twice = markdown::write(&markdown::read(&once, Profile::Jira), Profile::Jira);
    assert_eq!(once, twice, "not canonical");
    let back = merge::wiki(text, &got, &context);
    assert!(back.is_ok());
    let _ = wiki::looks_like_wiki(text);
}

fn read_adf(text: &str) {
    let context = Context::default();
    let Ok(body) = serde_json::from_str(text) else { return };
    let got = adf_to_markdown(&body, Profile::Jira, &context).output;
    let again = markdown_to_adf(&got, Profile::Jira, &context).output;
    assert_eq!(adf::check(&again), Ok(()));
    let valid = adf::check(&body).is_ok();
    if let Ok(back) = merge::adf(&body, &got, Profile::Jira, &context)
        && valid
    {
        assert_eq!(adf::check(&back.output), Ok(()));
    }
    if let Ok(back) = merge::adf(&body, "other words", Profile::Jira, &context)
        && valid
    {
        assert_eq!(adf::check(&back.output), Ok(()));
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
        assert_eq!(adf::check(&got.output), Ok(()));
    }
}
