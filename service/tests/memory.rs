//! What a body costs in memory: at most forty times itself, whatever it is made of (issue 15).

#![expect(clippy::unwrap_used, reason = "a test cannot go on without its answer")]

use fhir_profiles::json::{Budget, Document};
use futures_util::FutureExt;
use peak_alloc::PeakAlloc;
use pnet_cds::errors::{ErrorCode, Failure};
use pnet_cds::evaluator::{Evaluator, Occasion};
use pnet_cds::hooks::flow::Origin;
use pnet_cds::hooks::request::HookRequest;
use pnet_cds::hooks::trail::Trail;
use pnet_cds::input::assess;
use pnet_cds::settings::{Input, load};
use pnet_cds::site;
use uuid::Uuid;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What is filled: as large as a chart of a long illness, small enough for a test.
const SIZE: usize = 160 * 1024;
/// So many times the body.
const TIMES: usize = 40;
/// What any call costs, however small.
const ANY: usize = 512 * 1024;

const PATIENT: &str = r#"{"resource":{"resourceType":"Patient","id":"p"}}"#;
const PNET: &str = r#"{"resource":{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p"},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10-cm","code":"C7B.02"}]}}}"#;

/// An element that is repeated: what it is called, what stands before and behind all of them, and the element.
type Kind = (&'static str, &'static str, &'static str, &'static str);

/// In the list of the entries.
const ENTRIES: &[&str] = &[
    "{}",
    "[]",
    "0",
    "null",
    "\"\"",
    "x",
    r#"{"resource":{}}"#,
    r#"{"resource":[]}"#,
    r#"{"resource":{"a":1,"a":1}}"#,
    r#"{"resource":{"resourceType":"X"}}"#,
    r#"{"resource":{"resourceType":"Basic"}}"#,
    r#"{"resource":{"resourceType":"Patient"}}"#,
    r#"{"resource":{"resourceType":"Medication"}}"#,
    r#"{"resource":{"resourceType":"Condition"}}"#,
    r#"{"resource":{"resourceType":"Observation"}}"#,
    r#"{"resource":{"resourceType":"Observation","a":1,"a":1}}"#,
    r#"{"resource":{"resourceType":"Observation","id":1}}"#,
    r#"{"resource":{"resourceType":"Bundle"}}"#,
    r#"{"resource":{"resourceType":"Bundle","entry":[{},{}]}}"#,
    r#"{"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"error"}]}}"#,
    r#"{"fullUrl":"urn:uuid:1","resource":{"resourceType":"Condition"}}"#,
    r#"{"response":{"status":"500"}}"#,
];

