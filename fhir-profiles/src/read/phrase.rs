//! What stands around a value in a text: a label before it and a note behind it, both known words of the fact.

use crate::catalogue::{FactId, Kind};
use crate::values::{TextNumber, number_from_text};

/// The longest text, in bytes, that is looked at for a value with a note behind it. A longer one is a report: each place where
/// a note may begin costs a look at all that follows it.
const LONGEST: usize = 250;

/// The value without its label (`Ki-67: 8 %`) and a note that changes nothing (`8 % (hot spot)`). Words that are not
/// listed stay, and keep the text from being read.
pub(super) fn bare(fact: FactId, text: &str) -> &str {
    without_note(fact, without_labels(&fact.info().labels, text))
}

/// The text behind any of the labels in front of it.
pub(super) fn without_labels<'t>(labels: &[impl AsRef<str>], text: &'t str) -> &'t str {
    let mut rest = text.trim();
    while let Some(behind) = labels.iter().find_map(|label| behind(rest, label.as_ref())) {
        rest = behind.trim_start_matches([':', '=', ' ', '\u{a0}']);
    }
    rest
}

/// A label ends where its letters or its digits end: `ECOG1` has one, `ki 678` has none.
fn behind<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(label.len())?;
    let goes_on = match label.chars().next_back()? {
        last if last.is_ascii_digit() => rest.starts_with(|c: char| c.is_ascii_digit()),
        last if last.is_alphabetic() => rest.starts_with(char::is_alphabetic),
        _ => false,
    };
    (head.eq_ignore_ascii_case(label) && !goes_on).then_some(rest)
}

fn without_note(fact: FactId, text: &str) -> &str {
    let text = text.trim().trim_end_matches('.').trim_end();
    if text.len() > LONGEST {
        return text;
    }
    let separators = [" (", "(", " [", " - ", " – ", ", ", ": ", "; ", " ", "-"];
    let mut places: Vec<(usize, usize)> = separators
        .iter()
        .flat_map(|separator| text.match_indices(separator))
        .map(|(at, found)| (at, at + found.len()))
        .collect();
    places.sort_unstable();
    places
        .into_iter()
        .find_map(|(from, to)| {
            let (head, tail) = (text.get(..from)?, text.get(to..)?);
            let apart = !matches!(text.get(from..to), Some(" " | "-"));
            let closed = head.matches(['(', '[']).count() == head.matches([')', ']']).count();
            let whole = apart || closed;
            let is_note = is_note(fact, head, tail) || (apart && may_go_on(fact, tail));
            (!head.is_empty() && whole && is_note).then_some(head)
        })
        .unwrap_or(text)
}

/// Whether the text is made of the fact's notes, and of those of the value before it, in full.
fn is_note(fact: FactId, head: &str, tail: &str) -> bool {
    let info = fact.info();
    let of_value = info
        .notes_of
        .iter()
        .filter(|(value, _)| ends_with(head, value))
        .map(|(_, note)| note);
    let notes: Vec<Vec<String>> = info
        .notes
        .iter()
        .chain(of_value)
        .map(|note| words(note))
        .collect();
    let tail = words(tail);
    let mut rest = tail.as_slice();
    while !rest.is_empty() {
        let fits = notes.iter().filter(|note| rest.starts_with(note));
        let Some(longest) = fits.map(Vec::len).max() else {
            return false;
        };
        rest = rest.get(longest..).unwrap_or_default();
    }
    !tail.is_empty()
}

/// Whether the last word of a text is this one.
fn ends_with(text: &str, word: &str) -> bool {
    words(text)
        .last()
        .is_some_and(|last| *last == word.to_lowercase())
}

/// The words of a text in small letters; every sign that may doubt or limit stays with its word.
fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower
        .split(|c: char| c.is_whitespace() || ",;:()[]-–".contains(c))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A note of a score, whose meaning may go on, but neither doubt nor give another number. `50` stands in the wording of
/// ECOG 2 and 3.
fn may_go_on(fact: FactId, tail: &str) -> bool {
    let tail = tail.trim().trim_end_matches([')', ']']).trim().to_lowercase();
    let digits: String = tail.chars().filter(char::is_ascii_digit).collect();
    let is_meaning =
        fact.info().kind == Kind::Score && !tail.contains('?') && matches!(digits.as_str(), "" | "50");
    fact.info().notes.iter().any(|note| {
        tail.strip_prefix(note.as_str())
            .is_some_and(|more| more.is_empty() || (is_meaning && !more.starts_with(char::is_alphanumeric)))
    })
}

