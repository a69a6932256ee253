//! After which answers a request is repeated, and when.

use super::*;

fn retry_with(status: u16, sent: &[(&'static str, &'static str)]) -> Option<Duration> {
    let mut headers = HeaderMap::new();
    for (name, value) in sent {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    let now = "2015-10-21T07:28:00Z".parse().unwrap();
    refused(StatusCode::from_u16(status).unwrap(), &headers, now).again_after
}

fn retry(status: u16, header: &'static str) -> Option<Duration> {
    retry_with(status, &[("retry-after", header)])
}

fn millis(millis: u64) -> Option<Duration> {
    Some(Duration::from_millis(millis))
}

#[test]
fn only_passing_faults_are_tried_again() {
    for status in [502, 503, 504] {
        assert_eq!(retry_with(status, &[]), Some(PAUSE));
    }
    for status in [301, 400, 401, 403, 404, 410, 500, 501] {
        assert_eq!(retry_with(status, &[]), None, "{status}");
        assert_eq!(retry(status, "0"), None, "{status}");
    }
}

#[test]
fn the_time_that_the_server_asks_for_is_read_as_it_is_written() {
    for status in [429, 503] {
        assert_eq!(retry(status, "2"), millis(2000));
        assert_eq!(retry(status, "0"), millis(0));
        assert_eq!(retry(status, "0.25"), millis(250));
        assert_eq!(retry(status, " 1.5 "), millis(1500));
        assert_eq!(retry(status, "Wed, 21 Oct 2015 07:28:03 GMT"), millis(3000));
        assert_eq!(retry(status, "Mon, 21 Oct 2015 07:28:03 GMT"), millis(3000));
        assert_eq!(retry(status, "Wed, 21 Oct 2015 07:27:03 GMT"), millis(0));
        assert_eq!(retry_with(status, &[("x-ms-retry-after-ms", "87")]), millis(87));
        // The finer one of the two is meant.
        let both = [("retry-after", "1"), ("x-ms-retry-after-ms", "120")];
        assert_eq!(retry_with(status, &both), millis(120));
        let odd = [("retry-after", "1"), ("x-ms-retry-after-ms", "00:00:00.033")];
        assert_eq!(retry_with(status, &odd), millis(1000));
    }
}

#[test]
fn a_server_with_too_much_to_do_is_asked_once_more_after_a_short_pause_of_varying_length() {
    for header in [
        "",
        "soon",
        "-1",
        "1e3",
        "1.2.3",
        "99999999999999999999999999999999999999",
    ] {
        assert_eq!(retry(503, header), Some(PAUSE), "{header}");
        let pause = retry(429, header).unwrap();
        assert!(pause >= BUSY && pause < 2 * BUSY, "{header}: {pause:?}");
    }
    let pauses: std::collections::BTreeSet<Duration> = (0..50).filter_map(|_| retry_with(429, &[])).collect();
    assert!(pauses.len() > 1, "{pauses:?}");
}
