//! Title emoji and width of a page: content properties that come in pairs, one for the published
//! page and one for its draft (confluence spec section 2.4).

use super::at;
use crate::{Context, ToolError};
use atlassian_confluence::pages::Kind;
use atlassian_confluence::properties;
use serde_json::{Value, json};

const EMOJI: [&str; 2] = ["emoji-title-published", "emoji-title-draft"];
const WIDTH: [&str; 2] = ["content-appearance-published", "content-appearance-draft"];

/// Widths that can be asked for.
const WIDTHS: [&str; 4] = ["full-width", "max", "default", "fixed-width"];

/// The emoji of a page's title, as characters.
pub(super) fn emoji(properties: &[Value]) -> Option<String> {
    let value = find_any(properties, EMOJI)?.get("value")?;
    let text = match value {
        Value::String(text) => text.as_str(),
        other => at::text(other, "/fallback")
            .or_else(|| at::text(other, "/shortName"))
            .or_else(|| at::text(other, "/id"))?,
    };
    Some(from_hex(text).unwrap_or_else(|| text.to_owned())).filter(|text| !text.is_empty())
}

/// The width of a page.
pub(super) fn width(properties: &[Value]) -> Option<String> {
    let value = find_any(properties, WIDTH)?.get("value")?;
    value.as_str().or_else(|| at::text(value, "/value")).map(str::to_owned)
}

fn find<'a>(properties: &'a [Value], key: &str) -> Option<&'a Value> {
    properties.iter().find(|property| at::text(property, "/key") == Some(key))
}

fn find_any<'a>(properties: &'a [Value], keys: [&str; 2]) -> Option<&'a Value> {
    keys.iter().find_map(|key| find(properties, key))
}

/// `1f1fa-1f1f8` as characters.
fn from_hex(text: &str) -> Option<String> {
    text.split('-')
        .map(|code| {
            let plausible = (2..=6).contains(&code.len());
            plausible.then(|| u32::from_str_radix(code, 16).ok().and_then(char::from_u32)).flatten()
        })
        .collect()
}

fn to_hex(text: &str) -> String {
    let codes: Vec<String> = text.chars().map(|c| format!("{:x}", u32::from(c))).collect();
    codes.join("-")
}

/// What shall become of an appearance.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    Set(String),
    Remove,
}

/// What a call asks for, checked before anything is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    emoji: Option<Change>,
    width: Option<Change>,
}

impl Changes {
    /// Reads the two arguments. An empty text removes what there is.
    ///
    /// # Errors
    /// When the width is unknown or the emoji is plain text.
    pub(super) fn read(emoji: Option<&str>, width: Option<&str>) -> Result<Self, ToolError> {
        let emoji = match emoji.map(str::trim) {
            None => None,
            Some("") => Some(Change::Remove),
            Some(text) if from_hex(text).is_some() => Some(Change::Set(text.to_lowercase())),
            Some(text) if text.is_ascii() => {
                return Err(ToolError::argument(
                    "emoji",
                    "should be an emoji character such as 📝, or its code such as 1f4dd",
                    Some(text),
                ));
            }
            Some(text) => Some(Change::Set(to_hex(text))),
        };
        let width = match width.map(str::trim) {
            None => None,
            Some("") => Some(Change::Remove),
            Some(text) if WIDTHS.contains(&text) => Some(Change::Set(text.to_owned())),
            Some(text) => {
                let rule = format!("should be one of {}", WIDTHS.join(", "));
                return Err(ToolError::argument("page_width", rule, Some(text)));
            }
        };
        Ok(Self { emoji, width })
    }

    /// The same without removals: a new page has nothing to remove.
    pub(super) fn on_creation(self) -> Self {
        let set = |change: Option<Change>| change.filter(|change| *change != Change::Remove);
        Self { emoji: set(self.emoji), width: set(self.width) }
    }

    /// Whether nothing is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.emoji.is_none() && self.width.is_none()
    }

    /// The properties of a page that had `known`, once the changes are made.
    pub(super) fn made_to(&self, known: &[Value]) -> Vec<Value> {
        let mut properties = known.to_vec();
        for (change, keys) in [(&self.emoji, EMOJI), (&self.width, WIDTH)] {
            let Some(change) = change else { continue };
            properties
                .retain(|property| !keys.iter().any(|key| at::text(property, "/key") == Some(key)));
            if let Change::Set(value) = change {
                properties.extend(keys.map(|key| json!({ "key": key, "value": value })));
            }
        }
        properties
    }

    /// Writes the properties, the published one first. `known` are the properties the page has.
    pub(super) async fn apply(
        &self,
        cx: &Context,
        kind: Kind,
        id: &str,
        known: &[Value],
    ) -> Result<(), ToolError> {
        for (change, keys) in [(&self.emoji, EMOJI), (&self.width, WIDTH)] {
            for key in keys {
                let current = find(known, key);
                match change {
                    None => {}
                    Some(Change::Set(value)) => {
                        set(cx, kind, id, key, &json!(value), current).await?;
                    }
                    Some(Change::Remove) => remove(cx, kind, id, key, current).await?,
                }
            }
        }
        Ok(())
    }
}

