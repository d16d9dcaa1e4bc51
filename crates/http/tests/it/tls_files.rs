//! Client identities in one PKCS#12 file, and the check of all files at start.
//!
//! `tests/files/{modern,legacy}.p12` were written by OpenSSL 3 (`openssl pkcs12 -export`, and the
//! same with `-legacy`, which is what older systems write) for a certificate of
//! `tests/files/authority.pem`; their password is below.

use crate::fixture::{instance, read, remote};
use crate::tls::{Authority, file, knowing_whom, locked};
use atlassian_http::ApiErrorKind;
use atlassian_http::tls_files::with_checked_files;
use atlassian_settings::{InstanceConfig, InstanceSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PASSWORD: &str = "canary-open-sesame";

fn stored(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

#[tokio::test]
async fn a_pkcs12_file_is_shown_as_the_client_certificate() {
    let authority = Authority::new();
    let clients = std::fs::read(stored("authority.pem")).unwrap();
    let (server, url) = knowing_whom(&authority, &clients).await;
    let bundle = authority.file();
    for name in ["modern.p12", "legacy.p12"] {
        let mut config = instance(&url);
        config.limits.retry.attempts = 0;
        config.network.ca_bundle = Some(bundle.path().to_owned());
        assert!(remote(config.clone()).send(&read()).await.is_err(), "it asks for a certificate");
        config.network.client_cert = Some(stored(name));
        config.network.client_key_password = Some(PASSWORD.into());
        remote(config.clone()).send(&read()).await.unwrap();
        for (password, said) in
            [(None, "CLIENT_KEY_PASSWORD"), (Some("canary-wrong"), "cannot be opened")]
        {
            config.network.client_key_password = password.map(Into::into);
            let error = remote(config.clone()).send(&read()).await.unwrap_err();
            assert_eq!(error.kind, ApiErrorKind::Setup);
            let text = format!("{error} {error:?}");
            assert!(text.contains(said) && !text.contains("canary"), "{text}");
        }
    }
    assert_eq!(server.log().len(), 2);
}

/// The reason why the instance is skipped; `None` when its files can be used.
fn reason(config: &InstanceConfig) -> Option<String> {
    let set = InstanceSet { usable: vec![Arc::new(config.clone())], skipped: Vec::new() };
    let (checked, problems) = with_checked_files(&set);
    assert_eq!(checked.usable.len() + checked.skipped.len(), 1);
    assert_eq!(checked.skipped.len(), problems.len());
    problems.first().map(ToString::to_string)
}

#[test]
fn files_are_checked_at_start_and_a_bad_one_skips_its_instance_with_a_sentence() {
    let authority = Authority::new();
    let (mine, my_key) = authority.issue("client.example");
    let (_, another_key) = authority.issue("client.example");
    let (pem, key, other) = (file(&mine), file(&my_key), file(&another_key));
    let secret = file(&locked(&my_key, PASSWORD));
    let (bundle, empty) = (authority.file(), file("no certificate in here"));
    let missing = Path::new("/nonexistent/file.pem");
    let modern = stored("modern.p12");
    type Row<'a> = (Option<&'a Path>, Option<&'a Path>, Option<&'a Path>, Option<&'a str>, &'a str);
    let rows: &[Row<'_>] = &[
        // CA bundle, client certificate, its key, password, what is said.
        (None, None, None, None, ""),
        (Some(bundle.path()), Some(pem.path()), Some(key.path()), None, ""),
        (None, Some(pem.path()), Some(secret.path()), Some(PASSWORD), ""),
        (None, Some(&modern), None, Some(PASSWORD), ""),
        (Some(missing), None, None, None, "`/nonexistent/file.pem` cannot be read"),
        (Some(empty.path()), None, None, None, "no PEM certificate"),
        (None, Some(missing), None, None, "client certificate `/nonexistent/file.pem`"),
        (None, Some(pem.path()), Some(missing), None, "client key `/nonexistent/file.pem`"),
        (None, Some(pem.path()), None, None, "and its private key"),
        (None, Some(empty.path()), None, None, "needs a PEM certificate"),
        (None, Some(pem.path()), Some(other.path()), None, "do not belong together"),
        (None, Some(pem.path()), Some(secret.path()), None, "CLIENT_KEY_PASSWORD"),
        (None, Some(pem.path()), Some(secret.path()), Some("canary-wrong"), "decrypted"),
        (None, Some(&modern), None, Some("canary-wrong"), "cannot be opened"),
        (None, Some(&modern), None, None, "give its password as CLIENT_KEY_PASSWORD"),
        (None, Some(&modern), Some(key.path()), Some(PASSWORD), "unset CLIENT_KEY"),
    ];
    for (bundle, certificate, key, password, said) in rows {
        let mut config = instance("https://jira.corp.example");
        config.network.ca_bundle = bundle.map(Into::into);
        config.network.client_cert = certificate.map(Into::into);
        config.network.client_key = key.map(Into::into);
        config.network.client_key_password = password.map(Into::into);
        let reason = reason(&config);
        if said.is_empty() {
            assert_eq!(reason, None, "{certificate:?} {key:?}");
            continue;
        }
        let reason = reason.unwrap_or_else(|| panic!("{certificate:?} {key:?} passes"));
        assert!(reason.contains(said), "{said}: {reason}");
        assert!(reason.contains(": skipped: the ") && reason.ends_with('.'), "{reason}");
        assert!(!reason.contains("canary") && !reason.contains('\n'), "{reason}");
    }
    // Without TLS there is nothing to read, and a shared setting costs the instance nothing.
    let mut plain = instance("http://jira.corp.example");
    plain.network.ca_bundle = Some(missing.into());
    assert_eq!(reason(&plain), None);
}
