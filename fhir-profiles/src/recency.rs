//! Which reading counts: newest by date, readings of one day, presence against absence, M categories,
//! runs of disease status and a site's closed world (specification, section 2).

use crate::catalogue::{FactId, Kind, Word};
use crate::facts::{Basis, Course, Evidence, Fact, Facts, FactsBuilder, Raw, Reading, Source, System, Value};
use jiff::civil::Date;
use std::collections::BTreeMap;

impl FactsBuilder {
    /// Works out the facts: what follows from M categories and recorded parts, which reading is newest,
    /// which are of one day, and what a site's closed world adds. The order of collection changes nothing.
    pub fn build(mut self) -> Facts {
        let as_of = self.as_of;
        for raw in self.raw.values_mut() {
            set_future_aside(raw, as_of);
        }
        let mut facts = BTreeMap::new();
        if let Some(raw) = self.raw.remove(&FactId::M) {
            let m = settle(FactId::M, raw);
            self.imply_from_m(&m);
            facts.insert(FactId::M, m);
        }
        self.imply_extrahepatic_from_parts();
        for (id, raw) in std::mem::take(&mut self.raw) {
            facts.insert(id, settle(id, raw));
        }
        // A search that failed or a record that could not be used may be the very one that says otherwise.
        let whole = self.problems.is_empty();
        for id in self.closed_world.iter().filter(|_| whole) {
            assume_absent(*id, facts.entry(*id).or_default());
        }
        for (id, gap) in &self.gaps {
            facts.entry(*id).or_default().gap = Some(*gap);
        }
        let mut not_read = self.not_read;
        not_read.sort();
        not_read.dedup();
        let mut problems = self.problems;
        problems.sort_by(|a, b| (&a.place, &a.what).cmp(&(&b.place, &b.what)));
        problems.dedup();
        Facts {
            as_of,
            subject: self.subject,
            facts,
            problems,
            given: Vec::new(),
            course: Course::default(),
            not_read,
        }
    }

    /// AJCC 8 and 9: M1a liver only, M1b elsewhere only, M1c both. M0 states that there is nothing outside the
    /// liver either, unless a recorded metastasis contradicts it.
    fn imply_from_m(&mut self, m: &Fact) {
        let recorded_metastasis = self.has_present(FactId::LiverMetastases)
            || [
                FactId::ExtrahepaticMetastases,
                FactId::DistantLymphNodeMetastases,
                FactId::DiffusePeritonealMetastases,
            ]
            .into_iter()
            .any(|id| self.has_present(id));
        let Ok(readings) = m.readings() else { return };
        let contradicts_itself = readings.len() > 1;
        for reading in readings.iter() {
            let subdivided = matches!(reading.system, Some(System::Ajcc8 | System::Ajcc9));
            let Value::Word(category) = reading.value else {
                continue;
            };
            let (liver, elsewhere) = match category.as_str() {
                "M1a" if subdivided => (Some("present"), Some("absent")),
                "M1b" if subdivided => (Some("absent"), Some("present")),
                "M1c" if subdivided => (Some("present"), Some("present")),
                "M0" if !recorded_metastasis && !contradicts_itself => (None, Some("absent")),
                _ => continue,
            };
            for (id, word) in [
                (FactId::LiverMetastases, liver),
                (FactId::ExtrahepaticMetastases, elsewhere),
            ] {
                if let Some(word) = word.and_then(|word| id.word(word)) {
                    let mut of_category = implied(word, reading, "from the M category");
                    of_category.basis = Basis::Category;
                    self.raw.entry(id).or_default().readings.push(of_category);
                }
            }
        }
    }

