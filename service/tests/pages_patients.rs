//! The pages that show patients: what stands on them, who may see them, and that a chart's text stays text.

mod common;

use common::pages::{encoded, form, page};
use common::{INSTANCE, Service, chart, demo, options, start};
use pnet_cds::sandbox::{Sandbox, Story};
use serde_json::{Value, json};

/// All that a page brings, in bytes, without what was pasted into it.
const HEAVIEST: usize = 100_000;

/// The texts of a Bundle's summaries, as cards have them.
fn cards_of(service: &Service, patient: &str) -> Vec<Value> {
    let call = json!({
        "hook": "patient-view", "hookInstance": INSTANCE,
        "fhirServer": format!("http://{}/sandbox/fhir", service.address),
        "context": {"userId": "Practitioner/1", "patientId": patient},
    });
    service.hook(&call).cards()
}

#[test]
fn every_bundled_patient_has_a_workbench_that_shows_the_cards_it_gets() {
    let service = demo();
    let start = page(&service, "/");
    for Story {
        patient,
        title,
        sentence,
    } in Sandbox::embedded().unwrap().stories()
    {
        let first_words: String = sentence
            .split(' ')
            .take(4)
            .collect::<Vec<_>>()
            .join(" ")
            .replace('/', "&#x2f;");
        for shown in [
            format!("<option value=\"{patient}\">{title}</option>"),
            format!("<a href=\"./?patient={patient}\">{title}</a> <span>{first_words}"),
        ] {
            assert!(start.contains(&shown), "{shown}");
        }
        let html = page(&service, &format!("/?patient={patient}"));
        assert!(html.contains(&format!("id=\"story\">{first_words}")), "{patient}");
        let cards = cards_of(&service, patient);
        assert_eq!(
            html.matches("<article class=\"card").count(),
            cards.len(),
            "{patient}"
        );
        assert_eq!(html.matches("id=\"option-").count() % options(), 0, "{patient}");
        let fixed = service.get("/").body.len();
        assert!(
            html.len() + 20_000 < HEAVIEST,
            "{patient}: {} ({fixed})",
            html.len()
        );
    }
}

#[test]
fn the_chosen_option_shows_outcomes_records_and_quotes() {
    let html = page(
        &demo(),
        "/?patient=portal-vein-thrombosis&option=transarterial-chemoembolisation",
    );
    let tree = html
        .split("id=\"tree-title\"")
        .nth(1)
        .unwrap()
        .split("</section>")
        .next()
        .unwrap();
    for part in [
        "review advises against",
        "outcome not-met",
        "no portal vein occlusion",
        "Condition&#x2f;",
        "<blockquote>",
        "class=\"id\"",
    ] {
        assert!(tree.contains(part), "{part}");
    }
}

#[test]
fn the_json_behind_a_page_is_that_of_the_service() {
    let service = demo();
    let shown = |what: &str| service.get(&format!("/?patient=prrt-krenning-4&show={what}"));
    let answer = shown("response");
    assert!(answer.head.contains("content-type: application/json"));
    let summaries =
        |cards: &[Value]| -> Vec<Value> { cards.iter().map(|card| card["summary"].clone()).collect() };
    assert_eq!(
        summaries(answer.json()["cards"].as_array().unwrap()),
        summaries(&cards_of(&service, "prrt-krenning-4"))
    );
    let request = shown("request").json();
    assert_eq!(request["hook"], "patient-view");
    assert_eq!(
        service.hook(&request).cards(),
        *answer.json()["cards"].as_array().unwrap()
    );
    assert_eq!(shown("assessment").json()["grade"]["value"], "G2");
}

