//! Chromogranin A and hormones: the newest value by the laboratory's own range, the one before it, and what they ask for.

use super::words;
use crate::assessment::{Assessment, Cited, FactReport, FactValue, GivenReport, Range, Reason, Status};
use crate::knowledge::{Knowledge, MarkerRule};
use fhir_profiles::{FactId, PartialDate};
use rust_decimal::Decimal;

/// A marker on record (specification, section 4). It decides no option. Unit and range are chart data.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// Which.
    pub fact: FactId,
    /// Newest value, multiple of the upper limit of its own range, and the newest earlier value of the same test.
    pub text: String,
    /// As `text`, where room is short: "Chromogranin A 890 ng/mL, 8.9 × upper limit, from 420 in 2026-04".
    pub brief: String,
    /// What it asks for, or says after debulking; each with its statements.
    pub asks: Vec<Cited>,
    /// What a reader must know of it.
    pub note: Cited,
}

/// The markers on record that are shown: those that always are, and the hormone of the recorded syndrome.
pub fn markers(knowledge: &Knowledge, assessment: &Assessment) -> Vec<Marker> {
    let functioning = assessment.facts.get(&FactId::Functioning);
    let syndrome = functioning.and_then(|report| report.detail.as_deref());
    let shown = knowledge.markers.iter().filter(|rule| {
        rule.always
            || rule
                .syndrome
                .as_deref()
                .is_some_and(|known| Some(known) == syndrome)
    });
    shown
        .filter_map(|rule| {
            let report = assessment.facts.get(&rule.fact)?;
            Some(Marker {
                fact: rule.fact,
                text: text(report)?,
                brief: brief(rule.fact, report),
                asks: asks(knowledge, assessment, rule, report),
                note: rule.note.clone(),
            })
        })
        .collect()
}

/// `None` where nothing is on record.
fn text(report: &FactReport) -> Option<String> {
    let Some(value) = words::value(report) else {
        return match report.reason {
            Some(Reason::Conflicting) => Some(report.candidates.join(" against ")),
            Some(Reason::Unreadable) => Some(words::unknown(Some(report)).to_owned()),
            _ => None,
        };
    };
    let mut text = dated(value, report.date());
    text.push_str(&format!(", {}", place(report)));
    if let Some(earlier) = &report.earlier {
        let before = FactReport {
            status: Status::Known,
            range: Some(earlier.value.clone()),
            unit: report.unit.clone(),
            ..FactReport::default()
        };
        if let Some(value) = words::value(&before) {
            text.push_str(&format!(
                "; before: {}",
                dated(value, earlier.effective.as_deref())
            ));
        }
    }
    Some(text)
}

fn brief(fact: FactId, report: &FactReport) -> String {
    let label = &fact.info().label;
    let Some(value) = words::value(report) else {
        return format!("{label} {}", words::unknown(Some(report)));
    };
    let multiple = over(report)
        .map(|(times, _)| format!("{times} × upper limit"))
        .or(report.flag.map(str::to_owned));
    let before = report.earlier.as_ref().and_then(|earlier| {
        let (low, high) = (earlier.value.low, earlier.value.high);
        let value = low.filter(|low| Some(*low) == high)?;
        let when = earlier.effective.as_deref().map(words::month);
        Some(format!(
            "from {}{}",
            value.normalize(),
            when.map(|when| format!(" in {when}")).unwrap_or_default()
        ))
    });
    let parts = std::iter::once(format!("{label} {value}"))
        .chain(multiple)
        .chain(before);
    parts.collect::<Vec<_>>().join(", ")
}

fn dated(value: String, date: Option<&str>) -> String {
    match date {
        Some(date) => format!("{value} ({date})"),
        None => format!("{value} (undated)"),
    }
}

/// Where the value lies by the laboratory's own range, else by its own verdict.
fn place(report: &FactReport) -> String {
    if let Some((times, limit)) = over(report) {
        return format!("{times} times the upper limit of its own range ({limit})");
    }
    match report.flag {
        Some("normal") => "in its own range".to_owned(),
        Some(flag) => format!("{flag} by the laboratory"),
        None if upper_limit(report).is_some() => "not above its own range".to_owned(),
        None => "no range with it".to_owned(),
    }
}

