//! The registered base address of a FHIR server, and the only comparison of addresses with it.
//!
//! Addresses are compared by parsed scheme, host, port and path segments, never by prefix (CVE-2026-34359), and only
//! if they are written the way the parser would write them: whatever two programs could read differently is refused.

use super::network::{Network, is_never_allowed};
use reqwest::Url;
use std::fmt;
use std::net::IpAddr;

/// The longest address that is looked at.
const LONGEST: usize = 8192;

/// The base address of a FHIR server as registered in the settings.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AllowedBase {
    /// Without a slash at the end, query or fragment.
    url: Url,
    host: String,
    networks: Vec<Network>,
    /// Other addresses of the same server, which are compared with and never connected to.
    aliases: Vec<Url>,
}

/// Where a link leads.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Followed {
    /// Under the registered base.
    pub(crate) url: Url,
    /// It was written with another address of the server.
    pub(crate) by_alias: bool,
}

/// Why an address cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidBase {
    /// Not an absolute address in its plain form.
    NotPlain,
    /// `http` to another machine.
    NotHttps,
    /// An IP address that no FHIR server has.
    Address,
}

impl fmt::Display for InvalidBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotPlain => {
                "expected an absolute address in its plain form, such as `https://fhir.example.org/r4`: no user, query, \
                 fragment, empty or dot segment, and a host in ASCII without a final dot"
            }
            Self::NotHttps => "expected `https`; `http` is for this machine only",
            Self::Address => "this IP address cannot be the one of a FHIR server",
        })
    }
}

impl std::error::Error for InvalidBase {}

impl AllowedBase {
    /// Registers a base address.
    ///
    /// A host given as an IP address, or as `localhost`, registers that address; any other host may have public
    /// addresses and those in `networks`. `http` is for loopback only, since a token travels with the requests.
    ///
    /// # Errors
    /// [`InvalidBase`] if it is not an address that can be compared without doubt.
    pub fn parse(text: &str, networks: &[Network]) -> Result<Self, InvalidBase> {
        let url = plain_base(text)?;
        let host = url.host_str().ok_or(InvalidBase::NotPlain)?.to_owned();
        let mut networks = networks.to_vec();
        let mut here = false;
        if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
            // A mapped address is an IPv4 address in disguise.
            if is_never_allowed(address) || address.to_canonical() != address {
                return Err(InvalidBase::Address);
            }
            here = address.is_loopback();
            networks = vec![address.into()];
        } else if host == "localhost" {
            here = true;
            networks = Network::LOOPBACK.to_vec();
        }
        if url.scheme() == "http" && !here {
            return Err(InvalidBase::NotHttps);
        }
        Ok(Self {
            url,
            host,
            networks,
            aliases: Vec::new(),
        })
    }

    /// The same server with another address, such as the one behind its proxy: what is written with it is taken for this
    /// server, and nothing is ever sent there, so that it may be `http`.
    ///
    /// # Errors
    /// [`InvalidBase::NotPlain`] if it is not an address that can be compared without doubt.
    pub fn with_alias(mut self, text: &str) -> Result<Self, InvalidBase> {
        self.aliases.push(plain_base(text)?);
        Ok(self)
    }

    /// Whether a `fhirServer` is this server, by whichever of its addresses; a slash at the end makes no difference.
    pub fn admits(&self, fhir_server: &str) -> bool {
        plain(fhir_server).is_some_and(|url| {
            let is = |base: &Url| same_origin(base, &url) && segments(&url).eq(segments(base));
            url.query().is_none() && self.every().any(is)
        })
    }

    /// Every address of the server, the registered one first.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.every().map(|url| url.as_str().trim_end_matches('/'))
    }

    fn every(&self) -> impl Iterator<Item = &Url> {
        std::iter::once(&self.url).chain(&self.aliases)
    }

    /// The host, for logs and metrics.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn networks(&self) -> &[Network] {
        &self.networks
    }

    /// The text of an address under the base; the segments must not need escaping.
    pub fn below(&self, path: &str) -> String {
        self.join(path).to_string()
    }

    /// The base itself, where a transaction goes.
    pub(crate) fn root(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(self.url.path().trim_end_matches('/'));
        url
    }

    /// The address of a path under the base; the segments must not need escaping.
    pub(crate) fn join(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{path}", self.url.path().trim_end_matches('/')));
        url
    }

    /// The address a link of a Bundle leads to, if it stays under the base: one under an alias becomes the same under the
    /// base.
    pub(crate) fn follow(&self, link: &str) -> Option<Followed> {
        if link.starts_with("//") || link.is_empty() {
            return None;
        }
        self.every().find_map(|base| {
            let url = under(base, link)?;
            let by_alias = base != &self.url;
            let url = match by_alias {
                true => self.moved(base, &url)?,
                false => url,
            };
            Some(Followed { url, by_alias })
        })
    }

    /// The address under the base that stands for one under an alias.
    fn moved(&self, alias: &Url, url: &Url) -> Option<Url> {
        let rest = url.path().strip_prefix(alias.path().trim_end_matches('/'))?;
        let mut moved = self.url.clone();
        moved.set_path(&format!("{}{rest}", self.url.path().trim_end_matches('/')));
        moved.set_query(url.query());
        under(&self.url, moved.as_str())
    }
}

