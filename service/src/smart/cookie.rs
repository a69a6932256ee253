//! Cookies of launches and sessions: of this host alone, out of reach of scripts.

use actix_web::http::header::{COOKIE, HeaderMap};
use std::time::Duration;

/// The prefix by which browsers take a cookie from this very host over HTTPS only (RFC 6265bis, 4.1.3.2).
const HOST: &str = "__Host-";
/// What the name of a session's cookie ends with.
const SESSION: &str = "pnet-cds-session";
/// What the name of a launch's cookie ends with, before the launch that it is of.
const LAUNCH: &str = "pnet-cds-launch-";
/// How much of the hash of a launch its cookie is named with.
const TOLD: usize = 16;

/// How cookies are written for a service at an address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cookies {
    /// Whether browsers reach the service by HTTPS.
    pub(super) secure: bool,
}

impl Cookies {
    fn name(self, name: &str) -> String {
        match self.secure {
            true => format!("{HOST}{name}"),
            false => name.to_owned(),
        }
    }

    fn of_launch(self, launch: &str) -> String {
        self.name(&format!("{LAUNCH}{}", launch.get(..TOLD).unwrap_or(launch)))
    }

    /// The cookie that binds a launch to the browser that began it; named by the launch, so that two may go on at once.
    pub(super) fn launch(self, launch: &str, value: &str, framed: bool, life: Duration) -> String {
        let cookie = self.cookie(&self.of_launch(launch), value, framed);
        format!("{cookie}; Max-Age={}", life.as_secs())
    }

    /// What takes the cookie of a launch away.
    pub(super) fn launch_over(self, launch: &str, framed: bool) -> String {
        self.launch(launch, "", framed, Duration::ZERO)
    }

    /// The cookie of a session, which ends with the browser.
    pub(super) fn session(self, value: &str, framed: bool) -> String {
        self.cookie(&self.name(SESSION), value, framed)
    }

    /// What this browser sends for a launch.
    pub(super) fn launch_of(self, headers: &HeaderMap, launch: &str) -> Option<String> {
        value(headers, &self.of_launch(launch))
    }

    /// What this browser sends for its session.
    pub(super) fn session_of(self, headers: &HeaderMap) -> Option<String> {
        value(headers, &self.name(SESSION))
    }

    fn cookie(self, name: &str, value: &str, framed: bool) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        // In a frame of another site only such a cookie comes back, and there it is of that site's frames alone.
        let site = match framed && self.secure {
            true => "SameSite=None; Partitioned",
            false => "SameSite=Lax",
        };
        format!("{name}={value}; Path=/; HttpOnly{secure}; {site}")
    }
}

/// The value of a cookie that is there once; of two nobody can say which is ours.
fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(COOKIE).filter_map(|line| line.to_str().ok());
    let pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(known, _)| *known == name);
    let (_, first) = found.next()?;
    found.next().is_none().then(|| first.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECURE: Cookies = Cookies { secure: true };

    #[test]
    fn cookies_are_of_this_host_and_out_of_reach() {
        assert_eq!(
            SECURE.session("v", false),
            "__Host-pnet-cds-session=v; Path=/; HttpOnly; Secure; SameSite=Lax"
        );
        assert_eq!(
            SECURE.session("v", true),
            "__Host-pnet-cds-session=v; Path=/; HttpOnly; Secure; SameSite=None; Partitioned"
        );
        let here = Cookies { secure: false };
        assert_eq!(
            here.session("v", true),
            "pnet-cds-session=v; Path=/; HttpOnly; SameSite=Lax"
        );
        assert_eq!(
            SECURE.launch_over("0123456789abcdef0123", false),
            "__Host-pnet-cds-launch-0123456789abcdef=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0"
        );
    }

    #[test]
    fn a_cookie_that_comes_twice_is_none() {
        let of = |line: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, line.parse().unwrap());
            SECURE.session_of(&headers)
        };
        assert_eq!(of("a=b; __Host-pnet-cds-session=v").as_deref(), Some("v"));
        assert_eq!(of("__Host-pnet-cds-session=v; __Host-pnet-cds-session=w"), None);
        assert_eq!(of("pnet-cds-session=v; x__Host-pnet-cds-session=v"), None);
    }
}
