//! Words of a fact's list from plain text and from yes and no.

use super::lexicon::{LEXICON, has_any, is_one_of};
use super::phrase::bare;
use crate::catalogue::{FactId, Kind, Word};

/// The word of a fact that yes or no stands for, if its list is one of two opposites.
pub(super) fn polar(fact: FactId, yes: bool) -> Option<Word> {
    LEXICON
        .opposites
        .iter()
        .find_map(|(affirmed, denied)| fact.word(if yes { affirmed } else { denied }))
}

/// The word that the whole text is, without labels and notes, in any case and with blanks for hyphens; nothing is
/// looked for inside longer text. A word may stand beside its abbreviation in brackets.
pub(super) fn word_of_text(fact: FactId, text: &str) -> Option<Word> {
    let word = |text: &str| plain_word(fact, text).or_else(|| plain_word(fact, bare(fact, text)));
    word(text).or_else(|| {
        let (before, inside) = bare(fact, text).strip_suffix(')')?.split_once('(')?;
        word(before).filter(|before| word(inside) == Some(*before))
    })
}

fn plain_word(fact: FactId, text: &str) -> Option<Word> {
    let text = text
        .trim()
        .to_lowercase()
        .split([' ', '_', '-', ':'])
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    let listed = fact.info().words.iter().find(|word| word.to_lowercase() == text);
    if let Some(word) = listed {
        return fact.word(word);
    }
    let mut synonyms = fact.info().synonyms.iter();
    if let Some((_, word)) = synonyms.find(|(written, _)| *written == text) {
        return fact.word(word);
    }
    if is_one_of(&text, &LEXICON.yes) {
        polar(fact, true)
    } else if is_one_of(&text, &LEXICON.no)
        || (is_one_of(&text, &LEXICON.none) && fact.info().kind == Kind::Presence)
    {
        polar(fact, false)
    } else {
        None
    }
}

/// How far a portal vein thrombosis goes by its wording: without extent it counts as occluded (specification, section 2).
pub(super) fn extent<'t>(texts: impl Iterator<Item = &'t str>) -> &'static str {
    let mut partial = false;
    for text in texts {
        let mut text = text.to_lowercase();
        for (written, as_if) in &LEXICON.thrombosis.rewritten {
            text = text.replace(written, as_if);
        }
        if has_any(&text, &LEXICON.thrombosis.complete) {
            return "occluded";
        }
        partial |= has_any(&text, &LEXICON.thrombosis.partial);
    }
    if partial { "partial" } else { "occluded" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_with_its_label_its_note_and_its_abbreviation() {
        for (fact, text, word) in [
            (FactId::DiseaseStatus, "Stable disease (SD)", "stable"),
            (FactId::DiseaseStatus, "PD (progressive disease)", "progressive"),
            (
                FactId::DiseaseStatus,
                "Progressive disease (PD) per RECIST 1.1",
                "progressive",
            ),
            (FactId::DiseaseStatus, "Partielle Remission (PR)", "responding"),
            (
                FactId::DiseaseStatus,
                "stabile Erkrankung nach RECIST 1.1",
                "stable",
            ),
            (FactId::DiseaseStatus, "Response: PD", "progressive"),
            (FactId::Resectability, "nicht resektabel", "unresectable"),
            (FactId::Resectability, "Not resectable", "unresectable"),
            (FactId::Resectability, "Resektabilität: resezierbar", "resectable"),
            (FactId::Margins, "R0 resection", "R0"),
            (FactId::Margins, "R1-Resektion", "R1"),
            (FactId::Margins, "Resektionsstatus: R2", "R2"),
            (FactId::Margins, "R0 (kein Residualtumor)", "R0"),
        ] {
            assert_eq!(word_of_text(fact, text).map(Word::as_str), Some(word), "{text}");
        }
    }

    #[test]
    fn what_takes_a_word_back_doubts_or_dates_it_keeps_it_from_being_read() {
        for (fact, text) in [
            (FactId::DiseaseStatus, "Stable disease (PD)"),
            (FactId::DiseaseStatus, "Stable disease?"),
            (FactId::DiseaseStatus, "kein Progress"),
            (FactId::DiseaseStatus, "SD (zuvor PD)"),
            (FactId::DiseaseStatus, "Stable disease until 2024"),
            (FactId::DiseaseStatus, "V.a. Progress"),
            (FactId::Resectability, "nicht sicher resektabel"),
            (FactId::Resectability, "resektabel?"),
            (FactId::Resectability, "potentially resectable"),
            (FactId::Resectability, "früher nicht resektabel"),
            (FactId::Margins, "R0 resection possible"),
            (FactId::Margins, "keine R0-Resektion"),
            (FactId::Margins, "R0/R1"),
            (FactId::Margins, "R0 (R1 not excluded)"),
        ] {
            assert_eq!(word_of_text(fact, text), None, "{text}");
        }
    }

    #[test]
    fn a_thrombosis_is_partial_only_where_it_says_so() {
        for (text, is) in [
            ("Portal vein thrombosis", "occluded"),
            ("Partial portal vein thrombosis", "partial"),
            ("Non-occlusive thrombus of portal vein", "partial"),
            ("Occlusive portal vein thrombosis", "occluded"),
            ("Complete occlusion, left branch partial", "occluded"),
            ("not partial", "occluded"),
        ] {
            assert_eq!(extent([text].into_iter()), is, "{text}");
        }
    }
}
