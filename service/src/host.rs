//! Hosts of addresses, and whether one is this machine.

use std::net::IpAddr;

/// The host of a `Host` header or of the part of an address after the scheme, without port and path.
pub(crate) fn host_of(authority: &str) -> &str {
    let authority = authority.split('/').next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// Whether the host is this machine by its own name or number.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_stands_before_port_and_path() {
        for (authority, host) in [
            ("localhost:8080", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]:8080", "::1"),
            ("cds.example.org/pnet", "cds.example.org"),
        ] {
            assert_eq!(host_of(authority), host);
        }
        for (host, loopback) in [
            ("LOCALHOST", true),
            ("127.0.0.9", true),
            ("::1", true),
            ("127.0.0.1.evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), loopback, "{host}");
        }
    }
}
