//! OAuth grants over real HTTP: renewal, rotation, the site by its address.

use crate::fixture::{control, instance, of, read, within};
use crate::server::{Reply, Server};
use atlassian_http::oauth::{
    AccessibleSite, CallbackError, Context, Grants, Login, Store, TokenServer, Tokens,
};
use atlassian_http::{ApiErrorKind, ApiPath, ApiRequest, Client, Origins};
use atlassian_sandbox::{Fault, Sandbox, Service as Product, SiteSpec};
use atlassian_settings::{
    Credential, Deployment, InstanceConfig, OAuthApp, OAuthCredential, Service, TokenFolder,
};
use futures::future::join_all;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tempfile::{NamedTempFile, TempDir};
use url::Url;

/// A folder for tokens, and the app that keeps its own there.
struct App {
    folder: TempDir,
    app: OAuthApp,
}

impl App {
    fn new((id, secret): (String, String)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = OAuthApp {
            client_id: id,
            client_secret: secret.into(),
            redirect_uri: "http://localhost:1/callback".into(),
            scope: "read:jira-work".into(),
            token_folder: Some(TokenFolder::Home(folder.path().join(".mcp-atlassian"))),
        };
        Self { folder, app }
    }

    fn credential(&self) -> Credential {
        Credential::OAuth(OAuthCredential::App(self.app.clone()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(".mcp-atlassian").join(name)
    }

    /// Keeps tokens for an instance as a login does.
    fn keep(&self, config: &InstanceConfig, tokens: Tokens) {
        let context = Context::of(config);
        let base_url = match &context {
            Context::DataCenter { base_url } => Some(base_url.clone()),
            Context::Cloud { .. } => None,
        };
        let tokens = Tokens { base_url, ..tokens };
        Store::of(&self.app).unwrap().save(&context, &tokens, None).unwrap();
    }

    fn kept(&self, config: &InstanceConfig) -> Tokens {
        Store::of(&self.app).unwrap().tokens(&Context::of(config)).unwrap().unwrap().0
    }
}

fn tokens(access: &str, refresh: Option<&str>, left: u64) -> Tokens {
    Tokens {
        access: Some(access.into()),
        refresh: refresh.map(Into::into),
        expires: Some(SystemTime::now() + Duration::from_secs(left)),
        ..Tokens::default()
    }
}

fn client(config: &InstanceConfig) -> Client {
    Client::new(Arc::new(config.clone()), Origins::of(config))
}

const TOKEN_PATH: &str = "/rest/oauth2/latest/token";
const FRESH: &str = r#"{"access_token": "canary-new", "refresh_token": "canary-next", "expires_in": 3600, "token_type": "Bearer"}"#;

/// A Data Center whose token endpoint answers like this, and which takes one access token.
async fn product(token: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Server {
    let renewals = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |seen, _| {
        if seen.target == TOKEN_PATH {
            return token(renewals.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        }
        if seen.header("authorization") == Some("Bearer canary-new") {
            Reply::json("{}")
        } else {
            Reply::status(401).body(r#"{"message": "canary-old is over"}"#)
        }
    })
    .await
}

fn renewals(server: &Server) -> usize {
    server.log().iter().filter(|seen| seen.target == TOKEN_PATH).count()
}

fn own() -> App {
    App::new(("own-client".into(), "canary-client-secret".into()))
}

#[tokio::test]
async fn a_hundred_calls_wait_for_one_renewal_which_is_kept() {
    let server = product(|_| Reply::json(FRESH)).await;
    let (app, mut config) = (own(), instance(&server.url()));
    config.network.custom_headers = vec![("x-corp".into(), "gate".into())];
    app.keep(&config, tokens("canary-old", Some("canary-first"), 200));
    let (client, credential, control) = (client(&config), app.credential(), control());
    let request = read();
    let calls = (0..100).map(|_| client.send(&request, &credential, &control));
    for answer in join_all(calls).await {
        answer.unwrap();
    }
    assert_eq!(renewals(&server), 1, "200 seconds are less than the margin");
    let sent = server.log().into_iter().find(|seen| seen.target == TOKEN_PATH).unwrap();
    let form = String::from_utf8(sent.body.clone()).unwrap();
    for part in [
        "grant_type=refresh_token",
        "client_id=own-client",
        "client_secret=canary-client-secret",
        "refresh_token=canary-first",
    ] {
        assert!(form.contains(part), "{form}");
    }
    assert_eq!(sent.header("x-corp"), Some("gate"));
    assert_eq!(sent.header("authorization"), None);
    let kept = app.kept(&config);
    assert_eq!(kept.refresh.unwrap().expose(), "canary-next");
    assert!(app.path("oauth-own-client.json").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_closed_to_others_and_open_ones_are_repaired() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let server = product(|_| Reply::json(FRESH)).await;
    let (app, config) = (own(), instance(&server.url()));
    app.keep(&config, tokens("canary-old", Some("canary-first"), 0));
    let folder = app.path("");
    let open = |path: &PathBuf, bits| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(bits)).unwrap();
    };
    let files: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.iter().for_each(|file| open(file, 0o644));
    open(&folder, 0o755);
    client(&config).send(&read(), &app.credential(), &control()).await.unwrap();
    assert_eq!(mode(&folder), 0o700);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        assert!(!path.to_string_lossy().ends_with(".tmp"));
    }
    assert_eq!(app.kept(&config).refresh.unwrap().expose(), "canary-next");
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_also_for_a_write() {
    let server = product(|_| Reply::json(FRESH)).await;
    let (app, config) = (own(), instance(&server.url()));
    app.keep(&config, tokens("canary-old", Some("canary-first"), 3000));
    let client = client(&config);
    client.send(&crate::fixture::write(), &app.credential(), &control()).await.unwrap();
    assert_eq!(renewals(&server), 1);

    // A refusal that has another cause does not spend a renewal for each call.
    let server = Server::start(|seen, _| match seen.target.as_str() {
        TOKEN_PATH => Reply::json(FRESH),
        _ => Reply::status(401),
    })
    .await;
    let config = instance(&server.url());
    app.keep(&config, tokens("canary-old", Some("canary-first"), 3000));
    let client = crate::oauth::client(&config);
    for _ in 0..3 {
        let error = client.send(&read(), &app.credential(), &control()).await.unwrap_err();
        assert!(error.is_status(401), "{error}");
    }
    assert_eq!(renewals(&server), 1);
}

#[tokio::test]
async fn the_token_another_process_kept_is_used_and_a_new_login_too() {
    let server = product(|_| Reply::status(403).body(r#"{"error": "invalid_grant"}"#)).await;
    let (app, config) = (own(), instance(&server.url()));
    app.keep(&config, tokens("canary-old", Some("canary-first"), 0));
    let client = client(&config);
    let error = client.send(&read(), &app.credential(), &control()).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unauthorized);
    let text = error.to_string();
    assert!(text.contains("invalid_grant"), "{text}");
    assert!(text.contains("`atlassian-mcp auth login --instance jira`"), "{text}");
    assert!(!text.contains("canary"), "{text}");
    client.send(&read(), &app.credential(), &control()).await.unwrap_err();
    assert_eq!(renewals(&server), 1, "a refresh token that was refused is not sent again");
    app.keep(&config, tokens("canary-new", Some("canary-after"), 3000));
    client.send(&read(), &app.credential(), &control()).await.unwrap();
    assert_eq!(renewals(&server), 1);
}

#[tokio::test]
async fn trouble_at_the_token_endpoint_is_told_and_a_good_token_used_to_its_end() {
    type Trouble = fn() -> Reply;
    let cases: [(Trouble, &str); 7] = [
        (|| Reply::status(401).body(r#"{"error": "access_denied"}"#), "client secret"),
        (|| Reply::json("<html><title>Sign in</title></html>"), "HTML page titled `Sign in`"),
        (|| Reply::json(r#"{"access_token": 5}"#), "no access token"),
        (|| Reply::status(500).body("canary-first canary-client-secret"), "HTTP 500"),
        (|| Reply::redirect(302, "http://127.0.0.1:1/"), "redirect"),
        (|| Reply::Reset, "connection"),
        (|| Reply::Truncated, "connection"),
    ];
    for (reply, words) in cases {
        let server = product(move |_| reply()).await;
        let (app, config) = (own(), instance(&server.url()));
        app.keep(&config, tokens("canary-old", Some("canary-first"), 0));
        let error = client(&config).send(&read(), &app.credential(), &control()).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(words) && !text.contains("canary"), "{words}: {text}");
        assert!(server.log().iter().all(|seen| seen.target == TOKEN_PATH), "no call without token");
        assert_eq!(app.kept(&config).refresh.unwrap().expose(), "canary-first");

        app.keep(&config, tokens("canary-new", Some("canary-first"), 200));
        client(&config).send(&read(), &app.credential(), &control()).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_endpoint_that_hangs_ends_with_the_timeout_or_the_deadline() {
    let server = product(|_| Reply::Hang).await;
    let (app, mut config) = (own(), instance(&server.url()));
    app.keep(&config, tokens("canary-old", Some("canary-first"), 0));
    let soon = within(Duration::from_millis(300));
    let error = client(&config).send(&read(), &app.credential(), &soon).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Deadline);
    config.network.timeout = Duration::from_millis(300);
    // The first renewal still holds the turn of the grant; this one has another grant.
    let other = own();
    other.keep(&config, tokens("canary-old", Some("canary-first"), 0));
    let error = client(&config).send(&read(), &other.credential(), &control()).await.unwrap_err();
    assert!(error.to_string().contains("did not answer within 0.3 seconds"), "{error}");
}

#[tokio::test]
async fn a_cancelled_call_does_not_lose_the_successor() {
    let sandbox = Sandbox::builder().site(SiteSpec::data_center("corp")).start().await.unwrap();
    let site = sandbox.site("corp");
    site.fault(Fault::on(Product::Jira, "POST", "/token$").delay(Duration::from_millis(200)));
    let (app, config) = (App::new(site.oauth_client(Product::Jira)), instance(&site.jira_url()));
    let first = site.refresh_token(Product::Jira);
    app.keep(&config, tokens("canary-old", Some(&first), 0));
    let (client, credential, control) = (client(&config), app.credential(), control());
    let cancel = control.cancel.clone();
    let call = tokio::spawn(async move { client.send(&read(), &credential, &control).await });
    let soon = async |condition: &dyn Fn() -> bool| {
        let waited = tokio::time::timeout(Duration::from_secs(60), async {
            while !condition() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        waited.await.expect("it never happened");
    };
    soon(&|| !site.log().is_empty()).await;
    cancel.cancel();
    assert_eq!(call.await.unwrap().unwrap_err().kind, ApiErrorKind::Cancelled);
    let kept = || app.kept(&config).refresh.unwrap().expose().to_owned();
    soon(&|| kept() != first).await;
    assert_eq!(kept(), site.refresh_token(Product::Jira), "the successor is on disk");
}

#[tokio::test]
async fn nobody_logged_in_is_told_without_a_request() {
    let server = product(|_| Reply::json(FRESH)).await;
    let (app, config) = (own(), instance(&server.url()));
    let error = client(&config).send(&read(), &app.credential(), &control()).await.unwrap_err();
    assert!(error.to_string().contains("nobody has logged in"), "{error}");
    std::fs::create_dir_all(app.path("")).unwrap();
    std::fs::write(app.path("oauth-own-client.json"), "no tokens").unwrap();
    let error = client(&config).send(&read(), &app.credential(), &control()).await.unwrap_err();
    assert!(error.to_string().contains("not a token file"), "{error}");
    assert!(server.log().is_empty());
}

/// Two Cloud sites and their gateway behind TLS, under the names of real ones.
struct Cloud {
    sandbox: Sandbox,
    bundle: NamedTempFile,
    app: App,
}

impl Cloud {
    async fn start() -> Self {
        let sandbox = Sandbox::builder()
            .site(SiteSpec::cloud("first"))
            .site(SiteSpec::cloud("acme"))
            .tls()
            .start()
            .await
            .unwrap();
        let mut bundle = NamedTempFile::new().unwrap();
        bundle.write_all(sandbox.certificate().unwrap().as_bytes()).unwrap();
        let app = App::new(sandbox.oauth_client());
        Self { sandbox, bundle, app }
    }

    fn config(&self, service: Service, site: &str) -> InstanceConfig {
        let site = self.sandbox.site(site);
        let url = if service == Service::Jira { site.jira_url() } else { site.confluence_url() };
        let mut config = of(service, Deployment::Cloud, &url);
        config.network.ca_bundle = Some(self.bundle.path().to_owned());
        config
    }

    fn client(&self, config: &InstanceConfig) -> Client {
        let auth = Url::parse(&self.sandbox.site("first").auth_url()).unwrap();
        let origins = Origins::with_platform(config, &self.sandbox.gateway_url()).and_auth(&auth);
        self.sandbox
            .hosts()
            .iter()
            .fold(Client::new(Arc::new(config.clone()), origins), |client, (host, address)| {
                client.with_pinned(host, &[*address])
            })
    }

    fn renewals(&self) -> usize {
        let log = self.sandbox.site("first").log();
        log.iter().filter(|request| request.product_path == "/oauth/token").count()
    }
}

fn myself(service: Service) -> ApiRequest {
    let path = match service {
        Service::Jira => "/rest/api/3/myself",
        Service::Confluence => "/rest/api/user/current",
    };
    ApiRequest::get(ApiPath::api(path), "read the own account")
}

#[tokio::test]
async fn one_login_of_the_product_before_serves_both_products_of_the_right_site() {
    let cloud = Cloud::start().await;
    let acme = cloud.sandbox.site("acme");
    // The product before took the first site of the list, whatever the address.
    let wrong = cloud.sandbox.site("first").cloud_id();
    let refresh = cloud.sandbox.refresh_token();
    std::fs::create_dir_all(cloud.app.path("")).unwrap();
    let plain = cloud.app.path("oauth-everywhere-client.json");
    let content = format!(
        r#"{{"refresh_token": "{refresh}", "access_token": "canary-old", "expires_at": 5.0, "cloud_id": "{wrong}", "base_url": null}}"#
    );
    std::fs::write(&plain, content).unwrap();
    let grants = Arc::new(Grants::default());
    let configs = [cloud.config(Service::Jira, "acme"), cloud.config(Service::Confluence, "acme")];
    let clients: Vec<Client> =
        configs.iter().map(|c| cloud.client(c).with_grants(Arc::clone(&grants))).collect();
    let (credential, control) = (cloud.app.credential(), control());
    let requests = [myself(Service::Jira), myself(Service::Confluence)];
    let calls = clients.iter().zip(&requests).cycle().take(20);
    for answer in join_all(calls.map(|(c, r)| c.send(r, &credential, &control))).await {
        answer.unwrap();
    }
    assert_eq!(cloud.renewals(), 1);
    assert!(acme.log().iter().all(|request| request.via_gateway));
    assert_eq!(acme.log().len(), 20);
    let kept = cloud.app.kept(&configs[0]);
    assert_eq!(kept.cloud_id.as_deref(), Some(acme.cloud_id().as_str()));
    assert_eq!(kept.refresh.unwrap().expose(), cloud.sandbox.refresh_token());
    assert!(
        cloud.app.path(&format!("oauth-everywhere-client-cloud-{}.json", acme.cloud_id())).exists()
    );
    // The product before finds its file with the successor, and the site it chose.
    let text = std::fs::read_to_string(&plain).unwrap();
    assert!(text.contains(&cloud.sandbox.refresh_token()) && text.contains(&wrong), "kept in step");

    // A later process knows the site by its file and asks for no list.
    let later = cloud.client(&configs[0]);
    later.send(&requests[0], &credential, &control).await.unwrap();
    assert_eq!(cloud.renewals(), 1);
    acme.expire_oauth_tokens();
    later.send(&requests[0], &credential, &control).await.unwrap();
    assert_eq!(cloud.renewals(), 2, "refused by the instance, renewed once");
}

#[tokio::test]
async fn a_token_that_does_not_open_the_site_names_those_it_opens() {
    let cloud = Cloud::start().await;
    let (acme, first) = (cloud.sandbox.site("acme"), cloud.sandbox.site("first"));
    let config = cloud.config(Service::Jira, "acme");
    let given = |token: String| Credential::OAuth(OAuthCredential::Given { token: token.into() });
    let client = cloud.client(&config);
    let foreign = given(first.oauth_token(Product::Jira));
    let error = client.send(&myself(Service::Jira), &foreign, &control()).await.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.kind, ApiErrorKind::Unauthorized);
    assert!(text.contains(&first.jira_url()) && text.contains(&first.cloud_id()), "{text}");
    assert!(!text.contains("canary"), "{text}");
    let nobody = given("canary-nobody".into());
    let error = client.send(&myself(Service::Jira), &nobody, &control()).await.unwrap_err();
    assert!(!error.to_string().contains("canary"), "{error}");
    assert!(acme.log().is_empty());
    let right = given(acme.oauth_token(Product::Jira));
    client.send(&myself(Service::Jira), &right, &control()).await.unwrap();
    assert_eq!(acme.log().len(), 1);
}

/// The code that Cloud's OAuth server sends the browser back with.
async fn consent(cloud: &Cloud, url: &Url) -> String {
    let pem = cloud.sandbox.certificate().unwrap();
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([reqwest::Certificate::from_pem(pem.as_bytes()).unwrap()]);
    let hosts = cloud.sandbox.hosts().iter();
    let browser = hosts.fold(browser, |browser, (host, address)| browser.resolve(host, *address));
    let answer = browser.build().unwrap().get(url.clone()).send().await.unwrap();
    let back = answer.headers()["location"].to_str().unwrap().to_owned();
    back.split_once('?').unwrap().1.to_owned()
}

#[tokio::test]
async fn a_cloud_login_exchanges_its_code_with_its_own_verifier_only() {
    let cloud = Cloud::start().await;
    let config = cloud.config(Service::Jira, "acme");
    let server = TokenServer::of(&cloud.client(&config));
    let app = &cloud.app.app;
    let begin = || Login::begin(app, server.endpoints()).unwrap();
    let (mine, other) = (begin(), begin());
    let query = consent(&cloud, mine.url()).await;
    assert!(matches!(other.code(&query), Err(CallbackError::WrongState)));
    let code = mine.code(&query).unwrap();
    let stolen = server.exchange(app, &other, &code).await.unwrap_err().to_string();
    assert!(stolen.contains("invalid_grant") && !stolen.contains(code.expose()), "{stolen}");
    let code = mine.code(&consent(&cloud, mine.url()).await).unwrap();
    let tokens = server.exchange(app, &mine, &code).await.unwrap();
    let sites = server.sites(tokens.access.as_ref().unwrap()).await.unwrap();
    assert_eq!(sites.len(), 2);
    let found = AccessibleSite::find(&sites, &Context::of(&config)).unwrap();
    assert_eq!(found.id, cloud.sandbox.site("acme").cloud_id());
    let again = server.exchange(app, &mine, &code).await.unwrap_err();
    assert!(again.to_string().contains("invalid_grant"), "a code is good once: {again}");
}
