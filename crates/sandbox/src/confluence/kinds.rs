//! What kind of content an id is.

use serde_json::{Map, Value, json};

use crate::wire::{Answer, Call, Reply};

use super::answers::error2;
use super::model::{Confluence, Kind};

/// `POST /api/v2/content/convert-ids-to-types` (Cloud): 1 to 250 ids; unknown ones are left out.
pub(crate) fn of_ids(wiki: &mut Confluence, call: &Call) -> Answer {
    let body = call.json().unwrap_or_default();
    let ids: Vec<&Value> =
        body.get("contentIds").and_then(Value::as_array).into_iter().flatten().collect();
    if ids.is_empty() || ids.len() > 250 {
        return Err(error2(400, "INVALID_REQUEST_PARAMETER", "contentIds must hold 1 to 250 ids"));
    }
    let mut results = Map::new();
    for id in ids {
        let text = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let content = text
            .trim_start_matches("att")
            .parse::<u64>()
            .ok()
            .and_then(|number| wiki.contents.get(&number));
        if let Some(content) = content {
            let name = match content.kind {
                Kind::Comment if content.inline.is_some() => "inline-comment",
                Kind::Comment => "footer-comment",
                kind => kind.name(),
            };
            results.insert(text, json!(name));
        }
    }
    Ok(Reply::json(200, &json!({ "results": results })))
}
