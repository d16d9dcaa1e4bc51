//! What a Confluence holds. Pages, posts, folders, comments and attachments are all contents
//! of one id space, as in the product.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::people::{Clock, People};
use crate::site::Flavour;

/// The state of a Confluence.
#[derive(Debug)]
pub(crate) struct Confluence {
    pub(crate) flavour: Flavour,
    /// Name of the site.
    pub(crate) site: String,
    /// Address of the media host, when downloads go there.
    pub(crate) media: Option<String>,
    /// The site's own base address, which links for people start with.
    pub(crate) url: String,
    pub(crate) people: Arc<People>,
    pub(crate) clock: Clock,
    pub(crate) spaces: Vec<Space>,
    pub(crate) contents: BTreeMap<u64, Content>,
    pub(crate) templates: Vec<Template>,
    pub(crate) groups: Vec<Group>,
    pub(crate) next: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Space {
    pub(crate) id: u64,
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) personal: bool,
    pub(crate) homepage: Option<u64>,
    pub(crate) author: String,
    pub(crate) created: Timestamp,
    /// Only these users see it; empty for all.
    pub(crate) members: Vec<String>,
}

/// What a content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Page,
    Blog,
    Folder,
    Comment,
    Attachment,
}

impl Kind {
    /// The name of version 1.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Blog => "blogpost",
            Self::Folder => "folder",
            Self::Comment => "comment",
            Self::Attachment => "attachment",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) id: u64,
    pub(crate) kind: Kind,
    /// `current`, `trashed`, `draft` or `archived`.
    pub(crate) status: String,
    /// Key of the space.
    pub(crate) space: String,
    /// Page or folder above, or the comment answered.
    pub(crate) parent: Option<u64>,
    /// Page or post that holds a comment or attachment.
    pub(crate) container: Option<u64>,
    pub(crate) position: i64,
    pub(crate) author: String,
    pub(crate) created: Timestamp,
    /// Oldest first, never empty.
    pub(crate) editions: Vec<Edition>,
    pub(crate) labels: Vec<Label>,
    pub(crate) properties: IndexMap<String, Property>,
    pub(crate) inline: Option<Inline>,
    pub(crate) restrictions: BTreeMap<&'static str, Subjects>,
    pub(crate) subtype: Option<String>,
    pub(crate) media_type: String,
    pub(crate) views: u64,
}

/// A version of a content.
#[derive(Debug, Clone)]
pub(crate) struct Edition {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) by: String,
    pub(crate) message: String,
    pub(crate) minor: bool,
    pub(crate) title: String,
    /// Storage format.
    pub(crate) body: String,
    /// Bytes of an attachment.
    pub(crate) data: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) id: u64,
    pub(crate) prefix: String,
    pub(crate) name: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Property {
    pub(crate) id: u64,
    pub(crate) value: Value,
    pub(crate) version: u64,
    pub(crate) at: Timestamp,
    pub(crate) by: String,
}

/// Where an inline comment stands.
#[derive(Debug, Clone)]
pub(crate) struct Inline {
    pub(crate) selection: String,
    pub(crate) marker: String,
    /// `open`, `resolved`, `reopened` or `dangling`.
    pub(crate) resolution: String,
}

/// Users (by name) and groups (by name) of a restriction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Subjects {
    pub(crate) users: Vec<String>,
    pub(crate) groups: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// `None` for a global one.
    pub(crate) space: Option<String>,
    pub(crate) body: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) members: Vec<String>,
}

impl Edition {
    /// A first version.
    pub(crate) fn first(at: Timestamp, by: &str, title: &str, body: &str) -> Self {
        Self {
            number: 1,
            at,
            by: by.to_owned(),
            message: String::new(),
            minor: false,
            title: title.to_owned(),
            body: body.to_owned(),
            data: Bytes::new(),
        }
    }
}

impl Content {
    /// A content without versions; whoever makes one adds the first.
    pub(crate) fn blank(id: u64, kind: Kind, space: &str, at: Timestamp, author: &str) -> Self {
        Self {
            id,
            kind,
            status: "current".to_owned(),
            space: space.to_owned(),
            parent: None,
            container: None,
            position: 0,
            author: author.to_owned(),
            created: at,
            editions: Vec::new(),
            labels: Vec::new(),
            properties: IndexMap::new(),
            inline: None,
            restrictions: BTreeMap::new(),
            subtype: None,
            media_type: String::new(),
            views: 0,
        }
    }

