//! Treatments given, now and before, and the analogue among them (section 2, `given` and `on-ssa`).

use crate::support::*;
use fhir_profiles::facts::{Facts, Given};
use serde_json::{Value as Json, json};

fn taken(kind: &str, id: &str, drug: &str, status: &str, more: Json) -> Json {
    with(
        json!({"resourceType": kind, "id": id, "status": status, "subject": {"reference": "Patient/p"},
            "medicationCodeableConcept": {"text": drug}}),
        more,
    )
}

fn dose(id: &str, drug: &str, day: &str) -> Json {
    taken(
        "MedicationAdministration",
        id,
        drug,
        "completed",
        json!({"effectiveDateTime": day}),
    )
}

fn statement(id: &str, drug: &str, status: &str, start: &str, end: Option<&str>) -> Json {
    let more = json!({"effectivePeriod": {"start": start, "end": end}});
    taken("MedicationStatement", id, drug, status, more)
}

fn request(id: &str, drug: &str, status: &str, day: &str) -> Json {
    let more = json!({"intent": "order", "authoredOn": day});
    taken("MedicationRequest", id, drug, status, more)
}

fn procedure(code: Json, day: &str) -> Json {
    json!({"resourceType": "Procedure", "id": "op", "status": "completed", "code": code,
        "subject": {"reference": "Patient/p"}, "performedDateTime": day})
}

fn course(id: &str, word: &str, day: &str) -> Json {
    let value = json!({"valueCodeableConcept": concept(VALUES, word), "effectiveDateTime": day});
    observation(id, FACTS, "disease-status", value)
}

fn on_ssa(resources: &[Json]) -> String {
    short(facts(resources).get(id("on-ssa")))
}

/// `lanreotide now 2024-04 x2`, `everolimus before 2025-01..2026-10-12`.
fn told(given: &Given) -> String {
    let day = |day: Option<fhir_profiles::PartialDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let mut text = format!("{} ", given.treatment);
    match given.now {
        true => text.push_str(&format!("now {}", day(given.from))),
        false => text.push_str(&format!("before {}..{}", day(given.from), day(given.until))),
    }
    if !given.days.is_empty() {
        text.push_str(&format!(" x{}", given.days.len()));
    }
    text
}

fn given(resources: &[Json]) -> Vec<String> {
    facts(resources).given().iter().map(told).collect()
}

fn first(facts: &Facts) -> &Given {
    &facts.given()[0]
}

#[test]
fn a_depot_dose_counts_for_42_days_both_included() {
    for (day, now) in [
        ("2026-11-23", "present"),
        ("2026-10-13", "present"),
        ("2026-10-12", "present"),
        ("2026-10-11", "missing"),
        ("2026-10-10", "missing"),
        // A partial date counts only if its first possible day does.
        ("2026-11", "present"),
        ("2026-10", "missing"),
        ("2026", "missing"),
        ("2026-11-24", "missing"),
    ] {
        for drug in [
            "lanreotide 120 mg",
            "Sandostatin LAR 30 mg",
            "octreotide depot",
            "Signifor LAR",
        ] {
            assert_eq!(on_ssa(&[dose("d", drug, day)]), now, "{drug} {day}");
        }
        for drug in ["octreotide", "Sandostatin 100 mcg", "pasireotide"] {
            assert_eq!(on_ssa(&[dose("d", drug, day)]), "missing", "{drug} {day}");
        }
    }
}

#[test]
fn depot_forms_are_known_by_their_hcpcs_codes() {
    let hcpcs = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets";
    for (code, now) in [("J2353", "present"), ("J1930", "present"), ("J2354", "missing")] {
        let coded =
            json!({"medicationCodeableConcept": concept(hcpcs, code), "effectiveDateTime": "2026-11-01"});
        let dose = taken("MedicationAdministration", "d", "", "completed", coded);
        assert_eq!(on_ssa(&[dose]), now, "{code}");
        assert_eq!(
            on_ssa(&[procedure(concept(hcpcs, code), "2026-11-01")]),
            now,
            "{code}"
        );
    }
}

