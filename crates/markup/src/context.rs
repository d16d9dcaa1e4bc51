//! What a conversion may know about the instance it works for.

use std::collections::HashMap;
use std::hash::BuildHasher;

use crate::model::UserId;

/// Looks up display names of people; filled beforehand, no I/O happens here.
pub trait Users {
    /// The display name of `id`, without `@`.
    fn display_name(&self, id: &UserId) -> Option<String>;
}

/// Nobody is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoUsers;

impl Users for NoUsers {
    fn display_name(&self, _: &UserId) -> Option<String> {
        None
    }
}

impl<S: BuildHasher> Users for HashMap<String, String, S> {
    fn display_name(&self, id: &UserId) -> Option<String> {
        self.get(&id.value).cloned()
    }
}

/// A file as Jira Cloud's media service knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Media {
    /// The media id (a UUID, not the attachment id).
    pub id: String,
    /// The collection; may be empty.
    pub collection: String,
    /// Width in pixels, when known.
    pub width: Option<u32>,
    /// Height in pixels, when known.
    pub height: Option<u32>,
}

/// Looks up attachments of the issue or page that is converted.
pub trait Attachments {
    /// The media file behind an attachment's name.
    fn media(&self, file: &str) -> Option<Media>;
    /// The name of the attachment behind a media id.
    fn file_name(&self, media_id: &str) -> Option<String>;
}

/// Nothing is attached.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAttachments;

impl Attachments for NoAttachments {
    fn media(&self, _: &str) -> Option<Media> {
        None
    }

    fn file_name(&self, _: &str) -> Option<String> {
        None
    }
}

impl<S: BuildHasher> Attachments for HashMap<String, Media, S> {
    fn media(&self, file: &str) -> Option<Media> {
        self.get(file).cloned()
    }

    fn file_name(&self, media_id: &str) -> Option<String> {
        self.iter().find(|(_, media)| media.id == media_id).map(|(name, _)| name.clone())
    }
}

/// Width of the tables that are written to storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableLayout {
    /// 760 pixels.
    Default,
    /// 960 pixels.
    Wide,
    /// 1800 pixels.
    FullWidth,
}

impl TableLayout {
    /// Reads the value of the tools' `table_layout` argument.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "default" => Some(Self::Default),
            "wide" => Some(Self::Wide),
            "full-width" | "full_width" => Some(Self::FullWidth),
            _ => None,
        }
    }
}

/// Which line-break rule the text follows (content conversion spec section 1, decision 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// A newline inside a paragraph is a line break.
    Jira,
    /// A newline inside a paragraph is a blank.
    Confluence,
}

/// What a conversion may know about the instance it works for. Everything is optional.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Address of the instance the text belongs to.
    pub base_url: Option<&'a str>,
    /// Address of the Jira instance that bare issue keys belong to; `None` leaves keys alone.
    pub jira_base_url: Option<&'a str>,
    /// The project keys known to exist; when given, only their issue keys become links.
    pub projects: Option<&'a [String]>,
    /// Names of people.
    pub users: &'a dyn Users,
    /// Attachments of the issue or page.
    pub attachments: &'a dyn Attachments,
    /// Width of written tables; `None` writes no width.
    pub table_layout: Option<TableLayout>,
    /// Lets a merge drop file media that the new text no longer mentions.
    pub remove_media: bool,
    /// A stored body, in the format that is written, whose kept content may be used on create
    /// (copying a page).
    pub originals: Option<&'a str>,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("base_url", &self.base_url)
            .field("jira_base_url", &self.jira_base_url)
            .field("table_layout", &self.table_layout)
            .finish_non_exhaustive()
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self {
            base_url: None,
            jira_base_url: None,
            projects: None,
            users: &NoUsers,
            attachments: &NoAttachments,
            table_layout: None,
            remove_media: false,
            originals: None,
        }
    }
}
