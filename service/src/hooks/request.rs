//! A hook request, parsed once and borrowed from the body; what no rule needs is skipped.

use crate::errors::{ErrorCode, Failure};
use crate::fhir_client::BearerToken;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
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
    pub hook: Cow<'a, str>,
    /// The instance of the call.
    pub instance: Uuid,
    /// Whom it is about; chart data, never logged.
    pub patient_id: Cow<'a, str>,
    /// Who looks at the chart, as the caller names them; for the audit alone.
    pub user_id: Cow<'a, str>,
    /// `context.draftOrders`, for the hooks on orders.
    pub draft_orders: Option<&'a RawValue>,
    /// `context.selections`, for order-select.
    pub selections: Option<Vec<Cow<'a, str>>>,
    /// The caller's FHIR server.
    pub fhir_server: Option<Cow<'a, str>>,
    /// The access token for it, which may be used until it expires.
    pub token: Option<BearerToken>,
    /// Prefetched values by key, in the order of the request.
    pub prefetch: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> HookRequest<'a> {
    /// Reads the body of a call.
    ///
    /// # Errors
    /// [`Failure`] if it is no JSON, no hook request, or lacks a required field.
    pub fn parse(body: &'a str) -> Result<Self, Failure> {
        // A derived struct would take a JSON array, field by field.
        if body.trim_start().starts_with('[') {
            return Err(ErrorCode::InvalidRequest.into());
        }
        let wire: Wire<'a> = serde_json::from_str(body).map_err(|error| Failure::json(&error))?;
        let hook = wire
            .hook
            .filter(|hook| !hook.is_empty())
            .ok_or(ErrorCode::MissingHook)?;
        let instance = wire
            .hook_instance
            .and_then(|text| Uuid::try_parse(&text).ok())
            .ok_or(ErrorCode::InvalidHookInstance)?;
        let context = wire.context.unwrap_or_default();
        let patient_id = context
            .patient_id
            .filter(|id| is_fhir_id(id))
            .ok_or(ErrorCode::InvalidPatientId)?;
        let authorization = wire.fhir_authorization.unwrap_or_default();
        let token = authorization.token();
        let authorised_for = authorization.patient;
        if authorised_for.is_some_and(|id| id.strip_prefix("Patient/").unwrap_or(&id) != patient_id) {
            return Err(Failure::at(
                ErrorCode::AnotherPatient,
                "`fhirAuthorization.patient`",
            ));
        }
        let user_id = context
            .user_id
            .filter(|user| !user.is_empty())
            .ok_or(ErrorCode::MissingUserId)?;
        Ok(Self {
            hook,
            instance,
            patient_id,
            user_id,
            draft_orders: context.draft_orders,
            selections: context.selections.map(|Selections(names)| names),
            fhir_server: wire.fhir_server,
            token,
            prefetch: wire.prefetch.unwrap_or_default().0,
        })
    }
}

impl HookRequest<'_> {
    /// The bytes of what it brings of the chart.
    pub(super) fn length(&self) -> usize {
        self.prefetch.iter().map(|(_, value)| value.get().len()).sum()
    }
}

/// Whether it can be the id of a resource: not empty, no path, nothing that changes a query. Longer than the 64
/// characters of FHIR is let through: some servers do that.
fn is_fhir_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let only_dots = text.bytes().all(|byte| byte == b'.');
    !only_dots && text.len() <= 256 && text.bytes().all(allowed)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow, default)]
    hook: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    hook_instance: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    fhir_server: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    fhir_authorization: Option<FhirAuthorization<'a>>,
    #[serde(borrow, default)]
    context: Option<Context<'a>>,
    #[serde(borrow, default)]
    prefetch: Option<Prefetch<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    #[serde(borrow, default)]
    patient_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    user_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    draft_orders: Option<&'a RawValue>,
    #[serde(borrow, default)]
    selections: Option<Selections<'a>>,
}

/// The list, each name borrowed where it has no escapes.
#[derive(Default)]
struct Selections<'a>(Vec<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Selections<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<Key<'de>>::deserialize(deserializer)?;
        Ok(Self(names.into_iter().map(|Key(name)| name).collect()))
    }
}