    /// Distant nodes and diffuse peritoneal spread are parts of extrahepatic disease.
    fn imply_extrahepatic_from_parts(&mut self) {
        let id = FactId::ExtrahepaticMetastases;
        for part in [
            FactId::DistantLymphNodeMetastases,
            FactId::DiffusePeritonealMetastases,
        ] {
            let Some(raw) = self.raw.get(&part) else { continue };
            let settled = settle(part, raw.clone());
            let (Ok(readings), Some(present)) = (settled.readings(), id.word("present")) else {
                continue;
            };
            for reading in readings.iter().filter(|r| r.says("present")) {
                let mut part_of_whole = implied(present, reading, part.info().label.as_str());
                part_of_whole.source = Source::Part;
                self.raw.entry(id).or_default().readings.push(part_of_whole);
            }
        }
    }

    fn has_present(&self, id: FactId) -> bool {
        self.raw
            .get(&id)
            .is_some_and(|raw| settle(id, raw.clone()).current.iter().any(|r| r.says("present")))
    }
}

fn implied(word: Word, from: &Reading, note: &str) -> Reading {
    let mut evidence = from.evidence.clone();
    for e in &mut evidence {
        e.notes.push(note.to_owned());
    }
    let mut reading = Reading::new(Value::Word(word), Source::Observation, Evidence::default());
    reading.evidence = evidence;
    reading
}

fn set_future_aside(raw: &mut Raw, as_of: Date) {
    let future = |e: &Evidence| e.effective.is_some_and(|date| date.earliest() > as_of);
    let aside = |e: &mut Evidence| e.notes.push("after the day of evaluation".into());
    let (later, now) = raw
        .readings
        .drain(..)
        .partition::<Vec<_>, _>(|r| r.evidence.iter().any(future));
    raw.readings = now;
    raw.shown
        .extend(later.into_iter().flat_map(|r| r.evidence).map(|mut e| {
            aside(&mut e);
            e
        }));
    let (later, now) = raw.unread.drain(..).partition::<Vec<_>, _>(future);
    raw.unread = now;
    raw.shown.extend(later.into_iter().map(|mut e| {
        aside(&mut e);
        e
    }));
}

fn newest_first(a: &Reading, b: &Reading) -> std::cmp::Ordering {
    fn place(r: &Reading) -> Option<(&str, &str)> {
        r.evidence
            .first()
            .map(|e| (e.reference.as_str(), e.recorded.as_str()))
    }
    let key = |r: &Reading| r.effective().map(|d| (d.latest(), d.earliest()));
    key(b).cmp(&key(a)).then_with(|| place(a).cmp(&place(b)))
}

fn evidence_order(a: &Evidence, b: &Evidence) -> std::cmp::Ordering {
    let key = |e: &Evidence| e.effective.map(|d| (d.latest(), d.earliest()));
    key(b)
        .cmp(&key(a))
        .then_with(|| (&a.reference, &a.recorded, &a.notes).cmp(&(&b.reference, &b.recorded, &b.notes)))
}

/// The span of days a reading may be of; undated is oldest, a date that cannot be read is any.
fn span(reading: &Reading) -> (Date, Date) {
    let unread = reading.evidence.iter().any(|e| e.date_unread);
    days(reading.effective(), unread)
}

fn span_of(evidence: &Evidence) -> (Date, Date) {
    days(evidence.effective, evidence.date_unread)
}

fn days(date: Option<crate::date::PartialDate>, unread: bool) -> (Date, Date) {
    match date {
        Some(date) => (date.earliest(), date.latest()),
        None if unread => (Date::MIN, Date::MAX),
        None => (Date::MIN, Date::MIN),
    }
}

/// Works out which readings of one fact count.
fn settle(id: FactId, raw: Raw) -> Fact {
    let Raw {
        mut readings,
        mut unread,
        unowned,
        mut shown,
    } = raw;
    readings.sort_by(newest_first);
    unread.sort_by(evidence_order);
    shown.sort_by(evidence_order);
    shown.dedup();
    let mut fact = Fact {
        unread,
        unowned,
        shown,
        ..Fact::default()
    };
    if let Some(presence) = one_is_enough(&mut readings, &mut fact) {
        fact.current = vec![presence];
        fact.older.append(&mut readings);
        return fact;
    }
    if id == FactId::PortalVein {
        thrombosis_stands(&mut readings, &mut fact);
    }
    let has_readings = !readings.is_empty();
    for slot in slots(id, readings) {
        settle_slot(id, slot, &mut fact);
    }
    let newest_read = fact.current.iter().map(|r| span(r).0).max();
    fact.unreadable = match newest_read {
        None => !fact.unread.is_empty() && !has_readings,
        // A T or stage per system: an unreadable one has no system and so replaces none.
        Some(_) if by_system(id) => false,
        Some(newest) => fact.unread.iter().any(|e| span_of(e).1 >= newest),
    };
    fact
}

