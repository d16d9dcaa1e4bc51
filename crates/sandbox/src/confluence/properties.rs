//! Content properties: by id in version 2, by key in version 1.

use serde_json::{Value, json};

use crate::wire::{Answer, Call, Reply};

use super::answers::{error1, error2, no_content1, not_found2};
use super::model::*;

/// Longest value, in bytes of its JSON.
const LONGEST: usize = 32_768;

fn holder(wiki: &Confluence, call: &Call) -> Result<u64, Reply> {
    wiki.visible(call.part("id"), &call.user).map(|c| c.id).ok_or_else(|| not_found2("Content"))
}

fn key_of(wiki: &Confluence, id: u64, property: &str) -> Result<String, Reply> {
    wiki.contents
        .get(&id)
        .and_then(|c| c.properties.iter().find(|(_, p)| p.id.to_string() == property))
        .map(|(key, _)| key.clone())
        .ok_or_else(|| not_found2("Property"))
}

impl Confluence {
    fn set_property(&mut self, id: u64, key: &str, value: Value, version: u64, by: &str) {
        let at = self.clock.tick();
        let fresh = self.fresh_id();
        let Some(content) = self.contents.get_mut(&id) else { return };
        let id = content.properties.get(key).map_or(fresh, |p| p.id);
        content
            .properties
            .insert(key.to_owned(), Property { id, value, version, at, by: by.to_owned() });
    }
}

/// `GET /pages/{id}/properties`
pub(crate) fn list2(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = holder(wiki, call)?;
    let keys = call.list("key");
    let rows = wiki
        .contents
        .get(&id)
        .into_iter()
        .flat_map(|c| &c.properties)
        .filter(|(key, _)| keys.is_empty() || keys.contains(key))
        .map(|(key, p)| wiki.show_property2(key, p))
        .collect();
    Ok(wiki.page2(rows, "properties", 25, call))
}

/// `GET /pages/{id}/properties/{property}`
pub(crate) fn read2(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = holder(wiki, call)?;
    let key = key_of(wiki, id, call.part("property"))?;
    let shown = wiki
        .contents
        .get(&id)
        .and_then(|c| c.properties.get(&key))
        .map(|p| wiki.show_property2(&key, p));
    Ok(Reply::ok(&shown.unwrap_or_default()))
}

/// `POST /pages/{id}/properties`
pub(crate) fn create2(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = holder(wiki, call)?;
    let body = call.json().unwrap_or_default();
    let (Some(key), Some(value)) = (body.get("key").and_then(Value::as_str), body.get("value"))
    else {
        return Err(error2(400, "INVALID_REQUEST_PARAMETER", "Both key and value are required"));
    };
    if value.to_string().len() > LONGEST {
        return Err(error2(413, "CONTENT_TOO_LARGE", "The value is too long"));
    }
    if wiki.contents.get(&id).is_some_and(|c| c.properties.contains_key(key)) {
        return Err(error2(409, "CONFLICT", &format!("A property with key {key} already exists")));
    }
    wiki.set_property(id, key, value.clone(), 1, &call.user);
    let shown = wiki
        .contents
        .get(&id)
        .and_then(|c| c.properties.get(key))
        .map(|p| wiki.show_property2(key, p));
    Ok(Reply::ok(&shown.unwrap_or_default()))
}

/// `PUT /pages/{id}/properties/{property}`
pub(crate) fn update2(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = holder(wiki, call)?;
    let key = key_of(wiki, id, call.part("property"))?;
    let body = call.json().unwrap_or_default();
    if body.get("key").and_then(Value::as_str) != Some(&key) {
        return Err(error2(
            400,
            "INVALID_REQUEST_PARAMETER",
            "The key of a property cannot be changed",
        ));
    }
    let current =
        wiki.contents.get(&id).and_then(|c| c.properties.get(&key)).map_or(0, |p| p.version);
    let number =
        body.get("version").and_then(|v| v.get("number")).and_then(Value::as_u64).unwrap_or(0);
    if number != current + 1 {
        return Err(error2(
            409,
            "CONFLICT",
            &format!(
                "Version must be incremented when updating a property. Current Version: [{current}]. Provided version: [{number}]"
            ),
        ));
    }
    wiki.set_property(id, &key, body.get("value").cloned().unwrap_or_default(), number, &call.user);
    read2(wiki, call)
}

