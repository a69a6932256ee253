//! Every request that a suite sends, kept beside its other files, for the canary to send again with a mark in every text.

use std::collections::HashSet;
use std::fs::{File, create_dir_all};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{LazyLock, Mutex, PoisonError};

/// A body without end is of no interest, and nothing of it is read.
const LONGEST: usize = 1 << 20;

/// The file of this process, and the requests that are in it.
static KEPT: LazyLock<Mutex<io::Result<Kept>>> = LazyLock::new(|| Mutex::new(Kept::new()));

struct Kept {
    file: File,
    requests: HashSet<Vec<u8>>,
}

impl Kept {
    fn new() -> io::Result<Self> {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("requests");
        create_dir_all(&dir)?;
        // Crate and module name the suite; one that runs again begins again.
        let suite = module_path!().replace("::recorded", "").replace("::", ".");
        Ok(Self {
            file: File::create(dir.join(suite))?,
            requests: HashSet::new(),
        })
    }

    fn add(&mut self, request: &[u8]) -> io::Result<()> {
        let length = u32::try_from(request.len()).map_err(io::Error::other)?;
        if self.requests.insert(request.to_vec()) {
            self.file.write_all(&[&length.to_be_bytes(), request].concat())?;
        }
        Ok(())
    }
}

/// Keeps a request as it goes over the wire, once: its length in four bytes, and itself.
pub(crate) fn keep(request: &[u8]) {
    if request.len() > LONGEST {
        return;
    }
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let done = kept.as_mut().is_ok_and(|kept| kept.add(request).is_ok());
    assert!(done, "a request could not be kept");
}
