//! The order table: which options an order can mean in each form, and which card each verdict gives it; every row worked
//! out by hand from the specification and written to `ORDERS.md`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use acceptance::{here, knowledge};
use cds_cards::assessment::{Assessment, OptionReport, Outcome, Role, Verdict};
use cds_cards::render::{Card, Indicator, Kind, Policy, render_orders};
use cds_cards::{Knowledge, Proposal, assess, proposals, vignettes};
use fhir_profiles::chart::ChartBuilder;
use fhir_profiles::{Codes, Order, Treatment, orders};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::LazyLock;
use uuid::Uuid;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| knowledge().unwrap());

const SNOMED: &str = "http://snomed.info/sct";
const ATC: &str = "http://www.whocc.no/atc";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
const HCPCS: &str = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
const OURS: &str = "https://pnet-cds.github.io/fhir/CodeSystem/treatments";
const TEXT: &str = "text";

const SSA: &[&str] = &["somatostatin-analogue", "ssa-intensification"];
const LIVER_RESECTION: &[&str] = &["curative-resection", "cytoreductive-surgery"];
const PANCREATIC_RESECTION: &[&str] = &["curative-resection", "palliative-primary-resection"];
const RADIONUCLIDE: &[&str] = &["radioembolisation", "prrt"];

/// Type of the order, system (or text), code, and the options that it can mean.
const FORMS: &[(&str, &str, &str, &[&str])] = &[
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

/// What a verdict gives an order that means one option.
fn by_rule(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Supported | Verdict::Provisional => "none",
        Verdict::Undetermined => "info",
        Verdict::NotSupported | Verdict::Contraindicated => "warning",
    }
}

const VERDICTS: [Verdict; 5] = [
    Verdict::Supported,
    Verdict::Provisional,
    Verdict::Undetermined,
    Verdict::NotSupported,
    Verdict::Contraindicated,
];

fn order(kind: &str, system: &str, code: &str) -> Value {
    let concept = match system {
        TEXT => json!({"text": code}),
        _ => json!({"coding": [{"system": system, "code": code}]}),
    };
    let key = match kind {
        "MedicationRequest" => "medicationCodeableConcept",
        _ => "code",
    };
    let mut order = json!({
        "resourceType": kind, "id": "o", "status": "draft", "intent": "order",
        "subject": {"reference": "Patient/p"},
    });
    order[key] = concept;
    order
}

fn read(drafts: &[Value]) -> Vec<Order> {
    read_with(drafts, Codes::embedded())
}

fn read_with(drafts: &[Value], codes: &Codes) -> Vec<Order> {
    let entries: Vec<Value> = drafts.iter().map(|draft| json!({"resource": draft})).collect();
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": entries}).to_string();
    let raw: &RawValue = serde_json::from_str(&bundle).unwrap();
    let mut builder = ChartBuilder::new(Some("p"));
    builder.add(raw);
    orders(&builder.finish().unwrap(), codes)
}

fn proposed(drafts: &[Value]) -> Vec<Proposal> {
    proposals(&KNOWLEDGE, &read(drafts), |_| true)
}

fn options(drafts: &[Value]) -> Vec<Vec<String>> {
    let mut options: Vec<Vec<String>> = proposed(drafts).into_iter().map(|p| p.options).collect();
    options.sort();
    options
}

fn cards(assessment: &Assessment, drafts: &[Value]) -> Vec<Card> {
    let policy = Policy {
        max_cards: 5,
        public_url: None,
        instance: Uuid::nil(),
    };
    render_orders(&KNOWLEDGE, assessment, &proposed(drafts), &policy)
}

fn word(cards: &[Card]) -> &'static str {
    match cards {
        [] => "none",
        [card] if card.indicator() == Indicator::Warning => "warning",
        [_] => "info",
        _ => "several",
    }
}

/// Every vignette's assessment where the gate is passed.
static CHARTS: LazyLock<BTreeMap<String, Assessment>> = LazyLock::new(|| {
    let all = vignettes::embedded().unwrap().into_iter();
    all.map(|(name, vignette)| (name, assess(&KNOWLEDGE, &vignette.facts().unwrap())))
        .filter(|(_, assessment)| !assessment.options.is_empty())
        .collect()
});

fn report<'a>(assessment: &'a Assessment, option: &str) -> &'a OptionReport {
    assessment
        .options
        .iter()
        .find(|report| report.id == option)
        .unwrap()
}

