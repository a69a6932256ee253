//! Criteria with the closed set of their tests, and what the review says of markers.

use super::limit::Limit;
use crate::assessment::Cited;
use fhir_profiles::{FactId, Interval, Treatment, TreatmentClass};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// What a value means for a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// Satisfies it.
    Met,
    /// Contradicts it.
    NotMet,
    /// The review gives no cut-off: a person decides.
    Judgement,
}

/// A criterion, once.
#[derive(Debug)]
pub struct Criterion {
    /// Its id.
    pub id: String,
    /// What must hold, in a clinician's words ("grade G1 or G2").
    pub label: String,
    /// How it is tested.
    pub test: Test,
    /// The numbers that its test divides by; label and note have them from here.
    pub limits: Vec<Limit>,
    /// The statements it rests on.
    pub statements: Vec<String>,
    /// Whether the whole rule is a reading of ours.
    pub interpretation: bool,
    /// Whether the rule is a site's own.
    pub of_site: bool,
    /// What holds where nothing is recorded of its fact; an interpretation wherever it decides.
    pub where_missing: Option<WhereMissing>,
    /// What a reader should know, such as "the review's word is 'generally'".
    pub note: Option<String>,
}

impl Criterion {
    /// The options that it refers to.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        let tested = match &self.test {
            Test::Option { option, .. } => Some(option.as_str()),
            _ => None,
        };
        let fails = self.where_missing.as_ref().map(|missing| missing.option.as_str());
        tested.into_iter().chain(fails)
    }
}

/// A call for a fact that is missing, where an option is false: `unresectable` where no curative resection is possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhereMissing {
    /// The option that must be `not-supported` or `contraindicated`.
    pub option: String,
    /// The call then.
    pub call: Call,
}

/// What a criterion reads a value from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A recorded fact (`functioning` means the functional status of section 4).
    Fact(FactId),
    /// The WHO grade of section 3.
    Grade,
}

/// The closed set of tests.
#[derive(Debug, PartialEq)]
pub enum Test {
    /// Word of a closed list to call; every word of the list is there. Where several words hold together the
    /// first in the catalogue's order decides.
    Words {
        /// What is read.
        subject: Subject,
        /// The call for each word, and whether that call is an interpretation.
        calls: BTreeMap<String, (Call, bool)>,
    },
    /// Bands that cover all numbers without gap or overlap, and calls for words where the fact has some.
    Range {
        /// What is read.
        fact: FactId,
        /// The bands, ascending.
        bands: Vec<Band>,
        /// Calls for words (`sstr-uptake`), and whether that call is an interpretation.
        words: BTreeMap<String, (Call, bool)>,
        /// A value to be shown as borderline when it is exactly this.
        borderline: Option<Decimal>,
    },
    /// A status that must have lasted.
    Lasting {
        /// What is read (`disease-status`).
        fact: FactId,
        /// Calendar months.
        months: i32,
        /// Calls when it has lasted that long or longer.
        longer: BTreeMap<String, Call>,
        /// Calls when it has not.
        shorter: BTreeMap<String, Call>,
    },
    /// The Kleene value of an option, or its negation.
    Option {
        /// The option.
        option: String,
        /// Met when the option is false.
        negate: bool,
    },
    /// A treatment on record, now or before. Where none fits it is unknown: what is not recorded may have been given.
    Given {
        /// Its class.
        class: TreatmentClass,
        /// Treatments that do not count.
        other_than: BTreeSet<Treatment>,
        /// Whether the disease must have progressed after its first day.
        progression: bool,
    },
    /// Kleene NOT of a criterion.
    Not(String),
    /// Kleene OR.
    Any(Vec<String>),
    /// Kleene AND.
    All(Vec<String>),
}

impl Test {
    /// The criteria that a compound is made of.
    pub fn parts(&self) -> &[String] {
        match self {
            Self::Any(of) | Self::All(of) => of,
            Self::Not(inner) => std::slice::from_ref(inner),
            Self::Words { .. }
            | Self::Range { .. }
            | Self::Lasting { .. }
            | Self::Given { .. }
            | Self::Option { .. } => &[],
        }
    }

    /// What a treatment on record must be, in a clinician's words; nothing for a test of another kind.
    pub fn treatment(&self) -> Option<String> {
        let Self::Given {
            class,
            other_than,
            progression,
        } = self
        else {
            return None;
        };
        let mut text = format!("a {} treatment given now or before", class.as_str());
        if !other_than.is_empty() {
            let names: Vec<&str> = other_than.iter().map(|treatment| treatment.label()).collect();
            text.push_str(&format!(", other than {}", names.join(", ")));
        }
        if *progression {
            text.push_str(", with progression after its first day");
        }
        Some(text)
    }
}

/// One band of a range test.
#[derive(Debug, PartialEq)]
pub struct Band {
    /// The numbers of the band, in the fact's unit.
    pub interval: Interval,
    /// Its call.
    pub call: Call,
    /// Whether that call is an interpretation.
    pub interpretation: bool,
}

/// A hormone level that makes a tumour functioning.
#[derive(Debug)]
pub struct HormoneRule {
    /// Criterion of kind range over the hormone.
    pub criterion: String,
    /// The syndrome it confirms.
    pub syndrome: String,
}

/// What the review says of a marker, and the syndrome whose hormone it is.
#[derive(Debug)]
pub struct MarkerRule {
    /// The marker.
    pub fact: FactId,
    /// The syndrome; the marker is shown where this one is recorded.
    pub syndrome: Option<String>,
    /// Whether it is shown whatever syndrome is recorded.
    pub always: bool,
    /// What a reader must know of it.
    pub note: Cited,
}

/// What is said of a marker that has changed, or after debulking.
#[derive(Debug)]
pub struct MarkerCourse {
    /// Asked for where it has changed and the disease status says nothing of its day.
    pub compare: Cited,
    /// The option after which it is said whether the marker is back in its range.
    pub after_option: String,
    /// What that is said with.
    pub after: Cited,
}
