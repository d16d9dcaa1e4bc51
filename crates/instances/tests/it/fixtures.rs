//! A call of every tool, for the laws that hold for all of them.

/// How a tool meets the projects or spaces filter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fenced {
    /// The arguments name the project or space: outside of the filter no request leaves.
    Keyed,
    /// The arguments hold an id: outside of the filter only the resolving reads leave.
    ById,
    /// The filter is part of the query that is sent.
    Query,
    /// What is outside of the filter is dropped from the list that comes back.
    List,
    /// Nothing of a project or space is touched.
    Free,
}
use Fenced::{ById, Free, Keyed, List, Query};

/// A call that works on both flavours once the words in angle brackets are replaced.
pub(crate) const FIXTURES: &[(&str, Fenced, &str)] = &[
    ("jira_get_issue", Keyed, r#"{"issue_key": "<issue>"}"#),
    ("jira_search", Query, r#"{"jql": "project = <project> ORDER BY created", "limit": 3}"#),
    (
        "jira_create_issue",
        Keyed,
        r#"{"project_key": "<project>", "summary": "From a test", "issue_type": "Task"}"#,
    ),
    (
        "jira_update_issue",
        Keyed,
        r#"{"issue_key": "<issue>", "fields": "{\"summary\": \"Changed by a test\"}"}"#,
    ),
    ("jira_add_comment", Keyed, r#"{"issue_key": "<issue>", "body": "A *word*."}"#),
    ("jira_get_transitions", Keyed, r#"{"issue_key": "<issue>"}"#),
    (
        "jira_transition_issue",
        Keyed,
        r#"{"issue_key": "<issue>", "transition_id": "<transition>"}"#,
    ),
    ("jira_get_user_profile", Free, r#"{"user_identifier": "me"}"#),
    ("jira_search_assignable_users", Keyed, r#"{"query": "<person>", "project_key": "<project>"}"#),
    ("jira_get_issue_watchers", Keyed, r#"{"issue_key": "<issue>"}"#),
    ("jira_add_watcher", Keyed, r#"{"issue_key": "<issue>", "user_identifier": "me"}"#),
    ("jira_remove_watcher", Keyed, r#"{"issue_key": "<issue>", "username": "me"}"#),
    ("jira_search_fields", Free, r#"{"keyword": "story points", "limit": 3}"#),
    (
        "jira_get_field_options",
        Keyed,
        r#"{"field_id": "priority", "project_key": "<project>", "issue_type": "Task"}"#,
    ),
    ("jira_get_project_issues", Keyed, r#"{"project_key": "<project>", "limit": 3}"#),
    ("jira_get_worklog", Keyed, r#"{"issue_key": "<issue>"}"#),
    ("jira_get_link_types", Free, r#"{"name_filter": "block"}"#),
    (
        "jira_batch_create_issues",
        Keyed,
        r#"{"issues": [{"project_key": "<project>", "summary": "From a test", "issue_type": "Task"}]}"#,
    ),
    ("jira_batch_get_changelogs", Keyed, r#"{"issue_ids_or_keys": "<issue>"}"#),
    ("jira_assign_issue", Keyed, r#"{"issue_key": "<issue>", "assignee": "me"}"#),
    ("jira_delete_issue", Keyed, r#"{"issue_key": "<issue>"}"#),
    (
        "jira_move_issue",
        Keyed,
        r#"{"issue_key": "<issue>", "target_project_key": "<other project>"}"#,
    ),
    (
        "jira_edit_comment",
        Keyed,
        r#"{"issue_key": "<talk>", "comment_id": "<issue comment>", "body": "A *word*."}"#,
    ),
    ("jira_add_worklog", Keyed, r#"{"issue_key": "<issue>", "time_spent": "1h"}"#),
    ("jira_link_to_epic", Keyed, r#"{"issue_key": "<issue>", "epic_key": "<project>-1"}"#),
    (
        "jira_create_issue_link",
        Keyed,
        r#"{"link_type": "Blocks", "inward_issue_key": "<issue>", "outward_issue_key": "<talk>"}"#,
    ),
    (
        "jira_create_remote_issue_link",
        Keyed,
        r#"{"issue_key": "<issue>", "url": "https://example.com/x", "title": "X"}"#,
    ),
    ("jira_remove_issue_link", ById, r#"{"link_id": "<issue link>"}"#),
    ("jira_get_project_issue_types", Keyed, r#"{"project_key": "<project>"}"#),
    ("jira_get_create_fields", Keyed, r#"{"project_key": "<project>", "issue_type_id": "<type>"}"#),
    ("jira_get_project_fields", Keyed, r#"{"project_key": "<project>"}"#),
    ("jira_download_attachments", Keyed, r#"{"issue_key": "<issue>"}"#),
    ("jira_get_issue_images", Keyed, r#"{"issue_key": "<issue>"}"#),
    ("jira_get_agile_boards", Query, "{}"),
    ("jira_get_board_issues", ById, r#"{"board_id": "<board>", "jql": "", "limit": 3}"#),
    ("jira_get_sprints_from_board", ById, r#"{"board_id": "<board>"}"#),
    ("jira_get_sprint_issues", Query, r#"{"sprint_id": "<sprint>", "limit": 3}"#),
    (
        "jira_create_sprint",
        ById,
        r#"{"board_id": "<board>", "name": "From a test", "start_date": "", "end_date": ""}"#,
    ),
    ("jira_update_sprint", ById, r#"{"sprint_id": "<sprint>", "goal": "From a test"}"#),
    ("jira_add_issues_to_sprint", Keyed, r#"{"sprint_id": "<sprint>", "issue_keys": "<issue>"}"#),
    ("jira_move_issues_to_backlog", Keyed, r#"{"issue_keys": "<issue>"}"#),
    ("jira_get_project_versions", Keyed, r#"{"project_key": "<project>"}"#),
    ("jira_get_project_components", Keyed, r#"{"project_key": "<project>"}"#),
    ("jira_get_all_projects", List, "{}"),
    ("jira_search_projects", List, r#"{"query": "<project>"}"#),
    ("jira_get_service_desk_for_project", Keyed, r#"{"project_key": "<desk project>"}"#),
    ("jira_get_service_desk_queues", ById, r#"{"service_desk_id": "<desk>"}"#),
    ("jira_get_queue_issues", ById, r#"{"service_desk_id": "<desk>", "queue_id": "<queue>"}"#),
    ("jira_get_request_types", ById, r#"{"service_desk_id": "<desk>"}"#),
    (
        "jira_get_request_type_fields",
        ById,
        r#"{"service_desk_id": "<desk>", "request_type_id": "23"}"#,
    ),
    (
        "jira_create_customer_request",
        ById,
        r#"{"service_desk_id": "<desk>", "request_type_id": "23",
            "request_field_values": {"summary": "From a test"}}"#,
    ),
    ("jira_create_version", Keyed, r#"{"project_key": "<project>", "name": "From a test"}"#),
    (
        "jira_batch_create_versions",
        Keyed,
        r#"{"project_key": "<project>", "versions": [{"name": "From a test"}]}"#,
    ),
    ("jira_update_version", ById, r#"{"version_id": "<version>", "released": true}"#),
    ("jira_get_issue_proforma_forms", Keyed, r#"{"issue_key": "<request>"}"#),
    ("jira_get_proforma_form_details", Keyed, r#"{"issue_key": "<request>", "form_id": "<form>"}"#),
    (
        "jira_update_proforma_form_answers",
        Keyed,
        r#"{"issue_key": "<request>", "form_id": "<form>",
            "answers": [{"questionId": "1", "type": "TEXT", "value": "From a test"}]}"#,
    ),
    ("jira_get_issue_dates", Keyed, r#"{"issue_key": "<issue>"}"#),
    ("jira_get_issue_sla", Keyed, r#"{"issue_key": "<issue>"}"#),
    ("jira_get_issue_development_info", Keyed, r#"{"issue_key": "<issue>"}"#),
    ("jira_get_issues_development_info", Keyed, r#"{"issue_keys": "<issue>"}"#),
    ("jira_get_project_epic_hierarchy", Keyed, r#"{"project_key": "<project>"}"#),
    ("jira_get_cross_project_dependencies", Keyed, r#"{"project_key": "<project>"}"#),
    ("confluence_search", Query, r#"{"query": "type = page and space = <space>", "limit": 3}"#),
    ("confluence_get_page", ById, r#"{"page_id": "<page>"}"#),
    ("confluence_get_page_children", ById, r#"{"parent_id": "<page>"}"#),
    ("confluence_get_space_page_tree", Keyed, r#"{"space_key": "<space>"}"#),
    ("confluence_get_comments", ById, r#"{"page_id": "<page>"}"#),
    ("confluence_get_labels", ById, r#"{"page_id": "<page>"}"#),
    ("confluence_add_label", ById, r#"{"page_id": "<page>", "name": "tested"}"#),
    (
        "confluence_create_page",
        Keyed,
        r##"{"space_key": "<space>", "title": "From a test", "content": "# One\n\nTwo."}"##,
    ),
    (
        "confluence_update_page",
        ById,
        r##"{"page_id": "<page>", "title": "<title>", "content": "# One\n\nTwo."}"##,
    ),
    (
        "confluence_update_page_section",
        ById,
        r#"{"page_id": "<page>", "heading_text": "<heading>", "new_content": "New."}"#,
    ),
    ("confluence_delete_page", ById, r#"{"page_id": "<page>"}"#),
    ("confluence_move_page", ById, r#"{"page_id": "<page>", "target_parent_id": "<other page>"}"#),
    (
        "confluence_copy_page",
        ById,
        r#"{"source_page_id": "<page>", "destination_space_key": "<space>", "new_title": "A copy"}"#,
    ),
    ("confluence_add_comment", ById, r#"{"page_id": "<page>", "body": "A *word*."}"#),
    ("confluence_reply_to_comment", ById, r#"{"comment_id": "<comment>", "body": "A *word*."}"#),
    ("confluence_get_inline_comments", ById, r#"{"page_id": "<page>"}"#),
    (
        "confluence_add_inline_comment",
        ById,
        r#"{"page_id": "<page>", "body": "A word.", "text_selection": "<selection>"}"#,
    ),
    ("confluence_search_user", Free, r#"{"query": "<person>"}"#),
    ("confluence_get_page_history", ById, r#"{"page_id": "<page>", "version": 1}"#),
    (
        "confluence_get_page_diff",
        ById,
        r#"{"page_id": "<page>", "from_version": 1, "to_version": 2}"#,
    ),
    ("confluence_get_page_views", ById, r#"{"page_id": "<page>"}"#),
    (
        "confluence_upload_attachment",
        ById,
        r#"{"content_id": "<page>", "filename": "note.txt", "content_base64": "aGVsbG8="}"#,
    ),
    (
        "confluence_upload_attachments",
        ById,
        r#"{"content_id": "<page>", "file_paths": "note.txt"}"#,
    ),
    ("confluence_get_attachments", ById, r#"{"content_id": "<page>"}"#),
    ("confluence_download_attachment", ById, r#"{"attachment_id": "<attachment>"}"#),
    ("confluence_download_content_attachments", ById, r#"{"content_id": "<page>"}"#),
    ("confluence_delete_attachment", ById, r#"{"attachment_id": "<attachment>"}"#),
    ("confluence_get_page_images", ById, r#"{"content_id": "<page>"}"#),
    ("confluence_list_page_templates", Keyed, r#"{"space_key": "<space>"}"#),
    ("confluence_get_page_template", Free, r#"{"template_id": "<template>"}"#),
    (
        "confluence_create_page_from_template",
        Keyed,
        r#"{"space_key": "<space>", "title": "From a template", "template_id": "<template>"}"#,
    ),
    ("confluence_get_page_restrictions", ById, r#"{"page_id": "<page>"}"#),
    ("confluence_set_page_restrictions", ById, r#"{"page_id": "<page>"}"#),
    (
        "confluence_check_content_permissions",
        ById,
        r#"{"content_id": "<page>", "user_identifier": "<person id>", "operation": "read"}"#,
    ),
    ("confluence_get_space_permissions", ById, r#"{"space_id": "<space id>"}"#),
];

/// Listed on Data Center too, as the call surface says, and refused there without a request.
pub(crate) const REFUSED_ON_DATA_CENTER: &[&str] = &[
    "jira_get_issue_proforma_forms",
    "jira_get_proforma_form_details",
    "jira_update_proforma_form_answers",
    "confluence_get_page_views",
    "confluence_list_page_templates",
    "confluence_get_page_template",
    "confluence_create_page_from_template",
    "confluence_check_content_permissions",
    "confluence_get_space_permissions",
];

/// Tools whose write is answered without a body, which nothing can truncate: the write stands.
pub(crate) const WITHOUT_BODY: &[&str] = &[
    "confluence_delete_page",
    "confluence_delete_attachment",
    "jira_update_issue",
    "jira_delete_issue",
    "jira_remove_issue_link",
    "jira_add_issues_to_sprint",
    "jira_move_issues_to_backlog",
];

/// Words that stand for an id found by another tool: word, tool, its arguments.
pub(crate) const FOUND: &[(&str, &str, &str)] = &[
    ("<version>", "jira_get_project_versions", r#"{"project_key": "<project>"}"#),
    ("<queue>", "jira_get_service_desk_queues", r#"{"service_desk_id": "<desk>"}"#),
    ("<transition>", "jira_get_transitions", r#"{"issue_key": "<issue>"}"#),
    ("<type>", "jira_get_project_issue_types", r#"{"project_key": "<project>"}"#),
    ("<comment>", "confluence_get_comments", r#"{"page_id": "<page>"}"#),
    ("<attachment>", "confluence_get_attachments", r#"{"content_id": "<page>"}"#),
    ("<template>", "confluence_list_page_templates", "{}"),
];
