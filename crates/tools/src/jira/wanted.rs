//! Which fields of an issue a caller asks for, in Jira's ids.

use super::catalogue;
use crate::{Context, ToolError};
use atlassian_jira::fields::{self, Catalogue};

/// The fields shown when a caller names none, in a fixed order (jira-issues spec section 4.1).
pub(crate) const DEFAULT_FIELDS: &str = "versions,priority,labels,created,issuetype,reporter,summary,status,assignee,updated,description";

/// The fields a caller asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Everything that comes back is shown.
    pub(crate) all: bool,
    /// What is asked upstream, in order.
    pub(crate) upstream: Vec<String>,
    /// Those among them that only serve `epic_key` and `epic_name`, and are not shown.
    helpers: Vec<String>,
    /// Shown although Jira has no field of that id.
    pub(crate) url: bool,
    pub(crate) epic_key: bool,
    pub(crate) epic_name: bool,
    /// Whether custom fields are shown at all.
    pub(crate) customs: bool,
    /// The catalogue, when it was needed and could be read.
    pub(crate) catalogue: Option<Catalogue>,
    /// Whether the catalogue is needed for showing what comes, though not for asking.
    described: bool,
    /// Remarks on names that nobody knows.
    pub(crate) warnings: Vec<String>,
}

/// What one word of the list means.
#[derive(Debug, PartialEq, Eq)]
enum Word {
    /// `*all`, `*navigable`, `-x`: handed on, everything that comes back is shown.
    Whole(String),
    /// A field id.
    Id(String),
    Url,
    EpicKey,
    EpicName,
    /// `id` and `key` come with every issue.
    Always,
    /// A display name, for the catalogue.
    Name(String),
}

fn read(word: &str) -> Word {
    if word.starts_with('*') {
        return Word::Whole(word.to_ascii_lowercase());
    }
    if let Some(excluded) = word.strip_prefix('-') {
        let id = match read(excluded) {
            Word::Id(id) => id,
            _ => excluded.to_owned(),
        };
        return Word::Whole(format!("-{id}"));
    }
    match word.to_ascii_lowercase().as_str() {
        "id" | "key" | "browse_url" => return Word::Always,
        "url" | "self" => return Word::Url,
        "epic_key" => return Word::EpicKey,
        "epic_name" => return Word::EpicName,
        "issue_type" => return Word::Id("issuetype".to_owned()),
        "fix_versions" => return Word::Id("fixVersions".to_owned()),
        "comments" => return Word::Id("comment".to_owned()),
        "attachments" => return Word::Id("attachment".to_owned()),
        "issue_links" => return Word::Id("issuelinks".to_owned()),
        "time_tracking" => return Word::Id("timetracking".to_owned()),
        "due_date" => return Word::Id("duedate".to_owned()),
        "worklogs" => return Word::Id("worklog".to_owned()),
        _ => {}
    }
    if let Some(id) = fields::system_id(word) {
        return Word::Id(id.to_owned());
    }
    if fields::is_custom_id(word) {
        return Word::Id(word.to_owned());
    }
    match fields::expand_short_id(word) {
        Some(id) => Word::Id(id),
        None => Word::Name(word.to_owned()),
    }
}

impl Wanted {
    /// Every system field, as after a creation.
    ///
    /// # Errors
    /// As [`Wanted::parse`].
    pub(crate) async fn everything(cx: &Context) -> Result<Self, ToolError> {
        Ok(Self::parse(cx, "*all").await?.without_customs())
    }

    /// The same without custom fields in the result.
    pub(crate) fn without_customs(self) -> Self {
        Self { customs: false, ..self }
    }

    /// The default fields with the newest comments, as `jira_get_issue` reads them.
    ///
    /// # Errors
    /// As [`Wanted::parse`].
    pub(crate) async fn as_read(cx: &Context) -> Result<Self, ToolError> {
        let mut wanted = Self::parse(cx, DEFAULT_FIELDS).await?;
        wanted.also("comment");
        Ok(wanted)
    }

    /// Reads a comma list of ids, display names, `cf_123`, `*all`, `*navigable`, `-x` and the
    /// names that results use.
    ///
    /// # Errors
    /// When a display name has to be looked up and the catalogue cannot be read.
    pub(crate) async fn parse(cx: &Context, list: &str) -> Result<Self, ToolError> {
        let words: Vec<Word> =
            list.split(',').map(str::trim).filter(|w| !w.is_empty()).map(read).collect();
        let whole = words.iter().any(|word| matches!(word, Word::Whole(_)));
        let named = words.iter().any(|word| matches!(word, Word::Name(_)));
        let epics = words.iter().any(|word| matches!(word, Word::EpicKey | Word::EpicName));
        let custom =
            words.iter().any(|word| matches!(word, Word::Id(id) if fields::is_custom_id(id)));
        let mut wanted = Self {
            all: whole,
            upstream: Vec::new(),
            helpers: Vec::new(),
            url: whole,
            epic_key: whole,
            epic_name: false,
            customs: true,
            catalogue: None,
            // Epics, and texts of Data Center, are told by the catalogue.
            described: whole || (custom && !cx.is_cloud()),
            warnings: Vec::new(),
        };
        if named {
            wanted.catalogue = Some(catalogue::catalogue(cx).await?);
        } else if epics {
            wanted.catalogue = catalogue::catalogue(cx).await.ok();
        }
        for word in words {
            wanted.add(word, cx.is_cloud());
        }
        if wanted.upstream.is_empty() {
            wanted.upstream.push("key".to_owned());
        }
        Ok(wanted)
    }

