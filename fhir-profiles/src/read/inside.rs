//! What a resource contains, by the ids that references within it name: looked through once, however many there are.

use std::cell::OnceCell;
use std::collections::HashMap;

/// Where each id stands among what a resource contains; of several with one id the first.
#[derive(Default)]
pub(super) struct Inside(pub(super) OnceCell<HashMap<String, usize>>);
