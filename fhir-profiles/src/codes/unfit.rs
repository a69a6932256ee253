//! Whether a fact of a site's own can be read from a code, and in which form its codes are compared.

use super::all::Codes;
use super::system::{canonical, plain};

/// Why a fact of a site's own cannot be read from a code, if it cannot: the system is none that is read, or the code means
/// something already.
pub fn unfit_code(system: &str, code: &str) -> Option<String> {
    if !Codes::reads(system) {
        return Some(format!(
            "`{system}` is no code system that is read: a local one is mapped to the fact (`codes.dir`)"
        ));
    }
    if let Some(is) = Codes::trap(system, code) {
        return Some(format!("`{code}` is {is}"));
    }
    Codes::embedded()
        .knows(system, code)
        .then(|| format!("`{code}` of `{system}` already has another meaning"))
}

/// A code and its system in the form in which they are compared, however either is written.
pub fn compared_code(system: &str, code: &str) -> (String, String) {
    let system = canonical(system);
    (system.to_owned(), plain(system, code).into_owned())
}
