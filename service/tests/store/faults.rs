//! A store that is locked, full, deleted, stopped or hung: feedback 503, cards 200, and back without a restart.

use crate::postgres::Cluster;
use crate::program::{Program, overridden};
use crate::support::{PATIENT, cards, directory, instance, owner, rows, settings, sqlite, until};
use crate::trust_support::key_server::KeyServer;
use crate::trust_support::{DISCOVERY, EC384, HOOK, ISSUER, client, jwks, key_file};
use pnet_cds::store::{Operation, Store};
use pnet_cds::trust::{Clock, SystemClock};
use serde_json::json;
use std::process::Command;
use std::time::{Duration, Instant};

const FEEDBACK: &str = "/cds-services/pnet-liver-metastases/feedback";

/// Checks that cards come at once, and feedback is refused so that it will be sent again.
fn only_cards(program: &Program, card: &str) {
    let refused = program.service.post(FEEDBACK, &overridden(card));
    refused.is_error(503, "store-unavailable");
    assert!(refused.head.contains("retry-after: "), "{}", refused.head);
    let began = Instant::now();
    assert!(!program.cards(instance()).is_empty());
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!(
        program.service.get("/health/ready").status,
        200,
        "open mode needs no store"
    );
    assert_eq!(program.service.get(DISCOVERY).status, 200);
}

fn works_again(program: &Program, card: &str) {
    until("feedback is kept again", || program.feedback(card) == 200);
    let new = program.cards(instance());
    until("cards are recorded again", || program.feedback(&new[0]) == 200);
}

#[test]
fn a_locked_file() {
    let url = sqlite();
    let program = Program::open(&url);
    let cards = program.cards(instance());
    program.keeps(&cards[0]);
    let file = url.replace("sqlite:", "");
    let locked = Lock::take(&file);
    only_cards(&program, &cards[1]);
    drop(locked);
    works_again(&program, &cards[1]);
}

/// Another process's write lock.
struct Lock(tokio::runtime::Runtime, Option<sqlx::AnyConnection>);

impl Lock {
    fn take(file: &str) -> Self {
        use sqlx::{Connection, Executor};
        sqlx::any::install_default_drivers();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let connection = runtime.block_on(async {
            let mut connection = sqlx::AnyConnection::connect(&format!("sqlite://{file}"))
                .await
                .unwrap();
            connection.execute("BEGIN IMMEDIATE").await.unwrap();
            connection
        });
        Self(runtime, Some(connection))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        use sqlx::Connection;
        if let Some(connection) = self.1.take() {
            self.0.block_on(connection.close()).unwrap();
        }
    }
}

#[test]
fn a_deleted_file() {
    let url = sqlite();
    let program = Program::open(&url);
    let cards = program.cards(instance());
    program.keeps(&cards[0]);
    let file = url.replace("sqlite:", "");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{file}{end}"));
    }
    // SQLite itself would go on writing into the file that is gone.
    assert_eq!(program.feedback(&cards[1]), 503);
    until("a new file is there", || program.feedback(&cards[1]) == 404);
    let new = program.cards(instance());
    until("cards are recorded again", || program.feedback(&new[0]) == 200);
    assert_eq!(
        rows(&url, "SELECT card FROM issued_cards WHERE outcome = 'overridden'"),
        [new[0].clone()]
    );
}

#[test]
fn a_full_disk() {
    let url = sqlite();
    let program = Program::open(&url);
    let cards = program.cards(instance());
    program.keeps(&cards[0]);
    let limit = |bytes: &str| {
        let process = program.child.id().to_string();
        let set = Command::new("prlimit")
            .args(["--pid", &process, &format!("--fsize={bytes}:unlimited")])
            .status();
        assert!(set.unwrap().success());
    };
    limit("512");
    only_cards(&program, &cards[1]);
    limit("unlimited");
    works_again(&program, &cards[1]);
}

