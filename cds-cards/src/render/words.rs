//! Verdicts, reasons, numbers and lists in a clinician's words.

pub(super) use super::lists::all_of;
pub use super::lists::{any_of, count};
use super::unreadable::unreadable;
use crate::assessment::{
    Assessment, CriterionReport, Discrepancy, FactReport, FactValue, Gate, GivenReport, GivenState, Group,
    MissingFact, NOT_RECORDED, OptionReport, Outcome, Range, Reason, Role, Status, Verdict, lack,
};
pub use crate::engine::words::capitalised;
use crate::knowledge::Knowledge;
pub(super) use crate::knowledge::with_unit;
use fhir_profiles::facts::Gap;
use fhir_profiles::{FactId, Treatment, UnreadOrder};

/// Options named in a line on what a fact is needed for.
const NEEDING: usize = 4;

/// "Criteria not met" and "review advises against" are two things and stay so.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Supported => "supported",
        Verdict::Provisional => "to confirm",
        Verdict::Undetermined => "undetermined",
        Verdict::NotSupported => "criteria not met",
        Verdict::Contraindicated => "review advises against",
    }
}

/// The verdict of an option: what only rules of a site's own advise against is not said to be the review's.
pub fn verdict_of(option: &OptionReport) -> &'static str {
    match option.is_against_by_site() {
        true => AGAINST_BY_SITE,
        false => verdict(option.verdict),
    }
}

/// What rules of a site's own advise against.
pub const AGAINST_BY_SITE: &str = "site rule advises against";

/// What is put beside a criterion that is not the review's own word; nothing where it is.
pub fn mark(report: &CriterionReport) -> &'static str {
    mark_of([report])
}

/// The same for several together: that of the one which is furthest from the review.
pub fn mark_of<'a>(reports: impl IntoIterator<Item = &'a CriterionReport>) -> &'static str {
    let marks = reports.into_iter().map(|report| match report {
        report if report.of_site => SITE_RULE,
        report if report.interpretation => INTERPRETATION,
        _ => "",
    });
    marks.fold("", graver)
}

/// Of two marks that which is further from the review.
pub(super) fn graver(one: &'static str, other: &'static str) -> &'static str {
    if one == SITE_RULE || other.is_empty() {
        one
    } else {
        other
    }
}

/// A reading of ours of the review.
pub const INTERPRETATION: &str = "interpretation";
/// A rule of a site's own.
pub const SITE_RULE: &str = "site rule";

/// What a clinician calls a group.
pub fn group(group: Group) -> &'static str {
    match group {
        Group::Surgery => "Surgery",
        Group::LiverDirected => "Liver-directed therapy",
        Group::Systemic => "Systemic therapy",
    }
}

/// What the gate says of the patient, and what follows from it.
pub fn gate(assessment: &Assessment) -> String {
    let found = at_gate(assessment);
    let follows = match assessment.gate {
        Gate::Passed => "the options apply",
        Gate::NoLiverMetastases if is_liver_open(assessment) => "the options are not assessed",
        Gate::NoLiverMetastases => "the options do not apply",
        Gate::NoPnet if pnet_aside(assessment).is_some() => "the options are not assessed",
        Gate::NoPnet if is_pnet_open(assessment) => "nothing can be said",
        Gate::NoPnet => "nothing to say",
    };
    format!("{}: {follows}", capitalised(&found))
}

/// Why the options were not assessed although they may apply; `None` where they were, or surely do not apply.
pub fn closed_gate(assessment: &Assessment) -> Option<String> {
    let is_open = match assessment.gate {
        Gate::Passed => false,
        Gate::NoLiverMetastases => is_liver_open(assessment),
        Gate::NoPnet => is_pnet_open(assessment),
    };
    is_open.then(|| at_gate(assessment))
}

