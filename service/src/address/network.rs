//! Ranges of IP addresses, and which addresses are nobody's business.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address or a range of them, such as `10.1.0.0/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

/// Not a range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidNetwork;

impl fmt::Display for InvalidNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an IP address or a range such as `10.1.0.0/16`")
    }
}

impl std::error::Error for InvalidNetwork {}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| InvalidNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => most,
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                bits.parse().map_err(|_| InvalidNetwork)?
            }
            Some(_) => return Err(InvalidNetwork),
        };
        // `/0` would switch the check off.
        if !(1..=most).contains(&bits) {
            return Err(InvalidNetwork);
        }
        Ok(Self { address, bits })
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        Self { address, bits }
    }
}

impl Network {
    /// This machine, in both families.
    pub(super) const LOOPBACK: [Self; 2] = [
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            bits: 8,
        },
        Self {
            address: IpAddr::V6(Ipv6Addr::LOCALHOST),
            bits: 128,
        },
    ];

    /// Whether the address is in the range.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                (network.to_bits() ^ address.to_bits()).leading_zeros() >= self.bits
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                (network.to_bits() ^ address.to_bits()).leading_zeros() >= self.bits
            }
            _ => false,
        }
    }
}

/// Whether a connection may go there, given the ranges that were registered.
pub(crate) fn may_connect(address: IpAddr, registered: &[Network]) -> bool {
    !is_never_allowed(address)
        && (is_public(address) || registered.iter().any(|network| network.contains(address)))
}

/// Addresses that no server of a site has, registered or not: none at all, many at once, and the metadata services of clouds.
pub(crate) fn is_never_allowed(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_broadcast()
                || matches!(v4.octets(), [169, 254, 169, 254] | [100, 100, 100, 200])
        }
        IpAddr::V6(v6) => {
            v6.is_unspecified()
                || v6.is_multicast()
                || v6.segments() == [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254]
        }
    }
}

/// Whether it is an address of the open Internet.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let special = matches!(
                v4.octets(),
                [0, ..]
                    | [100, 64..=127, ..]
                    | [192, 0, 0, _]
                    | [192, 88, 99, _]
                    | [198, 18 | 19, ..]
                    | [224..=255, ..]
            );
            !(special || v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_documentation())
        }
        // Global unicast without the ranges that embed an IPv4 address (Teredo, 6to4) or stand for examples.
        IpAddr::V6(v6) => match v6.segments() {
            [0x2001, 0x0000..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x2002, ..] | [0x3fff, ..] => false,
            [first, ..] => (0x2000..=0x3fff).contains(&first),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_addresses_of_the_open_internet_need_no_registration() {
        for address in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(may_connect(ip(address), &[]), "{address}");
        }
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "fec0::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:1::",
            "2001:db8::1",
        ] {
            assert!(!may_connect(ip(address), &[]), "{address}");
        }
    }

    #[test]
    fn a_registered_range_opens_itself_only() {
        let networks: Vec<Network> = ["10.1.0.0/16", "192.168.7.7", "fd12::/16"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        for address in ["10.1.2.3", "::ffff:10.1.2.3", "192.168.7.7", "fd12::9"] {
            assert!(may_connect(ip(address), &networks), "{address}");
        }
        for address in ["10.2.0.1", "192.168.7.8", "fd13::9", "127.0.0.1"] {
            assert!(!may_connect(ip(address), &networks), "{address}");
        }
    }

    #[test]
    fn metadata_services_stay_closed_even_if_their_range_is_registered() {
        let networks = ["169.254.0.0/16", "100.64.0.0/10", "fd00::/8"].map(|text| text.parse().unwrap());
        for address in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "100.100.100.200",
            "fd00:ec2::254",
        ] {
            assert!(!may_connect(ip(address), &networks), "{address}");
        }
        assert!(may_connect(ip("169.254.7.7"), &networks));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/0",
            "::/0",
            "10.0.0/8",
            "10.0.0.0/+8",
            "host",
            "10.0.0.0/8/8",
        ] {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetwork), "{text}");
        }
    }
}
