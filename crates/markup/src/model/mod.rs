//! The one document model that every reader produces and every writer consumes.
//!
//! Source: content conversion spec section 8.2.

mod table;
mod walk;

pub use table::{Cell, Row, Table};
pub(crate) use walk::{forget_sources, inline_text, push_inline};

/// Where something stood in the input: bytes of a text, or node numbers of an ADF tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte (or the node's number).
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Where the sibling before it ended: what lies between belongs to neither.
    pub lead: usize,
    /// What a writer that has the input at hand takes from it.
    pub reuse: Reuse,
}

/// What a writer takes from the stored source; set by a merge only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reuse {
    /// Nothing: the content is written anew.
    #[default]
    Nothing,
    /// Only the blanks before it.
    Place,
    /// The shell; the children are written by themselves.
    Shell,
    /// Everything, byte for byte.
    Whole,
}

/// A whole body: a page, a description, a comment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The top-level blocks in order.
    pub blocks: Vec<Block>,
}

/// One block and where it came from.
#[derive(Debug, Clone)]
pub struct Block {
    /// What the block is.
    pub kind: BlockKind,
    /// Where it stood in the input, when the reader knows.
    pub source: Option<Span>,
}

impl From<BlockKind> for Block {
    fn from(kind: BlockKind) -> Self {
        Self { kind, source: None }
    }
}

/// Attributes in source order; names are unique.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attrs(pub Vec<(String, String)>);

impl Attrs {
    /// The value of `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Sets `name`, keeping its place when it is there already.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some(slot) => slot.1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Takes `name` out.
    pub fn take(&mut self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The deepest nesting that is followed; what lies deeper is flattened to text.
pub const MAX_DEPTH: usize = 100;

/// What a block is.
#[derive(Debug, Clone, PartialEq)]
pub enum BlockKind {
    /// Running text.
    Paragraph(Paragraph),
    /// A heading.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its text.
        inlines: Vec<Inline>,
        /// Its alignment.
        align: Align,
    },
    /// A bullet or numbered list.
    List {
        /// Bullet or number.
        kind: ListKind,
        /// The items.
        items: Vec<Item>,
    },
    /// A list of check boxes.
    Tasks(Vec<Task>),
    /// A list of decisions.
    Decisions(Vec<Task>),
    /// Verbatim text.
    Code(CodeBlock),
    /// A block quotation.
    Quote(Vec<Block>),
    /// A coloured or titled box.
    Panel(Panel),
    /// A box that opens on demand.
    Expand {
        /// The title; empty when it has none.
        title: String,
        /// The hidden blocks.
        blocks: Vec<Block>,
    },
    /// A table.
    Table(Table),
    /// A horizontal rule.
    Rule,
    /// An image that stands alone.
    Image(Image),
    /// A link shown as a card.
    Card {
        /// The address.
        url: String,
        /// Block or embed.
        look: CardLook,
        /// The text beside the address, when it says more.
        text: String,
    },
    /// Columns.
    Layout {
        /// Attributes of the section (`type` and the like).
        attrs: Attrs,
        /// The columns.
        columns: Vec<Column>,
    },
    /// A macro without a body that the dialect has a word for (`toc`, `jira`, `children`, `anchor`).
    Leaf {
        /// The directive's name.
        name: String,
        /// The directive's label.
        label: String,
        /// The macro's parameters.
        attrs: Attrs,
    },
    /// A macro whose shell is kept and whose body is editable.
    MacroBox {
        /// The macro's name.
        name: String,
        /// The original element.
        keep: Keep,
        /// The body.
        blocks: Vec<Block>,
    },
    /// Content that Markdown has no word for.
    Keep(Keep),
    /// Storage source given by the caller.
    RawStorage(String),
    /// The text of a footnote, before fitting moves it to the end.
    Footnote {
        /// The name by which the text refers to it.
        label: String,
        /// Its blocks.
        blocks: Vec<Block>,
    },
}

/// Running text and how it is set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paragraph {
    /// The text.
    pub inlines: Vec<Inline>,
    /// Its alignment.
    pub align: Align,
    /// Indentation steps, 0 to 6.
    pub indent: u8,
    /// Whether it is set in small type.
    pub small: bool,
}