/// What stands at the gate, as a clause.
fn at_gate(assessment: &Assessment) -> String {
    let pnet = assessment.facts.get(&FactId::Pnet);
    match assessment.gate {
        Gate::Passed => "liver metastases present".to_owned(),
        Gate::NoLiverMetastases => format!("liver metastases {}", liver_metastases(assessment)),
        Gate::NoPnet => match pnet.and_then(|fact| fact.reason) {
            Some(Reason::Unreadable) => "a diagnosis is on record that could not be read".to_owned(),
            Some(Reason::Conflicting) => {
                "the records of a pancreatic neuroendocrine tumour disagree".to_owned()
            }
            _ => match (pnet_aside(assessment), pnet.and_then(|fact| fact.gap)) {
                (Some(why), _) => format!("pancreatic neuroendocrine tumour {why}"),
                (None, Some(gap)) => format!("pancreatic neuroendocrine tumour {}", gap.text()),
                (None, None) => match unreadable(assessment) {
                    Some(view) => format!(
                        "{} in which a pancreatic neuroendocrine tumour may stand could not be read",
                        count(view.records(), "record")
                    ),
                    None => "no pancreatic neuroendocrine tumour on record".to_owned(),
                },
            },
        },
    }
}

fn is_liver_open(assessment: &Assessment) -> bool {
    let fact = assessment.facts.get(&FactId::LiverMetastases);
    fact.is_none_or(|fact| fact.status == Status::Unknown)
}

fn is_pnet_open(assessment: &Assessment) -> bool {
    let gap = assessment.facts.get(&FactId::Pnet).and_then(|fact| fact.gap);
    gap.is_some() || unreadable(assessment).is_some()
}

/// What a criterion is for in an option; the criterion follows.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Require => "required",
        Role::Confirm => "to confirm",
        Role::Contraindication => "review advises against unless",
    }
}

/// Whether a criterion is met, or why that is not known.
pub fn outcome(report: &CriterionReport) -> String {
    match report.outcome {
        Outcome::Met => "met".to_owned(),
        Outcome::NotMet => "not met".to_owned(),
        Outcome::Unknown => format!("unknown: {}", why(report)),
    }
}

/// What does not fit together, and what would differ were the other record right.
pub fn misfit(found: &Discrepancy) -> String {
    match found.led_to() {
        Some(consequence) => format!("{}; were the other right: {consequence}", found.text),
        None => found.text.clone(),
    }
}

/// Why something is unknown.
pub fn reason(reason: Reason) -> &'static str {
    lack(reason, None, None)
}

/// Why nobody can tell what an order is of.
pub fn unread(why: &UnreadOrder) -> &'static str {
    match why {
        UnreadOrder::Unnamed => "what is ordered has neither a code nor a name",
        UnreadOrder::Unsent { .. } => "it has no name, and the Medication that it refers to was not supplied",
    }
}

/// Why a fact is unknown; readings that disagree are unknown too.
pub fn unknown(fact: Option<&FactReport>) -> &str {
    fact.map_or(NOT_RECORDED, |fact| {
        let reason = fact.reason.unwrap_or(Reason::Missing);
        lack(reason, fact.gap, fact.aside.as_deref())
    })
}

/// What a criterion asks for.
pub fn label<'a>(knowledge: &'a Knowledge, id: &'a str) -> &'a str {
    knowledge
        .criteria
        .get(id)
        .map_or(id, |known| known.label.as_str())
}

/// What a criterion asks for, and how the record answers; where the record contradicts it, the record first.
pub fn criterion(knowledge: &Knowledge, report: &CriterionReport) -> String {
    let label = label(knowledge, &report.id);
    let because = report.because.as_str();
    match (report.outcome, report.reason) {
        _ if because.is_empty() => brief(knowledge, report),
        (Outcome::Met, _) => format!("{label}: {because}"),
        (Outcome::NotMet, _) if report.role == Role::Contraindication => because.to_owned(),
        (Outcome::NotMet, _) => format!("{because}; needs: {label}"),
        (Outcome::Unknown, Some(Reason::Judgement)) => {
            format!("{label}: {because}, {}", reason(Reason::Judgement))
        }
        // What one fact lacks ("since when is not recorded") says more than the reason alone.
        (Outcome::Unknown, _) if report.facts.len() == 1 && because.contains(": ") => {
            format!("{label}: {because}")
        }
        (Outcome::Unknown, _) => brief(knowledge, report),
    }
}

/// What a criterion asks for, with the reason where the record does not say.
pub fn brief(knowledge: &Knowledge, report: &CriterionReport) -> String {
    let label = label(knowledge, &report.id);
    match report.outcome {
        Outcome::Unknown => {
            format!("{label}: {}", why(report))
        }
        Outcome::Met | Outcome::NotMet => match &report.aside {
            Some(aside) => format!("{label}; {aside}"),
            None => label.to_owned(),
        },
    }
}

