//! `confluence_get_page`.

use crate::confluence::load::{self, Depth, Loaded};
use crate::confluence::{body, by_title, failure, headings, space, stale};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::pages::Rendered;
use atlassian_confluence::reference::{self, PageReference};
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Reads one page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetPage {
    page_id: Option<String>,
    title: Option<String>,
    space_key: Option<String>,
    include_metadata: bool,
    convert_to_markdown: bool,
    outline: bool,
    section: Option<String>,
    occurrence: Option<usize>,
    body_format: String,
    offset: usize,
    max_chars: Option<usize>,
}

impl Tool for GetPage {
    const NAME: &'static str = "confluence_get_page";
    const TITLE: &'static str = "Get Page";
    const DESCRIPTION: &'static str = "Read a Confluence page by id, link, or title and space key. \
         Returns its body as Markdown with metadata and version.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::optional(
            "page_id",
            Kind::PageLink,
            "Page id or a link to the page. Title and space are ignored when it is given.",
        ),
        Argument::optional("title", Kind::Text, "Exact title, together with space_key."),
        Argument::optional("space_key", Kind::Text, "Space key, together with title."),
        Argument::with_default(
            "include_metadata",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "False returns only the body.",
        ),
        Argument::with_default(
            "convert_to_markdown",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "False returns the stored XHTML unchanged.",
        ),
        Argument::with_default(
            "outline",
            Kind::Boolean,
            DefaultValue::Boolean(false),
            "True returns the headings instead of the body.",
        ),
        Argument::optional("section", Kind::Text, "Only the section below this heading."),
        Argument::optional(
            "occurrence",
            Kind::Integer { min: Some(0), max: None },
            "Which of several equal headings, from 0.",
        )
        .hidden(),
        Argument::with_default(
            "body_format",
            Kind::Text,
            DefaultValue::Text("storage"),
            "storage, or view or export_view for what Confluence renders.",
        )
        .hidden(),
        Argument::with_default(
            "offset",
            Kind::Integer { min: Some(0), max: None },
            DefaultValue::Integer(0),
            "Characters of the body to skip.",
        )
        .hidden(),
        Argument::optional(
            "max_chars",
            Kind::Integer { min: Some(1), max: None },
            "Most characters of the body to return.",
        )
        .hidden(),
    ];

    fn scope(&self) -> Scope {
        match self.meant() {
            Meant::Page(PageReference::Id(id)) => Scope::nothing().content(&id),
            Meant::Page(PageReference::Title { space, .. } | PageReference::Home { space }) => {
                Scope::nothing().container(&space)
            }
            Meant::Title { space, .. } => Scope::nothing().container(space),
            Meant::Page(PageReference::Unknown) | Meant::Nothing => Scope::nothing(),
        }
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let rendered = self.rendered()?;
        let mut loaded = match self.meant() {
            Meant::Nothing => {
                return Err(ToolError::refused(
                    "Either 'page_id' OR both 'title' and 'space_key' must be provided.",
                ));
            }
            Meant::Title { space, title } => match by_title::load(cx, space, title).await {
                Ok(Some(loaded)) => loaded,
                Ok(None) => return Ok(Answer::failure(absent(space, title))),
                Err(error) => {
                    return failure(error, |detail| {
                        json!({"error": format!(
                            "Page with title '{title}' in space '{space}' could not be read: {detail}"
                        )})
                    });
                }
            },
            Meant::Page(page) => match self.referenced(cx, &page).await {
                Ok(loaded) => loaded,
                Err(error) => {
                    let given = self.page_id.as_deref().unwrap_or_default();
                    return failure(error, |detail| {
                        json!({"error": format!(
                            "Failed to retrieve page by ID '{given}': {detail}"
                        )})
                    });
                }
            },
        };
        stale::served(cx, &loaded.page).await;
        let mut format = None;
        if let Some(rendered) = rendered {
            loaded.page.storage = Some(load::rendered(cx, &loaded.page, rendered).await?);
            format = Some(rendered.word());
        }
        self.answer(cx, loaded, format)
    }
}

/// What the arguments mean.
enum Meant<'a> {
    Page(PageReference),
    Title { space: &'a str, title: &'a str },
    Nothing,
}

