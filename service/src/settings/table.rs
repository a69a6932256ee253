//! The table of settings: key, default, one line of explanation, and how the value is kept.

use super::values::{Given, absolute_url, closed_fact, key_pairs, origin, pack, scope};
use super::{
    AuditMode, AuthMode, LogFormat, LogLevel, PatientParameter, Settings, SinkSetting, SyslogAddress,
};
use crate::address::AllowedBase;
use std::path::PathBuf;

/// A smaller limit would refuse calls that hold next to nothing.
const LEAST_BODY: usize = 64 << 10;
/// A smaller spool would be full with the records of a few calls.
const LEAST_SPOOL: usize = 1 << 20;

/// One setting.
pub(super) struct Row {
    /// Its key, `section.name`.
    pub(super) key: &'static str,
    /// Its default as TOML, if it has one.
    pub(super) default: Option<&'static str>,
    /// A value to show where there is no default.
    pub(super) example: &'static str,
    /// What it does, in one line.
    pub(super) about: &'static str,
    /// Checks and keeps a value.
    pub(super) set: fn(&mut Settings, Given<'_>) -> Result<(), String>,
}

/// Every setting, in the order of the documentation.
pub(super) const ROWS: &[Row] = &[
    Row {
        key: "server.listen",
        default: Some("\"127.0.0.1:8080\""),
        example: "",
        about: "Address and port to listen on; port 0 takes a free one.",
        set: |settings, given| {
            settings.listen = given
                .string()?
                .parse()
                .map_err(|_| "expected an IP address and a port, such as \"127.0.0.1:8080\"".to_owned())?;
            Ok(())
        },
    },
    Row {
        key: "server.management_listen",
        default: Some("\"127.0.0.1:9090\""),
        example: "",
        about: "Address and port of /metrics, /health/live and /health/ready for those who run the service; port 0 takes a free one, \"\" none.",
        set: |settings, given| {
            settings.management_listen = match given.string()? {
                "" => None,
                address => Some(address.parse().map_err(|_| {
                    "expected an IP address and a port, such as \"127.0.0.1:9090\", or \"\"".to_owned()
                })?),
            };
            Ok(())
        },
    },
    Row {
        key: "server.public_url",
        default: None,
        example: "\"https://cds.example.org\"",
        about: "The address that callers use, if it differs from the one listened on; cards link to it.",
        set: |settings, given| {
            settings.public_url = Some(absolute_url(given.string()?)?);
            Ok(())
        },
    },
    Row {
        key: "server.tls.cert",
        default: None,
        example: "\"/etc/pnet-cds/tls/tls.crt\"",
        about: "Certificate (PEM, with those between it and its authority) to serve HTTPS with; read again when it changes.",
        set: |settings, given| {
            settings.tls_cert = Some(PathBuf::from(given.string()?));
            Ok(())
        },
    },
    Row {
        key: "server.tls.key",
        default: None,
        example: "\"/etc/pnet-cds/tls/tls.key\"",
        about: "Private key (PEM) of that certificate; with neither the service speaks HTTP, for a proxy in front of it.",
        set: |settings, given| {
            settings.tls_key = Some(PathBuf::from(given.string()?));
            Ok(())
        },
    },
    Row {
        key: "server.body_limit",
        default: Some("\"4 MiB\""),
        example: "",
        about: "Greatest request body, at least 64 KiB; a larger one is refused with 413. One of that size at a time; the others share a quarter of it, or more with more memory, and wait for it.",
        set: |settings, given| {
            settings.body_limit = match given.bytes()? {
                bytes if bytes < LEAST_BODY => {
                    return Err(
                        "expected at least \"64 KiB\": a call with a small chart is as large".to_owned(),
                    );
                }
                bytes => bytes,
            };
            Ok(())
        },
    },
    Row {
        key: "server.request_deadline",
        default: Some("\"5 s\""),
        example: "",
        about: "The longest a request may take; its body has to arrive within 2 s of it.",
        set: |settings, given| {
            settings.request_deadline = given.duration()?;
            Ok(())
        },
    },
    Row {
        key: "server.queue_deadline",
        default: Some("\"250 ms\""),
        example: "",
        about: "The longest that a call may wait for its evaluation to begin, or four times what one of its size takes; more are refused with 503 and Retry-After.",
        set: |settings, given| {
            settings.queue_deadline = given.duration()?;
            Ok(())
        },
    },
    Row {
        key: "server.drain",
        default: Some("\"0 s\""),
        example: "",
        about: "After SIGTERM: how long to go on answering while not ready, so that proxies turn to other replicas first.",
        set: |settings, given| {
            settings.drain = given.duration_or_none()?;
            Ok(())
        },
    },
    Row {
        key: "server.workers",
        default: None,
        example: "2",
        about: "Threads that serve connections, beside those that evaluate. Unset: one a processor that the process may use.",
        set: |settings, given| {
            settings.workers = Some(given.count(1)?);
            Ok(())
        },
    },
    Row {
        key: "server.max_in_flight",
        default: Some("256"),
        example: "",
        about: "Requests answered at the same time; more are refused with 503 and Retry-After.",
        set: |settings, given| {
            settings.max_in_flight = given.count(1)?;
            Ok(())
        },
    },
    Row {
        key: "server.max_resources",
        default: Some("10000"),
        example: "",
        about: "Greatest number of resources that one call is answered from, prefetched and fetched; more are refused with 413, since reading them would keep other calls waiting.",
        set: |settings, given| {
            settings.max_resources = given.count(1)?;
            Ok(())
        },
    },
    Row {
        key: "server.max_connections",
        default: None,
        example: "1024",
        about: "Connections open at the same time, idle ones included; more wait until one is closed. A quarter may be half open (in a handshake or a head). Unset: one for each 256 KiB of server.memory_limit, 64 to 8192.",
        set: |settings, given| {
            settings.max_connections = Some(given.count(1)?);
            Ok(())
        },
    },
    Row {
        key: "server.memory_limit",
        default: None,
        example: "\"256 MiB\"",
        about: "The memory that the process may have; how many connections and how much of bodies it takes at once follows from it. Unset: the limit of its cgroup.",
        set: |settings, given| {
            settings.memory_limit = Some(given.bytes()?);
            Ok(())
        },
    },
    Row {
        key: "server.cors_origins",
        default: Some("[]"),
        example: "",
        about: "Origins of web pages that may call from a browser, such as [\"https://ehr.example.org\"]; each exact, none by default.",
        set: |settings, given| {
            settings.cors_origins = given
                .list()?
                .iter()
                .map(|text| origin(text))
                .collect::<Result<_, _>>()?;
            Ok(())
        },
    },
    Row {
        key: "auth.mode",
        default: None,
        example: "\"open\"",
        about: "\"required\": every caller shows a token of a registered client. \"open\": none does. Unset: required if there are [[clients]].",
        set: |settings, given| {
            settings.auth.mode = Some(match given.string()? {
                "required" => AuthMode::Required,
                "open" => AuthMode::Open,
                other => return Err(format!("expected \"required\" or \"open\", found `{other}`")),
            });
            Ok(())
        },
    },
    Row {
        key: "auth.allow_open_network",
        default: Some("false"),
        example: "",
        about: "Open mode: true lets it listen on an address other than loopback all the same.",
        set: |settings, given| {
            settings.allow_open_network = given.boolean()?;
            Ok(())
        },
    },
    Row {
        key: "auth.open_discovery",
        default: Some("false"),
        example: "",
        about: "Answer GET /cds-services without a token in required mode too; it holds no patient data.",
        set: |settings, given| {
            settings.auth.open_discovery = given.boolean()?;
            Ok(())
        },
    },
    Row {
        key: "auth.jwks_refresh",
        default: Some("\"10 min\""),
        example: "",
        about: "Age at which fetched keys are fetched again; for an unknown key at once, but at most every 30 s.",
        set: |settings, given| {
            settings.auth.jwks_refresh = given.duration()?;
            Ok(())
        },
    },
    Row {
        key: "auth.jwks_max_age",
        default: Some("\"24 h\""),
        example: "",
        about: "Age up to which keys are used while they cannot be fetched.",
        set: |settings, given| {
            settings.auth.jwks_max_age = given.duration()?;
            Ok(())
        },
    },
    Row {
        key: "auth.ca_file",
        default: None,
        example: "\"/etc/pnet-cds/ca.pem\"",
        about: "Certificates (PEM) trusted for key servers, beside those of the system.",
        set: |settings, given| {
            settings.auth.ca_file = Some(PathBuf::from(given.string()?));
            Ok(())
        },
    },
    Row {
        key: "auth.replay_capacity",
        default: Some("200000"),
        example: "",
        about: "Tokens of one issuer remembered until they expire, so that each is accepted once; more are refused.",
        set: |settings, given| {
            settings.auth.replay_capacity = given.count(1)?;
            Ok(())
        },
    },
    Row {
        key: "smart.enabled",
        default: Some("false"),
        example: "",
        about: "Let charts of clients with smart.client_id launch the pages (SMART App Launch 2), and have their cards link there; needs server.public_url.",
        set: |settings, given| {
            settings.smart.enabled = given.boolean()?;
            Ok(())
        },
    },
    Row {
        key: "smart.scopes",
        default: Some(
            "[\"openid\", \"fhirUser\", \"patient/Patient.r\", \"patient/Condition.rs\", \"patient/Observation.crs\", \"patient/Provenance.c\", \
             \"patient/DiagnosticReport.rs\", \"patient/DocumentReference.rs\", \"patient/Binary.r\", \"patient/Procedure.rs\", \
             \"patient/MedicationRequest.rs\", \"patient/MedicationStatement.rs\", \"patient/MedicationAdministration.rs\", \
             \"patient/MedicationDispense.rs\"]",
        ),
        example: "",
        about: "What a launch asks for, beside `launch` or `launch/patient`; written for SMART 2 and turned into the scopes of SMART 1 where a server knows only those.",
        set: |settings, given| {
            settings.smart.scopes = given
                .list()?
                .iter()
                .map(|text| scope(text))
                .collect::<Result<_, _>>()?;
            Ok(())
        },
    },
    Row {
        key: "smart.session",
        default: Some("\"30 min\""),
        example: "",
        about: "How long a launched page stays open without a request; it never outlives its access token.",
        set: |settings, given| {
            settings.smart.session = given.duration()?;
            Ok(())
        },
    },
    Row {
        key: "fhir.deadline",
        default: Some("\"1500 ms\""),
        example: "",
        about: "For everything that is fetched from a caller's FHIR server for one call: two waves of 600 ms, as ordinary servers take, and a connection. What is not there by then could not be fetched, and cards say so.",
        set: |settings, given| {
            settings.fhir.deadline = given.duration()?;
            Ok(())
        },
    },
    Row {
        key: "fhir.connect_timeout",
        default: Some("\"250 ms\""),
        example: "",
        about: "For one connection to a FHIR server, its TLS handshake included.",
        set: |settings, given| {
            settings.fhir.connect_timeout = given.duration()?;
            Ok(())
        },
    },
    Row {
        key: "fhir.max_pages",
        default: Some("20"),
        example: "",
        about: "Greatest number of pages of one search; more are reported as not read.",
        set: |settings, given| {
            settings.fhir.max_pages = given.count(1)?;
            Ok(())
        },
    },
    Row {
        key: "fhir.max_resources",
        default: Some("2000"),
        example: "",
        about: "Greatest number of resources of one search; more are reported as not read.",
        set: |settings, given| {
            settings.fhir.max_resources = given.count(1)?;
            Ok(())
        },
    },
    Row {
        key: "fhir.max_bundle_bytes",
        default: Some("\"4 MiB\""),
        example: "",
        about: "Greatest size of all pages of one search together; more are reported as not read.",
        set: |settings, given| {
            settings.fhir.max_bundle_bytes = given.bytes()?;
            Ok(())
        },
    },
    Row {
        key: "fhir.patient_parameter",
        default: Some("\"patient\""),
        example: "",
        about: "How searches name the patient: \"patient\" (\"subject\" where that is refused), or \"subject\" always.",
        set: |settings, given| {
            settings.fhir.patient_parameter = match given.string()? {
                "patient" => PatientParameter::Patient,
                "subject" => PatientParameter::Subject,
                other => return Err(format!("expected \"patient\" or \"subject\", found `{other}`")),
            };
            Ok(())
        },
    },
    Row {
        key: "fhir.learnt_for",
        default: Some("\"1 h\""),
        example: "",
        about: "How long it is remembered which form of a search a server takes: without which parameters, posted, in parts.",
        set: |settings, given| {
            settings.fhir.learnt_for = given.duration()?;
            Ok(())
        },
    },
    Row {
        key: "fhir.ca_file",
        default: None,
        example: "\"/etc/pnet-cds/ca.pem\"",
        about: "Certificates (PEM) trusted for FHIR servers, beside those of the system.",
        set: |settings, given| {
            settings.fhir.ca_file = Some(PathBuf::from(given.string()?));
            Ok(())
        },
    },
    Row {
        key: "store.url",
        default: None,
        example: "\"postgres://pnet_cds:PASSWORD@db.example.org/pnet_cds?sslmode=verify-full\"",
        about: "Used tokens, issued cards and feedback: \"sqlite:PATH\" or PostgreSQL. Unset: pnet-cds.sqlite in the working directory, in demo mode in memory. PNET_CDS_STORE__URL_FILE names a file that holds it.",
        set: |settings, given| {
            settings.store.url = given.string()?.parse()?;
            Ok(())
        },
    },
    Row {
        key: "store.retention",
        default: Some("\"400 d\""),
        example: "",
        about: "How long issued cards and the feedback on them are kept.",
        set: |settings, given| {
            settings.store.retention = given.duration()?;
            Ok(())
        },
    },
    Row {
        key: "store.bridge",
        default: Some("\"0 s\""),
        example: "",
        about: "How long calls with tokens go on while the database is away: each process then remembers used tokens by itself, so that one counts once for each of them; audited. 0 s: they get 503.",
        set: |settings, given| {
            settings.store.bridge = given.duration_or_none()?;
            Ok(())
        },
    },
    Row {
        key: "store.comments",
        default: Some("false"),
        example: "",
        about: "Keep the free text of feedback, in which a user may write about a patient; else it is dropped.",
        set: |settings, given| {
            settings.store.comments = given.boolean()?;
            Ok(())
        },
    },
    Row {
        key: "knowledge.dir",
        default: None,
        example: "\"/etc/pnet-cds/knowledge\"",
        about: "Knowledge files that replace the embedded ones of the same path or add to them.",
        set: |settings, given| {
            settings.knowledge_dir = Some(PathBuf::from(given.string()?));
            Ok(())
        },
    },
    Row {
        key: "codes.dir",
        default: None,
        example: "\"/etc/pnet-cds/codes\"",
        about: "FHIR ConceptMaps (*.json) from the site's own codes and exact texts to the facts that are read.",
        set: |settings, given| {
            settings.codes_dir = Some(PathBuf::from(given.string()?));
            Ok(())
        },
    },
    Row {
        key: "codes.packs",
        default: Some("[\"who\", \"drugs\", \"de-onko\", \"uk\", \"us\"]"),
        example: "",
        about: "Packs of national and general code systems that are read beside the standard codes; no two of them collide.",
        set: |settings, given| {
            settings.packs = given
                .list()?
                .iter()
                .map(|name| pack(name))
                .collect::<Result<_, _>>()?;
            Ok(())
        },
    },
    Row {
        key: "prefetch.keys",
        default: Some("[]"),
        example: "",
        about: "Keys under which an EHR supplies what the templates ask for, where they are not ours: [\"problems=conditions\"].",
        set: |settings, given| {
            settings.prefetch_keys = key_pairs(&given.list()?)?;
            Ok(())
        },
    },
    Row {
        key: "prefetch.documents",
        default: Some("false"),
        example: "",
        about: "Whether DocumentReferences are asked for too (template `documents`), to search their texts for facts that could be recorded; the texts of DiagnosticReports always are.",
        set: |settings, given| {
            settings.documents = given.boolean()?;
            Ok(())
        },
    },
    Row {
        key: "cards.max",
        default: Some("5"),
        example: "",
        about: "Greatest number of cards in one answer, at least 2; the pathway card always stands, and what has no room is named on it.",
        set: |settings, given| {
            settings.max_cards = given.count(2)?;
            Ok(())
        },
    },
    Row {
        key: "cards.detail",
        default: Some("\"short\""),
        example: "",
        about: "\"short\": the pathway card and what to settle first, the options behind a link; \"full\": a card on each group of options too, as always where cards link to no page.",
        set: |settings, given| {
            settings.full_cards = match given.string()? {
                "short" => false,
                "full" => true,
                other => return Err(format!("expected \"short\" or \"full\", found `{other}`")),
            };
            Ok(())
        },
    },
    Row {
        key: "cards.questions",
        default: Some("1"),
        example: "",
        about: "Greatest number of questions in one answer: each a card that asks for one fact, to be recorded with a click; 0 asks for none.",
        set: |settings, given| {
            settings.max_questions = given.count(0)?;
            Ok(())
        },
    },
    Row {
        key: "cards.question_pause",
        default: Some("\"30 d\""),
        example: "",
        about: "How long a question that was put aside is not asked again of the same patient; kept by a keyed hash, without the patient.",
        set: |settings, given| {
            settings.store.question_pause = given.duration()?;
            Ok(())
        },
    },
    Row {
        key: "cards.without_metastases",
        default: Some("true"),
        example: "",
        about: "Answer for a patient with a PNET and no liver metastases on record: one short card with grade and stage; else none.",
        set: |settings, given| {
            settings.without_metastases = given.boolean()?;
            Ok(())
        },
    },
    Row {
        key: "cards.closed_world",
        default: Some("[]"),
        example: "",
        about: "Facts that count as absent where nothing is recorded (site policy, shown as such), such as [\"gi-shunt\"].",
        set: |settings, given| {
            settings.closed_world = given
                .list()?
                .iter()
                .map(|text| closed_fact(text))
                .collect::<Result<_, _>>()?;
            Ok(())
        },
    },
    Row {
        key: "synthetic.every",
        default: Some("\"5 min\""),
        example: "",
        about: "Between two calls that the service makes to itself for each client (keys, a token of its own, FHIR servers, an invented chart to a card), the first after a minute; 0 s makes none.",
        set: |settings, given| {
            settings.synthetic_every = given.duration_or_none()?;
            Ok(())
        },
    },
    Row {
        key: "telemetry.otlp_endpoint",
        default: None,
        example: "\"http://otel-collector:4318\"",
        about: "OTLP collector (HTTP, protobuf) for traces, metrics and logs; unset: nothing is exported, whatever OTEL_* variables say.",
        set: |settings, given| {
            settings.telemetry.otlp_endpoint = Some(absolute_url(given.string()?)?);
            Ok(())
        },
    },
    Row {
        key: "telemetry.service_name",
        default: Some("\"pnet-cds\""),
        example: "",
        about: "`service.name` in exported telemetry.",
        set: |settings, given| {
            settings.telemetry.service_name = match given.string()?.trim() {
                "" => return Err("expected a name".to_owned()),
                name => name.to_owned(),
            };
            Ok(())
        },
    },
    Row {
        key: "telemetry.log",
        default: Some("\"text\""),
        example: "",
        about: "Form of the log on standard error: \"text\", or \"json\" with one object a line.",
        set: |settings, given| {
            settings.telemetry.log = match given.string()? {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                other => return Err(format!("expected \"text\" or \"json\", found `{other}`")),
            };
            Ok(())
        },
    },
    Row {
        key: "telemetry.log_level",
        default: Some("\"info\""),
        example: "",
        about: "Least severe level that is logged: \"error\", \"warn\", \"info\", \"debug\" or \"trace\". Libraries are never logged: they name addresses.",
        set: |settings, given| {
            settings.telemetry.log_level = LogLevel::parse(given.string()?)?;
            Ok(())
        },
    },
    Row {
        key: "audit.sink",
        default: Some("\"off\""),
        example: "",
        about: "Where FHIR AuditEvents go, one a line: \"off\", \"stdout\" or \"file:/path\" (reopened when it is moved away). They name patients.",
        set: |settings, given| {
            settings.audit.sink = SinkSetting::parse(given.string()?)?;
            Ok(())
        },
    },
    Row {
        key: "audit.mode",
        default: Some("\"required\""),
        example: "",
        about: "If a record cannot be written: \"required\" (on disk before the answer, or 503) or \"best-effort\" (counted and logged).",
        set: |settings, given| {
            settings.audit.mode = AuditMode::parse(given.string()?)?;
            Ok(())
        },
    },
    Row {
        key: "audit.chain",
        default: Some("false"),
        example: "",
        about: "Give each record a hash over itself and the one before it, so that `pnet-cds audit verify` finds what was changed, taken out or put in.",
        set: |settings, given| {
            settings.audit.chain = given.boolean()?;
            Ok(())
        },
    },
    Row {
        key: "audit.atna.url",
        default: None,
        example: "\"https://arr.example.org/fhir\"",
        about: "FHIR base of an audit record repository that gets each record too, by POST to its AuditEvent (RESTful ATNA); `http` only to this machine.",
        set: |settings, given| {
            let base = AllowedBase::parse(given.string()?, &[]);
            settings.audit.atna = Some(base.map_err(|error| error.to_string())?);
            Ok(())
        },
    },
    Row {
        key: "audit.syslog.address",
        default: None,
        example: "\"siem.example.org:6514\"",
        about: "Receiver of syslog over TLS (RFC 5424, 5425) that gets each record too, a FHIR AuditEvent in JSON as the message; without a port 6514.",
        set: |settings, given| {
            settings.audit.syslog = Some(SyslogAddress::parse(given.string()?)?);
            Ok(())
        },
    },
    Row {
        key: "audit.spool.dir",
        default: None,
        example: "\"/var/lib/pnet-cds-audit/spool\"",
        about: "Folder in which records wait until the repository and the receiver have them; needed with either. Services may share one: what another has left is sent too.",
        set: |settings, given| {
            settings.audit.spool_dir = Some(PathBuf::from(given.string()?));
            Ok(())
        },
    },
    Row {
        key: "audit.spool.max",
        default: Some("\"1024 MiB\""),
        example: "",
        about: "How much may wait for each of the two, at least 1 MiB; beyond it a record counts as not written (`audit.mode`).",
        set: |settings, given| {
            settings.audit.spool_max = match given.bytes()? {
                bytes if bytes < LEAST_SPOOL => return Err("expected at least \"1 MiB\"".to_owned()),
                bytes => bytes,
            };
            Ok(())
        },
    },
    Row {
        key: "audit.ca_file",
        default: None,
        example: "\"/etc/pnet-cds/ca.pem\"",
        about: "Certificates (PEM) trusted for the repository and the receiver, beside those of the system.",
        set: |settings, given| {
            settings.audit.ca_file = Some(PathBuf::from(given.string()?));
            Ok(())
        },
    },
    Row {
        key: "audit.tls.cert",
        default: None,
        example: "\"/etc/pnet-cds/audit-tls/tls.crt\"",
        about: "Certificate (PEM) by which the service shows itself to both, where they ask for one, as ATNA does; read at the start.",
        set: |settings, given| {
            settings.audit.tls_cert = Some(PathBuf::from(given.string()?));
            Ok(())
        },
    },
    Row {
        key: "audit.tls.key",
        default: None,
        example: "\"/etc/pnet-cds/audit-tls/tls.key\"",
        about: "Private key (PEM) of that certificate.",
        set: |settings, given| {
            settings.audit.tls_key = Some(PathBuf::from(given.string()?));
            Ok(())
        },
    },
    Row {
        key: "demo.enabled",
        default: None,
        example: "true",
        about: "Serve the bundled synthetic patients under /sandbox/fhir; unset: unless clients, auth or a store are set.",
        set: |settings, given| {
            settings.demo = Some(given.boolean()?);
            Ok(())
        },
    },
    Row {
        key: "workbench.enabled",
        default: None,
        example: "true",
        about: "Serve the pages: /knowledge, which cards then link to, and /, /board and /form, which show patients to authenticated callers only if \
                auth.mode is \"required\"; unset: with the demo, and with smart.enabled.",
        set: |settings, given| {
            settings.workbench = Some(given.boolean()?);
            Ok(())
        },
    },
];
