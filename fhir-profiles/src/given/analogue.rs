//! `on-ssa`: of an analogue given now, the fact's own code and an absence the newest decides (specification, section 2).

use super::agent::{Agent, Days};
use crate::catalogue::FactId;
use crate::facts::{Evidence, Fact, Raw, Reading, Says, Source, TreatmentRecord, Value};
use crate::recency::{evidence_order, settle};
use jiff::civil::Date;

const ID: FactId = FactId::OnSsa;

/// `own` holds what was read by the fact's own code.
pub(super) fn on_ssa(mut own: Raw, analogues: &[&Agent<'_>], as_of: Date) -> Fact {
    own.shown.extend(no_evidence(analogues, as_of));
    let now: Vec<&TreatmentRecord> = analogues
        .iter()
        .flat_map(|agent| agent.now.iter().copied())
        .collect();
    let Some(newest) = now
        .iter()
        .map(|record| record.days())
        .max_by_key(|days| days.last)
    else {
        return not_now(own, analogues, as_of);
    };
    let mut fact = settle(ID, own);
    let Some(given) = given_now(analogues, &now, as_of) else {
        return fact;
    };
    let says_otherwise = fact.current.iter().any(|reading| !reading.says("present"));
    if says_otherwise
        && fact
            .current
            .iter()
            .all(|reading| days(reading).newer_than(newest))
    {
        fact.older.insert(0, given);
        return fact;
    }
    let mut present = given;
    for reading in std::mem::take(&mut fact.current) {
        if reading.says("present") {
            present.evidence.extend(reading.evidence);
        } else if days(&reading).last >= newest.first {
            fact.overruled.push(reading);
        } else {
            fact.older.insert(0, reading);
        }
    }
    present.evidence.sort_by(evidence_order);
    present.evidence.dedup();
    fact.current = vec![present];
    fact.unreadable = false;
    fact
}

fn days(reading: &Reading) -> Days {
    let unread = reading.evidence.iter().any(|evidence| evidence.date_unread);
    Days::of(reading.effective(), unread)
}

/// None is given now: the newest of the own code and of the absences counts, and as an absence only where it is newer
/// than every record by which an analogue was given.
fn not_now(mut own: Raw, analogues: &[&Agent<'_>], as_of: Date) -> Fact {
    if let Some(absent) = ID.word("absent") {
        let records = analogues.iter().flat_map(|agent| &agent.records);
        let stops = records.filter(|record| record.is_stop());
        own.readings
            .extend(stops.map(|record| {
                Reading::new(Value::Word(absent), Source::Medication, record.evidence.clone())
            }));
    }
    let gave = analogues.iter().flat_map(|agent| {
        let others = agent.gave().filter(|record| !record.is_stop());
        others.map(|record| given_until(record, as_of))
    });
    let last_given = gave.max_by_key(|days| days.last);
    let mut fact = settle(ID, own);
    let (stands, too_old) = std::mem::take(&mut fact.current)
        .into_iter()
        .partition::<Vec<_>, _>(|reading| {
            !reading.says("absent") || last_given.is_none_or(|given| days(reading).newer_than(given))
        });
    fact.current = stands;
    let too_old = too_old.into_iter().flat_map(|reading| reading.evidence);
    fact.shown.extend(too_old.map(|mut evidence| {
        evidence
            .notes
            .push("not newer than every record by which an analogue was given".into());
        evidence
    }));
    fact.shown.sort_by(evidence_order);
    fact.shown.dedup();
    fact
}

/// The day until which a record says that it was given. That which ended it is no record of giving it.
fn given_until(record: &TreatmentRecord, as_of: Date) -> Days {
    let end = record.is_running().then(|| record.own_end(as_of)).flatten();
    match end {
        Some(end) => Days::of(Some(end), false),
        None if record.is_running() => record.first(),
        None => record.days(),
    }
}

/// Which analogue it is; of a depot form the days since the newest dose too.
fn given_now(analogues: &[&Agent<'_>], now: &[&TreatmentRecord], as_of: Date) -> Option<Reading> {
    let named = analogues
        .iter()
        .filter(|agent| !agent.now.is_empty())
        .map(|agent| {
            let doses = agent.now.iter().filter(|record| record.is_current_depot(as_of));
            let newest = doses
                .filter_map(|record| record.date())
                .max_by_key(|day| day.latest());
            let name = agent.treatment.label();
            match newest.filter(|day| day.earliest() == day.latest()) {
                Some(day) => format!("{name}, {}", ago(day.earliest(), as_of)),
                None => name.to_owned(),
            }
        });
    let mut reading = Reading::new(
        Value::Word(ID.word("present")?),
        Source::Medication,
        Evidence::default(),
    );
    reading.detail = Some(named.collect::<Vec<_>>().join("; "));
    reading.evidence = now.iter().map(|record| record.evidence.clone()).collect();
    reading.evidence.sort_by(evidence_order);
    reading.evidence.dedup();
    Some(reading)
}

fn ago(day: Date, as_of: Date) -> String {
    match as_of.since(day).map(|span| span.get_days()) {
        Ok(0) => "today".into(),
        Ok(1) => "1 day ago".into(),
        Ok(days) => format!("{days} days ago"),
        Err(_) => day.to_string(),
    }
}

/// Records by which an analogue was given and which say nothing of today.
fn no_evidence(analogues: &[&Agent<'_>], as_of: Date) -> Vec<Evidence> {
    let mut shown = Vec::new();
    for agent in analogues {
        let is_now = |record: &TreatmentRecord| agent.now.iter().any(|now| std::ptr::eq(*now, record));
        for record in agent.gave().filter(|record| !record.is_stop() && !is_now(record)) {
            let note = match record.says {
                Says::Dose | Says::DoseRunning | Says::Done => match record.date() {
                    Some(day) if day.earliest() == day.latest() => {
                        format!("a dose {}: no evidence either way", ago(day.earliest(), as_of))
                    }
                    _ => "an older dose: no evidence either way".into(),
                },
                Says::Dispensed => "dispensed: no evidence either way".into(),
                Says::Completed => "completed: no evidence either way".into(),
                _ => "ended: no evidence either way".into(),
            };
            shown.push(record.noted(note));
        }
    }
    shown
}
