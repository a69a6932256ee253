//! `smart` of a client: this service as a client of its authorization server.

use super::values::{Given, origin, word};
use super::{ClientSettings, Credential, SmartClient};
use std::path::PathBuf;
use toml::de::DeValue;

/// Reads the table.
///
/// # Errors
/// Every fault with the place of its key.
pub(super) fn read(given: &DeValue<'_>, at: usize) -> Result<SmartClient, Vec<(usize, String)>> {
    let DeValue::Table(table) = given else {
        let what = format!("`clients.smart`: expected a table, found {}", given.type_str());
        return Err(vec![(at, what)]);
    };
    let mut faults = Vec::new();
    let (mut client_id, mut secret, mut key, mut frame_origins) = (None, None, None, Vec::new());
    for (name, value) in table {
        let given = Given::Toml(value.get_ref());
        let read = match name.get_ref().as_ref() {
            "client_id" => given.string().and_then(word).map(|text| client_id = Some(text)),
            "client_secret_file" => given
                .string()
                .and_then(word)
                .map(|text| secret = Some(PathBuf::from(text))),
            "key_file" => given
                .string()
                .and_then(word)
                .map(|text| key = Some(PathBuf::from(text))),
            "frame_origins" => given
                .list()
                .and_then(|texts| texts.iter().map(|text| origin(text)).collect())
                .map(|origins| frame_origins = origins),
            _ => Err(String::new()),
        };
        if let Err(what) = read {
            let name = name.get_ref();
            faults.push((
                value.span().start,
                match what.is_empty() {
                    true => format!("unknown setting `clients.smart.{name}`"),
                    false => format!("`clients.smart.{name}`: {what}"),
                },
            ));
        }
    }
    if client_id.is_none() && faults.is_empty() {
        faults.push((at, "`clients.smart.client_id` is missing".to_owned()));
    }
    let credential = match (secret, key) {
        (None, None) => Credential::None,
        (Some(file), None) => Credential::Secret(file),
        (None, Some(file)) => Credential::Key(file),
        (Some(_), Some(_)) => {
            let what = "`clients.smart`: expected either `client_secret_file` or `key_file`";
            faults.push((at, what.to_owned()));
            Credential::None
        }
    };
    match client_id {
        Some(client_id) if faults.is_empty() => Ok(SmartClient {
            client_id,
            credential,
            frame_origins,
        }),
        _ => Err(faults),
    }
}

/// What launches need of the clients that have them.
pub(super) fn faults(clients: &[ClientSettings]) -> Vec<String> {
    let launching: Vec<&ClientSettings> = clients.iter().filter(|client| client.smart.is_some()).collect();
    let mut faults = Vec::new();
    if launching.is_empty() {
        faults.push("`smart.enabled` needs a client with `smart.client_id`".to_owned());
    }
    for (at, client) in launching.iter().enumerate() {
        let issuer = &client.issuer;
        if client.fhir_servers.is_empty() {
            faults.push(format!(
                "`clients.smart` of `{issuer}` needs `fhir_servers`: a launch names one"
            ));
        }
        let others = launching.iter().take(at).flat_map(|other| &other.fhir_servers);
        for server in others.filter(|server| {
            let mut addresses = server.addresses();
            addresses.any(|address| client.fhir_servers.iter().any(|own| own.admits(address)))
        }) {
            faults.push(format!(
                "`clients.smart` of `{issuer}`: `{server}` has a `smart.client_id` already, and a launch names the server only"
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::Credential;
    use crate::settings::{Input, Settings, load};
    use std::path::PathBuf;

    fn from(text: &str) -> Result<Settings, Vec<String>> {
        load(&Input {
            file: Some(("f".into(), text.into())),
            ..Input::default()
        })
        .map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    const CLIENT: &str =
        "[[clients]]\nissuer = \"i\"\njwks_file = \"k\"\nfhir_servers = [\"https://a.example/r4\"]\n";
    const PUBLIC: &str = "server.public_url = \"https://cds.example.org\"\n";

    #[test]
    fn a_client_is_public_or_has_one_proof() {
        let with = |more: &str| {
            from(&format!(
                "{PUBLIC}smart.enabled = true\n{CLIENT}smart.client_id = \"me\"\n{more}"
            ))
        };
        for (more, credential) in [
            ("", Credential::None),
            (
                "smart.client_secret_file = \"/s\"",
                Credential::Secret(PathBuf::from("/s")),
            ),
            ("smart.key_file = \"/k\"", Credential::Key(PathBuf::from("/k"))),
        ] {
            let settings = with(more).unwrap();
            let client = settings.clients[0].smart.clone().unwrap();
            assert_eq!((client.client_id.as_str(), client.credential), ("me", credential));
            assert_eq!(
                settings.workbench,
                Some(true),
                "the pages that are launched are there"
            );
        }
        let both = with("smart.client_secret_file = \"/s\"\nsmart.key_file = \"/k\"").unwrap_err();
        assert_eq!(
            both,
            ["f:7: `clients.smart`: expected either `client_secret_file` or `key_file`"]
        );
        let faults =
            with("smart.frame_origins = [\"https://a.example/x\"]\nsmart.client = \"x\"").unwrap_err();
        for what in [
            "`clients.smart.frame_origins`",
            "unknown setting `clients.smart.client`",
        ] {
            assert!(faults.iter().any(|fault| fault.contains(what)), "{faults:?}");
        }
    }

    #[test]
    fn launches_need_an_address_a_client_and_pages() {
        let enabled = "smart.enabled = true\n";
        let launched = format!("{CLIENT}smart.client_id = \"me\"\n");
        for (text, what) in [
            (format!("{enabled}{launched}"), "`server.public_url` is missing"),
            (
                format!("server.public_url = \"http://cds.example.org\"\n{enabled}{launched}"),
                "expected `https`",
            ),
            (
                format!("{PUBLIC}{enabled}{CLIENT}"),
                "needs a client with `smart.client_id`",
            ),
            (
                format!("{PUBLIC}{enabled}workbench.enabled = false\n{launched}"),
                "needs the pages",
            ),
            (
                format!(
                    "{PUBLIC}{enabled}{launched}{}",
                    launched.replace("\"i\"", "\"j\"")
                ),
                "has a `smart.client_id` already",
            ),
            (
                format!(
                    "{PUBLIC}{enabled}[[clients]]\nissuer = \"i\"\njwks_file = \"k\"\nsmart.client_id = \"me\"\n"
                ),
                "needs `fhir_servers`",
            ),
        ] {
            let faults = from(&text).unwrap_err();
            assert!(
                faults.len() == 1 && faults[0].contains(what),
                "{what}: {faults:?}"
            );
        }
        assert!(
            from(&format!(
                "server.public_url = \"http://localhost:8080\"\n{enabled}{launched}"
            ))
            .is_ok()
        );
        assert!(from(&launched).is_ok(), "registered before it is switched on");
    }
}
