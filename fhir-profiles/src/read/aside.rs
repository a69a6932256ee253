//! Records that are set aside: named, with what they could have stated, so that nothing of it counts as absent.

use super::element::Node;
use super::known::Known;
use super::put::problem;
use super::stated::{Stated, stated};
use super::useful::is_useful;
use crate::chart::{Item, Whose, is_of_medication};
use crate::facts::{Aside, Evidence, FactsBuilder, Gap, NotRead, NotReadWhy};

/// Of a record that says that it does not mean what it says.
const MODIFIED: &str =
    "not used: it carries a modifier extension, implicit rules or a denial of an older release";

/// Why a record must not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It names no patient, or one that cannot be compared, or it says that it does not mean what it says.
    MustNot(&'static str),
    /// It is about somebody or something else.
    NotThePatients(&'static str),
    /// An element of it is none that FHIR has there.
    Malformed(&'static str),
    /// A key stands in it twice.
    DuplicateKey,
    /// Elements were left out of it that would say what it means.
    Subsetted,
}

impl Refusal {
    fn text(self) -> &'static str {
        match self {
            Self::MustNot(text) | Self::NotThePatients(text) | Self::Malformed(text) => text,
            Self::DuplicateKey => "not used: a key stands in it twice",
            Self::Subsetted => "not used: elements were left out of it (SUBSETTED)",
        }
    }

    fn why(self) -> Option<NotReadWhy> {
        match self {
            Self::MustNot(_) | Self::NotThePatients(_) => None,
            Self::Malformed(_) => Some(NotReadWhy::Malformed),
            Self::DuplicateKey => Some(NotReadWhy::DuplicateKey),
            Self::Subsetted => Some(NotReadWhy::Subsetted),
        }
    }
}

/// Why a record is not used as it stands, whatever it says.
pub(super) fn refusal(known: &Known<'_>, item: &Item<'_>) -> Option<Refusal> {
    let is_read = what(item.kind()).is_some();
    if is_read && item.doubled.is_some() {
        return Some(Refusal::DuplicateKey);
    }
    if !is_useful(known, item) {
        // Nobody can say that no fact would have used it.
        return item.narrow.broken().map(Refusal::Malformed);
    }
    match item.whose {
        Whose::Usable if item.narrow.has_modifiers || gives_modified(known, item) => {
            Some(Refusal::MustNot(MODIFIED))
        }
        Whose::Usable => None,
        Whose::Nobodys => Some(Refusal::MustNot("not used: it names no patient")),
        Whose::Somebodys => Some(Refusal::MustNot(
            "not used: whether it is this patient's cannot be compared",
        )),
        Whose::NotAPatients => Some(Refusal::NotThePatients("not used: it is not about a patient")),
    }
}

/// Whether what is given says that it does not mean what it says.
fn gives_modified(known: &Known<'_>, item: &Item<'_>) -> bool {
    is_of_medication(item.kind()) && known.medications.said(&item.narrow).modified
}

/// Sets a record aside: nothing that it could have stated is "not recorded".
pub(super) fn refuse(known: &Known<'_>, facts: &mut FactsBuilder, item: &Item<'_>, refusal: Refusal) {
    problem(facts, item.place(), refusal.text());
    if matches!(refusal, Refusal::NotThePatients(_)) {
        return;
    }
    let trusted = !matches!(refusal, Refusal::Malformed(_));
    let stated = stated(known, item, trusted);
    for fact in stated.facts() {
        facts.gap(*fact, Gap::SetAside);
        if matches!(stated, Stated::Named(_)) {
            let evidence = Evidence {
                reference: item.place(),
                notes: vec![refusal.text().to_owned()],
                aside: Aside::SetAside,
                ..Evidence::default()
            };
            facts.shown(*fact, evidence);
        }
    }
    if let Some(why) = refusal.why() {
        facts.not_read(NotRead {
            reference: item.place(),
            what: what(item.kind()).unwrap_or("record").to_owned(),
            date: None,
            why,
        });
    }
}

/// What a record of a kind that is read is called; nothing for others.
pub(super) fn what(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "Patient" => "patient record",
        "Observation" => "observation",
        "Condition" => "diagnosis",
        "Procedure" => "procedure",
        "DiagnosticReport" => "report",
        "Medication" => "medication",
        "MedicationRequest" => "medication order",
        "MedicationStatement" => "medication statement",
        "MedicationAdministration" => "medication administration",
        "MedicationDispense" => "medication dispense",
        _ => return None,
    })
}

/// Whether a record from which elements were left out lacks one whose absence would decide something: a missing
/// verification status counts as confirmed, a missing `doNotPerform` as an order to give it, and so on.
pub(super) fn lacks(kind: &str, node: Node<'_>) -> bool {
    let any_of: &[&[&str]] = match kind {
        "Condition" => &[
            &["clinicalStatus"],
            &["verificationStatus"],
            &["recordedDate", "onsetDateTime", "onsetPeriod"],
        ],
        // Without them a size is the primary's, and a reading the PNET's.
        "Observation" => &[
            &["status"],
            &[
                "effectiveDateTime",
                "effectivePeriod",
                "effectiveInstant",
                "issued",
            ],
            &["bodySite", "specimen", "focus"],
        ],
        "Procedure" => &[
            &["status"],
            &[
                "performedDateTime",
                "performedPeriod",
                "occurrenceDateTime",
                "occurrencePeriod",
            ],
        ],
        "MedicationRequest" => &[&["status"], &["intent"], &["doNotPerform"], &["authoredOn"]],
        "MedicationStatement" | "MedicationDispense" => &[&["status"]],
        "MedicationAdministration" => &[
            &["status"],
            &[
                "effectiveDateTime",
                "effectivePeriod",
                "occurenceDateTime",
                "occurencePeriod",
            ],
        ],
        "DiagnosticReport" => &[&["status"]],
        _ => &[],
    };
    let has = |names: &&[&str]| names.iter().any(|name| node.has(name));
    !any_of.iter().all(has)
}