#[test]
fn of_a_period_the_end_of_a_dose_counts() {
    for (start, end, now) in [
        ("2026-09-01", "2026-10-12", "present"),
        ("2026-10-01", "2026-10-11", "missing"),
        ("2026-11-01", "2026-11-24", "missing"),
    ] {
        let period = json!({"effectivePeriod": {"start": start, "end": end}});
        let dose = taken("MedicationAdministration", "d", "lanreotide", "completed", period);
        assert_eq!(on_ssa(&[dose]), now, "{start} {end}");
    }
}

#[test]
fn a_depot_dose_is_shown_with_drug_and_days_since() {
    let read = facts(&[
        dose("a", "lanreotide 120 mg s.c.", "2026-10-03"),
        dose("b", "lanreotide 120 mg s.c.", "2026-10-31"),
    ]);
    let on_ssa = read.get(id("on-ssa"));
    let reading = &on_ssa.readings().unwrap()[0];
    assert_eq!(reading.detail.as_deref(), Some("lanreotide, 23 days ago"));
    assert_eq!(reading.evidence[0].recorded, "lanreotide 120 mg s.c.");
    assert_eq!(told(first(&read)), "lanreotide now 2026-10-03 x2");
    assert!(first(&read).by_depot);
    assert_eq!(
        on_ssa.shown[0].notes,
        ["a dose 51 days ago: no evidence either way"]
    );
}

#[test]
fn a_record_of_the_same_agent_that_is_newer_ends_it() {
    let lanreotide = dose("d", "lanreotide", "2026-11-01");
    for (ender, now) in [
        (
            statement("e", "lanreotide", "stopped", "2024-01-01", Some("2026-11-02")),
            "absent",
        ),
        (
            statement("e", "lanreotide", "stopped", "2024-01-01", Some("2026-11-01")),
            "present",
        ),
        (
            statement("e", "lanreotide", "stopped", "2024-01-01", Some("2026-10-31")),
            "present",
        ),
        (
            statement("e", "lanreotide", "not-taken", "2026-11-02", None),
            "absent",
        ),
        (request("e", "lanreotide", "stopped", "2026-11-02"), "absent"),
        (
            with(
                request("e", "lanreotide", "active", "2026-11-02"),
                json!({"doNotPerform": true}),
            ),
            "absent",
        ),
        // What another agent comes to ends nothing.
        (
            statement("e", "octreotide", "stopped", "2024-01-01", Some("2026-11-02")),
            "present",
        ),
        // A dose counts whatever is completed, cancelled or not done.
        (
            statement("e", "lanreotide", "completed", "2024-01-01", Some("2026-11-02")),
            "present",
        ),
        (request("e", "lanreotide", "completed", "2026-11-02"), "present"),
        (request("e", "lanreotide", "cancelled", "2026-11-02"), "present"),
        (
            taken(
                "MedicationAdministration",
                "e",
                "lanreotide",
                "not-done",
                json!({"effectiveDateTime": "2026-11-02"}),
            ),
            "present",
        ),
        // Whether it is newer is not known.
        (
            statement("e", "lanreotide", "stopped", "2024-01-01", Some("2026-11")),
            "present",
        ),
    ] {
        let told = ender.to_string();
        assert_eq!(on_ssa(&[lanreotide.clone(), ender]), now, "{told}");
    }
}

#[test]
fn what_runs_is_ended_by_what_is_completed_too() {
    for (ender, state) in [
        (
            statement("e", "everolimus", "completed", "2026-01-01", Some("2026-06-01")),
            "everolimus before 2026-01-01..2026-06-01",
        ),
        (
            request("e", "everolimus", "completed", "2026-06-01"),
            "everolimus before 2026-02-01..2026-06-01",
        ),
        (
            request("e", "everolimus", "stopped", "2026-06-01"),
            "everolimus before 2026-02-01..2026-06-01",
        ),
        (
            request("e", "everolimus", "stopped", "2026-02-01"),
            "everolimus now 2026-02-01",
        ),
        (
            dose("e", "everolimus", "2026-06-01"),
            "everolimus now 2026-02-01 x1",
        ),
        (
            taken(
                "MedicationDispense",
                "e",
                "everolimus",
                "completed",
                json!({"whenHandedOver": "2026-06-01"}),
            ),
            "everolimus now 2026-02-01",
        ),
    ] {
        let told = ender.to_string();
        assert_eq!(
            given(&[request("r", "everolimus", "active", "2026-02-01"), ender]),
            [state],
            "{told}"
        );
    }
}

