//! Each token once (J4, J5): for any number of copies, over all processes of one database, and after a restart.

use crate::program::Program;
use crate::support::{on_both, open, rows, run, settings};
use crate::trust_support::{DISCOVERY, EC384, HOOK, ISSUER, client, jwks, key_file};
use pnet_cds::store::Store;
use pnet_cds::trust::{Clock, JtiStore, Once, Refused, SystemClock};
use serde_json::json;
use std::sync::{Arc, Barrier};

fn accept(store: &Store, issuer: &str, jti: &str, expires: u64, now: u64) -> Result<(), Refused> {
    run(store.accept(Once {
        issuer,
        jti,
        expires,
        now,
    }))
}

on_both! {
    fn a_token_is_accepted_once_for_each_issuer(url) {
        let store = open(url);
        assert_eq!(accept(&store, "a", "1", 100, 0), Ok(()));
        assert_eq!(accept(&store, "a", "1", 100, 99), Err(Refused::Replayed));
        assert_eq!(accept(&store, "a", "1", 500, 99), Err(Refused::Replayed));
        assert_eq!(accept(&store, "b", "1", 100, 0), Ok(()));
        // Issuer and `jti` do not run together, and a `jti` may be any text.
        assert_eq!(accept(&store, "a1", "", 100, 0), Ok(()));
        for odd in ["\0", "\n", "'; DROP TABLE used_tokens; --", "ä", &"x".repeat(256)] {
            assert_eq!(accept(&store, "a", odd, 100, 0), Ok(()), "{odd:?}");
            assert_eq!(accept(&store, "a", odd, 100, 0), Err(Refused::Replayed), "{odd:?}");
        }
    }

    fn j4_a_token_stays_used_after_a_restart(url) {
        let store = open(url);
        assert_eq!(accept(&store, "a", "1", 100, 0), Ok(()));
        run(store.close());
        drop(store);
        assert_eq!(accept(&open(url), "a", "1", 100, 0), Err(Refused::Replayed));
    }

    fn an_issuer_that_fills_its_room_is_refused_alone_and_until_its_tokens_expire(url) {
        let store = Store::open(&settings(url), 2).unwrap();
        assert_eq!(accept(&store, "a", "1", 100, 0), Ok(()));
        assert_eq!(accept(&store, "a", "2", 200, 0), Ok(()));
        assert_eq!(accept(&store, "a", "3", 200, 99), Err(Refused::Full));
        assert_eq!(accept(&store, "b", "3", 200, 99), Ok(()));
        assert_eq!(accept(&store, "a", "3", 200, 100), Ok(()));
        assert_eq!(accept(&store, "a", "4", 200, 100), Err(Refused::Full));
        // What was refused was not used up.
        assert_eq!(accept(&store, "a", "4", 300, 200), Ok(()));
    }

    fn j5_setting_the_clock_back_does_not_bring_a_deleted_token_to_life(url) {
        let store = open(url);
        let count = || rows(url, "SELECT COUNT(*) FROM used_tokens");
        assert_eq!(accept(&store, "a", "1", 100, 50), Ok(()));
        assert_eq!(accept(&store, "a", "2", 3000, 2000), Ok(()));
        assert_eq!(count(), ["2"], "while there is room an expired token is kept");
        assert_eq!(accept(&store, "a", "3", 1_000_000, 999_000), Ok(()));
        assert_eq!(count(), ["1"], "an expired token is deleted");
        for (jti, expires, now) in [("1", 100, 50), ("2", 3000, 2000), ("3", 1_000_000, 999_500)] {
            assert_eq!(accept(&store, "a", jti, expires, now), Err(Refused::Replayed), "{jti}");
        }
        assert_eq!(accept(&store, "a", "4", 701, 650), Ok(()));
    }

    fn j5_a_clock_that_was_ahead_locks_out_nobody_for_longer_than_a_token_lives(url) {
        let day = 24 * 3600;
        // Ahead by less than an hour, by hours, by days, by a month, by a year, for a moment and for a day.
        for (number, (ahead, lasting)) in [(1800, 60), (7200, day), (3 * day, day), (30 * day, day), (365 * day, 60)]
            .into_iter()
            .enumerate()
        {
            let store = Store::open(&settings(url), 1000).unwrap();
            let start = 1_000_000_000 * (u64::try_from(number).unwrap() + 1);
            let used = |jti: &str, now: u64| accept(&store, "a", &format!("{number} {jti}"), now + 300, now);
            let mut taken = vec![("right".to_owned(), start)];
            for step in 0..=20 {
                taken.push((format!("ahead {step}"), start + ahead + lasting * step / 20));
            }
            for (jti, now) in &taken {
                assert_eq!(used(jti, *now), Ok(()), "{ahead}: {jti}");
            }
            // The clock is set right.
            let right = start + lasting;
            assert_eq!(used("healed", right + 3700), Ok(()), "ahead by {ahead} for {lasting}");
            assert_eq!(used("soon", right + 60), Ok(()), "ahead by {ahead} for {lasting}");
            for (jti, now) in taken {
                assert_eq!(used(&jti, now), Err(Refused::Replayed), "{ahead}: {jti} is revived");
            }
        }
    }

    fn j5_room_that_a_clock_ahead_has_filled_is_nobodys(url) {
        let store = Store::open(&settings(url), 4).unwrap();
        let year = 365 * 24 * 3600;
        for jti in ["1", "2", "3", "4"] {
            assert_eq!(accept(&store, "a", jti, year + 300, year), Ok(()));
        }
        assert_eq!(accept(&store, "a", "5", year + 300, year), Err(Refused::Full));
        for jti in ["6", "7", "8", "9"] {
            assert_eq!(accept(&store, "a", jti, 1300, 1000), Ok(()), "{jti}");
        }
        assert_eq!(accept(&store, "a", "10", 1300, 1000), Err(Refused::Full));
        for jti in ["1", "2", "3", "4"] {
            assert!(accept(&store, "a", jti, year + 300, year).is_err(), "{jti}");
        }
    }

    fn j5_what_there_is_no_room_for_is_forgotten_by_its_time_and_stays_used(url) {
        let store = Store::open(&settings(url), 10).unwrap();
        let used = |round: u64, jti: u64| {
            let now = 10_000 * (round + 1);
            accept(&store, "a", &format!("{round} {jti}"), now + 300, now)
        };
        for round in 0..60 {
            for jti in 0..5 {
                assert_eq!(used(round, jti), Ok(()), "{round} {jti}");
            }
        }
        let count: usize = rows(url, "SELECT COUNT(*) FROM used_tokens")[0].parse().unwrap();
        assert!(count <= 20, "{count}");
        let ranges: usize = rows(url, "SELECT COUNT(*) FROM forgotten_ranges")[0].parse().unwrap();
        assert!(ranges <= 33, "{ranges}");
        for round in 0..60 {
            for jti in 0..5 {
                assert_eq!(used(round, jti), Err(Refused::Replayed), "{round} {jti}");
            }
        }
    }

    fn j5_the_mark_of_the_release_before_counts_where_this_clock_could_have_set_it(url) {
        let store = open(url);
        for (until, now, expected) in [
            (5000, 4900, Err(Refused::Replayed)),
            (5000, 1341, Err(Refused::Replayed)),
            (5000, 1339, Ok(())),
            (365 * 24 * 3600, 1000, Ok(())),
        ] {
            rows(url, &format!("UPDATE forgotten_tokens SET until = {until} RETURNING 'x'"));
            assert_eq!(accept(&store, "a", &format!("{until} {now}"), now + 50, now), expected, "{until} {now}");
        }
    }

    fn j4_of_many_copies_over_two_stores_of_one_database_exactly_one_is_accepted(url) {
        let stores = [open(url), open(url)];
        for round in 0..3 {
            let barrier = Arc::new(Barrier::new(100));
            let uses: Vec<_> = (0..100)
                .map(|copy| {
                    let (store, barrier) = (Arc::clone(&stores[copy % 2]), Arc::clone(&barrier));
                    std::thread::spawn(move || {
                        barrier.wait();
                        accept(&store, "a", &format!("round {round}"), 100, 0)
                    })
                })
                .collect();
            let answers: Vec<_> = uses.into_iter().map(|used| used.join().unwrap()).collect();
            assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
            // A machine that is too busy may refuse for that reason, never accept.
            assert!(answers.contains(&Err(Refused::Replayed)));
        }
    }

    fn j4_a_token_is_accepted_once_by_two_processes_and_not_again_after_a_restart(url) {
        let keys = key_file(&jwks(&[&EC384]));
        let settings = format!(
            "server.public_url = \"https://cds.example.org\"\nstore.url = \"{url}\"\n{}",
            client(&format!("jwks_file = {:?}\n", keys.display().to_string()))
        );
        let mut replicas = [Program::start(&settings), Program::start(&settings)];
        let now = SystemClock::default().seconds();
        let token = |jti: &str| {
            let aud = format!("https://cds.example.org{DISCOVERY}");
            let claims = json!({"iss": ISSUER, "aud": aud, "iat": now, "exp": now + 3000, "jti": jti});
            format!("Authorization: Bearer {}", EC384.token(&claims))
        };
        for round in 0..3 {
            let token = token(&format!("round {round}"));
            let barrier = Arc::new(Barrier::new(20));
            let calls: Vec<_> = (0..20)
                .map(|copy| {
                    let (service, token, barrier) = (replicas[copy % 2].service, token.clone(), Arc::clone(&barrier));
                    std::thread::spawn(move || {
                        barrier.wait();
                        service.request("GET", DISCOVERY, &[&token], b"").status
                    })
                })
                .collect();
            let mut statuses: Vec<u16> = calls.into_iter().map(|call| call.join().unwrap()).collect();
            statuses.sort_unstable();
            let mut expected = vec![200];
            expected.resize(20, 401);
            assert_eq!(statuses, expected);
        }
        for replica in &mut replicas {
            replica.kill();
        }
        let again = Program::start(&settings);
        assert_eq!(again.service.request("GET", DISCOVERY, &[&token("round 0")], b"").status, 401);
        assert_eq!(again.service.request("GET", DISCOVERY, &[&token("new")], b"").status, 200);
        assert_eq!(again.service.request("POST", HOOK, &[&token("other")], b"").status, 401, "another audience");
    }
}
