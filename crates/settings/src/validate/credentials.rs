//! How an instance authenticates: the first complete method wins (server spec sections 3.1 to 3.4
//! and 10.14).

use super::Severity;
use super::check::Given;
use super::instance::Instance;
use crate::{Credential, Deployment, OAuthApp, OAuthCredential, Secret, TokenFolder};

/// Redirect address of an OAuth app on Data Center when none is configured (server spec section
/// 2.7).
const DATA_CENTER_REDIRECT: &str = "http://localhost:8080/callback";
/// Scope of an OAuth app on Data Center when none is configured (server spec section 2.7).
const DATA_CENTER_SCOPE: &str = "WRITE";

/// Everything that was given to authenticate with, complete or not.
pub(super) struct Offer {
    username: Option<String>,
    api_token: Option<Secret>,
    personal_token: Option<Secret>,
    access_token: Option<Secret>,
    client_id: Option<String>,
    client_secret: Option<Secret>,
    redirect_uri: Option<String>,
    scope: Option<String>,
    token_folder: Option<TokenFolder>,
    /// Site id; also kept for the calls that need one with any kind of credential.
    pub(super) cloud_id: Option<String>,
    client_cert: bool,
    external: bool,
    minimal: bool,
}

/// Whether requests are expected to bring tokens of their own, so that a method without any is as
/// good as another: over HTTP, unless the configured credentials stand in for missing ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tokens {
    WithRequests,
    Configured,
}

impl Offer {
    /// Reads everything that can authenticate the instance.
    pub(super) fn read(instance: &mut Instance<'_, '_>) -> Self {
        let username = instance.text("USERNAME");
        if username
            .as_deref()
            .is_some_and(|name| name.contains(':') || name.contains(char::is_control))
        {
            let reason = format!(
                "{} holds a colon or a control character, which no user name may",
                instance.variable("USERNAME")
            );
            instance.skip(Severity::Error, &reason);
        }
        let cloud_id = instance.text("OAUTH_CLOUD_ID").filter(|id| {
            let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !plain {
                let reason = format!(
                    "{} is not a site id, which holds letters, digits and hyphens only",
                    instance.variable("OAUTH_CLOUD_ID")
                );
                instance.skip(Severity::Error, &reason);
            }
            plain
        });
        let app = AppLookup::new(instance, cloud_id.is_some());
        let (client_id, client_secret) = app.pair(instance);
        Self {
            username,
            api_token: instance.password("API_TOKEN"),
            personal_token: instance.token("PERSONAL_TOKEN"),
            access_token: instance.token("OAUTH_ACCESS_TOKEN"),
            client_id,
            client_secret,
            redirect_uri: app.text(instance, "OAUTH_REDIRECT_URI"),
            scope: app.text(instance, "OAUTH_SCOPE"),
            token_folder: token_folder(instance),
            cloud_id,
            client_cert: instance.text("CLIENT_CERT").is_some(),
            external: instance.switch("EXTERNAL_AUTH_ENABLE"),
            minimal: instance.switch("OAUTH_ENABLE"),
        }
    }

    /// Whether the instance is offered even without an address (server spec section 3.1, last
    /// paragraph).
    pub(super) fn needs_no_address(&self) -> bool {
        self.minimal || self.external
    }

    /// What is used when there is no address: nothing of the operator's own.
    pub(super) fn without_address(&self) -> Credential {
        if self.minimal {
            Credential::OAuth(OAuthCredential::Minimal)
        } else {
            Credential::External
        }
    }

    /// The first complete method.
    ///
    /// A token or an app on Cloud without a site id counts as complete last: the id is found in the
    /// list of the sites that the token opens, but a method that works for certain is better.
    pub(super) fn select(&self, deployment: Deployment, tokens: Tokens) -> Option<Credential> {
        let cloud = deployment.is_cloud();
        let data_center = !cloud;
        let minimal = || self.minimal.then_some(Credential::OAuth(OAuthCredential::Minimal));
        let certificate = data_center && self.client_cert && !self.external;
        self.personal_token
            .clone()
            .filter(|_| data_center)
            .map(Credential::Pat)
            .or_else(|| self.token().filter(|_| data_center || self.cloud_id.is_some()))
            .or_else(|| self.app(cloud).filter(|_| data_center || self.cloud_id.is_some()))
            .or_else(|| minimal().filter(|_| tokens == Tokens::WithRequests))
            .or_else(|| self.basic())
            .or_else(|| self.token())
            .or_else(|| self.app(cloud))
            .or_else(|| certificate.then_some(Credential::None))
            .or_else(minimal)
            .or_else(|| self.external.then_some(Credential::External))
    }

