//! What texts of reports, documents, results and diagnoses mention (specification, section 7.1): found where it is due, and
//! never a fact.

use super::support::{FACTS, LOINC, concept, condition, facts, observation, patient, with};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use fhir_profiles::facts::{Gap, NotReadWhy, Unknown};
use fhir_profiles::{FactId, Facts};
use serde_json::{Value as Json, json};

const PATHOLOGY: &str = "Well differentiated neuroendocrine tumour. Ki-67: 15 %.";

fn pnet() -> Json {
    condition("c", "http://hl7.org/fhir/sid/icd-10", "C25.4", json!({}))
}

fn report(id: &str, more: Json) -> Json {
    with(
        json!({
            "resourceType": "DiagnosticReport", "id": id, "status": "final",
            "code": concept(LOINC, "60568-3"), "subject": {"reference": "Patient/p"},
            "effectiveDateTime": "2026-05-10"
        }),
        more,
    )
}

fn document(id: &str, attachment: Json) -> Json {
    json!({
        "resourceType": "DocumentReference", "id": id, "status": "current", "date": "2026-05-10T08:00:00Z",
        "subject": {"reference": "Patient/p"}, "type": {"text": "Letter"}, "content": [{"attachment": attachment}]
    })
}

fn file(media: &str, bytes: &[u8]) -> Json {
    json!({"contentType": media, "data": STANDARD.encode(bytes)})
}

fn read(records: &[Json]) -> Facts {
    let mut all = vec![patient(), pnet()];
    all.extend_from_slice(records);
    facts(&all)
}

/// Each mention as `fact value, what it stands in, date`.
fn said(facts: &Facts) -> Vec<String> {
    let mentions = facts.mentions().iter().map(|mentioned| {
        let value = match &mentioned.value {
            fhir_profiles::facts::Value::Word(word) => word.as_str().to_owned(),
            fhir_profiles::facts::Value::Number(number) => number.to_string(),
            fhir_profiles::facts::Value::Words(_) => String::new(),
        };
        let date = mentioned.date.map(|date| date.to_string()).unwrap_or_default();
        format!(
            "{} {value}, {} {date}",
            mentioned.fact.as_str(),
            mentioned.reference
        )
    });
    mentions.collect()
}

/// What is named as not read, with the reason.
fn unread(facts: &Facts) -> Vec<(String, NotReadWhy)> {
    let records = facts.not_read().iter();
    records
        .map(|record| (format!("{} {}", record.reference, record.what), record.why))
        .collect()
}

#[test]
fn every_place_for_a_text_is_searched() {
    let text = "Ki-67: 15 %.";
    let html = "<p>Ki&#8209;67: <b>15&nbsp;%</b></p>";
    let latin = "\u{84}Gr\u{f6}\u{df}e unklar\u{93}. Ki-67: 15 %."
        .chars()
        .map(|letter| letter as u8);
    let div = "<div xmlns=\"http://www.w3.org/1999/xhtml\">Ki-67: 15 %.</div>";
    let note = json!([{"text": text}]);
    for (name, record) in [
        ("conclusion", report("x", json!({"conclusion": text}))),
        (
            "narrative",
            report("x", json!({"text": {"status": "additional", "div": div}})),
        ),
        (
            "plain file",
            report(
                "x",
                json!({"presentedForm": [file("text/plain", text.as_bytes())]}),
            ),
        ),
        (
            "HTML",
            report(
                "x",
                json!({"presentedForm": [file("text/html", html.as_bytes())]}),
            ),
        ),
        (
            "Latin-1",
            report(
                "x",
                json!({"presentedForm": file("Text/Plain; charset=\"iso-8859-1\"", &latin.collect::<Vec<u8>>())}),
            ),
        ),
        (
            "no padding, and line ends",
            report(
                "x",
                json!({"presentedForm": [{"contentType": "text/plain", "data": format!("{}\n", STANDARD_NO_PAD.encode(text))}]}),
            ),
        ),
        ("document", document("x", file("text/plain", text.as_bytes()))),
        (
            "note of a result",
            observation(
                "x",
                LOINC,
                "29593-1",
                json!({"note": note, "effectiveDateTime": "2026-05-10"}),
            ),
        ),
        (
            "narrative of a result",
            observation(
                "x",
                LOINC,
                "1234-5",
                json!({"text": {"status": "additional", "div": div}, "effectiveDateTime": "2026-05-10"}),
            ),
        ),
        (
            "value of a result that no fact reads",
            observation(
                "x",
                LOINC,
                "22637-3",
                json!({"valueString": text, "effectiveDateTime": "2026-05-10"}),
            ),
        ),
    ] {
        let kind = record["resourceType"].as_str().unwrap().to_owned();
        let what = match kind.as_str() {
            "DiagnosticReport" => "pathology report, text",
            _ => "document, text",
        };
        let facts = read(&[record]);
        assert_eq!(said(&facts), [format!("ki67 15, {kind}/x 2026-05-10")], "{name}");
        let ki67 = facts.get(FactId::Ki67);
        assert_eq!(ki67.readings(), Err(Unknown::Missing), "{name}");
        assert_eq!(ki67.missing_by(), Some(Gap::InText), "{name}");
        // A search is no reading: a report of prose stays named.
        let is_named = unread(&facts) == [(format!("{kind}/x {what}"), NotReadWhy::NotText)];
        assert!(is_named || kind == "Observation", "{name}: {:?}", unread(&facts));
    }
}

