//! `confluence_create_page`.

use super::Wiki;
use atlassian_sandbox::{Fault, Service};
use atlassian_tools::Files;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn markdown_becomes_a_page() {
    for wiki in Wiki::both().await {
        let text = "# One\n\nTwo **three**.\n\n- [x] done\n- [ ] open";
        let given = json!({"space_key": wiki.space, "title": "New", "content": text});
        let answer = wiki.ok("create_page", given).await;
        assert_eq!(answer["message"], json!("Page created successfully"));
        let page = &answer["page"];
        assert!(page.get("content").is_none(), "{page}");
        let id = page["id"].as_str().expect("an id");
        let body = wiki.body(id);
        for part in ["<h1>One</h1>", "<strong>three</strong>", "<ac:task-list>"] {
            assert!(body.contains(part), "{body}");
        }
        assert_eq!((&page["version"], &page["title"]), (&json!(1), &json!("New")));
        assert_eq!(wiki.stored(id)["properties"], json!({}), "no width unless asked for");
        assert_eq!(wiki.writes().len(), 1);
        let given = json!({"space_key": wiki.space, "title": "New 2", "content": "*x*",
                           "include_content": "yes"});
        let answer = wiki.ok("create_page", given).await;
        assert_eq!(answer["page"]["content"], json!({"value": "*x*", "format": "markdown"}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_is_sent_as_it_is() {
    for wiki in Wiki::both().await {
        for (format, content) in
            [("storage", "<p>a&nbsp;<br/></p>"), ("xhtml", "<p>b</p>"), ("wiki", "h1. c")]
        {
            wiki.site.clear_log();
            let given = json!({"space_key": wiki.space, "title": format!("As {format}"),
                               "content": content, "content_format": format});
            wiki.ok("create_page", given).await;
            let sent = wiki.writes()[0].json();
            let (value, representation) = if wiki.is_cloud() {
                (sent["body"]["value"].clone(), sent["body"]["representation"].clone())
            } else {
                let word = if format == "wiki" { "wiki" } else { "storage" };
                let body = &sent["body"][word];
                (body["value"].clone(), body["representation"].clone())
            };
            assert_eq!(value, json!(content));
            let word = if format == "wiki" { "wiki" } else { "storage" };
            assert_eq!(representation, json!(word));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_when_an_argument_is_wrong() {
    for wiki in Wiki::both().await {
        let given = |more: Value| {
            let mut given = json!({"space_key": wiki.space, "title": "Never"});
            for (key, value) in more.as_object().expect("an object") {
                given[key] = value.clone();
            }
            given
        };
        for (more, expected) in [
            (json!({}), "One of 'content' or 'content_file' must be provided."),
            (
                json!({"content": "", "content_file": "x"}),
                "Provide either 'content' or 'content_file', not both.",
            ),
            (
                json!({"content": "x", "content_format": "html"}),
                "Invalid content_format: html. Must be 'markdown', 'wiki', 'storage', or 'xhtml'",
            ),
            (json!({"content": "<p>a", "content_format": "storage"}), "line 1"),
            (json!({"content": "x", "page_width": "huge"}), "full-width, max, default"),
            (json!({"content": "x", "emoji": "memo"}), "emoji"),
            (json!({"content_file": "x.md"}), "reads no local files"),
        ] {
            let error = wiki.err("create_page", given(more)).await;
            assert!(error.contains(expected), "{error}");
        }
        assert!(wiki.lines().is_empty(), "{:?}", wiki.lines());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn emoji_and_width_are_set_when_asked_for() {
    for wiki in Wiki::both().await {
        let given = json!({"space_key": wiki.space, "title": "Looks", "content": "x",
                           "emoji": "🚀", "page_width": "full-width"});
        let answer = wiki.ok("create_page", given).await;
        assert_eq!(answer["page"]["emoji"], json!("🚀"));
        assert_eq!(answer["page"]["page_width"], json!("full-width"));
        let id = answer["page"]["id"].as_str().expect("an id");
        let properties = wiki.stored(id)["properties"].clone();
        for kind in ["published", "draft"] {
            let (emoji, width) =
                (format!("emoji-title-{kind}"), format!("content-appearance-{kind}"));
            assert_eq!(properties[&emoji], json!("1f680"), "{properties}");
            assert_eq!(properties[&width], json!("full-width"), "{properties}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_after_the_page_exists_says_that_it_does() {
    for wiki in Wiki::both().await {
        wiki.site.fault(Fault::on(Service::Confluence, "POST", "/propert").status(403));
        let given =
            json!({"space_key": wiki.space, "title": "Half", "content": "x", "emoji": "🚀"});
        let error = wiki.err("create_page", given).await;
        let id = wiki.site.page_id(wiki.space, "Half").expect("the page exists");
        assert!(error.contains(&format!("Page was created with id {id}")), "{error}");
        assert!(error.contains("403"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_the_parent_that_was_asked_for() {
    for wiki in Wiki::both().await {
        let parent = wiki.page("The parent", "<p>x</p>").await;
        let id = wiki.page_below("The child", "<p>y</p>", Some(&parent)).await;
        assert_eq!(wiki.stored(&id)["parent"], json!(parent));
        let given = json!({"space_key": wiki.space, "title": "By number", "content": "x",
                           "parent_id": parent.parse::<u64>().expect("a number")});
        let answer = wiki.ok("create_page", given).await;
        assert_eq!(answer["page"]["parent_id"], json!(parent));
        let given = json!({"space_key": wiki.space, "title": "Nowhere", "content": "x",
                           "parent_id": "99999999"});
        wiki.err("create_page", given).await;
        assert!(wiki.site.page_id(wiki.space, "Nowhere").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_space_or_parent_outside_the_filter_is_refused() {
    for mut wiki in Wiki::both().await {
        let own = wiki.space;
        wiki.space = wiki.other;
        let foreign = wiki.page("Foreign", "<p>x</p>").await;
        let fenced = wiki.setup.clone().fenced(own);
        let given = json!({"space_key": wiki.other, "title": "Never", "content": "x"});
        let error = fenced.err("confluence_create_page", given).await;
        assert!(error.contains("restricted by configuration"), "{error}");
        assert!(wiki.lines().is_empty());
        let given =
            json!({"space_key": own, "title": "Never", "content": "x", "parent_id": foreign});
        let error = fenced.err("confluence_create_page", given).await;
        assert!(error.contains("restricted by configuration"), "{error}");
        assert!(wiki.writes().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_exists_is_named_with_its_page() {
    for wiki in Wiki::both().await {
        let id = wiki.page("Taken", "<p>x</p>").await;
        let given = json!({"space_key": wiki.space, "title": "Taken", "content": "x"});
        let error = wiki.err("create_page", given).await;
        assert!(error.contains("already exists"), "{error}");
        assert!(error.contains(&format!("page {id}")), "{error}");
        assert_eq!(wiki.writes().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_space_is_answered_with_those_there_are() {
    for wiki in Wiki::both().await {
        let given = json!({"space_key": "NOSUCH", "title": "x", "content": "x"});
        let error = wiki.err("create_page", given).await;
        assert!(error.contains("NOSUCH"), "{error}");
        if wiki.is_cloud() {
            assert!(error.contains(wiki.space) && error.contains(wiki.other), "{error}");
            assert!(wiki.writes().is_empty());
            let lower = json!({"space_key": "eng", "title": "Lower", "content": "x"});
            let answer = wiki.ok("create_page", lower).await;
            assert_eq!(answer["page"]["space"]["key"], json!("ENG"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_read_only_below_their_root() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("it exists");
    std::fs::write(root.join("body.md"), "# From a file").expect("written");
    std::fs::write(root.join("bytes.md"), [0xff, 0xfe]).expect("written");
    for wiki in Wiki::both().await {
        let mut setup = wiki.setup.clone();
        setup.files = Some(Files { root: root.clone() });
        let given = |title: &str, path: &str| json!({"space_key": wiki.space, "title": title, "content_file": path});
        let answer = setup.ok("confluence_create_page", given("Filed", "body.md")).await;
        let body = wiki.body(answer["page"]["id"].as_str().expect("an id"));
        assert!(body.contains("<h1>From a file</h1>"), "{body}");
        wiki.site.clear_log();
        for (path, expected) in [
            ("../x", "Path traversal detected"),
            ("none.md", "does not exist or is not a regular file"),
            ("bytes.md", "not UTF-8"),
        ] {
            let error = setup.err("confluence_create_page", given("Never", path)).await;
            assert!(error.contains(expected), "{error}");
        }
        assert!(wiki.lines().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn live_docs_exist_on_cloud_only() {
    let given = |wiki: &Wiki| json!({"space_key": wiki.space, "title": "Live", "content": "x", "subtype": "live"});
    let wiki = Wiki::cloud().await;
    let answer = wiki.ok("create_page", given(&wiki)).await;
    assert_eq!(answer["page"]["subtype"], json!("live"));
    let wiki = Wiki::data_center().await;
    let error = wiki.err("create_page", given(&wiki)).await;
    assert!(error.contains("subtype is only supported for Confluence Cloud"), "{error}");
    assert!(wiki.lines().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn options_of_markdown_show_in_the_body() {
    for wiki in Wiki::both().await {
        let given = json!({"space_key": wiki.space, "title": "Options",
            "content": "# Deep Dive\n\n[there](#deep-dive)\n\n| a | b |\n|---|---|\n| 1 | 2 |",
            "enable_heading_anchors": true, "table_layout": "wide"});
        let answer = wiki.ok("create_page", given).await;
        let body = wiki.body(answer["page"]["id"].as_str().expect("an id"));
        assert!(body.contains("ac:name=\"anchor\"") && body.contains(">deep-dive<"), "{body}");
        assert!(body.contains("960"), "{body}");
        let given = json!({"space_key": wiki.space, "title": "Ignored", "content": "x",
                           "table_layout": "huge"});
        let answer = wiki.ok("create_page", given).await;
        assert!(answer["warnings"].to_string().contains("full-width, wide or default"), "{answer}");
    }
}
