//! What stands first on the pages of a patient, and the sheet for the meeting.

mod common;

use common::pages::{between, form, page};
use common::{chart, demo, prefetched};
use pnet_cds::sandbox::{Sandbox, Story};
use serde_json::json;

#[test]
fn the_same_strip_stands_first_on_workbench_and_board() {
    let service = demo();
    for Story { patient, .. } in Sandbox::embedded().unwrap().stories() {
        let board = service.get(&format!("/board?patient={patient}"));
        if board.status == 404 {
            continue;
        }
        let bench = page(&service, &format!("/?patient={patient}"));
        let strips =
            [&bench, &board.body].map(|html| between(html, "<section class=\"strip\"", "</section>"));
        assert_eq!(strips[0], strips[1], "{patient}");
        for (html, later) in [(&bench, "id=\"cards-title\""), (&board.body, "id=\"b-options\"")] {
            assert!(
                html.find("class=\"strip\"").unwrap() < html.find(later).unwrap(),
                "{patient}"
            );
        }
    }
    let html = page(&service, "/board?patient=portal-vein-thrombosis");
    let strip = between(&html, "<section class=\"strip\"", "</section>");
    let lines = [
        "Not resectable: review advises against TAE, TACE, SIRT (portal vein occluded (2026-10-12))",
        "<strong>palliative</strong>: survival, quality of life, symptoms <span class=\"id\">(T04)</span>",
        "<dt>Review advises against</dt>",
        "<strong>TAE, TACE, SIRT</strong>: portal vein occluded (2026-10-12) <span class=\"id\">(EM17a, SI06b)</span>",
        "<dt>The review names for this</dt>",
        "<li><strong>SSA</strong>: for growth and symptoms in unresectable disease",
        "<dt>Criteria met, no order stated</dt>",
        "<dt>Settle first</dt>",
    ];
    let places = lines.map(|line| strip.find(line).unwrap_or_else(|| panic!("{line}\n{strip}")));
    assert!(places.is_sorted(), "{strip}");
    let bundle = chart("conflicting-chart").to_string();
    let unread = form(&service, "/", &[("request", &bundle)], &[]).body;
    let strip = between(&unread, "<section class=\"strip\"", "</section>");
    for part in [
        "<dt>Not all was read</dt>",
        "<dt>Check the record</dt>",
        "1 record could not be used",
    ] {
        assert!(strip.contains(part), "{part}\n{strip}");
    }
}

