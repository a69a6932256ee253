//! The paths of the services, and under which pattern logs, metrics and traces have them.

use crate::hooks::Service;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;

/// The pattern of a service's path.
const SERVICE: &str = "/cds-services/{id}";
/// The pattern of the path of its feedback.
const FEEDBACK: &str = "/cds-services/{id}/feedback";
/// What all of them begin with.
const PREFIX: &str = "/cds-services/";

/// The paths of a service and of its feedback.
pub(super) fn of(service: Service) -> [String; 2] {
    let called = format!("{PREFIX}{}", service.id());
    [called.clone(), format!("{called}/feedback")]
}

/// The pattern of the path of a request, if it is one of ours; those of the services are compared as text.
pub(super) fn pattern(request: &ServiceRequest) -> Option<String> {
    known(request.path()).map_or_else(|| request.match_pattern(), |pattern| Some(pattern.to_owned()))
}

/// Whether a request asks for advice, also if nobody serves the service that it names.
pub(super) fn asks_for_advice(method: &Method, pattern: Option<&str>) -> bool {
    method == Method::POST && matches!(pattern, Some(SERVICE | "/cds-services//{id}"))
}

fn known(path: &str) -> Option<&'static str> {
    let rest = path.strip_prefix(PREFIX)?;
    match rest.strip_suffix("/feedback") {
        Some(id) => Service::by_id(id).map(|_| FEEDBACK),
        None => Service::by_id(rest).map(|_| SERVICE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_of_every_service_are_known_and_no_others() {
        for service in Service::ALL {
            let [called, answered] = of(service);
            assert_eq!(
                (known(&called), known(&answered)),
                (Some(SERVICE), Some(FEEDBACK))
            );
            assert_eq!(
                (known(&format!("{called}/")), known(&format!("{answered}/x"))),
                (None, None)
            );
        }
        assert_eq!(known("/cds-services/other"), None);
        assert_eq!(known("/cds-services/"), None);
    }
}
