//! Inputs that grow in more than one element at once, in a member of the request, or in what is loaded.

use crate::chart::{about, beside, call, copies, day, fullest, searchset, signing};
use crate::dimension::{Dimension, Files, Input};
use serde_json::{Value, json};

const PATIENT: &str = "Patient/growth";
const SNOMED: &str = "http://snomed.info/sct";
const BASE: &str = "https://pnet-cds.github.io/fhir";
const SITE: &str = "urn:oid:1.2.3";

fn concept(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

fn observation(id: &str, loinc: &str, more: Value) -> Value {
    let mut observation = json!({"resourceType": "Observation", "id": id, "status": "final",
        "subject": {"reference": PATIENT}, "code": concept("http://loinc.org", loinc)});
    let fields = observation.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    observation
}

fn ki67(id: &str, more: Value) -> Value {
    let mut observation = observation(id, "29593-1", more);
    observation["valueQuantity"] =
        json!({"value": 8, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"});
    observation
}

fn record(kind: &str, id: &str, more: Value) -> Value {
    let mut record =
        json!({"resourceType": kind, "id": id, "status": "completed", "subject": {"reference": PATIENT}});
    record
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    record
}

fn references(prefix: &str, n: usize) -> Vec<Value> {
    (0..n)
        .map(|at| json!({"reference": format!("{prefix}{at}")}))
        .collect()
}

/// The patient, the Ki-67 and the specimen of the fullest chart, and more.
fn with(more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let around = |resource: &Value| matches!(resource["id"].as_str(), Some("ki67" | "s1"));
    beside(fullest("chart").into_iter().filter(around).chain(more))
}

fn dimension(name: &str, smallest: usize, make: impl Fn(usize) -> Input + 'static) -> Dimension {
    Dimension::new(name, smallest, make)
}

/// What a resource contains, and references into it.
fn contained() -> Vec<Dimension> {
    let inner = |n: usize, kind: &'static str, code: Value| -> Vec<Value> {
        (0..n)
            .map(|at| json!({"resourceType": kind, "id": format!("i{at}"), "code": code, "status": "final", "subject": {"reference": PATIENT}}))
            .collect()
    };
    let insulinoma = || concept(SNOMED, "713189001");
    let octreotide = || concept("http://www.whocc.no/atc", "H01CB02");
    vec![
        dimension("contained Observations x results of a report", 60, move |n| {
            let contained: Vec<Value> = (0..n)
                .map(|at| ki67(&format!("i{at}"), json!({"effectiveDateTime": day(at)})))
                .collect();
            about(with([record(
                "DiagnosticReport",
                "r",
                json!({"status": "final",
                "code": concept("http://loinc.org", "22637-3"), "contained": contained, "result": references("#i", n)}),
            )]))
        }),
        dimension("contained Conditions x reasons of a Procedure", 100, move |n| {
            about(with([record(
                "Procedure",
                "p",
                json!({"code": concept(SNOMED, "9524002"),
                "contained": inner(n, "Condition", insulinoma()), "reasonReference": references("#i", n)}),
            )]))
        }),
        dimension("contained Substances x ingredients", 100, move |n| {
            let mut contained = inner(n, "Substance", octreotide());
            let parts: Vec<Value> = references("#i", n)
                .into_iter()
                .map(|part| json!({"itemReference": part}))
                .collect();
            contained.push(json!({"resourceType": "Medication", "id": "m", "ingredient": parts}));
            about(with([record(
                "MedicationRequest",
                "c",
                json!({"status": "active", "intent": "order",
                "contained": contained, "medicationReference": {"reference": "#m"}}),
            )]))
        }),
        dimension("contained Substances x ingredients of an order", 100, move |n| {
            let mut contained = inner(n, "Substance", octreotide());
            let parts: Vec<Value> = references("#i", n)
                .into_iter()
                .map(|part| json!({"itemReference": part}))
                .collect();
            contained.push(json!({"resourceType": "Medication", "id": "m", "ingredient": parts}));
            signing(vec![record(
                "MedicationRequest",
                "c",
                json!({"status": "draft", "intent": "order",
                "contained": contained, "medicationReference": {"reference": "#m"}}),
            )])
        }),
        dimension(
            "contained Specimens x Observations contained in one report",
            60,
            move |n| {
                let mut contained = inner(n, "Specimen", insulinoma());
                contained.extend((0..n).map(|at| {
                    ki67(
                        &format!("o{at}"),
                        json!({"specimen": {"reference": format!("#i{at}")}, "effectiveDateTime": day(at)}),
                    )
                }));
                about(with([record(
                    "DiagnosticReport",
                    "r",
                    json!({"status": "final",
                "code": concept("http://loinc.org", "22637-3"), "contained": contained}),
                )]))
            },
        ),
        dimension(
            "contained Conditions x focuses of Observations contained in one report",
            60,
            move |n| {
                let mut contained = inner(n, "Condition", insulinoma());
                contained.extend((0..n).map(|at| observation(&format!("o{at}"), "59847-4",
                json!({"focus": [{"reference": format!("#i{at}")}], "effectiveDateTime": day(at),
                    "valueCodeableConcept": concept("http://terminology.hl7.org/CodeSystem/icd-o-3", "8240/3")}))));
                about(with([record(
                    "DiagnosticReport",
                    "r",
                    json!({"status": "final",
                "code": concept("http://loinc.org", "22637-3"), "contained": contained}),
                )]))
            },
        ),
        dimension("contained Patients x subjects", 60, move |n| {
            let patients: Vec<Value> = (0..n)
                .map(|at| {
                    json!({"resourceType": "Patient", "id": format!("i{at}"),
                    "identifier": [{"system": "https://example.org/mrn", "value": "1"}]})
                })
                .collect();
            about(with([record(
                "Observation",
                "o",
                json!({"contained": patients, "code": concept("http://loinc.org", "29593-1"),
                "subject": {"reference": format!("#i{}", n - 1)}}),
            )]))
        }),
    ]
}

/// Resources that refer to one another.
fn referring() -> Vec<Dimension> {
    vec![
        dimension("histologies x Conditions that they are about", 60, |n| {
            let conditions = (0..n).map(|at| json!({"resourceType": "Condition", "id": format!("c{at}"),
                "subject": {"reference": PATIENT}, "code": concept(SNOMED, "713189001"), "recordedDate": day(at)}));
            let histologies = (0..n).map(|at| observation(&format!("h{at}"), "59847-4",
                json!({"focus": [{"reference": format!("Condition/c{at}")}], "effectiveDateTime": day(at),
                    "valueCodeableConcept": concept("http://terminology.hl7.org/CodeSystem/icd-o-3", "8240/3")})));
            about(with(conditions.chain(histologies)))
        }),
        dimension("histologies of cancers x Conditions of cancers", 60, |n| {
            let conditions = (0..n).map(|at| json!({"resourceType": "Condition", "id": format!("c{at}"),
                "subject": {"reference": PATIENT}, "code": concept("http://hl7.org/fhir/sid/icd-10-cm", "C50.9"), "recordedDate": day(at)}));
            let histologies = (0..n).map(|at| observation(&format!("h{at}"), "59847-4",
                json!({"focus": [{"reference": format!("Condition/c{at}")}], "effectiveDateTime": day(at),
                    "valueCodeableConcept": concept("http://terminology.hl7.org/CodeSystem/icd-o-3", "8500/3")})));
            about(with(conditions.chain(histologies)))
        }),
        dimension("a histology with many focuses x as many Conditions", 100, |n| {
            let conditions = (0..n).map(|at| json!({"resourceType": "Condition", "id": format!("c{at}"),
                "subject": {"reference": PATIENT}, "code": concept(SNOMED, "713189001"), "recordedDate": day(at)}));
            let histology = observation(
                "h",
                "59847-4",
                json!({"focus": references("Condition/c", n), "effectiveDateTime": day(1),
                "valueCodeableConcept": concept("http://terminology.hl7.org/CodeSystem/icd-o-3", "8240/3")}),
            );
            about(with(conditions.chain([histology])))
        }),
        dimension("a chain of panels", 60, |n| {
            let panels = (0..n).map(|at| observation(&format!("p{at}"), "22637-3", json!({"effectiveDateTime": day(at),
                "hasMember": [{"reference": match at { 0 => "Observation/ki67".to_owned(), at => format!("Observation/p{}", at - 1) }}]})));
            about(with(panels))
        }),
        dimension("a chain of Specimens", 60, |n| {
            let specimens = (0..n).map(|at| {
                json!({"resourceType": "Specimen", "id": format!("p{at}"), "subject": {"reference": PATIENT},
                "parent": [{"reference": format!("Specimen/p{}", at + 1)}]})
            });
            let chart = with(specimens.chain([ki67("k", json!({"specimen": {"reference": "Specimen/p0"}}))]));
            about(chart)
        }),
        dimension("Observations of one panel", 60, |n| {
            let members = (0..n).map(|at| ki67(&format!("m{at}"), json!({"effectiveDateTime": day(at)})));
            let panel = observation(
                "p",
                "22637-3",
                json!({"hasMember": references("Observation/m", n)}),
            );
            about(with(members.chain([panel])))
        }),
        dimension("panels of one Observation", 60, |n| {
            let panels = (0..n).map(|at| {
                observation(
                    &format!("p{at}"),
                    "22637-3",
                    json!({"effectiveDateTime": day(at), "hasMember": [{"reference": "Observation/ki67"}]}),
                )
            });
            about(with(panels))
        }),
        dimension("Observations of one Specimen", 60, |n| {
            let readings = (0..n).map(|at| {
                ki67(
                    &format!("m{at}"),
                    json!({"effectiveDateTime": day(at), "specimen": {"reference": "Specimen/s1"}}),
                )
            });
            about(with(readings))
        }),
        dimension("treatments x the diagnoses that they are for", 60, |n| {
            let conditions = (0..n).map(|at| {
                json!({"resourceType": "Condition", "id": format!("c{at}"),
                "subject": {"reference": PATIENT}, "code": {"text": format!("Acromegaly {at}")}})
            });
            let treatments = (0..n).map(|at| record("MedicationRequest", &format!("t{at}"), json!({"status": "active", "intent": "order",
                "medicationCodeableConcept": concept("http://www.whocc.no/atc", "H01CB02"), "authoredOn": day(at),
                "reasonReference": [{"reference": format!("Condition/c{at}")}]})));
            about(with(conditions.chain(treatments)))
        }),
        dimension("Medications that are not there", 60, |n| {
            let treatments = (0..n).map(|at| {
                record(
                    "MedicationRequest",
                    &format!("t{at}"),
                    json!({"status": "active", "intent": "order",
                "medicationReference": {"reference": format!("Medication/x{at}")}}),
                )
            });
            about(with(treatments))
        }),
        dimension("treatments x the Medications that they give", 60, |n| {
            let drugs = (0..n).map(|at| json!({"resourceType": "Medication", "id": format!("d{at}"), "code": concept("http://www.whocc.no/atc", "H01CB02")}));
            let treatments = (0..n).map(|at| {
                record(
                    "MedicationRequest",
                    &format!("t{at}"),
                    json!({"status": "active", "intent": "order",
                "authoredOn": day(at), "medicationReference": {"reference": format!("Medication/d{at}")}}),
                )
            });
            about(with(drugs.chain(treatments)))
        }),
        dimension("identifiers of the patient x records known by them", 60, |n| {
            let identifier =
                |at: usize| json!({"system": format!("https://example.org/{at}"), "value": at.to_string()});
            let mut chart = with([]);
            chart[0]["identifier"] = (0..n).map(identifier).collect();
            chart.extend((0..n).map(|at| {
                let mut reading = ki67(&format!("k{at}"), json!({"effectiveDateTime": day(at)}));
                reading["subject"] = json!({"identifier": identifier(at)});
                reading
            }));
            about(chart)
        }),
        dimension("records of another server's addresses", 60, |n| {
            about(with((0..n).map(|at| {
                let mut reading = ki67(&format!("k{at}"), json!({"effectiveDateTime": day(at)}));
                reading["subject"] = json!({"reference": "https://fhir.example.org/Patient/growth"});
                reading
            })))
        }),
    ]
}

/// Members of the request.
fn request() -> Vec<Dimension> {
    let drafts = |n: usize| -> Vec<Value> { copies(&fullest("orders")[0], n).collect() };
    let selecting = move |n: usize, names: Vec<String>| {
        let mut call = call("order-select", "growth", with([]));
        call["context"]["draftOrders"] = searchset(drafts(n));
        call["context"]["selections"] = json!(names);
        Input::hook("pnet-order-select", &call)
    };
    vec![
        dimension("prefetch keys that nobody knows", 125, |n| {
            let mut call = call("patient-view", "growth", with([]));
            for at in 0..n {
                call["prefetch"][format!("key{at}")] = json!({"resourceType": "Bundle", "type": "searchset"});
            }
            Input::hook("pnet-liver-metastases", &call)
        }),
        dimension("selections x draft orders", 60, move |n| {
            selecting(n, (0..n).map(|at| format!("ServiceRequest/o1-{at}")).collect())
        }),
        dimension("selections of no order x draft orders", 60, move |n| {
            selecting(n, (0..n).map(|at| format!("ServiceRequest/x{at}")).collect())
        }),
        dimension("selections", 125, move |n| {
            selecting(1, (0..n).map(|_| "ServiceRequest/o1-0".to_owned()).collect())
        }),
        dimension("orders of Medications that are not there", 60, |n| {
            signing(
                (0..n)
                    .map(|at| {
                        record(
                            "MedicationRequest",
                            &format!("t{at}"),
                            json!({"status": "draft", "intent": "order",
                "medicationReference": {"reference": format!("Medication/x{at}")}}),
                        )
                    })
                    .collect(),
            )
        }),
        dimension("orders of nobody knows what", 60, |n| {
            signing(
                (0..n)
                    .map(|at| {
                        record(
                            "ServiceRequest",
                            &format!("t{at}"),
                            json!({"status": "draft", "intent": "order"}),
                        )
                    })
                    .collect(),
            )
        }),
        dimension("orders x Medications among them", 60, |n| {
            let drugs = (0..n).map(|at| json!({"resourceType": "Medication", "id": format!("d{at}"), "code": concept("http://www.whocc.no/atc", "H01CB02")}));
            let orders = (0..n).map(|at| {
                record(
                    "MedicationRequest",
                    &format!("t{at}"),
                    json!({"status": "draft", "intent": "order",
                "medicationReference": {"reference": format!("Medication/d{at}")}}),
                )
            });
            signing(drugs.chain(orders).collect())
        }),
        dimension("entries of a Bundle that is assessed", 60, |n| {
            Input::post(
                "/assessment",
                &searchset(with((0..n).map(|at| {
                    ki67(&format!("k{at}"), json!({"effectiveDateTime": day(at)}))
                }))),
            )
        }),
        dimension("Bundles in a Bundle", 60, |n| {
            let bundles = (0..n).map(|at| json!({"resource": searchset(vec![ki67(&format!("k{at}"), json!({"effectiveDateTime": day(at)}))])}));
            let mut all = searchset(with([]));
            all["entry"].as_array_mut().unwrap().extend(bundles);
            Input::post("/assessment", &all)
        }),
        dimension("entries that are no resources", 125, |n| {
            let mut all = searchset(with([]));
            all["entry"]
                .as_array_mut()
                .unwrap()
                .extend((0..n).map(|_| json!({})));
            Input::post("/assessment", &all)
        }),
        dimension("entries that cannot be read", 125, |n| {
            let mut all = searchset(with([]));
            all["entry"]
                .as_array_mut()
                .unwrap()
                .extend((0..n).map(|_| json!({"resource": {"id": "x"}})));
            Input::post("/assessment", &all)
        }),
        dimension("keys that stand twice, by records", 60, |n| {
            let text = searchset(with(
                (0..n).map(|at| ki67(&format!("k{at}"), json!({"note": "twice"}))),
            ))
            .to_string();
            Input::Post {
                path: "/assessment".into(),
                body: text.replace("\"note\"", "\"status\""),
            }
        }),
        dimension("unknown members of an Observation", 125, |n| {
            let mut reading = ki67("k", json!({}));
            for at in 0..n {
                reading[format!("member{at}")] = json!("x");
            }
            about(with([reading]))
        }),
        dimension("feedback items", 60, |n| {
            let items: Vec<Value> = (0..n).map(|at| json!({"card": format!("d1577c69-dfbe-44ad-ba6d-{at:012}"), "outcome": "overridden",
                "overrideReason": {"reason": {"code": "c", "system": "s"}, "userComment": format!("why {at}")}, "outcomeTimestamp": "2026-11-23T10:00:00Z"})).collect();
            Input::post(
                "/cds-services/pnet-liver-metastases/feedback",
                &json!({"feedback": items}),
            )
        }),
        dimension("suggestions of one feedback item", 125, |n| {
            let ids: Vec<Value> = (0..n).map(|at| json!({"id": format!("s{at}")})).collect();
            Input::post(
                "/cds-services/pnet-liver-metastases/feedback",
                &json!({"feedback": [{"card": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
                "outcome": "accepted", "acceptedSuggestions": ids, "outcomeTimestamp": "2026-11-23T10:00:00Z"}]}),
            )
        }),
    ]
}

fn map(groups: Vec<Value>) -> String {
    json!({"resourceType": "ConceptMap", "status": "active", "group": groups}).to_string()
}

fn group(source: &str, elements: Vec<Value>) -> Value {
    json!({"source": source, "target": format!("{BASE}/CodeSystem/facts"), "element": elements})
}

fn element(code: String) -> Value {
    json!({"code": code, "target": [{"code": "ki67", "equivalence": "equivalent"}]})
}

fn one(text: String) -> Input {
    Input::Maps(Files::from([("map.json".to_owned(), text)]))
}

/// ConceptMaps of a site.
fn maps() -> Vec<Dimension> {
    vec![
        dimension("codes of a ConceptMap", 125, |n| {
            one(map(vec![group(
                SITE,
                (0..n).map(|at| element(format!("c{at}"))).collect(),
            )]))
        }),
        dimension("groups of a ConceptMap", 125, |n| {
            one(map((0..n)
                .map(|at| group(&format!("{SITE}.{at}"), vec![element("c".into())]))
                .collect()))
        }),
        dimension("ConceptMaps", 125, |n| {
            Input::Maps(
                (0..n)
                    .map(|at| {
                        (
                            format!("{at}.json"),
                            map(vec![group(SITE, vec![element(format!("c{at}"))])]),
                        )
                    })
                    .collect(),
            )
        }),
        dimension("targets of one code", 125, |n| {
            let targets: Vec<Value> = (0..n)
                .map(|_| json!({"code": "ki67", "equivalence": "equivalent"}))
                .collect();
            one(map(vec![group(
                SITE,
                vec![json!({"code": "c", "target": targets})],
            )]))
        }),
        dimension("one code in many elements", 125, |n| {
            one(map(vec![group(
                SITE,
                (0..n).map(|_| element("c".into())).collect(),
            )]))
        }),
        dimension("texts of a ConceptMap", 125, |n| {
            one(map(vec![group(
                "urn:pnet-cds:text",
                (0..n).map(|at| element(format!("text {at}"))).collect(),
            )]))
        }),
        dimension("names of drugs in a ConceptMap", 125, |n| {
            let elements: Vec<Value> = (0..n)
                .map(|at| json!({"code": format!("brand{at}"), "target": [{"code": "everolimus", "equivalence": "equivalent"}]}))
                .collect();
            one(map(vec![
                json!({"source": "urn:pnet-cds:name", "target": format!("{BASE}/CodeSystem/treatments"), "element": elements}),
            ]))
        }),
        dimension("codes of a ConceptMap onto a standard code", 125, |n| {
            let elements: Vec<Value> = (0..n)
                .map(|at| json!({"code": format!("c{at}"), "target": [{"code": "29593-1", "equivalence": "equivalent"}]}))
                .collect();
            one(map(vec![
                json!({"source": SITE, "target": "http://loinc.org", "element": elements}),
            ]))
        }),
    ]
}

/// Files of a site's knowledge.
fn knowledge() -> Vec<Dimension> {
    let file = |name: &str, text: String| Input::Knowledge(Files::from([(name.to_owned(), text)]));
    let embedded = |name: &str| cds_cards::Knowledge::embedded_files()[name].clone();
    vec![
        dimension("statements of the evidence", 100, move |n| {
            let rows = (0..n)
                .map(|at| format!("Z{at},1,Abstract,a sentence {at},c{at},staging,outcome figure,about,\n"));
            let text = embedded("evidence/statements.csv") + &rows.collect::<String>();
            file("evidence/statements.csv", text)
        }),
        dimension("facts of a site", 25, move |n| {
            let facts = (0..n).map(|at| format!(
                "[[fact]]\nid = \"own-{at}\"\nlabel = \"Own fact {at}\"\nkind = \"presence\"\ntheme = \"status\"\ncomorbidity = true\n\
                 codes = [{{ system = \"http://hl7.org/fhir/sid/icd-10\", code = \"R{at}.1\" }}]\n\n"));
            file("facts/own.toml", facts.collect())
        }),
        dimension("files of facts of a site", 25, move |n| {
            Input::Knowledge(
                (0..n)
                    .map(|at| (format!("facts/own{at}.toml"), format!("# file {at}\n")))
                    .collect(),
            )
        }),
    ]
}

/// Every scenario.
pub(crate) fn dimensions() -> Vec<Dimension> {
    [contained(), referring(), request(), maps(), knowledge()]
        .into_iter()
        .flatten()
        .collect()
}