#[test]
fn a_planned_end_that_comes_later_is_running() {
    for (end, state) in [
        ("2026-11-22", "sunitinib before 2026-02-01..2026-11-22"),
        ("2026-11-23", "sunitinib now 2026-02-01"),
        ("2027-02-01", "sunitinib now 2026-02-01"),
        ("2026-11", "sunitinib now 2026-02-01"),
    ] {
        assert_eq!(
            given(&[statement("s", "sunitinib", "active", "2026-02-01", Some(end))]),
            [state]
        );
        let supply = json!({"dispenseRequest": {"validityPeriod": {"start": "2026-02-01", "end": end}}});
        let order = with(request("r", "sunitinib", "active", "2026-01-20"), supply);
        assert_eq!(given(&[order]), [state], "{end}");
    }
    assert!(given(&[statement("s", "sunitinib", "active", "2026-12-01", None)]).is_empty());
}

#[test]
fn what_was_never_given_is_not_there() {
    for record in [
        statement("s", "everolimus", "not-taken", "2026-01-01", None),
        with(
            request("r", "everolimus", "active", "2026-01-01"),
            json!({"doNotPerform": true}),
        ),
        request("r", "everolimus", "stopped", "2026-01-01"),
        request("r", "everolimus", "cancelled", "2026-01-01"),
        taken(
            "MedicationAdministration",
            "a",
            "everolimus",
            "not-done",
            json!({}),
        ),
    ] {
        let told = record.to_string();
        assert!(given(&[record]).is_empty(), "{told}");
    }
}

#[test]
fn doses_and_dispenses_are_told_apart() {
    let handed = json!({"whenHandedOver": "2026-03-01"});
    let dispensed = taken("MedicationDispense", "d", "Xeloda", "completed", handed);
    assert_eq!(
        given(&[dispensed]),
        ["capecitabine before 2026-03-01..2026-03-01"]
    );
    let part = taken(
        "MedicationAdministration",
        "a",
        "Zanosar",
        "stopped",
        json!({"effectiveDateTime": "2026-03-01"}),
    );
    assert_eq!(
        given(std::slice::from_ref(&part)),
        ["streptozocin before 2026-03-01..2026-03-01 x1"]
    );
    assert_eq!(
        first(&facts(&[part])).evidence[0].notes,
        ["stopped: given in part"]
    );
    let running = json!({"effectivePeriod": {"start": "2026-11-20"}});
    let running = taken(
        "MedicationAdministration",
        "a",
        "lanreotide",
        "in-progress",
        running,
    );
    assert_eq!(given(&[running]), ["lanreotide now 2026-11-20 x1"]);
}

#[test]
fn two_agents_and_times_are_told_one_by_one() {
    assert_eq!(
        given(&[
            request(
                "m",
                "lutetium Lu 177 dotatate 7.4 GBq IV every 8 weeks, 4 cycles",
                "active",
                "2026-06-01"
            ),
            dose("a", "Lutathera 7.4 GBq", "2026-06-10"),
            dose("b", "Lutathera 7.4 GBq", "2026-08-12"),
            dose("c", "Lutathera 7.4 GBq", "2026-10-14"),
            statement(
                "t",
                "temozolomide and capecitabine",
                "completed",
                "2025-01-01",
                Some("2025-09-01")
            ),
        ]),
        [
            "capecitabine before 2025-01-01..2025-09-01",
            "lutetium-dotatate now 2026-06-01 x3",
            "temozolomide before 2025-01-01..2025-09-01",
        ]
    );
}

