//! Questions that were put aside for a patient, by a keyed hash of whom and what they are about.

use super::database::{Database, places};
use super::fault::Fault;
use super::outcome::Outcome;
use super::owner::Owner;
use aws_lc_rs::{hmac, rand};
use fhir_profiles::FactId;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use tokio::sync::OnceCell;

/// What the key is kept under.
const NAME: &str = "questions";

/// The key of the hashes, of one database: every replica has the same.
#[derive(Debug, Default)]
pub(super) struct Key(OnceCell<hmac::Key>);

impl Key {
    async fn get(&self, database: &Database) -> Result<&hmac::Key, Fault> {
        self.0.get_or_try_init(|| kept(database)).await
    }

    /// What a question to a patient of a caller is kept under.
    pub(super) async fn of(
        &self,
        database: &Database,
        owner: &Owner,
        patient: &str,
        fact: FactId,
    ) -> Result<String, Fault> {
        Ok(hash(self.get(database).await?, owner, patient, fact))
    }
}

/// The key that the database has, or a new one.
async fn kept(database: &Database) -> Result<hmac::Key, Fault> {
    let mut secret = [0; 32];
    rand::fill(&mut secret).map_err(|_| Fault::Down)?;
    let mut writing = database.begin().await?;
    sqlx::query("INSERT INTO question_keys (name, secret) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(NAME)
        .bind(hex(&secret))
        .execute(&mut *writing.transaction)
        .await?;
    let row = sqlx::query("SELECT secret FROM question_keys WHERE name = $1")
        .bind(NAME)
        .fetch_one(&mut *writing.transaction)
        .await?;
    let secret: String = row.try_get(0)?;
    writing.commit().await?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
}

fn hash(key: &hmac::Key, owner: &Owner, patient: &str, fact: FactId) -> String {
    let mut context = hmac::Context::with_key(key);
    // Each part with its length, so that no two lists of parts are one text.
    for part in [&owner.issuer, &owner.tenant, patient, fact.as_str()] {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    hex(context.sign().as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What an answer to a question comes to: put aside it is not asked again for a while, taken it may be.
pub(super) async fn answered(
    connection: &mut AnyConnection,
    question: &str,
    outcome: Outcome,
    seconds: i64,
) -> Result<(), Fault> {
    let query = match outcome {
        Outcome::Overridden => sqlx::query(
            "INSERT INTO paused_questions (question, since) VALUES ($1, $2) \
             ON CONFLICT (question) DO UPDATE SET since = excluded.since",
        )
        .bind(question)
        .bind(seconds),
        Outcome::Accepted => sqlx::query("DELETE FROM paused_questions WHERE question = $1").bind(question),
    };
    query.execute(connection).await?;
    Ok(())
}

/// Those of the facts whose question this patient's clinicians have put aside since a second of time.
pub(super) async fn paused(
    database: &Database,
    key: &Key,
    owner: &Owner,
    patient: &str,
    facts: &[FactId],
    since: i64,
) -> Result<Vec<FactId>, Fault> {
    let mut names = Vec::new();
    for fact in facts {
        names.push((key.of(database, owner, patient, *fact).await?, *fact));
    }
    let statement = format!(
        "SELECT question FROM paused_questions WHERE since > $1 AND question IN {}",
        places(2, names.len())
    );
    let mut query = sqlx::query(AssertSqlSafe(statement))
        .persistent(false)
        .bind(since);
    for (name, _) in &names {
        query = query.bind(name);
    }
    let mut connection = database.reading().await?;
    let rows = query.fetch_all(&mut *connection).await?;
    let found: Vec<String> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    let of_fact = names.into_iter().filter(|(name, _)| found.contains(name));
    Ok(of_fact.map(|(_, fact)| fact).collect())
}

/// Deletes what is put aside no more.
pub(super) async fn forget(connection: &mut AnyConnection, asked_again: i64) -> Result<(), Fault> {
    sqlx::query("DELETE FROM paused_questions WHERE since <= $1")
        .bind(asked_again)
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(issuer: &str, tenant: &str) -> Owner {
        Owner {
            issuer: issuer.to_owned(),
            tenant: tenant.to_owned(),
            service: "s".to_owned(),
        }
    }

    #[test]
    fn no_two_questions_are_kept_under_one_name_and_nothing_of_them_can_be_read() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"key");
        let name = |issuer: &str, tenant: &str, patient: &str, fact| {
            hash(&key, &owner(issuer, tenant), patient, fact)
        };
        let one = name("a", "b", "p", FactId::Ki67);
        assert_eq!(one, name("a", "b", "p", FactId::Ki67));
        assert!(one.len() == 64 && one.bytes().all(|byte| byte.is_ascii_hexdigit()));
        for other in [
            name("ab", "", "p", FactId::Ki67),
            name("a", "bp", "", FactId::Ki67),
            name("a", "b", "q", FactId::Ki67),
            name("a", "b", "p", FactId::Ecog),
            hash(
                &hmac::Key::new(hmac::HMAC_SHA256, b"other"),
                &owner("a", "b"),
                "p",
                FactId::Ki67,
            ),
        ] {
            assert_ne!(one, other);
        }
    }
}
