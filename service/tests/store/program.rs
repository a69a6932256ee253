//! The real program as a process, which can be killed.

use crate::common::Service;
use crate::common::exchange::{exchange, request};
use crate::support::{call, directory, until};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use uuid::Uuid;

/// A running program; killed when dropped.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) service: Service,
    _banner: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it with these settings on a free port.
    pub(crate) fn start(settings: &str) -> Self {
        let directory = directory();
        let config = directory.join("settings.toml");
        std::fs::write(
            &config,
            format!("server.listen = \"127.0.0.1:0\"\nserver.management_listen = \"\"\n{settings}"),
        )
        .unwrap();
        let log = std::fs::File::create(directory.join("log")).unwrap();
        // A write beyond a limit of the test is an error then, as on a full disk, and not the end of the process.
        let mut child = Command::new("/bin/sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" serve --config \"$1\""])
            .arg(env!("CARGO_BIN_EXE_pnet-cds"))
            .arg(&config)
            .env_clear()
            .stdin(Stdio::null())
            .current_dir(&directory)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut banner = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        banner.read_line(&mut line).unwrap();
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split(';').next())
            .unwrap_or_else(|| {
                panic!(
                    "{line}{}",
                    std::fs::read_to_string(directory.join("log")).unwrap()
                )
            });
        Self {
            service: Service {
                address: address.parse().unwrap(),
            },
            child,
            _banner: banner,
        }
    }

    /// An open service with this store.
    pub(crate) fn open(url: &str) -> Self {
        Self::start(&format!("store.url = \"{url}\"\n"))
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Calls the hook, and gives the ids of the cards that come.
    pub(crate) fn cards(&self, instance: Uuid) -> Vec<String> {
        let cards = self.service.hook(&call(instance)).cards();
        let id = |card: &Value| card["uuid"].as_str().unwrap().to_owned();
        cards.iter().map(id).collect()
    }

    /// Calls the hook, and gives the first card with a suggestion, and the suggestion's id.
    pub(crate) fn offer(&self, instance: Uuid) -> (String, String) {
        let cards = self.service.hook(&call(instance)).cards();
        let text = |value: &Value| value["uuid"].as_str().unwrap().to_owned();
        let offers = |card: &Value| Some((text(card), text(card["suggestions"].get(0)?)));
        cards.iter().find_map(offers).unwrap()
    }

    /// Gives feedback on a card until it is kept, as an EHR does that is told to try again on a busy machine.
    pub(crate) fn keeps(&self, card: &str) {
        until("feedback is kept", || match self.feedback(card) {
            200 => true,
            503 => false,
            status => panic!("{status}"),
        });
    }

    /// Gives feedback on a card, and says with which status it was answered; 0 if with none.
    pub(crate) fn feedback(&self, card: &str) -> u16 {
        self.try_feedback(card).unwrap_or(0)
    }

    fn try_feedback(&self, card: &str) -> Option<u16> {
        let body = overridden(card).to_string();
        let bytes = request(
            "POST",
            "/cds-services/pnet-liver-metastases/feedback",
            "localhost",
            "Content-Type: application/json\r\n",
            body.as_bytes(),
        );
        Some(exchange(self.service.address, &bytes).ok()?.status)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A body of feedback.
pub(crate) fn overridden(card: &str) -> Value {
    json!({"feedback": [{
        "card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-23T10:00:00Z",
        "overrideReason": {"reason": {"code": "already-discussed", "system": "https://pnet-cds.github.io/fhir/CodeSystem/override-reasons"}}
    }]})
}
