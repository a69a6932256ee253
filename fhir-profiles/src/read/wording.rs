//! The wording of an order: which procedures and drugs it names as what is to be done.

use super::medication::{BESIDE, Drugs, coded};
use super::words::has_words;
use crate::chart::Coding;
use crate::codes::Codes;

/// Where in the body a procedure must be to be the one that is meant.
pub(super) enum Place {
    /// The name says enough.
    Any,
    /// The liver must be named beside it, or as the site.
    Liver,
    /// No other organ may be named.
    NotElsewhere,
}

const LIVER: &[&str] = &["liver", "hepatic", "hepatocellular", "hepar"];

const ELSEWHERE: &[&str] = &[
    "uterine",
    "uterus",
    "fibroid",
    "fibroids",
    "prostate",
    "prostatic",
    "renal",
    "kidney",
    "bronchial",
    "lung",
    "splenic",
    "spleen",
    "bone",
    "bleeding",
    "haemorrhage",
    "hemorrhage",
];

/// Names of procedures in either spelling. Interpretation I27, as the names of drugs: no list of codes is complete.
pub(super) const PROCEDURES: &[(&str, &[&str], Place)] = &[
    (
        "radiofrequency-ablation",
        &["radiofrequency ablation", "radio-frequency ablation", "rfa"],
        Place::Liver,
    ),
    (
        "liver-ablation",
        &[
            "microwave ablation",
            "thermal ablation",
            "thermoablation",
            "mwa",
            "laser ablation",
            "irreversible electroporation",
        ],
        Place::Liver,
    ),
    (
        "cryotherapy",
        &["cryotherapy", "cryoablation", "cryosurgery"],
        Place::Liver,
    ),
    (
        "ethanol-injection",
        &["ethanol injection", "ethanol ablation", "alcohol injection"],
        Place::Liver,
    ),
    (
        "transarterial-chemoembolisation",
        &[
            "tace",
            "chemoembolisation",
            "chemoembolization",
            "chemo-embolisation",
            "chemo-embolization",
            "chemo embolisation",
            "chemo embolization",
        ],
        Place::Any,
    ),
    (
        "transarterial-embolisation",
        &["transarterial embolisation", "transarterial embolization", "tae"],
        Place::NotElsewhere,
    ),
    (
        "transarterial-embolisation",
        &[
            "artery embolisation",
            "artery embolization",
            "arterial embolisation",
            "arterial embolization",
            "bland embolisation",
            "bland embolization",
        ],
        Place::Liver,
    ),
    (
        "radioembolisation",
        &[
            "sirt",
            "tare",
            "radioembolisation",
            "radioembolization",
            "selective internal radiotherapy",
            "selective internal radiation therapy",
        ],
        Place::Any,
    ),
    (
        "prrt",
        &["prrt", "peptide receptor radionuclide therapy"],
        Place::Any,
    ),
    (
        "liver-transplantation",
        &[
            "liver transplantation",
            "liver transplant",
            "hepatic transplantation",
        ],
        Place::Any,
    ),
    (
        "liver-resection",
        &[
            "hepatectomy",
            "hemihepatectomy",
            "liver resection",
            "resection of liver",
            "hepatic resection",
        ],
        Place::Any,
    ),
    ("liver-resection", &["metastasectomy"], Place::Liver),
    (
        "pancreatic-resection",
        &[
            "pancreatectomy",
            "pancreaticoduodenectomy",
            "pancreatoduodenectomy",
            "whipple procedure",
        ],
        Place::Any,
    ),
    (
        "cytoreductive-surgery",
        &["cytoreductive surgery", "debulking surgery"],
        Place::Any,
    ),
];

/// Words that say, beside those that take a treatment back, of what is named right behind them that it is not what is
/// ordered. Elsewhere in an order they speak of something else ("TACE, no general anaesthesia").
const BEFORE: &[&str] = &[
    "w/o", "after", "post", "s/p", "before", "prior", "previous", "history", "followup",
];

/// Words that say the same of what is named right before them.
const BEHIND: &[&str] = &[
    "stopped",
    "discontinued",
    "held",
    "refused",
    "declined",
    "allergy",
    "intolerance",
    "intolerant",
    "intolerable",
    "contraindicated",
    "contraindication",
    "followup",
];

/// Words that may stand between such a word and the name.
const BETWEEN: &[&str] = &[
    "a",
    "an",
    "the",
    "any",
    "more",
    "further",
    "another",
    "for",
    "of",
    "to",
    "on",
    "repeat",
    "planned",
    "is",
    "was",
    "liver",
    "hepatic",
    "transarterial",
    "arterial",
    "conventional",
    "selective",
    "percutaneous",
    "right",
    "left",
    "distal",
];

/// Words that begin what comes with the treatment, or before it: it is not what is done to the treatment.
const ASIDE: &[&str] = &[
    "after",
    "following",
    "per",
    "pending",
    "with",
    "under",
    "and",
    "plus",
    "then",
    "if",
];

/// Words beside which the name of a treatment is not what is ordered.
const ABOUT: &[&str] = &[
    "evaluation",
    "assessment",
    "consultation",
    "consult",
    "referral",
    "refer",
    "planning",
    "simulation",
    "mapping",
    "work-up",
    "workup",
    "discussion",
    "education",
    "screening",
    "donor",
    "eligibility",
    "candidacy",
    "suitability",
    "placebo",
];

/// Words that make the name of a drug that of a test, a scan or a device.
const TESTED: &[&str] = &[
    "level",
    "levels",
    "trough",
    "test",
    "testing",
    "assay",
    "concentration",
    "genotype",
    "scan",
    "scans",
    "scintigraphy",
    "spect",
    "eluting",
    "mass/volume",
    "moles/volume",
    "in blood",
    "in serum",
    "in plasma",
];

