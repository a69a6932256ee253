//! What a page is asked for: the fields of its address or of its form.

use super::suppose::Supposition;
use crate::errors::{ErrorCode, Failure};
use crate::http::State;
use crate::http::body::{Body, Form};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::{Data, Query};
use actix_web::{FromRequest, HttpRequest};
use fhir_profiles::catalogue::Catalogue;
use futures_util::future::LocalBoxFuture;

/// The prefix of a field that supposes a fact.
const SUPPOSED: &str = "if.";

/// The fields; those that are not there are empty.
#[derive(Debug, Clone, Default)]
pub(super) struct Ask {
    /// Whose chart.
    pub(super) patient: String,
    /// A registered FHIR server; empty: a bundled patient.
    pub(super) server: String,
    /// An access token for it.
    pub(super) token: String,
    /// A hook request or Bundle that was pasted.
    pub(super) request: String,
    /// The hook to fire.
    pub(super) hook: String,
    /// The option that is ordered, for the order hooks.
    pub(super) order: String,
    /// The option whose criteria are shown.
    pub(super) option: String,
    /// JSON instead of the page: `request`, `response` or `assessment`.
    pub(super) show: String,
    /// The fact that is about to be supposed.
    pub(super) fact: String,
    /// Facts that are supposed.
    pub(super) supposed: Vec<Supposition>,
}

impl Ask {
    /// Reads an address's query or a form; fields that are not known, or suppositions that no chart could hold, are left out.
    ///
    /// # Errors
    /// [`Failure`] if it is no form.
    fn parse(form: &str, catalogue: &Catalogue) -> Result<Self, Failure> {
        let fields = fields(form)?;
        let mut ask = Self::default();
        let (mut asked, mut value_asked, mut forget) = (String::new(), String::new(), String::new());
        for (name, value) in fields {
            let kept = match name.as_str() {
                "patient" => &mut ask.patient,
                "server" => &mut ask.server,
                "token" => &mut ask.token,
                "request" => &mut ask.request,
                "hook" => &mut ask.hook,
                "order" => &mut ask.order,
                "option" => &mut ask.option,
                "show" => &mut ask.show,
                "fact" => &mut ask.fact,
                "ask" => &mut asked,
                "value" => &mut value_asked,
                "forget" => &mut forget,
                name => {
                    if let Some(fact) = name.strip_prefix(SUPPOSED) {
                        ask.suppose(catalogue, fact, value.trim());
                    }
                    continue;
                }
            };
            // The form repeats hidden fields after the one that was pressed, so the first counts.
            if kept.is_empty() {
                *kept = value.trim().to_owned();
            }
        }
        ask.suppose(catalogue, &asked, &value_asked);
        if !forget.is_empty() {
            ask.supposed.clear();
        }
        Ok(ask)
    }

    /// The last value that is supposed of a fact counts.
    fn suppose(&mut self, catalogue: &Catalogue, fact: &str, value: &str) {
        if let Some(one) = Supposition::parse(catalogue, fact, value) {
            self.supposed.retain(|known| known.fact != one.fact);
            self.supposed.push(one);
        }
    }

    /// Whether anything is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.patient.is_empty() && self.request.is_empty()
    }
}

/// The names and values of an address's query or of a form.
///
/// # Errors
/// [`ErrorCode::InvalidRequest`] if it is neither.
pub(super) fn fields(form: &str) -> Result<Vec<(String, String)>, Failure> {
    let fields = Query::<Vec<(String, String)>>::from_query(form);
    fields
        .map(Query::into_inner)
        .map_err(|_| ErrorCode::InvalidRequest.into())
}

impl FromRequest for Ask {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let Some(state) = request.app_data::<Data<State>>().cloned() else {
            return Box::pin(async { Err(ErrorCode::Internal.into()) });
        };
        let catalogue = &state.advisor.evaluator.knowledge.catalogue;
        if request.method() != Method::POST {
            let asked = Self::parse(request.query_string(), catalogue);
            return Box::pin(async move { asked });
        }
        let body = Body::<Form>::from_request(request, payload);
        Box::pin(async move {
            let catalogue = &state.advisor.evaluator.knowledge.catalogue;
            Self::parse(&body.await?.text(), catalogue)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_the_rest_is_left_out() {
        let ask = Ask::parse(
            "patient=a-b&option=prrt&option=other&x=1&if.ki67=25&if.nothing=1&if.ki67=30&if.ecog=99",
            &Catalogue::default(),
        )
        .unwrap();
        assert_eq!((ask.patient.as_str(), ask.option.as_str()), ("a-b", "prrt"));
        let supposed: Vec<String> = ask
            .supposed
            .iter()
            .map(|one| format!("{}={}", one.fact, one.value))
            .collect();
        assert_eq!(supposed, ["ki67=30"]);
        let ask = Ask::parse("if.ki67=25&value=2&ask=ecog", &Catalogue::default()).unwrap();
        assert_eq!(ask.supposed.len(), 2);
        assert!(
            Ask::parse("if.ki67=25&value=2&ask=ecog&forget=yes", &Catalogue::default())
                .unwrap()
                .supposed
                .is_empty()
        );
    }
}
