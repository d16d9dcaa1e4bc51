//! JSON-RPC replies to what is no MCP message.

use serde_json::{Value, json};

/// JSON-RPC code for bytes that are no JSON.
pub(crate) const PARSE_ERROR: i32 = -32700;
/// JSON-RPC code for JSON that is no message.
pub(crate) const INVALID_REQUEST: i32 = -32600;
/// JSON-RPC code for a request whose parameters have the wrong form.
const INVALID_PARAMS: i32 = -32602;
/// JSON-RPC code for a failure of ours.
pub(crate) const INTERNAL_ERROR: i32 = -32603;

/// An error reply; `id` is null when the request's id could not be read (JSON-RPC 2.0 section 5).
pub(crate) fn error(id: &Value, code: i32, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

/// Bytes without a leading byte order mark, which JSON readers may ignore (RFC 8259 section 8.1).
pub(crate) fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// The reply to bytes that could not be read as an MCP message; `None` when they are a notification,
/// which is never answered.
pub(crate) fn objection(bytes: &[u8]) -> Option<Value> {
    let value: Value = match serde_json::from_slice(without_bom(bytes)) {
        Ok(value) => value,
        Err(problem) => {
            return Some(error(&Value::Null, PARSE_ERROR, &format!("Parse error: {problem}")));
        }
    };
    match &value {
        Value::Array(_) => Some(error(
            &Value::Null,
            INVALID_REQUEST,
            "Invalid request: batches are not supported; send one message at a time",
        )),
        Value::Object(message) => {
            let id = message.get("id").filter(|id| id.is_string() || id.is_i64() || id.is_u64());
            if !message.contains_key("id") && message.get("method").is_some_and(Value::is_string) {
                return None;
            }
            let called = id.is_some() && message.get("method").is_some_and(Value::is_string);
            let (code, text) = if called && message.get("params").is_some_and(|p| !p.is_object()) {
                (INVALID_PARAMS, "Invalid parameters: params is a JSON object")
            } else {
                (
                    INVALID_REQUEST,
                    "Invalid request: this is no JSON-RPC 2.0 request, notification or response",
                )
            };
            Some(error(id.unwrap_or(&Value::Null), code, text))
        }
        _ => Some(error(
            &Value::Null,
            INVALID_REQUEST,
            "Invalid request: a message is a JSON object",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::objection;
    use serde_json::Value;

    fn reply(text: &str) -> (i64, Value) {
        let reply = objection(text.as_bytes()).expect("a reply");
        (reply["error"]["code"].as_i64().expect("code"), reply["id"].clone())
    }

    #[test]
    fn each_kind_of_garbage_has_its_answer() {
        assert_eq!(reply("no json"), (-32700, Value::Null));
        assert_eq!(reply("{\"jsonrpc\":\"2.0\",\"id\":1,"), (-32700, Value::Null));
        assert_eq!(reply("[]"), (-32600, Value::Null));
        assert_eq!(reply("7"), (-32600, Value::Null));
        assert_eq!(reply("{\"id\":7}"), (-32600, Value::from(7)));
        assert_eq!(reply("{\"id\":{},\"method\":\"ping\",\"jsonrpc\":\"1.0\"}").0, -32600);
        assert!(objection(b"{\"method\":\"notifications/cancelled\"}").is_none());
    }

    #[test]
    fn the_reply_does_not_repeat_what_was_sent() {
        let reply = objection(b"{\"token\": canary-value}").expect("a reply");
        assert!(!reply.to_string().contains("canary"), "{reply}");
    }
}