#[test]
fn the_reason_is_kept_as_it_is_recorded() {
    for (more, reason) in [
        (
            json!({"statusReason": [{"text": "progression"}]}),
            Some("progression"),
        ),
        (
            json!({"statusReason": {"coding": [{"display": "Toxicity"}]}, "reasonCode": [{"text": "NET"}]}),
            Some("Toxicity"),
        ),
        (json!({"reasonCode": [{"text": "Flushing"}]}), Some("Flushing")),
        (json!({"reasonCode": [concept(ICD, "C25.4")]}), None),
        (
            json!({"reason": [{"concept": {"text": "symptom control"}}]}),
            Some("symptom control"),
        ),
    ] {
        let told = more.to_string();
        let read = facts(&[with(
            statement("s", "everolimus", "stopped", "2025-01-01", Some("2026-10-12")),
            more,
        )]);
        assert_eq!(first(&read).reason.as_deref(), reason, "{told}");
    }
}

#[test]
fn a_treatment_for_another_diagnosis_is_shown_and_not_given() {
    let breast = condition("b", ICD, "C50.9", json!({}));
    let pnet = condition("n", ICD, "C25.4", json!({}));
    for (more, is_given) in [
        (json!({"reasonCode": [concept(ICD, "C50.9")]}), false),
        (json!({"reasonCode": [{"text": "Breast cancer"}]}), false),
        (json!({"reasonReference": [{"reference": "Condition/b"}]}), false),
        (
            json!({"reason": [{"reference": {"reference": "Condition/b"}}]}),
            false,
        ),
        (json!({"reasonReference": [{"display": "Mammakarzinom"}]}), false),
        (
            json!({"reasonReference": [{"reference": "#i"}], "contained": [{"resourceType": "Condition", "id": "i", "code": concept(ICD, "E22.0")}]}),
            false,
        ),
        (json!({"reasonReference": [{"reference": "Condition/n"}]}), true),
        (
            json!({"reasonReference": [{"reference": "Condition/n"}, {"reference": "Condition/b"}]}),
            true,
        ),
        (json!({"reasonCode": [{"text": "Diarrhoea"}]}), true),
        (
            json!({"reasonReference": [{"reference": "Condition/unknown"}]}),
            true,
        ),
    ] {
        let told = more.to_string();
        let order = with(request("r", "lanreotide", "active", "2026-01-01"), more);
        let read = facts(&[breast.clone(), pnet.clone(), order]);
        assert_eq!(!read.given().is_empty(), is_given, "{told}");
        let now = if is_given { "present" } else { "missing" };
        for fact in ["on-ssa", "prior-systemic-therapy"] {
            assert_eq!(short(read.get(id(fact))), now, "{told}");
            assert_eq!(read.get(id(fact)).shown.is_empty(), is_given, "{told}");
        }
    }
    let resection = with(
        procedure(concept(SNOMED, "107963000"), "2025-02-01"),
        json!({"reasonCode": [concept(ICD, "C22.0")]}),
    );
    let read = facts(&[resection]);
    assert!(read.given().is_empty());
    assert_eq!(read.not_read()[0].what, "liver resection, for another diagnosis");
}

#[test]
fn completed_procedures_are_treatments_by_code_and_by_name() {
    for (code, is) in [
        (concept(SNOMED, "107963000"), Some("liver-resection")),
        (concept(SNOMED, "116241004"), Some("pancreatic-resection")),
        (concept(SNOMED, "18027006"), Some("liver-transplantation")),
        (concept(SNOMED, "448781006"), Some("radiofrequency-ablation")),
        (
            concept(SNOMED, "314617008"),
            Some("transarterial-chemoembolisation"),
        ),
        (concept(SNOMED, "764677008"), Some("radioembolisation")),
        (concept(SNOMED, "399315003"), Some("radionuclide-therapy")),
        (
            json!({"text": "TACE right lobe"}),
            Some("transarterial-chemoembolisation"),
        ),
        (
            json!({"text": "Bland embolisation of hepatic artery"}),
            Some("transarterial-embolisation"),
        ),
        (
            json!({"text": "Microwave ablation of liver metastasis"}),
            Some("liver-ablation"),
        ),
        (json!({"text": "PRRT, cycle 1"}), Some("prrt")),
        (json!({"text": "Right hemihepatectomy"}), Some("liver-resection")),
        (json!({"text": "Portal vein embolisation"}), None),
        (json!({"text": "Evaluation for liver transplantation"}), None),
        (json!({"text": "Follow-up after TACE"}), None),
        (json!({"text": "Microwave ablation of kidney"}), None),
        (json!({"text": "Colonoscopy"}), None),
    ] {
        let told = code.to_string();
        let day = "2025-02-01";
        let expected: Vec<String> = is
            .iter()
            .map(|is| format!("{is} before {day}..{day} x1"))
            .collect();
        assert_eq!(given(&[procedure(code.clone(), day)]), expected, "{told}");
        for status in ["not-done", "in-progress", "stopped", "entered-in-error"] {
            let not_done = with(procedure(code.clone(), day), json!({"status": status}));
            assert!(given(&[not_done]).is_empty(), "{told} {status}");
        }
    }
    let whipple = facts(&[procedure(json!({"text": "Whipple procedure"}), "2025-02-01")]);
    assert_eq!(short(whipple.get(id("prior-pancreaticoduodenectomy"))), "present");
    assert_eq!(short(whipple.get(id("primary-resected"))), "yes");
}

