//! What proves what: the acceptance checklist of the server (server spec section 12), and the table
//! of attacks in `docs/src/security.md`. Each line names the tests that prove it; here it is checked
//! that they exist, so that a renamed or removed test is missed.

use crate::process::{StdioSession, run, variables};
use crate::sites::Sites;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A line of the checklist: what it asks for, and the tests for each part of it.
type Line = (&'static str, &'static [&'static str]);

const CHECKLIST: [Line; 10] = [
    (
        "1. flags, precedence, exit codes; SIGTERM and a closed stdin end it with 0; stdout holds \
         only JSON-RPC at every log setting",
        &[
            "every_flag_sets_known_variables",
            "flags_beat_the_file_and_the_file_beats_the_environment",
            "flags_work_before_and_after_a_subcommand",
            "the_last_of_a_switch_and_its_negation_wins",
            "wrong_usage_and_wrong_configuration_are_exit_code_2",
            "a_port_in_use_is_a_sentence_and_exit_code_1",
            "signals_end_it_with_success",
            "a_closed_stdin_ends_it_with_success_before_and_after_the_handshake",
            "nothing_but_the_protocol_reaches_stdout_at_any_log_level",
        ],
    ),
    (
        "2. without configuration it starts with no tools, and calls say what is missing",
        &[
            "without_any_configuration_it_starts_and_says_what_is_missing",
            "a_product_that_is_not_configured_says_what_is_missing",
            "nothing_configured",
        ],
    ),
    (
        "3. counts of tools by product, deployment, toolsets, read-only and lists",
        &[
            "as_many_tools_are_listed_as_before",
            "all_tools_of_jira_are_listed_and_on_data_center_all_but_two",
            "read_only_hides_every_write_and_nothing_else",
            "unknown_toolsets_leave_nothing_and_are_told",
        ],
    ),
    (
        "4. kinds of credentials on Cloud and Data Center, what goes over the wire, custom headers, \
         proxies and their bypass, OAuth renewal with the file written again (0600, 0700)",
        &[
            "on_cloud",
            "on_data_center",
            "each_credential_has_its_header",
            "oauth_on_cloud_goes_through_the_gateway_and_other_kinds_do_not",
            "custom_headers_win_over_ours_and_passed_ones_over_all",
            "plain_requests_go_to_the_proxy_with_its_credentials",
            "the_bypass_list_leads_past_the_proxy",
            "a_hundred_calls_wait_for_one_renewal_which_is_kept",
            "files_are_closed_to_others_and_open_ones_are_repaired",
            "a_login_is_kept_used_told_and_forgotten",
        ],
    ),
    (
        "5. every refusal over HTTP with status and JSON; every case of whose credential is used, as \
         the site sees it; switching from request to request within a session",
        &[
            "the_table_of_refusals",
            "an_address_that_requests_may_not_name_is_refused_with_its_reason",
            "the_table_of_header_combinations",
            "the_operators_credentials_are_lent_only_where_allowed",
            "ignored_headers_are_not_looked_at",
            "passed_on_headers_identify_a_caller_of_an_external_instance",
            "an_external_instance_without_an_address_takes_the_one_of_the_request",
            "sites_are_switched_from_request_to_request_within_a_session",
        ],
    ),
    (
        "6. the shape of results, of those with files too; texts of errors; -32602 and -32601",
        &[
            "a_list_is_wrapped_only_in_structured_content",
            "files_follow_the_summary",
            "a_file_comes_back_as_it_went",
            "every_failure_is_an_error_that_says_what_and_where",
            "an_unknown_argument_or_a_wrong_type_never_reaches_the_instance",
            "an_unknown_tool_is_a_result_with_an_error",
            "wrong_parameters_and_unknown_methods_have_their_codes",
        ],
    ),
    (
        "7. 429 with `Retry-After` in each form, 503 and then 200, a server that hangs, \
         cancellation, and other calls going on meanwhile",
        &[
            "retry_after_is_read_in_both_forms",
            "reads_are_repeated_after_passing_trouble",
            "a_long_pause_is_reported_at_once_with_its_number",
            "attempts_end",
            "a_server_that_hangs_is_an_error_within_the_timeout",
            "a_cancelled_call_lets_go_of_its_request",
            "a_cancelled_call_stops_and_is_not_answered",
            "a_dead_instance_costs_the_others_nothing",
        ],
    ),
    (
        "8. redirects: same origin, relative, to another origin without credentials and headers, to \
         metadata never, to private hosts only when they are one's own",
        &[
            "reads_follow_within_the_origin_with_their_credentials",
            "another_origin_gets_nothing_at_all",
            "a_media_host_is_asked_without_credentials_and_custom_headers",
            "a_redirect_leads_a_caller_nowhere_else",
            "a_redirect_carries_no_credential_and_no_header_to_another_place",
        ],
    ),
    (
        "9. many instances: each tool reaches its own site with its own credential; gaps, names, \
         aliases, partial configuration, no primary, rules of each; headers for each; one down; \
         field ids of each; nothing of one in anything of another",
        &[
            "over_stdio_each_tool_reaches_only_its_own_site_with_its_own_credential",
            "over_http_each_tool_reaches_only_its_own_site_with_its_own_credential",
            "gaps_and_both_services_in_order",
            "a_prefix_says_the_service_once",
            "numbered_instances_are_named_in_tool_title_and_description",
            "names_are_refused_with_the_rule_and_a_spelling_that_works",
            "of_two_equal_names_the_lower_number_wins",
            "an_address_without_credentials_is_skipped_with_the_list_of_what_would_do",
            "only_a_third_instance_works_under_its_own_prefix",
            "lists_name_plain_or_prefixed_tools",
            "read_only_is_on_if_either_says_so",
            "an_instance_is_addressed_by_its_name_in_any_spelling",
            "authorization_reaches_the_primary_only",
            "the_breaker_opens_for_its_own_instance_only",
            "a_dead_instance_costs_the_others_nothing",
            "each_instance_has_its_own_field_ids",
            "errors_of_one_site_name_no_other",
            "no_secret_comes_out_over_stdio",
        ],
    ),
    (
        "10. without numbered variables the list is that of a single instance",
        &[
            "a_single_instance_has_plain_names_and_texts",
            "one_jira",
            "names_schemas_toolsets_and_hints_are_those_of_the_reference",
        ],
    ),
];

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the root").to_owned()
}

/// The names of all tests of the crates.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                collect(&fs::read_to_string(&path).expect("a source file"), &mut names);
            }
        }
    }
    names
}

