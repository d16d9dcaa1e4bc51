use super::{World, lines, sent, writes};
use crate::harness::Setup;
use serde_json::json;

const FORM: &str = "7c1d2e3f-4a5b-4c6d-8e7f-901a2b3c4d5e";

fn setup(world: &World) -> Setup {
    world.fresh_cloud().on_platform(&world.acme)
}

#[tokio::test]
async fn forms_with_their_questions_and_answers() {
    let world = World::new().await;
    let setup = setup(&world);
    let listed = setup.ok("jira_get_issue_proforma_forms", json!({"issue_key": "OPS-1"})).await;
    assert_eq!((&listed["count"], &listed["success"]), (&json!(1), &json!(true)));
    let form = &listed["forms"][0];
    assert_eq!((&form["form_id"], &form["name"]), (&json!(FORM), &json!("Incident report")));
    assert_eq!(form["state"], json!({"status": "o"}));
    // The site's answer about itself is not in the log of its products.
    assert_eq!(lines(&world.acme), ["GET /jira/forms/issue/OPS-1/form"]);
    assert!(world.acme.log()[0].path.contains(&world.acme.cloud_id()));
    let details = json!({"issue_key": "OPS-1", "form_id": FORM});
    let details = setup.ok("jira_get_proforma_form_details", details).await;
    let form = &details["form"];
    assert_eq!(form["name"], "Incident report", "from the design");
    assert_eq!(form["state"]["visibility"], "i");
    assert_eq!(
        form["fields"][0],
        json!({"id": "1", "name": "What happened?", "type": "ts", "value": "No connection",
               "required": true, "read_only": false})
    );
}

#[tokio::test]
async fn a_configured_cloud_id_is_used_as_it_is() {
    let world = World::new().await;
    let mut setup = setup(&world);
    setup.config.cloud_id = Some(world.acme.cloud_id());
    let listed = setup.ok("jira_get_issue_proforma_forms", json!({"issue_key": "OPS-1"})).await;
    assert_eq!(listed["count"], 1);
}

#[tokio::test]
async fn answers_are_written_in_the_form_of_their_type() {
    let world = World::new().await;
    let setup = setup(&world);
    let given = json!({"issue_key": "OPS-1", "form_id": FORM, "answers": [
        {"questionId": "1", "type": "TEXT", "value": "A cable"},
        {"questionId": "2", "type": "select", "value": "11"},
        {"questionId": "3", "type": "DATE", "value": "2024-12-17"}]});
    let written = setup.ok("jira_update_proforma_form_answers", given).await;
    assert_eq!(written["updated_fields"], 3);
    assert_eq!(
        sent(&world.acme, "PUT", FORM)["answers"],
        json!({"1": {"text": "A cable"}, "2": {"choices": ["11"]},
               "3": {"date": 1_734_393_600_000_i64}})
    );
    let details = json!({"issue_key": "OPS-1", "form_id": FORM});
    let details = setup.ok("jira_get_proforma_form_details", details).await;
    assert_eq!(details["form"]["fields"][1]["value"], json!(["11"]));
}

#[tokio::test]
async fn what_is_not_there_or_not_allowed_is_said() {
    let world = World::new().await;
    let setup = setup(&world);
    let missing = json!({"issue_key": "OPS-1", "form_id": "no-such"});
    let error = setup.err("jira_get_proforma_form_details", missing).await;
    assert!(error.contains("\"success\":false") && error.contains("Form no-such not found"));
    let error = setup.err("jira_get_issue_proforma_forms", json!({"issue_key": "OPS-999"})).await;
    assert!(error.contains("404"), "never an empty list: {error}");
    let fenced = setup.fenced("PAY");
    world.acme.clear_log();
    let given = json!({"issue_key": "OPS-1", "form_id": FORM,
                       "answers": [{"questionId": "1", "value": "x"}]});
    let error = fenced.err("jira_update_proforma_form_answers", given).await;
    assert!(error.contains("PROJECTS_FILTER") && writes(&world.acme).is_empty(), "{error}");
    let center = world.center.err("jira_get_issue_proforma_forms", json!({"issue_key": "HELP-1"}));
    let error = center.await;
    assert!(error.contains("needs Jira Cloud") && lines(&world.staging).is_empty(), "{error}");
}
