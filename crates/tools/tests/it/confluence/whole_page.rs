//! A page with everything that storage can hold, through the real tools on both flavours: every
//! macro of content conversion spec section 4.3, macros nobody knows, layouts, merged cells,
//! anchors of inline comments, people, tasks, emoji.

use super::Wiki;
use crate::harness::Setup;
use atlassian_settings::{LossyWrites, Service};
use serde_json::{Value, json};

/// What the page is made of, in order. Some of it is written as Confluence would never write it:
/// whatever its form, it has to stay.
const PARTS: &[&str] = &[
    "<h1>Everything</h1>",
    "<p class=\"auto-cursor-target\">Words <strong>bold</strong>, <em>em</em>, <u>under</u>, \
     <del>gone</del>, <code>a &lt; b</code>, H<sub>2</sub>O, x<sup>2</sup>, \
     <span style=\"color: rgb(255,86,48);\">red</span>, a&nbsp;b &mdash; c.</p>",
    "<ac:structured-macro ac:name=\"toc\" ac:schema-version=\"1\" ac:macro-id=\"m-toc\">\
     <ac:parameter ac:name=\"maxLevel\">3</ac:parameter></ac:structured-macro>",
    "<h2 id=\"code\">Code</h2>",
    "<ac:structured-macro ac:name=\"code\" ac:schema-version=\"1\" ac:macro-id=\"m-code\">\
     <ac:parameter ac:name=\"language\">py</ac:parameter>\
     <ac:parameter ac:name=\"title\">fence.py</ac:parameter>\
     <ac:parameter ac:name=\"linenumbers\">true</ac:parameter>\
     <ac:plain-text-body><![CDATA[if a < b:\n    print(\"```\")\n<h2>Code</h2>]]>\
     </ac:plain-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"noformat\" ac:schema-version=\"1\"><ac:plain-text-body>\
     <![CDATA[as  it\n  is ]]]]><![CDATA[>]]></ac:plain-text-body></ac:structured-macro>",
    "<h2>Boxes</h2>",
    "<ac:structured-macro ac:name=\"info\" ac:schema-version=\"1\" ac:macro-id=\"m-info\">\
     <ac:parameter ac:name=\"title\">Know</ac:parameter><ac:rich-text-body>\
     <p>The one sentence. And another.</p><ul><li>in the box</li></ul></ac:rich-text-body>\
     </ac:structured-macro>",
    "<ac:structured-macro ac:name=\"note\" ac:schema-version=\"1\"><ac:rich-text-body><p>note</p>\
     </ac:rich-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"tip\" ac:schema-version=\"1\"><ac:parameter ac:name=\"icon\">\
     false</ac:parameter><ac:rich-text-body><p>tip</p></ac:rich-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"warning\" ac:schema-version=\"1\"><ac:rich-text-body>\
     <p>warning</p></ac:rich-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"panel\" ac:schema-version=\"1\">\
     <ac:parameter ac:name=\"bgColor\">#deebff</ac:parameter>\
     <ac:parameter ac:name=\"panelIcon\">:rocket:</ac:parameter><ac:rich-text-body><p>panel</p>\
     </ac:rich-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"expand\" ac:schema-version=\"1\" ac:macro-id=\"m-exp\">\
     <ac:parameter ac:name=\"title\">More</ac:parameter><ac:rich-text-body><h3>Inside</h3>\
     <p>hidden words</p></ac:rich-text-body></ac:structured-macro>",
    "<h2>Lozenges</h2>",
    "<p>State: <ac:structured-macro ac:name=\"status\" ac:schema-version=\"1\" \
     ac:macro-id=\"m-st\"><ac:parameter ac:name=\"title\">DONE</ac:parameter>\
     <ac:parameter ac:name=\"colour\">Green</ac:parameter></ac:structured-macro> on \
     <time datetime=\"2026-11-24\" /> by <ac:link><ri:user ri:account-id=\"5b10ac8d82e05b22cc7d0002\" />\
     </ac:link> <ac:emoticon ac:name=\"blue-star\" ac:emoji-shortname=\":rocket:\" \
     ac:emoji-id=\"1f680\" ac:emoji-fallback=\"🚀\" /> <ac:emoticon ac:name=\"thumbs-up\" /></p>",
    "<p><ac:structured-macro ac:name=\"jira\" ac:schema-version=\"1\"><ac:parameter \
     ac:name=\"server\">Jira</ac:parameter><ac:parameter ac:name=\"serverId\">s-1</ac:parameter>\
     <ac:parameter ac:name=\"key\">PAY-1</ac:parameter></ac:structured-macro></p>",
    "<ac:structured-macro ac:name=\"jira\" ac:schema-version=\"1\"><ac:parameter \
     ac:name=\"jqlQuery\">project = PAY</ac:parameter><ac:parameter ac:name=\"columns\">key\
     </ac:parameter></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"children\" ac:schema-version=\"2\"><ac:parameter \
     ac:name=\"depth\">2</ac:parameter></ac:structured-macro>",
    "<p><ac:structured-macro ac:name=\"anchor\" ac:schema-version=\"1\"><ac:parameter \
     ac:name=\"\">here</ac:parameter></ac:structured-macro>anchored</p>",
    "<h2>Tables</h2>",
    "<table data-layout=\"wide\" data-table-width=\"960\" ac:local-id=\"t-1\"><colgroup>\
     <col style=\"width: 226.0px;\" /><col style=\"width: 453.0px;\" /><col /></colgroup><tbody>\
     <tr><th rowspan=\"2\"><p>A</p></th><th colspan=\"2\"><p><strong>B</strong></p></th></tr>\
     <tr><td data-highlight-colour=\"#e3fcef\"><p>first cell</p></td>\
     <td style=\"text-align: right;\"><p>1<br />2</p></td></tr></tbody></table>",
    "<table><tbody><tr><th>Name</th><th>Port</th></tr><tr><td>api</td><td>8080</td></tr>\
     <tr><td><ul><li>x</li></ul></td><td>a|b</td></tr></tbody></table>",
    "<h2>Tasks</h2>",
    "<ac:task-list><ac:task><ac:task-id>7</ac:task-id><ac:task-uuid>u-7</ac:task-uuid>\
     <ac:task-status>incomplete</ac:task-status><ac:task-body>\
     <span class=\"placeholder-inline-tasks\">call</span></ac:task-body></ac:task><ac:task>\
     <ac:task-id>8</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>done\
     </ac:task-body></ac:task></ac:task-list>",
    "<ol start=\"3\"><li><p>three</p><ol><li>a</li></ol></li><li>four</li></ol>",
    "<h2>Links and images</h2>",
    "<p><ac:link><ri:page ri:content-title=\"Onboarding\" ri:version-at-save=\"3\" />\
     <ac:plain-text-link-body><![CDATA[the page]]></ac:plain-text-link-body></ac:link>, \
     <ac:link ac:anchor=\"x\"><ri:page ri:space-key=\"OPS\" ri:content-title=\"Runbook\" />\
     </ac:link>, <a href=\"https://example.com/?a=1&amp;b=2\" data-card-appearance=\"inline\">\
     https://example.com/?a=1&amp;b=2</a></p>",
    "<ac:image ac:align=\"center\" ac:width=\"300\" ac:alt=\"net\"><ri:attachment \
     ri:filename=\"net map.png\" /><ac:caption><p>The net</p></ac:caption></ac:image>",
    "<p><ac:image ac:height=\"20\"><ri:url ri:value=\"https://example.com/i.png\" /></ac:image></p>",
    "<h2>Comments</h2>",
    "<p>Text with <ac:inline-comment-marker ac:ref=\"c-1\">a remark</ac:inline-comment-marker> and \
     <strong>a <ac:inline-comment-marker ac:ref=\"c-2\">second</ac:inline-comment-marker></strong> \
     one.</p>",
    "<h2>Columns</h2>",
    "<ac:layout><ac:layout-section ac:type=\"two_left_sidebar\" ac:breakout-mode=\"wide\" \
     ac:breakout-width=\"960\"><ac:layout-cell><h3>Left</h3><p>left words</p></ac:layout-cell>\
     <ac:layout-cell><p>right words</p><ac:structured-macro ac:name=\"gallery\" \
     ac:schema-version=\"1\" /></ac:layout-cell></ac:layout-section></ac:layout>",
    "<h2>Strangers</h2>",
    "<ac:structured-macro ac:name=\"excerpt\" ac:schema-version=\"1\"><ac:parameter \
     ac:name=\"hidden\">true</ac:parameter><ac:rich-text-body><p>excerpt words</p>\
     </ac:rich-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"details\" ac:schema-version=\"1\"><ac:rich-text-body><table>\
     <tbody><tr><th>Owner</th><td><ac:link><ri:user ri:username=\"mvoss\" /></ac:link></td></tr>\
     </tbody></table></ac:rich-text-body></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"drawio\" ac:schema-version=\"1\" ac:macro-id=\"m-dr\">\
     <ac:parameter ac:name=\"diagramName\">Net</ac:parameter><ac:parameter ac:name=\"revision\">4\
     </ac:parameter></ac:structured-macro>",
    "<ac:structured-macro ac:name=\"include\" ac:schema-version=\"1\"><ac:parameter ac:name=\"\">\
     <ac:link><ri:page ri:content-title=\"Onboarding\" /></ac:link></ac:parameter>\
     </ac:structured-macro>",
    "<ac:structured-macro ac:name=\"nobody-knows-it\" ac:schema-version=\"9\"><ac:parameter \
     ac:name=\"q\">&lt;x&gt;</ac:parameter><ac:plain-text-body><![CDATA[<raw>&]]>\
     </ac:plain-text-body></ac:structured-macro>",
    "<ac:macro ac:name=\"chart\"><ac:parameter ac:name=\"type\">pie</ac:parameter></ac:macro>",
    "<ac:adf-extension><ac:adf-node type=\"panel\"><ac:adf-attribute key=\"panel-type\">note\
     </ac:adf-attribute><ac:adf-content><p>adf note</p></ac:adf-content></ac:adf-node>\
     <ac:adf-fallback><div>adf note</div></ac:adf-fallback></ac:adf-extension>",
    "<blockquote><p>quoted</p></blockquote><hr /><pre>pre  formatted</pre>",
    "<p><ac:placeholder ac:type=\"mention\">who?</ac:placeholder></p><p><br /></p><p />",
    "<h2>Appendix</h2>",
    "<p>The last words.</p>",
];