/// Alignment of text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    /// As the place has it.
    #[default]
    Default,
    /// To the left.
    Left,
    /// In the middle.
    Center,
    /// To the right.
    Right,
}

/// One item of a list.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// What is in it.
    pub blocks: Vec<Block>,
    /// Where it stood in the input.
    pub source: Option<Span>,
}

/// How a list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// It does not.
    Bullet,
    /// From this number on.
    Ordered(u64),
}

/// One check box or decision.
#[derive(Debug, Clone, Default)]
pub struct Task {
    /// Whether it is ticked (or decided).
    pub done: bool,
    /// Its text.
    pub inlines: Vec<Inline>,
    /// Tasks below it.
    pub children: Vec<Task>,
    /// Blocks below it other than tasks; fitting moves them out where they can not stay.
    pub extra: Vec<Block>,
    /// Where it stood in the input.
    pub source: Option<Span>,
}

/// Verbatim text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CodeBlock {
    /// The language; empty when unknown.
    pub lang: String,
    /// The text without a final newline.
    pub text: String,
    /// Title, line numbers and the like.
    pub attrs: Attrs,
}

/// A coloured or titled box.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Which one.
    pub kind: PanelKind,
    /// Its title; empty when it has none.
    pub title: String,
    /// Colours, icons and the like.
    pub attrs: Attrs,
    /// What is in it.
    pub blocks: Vec<Block>,
}

/// The kinds of boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PanelKind {
    /// Blue, information.
    Info,
    /// Purple, note.
    Note,
    /// Green, tip.
    Tip,
    /// Green, success.
    Success,
    /// Yellow, warning.
    Warning,
    /// Red, error.
    Error,
    /// Own colour and icon.
    Custom,
    /// The titled box macro.
    Plain,
}

/// An image.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Image {
    /// Where it is.
    pub source: ImageSource,
    /// What is said when it can not be seen.
    pub alt: String,
    /// Width, layout and the like.
    pub attrs: Attrs,
    /// Text below it.
    pub caption: Vec<Inline>,
}

/// Where an image is.
#[derive(Debug, Clone, PartialEq)]
pub enum ImageSource {
    /// At an address.
    Url(String),
    /// Attached to this or another page.
    Attachment {
        /// The file's name.
        file: String,
        /// The page (`SPACE/Title`) when it is another one.
        page: Option<String>,
    },
}

impl Default for ImageSource {
    fn default() -> Self {
        Self::Url(String::new())
    }
}

/// How a card is shown as a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardLook {
    /// A box with title and summary.
    Block,
    /// The thing itself.
    Embed,
}

/// A column of a layout.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Percent of the width, as written.
    pub width: Option<String>,
    /// What is in it.
    pub blocks: Vec<Block>,
    /// Where it stood in the input.
    pub source: Option<Span>,
}

/// Equality of what is said; where it stood does not matter.
macro_rules! same_but_for_source {
    ($($name:ident { $($field:ident),+ }),+ $(,)?) => {$(
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                $(self.$field == other.$field)&&+
            }
        }
    )+};
}

same_but_for_source!(
    Block { kind },
    Item { blocks },
    Task { done, inlines, children, extra },
    Row { cells },
    Cell { header, colspan, rowspan, align, blocks },
    Column { width, blocks },
);

/// A format that kept content can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Atlassian Document Format, as JSON.
    Adf,
    /// Confluence storage.
    Storage,
    /// Jira wiki markup.
    Wiki,
}

/// Content that Markdown has no word for, held by reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Keep {
    /// Eight hex digits over the source.
    pub reference: String,
    /// `kind: text` for people's eyes.
    pub label: String,
    /// The source, when it is at hand.
    pub raw: Option<Raw>,
}

/// The source of kept content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Which format it is in.
    pub format: Format,
    /// The source itself.
    pub text: String,
}

/// Who is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId {
    /// What kind of id it is.
    pub kind: UserIdKind,
    /// The id.
    pub value: String,
}

