//! Opening the consent address.

use crate::environment::Environment;
use std::process::{Command, Stdio};
use url::Url;

/// Whether a browser may be there.
pub(super) fn can_open(environment: &Environment) -> bool {
    cfg!(any(target_os = "macos", windows))
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| environment.get(name).is_some())
}

/// Hands an address to the desktop; no shell reads it.
pub(super) fn open(address: &Url) -> bool {
    let (program, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    Command::new(program)
        .args(before)
        .arg(address.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .is_ok()
}
