//! Loading: defaults, then the file, then the environment, with every fault reported at once.

use super::AuthMode;
use super::Settings;
use super::StoreUrl;
use super::fault::Fault;
use super::table::{ROWS, Row};
use super::values::Given;
use super::{clients, smart};
use crate::host::{host_of, is_loopback};
use crate::nearest::meant;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What every environment name begins with.
pub(super) const PREFIX: &str = "PNET_CDS_";
/// Names the settings file; no setting itself.
pub(crate) const CONFIG_VARIABLE: &str = "PNET_CDS_CONFIG";

/// The file of the store where none is set, outside demo mode.
const DEFAULT_STORE: &str = "pnet-cds.sqlite";

/// Where settings are taken from.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Name and text of the file, if one is given.
    pub file: Option<(String, String)>,
    /// Name and value of the environment variables.
    pub environment: Vec<(String, String)>,
}

/// Reads the settings.
///
/// # Errors
/// Every fault of file and environment, in order.
pub fn load(source: &Input) -> Result<Settings, Vec<Fault>> {
    let mut loading = Loading {
        settings: Settings::blank(),
        places: Vec::new(),
        clients_given: false,
        faults: Vec::new(),
    };
    loading.defaults();
    if let Some((name, text)) = &source.file {
        loading.file(name, text);
    }
    for (name, value) in &source.environment {
        loading.variable(name, value);
    }
    loading.agree();
    if loading.faults.is_empty() {
        Ok(loading.settings)
    } else {
        Err(loading.faults)
    }
}

struct Loading {
    settings: Settings,
    /// Where each key was set last.
    places: Vec<(&'static str, String)>,
    /// Whether clients are set, right or wrong.
    clients_given: bool,
    faults: Vec<Fault>,
}

impl Loading {
    fn fault(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.faults.push(Fault {
            place: place.into(),
            what: what.into(),
        });
    }

    fn set(&mut self, row: &Row, place: String, given: Given<'_>) {
        if let Err(what) = (row.set)(&mut self.settings, given) {
            self.fault(place.clone(), format!("`{}`: {what}", row.key));
        }
        self.places.push((row.key, place));
    }

    fn defaults(&mut self) {
        for row in ROWS {
            let Some(default) = row.default else { continue };
            match DeValue::parse(default) {
                Ok(value) => self.set(row, "default".into(), Given::Toml(value.get_ref())),
                Err(error) => self.fault("default", format!("`{}`: {}", row.key, error.message())),
            }
        }
        self.places.clear();
    }

    fn file(&mut self, name: &str, text: &str) {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            self.fault(place(name, text, at), error.message());
        }
        self.table(name, text, "", table.get_ref());
    }