/// Why a criterion is unknown.
pub fn why(report: &CriterionReport) -> &str {
    report.lack.as_deref().unwrap_or_else(|| {
        let reason = report.reason.unwrap_or(Reason::Missing);
        lack(reason, report.gap, report.aside.as_deref())
    })
}

/// The criterion that decides of an option in words, or that all are met.
pub fn deciding(knowledge: &Knowledge, assessment: &Assessment, option: &OptionReport) -> String {
    match option.decides() {
        Some(report) => criterion(knowledge, report),
        None => all_met(assessment, option),
    }
}

/// What of an option is an interpretation beside the criterion that decides: a supported option rests on all its
/// criteria, any other on the one that decides.
pub fn interpreted(knowledge: &Knowledge, option: &OptionReport) -> Vec<String> {
    let ours = option.criteria.iter().filter(|report| report.interpretation);
    let ours = ours.filter(|_| option.decides().is_none());
    ours.map(|report| label(knowledge, &report.id).to_owned())
        .collect()
}

/// What is said of an option of which every criterion is met: how old the oldest record behind it is, and what is
/// recorded beside it without counting.
fn all_met(assessment: &Assessment, option: &OptionReport) -> String {
    let mut text = "all criteria met".to_owned();
    if let Some(date) = assessment.oldest_record(option) {
        text.push_str(&format!("; oldest record {date}"));
    }
    for criterion in &option.criteria {
        if let (Some(aside), [fact]) = (&criterion.aside, criterion.facts.as_slice()) {
            text.push_str(&format!("; {}: {aside}", fact.info().label));
        }
    }
    text
}

/// What was given, by name.
pub fn agents(entry: &GivenReport) -> String {
    let label = |code: &String| match Treatment::parse(code) {
        Some(treatment) => treatment.label().to_owned(),
        None => code.clone(),
    };
    entry.agents.iter().map(label).collect::<Vec<_>>().join(", ")
}

/// When it was given, how often, why it ended, and since when the disease has progressed under it or after it.
pub fn given_when(entry: &GivenReport) -> String {
    let mut parts = vec![match (entry.state, &entry.from, &entry.until) {
        (GivenState::Now, Some(from), _) => format!("given now since {from}"),
        (GivenState::Now, None, _) => "given now".to_owned(),
        (GivenState::Before, Some(from), Some(until)) if from == until => format!("given before on {from}"),
        (GivenState::Before, Some(from), Some(until)) => format!("given before, {from} to {until}"),
        (GivenState::Before, Some(from), None) => format!("given before, from {from}"),
        (GivenState::Before, None, Some(until)) => format!("given before, until {until}"),
        (GivenState::Before, None, None) => "given before".to_owned(),
    }];
    parts.extend(
        entry
            .times
            .filter(|times| *times > 1)
            .map(|times| format!("{times} times")),
    );
    parts.extend(
        entry
            .reason
            .as_ref()
            .map(|reason| format!("recorded reason: {reason}")),
    );
    parts.extend(
        entry
            .progression_since
            .as_ref()
            .map(|date| format!("progression since {date}")),
    );
    parts.join(", ")
}

/// What a fact is needed for, with the statements that ask for it: `TAE, TACE, SIRT (EM17a, SI06b)`; empty if no option
/// asks for it.
pub fn needed(knowledge: &Knowledge, missing: &MissingFact) -> String {
    let (options, statements) = needs(knowledge, missing, NEEDING);
    match statements.is_empty() {
        true => options,
        false => format!("{options} ({statements})"),
    }
}

/// The first options that a fact is needed for and how many more there are, and the statements that ask for it there.
pub(super) fn needs(knowledge: &Knowledge, missing: &MissingFact, most: usize) -> (String, String) {
    let named = |id: &String| {
        let known = knowledge.option(id);
        known
            .map_or(id.as_str(), |option| option.short.as_str())
            .to_owned()
    };
    let all: usize = missing.needed_for.iter().map(|need| need.options.len()).sum();
    let shown = if all == most + 1 { all } else { most };
    let mut options: Vec<String> = Vec::new();
    let mut statements: Vec<&str> = Vec::new();
    for need in &missing.needed_for {
        let room = shown.saturating_sub(options.len());
        if room == 0 {
            break;
        }
        options.extend(need.options.iter().take(room).map(named));
        for statement in &need.statements {
            if !statements.contains(&statement.as_str()) {
                statements.push(statement);
            }
        }
    }
    let more = all - options.len();
    let options = match more {
        0 => options.join(", "),
        _ => format!("{} and {more} more", options.join(", ")),
    };
    (options, statements.join(", "))
}