#[test]
fn a_value_in_words_is_read_with_the_name_of_what_it_is_of() {
    let more = json!({"code": {"text": "Ki-67"}, "valueString": "15 %", "effectiveDateTime": "2026-05-10"});
    let facts = read(&[observation("x", LOINC, "9999-9", more)]);
    assert_eq!(said(&facts), ["ki67 15, Observation/x 2026-05-10"]);
    let named = "Observation/x observation, perhaps Ki-67".to_owned();
    assert_eq!(unread(&facts), [(named, NotReadWhy::CodeNotMapped)]);
}

#[test]
fn a_file_elsewhere_in_the_chart_is_found_and_what_is_no_text_is_named() {
    let binary = |media: Option<&str>| {
        with(
            json!({"resourceType": "Binary", "id": "b", "data": STANDARD.encode("Ki-67: 15 %.")}),
            json!({"contentType": media}),
        )
    };
    let at = |media: &str| {
        document(
            "d",
            json!({"contentType": media, "url": "https://ehr.example/fhir/Binary/b"}),
        )
    };
    let found = ["ki67 15, DocumentReference/d 2026-05-10"];
    assert_eq!(
        said(&read(&[at("text/plain"), binary(Some("text/plain"))])),
        found
    );
    assert_eq!(said(&read(&[at("text/plain"), binary(None)])), found);
    let not_text = |what: &str| {
        vec![(
            format!("DocumentReference/d document, {what}"),
            NotReadWhy::NotText,
        )]
    };
    for (records, what) in [
        (vec![at("text/plain")], "text"),
        (
            vec![at("application/pdf"), binary(Some("application/pdf"))],
            "PDF",
        ),
        (
            vec![document("d", file("application/rtf", b"Ki-67: 15 %"))],
            "word processor file",
        ),
    ] {
        let facts = read(&records);
        assert_eq!((said(&facts), unread(&facts)), (vec![], not_text(what)));
    }
    let both = report(
        "r",
        json!({"conclusion": "Ki-67: 15 %.", "presentedForm": [file("application/pdf", b"%PDF")]}),
    );
    let facts = read(&[both]);
    assert_eq!(said(&facts), ["ki67 15, DiagnosticReport/r 2026-05-10"]);
    assert_eq!(
        unread(&facts),
        [(
            "DiagnosticReport/r pathology report, PDF and text".to_owned(),
            NotReadWhy::NotText
        )]
    );
}

