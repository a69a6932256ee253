//! The reader's corpus: rows of charts with what is read from each, and the shorthand that they are written in.
//!
//! `corpus/README.md` describes the format.

use fhir_profiles::chart::{json_text, opened};
use fhir_profiles::json::{Budget, Document, Fault};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const SYSTEMS: &[(&str, &str)] = &[
    ("loinc", "http://loinc.org"),
    ("sct", "http://snomed.info/sct"),
    ("icd10cm", "http://hl7.org/fhir/sid/icd-10-cm"),
    ("icd10", "http://hl7.org/fhir/sid/icd-10"),
    ("icd10gm", "http://fhir.de/CodeSystem/bfarm/icd-10-gm"),
    ("icdo", "http://terminology.hl7.org/CodeSystem/icd-o-3"),
    ("rx", "http://www.nlm.nih.gov/research/umls/rxnorm"),
    ("atc", "http://www.whocc.no/atc"),
    (
        "hcpcs",
        "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    ),
    ("ncit", "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"),
    ("naaccr", "urn:naaccr:3863"),
    ("ajcc", "http://cancerstaging.org"),
    (
        "mii",
        "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-fernmetastasen",
    ),
    (
        "clinical",
        "http://terminology.hl7.org/CodeSystem/condition-clinical",
    ),
    (
        "verified",
        "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    ),
    (
        "flag",
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
    ),
    ("dar", "http://terminology.hl7.org/CodeSystem/data-absent-reason"),
    ("fact", "https://pnet-cds.github.io/fhir/CodeSystem/facts"),
    ("value", "https://pnet-cds.github.io/fhir/CodeSystem/fact-values"),
    ("local", "urn:example:local"),
    (
        "mii-ecog",
        "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-allgemeiner-leistungszustand-ecog",
    ),
    (
        "mii-course",
        "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-verlauf-gesamtbeurteilung",
    ),
    (
        "mii-residual",
        "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-residualstatus",
    ),
    (
        "mii-radiation",
        "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-strahlentherapie-applikationsart",
    ),
    ("ops", "http://fhir.de/CodeSystem/bfarm/ops"),
    ("opcs", "https://fhir.hl7.org.uk/CodeSystem/OPCS-4"),
    ("icd11", "http://id.who.int/icd/release/11/mms"),
    ("oncotree", "http://oncotree.mskcc.org/fhir/CodeSystem/oncotree"),
    ("orpha", "http://www.orpha.net"),
    ("ecp", "http://cap.org/eCC"),
    ("icd9", "http://hl7.org/fhir/sid/icd-9-cm"),
    ("pcs", "http://www.cms.gov/Medicare/Coding/ICD10"),
    ("null", "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"),
    (
        "mii-karnofsky",
        "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-allgemeiner-leistungszustand-karnofsky",
    ),
    (
        "mii-grading",
        "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-grading",
    ),
    (
        "mii-tnm",
        "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-tnm-version",
    ),
    (
        "mii-therapy",
        "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-therapie-typ",
    ),
    ("uicc", "https://www.uicc.org/resources/tnm"),
    ("dktk-t", "http://dktk.dkfz.de/fhir/onco/core/CodeSystem/TNMTCS"),
    ("dktk-n", "http://dktk.dkfz.de/fhir/onco/core/CodeSystem/TNMNCS"),
    ("dktk-m", "http://dktk.dkfz.de/fhir/onco/core/CodeSystem/TNMMCS"),
    (
        "dktk-stage",
        "http://dktk.dkfz.de/fhir/onco/core/CodeSystem/UiccstadiumCS",
    ),
    ("dktk-yes", "http://dktk.dkfz.de/fhir/onco/core/CodeSystem/JNUCS"),
    (
        "dktk-site",
        "http://dktk.dkfz.de/fhir/onco/core/CodeSystem/FMLokalisationCS",
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    row: Vec<Row>,
}

/// A chart and what is read from it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Row {
    /// File, row and case.
    pub name: String,
    /// The sentence that it follows from.
    pub rule: String,
    /// Where a chart of this kind was seen: the address of a public report, or the style and who writes it; the museum's
    /// rows alone.
    pub seen: Option<String>,
    /// Under which kind the museum counts it.
    pub kind: Option<String>,
    /// The day of evaluation, if it is not the usual one.
    pub as_of: Option<String>,
    /// The patient asked about; empty for none.
    pub patient: Option<String>,
    /// JSON values, one after the other.
    #[serde(default)]
    pub chart: String,
    /// In place of the chart: entries of a Bundle as they came, which may be no JSON; `<XX>` is the byte with that number.
    #[serde(default)]
    pub entries: Vec<String>,
    /// Whether the chart stands there in full: no template, no shorthand.
    #[serde(default)]
    pub raw: bool,
    /// With `cases`: the fact whose value they name.
    pub fact: Option<String>,
    /// What takes the place of `$` in the chart, and the value read.
    #[serde(default)]
    pub cases: Vec<(String, String)>,
    #[serde(default)]
    /// What is read; every other fact is missing.
    pub facts: BTreeMap<String, Expected>,
    /// Facts of which the specification leaves open what is read here.
    #[serde(default)]
    pub open: Vec<String>,
    /// The computed grade.
    pub grade: Option<String>,
    /// The T categories still possible in the stage of ENETS.
    pub enets_t: Option<Vec<String>>,
    /// All discrepancies.
    pub discrepancies: Option<Vec<String>>,
    /// Whether something is listed as unusable; not asserted where it is left out.
    pub problems: Option<bool>,
    /// Why the chart is refused.
    pub refused: Option<String>,
    /// What the row waits for; then it must fail.
    pub pending: Option<String>,
}

/// What a fact says.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub enum Expected {
    /// Its value.
    Value(String),
    /// More than its value.
    Report(Box<Report>),
}

/// What is checked of a fact's report.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Report {
    /// The value.
    pub is: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// Its staging system.
    pub system: Option<String>,
    /// Since when it holds.
    pub since: Option<String>,
    /// Syndrome or drug.
    pub detail: Option<String>,
    /// The laboratory's flag.
    pub flag: Option<String>,
    /// The reference range.
    pub reference: Option<String>,
    /// Whether the evidence says what was done to the value.
    pub notes: Option<bool>,
    /// Records that it rests on.
    pub evidence: Option<usize>,
    /// Older records.
    pub older: Option<usize>,
    /// Records that others overrule.
    pub overruled: Option<usize>,
    /// Records that cannot be read.
    pub unread: Option<usize>,
    /// Records that are shown only.
    pub shown: Option<usize>,
    /// Values that are still possible.
    pub candidates: Option<usize>,
}