async fn set(
    cx: &Context,
    kind: Kind,
    id: &str,
    key: &str,
    value: &Value,
    current: Option<&Value>,
) -> Result<(), ToolError> {
    if current.is_some_and(|property| property.get("value") == Some(value)) {
        return Ok(());
    }
    if let Some(property) = current {
        return overwrite(cx, kind, id, key, value, property).await;
    }
    let create = if cx.is_cloud() {
        properties::create(kind, id, key, value)
    } else {
        properties::v1_create(id, key, value)
    };
    let Err(error) = cx.confluence::<Value>(&create).await else { return Ok(()) };
    // Confluence may have set the property itself in the meantime.
    let taken = error.is_status(409) || error.is_status(400);
    match if taken { current_of(cx, kind, id, key).await } else { None } {
        Some(property) => overwrite(cx, kind, id, key, value, &property).await,
        None => Err(error.into()),
    }
}

async fn current_of(cx: &Context, kind: Kind, id: &str, key: &str) -> Option<Value> {
    if cx.is_cloud() {
        let answer: Value = cx.confluence(&properties::list(kind, id, Some(key))).await.ok()?;
        return find(at::list(&answer, "/results"), key).cloned();
    }
    cx.confluence(&properties::v1_read(id, key)).await.ok()
}

async fn overwrite(
    cx: &Context,
    kind: Kind,
    id: &str,
    key: &str,
    value: &Value,
    property: &Value,
) -> Result<(), ToolError> {
    let next = at::number(property, "/version/number").unwrap_or(0) + 1;
    let request = if cx.is_cloud() {
        let own = at::id(property, "/id").unwrap_or_default();
        properties::update(kind, id, &own, key, value, next)
    } else {
        properties::v1_update(id, key, value, next)
    };
    cx.confluence::<Value>(&request).await?;
    Ok(())
}

async fn remove(
    cx: &Context,
    kind: Kind,
    id: &str,
    key: &str,
    current: Option<&Value>,
) -> Result<(), ToolError> {
    let Some(property) = current else { return Ok(()) };
    let request = if cx.is_cloud() {
        properties::delete(kind, id, &at::id(property, "/id").unwrap_or_default(), key)
    } else {
        properties::v1_delete(id, key)
    };
    match cx.confluence::<Value>(&request).await {
        Err(error) if !error.is_status(404) => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, Changes, emoji, width};
    use serde_json::json;

    #[test]
    fn emoji_is_read_in_every_form_it_is_stored_in() {
        for (value, shown) in [
            (json!("1f4dd"), "📝"),
            (json!("1F1FA-1F1F8"), "🇺🇸"),
            (json!({"fallback": "📝", "shortName": ":memo:", "id": "1f4dd"}), "📝"),
            (json!({"shortName": ":memo:"}), ":memo:"),
            (json!({"id": "1f4dd"}), "📝"),
            (json!("atlassian-blue_star"), "atlassian-blue_star"),
        ] {
            let properties =
                [json!({"key": "x"}), json!({"key": "emoji-title-draft", "value": value})];
            assert_eq!(emoji(&properties).as_deref(), Some(shown));
        }
        assert_eq!(emoji(&[json!({"key": "emoji-title-published", "value": null})]), None);
        assert_eq!(
            width(&[json!({"key": "content-appearance-published", "value": {"value": "max"}})])
                .as_deref(),
            Some("max")
        );
    }

    #[test]
    fn what_is_asked_for_is_checked_first() {
        let read = |emoji, width| Changes::read(emoji, width);
        assert_eq!(
            read(Some("📝"), Some("max")).expect("both are legal"),
            Changes {
                emoji: Some(Change::Set("1f4dd".to_owned())),
                width: Some(Change::Set("max".to_owned()))
            }
        );
        assert!(read(None, None).expect("nothing").is_empty());
        let removed = read(Some(""), Some("")).expect("removals");
        assert_eq!(removed.emoji, Some(Change::Remove));
        assert!(removed.on_creation().is_empty());
        let error = read(None, Some("huge")).expect_err("no such width").to_string();
        assert!(error.contains("full-width, max, default, fixed-width"), "{error}");
        assert!(read(Some(":memo:"), None).is_err());
    }
}
