//! `pnet-cds call`: plays the record system for one call, and shows what goes out and what comes back.

mod caller;
mod request;

use super::args::CallArgs;
use super::ended::{Ended, block_on, print};
use super::given::{address, bearer, read, secret, written};
use super::settings;
use crate::address::AllowedBase;
use crate::fhir_client::{BearerToken, Exchanged, FhirClient, Query, Sent, Why};
use crate::hooks::Service;
use crate::settings::FhirSettings;
use caller::Caller;
use futures_util::future::join_all;
use request::{Orders, Parts, USER};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// For the whole call with its prefetch; the record systems of hospitals have less.
const PATIENCE: Duration = Duration::from_secs(30);
/// The greatest answer that is read.
const LARGEST: usize = 32 << 20;

/// What discovery offers.
#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Discovery {
    services: Vec<Offered>,
}

/// One service of it.
#[derive(Deserialize)]
#[serde(remote = "Self")]
struct Offered {
    id: String,
    hook: String,
    #[serde(default)]
    prefetch: BTreeMap<String, String>,
}

objects_only!(Discovery, Offered);

/// Makes a key, or calls.
pub(super) fn run(args: &CallArgs, config: Option<&Path>) -> Result<(), Ended> {
    if let Some(path) = &args.new_key {
        return print(&caller::new_key(
            path,
            args.issuer.as_deref().unwrap_or_default(),
        )?);
    }
    let settings = settings::current(config)?;
    let client = FhirSettings {
        connect_timeout: Duration::from_secs(5),
        ..settings.fhir
    };
    let to = address("--to", &args.to)?;
    let call = Call {
        client: FhirClient::new(&client)
            .map_err(|error| Ended::wrong([format!("`fhir.ca_file`: {error}")]))?,
        caller: Caller::of(args, &to)?,
        to,
        args,
        deadline: Instant::now() + PATIENCE,
    };
    block_on(call.run())?
}

/// One call of one service.
struct Call<'a> {
    client: FhirClient,
    caller: Caller,
    to: AllowedBase,
    args: &'a CallArgs,
    deadline: Instant,
}

