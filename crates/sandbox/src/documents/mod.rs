//! What Atlassian's documents list for Cloud, and the refusal of what they do not.
//!
//! `operations.txt` is the table (design section 10): every documented operation with its query
//! parameters and, where the document closes the body, its keys. An operation that is unknown,
//! deprecated or gone, a query parameter or body key that is not listed, a required one that is
//! missing: each is refused with the reason in `X-Sandbox-Reason`.

use serde_json::{Value, json};

use crate::wire::{Call, Reply, Service};

const TABLE: &str = include_str!("operations.txt");

/// Operations that exist although no document lists them; the comment names the source.
const UNLISTED: &[(Service, &str, &str, &[&str])] = &[
    // Newer than the published v2 document.
    (
        Service::Confluence,
        "GET",
        "/api/v2/pages/{id}/direct-children",
        &["cursor", "limit", "sort"],
    ),
    (Service::Confluence, "GET", "/api/v2/pages/{id}/descendants", &["cursor", "limit", "depth"]),
    (
        Service::Confluence,
        "GET",
        "/api/v2/folders/{id}/direct-children",
        &["cursor", "limit", "sort"],
    ),
    // The development panel: unpublished, used by the product itself.
    (
        Service::Jira,
        "GET",
        "/rest/dev-status/latest/issue/detail",
        &["issueId", "applicationType", "dataType"],
    ),
    (Service::Jira, "GET", "/rest/dev-status/latest/issue/summary", &["issueId"]),
    (
        Service::Jira,
        "GET",
        "/rest/dev-status/1.0/issue/detail",
        &["issueId", "applicationType", "dataType"],
    ),
    (Service::Jira, "GET", "/rest/dev-status/1.0/issue/summary", &["issueId"]),
    // The Forms API, behind the gateway's host.
    (Service::Jira, "GET", "/jira/forms/issue/{key}/form", &[]),
    (Service::Jira, "GET", "/jira/forms/issue/{key}/form/{formId}", &[]),
    (Service::Jira, "PUT", "/jira/forms/issue/{key}/form/{formId}", &[]),
    // Bytes of attachments and avatars, linked from answers.
    (Service::Jira, "GET", "/secure/attachment/{id}/{name}", &[]),
    (Service::Jira, "GET", "/secure/useravatar", &["ownerId", "size", "avatarId"]),
    (
        Service::Confluence,
        "GET",
        "/download/attachments/{id}/{name}",
        &["version", "modificationDate", "cacheVersion", "api"],
    ),
];

/// One documented operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    service: Service,
    method: &'static str,
    path: &'static str,
    deprecated: bool,
    query: Vec<&'static str>,
    body: Option<Vec<&'static str>>,
}

/// The documents, parsed once for each site.
#[derive(Debug, Clone)]
pub(crate) struct Documents {
    operations: Vec<Operation>,
}

impl Documents {
    pub(crate) fn load() -> Self {
        let mut operations: Vec<Operation> = TABLE.lines().filter_map(parse).collect();
        operations.extend(UNLISTED.iter().map(|(service, method, path, query)| Operation {
            service: *service,
            method,
            path,
            deprecated: false,
            query: query.to_vec(),
            body: None,
        }));
        operations.sort_by_key(|operation| operation.path.matches('{').count());
        Self { operations }
    }

    /// Refuses what the documents do not list; `Ok` when the call may go on.
    pub(crate) fn judge(&self, service: Service, call: &Call) -> Result<(), Reply> {
        let path = canonical(service, &call.path);
        let found = self.operations.iter().find(|operation| {
            operation.service == service
                && operation.method == call.method
                && fits(operation.path, &path)
        });
        let Some(operation) = found else {
            return Err(self.unknown(service, &call.method, &path));
        };
        if operation.deprecated {
            return Err(gone(service, &format!("deprecated: {} {}", call.method, operation.path)));
        }
        for (name, _) in &call.query {
            if !operation.query.iter().any(|known| known.trim_end_matches('!') == name) {
                let why =
                    format!("{} {} has no query parameter {name}", call.method, operation.path);
                return Err(bad(service, &why));
            }
        }
        for required in operation.query.iter().filter_map(|name| name.strip_suffix('!')) {
            if call.q(required).is_none() {
                let why =
                    format!("{} {} needs query parameter {required}", call.method, operation.path);
                return Err(bad(service, &why));
            }
        }
        // Version 2 of Jira takes other bodies than the documents, which describe version 3.
        if let (Some(keys), Some(Value::Object(body)), false) =
            (&operation.body, call.json(), call.path.starts_with("/rest/api/2/"))
        {
            let strange = body
                .keys()
                .find(|key| !keys.iter().any(|known| known.trim_end_matches('!') == *key));
            if let Some(key) = strange {
                let why = format!("{} {} has no body key {key}", call.method, operation.path);
                return Err(bad(service, &why));
            }
            let missing = keys
                .iter()
                .filter_map(|key| key.strip_suffix('!'))
                .find(|key| !body.contains_key(*key));
            if let Some(key) = missing {
                let why = format!("{} {} needs body key {key}", call.method, operation.path);
                return Err(bad(service, &why));
            }
        }
        Ok(())
    }

