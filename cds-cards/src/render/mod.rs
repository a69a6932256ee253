//! From an [`Assessment`](crate::assessment::Assessment) to CDS Hooks cards: which cards, in which order, with texts from the knowledge.
//!
//! The texts are templates (minijinja) in `knowledge/cards/*.md` and `knowledge/options/<id>/card.md`. Every value that
//! a slot prints is escaped for Markdown; no filter or tag switches that off. A slot without a value is a fault, and
//! [`check_templates`] finds it when the knowledge is loaded. A text that fails all the same, or runs too long, gives way to
//! the built-in one ([`Card::text_replaced`]). The context of each:
//!
//! - `options/<id>/card.md`: `figures.<id>` for each `[[figure]]` of the option (`-` in its id written `_`), as wording
//!   with number, unit, statement and correction. Every figure is used, and nothing else is there.
//! - `cards/pathway.md`: `sheet` (a [`Sheet`]: its fields are its slots), `check` (what does not fit together, where there
//!   is no card on it), `found` and `found_more` (as below, where no card follows on what to settle first), `since` (notes),
//!   `left_out`, `version`, `cut_off`, `as_of`.
//! - `cards/without.md`: `liver_metastases`, `problems`, `not_read`, `version`.
//! - `cards/options.md`: `label`, `against` (`label`, `reasons`), `shared` (criteria that several options ask for),
//!   `options` (`label`, `verdict`, `given`, `restriction`, `before` (notes that stand before its benefits), `rule_out`,
//!   `ruled_out`, `confirm`, `met`, `variants`, `favours`, `cautions`, `passage`, `sentences`, `side_effects`,
//!   `corrections`), `others` (`label`, `verdict`, `given`, `deciding`, `limit`, `mark`, `more`), `notes`, `version`, `cut_off`.
//!   `rule_out` are contraindications not excluded by the record, `ruled_out` those that are; `confirm` and `met` are the other criteria.
//! - `cards/missing-data.md`: `facts` (`label`, `why`, `settles`, `needed`, `unread`), `more`, `found` (values in texts, to
//!   be recorded: `label`, `value`, `quote`, `source`), `found_more`, `notes.<id>` as above, `version`.
//! - `cards/question.md`: `question`, `settles`, `needed`, `found` (`value`, `quote`, `source`), `day`, `version`.
//! - `cards/discrepancy.md`: `items` (`id`, `text`, `consequence`, `records`), `notes.<id>` as above, `version`.
//! - `cards/order-warning.md`: `items` (`orders`: `wording`, `reference`; `interpretation`; `options`: `label`, `verdict`,
//!   `restriction`, `corrections`, `reasons`: `criterion`, `records`, `quotes`: `id`, `section`, `text`), `notes`, `version`, `cut_off`.
//! - `cards/order-undetermined.md`: `gate` (why no option was assessed), `items` as above, `unread` (`reference`,
//!   `why`), `problems`, `problems_more`, `version`.
//! - `cards/unreadable.md`: `records`, `count`, `places` (`place`, `problem`), `more`, `named` (records), `version`.
//! - `cards/order-given.md`: `items` (`orders` as above; `given`: `label`, `text`), `version`.
//!
//! Parts of these: a criterion has `text`, `brief`, `shared`, `statements`, `mark`, `borderline`, `note`; a
//! sentence `text`, `statements` (variants, favours and cautions are sentences); a note `id`, `topic`, `text`,
//! `confidence`; a correction `id`, `text`; a record (chart data) `fact`,
//! `recorded`, `date`, `reference`, `notes`. A text that is not there is empty, a list that is not there has no entry.

mod answer;
mod card;
mod check;
mod evidence;
mod findings;
pub mod form;
mod group_card;
mod links;
mod lists;
mod literature;
mod maker;
mod markers;
mod nonempty;
mod not_read;
pub mod notes;
mod order_card;
mod orders;
mod pathway_card;
mod policy;
mod question;
mod refused;
mod resource;
mod sample;
mod scope;
pub mod sheet;
mod suggestions;
mod summary;
mod topics;
mod unreadable;
pub mod words;

pub use crate::markdown::{WORD_JOINER, escape, plain};
pub use answer::render;
pub use card::{About, Card, CardKind, Indicator, Link, OptionVerdict, Suggestion, Suggestions, Summary};
pub use check::{TemplateFault, check_templates};
pub use evidence::Sentence;
pub use findings::{Found, found, missing_facts};
pub use markers::{Marker, markers};
pub use nonempty::Text;
pub use not_read::not_read;
pub use orders::render_orders;
pub use policy::{Asking, Policy};
pub use question::{questions, tumour};
pub use resource::{Reference, Subject};
pub use scope::{genetic_syndromes, outside};
pub use sheet::{Most, Sheet, sheet};
