//! What is kept of cards and feedback, for whom, and for how long.

use crate::support::{PATIENT, address, cards, instance, on_both, open, owner, rows, run, settings, until};
use fhir_profiles::FactId;
use pnet_cds::settings::StoreSettings;
use pnet_cds::store::{CardAnswer, Outcome, Owner, Store, migrate, report, status};
use std::time::Duration;
use uuid::Uuid;

const DUMP: &str = "SELECT * FROM issued_cards";

fn answer(card: Uuid, outcome: Outcome, at: i64) -> CardAnswer {
    CardAnswer {
        card,
        outcome,
        suggestions: Vec::new(),
        reasons: vec!["s|c".to_owned()],
        comment: Some("free text".to_owned()),
        answered_ms: at,
    }
}

/// How many answers were of cards that were issued, and how many were not.
fn keep(store: &Store, owner: &Owner, answers: Vec<CardAnswer>) -> (usize, usize) {
    let kept = run(store.keep(owner.clone(), answers)).unwrap();
    (kept.known, kept.unknown)
}

/// What was counted as done with cards.
fn counted(store: &Store, owner: &Owner, answers: Vec<CardAnswer>) -> Vec<Outcome> {
    let kept = run(store.keep(owner.clone(), answers)).unwrap();
    kept.new.into_iter().map(|(_, outcome)| outcome).collect()
}

fn outcomes(url: &str) -> Vec<String> {
    rows(
        url,
        "SELECT outcome, reasons, answered_ms FROM issued_cards WHERE outcome IS NOT NULL",
    )
}