#[test]
fn what_cannot_be_searched_to_its_end_is_said() {
    let broken = [
        json!({"contentType": "text/plain", "data": "=="}),
        json!({"contentType": "text/plain", "data": "Ki-67: 15 %"}),
        json!({"contentType": "text/plain; charset=klingon", "data": STANDARD.encode("Ki-67: 15 %")}),
        file("text/plain", b"Gr\xf6\xdfe Ki-67: 15 %"),
    ];
    for attachment in broken {
        let facts = read(&[document("d", attachment.clone())]);
        let named = (
            "DocumentReference/d document, file".to_owned(),
            NotReadWhy::Malformed,
        );
        assert!(said(&facts).is_empty(), "{attachment}");
        assert!(unread(&facts).contains(&named), "{attachment}");
    }
    let long = format!("Ki-67: 15 %.\n{}", "word ".repeat(60_000));
    for record in [
        report("r", json!({"conclusion": long})),
        report(
            "r",
            json!({"presentedForm": [file("text/plain", long.as_bytes())]}),
        ),
    ] {
        let facts = read(&[record]);
        assert_eq!(said(&facts), ["ki67 15, DiagnosticReport/r 2026-05-10"]);
        let named = "DiagnosticReport/r pathology report, the end of a long text".to_owned();
        assert!(unread(&facts).contains(&(named, NotReadWhy::NotText)));
    }
    // Of very much text the newest is searched.
    let text = format!("Ki-67: 15 %.\n{}", "word ".repeat(48_000));
    let of_year = |year: usize| {
        let day = format!("20{year}-01-01");
        report(
            &format!("r{year}"),
            json!({"conclusion": text, "effectiveDateTime": day}),
        )
    };
    let facts = read(&(15..=24).map(of_year).collect::<Vec<_>>());
    assert_eq!(said(&facts), ["ki67 15, DiagnosticReport/r24 2024-01-01"]);
    let named: Vec<String> = unread(&facts).into_iter().map(|(what, _)| what).collect();
    let more = "pathology report, more text than is searched";
    for year in 15..=24 {
        let is_named = named.contains(&format!("DiagnosticReport/r{year} {more}"));
        assert_eq!(is_named, year <= 20, "{year}: {named:?}");
    }
}