/// `DELETE /pages/{id}/properties/{property}`
pub(crate) fn remove2(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = holder(wiki, call)?;
    let key = key_of(wiki, id, call.part("property"))?;
    if let Some(content) = wiki.contents.get_mut(&id) {
        content.properties.shift_remove(&key);
    }
    Ok(Reply::none())
}

fn holder1<'a>(wiki: &'a Confluence, call: &Call) -> Result<&'a Content, Reply> {
    wiki.visible(call.part("id"), &call.user).ok_or_else(|| no_content1(call.part("id")))
}

/// `GET /rest/api/content/{id}/property`
pub(crate) fn list1(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = holder1(wiki, call)?;
    let rows = content
        .properties
        .iter()
        .map(|(key, p)| wiki.show_property1(content, key, p, call))
        .collect();
    Ok(Reply::ok(&wiki.page1(rows, 10, 200, call)))
}

/// `GET /rest/api/content/{id}/property/{key}`
pub(crate) fn read1(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = holder1(wiki, call)?;
    let key = call.part("key");
    match content.properties.get(key) {
        Some(property) => Ok(Reply::ok(&wiki.show_property1(content, key, property, call))),
        None => Err(error1(404, "Cannot find content property with the given key")),
    }
}

/// `POST /rest/api/content/{id}/property[/{key}]`
pub(crate) fn create1(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = holder1(wiki, call)?.id;
    let body = call.json().unwrap_or_default();
    let key = match call.part("key") {
        "" => body.get("key").and_then(Value::as_str).unwrap_or_default().to_owned(),
        key => key.to_owned(),
    };
    if key.is_empty() {
        return Err(error1(400, "Property key is required"));
    }
    if wiki.contents.get(&id).is_some_and(|c| c.properties.contains_key(&key)) {
        return Err(error1(409, &format!("Property with key {key} already exists")));
    }
    wiki.set_property(id, &key, body.get("value").cloned().unwrap_or(json!({})), 1, &call.user);
    shown1(wiki, id, &key, call)
}

fn shown1(wiki: &Confluence, id: u64, key: &str, call: &Call) -> Answer {
    let shown = wiki
        .contents
        .get(&id)
        .and_then(|c| c.properties.get(key).map(|p| wiki.show_property1(c, key, p, call)));
    Ok(Reply::ok(&shown.unwrap_or_default()))
}

/// `PUT /rest/api/content/{id}/property/{key}`: makes it when there is none and the version is 1.
pub(crate) fn update1(wiki: &mut Confluence, call: &Call) -> Answer {
    let content = holder1(wiki, call)?;
    let (id, key) = (content.id, call.part("key").to_owned());
    let current = content.properties.get(&key).map_or(0, |p| p.version);
    let body = call.json().unwrap_or_default();
    let number =
        body.get("version").and_then(|v| v.get("number")).and_then(Value::as_u64).unwrap_or(0);
    if number != current + 1 {
        return Err(error1(
            409,
            &format!("Version must be incremented on update. Current version is: {current}"),
        ));
    }
    wiki.set_property(id, &key, body.get("value").cloned().unwrap_or_default(), number, &call.user);
    shown1(wiki, id, &key, call)
}

/// `DELETE /rest/api/content/{id}/property/{key}`
pub(crate) fn remove1(wiki: &mut Confluence, call: &Call) -> Answer {
    let id = holder1(wiki, call)?.id;
    let gone = wiki.contents.get_mut(&id).and_then(|c| c.properties.shift_remove(call.part("key")));
    match gone {
        Some(_) => Ok(Reply::none()),
        None => Err(error1(404, "Cannot find content property with the given key")),
    }
}
