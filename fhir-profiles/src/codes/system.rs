//! Code systems by their canonical name, and codes in the form in which they are compared.

use std::borrow::Cow;

/// The guide's code system of facts.
pub const FACTS: &str = "https://pnet-cds.github.io/fhir/CodeSystem/facts";
/// The guide's code system of the values of facts that are words.
pub const FACT_VALUES: &str = "https://pnet-cds.github.io/fhir/CodeSystem/fact-values";
/// The guide's code system of reasons for which a fact is not known.
pub const UNKNOWN_REASONS: &str = "https://pnet-cds.github.io/fhir/CodeSystem/unknown-reasons";
/// The guide's code system of what an order can order.
pub const TREATMENTS: &str = "https://pnet-cds.github.io/fhir/CodeSystem/treatments";
/// The system under which a concept that is only a text can be mapped; its code is the text.
pub(crate) const TEXT: &str = "urn:pnet-cds:text";
/// The system under which names of drugs and treatments are mapped.
pub(crate) const NAME: &str = "urn:pnet-cds:name";
/// The guide's value sets: a map can name one by its id, as what a code is a case of.
pub(super) const VALUE_SETS: &str = "https://pnet-cds.github.io/fhir/ValueSet";
/// Units of measure.
pub const UCUM: &str = "http://unitsofmeasure.org";
/// SNOMED CT.
pub const SNOMED: &str = "http://snomed.info/sct";
/// LOINC.
pub const LOINC: &str = "http://loinc.org";
pub(crate) const ICD_10: &str = "http://hl7.org/fhir/sid/icd-10";
pub(crate) const ICD_O_3: &str = "http://terminology.hl7.org/CodeSystem/icd-o-3";
pub(crate) const AJCC: &str = "http://cancerstaging.org";
pub(crate) const UICC: &str = "https://www.uicc.org/resources/tnm";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
pub(crate) const ATC: &str = "http://www.whocc.no/atc";
pub(crate) const HCPCS: &str = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
const NCIT: &str = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl";
const OPS: &str = "http://fhir.de/CodeSystem/bfarm/ops";
const OPCS_4: &str = "https://fhir.hl7.org.uk/CodeSystem/OPCS-4";
pub(super) const ICD_11: &str = "http://id.who.int/icd/release/11/mms";
/// Diagnoses and procedures under one name: a Condition has the ones, a Procedure the others.
const ICD_9: &str = "http://hl7.org/fhir/sid/icd-9-cm";
const ICD_10_PCS: &str = "http://www.cms.gov/Medicare/Coding/ICD10";
const CAP_ECC: &str = "http://cap.org/eCC";
const ORPHANET: &str = "http://www.orpha.net";
const NULL_FLAVOR: &str = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
const ONCOTREE: &str = "http://oncotree.mskcc.org/fhir/CodeSystem";
/// How a result stands to its reference range.
pub const INTERPRETATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
pub(crate) const RANGE_MEANING: &str = "http://terminology.hl7.org/CodeSystem/referencerange-meaning";
/// Why a value is not there.
pub const DATA_ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
pub(crate) const VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
/// Whether a condition is active.
pub const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
pub(crate) const ADHERENCE: &str = "http://hl7.org/fhir/CodeSystem/medication-statement-adherence";

/// Whether a system is one of the world's, by its canonical name.
pub(super) fn is_standard(canonical: &str) -> bool {
    [
        SNOMED, LOINC, ICD_10, ICD_O_3, ICD_11, RXNORM, ATC, HCPCS, NCIT, OPS, OPCS_4,
    ]
    .contains(&canonical)
}

