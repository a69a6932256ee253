//! Facts in words: the small strict language in which vignettes, generated charts and what-ifs are written.
//!
//! `8`, `<3`, `<=3`, `>20`, `>=20`, `3-5`, a word of the fact, `unreadable`; `stable since 2026-01`, `T2 in enets`;
//! `2 | 8` for two readings of equal standing; `whose?` behind a value for a reading of an unknown tumour.

use fhir_profiles::facts::{
    Basis, Evidence, Flag, Gap, Reading, Says, Source, Specimen, System, TreatmentRecord, Value,
};
use fhir_profiles::{FactId, FactsBuilder, Interval, PartialDate, Treatment};
use rust_decimal::Decimal;
use serde::Deserialize;

/// One reading as a vignette writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Written {
    /// The fact's id.
    pub fact: String,
    /// The value in fact words.
    pub value: String,
    /// Effective date.
    pub date: Option<String>,
    /// Staging or grading system.
    pub system: Option<String>,
    /// `pathological`, `clinical`, `karnofsky`, or `by-site` for a lesion at its body site.
    pub basis: Option<String>,
    /// `primary` or `metastasis`.
    pub specimen: Option<String>,
    /// Since when the status holds.
    pub since: Option<String>,
    /// Syndrome or drug.
    pub detail: Option<String>,
    /// Unit of a marker.
    pub unit: Option<String>,
    /// `low`, `normal` or `high`.
    pub flag: Option<String>,
    /// `observation`, `condition`, `former` (a Condition that is no longer active), `procedure`, `medication` or `part`.
    pub source: Option<String>,
    /// Where it stands; made up from fact, date and position where not given.
    pub reference: Option<String>,
}

impl Written {
    /// A reading with nothing but a value.
    pub fn plain(fact: FactId, value: &str) -> Self {
        Self {
            fact: fact.as_str().to_owned(),
            value: value.to_owned(),
            date: None,
            system: None,
            basis: None,
            specimen: None,
            since: None,
            detail: None,
            unit: None,
            flag: None,
            source: None,
            reference: None,
        }
    }

    /// Adds the reading to the chart.
    ///
    /// # Errors
    /// What is not understood.
    pub fn add_to(&self, builder: &mut FactsBuilder) -> Result<(), String> {
        let id = FactId::parse(&self.fact).ok_or_else(|| format!("unknown fact `{}`", self.fact))?;
        for (position, part) in self.value.split(" | ").enumerate() {
            let evidence = Evidence {
                reference: match &self.reference {
                    Some(given) => format!("{given}-{position}"),
                    None => format!(
                        "Observation/{id}-{position}-{}",
                        self.date.as_deref().unwrap_or("undated")
                    ),
                },
                recorded: part.to_owned(),
                effective: date(self.date.as_deref())?,
                ..Evidence::default()
            };
            if part == "unreadable" {
                builder.unreadable(id, evidence);
            } else if let Some(part) = part.strip_suffix(" whose?") {
                builder.unowned(id, self.reading(id, part, evidence)?);
            } else {
                builder.reading(id, self.reading(id, part, evidence)?);
            }
        }
        Ok(())
    }

    fn reading(&self, id: FactId, part: &str, evidence: Evidence) -> Result<Reading, String> {
        let (rest, since) = cut(part, " since ");
        let (word, system) = cut(rest, " in ");
        let mut reading = Reading::new(value(id, word)?, source(self.source.as_deref())?, evidence);
        reading.since = date(since.or(self.since.as_deref()))?;
        reading.system = system
            .or(self.system.as_deref())
            .map(|s| System::parse(s).ok_or_else(|| format!("unknown system `{s}`")))
            .transpose()?;
        reading.basis = match self.basis.as_deref() {
            None => Basis::Plain,
            Some("pathological") => Basis::Pathological,
            Some("clinical") => Basis::Clinical,
            Some("karnofsky") => Basis::Karnofsky,
            Some("by-site") => Basis::BySite,
            Some(other) => return Err(format!("unknown basis `{other}`")),
        };
        reading.specimen = match self.specimen.as_deref() {
            None => None,
            Some("primary") => Some(Specimen::Primary),
            Some("metastasis") => Some(Specimen::Metastasis),
            Some(other) => return Err(format!("unknown specimen `{other}`")),
        };
        reading.flag = match self.flag.as_deref() {
            None => None,
            Some("low") => Some(Flag::Low),
            Some("normal") => Some(Flag::Normal),
            Some("high") => Some(Flag::High),
            Some(other) => return Err(format!("unknown flag `{other}`")),
        };
        reading.detail.clone_from(&self.detail);
        reading.unit.clone_from(&self.unit);
        Ok(reading)
    }
}

