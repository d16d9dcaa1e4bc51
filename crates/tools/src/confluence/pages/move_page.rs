//! `confluence_move_page`.

use crate::confluence::load::{self, Depth, Loaded};
use crate::confluence::page::Page;
use crate::confluence::{at, body, failure, space, stale, written_page};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::pages::{self, Draft, NextVersion, Representation};
use atlassian_confluence::tree::{self, Position};
use atlassian_http::ApiError;
use atlassian_settings::Service;
use serde::Deserialize;
use serde_json::{Value, json};

/// Moves a page to another place.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct MovePage {
    page_id: String,
    target_parent_id: Option<String>,
    target_space_key: Option<String>,
    position: String,
}

impl Tool for MovePage {
    const NAME: &'static str = "confluence_move_page";
    const TITLE: &'static str = "Move Page";
    const DESCRIPTION: &'static str = "Move a Confluence page below or next to another page, or to \
         the top of a space. Returns the page at its new place.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluencePages;
    const ACCESS: Access = Access::Destructive;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("page_id", Kind::ContentId, "Page id or link."),
        Argument::optional(
            "target_parent_id",
            Kind::ContentId,
            "Target page: parent for append, sibling for above and below.",
        ),
        Argument::optional("target_space_key", Kind::Text, "Space to move to the top of."),
        Argument::with_default(
            "position",
            Kind::Text,
            DefaultValue::Text("append"),
            "append, above or below.",
        ),
    ];

    fn scope(&self) -> Scope {
        let mut scope = Scope::nothing().content(&self.page_id);
        if let Some(target) = self.target() {
            scope = scope.content(target);
        }
        if let Some(space) = self.space() {
            scope = scope.container(space);
        }
        scope
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        if self.target().is_none() && self.space().is_none() {
            return Err(ToolError::refused(
                "At least one of target_parent_id or target_space_key must be provided.",
            ));
        }
        let position = match self.position.trim().to_ascii_lowercase().as_str() {
            "append" | "" => Position::Append,
            "above" | "before" => Position::Before,
            "below" | "after" => Position::After,
            _ => {
                let rule = "should be append, above or below";
                return Err(ToolError::argument("position", rule, Some(&self.position)));
            }
        };
        match self.moved(cx, position).await {
            Ok(loaded) => {
                stale::served(cx, &loaded.page).await;
                let (content, remarks) = body::content(cx, &loaded.page, &loaded.names, true);
                let page = loaded.page.object(cx, content);
                Ok(written_page("Page moved successfully", page, &[]).with_warnings(remarks))
            }
            Err(error) => failure(error, |detail| {
                json!({
                    "success": false,
                    "message": format!("Error moving page {}", self.page_id),
                    "error": detail,
                })
            }),
        }
    }
}

impl MovePage {
    fn target(&self) -> Option<&str> {
        self.target_parent_id.as_deref().filter(|id| !id.is_empty())
    }

    fn space(&self) -> Option<&str> {
        self.target_space_key.as_deref().map(str::trim).filter(|key| !key.is_empty())
    }

    async fn moved(&self, cx: &Context, position: Position) -> Result<Loaded, ToolError> {
        let id = self.page_id.as_str();
        let (target, position) = match (self.target(), self.space()) {
            (Some(target), _) => {
                if !cx.is_cloud() {
                    let there = target_on_dc(cx, target).await?;
                    return self.moved_on_dc(cx, position, target, &there).await;
                }
                (target.to_owned(), position)
            }
            (None, Some(key)) => {
                let space = space::by_key(cx, key).await?;
                let home = space.home.ok_or_else(|| {
                    ToolError::refused(format!("space `{}` has no homepage", space.key))
                })?;
                (home, Position::Append)
            }
            (None, None) => return Err(ToolError::refused("no target was given")),
        };
        let moving = cx.confluence::<Value>(&tree::move_to(id, position, &target)).await;
        match moving {
            Ok(_) => {}
            Err(error) if !cx.is_cloud() && is_unknown(&error) => {
                let there = target_on_dc(cx, &target).await?;
                self.older_server(cx, position, &target, &there).await?;
            }
            Err(error) => return Err(error.into()),
        }
        let place =
            Place { parent: (position == Position::Append).then_some(Some(target)), space: None };
        self.arrival(cx, place).await
    }

