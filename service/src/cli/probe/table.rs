//! The report of the probe that a person reads in a terminal.

use super::super::style::{Ink, shown};
use super::checks::Honour;
use super::profile::Profile;
use super::report::{Keys, Report};
use super::searched::Searched;
use cds_cards::assessment::{EvidenceReport, FactReport, FactValue, Range, Reason, Status};
use cds_cards::render::plain;
use fhir_profiles::FactId;
use fhir_profiles::facts::Gap;
use std::fmt::Write as _;

/// Conditions that are listed.
const CONDITIONS: usize = 20;

/// The whole report.
pub(super) fn write(report: &Report, colour: bool) -> String {
    let mut table = Table {
        colour,
        text: String::new(),
    };
    table.head(report);
    table.searches(&report.searches);
    table.keys(&report.keys);
    table.profile(&report.profile);
    table.checks(report);
    table.facts(report);
    table.passed_over(report);
    table.not_used(report);
    table.unmapped(report);
    table.answers(report);
    table.text
}

struct Table {
    colour: bool,
    text: String,
}

impl Table {
    fn line(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.text, "{:indent$}{}", "", shown(text));
    }

    fn title(&mut self, text: &str) {
        let text = Ink::Bold.on(self.colour, text);
        let _ = writeln!(self.text, "\n{}", shown(&text));
    }

    fn dim(&mut self, indent: usize, text: &str) {
        let text = Ink::Dim.on(self.colour, text);
        self.line(indent, &text);
    }

    /// A word in a column of its own; the colour is put on after the blanks are counted.
    fn column(&self, ink: Ink, word: &str, width: usize) -> String {
        let blanks = width.saturating_sub(word.chars().count());
        format!("{}{:blanks$}", ink.on(self.colour, word), "")
    }

    fn head(&mut self, report: &Report) {
        let subject = report
            .assessment
            .subject
            .as_deref()
            .map_or_else(String::new, plain);
        let title = Ink::Bold.on(self.colour, &subject);
        self.line(
            0,
            &format!("{title} on {}, as of {}", report.server, report.assessment.as_of),
        );
        self.line(0, &format!("a hook call without prefetch: {}", report.hook));
    }

    fn searches(&mut self, searches: &[Searched]) {
        self.title("What the service pulls");
        for search in searches {
            let ink = match search.state {
                "complete" => Ink::Green,
                "partial" => Ink::Yellow,
                _ => Ink::Red,
            };
            let line = format!(
                "{:26}{}{:>5} {:10}{:>6} ms",
                search.key,
                self.column(ink, search.state, 10),
                search.resources,
                plural(search.resources, "resource"),
                search.millis,
            );
            self.line(2, &line);
            if let Some(why) = search.why {
                self.line(4, &Ink::Yellow.on(self.colour, why));
            }
            for note in &search.notes {
                self.line(4, &Ink::Yellow.on(self.colour, &plain(note)));
            }
        }
    }

    fn keys(&mut self, keys: &Keys) {
        let all = keys.complete + keys.partial.len() + keys.missing.len();
        let mut line = format!("{all} keys: {} complete", keys.complete);
        for (what, some) in [("in part", &keys.partial), ("missing", &keys.missing)] {
            if !some.is_empty() {
                let _ = write!(line, ", {} {what} ({})", some.len(), some.join(", "));
            }
        }
        self.line(2, &line);
    }

    fn profile(&mut self, profile: &Profile) {
        self.title("How the server is asked");
        for (what, how) in profile.lines() {
            self.line(2, &format!("{what:28}{how}"));
        }
    }

    fn checks(&mut self, report: &Report) {
        self.title("What the server honours");
        for check in &report.server_checks {
            let (ink, word) = match check.result {
                Honour::Honoured => (Ink::Green, "yes"),
                Honour::NotHonoured => (Ink::Red, "NO"),
                Honour::NotTold => (Ink::Dim, "?"),
            };
            let line = format!(
                "{}{}: {}",
                self.column(ink, word, 5),
                check.what,
                plain(&check.seen)
            );
            self.line(2, &line);
        }
    }

    fn facts(&mut self, report: &Report) {
        self.title("Facts found");
        let known = |fact: &&FactReport| fact.status == Status::Known || fact.reason != Some(Reason::Missing);
        let facts = &report.assessment.facts;
        for (id, fact) in facts.iter().filter(|(_, fact)| known(fact)) {
            let ink = match fact.status {
                Status::Known => Ink::Green,
                Status::Unknown => Ink::Yellow,
            };
            let value = self.column(ink, &plain(&value(fact)), 0);
            self.line(2, &format!("{:34}{value}", id.info().label));
            self.records(fact);
        }
        self.title("Facts without a record");
        let missing = facts.iter().filter(|(_, fact)| !known(fact));
        let (ignored, silent): (Vec<_>, Vec<_>) = missing.partition(|(_, fact)| has_records(fact));
        for (id, fact) in ignored {
            self.line(2, &format!("{:34}{}", id.info().label, "nothing that counts"));
            self.records(fact);
        }
        let (unfetched, silent): (Vec<_>, Vec<_>) =
            silent.into_iter().partition(|(_, fact)| fact.gap.is_some());
        for (id, fact) in unfetched {
            let why = fact.gap.map_or("", Gap::text);
            let value = self.column(Ink::Yellow, why, 0);
            self.line(2, &format!("{:34}{value}", id.info().label));
        }
        let labels: Vec<String> = silent.iter().map(|(id, _)| label(**id)).collect();
        self.dim(2, &labels.join(", "));
    }

    fn records(&mut self, fact: &FactReport) {
        let parts = [
            ("", &fact.evidence),
            ("older: ", &fact.older),
            ("overruled: ", &fact.overruled),
            ("not readable: ", &fact.unread),
            ("no evidence either way: ", &fact.shown),
        ];
        for (what, records) in parts {
            for record in records {
                self.dim(4, &format!("{what}{}", of_record(record)));
            }
        }
    }

    fn passed_over(&mut self, report: &Report) {
        if report.passed_over.is_empty() {
            return;
        }
        self.title("Conditions from which no fact was read: none of their codes, under the system that is written, means one");
        for one in report.passed_over.iter().take(CONDITIONS) {
            let codes: Vec<String> = one.codes.iter().map(|code| plain(code)).collect();
            self.line(2, &format!("{}: {}", plain(&one.reference), codes.join("; ")));
        }
        if let Some(more @ 1..) = report.passed_over.len().checked_sub(CONDITIONS) {
            self.dim(2, &format!("{more} more"));
        }
    }

    fn not_used(&mut self, report: &Report) {
        if report.assessment.problems.is_empty() {
            return;
        }
        self.title("Could not be used");
        for problem in &report.assessment.problems {
            self.line(2, &format!("{}: {}", plain(&problem.place), problem.problem));
        }
    }

    fn answers(&mut self, report: &Report) {
        if report.answers.is_empty() {
            return;
        }
        self.title("Answers that are recorded and not understood; each with a group of a ConceptMap: keep the word that it means");
        for one in &report.answers {
            let code = format!("{} | {}", plain(&one.system), plain(&one.code));
            self.line(2, &format!("{}: {code}  {}", one.fact, plain(&one.display)));
            let references: Vec<String> = one.references.iter().take(5).map(|text| plain(text)).collect();
            self.dim(4, &format!("in {}", references.join(", ")));
            // JSON escapes control characters.
            self.line(4, &one.group.to_string());
        }
    }

    fn unmapped(&mut self, report: &Report) {
        if report.unmapped.is_empty() {
            return;
        }
        self.title("Codes that are not read and look as if they should be");
        for one in &report.unmapped {
            let code = format!("{} | {}", plain(&one.system), plain(&one.code));
            self.line(2, &format!("{code}  {}", plain(&one.display)));
            let references: Vec<String> = one.references.iter().take(5).map(|text| plain(text)).collect();
            let more = one.references.len().saturating_sub(references.len());
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            let about = format!("perhaps {}; in {}{more}", one.suggests, references.join(", "));
            self.dim(4, &about);
        }
        if let Some(map) = &report.concept_map {
            self.title("A ConceptMap to begin with; check every target");
            let json = serde_json::to_string_pretty(map).unwrap_or_default();
            // JSON escapes control characters, so a display cannot leave its line; its own lines are ended here, to be pasted.
            json.lines().for_each(|line| self.line(0, line));
        }
    }
}

