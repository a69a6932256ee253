//! `[[clients]]`: the registered callers, the one setting that is a list of tables.

use super::fault::Fault;
use super::smart;
use super::values::{Given, word};
use super::{ClientSettings, KeySource, SmartClient};
use crate::address::{AllowedBase, Network};
use crate::nearest::meant;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The key of the list.
pub(super) const KEY: &str = "clients";

/// The documentation of the list, itself valid once the signs of the comment are taken off.
pub(super) const ABOUT: &str = "
# The registered callers, one [[clients]] each; several of one issuer need tenants that differ.
# PNET_CDS_CLIENTS, as a TOML array: [{ issuer = \"...\", jwks_url = \"...\" }]
# [[clients]]
# # `iss` of the tokens.
# issuer = \"https://ehr.example.org\"
# # Where its public keys are: `jwks_url`, several `jwks_urls`, or `jwks_file`. A `jku` must be one of them exactly.
# jwks_url = \"https://ehr.example.org/.well-known/jwks.json\"
# # Values of `jku` that tokens may carry although the keys come from `jwks_file`; nothing is fetched from there.
# # accepted_jku = []
# # Values of `aud` accepted on every path, beside the address called (server.public_url and the path).
# audiences = []
# # FHIR servers that may be read for it; https, http on this machine only.
# fhir_servers = [\"https://fhir.example.org/r4\"]
# # Other addresses of that server, as behind its proxy: `fhirServer`, references and next pages that are written with one
# # are taken for it, and nothing is sent there. Of several servers: the alias, an equals sign, and the server.
# # fhir_aliases = [\"http://fhir-internal.example.org:8080/fhir\"]
# # Networks that are not public in which the names of these servers may lie.
# fhir_networks = [\"10.1.0.0/16\"]
# # In the place of fhir.deadline for its calls, where its EHR waits longer or less.
# # fhir_deadline = \"800 ms\"
# # What its authorization server calls this service, if its charts may launch the pages (smart.enabled).
# smart.client_id = \"pnet-cds\"
# # What proves that: `smart.client_secret_file`, or `smart.key_file` (PEM, PKCS #8; ES384, RS384 or ES256); neither: a public client.
# # smart.key_file = \"/etc/pnet-cds/smart.pem\"
# # Origins of its own pages that may show ours in a frame; none by default.
# # smart.frame_origins = [\"https://ehr.example.org\"]
# # What metrics, logs and alerts call it; its issuer if unset.
# # name = \"north-hospital\"
# # Values of `tenant`, one of which a token must carry; none: `tenant` is not looked at.
# tenants = []
# # true: its traces (traceparent) go on here, sampled as it says; false: ours begin here and link to them.
# trusted_trace = false
";

/// Reads the list; `place` names a place in the file.
pub(super) fn read(
    given: &DeValue<'_>,
    at: usize,
    place: &dyn Fn(usize) -> String,
    faults: &mut Vec<Fault>,
) -> Vec<ClientSettings> {
    let fault = |at, what: String| Fault {
        place: place(at),
        what,
    };
    let Some(items) = given.as_array() else {
        faults.push(fault(
            at,
            format!(
                "`{KEY}`: expected tables, `[[{KEY}]]`, found {}",
                given.type_str()
            ),
        ));
        return Vec::new();
    };
    let mut clients: Vec<ClientSettings> = Vec::new();
    for item in items {
        let at = item.span().start;
        let DeValue::Table(table) = item.get_ref() else {
            faults.push(fault(
                at,
                format!("`{KEY}`: expected a table, found {}", item.get_ref().type_str()),
            ));
            continue;
        };
        let mut draft = Draft::default();
        for (key, value) in table {
            if key.get_ref() == "smart" {
                match smart::read(value.get_ref(), key.span().start) {
                    Ok(client) => draft.smart = Some(client),
                    Err(whats) => faults.extend(whats.into_iter().map(|(at, what)| fault(at, what))),
                }
                continue;
            }
            if let Err(what) = draft.set(key.get_ref(), value) {
                faults.push(fault(key.span().start, what));
            }
        }
        match draft.finish(table) {
            Ok(client) => match clients.iter().find(|other| clash(other, &client)) {
                None if clients.iter().any(|other| is_mistaken(other, &client)) => faults.push(fault(
                    at,
                    format!("`{KEY}.name`: `{}` is the name of another issuer", client.name),
                )),
                None => clients.push(client),
                Some(other) => faults.push(fault(
                    at,
                    format!(
                        "`{KEY}.issuer`: `{}` stands twice without tenants that differ",
                        other.issuer
                    ),
                )),
            },
            Err(whats) => faults.extend(whats.into_iter().map(|what| fault(at, what))),
        }
    }
    clients
}

