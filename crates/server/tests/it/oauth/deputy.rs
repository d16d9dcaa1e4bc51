//! One client or browser in the place of another's.

use super::{
    Browser, authorize_url, client, exchange, hidden, location, login, proxied, query, renew, text,
};

/// The attack: Atlassian has been told yes by this person before and asks no more, so whoever gets
/// a browser through the proxy gets a code.
#[tokio::test]
async fn a_confused_deputy_gets_nothing() {
    let (_stage, served) = proxied(&[]).await;
    let attacker = client(&served).await;
    let mut victim = Browser::default();
    let honest = client(&served).await;
    login(&served, &mut victim, &honest).await;

    // A link of the attacker's, opened by the victim: a person is asked, for this client, again.
    let begun = victim.open(&served, &authorize_url(&attacker, &[])).await;
    assert!(location(&begun).path().ends_with("/consent"), "no way around the page");

    // The attacker allows in their own browser, and the victim is sent to the consent page, to the
    // form, or back from Atlassian.
    let mut own = Browser::default();
    let begun = own.open(&served, &authorize_url(&attacker, &[])).await;
    let consent = location(&begun);
    let page = own.open(&served, consent.as_str()).await;
    assert_eq!(victim.open(&served, consent.as_str()).await.status, 403);
    assert_eq!(victim.answer(&served, &page, "allow").await.status, 403);
    assert_eq!(Browser::default().answer(&served, &page, "allow").await.status, 403);
    let upstream = location(&own.answer(&served, &page, "allow").await);
    let back = location(&served.send(served.http.get(upstream)).await);
    let victims = victim.open(&served, back.as_str()).await;
    assert_eq!(victims.status, 403, "the code is not handed on: {victims:?}");
    assert!(!victims.headers.contains_key("location"));
    // The stranger did not end the login of whom it belongs to.
    assert!(query(&location(&own.open(&served, back.as_str()).await)).contains_key("code"));
    assert_eq!(own.open(&served, back.as_str()).await.status, 400, "a state is good once");

    // A form that was guessed, and one from a foreign page.
    let begun = own.open(&served, &authorize_url(&attacker, &[])).await;
    let page = own.open(&served, location(&begun).as_str()).await;
    let txn = hidden(&page.text, "txn_id");
    let url = format!("{}/consent", served.base);
    let guessed = [("txn_id", txn.as_str()), ("form", "x"), ("answer", "allow")];
    let reply = own.send(&served, served.http.post(&url).form(&guessed)).await;
    assert_eq!(reply.status, 403);
    let form = hidden(&page.text, "form");
    let right = [("txn_id", txn.as_str()), ("form", form.as_str()), ("answer", "allow")];
    let foreign = served.http.post(&url).header("origin", "https://evil.example").form(&right);
    assert_eq!(own.send(&served, foreign).await.status, 403);
}

#[tokio::test]
async fn no_link_leads_around_the_consent_page() {
    let (_stage, served) = proxied(&[]).await;
    let own = client(&served).await;
    let mut victim = Browser::default();
    login(&served, &mut victim, &own).await;
    let begun = victim.open(&served, &authorize_url(&own, &[])).await;
    let consent = location(&begun);
    let txn = query(&consent)["txn_id"].clone();
    for link in [
        format!("/consent?txn_id={txn}&answer=allow"),
        format!("/consent?txn_id={txn}&answer=allow&form={txn}"),
        format!("/callback?state={txn}&code=canary"),
        "/callback?code=canary".to_owned(),
        "/callback".to_owned(),
    ] {
        let reply = victim.open(&served, &link).await;
        assert!(!reply.headers.contains_key("location"), "{link}: {reply:?}");
    }
    for name in ["prompt=none", "approval_prompt=auto", "consent=true", "answer=allow"] {
        let url = authorize_url(&own, &[]) + "&" + name;
        let begun = victim.open(&served, &url).await;
        assert!(location(&begun).path().ends_with("/consent"), "{name}");
    }
}

#[tokio::test]
async fn one_client_cannot_use_what_another_was_given() {
    let (_stage, served) = proxied(&[]).await;
    let honest = client(&served).await;
    let attacker = client(&served).await;
    let mut victim = Browser::default();
    // The attacker's own request under way, and the victim's answer for the honest client.
    let begun = victim.open(&served, &authorize_url(&attacker, &[])).await;
    let attackers = victim.open(&served, location(&begun).as_str()).await;
    let begun = victim.open(&served, &authorize_url(&honest, &[])).await;
    let honests = victim.open(&served, location(&begun).as_str()).await;
    let mixed = [
        ("txn_id", hidden(&attackers.text, "txn_id")),
        ("form", hidden(&honests.text, "form")),
        ("answer", "allow".to_owned()),
    ];
    let request = served.http.post(format!("{}/consent", served.base)).form(&mixed);
    assert_eq!(victim.send(&served, request).await.status, 403, "a yes is for one request");

    let code = login(&served, &mut victim, &honest).await;
    let stolen = exchange(&served, &attacker, &code).await;
    assert_eq!(text(&stolen, "error"), "invalid_grant");
    let late = exchange(&served, &honest, &code).await;
    assert_eq!(text(&late, "error"), "invalid_grant", "a stolen code is nobody's any more");

    let code = login(&served, &mut victim, &honest).await;
    let tokens = exchange(&served, &honest, &code).await;
    let renewed = renew(&served, &attacker, text(&tokens, "refresh_token")).await;
    assert_eq!(text(&renewed, "error"), "invalid_grant");
    let renewed = renew(&served, &honest, text(&tokens, "refresh_token")).await;
    assert_eq!(renewed.status, 200, "the attempt ended nothing: {renewed:?}");
}

#[tokio::test]
async fn over_tls_no_other_site_can_set_the_browsers_cookie() {
    let (_stage, served) = proxied(&[
        ("PUBLIC_BASE_URL", "https://mcp.example"),
        ("ATLASSIAN_OAUTH_REDIRECT_URI", "https://mcp.example/callback"),
    ])
    .await;
    let own = client(&served).await;
    let address = |url: String| {
        let query = url.split_once('?').expect("query").1;
        let resource = "http%3A%2F%2Flocalhost%3A9999%2Fx%2Fmcp";
        let query = query.replace(resource, "https%3A%2F%2Fmcp.example%2Fmcp");
        format!("{}/authorize?{query}", served.base)
    };
    let fixed = "a".repeat(43);
    let plain = format!("atlassian-mcp={fixed}");
    let request = served.http.get(address(authorize_url(&own, &[]))).header("cookie", plain);
    let begun = served.send(request).await;
    assert_eq!(begun.status, 302, "{begun:?}");
    let set = begun.headers["set-cookie"].to_str().expect("cookie");
    assert!(set.starts_with("__Host-atlassian-mcp=") && !set.contains(&fixed), "{set}");
    for word in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(set.contains(word), "{set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    let consent = location(&begun);
    assert!(consent.as_str().starts_with("https://mcp.example/consent?"), "{consent}");
    let url = format!("{}/consent?{}", served.base, consent.query().expect("query"));
    for cookie in [format!("atlassian-mcp={fixed}"), format!("__Host-atlassian-mcp={fixed}")] {
        let page = served.send(served.http.get(&url).header("cookie", cookie)).await;
        assert_eq!(page.status, 403, "{page:?}");
    }
    let own = set.split(';').next().expect("cookie").to_owned();
    let page = served.send(served.http.get(&url).header("cookie", own)).await;
    assert_eq!(page.status, 200, "{page:?}");
}