#[test]
fn an_order_can_be_fired_for_a_bundled_patient_and_the_cards_are_those_of_the_hook() {
    let service = demo();
    let warned = |hook: &str, order: &str| {
        let asked = format!("/?patient=portal-vein-thrombosis&hook={hook}&order={order}");
        let body = page(&service, &asked);
        let request = service.get(&format!("{asked}&show=request")).json();
        assert_eq!(request["hook"], hook);
        let id = format!("pnet-{hook}");
        assert!(body.contains(&format!("<code>{id}</code>")), "{hook}");
        let headers = ["Content-Type: application/json"];
        let told = service.request(
            "POST",
            &format!("/cds-services/{id}"),
            &headers,
            request.to_string().as_bytes(),
        );
        let response = service.get(&format!("{asked}&show=response")).json();
        assert_eq!(told.json()["cards"], response["cards"], "{hook} {order}");
        let cards = response["cards"].as_array().unwrap().clone();
        cards
            .iter()
            .map(|card| card["indicator"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for hook in ["order-select", "order-sign"] {
        assert_eq!(
            warned(hook, "transarterial-chemoembolisation"),
            ["warning"],
            "{hook}"
        );
    }
    let start = page(&service, "/");
    assert_eq!(start.matches("name=\"order\"").count(), 1);
    assert!(start.contains("<option value=\"prrt\">"), "{start}");
    for (fields, code) in [
        ("hook=order-sign&order=none", "invalid-draft-orders"),
        ("hook=order-sign", "invalid-draft-orders"),
        ("hook=encounter-start", "wrong-hook"),
    ] {
        let answer = service.get(&format!("/?patient=sparse-chart&{fields}"));
        assert_eq!(answer.status, 400, "{fields}");
        assert!(answer.body.contains(code), "{fields}: {}", answer.body);
    }
}

#[test]
fn a_bundle_and_a_hook_request_can_be_pasted() {
    let service = demo();
    let bundle = chart("nec-platinum").to_string();
    let answer = form(&service, "/", &[("request", &bundle)], &[]);
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("a Bundle: no hook call"));
    let call = common::prefetched("nec-platinum").to_string();
    let answer = form(
        &service,
        "/",
        &[("request", &call), ("option", "platinum-etoposide")],
        &[],
    );
    assert!(
        answer
            .body
            .contains("<h2 id=\"tree-title\">Cisplatin with etoposide</h2>")
    );
    let board = form(&service, "/board", &[("request", &bundle)], &[]);
    assert!(board.body.contains("Facts on record"));
}

#[test]
fn what_cannot_be_answered_is_said_with_its_status_and_code() {
    let service = demo();
    for (body, status, code) in [
        ("{", 400, "malformed-json"),
        ("{\"hook\":\"patient-view\"}", 400, "invalid-hook-instance"),
        (
            "{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"a\"}},\
             {\"resource\":{\"resourceType\":\"Patient\",\"id\":\"b\"}}]}",
            422,
            "several-patients",
        ),
    ] {
        for path in ["/", "/board"] {
            let answer = form(&service, path, &[("request", body)], &[]);
            assert_eq!(answer.status, status, "{body}");
            assert!(answer.body.contains(&format!("<code>{code}</code>")), "{body}");
        }
    }
    assert_eq!(service.get("/?patient=nobody").status, 412);
    assert_eq!(service.get("/board").status, 400);
    let answer = service.get("/board?patient=pancreatic-adenocarcinoma");
    assert!(
        answer.status == 404 && answer.body.contains("no-tumour"),
        "{}",
        answer.body
    );
    service
        .request("PUT", "/", &[], b"")
        .is_error(405, "wrong-method");
}

#[test]
fn a_supposed_fact_is_said_to_be_hypothetical_and_moves_verdicts_only() {
    let service = demo();
    let recorded = page(&service, "/?patient=prrt-krenning-4");
    let supposed = page(
        &service,
        "/?patient=prrt-krenning-4&if.ki67=25&if.differentiation=poor",
    );
    for part in [
        "Hypothetical.",
        "Supposing: Ki-67 25 %; Differentiation poor.",
        "<td>G2</td><td>G3</td>",
    ] {
        assert!(supposed.contains(part), "{part}");
    }
    let part = |html: &str, id: &str| {
        html.split(id)
            .nth(1)
            .unwrap()
            .split("</section>")
            .next()
            .unwrap()
            .to_owned()
    };
    for id in ["id=\"facts-title\"", "id=\"cards-title\"", "id=\"tumour-title\""] {
        assert_eq!(part(&recorded, id), part(&supposed, id), "{id}");
    }
    let forgotten = page(&service, "/?patient=prrt-krenning-4&if.ki67=25&forget=yes");
    assert!(!forgotten.contains("Hypothetical."));
    let gate = page(
        &service,
        "/?patient=prrt-krenning-4&ask=liver-metastases&value=absent",
    );
    assert!(gate.contains("Liver metastases absent: the options do not apply"));
}

#[test]
fn the_text_of_a_chart_stays_text() {
    let service = demo();
    let attack = "<img src=x onerror=alert(1)>'\"><script>alert(1)</script>[x](javascript:alert(1))";
    let mut bundle = chart("insulinoma-debulking");
    for entry in bundle["entry"].as_array_mut().unwrap() {
        for field in [
            "/resource/code/text",
            "/resource/valueString",
            "/resource/note/0/text",
            "/resource/name/0/text",
            "/resource/identifier/0/value",
        ] {
            if let Some(text) = entry.pointer_mut(field) {
                *text = attack.into();
            }
        }
        if let Some(codings) = entry
            .pointer_mut("/resource/code/coding")
            .and_then(Value::as_array_mut)
        {
            for coding in codings {
                coding["display"] = attack.into();
            }
        }
        if let Some(codings) = entry
            .pointer_mut("/resource/valueCodeableConcept/coding")
            .and_then(Value::as_array_mut)
        {
            for coding in codings {
                coding["display"] = attack.into();
            }
        }
    }
    for path in ["/", "/board"] {
        let html = form(&service, path, &[("request", &bundle.to_string())], &[]).body;
        for tag in ["<img", "<script>", "href=\"javascript"] {
            assert!(!html.contains(tag), "{path}: {tag}");
        }
    }
    let html = form(&service, "/", &[("request", &bundle.to_string())], &[]).body;
    assert!(
        html.contains("onerror=alert(1)"),
        "the attack did not reach the page"
    );
    let path = format!(
        "/?patient=sparse-chart&option={0}&server={0}&fact={0}",
        encoded(attack)
    );
    assert!(!service.get(&path).body.contains("<img"));
}

#[test]
fn pages_are_served_under_our_own_name_and_take_our_own_forms() {
    let service = demo();
    let named = |host: &str| {
        let request =
            format!("GET /?patient=sparse-chart HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        service.raw(request.as_bytes())
    };
    for own in ["localhost", "127.0.0.1:8080", "[::1]:8080"] {
        assert_eq!(named(own).status, 200, "{own}");
    }
    for foreign in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8080",
    ] {
        named(foreign).is_error(403, "foreign-host");
    }
    for site in ["cross-site", "same-site"] {
        let header = format!("Sec-Fetch-Site: {site}");
        form(&service, "/", &[("patient", "sparse-chart")], &[&header]).is_error(403, "foreign-page");
    }
    assert_eq!(
        form(
            &service,
            "/",
            &[("patient", "sparse-chart")],
            &["Sec-Fetch-Site: same-origin"]
        )
        .status,
        200
    );
}

#[test]
fn with_the_pages_off_no_patient_is_shown() {
    let service = start("demo.enabled = true\nworkbench.enabled = false\n");
    for path in ["/", "/?patient=sparse-chart", "/board?patient=sparse-chart"] {
        service.get(path).is_error(404, "unknown-path");
        form(&service, path, &[], &[]).is_error(404, "unknown-path");
    }
}

#[test]
fn a_registered_server_is_shown_on_this_machine_and_no_other_server_is() {
    let ehr = demo();
    let server = format!("http://{}/sandbox/fhir", ehr.address);
    let settings = format!(
        "auth.mode = \"open\"\nworkbench.enabled = true\nserver.public_url = \"http://localhost\"\nfhir.deadline = \"20 s\"\n\
         server.request_deadline = \"60 s\"\n\
         [[clients]]\nissuer = \"https://ehr.example\"\njwks_url = \"https://ehr.example/keys\"\nfhir_servers = [\"{server}\"]\n"
    );
    let service = start(&settings);
    assert!(page(&service, "/").contains(&encoded_html(&server)));
    let html = page(&service, &format!("/?server={server}&patient=prrt-krenning-4"));
    assert!(html.contains("Not resectable, progressing on lanreotide"));
    assert!(
        page(
            &service,
            &format!("/board?server={server}&patient=prrt-krenning-4")
        )
        .contains("Options")
    );
    let answer = service.get("/?server=http://127.0.0.1:1/fhir&patient=prrt-krenning-4");
    assert!(answer.status == 403 && answer.body.contains("unregistered-fhir-server"));
    let call = json!({
        "hook": "patient-view", "hookInstance": INSTANCE, "fhirServer": server,
        "context": {"userId": "Practitioner/1", "patientId": "prrt-krenning-4"},
    });
    let cards = service.hook(&call).cards();
    let links = cards[0]["links"].as_array().unwrap();
    assert_eq!(
        links[1]["url"],
        format!("http://localhost/board?server={server}&patient=prrt-krenning-4")
    );
    let network = settings.replace(
        "auth.mode",
        "server.listen = \"0.0.0.0:0\"\nauth.allow_open_network = true\nauth.mode",
    );
    let network = start(&network);
    let answer = network.get(&format!("/?server={server}&patient=prrt-krenning-4"));
    assert!(
        answer.status == 403 && answer.body.contains("unregistered-fhir-server"),
        "{}",
        answer.status
    );
    assert_eq!(
        network.hook(&call).cards()[0]["links"].as_array().unwrap().len(),
        1
    );
}

/// As the templates write an address.
fn encoded_html(text: &str) -> String {
    text.replace('/', "&#x2f;")
}