/// Every row of every file; each case is a row of its own.
///
/// # Errors
/// A file that cannot be read.
pub fn rows(root: &Path) -> Result<Vec<Row>, String> {
    let mut paths: Vec<_> = std::fs::read_dir(root)
        .map_err(|e| e.to_string())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let topic = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).map_err(|e| format!("{topic}: {e}"))?;
        let file: File = toml::from_str(&text).map_err(|e| format!("{topic}: {e}"))?;
        for mut row in file.row {
            row.name = format!("{topic}/{}", row.name);
            if row.cases.is_empty() {
                all.push(row);
                continue;
            }
            let fact = row
                .fact
                .take()
                .ok_or_else(|| format!("{}: cases of which fact?", row.name))?;
            for (written, is) in std::mem::take(&mut row.cases) {
                let mut case = row.clone();
                case.name = format!("{}: {written:?}", row.name);
                case.chart = row.chart.replace('$', &written);
                let report = case
                    .facts
                    .entry(fact.clone())
                    .or_insert_with(|| Expected::Report(Box::default()));
                match report {
                    Expected::Report(report) => report.is = Some(is),
                    Expected::Value(_) => return Err(format!("{}: two values of one fact", row.name)),
                }
                all.push(case);
            }
        }
    }
    Ok(all)
}

/// Of the cases of a row the first and the last, for what does not depend on how each is read: that the corpus holds every
/// one of them to.
pub fn ends(rows: Vec<Row>) -> Vec<Row> {
    let mut by_name: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows {
        let name = row.name.split(": \"").next().unwrap_or_default().to_owned();
        let known = by_name.entry(name).or_default();
        known.truncate(1);
        known.push(row);
    }
    by_name.into_values().flatten().collect()
}

/// The chart's JSON values, filled in from the template.
///
/// # Errors
/// Shorthand that is not understood.
pub fn values(row: &Row) -> Result<Vec<Document<'static>>, String> {
    if !row.entries.is_empty() {
        let entries: Vec<Vec<u8>> = row.entries.iter().map(|entry| bytes(entry)).collect();
        let bundle = bundle(&entries);
        let text = json_text(&bundle);
        let value = opened(text.into_owned(), &Budget::CALL);
        return value
            .map(|value| vec![value])
            .map_err(|e| format!("entries: {e}"));
    }
    if row.raw {
        // As every way in takes it, so that half a character costs no more than itself.
        let chart = fhir_profiles::chart::json_text(row.chart.as_bytes());
        return serde_json::Deserializer::from_str(&chart)
            .into_iter::<Box<RawValue>>()
            .map(|value| {
                let value = value.map_err(|e| format!("chart: {e}"))?;
                value.get().parse().map_err(|e| format!("chart: {e}"))
            })
            .collect();
    }
    let mut count = 0;
    let mut all = Vec::new();
    for value in serde_json::Deserializer::from_str(&row.chart).into_iter::<Value>() {
        let mut value = value.map_err(|e| format!("chart: {e}"))?;
        spell_out(&mut value)?;
        fill(&mut value, &mut count);
        let text = serde_json::to_string(&value).map_err(|e| e.to_string())?;
        all.push(text.parse().map_err(|e: Fault| e.to_string())?);
    }
    Ok(all)
}

