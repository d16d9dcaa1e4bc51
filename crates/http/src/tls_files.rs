//! The files that TLS needs: certificate authorities, the client's own certificate and its key.
//!
//! They are read for the first connection, and once before, at start, so that a wrong path or
//! password is told when the configuration is read and not at the first call (server spec section
//! 10.18).

use crate::Origins;
use crate::client::BuildError;
use crate::{client_key, pkcs12, transport};
use atlassian_settings::{
    InstanceConfig, InstanceSet, Network, Problem, Secret, Severity, Skipped,
};
use reqwest::{Certificate, Identity};
use std::path::Path;
use std::sync::Arc;

/// The instances whose files can be used, and the others among the skipped ones with the reason
/// (server spec section 11.4). Reads files, connects nothing; the system's store is not read.
#[must_use]
pub fn with_checked_files(instances: &InstanceSet) -> (InstanceSet, Vec<Problem>) {
    let mut checked = InstanceSet { usable: Vec::new(), skipped: instances.skipped.clone() };
    let mut problems = Vec::new();
    for config in &instances.usable {
        let Err(reason) = check(config) else {
            checked.usable.push(Arc::clone(config));
            continue;
        };
        let problem = Problem::new(Severity::Error, format!("{}: skipped: {reason}.", config.id));
        problems.push(problem.clone());
        checked.skipped.push(Skipped {
            service: config.service(),
            number: config.number,
            name: Some(config.id.name.to_string()),
            host: Some(config.site.host()),
            problems: vec![problem],
        });
    }
    (checked, problems)
}

fn check(config: &InstanceConfig) -> Result<(), BuildError> {
    let network = &config.network;
    if !Origins::of(config).uses_https() {
        return Ok(());
    }
    for file in network.ca_bundle.iter().chain(&network.trust_file) {
        bundle_of(file)?;
    }
    if let Some(identity) = client_identity(network)? {
        // Only together is it known whether the key is the one of the certificate.
        let alone = reqwest::Client::builder().no_proxy().tls_certs_only([]).identity(identity);
        transport::finish(alone).map_err(|_| {
            BuildError(format!(
                "the client certificate `{}` and its key do not belong together",
                network.client_cert.as_deref().unwrap_or(Path::new("")).display()
            ))
        })?;
    }
    Ok(())
}

pub(crate) fn bundle_of(path: &Path) -> Result<Vec<Certificate>, BuildError> {
    let pem = read(path, "the CA bundle")?;
    let certificates = Certificate::from_pem_bundle(&pem).unwrap_or_default();
    if certificates.is_empty() {
        return Err(BuildError(format!(
            "the CA bundle `{}` holds no PEM certificate",
            path.display()
        )));
    }
    Ok(certificates)
}

/// The certificates of all files of a folder, or of several joined like `SSL_CERT_DIR`. Files that
/// hold none are passed over, as OpenSSL does; a folder that cannot be read counts only when
/// nothing else gave a certificate.
pub(crate) fn folders_of(folders: &Path) -> Result<Vec<Certificate>, BuildError> {
    let mut certificates = Vec::new();
    let mut problem = None;
    for folder in std::env::split_paths(folders) {
        match std::fs::read_dir(&folder) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    if let Ok(pem) = std::fs::read(entry.path()) {
                        certificates.extend(Certificate::from_pem_bundle(&pem).unwrap_or_default());
                    }
                }
            }
            Err(error) => {
                problem.get_or_insert_with(|| {
                    BuildError(format!(
                        "the folder of CA certificates `{}` cannot be read: {error}",
                        folder.display()
                    ))
                });
            }
        }
    }
    match problem {
        Some(problem) if certificates.is_empty() => Err(problem),
        _ => Ok(certificates),
    }
}

/// The certificate that is shown to a server that asks for one: a PEM file, with its key in the same
/// file or in another, or a PKCS#12 file.
pub(crate) fn client_identity(network: &Network) -> Result<Option<Identity>, BuildError> {
    let Some(path) = &network.client_cert else { return Ok(None) };
    let mut file = read(path, "the client certificate")?;
    let password = network.client_key_password.as_ref();
    let plain = if pkcs12::is(&file) {
        if let Some(key) = &network.client_key {
            return Err(BuildError(format!(
                "the client certificate `{}` is PKCS#12, which holds its key; unset CLIENT_KEY (`{}`)",
                path.display(),
                key.display()
            )));
        }
        pkcs12::pem(&file, password)?
    } else {
        if let Some(key) = &network.client_key {
            file.push(b'\n');
            file.extend(read(key, "the client key")?);
        }
        client_key::decrypted(&Secret::new(String::from_utf8_lossy(&file)), password)?
    };
    Identity::from_pem(plain.expose().as_bytes()).map(Some).map_err(|_| {
        BuildError(format!(
            "the client certificate `{}` needs a PEM certificate and its private key",
            path.display()
        ))
    })
}

fn read(path: &Path, what: &str) -> Result<Vec<u8>, BuildError> {
    std::fs::read(path)
        .map_err(|error| BuildError(format!("{what} `{}` cannot be read: {error}", path.display())))
}
