//! The stylesheet, the script and the icon: compiled in, named by their content, so that browsers may keep them for good.

use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use uuid::Uuid;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/pages/static");

/// The static files by the name under which they are served.
#[derive(Debug)]
pub(super) struct Assets {
    pub(super) served: BTreeMap<String, &'static [u8]>,
    /// `style.css` to `style-<hash>.css`.
    names: BTreeMap<&'static str, String>,
}

impl Assets {
    pub(super) fn new() -> Self {
        let mut assets = Self {
            served: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        for file in FILES.files() {
            let Some((stem, extension)) = file
                .path()
                .to_str()
                .and_then(|name| Some((file.path().file_stem()?.to_str()?, name.rsplit_once('.')?.1)))
            else {
                continue;
            };
            let name = format!("{stem}-{}.{extension}", hash(file.contents()));
            assets.served.insert(name.clone(), file.contents());
            if let Some(plain) = file.path().to_str() {
                assets.names.insert(plain, name);
            }
        }
        assets
    }

    /// The path of a file, relative to the root of the service.
    pub(super) fn path(&self, plain: &str) -> String {
        let name = self.names.get(plain).map_or(plain, String::as_str);
        format!("static/{name}")
    }
}

/// A short name for bytes; two that differ have two names.
pub(super) fn hash(bytes: &[u8]) -> String {
    let mut name = Uuid::new_v5(&Uuid::NAMESPACE_URL, bytes).simple().to_string();
    name.truncate(16);
    name
}