    /// The newest version.
    pub(crate) fn latest(&self) -> &Edition {
        static NONE: std::sync::OnceLock<Edition> = std::sync::OnceLock::new();
        self.editions.last().unwrap_or_else(|| {
            NONE.get_or_init(|| Edition {
                number: 0,
                ..Edition::first(Timestamp::UNIX_EPOCH, "", "", "")
            })
        })
    }

    pub(crate) fn title(&self) -> &str {
        &self.latest().title
    }

    /// The id as the API shows it: attachments have a prefix.
    pub(crate) fn shown_id(&self) -> String {
        match self.kind {
            Kind::Attachment => format!("att{}", self.id),
            _ => self.id.to_string(),
        }
    }

    pub(crate) fn current(&self) -> bool {
        self.status == "current"
    }
}

impl Confluence {
    pub(crate) fn fresh_id(&mut self) -> u64 {
        // Neighbouring ids are never neighbours in time in the product either.
        self.next += 3;
        self.next
    }

    pub(crate) fn space(&self, key: &str) -> Option<&Space> {
        self.spaces.iter().find(|s| s.key == key)
    }

    pub(crate) fn space_by_id(&self, id: &str) -> Option<&Space> {
        self.spaces.iter().find(|s| s.id.to_string() == id)
    }

    /// Whether a user sees a space.
    pub(crate) fn sees_space(&self, user: &str, key: &str) -> bool {
        self.space(key).is_some_and(|s| s.members.is_empty() || s.members.iter().any(|m| m == user))
    }

    /// Whether a user sees a content: its space, and the read restriction of it and its ancestors.
    pub(crate) fn sees(&self, user: &str, content: &Content) -> bool {
        if !self.sees_space(user, &content.space) {
            return false;
        }
        let mut at = Some(content);
        while let Some(here) = at {
            if !self.allowed(user, here, "read") {
                return false;
            }
            at = here.container.or(here.parent).and_then(|id| self.contents.get(&id));
        }
        true
    }

    /// Whether a restriction of the content itself lets the user through.
    pub(crate) fn allowed(&self, user: &str, content: &Content, operation: &str) -> bool {
        content.restrictions.get(operation).is_none_or(|subjects| {
            (subjects.users.is_empty() && subjects.groups.is_empty())
                || subjects.users.iter().any(|u| u == user)
                || self
                    .groups
                    .iter()
                    .filter(|g| subjects.groups.contains(&g.name))
                    .any(|g| g.members.iter().any(|m| m == user))
        })
    }

    /// A content by the id of a request (`att` in front for attachments).
    pub(crate) fn content(&self, id: &str) -> Option<&Content> {
        let (bare, attachment) = match id.strip_prefix("att") {
            Some(bare) => (bare, true),
            None => (id, false),
        };
        self.contents
            .get(&bare.parse().ok()?)
            .filter(|c| (c.kind == Kind::Attachment) == attachment)
    }

    /// A content the user sees.
    pub(crate) fn visible(&self, id: &str, user: &str) -> Option<&Content> {
        self.content(id).filter(|c| self.sees(user, c))
    }

    /// Pages and folders directly below, in their order.
    pub(crate) fn children(&self, id: u64) -> Vec<&Content> {
        let mut list: Vec<&Content> = self
            .contents
            .values()
            .filter(|c| {
                c.parent == Some(id) && matches!(c.kind, Kind::Page | Kind::Folder) && c.current()
            })
            .collect();
        list.sort_by_key(|c| (c.position, c.id));
        list
    }

    /// Contents above, the topmost first.
    pub(crate) fn ancestors(&self, content: &Content) -> Vec<&Content> {
        let mut list = Vec::new();
        let mut at = content.parent.and_then(|id| self.contents.get(&id));
        while let Some(here) = at {
            list.insert(0, here);
            at = here.parent.and_then(|id| self.contents.get(&id));
        }
        list
    }

    /// Comments or attachments of a content, oldest first.
    pub(crate) fn held(&self, id: u64, kind: Kind) -> Vec<&Content> {
        self.contents
            .values()
            .filter(|c| c.container == Some(id) && c.kind == kind && c.current())
            .collect()
    }

    /// Whether a current page of the space already has the title.
    pub(crate) fn title_taken(
        &self,
        space: &str,
        title: &str,
        kind: Kind,
        except: Option<u64>,
    ) -> bool {
        self.contents.values().any(|c| {
            c.kind == kind
                && c.current()
                && c.space == space
                && Some(c.id) != except
                && c.title().eq_ignore_ascii_case(title)
        })
    }

    /// Id of a current page by space key and title.
    pub(crate) fn find_page(&self, space: &str, title: &str) -> Option<String> {
        self.contents
            .values()
            .find(|c| {
                matches!(c.kind, Kind::Page | Kind::Blog)
                    && c.current()
                    && c.space == space
                    && c.title() == title
            })
            .map(|c| c.id.to_string())
    }

