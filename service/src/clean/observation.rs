//! A fact as Observations: one for each reading that counts, or one that says why nothing is known.

use super::maker::Maker;
use super::standing::standing;
use super::unfit::Unfit;
use super::value::{self, Unit, coding, element};
use fhir_profiles::catalogue::Kind;
use fhir_profiles::codes::{BASE, DATA_ABSENT, FACTS, INTERPRETATION, LOINC, SNOMED, UNKNOWN_REASONS};
use fhir_profiles::facts::{Evidence, Fact, Flag, Reading, Source, Specimen, System, Unknown};
use fhir_profiles::{FactId, PartialDate};
use serde_json::{Map, Value, json};

const MARKED_ABSENT: &str = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";
const SUPPORTING: &str = "http://hl7.org/fhir/StructureDefinition/workflow-supportingInfo";
/// Kinds from which an Observation of R4 may be derived.
const DERIVABLE: [&str; 6] = [
    "DocumentReference",
    "ImagingStudy",
    "Media",
    "MolecularSequence",
    "Observation",
    "QuestionnaireResponse",
];

/// Whose tumour a reading is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The PNET.
    This,
    /// Nobody knows.
    Unknown,
}

impl Maker<'_> {
    /// Every Observation of a fact.
    pub(super) fn fact(&self, id: FactId) -> Result<Vec<Value>, Unfit> {
        let fact = self.facts.get(id);
        let mut records = Vec::new();
        let unfit = |why| Unfit { fact: id, why };
        match fact.readings() {
            Ok(readings) => {
                for (reading, day) in standing(id, readings) {
                    let day = if id == FactId::Age {
                        Some(self.today())
                    } else {
                        day
                    };
                    let place = records.len();
                    let record = self.reading(id, place, reading, day, Whose::This);
                    records.push(record.map_err(unfit)?);
                }
            }
            Err(unknown) => {
                records.push(self.unknown(id, fact, unknown));
                for reading in &fact.unowned {
                    let place = records.len();
                    let record = self.reading(id, place, reading, reading.effective(), Whose::Unknown);
                    records.push(record.map_err(unfit)?);
                }
            }
        }
        for reading in self.older(id) {
            let place = records.len();
            let record = self.reading(id, place, reading, reading.effective(), Whose::This);
            records.push(record.map_err(unfit)?);
        }
        Ok(records)
    }

    pub(super) fn today(&self) -> PartialDate {
        PartialDate::from_date(self.facts.as_of())
    }

    /// An Observation without a value.
    fn blank(
        &self,
        id: FactId,
        place: usize,
        codings: &[Value],
        evidence: &[Evidence],
    ) -> Map<String, Value> {
        let mut record = Map::new();
        let mut put = |name: &str, value: Value| _ = record.insert(name.to_owned(), value);
        put("resourceType", json!("Observation"));
        put("id", json!(self.id(&format!("{id}/{place}"))));
        if let Some(profile) = profile(id) {
            put(
                "meta",
                json!({"profile": [format!("{BASE}/StructureDefinition/{profile}")]}),
            );
        }
        let (from, beside) = sources(evidence);
        if !beside.is_empty() {
            put("extension", Value::Array(beside));
        }
        put("status", json!("final"));
        put("code", json!({"coding": codings, "text": id.info().label}));
        put("subject", self.subject());
        if !from.is_empty() {
            put("derivedFrom", Value::Array(from));
        }
        record
    }

    fn codings(&self, id: FactId, reading: Option<&Reading>) -> Vec<Value> {
        // A grade that does not say that it is one of neuroendocrine tumours is none by our code.
        if id == FactId::GradeRecorded && reading.is_some_and(|r| r.system != Some(System::Who)) {
            return vec![json!({"system": LOINC, "code": "33732-9"})];
        }
        let own = json!({"system": FACTS, "code": id.as_str(), "display": id.info().label});
        let standard = self
            .knowledge
            .question(id)
            .and_then(|question| question.code.as_ref());
        let tests = reading.into_iter().flat_map(|reading| &reading.codes);
        let tests = tests.filter_map(|test| {
            let (system, code) = test.split_once('|')?;
            (system != FACTS).then(|| json!({"system": system, "code": code}))
        });
        std::iter::once(own)
            .chain(standard.map(value::full))
            .chain(tests)
            .collect()
    }

    pub(super) fn reading(
        &self,
        id: FactId,
        place: usize,
        reading: &Reading,
        day: Option<PartialDate>,
        whose: Whose,
    ) -> Result<Value, &'static str> {
        let question = self
            .knowledge
            .question(id)
            .and_then(|question| question.unit.as_ref());
        let unit: Unit<'_> = match id.info().kind {
            Kind::Marker => reading.unit.as_deref().map(|unit| (unit, unit)),
            _ => question.map(|(unit, code)| (unit.as_str(), code.as_str())).or(id
                .info()
                .unit
                .as_deref()
                .map(|unit| (unit, unit))),
        };
        let (name, said) = element(id, reading, unit)?;
        let mut record = self.blank(id, place, &self.codings(id, Some(reading)), &reading.evidence);
        let mut put = |name: &str, value: Value| _ = record.insert(name.to_owned(), value);
        put(name, said);
        if let Some((name, effective)) = effective(day, reading.since) {
            put(name, effective);
        }
        if let Some(system) = reading.system {
            put("method", json!({"coding": [coding(system.as_str())]}));
        }
        if let Some(specimen) = reading.specimen {
            let (code, display) = match specimen {
                Specimen::Primary => ("15776009", "Pancreatic structure"),
                Specimen::Metastasis => ("10200004", "Liver structure"),
            };
            put(
                "bodySite",
                json!({"coding": [{"system": SNOMED, "code": code, "display": display}]}),
            );
        }
        match whose {
            Whose::Unknown => put(
                "focus",
                json!([{"extension": [{"url": MARKED_ABSENT, "valueCode": "unknown"}]}]),
            ),
            // By its code alone nobody could tell.
            Whose::This if id == FactId::GradeRecorded && reading.system != Some(System::Who) => {
                put("focus", json!([{"display": "pancreatic neuroendocrine tumour"}]));
            }
            Whose::This => {}
        }
        if let Some(flag) = reading.flag {
            let code = match flag {
                Flag::Low => "L",
                Flag::Normal => "N",
                Flag::High => "H",
            };
            put(
                "interpretation",
                json!([{"coding": [{"system": INTERPRETATION, "code": code}]}]),
            );
        }
        if let Some(range) = reading
            .reference_range
            .as_ref()
            .and_then(|range| value::range(range, unit))
        {
            put("referenceRange", json!([range]));
        }
        let assumed = (reading.source == Source::SitePolicy).then_some("assumed absent (site policy)");
        if let Some(note) = assumed.or(reading.detail.as_deref()) {
            put("note", json!([{"text": note}]));
        }
        Ok(Value::Object(record))
    }

    fn unknown(&self, id: FactId, fact: &Fact, unknown: Unknown) -> Value {
        let (code, reason, evidence) = match (unknown, fact.records_missing_by()) {
            (Unknown::Unreadable, _) => ("unreadable", "error", fact.unread.as_slice()),
            (Unknown::Missing, Some(gap)) => (gap.as_str(), "unknown", fact.shown.as_slice()),
            (Unknown::Missing, None) => ("missing", "unknown", fact.shown.as_slice()),
        };
        let mut record = self.blank(id, 0, &self.codings(id, None), evidence);
        let mut put = |name: &str, value: Value| _ = record.insert(name.to_owned(), value);
        let newest = evidence.iter().filter_map(|one| one.effective);
        let day = PartialDate::last_of(newest).filter(|_| unknown == Unknown::Unreadable);
        if let Some((name, effective)) = effective(day, None) {
            put(name, effective);
        }
        put(
            "dataAbsentReason",
            json!({"coding": [{"system": UNKNOWN_REASONS, "code": code}, {"system": DATA_ABSENT, "code": reason}]}),
        );
        Value::Object(record)
    }
}

