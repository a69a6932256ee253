//! Every way in which an answer can be wrong, named.

use super::fhir::{PATIENT, http, ok, outcome, page, resources, status};
use super::{Seen, Step};
use std::time::Duration;

/// A fault of one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Accepts and never answers.
    Silence,
    /// Status line and headers one byte at a time.
    SlowHeaders,
    /// Headers at once, body one byte at a time.
    TrickledBody,
    /// Headers, half of the body, then nothing.
    HalfBodyThenSilence,
    /// Closes without an answer.
    Close,
    /// Resets without an answer.
    Reset,
    /// Resets in the middle of the body.
    ResetInBody,
    /// Ends before the announced length.
    ShortBody,
    /// Announces less than it sends, which cuts the JSON.
    ShortLength,
    /// A chunked body without its last chunk.
    UnendedChunks,
    /// No HTTP at all.
    NotHttp,
    /// Without end: informational answers.
    EndlessContinue,
    /// A redirect to the canary, with this status.
    Redirect(u16),
    /// A next page at the canary.
    NextAtCanary,
    /// A next page with the registered host in front of an `@`.
    NextBehindAt,
    /// A next page of another path of the same server.
    NextOutsideBase,
    /// A next page reached through `..`.
    NextThroughDots,
    /// Every page has itself as the next.
    NextIsSelf,
    /// Two pages that name each other as the next.
    NextInCircle,
    /// Ever new pages.
    EndlessPages,
    /// A body larger than allowed, announced.
    HugeBody,
    /// A body without end, in chunks.
    EndlessBody,
    /// More resources than allowed.
    TooManyResources,
    /// A login page.
    Html,
    /// A login page that says it is JSON.
    HtmlAsJson,
    /// XML.
    Xml,
    /// JSON without a content type.
    NoContentType,
    /// An OperationOutcome with status 200.
    Outcome,
    /// An error among the results.
    OutcomeEntry,
    /// Another resource.
    WrongType,
    /// A resource of another type among the results.
    WrongEntry,
    /// A batch-response whose one request failed.
    FailedBatch,
    /// Not JSON although it says so.
    InvalidJson,
    /// JSON that ends too early although the length is right.
    CutJson,
    /// Nothing.
    EmptyBody,
    /// Not UTF-8.
    NotUtf8,
    /// Compressed.
    Gzip,
    /// FHIR STU3 by its content type.
    Stu3,
    /// This status.
    Status(u16),
    /// This status, with a `Retry-After` that is too long, in seconds.
    RetryAfterHour(u16),
    /// This status, with a `Retry-After` date long ahead.
    RetryAfterDate(u16),
}

