//! `confluence_get_page_views`.

use crate::confluence::{at, failure};
use crate::{
    Access, Answer, Argument, Context, DefaultValue, Kind, Scope, Tool, ToolError, Toolset,
};
use atlassian_confluence::analytics;
use atlassian_confluence::pages;
use atlassian_settings::Service;
use futures::future::join3;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Counts the views of a page.
#[derive(Debug, Deserialize)]
pub(in crate::confluence) struct GetPageViews {
    page_id: String,
    include_title: bool,
}

impl Tool for GetPageViews {
    const NAME: &'static str = "confluence_get_page_views";
    const TITLE: &'static str = "Get Page Views";
    const DESCRIPTION: &'static str =
        "Count the views of a Confluence page and the people who viewed it. Cloud only.";
    const SERVICE: Service = Service::Confluence;
    const TOOLSET: Toolset = Toolset::ConfluenceAnalytics;
    const ACCESS: Access = Access::Read;
    const ARGUMENTS: &'static [Argument] = &[
        Argument::required("page_id", Kind::ContentId, "Page id or link."),
        Argument::with_default(
            "include_title",
            Kind::Boolean,
            DefaultValue::Boolean(true),
            "Include the page's title.",
        ),
    ];

    fn scope(&self) -> Scope {
        Scope::nothing().content(&self.page_id)
    }

    async fn call(self, cx: &Context) -> Result<Answer, ToolError> {
        let id = self.page_id.as_str();
        if !cx.is_cloud() {
            return Ok(Answer::failure(json!({
                "error": "Page view analytics is only available for Confluence Cloud. Server/Data \
                          Center instances do not support the Analytics API.",
                "page_id": id,
            })));
        }
        let title = async {
            if !self.include_title {
                return None;
            }
            let page: Value = cx.confluence(&pages::read_bare(pages::Kind::Page, id)).await.ok()?;
            at::text(&page, "/title").map(str::to_owned)
        };
        let (views, viewers) = (analytics::views(id), analytics::viewers(id));
        let (views, viewers, title) =
            join3(cx.confluence::<Value>(&views), cx.confluence::<Value>(&viewers), title).await;
        let counted = views.map_err(ToolError::from).and_then(|views| {
            let count = at::number(&views, "/count")
                .ok_or_else(|| ToolError::refused("Confluence answered with no count"))?;
            Ok((count, at::text(&views, "/lastSeen").map(iso)))
        });
        let (total, seen) = match counted {
            Ok(counted) => counted,
            Err(error) => {
                return failure(
                    error,
                    |detail| json!({ "error": format!("Failed to get page views: {detail}"), "page_id": id }),
                );
            }
        };
        let mut answer = Map::new();
        answer.insert("page_id".to_owned(), json!(id));
        answer.insert("total_views".to_owned(), json!(total));
        if let Some(title) = title {
            answer.insert("page_title".to_owned(), json!(title));
        }
        if let Some(seen) = seen {
            answer.insert("last_viewed".to_owned(), json!(seen));
        }
        if let Some(viewers) = viewers.ok().and_then(|viewers| at::number(&viewers, "/count")) {
            answer.insert("unique_viewers".to_owned(), json!(viewers));
        }
        Ok(Answer::json(answer))
    }
}

/// A time in ISO form with its offset; what is no time stays as it is.
fn iso(raw: &str) -> String {
    match raw.parse::<jiff::Timestamp>() {
        Ok(time) => time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
        Err(_) => raw.to_owned(),
    }
}