    fn unknown(&self, service: Service, method: &str, path: &str) -> Reply {
        let other = self
            .operations
            .iter()
            .any(|operation| operation.service == service && fits(operation.path, path));
        if other {
            let message = "The requested method is not allowed for this resource";
            return Reply::json(405, &json!({"message": message}))
                .reason(&format!("the documents list {path}, but not with {method}"));
        }
        if service == Service::Confluence && path.starts_with("/rest/api/") {
            return gone(service, &format!("not in the v1 document any more: {method} {path}"));
        }
        not_found(service).reason(&format!("no document lists {method} {path}"))
    }
}

/// The product's 404 for a path it does not have.
pub(crate) fn not_found(service: Service) -> Reply {
    match service {
        Service::Jira => Reply::json(
            404,
            &json!({"errorMessages": ["The requested resource could not be found."], "errors": {}}),
        ),
        Service::Confluence => {
            Reply::json(404, &json!({"statusCode": 404, "message": "Not found"}))
        }
    }
}

fn gone(service: Service, why: &str) -> Reply {
    let body = match service {
        Service::Jira => json!({
            "errorMessages": ["The requested API has been removed. Please use a newer API."],
            "errors": {},
        }),
        Service::Confluence => {
            json!({"statusCode": 410, "message": "This deprecated endpoint has been removed."})
        }
    };
    Reply::json(410, &body).reason(why)
}

fn bad(service: Service, why: &str) -> Reply {
    let body = match service {
        Service::Jira => {
            json!({"errorMessages": ["Invalid request payload. Refer to the REST API documentation and try again."], "errors": {}})
        }
        Service::Confluence => {
            json!({"errors": [{"status": 400, "code": "INVALID_REQUEST_PARAMETER", "title": "Provided value for the request is invalid", "detail": null}]})
        }
    };
    Reply::json(400, &body).reason(why)
}

fn parse(line: &'static str) -> Option<Operation> {
    let mut parts = line.split(" | ");
    let mut head = parts.next()?.split(' ');
    let service = match head.next()? {
        "jira" => Service::Jira,
        "confluence" => Service::Confluence,
        _ => return None,
    };
    let (method, path) = (head.next()?, head.next()?);
    let deprecated = parts.next()?.contains('D');
    let query = parts.next()?.split_whitespace().collect();
    let keys = parts.next()?.trim();
    let body = (keys != "-").then(|| keys.split_whitespace().collect());
    Some(Operation { service, method, path, deprecated, query, body })
}

/// Jira's documents describe version 3; versions 2 and `latest` have the same operations.
fn canonical(service: Service, path: &str) -> String {
    let path = path.strip_suffix('/').unwrap_or(path);
    if service == Service::Jira {
        for version in ["/rest/api/2/", "/rest/api/latest/"] {
            if let Some(rest) = path.strip_prefix(version) {
                return format!("/rest/api/3/{rest}");
            }
        }
    }
    path.to_owned()
}

/// Whether a path has the form of a template; `{x}` stands for one segment.
pub(crate) fn fits(template: &str, path: &str) -> bool {
    let mut have = path.split('/');
    for want in template.split('/') {
        match have.next() {
            Some(segment) if want == segment => {}
            Some(segment) if want.starts_with('{') && !segment.is_empty() => {}
            _ => return false,
        }
    }
    have.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn call(method: &str, path: &str, query: &str, body: &str) -> Call {
        Call {
            method: method.to_owned(),
            path: path.to_owned(),
            query: crate::wire::query_pairs(query),
            headers: Vec::new(),
            body: Bytes::from(body.to_owned()),
            base: String::new(),
            user: String::new(),
            parts: Vec::new(),
        }
    }

    fn status(service: Service, call: &Call) -> u16 {
        Documents::load().judge(service, call).map_or_else(|reply| reply.status, |()| 200)
    }

    #[test]
    fn the_table_holds_all_documents() {
        assert!(Documents::load().operations.len() > 1000);
    }

    #[test]
    fn only_documented_requests_pass() {
        use Service::{Confluence, Jira};
        let cases = [
            (Jira, "GET", "/rest/api/3/issue/PAY-1", "fields=summary", "", 200),
            (Jira, "GET", "/rest/api/2/issue/PAY-1", "", "", 200),
            (Jira, "GET", "/rest/api/3/issue/PAY-1", "field=summary", "", 400),
            (Jira, "GET", "/rest/api/3/search", "jql=x", "", 410),
            (Jira, "GET", "/rest/api/3/nothing", "", "", 404),
            (Jira, "PATCH", "/rest/api/3/issue/PAY-1", "", "", 405),
            (Jira, "POST", "/rest/api/3/search/jql", "", r#"{"jql":"a=b","startAt":0}"#, 400),
            (Confluence, "GET", "/rest/api/content/1", "", "", 410),
            (Confluence, "GET", "/rest/api/search", "", "", 400),
            (Confluence, "GET", "/rest/api/search", "cql=type%3Dpage", "", 200),
            (Confluence, "GET", "/api/v2/pages/1", "body-format=storage", "", 200),
            (Confluence, "GET", "/api/v2/pages/1", "expand=body", "", 400),
        ];
        for (service, method, path, query, body, expected) in cases {
            let call = call(method, path, query, body);
            assert_eq!(status(service, &call), expected, "{method} {path}?{query} {body}");
        }
    }
}
