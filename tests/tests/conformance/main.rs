//! Conformance with CDS Hooks 2.0.1, black box: the real program on a free port, spoken to over HTTP alone.
//!
//! A test is named after the requirement that it holds; `requirements.toml` lists those, `CONFORMANCE.md` shows both.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod coverage;
#[cfg(test)]
mod discovery;
#[cfg(test)]
mod feedback;
#[cfg(test)]
mod fsh;
#[cfg(test)]
mod inferno;
#[cfg(test)]
#[path = "../../../service/tests/trust_support/issuer.rs"]
#[expect(dead_code, reason = "shared with the tests of trust, which use all of it")]
mod issuer;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod profiles;
#[cfg(test)]
mod request;
#[cfg(test)]
mod response;
#[cfg(test)]
mod security;
#[cfg(test)]
mod server;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod tokens;
