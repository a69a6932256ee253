//! One way in which an input can grow, and what the service does with such an input.

#[path = "../src/set_up.rs"]
mod set_up;

use crate::chart::{about, beside, fullest, signing};
use crate::count::count_from_here;
use actix_web::App;
use actix_web::http::header::ContentType;
use actix_web::middleware::from_fn;
use actix_web::rt::System;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use cds_cards::Knowledge;
use fhir_profiles::codes::Codes;
use pnet_cds::http::boundary;
use serde_json::Value;
use std::collections::BTreeMap;

/// Files by name.
pub(crate) type Files = BTreeMap<String, String>;

/// Something that the service is given.
pub(crate) enum Input {
    /// A call.
    Post { path: String, body: String },
    /// ConceptMaps at load.
    Maps(Files),
    /// A site's knowledge at load.
    Knowledge(Files),
}

impl Input {
    pub(crate) fn hook(service: &str, call: &Value) -> Self {
        Self::post(&format!("/cds-services/{service}"), call)
    }

    pub(crate) fn post(path: &str, body: &Value) -> Self {
        Self::Post {
            path: path.to_owned(),
            body: body.to_string(),
        }
    }
}

/// One way in which an input can grow.
pub(crate) struct Dimension {
    pub(crate) name: String,
    /// The smallest size; the others are two, four and eight times that.
    pub(crate) smallest: usize,
    make: Box<dyn Fn(usize) -> Input>,
}

impl Dimension {
    pub(crate) fn new(
        name: impl Into<String>,
        smallest: usize,
        make: impl Fn(usize) -> Input + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            smallest,
            make: Box::new(make),
        }
    }

    /// What it has in common with the same list of other resources of a kind: its name without their ids.
    pub(crate) fn kind(&self) -> String {
        let list = self.name.starts_with("list ");
        let around = self.name.split_once('(').filter(|_| list);
        let apart = around.and_then(|(before, rest)| Some((before, rest.split_once(')')?.1)));
        apart.map_or(self.name.clone(), |(before, after)| format!("{before}{after}"))
    }

    pub(crate) fn input(&self, size: usize) -> Input {
        (self.make)(size)
    }
}

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was answered or loaded.
    Taken,
    /// It is beyond what is allowed.
    TooLarge,
    /// It was refused.
    Refused,
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::TooLarge => "too-large",
            Self::Refused => "refused",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        let all = [Self::Taken, Self::TooLarge, Self::Refused];
        all.into_iter().find(|outcome| outcome.word() == word)
    }
}

/// Valgrind makes everything fifty times slower, and what is past its deadline is not worked on.
const SETTINGS: &str = "server.request_deadline = \"600 s\"\nserver.queue_deadline = \"600 s\"\n";

/// Calls of each kind until every thread has answered one.
const ROUNDS: usize = 4;

/// What is counted: what happens in here, and the evaluations that it has done elsewhere. Its name is known to valgrind.
#[inline(never)]
pub(crate) fn measured_here(work: &mut dyn FnMut() -> Outcome) -> Outcome {
    std::hint::black_box(work())
}

/// Runs each input through the service in this process, without a socket.
pub(crate) fn with_service(run: impl FnOnce(&mut dyn FnMut(&Input) -> Outcome)) {
    let packed = Codes::embedded();
    let application = set_up::application(SETTINGS, "http://growth.example.org").unwrap();
    let system = System::new();
    let app = App::new()
        .wrap(from_fn(boundary))
        .configure(|config| application.configure(config));
    let app = system.block_on(init_service(app));
    let of = |taken: bool| if taken { Outcome::Taken } else { Outcome::Refused };
    let answered = |path: &str, body: &str| {
        let request = TestRequest::post()
            .uri(path)
            .insert_header(("Host", "localhost"))
            .insert_header(ContentType::json())
            .set_payload(body.to_owned())
            .to_request();
        system.block_on(async {
            let answer = call_service(&app, request).await;
            let status = answer.status().as_u16();
            read_body(answer).await;
            match status {
                200..300 => Outcome::Taken,
                413 => Outcome::TooLarge,
                _ => Outcome::Refused,
            }
        })
    };
    // What is made once, in each thread, is made before anything is counted.
    let first = [
        about(fullest("chart")),
        about(beside([])),
        signing(fullest("orders")),
    ];
    for _ in 0..ROUNDS {
        for input in &first {
            if let Input::Post { path, body } = input {
                answered(path, body);
            }
        }
    }
    count_from_here();
    run(&mut |input| match input {
        Input::Post { path, body } => measured_here(&mut || answered(path, body)),
        Input::Maps(files) => measured_here(&mut || of(packed.and_maps(files).is_ok())),
        Input::Knowledge(files) => {
            let files = Knowledge::merge(Knowledge::embedded_files(), files.clone());
            measured_here(&mut || of(Knowledge::load(&files).is_ok()))
        }
    });
}