    /// On Data Center the target is read first (confluence spec section 4.9): nothing is written
    /// when it is not there.
    async fn moved_on_dc(
        &self,
        cx: &Context,
        position: Position,
        target: &str,
        there: &Page,
    ) -> Result<Loaded, ToolError> {
        let request = tree::move_to(&self.page_id, position, target);
        match cx.confluence::<Value>(&request).await {
            Ok(_) => {}
            Err(error) if is_unknown(&error) => {
                self.older_server(cx, position, target, there).await?;
            }
            Err(error) => return Err(error.into()),
        }
        let parent = match position {
            Position::Append => Some(target.to_owned()),
            _ => there.parent.clone(),
        };
        self.arrival(cx, Place { parent: Some(parent), space: there.space_key.clone() }).await
    }

    /// The page at its new place, which is where the move counts.
    async fn arrival(&self, cx: &Context, place: Place) -> Result<Loaded, ToolError> {
        let id = &self.page_id;
        let loaded = load::by_id(cx, id, Depth::Shown)
            .await
            .map_err(|error| error.after(format!("page {id} was moved")))?;
        place.holds(&loaded.page)?;
        Ok(loaded)
    }

    /// A Data Center without the operation: a new parent in the same space is a change of the page,
    /// everything else is left to the web interface.
    async fn older_server(
        &self,
        cx: &Context,
        position: Position,
        target: &str,
        there: &Page,
    ) -> Result<(), ToolError> {
        let page = load::by_id(cx, &self.page_id, Depth::Text).await?.page;
        if position == Position::Append && there.space_key == page.space_key {
            let draft = Draft {
                title: &page.title,
                representation: Representation::Storage,
                body: page.storage.as_deref().unwrap_or_default(),
                parent: Some(target),
            };
            let number = page.version.unwrap_or_default() + 1;
            let version = NextVersion { number, message: None, minor: true };
            let request = pages::v1_update(page.content_kind(), &page.id, &draft, version);
            cx.confluence::<Value>(&request).await?;
            return Ok(());
        }
        let space = there.space_key.as_deref().unwrap_or_default();
        let request = tree::web_move(&self.page_id, space, position, Some(target));
        let answer = cx.remote.send(&request).await?;
        // This page of the web interface answers 200 for errors too, some of them as HTML: where
        // the page is found afterwards decides.
        let answer: Value = answer.json().unwrap_or_default();
        let refusals: Vec<&str> = at::list(&answer, "/actionErrors")
            .iter()
            .chain(at::list(&answer, "/validationErrors"))
            .filter_map(Value::as_str)
            .collect();
        if !refusals.is_empty() {
            return Err(ToolError::refused(refusals.join("; ")));
        }
        Ok(())
    }
}

/// Whether the server does not have the operation, which came late to Data Center.
fn is_unknown(error: &ApiError) -> bool {
    error.is_status(405) || error.is_status(404) && !at::names_content(error)
}

/// The target of a move, with its space and its parent.
async fn target_on_dc(cx: &Context, target: &str) -> Result<Page, ToolError> {
    let there: Value = cx.confluence(&pages::v1_read_bare(target, "space,ancestors")).await?;
    let there = Page::from_v1(&there);
    load::admit(cx, &there, &format!("page `{target}`"))?;
    Ok(there)
}

/// Where a page should be after a move, as far as that is known.
struct Place {
    /// The page above, `None` inside for the top of a space.
    parent: Option<Option<String>>,
    space: Option<String>,
}

impl Place {
    /// A move counts when the page is found where it should be.
    fn holds(&self, page: &Page) -> Result<(), ToolError> {
        let known = page.ancestors.is_some() || page.shows_parent;
        let parent = self.parent.as_ref().filter(|parent| known && **parent != page.parent);
        let space = self.space.as_ref().filter(|space| page.space_key.as_ref() != Some(space));
        if parent.is_none() && space.is_none() {
            return Ok(());
        }
        let below = |parent: &Option<String>| parent.as_deref().unwrap_or("no page").to_owned();
        let mut text = format!("Confluence accepted the move, but page {} is", page.id);
        if let Some(parent) = parent {
            text.push_str(&format!(
                " below {} and not below {}",
                below(&page.parent),
                below(parent)
            ));
        }
        if let Some(space) = space {
            let own = page.space_key.as_deref().unwrap_or("?");
            text.push_str(&format!(" in space {own} and not in space {space}"));
        }
        Err(ToolError::refused(text))
    }
}