#[test]
fn a_file_that_cannot_be_made_until_its_directory_is_there() {
    let missing = directory().join("later");
    let program = Program::open(&format!("sqlite:{}/store.sqlite", missing.display()));
    let cards = program.cards(instance());
    only_cards(&program, &cards[0]);
    std::fs::create_dir(&missing).unwrap();
    // What was sent meanwhile has waited to be recorded.
    works_again(&program, &cards[0]);
}

#[test]
fn a_file_that_is_no_database() {
    let url = sqlite();
    let file = url.replace("sqlite:", "");
    std::fs::write(&file, "x".repeat(10_000)).unwrap();
    let program = Program::open(&url);
    let cards = program.cards(instance());
    only_cards(&program, &cards[0]);
    std::fs::remove_file(&file).unwrap();
    works_again(&program, &cards[0]);
}

#[test]
fn a_stopped_and_a_hung_postgresql() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let url = cluster.database();
    let program = Program::open(&url);
    let cards = program.cards(instance());
    program.keeps(&cards[0]);
    for (fault, remedy) in [("stop", "start"), ("hang", "wake")] {
        cluster.tell(fault);
        only_cards(&program, &cards[1]);
        cluster.tell(remedy);
        works_again(&program, &cards[1]);
    }
}

#[test]
fn one_that_is_not_there_when_the_service_starts() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let url = cluster.database();
    cluster.tell("stop");
    let program = Program::open(&url);
    let cards = program.cards(instance());
    only_cards(&program, &cards[0]);
    cluster.tell("start");
    works_again(&program, &cards[0]);
}

/// In required mode nobody is admitted without the store: 503 rather than 401.
#[test]
fn j4_a_store_that_is_down_is_no_fault_of_a_token() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let keys = key_file(&jwks(&[&EC384]));
    let program = Program::start(&format!(
        "server.public_url = \"https://cds.example.org\"\nstore.url = \"{}\"\n{}",
        cluster.database(),
        client(&format!("jwks_file = {:?}\n", keys.display().to_string()))
    ));
    let now = SystemClock::default().seconds();
    let token = |path: &str, jti: &str| {
        let aud = format!("https://cds.example.org{path}");
        let claims = json!({"iss": ISSUER, "aud": aud, "iat": now, "exp": now + 3000, "jti": jti});
        format!("Authorization: Bearer {}", EC384.token(&claims))
    };
    let hook = |jti: &str| {
        let headers = [token(HOOK, jti), "Content-Type: application/json".to_owned()];
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let body = crate::support::call(instance()).to_string();
        program.service.request("POST", HOOK, &headers, body.as_bytes())
    };
    assert_eq!(program.service.get("/health/ready").status, 200);
    assert_eq!(hook("1").status, 200);
    cluster.tell("hang");
    let began = Instant::now();
    hook("2").is_error(503, "store-unavailable");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // All pods have the same store: none is taken away for it.
    let ready = program.service.get("/health/ready");
    assert_eq!(ready.status, 200);
    assert!(
        ready.body.contains("\"degraded\":[\"store-unavailable\"]"),
        "{}",
        ready.body
    );
    assert_eq!(program.service.get("/health/live").status, 200);
    let discovery = program
        .service
        .request("GET", DISCOVERY, &[&token(DISCOVERY, "3")], b"");
    assert_eq!(discovery.status, 200, "{}", discovery.body);
    cluster.tell("wake");
    until("the store is there again", || {
        !program.service.get("/health/ready").body.contains("degraded")
    });
    assert_eq!(hook("1").status, 401, "used before");
    assert_eq!(hook("4").status, 200);
}