fn by_system(id: FactId) -> bool {
    matches!(id, FactId::T | FactId::StageRecorded)
}

fn slots(id: FactId, readings: Vec<Reading>) -> Vec<Vec<Reading>> {
    if !by_system(id) {
        return vec![readings];
    }
    let mut by_system: BTreeMap<Option<System>, Vec<Reading>> = BTreeMap::new();
    for reading in readings {
        by_system.entry(reading.system).or_default().push(reading);
    }
    by_system.into_values().collect()
}

/// One active condition, completed procedure, current medication or recorded part is enough for presence,
/// whatever others say; a statement of absence that is not older is kept as overruled.
fn one_is_enough(readings: &mut Vec<Reading>, fact: &mut Fact) -> Option<Reading> {
    let affirms = |r: &Reading| r.says("present") || r.says("yes") || r.says("functioning");
    let stands = |r: &Reading| {
        matches!(
            r.source,
            Source::Condition | Source::Procedure | Source::Medication | Source::Part
        ) && affirms(r)
    };
    let newest = readings.iter().filter(|r| stands(r)).map(|r| span(r).0).max()?;
    let (affirming, denying) = readings.drain(..).partition::<Vec<_>, _>(affirms);
    for reading in denying {
        if span(&reading).1 >= newest {
            fact.overruled.push(reading);
        } else {
            fact.older.push(reading);
        }
    }
    let mut united = affirming.iter().find(|r| stands(r)).cloned()?;
    united.detail = united
        .detail
        .or_else(|| affirming.iter().find_map(|r| r.detail.clone()));
    united.evidence = unite_evidence(&affirming);
    Some(united)
}

/// An active thrombosis is one of presence: that the vein is patent overrules it no more than another absence would.
/// Interpretation, since the fact has three words; of its extent the newest reading says most.
fn thrombosis_stands(readings: &mut Vec<Reading>, fact: &mut Fact) {
    let stands = |r: &&Reading| r.source == Source::Condition && !r.says("patent");
    let Some(newest) = readings.iter().filter(stands).map(|r| span(r).0).max() else {
        return;
    };
    let (patent, thrombosed) = readings
        .drain(..)
        .partition::<Vec<_>, _>(|reading| reading.says("patent"));
    *readings = thrombosed;
    let (overruled, older) = patent
        .into_iter()
        .partition::<Vec<_>, _>(|reading| span(reading).1 >= newest);
    fact.overruled.extend(overruled);
    fact.older.extend(older);
}

/// How poor a liver reserve is.
fn poorness(reading: &Reading) -> u8 {
    match &reading.value {
        Value::Word(word) => match word.as_str() {
            "child-pugh-c" | "insufficient" => 2,
            "child-pugh-b" => 1,
            _ => 0,
        },
        _ => 0,
    }
}

/// An active condition of a poorer liver reserve than a newer reading says stands beside it: the two conflict.
/// Interpretation, since a class is no presence, and a problem list is not always kept up to date.
fn poorer_condition(current: &[Reading], older: &mut Vec<Reading>) -> Vec<Reading> {
    let poorest = current.iter().map(poorness).max().unwrap_or_default();
    let (poorer, rest) = older
        .drain(..)
        .partition::<Vec<_>, _>(|r| r.source == Source::Condition && poorness(r) > poorest);
    *older = rest;
    poorer
}