    fn table(&mut self, name: &str, text: &str, path: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = if path.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{path}.{}", key.get_ref())
            };
            self.entry(name, text, &path, key.span().start, value);
        }
    }

    fn entry(&mut self, name: &str, text: &str, path: &str, at: usize, value: &Spanned<DeValue<'_>>) {
        let place = place(name, text, at);
        let section = format!("{path}.");
        match value.get_ref() {
            given if row(path).is_some() => {
                if let Some(row) = row(path) {
                    self.set(row, place, Given::Toml(given));
                }
            }
            given if path == clients::KEY => self.clients(given, at, &|at| self::place(name, text, at)),
            DeValue::Table(table) if ROWS.iter().any(|row| row.key.starts_with(&section)) => {
                self.table(name, text, path, table);
            }
            _ => {
                let known = ROWS.iter().map(|row| row.key).chain([clients::KEY]);
                self.fault(place, format!("unknown setting `{path}`{}", meant(path, known)));
            }
        }
    }

    fn variable(&mut self, name: &str, value: &str) {
        if !name.starts_with(PREFIX) || name == CONFIG_VARIABLE {
            return;
        }
        if name == variable_name(clients::KEY) {
            match DeValue::parse(value) {
                Ok(given) => self.clients(given.get_ref(), 0, &|_| name.to_owned()),
                Err(error) => self.fault(name, error.message()),
            }
            return;
        }
        match ROWS.iter().find(|row| variable_name(row.key) == name) {
            Some(row) => self.set(row, name.to_owned(), Given::Text(value)),
            None => {
                let known: Vec<String> = ROWS.iter().map(|row| variable_name(row.key)).collect();
                let meant = meant(name, known.iter().map(String::as_str));
                self.fault(name, format!("unknown setting{meant}"));
            }
        }
    }

    fn clients(&mut self, given: &DeValue<'_>, at: usize, place: &dyn Fn(usize) -> String) {
        self.settings.clients = clients::read(given, at, place, &mut self.faults);
        self.clients_given = given.as_array().is_none_or(|items| items.iter().next().is_some());
    }

    /// What has to hold between settings.
    fn agree(&mut self) {
        let listen = self.settings.listen;
        let mode = self.settings.auth.mode(usize::from(self.clients_given));
        self.settings.auth.mode = Some(mode);
        match mode {
            AuthMode::Open if !listen.ip().is_loopback() && !self.settings.allow_open_network => {
                let place = self.place_of("server.listen");
                self.fault(
                    place,
                    format!(
                        "`server.listen`: `{listen}` is not a loopback address, and in open mode the service does not \
                         authenticate callers: anyone who reaches it could send charts and read answers; register \
                         callers (`[[clients]]`), or keep it behind a proxy that authenticates, and say so with \
                         `auth.allow_open_network = true`"
                    ),
                );
            }
            AuthMode::Open => {}
            AuthMode::Required => self.agree_on_callers(),
        }
        let mut places = self.places.iter();
        self.settings.management_listen_given = places.any(|(set, _)| *set == "server.management_listen");
        self.agree_on_tls();
        for (key, what) in self.settings.audit.faults() {
            let place = self.place_of(key);
            self.fault(place, what);
        }
        self.settings.demo_off_by = self.operated_by();
        let not_operated = self.settings.demo_off_by.is_none();
        let demo = *self.settings.demo.get_or_insert(not_operated);
        if !demo && !self.places.iter().any(|(key, _)| *key == "store.url") {
            self.settings.store.url = StoreUrl::file(DEFAULT_STORE);
        }
        self.agree_on_launches();
        let launched = self.settings.smart.enabled;
        self.settings.workbench.get_or_insert(demo || launched);
    }

    /// The first setting that only a service for patients of one's own has.
    fn operated_by(&self) -> Option<&'static str> {
        let of_operation = |key: &&str| key.starts_with("auth.") || key.starts_with("store.");
        let set = self.places.iter().map(|(key, _)| *key).find(of_operation);
        self.clients_given.then_some(clients::KEY).or(set)
    }

    /// What it takes to be launched from a chart.
    fn agree_on_launches(&mut self) {
        if !self.settings.smart.enabled {
            return;
        }
        let place = self.place_of("smart.enabled");
        // A client that is wrong is not missing too.
        let mut whats = match self.faults.is_empty() {
            true => smart::faults(&self.settings.clients),
            false => Vec::new(),
        };
        match self.settings.public_url.as_deref() {
            None => whats.push(
                "`server.public_url` is missing: the authorization server sends browsers back there"
                    .to_owned(),
            ),
            Some(url) => {
                let local = url.strip_prefix("http://").map(host_of).map(is_loopback);
                if local == Some(false) {
                    whats.push(format!(
                        "`server.public_url`: `{url}`: expected `https`: cookies of sessions go with every request"
                    ));
                }
            }
        }
        if self.settings.workbench == Some(false) {
            whats.push("`smart.enabled` needs the pages, `workbench.enabled`".to_owned());
        }
        for what in whats {
            self.fault(place.clone(), what);
        }
    }

    fn agree_on_tls(&mut self) {
        let (set, other) = match (&self.settings.tls_cert, &self.settings.tls_key) {
            (Some(_), None) => ("server.tls.cert", "server.tls.key"),
            (None, Some(_)) => ("server.tls.key", "server.tls.cert"),
            _ => return,
        };
        let place = self.place_of(set);
        self.fault(
            place,
            format!("`{other}` is missing: a certificate and its key go together"),
        );
    }

    /// What required mode needs.
    fn agree_on_callers(&mut self) {
        if !self.clients_given {
            let place = self.place_of("auth.mode");
            self.fault(
                place,
                "`auth.mode`: `required` needs at least one caller, `[[clients]]`",
            );
        }
        if !self.settings.listen.ip().is_loopback() && self.settings.public_url.is_none() {
            let place = self.place_of("server.listen");
            self.fault(
                place,
                "`server.public_url` is missing: the `aud` of a token is compared with it",
            );
        }
    }

    fn place_of(&self, key: &str) -> String {
        let set = self.places.iter().rev().find(|(set, _)| *set == key);
        set.map_or_else(|| key.to_owned(), |(_, place)| place.clone())
    }
}

