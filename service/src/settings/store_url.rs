//! Where the store is: `store.url`, which can hold a password and so is never shown.

use crate::host::is_loopback;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What a setting that cannot be read is told; the value itself is not.
const WANTED: &str =
    "expected \"sqlite:PATH\", \"sqlite::memory:\" or \"postgres://USER:PASSWORD@HOST/DATABASE\"";

/// The address of the database.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl(Place);

#[derive(Clone, PartialEq, Eq)]
enum Place {
    Memory,
    File(PathBuf),
    Postgres(String),
}

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// SQLite in the memory of the process, gone with it.
    Memory,
    /// SQLite in a file.
    File,
    /// PostgreSQL.
    Postgres,
}

impl StoreUrl {
    /// SQLite in memory.
    pub fn memory() -> Self {
        Self(Place::Memory)
    }

    /// SQLite in a file, relative to the working directory.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// Which database it is.
    pub fn kind(&self) -> DatabaseKind {
        match self.0 {
            Place::Memory => DatabaseKind::Memory,
            Place::File(_) => DatabaseKind::File,
            Place::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    /// The file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            _ => None,
        }
    }

    /// Whether what is stored crosses a network that could read or change it: another host, and no `sslmode` that
    /// verifies it.
    pub fn is_in_the_clear(&self) -> bool {
        let Place::Postgres(url) = &self.0 else {
            return false;
        };
        let Ok(options) = PgConnectOptions::from_str(url) else {
            return false;
        };
        let host = options.get_host();
        let here = options.get_socket().is_some() || host.starts_with('/') || is_loopback(host);
        let verified = matches!(
            options.get_ssl_mode(),
            PgSslMode::VerifyCa | PgSslMode::VerifyFull
        );
        !here && !verified
    }

    /// Whether it is SQLite.
    pub(crate) fn is_sqlite(&self) -> bool {
        self.kind() != DatabaseKind::Postgres
    }

    /// As the database library wants it; a file that is not there is created only if `create` says so.
    pub(crate) fn connect_string(&self, create: bool) -> String {
        match &self.0 {
            Place::Memory => "sqlite::memory:".to_owned(),
            Place::File(path) => {
                let mode = if create { "rwc" } else { "rw" };
                format!("sqlite:{}?mode={mode}", encoded(path))
            }
            Place::Postgres(url) => url.clone(),
        }
    }
}

impl FromStr for StoreUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "sqlite::memory:" {
            return Ok(Self::memory());
        }
        if let Some(rest) = text.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let plain = !path.is_empty() && !path.contains(['?', '\0']) && !path.starts_with(':');
            return if plain {
                Ok(Self::file(path))
            } else {
                Err(WANTED.to_owned())
            };
        }
        let postgres = text.starts_with("postgres://") || text.starts_with("postgresql://");
        // What the library says of a wrong address can quote it.
        if postgres && PgConnectOptions::from_str(text).is_ok() {
            Ok(Self(Place::Postgres(text.to_owned())))
        } else {
            Err(WANTED.to_owned())
        }
    }
}

/// DatabaseKind and, for a file, its path: nothing of an address that can hold a password.
impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Memory => f.write_str("SQLite in memory"),
            Place::File(path) => write!(f, "SQLite in {}", path.display()),
            Place::Postgres(_) => f.write_str("PostgreSQL"),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A path as the part of a URL, in which a question mark or a percent sign would mean something.
fn encoded(path: &Path) -> String {
    let mut text = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                text.push(char::from(*byte));
            }
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_its_password_never_shown() {
        let kind = |text: &str| text.parse::<StoreUrl>().map(|url| url.kind());
        assert_eq!(kind("sqlite::memory:"), Ok(DatabaseKind::Memory));
        assert_eq!(kind("sqlite:a.sqlite"), Ok(DatabaseKind::File));
        assert_eq!(kind("sqlite:///var/lib/a.sqlite"), Ok(DatabaseKind::File));
        let url: StoreUrl = "postgres://me:hunter2@db.example.org/x?sslmode=require"
            .parse()
            .unwrap();
        assert_eq!(format!("{url} {url:?}"), "PostgreSQL PostgreSQL");
        for wrong in [
            "",
            "sqlite:",
            "sqlite::memory",
            "sqlite:a?mode=ro",
            "mysql://me:hunter2@h/x",
            "postgres://me:hunter2@h:port/x",
            "hunter2",
        ] {
            let fault = wrong.parse::<StoreUrl>().unwrap_err();
            assert!(!fault.contains("hunter2"), "{fault}");
        }
    }

    #[test]
    fn a_database_elsewhere_is_to_be_verified() {
        for (url, clear) in [
            ("postgres://u:p@db.example.org/x", true),
            ("postgres://u:p@db.example.org/x?sslmode=require", true),
            ("postgres://u:p@db.example.org/x?sslmode=verify-full", false),
            ("postgres://u:p@127.0.0.1/x", false),
            ("postgres://u:p@localhost/x", false),
            ("postgres://u:p@%2Frun%2Fpostgresql/x", false),
            ("sqlite:a.db", false),
        ] {
            assert_eq!(url.parse::<StoreUrl>().unwrap().is_in_the_clear(), clear, "{url}");
        }
    }

    #[test]
    fn a_path_keeps_its_odd_characters() {
        let url: StoreUrl = "sqlite:/data/a b%3f#.db".parse().unwrap();
        assert_eq!(url.path(), Some(Path::new("/data/a b%3f#.db")));
        assert_eq!(url.connect_string(true), "sqlite:/data/a%20b%253f%23.db?mode=rwc");
    }
}