/// Sentences to change, with what replaces them: one in each kind of container.
const EDITS: &[(&str, &str)] = &[
    ("The one sentence.", "The changed sentence."),
    ("hidden words", "shown words"),
    ("left words", "other words"),
    ("8080", "9090"),
    ("first cell", "first field"),
    ("excerpt words", "excerpt text"),
    ("The last words.", "The very last."),
    ("four", "five"),
];

fn everything() -> String {
    PARTS.concat()
}

/// The page, read as Markdown.
async fn markdown(wiki: &Wiki, id: &str) -> String {
    let read = wiki.ok("get_page", json!({"page_id": id})).await;
    let text = read["metadata"]["content"]["value"].as_str().expect("a body");
    assert!(read["metadata"].get("warnings").is_none(), "{read}");
    text.to_owned()
}

async fn raw(wiki: &Wiki, id: &str) -> String {
    let given = json!({"page_id": id, "convert_to_markdown": false, "include_metadata": false});
    let read = wiki.ok("get_page", given).await;
    read["content"]["value"].as_str().expect("a body").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_sentence_changes_the_bytes_of_its_block_only() {
    for wiki in Wiki::both().await {
        let body = everything();
        let id = wiki.page("Everything", &body).await;
        assert_eq!(raw(&wiki, &id).await, body, "a raw read is the stored bytes");
        let mut strict = wiki.setup.clone();
        strict.lossy = LossyWrites::Refuse;
        let mut expected = body;
        for (old, new) in EDITS {
            let text = markdown(&wiki, &id).await;
            assert_eq!(text.matches(old).count(), 1, "'{old}' stands in the text once:\n{text}");
            let given = json!({"page_id": id, "title": "Everything",
                               "content": text.replace(old, new)});
            let answer = strict.ok("confluence_update_page", given).await;
            assert!(answer.get("conversion_warnings").is_none(), "{old}: {answer}");
            expected = expected.replace(old, new);
            assert_eq!(raw(&wiki, &id).await, expected, "only '{old}' changed");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_without_a_change_keeps_every_byte() {
    for wiki in Wiki::both().await {
        let body = everything();
        let id = wiki.page("Everything", &body).await;
        let text = markdown(&wiki, &id).await;
        let given = json!({"page_id": id, "title": "Everything again", "content": text});
        let answer = wiki.ok("update_page", given).await;
        assert!(answer.get("conversion_warnings").is_none(), "{answer}");
        assert_eq!(answer["page"]["title"], json!("Everything again"));
        assert_eq!(raw(&wiki, &id).await, body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_update_changes_its_section_only() {
    for wiki in Wiki::both().await {
        let body = everything();
        let id = wiki.page("Everything", &body).await;
        let start = body.find("<h2>Tasks</h2>").expect("the section") + "<h2>Tasks</h2>".len();
        let end = body.find("<h2>Links and images</h2>").expect("the next one");
        for (format, content, stored) in [
            ("markdown", "New *words*.", "<p>New <em>words</em>.</p>"),
            ("storage", "<p>raw</p>", "<p>raw</p>"),
        ] {
            let given = json!({"page_id": id, "heading_text": "Tasks", "new_content": content,
                               "content_format": format});
            let answer = wiki.ok("update_page_section", given).await;
            assert_eq!(answer["message"], json!("Section 'Tasks' updated successfully"));
            let now = raw(&wiki, &id).await;
            assert_eq!(now, format!("{}{stored}{}", &body[..start], &body[end..]));
        }
        // A heading inside a layout: the section ends with its cell.
        let before = raw(&wiki, &id).await;
        let given = json!({"page_id": id, "heading_text": "Left", "new_content": "only this"});
        wiki.ok("update_page_section", given).await;
        assert_eq!(raw(&wiki, &id).await, before.replace("<p>left words</p>", "<p>only this</p>"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_section_that_was_read_is_written_back_with_its_macros() {
    for wiki in Wiki::both().await {
        let body = everything();
        let id = wiki.page("Everything", &body).await;
        let given = json!({"page_id": id, "section": "Strangers", "include_metadata": false});
        let read = wiki.ok("get_page", given).await;
        let text = read["content"]["value"].as_str().expect("a section");
        assert!(text.starts_with("## Strangers") && !text.contains("left words"), "{text}");
        let given = json!({"page_id": id, "heading_text": "Strangers",
                           "new_content": text.replace("quoted", "cited")});
        let answer = wiki.ok("update_page_section", given).await;
        assert!(answer.get("conversion_warnings").is_none(), "{answer}");
        assert_eq!(raw(&wiki, &id).await, body.replace("quoted", "cited"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_in_between_is_refused_with_what_changed() {
    for wiki in Wiki::both().await {
        let body = everything();
        let id = wiki.page("Everything", &body).await;
        let text = markdown(&wiki, &id).await;
        // Somebody else: a process that shares nothing with this one.
        let theirs = body.replace("The last words.", "Their last words.");
        let given = json!({"page_id": id, "title": "Everything", "content": theirs,
                           "content_format": "storage"});
        Setup::new(&wiki.site, Service::Confluence).ok("confluence_update_page", given).await;
        wiki.site.clear_log();
        let edited = text.replace("The one sentence.", "The changed sentence.");
        let update = json!({"page_id": id, "title": "Everything", "content": edited});
        let section = json!({"page_id": id, "heading_text": "Tasks", "new_content": "x"});
        for (tool, given) in [("update_page", update), ("update_page_section", section)] {
            let error = wiki.err(tool, given).await;
            assert!(error.contains("you read version 1"), "{tool}: {error}");
            assert!(error.contains("current version is 2"), "{tool}: {error}");
            assert!(error.contains("-The last words."), "{tool}: {error}");
            assert!(error.contains("+Their last words."), "{tool}: {error}");
        }
        assert!(wiki.writes().is_empty());
        assert_eq!(raw(&wiki, &id).await, theirs);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_raw_update_drops_is_named_or_the_update_refused() {
    for wiki in Wiki::both().await {
        let body = everything();
        let id = wiki.page("Everything", &body).await;
        let mut strict = wiki.setup.clone();
        strict.lossy = LossyWrites::Refuse;
        for (format, content) in
            [("storage", "<p>short</p>"), ("wiki", "short"), ("markdown", "short")]
        {
            let given = json!({"page_id": id, "title": "Everything", "content": content,
                               "content_format": format});
            let error = strict.err("confluence_update_page", given).await;
            assert!(error.contains("ATLASSIAN_LOSSY_WRITES=refuse"), "{format}: {error}");
            for name in ["drawio", "nobody-knows-it", "net map.png", "a remark"] {
                assert!(error.contains(name), "{format} names {name}: {error}");
            }
            assert!(wiki.writes().is_empty(), "{format}");
        }
        let kept = body.replace("<p>The last words.</p>", "<p>Raw words.</p>");
        let given = json!({"page_id": id, "title": "Everything", "content": kept,
                           "content_format": "storage"});
        strict.ok("confluence_update_page", given).await;
        let given = json!({"page_id": id, "title": "Everything", "content": "<p>short</p>",
                           "content_format": "storage"});
        let answer: Value = wiki.ok("update_page", given).await;
        let told = answer["conversion_warnings"].to_string();
        assert!(told.contains("drawio") && told.contains("second"), "{answer}");
        assert_eq!(raw(&wiki, &id).await, "<p>short</p>");
    }
}
