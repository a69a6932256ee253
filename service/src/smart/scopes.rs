//! Scopes: written as in SMART App Launch 2, asked for as the server knows them, and what was granted.

use std::collections::BTreeSet;

/// What comes with the launch from a chart.
const LAUNCH: &str = "launch";
/// What has the authorization server ask for a patient.
const LAUNCH_PATIENT: &str = "launch/patient";
/// What asks who the user is (OpenID Connect).
pub(super) const OPENID: &str = "openid";

/// Which scopes on records a server knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `patient/Observation.rs` (SMART App Launch 2).
    V2,
    /// `patient/Observation.read` (SMART App Launch 1).
    V1,
}

impl Form {
    /// What the lists of a server say, `capabilities` before `scopes_supported`; one that says nothing knows the current form.
    pub(super) fn of(capabilities: &[String], supported: &[String]) -> Self {
        let can = |name: &str| capabilities.iter().any(|known| known == name);
        let any = |is: fn(&str) -> bool| supported.iter().any(|scope| is(scope));
        let old = |scope: &str| access(scope).is_some_and(|access| matches!(access, "read" | "write" | "*"));
        match () {
            () if can("permission-v2") || any(|scope| access(scope).is_some_and(is_v2)) => Self::V2,
            () if can("permission-v1") || any(old) => Self::V1,
            () => Self::V2,
        }
    }
}

/// What is asked for: the scopes of the settings in the server's form, without who the user is where it cannot tell, and
/// with what a launch of that kind needs.
pub(super) fn asked(wanted: &[String], form: Form, from_chart: bool, identity: bool) -> Vec<String> {
    let mut asked = vec![if from_chart { LAUNCH } else { LAUNCH_PATIENT }.to_owned()];
    for scope in wanted {
        if !identity && matches!(scope.as_str(), OPENID | "fhirUser" | "profile") {
            continue;
        }
        for scope in written(scope, form) {
            if !asked.contains(&scope) {
                asked.push(scope);
            }
        }
    }
    asked
}

/// One scope in the server's form.
fn written(scope: &str, form: Form) -> Vec<String> {
    let Some((records, access)) = scope.rsplit_once('.').filter(|(_, access)| is_v2(access)) else {
        return vec![scope.to_owned()];
    };
    if form == Form::V2 {
        return vec![scope.to_owned()];
    }
    let reads = access.contains(['r', 's']);
    let writes = access.contains(['c', 'u', 'd']);
    let kinds = [(reads, "read"), (writes, "write")].into_iter();
    kinds
        .filter(|(has, _)| *has)
        .map(|(_, kind)| format!("{records}.{kind}"))
        .collect()
}

/// What a scope on records allows.
fn access(scope: &str) -> Option<&str> {
    let (records, access) = scope.rsplit_once('.')?;
    let of_records = ["patient/", "user/", "system/"];
    // Parameters that narrow a scope come after what it allows.
    let access = access.split('?').next().unwrap_or(access);
    of_records
        .iter()
        .any(|kind| records.starts_with(kind))
        .then_some(access)
}

/// Whether it is `c`, `r`, `u`, `d` and `s`, each at most once, in that order.
fn is_v2(access: &str) -> bool {
    let mut left = "cruds".chars();
    !access.is_empty() && access.chars().all(|one| left.any(|known| known == one))
}

/// What a token allows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(BTreeSet<String>);

impl Scopes {
    pub(super) fn new(scopes: impl IntoIterator<Item = String>) -> Self {
        Self(scopes.into_iter().collect())
    }

    /// Each, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether resources of this type of the patient may be created, as far as the scopes say; the server has the last word.
    pub fn creates(&self, kind: &str) -> bool {
        self.0.iter().any(|scope| {
            let of = scope.split_once('/').map(|(_, rest)| rest);
            let of = of.and_then(|rest| rest.split('?').next()?.rsplit_once('.'));
            let right =
                |access: &str| matches!(access, "write" | "*") || (is_v2(access) && access.contains('c'));
            of.is_some_and(|(on, access)| (on == kind || on == "*") && right(access))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn the_form_is_what_the_server_says() {
        for (capabilities, supported, form) in [
            (&["permission-v2"][..], &[][..], Form::V2),
            (&["permission-v1"], &[], Form::V1),
            (&["permission-v1", "permission-v2"], &[], Form::V2),
            (&[], &["launch", "patient/Observation.read"], Form::V1),
            (&[], &["patient/*.*"], Form::V1),
            (
                &[],
                &["patient/Observation.rs", "patient/Observation.read"],
                Form::V2,
            ),
            (&["permission-v1"], &["patient/*.cruds"], Form::V2),
            (&[], &["openid", "user/v1.0"], Form::V2),
            (&[], &[], Form::V2),
        ] {
            assert_eq!(
                Form::of(&texts(capabilities), &texts(supported)),
                form,
                "{capabilities:?} {supported:?}"
            );
        }
    }

    #[test]
    fn what_is_asked_is_in_the_form_of_the_server() {
        let wanted = texts(&[
            "openid",
            "fhirUser",
            "patient/Patient.r",
            "patient/Observation.crs",
            "offline_access",
        ]);
        assert_eq!(
            asked(&wanted, Form::V2, true, true),
            texts(&[
                "launch",
                "openid",
                "fhirUser",
                "patient/Patient.r",
                "patient/Observation.crs",
                "offline_access"
            ])
        );
        assert_eq!(
            asked(&wanted, Form::V1, false, false),
            texts(&[
                "launch/patient",
                "patient/Patient.read",
                "patient/Observation.read",
                "patient/Observation.write",
                "offline_access"
            ])
        );
    }

    #[test]
    fn what_may_be_created_is_what_was_granted() {
        for (scope, creates) in [
            ("patient/Observation.c", true),
            ("patient/Observation.crus", true),
            ("patient/Observation.c?category=laboratory", true),
            ("patient/Observation.write", true),
            ("user/*.*", true),
            ("patient/Observation.rs", false),
            ("patient/Condition.c", false),
            ("patient/Observation.sc", false),
            ("openid", false),
        ] {
            assert_eq!(
                Scopes::new([scope.to_owned()]).creates("Observation"),
                creates,
                "{scope}"
            );
        }
    }
}