/// In an Observation that is read.
const ELEMENTS: &[Kind] = &[
    ("components", r#""component":["#, "{}", "]"),
    ("components of nothing", r#""component":["#, "0", "]"),
    (
        "components with a code",
        r#""component":["#,
        r#"{"code":{"text":"a"}}"#,
        "]",
    ),
    ("extensions", r#""extension":["#, "{}", "]"),
    ("extensions with a url", r#""extension":["#, r#"{"url":"a"}"#, "]"),
    ("modifiers", r#""modifierExtension":["#, "{}", "]"),
    ("contained", r#""contained":["#, "{}", "]"),
    (
        "contained patients",
        r#""contained":["#,
        r#"{"resourceType":"Patient"}"#,
        "]",
    ),
    (
        "contained observations",
        r#""contained":["#,
        r#"{"resourceType":"Observation"}"#,
        "]",
    ),
    ("codings", r#""method":{"coding":["#, "{}", "]}"),
    ("codes", r#""method":{"coding":["#, r#"{"code":""}"#, "]}"),
    ("sites", r#""bodySite":["#, "{}", "]"),
    ("references", r#""result":["#, r#"{"reference":"a"}"#, "]"),
    ("references to nothing", r#""result":["#, "{}", "]"),
    (
        "members",
        r#""hasMember":["#,
        r#"{"reference":"Observation/1"}"#,
        "]",
    ),
    ("identifiers", r#""identifier":["#, r#"{"value":"1"}"#, "]"),
    ("identifiers of nothing", r#""identifier":["#, "{}", "]"),
    ("interpretations", r#""interpretation":["#, "{}", "]"),
    ("ranges", r#""referenceRange":["#, "{}", "]"),
    ("notes", r#""note":["#, r#"{"text":"a"}"#, "]"),
    ("numbers", r#""x":["#, "0", "]"),
    ("a long text", r#""valueString":""#, "a ", "\""),
    ("a text of escapes", r#""valueString":""#, "\\n", "\""),
    ("a text of halves", r#""valueString":""#, "\\ud83d", "\""),
    ("categories", r#""category":["#, "{}", "]"),
    ("keys of one name", r#""x":["#, r#"{"a":0,"a":0}"#, "]"),
    ("tags", r#""meta":{"tag":["#, "{}", "]}"),
    ("profiles", r#""meta":{"profile":["#, "\"\"", "]}"),
];

/// The element, so often that the whole is as large as it should be.
fn repeated(item: &str, parted: bool) -> String {
    let comma = if parted { "," } else { "" };
    let count = SIZE / (item.len() + comma.len());
    vec![item; count].join(comma)
}

fn bundle(entries: &str) -> String {
    format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{PATIENT},{PNET},{entries}]}}"#)
}

fn in_observation(elements: &str) -> String {
    bundle(&format!(
        r#"{{"resource":{{"resourceType":"Observation","id":"o","status":"final","subject":{{"reference":"Patient/p"}},"effectiveDateTime":"2026-05-01","code":{{"coding":[{{"system":"http://loinc.org","code":"29593-1"}}]}},{elements}}}}}"#
    ))
}

fn bodies() -> Vec<(String, String)> {
    let entries = ENTRIES
        .iter()
        .map(|entry| ((*entry).to_owned(), bundle(&repeated(entry, true))));
    let elements = ELEMENTS.iter().map(|(name, before, item, behind)| {
        let parted = !behind.starts_with('"');
        let all = format!("{before}{}{behind}", repeated(item, parted));
        ((*name).to_owned(), in_observation(&all))
    });
    let keys: Vec<String> = (0..SIZE / 10).map(|n| format!("\"k{n}\":0")).collect();
    let deep = |open: &str, close: &str| {
        let times = SIZE / (open.len() + close.len());
        format!("{}0{}", open.repeat(times), close.repeat(times))
    };
    let hook = |context: &str, prefetch: &str| {
        format!(
            r#"{{"hook":"order-select","hookInstance":"{}","context":{{"patientId":"p","userId":"u"{context}}},"prefetch":{{{prefetch}}}}}"#,
            Uuid::nil()
        )
    };
    let values: Vec<String> = (0..SIZE / 30)
        .map(|n| format!("\"{n}\":{{\"resourceType\":\"X\"}}"))
        .collect();
    let orders = repeated(r#"{"resource":{"resourceType":"MedicationRequest"}}"#, true);
    let more = [
        (
            "many keys".to_owned(),
            in_observation(&format!("\"x\":{{{}}}", keys.join(","))),
        ),
        (
            "deep lists".to_owned(),
            in_observation(&format!("\"x\":{}", deep("[", "]"))),
        ),
        (
            "deep objects".to_owned(),
            in_observation(&format!("\"x\":{}", deep("{\"a\":", "}"))),
        ),
        (
            "deep contained".to_owned(),
            in_observation(&format!("\"contained\":{}", deep("[{\"contained\":", "}]"))),
        ),
        (
            "deep concepts".to_owned(),
            in_observation(&format!("\"method\":{}", deep("{\"concept\":", "}"))),
        ),
        ("lists that never end".to_owned(), "[".repeat(SIZE)),
        ("prefetched values".to_owned(), hook("", &values.join(","))),
        (
            "selections".to_owned(),
            hook(&format!(",\"selections\":[{}]", repeated("\"\"", true)), ""),
        ),
        (
            "draft orders".to_owned(),
            hook(
                &format!(
                    ",\"selections\":[],\"draftOrders\":{{\"resourceType\":\"Bundle\",\"entry\":[{orders}]}}"
                ),
                "",
            ),
        ),
    ];
    entries.chain(elements).chain(more).collect()
}

fn nowhere(_: &HookRequest<'_>) -> Result<Origin<'static>, Failure> {
    Ok(Origin::Nowhere)
}

/// The most memory that an assessment of the body takes at once, and what it came to.
fn peak(evaluator: &Evaluator, body: &str) -> (usize, Option<ErrorCode>) {
    let templates = evaluator.templates();
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let trail = Trail::default();
    let day = jiff::civil::date(2026, 11, 23);
    let assessing = assess(evaluator, &templates, body, nowhere, day, &trail);
    let assessed = assessing.now_or_never().unwrap();
    let failed = match assessed {
        Ok(assessed) => {
            drop(evaluator.answer(
                &assessed.assessment,
                assessed.orders.as_ref(),
                &Occasion::default(),
            ));
            None
        }
        Err(failure) => Some(failure.code),
    };
    (MEMORY.peak_usage() - before, failed)
}

#[test]
fn no_body_takes_more_than_forty_times_itself() {
    let evaluator = site::load(&load(&Input::default()).unwrap()).unwrap();
    // What is read once and stays is nobody's call.
    peak(&evaluator, &in_observation(r#""valueString":"8 %""#));
    let mut over = Vec::new();
    for (name, body) in bodies() {
        let (most, failed) = peak(&evaluator, &body);
        let times = most as f64 / body.len() as f64;
        println!("{times:6.1} {failed:?} {name}");
        if most > TIMES * body.len() + ANY {
            over.push(format!("{name}: {times:.1} times"));
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}

#[test]
fn what_is_over_the_budget_costs_little_more_than_the_body() {
    let body = format!(
        "{{\"coding\":[{}]}}",
        vec!["{}"; Budget::CALL.codings + 1].join(",")
    );
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    assert!(Document::parse(&*body, &Budget::CALL).is_err());
    assert!(MEMORY.peak_usage() - before < TIMES * body.len() / 2);
}