/// The first vignette in which the option has the verdict, and decides: what else its code can mean is not supported.
fn chart(option: &str, verdict: Verdict) -> Option<(&'static String, &'static Assessment)> {
    let others = SSA.iter().filter(|_| option == SSA[0]).skip(1);
    CHARTS.iter().find(|(_, assessment)| {
        report(assessment, option).verdict == verdict
            && others
                .clone()
                .all(|other| by_rule(report(assessment, other).verdict) == "warning")
    })
}

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

#[test]
fn the_body_site_of_a_procedure_counts() {
    let rfa = |name: &str, site: Value| {
        let mut rfa = order("ServiceRequest", TEXT, name);
        rfa["bodySite"] = json!([site]);
        options(&[rfa])
    };
    let coded = |code: &str| json!({"coding": [{"system": SNOMED, "code": code}]});
    for name in ["RFA", "Radiofrequency ablation"] {
        for liver in [json!({"text": "Liver, segment 6"}), coded("10200004")] {
            assert_eq!(rfa(name, liver), [["radiofrequency-ablation"]], "{name}");
        }
        assert_eq!(rfa(name, json!({"text": "Thyroid"})), [] as [Vec<String>; 0]);
    }
    assert_eq!(rfa("TAE", coded("10200004")), [["transarterial-embolisation"]]);
    assert_eq!(rfa("TAE", json!({"text": "Left kidney"})), [] as [Vec<String>; 0]);
}

#[test]
fn a_test_or_a_scan_is_no_order_of_the_drug_that_it_names() {
    let none = [] as [Vec<String>; 0];
    let mut level = order("ServiceRequest", TEXT, "Everolimus");
    assert_eq!(options(&[level.clone()]), [["everolimus"]]);
    level["category"] = json!([{"text": "Laboratory"}]);
    assert_eq!(options(&[level.clone()]), none);
    level["category"] = json!([{"coding": [{"system": SNOMED, "code": "108252007"}]}]);
    assert_eq!(options(&[level.clone()]), none);
    level["category"] = json!([]);
    level["code"]["coding"] =
        json!([{"system": "http://loinc.org", "code": "50544-8", "display": "Everolimus"}]);
    assert_eq!(options(&[level]), none);
    let mut scan = order("ServiceRequest", TEXT, "Octreotide");
    scan["category"] = json!([{"coding": [{"code": "imaging"}]}]);
    assert_eq!(options(&[scan.clone()]), none);
    // What radiologists and nuclear physicians do to treat is filed with what they do to see.
    for (name, option) in [
        ("TACE", "transarterial-chemoembolisation"),
        ("Lu-177 dotatate", "prrt"),
    ] {
        scan["code"] = json!({"text": name});
        assert_eq!(options(&[scan.clone()]), [[option]]);
    }
}

#[test]
fn each_verdict_gives_its_card() {
    for option in &KNOWLEDGE.options {
        for (verdict, (name, assessment)) in VERDICTS
            .iter()
            .filter_map(|verdict| Some((verdict, chart(&option.id, *verdict)?)))
        {
            let drafts = [order("ServiceRequest", OURS, &option.id)];
            let cards = cards(assessment, &drafts);
            assert_eq!(word(&cards), by_rule(*verdict), "{} in {name}", option.id);
            for card in &cards {
                names_what_it_must(card, report(assessment, &option.id), &option.label);
            }
        }
    }
}

/// Option, verdict, each deciding criterion with its statements, and the order.
fn names_what_it_must(card: &Card, report: &OptionReport, label: &str) {
    let about = card.about();
    assert_eq!(about.kind, Kind::OrderWarning);
    let named: Vec<_> = about.options.iter().map(|o| (o.id.as_str(), o.verdict)).collect();
    assert!(named.contains(&(report.id.as_str(), report.verdict)), "{named:?}");
    assert!(card.summary().encode_utf16().count() <= 139);
    assert!(card.detail().contains("ServiceRequest/o"), "{}", card.detail());
    let plain = |text: &str| text.replace(['\\', '\u{2060}'], "");
    let (summary, detail) = (plain(card.summary()), plain(card.detail()));
    let start = label.split(" (").next().unwrap();
    assert!(named.len() > 1 || summary.contains(start), "{summary}");
    for id in &report.deciding {
        let criterion = report.criteria.iter().find(|c| c.id == *id).unwrap();
        let label = plain(&KNOWLEDGE.criteria[id].label);
        assert!(detail.contains(&label), "{label}: {detail}");
        for statement in &criterion.statements {
            assert!(detail.contains(statement.as_str()), "{statement}: {detail}");
            if criterion.outcome == Outcome::NotMet {
                let quote = plain(&KNOWLEDGE.statements[statement].quote);
                let words = quote.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
                assert!(detail.contains(&words), "{statement} {words}: {detail}");
            }
        }
    }
}

