//! Search tokens for prefetch templates, by theme, so that one URL stays short enough.

use super::all::Codes;
use super::coding::Coding;
use super::system::FACTS;
use crate::catalogue::file::themes;
use crate::catalogue::id::FactId;

impl Codes {
    /// The themes by which Observations, DiagnosticReports and Procedures are searched.
    pub fn themes() -> impl Iterator<Item = &'static str> {
        themes().iter().map(|theme| theme.id.as_str())
    }

    /// Whether the code means something to the reader, whatever the kind of record it stands in.
    pub fn knows(&self, system: &str, code: &str) -> bool {
        let coding = Coding::new(Some(system), Some(code), None);
        self.meanings(&coding).next().is_some()
    }

    /// The `system|code` tokens of a theme (`pathology`, `staging`, `liver`, `markers`, `status`: Observations;
    /// `reports`: DiagnosticReports; `procedures`: Procedures); none for another name; codes of packs and a site's own stand last; of a category, every code of its system. Joined with commas they are the value of one `code` parameter.
    pub fn search_tokens(&self, group: &str) -> Vec<String> {
        let Some(theme) = themes().iter().find(|theme| theme.id == group) else {
            return Vec::new();
        };
        // Codes of other themes are searched with these: what is done has no theme of its own.
        let is_searched = |fact: &FactId| match group {
            "procedures" => fact.info().is_of(group),
            _ => fact.info().theme == group,
        };
        let facts: Vec<FactId> = self.catalogue.facts().filter(is_searched).collect();
        let sets: Vec<&str> = theme.sets.iter().map(String::as_str).collect();
        let standard = sets
            .iter()
            .filter_map(|id| self.standard.tokens.get(id))
            .flatten()
            .cloned();
        let own = facts.iter().map(|fact| format!("{FACTS}|{fact}"));
        let local = self.maps.iter().flat_map(|map| map.tokens(&sets, &facts));
        standard.chain(own).chain(local).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_fits_into_one_url() {
        // Procedures are asked for whole, whatever their codes.
        for theme in Codes::themes().filter(|theme| *theme != "procedures") {
            let joined = Codes::embedded().search_tokens(theme).join(",");
            assert!(joined.len() < 1850, "{theme}: {}", joined.len());
        }
    }

    #[test]
    fn every_fact_is_searched_as_an_observation_and_every_set_is_one_of_the_guide() {
        let observed: Vec<&str> = crate::catalogue::observed().collect();
        for fact in FactId::ALL {
            assert!(observed.contains(&fact.info().theme.as_str()), "{fact}");
            let further = ["conditions", "medications", "procedures"];
            for theme in &fact.info().also {
                let known = observed.contains(&theme.as_str()) || further.contains(&theme.as_str());
                assert!(known && *theme != fact.info().theme, "{fact}: {theme}");
            }
        }
        let sets: Vec<&str> = super::super::value_sets().map(|(id, _)| id).collect();
        for set in themes().iter().flat_map(|theme| &theme.sets) {
            assert!(sets.contains(&set.as_str()), "{set}");
        }
    }
}