/// A record of a treatment as a vignette writes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Treated {
    /// Codes of `{base}/CodeSystem/treatments`.
    pub agents: Vec<String>,
    /// `running`, `completed`, `stopped`, `not-given`, `dose`, `dose-running`, `dispensed` or `done`.
    pub says: String,
    /// Whether it is of a depot form.
    #[serde(default)]
    pub depot: bool,
    /// Its first day.
    pub from: Option<String>,
    /// Its last day.
    pub until: Option<String>,
    /// The day of the record; its last day, else its first, where not given.
    pub date: Option<String>,
    /// The reason recorded.
    pub reason: Option<String>,
}

impl Treated {
    /// The record; `position` keeps references apart.
    ///
    /// # Errors
    /// What is not understood.
    pub fn record(&self, position: usize) -> Result<TreatmentRecord, String> {
        let says = match self.says.as_str() {
            "running" => Says::Running,
            "completed" => Says::Completed,
            "stopped" => Says::Stopped,
            "not-given" => Says::NotGiven,
            "dose" => Says::Dose,
            "dose-running" => Says::DoseRunning,
            "dispensed" => Says::Dispensed,
            "done" => Says::Done,
            other => return Err(format!("a treatment says `{other}`")),
        };
        let treatment =
            |code: &String| Treatment::parse(code).ok_or_else(|| format!("unknown treatment `{code}`"));
        let (from, until) = (date(self.from.as_deref())?, date(self.until.as_deref())?);
        Ok(TreatmentRecord {
            treatments: self.agents.iter().map(treatment).collect::<Result<_, _>>()?,
            says,
            depot: self.depot,
            from,
            until,
            reason: self.reason.clone(),
            evidence: Evidence {
                reference: format!("MedicationStatement/{position}"),
                recorded: self.agents.join(", "),
                effective: date(self.date.as_deref())?.or(until).or(from),
                ..Evidence::default()
            },
        })
    }
}

/// The gap written so.
pub(super) fn gap(text: &str) -> Result<Gap, String> {
    Gap::parse(text).ok_or_else(|| format!("unknown gap `{text}`"))
}

fn cut<'a>(text: &'a str, at: &str) -> (&'a str, Option<&'a str>) {
    text.split_once(at).map_or((text, None), |(a, b)| (a, Some(b)))
}

fn date(text: Option<&str>) -> Result<Option<PartialDate>, String> {
    text.map(|t| PartialDate::parse(t).ok_or_else(|| format!("no date: `{t}`")))
        .transpose()
}

fn source(text: Option<&str>) -> Result<Source, String> {
    Ok(match text {
        None | Some("observation") => Source::Observation,
        Some("condition") => Source::Condition,
        Some("former") => Source::Former,
        Some("procedure") => Source::Procedure,
        Some("medication") => Source::Medication,
        Some("part") => Source::Part,
        Some(other) => return Err(format!("unknown source `{other}`")),
    })
}

/// A value of the fact: a word of its list, else a number or interval. Facts of which several words may hold get
/// a set.
fn value(id: FactId, text: &str) -> Result<Value, String> {
    use fhir_profiles::catalogue::Kind;
    if let Some(word) = id.word(text) {
        return Ok(if id.info().kind == Kind::Several {
            Value::Words([word].into())
        } else {
            Value::Word(word)
        });
    }
    if !matches!(id.info().kind, Kind::Number | Kind::Score | Kind::Marker) {
        return Err(format!("`{text}` is no word of `{id}`"));
    }
    interval(text)
        .map(Value::Number)
        .ok_or_else(|| format!("`{text}` is no number for `{id}`"))
}

fn interval(text: &str) -> Option<Interval> {
    let number = |t: &str| t.parse::<Decimal>().ok();
    if let Some(rest) = text.strip_prefix("<=") {
        return number(rest).map(Interval::up_to);
    }
    if let Some(rest) = text.strip_prefix(">=") {
        return number(rest).map(Interval::from);
    }
    if let Some(rest) = text.strip_prefix('<') {
        return number(rest).map(Interval::below);
    }
    if let Some(rest) = text.strip_prefix('>') {
        return number(rest).map(Interval::above);
    }
    match text.split_once('-') {
        Some((low, high)) => Interval::between(number(low)?, number(high)?),
        None => number(text).map(Interval::exactly),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_written() {
        let d = |t: &str| t.parse::<Decimal>().unwrap();
        assert_eq!(interval("2.9"), Some(Interval::exactly(d("2.9"))));
        assert_eq!(interval("<=3"), Some(Interval::up_to(d("3"))));
        assert_eq!(interval(">20"), Some(Interval::above(d("20"))));
        assert_eq!(interval("3-5"), Interval::between(d("3"), d("5")));
        assert_eq!(interval("5-3"), None);
        assert_eq!(interval("3 %"), None);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let mut chart = fhir_profiles::Facts::builder(jiff::civil::date(2026, 11, 23));
        for (fact, value) in [
            (FactId::Pnet, "yes"),
            (FactId::Ki67, "8 %"),
            (FactId::T, "T2 in tnm"),
            (FactId::DiseaseStatus, "stable since spring"),
        ] {
            assert!(Written::plain(fact, value).add_to(&mut chart).is_err(), "{value}");
        }
    }
}
