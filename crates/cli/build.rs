//! Asks the linker for packed relocations where the system can load them.
//!
//! The program is position independent, and its tables hold some 55,000 pointers. Listed one by one
//! they are 1.3 MB that every start reads into memory; packed (`DT_RELR`) they are 20 KB, so that
//! the memory after `initialize` keeps to design section 7. glibc loads them from 2.36 on, hence the
//! question to the system; a cross-build is left alone, since its target's glibc is unknown here.

use std::process::Command;

/// The first glibc that loads packed relative relocations (its NEWS for 2.36).
const FIRST_GLIBC: (u32, u32) = (2, 36);

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let glibc = variable("CARGO_CFG_TARGET_OS") == "linux"
        && variable("CARGO_CFG_TARGET_ENV") == "gnu"
        && variable("HOST") == variable("TARGET");
    if glibc && version_of_glibc().is_some_and(|version| version >= FIRST_GLIBC) {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// What `getconf GNU_LIBC_VERSION` answers, such as `glibc 2.36`; nothing where it can't be asked.
fn version_of_glibc() -> Option<(u32, u32)> {
    let answer = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let answer = String::from_utf8(answer.stdout).ok()?;
    let (major, minor) = answer.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