#[test]
fn the_board_is_headed_with_who_the_patient_is_as_recorded() {
    let service = demo();
    let html = page(&service, "/board?patient=prrt-krenning-4");
    let head = between(&html, "<div class=\"board-head\">", "</div>");
    for part in [
        "<h1>Fritjof Fabricated (synthetic)</h1>",
        "Born <strong>1957-05</strong>",
        "<strong>SYN-PRR</strong>",
        "Patient&#x2f;prrt-krenning-4",
    ] {
        assert!(head.contains(part), "{part}\n{head}");
    }
    // Neither the browser's history nor the page for the engineer has the name.
    assert!(html.contains("<title>Board view"));
    assert!(!page(&service, "/?patient=prrt-krenning-4").contains("Fabricated"));
    let mut bundle = chart("prrt-krenning-4");
    bundle["entry"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .filter(|entry| entry["resource"]["resourceType"] == "Patient")
        .for_each(|entry| {
            entry["resource"]["name"] = json!([{ "family": "O<b>", "given": ["A"] }]);
            entry["resource"]["birthDate"].take();
            entry["resource"]["identifier"].take();
        });
    let html = form(&service, "/board", &[("request", &bundle.to_string())], &[]).body;
    let head = between(&html, "<div class=\"board-head\">", "</div>");
    assert!(head.contains("<h1>A O&lt;b&gt;</h1>"), "{head}");
    assert!(head.contains("Birth date not recorded"), "{head}");
}

#[test]
fn the_pathway_is_drawn_and_stands_beside_as_a_list() {
    let service = demo();
    for path in ["/?patient=prrt-krenning-4", "/board?patient=prrt-krenning-4"] {
        let html = page(&service, path);
        let part = between(&html, "<section class=\"pathway\"", "</section>");
        assert!(part.contains("role=\"img\" aria-labelledby=\"drawing-title drawing-text\""));
        assert!(!part.contains("style=") && !part.contains("<script"));
        assert_eq!(
            part.matches("<g class=\"step").count(),
            part.matches("<li>").count()
        );
        for said in [
            "<li>SSA: supported; given now since 2024-09-02, progression since 2026-08-26</li>",
            "<li>PRRT: named, supported; strong uptake; investigational in 2018, approved since</li>",
            "<li>TAE or TACE: to confirm; named for: functioning, not controlled by medical therapy; neither preferred</li>",
        ] {
            assert!(part.contains(said), "{said}\n{part}");
        }
    }
    assert!(!page(&service, "/board?patient=liver-metastases-refuted").contains("class=\"pathway\""));
}

#[test]
fn the_board_says_of_an_option_what_its_card_says() {
    let service = demo();
    let html = page(&service, "/board?patient=prior-pancreaticoduodenectomy");
    let row = |label: &str| {
        let (_, rest) = html.split_once(&format!("<th scope=\"row\">{label}")).unwrap();
        rest.split_once("</tr>").unwrap().0.to_owned()
    };
    let sirt = row("Radioembolisation");
    assert!(
        sirt.contains(r#"needs clinical judgement <span class="ours">interpretation</span>"#),
        "{sirt}"
    );
    let prrt = row("Peptide receptor radionuclide therapy");
    assert!(prrt.contains("Investigational at the review"), "{prrt}");
    assert!(prrt.contains("1 correction, 5 notes since the review"), "{prrt}");
    assert!(row("Liver transplantation").contains("Investigational: only within clinical studies"));
}

#[test]
fn the_board_says_what_each_fact_would_settle_as_the_missing_data_card_does() {
    let service = demo();
    let html = page(&service, "/board?patient=sparse-chart");
    let cards = service.hook(&prefetched("sparse-chart")).cards();
    let missing = cards
        .iter()
        .find(|card| card["extension"]["io.github.pnet-cds.card"]["kind"] == "missing-data")
        .unwrap();
    let rows: Vec<Vec<&str>> = missing["detail"]
        .as_str()
        .unwrap()
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .map(|line| line.trim_matches(['|', ' ']).split(" | ").collect())
        .collect();
    for row in &rows[..4] {
        let wanted = format!(
            "{} ({}; settles {})",
            row[0],
            row[1],
            row[2].split(';').next().unwrap()
        );
        assert!(html.contains(&wanted), "{wanted}");
    }
}

#[test]
fn the_board_has_the_markers_over_time_as_drawing_and_table() {
    let service = demo();
    let mut bundle = chart("prrt-krenning-4");
    let marker = bundle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["resource"]["id"] == "prr-cga")
        .unwrap()
        .clone();
    for (id, date, value) in [("cga-1", "2024-08-01", 1200), ("cga-2", "2025-06-01", 410)] {
        let mut older = marker.clone();
        older["fullUrl"] = format!("urn:uuid:{id}").into();
        older["resource"]["id"] = id.into();
        older["resource"]["effectiveDateTime"] = date.into();
        older["resource"]["valueQuantity"]["value"] = value.into();
        bundle["entry"].as_array_mut().unwrap().push(older);
    }
    let html = form(&service, "/board", &[("request", &bundle.to_string())], &[]).body;
    let figure = html
        .split("<figure>")
        .nth(1)
        .unwrap()
        .split("</figure>")
        .next()
        .unwrap();
    assert_eq!(figure.matches("<circle").count(), 3, "{figure}");
    assert_eq!(figure.matches("point counts").count(), 1);
    for row in [
        "<td>2026-08-26</td><td>655 ng",
        "<td>2025-06-01</td><td>410 ng",
        "<td>2024-08-01</td><td>1200 ng",
    ] {
        assert!(figure.contains(row), "{row}: {figure}");
    }
    assert!(figure.contains("aria-label=\"Chromogranin A from 2024-08-01 to 2026-08-26: 3 readings"));
    assert!(!figure.contains("style="));
}