/// One name for each system, whatever the chart calls it; the ICD-10 modifications share one, because the codes
/// that are read mean the same in each or exist in one only.
pub(crate) fn canonical(system: &str) -> &str {
    let system = system.trim();
    let system = system.split('|').next().unwrap_or(system).trim_end_matches('/');
    if system.starts_with(SNOMED) {
        return SNOMED;
    }
    let bare = ["https://", "http://", "urn:oid:"];
    let bare = bare.iter().find_map(|start| system.strip_prefix(start));
    let bare = bare.unwrap_or(system);
    // Every release is a system of its own, in both.
    if bare.starts_with("id.who.int/icd/release/11/") {
        return ICD_11;
    }
    if bare.starts_with("oncotree.mskcc.org") {
        return ONCOTREE;
    }
    match bare {
        "loinc.org" | "www.loinc.org" | "2.16.840.1.113883.6.1" => LOINC,
        "snomed.info/sct" | "www.snomed.info/sct" | "2.16.840.1.113883.6.96" => SNOMED,
        "hl7.org/fhir/sid/icd-10-cm"
        | "hl7.org/fhir/sid/icd-10"
        | "fhir.de/CodeSystem/bfarm/icd-10-gm"
        | "fhir.de/CodeSystem/dimdi/icd-10-gm"
        | "hl7.org/fhir/sid/icd-10-de"
        | "hl7.org/fhir/sid/icd-10-gm"
        | "hl7.org/fhir/sid/icd-10-am"
        | "hl7.org/fhir/sid/icd-10-ca"
        | "2.16.840.1.113883.6.90"
        | "2.16.840.1.113883.6.3"
        | "1.2.276.0.76.5.409" => ICD_10,
        "2.16.840.1.113883.6.43.1"
        | "hl7.org/fhir/sid/icd-o-3"
        | "terminology.hl7.org/CodeSystem/icd-o-3" => ICD_O_3,
        "2.16.840.1.113883.6.88" | "www.nlm.nih.gov/research/umls/rxnorm" => RXNORM,
        "2.16.840.1.113883.6.73"
        | "fhir.de/CodeSystem/bfarm/atc"
        | "fhir.de/CodeSystem/dimdi/atc"
        | "www.whocc.no/atc" => ATC,
        "www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets" | "2.16.840.1.113883.6.285" => HCPCS,
        "2.16.840.1.113883.3.26.1.1" => NCIT,
        "fhir.de/CodeSystem/bfarm/ops" | "fhir.de/CodeSystem/dimdi/ops" => OPS,
        "hl7.org/fhir/sid/icd-9-cm"
        | "hl7.org/fhir/sid/icd-9-cm/diagnosis"
        | "hl7.org/fhir/sid/icd-9-cm-diagnosis"
        | "terminology.hl7.org/CodeSystem/icd9cm"
        | "2.16.840.1.113883.6.2"
        | "2.16.840.1.113883.6.103"
        | "2.16.840.1.113883.6.104" => ICD_9,
        "www.cms.gov/Medicare/Coding/ICD10"
        | "terminology.hl7.org/CodeSystem/icd10PCS"
        | "2.16.840.1.113883.6.4" => ICD_10_PCS,
        "cap.org/eCC" => CAP_ECC,
        "www.orpha.net" | "orpha.net" | "www.orpha.net/ORDO" => ORPHANET,
        "terminology.hl7.org/CodeSystem/v3-NullFlavor"
        | "hl7.org/fhir/v3/NullFlavor"
        | "2.16.840.1.113883.5.1008" => NULL_FLAVOR,
        "fhir.hl7.org.uk/CodeSystem/OPCS-4" | "fhir.hl7.org.uk/Id/opcs-4" => OPCS_4,
        "hl7.org/fhir/v3/ObservationInterpretation"
        | "hl7.org/fhir/v2/0078"
        | "terminology.hl7.org/CodeSystem/v2-0078"
        | "2.16.840.1.113883.5.83"
        | "2.16.840.1.113883.12.78" => INTERPRETATION,
        "hl7.org/fhir/referencerange-meaning" | "terminology.hl7.org/CodeSystem/referencerange-meaning" => {
            RANGE_MEANING
        }
        "hl7.org/fhir/condition-ver-status" | "terminology.hl7.org/CodeSystem/condition-ver-status" => {
            VERIFICATION
        }
        "hl7.org/fhir/condition-clinical" | "terminology.hl7.org/CodeSystem/condition-clinical" => CLINICAL,
        "hl7.org/fhir/data-absent-reason" | "terminology.hl7.org/CodeSystem/data-absent-reason" => {
            DATA_ABSENT
        }
        _ => system,
    }
}

