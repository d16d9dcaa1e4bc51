//! `/rest/servicedeskapi`: requests of Jira Service Management. The paths and bodies are the same
//! on Cloud and Data Center.

use atlassian_http::{ApiPath, ApiRequest, Body, Part};
use serde_json::{Map, Value, json};

/// Service desks of one page of [`list`].
pub const PAGE: u32 = 50;

fn desk(id: &str) -> ApiPath {
    ApiPath::api("/rest/servicedeskapi/servicedesk").segment(id)
}

/// A read that some Data Center versions answer only to callers who opt in to what they call
/// experimental; the header means nothing elsewhere.
fn read(path: ApiPath, action: String) -> ApiRequest {
    ApiRequest::get(path, action).header("x-experimentalapi", "opt-in")
}

fn request(key: &str) -> ApiPath {
    ApiPath::api("/rest/servicedeskapi/request").segment(key)
}

/// Whether an issue is a customer request: 404 says that it is none.
#[must_use]
pub fn get_request(key: &str) -> ApiRequest {
    ApiRequest::get(request(key), format!("find out whether {key} is a service request"))
        .header("x-experimentalapi", "opt-in")
}

/// Adds a comment that the customer sees (`public`) or only the team. The text is sent as it is.
#[must_use]
pub fn add_comment(key: &str, text: &str, public: bool) -> ApiRequest {
    let kind = if public { "a public" } else { "an internal" };
    ApiRequest::post(
        request(key).then("/comment"),
        json!({ "body": text, "public": public }),
        format!("add {kind} comment to service request {key}"),
    )
    .header("x-experimentalapi", "opt-in")
}

/// One comment of a request, with whether the customer sees it.
#[must_use]
pub fn get_comment(key: &str, id: &str) -> ApiRequest {
    ApiRequest::get(
        request(key).then("/comment").segment(id),
        format!("read comment {id} of service request {key}"),
    )
    .header("x-experimentalapi", "opt-in")
}

/// One page of the service desks the caller may see.
#[must_use]
pub fn list(start: u64) -> ApiRequest {
    read(ApiPath::api("/rest/servicedeskapi/servicedesk"), "list service desks".to_owned())
        .query("start", start)
        .query("limit", PAGE)
}

/// One service desk, with the key of its project.
#[must_use]
pub fn get(id: &str) -> ApiRequest {
    read(desk(id), format!("read service desk {id}"))
}

/// One page of the queues of a desk, with the number of their issues.
#[must_use]
pub fn queues(id: &str, start: u64, limit: u32) -> ApiRequest {
    read(desk(id).then("/queue"), format!("list the queues of service desk {id}"))
        .query("start", start)
        .query("limit", limit)
        .query("includeCount", true)
}

/// One queue, with the number of its issues.
#[must_use]
pub fn queue(id: &str, queue: &str) -> ApiRequest {
    read(desk(id).then("/queue").segment(queue), format!("read queue {queue} of service desk {id}"))
        .query("includeCount", true)
}

/// One page of the issues of a queue.
#[must_use]
pub fn queue_issues(id: &str, queue: &str, start: u64, limit: u32) -> ApiRequest {
    read(
        desk(id).then("/queue").segment(queue).then("/issue"),
        format!("list the issues of queue {queue} of service desk {id}"),
    )
    .query("start", start)
    .query("limit", limit)
}

/// One page of the request types of a desk.
#[must_use]
pub fn request_types(id: &str, start: u64, limit: u32) -> ApiRequest {
    read(desk(id).then("/requesttype"), format!("list the request types of service desk {id}"))
        .query("start", start)
        .query("limit", limit)
}

/// The fields that a request of this type takes.
#[must_use]
pub fn request_fields(id: &str, request_type: &str) -> ApiRequest {
    read(
        desk(id).then("/requesttype").segment(request_type).then("/field"),
        format!("list the fields of request type {request_type} of service desk {id}"),
    )
}

