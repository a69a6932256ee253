//! The table of errors: code, HTTP status, FHIR issue type, what a caller reads, cause and fix.

macro_rules! errors {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $status:literal, $issue:literal, $text:literal, $cause:literal, $fix:literal;)+) => {
        /// What went wrong; the names are those of the codes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ $name),+
        }

        impl ErrorCode {
            /// Every error.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name),+];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }

            /// What a person reads; never chart data.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// What leads to it, in one sentence for who connects an EHR.
            pub fn cause(self) -> &'static str {
                match self { $(Self::$name => $cause),+ }
            }

            /// What to do about it, in one sentence.
            pub fn fix(self) -> &'static str {
                match self { $(Self::$name => $fix),+ }
            }

            /// The FHIR issue type.
            pub(super) fn issue(self) -> &'static str {
                match self { $(Self::$name => $issue),+ }
            }
        }
    };
}

errors! {
    /// No JSON at all.
    MalformedJson = "malformed-json", 400, "structure",
        "the body is not valid JSON",
        "The body ends too early, or has an error of syntax at the line and column that the answer names.",
        "Send the body as the JSON library wrote it; a proxy that cuts bodies shows here too.";
    /// JSON of another shape.
    InvalidRequest = "invalid-request", 400, "structure",
        "the body is not a CDS Hooks request: a field is of the wrong type or stands twice",
        "A field has the wrong type or stands twice at the line and column that the answer names, or the body is JSON but no object.",
        "Correct that field; on a page, reload it and fill in the form again.";
    /// A page about a tumour that the patient does not have.
    NoTumour = "no-tumour", 404, "not-found",
        "no pancreatic neuroendocrine tumour is on record, so there is nothing to show",
        "The page or form was asked for a patient in whose record no PNET is found.",
        "Open it for a patient with a PNET; if this one has one, `pnet-cds probe` shows how the Conditions were read.";
    /// Neither of the two things that can be assessed.
    NotAssessable = "not-assessable", 400, "structure",
        "expected a FHIR Bundle or a CDS Hooks request",
        "`POST /assessment` or the workbench got JSON that is neither a Bundle nor an object with `hook`, or in which `resourceType` or `hook` stands twice.",
        "Wrap resources in a Bundle of one patient, or send a whole hook request.";
    /// The service answers another hook.
    WrongHook = "wrong-hook", 400, "invalid",
        "this service answers another hook; GET /cds-services names it",
        "The `hook` in the body is not the hook of the service in the path.",
        "Call the id that discovery lists for that hook.";
    /// `hook` is missing.
    MissingHook = "missing-hook", 400, "required",
        "`hook` is missing",
        "`hook` is missing, null or empty.",
        "Set `hook` to `patient-view`, `order-select` or `order-sign`.";
    /// `hookInstance` is missing or no UUID.
    InvalidHookInstance = "invalid-hook-instance", 400, "invalid",
        "`hookInstance` is missing or not a UUID",
        "`hookInstance` is missing, null or not a UUID.",
        "Make a new UUID for each call.";
    /// `context` or `context.patientId` is missing or not an id.
    InvalidPatientId = "invalid-patient-id", 400, "invalid",
        "`context.patientId` is missing or not the id of a Patient",
        "`context.patientId` is missing or empty, longer than 256 characters, or holds a character that no id has, such as the slash of `Patient/123`; or a page was asked for without a patient.",
        "Send the id of the Patient resource alone.";
    /// `context.userId` is missing.
    MissingUserId = "missing-user-id", 400, "required",
        "`context.userId` is missing",
        "`context.userId` is missing, null or empty.",
        "Send the user as a reference, such as `Practitioner/123`.";
    /// Feedback that is not as the standard has it.
    InvalidFeedback = "invalid-feedback", 400, "structure",
        "the body is not CDS Hooks feedback; nothing of it was kept",
        "An item of the feedback lacks a required field or has one that cannot be read; the answer names the item, from 0, and the field.",
        "Correct that item and send the whole body again: nothing of it was kept.";
    /// `context.draftOrders` is missing or no Bundle.
    InvalidDraftOrders = "invalid-draft-orders", 400, "required",
        "`context.draftOrders` is missing or not a Bundle",
        "An order hook came without a Bundle in `context.draftOrders`; on the workbench, the order that was chosen is no option.",
        "Send the draft orders as a Bundle, as the hook requires.";
    /// `context.selections` is missing.
    InvalidSelections = "invalid-selections", 400, "required",
        "`context.selections` is missing",
        "`order-select` came without `context.selections`.",
        "Send the references of the selected orders as an array, such as `[\"ServiceRequest/1\"]`.";
    /// A search that the sandbox does not do.
    UnsupportedSearch = "unsupported-search", 400, "not-supported",
        "the sandbox does not know this search",
        "The bundled FHIR server was searched by a parameter that it does not know, or with a number that is none.",
        "Search by patient, subject, code, _id, _sort=-date, _count and _offset only; for other searches use a real FHIR server.";
    /// A launch without what it needs, or with something twice.
    InvalidLaunch = "invalid-launch", 400, "invalid",
        "expected the address of a launch: `iss` once, and `launch` at most once",
        "The launch address came without `iss`, or `iss` or `launch` stands twice, or `launch` is empty or longer than 4,096 characters; or an answer to a launch has a parameter twice.",
        "Register `<server.public_url>/smart/launch` as the launch address, without parameters of your own.";
    /// No session, or one that is over.
    NoSession = "no-session", 401, "login",
        "there is no open session in this browser: it has ended, or the service was started anew; open the page again from the patient's chart",
        "The browser has no session, or it has ended: after `smart.session` without a request, with its access token, or with the pod that held it.",
        "Open the page from the chart again; with several pods keep a browser on its pod.";
    /// No valid token; nobody is told more.
    Unauthorized = "unauthorized", 401, "login",
        "not authorised",
        "The service wants a token, and the one that was sent is missing or fails one of the checks; the answer never says which.",
        "Read the word `reason` in the log line `caller refused` or in the metric `cds_tokens_refused_total`, and look it up below.";
    /// A `fhirServer` that is not registered for the caller.
    UnregisteredFhirServer = "unregistered-fhir-server", 403, "forbidden",
        "`fhirServer` is not registered for this caller; nothing was assessed",
        "`fhirServer` is not among `fhir_servers` or `fhir_aliases` of this caller's `[[clients]]` entry (of its tenant, where it has tenants).",
        "Register the address that the EHR sends; scheme, host, port and path count.";
    /// A page about patients, asked for from a page that is not ours.
    ForeignPage = "foreign-page", 403, "forbidden",
        "pages about patients take this service's own forms only",
        "A browser says that the form which it sends stands on a page of another address.",
        "Use the forms on the service's own pages.";
    /// A launch from a server that nobody has registered for it.
    UnregisteredIssuer = "unregistered-issuer", 403, "forbidden",
        "`iss` is not a FHIR server whose charts may open these pages",
        "The `iss` of a launch is not among the `fhir_servers` or `fhir_aliases` of a client with `smart.client_id`.",
        "Register that FHIR server, or give its client a `smart.client_id`.";
    /// An answer of an authorization server to nothing that this browser has asked.
    ForeignLaunch = "foreign-launch", 403, "forbidden",
        "this answer belongs to no launch of this browser, was used already, or came too late; open the page again from the patient's chart",
        "The browser came back from the login without the cookie of its launch, a second time, after ten minutes, to another pod, or with the name of another authorization server.",
        "Open the page from the chart again; with several pods keep a browser on its pod for `/smart`.";
    /// The authorization server has refused.
    LaunchRefused = "launch-refused", 403, "forbidden",
        "the authorization server of the record system has refused the launch",
        "The authorization server sent the browser back with an error, which the answer names if it is one of the standard's words.",
        "Look at that server's log: consent, scopes, the registration of the app.";
    /// No patient came with the launch.
    LaunchWithoutPatient = "launch-without-patient", 403, "forbidden",
        "the record system did not say which patient is opened; nothing is shown",
        "The token response of the launch names no patient, or not by an id.",
        "Register the app for the context of a patient (`launch`, `launch/patient`), and open it from a chart.";
    /// A page or form of a session that names somebody else.
    SessionPatient = "session-patient", 403, "forbidden",
        "this session is for another patient; nothing was shown or written",
        "A page or form names another patient than the one whose chart opened the session.",
        "Open the page from the chart of that patient.";
    /// A form that is not of this session.
    StaleForm = "stale-form", 403, "forbidden",
        "this form does not belong to the session that is open in this browser; nothing was written",
        "The form lacks the secret of the open session, or the browser says that another site sent it.",
        "Open the page from the chart again and repeat the answers, which are shown with the refusal.";
    /// Asked for under a name that is not ours, while nobody has to show a token.
    ForeignHost = "foreign-host", 403, "forbidden",
        "without authentication this service answers under its own address only: this machine's, or that of `server.public_url`",
        "In open mode the `Host` header is neither this machine's name nor the host of `server.public_url`.",
        "Call the service by its own address or set `server.public_url`; for a network that you trust, `auth.allow_open_network`.";
    /// No such path.
    UnknownPath = "unknown-path", 404, "not-found",
        "there is nothing at this path",
        "No such path, or what stands there is switched off: the sandbox by `demo.enabled`, pages by `workbench.enabled`, launches by `smart.enabled`.",
        "Compare the path with `/openapi.json`, and switch on what you need.";
    /// No such service.
    UnknownService = "unknown-service", 404, "not-found",
        "there is no such service; GET /cds-services lists them",
        "The id in the path is none of the services.",
        "Take an id from `GET /cds-services`.";
    /// Feedback on cards that were not sent to this caller.
    UnknownCard = "unknown-card", 404, "not-found",
        "this service has sent this caller no card, or no suggestion of it, with some of these ids; feedback on the others, if any, was kept",
        "Some `card` or suggestion ids were never sent to this issuer and tenant by this service: another EHR or service, a store that is new, or cards older than `store.retention`.",
        "Send `card.uuid` and `suggestion.uuid` as they were received, to the feedback address of the service that sent the card; do not send the same body again.";
    /// No such resource in the sandbox.
    UnknownResource = "unknown-resource", 404, "not-found",
        "the sandbox has no such resource",
        "The bundled FHIR server has no resource of this type and id, or does not have the type at all.",
        "Take a patient from `GET /sandbox/fhir/Patient`.";
    /// Path known, method not.
    WrongMethod = "wrong-method", 405, "not-supported",
        "this path does not take this method",
        "The path is right and the method is not; the header `Allow` names the right one.",
        "Use that method: services and feedback take POST, discovery takes GET.";
    /// The body took too long to arrive.
    SlowBody = "slow-body", 408, "timeout",
        "the body did not arrive in time",
        "The body took longer than 2 s to arrive.",
        "Look at the line or the proxy between caller and service; send the body in one piece.";
    /// A resource of somebody else.
    AnotherPatient = "another-patient", 412, "processing",
        "a resource belongs to another patient than `context.patientId`; nothing was assessed",
        "A prefetched, fetched or ordered resource, or `fhirAuthorization.patient`, names another patient; or the right one at an address that is not known to be the caller's server.",
        "If it is another patient, correct the prefetch queries; if it is another address of your server, add it to `fhir_aliases` (`probe` names it).";
    /// The patient's record is not there.
    MissingPatient = "missing-patient", 412, "incomplete",
        "the patient's own record is missing (prefetch `patient`) and was not to be had: no `fhirServer` is named, it is not among the registered `fhir_servers`, or it did not give it; nothing was assessed",
        "The prefetch `patient` is absent, null or no Patient, and it could not be fetched: no `fhirServer`, one that is not registered, or a failure that the answer names.",
        "Prefetch `Patient/{{context.patientId}}` under the key `patient`, or register the FHIR server and let the access token read Patient.";
    /// The conditions are not there.
    MissingConditions = "missing-conditions", 412, "incomplete",
        "nothing was looked at: the patient's diagnoses (Condition) were neither supplied (prefetch `conditions`) nor to be had from a registered `fhirServer`, so a PNET cannot be ruled out",
        "The prefetch `conditions` is absent, failed or holds no Condition (null and an empty searchset are answers), and the search could not be made; or a Bundle for `/assessment` has none.",
        "Prefetch the conditions under the key `conditions`, or register the FHIR server and let the access token search Condition.";
    /// Some conditions are not there, and those that are name no PNET.
    IncompleteConditions = "incomplete-conditions", 412, "incomplete",
        "the patient's conditions are incomplete (prefetch `conditions`), so a PNET cannot be ruled out; nothing was assessed",
        "The conditions are a part only (a page with a `next` link, one record instead of a Bundle, an error among the data, a fetch that broke off), and none of them is a PNET.",
        "Send all pages or raise `_count`; where they are fetched, `fhir.deadline`, `fhir.max_pages` and `fhir.max_bundle_bytes` set the bounds.";
    /// More than the limit.
    BodyTooLarge = "body-too-large", 413, "too-long",
        "the body is larger than `server.body_limit`",
        "The body is larger than `server.body_limit`, or a form of answers larger than 64 KiB.",
        "Narrow the prefetch to the published queries, or raise `server.body_limit` and the memory with it.";
    /// More resources than are evaluated together.
    TooManyResources = "too-many-resources", 413, "too-long",
        "the chart has more resources than `server.max_resources`; nothing was assessed",
        "More resources were prefetched and fetched together than `server.max_resources`.",
        "Narrow the prefetch to the published queries, or raise the setting.";
    /// More of something than is read at once.
    OverBudget = "over-budget", 413, "too-long",
        "the body holds more of something than is read at once; nothing was assessed",
        "The body holds more elements of one kind than are read at once; the answer names the kind.",
        "Narrow the prefetch to the published queries; a chart seldom comes near the bounds.";
    /// More feedback than is kept at once.
    TooMuchFeedback = "too-much-feedback", 413, "too-long",
        "more than 500 items of feedback in one call; nothing of it was kept",
        "One feedback body has more than 500 items.",
        "Send it in parts.";
    /// Not JSON by its header.
    WrongContentType = "wrong-content-type", 415, "not-supported",
        "expected `Content-Type: application/json`",
        "The header `Content-Type` is missing or another than the path takes; the answer names what it takes.",
        "Send `Content-Type: application/json`; `/assessment` takes `application/fhir+json` too.";
    /// Compressed.
    EncodedBody = "encoded-body", 415, "not-supported",
        "the body must not be compressed (`Content-Encoding`)",
        "The header `Content-Encoding` is there and is not `identity`.",
        "Switch compression of requests off in the EHR or the proxy.";
    /// A Bundle with nothing but the report of a failure.
    SearchFailed = "search-failed", 422, "incomplete",
        "the Bundle reports that a search or request failed and holds nothing else; nothing was assessed",
        "The body of `/assessment` is an OperationOutcome, or a Bundle of nothing else.",
        "Repeat the search that made it, with rights that allow it.";
    /// Two patients in one Bundle.
    SeveralPatients = "several-patients", 422, "processing",
        "the resources belong to more than one patient; nothing was assessed",
        "A Bundle for `/assessment` holds resources of more than one patient.",
        "Send one patient a Bundle; `pnet-cds screen` takes many.";
    /// A Bundle of nobody.
    NoPatient = "no-patient", 422, "processing",
        "no resource says which patient it belongs to; nothing was assessed",
        "A Bundle for `/assessment` has neither a Patient nor a resource with a `subject` or `patient`.",
        "Put the Patient into the Bundle.";
    /// Enough was written for a patient of the sandbox.
    SandboxFull = "sandbox-full", 422, "throttled",
        "the sandbox keeps no more for this patient: forget what was saved, or start the service anew",
        "More than 200 resources were written for one bundled patient by the form.",
        "Press *forget* on the form, or start the service anew.";
    /// A bug of ours, for this request only.
    Internal = "internal", 500, "exception",
        "the request could not be answered because of a fault in the service",
        "A fault of this program, for this request only.",
        "Report it with version and the place (`at`) that the log line `panic` names; neither holds chart data.";
    /// The authorization server does not do what it has to.
    LaunchFailed = "launch-failed", 502, "transient",
        "the launch could not be completed with the authorization server of the record system",
        "The authorization server has no usable description, no `S256`, an address that may not be called, or gave no token or `id_token` that can be used; the answer says which.",
        "Correct what the answer names, at that server or in `smart.*` and `fhir_networks` of the client.";
    /// The keys of no registered caller are there yet.
    NotReady = "not-ready", 503, "transient",
        "the keys of the registered callers could not be fetched yet",
        "Only `/health/ready`: no key set of any registered client could be fetched yet.",
        "Check `jwks_url`, the way there, and `auth.ca_file`; the log line `key set not fetched` says why.";
    /// The record system took no transaction.
    RecordRefused = "record-refused", 502, "processing",
        "the record system did not take the answers, and nothing of them was written",
        "The FHIR server refused the transaction of a form, or the launch was not granted `patient/Observation.c`.",
        "Read the reason in the answer; check scopes and whether the server takes transactions with `ifNoneExist`.";
    /// The record system did not answer a transaction.
    RecordUnknown = "record-unknown", 504, "timeout",
        "the record system did not say whether it has written the answers; saved again, they are written once",
        "The FHIR server gave no answer that says what became of the transaction within three seconds.",
        "Save the form again: what was written is not written twice.";
    /// Told to end; other replicas answer.
    Draining = "draining", 503, "transient",
        "the service is about to end and should get no more calls",
        "Only `/health/ready`: the process was told to end (SIGTERM).",
        "Send calls to another replica.";
    /// A thread does not go on.
    Stuck = "stuck", 503, "exception",
        "a thread of the service does not go on; the service has to be started anew",
        "Only `/health/live`: a thread that serves or evaluates has not gone on for 15 s or more.",
        "Start the process anew and report it; Kubernetes does the first by the liveness probe.";
    /// The store does not answer.
    StoreUnavailable = "store-unavailable", 503, "transient",
        "the store is not available, so nothing was kept or accepted; try again",
        "The database does not answer: feedback cannot be kept, or a token cannot be checked for having been used.",
        "`pnet-cds store status` says what is reached; send the call again after `Retry-After`, with a new token.";
    /// No more used tokens of this caller can be remembered.
    ReplayFull = "replay-full", 503, "throttled",
        "no more used tokens of this caller can be remembered; try again when some have ended",
        "As many tokens of this issuer as `auth.replay_capacity` are used and still valid: more calls than there is room for, or tokens that live long.",
        "Call again after `Retry-After`; make tokens that live five minutes, or raise `auth.replay_capacity`.";
    /// `audit.mode` is `required` and nothing was written.
    AuditUnavailable = "audit-unavailable", 503, "transient",
        "the call could not be audited; nothing was answered",
        "`audit.mode` is `required` and the record of the call could not be written.",
        "Make room in, or access to, the place that `audit.sink` names; nothing has to be started anew.";
    /// Too many requests at once.
    Overloaded = "overloaded", 503, "throttled",
        "too many requests at once; try again",
        "More calls at once than `server.max_in_flight`, or no processor or memory for this one in time (`server.queue_deadline`, for bodies over 256 KiB `server.request_deadline`).",
        "Call again after `Retry-After`; if it lasts, add pods, processors or memory.";
    /// `server.request_deadline` is over.
    DeadlineExceeded = "deadline-exceeded", 503, "timeout",
        "the request took longer than `server.request_deadline`",
        "The answer took longer than `server.request_deadline`, mostly for a large chart or a slow FHIR server.",
        "Lower `fhir.deadline`, prefetch more, or raise `server.request_deadline` if the EHR waits that long.";
}
