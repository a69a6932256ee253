//! The HTTP client of the suites: one request over a connection of its own, byte by byte as it is given, and its answer.

use std::io::{Error, Read, Result, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer as it came.
pub(crate) struct Exchanged {
    pub(crate) status: u16,
    /// Everything before the body.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A request after which the connection ends; `headers` are whole lines, each with its end.
pub(crate) fn request(method: &str, target: &str, host: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}");
    if method == "POST" {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    head += "\r\n";
    [head.as_bytes(), body].concat()
}

/// Sends bytes as they are and reads to the end of the connection.
pub(crate) fn exchange(address: impl ToSocketAddrs, bytes: &[u8]) -> Result<Exchanged> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // The other side may answer and close before it has read everything, and break off after the answer.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).map_err(Error::other)?;
    let no_answer = || Error::other(format!("no HTTP answer: {answer:?}"));
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(no_answer)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Exchanged {
        status: status.ok_or_else(no_answer)?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}
