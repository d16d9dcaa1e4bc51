//! The Forms API of Jira Cloud (`https://api.atlassian.com/jira/forms/cloud/{cloudId}`), and the
//! cloud id of a site.

use atlassian_http::{ApiPath, ApiRequest, Base};
use serde_json::{Map, Value, json};

/// The cloud id of the site, told by the site itself: `{"cloudId": ".."}`.
#[must_use]
pub fn tenant() -> ApiRequest {
    ApiRequest::get(ApiPath::on(Base::Site, "/_edge/tenant_info"), "find the cloud id of the site")
}

/// `told` is the cloud id that [`tenant`] told, for instances without a configured one.
fn forms(told: Option<&str>, key: &str) -> ApiPath {
    let base = match told {
        Some(id) => ApiPath::on(Base::FormsOfSite, "").segment(id),
        None => ApiPath::on(Base::Forms, ""),
    };
    base.then("/issue").segment(key).then("/form")
}

/// The forms of an issue.
#[must_use]
pub fn list(told: Option<&str>, key: &str) -> ApiRequest {
    ApiRequest::get(forms(told, key), format!("list the forms of issue {key}"))
}

/// One form with its design, its state and the answers given.
#[must_use]
pub fn get(told: Option<&str>, key: &str, form: &str) -> ApiRequest {
    ApiRequest::get(forms(told, key).segment(form), format!("read form {form} of issue {key}"))
}

/// Sets answers by question id; the others stay as they are.
#[must_use]
pub fn answer(
    told: Option<&str>,
    key: &str,
    form: &str,
    answers: &Map<String, Value>,
) -> ApiRequest {
    ApiRequest::put(
        forms(told, key).segment(form),
        json!({ "answers": answers }),
        format!("answer form {form} of issue {key}"),
    )
}

#[cfg(test)]
mod tests {
    use super::get;
    use atlassian_http::Base;

    #[test]
    fn the_cloud_id_is_in_the_base_or_in_the_path() {
        let configured = get(None, "SUP-1", "a/b");
        assert_eq!(configured.path.base(), Base::Forms);
        assert_eq!(configured.path.as_str(), "/issue/SUP-1/form/a%2Fb");
        let told = get(Some("id-1"), "SUP-1", "f");
        assert_eq!(told.path.base(), Base::FormsOfSite);
        assert_eq!(told.path.as_str(), "/id-1/issue/SUP-1/form/f");
    }
}
