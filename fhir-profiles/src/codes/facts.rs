//! What the codes of a site's own facts mean.

use super::local::{Home, Local, escaped};
use super::meaning::{Meaning, Named};
use super::system::{self, canonical, plain};
use crate::catalogue::info::Kind;
use crate::catalogue::known::Catalogue;

/// What the codes of a site's own facts mean, the project's own among them.
pub(super) fn meanings(catalogue: &Catalogue) -> Local {
    let mut local = Local::default();
    for fact in catalogue.site() {
        let info = fact.info();
        local.means(system::FACTS, info.id.clone(), false, &[Meaning::Fact(*fact)]);
        for of in &info.codes {
            let named = canonical(&of.system);
            let says = of.says.as_deref().and_then(|word| fact.word(word));
            let meaning = match says {
                Some(word) => Meaning::Says(*fact, word.as_str()),
                None if info.kind == Kind::Presence => Meaning::Names(Named::Presence(*fact)),
                None => Meaning::Asks(*fact),
            };
            local.means(named, plain(named, &of.code).into_owned(), false, &[meaning]);
            // An answer is searched by its question.
            if says.is_none() {
                let token = format!("{}|{}", of.system, escaped(&of.code));
                local.searched(Home::Fact(*fact), token);
            }
        }
    }
    local
}
