//! Why something was not fetched: a closed list, in our own words.

use std::fmt;

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $text:literal;)+) => {
        /// Why a query has no result, or only a part of it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Why {
            $($(#[doc = $doc])+ $name),+
        }

        impl Why {
            /// Every reason.
            pub const ALL: &'static [Why] = &[$(Why::$name),+];

            /// The stable word, for logs and metrics.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// What a person reads.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

reasons! {
    /// The deadline, or the time to connect, was over.
    Timeout = "timeout", "the server did not answer in time";
    /// The name of the server has no address.
    Dns = "dns", "the name of the server could not be resolved";
    /// The name resolves to addresses that are not registered for it.
    AddressRefused = "address-refused", "the name of the server resolves to an address that is not registered for it";
    /// Nobody listens, or no way leads there.
    Refused = "refused", "the server could not be connected to";
    /// The handshake or the certificate failed.
    Tls = "tls", "no secure connection could be made";
    /// Closed without an answer.
    Disconnected = "disconnected", "the server closed the connection without an answer";
    /// 3xx.
    Redirect = "redirect", "the server answered with a redirect, which is not followed";
    /// 400, 422.
    BadRequest = "bad-request", "the server did not accept the search";
    /// 401.
    Unauthorised = "status-401", "the server wants an access token that it accepts";
    /// 403.
    Forbidden = "status-403", "the server does not allow this access";
    /// 404.
    NotFound = "status-404", "the server has nothing at this address";
    /// 410.
    Gone = "status-410", "the server says that this was deleted";
    /// 413, 414, 431.
    TooLong = "too-long", "the search is longer than the server takes";
    /// 405, 406, 415, 501.
    NotSupported = "not-supported", "the server does not support this request";
    /// 429.
    TooManyRequests = "status-429", "the server refused because of too many requests";
    /// 5xx.
    ServerError = "status-5xx", "the server reported an error of its own";
    /// Any other status than 200.
    UnexpectedStatus = "unexpected-status", "the server answered with an unexpected status";
    /// Another content type, or no JSON in spite of it.
    NotJson = "not-json", "the answer was not JSON";
    /// A page for people, such as a login.
    Html = "html", "the answer was a web page, perhaps a login";
    /// Compressed, which was not asked for.
    Encoded = "encoded", "the answer was compressed although that was not asked for";
    /// Another release of FHIR by its content type.
    FhirVersion = "fhir-version", "the answer was of a release of FHIR that is not read";
    /// An OperationOutcome instead of data, or an error among the data.
    Outcome = "outcome", "the server reported an error instead of data";
    /// Another resource than asked for, or no valid Bundle.
    WrongType = "wrong-type", "the answer was another resource than the one asked for";
    /// Ended before its end.
    Truncated = "truncated", "the answer broke off";
    /// `fhir.max_pages`.
    PageCap = "page-cap", "there were more pages than allowed";
    /// `fhir.max_bundle_bytes`.
    ByteCap = "byte-cap", "the answer was larger than allowed";
    /// More elements of a kind than a call may hold.
    Budget = "over-budget", "the answer held more of something than is read at once";
    /// `fhir.max_resources`.
    ResourceCap = "resource-cap", "there were more resources than allowed";
    /// `Bundle.total` is greater than what the pages hold.
    Short = "short", "the server says that there are more matches than its pages hold";
    /// A page that was there already.
    PagingLoop = "paging-loop", "the pages led in a circle";
    /// A next page without an address.
    NextUnknown = "next-unknown", "the server says that there is a next page, but not where";
    /// A page elsewhere.
    ForeignLink = "foreign-link", "the next page was not under the registered address";
    /// The server failed too often lately.
    CircuitOpen = "circuit-open", "the server failed too often and is not asked for a while";
    /// `expires_in` is over.
    TokenExpired = "token-expired", "the access token has expired";
    /// Empty, of another type than Bearer, or not to be sent in a header.
    TokenUnusable = "token-unusable", "the access token cannot be used, and nothing was asked for without it";
    /// The query is not about the patient of the call.
    OtherPatient = "other-patient", "the search was not about this patient";
}

impl Why {
    /// Whether it is a fault of the server that tells against asking it again soon.
    pub(super) fn blames_server(self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::Dns
                | Self::Refused
                | Self::Tls
                | Self::Disconnected
                | Self::TooManyRequests
                | Self::ServerError
                | Self::Truncated
        )
    }

    /// Whether another form of the same search may be taken.
    pub(super) fn may_be_the_form(self) -> bool {
        matches!(
            self,
            Self::BadRequest | Self::Forbidden | Self::NotFound | Self::TooLong | Self::NotSupported
        )
    }

    /// The reason for a status other than 200.
    pub(super) fn of_status(status: u16) -> Self {
        match status {
            300..=399 => Self::Redirect,
            400 | 422 => Self::BadRequest,
            401 => Self::Unauthorised,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            410 => Self::Gone,
            413 | 414 | 431 => Self::TooLong,
            405 | 406 | 415 | 501 => Self::NotSupported,
            429 => Self::TooManyRequests,
            500..=599 => Self::ServerError,
            _ => Self::UnexpectedStatus,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_texts_follow_the_house_style() {
        let codes: BTreeSet<&str> = Why::ALL.iter().map(|why| why.code()).collect();
        assert_eq!(codes.len(), Why::ALL.len());
        for why in Why::ALL {
            let lower = why.text().chars().next().is_some_and(char::is_lowercase);
            assert!(lower && !why.text().ends_with('.'), "{}", why.text());
        }
    }

    #[test]
    fn every_status_but_200_has_a_reason() {
        let expected = [
            (204, Why::UnexpectedStatus),
            (302, Why::Redirect),
            (401, Why::Unauthorised),
            (414, Why::TooLong),
            (429, Why::TooManyRequests),
            (501, Why::NotSupported),
            (503, Why::ServerError),
        ];
        for (status, why) in expected {
            assert_eq!(Why::of_status(status), why);
        }
    }
}
