//! A hook request, borrowed from the document of the body; what no rule needs is passed over.

use super::Service;
use crate::errors::{ErrorCode, Failure};
use crate::fhir_client::BearerToken;
use fhir_profiles::json::{Document, Json, JsonKind};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a token without a readable `expires_in` is used: longer than any call takes.
const UNTIMED: Duration = Duration::from_secs(60);
/// The longest time that `expires_in` is believed.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// A hook request whose required fields are there.
#[derive(Debug)]
pub struct HookRequest<'a> {
    /// The hook.
    pub hook: &'a str,
    /// The instance of the call.
    pub instance: Uuid,
    /// Whom it is about; chart data, never logged.
    pub patient_id: &'a str,
    /// Who looks at the chart, as the caller names them; for the audit alone.
    pub user_id: &'a str,
    /// `context.draftOrders`, for the hooks on orders.
    pub draft_orders: Option<Json<'a>>,
    /// `context.selections`, for order-select.
    pub selections: Option<Vec<&'a str>>,
    /// The caller's FHIR server.
    pub fhir_server: Option<&'a str>,
    /// The access token for it, which may be used until it expires; one that cannot be used at all where the caller names
    /// none that can.
    pub token: Option<BearerToken>,
    /// Prefetched values by key, in the order of the request.
    pub prefetch: Vec<(Cow<'a, str>, Json<'a>)>,
}

impl<'a> HookRequest<'a> {
    /// The opening of a chart by a page of this process: nothing is prefetched, and no card of it is given out.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidPatientId`] if it is not the id of a Patient.
    pub fn opening(patient_id: &'a str, user_id: &'a str) -> Result<Self, Failure> {
        if !is_fhir_id(patient_id) {
            return Err(ErrorCode::InvalidPatientId.into());
        }
        Ok(Self {
            hook: Service::PatientView.hook(),
            instance: Uuid::nil(),
            patient_id,
            user_id,
            draft_orders: None,
            selections: None,
            fhir_server: None,
            token: None,
            prefetch: Vec::new(),
        })
    }

    /// Reads the document of a call.
    ///
    /// # Errors
    /// [`Failure`] if it is no hook request, or lacks a required field.
    pub fn parse(document: &'a Document<'a>) -> Result<Self, Failure> {
        let wire = object(document.root())?;
        let context = member(wire, "context")?.map(object).transpose()?;
        let authorization = member(wire, "fhirAuthorization")?.map(object).transpose()?;
        let of_context = |key| context.map_or(Ok(None), |context| member(context, key));
        let patient_id = text(of_context("patientId")?)?;
        let user_id = text(of_context("userId")?)?;
        let draft_orders = of_context("draftOrders")?;
        let selections = of_context("selections")?.map(names).transpose()?;
        let fhir_server = text(member(wire, "fhirServer")?)?;
        let authorization = authorization.map(Authorization::of).transpose()?;
        let prefetch = member(wire, "prefetch")?.map(prefetched).transpose()?;
        let hook = text(member(wire, "hook")?)?;
        let instance = text(member(wire, "hookInstance")?)?;
        let hook = hook
            .filter(|hook| !hook.is_empty())
            .ok_or(ErrorCode::MissingHook)?;
        let instance = instance
            .and_then(|text| Uuid::try_parse(text).ok())
            .ok_or(ErrorCode::InvalidHookInstance)?;
        let patient_id = patient_id
            .filter(|id| is_fhir_id(id))
            .ok_or(ErrorCode::InvalidPatientId)?;
        let token = authorization.as_ref().map(Authorization::token);
        let authorised_for = authorization.and_then(|authorization| authorization.patient);
        if authorised_for.is_some_and(|id| id.strip_prefix("Patient/").unwrap_or(id) != patient_id) {
            return Err(Failure::at(
                ErrorCode::AnotherPatient,
                "`fhirAuthorization.patient`",
            ));
        }
        let user_id = user_id
            .filter(|user| !user.is_empty())
            .ok_or(ErrorCode::MissingUserId)?;
        Ok(Self {
            hook,
            instance,
            patient_id,
            user_id,
            draft_orders,
            selections,
            fhir_server,
            token,
            prefetch: prefetch.unwrap_or_default(),
        })
    }
}

impl HookRequest<'_> {
    /// The bytes of what it brings of the chart.
    pub(super) fn length(&self) -> usize {
        self.prefetch.iter().map(|(_, value)| value.raw().len()).sum()
    }
}

/// Whether it can be the id of a resource: not empty, no path, nothing that changes a query. Longer than the 64
/// characters of FHIR is let through: some servers do that.
pub(crate) fn is_fhir_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let only_dots = text.bytes().all(|byte| byte == b'.');
    !only_dots && text.len() <= 256 && text.bytes().all(allowed)
}

