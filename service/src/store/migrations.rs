//! The tables and how they came about: reversible migrations, one set of files for both databases.

use super::fault::Fault;
use include_dir::{Dir, include_dir};
use sqlx::AnyConnection;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};
use std::borrow::Cow;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/src/store/migrations");

/// The table in which the library keeps what was applied.
const APPLIED: &str = "_sqlx_migrations";

/// The version that this program brings a database to.
pub fn newest() -> i64 {
    embedded().iter().map(|one| one.version).max().unwrap_or(0)
}

/// Every migration, up and down.
fn embedded() -> Vec<Migration> {
    FILES.files().filter_map(migration).collect()
}

/// `VERSION_name.up.sql` or `VERSION_name.down.sql`.
fn migration(file: &'static include_dir::File<'static>) -> Option<Migration> {
    let name = file.path().to_str()?;
    let (name, kind) = match name.strip_suffix(".up.sql") {
        Some(name) => (name, MigrationType::ReversibleUp),
        None => (name.strip_suffix(".down.sql")?, MigrationType::ReversibleDown),
    };
    let (version, description) = name.split_once('_')?;
    Some(Migration::new(
        version.parse().ok()?,
        Cow::Borrowed(description),
        kind,
        file.contents_utf8()?.into_sql_str(),
        false,
    ))
}

fn migrator() -> Migrator {
    let mut migrator = Migrator::with_migrations(embedded());
    // Replicas of two releases run side by side during an upgrade; see migrations/README.md.
    migrator.set_ignore_missing(true);
    migrator
}

/// The version of a database; 0 if there are no tables yet.
pub(super) async fn version(connection: &mut AnyConnection) -> Result<i64, Fault> {
    connection.ensure_migrations_table(APPLIED).await?;
    let applied = connection.list_applied_migrations(APPLIED).await?;
    Ok(applied.iter().map(|one| one.version).max().unwrap_or(0))
}

/// Whether every migration that this program knows is applied, whatever a newer program has applied besides.
pub(super) async fn is_current(connection: &mut AnyConnection) -> Result<bool, Fault> {
    connection.ensure_migrations_table(APPLIED).await?;
    let applied = connection.list_applied_migrations(APPLIED).await?;
    let is_applied = |version: i64| applied.iter().any(|one| one.version == version);
    Ok(embedded().iter().all(|one| is_applied(one.version)))
}

/// Brings a database to the newest version that this program knows; leaves one that is newer as it is.
pub(super) async fn up(connection: &mut AnyConnection) -> Result<(), Fault> {
    Ok(migrator().run_direct(None, connection, false).await?)
}

/// Brings a database to a version, forwards or back.
pub(super) async fn to(connection: &mut AnyConnection, target: i64) -> Result<(), Fault> {
    let migrator = migrator();
    migrator.run_direct(Some(target), connection, false).await?;
    Ok(migrator.undo(&mut *connection, target).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_is_a_migration_and_every_migration_can_be_undone() {
        let sql = FILES
            .files()
            .filter(|file| file.path().extension().is_some_and(|kind| kind == "sql"));
        assert_eq!(embedded().len(), sql.count());
        let versions = |kind: fn(&MigrationType) -> bool| -> BTreeSet<i64> {
            let all = embedded();
            let of_kind = all.iter().filter(|one| kind(&one.migration_type));
            of_kind.map(|one| one.version).collect()
        };
        let up = versions(MigrationType::is_up_migration);
        assert_eq!(up, versions(MigrationType::is_down_migration));
        assert_eq!(up, (1..=newest()).collect());
    }
}
