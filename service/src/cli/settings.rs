//! `pnet-cds settings`, and the settings of the other commands.

use super::ended::{Ended, print};
use crate::app::Application;
use crate::evaluator::Evaluator;
use crate::files;
use crate::settings::{CONFIG_VARIABLE, Settings, Source, document, load, resolve};
use crate::store::{Store, StoreSettings, StoreUrl};
use std::path::{Path, PathBuf};

/// Prints the documentation, or checks a file.
pub(super) fn run(check: Option<&Path>) -> Result<(), Ended> {
    let Some(path) = check else {
        return print(&document());
    };
    let source = Source {
        file: Some(read(path)?),
        environment: Vec::new(),
    };
    let settings = load(&source).map_err(|faults| Ended::wrong(faults.iter().map(ToString::to_string)))?;
    // What the file points to stops the start as much as what stands in it.
    Evaluator::load(&settings).map_err(Ended::wrong)?;
    let in_memory = StoreSettings {
        url: StoreUrl::memory(),
        ..settings.store.clone()
    };
    let store = Store::open(&in_memory, settings.auth.replay_capacity);
    let store = store.map_err(|error| Ended::failed(format!("store: {error}")))?;
    Application::trust(&settings, "http://127.0.0.1", &store).map_err(Ended::wrong)?;
    print(&format!("{}: no faults\n", path.display()))
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
    load(&Source { file, environment }).map_err(|faults| Ended::wrong(faults.iter().map(ToString::to_string)))
}

fn read(path: &Path) -> Result<(String, String), Ended> {
    let name = path.display().to_string();
    match files::text(path, files::SMALL) {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(Ended::wrong([format!("{name}: {error}")])),
    }
}