/// What should be an object; an array of its values in some order is none.
fn object(json: Json<'_>) -> Result<Json<'_>, Failure> {
    match json.kind() {
        JsonKind::Object => Ok(json),
        _ => Err(Failure::value(ErrorCode::InvalidRequest, json)),
    }
}

/// What stands under a key, unless it is null; that of two counts is anybody's guess.
fn member<'a>(object: Json<'a>, key: &str) -> Result<Option<Json<'a>>, Failure> {
    let mut found = object.fields().filter(|field| field.is_under(key));
    let first = found.next();
    match found.next() {
        Some(second) => Err(Failure::value(ErrorCode::InvalidRequest, second)),
        None => Ok(first.filter(|json| !json.is_null())),
    }
}

fn text(json: Option<Json<'_>>) -> Result<Option<&str>, Failure> {
    json.map(string).transpose()
}

fn string(json: Json<'_>) -> Result<&str, Failure> {
    json.text()
        .ok_or_else(|| Failure::value(ErrorCode::InvalidRequest, json))
}

fn names(json: Json<'_>) -> Result<Vec<&str>, Failure> {
    match json.kind() {
        JsonKind::List => json.items().map(string).collect(),
        _ => Err(Failure::value(ErrorCode::InvalidRequest, json)),
    }
}

/// The values of the prefetch object; a key that stands twice is refused, since readers differ on which of the two
/// counts.
fn prefetched(json: Json<'_>) -> Result<Vec<(Cow<'_, str>, Json<'_>)>, Failure> {
    let mut known = BTreeSet::new();
    let mut values = Vec::new();
    for value in object(json)?.fields() {
        if !known.insert(value.key()) {
            return Err(Failure::value(ErrorCode::InvalidRequest, value));
        }
        values.push((value.key(), value));
    }
    Ok(values)
}

/// The scopes are not looked at: Epic's are no SMART scopes, and the server knows best what a token allows.
struct Authorization<'a> {
    access_token: Option<&'a str>,
    token_type: Option<&'a str>,
    expires_in: Option<Json<'a>>,
    patient: Option<&'a str>,
}

impl<'a> Authorization<'a> {
    fn of(json: Json<'a>) -> Result<Self, Failure> {
        Ok(Self {
            access_token: text(member(json, "access_token")?)?,
            token_type: text(member(json, "token_type")?)?,
            expires_in: member(json, "expires_in")?,
            patient: text(member(json, "patient")?)?,
        })
    }