impl Fault {
    /// Every fault.
    pub const ALL: &'static [Fault] = &[
        Self::Silence,
        Self::SlowHeaders,
        Self::TrickledBody,
        Self::HalfBodyThenSilence,
        Self::Close,
        Self::Reset,
        Self::ResetInBody,
        Self::ShortBody,
        Self::ShortLength,
        Self::UnendedChunks,
        Self::NotHttp,
        Self::EndlessContinue,
        Self::Redirect(301),
        Self::Redirect(302),
        Self::Redirect(303),
        Self::Redirect(307),
        Self::Redirect(308),
        Self::NextAtCanary,
        Self::NextBehindAt,
        Self::NextOutsideBase,
        Self::NextThroughDots,
        Self::NextIsSelf,
        Self::NextInCircle,
        Self::EndlessPages,
        Self::HugeBody,
        Self::EndlessBody,
        Self::TooManyResources,
        Self::Html,
        Self::HtmlAsJson,
        Self::Xml,
        Self::NoContentType,
        Self::Outcome,
        Self::OutcomeEntry,
        Self::WrongType,
        Self::WrongEntry,
        Self::FailedBatch,
        Self::InvalidJson,
        Self::CutJson,
        Self::EmptyBody,
        Self::NotUtf8,
        Self::Gzip,
        Self::Stu3,
        Self::Status(204),
        Self::Status(206),
        Self::Status(400),
        Self::Status(401),
        Self::Status(403),
        Self::Status(404),
        Self::Status(410),
        Self::Status(422),
        Self::Status(429),
        Self::Status(500),
        Self::Status(502),
        Self::Status(503),
        Self::Status(504),
        Self::RetryAfterHour(429),
        Self::RetryAfterDate(429),
        Self::RetryAfterHour(503),
        Self::RetryAfterDate(503),
    ];

    /// What is sent in answer to a request; `canary` is the address that must never be contacted.
    pub fn steps(self, number: usize, seen: &Seen, canary: &str) -> Vec<Step> {
        const JSON: &str = "Content-Type: application/fhir+json\r\n";
        let kind = seen.kind();
        let good = page(&resources(kind, 1, 2), None);
        let answer = |headers: &str, body: &str| vec![Step::Send(http(200, headers, body))];
        let linked = |next: &str| ok(&page(&resources(kind, 1, 2), Some(next)));
        let host = seen.header("host").unwrap_or_default();
        let slow = Duration::from_millis(30);
        match self {
            Self::Silence => vec![Step::Hang],
            Self::SlowHeaders => vec![Step::Trickle(http(200, JSON, &good), slow)],
            Self::TrickledBody => {
                let head = format!("HTTP/1.1 200 X\r\nContent-Length: {}\r\n{JSON}\r\n", good.len());
                vec![
                    Step::Send(head.into_bytes()),
                    Step::Trickle(good.into_bytes(), slow),
                ]
            }
            Self::HalfBodyThenSilence => vec![Step::Send(half(&http(200, JSON, &good))), Step::Hang],
            Self::Close => vec![Step::Close],
            Self::Reset => vec![Step::Reset],
            Self::ResetInBody => {
                vec![
                    Step::Send(half(&http(200, JSON, &good))),
                    Step::Wait(Duration::from_millis(10)),
                    Step::Reset,
                ]
            }
            Self::ShortBody => vec![Step::Send(half(&http(200, JSON, &good))), Step::Close],
            Self::ShortLength => {
                let head = format!(
                    "HTTP/1.1 200 X\r\nContent-Length: {}\r\n{JSON}\r\n{good}",
                    good.len() / 2
                );
                vec![Step::Send(head.into_bytes()), Step::Close]
            }
            Self::UnendedChunks => {
                let head = format!(
                    "HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n{JSON}\r\n{:x}\r\n{good}\r\n",
                    good.len()
                );
                vec![Step::Send(head.into_bytes()), Step::Close]
            }
            Self::NotHttp => vec![Step::Send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec()), Step::Close],
            Self::EndlessContinue => {
                let one = b"HTTP/1.1 102 Processing\r\n\r\n".to_vec();
                std::iter::repeat_n([Step::Send(one), Step::Wait(slow)], 200)
                    .flatten()
                    .collect()
            }
            Self::Redirect(code) => status(code, &format!("Location: {canary}/{kind}?patient={PATIENT}\r\n")),
            Self::NextAtCanary => linked(&format!("{canary}/{kind}?page=2")),
            Self::NextBehindAt => {
                let canary = canary.trim_start_matches("http://");
                linked(&format!("http://{host}@{canary}/{kind}?page=2"))
            }
            Self::NextOutsideBase => linked(&format!("http://{host}/admin?page=2")),
            Self::NextThroughDots => linked(&format!("http://{host}/fhir/../admin?page=2")),
            Self::NextIsSelf => linked(&format!("http://{host}{}", seen.target)),
            Self::NextInCircle => {
                let other = if seen.target.contains("side=b") { "a" } else { "b" };
                linked(&format!("{kind}?side={other}"))
            }
            Self::EndlessPages => linked(&format!("{kind}?endless={number}")),
            Self::HugeBody => {
                let head = format!("HTTP/1.1 200 X\r\nContent-Length: 9000000000\r\n{JSON}\r\n{{");
                vec![Step::Send(head.into_bytes()), Step::Hang]
            }
            Self::EndlessBody => {
                let head = format!("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n{JSON}\r\n1\r\n{{\r\n");
                let chunk = format!("4000\r\n{}\r\n", " ".repeat(0x4000)).into_bytes();
                // More than any cap; the script is built before the first byte is sent.
                let chunks = std::iter::repeat_n(Step::Send(chunk), 300);
                std::iter::once(Step::Send(head.into_bytes()))
                    .chain(chunks)
                    .chain([Step::Hang])
                    .collect()
            }
            Self::TooManyResources => ok(&page(&resources(kind, 1, 500), None)),
            Self::Html => answer("Content-Type: text/html\r\n", "<html><form>Log in</form></html>"),
            Self::HtmlAsJson => answer(JSON, "<!DOCTYPE html><html>Log in</html>"),
            Self::Xml => answer(
                "Content-Type: application/fhir+xml\r\n",
                "<Bundle xmlns=\"http://hl7.org/fhir\"/>",
            ),
            Self::NoContentType => answer("", &good),
            Self::Outcome => ok(&outcome("information")),
            Self::OutcomeEntry => ok(&page(&[outcome("error")], None)),
            Self::WrongType => ok(r#"{"resourceType":"Parameters"}"#),
            Self::WrongEntry => ok(&page(&resources("Basic", 1, 1), None)),
            Self::FailedBatch => ok(
                r#"{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"500 Internal"}}]}"#,
            ),
            Self::InvalidJson => answer(JSON, "{\"resourceType\": Bundle}"),
            Self::CutJson => answer(JSON, good.split_at(good.len() / 2).0),
            Self::EmptyBody => answer(JSON, ""),
            Self::NotUtf8 => {
                // In UTF-16: no byte of a character of its own can be mended.
                let text = "{\"resourceType\":\"Bundle\",\"type\":\"searchset\"}";
                let body: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                let mut bytes =
                    format!("HTTP/1.1 200 X\r\nContent-Length: {}\r\n{JSON}\r\n", body.len()).into_bytes();
                bytes.extend_from_slice(&body);
                vec![Step::Send(bytes)]
            }
            Self::Gzip => answer(&format!("{JSON}Content-Encoding: gzip\r\n"), "\u{1f}"),
            Self::Stu3 => answer("Content-Type: application/fhir+json; fhirVersion=3.0\r\n", &good),
            Self::Status(204) => vec![Step::Send(b"HTTP/1.1 204 X\r\n\r\n".to_vec())],
            Self::Status(206) => vec![Step::Send(http(206, JSON, &good))],
            Self::Status(code) => status(code, ""),
            Self::RetryAfterHour(code) => status(code, "Retry-After: 3600\r\n"),
            Self::RetryAfterDate(code) => status(code, "Retry-After: Fri, 31 Dec 2199 23:59:59 GMT\r\n"),
        }
    }
}

/// All of the headers and half of the body.
fn half(answer: &[u8]) -> Vec<u8> {
    let body = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map_or(0, |end| end + 4);
    answer
        .iter()
        .copied()
        .take(body + (answer.len() - body) / 2)
        .collect()
}
