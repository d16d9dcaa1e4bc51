//! Rich text of Jira: ADF on Cloud, wiki markup on Data Center, Markdown for the caller.

use super::people::Names;
use crate::{Context, ToolError};
use atlassian_markup::{Converted, MergeError, Profile, Warning};
use atlassian_settings::LossyWrites;
use serde_json::{Value, json};

/// Length at which Jira refuses a text unless an administrator raised it (content-conversion spec
/// section 8.5).
const USUAL_LIMIT: usize = 32_767;
/// Most remarks of the converter in one result.
const MAX_REMARKS: usize = 20;

/// What the converter had to say, each once, at most a bounded number.
#[derive(Debug, Default)]
pub(crate) struct Remarks(Vec<String>);

impl Remarks {
    fn take(&mut self, warnings: &[Warning]) {
        for warning in warnings {
            let text = warning.to_string();
            if self.0.len() < MAX_REMARKS && !self.0.contains(&text) {
                self.0.push(text);
            }
        }
    }

    pub(crate) fn extend(&mut self, other: Self) {
        for text in other.0 {
            if self.0.len() < MAX_REMARKS && !self.0.contains(&text) {
                self.0.push(text);
            }
        }
    }
}

impl IntoIterator for Remarks {
    type Item = String;
    type IntoIter = std::vec::IntoIter<String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// How the texts of one instance are converted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Texts<'a> {
    site: &'a str,
    cloud: bool,
    translate: bool,
}

impl<'a> Texts<'a> {
    pub(crate) fn of(cx: &'a Context) -> Self {
        Self {
            site: cx.site(),
            cloud: cx.is_cloud(),
            translate: cx.config().behaviour.markup_translation,
        }
    }

    fn context<'b>(&'b self, names: &'b Names) -> atlassian_markup::Context<'b> {
        atlassian_markup::Context {
            base_url: Some(self.site),
            jira_base_url: Some(self.site),
            users: names.lookup(),
            ..atlassian_markup::Context::default()
        }
    }

    /// A stored text as Markdown. An ADF document is read wherever it comes from; a string is
    /// wiki markup on Data Center and plain text on Cloud.
    pub(crate) fn read(&self, stored: &Value, names: &Names, remarks: &mut Remarks) -> String {
        let converted = match stored {
            Value::Null => return String::new(),
            Value::String(text) if !self.cloud => {
                if !self.translate {
                    return text.clone();
                }
                atlassian_markup::wiki_to_markdown(text, &self.context(names))
            }
            document => {
                atlassian_markup::adf_to_markdown(document, Profile::Jira, &self.context(names))
            }
        };
        remarks.take(&converted.warnings);
        converted.output.trim().to_owned()
    }

    /// A caller's Markdown, or ADF document given as JSON, in the form that Jira stores.
    ///
    /// # Errors
    /// When an ADF document is not valid; every finding is named.
    pub(crate) fn write(
        &self,
        argument: &str,
        text: &str,
        remarks: &mut Remarks,
    ) -> Result<Value, ToolError> {
        let names = Names::default();
        if let Some(document) = given_document(argument, text)? {
            if self.cloud {
                return Ok(document);
            }
            let markdown = self.adf_markdown(&document, &names);
            return self.write(argument, &markdown, remarks);
        }
        let context = self.context(&names);
        let written = match (self.cloud, self.translate) {
            (true, true) => {
                let written = atlassian_markup::markdown_to_adf(text, Profile::Jira, &context);
                remarks.take(&written.warnings);
                written.output
            }
            (true, false) => plain_document(text),
            (false, true) => {
                let written = atlassian_markup::markdown_to_wiki(text, &context);
                remarks.take(&written.warnings);
                Value::from(written.output)
            }
            (false, false) => Value::from(text),
        };
        not_emptied(argument, text, written)
    }

    /// The same over a text that is stored already: what did not change keeps its stored form
    /// (content-conversion spec section 8.8).
    ///
    /// # Errors
    /// When the new text refers to content that is not there, or would drop content while the
    /// operator forbids that.
    pub(crate) fn merge(
        &self,
        argument: &str,
        current: &Value,
        text: &str,
        lossy: LossyWrites,
        remarks: &mut Remarks,
    ) -> Result<Value, ToolError> {
        let document = given_document(argument, text)?;
        if document.is_some() || text.trim().is_empty() || !self.translate {
            let written = self.write(argument, text, remarks)?;
            self.replace(argument, current, &written, lossy, remarks)?;
            return Ok(written);
        }
        let names = Names::default();
        let context = self.context(&names);
        let refuse = |error: MergeError| ToolError::argument(argument, error.to_string(), None);
        let merged = match current {
            Value::Object(_) if self.cloud => {
                atlassian_markup::merge::adf(current, text, Profile::Jira, &context)
                    .map_err(refuse)?
            }
            Value::String(current) if !self.cloud && !current.is_empty() => {
                let merged = atlassian_markup::merge::wiki(current, text, &context);
                let Converted { output, warnings } = merged.map_err(refuse)?;
                Converted { output: Value::from(output), warnings }
            }
            _ => return self.write(argument, text, remarks),
        };
        refuse_loss(argument, &merged.warnings, lossy)?;
        remarks.take(&merged.warnings);
        not_emptied(argument, text, merged.output)
    }