    /// The access token; one that is there and cannot be used is no reason to ask without it.
    fn token(&self) -> BearerToken {
        let seconds: Option<f64> = self
            .expires_in
            .and_then(|json| json.raw().trim_matches('"').parse().ok());
        let life = seconds.map_or(UNTIMED, |seconds| {
            Duration::try_from_secs_f64(seconds.max(0.0)).map_or(LONGEST, |life| life.min(LONGEST))
        });
        let is_bearer = |kind: &str| kind.eq_ignore_ascii_case("Bearer");
        let usable = self.token_type.is_none_or(is_bearer);
        let secret = self.access_token.filter(|_| usable).unwrap_or_default();
        BearerToken::new(secret, Instant::now() + life).unwrap_or_else(|_| BearerToken::unusable())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fhir_profiles::json::Budget;

    const INSTANCE: &str = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";

    fn body(fields: &str) -> String {
        format!(
            "{{\"hook\":\"patient-view\",\"hookInstance\":\"{INSTANCE}\",\
             \"context\":{{\"patientId\":\"p\",\"userId\":\"Practitioner/1\"}}{fields}}}"
        )
    }

    fn code(body: &str) -> ErrorCode {
        match Document::parse(body, &Budget::CALL) {
            Ok(document) => HookRequest::parse(&document).unwrap_err().code,
            Err(fault) => Failure::document(&fault).code,
        }
    }

    fn is_taken(body: &str) -> bool {
        HookRequest::parse(&body.parse().unwrap()).is_ok()
    }

    #[test]
    fn a_request_is_read_and_unknown_fields_are_skipped() {
        let text = body(
            r#","extension":{"a":[1,{"b":null}]},"prefetch":{"patient":null,"x":{"k":1}},"fhirServer":"http://f""#,
        );
        let document = text.parse().unwrap();
        let request = HookRequest::parse(&document).unwrap();
        assert_eq!(request.patient_id, "p");
        assert_eq!(request.fhir_server, Some("http://f"));
        let keys: Vec<(&str, &str)> = request.prefetch.iter().map(|(k, v)| (&**k, v.raw())).collect();
        assert_eq!(keys, [("patient", "null"), ("x", "{\"k\":1}")]);
    }

    #[test]
    fn a_key_with_escapes_is_read() {
        let text = body(r#","prefetch":{"p\u0061tient":1}"#);
        let document = text.parse().unwrap();
        assert_eq!(HookRequest::parse(&document).unwrap().prefetch[0].0, "patient");
    }

    #[test]
    fn each_required_field_has_its_error() {
        let good = body("");
        assert!(is_taken(&good));
        assert_eq!(
            code(&good.replace("\"hook\":\"patient-view\"", "\"hook\":null")),
            ErrorCode::MissingHook
        );
        assert_eq!(
            code(&good.replace(INSTANCE, "42")),
            ErrorCode::InvalidHookInstance
        );
        assert_eq!(
            code(&good.replace("hookInstance", "hookinstance")),
            ErrorCode::InvalidHookInstance
        );
        assert_eq!(
            code(&good.replace("patientId", "patient")),
            ErrorCode::InvalidPatientId
        );
        assert_eq!(
            code(&good.replace("context", "kontext")),
            ErrorCode::InvalidPatientId
        );
        assert_eq!(code(&good.replace("userId", "user")), ErrorCode::MissingUserId);
        for id in ["", ".", "..", "a/b", "Patient/p", "p&x=1", "p%20", "p q", "ä"] {
            assert_eq!(
                code(&good.replace("\"p\"", &format!("{id:?}"))),
                ErrorCode::InvalidPatientId,
                "{id}"
            );
        }
    }

    #[test]
    fn a_token_for_another_patient_is_refused() {
        let with = |patient: &str| body(&format!(",\"fhirAuthorization\":{{\"patient\":{patient}}}"));
        for same in ["\"p\"", "\"Patient/p\"", "null"] {
            assert!(is_taken(&with(same)), "{same}");
        }
        for other in ["\"q\"", "\"\"", "\"P\"", "\"Practitioner/p\""] {
            assert_eq!(code(&with(other)), ErrorCode::AnotherPatient, "{other}");
        }
        assert_eq!(code(&with("1")), ErrorCode::InvalidRequest);
    }

    #[test]
    fn an_authorization_without_a_usable_token_is_one_without_rights_and_not_none() {
        let token = |authorization: &str| {
            let text = body(&format!(",\"fhirAuthorization\":{authorization}"));
            let document = Document::parse(text, &Budget::CALL).unwrap();
            HookRequest::parse(&document)
                .unwrap()
                .token
                .map(|token| token.is_usable(Instant::now()))
        };
        assert_eq!(token("null"), None);
        for fine in [
            r#"{"access_token":"t"}"#,
            r#"{"access_token":"t","token_type":"bearer","expires_in":300}"#,
            r#"{"access_token":"t","token_type":"Bearer","expires_in":"300"}"#,
            r#"{"access_token":"t","expires_in":"soon"}"#,
        ] {
            assert_eq!(token(fine), Some(true), "{fine}");
        }
        for unusable in [
            "{}",
            r#"{"access_token":null}"#,
            r#"{"access_token":""}"#,
            r#"{"access_token":"a b"}"#,
            r#"{"access_token":"a\r\nX: y"}"#,
            r#"{"access_token":"\u00e4"}"#,
            r#"{"access_token":"a\u0000"}"#,
            r#"{"access_token":"t","token_type":"MAC"}"#,
            r#"{"access_token":"t","token_type":""}"#,
            r#"{"access_token":"t","token_type":"Bearer "}"#,
            r#"{"access_token":"t","expires_in":0}"#,
            r#"{"access_token":"t","expires_in":-1}"#,
        ] {
            assert_eq!(token(unusable), Some(false), "{unusable}");
        }
    }

    #[test]
    fn an_array_is_no_object_at_any_depth() {
        for text in [
            "[\"patient-view\"]".to_owned(),
            body(",\"fhirAuthorization\":[\"t\"]"),
            body(",\"fhirAuthorization\":[]"),
            body("").replace(
                "{\"patientId\":\"p\",\"userId\":\"Practitioner/1\"}",
                "[\"p\",\"Practitioner/1\"]",
            ),
            body("").replace("{\"patientId\":\"p\",\"userId\":\"Practitioner/1\"}", "[]"),
        ] {
            assert_eq!(code(&text), ErrorCode::InvalidRequest, "{text}");
        }
    }

    #[test]
    fn wrong_types_and_keys_that_stand_twice_are_refused() {
        assert_eq!(code(&body(",\"prefetch\":[]")), ErrorCode::InvalidRequest);
        assert_eq!(
            code(&body(",\"prefetch\":{\"a\":1,\"a\":2}")),
            ErrorCode::InvalidRequest
        );
        assert_eq!(code(&body(",\"hook\":\"order-sign\"")), ErrorCode::InvalidRequest);
        for odd in ["[]", "7", "null", "\"x\""] {
            assert_eq!(code(odd), ErrorCode::InvalidRequest, "{odd}");
        }
        for odd in [
            r#","fhirAuthorization":["t","s"]"#,
            r#","fhirAuthorization":{"patient":"p","patient":"p"}"#,
            r#","fhirServer":7"#,
            r#","prefetch":{"a":1,"\u0061":2}"#,
        ] {
            assert_eq!(code(&body(odd)), ErrorCode::InvalidRequest, "{odd}");
        }
        let positional = body("").replace(r#"{"patientId":"p","userId":"Practitioner/1"}"#, r#"["p"]"#);
        assert_eq!(code(&positional), ErrorCode::InvalidRequest);
        assert_eq!(code("{"), ErrorCode::MalformedJson);
        assert_eq!(code(&format!("{} x", body(""))), ErrorCode::MalformedJson);
    }
}