fn row(key: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.key == key)
}

/// The environment name of a key.
pub(super) fn variable_name(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

fn place(name: &str, text: &str, at: usize) -> String {
    let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    format!("{name}:{line}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::DatabaseKind;

    fn from_file(text: &str) -> Result<Settings, Vec<Fault>> {
        load(&Input {
            file: Some(("pnet-cds.toml".into(), text.into())),
            environment: Vec::new(),
        })
    }

    fn with(environment: &[(&str, &str)]) -> Input {
        Input {
            file: None,
            environment: environment
                .iter()
                .map(|(n, v)| ((*n).into(), (*v).into()))
                .collect(),
        }
    }

    #[test]
    fn with_nothing_set_it_is_a_demo_on_loopback() {
        let settings = load(&with(&[("PATH", "/bin")])).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(settings.demo, Some(true));
    }

    #[test]
    fn the_defaults_of_the_fhir_client_are_documented_as_they_are() {
        let settings = load(&with(&[])).unwrap();
        assert_eq!(settings.fhir, crate::settings::FhirSettings::default());
    }

    #[test]
    fn callers_auth_or_a_store_turn_the_demo_off_and_nothing_else_does() {
        let shown = |settings: Settings| (settings.demo.unwrap(), settings.demo_off_by);
        let client = "[[clients]]\nissuer = \"https://ehr.example.org\"\njwks_url = \"https://ehr.example.org/keys\"\n";
        for (text, expected) in [
            ("", (true, None)),
            ("clients = []", (true, None)),
            (
                "server.listen = \"127.0.0.1:9\"\n[fhir]\ndeadline = \"1 s\"",
                (true, None),
            ),
            ("demo.enabled = false", (false, None)),
            (client, (false, Some("clients"))),
            ("auth.mode = \"open\"", (false, Some("auth.mode"))),
            ("store.url = \"sqlite:a\"", (false, Some("store.url"))),
            (
                "store.retention = \"1 d\"\ndemo.enabled = true",
                (true, Some("store.retention")),
            ),
        ] {
            assert_eq!(shown(from_file(text).unwrap()), expected, "{text}");
        }
        for (variable, value, expected) in [
            ("PNET_CDS_CARDS__MAX", "3", (true, None)),
            ("PNET_CDS_SERVER__LISTEN", "127.0.0.1:9", (true, None)),
            ("PNET_CDS_STORE__URL", "sqlite:a", (false, Some("store.url"))),
        ] {
            assert_eq!(
                shown(load(&with(&[(variable, value)])).unwrap()),
                expected,
                "{variable}"
            );
        }
    }

    #[test]
    fn the_store_is_in_memory_for_the_demo_and_else_in_a_file_unless_set() {
        let kind = |text: &str| from_file(text).unwrap().store.url.kind();
        assert_eq!(load(&with(&[])).unwrap().store.url.kind(), DatabaseKind::Memory);
        assert_eq!(kind("demo.enabled = true"), DatabaseKind::Memory);
        assert_eq!(kind("demo.enabled = false"), DatabaseKind::File);
        assert_eq!(
            kind("demo.enabled = true\nstore.url = \"sqlite:a\""),
            DatabaseKind::File
        );
        assert_eq!(kind("store.url = \"postgres://h/x\""), DatabaseKind::Postgres);
    }

    #[test]
    fn a_fault_does_not_show_the_address_of_the_store() {
        let faults = from_file("store.url = \"postgrs://me:hunter2@h/x\"").unwrap_err();
        assert!(faults[0].what.starts_with("`store.url`: expected"), "{faults:?}");
        assert!(!faults[0].what.contains("hunter2"), "{faults:?}");
        let settings = from_file("store.url = \"postgres://me:hunter2@h/x\"").unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
    }

    #[test]
    fn the_pages_come_with_the_demo_unless_they_are_set() {
        for (text, shown) in [
            ("", true),
            ("demo.enabled = false", false),
            ("demo.enabled = true", true),
            ("demo.enabled = true\nworkbench.enabled = false", false),
            ("demo.enabled = false\nworkbench.enabled = true", true),
        ] {
            assert_eq!(from_file(text).unwrap().workbench, Some(shown), "{text}");
        }
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let source = Input {
            file: Some((
                "f".into(),
                "[cards]\nmax = 4\nclosed_world = [\"diabetes\"]".into(),
            )),
            ..with(&[
                ("PNET_CDS_CARDS__MAX", "3"),
                ("PNET_CDS_SERVER__REQUEST_DEADLINE", "800ms"),
            ])
        };
        let settings = load(&source).unwrap();
        assert_eq!(settings.max_cards, 3);
        assert_eq!(settings.closed_world, ["diabetes"]);
        assert_eq!(settings.request_deadline.as_millis(), 800);
    }

    #[test]
    fn every_fault_is_reported_at_once_with_its_line() {
        let faults = from_file(
            "[server]\nlisten = \"nowhere\"\nbody_limit = -1\nlisen = 1\n\n[cards]\nmax = 0\n\
             closed_world = [\"ki67\", \"x\"]\n[extra]\na = 1\n",
        )
        .unwrap_err();
        let shown: Vec<String> = faults.iter().map(Fault::to_string).collect();
        let mut places: Vec<&str> = shown.iter().map(|f| f.split(": ").next().unwrap()).collect();
        places.sort_unstable();
        assert_eq!(
            places,
            [
                "pnet-cds.toml:2",
                "pnet-cds.toml:3",
                "pnet-cds.toml:4",
                "pnet-cds.toml:7",
                "pnet-cds.toml:8",
                "pnet-cds.toml:9"
            ],
            "{shown:#?}"
        );
        assert!(
            shown
                .iter()
                .any(|f| f == "pnet-cds.toml:4: unknown setting `server.lisen`; is `server.listen` meant?")
        );
    }

    #[test]
    fn a_file_that_is_no_toml_is_a_fault_with_its_line() {
        let faults = from_file("[cards]\nmax = = 3\n").unwrap_err();
        assert!(faults.iter().any(|f| f.place == "pnet-cds.toml:2"), "{faults:?}");
    }

    #[test]
    fn an_unknown_variable_of_ours_is_a_fault() {
        let faults = load(&with(&[
            ("PNET_CDS_CARDS__MAXIMUM", "3"),
            ("PNET_CDS_CONFIG", "x"),
        ]))
        .unwrap_err();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].place, "PNET_CDS_CARDS__MAXIMUM");
        let faults = load(&with(&[("PNET_CDS_SERVER_LISTEN", "127.0.0.1:9")])).unwrap_err();
        assert_eq!(
            faults[0].what,
            "unknown setting; is `PNET_CDS_SERVER__LISTEN` meant?"
        );
    }

    #[test]
    fn an_open_address_needs_to_be_allowed() {
        for open in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80"] {
            let faults = load(&with(&[("PNET_CDS_SERVER__LISTEN", open)])).unwrap_err();
            assert!(faults[0].what.contains("does not authenticate"), "{faults:?}");
            let allowed = with(&[
                ("PNET_CDS_SERVER__LISTEN", open),
                ("PNET_CDS_AUTH__ALLOW_OPEN_NETWORK", "true"),
            ]);
            assert!(load(&allowed).is_ok());
        }
        assert!(load(&with(&[("PNET_CDS_SERVER__LISTEN", "[::1]:80")])).is_ok());
    }

    #[test]
    fn values_of_the_wrong_form_are_faults() {
        for (key, value) in [
            ("server.public_url", "\"cds.example.org\""),
            ("server.public_url", "\"ftp://cds.example.org\""),
            ("server.body_limit", "\"4 MB\""),
            ("server.body_limit", "5"),
            ("server.body_limit", "\"63 KiB\""),
            ("server.request_deadline", "\"0 s\""),
            ("server.request_deadline", "5"),
            ("cards.max", "\"3\""),
            ("telemetry.log", "\"xml\""),
            ("demo.enabled", "1"),
            (
                "prefetch.keys",
                "[\"problems=conditions\", \"problems=pathology\"]",
            ),
        ] {
            assert_eq!(
                from_file(&format!("{key} = {value}")).unwrap_err().len(),
                1,
                "{key} = {value}"
            );
        }
    }
}