    fn basic(&self) -> Option<Credential> {
        let (username, secret) = (self.username.clone()?, self.api_token.clone()?);
        Some(Credential::Basic { username, secret })
    }

    fn token(&self) -> Option<Credential> {
        let token = self.access_token.clone()?;
        Some(Credential::OAuth(OAuthCredential::Given { token }))
    }

    fn app(&self, cloud: bool) -> Option<Credential> {
        let (client_id, client_secret) = (self.client_id.clone()?, self.client_secret.clone()?);
        let default = |text: &str| (!cloud).then(|| text.to_owned());
        let redirect_uri = self.redirect_uri.clone().or_else(|| default(DATA_CENTER_REDIRECT))?;
        let scope = self.scope.clone().or_else(|| default(DATA_CENTER_SCOPE))?;
        let token_folder = self.token_folder.clone();
        let app = OAuthApp { client_id, client_secret, redirect_uri, scope, token_folder };
        Some(Credential::OAuth(OAuthCredential::App(app)))
    }

    /// Says what was given and is not used, next to the method that is.
    pub(super) fn explain(
        &self,
        instance: &mut Instance<'_, '_>,
        deployment: Deployment,
        chosen: &Credential,
    ) {
        let cloud = deployment.is_cloud();
        if cloud && self.personal_token.is_some() {
            let sentence = format!(
                "{} is not used: personal access tokens are for Data Center",
                instance.variable("PERSONAL_TOKEN")
            );
            instance.note(Severity::Info, &sentence);
        }
        let oauth_too = self.access_token.is_some() || self.app(cloud).is_some();
        if matches!(chosen, Credential::Pat(_)) && oauth_too {
            let sentence = format!(
                "{} is used and the OAuth settings are not",
                instance.variable("PERSONAL_TOKEN")
            );
            instance.note(Severity::Warning, &sentence);
        }
        let own_none =
            matches!(chosen, Credential::External | Credential::OAuth(OAuthCredential::Minimal));
        for (set, missing) in self.halves(instance, cloud).into_iter().filter(|_| own_none) {
            instance.note(Severity::Warning, &format!("{set} is not used: {missing} is not set"));
        }
    }

    /// Skips the instance with the list of what would do.
    pub(super) fn report_missing(&self, instance: &mut Instance<'_, '_>, deployment: Deployment) {
        let cloud = deployment.is_cloud();
        let own = |setting: &str| instance.variable(setting);
        let oauth = |setting: &str| oauth_name(instance, setting);
        let app = if cloud {
            format!(
                "{}, {}, {} and {}",
                oauth("OAUTH_CLIENT_ID"),
                oauth("OAUTH_CLIENT_SECRET"),
                oauth("OAUTH_REDIRECT_URI"),
                oauth("OAUTH_SCOPE")
            )
        } else {
            format!("{} and {}", oauth("OAUTH_CLIENT_ID"), oauth("OAUTH_CLIENT_SECRET"))
        };
        let basic = format!("{} and {}", own("USERNAME"), own("API_TOKEN"));
        let token = oauth("OAUTH_ACCESS_TOKEN");
        let ways = if cloud {
            vec![basic, token, app]
        } else {
            vec![own("PERSONAL_TOKEN"), basic, token, app, own("CLIENT_CERT")]
        };
        let mut reason = format!("needs {}", ways.join(", or "));
        for (set, missing) in self.halves(instance, cloud) {
            reason.push_str(&format!("; {set} is set, {missing} is not"));
        }
        if cloud && self.personal_token.is_some() {
            let set = own("PERSONAL_TOKEN");
            reason.push_str(&format!(
                "; {set} is set, but personal access tokens are for Data Center"
            ));
        }
        instance.skip(Severity::Warning, &reason);
    }

