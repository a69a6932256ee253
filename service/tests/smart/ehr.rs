//! A record system that can be launched from: its authorization server and FHIR server do as told, and a browser to go with it.

use crate::trust_support::{Bed, EC384, Key, NOW, Reply, base64url, jwks, key_file};
use actix_web::rt::System;
use actix_web::test::TestRequest;
use actix_web::web::{Bytes, Data, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use pnet_cds::sandbox::Sandbox;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

pub(crate) const PATIENT: &str = "insulinoma-debulking";
pub(crate) const OTHER: &str = "pancreatic-adenocarcinoma";
pub(crate) const TOKEN: &str = "access-token-of-the-launch";
pub(crate) const CLIENT: &str = "pnet-cds-at-this-site";
pub(crate) const ISSUER: &str = "https://ehr.example.org";

/// What the record system was told to do, and what it was asked.
pub(crate) struct Script {
    pub(crate) description: Value,
    /// What is answered to a right exchange of a code.
    pub(crate) grant: Value,
    /// Claims of the `id_token`; none: no `id_token`.
    pub(crate) identity: Option<Value>,
    /// The keys that are published.
    pub(crate) keys: Vec<&'static Key>,
    pub(crate) signed_by: fn(&Value) -> String,
    /// In place of any answer of the token endpoint: status, content type, body.
    pub(crate) token_answer: Option<(u16, &'static str, String)>,
    pub(crate) delay: Duration,
    /// Codes that were given out, with the challenge and the nonce.
    codes: HashMap<String, (String, Option<String>)>,
    /// The headers and form of each call of the token endpoint.
    pub(crate) exchanges: Vec<(Option<String>, BTreeMap<String, String>)>,
    /// In place of taking a transaction: status and body; with whether it is written all the same.
    pub(crate) write_answer: Option<(u16, String, bool)>,
    /// Transactions that came with the token.
    pub(crate) written: Vec<Value>,
    /// Paths of the FHIR server that were read with the token.
    pub(crate) read: Vec<String>,
    pub(crate) asked: usize,
}

#[derive(Clone)]
pub(crate) struct Ehr {
    pub(crate) origin: String,
    script: Arc<Mutex<Script>>,
}

pub(crate) fn fields(text: &str) -> BTreeMap<String, String> {
    let fields = Query::<Vec<(String, String)>>::from_query(text).unwrap();
    fields.into_inner().into_iter().collect()
}

impl Ehr {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let script = Script {
            description: json!({
                "authorization_endpoint": format!("{origin}/authorize"),
                "token_endpoint": format!("{origin}/token"),
                "issuer": ISSUER,
                "jwks_uri": format!("{origin}/keys"),
                "capabilities": ["launch-ehr", "launch-standalone", "sso-openid-connect", "permission-v2"],
                "code_challenge_methods_supported": ["S256"],
            }),
            grant: json!({
                "access_token": TOKEN, "token_type": "Bearer", "expires_in": 600, "patient": PATIENT,
            }),
            identity: Some(json!({
                "iss": ISSUER, "sub": "u", "aud": CLIENT, "exp": NOW + 300, "iat": NOW,
                "fhirUser": format!("{origin}/fhir/Practitioner/7"),
            })),
            keys: vec![&EC384],
            signed_by: |claims| EC384.token(claims),
            token_answer: None,
            delay: Duration::ZERO,
            codes: HashMap::new(),
            exchanges: Vec::new(),
            write_answer: None,
            written: Vec::new(),
            read: Vec::new(),
            asked: 0,
        };
        let ehr = Self {
            origin,
            script: Arc::new(Mutex::new(script)),
        };
        let shared = ehr.clone();
        std::thread::spawn(move || {
            let make = move || {
                App::new()
                    .app_data(Data::new((shared.clone(), Sandbox::embedded().unwrap())))
                    .default_service(web::to(answer))
            };
            let server = HttpServer::new(make).workers(1).listen(listener).unwrap();
            System::new().block_on(server.run()).unwrap();
        });
        ehr
    }

    pub(crate) fn base(&self) -> String {
        format!("{}/fhir", self.origin)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    /// A service that knows this record system, with more settings of the client.
    pub(crate) fn service(&self, more: &str) -> Bed {
        self.service_with("", more)
    }

    /// The same with settings before the client.
    pub(crate) fn service_with(&self, first: &str, more: &str) -> Bed {
        let keys = key_file(&jwks(&[&EC384]));
        Bed::new(&format!(
            "smart.enabled = true\n{first}\n[[clients]]\nissuer = \"{ISSUER}\"\njwks_file = {keys:?}\n\
             fhir_servers = [\"{}\"]\nsmart.client_id = \"{CLIENT}\"\n{more}\n",
            self.base()
        ))
    }

    /// What the authorization server answers a browser that comes with this address: a code for it.
    pub(crate) fn authorize(&self, location: &str) -> String {
        let query = location
            .strip_prefix(&format!("{}/authorize?", self.origin))
            .unwrap();
        let asked = fields(query);
        assert_eq!(asked["code_challenge_method"], "S256");
        let mut script = self.script();
        let code = format!("code-{}", script.codes.len());
        let known = (asked["code_challenge"].clone(), asked.get("nonce").cloned());
        script.codes.insert(code.clone(), known);
        code
    }
}

fn json_of(status: u16, json: &Value) -> HttpResponse {
    HttpResponse::build(status.try_into().unwrap())
        .content_type("application/json")
        .body(json.to_string())
}

async fn answer(shared: Data<(Ehr, Sandbox)>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let (ehr, sandbox) = shared.get_ref();
    match request.path() {
        "/fhir/.well-known/smart-configuration" => {
            let mut script = ehr.script();
            script.asked += 1;
            json_of(200, &script.description)
        }
        "/keys" => HttpResponse::Ok()
            .content_type("application/jwk-set+json")
            .body(jwks(&ehr.script().keys)),
        "/token" => {
            let delay = ehr.script().delay;
            actix_web::rt::time::sleep(delay).await;
            exchanged(&mut ehr.script(), &request, &body)
        }
        path => {
            let header = request
                .headers()
                .get("authorization")
                .map(|value| value.to_str().unwrap());
            if header != Some(&format!("Bearer {TOKEN}")) {
                return json_of(401, &json!({}));
            }
            if path == "/fhir" {
                return written(&mut ehr.script(), sandbox, &request, &body);
            }
            let path = path.strip_prefix("/fhir/").unwrap().to_owned();
            ehr.script()
                .read
                .push(format!("{path}?{}", request.query_string()));
            let parameters = match body.is_empty() {
                true => request.query_string().to_owned(),
                false => String::from_utf8(body.to_vec()).unwrap(),
            };
            let found = match path.trim_end_matches("/_search").split_once('/') {
                Some((kind, id)) => sandbox.read(kind, id),
                None => sandbox.search(path.trim_end_matches("/_search"), &parameters),
            };
            match found {
                Ok(text) => HttpResponse::Ok()
                    .content_type("application/fhir+json")
                    .body(text),
                Err(_) => json_of(404, &json!({"resourceType": "OperationOutcome"})),
            }
        }
    }
}

/// What a transaction is answered with.
fn written(script: &mut Script, sandbox: &Sandbox, request: &HttpRequest, body: &Bytes) -> HttpResponse {
    let kind = request.headers().get("content-type").unwrap();
    assert_eq!(kind, "application/fhir+json");
    let text = str::from_utf8(body).unwrap();
    let bundle: Value = serde_json::from_str(text).unwrap();
    script.written.push(bundle.clone());
    let told = script.write_answer.clone();
    let patient = script.grant["patient"].as_str().unwrap();
    if told.as_ref().is_none_or(|(_, _, written)| *written) {
        sandbox.write(patient, text).unwrap();
    }
    if let Some((status, body, _)) = told {
        return HttpResponse::build(status.try_into().unwrap())
            .content_type("application/fhir+json")
            .body(body);
    }
    let entries = bundle["entry"].as_array().unwrap().iter();
    let done: Vec<Value> = entries
        .map(|_| json!({"response": {"status": "201 Created"}}))
        .collect();
    json_of(
        200,
        &json!({"resourceType": "Bundle", "type": "transaction-response", "entry": done}),
    )
}

fn exchanged(script: &mut Script, request: &HttpRequest, body: &Bytes) -> HttpResponse {
    let header = request.headers().get("authorization");
    let header = header.map(|value| value.to_str().unwrap().to_owned());
    let form = fields(str::from_utf8(body).unwrap());
    script.exchanges.push((header, form.clone()));
    if let Some((status, kind, body)) = script.token_answer.clone() {
        return HttpResponse::build(status.try_into().unwrap())
            .content_type(kind)
            .body(body);
    }
    let known = script.codes.remove(&form["code"]);
    let proof = form
        .get("code_verifier")
        .map(|verifier| base64url(Sha256::digest(verifier)));
    let Some((_, nonce)) = known.filter(|(challenge, _)| Some(challenge) == proof.as_ref()) else {
        return json_of(400, &json!({"error": "invalid_grant"}));
    };
    let mut grant = script.grant.clone();
    if let (Some(mut claims), Some(nonce)) = (script.identity.clone(), nonce) {
        if claims.get("nonce").is_none() {
            claims["nonce"] = nonce.into();
        }
        grant["id_token"] = (script.signed_by)(&claims).into();
    }
    json_of(200, &grant)
}

/// Somebody's browser.
#[derive(Default)]
pub(crate) struct Browser {
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A request with the cookies, of which the answer sets others.
    pub(crate) async fn send(&mut self, bed: &Bed, request: TestRequest) -> Reply {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = match pairs.is_empty() {
            true => request,
            false => request.insert_header(("Cookie", pairs.join("; "))),
        };
        let reply = bed.send(request).await;
        for (_, cookie) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match attributes.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        reply
    }

    pub(crate) async fn get(&mut self, bed: &Bed, path: &str) -> Reply {
        self.send(bed, TestRequest::get().uri(path)).await
    }

    /// Begins a launch from the chart: the address of the authorization server.
    pub(crate) async fn launch(&mut self, bed: &Bed, ehr: &Ehr) -> String {
        let reply = self
            .get(bed, &format!("/smart/launch?iss={}&launch=l-1", ehr.base()))
            .await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        reply.header("location").unwrap().to_owned()
    }

    /// The path by which the authorization server sends the browser back.
    pub(crate) async fn way_back(&mut self, bed: &Bed, ehr: &Ehr) -> String {
        let location = self.launch(bed, ehr).await;
        let code = ehr.authorize(&location);
        format!("/smart/callback?code={code}&state={}", state_of(&location))
    }

    /// A whole launch.
    pub(crate) async fn open(&mut self, bed: &Bed, ehr: &Ehr) -> Reply {
        let path = self.way_back(bed, ehr).await;
        self.get(bed, &path).await
    }

    pub(crate) fn session(&self) -> Option<&str> {
        self.cookies.get("__Host-pnet-cds-session").map(String::as_str)
    }
}

pub(crate) fn state_of(location: &str) -> String {
    fields(location.split_once('?').unwrap().1)["state"].clone()
}

/// Checks that an answer is the page of a refusal with this code, and that no session came of it.
pub(crate) fn is_refused(reply: &Reply, browser: &Browser, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert!(
        reply.body.contains(&format!("<code>{code}</code>")),
        "{code}: {}",
        reply.body
    );
    assert_eq!(browser.session(), None, "{code}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
}

/// A record system, a service that knows it, and a browser.
pub(crate) fn ready() -> (Ehr, Bed, Browser) {
    let ehr = Ehr::new();
    let bed = ehr.service("");
    (ehr, bed, Browser::default())
}