#[test]
fn a_text_is_heard_only_of_what_is_missing_unreadable_or_older() {
    let ki67 = |more: Json| observation("o", LOINC, "29593-1", more);
    let percent = json!({"value": 8, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"});
    let text = report("r", json!({"conclusion": "Ki-67: 15 %."}));
    let undated = report(
        "r",
        json!({"conclusion": "Ki-67: 15 %.", "effectiveDateTime": null}),
    );
    let found = ["ki67 15, DiagnosticReport/r 2026-05-10"];
    for (day, expected) in [
        ("2026-05-09", &found[..]),
        ("2026-04", &found),
        // Of one day, of a month with that day in it, and later: the record stands.
        ("2026-05-10", &[]),
        ("2026-05", &[]),
        ("2026-05-11", &[]),
    ] {
        let record = ki67(json!({"valueQuantity": percent, "effectiveDateTime": day}));
        assert_eq!(said(&read(&[record.clone(), text.clone()])), expected, "{day}");
        assert!(said(&read(&[record, undated.clone()])).is_empty(), "{day}");
    }
    let undated_record = ki67(json!({"valueQuantity": percent, "effectiveDateTime": null}));
    assert!(said(&read(&[undated_record, text.clone()])).is_empty());
    let unreadable = ki67(json!({"valueString": "see report"}));
    assert_eq!(said(&read(&[unreadable, text.clone()])), found);
    assert_eq!(said(&read(&[undated])), ["ki67 15, DiagnosticReport/r "]);
    // Two texts that differ are both given, two that agree once.
    let older = report(
        "q",
        json!({"conclusion": "Ki-67: 12 %.", "effectiveDateTime": "2025-01-01"}),
    );
    let same = report(
        "s",
        json!({"conclusion": "Ki-67: 15 %.", "effectiveDateTime": "2024-01-01"}),
    );
    assert_eq!(
        said(&read(&[same, older, text])),
        [
            "ki67 15, DiagnosticReport/r 2026-05-10",
            "ki67 12, DiagnosticReport/q 2025-01-01"
        ]
    );
}

#[test]
fn what_must_not_be_used_mentions_nothing() {
    let text = || json!({"conclusion": "Ki-67: 15 %."});
    let generated = json!({"status": "generated", "div": "<div>Ki-67: 15 %.</div>"});
    for (name, record) in [
        (
            "entered in error",
            report("r", with(text(), json!({"status": "entered-in-error"}))),
        ),
        (
            "cancelled",
            report("r", with(text(), json!({"status": "cancelled"}))),
        ),
        (
            "not yet",
            report("r", with(text(), json!({"effectiveDateTime": "2027-01-01"}))),
        ),
        (
            "nobody's",
            report("r", json!({"conclusion": "Ki-67: 15 %.", "subject": null})),
        ),
        (
            "modified",
            report(
                "r",
                with(
                    text(),
                    json!({"modifierExtension": [{"url": "http://x", "valueBoolean": true}]}),
                ),
            ),
        ),
        ("generated", report("r", json!({"text": generated}))),
        (
            "superseded",
            with(
                document("d", file("text/plain", b"Ki-67: 15 %.")),
                json!({"status": "superseded"}),
            ),
        ),
    ] {
        assert_eq!(said(&read(&[record])), [] as [&str; 0], "{name}");
    }
}

#[test]
fn beside_another_malignancy_a_text_names_the_tumour_that_it_is_of() {
    let breast = condition("b", "http://hl7.org/fhir/sid/icd-10", "C50.9", json!({}));
    let of = |text: &str| said(&read(&[breast.clone(), report("r", json!({"conclusion": text}))]));
    assert_eq!(
        of("Ki-67: 15 %. ECOG 1."),
        ["ecog 1, DiagnosticReport/r 2026-05-10"]
    );
    assert!(of(PATHOLOGY).contains(&"ki67 15, DiagnosticReport/r 2026-05-10".to_owned()));
}

#[test]
fn without_a_pnet_on_record_reports_are_not_searched_and_a_diagnosis_in_words_is_mentioned() {
    let named = condition(
        "n",
        "http://local",
        "x",
        json!({"code": {"text": "Neuroendocrine tumour of the pancreas"}}),
    );
    let report = report("r", json!({"conclusion": PATHOLOGY}));
    let facts = facts(&[patient(), named.clone(), report.clone()]);
    assert_eq!(said(&facts), ["pnet present, Condition/n 2026-04-01"]);
    assert_eq!(facts.get(FactId::Pnet).readings(), Err(Unknown::Missing));
    let named_text = (
        "DiagnosticReport/r pathology report, text".to_owned(),
        NotReadWhy::NotText,
    );
    assert!(unread(&facts).contains(&named_text), "{:?}", unread(&facts));
    for status in ["inactive", "resolved", "remission"] {
        let over = with(named.clone(), super::support::clinical(status));
        assert!(
            said(&super::support::facts(&[patient(), over])).is_empty(),
            "{status}"
        );
    }
    assert!(said(&read(&[named])).is_empty(), "a PNET is on record");
}

#[test]
fn whatever_texts_mention_every_fact_stays_as_it_is() {
    let recorded = observation(
        "o",
        FACTS,
        "resectability",
        json!({"valueString": "unresectable"}),
    );
    let texts = [
        report("r", json!({"conclusion": PATHOLOGY})),
        report(
            "s",
            json!({"conclusion": "Resectable. Portal vein thrombosis. ECOG 1. Bilobar metastases."}),
        ),
    ];
    let without = read(std::slice::from_ref(&recorded));
    let mut all = vec![recorded];
    all.extend(texts);
    let facts = read(&all);
    assert!(facts.mentions().len() > 3);
    for id in FactId::ALL {
        let (a, b) = (without.get(*id), facts.get(*id));
        assert_eq!(a.readings(), b.readings(), "{}", id.as_str());
        assert_eq!((&a.older, &a.unread, &a.shown), (&b.older, &b.unread, &b.shown));
    }
}
