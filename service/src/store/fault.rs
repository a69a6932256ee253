//! What can go wrong with the store: told to operators in the log, and to callers only as "not available".

use sqlx::migrate::MigrateError;
use std::fmt;

/// Something that the store is used for; the word is in log and metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Reaching the database, bringing it to the right version, and looking whether it is still there.
    Connect,
    /// Remembering a used token.
    Jti,
    /// Recording cards that were sent.
    Issue,
    /// Keeping feedback.
    Feedback,
    /// Looking which questions were put aside.
    Questions,
    /// Counting feedback.
    Report,
    /// Deleting what is old.
    Retention,
    /// Keeping the keys of callers, and looking them up.
    Keys,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 8] = [
        Operation::Connect,
        Operation::Jti,
        Operation::Issue,
        Operation::Feedback,
        Operation::Questions,
        Operation::Report,
        Operation::Retention,
        Operation::Keys,
    ];

    /// The word in log and metric.
    pub fn word(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Jti => "jti",
            Self::Issue => "issue",
            Self::Feedback => "feedback",
            Self::Questions => "questions",
            Self::Report => "report",
            Self::Retention => "retention",
            Self::Keys => "keys",
        }
    }
}

/// The store could not do it; the reason is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unavailable;

/// Why the store could not do something.
#[derive(Debug)]
pub enum Fault {
    /// It was not there already, which is logged once.
    Down,
    /// It took too long.
    Slow,
    /// It can be read, and takes nothing: a standby, or one that was set to be read only.
    ReadOnly,
    /// Its file was deleted or replaced while it was open, so what was written is not kept.
    Replaced,
    /// The tables are of another version than this command can work with.
    Version {
        /// Theirs.
        found: i64,
        /// The one that this program brings them to.
        newest: i64,
    },
    /// The database says so.
    Sql(sqlx::Error),
    /// The tables could not be brought to the right version.
    Migration(MigrateError),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down => f.write_str("not available"),
            Self::Slow => f.write_str("no answer in time"),
            Self::ReadOnly => f.write_str("the database takes nothing: it is read only, or a standby"),
            Self::Replaced => f.write_str("the file of the database was deleted or replaced"),
            Self::Version { found, newest } => write!(
                f,
                "the tables are of version {found}; `pnet-cds store migrate` brings them to {newest}"
            ),
            Self::Sql(error) => f.write_str(&said(error)),
            Self::Migration(MigrateError::Execute(error)) => write!(f, "migration: {}", said(error)),
            Self::Migration(error) => write!(f, "migration: {error}"),
        }
    }
}

/// What the library says, unless it can quote the address.
fn said(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(_) => "the address is not understood".to_owned(),
        error => error.to_string(),
    }
}

impl std::error::Error for Fault {}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Slow,
            error => Self::Sql(error),
        }
    }
}

impl From<MigrateError> for Fault {
    fn from(error: MigrateError) -> Self {
        Self::Migration(error)
    }
}
