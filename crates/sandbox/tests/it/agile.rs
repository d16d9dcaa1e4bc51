//! Boards, sprints and versions.

use serde_json::json;

use crate::ask::{both, get, jira};

#[tokio::test]
async fn boards_are_found_and_tell_their_sprints() {
    let all = both().await;
    let boards = get(&all.acme, "/rest/agile/1.0/board?projectKeyOrId=PAY&type=scrum").await;
    assert_eq!(
        (boards["total"].as_u64(), boards["values"][0]["location"]["projectKey"].as_str()),
        (Some(1), Some("PAY"))
    );
    let id = &boards["values"][0]["id"];
    let sprints =
        get(&all.acme, &format!("/rest/agile/1.0/board/{id}/sprint?state=active,future")).await;
    assert_eq!(sprints["values"][0]["name"], "PAY Sprint 23");
    let issues = get(&all.acme, &format!("/rest/software/1.0/board/{id}/issue?maxResults=3&fields=summary&jql=status%3D%22To%20Do%22")).await;
    assert_eq!(issues["issues"].as_array().unwrap().len(), 3);
    assert!(issues["nextPageToken"].is_string());
    assert_eq!(
        jira(&all.acme, "GET", &format!("/rest/agile/1.0/board/{id}/issue"), None).await.status,
        410
    );
    let dc = get(&all.corp, "/rest/agile/1.0/board?name=depot").await["values"][0]["id"].clone();
    let issues = get(&all.corp, &format!("/rest/agile/1.0/board/{dc}/issue?maxResults=2")).await;
    assert_eq!(
        (issues["total"].as_u64(), issues["issues"].as_array().unwrap().len()),
        (Some(9), 2)
    );
    assert_eq!(jira(&all.corp, "GET", "/rest/agile/1.0/board/9999", None).await.status, 404);
}

#[tokio::test]
async fn a_sprint_is_made_filled_started_and_closed() {
    let all = both().await;
    let board =
        get(&all.acme, "/rest/agile/1.0/board?projectKeyOrId=PAY").await["values"][0]["id"].clone();
    let made = jira(
        &all.acme,
        "POST",
        "/rest/agile/1.0/sprint",
        Some(json!({"name": "PAY Sprint 25", "originBoardId": board})),
    )
    .await;
    assert_eq!((made.status, made.json["state"].as_str()), (201, Some("future")));
    let id = &made.json["id"];
    let path = format!("/rest/agile/1.0/sprint/{id}");
    assert_eq!(
        jira(
            &all.acme,
            "POST",
            &format!("{path}/issue"),
            Some(json!({"issues": ["PAY-7", "PAY-8"]}))
        )
        .await
        .status,
        204
    );
    let found = jira(
        &all.acme,
        "POST",
        "/rest/api/3/search/jql",
        Some(json!({"jql": format!("sprint = {id} order by key"), "fields": ["summary"]})),
    )
    .await;
    assert_eq!(found.json["issues"].as_array().unwrap().len(), 2);
    assert_eq!(
        jira(&all.acme, "POST", &path, Some(json!({"state": "active"}))).await.status,
        400,
        "without dates"
    );
    let start = json!({"state": "active", "startDate": "2026-11-09T08:00:00.000Z", "endDate": "2026-11-20T16:00:00.000Z", "goal": "ship"});
    assert_eq!(jira(&all.acme, "POST", &path, Some(start)).await.json["state"], "active");
    assert_eq!(
        jira(
            &all.acme,
            "POST",
            "/rest/agile/1.0/backlog/issue",
            Some(json!({"issues": ["PAY-8"]}))
        )
        .await
        .status,
        204
    );
    assert_eq!(
        jira(&all.acme, "POST", &path, Some(json!({"state": "closed"}))).await.json["goal"],
        "ship"
    );
    assert_eq!(
        jira(&all.acme, "POST", &format!("{path}/issue"), Some(json!({"issues": ["PAY-8"]})))
            .await
            .status,
        400,
        "closed"
    );
    assert_eq!(
        jira(
            &all.acme,
            "POST",
            "/rest/agile/1.0/sprint",
            Some(json!({"name": "x", "originBoardId": 1, "colour": "red"}))
        )
        .await
        .status,
        400,
        "no such key in the document"
    );
}

#[tokio::test]
async fn versions_are_made_once_and_changed() {
    let all = both().await;
    let body = json!({"project": "PAY", "name": "4.2.0", "releaseDate": "2027-01-15"});
    let made = jira(&all.acme, "POST", "/rest/api/3/version", Some(body.clone())).await;
    assert_eq!(made.status, 201);
    assert_eq!(jira(&all.acme, "POST", "/rest/api/3/version", Some(body)).await.status, 400);
    let path = format!("/rest/api/3/version/{}", made.json["id"].as_str().unwrap());
    let changed = jira(&all.acme, "PUT", &path, Some(json!({"released": true}))).await;
    assert_eq!(
        (changed.json["released"].as_bool(), changed.json["releaseDate"].as_str()),
        (Some(true), Some("2027-01-15"))
    );
    let projects = get(&all.acme, "/rest/api/3/project/search?query=pay&maxResults=1").await;
    assert_eq!(
        (projects["values"][0]["key"].as_str(), projects["isLast"].as_bool()),
        (Some("PAY"), Some(true))
    );
    let all_projects = get(&all.corp, "/rest/api/2/project?expand=description").await;
    assert_eq!(all_projects.as_array().unwrap().len(), 3);
}
