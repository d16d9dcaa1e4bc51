//! A tool that is hidden is one that does not exist, however it was hidden and whoever calls it.

use super::door::{Standing, ground};
use crate::stage::Stage;
use atlassian_settings::{Exposure, Service};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Each standing meets one part of the ways to hide, and the next one another.
const PARTS: usize = 5;

type Hide = fn(&mut Stage, &str, &str);

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn exposure<'a>(stage: &'a mut Stage, service: Service, instance: &str) -> &'a mut Exposure {
    &mut stage.instance(service, instance).exposure
}

/// Ways for an operator to hide the writing of comments of an instance: the registered name of the
/// tool is the third argument.
const OF_OPERATORS: &[(&str, Hide)] = &[
    ("read-only", |stage, instance, _| {
        for service in Service::ALL {
            exposure(stage, service, instance).read_only = true;
        }
    }),
    ("toolsets", |stage, instance, _| {
        for service in Service::ALL {
            exposure(stage, service, instance).toolsets =
                Some(set(&["jira_issues", "confluence_pages"]));
        }
    }),
    ("an unknown toolset", |stage, instance, _| {
        for service in Service::ALL {
            exposure(stage, service, instance).toolsets = Some(set(&["Jira_Comments"]));
        }
    }),
    ("enabled tools", |stage, instance, _| {
        for service in Service::ALL {
            exposure(stage, service, instance).enabled_tools =
                Some(set(&["jira_search", "confluence_search"]));
        }
    }),
    ("disabled tools", |stage, instance, tool| {
        for service in Service::ALL {
            exposure(stage, service, instance).disabled_tools = set(&[tool]);
        }
    }),
    ("disabled beats enabled", |stage, instance, tool| {
        for service in Service::ALL {
            exposure(stage, service, instance).disabled_tools = set(&[tool]);
            exposure(stage, service, instance).enabled_tools = Some(set(&[tool]));
        }
    }),
    ("visible instances", |stage, instance, _| {
        let other = if instance == "primary" { "staging" } else { "primary" };
        stage.server.instances = Some(set(&[other]));
    }),
];

/// Ways for a request to give it up.
const OF_REQUESTS: &[(&str, &str)] = &[
    ("x-atlassian-read-only", "true"),
    ("x-atlassian-toolsets", "jira_issues,confluence_pages"),
    ("x-atlassian-toolsets", "no_such"),
    ("x-atlassian-enabled-tools", "jira_search,confluence_search"),
    ("x-atlassian-disabled-tools", "jira_add_comment,confluence_add_comment"),
    ("x-atlassian-instances", "nowhere"),
];

fn comment(service: Service, primary: bool) -> (&'static str, Value) {
    match (service, primary) {
        (Service::Jira, true) => ("jira_add_comment", json!({ "issue_key": "PAY-7", "body": "x" })),
        (Service::Jira, false) => {
            ("jira_add_comment", json!({ "issue_key": "DEPOT-5", "body": "x" }))
        }
        (Service::Confluence, _) => {
            ("confluence_add_comment", json!({ "page_id": "1", "body": "x" }))
        }
    }
}

async fn is_unknown(
    standing: &Standing,
    stage: &mut Stage,
    service: Service,
    more: &[(&str, &str)],
    mode: &str,
) {
    let mut door = standing.open_with(stage, service, more).await;
    stage.sandbox.sites().iter().for_each(atlassian_sandbox::Site::clear_log);
    let (tool, arguments) = comment(service, standing.kind.instance == "primary");
    let tool = standing.kind.tool(tool);
    let place = format!("{mode}, {}: {tool}", standing.place());
    assert!(!door.list().await.contains(&tool), "{place} is listed");
    // Under its name, under the doubled name of a named instance, and in other spellings.
    let doubled = tool.replacen("_staging_", &format!("_{}_staging_", service.word()), 1);
    for name in [tool.clone(), doubled, tool.to_uppercase(), format!("{tool}_")] {
        let answer = door.call(&name, arguments.clone()).await;
        assert_eq!(answer.text, format!("Unknown tool: {name}"), "{place}");
        assert!(answer.error, "{place}");
    }
    let seen = stage.sandbox.sites().iter().map(|site| site.log().len()).sum::<usize>();
    assert_eq!(seen, 0, "{place} asked for something");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_the_operator_hid_is_unknown_to_everybody() {
    let mut stage = ground().await;
    for service in Service::ALL {
        for (turn, standing) in Standing::all().into_iter().enumerate() {
            let (tool, _) = comment(service, true);
            let tool = standing.kind.tool(tool);
            let mut open = standing.open(&mut stage, service).await;
            assert!(open.list().await.contains(&tool), "{}: shown at first", standing.place());
            for (mode, hide) in OF_OPERATORS.iter().skip(turn % PARTS).step_by(PARTS) {
                hide(&mut stage, standing.kind.instance, &tool);
                is_unknown(&standing, &mut stage, service, &[], mode).await;
                stage.server.instances = None;
                stage.instances.iter_mut().for_each(|config| config.exposure = Exposure::default());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_a_request_gave_up_is_unknown_to_it() {
    let mut stage = ground().await;
    for service in Service::ALL {
        for (turn, standing) in Standing::over_http().into_iter().enumerate() {
            for (header, value) in OF_REQUESTS.iter().skip(turn % PARTS).step_by(PARTS) {
                let mode = format!("{header}: {value}");
                is_unknown(&standing, &mut stage, service, &[(header, value)], &mode).await;
            }
        }
    }
}

/// What a request says can only take away.
#[tokio::test(flavor = "multi_thread")]
async fn no_header_brings_a_hidden_tool_back() {
    let mut stage = ground().await;
    stage.instances.iter_mut().for_each(|config| config.exposure.read_only = true);
    let widening = [
        ("x-atlassian-read-only", "false"),
        ("x-atlassian-enabled-tools", "jira_add_comment,jira_staging_add_comment"),
        ("x-atlassian-toolsets", "all"),
        ("x-atlassian-instances", "primary,staging"),
    ];
    for (turn, standing) in Standing::over_http().into_iter().enumerate() {
        for header in widening.into_iter().skip(turn % 4).step_by(4) {
            let mode = format!("{header:?}");
            is_unknown(&standing, &mut stage, Service::Jira, &[header], &mode).await;
        }
    }
}