/// What an order is of, which says what words beside a drug mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It can only be of a drug.
    Medication,
    /// It can be of a treatment, or of anything done about one.
    Service,
}

/// Whether the texts name the procedure as what is ordered.
pub(super) fn orders_procedure(texts: &[&str], names: &[&str]) -> bool {
    texts
        .iter()
        .any(|text| names.iter().any(|name| is_meant(text, name, &[ABOUT])))
}

pub(super) fn is_liver(texts: &[&str]) -> bool {
    holds(texts, LIVER)
}

pub(super) fn is_elsewhere(texts: &[&str]) -> bool {
    holds(texts, ELSEWHERE)
}

fn holds(texts: &[&str], words: &[&str]) -> bool {
    texts
        .iter()
        .any(|text| words.iter().any(|word| has_words(text, word)))
}

/// The drugs that are ordered, by code or by name. Beside the name of a tracer only the drug that is itself a
/// radiopharmaceutical for therapy counts.
pub(super) fn drugs_ordered(codings: &[Coding<'_>], texts: &[&str], kind: Kind, codes: &Codes) -> Drugs {
    let about: &[&[&str]] = match kind {
        Kind::Medication => &[&["placebo"]],
        Kind::Service => &[ABOUT, TESTED],
    };
    let named: Drugs = codes
        .names()
        .filter(|(name, _)| texts.iter().any(|text| is_meant(text, name, about)))
        .flat_map(|(_, drugs)| drugs)
        .collect();
    let is_about = kind == Kind::Service && about.iter().any(|words| holds(texts, words));
    let coded = coded(codings, codes).filter(|drug| !is_about || named.contains(drug));
    let mut found: Drugs = coded.collect();
    found.extend(named);
    if BESIDE
        .not_systemic
        .iter()
        .any(|word| holds(texts, &[word.as_str()]))
    {
        found.retain(|drug| *drug == "lutetium-dotatate");
    }
    found
}

/// Whether the text has this name somewhere as what is ordered.
fn is_meant(text: &str, name: &str, about: &[&[&str]]) -> bool {
    let lower = text
        .to_lowercase()
        .replace("follow-up", "followup")
        .replace("follow up", "followup");
    lower.match_indices(name).any(|(at, found)| {
        let (head, rest) = lower.split_at(at);
        let (_, tail) = rest.split_at(found.len());
        let inside = head.ends_with(char::is_alphanumeric) || tail.starts_with(char::is_alphanumeric);
        let head = head.rsplit([',', ';', '\n']).next().unwrap_or_default();
        let tail = clause(tail);
        let about = |text: &str| {
            about
                .iter()
                .any(|words| words.iter().any(|word| has_words(text, word)))
        };
        !inside
            && !next(words(head).into_iter().rev()).is_some_and(|word| {
                BEFORE.contains(&word) || BESIDE.taken_back.iter().any(|back| back == word)
            })
            && !next(words(&tail).into_iter()).is_some_and(|word| BEHIND.contains(&word))
            && !about(head)
            && !about(&tail)
    })
}

/// What of the words behind a name still speaks of it: no aside, and of brackets only single words.
fn clause(tail: &str) -> String {
    let mut open = String::new();
    let mut rest = tail;
    while let Some((before, inside)) = rest.split_once('(') {
        let (inside, behind) = inside.split_once(')').unwrap_or((inside, ""));
        open.push_str(before);
        if inside.split_whitespace().count() == 1 {
            open.push_str(inside);
        }
        rest = behind;
    }
    open.push_str(rest);
    let first = open.split([',', ';', '\n']).next().unwrap_or_default();
    let kept = first.split_whitespace().take_while(|word| !ASIDE.contains(word));
    let mut kept = kept.collect::<Vec<_>>().join(" ");
    if first.starts_with(char::is_whitespace) {
        kept.insert(0, ' ');
    }
    kept
}

fn words(text: &str) -> Vec<&str> {
    let split = text.split(|c: char| !c.is_alphanumeric() && c != '/');
    split.filter(|word| !word.is_empty()).collect()
}

fn next<'t>(mut words: impl Iterator<Item = &'t str>) -> Option<&'t str> {
    words.find(|word| !BETWEEN.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::treatments::Treatment;

    #[test]
    fn every_name_is_of_a_treatment_and_in_lower_case() {
        for (treatment, names, _) in PROCEDURES {
            assert!(Treatment::parse(treatment).is_some(), "{treatment}");
            for name in *names {
                assert_eq!(*name, name.to_lowercase());
            }
        }
    }

    #[test]
    fn a_word_counts_only_where_it_speaks_of_the_treatment() {
        let tace = |text: &str| orders_procedure(&[text], &["tace"]);
        for ordered in [
            "TACE after MDT discussion",
            "TACE (MDT discussion done)",
            "Planned TACE",
            "TACE right lobe, follow-up in 4 weeks",
            "TACE right lobe follow-up in 4 weeks",
            "TACE liver, patient prefers no general anaesthesia",
            "Without contrast TACE",
            "TACE, stop warfarin 5 days before",
            "Mapping done; TACE",
            "TACE, declined surgery",
        ] {
            assert!(tace(ordered), "{ordered}");
        }
        for other in [
            "No TACE",
            "no further TACE",
            "Not for TACE",
            "post TACE",
            "Post-TACE pain",
            "status after TACE",
            "CT after TACE",
            "Follow-up after TACE",
            "Follow up: TACE",
            "TACE follow-up",
            "TACE declined",
            "TACE planning",
            "TACE (evaluation)",
            "Referral for TACE",
            "bloods prior to TACE",
        ] {
            assert!(!tace(other), "{other}");
        }
    }
}