/// Whether a token could be of both.
fn clash(one: &ClientSettings, other: &ClientSettings) -> bool {
    let open = one.tenants.is_empty() || other.tenants.is_empty();
    one.issuer == other.issuer && (open || one.tenants.iter().any(|tenant| other.tenants.contains(tenant)))
}

/// Whether two issuers would look like one to whoever runs the service.
fn is_mistaken(one: &ClientSettings, other: &ClientSettings) -> bool {
    one.name == other.name && one.issuer != other.issuer
}

#[derive(Default)]
struct Draft {
    name: Option<String>,
    issuer: String,
    urls: Vec<String>,
    file: Option<PathBuf>,
    accepted_jku: Vec<String>,
    audiences: Vec<String>,
    fhir_servers: Vec<String>,
    aliases: Vec<String>,
    networks: Vec<Network>,
    tenants: Vec<String>,
    trusted_trace: bool,
    fhir_deadline: Option<Duration>,
    smart: Option<SmartClient>,
}

/// The names of its settings.
const KEYS: [&str; 14] = [
    "name",
    "issuer",
    "jwks_url",
    "jwks_urls",
    "jwks_file",
    "accepted_jku",
    "audiences",
    "fhir_servers",
    "fhir_aliases",
    "fhir_networks",
    "fhir_deadline",
    "tenants",
    "trusted_trace",
    "smart",
];