    /// The catalogue where it is needed for showing what comes: read while the answer is on its
    /// way. Without it things are shown less well.
    pub(crate) async fn describe(&self, cx: &Context) -> Option<Catalogue> {
        match &self.catalogue {
            Some(catalogue) => Some(catalogue.clone()),
            None if self.described => catalogue::catalogue(cx).await.ok(),
            None => None,
        }
    }

    fn add(&mut self, word: Word, cloud: bool) {
        match word {
            Word::Whole(text) | Word::Id(text) => self.push(text),
            Word::Always => {}
            Word::Url => self.url = true,
            Word::EpicKey | Word::EpicName => {
                self.epic_key |= word == Word::EpicKey;
                self.epic_name |= word == Word::EpicName;
                let epic = self.catalogue.as_ref().map(|catalogue| {
                    [catalogue.epic_link(), catalogue.epic_name()]
                        .into_iter()
                        .flatten()
                        .map(|field| field.id().to_owned())
                        .collect::<Vec<_>>()
                });
                epic.unwrap_or_default().into_iter().for_each(|id| self.help(id));
                if cloud {
                    self.help("parent".to_owned());
                }
            }
            Word::Name(name) => {
                let catalogue = self.catalogue.clone().unwrap_or_default();
                if let Some(field) = catalogue.find(&name) {
                    self.push(field.id().to_owned());
                } else {
                    let nearest = catalogue.nearest(&name, 3).join(", ");
                    self.warnings.push(format!(
                        "there is no field `{name}` on this instance; nearest: {nearest}"
                    ));
                }
            }
        }
    }

    /// Asks for a field that is not shown by itself.
    fn help(&mut self, id: String) {
        if !self.upstream.contains(&id) {
            self.helpers.push(id.clone());
            self.upstream.push(id);
        }
    }

    fn push(&mut self, id: String) {
        self.helpers.retain(|helper| *helper != id);
        if !self.upstream.contains(&id) {
            self.upstream.push(id);
        }
    }

    /// Asks for a field beside those named.
    pub(crate) fn also(&mut self, id: &str) {
        if !self.shows(id) || self.upstream.iter().any(|word| word == &format!("-{id}")) {
            self.upstream.retain(|word| word != &format!("-{id}"));
            self.push(id.to_owned());
        }
    }

    /// Leaves a field out that only comes because everything was asked for.
    pub(crate) fn without(&mut self, id: &str) {
        if self.all && !self.upstream.iter().any(|word| word == id) {
            self.push(format!("-{id}"));
        }
    }

    /// Whether a field is shown when it came.
    pub(crate) fn shows(&self, id: &str) -> bool {
        self.all || self.names(id)
    }

    /// Whether a field was named by itself.
    pub(crate) fn names(&self, id: &str) -> bool {
        let is = |word: &String| word == id;
        self.upstream.iter().any(is) && !self.helpers.iter().any(is)
    }

    /// The list for Jira.
    pub(crate) fn list(&self) -> String {
        self.upstream.join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT_FIELDS, Word, read};
    use atlassian_jira::fields::system_id;

    #[test]
    fn every_spelling_of_a_field_is_understood() {
        for (word, meaning) in [
            ("summary", Word::Id("summary".into())),
            ("FixVersions", Word::Id("fixVersions".into())),
            ("issue_type", Word::Id("issuetype".into())),
            ("comments", Word::Id("comment".into())),
            ("customfield_10016", Word::Id("customfield_10016".into())),
            ("cf_10016", Word::Id("customfield_10016".into())),
            ("cf[10016]", Word::Id("customfield_10016".into())),
            ("Story Points", Word::Name("Story Points".into())),
            ("*all", Word::Whole("*all".into())),
            ("*navigable", Word::Whole("*navigable".into())),
            ("-comments", Word::Whole("-comment".into())),
            ("key", Word::Always),
            ("epic_key", Word::EpicKey),
        ] {
            assert_eq!(read(word), meaning, "{word}");
        }
    }

    #[test]
    fn the_default_fields_are_known_everywhere() {
        assert!(DEFAULT_FIELDS.split(',').all(|id| system_id(id) == Some(id)));
    }
}
