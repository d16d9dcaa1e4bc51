//! `/rest/api/{2,3}/version`: the versions that issues are fixed in.

use crate::version::platform;
use atlassian_http::{ApiPath, ApiRequest};
use atlassian_settings::Deployment;
use serde_json::{Map, Value};

fn version(deployment: Deployment, id: &str) -> ApiPath {
    platform(deployment).then("/version").segment(id)
}

/// One version; the answer holds the id of its project.
#[must_use]
pub fn get(deployment: Deployment, id: &str) -> ApiRequest {
    ApiRequest::get(version(deployment, id), format!("read version {id}"))
}

/// Creates a version: `fields` beside `project` and `name` are `startDate`, `releaseDate`,
/// `description`.
#[must_use]
pub fn create(
    deployment: Deployment,
    project: &str,
    name: &str,
    fields: Map<String, Value>,
) -> ApiRequest {
    let mut body = Map::new();
    body.insert("project".to_owned(), Value::from(project));
    body.insert("name".to_owned(), Value::from(name));
    body.extend(fields);
    ApiRequest::post(
        platform(deployment).then("/version"),
        Value::Object(body),
        format!("create version {name} in project {project}"),
    )
}

/// Changes the given fields of a version.
#[must_use]
pub fn update(deployment: Deployment, id: &str, fields: Map<String, Value>) -> ApiRequest {
    ApiRequest::put(version(deployment, id), Value::Object(fields), format!("update version {id}"))
}

#[cfg(test)]
mod tests {
    use super::{create, get};
    use atlassian_http::Body;
    use atlassian_settings::Deployment;
    use serde_json::{Map, Value, json};

    #[test]
    fn a_creation_names_its_project() {
        let fields = Map::from_iter([("description".to_owned(), Value::from("d"))]);
        match create(Deployment::Cloud, "PAY", "1.0", fields).body {
            Body::Json(body) => {
                assert_eq!(body, json!({"project": "PAY", "name": "1.0", "description": "d"}));
            }
            _ => panic!("a creation has a body"),
        }
    }

    #[test]
    fn an_id_stays_in_its_segment() {
        let request = get(Deployment::DataCenter, "1/../../project");
        assert!(request.path.as_str().starts_with("/rest/api/2/version/1%2F"));
    }
}
