//! Faults of the whole server, and of the way to it.

use crate::setup::{DEADLINE, WITH_PNET, answer, call, reading, service, service_within};
use acceptance::scripted_fhir::{Authority, Fault, ScriptedFhir, Step};
use std::time::Duration;

const GRACE: Duration = Duration::from_millis(50);

#[test]
fn nobody_listening_is_412_at_once() {
    let server = ScriptedFhir::healthy().unwrap();
    let gone = server.base();
    drop(server);
    std::thread::sleep(Duration::from_millis(50));
    let answer = service("", &[&gone]).hook(&call(&gone, WITH_PNET));
    assert_eq!(answer.error(412), "missing-patient");
    assert!(
        answer.body.contains("could not be connected to"),
        "{}",
        answer.body
    );
    assert!(answer.took < DEADLINE + GRACE, "{:?}", answer.took);
}

#[test]
fn a_name_without_an_address_is_412_in_time() {
    let base = "https://fhir.invalid/r4";
    let answer = service("", &[base]).hook(&call(base, WITH_PNET));
    assert_eq!(answer.error(412), "missing-patient");
    assert!(answer.took < DEADLINE + GRACE, "{:?}", answer.took);
}

#[test]
fn a_certificate_of_nobody_known_is_412_and_that_of_the_ca_file_is_taken() {
    let authority = Authority::new().unwrap();
    let server = ScriptedFhir::start_tls(&authority, &["localhost"], |_, seen| answer(seen)).unwrap();
    let base = format!("https://localhost:{}/fhir", server.address().port());
    let strict = service("", &[&base]).hook(&call(&base, WITH_PNET));
    assert_eq!(strict.error(412), "missing-patient");
    assert!(strict.body.contains("no secure connection"), "{}", strict.body);
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("fhir-pull-ca.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    let trusting = service(&format!("fhir.ca_file = {path:?}"), &[&base]);
    assert!(trusting.hook(&call(&base, WITH_PNET)).cards().len() > 1);
}

#[test]
fn a_server_that_never_answers_is_412_at_the_deadline_and_then_left_alone() {
    let canary = ScriptedFhir::healthy().unwrap();
    let address = canary.base();
    let server =
        ScriptedFhir::start(move |number, seen| Fault::Silence.steps(number, seen, &address)).unwrap();
    let service = reading(&server);
    // A machine that is busy with something else may be late, but not each time.
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let answer = service.hook(&call(&server.base(), WITH_PNET));
        assert_eq!(answer.error(412), "missing-patient");
        assert!(answer.took >= DEADLINE, "{:?}", answer.took);
        least = least.min(answer.took);
    }
    assert!(least < DEADLINE + GRACE, "{least:?}");
    let asked = server.seen().len();
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let answer = service.hook(&call(&server.base(), WITH_PNET));
        assert_eq!(answer.error(412), "missing-patient");
        assert!(answer.body.contains("not asked for a while"), "{}", answer.body);
        least = least.min(answer.took);
    }
    assert!(least < GRACE, "{least:?}");
    assert_eq!(server.seen().len(), asked);
}

/// The gate is quick and a part of the rest is not: what is there is assessed, within the one deadline of both.
#[test]
fn what_is_not_there_at_the_deadline_is_unknown_and_named() {
    let server = ScriptedFhir::start(|_, seen| {
        let wait = match seen.kind() {
            "Condition" => Duration::from_millis(150),
            "MedicationRequest" => Duration::from_millis(350),
            _ => Duration::ZERO,
        };
        let mut steps = vec![Step::Wait(wait)];
        steps.extend(answer(seen));
        steps
    })
    .unwrap();
    let service = reading(&server);
    let request = call(&server.base(), WITH_PNET);
    let details = service.hook(&request).details();
    assert!(details.contains("prefetch medications"), "{details}");
    assert_eq!(
        service.problems(&request),
        ["prefetch medications: these records could not be fetched: the server did not answer in time"]
    );
}

#[test]
fn the_deadline_is_a_setting() {
    let server = ScriptedFhir::start(|_, seen| {
        let mut steps = vec![Step::Wait(Duration::from_millis(500))];
        steps.extend(answer(seen));
        steps
    })
    .unwrap();
    let request = call(&server.base(), WITH_PNET);
    assert_eq!(reading(&server).hook(&request).error(412), "missing-patient");
    let patient = service_within(Duration::from_secs(3), "", &[&server.base()], &[]);
    assert!(patient.hook(&request).cards().len() > 1);
}