/// The address a link leads to where it was written under this base; nothing if it leads elsewhere.
fn under(base: &Url, link: &str) -> Option<Url> {
    let absolute;
    let text = if has_scheme(link) {
        link
    } else {
        let start = base.as_str().trim_end_matches('/');
        absolute = match link.as_bytes().first()? {
            b'/' => format!("{}{link}", base.origin().ascii_serialization()),
            b'?' => format!("{start}{link}"),
            _ => format!("{start}/{link}"),
        };
        &absolute
    };
    let url = plain(text)?;
    let is_under = same_origin(base, &url) && {
        let mut path = segments(&url);
        segments(base).all(|segment| path.next() == Some(segment))
    };
    is_under.then_some(url)
}

fn same_origin(base: &Url, url: &Url) -> bool {
    url.scheme() == base.scheme()
        && url.host_str() == base.host_str()
        && url.port_or_known_default() == base.port_or_known_default()
}

/// An absolute address in its plain form without query, its slash at the end taken off.
fn plain_base(text: &str) -> Result<Url, InvalidBase> {
    let mut url = plain(text)
        .filter(|url| url.query().is_none())
        .ok_or(InvalidBase::NotPlain)?;
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

impl fmt::Display for AllowedBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

/// Segments of the path, without the empty one that a slash at the end makes.
fn segments(url: &Url) -> impl Iterator<Item = &str> {
    let path = url.path();
    path.strip_suffix('/').unwrap_or(path).split('/').skip(1)
}

fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// Parses an absolute `http` or `https` address, if it is already written as the parser would write it.
fn plain(text: &str) -> Option<Url> {
    if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains(['\\', '#'])
    {
        return None;
    }
    let url = Url::parse(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let (_, rest) = text.split_once("://")?;
    let (before_query, query) = rest
        .split_once('?')
        .map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let (authority, path) = match before_query.find('/') {
        Some(slash) => before_query.split_at_checked(slash)?,
        None => (before_query, "/"),
    };
    let same_host = is_plain_authority(authority, &url);
    let same_path = path == url.path() && is_plain_path(path);
    (same_host && same_path && query.is_some() == url.query().is_some()).then_some(url)
}

/// Whether host and port are written plainly: no user, escape, number for an address, or dot at the end.
fn is_plain_authority(authority: &str, url: &Url) -> bool {
    let Some(host) = url.host_str() else {
        return false;
    };
    let Some(port) = authority.get(host.len()..) else {
        return false;
    };
    let same = authority
        .get(..host.len())
        .is_some_and(|written| written.eq_ignore_ascii_case(host));
    let plain_port = port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| {
            Some(digits) == url.port_or_known_default().map(|p| p.to_string()).as_deref()
        });
    same && plain_port && !host.ends_with('.') && !host.starts_with('.') && !host.contains("..")
}

/// Whether no server could read the path as another one: no empty segment but the last, no escaped separator, dot,
/// percent sign or control character, and no parameters (`..;/` is a parent directory to some).
fn is_plain_path(path: &str) -> bool {
    let inner = path.strip_suffix('/').unwrap_or(path);
    let segments_are_plain = inner.split('/').skip(1).all(|segment| {
        !segment.is_empty()
            && segment.bytes().any(|byte| byte != b'.')
            && !segment.contains([';', '|', '{', '}'])
    });
    segments_are_plain && escapes(path).all(|byte| byte.is_some_and(is_harmless))
}

fn is_harmless(byte: u8) -> bool {
    (byte == b' ' || byte.is_ascii_graphic()) && !b"./\\%;?#@".contains(&byte)
}

/// The bytes that the percent escapes stand for; nothing where one is not complete.
fn escapes(path: &str) -> impl Iterator<Item = Option<u8>> {
    path.split('%').skip(1).map(|rest| {
        let digits = rest.get(..2)?;
        let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
    })
}

#[cfg(test)]
mod tests;
