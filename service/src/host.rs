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

/// The host that a `Host` header names, without its port and the dot that ends a full name; nothing if it names something
/// else besides, since whoever reads it in another way would see another host.
pub(crate) fn named_host(header: &str) -> Option<&str> {
    let host = host_of(header);
    let bracketed = header.starts_with('[');
    let length = host.len() + if bracketed { 2 } else { 0 };
    let rest = header.get(length..)?;
    let closed = !bracketed || header.get(length - 1..length) == Some("]");
    let port = rest.is_empty()
        || rest
            .strip_prefix(':')
            .is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    let full = host.strip_suffix('.').unwrap_or(host);
    (closed && port && !full.is_empty() && full.bytes().all(plain)).then_some(full)
}

/// Whether the host is this machine by its own name or number.
pub(crate) fn is_loopback(host: &str) -> bool {
    let number = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || number.is_ok_and(|address| address.to_canonical().is_loopback())
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
        for (header, host) in [
            ("LOCALHOST.:8080", Some("LOCALHOST")),
            ("[::1]:8080", Some("::1")),
            ("[::1]", Some("::1")),
            ("cds.example.org", Some("cds.example.org")),
            ("localhost:", Some("localhost")),
            ("", None),
            (".", None),
            (":80", None),
            ("[::1", None),
            ("[::1]evil.example", None),
            ("localhost:80@evil.example", None),
            ("localhost@evil.example", None),
            ("localhost/evil.example", None),
            ("localhost evil.example", None),
            ("localhost, evil.example", None),
            ("localhost:80:evil.example", None),
            ("l\u{f6}calhost", None),
        ] {
            assert_eq!(named_host(header), host, "{header}");
        }
        for (host, loopback) in [
            ("::ffff:127.0.0.1", true),
            ("0.0.0.0", false),
            ("localhost..", false),
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
