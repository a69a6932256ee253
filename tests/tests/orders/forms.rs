//! The forms of an order, by code or by name, and the options that each can mean.

use crate::setup::{ATC, HCPCS, KNOWLEDGE, OURS, RXNORM, SNOMED, SSA, TEXT, options, order};
use fhir_profiles::Treatment;

const LIVER_RESECTION: &[&str] = &["curative-resection", "cytoreductive-surgery"];
const PANCREATIC_RESECTION: &[&str] = &["curative-resection", "palliative-primary-resection"];
const RADIONUCLIDE: &[&str] = &["radioembolisation", "prrt"];

/// Type of the order, system (or text), code, and the options that it can mean.
pub(crate) const FORMS: &[(&str, &str, &str, &[&str])] = &[
    ("ServiceRequest", SNOMED, "71273005", LIVER_RESECTION),
    ("ServiceRequest", SNOMED, "107963000", LIVER_RESECTION),
    ("Procedure", SNOMED, "307616002", LIVER_RESECTION),
    ("Procedure", SNOMED, "174431000", LIVER_RESECTION),
    ("Procedure", SNOMED, "708590009", LIVER_RESECTION),
    ("ServiceRequest", TEXT, "Right hemihepatectomy", LIVER_RESECTION),
    ("ServiceRequest", SNOMED, "33149006", PANCREATIC_RESECTION),
    ("ServiceRequest", SNOMED, "116241004", PANCREATIC_RESECTION),
    (
        "ServiceRequest",
        TEXT,
        "Distal pancreatectomy",
        PANCREATIC_RESECTION,
    ),
    (
        "ServiceRequest",
        TEXT,
        "Cytoreductive surgery",
        &["cytoreductive-surgery"],
    ),
    ("ServiceRequest", SNOMED, "18027006", &["liver-transplantation"]),
    ("ServiceRequest", SNOMED, "174425003", &["liver-transplantation"]),
    (
        "ServiceRequest",
        TEXT,
        "Liver transplantation",
        &["liver-transplantation"],
    ),
    ("ServiceRequest", TEXT, "Liver transplant evaluation", &[]),
    (
        "ServiceRequest",
        SNOMED,
        "448781006",
        &["radiofrequency-ablation"],
    ),
    (
        "ServiceRequest",
        SNOMED,
        "426830009",
        &["radiofrequency-ablation"],
    ),
    (
        "ServiceRequest",
        SNOMED,
        "431475009",
        &["radiofrequency-ablation"],
    ),
    (
        "ServiceRequest",
        SNOMED,
        "438815000",
        &["radiofrequency-ablation"],
    ),
    (
        "ServiceRequest",
        TEXT,
        "RFA, segment 6 of liver",
        &["radiofrequency-ablation"],
    ),
    ("ServiceRequest", TEXT, "RFA of the cavotricuspid isthmus", &[]),
    // Heat of an unnamed source, or microwaves: not in the review.
    ("ServiceRequest", SNOMED, "428115007", &[]),
    ("ServiceRequest", SNOMED, "609232008", &[]),
    (
        "ServiceRequest",
        TEXT,
        "Cryoablation of liver metastasis",
        &["cryotherapy"],
    ),
    ("ServiceRequest", TEXT, "Cryotherapy of wart", &[]),
    (
        "ServiceRequest",
        TEXT,
        "Percutaneous ethanol injection, liver",
        &["ethanol-injection"],
    ),
    (
        "ServiceRequest",
        TEXT,
        "Bland embolisation, hepatic artery",
        &["transarterial-embolisation"],
    ),
    ("ServiceRequest", TEXT, "Uterine artery embolization", &[]),
    ("ServiceRequest", TEXT, "Portal vein embolisation (liver)", &[]),
    (
        "ServiceRequest",
        SNOMED,
        "314617008",
        &["transarterial-chemoembolisation"],
    ),
    (
        "ServiceRequest",
        TEXT,
        "TACE",
        &["transarterial-chemoembolisation"],
    ),
    ("ServiceRequest", TEXT, "No TACE", &[]),
    ("ServiceRequest", SNOMED, "764677008", &["radioembolisation"]),
    ("ServiceRequest", TEXT, "SIRT", &["radioembolisation"]),
    ("ServiceRequest", TEXT, "SIRT mapping angiography", &[]),
    ("ServiceRequest", SNOMED, "399315003", RADIONUCLIDE),
    ("ServiceRequest", SNOMED, "448288001", &["prrt"]),
    ("ServiceRequest", SNOMED, "427541000119103", &["prrt"]),
    ("ServiceRequest", HCPCS, "A9513", &["prrt"]),
    ("ServiceRequest", TEXT, "PRRT, cycle 1 of 4", &["prrt"]),
    ("MedicationRequest", TEXT, "Lutetium oxodotreotide", &["prrt"]),
    ("MedicationRequest", ATC, "H01CB02", SSA),
    ("MedicationRequest", HCPCS, "J2353", SSA),
    ("MedicationRequest", RXNORM, "68092", SSA),
    ("MedicationRequest", ATC, "H01CB05", SSA),
    (
        "MedicationRequest",
        TEXT,
        "Sandostatin LAR (octreotide) 30 mg",
        SSA,
    ),
    ("MedicationRequest", TEXT, "Gallium-68 octreotide tracer", &[]),
    ("MedicationRequest", ATC, "L03AB05", &["interferon-alpha"]),
    (
        "MedicationRequest",
        RXNORM,
        "239180",
        &["streptozocin-fluorouracil"],
    ),
    (
        "MedicationRequest",
        RXNORM,
        "4492",
        &["streptozocin-fluorouracil"],
    ),
    (
        "MedicationRequest",
        RXNORM,
        "37776",
        &["temozolomide-capecitabine"],
    ),
    (
        "MedicationRequest",
        RXNORM,
        "194000",
        &["temozolomide-capecitabine"],
    ),
    ("MedicationRequest", RXNORM, "2555", &["platinum-etoposide"]),
    ("MedicationRequest", RXNORM, "40048", &["platinum-etoposide"]),
    ("MedicationRequest", RXNORM, "4179", &["platinum-etoposide"]),
    (
        "ServiceRequest",
        TEXT,
        "Cisplatin/etoposide, cycle 1",
        &["platinum-etoposide"],
    ),
    ("MedicationRequest", RXNORM, "141704", &["everolimus"]),
    ("MedicationRequest", RXNORM, "357977", &["sunitinib"]),
    (
        "ServiceRequest",
        TEXT,
        "TACE after MDT discussion",
        &["transarterial-chemoembolisation"],
    ),
    (
        "ServiceRequest",
        TEXT,
        "Planned TACE",
        &["transarterial-chemoembolisation"],
    ),
    (
        "ServiceRequest",
        TEXT,
        "TACE right lobe, follow-up in 4 weeks",
        &["transarterial-chemoembolisation"],
    ),
    (
        "ServiceRequest",
        TEXT,
        "TACE liver, patient prefers no general anaesthesia",
        &["transarterial-chemoembolisation"],
    ),
    (
        "ServiceRequest",
        TEXT,
        "Without contrast TACE",
        &["transarterial-chemoembolisation"],
    ),
    (
        "ServiceRequest",
        TEXT,
        "conventional transarterial chemo-embolization",
        &["transarterial-chemoembolisation"],
    ),
    ("ServiceRequest", TEXT, "post TACE", &[]),
    ("ServiceRequest", TEXT, "status after TACE", &[]),
    (
        "ServiceRequest",
        TEXT,
        "Selective internal radiation therapy (SIRT), after mapping",
        &["radioembolisation"],
    ),
    ("ServiceRequest", TEXT, "TARE", &["radioembolisation"]),
    ("ServiceRequest", TEXT, "TAE", &["transarterial-embolisation"]),
    (
        "ServiceRequest",
        TEXT,
        "Transarterial embolisation",
        &["transarterial-embolisation"],
    ),
    ("ServiceRequest", TEXT, "Transarterial embolisation, kidney", &[]),
    (
        "ServiceRequest",
        TEXT,
        "177Lu-DOTATATE 7.4 GBq (Ga-68 PET reviewed)",
        &["prrt"],
    ),
    ("ServiceRequest", TEXT, "Lu-177-DOTATATE", &["prrt"]),
    ("ServiceRequest", TEXT, "[177Lu]Lu-DOTA-TATE", &["prrt"]),
    ("ServiceRequest", TEXT, "Lutathera", &["prrt"]),
    (
        "MedicationRequest",
        TEXT,
        "177Lu-DOTATATE 7.4 GBq (Ga-68 PET reviewed)",
        &["prrt"],
    ),
    ("MedicationRequest", TEXT, "Lu-177-DOTATATE", &["prrt"]),
    ("MedicationRequest", TEXT, "[177Lu]Lu-DOTA-TATE", &["prrt"]),
    ("MedicationRequest", TEXT, "Lutathera", &["prrt"]),
    ("MedicationRequest", TEXT, "Sutent", &["sunitinib"]),
    ("MedicationRequest", TEXT, "Afinitor 10 mg", &["everolimus"]),
    (
        "MedicationRequest",
        TEXT,
        "Sunitinib, planned start Monday",
        &["sunitinib"],
    ),
    ("MedicationRequest", TEXT, "Stop sunitinib", &[]),
    ("ServiceRequest", TEXT, "Stop sunitinib", &[]),
    ("ServiceRequest", TEXT, "Sunitinib 37.5 mg", &["sunitinib"]),
    ("ServiceRequest", TEXT, "Everolimus [Mass/volume] in Blood", &[]),
    ("ServiceRequest", TEXT, "Sunitinib trough", &[]),
    ("ServiceRequest", TEXT, "DPD testing before fluorouracil", &[]),
    ("ServiceRequest", TEXT, "Everolimus-eluting stent", &[]),
    ("ServiceRequest", TEXT, "Lu-177 dotatate post-therapy scan", &[]),
    ("ServiceRequest", TEXT, "PRRT eligibility", &[]),
    ("ServiceRequest", TEXT, "Octreotide scan", &[]),
    (
        "ServiceRequest",
        TEXT,
        "TACE with drug-eluting beads",
        &["transarterial-chemoembolisation"],
    ),
    // Not in the review as treatments of their own.
    ("MedicationRequest", RXNORM, "32592", &[]),
    ("MedicationRequest", RXNORM, "3639", &[]),
    ("MedicationRequest", RXNORM, "1363268", &[]),
    ("MedicationRequest", RXNORM, "6809", &[]),
];

#[test]
fn every_option_has_a_code_of_ours_that_means_it_alone() {
    for option in &KNOWLEDGE.options {
        assert!(Treatment::parse(&option.id).is_some(), "{}", option.id);
        let found = options(&[order("ServiceRequest", OURS, &option.id)]);
        let expected: Vec<String> = match option.id.as_str() {
            // The class as such says nothing of how often it is given.
            "somatostatin-analogue" => SSA.iter().map(|id| (*id).to_owned()).collect(),
            id => vec![id.to_owned()],
        };
        assert_eq!(found, [expected], "{}", option.id);
    }
}

#[test]
fn every_form_of_an_order_means_its_options() {
    for (kind, system, code, expected) in FORMS {
        let found = options(&[order(kind, system, code)]);
        let expected: Vec<Vec<String>> = match expected {
            [] => Vec::new(),
            some => vec![some.iter().map(|id| (*id).to_owned()).collect()],
        };
        assert_eq!(found, expected, "{kind} {system} {code}");
    }
}