on_both! {
    fn m1_f1_feedback_is_for_cards_of_this_issuer_tenant_and_service_only(url) {
        let store = open(url);
        let own = owner("i", "t");
        let cards = cards(instance());
        store.issue(own.clone(), PATIENT, &cards);
        let card = cards[0].uuid();
        let given = |owner: &Owner| keep(&store, owner, vec![answer(card, Outcome::Accepted, 1)]);
        let unknown = (0, 1);
        for other in [owner("j", "t"), owner("i", "u"), owner("i", ""), owner("", "")] {
            assert_eq!(given(&other), unknown, "{other:?}");
        }
        let of_other_service = Owner { service: "other".to_owned(), ..own.clone() };
        assert_eq!(given(&of_other_service), unknown);
        assert_eq!(outcomes(url), Vec::<String>::new());
        assert_eq!(given(&own), (1, 0));
        // Another caller may be sent a card of the same id, and neither sees the other's.
        store.issue(owner("j", "t"), PATIENT, &cards);
        assert_eq!(given(&owner("j", "t")), (1, 0));
        assert_eq!(outcomes(url).len(), 2);
        let made_up = vec![answer(instance(), Outcome::Accepted, 1), answer(card, Outcome::Accepted, 1)];
        assert_eq!(keep(&store, &own, made_up), (1, 1));
    }

    fn f1_feedback_that_is_repeated_late_or_out_of_order_comes_to_the_same(url) {
        let store = open(url);
        let own = owner("i", "");
        let first = answer(Uuid::nil(), Outcome::Overridden, 1000);
        let then = answer(Uuid::nil(), Outcome::Accepted, 2000);
        let same_moment = answer(Uuid::nil(), Outcome::Overridden, 2000);
        let all = [first, then, same_moment];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let cards = cards(instance());
            store.issue(own.clone(), PATIENT, &cards);
            let card = cards[0].uuid();
            for number in order.into_iter().chain(order) {
                let given = CardAnswer { card, ..all[number].clone() };
                assert_eq!(keep(&store, &own, vec![given.clone(), given]), (2, 0));
            }
        }
        assert_eq!(outcomes(url), vec!["accepted|s|c|2000".to_owned(); 6]);
    }

    fn an_answer_is_counted_once_however_often_and_in_whatever_batch_it_comes(url) {
        let store = open(url);
        let own = owner("i", "");
        let cards = cards(instance());
        store.issue(own.clone(), PATIENT, &cards);
        let given = |card: usize, outcome, at| answer(cards[card].uuid(), outcome, at);
        let overridden = given(0, Outcome::Overridden, 1000);
        assert_eq!(counted(&store, &own, vec![overridden.clone(), overridden.clone()]), [Outcome::Overridden]);
        // Sent again as it was, with a later time, with an earlier one, and with one that is yet to come.
        for at in [1000, 5000, 10, i64::MAX, i64::MAX] {
            assert_eq!(counted(&store, &own, vec![given(0, Outcome::Overridden, at)]), [], "{at}");
        }
        // Beside another card, and beside one that was never sent.
        let mixed = vec![overridden.clone(), given(1, Outcome::Overridden, 1), answer(Uuid::nil(), Outcome::Overridden, 1)];
        assert_eq!(counted(&store, &own, mixed.clone()), [Outcome::Overridden]);
        assert_eq!(counted(&store, &own, mixed), []);
        // A change of mind counts, and its repetition does not; what is older changes nothing.
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(counted(&store, &own, vec![given(0, Outcome::Accepted, i64::MAX)]), [Outcome::Accepted]);
        assert_eq!(counted(&store, &own, vec![given(0, Outcome::Accepted, i64::MAX)]), []);
        assert_eq!(counted(&store, &own, vec![given(0, Outcome::Overridden, 1)]), []);
    }

    fn feedback_after_a_way_back_is_taken_once_for_every_card_that_is_still_there(url) {
        let own = owner("i", "");
        for (target, again) in [(4, 0), (3, 0), (2, 1)] {
            let store = open(url);
            let cards = cards(instance());
            store.issue(own.clone(), PATIENT, &cards);
            let given = answer(cards[0].uuid(), Outcome::Overridden, 1);
            assert_eq!(counted(&store, &own, vec![given.clone()]).len(), 1);
            run(store.close());
            drop(store);
            run(migrate(&address(url), target)).unwrap();
            let store = open(url);
            // What was deleted with the newer version is new; what was kept is not.
            assert_eq!(counted(&store, &own, vec![given.clone()]).len(), again, "{target}");
            assert_eq!(counted(&store, &own, vec![given]).len(), 0, "{target}");
            let mut accepted = answer(cards[1].uuid(), Outcome::Accepted, 1);
            accepted.suggestions = cards[1].suggestions().iter().map(|one| one.uuid().to_string()).collect();
            assert_eq!(keep(&store, &own, vec![accepted]), (1, 0), "{target}");
            let next = crate::support::cards(instance());
            store.issue(own.clone(), PATIENT, &next);
            assert_eq!(keep(&store, &own, vec![answer(next[0].uuid(), Outcome::Overridden, 1)]), (1, 0), "{target}");
        }
    }

    fn a_store_that_a_newer_program_left_behind_gets_back_what_this_one_needs(url) {
        run(open(url).close());
        let own = owner("i", "");
        rows(
            url,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 99, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        );
        for target in [4, 2, 1] {
            run(migrate(&address(url), target)).unwrap();
            let store = open(url);
            let cards = cards(instance());
            store.issue(own.clone(), PATIENT, &cards);
            assert_eq!(keep(&store, &own, vec![answer(cards[0].uuid(), Outcome::Overridden, 1)]), (1, 0), "{target}");
            run(store.close());
        }
    }

    fn an_answer_of_the_future_does_not_outlast_a_later_one(url) {
        let store = open(url);
        let own = owner("i", "");
        let cards = cards(instance());
        store.issue(own.clone(), PATIENT, &cards);
        let card = cards[0].uuid();
        keep(&store, &own, vec![answer(card, Outcome::Overridden, i64::MAX)]);
        std::thread::sleep(Duration::from_millis(5));
        keep(&store, &own, vec![answer(card, Outcome::Accepted, i64::MAX)]);
        assert!(outcomes(url)[0].starts_with("accepted"), "{:?}", outcomes(url));
    }

    fn what_is_kept_is_what_the_notes_say_and_nothing_of_a_patient(url) {
        let store = open(url);
        let own = owner("https://ehr.example.org", "t");
        let instance = instance();
        let cards = cards(instance);
        store.issue(own.clone(), PATIENT, &cards);
        // The same call again is no fault, and its cards are counted once.
        store.issue(own.clone(), PATIENT, &cards);
        keep(&store, &own, vec![answer(cards[0].uuid(), Outcome::Overridden, 1)]);
        let kept = rows(url, DUMP);
        assert_eq!(kept.len(), cards.len());
        let whole = kept.join("\n");
        let answered = kept.iter().find(|row| row.contains(&cards[0].uuid().to_string())).unwrap();
        assert!(answered.contains("https://ehr.example.org|t|pnet-liver-metastases"), "{answered}");
        assert!(answered.contains("|pathway||[{\"id\":"), "{answered}");
        assert!(answered.contains("|2.0.0|") && answered.contains("overridden|s|c||1|"), "{answered}");
        for not_kept in [instance.to_string().as_str(), crate::common::WITH_PNET, "Patient", "Practitioner", "free text"] {
            assert!(!whole.contains(not_kept), "{not_kept}: {whole}");
        }
    }

    fn a_comment_is_kept_only_if_the_settings_say_so(url) {
        let store = Store::open(&StoreSettings { comments: true, ..settings(url) }, 1).unwrap();
        let own = owner("i", "");
        let cards = cards(instance());
        store.issue(own.clone(), PATIENT, &cards);
        keep(&store, &own, vec![answer(cards[0].uuid(), Outcome::Overridden, 1)]);
        assert!(rows(url, DUMP).join("\n").contains("free text"));
    }

    fn what_is_older_than_the_retention_is_deleted_a_little_at_a_time(url) {
        let store = open(url);
        let own = owner("i", "");
        let card = cards(instance())[0].clone();
        let old = rows(url, "SELECT 1 FROM issued_cards").len();
        assert_eq!(old, 0);
        store.issue(own.clone(), PATIENT, std::slice::from_ref(&card));
        keep(&store, &own, vec![answer(card.uuid(), Outcome::Accepted, 1)]);
        // More than are deleted in one commit, all of long ago but one.
        rows(url, &format!("UPDATE issued_cards SET issued = 1 WHERE card = '{}'", card.uuid()));
        rows(
            url,
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200) \
             INSERT INTO issued_cards (issuer, tenant, service, card, kind, option_group, options, knowledge, issued) \
             SELECT 'i', '', 's', CAST(n AS TEXT), 'k', '', '[]', '1', n FROM numbers",
        );
        let fresh = cards(instance())[0].clone();
        store.issue(own.clone(), PATIENT, std::slice::from_ref(&fresh));
        run(store.close());
        drop(store);
        let short = StoreSettings { retention: Duration::from_secs(3600), ..settings(url) };
        let store = Store::open(&short, 1).unwrap();
        until("old cards deleted", || rows(url, "SELECT card FROM issued_cards").len() == 1);
        assert_eq!(rows(url, "SELECT card FROM issued_cards"), [fresh.uuid().to_string()]);
        assert_eq!(keep(&store, &own, vec![answer(card.uuid(), Outcome::Accepted, 1)]).1, 1);
    }

    fn where_much_of_everything_is_old_nothing_is_deleted_until_a_person_says_so(url) {
        let store = open(url);
        rows(
            url,
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10001) \
             INSERT INTO issued_cards (issuer, tenant, service, card, kind, option_group, options, knowledge, issued) \
             SELECT 'i', '', 's', CAST(n AS TEXT), 'k', '', '[]', '1', n FROM numbers",
        );
        run(store.close());
        drop(store);
        let store = open(url);
        let fresh = cards(instance())[0].clone();
        let own = owner("i", "");
        store.issue(own.clone(), PATIENT, std::slice::from_ref(&fresh));
        until("recorded", || keep(&store, &own, vec![answer(fresh.uuid(), Outcome::Accepted, 1)]).0 == 1);
        assert_eq!(rows(url, "SELECT COUNT(*) FROM issued_cards"), ["10002"]);
        let pruned = crate::common::binary::pnet_cds()
            .env("PNET_CDS_STORE__URL", url)
            .args(["store", "prune"])
            .output();
        let (code, out, said) = crate::common::binary::printed(pruned.unwrap());
        assert!(code == 0 && out.contains("10001 cards older than store.retention deleted"), "{out}{said}");
        assert_eq!(rows(url, "SELECT COUNT(*) FROM issued_cards"), ["1"]);
    }

    fn a_question_that_was_put_aside_is_kept_by_a_hash_and_for_its_patient_alone(url) {
        let store = open(url);
        let (own, cards) = (owner("i", "t"), cards(instance()));
        store.issue(own.clone(), PATIENT, &cards);
        let question = cards.iter().find(|card| card.asks().is_some()).unwrap();
        let fact = question.asks().unwrap();
        let paused = |store: &Store, owner: &Owner, patient: &str| {
            run(store.paused(owner.clone(), patient, &[fact, FactId::Pnet])).unwrap()
        };
        assert!(paused(&store, &own, PATIENT).is_empty());
        // Other cards put aside say nothing of a question.
        let now = jiff::Timestamp::now().as_millisecond();
        keep(&store, &own, vec![answer(cards[0].uuid(), Outcome::Overridden, now)]);
        assert!(paused(&store, &own, PATIENT).is_empty());
        keep(&store, &own, vec![answer(question.uuid(), Outcome::Overridden, now)]);
        assert_eq!(paused(&store, &own, PATIENT), [fact]);
        assert!(paused(&store, &own, "another").is_empty());
        assert!(paused(&store, &owner("i", "u"), PATIENT).is_empty());
        // Another process has the same key, and nothing in the tables names the patient.
        run(store.close());
        drop(store);
        let store = open(url);
        assert_eq!(paused(&store, &own, PATIENT), [fact]);
        for table in ["issued_cards", "paused_questions", "question_keys"] {
            let all = rows(url, &format!("SELECT * FROM {table}")).join("\n");
            assert!(!all.contains(PATIENT), "{table}");
        }
        // Who records the answer after all is asked again, should it get lost.
        keep(&store, &own, vec![answer(question.uuid(), Outcome::Accepted, now + 1)]);
        assert!(paused(&store, &own, PATIENT).is_empty());
    }

    fn a_question_is_asked_again_after_the_pause(url) {
        let store = open(url);
        let (own, cards) = (owner("i", ""), cards(instance()));
        store.issue(own.clone(), PATIENT, &cards);
        let question = cards.iter().find(|card| card.asks().is_some()).unwrap();
        let day_ago = jiff::Timestamp::now().as_millisecond() - 86_400_000 - 1000;
        keep(&store, &own, vec![answer(question.uuid(), Outcome::Overridden, day_ago)]);
        assert_eq!(rows(url, "SELECT * FROM paused_questions").len(), 1);
        let facts = [question.asks().unwrap()];
        assert!(run(store.paused(own.clone(), PATIENT, &facts)).unwrap().is_empty());
        run(store.close());
        drop(store);
        let store = open(url);
        until("what is paused no more deleted", || rows(url, "SELECT * FROM paused_questions").is_empty());
        drop(store);
    }

    fn the_report_counts_by_kind_option_and_reason(url) {
        let store = open(url);
        let own = owner("i", "");
        let (one, other) = (cards(instance()), cards(instance()));
        store.issue(own.clone(), PATIENT, &one);
        store.issue(own.clone(), PATIENT, &other);
        let of_group = one.iter().find(|card| card.about().group.is_some() && !card.about().options.is_empty()).unwrap();
        keep(&store, &own, vec![
            answer(one[0].uuid(), Outcome::Overridden, 1),
            answer(other[0].uuid(), Outcome::Accepted, 1),
            answer(of_group.uuid(), Outcome::Overridden, 1),
        ]);
        let counted = run(store.report(0)).unwrap();
        let pathway = &counted.kinds["pathway"].all;
        assert_eq!(
            (pathway.issued, pathway.answered, pathway.accepted, pathway.overridden),
            (2, 2, 1, 1)
        );
        let named = &of_group.about().options[0];
        let tally = &counted.kinds["options"].options[&named.id][named.verdict.as_str()];
        assert_eq!((tally.issued, tally.overridden, tally.reasons["s|c"]), (2, 1, 1));
        // From outside the same, and nothing since tomorrow.
        assert_eq!(run(report(&address(url), 0)).unwrap(), counted);
        let tomorrow = jiff::Timestamp::now().as_second() + 86_400;
        assert!(run(report(&address(url), tomorrow)).unwrap().kinds.is_empty());
    }

    fn migrations_go_down_and_up_again_and_keep_what_the_version_knows(url) {
        let store = open(url);
        let own = owner("i", "");
        let cards = cards(instance());
        store.issue(own.clone(), PATIENT, &cards);
        keep(&store, &own, vec![answer(cards[0].uuid(), Outcome::Overridden, 1)]);
        run(store.close());
        drop(store);
        let url_of_store = address(url);
        let before = rows(url, "SELECT card, options, issued FROM issued_cards");
        assert_eq!(run(migrate(&url_of_store, 2)).unwrap(), 7);
        assert_eq!(run(status(&url_of_store)).unwrap().version, 2);
        assert!(run(report(&url_of_store, 0)).unwrap_err().to_string().contains("version 2"));
        assert_eq!(rows(url, "SELECT card, options, issued FROM issued_cards"), before);
        assert_eq!(run(migrate(&url_of_store, 0)).unwrap(), 2);
        assert_eq!(run(status(&url_of_store)).unwrap().version, 0);
        // The service brings it to its own version, and then the tables are as if nothing had been.
        let store = open(url);
        store.issue(own.clone(), PATIENT, &cards);
        assert_eq!(keep(&store, &own, vec![answer(cards[0].uuid(), Outcome::Overridden, 1)]).0, 1);
        assert_eq!(rows(url, DUMP).len(), cards.len());
        // One that a newer program has changed is used as it is.
        rows(
            url,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 99, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1",
        );
        assert_eq!(run(status(&url_of_store)).unwrap().version, 99);
        assert!(open(url).is_up());
    }
}