impl Draft {
    fn set(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<(), String> {
        let given = Given::Toml(value.get_ref());
        let read = match key {
            "name" => text(given).and_then(name).map(|name| self.name = Some(name)),
            "issuer" => text(given).map(|text| self.issuer = text),
            "jwks_url" => given.string().and_then(key_url).map(|url| self.urls.push(url)),
            "jwks_urls" => each(given, key_url).map(|urls| self.urls.extend(urls)),
            "jwks_file" => text(given).map(|text| self.file = Some(PathBuf::from(text))),
            "accepted_jku" => each(given, word).map(|urls| self.accepted_jku = urls),
            "audiences" => each(given, word).map(|audiences| self.audiences = audiences),
            "fhir_servers" => each(given, word).map(|servers| self.fhir_servers = servers),
            "fhir_aliases" => each(given, word).map(|aliases| self.aliases = aliases),
            "fhir_networks" => each(given, network).map(|networks| self.networks = networks),
            "fhir_deadline" => given
                .duration()
                .map(|deadline| self.fhir_deadline = Some(deadline)),
            "tenants" => each(given, word).map(|tenants| self.tenants = tenants),
            "trusted_trace" => given.boolean().map(|trusted| self.trusted_trace = trusted),
            _ => return Err(format!("unknown setting `{KEY}.{key}`{}", meant(key, KEYS))),
        };
        read.map_err(|what| format!("`{KEY}.{key}`: {what}"))
    }

    /// What holds between the keys of one client; a key that was given and wrong is not reported as missing too.
    fn finish(self, given: &DeTable<'_>) -> Result<ClientSettings, Vec<String>> {
        let has = |key: &str| given.iter().any(|(name, _)| name.get_ref() == key);
        let mut faults = Vec::new();
        if !has("issuer") {
            faults.push(format!("`{KEY}.issuer` is missing"));
        }
        let by_url = has("jwks_url") || has("jwks_urls");
        if by_url == has("jwks_file") {
            faults.push(format!(
                "`{KEY}`: expected either `jwks_url` (or `jwks_urls`) or `jwks_file`"
            ));
        }
        if by_url && has("accepted_jku") {
            faults.push(format!("`{KEY}.accepted_jku` is for `jwks_file` only"));
        }
        if has("jwks_urls") && !has("jwks_url") && self.urls.is_empty() {
            faults.push(format!("`{KEY}.jwks_urls`: expected at least one address"));
        }
        let mut fhir_servers = Vec::new();
        for server in &self.fhir_servers {
            match AllowedBase::parse(server, &self.networks) {
                Ok(base) => fhir_servers.push(base),
                Err(invalid) => faults.push(format!("`{KEY}.fhir_servers`: `{server}`: {invalid}")),
            }
        }
        let complete = fhir_servers.len() == self.fhir_servers.len();
        for alias in self.aliases.iter().filter(|_| complete) {
            if let Err(what) = add_alias(&mut fhir_servers, alias) {
                faults.push(format!("`{KEY}.fhir_aliases`: `{alias}`: {what}"));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let keys = match self.file {
            Some(path) => KeySource::File {
                path,
                accepted_jku: self.accepted_jku,
            },
            None => KeySource::Urls(
                self.urls
                    .into_iter()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
            ),
        };
        Ok(ClientSettings {
            name: self.name.unwrap_or_else(|| self.issuer.clone()),
            issuer: self.issuer,
            keys,
            audiences: self.audiences,
            fhir_servers,
            tenants: self.tenants,
            trusted_trace: self.trusted_trace,
            fhir_deadline: self.fhir_deadline,
            smart: self.smart,
        })
    }
}

/// Adds `ALIAS` to the only server, or `ALIAS=SERVER` to that one.
fn add_alias(servers: &mut [AllowedBase], text: &str) -> Result<(), String> {
    let (alias, of) = match text.split_once('=') {
        Some((alias, of)) => (alias.trim(), Some(of.trim())),
        None => (text, None),
    };
    if servers.iter().any(|server| server.admits(alias)) {
        return Err("is an address of a server already".to_owned());
    }
    let server = match (of, &mut *servers) {
        (None, [only]) => only,
        (None, []) => {
            return Err("there is no `fhir_servers` of which it could be another address".to_owned());
        }
        (None, _) => return Err("of several `fhir_servers`, expected `ALIAS=SERVER`".to_owned()),
        (Some(of), servers) => servers
            .iter_mut()
            .find(|server| server.admits(of))
            .ok_or("`SERVER` is none of `fhir_servers`")?,
    };
    *server = server
        .clone()
        .with_alias(alias)
        .map_err(|invalid| invalid.to_string())?;
    Ok(())
}

fn text(given: Given<'_>) -> Result<String, String> {
    given.string().and_then(word)
}

/// A word that no call without a name goes by.
fn name(text: String) -> Result<String, String> {
    match text.as_str() {
        "anonymous" => Err("`anonymous` is what a caller without a name is called".to_owned()),
        _ => Ok(text),
    }
}

fn each<T>(given: Given<'_>, read: fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    given.list()?.iter().map(|text| read(text)).collect()
}

fn network(text: &str) -> Result<Network, String> {
    text.parse().map_err(|invalid| format!("`{text}`: {invalid}"))
}

/// The address of a key set, kept as written, since a `jku` is compared with it as text.
fn key_url(text: &str) -> Result<String, String> {
    AllowedBase::parse(text, &[]).map_err(|invalid| format!("`{text}`: {invalid}"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::settings::{AuthMode, KeySource};
    use crate::settings::{Input, Settings, load};
    use toml::de::DeTable;

    fn from(text: &str) -> Result<Settings, Vec<String>> {
        load(&Input {
            file: Some(("f".into(), text.into())),
            ..Input::default()
        })
        .map_err(|faults| faults.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_documented_client_is_valid() {
        let text: String = super::ABOUT
            .lines()
            .skip_while(|line| *line != "# [[clients]]")
            .map(|line| format!("{}\n", line.trim_start_matches("# ")))
            .filter(|line| line.contains('=') || line.starts_with("[["))
            .filter(|line| !line.starts_with("accepted_jku"))
            .collect();
        let settings = from(&text).unwrap();
        assert_eq!(settings.clients.len(), 1, "{text}");
        assert_eq!(settings.clients[0].fhir_servers.len(), 1);
        assert_eq!(settings.auth.mode(1), AuthMode::Required);
    }

    #[test]
    fn every_name_that_may_have_been_meant_is_one() {
        let value: DeTable<'_> = DeTable::parse("a = 1.5").unwrap().into_inner();
        let value = value.values().next().unwrap();
        for key in super::KEYS.iter().filter(|key| **key != "smart") {
            let refused = super::Draft::default().set(key, value).unwrap_err();
            assert!(!refused.contains("unknown"), "{refused}");
        }
        let documented = super::ABOUT.lines().filter_map(|line| line.strip_prefix("# "));
        let documented = documented.filter_map(|line| line.split_once(" = ").map(|(name, _)| name));
        for name in documented.filter(|name| !name.contains([' ', '.'])) {
            assert!(super::KEYS.contains(&name), "{name}");
        }
    }

    #[test]
    fn every_fault_of_every_client_is_reported_at_once_with_its_line() {
        let faults = from(
            "auth.mode = \"required\"\n[[clients]]\nissuer = 1\njwks_url = \"http://keys.example.org\"\ntenant = \"a\"\n\
             [[clients]]\nissuer = \"i\"\nfhir_servers = [\"https://a@b\", \"ftp://x\"]\n\
             [[clients]]\nissuer = \"j\"\njwks_file = \"k\"\njwks_urls = []\nfhir_networks = [\"::/0\"]\n",
        )
        .unwrap_err();
        let expected = [
            "f:3: `clients.issuer`: expected a string, found integer",
            "f:4: `clients.jwks_url`: `http://keys.example.org`: expected `https`",
            "f:5: unknown setting `clients.tenant`; is `tenants` meant?",
            "f:6: `clients`: expected either `jwks_url`",
            "f:6: `clients.fhir_servers`: `https://a@b`",
            "f:6: `clients.fhir_servers`: `ftp://x`",
            "f:13: `clients.fhir_networks`: `::/0`",
            "f:9: `clients`: expected either `jwks_url`",
        ];
        for fault in expected {
            assert!(
                faults.iter().any(|found| found.starts_with(fault)),
                "{fault}\n{faults:#?}"
            );
        }
    }

    #[test]
    fn an_alias_is_of_one_server() {
        let with = |servers: &str, aliases: &str| {
            from(&format!(
                "[[clients]]\nissuer = \"i\"\njwks_file = \"k\"\nfhir_servers = {servers}\nfhir_aliases = {aliases}\n"
            ))
        };
        let one = "[\"https://a.example/r4\"]";
        let two = "[\"https://a.example/r4\", \"https://b.example/r4\"]";
        let settings = with(one, "[\"http://inside:8080/fhir\", \"https://p.example\"]").unwrap();
        let server = &settings.clients[0].fhir_servers[0];
        assert!(server.admits("http://inside:8080/fhir/") && server.admits("https://p.example"));
        let settings = with(two, "[\"http://inside/b=https://b.example/r4/\"]").unwrap();
        let admits: Vec<bool> = settings.clients[0]
            .fhir_servers
            .iter()
            .map(|server| server.admits("http://inside/b"))
            .collect();
        assert_eq!(admits, [false, true]);
        for (servers, alias, what) in [
            (one, "inside:8080", "absolute address"),
            (one, "https://a.example/r4/", "already"),
            ("[]", "https://p.example", "no `fhir_servers`"),
            (two, "https://p.example", "expected `ALIAS=SERVER`"),
            (
                two,
                "https://p.example=https://c.example",
                "none of `fhir_servers`",
            ),
        ] {
            let faults = with(servers, &format!("[{alias:?}]")).unwrap_err();
            let place = format!("f:1: `clients.fhir_aliases`: `{alias}`: ");
            assert!(
                faults.len() == 1 && faults[0].starts_with(&place) && faults[0].contains(what),
                "{faults:?}"
            );
        }
    }

    #[test]
    fn an_issuer_may_stand_twice_only_with_tenants_that_differ() {
        let two = |one: &str, other: &str| {
            from(&format!(
                "[[clients]]\nissuer = \"i\"\njwks_file = \"k\"\ntenants = {one}\n\
                 [[clients]]\nissuer = \"i\"\njwks_file = \"k\"\ntenants = {other}\n"
            ))
        };
        assert_eq!(two("[\"a\"]", "[\"b\"]").unwrap().clients.len(), 2);
        for (one, other) in [("[\"a\"]", "[\"a\", \"b\"]"), ("[]", "[\"b\"]"), ("[]", "[]")] {
            let faults = two(one, other).unwrap_err();
            assert!(
                faults[0].starts_with("f:5: `clients.issuer`: `i` stands twice"),
                "{faults:?}"
            );
        }
    }

    #[test]
    fn a_client_is_called_as_it_is_named_or_by_its_issuer_and_no_two_issuers_alike() {
        let two = |one: &str, other: &str| {
            from(&format!(
                "[[clients]]\nissuer = \"i\"\njwks_file = \"k\"\n{one}\n[[clients]]\nissuer = \"j\"\njwks_file = \"k\"\n{other}\n"
            ))
        };
        let names = |settings: Settings| -> Vec<String> {
            settings.clients.into_iter().map(|client| client.name).collect()
        };
        assert_eq!(names(two("name = \"north\"", "").unwrap()), ["north", "j"]);
        for (one, other, what) in [
            (
                "name = \"a\"",
                "name = \"a\"",
                "`a` is the name of another issuer",
            ),
            ("", "name = \"i\"", "`i` is the name of another issuer"),
            ("", "name = \"anonymous\"", "a caller without a name"),
        ] {
            let faults = two(one, other).unwrap_err();
            assert!(faults.len() == 1 && faults[0].contains(what), "{faults:?}");
        }
    }

    #[test]
    fn required_needs_a_client_and_an_address_to_compare_with() {
        let faults = from("auth.mode = \"required\"\nserver.listen = \"0.0.0.0:80\"").unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].starts_with("f:1: `auth.mode`"), "{faults:?}");
        assert!(faults[1].contains("`server.public_url`"), "{faults:?}");
    }

    #[test]
    fn a_client_makes_the_mode_required_unless_the_mode_is_set() {
        let client = "[[clients]]\nissuer = \"i\"\njwks_file = \"k\"\n";
        let mode = |text: &str| from(text).map(|settings| settings.auth.mode(settings.clients.len()));
        assert_eq!(mode(client).unwrap(), AuthMode::Required);
        assert_eq!(mode("").unwrap(), AuthMode::Open);
        assert_eq!(
            mode(&format!("auth.mode = \"open\"\n{client}")).unwrap(),
            AuthMode::Open
        );
        let open = |listen: &str| {
            mode(&format!(
                "auth.mode = \"open\"\nserver.listen = \"{listen}:80\"\n{client}"
            ))
        };
        assert!(open("127.0.0.1").is_ok());
        assert!(open("192.0.2.1").unwrap_err()[0].contains("does not authenticate"));
    }

    #[test]
    fn clients_can_come_from_the_environment() {
        let with = |value: &str| {
            load(&Input {
                file: None,
                environment: vec![("PNET_CDS_CLIENTS".into(), value.into())],
            })
        };
        let settings =
            with("[{ issuer = \"i\", jwks_urls = [\"https://k.example.org/b\", \"http://localhost:1/a\"] }]")
                .unwrap();
        let KeySource::Urls(urls) = &settings.clients[0].keys else {
            panic!()
        };
        assert_eq!(urls, &["http://localhost:1/a", "https://k.example.org/b"]);
        for wrong in ["x", "[1]", "[{ issuer = \"i\" }]"] {
            let faults = with(wrong).unwrap_err();
            assert!(
                faults.iter().all(|fault| fault.place == "PNET_CDS_CLIENTS"),
                "{faults:?}"
            );
        }
    }

    #[test]
    fn an_origin_is_exact() {
        for origin in [
            "https://ehr.example.org",
            "https://ehr.example.org:8443",
            "http://localhost:8080",
        ] {
            assert_eq!(
                from(&format!("server.cors_origins = [{origin:?}]"))
                    .unwrap()
                    .cors_origins,
                [origin]
            );
        }
        for origin in [
            "*",
            "null",
            "https://*.example.org",
            "https://ehr.example.org/",
            "https://EHR.example.org",
            "https://ehr.example.org:443",
            "http://ehr.example.org",
            "ehr.example.org",
        ] {
            assert_eq!(
                from(&format!("server.cors_origins = [{origin:?}]"))
                    .unwrap_err()
                    .len(),
                1,
                "{origin}"
            );
        }
    }
}
