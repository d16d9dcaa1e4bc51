//! The record of what reached a site, for assertions and for the judge of Cloud traffic.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::site::Flavour;
use crate::wire::Service;

/// One request that reached a site, whatever became of it.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub(crate) number: u64,
    /// Upper-case method.
    pub method: String,
    /// Path as it came in, without query, including context path, `/wiki` or gateway prefix.
    pub path: String,
    /// Path below the product's base: `/rest/api/3/issue/PAY-1`, the same for every way in.
    pub product_path: String,
    /// Decoded query pairs in the order sent.
    pub query: Vec<(String, String)>,
    /// Header names in lower case with their values, `authorization` included.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Bytes,
    /// Status of the answer; 0 while there is none (hanging, reset, caller gone).
    pub status: u16,
    /// The body of the answer, as far as there was one.
    pub answer: Bytes,
    /// Whether a planted fault made the answer.
    pub fault: bool,
    /// The product asked.
    pub service: Service,
    /// Whether it came through the OAuth gateway.
    pub via_gateway: bool,
    /// Name of the site that was asked.
    pub site: String,
    /// Cloud or Data Center.
    pub flavour: Flavour,
}

impl Recorded {
    /// First value of a query parameter.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Value of a header, any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The body as JSON, `Null` when it is empty or no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// `METHOD /product/path`, the short form most assertions want.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.product_path)
    }

    /// Whether the request was for a product; those to the media host and the OAuth server are
    /// no part of the documented operations.
    #[must_use]
    pub fn documented(&self) -> bool {
        let path = self.product_path.as_str();
        !path.starts_with("/media/") && !matches!(path, "/oauth/token" | "/authorize")
    }

    /// One line of the log that a checker of Cloud traffic reads: method, path (gateway prefix
    /// replaced by the site's own form, Confluence below `/wiki`), query pairs, body, status, and
    /// the answer as far as it is JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let path = match self.service {
            // The Forms API has no form of the site's own.
            _ if self.product_path.starts_with("/jira/forms/") => self.path.clone(),
            Service::Confluence => format!("/wiki{}", self.product_path),
            Service::Jira => self.product_path.clone(),
        };
        let answer: Option<Value> = serde_json::from_slice(&self.answer).ok();
        let response = match answer {
            Some(json) => json!({"json": json}),
            None => json!({"size": self.answer.len()}),
        };
        json!({
            "site": self.site,
            "flavour": match self.flavour {
                Flavour::Cloud => "cloud",
                Flavour::DataCenter => "dc",
            },
            "service": self.service.name(),
            "method": self.method,
            "path": path,
            "query": self.query.iter().map(|(n, v)| json!([n, v])).collect::<Vec<_>>(),
            "body": self.json(),
            "status": self.status,
            "gateway": self.via_gateway,
            "fault": self.fault,
            "response": response,
        })
    }
}
