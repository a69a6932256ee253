//! kill -9 at any moment: every feedback that was answered with 2xx is in the store.

use crate::program::Program;
use crate::support::{instance, on_both, rows};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

on_both! {
    fn f1_every_feedback_that_was_answered_with_2xx_outlives_kill_9(url) {
        let mut promised = BTreeSet::new();
        for round in 0..4_u64 {
            let mut program = Program::open(url);
            let cards: Vec<Vec<String>> = (0..30).map(|_| program.cards(instance())).collect();
            let child = std::mem::replace(&mut program.child, std::process::Command::new("true").spawn().unwrap());
            let program = Arc::new(program);
            let senders: Vec<_> = (0..3)
                .map(|sender| {
                    let program = Arc::clone(&program);
                    let mine: Vec<String> = cards.iter().skip(sender).step_by(3).flatten().cloned().collect();
                    std::thread::spawn(move || {
                        let kept = mine.iter().filter(|card| program.feedback(card) == 200);
                        kept.cloned().collect::<Vec<String>>()
                    })
                })
                .collect();
            // Another moment each time; the last only once everything was answered.
            std::thread::sleep(Duration::from_millis(15 + 70 * round));
            let mut child = child;
            if round < 3 {
                child.kill().unwrap();
            }
            for sender in senders {
                promised.extend(sender.join().unwrap());
            }
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let kept: BTreeSet<String> = rows(url, "SELECT card FROM issued_cards WHERE outcome = 'overridden'").into_iter().collect();
        let lost: Vec<&String> = promised.difference(&kept).collect();
        assert!(lost.is_empty(), "answered with 200 and not kept: {lost:?}");
        assert!(promised.len() >= 30, "{}", promised.len());
        // Whoever opens it next can use it at once.
        let program = Program::open(url);
        let cards = program.cards(instance());
        program.keeps(&cards[0]);
    }
}