fn has_records(fact: &FactReport) -> bool {
    [
        &fact.evidence,
        &fact.older,
        &fact.overruled,
        &fact.unread,
        &fact.shown,
    ]
    .iter()
    .any(|records| !records.is_empty())
}

fn label(id: FactId) -> String {
    id.info().label.clone()
}

fn plural(count: usize, word: &str) -> String {
    match count {
        1 => word.to_owned(),
        _ => format!("{word}s"),
    }
}

/// Resource, value as recorded, date, and what was done to it.
fn of_record(record: &EvidenceReport) -> String {
    let mut parts = vec![plain(&record.reference)];
    if !record.recorded.is_empty() {
        parts.push(format!("\"{}\"", plain(&record.recorded)));
    }
    parts.extend(record.effective.clone());
    parts.extend(record.notes.iter().map(|note| plain(note)));
    parts.join(", ")
}

fn value(fact: &FactReport) -> String {
    if fact.status == Status::Unknown && fact.candidates.is_empty() {
        return match fact.reason {
            Some(Reason::Conflicting) => "conflicting",
            Some(Reason::Unreadable) => "recorded, but not readable",
            _ => "unknown",
        }
        .to_owned();
    }
    let mut parts = Vec::new();
    match (&fact.value, &fact.range) {
        (Some(FactValue::Word(word)), _) => parts.push(word.clone()),
        (Some(FactValue::Words(words)), _) => parts.push(words.join(", ")),
        (Some(FactValue::Number(number)), _) => parts.push(number.normalize().to_string()),
        (None, Some(range)) => parts.push(interval(range)),
        (None, None) => parts.push(fact.candidates.join(" | ")),
    }
    parts.extend(fact.unit.clone());
    parts.extend(fact.system.map(|system| format!("({system})")));
    parts.extend(fact.detail.as_ref().map(|detail| format!("({detail})")));
    parts.extend(fact.since.as_ref().map(|since| format!("since {since}")));
    parts.extend(fact.flag.map(|flag| format!("({flag})")));
    if fact.reason == Some(Reason::Conflicting) {
        parts.push("conflicting".to_owned());
    }
    parts.join(" ")
}

fn interval(range: &Range) -> String {
    let sign = |inclusive: Option<bool>, sign: char| match inclusive {
        Some(true) => format!("{sign}="),
        _ => sign.to_string(),
    };
    let low = range
        .low
        .map(|low| format!("{} {low}", sign(range.low_inclusive, '>')));
    let high = range
        .high
        .map(|high| format!("{} {high}", sign(range.high_inclusive, '<')));
    low.into_iter().chain(high).collect::<Vec<_>>().join(" and ")
}