/// A Bundle of these resources, each as it is.
pub fn bundle(resources: &[Vec<u8>]) -> Vec<u8> {
    let mut made = br#"{"resourceType":"Bundle","type":"searchset","entry":["#.to_vec();
    for (index, resource) in resources.iter().enumerate() {
        let before: &[u8] = if index == 0 {
            br#"{"resource":"#
        } else {
            br#",{"resource":"#
        };
        made.extend([before, resource, b"}"].concat());
    }
    made.extend(b"]}");
    made
}

/// The bytes of an entry: `<FF>` is the byte 255.
pub fn bytes(entry: &str) -> Vec<u8> {
    let mut made = Vec::new();
    let mut rest = entry;
    while let Some((before, after)) = rest.split_once('<') {
        made.extend(before.bytes());
        let number = after.split_once('>').filter(|(digits, _)| digits.len() == 2);
        let byte = number.and_then(|(digits, left)| Some((u8::from_str_radix(digits, 16).ok()?, left)));
        match byte {
            Some((byte, left)) => {
                made.push(byte);
                rest = left;
            }
            None => {
                made.push(b'<');
                rest = after;
            }
        }
    }
    made.extend(rest.bytes());
    made
}

/// What every resource needs, where the row does not say otherwise.
fn fill(value: &mut Value, count: &mut usize) {
    let Value::Object(resource) = value else { return };
    let kind = resource
        .entry("resourceType")
        .or_insert_with(|| "Observation".into());
    let kind = kind.as_str().unwrap_or_default().to_owned();
    if kind == "Bundle" {
        let entries = resource.get_mut("entry").and_then(Value::as_array_mut);
        for entry in entries
            .into_iter()
            .flatten()
            .filter_map(|e| e.get_mut("resource"))
        {
            fill(entry, count);
        }
        return;
    }
    *count += 1;
    resource.entry("id").or_insert_with(|| format!("r{count}").into());
    let mut defaults = Map::new();
    match kind.as_str() {
        "Observation" | "DiagnosticReport" => defaults.insert("status".into(), "final".into()),
        "Procedure" => defaults.insert("status".into(), "completed".into()),
        "MedicationStatement" => defaults.insert("status".into(), "active".into()),
        "MedicationRequest" => {
            defaults.insert("intent".into(), "order".into());
            defaults.insert("status".into(), "active".into())
        }
        "MedicationAdministration" => defaults.insert("status".into(), "in-progress".into()),
        "MedicationDispense" => defaults.insert("status".into(), "completed".into()),
        "Condition" | "Specimen" => None,
        _ => return,
    };
    defaults.insert("subject".into(), json!({ "reference": "Patient/p" }));
    for (field, default) in defaults {
        resource.entry(field).or_insert(default);
    }
    // Servers write the type first; what another order changes is the business of its own rows.
    let given = std::mem::take(resource);
    resource.insert("resourceType".into(), kind.into());
    resource.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
}

/// `"@loinc 29593-1 + 'Ki-67'"` is a CodeableConcept.
fn spell_out(value: &mut Value) -> Result<(), String> {
    match value {
        Value::Array(all) => all.iter_mut().try_for_each(spell_out),
        Value::Object(fields) => fields.values_mut().try_for_each(spell_out),
        Value::String(text) if text.starts_with('@') => {
            *value = concept(text.trim_start_matches('@'))?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn concept(written: &str) -> Result<Value, String> {
    let mut codings = Vec::new();
    let mut concept = Map::new();
    for part in written.split(" + ") {
        if let Some(text) = part.strip_prefix('\'').and_then(|p| p.strip_suffix('\'')) {
            concept.insert("text".into(), text.into());
            continue;
        }
        let (alias, code) = part
            .split_once(' ')
            .ok_or_else(|| format!("no code in `{part}`"))?;
        let system = SYSTEMS
            .iter()
            .find(|(name, _)| *name == alias)
            .map(|(_, system)| *system);
        let system = system.ok_or_else(|| format!("no system `{alias}`"))?;
        codings.push(json!({ "system": system, "code": code }));
    }
    if !codings.is_empty() {
        concept.insert("coding".into(), codings.into());
    }
    Ok(concept.into())
}