    /// Tells what of a stored text a new one, in the form that Jira stores, or nothing at all
    /// (`null`) takes away.
    ///
    /// # Errors
    /// When something is lost while the operator forbids that.
    pub(crate) fn replace(
        &self,
        argument: &str,
        current: &Value,
        new: &Value,
        lossy: LossyWrites,
        remarks: &mut Remarks,
    ) -> Result<(), ToolError> {
        use atlassian_markup::merge::{dropped_from_adf, dropped_from_wiki};
        let lost = match current {
            Value::Object(_) if new.is_object() => dropped_from_adf(current, new),
            Value::Object(_) => dropped_from_adf(current, &plain_document("")),
            Value::String(stored) if !self.cloud => {
                dropped_from_wiki(stored, new.as_str().unwrap_or_default())
            }
            _ => Vec::new(),
        };
        refuse_loss(argument, &lost, lossy)?;
        remarks.take(&lost);
        Ok(())
    }

    fn adf_markdown(&self, document: &Value, names: &Names) -> String {
        atlassian_markup::adf_to_markdown(document, Profile::Jira, &self.context(names)).output
    }
}

/// Refuses what would lose stored content, where the operator wants that.
fn refuse_loss(argument: &str, warnings: &[Warning], lossy: LossyWrites) -> Result<(), ToolError> {
    let lost: Vec<String> =
        warnings.iter().filter(|w| w.kind.is_loss()).map(ToString::to_string).collect();
    if lossy == LossyWrites::Warn || lost.is_empty() {
        return Ok(());
    }
    Err(ToolError::refused(format!(
        "the new text of `{argument}` would lose content that is stored now, which this server is \
         configured to refuse (ATLASSIAN_LOSSY_WRITES): {}. Keep the placeholders of the read text \
         in place. Nothing was changed.",
        lost.join("; ")
    )))
}

/// A text that conversion left nothing of must not wipe out what is stored.
fn not_emptied(argument: &str, text: &str, written: Value) -> Result<Value, ToolError> {
    let empty = match &written {
        Value::String(written) => written.trim().is_empty(),
        document => crate::jira::parts::list(document, "/content").is_empty(),
    };
    if empty && !text.trim().is_empty() {
        return Err(ToolError::argument(
            argument,
            "nothing of the text can be stored; it holds no visible content",
            Some(text),
        ));
    }
    Ok(written)
}

/// An ADF document given in place of Markdown, checked.
fn given_document(argument: &str, text: &str) -> Result<Option<Value>, ToolError> {
    if !text.trim_start().starts_with('{') {
        return Ok(None);
    }
    let Ok(document) = serde_json::from_str::<Value>(text) else { return Ok(None) };
    if document.get("type").and_then(Value::as_str) != Some("doc")
        || document.get("version").and_then(Value::as_u64) != Some(1)
    {
        return Ok(None);
    }
    match atlassian_markup::adf::check(&document) {
        Ok(()) => Ok(Some(document)),
        Err(findings) => {
            let findings: Vec<String> = findings.iter().take(5).map(ToString::to_string).collect();
            Err(ToolError::argument(
                argument,
                format!("the ADF document is not valid: {}", findings.join("; ")),
                None,
            ))
        }
    }
}

/// One paragraph a line, nothing interpreted.
fn plain_document(text: &str) -> Value {
    let paragraphs: Vec<Value> = text
        .lines()
        .map(|line| {
            if line.is_empty() {
                json!({"type": "paragraph", "content": []})
            } else {
                json!({"type": "paragraph", "content": [{"type": "text", "text": line}]})
            }
        })
        .collect();
    json!({"version": 1, "type": "doc", "content": paragraphs})
}

/// Whether a field value read from Jira is an ADF document.
pub(crate) fn is_document(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str) == Some("doc") && value.get("content").is_some()
}

/// The refusal of a write, with the length of the text when that may be the reason: Jira's own
/// words do not tell it on every version.
pub(crate) fn explain_length(error: atlassian_http::ApiError, written: &Value) -> ToolError {
    let length = match written {
        Value::String(text) => text.chars().count(),
        other => other.to_string().chars().count(),
    };
    let refused = error.is_status(400) || error.is_status(413);
    if refused && length > USUAL_LIMIT {
        return error
            .because(format!(
                "the text is {length} characters long as stored, and Jira usually takes at most \
                 {USUAL_LIMIT}; shorten or split it"
            ))
            .into();
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use super::{Names, Remarks, Texts, given_document, is_document};
    use serde_json::{Value, json};

    const CLOUD: Texts<'_> = Texts { site: "https://a.example", cloud: true, translate: true };
    const CENTER: Texts<'_> = Texts { site: "https://a.example", cloud: false, translate: true };

    #[test]
    fn a_document_is_sent_as_it_is_on_cloud_and_converted_on_data_center() {
        let document = json!({"version": 1, "type": "doc", "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "raw"}]}]});
        let mut remarks = Remarks::default();
        let cloud = CLOUD.write("body", &document.to_string(), &mut remarks).expect("valid");
        assert_eq!(cloud, document);
        let wiki = CENTER.write("body", &document.to_string(), &mut remarks).expect("valid");
        assert!(wiki.is_string(), "{wiki}");
    }

    #[test]
    fn json_that_is_no_document_is_text() {
        assert!(given_document("body", "{\"a\": 1}").expect("text").is_none());
        assert!(given_document("body", "{not json").expect("text").is_none());
    }

    #[test]
    fn without_translation_text_passes_through() {
        let raw = Texts { translate: false, ..CENTER };
        let mut remarks = Remarks::default();
        assert_eq!(raw.write("body", "h1. *x*", &mut remarks).expect("text"), "h1. *x*");
        assert_eq!(raw.read(&Value::from("h1. *x*"), &Names::default(), &mut remarks), "h1. *x*");
        let cloud = Texts { translate: false, ..CLOUD };
        let written = cloud.write("body", "a\n**b**", &mut remarks).expect("text");
        assert!(is_document(&written));
        assert_eq!(written.pointer("/content/1/content/0/text"), Some(&json!("**b**")));
    }
}