impl GetPage {
    fn meant(&self) -> Meant<'_> {
        let given =
            |text: &'_ Option<String>| text.as_deref().is_some_and(|t| !t.trim().is_empty());
        if given(&self.page_id) {
            return Meant::Page(reference::parse(self.page_id.as_deref().unwrap_or_default()));
        }
        match (&self.title, &self.space_key) {
            (Some(title), Some(space)) if !title.is_empty() && !space.trim().is_empty() => {
                Meant::Title { space: space.trim(), title }
            }
            _ => Meant::Nothing,
        }
    }

    /// What is not shown is not read.
    fn depth(&self) -> Depth {
        if self.include_metadata { Depth::Full } else { Depth::Text }
    }

    async fn referenced(&self, cx: &Context, page: &PageReference) -> Result<Loaded, ToolError> {
        match page {
            PageReference::Id(id) => load::by_id(cx, id, self.depth()).await,
            PageReference::Title { space, title } => {
                by_title::load(cx, space, title).await?.ok_or_else(|| {
                    ToolError::refused(format!(
                        "Page with title '{title}' not found in space '{space}'."
                    ))
                })
            }
            PageReference::Home { space } => {
                let space = space::by_key(cx, space).await?;
                let home = space.home.ok_or_else(|| {
                    ToolError::refused(format!("space `{}` has no homepage", space.key))
                })?;
                load::by_id(cx, &home, self.depth()).await
            }
            PageReference::Unknown => Err(ToolError::refused(
                "the link names no page; give the number after `/pages/` or `pageId=`",
            )),
        }
    }

    /// The rendered form that is asked for; `None` is the stored one.
    fn rendered(&self) -> Result<Option<Rendered>, ToolError> {
        let word = self.body_format.trim().to_ascii_lowercase();
        if word == "storage" {
            return Ok(None);
        }
        if self.outline || self.section.is_some() {
            let rule = "should be storage when `outline` or `section` is given";
            return Err(ToolError::argument("body_format", rule, Some(&self.body_format)));
        }
        Rendered::ALL.into_iter().find(|form| form.word() == word).map(Some).ok_or_else(|| {
            let rule = "should be storage, view or export_view";
            ToolError::argument("body_format", rule, Some(&self.body_format))
        })
    }

    fn answer(
        &self,
        cx: &Context,
        mut loaded: Loaded,
        format: Option<&str>,
    ) -> Result<Answer, ToolError> {
        let stored = loaded.page.storage.take().unwrap_or_default();
        if self.outline {
            let outline = headings::outline(&stored, &loaded.page)?;
            return Ok(Answer::json(if self.include_metadata {
                let mut page = loaded.page.object(cx, None);
                if let Some(page) = page.as_object_mut() {
                    page.insert("outline".to_owned(), outline);
                }
                json!({ "metadata": page })
            } else {
                json!({ "outline": outline })
            }));
        }
        loaded.page.storage = Some(match self.section.as_deref().filter(|text| !text.is_empty()) {
            Some(heading) => {
                let section = headings::find(&stored, &loaded.page, heading, self.occurrence)?;
                stored.get(section.heading.start..section.body.end).unwrap_or_default().to_owned()
            }
            None => stored,
        });
        let (content, remarks) =
            body::content(cx, &loaded.page, &loaded.names, self.convert_to_markdown);
        let content = content.map(|mut content| {
            if let Some(format) = format.filter(|_| !self.convert_to_markdown)
                && let Some(content) = content.as_object_mut()
            {
                content.insert("format".to_owned(), json!(format));
            }
            self.part(content)
        });
        let json = if self.include_metadata {
            json!({ "metadata": loaded.page.object(cx, content) })
        } else {
            let mut content = match content {
                Some(Value::Object(content)) => content,
                _ => Map::from_iter([("value".to_owned(), json!(""))]),
            };
            content.remove("format");
            json!({ "content": content })
        };
        Ok(Answer::json(json).with_warnings(remarks))
    }

    /// The part of the body that is asked for; untouched when all of it is.
    fn part(&self, content: Value) -> Value {
        if self.offset == 0 && self.max_chars.is_none() {
            return content;
        }
        let value = content.get("value").and_then(Value::as_str).unwrap_or_default();
        let total = value.chars().count();
        let taken = self.max_chars.unwrap_or(total);
        let part: String = value.chars().skip(self.offset).take(taken).collect();
        let next = self.offset.saturating_add(taken);
        let mut out = Map::new();
        out.insert("value".to_owned(), json!(part));
        if let Some(format) = content.get("format") {
            out.insert("format".to_owned(), format.clone());
        }
        out.insert("total_chars".to_owned(), json!(total));
        if next < total {
            out.insert("next_offset".to_owned(), json!(next));
        }
        Value::Object(out)
    }
}

fn absent(space: &str, title: &str) -> Value {
    json!({ "error": format!("Page with title '{title}' not found in space '{space}'.") })
}
