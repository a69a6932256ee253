//! The program itself, as it stands beside the tests that are running.

use crate::here;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The program beside this test, under another name in `dir`: whoever builds meanwhile makes a new one. It is built where
/// it is not there or older than the library that cargo has just built.
///
/// # Errors
/// If it cannot be built or named.
pub fn built(dir: &Path, name: &str) -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let profile = test
        .parent()
        .and_then(Path::parent)
        .ok_or_else(|| Error::other("the test stands in no directory of cargo's"))?;
    let program = profile.join(format!("pnet-cds{}", std::env::consts::EXE_SUFFIX));
    if changed(&program) < library(&profile.join("deps"))? {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--package", "pnet-cds", "--bin", "pnet-cds"]);
        if profile.ends_with("release") {
            build.arg("--release");
        }
        if !build.current_dir(here()).status()?.success() {
            return Err(Error::other(format!("{build:?}")));
        }
    }
    let pinned = dir.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    // There is none at first.
    drop(std::fs::remove_file(&pinned));
    std::fs::hard_link(program, &pinned)?;
    Ok(pinned)
}

/// The program without settings of the environment, and without colours.
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PNET_CDS_") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1");
    command
}

fn changed(path: &Path) -> SystemTime {
    path.metadata()
        .and_then(|data| data.modified())
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

/// When the newest library of the service was built; always after a program that is not there.
fn library(deps: &Path) -> Result<SystemTime> {
    let files = std::fs::read_dir(deps)?.flatten().map(|entry| entry.path());
    let libraries = files.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libpnet_cds-") && name.ends_with(".rlib")
    });
    let newest = libraries.map(|path| changed(&path)).max();
    Ok(newest.unwrap_or_else(SystemTime::now))
}
