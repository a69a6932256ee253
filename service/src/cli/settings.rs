//! `pnet-cds settings`, and the settings of the other commands.

use super::ended::{Ended, print};
use super::opened::{ends, folder_of_the_store, opened, reached};
use crate::files;
use crate::settings::{CONFIG_VARIABLE, Fault, Input, Settings, document, load, resolve};
use std::path::{Path, PathBuf};

/// Prints the documentation, or checks a file, or what `serve` would use.
pub(super) fn run(check: Option<Option<&Path>>, reach: bool, config: Option<&Path>) -> Result<(), Ended> {
    let (settings, name) = match check {
        None => return print(&document()),
        Some(None) => (current(config)?, "settings".to_owned()),
        Some(Some(path)) => {
            let source = Input {
                file: Some(read(path)?),
                environment: Vec::new(),
            };
            let loaded = load(&source);
            let wrong = |faults: Vec<Fault>| Ended::wrong(faults.iter().map(ToString::to_string));
            (loaded.map_err(wrong)?, path.display().to_string())
        }
    };
    // What the settings point to stops the start as much as what stands in them.
    let mut faults = opened(&settings).map(drop).err().unwrap_or_default();
    faults.extend(folder_of_the_store(&settings.store.url).err());
    let mut warnings = Vec::new();
    if reach {
        let (unreached, away) = reached(&settings);
        faults.extend(unreached);
        warnings = away;
    }
    if !faults.is_empty() {
        return Err(Ended::wrong(faults));
    }
    let warnings = warnings.iter().map(|what| format!("warning: {what}\n"));
    let ends = ends(&settings).into_iter().map(|what| format!("{what}\n"));
    let told: String = warnings.chain(ends).collect();
    print(&format!("{told}{name}: no faults\n"))
}

/// The settings of this run: file, then environment.
pub(super) fn current(config: Option<&Path>) -> Result<Settings, Ended> {
    let named = std::env::var_os(CONFIG_VARIABLE).map(PathBuf::from);
    let file = config.or(named.as_deref()).map(read).transpose()?;
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .collect();
    let environment = resolve(environment, |path| files::text(path, files::SMALL))
        .map_err(|faults| Ended::wrong(faults.iter().map(ToString::to_string)))?;
    load(&Input { file, environment }).map_err(|faults| Ended::wrong(faults.iter().map(ToString::to_string)))
}

fn read(path: &Path) -> Result<(String, String), Ended> {
    let name = path.display().to_string();
    match files::text(path, files::SMALL) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(Ended::wrong([format!("{name}: {error}")])),
    }
}