/// The functions that stand under a test attribute.
fn collect(source: &str, names: &mut BTreeSet<String>) {
    let mut is_test = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, rest)) = line.split_once("fn ").filter(|_| is_test) {
            names.insert(rest.split('(').next().unwrap_or_default().to_owned());
            is_test = false;
        } else if !line.starts_with("#[") && !line.starts_with("//") && !line.is_empty() {
            // Tests of `proptest!` have their function right below the attribute as well.
            is_test &= line.starts_with("fn ");
        }
    }
}

#[test]
fn every_line_of_the_checklist_has_its_tests() {
    let tests = tests();
    assert!(tests.len() > 500, "{} tests were found", tests.len());
    let missing: Vec<&str> = CHECKLIST
        .iter()
        .flat_map(|(_, proofs)| proofs.iter())
        .filter(|proof| !tests.contains(**proof))
        .copied()
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
    for (number, (line, proofs)) in CHECKLIST.iter().enumerate() {
        assert!(line.starts_with(&format!("{}. ", number + 1)) && proofs.len() > 1, "{line}");
    }
}

/// Classes of attack that the table must have (issue 6, "Must show").
const CLASSES: &[&str] = &[
    "Path traversal",
    "Local files",
    "SSRF by header",
    "SSRF by redirect",
    "DNS rebinding",
    "Parsers that differ",
    "Garbage or missing token",
    "Hidden tool",
    "Projects and spaces filter",
    "JQL and CQL",
    "Ids as paths",
    "Host by part of a word",
    "Tokens in logs",
    "Readable token files",
    "Markup in pages",
    "Invisible characters",
    "Hostile bodies",
    "Custom headers",
    "Session hijack",
    "Confused deputy",
];

