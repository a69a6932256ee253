//! Secrets from files: `..._FILE` names a file that holds the value, as clusters mount them.

use super::fault::Fault;
use super::load::variable_name;
use std::path::Path;

/// The settings that can hold a secret.
const SECRETS: [&str; 1] = ["store.url"];

/// The environment with each `..._FILE` of a secret replaced by what the file holds.
///
/// # Errors
/// Every file that cannot be read, and every secret that is given twice.
pub(crate) fn resolve(
    environment: Vec<(String, String)>,
    read: impl Fn(&Path) -> std::io::Result<String>,
) -> Result<Vec<(String, String)>, Vec<Fault>> {
    let secrets = SECRETS.map(variable_name);
    let mut resolved = Vec::with_capacity(environment.len());
    let mut faults = Vec::new();
    for (name, value) in environment {
        let secret = name
            .strip_suffix("_FILE")
            .and_then(|base| secrets.iter().find(|one| *one == base));
        let Some(secret) = secret else {
            resolved.push((name, value));
            continue;
        };
        match read(Path::new(&value)) {
            // An editor ends a file with a new line, which is no part of the secret.
            Ok(text) => resolved.push((secret.clone(), text.trim_end_matches(['\r', '\n']).to_owned())),
            Err(error) => faults.push(Fault {
                place: name,
                what: format!("{value}: {error}"),
            }),
        }
    }
    for secret in secrets {
        if resolved.iter().filter(|(name, _)| *name == secret).count() > 1 {
            let what = format!("is given twice, as {secret} and as {secret}_FILE");
            faults.push(Fault { place: secret, what });
        }
    }
    if faults.is_empty() {
        Ok(resolved)
    } else {
        Err(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_secret_comes_from_the_file_that_is_named() {
        let environment = vec![pair("PATH", "/bin"), pair("PNET_CDS_STORE__URL_FILE", "/secret")];
        let read = |path: &Path| {
            assert_eq!(path, Path::new("/secret"));
            Ok("postgres://h/x\n".to_owned())
        };
        let resolved = resolve(environment, read).unwrap();
        assert_eq!(
            resolved,
            [
                pair("PATH", "/bin"),
                pair("PNET_CDS_STORE__URL", "postgres://h/x")
            ]
        );
    }

    #[test]
    fn what_is_no_secret_or_is_given_twice_is_a_fault() {
        let twice = vec![
            pair("PNET_CDS_STORE__URL", "a"),
            pair("PNET_CDS_STORE__URL_FILE", "f"),
        ];
        let faults = resolve(twice, |_| Ok("hunter2".to_owned())).unwrap_err();
        assert_eq!(faults.len(), 1);
        assert!(!faults[0].what.contains("hunter2"));
        let other = vec![pair("PNET_CDS_SERVER__LISTEN_FILE", "f")];
        // Left as it is, and so an unknown setting.
        assert_eq!(resolve(other.clone(), |_| Ok(String::new())).unwrap(), other);
    }

    #[test]
    fn a_file_that_is_not_there_is_a_fault() {
        let environment = vec![pair("PNET_CDS_STORE__URL_FILE", "/not/there")];
        let faults = resolve(environment, |path| std::fs::read_to_string(path)).unwrap_err();
        assert_eq!(faults[0].place, "PNET_CDS_STORE__URL_FILE");
    }
}
