//! The fact catalogue: every fact id of the specification with its kind, unit and words, and the facts that a site adds.

pub(crate) mod file;
pub(crate) mod id;
pub(crate) mod info;
pub(crate) mod known;
mod site;

// Where a site's facts are checked, whoever asks finds these beside the rest of what a fact must fit.
pub use id::{FactId, Word};
pub use info::{About, CodeOf, Counts, FactInfo, Kind, PRESENCE};
pub use known::{Catalogue, observed, unfit_unit};
pub use site::SiteFact;

#[cfg(test)]
mod tests {
    use super::file::{CATALOGUE, File};
    use super::*;

    #[test]
    fn the_catalogue_names_every_fact_once_in_order() {
        toml::from_str::<File>(include_str!("../facts/facts.toml")).unwrap();
        let listed: Vec<&str> = CATALOGUE.fact.iter().map(|fact| fact.id.as_str()).collect();
        let ids: Vec<&str> = FactId::ALL.iter().map(|id| id.as_str()).collect();
        assert_eq!(listed, ids);
    }

    #[test]
    fn words_are_those_of_the_fact_only() {
        assert_eq!(FactId::Pnet.word("present").unwrap().as_str(), "present");
        assert_eq!(FactId::LiverDistribution.word("present"), None);
    }

    #[test]
    fn every_synonym_is_of_a_word_of_its_fact_and_no_word_itself() {
        for id in FactId::ALL {
            let info = id.info();
            for (written, word) in &info.synonyms {
                assert!(id.word(word).is_some(), "{id}: {word}");
                assert!(id.word(written).is_none(), "{id}: {written}");
                assert_eq!(*written, written.to_lowercase().replace(' ', "-"), "{id}");
            }
            let small = |texts: &[String]| texts.iter().all(|text| *text == text.to_lowercase());
            let lists = [&info.notes, &info.labels, &info.zero, &info.describes];
            assert!(lists.into_iter().all(|list| small(list)), "{id}");
            let notes_of = info.notes_of.iter().map(|(_, note)| note);
            assert!(
                notes_of.into_iter().all(|note| *note == note.to_lowercase()),
                "{id}"
            );
        }
    }

    #[test]
    fn every_kind_has_what_it_needs() {
        for id in FactId::ALL {
            let info = id.info();
            assert!(!info.label.is_empty(), "{id} has no label");
            match info.kind {
                Kind::Words | Kind::Several | Kind::Presence => assert!(!info.words.is_empty(), "{id}"),
                Kind::Number => assert!(info.unit.is_some(), "{id}"),
                Kind::Score => assert!(info.min.is_some() && info.max.is_some(), "{id}"),
                Kind::Marker => {}
            }
        }
    }
}