    /// Position behind the last child.
    pub(crate) fn last_position(&self, parent: Option<u64>) -> i64 {
        let children = parent.map(|id| self.children(id)).unwrap_or_default();
        children.last().map_or(0, |c| c.position + 1)
    }

    /// A new content with one version; the caller stores it.
    pub(crate) fn draft(
        &mut self,
        kind: Kind,
        space: &str,
        title: &str,
        body: &str,
        author: &str,
    ) -> Content {
        let at = self.clock.tick();
        let id = self.fresh_id();
        let edition = Edition::first(at, author, title, body);
        Content { editions: vec![edition], ..Content::blank(id, kind, space, at, author) }
    }

    /// Adds a version.
    pub(crate) fn revise(
        &mut self,
        id: u64,
        title: &str,
        body: &str,
        message: &str,
        minor: bool,
        by: &str,
    ) {
        let at = self.clock.tick();
        if let Some(content) = self.contents.get_mut(&id) {
            let number = content.latest().number + 1;
            let data = content.latest().data.clone();
            content.editions.push(Edition {
                number,
                at,
                by: by.to_owned(),
                message: message.to_owned(),
                minor,
                title: title.to_owned(),
                body: body.to_owned(),
                data,
            });
        }
    }

    /// The path of the web page of a content.
    pub(crate) fn webui(&self, content: &Content) -> String {
        let slug = |title: &str| crate::wire::encode(title);
        match (content.kind, self.flavour) {
            (Kind::Comment | Kind::Attachment, _) => {
                let page = content.container.and_then(|id| self.contents.get(&id));
                let below = page.map(|p| self.webui(p)).unwrap_or_default();
                match content.kind {
                    Kind::Comment => format!("{below}?focusedCommentId={}", content.id),
                    _ => format!(
                        "{below}?preview=%2F{}%2F{}",
                        content.container.unwrap_or(0),
                        content.id
                    ),
                }
            }
            (Kind::Folder, _) => format!("/spaces/{}/folder/{}", content.space, content.id),
            (Kind::Blog, Flavour::Cloud) => {
                let day = content.created.strftime("%Y/%m/%d");
                format!(
                    "/spaces/{}/blog/{day}/{}/{}",
                    content.space,
                    content.id,
                    slug(content.title())
                )
            }
            (Kind::Page, Flavour::Cloud) => {
                format!("/spaces/{}/pages/{}/{}", content.space, content.id, slug(content.title()))
            }
            (_, Flavour::DataCenter) => {
                format!("/display/{}/{}", content.space, slug(content.title()))
            }
        }
    }

    /// The short link's path.
    pub(crate) fn tinyui(&self, content: &Content) -> String {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(content.id.to_le_bytes());
        let code =
            text.trim_end_matches('=').trim_end_matches('A').replace('/', "-").replace('+', "_");
        format!("/x/{code}")
    }

    /// What tests see of a page.
    pub(crate) fn peek(&self, id: &str) -> Option<Value> {
        let content = self.content(id)?;
        let latest = content.latest();
        let properties: serde_json::Map<String, Value> =
            content.properties.iter().map(|(k, p)| (k.clone(), p.value.clone())).collect();
        Some(json!({
            "id": content.shown_id(),
            "type": content.kind.name(),
            "title": latest.title,
            "status": content.status,
            "space": content.space,
            "parent": content.parent.map(|p| p.to_string()),
            "version": latest.number,
            "message": latest.message,
            "minorEdit": latest.minor,
            "by": latest.by,
            "body": latest.body,
            "labels": content.labels.iter().map(|l| l.name.clone()).collect::<Vec<_>>(),
            "properties": properties,
        }))
    }

    /// What tests see of the comments of a page.
    pub(crate) fn peek_comments(&self, id: &str) -> Vec<Value> {
        let Some(page) = self.content(id) else { return Vec::new() };
        self.held(page.id, Kind::Comment)
            .into_iter()
            .map(|c| {
                json!({
                    "id": c.id.to_string(),
                    "parent": c.parent.map(|p| p.to_string()),
                    "author": c.author,
                    "body": c.latest().body,
                    "version": c.latest().number,
                    "location": if c.inline.is_some() { "inline" } else { "footer" },
                    "selection": c.inline.as_ref().map(|i| i.selection.clone()),
                    "resolution": c.inline.as_ref().map(|i| i.resolution.clone()),
                })
            })
            .collect()
    }
}