#[test]
fn a_drug_that_a_procedure_used_is_given_but_not_one_given_into_the_liver() {
    let used = json!({"usedCode": [{"text": "temozolomide"}], "performedPeriod": {"start": "2025-02-01", "end": "2025-06-01"}, "performedDateTime": null});
    let chemotherapy = with(procedure(json!({"text": "Chemotherapy"}), ""), used.clone());
    assert_eq!(
        given(&[chemotherapy]),
        ["temozolomide before 2025-02-01..2025-06-01 x1"]
    );
    let tace = with(
        procedure(json!({"text": "TACE"}), ""),
        json!({"usedCode": [{"text": "doxorubicin"}], "performedDateTime": "2025-02-01"}),
    );
    assert_eq!(
        given(&[tace]),
        ["transarterial-chemoembolisation before 2025-02-01..2025-02-01 x1"]
    );
}

#[test]
fn an_agent_of_no_option_is_a_treatment_too() {
    for (code, is) in [
        ("L01XE26", "cabozantinib"),
        ("L01CD02", "antineoplastic-agent"),
        ("A10BA02", ""),
    ] {
        let coded = json!({"medicationCodeableConcept": concept("http://www.whocc.no/atc", code)});
        let read = facts(&[with(statement("s", "", "active", "2026-01-01", None), coded)]);
        let found: Vec<&str> = read
            .given()
            .iter()
            .map(|given| given.treatment.as_str())
            .collect();
        let expected: Vec<&str> = Some(is).filter(|is| !is.is_empty()).into_iter().collect();
        assert_eq!(found, expected, "{code}");
    }
}

#[test]
fn of_three_sources_the_newest_decides_whether_an_analogue_is_given() {
    let own = |word: &str, day: &str| {
        let value = json!({"valueCodeableConcept": concept(VALUES, word), "effectiveDateTime": day});
        observation("o", FACTS, "on-ssa", value)
    };
    let active = request("r", "lanreotide", "active", "2026-05-01");
    let old_dose = dose("d", "octreotide", "2026-05-01");
    let stopped = |day: &str| statement("s", "octreotide", "stopped", "2024-01-01", Some(day));
    for (resources, now) in [
        (vec![active.clone(), own("absent", "2026-05-02")], "absent"),
        (vec![active.clone(), own("absent", "2026-05-01")], "present"),
        (vec![active.clone(), own("absent", "2026-04-30")], "present"),
        (vec![active.clone(), own("present", "2026-06-01")], "present"),
        (vec![old_dose.clone()], "missing"),
        (vec![old_dose.clone(), own("absent", "2026-05-02")], "absent"),
        (vec![old_dose.clone(), own("absent", "2026-05-01")], "missing"),
        (vec![old_dose.clone(), own("absent", "2026-04-30")], "missing"),
        (vec![old_dose.clone(), own("present", "2026-04-30")], "present"),
        (vec![old_dose.clone(), stopped("2026-05-02")], "absent"),
        (vec![old_dose.clone(), stopped("2026-05-01")], "missing"),
        (
            vec![stopped("2026-05-02"), own("present", "2026-05-03")],
            "present",
        ),
        (
            vec![stopped("2026-05-02"), own("present", "2026-05-01")],
            "absent",
        ),
        (
            vec![stopped("2026-05-02"), own("present", "2026-05-02")],
            "absent|present",
        ),
        (
            vec![statement(
                "c",
                "octreotide",
                "completed",
                "2024-01-01",
                Some("2026-05-02"),
            )],
            "missing",
        ),
        (
            vec![
                request("q", "octreotide", "completed", "2026-06-01"),
                stopped("2026-05-02"),
            ],
            "missing",
        ),
    ] {
        let told = json!(resources).to_string();
        let mut found: Vec<String> = on_ssa(&resources).split('|').map(str::to_owned).collect();
        found.sort();
        assert_eq!(found.join("|"), now, "{told}");
    }
}