fn upper_limit(report: &FactReport) -> Option<Decimal> {
    report.reference_range.as_ref()?.high
}

/// How many times the upper limit of its own range a value surely is, `8.9` or `at least 8.9`, and that limit; `None` where
/// it is not above one.
fn over(report: &FactReport) -> Option<(String, Decimal)> {
    let limit = upper_limit(report).filter(|limit| *limit > Decimal::ZERO)?;
    let (low, high) = ends(report)?;
    let least = if low == high { "" } else { "at least " };
    (low > limit).then(|| (format!("{least}{}", multiple(low, limit)), limit))
}

fn multiple(value: Decimal, limit: Decimal) -> Decimal {
    value
        .checked_div(limit)
        .unwrap_or_default()
        .round_dp(1)
        .normalize()
}

/// The ends of the value; without an upper one it may be anything above the lower.
fn ends(report: &FactReport) -> Option<(Decimal, Decimal)> {
    match &report.value {
        Some(FactValue::Number(number)) => Some((*number, *number)),
        _ => report.range.as_ref().and_then(span),
    }
}

fn span(range: &Range) -> Option<(Decimal, Decimal)> {
    Some((range.low?, range.high.unwrap_or(Decimal::MAX)))
}

fn asks(
    knowledge: &Knowledge,
    assessment: &Assessment,
    rule: &MarkerRule,
    report: &FactReport,
) -> Vec<Cited> {
    let course = &knowledge.marker_course;
    let mut asks = Vec::new();
    if changed(report)
        && let Some(status) = status_behind(assessment, report.date())
    {
        let mut compare = course.compare.clone();
        compare.text = format!("{} (disease status {status})", compare.text);
        for id in &rule.note.statements {
            if rule.fact != FactId::ChromograninA && !compare.statements.contains(id) {
                compare.statements.push(id.clone());
            }
        }
        asks.push(compare);
    }
    let debulked = assessment
        .treatments()
        .filter(|given| given.options.contains(&course.after_option));
    if let Some(day) = debulked.filter_map(last_day).max() {
        let mut after = course.after.clone();
        after.text = format!("{} of {day}: {}", after.text, since(report, day));
        asks.push(after);
    }
    asks
}

fn last_day(given: &GivenReport) -> Option<&str> {
    given.until.as_deref().or(given.from.as_deref())
}

/// What the marker says after a day.
fn since(report: &FactReport, day: &str) -> &'static str {
    if !is_before(Some(day), report.date()) {
        return "no reading since";
    }
    match report.flag {
        Some("normal" | "low") => "back in its range",
        Some(_) => "above its range",
        None => "no range with it",
    }
}

/// Whether it surely differs from the earlier reading.
fn changed(report: &FactReport) -> bool {
    let (Some(now), Some(earlier)) = (ends(report), &report.earlier) else {
        return false;
    };
    span(&earlier.value).is_some_and(|before| now.1 < before.0 || before.1 < now.0)
}

/// Why the disease status says nothing of the marker's day: it is not known, or older.
fn status_behind(assessment: &Assessment, day: Option<&str>) -> Option<String> {
    let status = assessment.facts.get(&FactId::DiseaseStatus);
    let newest = status.and_then(FactReport::date);
    match status {
        Some(report) if report.status == Status::Known || report.reason == Some(Reason::Conflicting) => {
            is_before(newest, day).then(|| format!("older: {}", newest.unwrap_or("undated")))
        }
        other => Some(words::unknown(other).to_owned()),
    }
}

/// Whether a date is surely before another; what is undated is oldest.
fn is_before(first: Option<&str>, second: Option<&str>) -> bool {
    let parse = |date: &str| PartialDate::parse(date);
    match (first.and_then(parse), second.and_then(parse)) {
        (Some(first), Some(second)) => first.latest() < second.earliest(),
        (None, second) => second.is_some(),
        (Some(_), None) => false,
    }
}