/// Where the settings say so, each process goes on by what it remembers itself: a token counts once all the same, that is on
/// record, and the database learns of it.
#[test]
fn j4_calls_go_on_over_the_bridge_and_no_token_counts_twice() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let keys = key_file(&jwks(&[&EC384]));
    let (url, audit) = (cluster.database(), directory().join("audit.ndjson"));
    let settings = format!(
        "server.public_url = \"https://cds.example.org\"\nstore.url = \"{url}\"\nstore.bridge = \"10 min\"\n\
         audit.sink = \"file:{}\"\n{}",
        audit.display(),
        client(&format!("jwks_file = {:?}\n", keys.display().to_string()))
    );
    let (program, other) = (Program::start(&settings), Program::start(&settings));
    let now = SystemClock::default().seconds();
    let discover = |program: &Program, jti: &str| {
        let claims = json!({
            "iss": ISSUER, "aud": format!("https://cds.example.org{DISCOVERY}"), "iat": now, "exp": now + 3000, "jti": jti
        });
        let header = format!("Authorization: Bearer {}", EC384.token(&claims));
        program.service.request("GET", DISCOVERY, &[&header], b"").status
    };
    assert_eq!(discover(&program, "before"), 200);
    cluster.tell("hang");
    assert_eq!(discover(&program, "during"), 200);
    assert_eq!(discover(&program, "during"), 401);
    assert_eq!(discover(&program, "before"), 401, "used before the outage");
    let ready = program.service.get("/health/ready").body;
    assert!(ready.contains("store-bridged"), "{ready}");
    cluster.tell("wake");
    until("the store is there again", || {
        !program
            .service
            .get("/health/ready")
            .body
            .contains("store-unavailable")
    });
    assert_eq!(discover(&program, "after"), 200);
    until("the database knows what was used meanwhile", || {
        discover(&other, "during") == 401
    });
    let text = std::fs::read_to_string(&audit).unwrap();
    for what in ["store-bridge-begins", "store-bridge-ends"] {
        assert!(text.contains(what), "{text}");
    }
}

/// A pod that starts while a key server is down takes the keys that another pod has fetched.
#[test]
fn keys_outlast_their_server_and_the_pod_that_fetched_them() {
    let server = KeyServer::new(&jwks(&[&EC384]));
    let url = sqlite();
    let settings = format!(
        "store.url = \"{url}\"\n{}",
        client(&format!("audiences = [\"any\"]\njwks_url = {:?}\n", server.url()))
    );
    let discover = |program: &Program, jti: &str| {
        let now = SystemClock::default().seconds();
        let claims = json!({"iss": ISSUER, "aud": "any", "iat": now, "exp": now + 300, "jti": jti});
        let header = format!("Authorization: Bearer {}", EC384.token(&claims));
        program.service.request("GET", DISCOVERY, &[&header], b"").status
    };
    let first = Program::start(&settings);
    assert_eq!(discover(&first, "1"), 200);
    until("the keys are kept", || {
        rows(&url, "SELECT url FROM key_sets").len() == 1
    });
    drop(first);
    server.answers("503 Service Unavailable", "", "");
    let second = Program::start(&settings);
    assert_eq!(discover(&second, "2"), 200);
    assert_eq!(second.service.get("/health/ready").status, 200);
    // Nor later than any others.
    drop(second);
    rows(
        &url,
        "UPDATE key_sets SET fetched = fetched - 86401 RETURNING url",
    );
    let third = Program::start(&settings);
    assert_eq!(discover(&third, "3"), 401);
}

/// What is sent while the store is down waits to be recorded, in bounded room, and never holds up an answer.
#[test]
fn cards_beyond_the_room_for_them_are_dropped_and_counted() {
    let missing = directory().join("later");
    let url = format!("sqlite:{}/store.sqlite", missing.display());
    let store = Store::open(&settings(&url), 1).unwrap();
    assert!(!store.is_up());
    let cards = cards(instance());
    let began = Instant::now();
    for answer in 0..6000 {
        store.issue(owner(&answer.to_string(), ""), PATIENT, &cards[..1]);
    }
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let dropped = store.dropped();
    assert!((1000..3000).contains(&dropped), "{dropped}");
    std::fs::create_dir(&missing).unwrap();
    until("the store is there", || store.is_up());
    let recorded = usize::try_from(6000 - dropped).unwrap();
    until("what had room is recorded", || {
        rows(&url, "SELECT card FROM issued_cards").len() == recorded
    });
    assert_eq!(store.dropped(), dropped);
    assert!(store.failures(Operation::Connect) > 0);
}