impl Call<'_> {
    async fn run(&self) -> Result<(), Ended> {
        let body = match &self.args.replay {
            Some(path) => self.kept(path)?,
            None => self.made().await?,
        };
        let service = match &self.args.service {
            Some(id) => id.clone(),
            None => service_of(&body.shown)?,
        };
        let path = format!("cds-services/{service}");
        print(&body.shown(&self.to.below(&path)))?;
        let begun = Instant::now();
        let answer = self.post(&path, body.whole).await?;
        self.told(&answer, begun.elapsed())
    }

    /// The request that was kept, as it was sent.
    fn kept(&self, path: &Path) -> Result<Body, Ended> {
        let wrong = |what: String| Ended::wrong([format!("{}: {what}", path.display())]);
        let whole = read(path).map_err(wrong)?;
        let shown = serde_json::from_str(&whole).map_err(|_| wrong("it is not valid JSON".to_owned()))?;
        Ok(Body { whole, shown })
    }

    /// A request as the record system of the FHIR server makes it, with what it prefetched.
    async fn made(&self) -> Result<Body, Ended> {
        let args = self.args;
        let orders = args.orders.as_deref().map(Orders::read).transpose()?;
        let wanted = args.service.as_deref().unwrap_or(match orders {
            Some(_) => Service::OrderSign.id(),
            None => Service::PatientView.id(),
        });
        let offered = self.discovered(wanted).await?;
        let fhir = match &args.fhir {
            Some(text) => address("--fhir", text)?,
            None => address(
                "--fhir",
                &format!("{}/sandbox/fhir", args.to.trim_end_matches('/')),
            )?,
        };
        let patient = args.patient.as_deref().unwrap_or_default();
        let patient = patient.trim_start_matches("Patient/");
        if Query::new("patient", &format!("Patient/{patient}")).is_err() {
            return Err(Ended::wrong(["--patient: expected the id of a Patient"]));
        }
        let secret = args.token_file.as_deref().map(secret).transpose()?;
        let token = secret.as_ref().map(|secret| bearer(secret)).transpose()?;
        let prefetch = match args.no_prefetch {
            true => Map::new(),
            false => self.prefetched(&fhir, &offered, patient, token.as_ref()).await?,
        };
        let parts = Parts {
            hook: &offered.hook,
            fhir: &fhir.to_string(),
            patient,
            token: secret,
            orders,
            prefetch,
        };
        let body = parts.request()?;
        if let Some(path) = &args.save {
            written(path, &parts.kept(&body), true)?;
        }
        Ok(Body {
            shown: parts.shown(&body),
            whole: body.to_string(),
        })
    }

    /// The service with this id, as discovery describes it.
    async fn discovered(&self, id: &str) -> Result<Offered, Ended> {
        let url = self.to.below("cds-services");
        let answer = self
            .get("cds-services")
            .await
            .map_err(|why| unanswered(&url, why))?;
        if answer.status != 200 {
            return Err(Ended::failed(format!("{url}: {}", refused(&answer))));
        }
        let discovery: Discovery = serde_json::from_slice(&answer.body)
            .map_err(|_| Ended::failed(format!("{url}: no discovery of CDS Hooks")))?;
        print(&format!("{url}: {} services\n", discovery.services.len()))?;
        let ids: Vec<String> = discovery.services.iter().map(|one| one.id.clone()).collect();
        let found = discovery.services.into_iter().find(|offered| offered.id == id);
        found.ok_or_else(|| Ended::wrong([format!("--service `{id}`: expected one of {}", ids.join(", "))]))
    }

    /// What the templates of a service find, key by key; what was not to be had is left out, as the standard has it.
    async fn prefetched(
        &self,
        fhir: &AllowedBase,
        offered: &Offered,
        patient: &str,
        token: Option<&BearerToken>,
    ) -> Result<Map<String, Value>, Ended> {
        let asked = offered.prefetch.iter().map(|(key, template)| {
            let filled = template
                .replace("{{context.patientId}}", patient)
                .replace("{{context.userId}}", USER);
            async move {
                let Ok(query) = Query::new(key, &filled) else {
                    return (
                        key,
                        Err("a token of the template that is not filled in".to_owned()),
                    );
                };
                let found = self
                    .client
                    .first_page(fhir, token, &query, LARGEST, self.deadline)
                    .await;
                (key, of_page(found))
            }
        });
        let mut text = format!("prefetch from {fhir}\n");
        let mut prefetch = Map::new();
        for (key, found) in join_all(asked).await {
            match found {
                Ok(value) => {
                    let _ = writeln!(text, "  {key:<14} {}", request::size(&value));
                    prefetch.insert(key.clone(), value);
                }
                Err(why) => {
                    let _ = writeln!(text, "  {key:<14} left out: {why}");
                }
            }
        }
        print(&text)?;
        Ok(prefetch)
    }

    async fn get(&self, path: &str) -> Result<Exchanged, Why> {
        let headers = self.caller.headers(path).map_err(|()| Why::TokenUnusable)?;
        let sent = Sent { form: None, headers };
        let endpoint = self.client.below(&self.to, path);
        self.client
            .exchange(&endpoint, sent, LARGEST, self.deadline)
            .await
    }

    /// Calls, and shows the claims of the token that goes with it.
    async fn post(&self, path: &str, body: String) -> Result<Exchanged, Ended> {
        let url = self.to.below(path);
        let (claims, mut headers) = self
            .caller
            .signed(path)
            .map_err(|()| unanswered(&url, Why::TokenUnusable))?;
        if let Some(claims) = claims {
            print(&format!("token claims\n{}\n", indented(&claims)))?;
        }
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let sent = Sent {
            form: Some(body.into_bytes()),
            headers,
        };
        let endpoint = self.client.below(&self.to, path);
        let answer = self
            .client
            .exchange(&endpoint, sent, LARGEST, self.deadline)
            .await;
        answer.map_err(|why| unanswered(&url, why))
    }

    /// Shows the answer; one that refuses is a failure.
    fn told(&self, answer: &Exchanged, took: Duration) -> Result<(), Ended> {
        let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
        let mut text = format!("{} in {} ms", answer.status, took.as_millis());
        if let Some(id) = answer.headers.get("x-request-id").and_then(|id| id.to_str().ok()) {
            let _ = write!(text, ", X-Request-Id {id}");
        }
        text.push('\n');
        let cards = said
            .as_ref()
            .and_then(|said| said.get("cards"))
            .and_then(Value::as_array);
        if let Some(cards) = cards {
            let _ = writeln!(text, "{} cards", cards.len());
            for card in cards {
                let of = |key: &str| card.get(key).and_then(Value::as_str).unwrap_or_default();
                let _ = writeln!(text, "  {:<8} {}", of("indicator"), of("summary"));
            }
        }
        match &said {
            Some(said) => text.push_str(&indented(said)),
            None => text.push_str(&String::from_utf8_lossy(&answer.body)),
        }
        text.push('\n');
        print(&text)?;
        match answer.status {
            200..=299 => Ok(()),
            401 => Err(Ended::failed(
                "the service admits nobody without a token that it can verify, and tells no caller why; its log does: \
                 `caller refused`, with the reason",
            )),
            _ => Err(Ended::failed(refused(answer))),
        }
    }
}

/// What is sent, and what is shown of it.
struct Body {
    whole: String,
    shown: Value,
}

impl Body {
    fn shown(&self, url: &str) -> String {
        format!("POST {url}\n{}\n", indented(&self.shown))
    }
}

/// The service that answers the hook of a request that was kept.
fn service_of(request: &Value) -> Result<String, Ended> {
    let hook = request.get("hook").and_then(Value::as_str).unwrap_or_default();
    let service = Service::by_hook(hook).map(|service| service.id().to_owned());
    service
        .ok_or_else(|| Ended::wrong(["no service answers the hook of this request; name one with --service"]))
}

/// The resource of a page, or why there is none.
fn of_page(found: Result<Exchanged, Why>) -> Result<Value, String> {
    let answer = found.map_err(|why| why.to_string())?;
    match answer.status {
        200 => serde_json::from_slice(&answer.body).map_err(|_| Why::NotJson.to_string()),
        _ => Err(refused(&answer)),
    }
}

fn unanswered(url: &str, why: Why) -> Ended {
    Ended::failed(format!("{url}: {why}"))
}

/// The status of a refusal, and what an OperationOutcome says.
fn refused(answer: &Exchanged) -> String {
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let details = ["/issue/0/diagnostics", "/issue/0/details/text"];
    let text = details
        .into_iter()
        .find_map(|place| said.pointer(place)?.as_str());
    text.map_or_else(
        || answer.status.to_string(),
        |text| format!("{}: {text}", answer.status),
    )
}

fn indented(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