/// A code as it is compared: its system by one name, its letters in one form.
#[derive(Debug, Clone)]
pub(super) struct Plain<'c> {
    pub(super) system: &'c str,
    pub(super) code: Cow<'c, str>,
}

impl<'c> Plain<'c> {
    pub(super) fn of(system: &'c str, code: &'c str) -> Self {
        let system = canonical(system);
        Self {
            system,
            code: plain(system, code),
        }
    }
}

/// The code in the form in which it is compared: SNOMED without its term, ICD-10 without dot, dagger and dash, OPCS-4 and
/// ICD-9-CM without dot, Orphanet without its name, a question of the electronic cancer protocol with a dot.
pub(crate) fn plain<'c>(system: &str, code: &'c str) -> Cow<'c, str> {
    let code = code.trim();
    match system {
        // What follows the term refines the concept, and may turn it into its opposite.
        SNOMED => match code.split_once('|') {
            Some((concept, term))
                if match term.trim_end().find('|') {
                    Some(end) => end + 1 == term.trim_end().len(),
                    None => !term.contains('='),
                } =>
            {
                Cow::Borrowed(concept.trim())
            }
            _ => Cow::Borrowed(code),
        },
        ICD_10 => {
            let stem = code.trim_end_matches(['-', '†', '*', '+', '!', '#', ' ']);
            let stem = stem.trim_end_matches(['-', '.']);
            if stem.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
                Cow::Borrowed(stem)
            } else {
                Cow::Owned(stem.replace('.', "").to_ascii_uppercase())
            }
        }
        ORPHANET => {
            let names = ["ORPHA:", "Orphanet:", "Orphanet_", "ORPHA"];
            let number = names.iter().find_map(|name| code.strip_prefix(name));
            Cow::Borrowed(number.unwrap_or(code))
        }
        CAP_ECC => Cow::Owned(code.replace('-', ".")),
        OPCS_4 | ICD_9 if code.contains('.') => Cow::Owned(code.replace('.', "")),
        _ => Cow::Borrowed(code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icd_codes_are_compared_without_dot_dash_and_dagger() {
        for written in [
            "C25.4", "C254", "c25.4", "C25.4-", "C25.4†", "C25.4*", "C25.4!", " C25.4 ",
        ] {
            assert_eq!(plain(ICD_10, written), "C254", "{written}");
        }
        assert_eq!(plain(ICD_10, "E11.-"), "E11");
    }

    #[test]
    fn snomed_codes_are_compared_without_term_and_version() {
        assert_eq!(plain(SNOMED, "94381002 |Liver metastasis|"), "94381002");
        let refined = "94381002|Liver metastasis|:408729009|Finding context|=410516002|Known absent|";
        assert_eq!(plain(SNOMED, refined), refined);
        assert_eq!(
            canonical("http://snomed.info/sct/900000000000207008/version/20250901"),
            SNOMED
        );
    }

    #[test]
    fn the_icd_10_modifications_are_one_system() {
        for system in [
            "http://hl7.org/fhir/sid/icd-10-cm",
            "http://hl7.org/fhir/sid/icd-10",
            "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
            "urn:oid:2.16.840.1.113883.6.90",
            "urn:oid:2.16.840.1.113883.6.3",
            "2.16.840.1.113883.6.90",
            "https://hl7.org/fhir/sid/icd-10",
        ] {
            assert_eq!(canonical(system), ICD_10, "{system}");
        }
    }
}