/// A customer request to be raised.
#[derive(Clone, Debug, Default)]
pub struct NewRequest<'a> {
    /// Service desk id.
    pub desk: &'a str,
    /// Request type id.
    pub request_type: &'a str,
    /// Values by field id, as Jira takes them.
    pub values: Map<String, Value>,
    /// The customer it is raised for.
    pub on_behalf_of: Option<&'a str>,
    /// Customers who may see it too.
    pub participants: &'a [String],
}

/// Raises a customer request.
#[must_use]
pub fn create(new: &NewRequest<'_>) -> ApiRequest {
    let mut body = Map::new();
    body.insert("serviceDeskId".to_owned(), Value::from(new.desk));
    body.insert("requestTypeId".to_owned(), Value::from(new.request_type));
    body.insert("requestFieldValues".to_owned(), Value::Object(new.values.clone()));
    if let Some(customer) = new.on_behalf_of {
        body.insert("raiseOnBehalfOf".to_owned(), Value::from(customer));
    }
    if !new.participants.is_empty() {
        body.insert("requestParticipants".to_owned(), Value::from(new.participants.to_vec()));
    }
    ApiRequest::post(
        ApiPath::api("/rest/servicedeskapi/request"),
        Value::Object(body),
        format!("raise a request of type {} in service desk {}", new.request_type, new.desk),
    )
    .header("x-experimentalapi", "opt-in")
}

/// A file to be attached to a request.
#[derive(Clone, Debug)]
pub struct RequestFile {
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Content.
    pub content: Vec<u8>,
}

/// Uploads files that belong to no request yet; the answer holds an id for each.
#[must_use]
pub fn upload(id: &str, files: &[RequestFile]) -> ApiRequest {
    let mut request = ApiRequest::post(
        desk(id).then("/attachTemporaryFile"),
        Value::Null,
        format!("upload {} files to service desk {id}", files.len()),
    )
    .header("x-atlassian-token", "no-check")
    .header("x-experimentalapi", "opt-in");
    let parts = files.iter().map(|file| Part {
        name: "file",
        file_name: Some(file.name.clone()),
        media_type: Some(file.media_type.clone()),
        content: file.content.clone().into(),
    });
    request.body = Body::Multipart(parts.collect());
    request
}

/// Attaches uploaded files to a request; `public` shows them to the customer.
#[must_use]
pub fn attach(key: &str, uploaded: &[String], public: bool) -> ApiRequest {
    ApiRequest::post(
        request(key).then("/attachment"),
        json!({ "temporaryAttachmentIds": uploaded, "public": public }),
        format!("attach {} files to service request {key}", uploaded.len()),
    )
    .header("x-experimentalapi", "opt-in")
}

#[cfg(test)]
mod tests {
    use super::{NewRequest, create, queue_issues};
    use atlassian_http::Body;
    use serde_json::json;

    #[test]
    fn a_request_names_only_who_is_given() {
        let plain = NewRequest { desk: "4", request_type: "23", ..NewRequest::default() };
        match create(&plain).body {
            Body::Json(body) => assert_eq!(
                body,
                json!({"serviceDeskId": "4", "requestTypeId": "23", "requestFieldValues": {}})
            ),
            _ => panic!("a creation has a body"),
        }
        let people = ["ada".to_owned()];
        let more = NewRequest { on_behalf_of: Some("bo"), participants: &people, ..plain };
        match create(&more).body {
            Body::Json(body) => {
                assert_eq!(body["raiseOnBehalfOf"], "bo");
                assert_eq!(body["requestParticipants"], json!(["ada"]));
            }
            _ => panic!("a creation has a body"),
        }
    }

    #[test]
    fn ids_stay_in_their_segments() {
        let request = queue_issues("4/..", "1?x", 0, 50);
        assert_eq!(
            request.path.as_str(),
            "/rest/servicedeskapi/servicedesk/4%2F%252E%252E/queue/1%3Fx/issue"
        );
    }
}