/// The year and month of a date as written.
pub(super) fn month(date: &str) -> &str {
    date.get(..7).unwrap_or(date)
}

/// A fact's value with its unit (`8 %`, `3-5 %`, `> 20 %`), or `None` while it is unknown.
pub fn value(fact: &FactReport) -> Option<String> {
    if fact.status != Status::Known {
        return None;
    }
    let text = match (&fact.value, &fact.range) {
        (Some(FactValue::Word(word)), _) => return Some(word.clone()),
        (Some(FactValue::Words(words)), _) => return Some(words.join(", ")),
        (Some(FactValue::Number(number)), _) => number.normalize().to_string(),
        (None, Some(range)) => interval(range)?,
        (None, None) => return None,
    };
    Some(with_unit(text, fact.unit.as_deref()))
}

fn interval(range: &Range) -> Option<String> {
    let above = if range.low_inclusive == Some(true) {
        "≥"
    } else {
        ">"
    };
    let below = if range.high_inclusive == Some(true) {
        "≤"
    } else {
        "<"
    };
    Some(match (range.low, range.high) {
        (Some(low), Some(high)) if low == high => low.to_string(),
        (Some(low), Some(high)) if above == "≥" && below == "≤" => format!("{low}-{high}"),
        (Some(low), Some(high)) => format!("{above} {low}, {below} {high}"),
        (Some(low), None) => format!("{above} {low}"),
        (None, Some(high)) => format!("{below} {high}"),
        (None, None) => return None,
    })
}

/// `G2`, `grade G1 or G2`, `grade unknown`.
pub fn grade(assessment: &Assessment) -> String {
    let grade = &assessment.grade;
    match &grade.value {
        Some(value) => value.clone(),
        // That it was not to be had is no finding of the patient's.
        None if grade.reason == Some(Reason::Missing) => match grade.gap {
            Some(gap) => format!("grade unknown ({})", gap.text()),
            None => "grade unknown".to_owned(),
        },
        None if grade.candidates.is_empty() => "grade unknown".to_owned(),
        None => format!("grade {}", any_of(&grade.candidates)),
    }
}

/// What the grade was taken from: `Ki-67 8 %, mitoses 3/10 HPF` or `as recorded`.
pub fn grade_basis(assessment: &Assessment) -> Option<String> {
    assessment.grade.value.as_ref()?;
    let parts: Vec<String> = assessment
        .grade
        .facts
        .iter()
        .filter_map(|id| {
            let fact = assessment.facts.get(id)?;
            // A primary and a metastasis are two findings, not a range.
            let text = match fact.candidates.as_slice() {
                [] => value(fact)?,
                several => several.join(", "),
            };
            match id {
                FactId::Ki67 => Some(format!("Ki-67 {text}")),
                FactId::Mitoses => Some(format!("mitoses {text}")),
                FactId::GradeRecorded => Some("as recorded".to_owned()),
                _ => None,
            }
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `ENETS IV`, `AJCC IIB or III`; with more than three candidates the stage is `unknown`.
pub fn stage(system: &str, stage: &crate::assessment::Stage) -> String {
    match (&stage.value, stage.candidates.as_slice()) {
        (Some(value), _) => format!("{system} {value}"),
        (None, few @ ([_, _] | [_, _, _])) => format!("{system} {}", any_of(few)),
        (None, _) => format!("{system} unknown"),
    }
}

/// Why a PNET that is named in the record does not count: `recorded, named in a text only`.
pub fn pnet_aside(assessment: &Assessment) -> Option<&str> {
    let fact = assessment.facts.get(&FactId::Pnet)?;
    let named = matches!(fact.gap, Some(Gap::InText | Gap::StatusNotUnderstood));
    named.then(|| unknown(Some(fact)))
}

/// Whether liver metastases are present, absent, or why that is not known.
pub fn liver_metastases(assessment: &Assessment) -> String {
    let Some(fact) = assessment.facts.get(&FactId::LiverMetastases) else {
        return NOT_RECORDED.to_owned();
    };
    match (value(fact), &fact.aside) {
        (Some(value), Some(aside)) => format!("{value}; {aside}"),
        (Some(value), None) => value,
        (None, _) => unknown(Some(fact)).to_owned(),
    }
}