fn unite_evidence(readings: &[Reading]) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = readings.iter().flat_map(|r| r.evidence.iter().cloned()).collect();
    evidence.sort_by(evidence_order);
    evidence.dedup();
    evidence
}

fn settle_slot(id: FactId, mut readings: Vec<Reading>, fact: &mut Fact) {
    if readings.iter().any(|r| r.basis == Basis::Pathological) {
        let (pathological, clinical) = readings
            .drain(..)
            .partition::<Vec<_>, _>(|r| r.basis == Basis::Pathological);
        readings = pathological;
        fact.older.extend(clinical);
    }
    let Some(newest) = readings.iter().map(|r| span(r).0).max() else {
        return;
    };
    let since = (id == FactId::DiseaseStatus)
        .then(|| start_of_run(&readings))
        .flatten();
    let (mut current, mut older) = readings.drain(..).partition::<Vec<_>, _>(|r| span(r).1 >= newest);
    if current.iter().any(|r| r.basis != Basis::Karnofsky) {
        let (converted, direct) = current
            .drain(..)
            .partition::<Vec<_>, _>(|r| r.basis == Basis::Karnofsky);
        current = direct;
        fact.older.extend(converted);
    }
    if id == FactId::LiverReserve {
        let poorer = poorer_condition(&current, &mut older);
        current.extend(poorer);
    }
    fact.older.extend(older);
    if id.info().kind == Kind::Several {
        current = unite_words(current);
    }
    let mut united: Vec<Reading> = Vec::new();
    for reading in current {
        let twin = united.iter_mut().find(|u| {
            u.value == reading.value
                && u.specimen == reading.specimen
                && u.unit == reading.unit
                && u.flag == reading.flag
        });
        match twin {
            Some(twin) => {
                twin.evidence.extend(reading.evidence);
                twin.since = match (twin.since, reading.since) {
                    (Some(a), Some(b)) => Some(if a.earliest() <= b.earliest() { a } else { b }),
                    (a, b) => a.or(b),
                };
                twin.detail = twin.detail.take().or(reading.detail);
                twin.system = twin.system.or(reading.system);
            }
            None => united.push(reading),
        }
    }
    // Once for all: a chart can state the same thousands of times.
    for reading in &mut united {
        reading.evidence.sort_by(evidence_order);
        reading.evidence.dedup();
    }
    if let [only] = united.as_mut_slice() {
        only.since = only.since.or(since);
    }
    fact.current.extend(united);
}

/// Locations and extensions of one day hold together.
fn unite_words(readings: Vec<Reading>) -> Vec<Reading> {
    let words = readings.iter().flat_map(|r| match &r.value {
        Value::Words(words) => words.iter().copied().collect::<Vec<_>>(),
        Value::Word(word) => vec![*word],
        Value::Number(_) => Vec::new(),
    });
    let union = Value::Words(words.collect());
    let evidence = unite_evidence(&readings);
    readings
        .into_iter()
        .next()
        .map(|mut first| {
            first.value = union;
            first.evidence = evidence;
            first
        })
        .into_iter()
        .collect()
}

/// The first day of the newest unbroken run of equal readings; a run of one leaves it unknown.
fn start_of_run(newest_first: &[Reading]) -> Option<crate::date::PartialDate> {
    let newest = newest_first.first()?;
    let run: Vec<&Reading> = newest_first
        .iter()
        .take_while(|r| r.value == newest.value)
        .collect();
    if run.len() < 2 {
        return newest.since;
    }
    run.iter()
        .filter_map(|r| r.since.or_else(|| r.effective()))
        .min_by_key(|date| (date.earliest(), date.latest()))
}

fn assume_absent(id: FactId, fact: &mut Fact) {
    let Some(absent) = id.word("absent") else { return };
    if fact.readings() == Err(crate::facts::Unknown::Missing) {
        let evidence = Evidence {
            recorded: "assumed absent (site policy)".into(),
            ..Evidence::default()
        };
        fact.current = vec![Reading::new(Value::Word(absent), Source::SitePolicy, evidence)];
    }
}