#[test]
fn what_does_not_count_of_an_analogue_is_shown() {
    let read = facts(&[
        dose("d", "octreotide", "2026-05-01"),
        statement("s", "octreotide", "stopped", "2024-01-01", Some("2026-04-01")),
    ]);
    let shown = &read.get(id("on-ssa")).shown;
    assert_eq!(shown.len(), 2);
    assert_eq!(
        shown[1].notes,
        ["not newer than every record by which an analogue was given"]
    );
}

#[test]
fn progression_is_told_after_the_first_day_only() {
    for (readings, since) in [
        (vec![("progressive", "2026-10-15")], Some("2026-10-15")),
        (vec![("progressive", "2025-01-01")], None),
        (vec![("progressive", "2025-01-02")], Some("2025-01-02")),
        (vec![("progressive", "2025")], None),
        (vec![("progressive", "2026")], Some("2026")),
        (vec![("progressive", "2026-12-01")], None),
        // A failure does not heal.
        (
            vec![("progressive", "2025-06-01"), ("stable", "2026-06-01")],
            Some("2025-06-01"),
        ),
        (
            vec![("progressive", "2025-06-01"), ("stable", "2025-06-01")],
            None,
        ),
        (
            vec![("progressive", "2025-06-01"), ("progressive", "2025-09-01")],
            Some("2025-06-01"),
        ),
    ] {
        let mut resources = vec![statement("s", "everolimus", "active", "2025-01-01", None)];
        for (position, (word, day)) in readings.iter().enumerate() {
            resources.push(course(&format!("c{position}"), word, day));
        }
        let read = facts(&resources);
        let found = read
            .progression_since(first(&read).from)
            .map(|day| day.to_string());
        assert_eq!(found.as_deref(), since, "{readings:?}");
    }
    let undated = facts(&[
        taken("MedicationStatement", "s", "everolimus", "active", json!({})),
        course("c", "progressive", "2026-01-01"),
    ]);
    assert_eq!(undated.progression_since(first(&undated).from), None);
}

#[test]
fn a_treatment_given_again_is_given_now_from_its_first_day() {
    assert_eq!(
        given(&[
            statement("a", "lanreotide", "stopped", "2022-01-01", Some("2023-01-01")),
            request("b", "lanreotide", "active", "2025-01-01"),
        ]),
        ["lanreotide now 2022-01-01"]
    );
}

#[test]
fn the_order_of_the_records_changes_nothing() {
    let records = [
        statement("a", "lanreotide", "stopped", "2022-01-01", Some("2023-01-01")),
        request("b", "lanreotide", "completed", "2024-01-01"),
        dose("c", "lanreotide", "2026-11-01"),
        dose("d", "octreotide", "2026-11-01"),
        request("e", "everolimus", "active", "2025-01-01"),
        request("f", "everolimus", "stopped", "2025-06-01"),
        course("g", "progressive", "2026-01-01"),
        procedure(json!({"text": "TACE"}), "2025-02-01"),
    ];
    let expected = facts(&records);
    for turn in 1..records.len() {
        let mut turned = records.to_vec();
        turned.rotate_left(turn);
        assert_eq!(facts(&turned), expected, "{turn}");
        turned.reverse();
        assert_eq!(facts(&turned), expected, "{turn}");
    }
}