    /// Methods of which one half is there: (what is set, what is missing).
    fn halves(&self, instance: &Instance<'_, '_>, cloud: bool) -> Vec<(String, String)> {
        let own = |setting: &str| instance.variable(setting);
        let oauth = |setting: &str| oauth_name(instance, setting);
        let app = self.client_id.is_some() && self.client_secret.is_some() && cloud;
        let mut halves = Vec::new();
        let mut pair = |set: bool, have: String, other: bool, missing: String| {
            if set && !other {
                halves.push((have, missing));
            }
        };
        let (user, token) = (self.username.is_some(), self.api_token.is_some());
        pair(user, own("USERNAME"), token, own("API_TOKEN"));
        pair(token, own("API_TOKEN"), user, own("USERNAME"));
        let (id, secret) = (self.client_id.is_some(), self.client_secret.is_some());
        pair(id, oauth("OAUTH_CLIENT_ID"), secret, oauth("OAUTH_CLIENT_SECRET"));
        pair(secret, oauth("OAUTH_CLIENT_SECRET"), id, oauth("OAUTH_CLIENT_ID"));
        let redirect = self.redirect_uri.is_some();
        pair(app, oauth("OAUTH_CLIENT_ID"), redirect, oauth("OAUTH_REDIRECT_URI"));
        pair(app, oauth("OAUTH_CLIENT_ID"), self.scope.is_some(), oauth("OAUTH_SCOPE"));
        halves
    }
}

/// The folder of the token files: one for all apps, each of which has files of its own there.
fn token_folder(instance: &mut Instance<'_, '_>) -> Option<TokenFolder> {
    let named = instance.check.global_path("ATLASSIAN_OAUTH_DIR");
    TokenFolder::of(named, instance.check.raw.home_directory.clone())
}

/// The name to tell people for an OAuth setting: the shared one for an unnumbered instance, unless
/// it sets its own.
fn oauth_name(instance: &Instance<'_, '_>, setting: &str) -> String {
    let own = instance.variable(setting);
    if instance.slot.is_primary() && !instance.check.is_set(&own) {
        format!("ATLASSIAN_{setting}")
    } else {
        own
    }
}

/// Where the settings of an OAuth app are looked up (server spec section 11.3).
struct AppLookup {
    /// Whether the shared app counts for this instance.
    shared: bool,
    primary: bool,
}

impl AppLookup {
    fn new(instance: &mut Instance<'_, '_>, has_cloud_id: bool) -> Self {
        let primary = instance.slot.is_primary();
        let shared = primary || has_cloud_id || {
            let enable = instance.own("OAUTH_ENABLE");
            instance.check.switch(enable, false)
        };
        Self { shared, primary }
    }

    fn given(&self, instance: &mut Instance<'_, '_>, setting: &str) -> Option<Given> {
        let own = instance.own(setting);
        if own.is_none() && self.shared { instance.shared(setting) } else { own }
    }

    fn text(&self, instance: &mut Instance<'_, '_>, setting: &str) -> Option<String> {
        self.given(instance, setting).map(|given| given.value.trim().to_owned())
    }

    /// Id and secret. A numbered instance takes both from one level: an id of its own never meets
    /// the secret of another app. The unnumbered one takes each where it is, as it always did.
    fn pair(&self, instance: &mut Instance<'_, '_>) -> (Option<String>, Option<Secret>) {
        let mut id = instance.own("OAUTH_CLIENT_ID");
        let mut secret = instance.own("OAUTH_CLIENT_SECRET");
        let none = id.is_none() && secret.is_none();
        if self.shared && (none || self.primary) {
            id = id.or_else(|| instance.shared("OAUTH_CLIENT_ID"));
            secret = secret.or_else(|| instance.shared("OAUTH_CLIENT_SECRET"));
        }
        let secret = secret.and_then(|given| instance.as_secret(&given, true));
        (id.map(|given| given.value.trim().to_owned()), secret)
    }
}
