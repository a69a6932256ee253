//! What was learnt of the server: how it is asked now, in words that a person can check.

use crate::fhir_client::Learnt;
use crate::settings::PatientParameter;
use serde::Serialize;

/// How the service asks this server, and what it did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Profile {
    /// Parameters that are left out since it refuses them.
    without: Vec<&'static str>,
    /// `patient` or `subject`.
    patient: &'static str,
    /// Searches with an address of this length and more are posted.
    post_from: usize,
    /// Since it refused such addresses by GET, and not because the settings say so.
    posts_sooner: bool,
    /// The most codes of one search, where it does not take all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    codes: Option<usize>,
    /// Forms of searches that it refused.
    refusals: u32,
    /// Requests that were repeated after a passing fault.
    retries: u32,
    /// Whether it answers in pages.
    pages: bool,
    /// Whether it names next pages by another address that the settings have.
    alias: bool,
}

impl Profile {
    pub(super) fn of(learnt: &Learnt) -> Self {
        Self {
            without: learnt.without.clone(),
            patient: match learnt.patient {
                PatientParameter::Patient => "patient",
                PatientParameter::Subject => "subject",
            },
            post_from: learnt.post_from,
            posts_sooner: learnt.posts_sooner,
            codes: learnt.codes,
            refusals: learnt.refusals,
            retries: learnt.retries,
            pages: learnt.pages,
            alias: learnt.alias,
        }
    }

    /// One line a habit: what it is about, and how it is.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let times = |count: u32| match count {
            0 => "none".to_owned(),
            1 => "1 request".to_owned(),
            count => format!("{count} requests"),
        };
        vec![
            (
                "parameters left out",
                match self.without.as_slice() {
                    [] => "none".to_owned(),
                    names => names.join(", "),
                },
            ),
            ("patient named as", self.patient.to_owned()),
            (
                "method",
                match self.posts_sooner {
                    false => format!("GET; POST _search from {} characters on", self.post_from),
                    true => format!(
                        "GET; POST _search from {} characters on, since it refused such addresses",
                        self.post_from
                    ),
                },
            ),
            (
                "codes of one search",
                match self.codes {
                    None => "all".to_owned(),
                    Some(1) => "one at a time".to_owned(),
                    Some(most) => format!("{most} at a time"),
                },
            ),
            ("refused forms", times(self.refusals)),
            ("asked again after a fault", times(self.retries)),
            (
                "pages",
                match (self.pages, self.alias) {
                    (false, _) => "one a search".to_owned(),
                    (true, false) => "several, by its links".to_owned(),
                    (true, true) => "several, by links to another of its addresses".to_owned(),
                },
            ),
        ]
    }
}