/// The guide's profile of an Observation by a fact's own code; none for a site's fact.
pub(super) fn profile(id: FactId) -> Option<String> {
    Some(match id {
        FactId::OfSite(_) => return None,
        FactId::T | FactId::N | FactId::M => format!("pnet-{id}-category"),
        FactId::GradeRecorded => "pnet-grade".to_owned(),
        FactId::StageRecorded => "pnet-stage".to_owned(),
        _ if id.info().kind == Kind::Presence => "pnet-presence".to_owned(),
        _ => format!("pnet-{id}"),
    })
}

/// The element that dates a record; a start without a day is one of a period of which no day is known.
pub(super) fn effective(
    day: Option<PartialDate>,
    since: Option<PartialDate>,
) -> Option<(&'static str, Value)> {
    match (day, since) {
        (None, None) => None,
        (Some(day), None) => Some(("effectiveDateTime", json!(day.to_string()))),
        (Some(day), Some(since)) => Some((
            "effectivePeriod",
            json!({"start": since.to_string(), "end": day.to_string()}),
        )),
        (None, Some(since)) => Some((
            "effectivePeriod",
            json!({"extension": [{"url": MARKED_ABSENT, "valueCode": "unknown"}], "start": since.to_string()}),
        )),
    }
}

/// The records that a fact was read from, each once; what is no reference is left out.
pub(super) fn references(evidence: &[Evidence]) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for one in evidence {
        let reference = json!({"reference": one.reference});
        if is_reference(&one.reference) && !all.contains(&reference) {
            all.push(reference);
        }
    }
    all
}

/// Whether it is a type and an id.
fn is_reference(text: &str) -> bool {
    let Some((kind, id)) = text.split_once('/') else {
        return false;
    };
    let is_id = (1..=64).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    let is_kind = kind.starts_with(|c: char| c.is_ascii_uppercase())
        && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_id && is_kind
}

/// The same in two lists: what an Observation may be derived from, and the rest as an extension.
fn sources(evidence: &[Evidence]) -> (Vec<Value>, Vec<Value>) {
    let is_derivable = |reference: &Value| {
        let text = reference
            .get("reference")
            .and_then(Value::as_str)
            .unwrap_or_default();
        DERIVABLE.contains(&text.split('/').next().unwrap_or_default())
    };
    let (from, others): (Vec<Value>, Vec<Value>) = references(evidence).into_iter().partition(is_derivable);
    let beside = others
        .into_iter()
        .map(|reference| json!({"url": SUPPORTING, "valueReference": reference}));
    (from, beside.collect())
}