#[test]
fn every_attack_of_the_table_has_its_tests() {
    let tests = tests();
    let page = fs::read_to_string(root().join("docs/src/security.md")).expect("the page");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| **"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let mut problems = Vec::new();
    for class in CLASSES {
        if !rows.iter().any(|row| row[0].contains(class)) {
            problems.push(format!("no row for {class}"));
        }
    }
    for row in &rows {
        assert_eq!(row.len(), 3, "{row:?}");
        let named: Vec<&str> = row[2].split('`').skip(1).step_by(2).collect();
        if named.is_empty() {
            problems.push(format!("{} names no test", row[0]));
        }
        let gone = named.iter().filter(|name| !tests.contains(**name));
        problems.extend(gone.map(|name| format!("{}: {name} is no test", row[0])));
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

/// The same name is another field at another site: what is remembered of one is not used for the
/// other (server spec section 11.7).
#[tokio::test(flavor = "multi_thread")]
async fn each_instance_has_its_own_field_ids() {
    let sites = Sites::start().await;
    let mut session = StdioSession::start(&sites.variables(), &[]);
    let targets = [
        (sites.cloud(), "jira_update_issue", "PAY-2", "Story Points"),
        (sites.dc(), "jira_staging_update_issue", "DEPOT-2", "Story Points"),
    ];
    let ids = targets.each_ref().map(|(site, _, _, name)| site.field_id(name).expect("a field"));
    assert_ne!(ids[0], ids[1], "the sites were made to differ");
    for round in 1..3 {
        for ((site, tool, key, name), id) in targets.iter().zip(&ids) {
            let arguments =
                json!({ "issue_key": key, "fields": {}, "additional_fields": { (*name): round } });
            let (failed, text) = session.call(tool, arguments);
            assert!(!failed, "{tool}: {text}");
            let stored = site.issue(key).expect("an issue")["fields"][id].as_f64();
            assert_eq!(stored, Some(f64::from(round)), "{tool} wrote to {id}");
        }
    }
}

/// Certificates and keys are looked at when the server starts, and cost only the instance that names
/// them (server spec sections 10.18 and 11.4).
#[test]
fn a_certificate_that_cannot_be_used_skips_its_instance_at_start() {
    let given = variables(&[
        ("JIRA_URL", "https://acme.atlassian.net"),
        ("JIRA_USERNAME", "ann@acme.example"),
        ("JIRA_API_TOKEN", "canary"),
        ("JIRA_2_INSTANCE_NAME", "old"),
        ("JIRA_2_URL", "https://jira.corp.example"),
        ("JIRA_2_PERSONAL_TOKEN", "canary"),
        ("JIRA_2_CLIENT_CERT", "/nonexistent/client.p12"),
        ("CONFLUENCE_2_INSTANCE_NAME", "old"),
        ("CONFLUENCE_2_URL", "https://wiki.corp.example"),
        ("CONFLUENCE_2_PERSONAL_TOKEN", "canary"),
        ("CONFLUENCE_2_CA_BUNDLE", "/nonexistent/ca.pem"),
    ]);
    let output = run(&given, &["instances"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "the first one is usable: {told}");
    for said in [
        "old: skipped: the client certificate `/nonexistent/client.p12` cannot be read",
        "old: skipped: the CA bundle `/nonexistent/ca.pem` cannot be read",
        "jira 1 primary: prefix jira_",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    let logged = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(logged.contains("/nonexistent/client.p12"), "{logged}");
}
