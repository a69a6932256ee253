//! The files of a knowledge directory as they are read: each by its path, with where its faults go.

use super::fault::Faults;
use super::rows::Rows;
use super::section::Place;
use fhir_profiles::catalogue::Catalogue;
use std::collections::BTreeMap;

/// The files being read and where their faults go.
#[derive(Clone, Copy)]
pub(super) struct Files<'a> {
    pub(super) files: &'a BTreeMap<String, String>,
    /// Where faults go.
    pub(super) faults: &'a Faults,
    /// The facts that there are.
    pub(super) catalogue: &'a Catalogue,
}

impl<'a> Files<'a> {
    /// A file, if it is there (what must be there and is not, is reported by `check_names`).
    pub(super) fn place(&self, path: &str) -> Option<Place<'a>> {
        let (file, text) = self.files.get_key_value(path)?;
        Some(Place {
            file,
            text,
            faults: self.faults,
            catalogue: self.catalogue,
        })
    }

    /// The files of a folder.
    pub(super) fn folder(&self, folder: &'static str) -> impl Iterator<Item = Place<'a>> + use<'a> {
        let (faults, catalogue) = (self.faults, self.catalogue);
        self.files
            .iter()
            .filter(move |(file, _)| file.starts_with(folder))
            .map(move |(file, text)| Place {
                file,
                text,
                faults,
                catalogue,
            })
    }

    /// A CSV file, if it is there and can be read.
    pub(super) fn rows(&self, path: &str, header: &'static [&'static str]) -> Option<Rows<'a>> {
        let place = self.place(path)?;
        Rows::read(place.file, place.text, header, self.faults)
    }

    /// The folders under `options/`, in order of their names.
    pub(super) fn option_folders(&self) -> Vec<&'a str> {
        let mut folders: Vec<&str> = self
            .files
            .keys()
            .filter_map(|path| path.strip_prefix("options/")?.split_once('/'))
            .map(|(folder, _)| folder)
            .collect();
        folders.dedup();
        folders
    }
}
