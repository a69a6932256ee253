//! When a certificate ends: the one thing of it that an operator has to know before it happens.
//!
//! Read by hand, since what is needed is the second time of one field, and a library for all of X.509 would be a part of the
//! image that has seen no use.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Tags of DER (ITU-T X.690) that lead to the time.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The ends of all certificates of a PEM text, in seconds since 1970, the first first.
pub(crate) fn ends(pem: &[u8]) -> Vec<i64> {
    let certificates = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok);
    let mut ends: Vec<i64> = certificates
        .filter_map(|certificate| not_after(&certificate))
        .collect();
    ends.sort_unstable();
    ends
}

/// `notAfter` of a certificate (RFC 5280, 4.1.2.5), in seconds since 1970; nothing if it is none.
pub(crate) fn not_after(certificate: &[u8]) -> Option<i64> {
    let (certificate, _) = of(certificate, SEQUENCE)?;
    let (mut rest, _) = of(certificate, SEQUENCE)?;
    let (tag, _, after) = element(rest)?;
    if tag == VERSION {
        rest = after;
    }
    // Serial number, algorithm of the signature, issuer.
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (validity, _) = of(rest, SEQUENCE)?;
    let (_, _, after) = element(validity)?;
    let (tag, time, _) = element(after)?;
    let time = std::str::from_utf8(time).ok()?;
    let time = match tag {
        // RFC 5280, 4.1.2.5.1: years from 50 on are of the last century.
        UTC_TIME if time.get(..2)? >= "50" => format!("19{time}"),
        UTC_TIME => format!("20{time}"),
        GENERALIZED_TIME => time.to_owned(),
        _ => return None,
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", time).ok()?;
    let time: Timestamp = Offset::UTC.to_timestamp(time).ok()?;
    Some(time.as_second())
}

/// The content of an element of this tag, and what comes after it.
fn of(bytes: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, after) = element(bytes)?;
    (tag == wanted).then_some((content, after))
}

/// Tag and content of the first element, and what comes after it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0x00..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((*tag, content, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    fn until(year: i32, month: u8, day: u8) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["cds.example.org".to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, month, day);
        let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        made.der().to_vec()
    }

    #[test]
    fn the_end_is_read_in_both_forms_of_time() {
        for (year, seconds) in [(2027, 1_798_761_600), (2060, 2_840_140_800)] {
            assert_eq!(not_after(&until(year, 1, 1)), Some(seconds), "{year}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_end_wherever_it_breaks_off() {
        let der = until(2027, 1, 1);
        for length in 0..der.len() {
            assert_eq!(not_after(&der[..length]), None, "{length}");
        }
        assert_eq!(not_after(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30]), None);
    }
}