/// The kinds of user ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UserIdKind {
    /// Cloud account id.
    AccountId,
    /// Data Center user name.
    Username,
    /// Data Center user key.
    UserKey,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// An address.
    Url(String),
    /// A Confluence page by title.
    Page {
        /// Space key; the current space when absent.
        space: Option<String>,
        /// Title of the page.
        title: String,
        /// Anchor on it.
        anchor: Option<String>,
    },
    /// A file attached to this or another page.
    Attachment {
        /// The file's name.
        file: String,
        /// The page (`SPACE/Title`) when it is another one.
        page: Option<String>,
    },
    /// A place in this document.
    Fragment(String),
}

/// A mark over a run of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Strong.
    Strong,
    /// Emphasised.
    Em,
    /// Struck through.
    Strike,
    /// Underlined.
    Underline,
    /// Below the line.
    Sub,
    /// Above the line.
    Sup,
    /// Text colour, `#rrggbb` or a CSS name.
    Color(String),
    /// Background colour, `#rrggbb` or a CSS name.
    Highlight(String),
}

impl Block {
    /// A paragraph of `inlines`.
    #[must_use]
    pub fn paragraph(inlines: Vec<Inline>) -> Self {
        BlockKind::Paragraph(Paragraph { inlines, ..Paragraph::default() }).into()
    }

    /// A paragraph of plain text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::paragraph(vec![Inline::Text(text.into())])
    }
}

impl PanelKind {
    /// The directive's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Note => "note",
            Self::Tip => "tip",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Custom | Self::Plain => "panel",
        }
    }

    /// The kind that a directive or an ADF panel type names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "info" => Self::Info,
            "note" => Self::Note,
            "tip" => Self::Tip,
            "success" => Self::Success,
            "warning" => Self::Warning,
            "error" => Self::Error,
            "custom" => Self::Custom,
            "panel" => Self::Plain,
            _ => return None,
        })
    }
}

/// A piece of running text.
#[derive(Debug, Clone, PartialEq)]
pub enum Inline {
    /// Plain text.
    Text(String),
    /// Code.
    Code(String),
    /// A forced line break.
    Break,
    /// Marked text.
    Mark(Mark, Vec<Inline>),
    /// A link.
    Link {
        /// Where to.
        target: Target,
        /// Tool tip.
        title: String,
        /// Its text.
        content: Vec<Inline>,
    },
    /// A link that shows what is behind it.
    Card {
        /// The address.
        url: String,
        /// The text beside the address, when it says more.
        text: String,
    },
    /// An image in the text.
    Image(Image),
    /// A person.
    Mention {
        /// Who.
        id: UserId,
        /// The name without `@`; empty when unknown.
        name: String,
    },
    /// An emoji.
    Emoji {
        /// `:smile:`.
        short: String,
        /// Code points or id of a custom one; empty when unknown.
        id: String,
        /// The character; empty when unknown.
        text: String,
    },
    /// An old Confluence emoticon.
    Emoticon(String),
    /// A status lozenge.
    Status {
        /// Its text.
        text: String,
        /// Its colour by ADF name, or `#rrggbb`.
        color: String,
        /// Further attributes.
        attrs: Attrs,
    },
    /// A date.
    Date {
        /// `yyyy-mm-dd`.
        day: String,
        /// The exact stamp in milliseconds when it is not midnight UTC.
        stamp: Option<String>,
    },
    /// A Jira issue on a Confluence page.
    JiraIssue {
        /// The issue's key.
        key: String,
        /// The macro's further parameters.
        attrs: Attrs,
    },
    /// A hint to the author of a template.
    Placeholder(String),
    /// A place to link to.
    Anchor(String),
    /// A reference to a footnote.
    FootnoteRef(String),
    /// Text that carries an inline comment; put in by a merge, shown as its content.
    Comment {
        /// The comment's reference.
        reference: String,
        /// The text.
        content: Vec<Inline>,
    },
    /// Content that Markdown has no word for.
    Keep(Keep),
}
