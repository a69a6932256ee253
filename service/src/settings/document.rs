//! The documentation of the settings, written from the table; itself a valid settings file.

use super::clients;
use super::load::variable_name;
use super::table::ROWS;
use std::fmt::Write as _;

/// Every setting with its default, environment name and one line, as TOML.
pub fn document() -> String {
    let mut text = String::from(
        "# Every setting of pnet-cds with its default. Written by `pnet-cds settings`.\n\
         # An environment variable wins over the file; a line that is commented out has no default.\n",
    );
    let mut section = "";
    for row in ROWS {
        let (part, name) = row.key.split_once('.').unwrap_or(("", row.key));
        if part != section {
            section = part;
            let _ = write!(text, "\n[{section}]\n");
        } else {
            text.push('\n');
        }
        let _ = write!(text, "# {}\n# {}\n", row.about, variable_name(row.key));
        let _ = match row.default {
            Some(default) => writeln!(text, "{name} = {default}"),
            None => writeln!(text, "# {name} = {}", row.example),
        };
    }
    text.push_str(clients::ABOUT);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::StoreUrl;
    use crate::settings::{Input, load};

    #[test]
    fn the_documented_defaults_are_those_of_the_code() {
        assert_eq!(
            document(),
            include_str!("../../defaults.toml"),
            "run `pnet-cds settings > service/defaults.toml`"
        );
    }

    #[test]
    fn the_documented_defaults_load_to_the_defaults() {
        let documented = Input {
            file: Some(("defaults.toml".into(), document())),
            ..Input::default()
        };
        let mut expected = load(&Input::default()).unwrap();
        expected.demo = Some(false);
        expected.demo_off_by = Some("auth.allow_open_network");
        expected.workbench = Some(false);
        expected.store.url = StoreUrl::file("pnet-cds.sqlite");
        expected.management_listen_given = true;
        assert_eq!(load(&documented).unwrap(), expected);
    }

    #[test]
    fn every_example_is_a_valid_value() {
        let text = document();
        let uncommented: String = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest)
                    if ROWS.iter().any(|r| {
                        r.default.is_none()
                            && rest.starts_with(&format!("{} = ", r.key.split_once('.').unwrap().1))
                    }) =>
                {
                    format!("{rest}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect();
        let settings = load(&Input {
            file: Some(("all.toml".into(), uncommented)),
            ..Input::default()
        })
        .unwrap();
        assert!(settings.public_url.is_some() && settings.knowledge_dir.is_some());
    }
}
