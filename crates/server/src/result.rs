//! An outcome as a tool result.

use crate::tool::instance_meta;
use atlassian_instances::Outcome;
use atlassian_tools::{Answer, Content};
use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use serde_json::Value;

/// The result of a call: the document as compact JSON text and as `structuredContent`, then images
/// and files; a failure is `isError` and never a protocol error (server spec section 6).
pub(crate) fn of(outcome: &Outcome) -> CallToolResult {
    let mut result = match &outcome.answer {
        Ok(answer) => shown(answer),
        Err(text) => CallToolResult::error(vec![ContentBlock::text(text.clone())]),
    };
    result.meta = outcome.instance.as_ref().map(|id| instance_meta(id.name.as_str()));
    result
}

fn shown(answer: &Answer) -> CallToolResult {
    let mut content = Vec::with_capacity(1 + answer.content.len());
    // A result that is nothing but files has no document to show (confluence spec section 7.4).
    if !answer.json.is_null() || answer.content.is_empty() {
        content.push(ContentBlock::text(answer.json.to_string()));
    }
    content.extend(answer.content.iter().map(block));
    let mut result = CallToolResult::success(content);
    result.is_error = Some(answer.failed);
    result.structured_content = answer.structured().map(Value::Object);
    result
}

fn block(content: &Content) -> ContentBlock {
    match content {
        Content::Image { base64, media_type } => ContentBlock::image(base64, media_type),
        Content::File { uri, base64, media_type } => {
            ContentBlock::resource(ResourceContents::blob(base64, uri).with_mime_type(media_type))
        }
        Content::Text(text) => ContentBlock::text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::of;
    use atlassian_instances::Outcome;
    use atlassian_settings::{InstanceId, Service};
    use atlassian_tools::{Answer, Content};
    use serde_json::json;

    fn wire(answer: Result<Answer, String>, instance: Option<InstanceId>) -> serde_json::Value {
        serde_json::to_value(of(&Outcome { answer, instance })).expect("json")
    }

    #[test]
    fn a_list_is_wrapped_only_in_structured_content() {
        let result = wire(Ok(Answer::json(json!([1, "ä"]))), None);
        assert_eq!(result["content"], json!([{ "type": "text", "text": "[1,\"ä\"]" }]));
        assert_eq!(result["structuredContent"], json!({ "result": [1, "ä"] }));
        assert_eq!(result["isError"], json!(false));
        assert!(result.get("_meta").is_none());
    }

    #[test]
    fn a_failure_keeps_its_document_and_names_its_instance() {
        let id = InstanceId::primary(Service::Jira);
        let result = wire(Ok(Answer::failure(json!({ "error": "gone" }))), Some(id));
        assert_eq!(result["isError"], json!(true));
        assert_eq!(result["structuredContent"], json!({ "error": "gone" }));
        assert_eq!(result["_meta"], json!({ "io.github.atlassian-mcp/instance": "primary" }));
        let refused = wire(Err("Unknown tool: x".to_owned()), None);
        assert_eq!(refused["content"][0]["text"], json!("Unknown tool: x"));
        assert_eq!(refused["isError"], json!(true));
        assert!(refused.get("structuredContent").is_none());
    }

    #[test]
    fn files_follow_the_summary() {
        let mut answer = Answer::json(json!({ "success": true }));
        answer.content_only = true;
        answer.content = vec![
            Content::Image { base64: "aQ==".into(), media_type: "image/png".into() },
            Content::File {
                uri: "attachment:///PAY-1/a.bin".into(),
                base64: "Yg==".into(),
                media_type: "application/zip".into(),
            },
            Content::Text("more".into()),
        ];
        let result = wire(Ok(answer), None);
        assert!(result.get("structuredContent").is_none());
        assert_eq!(
            result["content"][1],
            json!({ "type": "image", "data": "aQ==", "mimeType": "image/png" })
        );
        assert_eq!(result["content"][2]["resource"]["uri"], json!("attachment:///PAY-1/a.bin"));
        assert_eq!(result["content"][2]["resource"]["mimeType"], json!("application/zip"));
        assert_eq!(result["content"][2]["resource"]["blob"], json!("Yg=="));
        assert_eq!(result["content"][3]["text"], json!("more"));
    }
}
