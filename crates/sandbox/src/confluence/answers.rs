//! Errors and pages of lists, in the forms of version 1 and version 2.

use serde_json::{Value, json};

use crate::site::Flavour;
use crate::wire::{Call, Reply, cursor, encode, read_cursor};

use super::model::Confluence;

/// Version 2's error body.
pub(crate) fn error2(status: u16, code: &str, title: &str) -> Reply {
    Reply::json(
        status,
        &json!({"errors": [{"status": status, "code": code, "title": title, "detail": null}]}),
    )
}

/// Version 1's error body.
pub(crate) fn error1(status: u16, message: &str) -> Reply {
    Reply::json(
        status,
        &json!({
            "statusCode": status,
            "data": {"authorized": status != 403, "valid": status != 400, "allowedInReadOnlyMode": true, "errors": [], "successful": false},
            "message": message,
            "reason": match status { 400 => "Bad Request", 403 => "Forbidden", 404 => "Not Found", 409 => "Conflict", _ => "Error" },
        }),
    )
}

/// Version 1's 404 for a content.
pub(crate) fn no_content1(id: &str) -> Reply {
    error1(404, &format!("No content found with id: ContentId{{id={id}}}"))
}

/// Version 2's 404.
pub(crate) fn not_found2(what: &str) -> Reply {
    error2(404, "NOT_FOUND", &format!("{what} not found"))
}

/// Refuses keys that the document does not name.
pub(crate) fn only_known(body: &Value, known: &[&str]) -> Result<(), Reply> {
    let mut keys = body.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    match keys.find(|key| !known.contains(key)) {
        None => Ok(()),
        Some(key) => {
            let title = format!("Unrecognized field '{key}'");
            Err(error2(400, "INVALID_REQUEST_PARAMETER", &title)
                .reason("no such key in the document"))
        }
    }
}

impl Confluence {
    /// A page of a version 2 list: `results`, `_links.next` and the Link header.
    pub(crate) fn page2(&self, all: Vec<Value>, kind: &str, default: usize, call: &Call) -> Reply {
        let limit = match call.q("limit").map(str::parse::<usize>) {
            None => default,
            Some(Ok(limit @ 1..=250)) => limit,
            Some(_) => {
                return error2(
                    400,
                    "INVALID_REQUEST_PARAMETER",
                    "Provided value for 'limit' is not valid: it must be between 1 and 250",
                );
            }
        };
        let start = match call.q("cursor").filter(|c| !c.is_empty()) {
            None => 0,
            Some(text) => match read_cursor(kind, text) {
                Some(start) => start,
                None => {
                    return error2(
                        400,
                        "INVALID_REQUEST_PARAMETER",
                        "Provided value for 'cursor' is not a valid cursor",
                    );
                }
            },
        };
        let total = all.len();
        let page: Vec<Value> = all.into_iter().skip(start).take(limit).collect();
        let mut links = json!({"base": self.url});
        let mut next = None;
        if start + page.len() < total {
            let mut pairs: Vec<String> = call
                .query
                .iter()
                .filter(|(name, _)| name != "cursor")
                .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
                .collect();
            pairs.push(format!("cursor={}", cursor(kind, start + page.len())));
            let path = format!("/wiki{}?{}", call.path, pairs.join("&"));
            if let Some(object) = links.as_object_mut() {
                object.insert("next".to_owned(), json!(path));
            }
            next = Some(path);
        }
        let reply = Reply::ok(&json!({"results": page, "_links": links}));
        match next {
            Some(path) => reply.header("link", &format!("<{path}>; rel=\"next\"")),
            None => reply,
        }
    }

    /// A page of a version 1 list: `start`, `limit`, `size` and `_links.next`.
    pub(crate) fn page1(&self, all: Vec<Value>, default: usize, most: usize, call: &Call) -> Value {
        let start = call.number("start", 0);
        let limit = call.number("limit", default).min(most);
        let total = all.len();
        let page: Vec<Value> = all.into_iter().skip(start).take(limit).collect();
        let mut links = json!({
            "self": format!("{}{}", call.base, call.path),
            "base": self.url,
            "context": self.context(),
        });
        if start + page.len() < total
            && let Some(object) = links.as_object_mut()
        {
            let mut pairs: Vec<String> = call
                .query
                .iter()
                .filter(|(name, _)| name != "start" && name != "limit")
                .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
                .collect();
            pairs.push(format!("limit={limit}&start={}", start + page.len()));
            object.insert("next".to_owned(), json!(format!("{}?{}", call.path, pairs.join("&"))));
        }
        let size = page.len();
        json!({"results": page, "start": start, "limit": limit, "size": size, "_links": links})
    }

    /// The context path of the site's address.
    pub(crate) fn context(&self) -> String {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default().to_owned()
    }

    pub(crate) fn cloud(&self) -> bool {
        self.flavour == Flavour::Cloud
    }

    /// The id a user has in the API: account id on Cloud, user key on Data Center.
    pub(crate) fn user_id(&self, name: &str) -> String {
        self.people.get(name).map_or_else(String::new, |p| match self.flavour {
            Flavour::Cloud => p.account_id.clone(),
            Flavour::DataCenter => p.user_key(),
        })
    }

    pub(crate) fn user(&self, name: &str, call: &Call) -> Value {
        self.people.get(name).map_or(Value::Null, |p| p.confluence(self.flavour, &call.base))
    }
}