#[test]
fn an_undetermined_order_names_every_contraindication_that_is_not_excluded() {
    let mut seen = 0;
    for (name, assessment) in CHARTS.iter() {
        for option in &assessment.options {
            if option.verdict != Verdict::Undetermined {
                continue;
            }
            let drafts = [order("ServiceRequest", OURS, &option.id)];
            let cards = cards(assessment, &drafts);
            let Some(card) = cards.iter().find(|card| card.indicator() == Indicator::Info) else {
                continue;
            };
            let detail = card.detail().replace(['\\', '\u{2060}'], "");
            for criterion in option
                .criteria
                .iter()
                .filter(|c| c.role == Role::Contraindication && c.outcome == Outcome::Unknown)
            {
                let label = &KNOWLEDGE.criteria[&criterion.id].label;
                assert!(detail.contains(label.as_str()), "{name}: {label}: {detail}");
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn a_summary_says_what_is_open_and_what_is_needed() {
    let (mut open, mut single) = (BTreeSet::new(), 0);
    for (kind, system, code, meant) in FORMS.iter().filter(|(.., meant)| !meant.is_empty()) {
        for (name, assessment) in CHARTS.iter() {
            let drafts = [order(kind, system, code)];
            let Some(card) = cards(assessment, &drafts).into_iter().next() else {
                continue;
            };
            let summary = card.summary().to_owned();
            let place = format!("{code} in {name}: {summary}");
            let interpretation = proposed(&drafts)[0].interpretation;
            assert_eq!(summary.contains("read as "), interpretation, "{place}");
            assert!(!summary.contains("not known"), "{place}");
            if card.indicator() == Indicator::Warning && meant.len() == 1 {
                let (_, reason) = summary.split_once(" - ").unwrap();
                let reason = reason.split_once(" - ").map(|(_, reason)| reason);
                assert!(
                    reason.is_none_or(|r| r.contains("needs: ") || r.contains("must hold: ")),
                    "{place}"
                );
                single += usize::from(reason.is_some());
            }
            let closed = meant
                .iter()
                .filter(|id| by_rule(report(assessment, id).verdict) == "warning");
            if card.indicator() == Indicator::Info {
                for id in closed {
                    let label = &KNOWLEDGE.options.iter().find(|o| o.id == **id).unwrap().label;
                    assert!(!summary.contains(label.as_str()), "{place}");
                    open.insert(*id);
                }
            }
        }
    }
    assert!(!open.is_empty() && single > 10, "{open:?} {single}");
}

#[test]
fn the_best_of_the_options_that_an_order_can_mean_decides() {
    for (kind, system, code, meant) in FORMS.iter().filter(|(.., meant)| !meant.is_empty()) {
        let mut tried = BTreeSet::new();
        for (name, assessment) in CHARTS.iter() {
            let verdicts: Vec<Verdict> = meant.iter().map(|id| report(assessment, id).verdict).collect();
            let best = *verdicts.iter().min().unwrap();
            if !tried.insert(verdicts) {
                continue;
            }
            let cards = cards(assessment, &[order(kind, system, code)]);
            assert_eq!(word(&cards), by_rule(best), "{kind} {system} {code} in {name}");
        }
    }
}

#[test]
fn a_regimen_that_the_review_does_not_have_is_no_order_of_its_parts() {
    let drug = |code: &str| order("MedicationRequest", RXNORM, code);
    let (fluorouracil, irinotecan, capecitabine) = (drug("4492"), drug("51499"), drug("194000"));
    assert_eq!(options(std::slice::from_ref(&fluorouracil)).len(), 1);
    assert_eq!(
        options(&[fluorouracil, irinotecan.clone()]),
        [] as [Vec<String>; 0]
    );
    assert_eq!(options(&[capecitabine, irinotecan]), [] as [Vec<String>; 0]);
    let tace = order("ServiceRequest", TEXT, "TACE with streptozocin");
    assert_eq!(options(&[tace]), [["transarterial-chemoembolisation"]]);
    let cisplatin = drug("2555");
    assert_eq!(
        options(&[order("ServiceRequest", TEXT, "TACE"), cisplatin]),
        [["transarterial-chemoembolisation"]]
    );
    // Two drugs of one regimen give one card.
    let both = [drug("2555"), drug("4179")];
    assert_eq!(options(&both), [["platinum-etoposide"]]);
    assert_eq!(proposed(&both)[0].orders.len(), 2);
}

#[test]
fn a_site_maps_its_own_codes_and_texts_of_orders() {
    let map = |to: &str| {
        let element =
            |code: &str| json!([{"code": code, "target": [{"code": to, "equivalence": "equivalent"}]}]);
        let map = json!({"resourceType": "ConceptMap", "status": "active", "group": [
            {"source": "urn:oid:1.2.3", "target": OURS, "element": element("OP-77")},
            {"source": "urn:pnet-cds:text", "target": OURS, "element": element("Kryo Leber")},
        ]});
        Codes::with_maps(&BTreeMap::from([("site.json".to_owned(), map.to_string())]))
    };
    let codes = map("cryotherapy").unwrap();
    for (system, code) in [("urn:oid:1.2.3", "OP-77"), (TEXT, "kryo leber ")] {
        let found = read_with(&[order("ServiceRequest", system, code)], &codes);
        let treatments: Vec<&str> = found[0].treatments.iter().map(|t| t.as_str()).collect();
        assert_eq!(treatments, ["cryotherapy"], "{code}");
    }
    let faults = map("cryo").unwrap_err();
    assert_eq!(faults.len(), 2);
    assert!(faults[0].what.contains("`cryo` is no treatment"), "{}", faults[0]);
}

#[test]
fn what_is_no_order_any_more_is_not_checked() {
    let statuses = [
        ("draft", 1),
        ("active", 1),
        ("on-hold", 1),
        ("unknown", 1),
        ("preparation", 1),
        ("cancelled", 0),
        ("revoked", 0),
        ("stopped", 0),
        ("ended", 0),
        ("completed", 0),
        ("not-done", 0),
        ("entered-in-error", 0),
    ];
    for (status, expected) in statuses {
        let mut tace = order("ServiceRequest", TEXT, "TACE");
        tace["status"] = status.into();
        assert_eq!(proposed(&[tace]).len(), expected, "{status}");
    }
    let mut tace = order("ServiceRequest", TEXT, "TACE");
    tace["doNotPerform"] = true.into();
    assert!(proposed(&[tace]).is_empty());
    for kind in ["Task", "CarePlan", "Observation", "Condition"] {
        assert!(proposed(&[order(kind, TEXT, "TACE")]).is_empty(), "{kind}");
    }
}

#[test]
fn medications_are_found_wherever_an_order_keeps_them() {
    let coding = json!({"coding": [{"system": RXNORM, "code": "141704"}]});
    let base = |more: Value| {
        let mut order = json!({"resourceType": "MedicationRequest", "id": "m", "status": "draft", "intent": "order",
                               "subject": {"reference": "Patient/p"}});
        order
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        order
    };
    let medication = json!({"resourceType": "Medication", "id": "e", "code": coding});
    let forms = [
        vec![base(json!({"medicationCodeableConcept": coding}))],
        vec![base(json!({"medication": {"concept": coding}}))],
        vec![base(
            json!({"medicationReference": {"reference": "#e"}, "contained": [medication]}),
        )],
        vec![base(
            json!({"medication": {"reference": {"reference": "#e"}}, "contained": [medication]}),
        )],
        vec![
            base(json!({"medicationReference": {"reference": "Medication/e"}})),
            medication.clone(),
        ],
        vec![base(
            json!({"medicationReference": {"reference": "Medication/x", "display": "everolimus 10 mg"}}),
        )],
        // What no parser of FHIR takes is read by its code alone.
        vec![base(
            json!({"medicationCodeableConcept": coding, "dosageInstruction": [[]], "intent": 7}),
        )],
    ];
    for (number, drafts) in forms.iter().enumerate() {
        assert_eq!(options(drafts), [["everolimus"]], "{number}");
    }
    let service = json!({"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order",
                         "code": {"concept": {"text": "PRRT"}}});
    assert_eq!(options(&[service]), [["prrt"]], "R5, and no subject");
}

#[test]
fn nothing_in_an_order_becomes_markup() {
    let evil = [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "[a](javascript:alert(1))",
        "![a](https://evil.example/x.png)",
        "https://evil.example/x",
        "**bold** _em_ `code` ~~no~~",
        "\n\n# heading\n\n- list\n\n| a | b |\n|---|---|\n| c | d |\n",
        "{{ 7*7 }}{% include 'x' %}",
        "&lt;b&gt; &amp; \u{202e}right",
    ];
    let (_, assessment) = chart("transarterial-chemoembolisation", Verdict::Contraindicated).unwrap();
    let (_, open) = chart("transarterial-chemoembolisation", Verdict::Undetermined).unwrap();
    for text in evil {
        let mut tace = order("ServiceRequest", SNOMED, "314617008");
        tace["code"]["text"] = format!("TACE {text}").into();
        tace["id"] = text.into();
        for assessment in [assessment, open] {
            let evil = &cards(assessment, &[tace.clone()])[0];
            let plain = order("ServiceRequest", TEXT, "TACE");
            let harmless = structure(&cards(assessment, &[plain])[0]);
            assert_eq!(structure(evil), harmless, "{text}: {}", evil.detail());
            assert!(!evil.summary().contains('<'));
        }
    }
}

/// What a reader of GitHub-flavoured Markdown makes of a card, without its text.
fn structure(card: &Card) -> BTreeMap<String, usize> {
    let arena = comrak::Arena::new();
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    let root = comrak::parse_document(&arena, card.detail(), &options);
    let mut kinds = BTreeMap::new();
    for node in root.descendants() {
        let kind = format!("{:?}", node.data.borrow().value);
        let kind = kind.split(['(', ' ', '{']).next().unwrap_or_default().to_owned();
        if kind != "Text" {
            *kinds.entry(kind).or_insert(0) += 1;
        }
    }
    kinds
}

#[test]
fn the_order_table_is_up_to_date() {
    let path = here().join("ORDERS.md");
    let table = table();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == table,
        "tests/ORDERS.md is old: UPDATE=1 cargo test -p acceptance --test orders"
    );
}

fn table() -> String {
    let mut text = String::from(
        "# Draft orders and their cards\n\n\
         Written by `UPDATE=1 cargo test -p acceptance --test orders`, which holds every cell: the card of a draft order that means one\n\
         option, by the option's verdict for the patient, with the vignette that was tried. `-`: no vignette reaches the verdict.\n\n\
         | Option | supported | provisional | undetermined | not-supported | contraindicated |\n|---|---|---|---|---|---|\n",
    );
    for option in &KNOWLEDGE.options {
        let cells = VERDICTS.map(|verdict| match chart(&option.id, verdict) {
            Some((name, _)) => format!("{} (`{name}`)", by_rule(verdict)),
            None => "-".to_owned(),
        });
        let _ = writeln!(text, "| `{}` | {} |", option.id, cells.join(" | "));
    }
    text.push_str(
        "\nAn order that can mean several options gets a card only where none of them is supported or provisional: a warning if every one is\n\
         contraindicated or not supported, else the info card. Each form was tried with every combination of verdicts that a vignette reaches.\n\n\
         | Order | Form | Options that it can mean |\n|---|---|---|\n",
    );
    let forms: BTreeSet<(String, String, String)> = FORMS
        .iter()
        .map(|(kind, system, code, options)| {
            let form = match *system {
                TEXT => format!("\"{code}\""),
                _ => format!("`{system}` {code}"),
            };
            let options: Vec<String> = options.iter().map(|id| format!("`{id}`")).collect();
            let options = match options.as_slice() {
                [] => "none: no card".to_owned(),
                some => some.join(" or "),
            };
            ((*kind).to_owned(), form, options)
        })
        .collect();
    for (kind, form, options) in forms {
        let _ = writeln!(text, "| {kind} | {form} | {options} |");
    }
    text.push_str("\nEvery option also has a code of its own in `https://pnet-cds.github.io/fhir/CodeSystem/treatments`, the target of a site's code map.\n");
    text
}