/// The scopes are not looked at: Epic's are no SMART scopes, and the server knows best what a token allows.
#[derive(Deserialize, Default)]
struct FhirAuthorization<'a> {
    #[serde(borrow, default)]
    access_token: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    expires_in: Option<&'a RawValue>,
    #[serde(borrow, default)]
    patient: Option<Cow<'a, str>>,
}

impl FhirAuthorization<'_> {
    fn token(&self) -> Option<BearerToken> {
        let seconds: Option<f64> = self
            .expires_in
            .and_then(|json| json.get().trim_matches('"').parse().ok());
        let life = seconds.map_or(UNTIMED, |seconds| {
            Duration::try_from_secs_f64(seconds.max(0.0)).map_or(LONGEST, |life| life.min(LONGEST))
        });
        BearerToken::new(self.access_token.as_deref()?, Instant::now() + life).ok()
    }
}

/// The prefetch object; a key that stands twice is refused, since readers differ on which of the two counts.
#[derive(Default)]
struct Prefetch<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Prefetch<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PrefetchVisitor).map(Prefetch)
    }
}

struct PrefetchVisitor;

impl<'de> Visitor<'de> for PrefetchVisitor {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values: Self::Value = Vec::new();
        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
            if values.iter().any(|(known, _)| *known == key) {
                return Err(A::Error::custom("a prefetch key stands twice"));
            }
            values.push((key, map.next_value()?));
        }
        Ok(values)
    }
}

/// A name, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    const INSTANCE: &str = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";

    fn body(fields: &str) -> String {
        format!(
            "{{\"hook\":\"patient-view\",\"hookInstance\":\"{INSTANCE}\",\
             \"context\":{{\"patientId\":\"p\",\"userId\":\"Practitioner/1\"}}{fields}}}"
        )
    }

    fn code(body: &str) -> ErrorCode {
        HookRequest::parse(body).unwrap_err().code
    }

    #[test]
    fn a_request_is_read_and_unknown_fields_are_skipped() {
        let text = body(
            r#","extension":{"a":[1,{"b":null}]},"prefetch":{"patient":null,"x":{"k":1}},"fhirServer":"http://f""#,
        );
        let request = HookRequest::parse(&text).unwrap();
        assert_eq!(request.patient_id, "p");
        assert_eq!(request.fhir_server.as_deref(), Some("http://f"));
        let keys: Vec<(&str, &str)> = request.prefetch.iter().map(|(k, v)| (&**k, v.get())).collect();
        assert_eq!(keys, [("patient", "null"), ("x", "{\"k\":1}")]);
    }

    #[test]
    fn a_key_with_escapes_is_read() {
        let text = body(r#","prefetch":{"p\u0061tient":1}"#);
        assert_eq!(HookRequest::parse(&text).unwrap().prefetch[0].0, "patient");
    }

    #[test]
    fn each_required_field_has_its_error() {
        let good = body("");
        assert!(HookRequest::parse(&good).is_ok());
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
            assert!(HookRequest::parse(&with(same)).is_ok(), "{same}");
        }
        for other in ["\"q\"", "\"\"", "\"P\"", "\"Practitioner/p\""] {
            assert_eq!(code(&with(other)), ErrorCode::AnotherPatient, "{other}");
        }
        assert_eq!(code(&with("1")), ErrorCode::InvalidRequest);
    }

    #[test]
    fn wrong_types_and_keys_that_stand_twice_are_refused() {
        assert_eq!(code(&body(",\"prefetch\":[]")), ErrorCode::InvalidRequest);
        assert_eq!(
            code(&body(",\"prefetch\":{\"a\":1,\"a\":2}")),
            ErrorCode::InvalidRequest
        );
        assert_eq!(code(&body(",\"hook\":\"order-sign\"")), ErrorCode::InvalidRequest);
        assert_eq!(code("[]"), ErrorCode::InvalidRequest);
        assert_eq!(code("{"), ErrorCode::MalformedJson);
        assert_eq!(code(&format!("{} x", body(""))), ErrorCode::MalformedJson);
    }
}
