//! Where a note since publication holds: a closed set of conditions on a patient, or beside an option.

use fhir_profiles::FactId;
use fhir_profiles::catalogue::Catalogue;

/// A condition of a note; a note holds where one of its conditions does. Written in `since-publication.csv`, column
/// `holds`, beside the words of `when`: conditions are parted by ` or `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// `page`: on the pages of the rules only, for no patient.
    Page,
    /// `grade G3`: the WHO grade is this one.
    Grade(String),
    /// `recorded chromogranin-a`: the fact is known.
    Recorded(FactId),
    /// `not-recorded sstr-uptake`: nothing of the fact is on record.
    NotRecorded(FactId),
    /// `genetic-syndrome vhl`: the fact is known and says this word.
    Says(FactId, String),
    /// `syndrome insulinoma`: the recorded syndrome of the tumour is this one.
    Syndrome(String),
    /// `option prrt`: beside the option.
    Option(String),
    /// `given systemic`: a systemic treatment was given before, or the disease progressed under one.
    GivenSystemic,
    /// `intent palliative`: curative resection is ruled out (section 5b, Intent).
    Palliative,
}

impl When {
    /// The conditions written so, or the first of them that is none.
    pub(super) fn parse(text: &str, catalogue: &Catalogue) -> Result<Vec<Self>, String> {
        let conditions = text.split(" or ").map(str::trim);
        conditions
            .map(|condition| Self::one(condition, catalogue).ok_or_else(|| condition.to_owned()))
            .collect()
    }

    fn one(text: &str, catalogue: &Catalogue) -> Option<Self> {
        if text == "page" {
            return Some(Self::Page);
        }
        let (what, of) = text.split_once(' ')?;
        match (what, of) {
            ("given", "systemic") => Some(Self::GivenSystemic),
            ("intent", "palliative") => Some(Self::Palliative),
            ("grade", grade) => FactId::GradeRecorded
                .word(grade)
                .map(|grade| Self::Grade(grade.as_str().to_owned())),
            ("recorded", fact) => catalogue.parse(fact).map(Self::Recorded),
            ("not-recorded", fact) => catalogue.parse(fact).map(Self::NotRecorded),
            ("syndrome", syndrome) => Some(Self::Syndrome(syndrome.to_owned())),
            ("option", option) => Some(Self::Option(option.to_owned())),
            (fact, word) => {
                let fact = catalogue.parse(fact)?;
                let word = fact.word(word)?;
                Some(Self::Says(fact, word.as_str().to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<When>, String> {
        When::parse(text, &Catalogue::default())
    }

    #[test]
    fn conditions_are_read_as_they_are_written() {
        assert_eq!(parse("page"), Ok(vec![When::Page]));
        assert_eq!(
            parse("grade G3 or recorded differentiation"),
            Ok(vec![
                When::Grade("G3".into()),
                When::Recorded(FactId::Differentiation)
            ])
        );
        assert_eq!(
            parse("not-recorded sstr-uptake or option prrt"),
            Ok(vec![
                When::NotRecorded(FactId::SstrUptake),
                When::Option("prrt".into())
            ])
        );
        assert_eq!(
            parse("genetic-syndrome vhl or prior-pancreaticoduodenectomy present"),
            Ok(vec![
                When::Says(FactId::GeneticSyndrome, "vhl".into()),
                When::Says(FactId::PriorPancreaticoduodenectomy, "present".into())
            ])
        );
    }

    #[test]
    fn anything_else_is_named() {
        for wrong in [
            "",
            "grade G4",
            "recorded",
            "recorded shoe-size",
            "genetic-syndrome men3",
            "given",
            "intent curative",
            "always",
        ] {
            assert_eq!(parse(wrong), Err(wrong.to_owned()), "{wrong}");
        }
        assert_eq!(parse("page or never"), Err("never".to_owned()));
    }
}
