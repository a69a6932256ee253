//! `pnet-cds audit`

use super::ended::{Ended, print};
use crate::audit::Verified;
use crate::files;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// `pnet-cds audit verify`
pub(super) fn verify(paths: &[PathBuf], has: Option<&str>) -> Result<(), Ended> {
    let mut verified = Verified::default();
    let mut faults = Vec::new();
    for path in paths {
        let name = path.display();
        let fault = |error: std::io::Error| Ended::wrong([format!("{name}: {error}")]);
        let mut reader = BufReader::new(files::regular(path).map_err(fault)?);
        let (mut line, mut number) = (Vec::new(), 0);
        while reader.read_until(b'\n', &mut line).map_err(fault)? > 0 {
            number += 1;
            verified.line(number, line.trim_ascii_end(), has);
            line.clear();
        }
        let found = verified.faults.drain(..);
        faults.extend(found.map(|(number, what)| format!("{name}:{number}: {what}")));
    }
    if has.is_some() && !verified.found {
        faults.push("the hash of --has stands nowhere: the end was cut off, or files are missing".to_owned());
    }
    if !faults.is_empty() {
        return Err(Ended {
            code: 1,
            messages: faults,
        });
    }
    let follows = verified
        .follows
        .map(|hash| format!(", the first of which follows {hash}"));
    print(&format!(
        "{} records{}, none changed, taken out or put in between; the last is {}\n",
        verified.records,
        follows.unwrap_or_default(),
        verified.last.as_deref().unwrap_or("none"),
    ))
}