/// The greatest of two or three dimensions: `3.5 x 2.1 cm`.
pub(super) fn greatest(text: &str) -> Option<TextNumber> {
    let parts: Option<Vec<TextNumber>> = text.split(['x', 'X', '×', '*']).map(number_from_text).collect();
    TextNumber::greatest(parts.filter(|parts| matches!(parts.len(), 2 | 3))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_notes_of_the_fact_are_set_aside() {
        for (fact, text, value) in [
            (FactId::Ki67, "Ki67: 3-5 %", "3-5 %"),
            (FactId::Ki67, "Ki-67 18 %", "18 %"),
            (FactId::Ki67, "MIB-1: 12%", "12%"),
            (FactId::Ki67, "Ki-67 index = 12 %", "12 %"),
            (FactId::Ki67, "12 % (hot spot)", "12 %"),
            (FactId::Ki67, "12%, hot spots", "12%"),
            (FactId::Ki67, "12% (MIB-1)", "12%"),
            (FactId::Ki67, "12 %.", "12 %"),
            (FactId::Mitoses, "Mitoses: 2/10 HPF", "2/10 HPF"),
            (FactId::TumourSize, "max. 3,5 cm", "3,5 cm"),
            (FactId::Ecog, "ECOG-PS 1", "1"),
            (FactId::Ecog, "ECOG1", "1"),
            (FactId::Ecog, "1 (restricted)", "1"),
            (FactId::Ecog, "1 - Symptomatic but completely ambulatory", "1"),
            (
                FactId::Ecog,
                "2: Ambulatory, up and about more than 50% of waking hours",
                "2",
            ),
            (FactId::SstrUptake, "Krenning-Score 4", "4"),
            (FactId::Glucagon, "1200 pg/mL (H)", "1200 pg/mL"),
            (FactId::Ki67, "9% (WHO grade 2)", "9%"),
            (FactId::Ki67, "9 % (G2)", "9 %"),
            (FactId::Ki67, "8 % der Tumorzellkerne", "8 %"),
            (FactId::Ki67, "8 % of tumor cells (hot spot)", "8 %"),
            (FactId::TumourSize, "3.2 cm in greatest dimension", "3.2 cm"),
            (FactId::TumourSize, "32 mm im größten Durchmesser", "32 mm"),
            (FactId::SstrUptake, "Krenning 3 (uptake greater than liver)", "3"),
            (FactId::Margins, "R0-Resektion", "R0"),
        ] {
            assert_eq!(bare(fact, text), value, "{text}");
        }
    }

    #[test]
    fn a_text_that_is_a_report_stays_whole() {
        for note in ["hot spot, ", "(hot spot) ", "a, ", "- "] {
            let text = format!("12 % {}", note.repeat(50_000));
            assert_eq!(bare(FactId::Ki67, &text), text.trim(), "{note}");
        }
    }

    #[test]
    fn what_is_not_known_stays() {
        for (fact, text) in [
            (FactId::Ki67, "5% (hot spot 12%)"),
            (FactId::Ki67, "12 % (hot spot?)"),
            (FactId::Ki67, "12 % (biopsy of the breast)"),
            (FactId::Ki67, "not 12 %"),
            (FactId::Ki67, "9% (was G1)"),
            (FactId::Ki67, "9% (WHO grade 2?)"),
            (FactId::Ki67, "8 % der Tumorzellkerne, zuvor"),
            (FactId::TumourSize, "3.2 cm in greatest dimension in 2024"),
            (FactId::SstrUptake, "3 (uptake equal to liver)"),
            (FactId::SstrUptake, "3 (uptake not greater than liver)"),
            (FactId::Margins, "R0 resection planned"),
            (FactId::Margins, "R0 (mikroskopischer Residualtumor)"),
            (FactId::Ki67, "ki 678"),
            (FactId::Mitoses, "Ki-67 12 %"),
            (FactId::Ecog, "1 (suspected)"),
            (FactId::Ecog, "1 (restricted?)"),
            (FactId::Ecog, "1 - restricted, was 2"),
            (FactId::Ecog, "psa 3"),
            (FactId::Glucagon, "1200 pg/mL (haemolysed)"),
        ] {
            assert_eq!(bare(fact, text), text, "{text}");
        }
    }

    #[test]
    fn of_dimensions_the_greatest_counts() {
        let read = |text: &str| {
            greatest(text).map(|size| format!("{} {}", size.interval, size.unit.unwrap_or_default()))
        };
        for (text, size) in [
            ("3.5 x 2.1 cm", "3.5 cm"),
            ("2,1 × 3,5 × 2 cm", "3.5 cm"),
            ("21x35 mm", "35 mm"),
            ("2 cm x 3 cm", "3 cm"),
        ] {
            assert_eq!(read(text).as_deref(), Some(size), "{text}");
        }
        for text in [
            "3 cm",
            "3 x 2",
            "3 mm x 2 cm",
            "3 x ca. 2 cm",
            "3 x < 2 cm",
            "2 x 3 x 4 x 5 cm",
            "2 lesions x 3 cm",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
