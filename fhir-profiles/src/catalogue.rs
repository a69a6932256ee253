//! The fact catalogue: every fact id of the specification with its kind, unit and words.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::LazyLock;

macro_rules! fact_ids {
    ($($variant:ident = $text:literal),+ $(,)?) => {
        /// A fact of the clinical specification, section 2; the order is the order of presentation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FactId {
            $(#[doc = concat!("`", $text, "`")] #[serde(rename = $text)] $variant),+
        }

        impl FactId {
            /// Every fact id, in order of presentation.
            pub const ALL: &'static [FactId] = &[$(FactId::$variant),+];

            /// The id as it stands in the specification.
            pub fn as_str(self) -> &'static str {
                match self { $(FactId::$variant => $text),+ }
            }
        }
    };
}

fact_ids! {
    Age = "age", Pnet = "pnet", LiverMetastases = "liver-metastases", Differentiation = "differentiation",
    Ki67 = "ki67", Mitoses = "mitoses", GradeRecorded = "grade-recorded", TumourSize = "tumour-size",
    TumourExtension = "tumour-extension", T = "t", N = "n", M = "m", StageRecorded = "stage-recorded",
    LiverInvolvement = "liver-involvement", LiverLesionCount = "liver-lesion-count",
    LargestLiverLesion = "largest-liver-lesion", LiverDistribution = "liver-distribution",
    LesionLocation = "lesion-location", Resectability = "resectability",
    PrimaryResectable = "primary-resectable", ResectableFraction = "resectable-fraction",
    ExtrahepaticMetastases = "extrahepatic-metastases",
    DistantLymphNodeMetastases = "distant-lymph-node-metastases",
    DiffusePeritonealMetastases = "diffuse-peritoneal-metastases",
    RightHeartDysfunction = "right-heart-dysfunction", Functioning = "functioning",
    SymptomsControlled = "symptoms-controlled", ChromograninA = "chromogranin-a", Hiaa = "5-hiaa",
    Insulin = "insulin", Glucagon = "glucagon", Gastrin = "gastrin", Vip = "vip",
    SstrUptake = "sstr-uptake", Ecog = "ecog", PortalVein = "portal-vein", GiShunt = "gi-shunt",
    LiverReserve = "liver-reserve", PrimaryResected = "primary-resected", Margins = "margins",
    PriorPancreaticoduodenectomy = "prior-pancreaticoduodenectomy", DiseaseStatus = "disease-status",
    OnSsa = "on-ssa", PriorSystemicTherapy = "prior-systemic-therapy",
    BilioentericAnastomosis = "bilioenteric-anastomosis", GeneticSyndrome = "genetic-syndrome", Pregnancy = "pregnancy",
    RenalFailure = "renal-failure", OtherMalignancy = "other-malignancy", Diabetes = "diabetes",
    Hypertension = "hypertension", Gallstones = "gallstones", Steatorrhoea = "steatorrhoea",
    LungDisease = "lung-disease", Cytopenia = "cytopenia", AutoimmuneDisease = "autoimmune-disease",
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FactId {
    /// The id written so, or `None`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.as_str() == text)
    }

    /// Whether every tumour has one of its own, so that a reading counts only for the tumour that it is linked to
    /// (specification, section 2, "Whose tumour").
    pub fn is_of_one_tumour(self) -> bool {
        matches!(
            self,
            Self::Ki67
                | Self::Mitoses
                | Self::Differentiation
                | Self::GradeRecorded
                | Self::TumourSize
                | Self::T
                | Self::N
                | Self::M
                | Self::StageRecorded
                | Self::Margins
        )
    }

    /// Kind, unit and words of the fact.
    pub fn info(self) -> &'static FactInfo {
        // The catalogue holds every id in order: checked by `the_catalogue_names_every_fact_once_in_order`.
        CATALOGUE.get(self as usize).unwrap_or(&NOTHING)
    }

    /// The word of this fact's closed list that is written so, or `None`.
    pub fn word(self, text: &str) -> Option<Word> {
        let info = self.info();
        info.words.iter().position(|w| w == text).map(|position| Word {
            fact: self,
            position: position as u8,
        })
    }
}

/// A word of a fact's closed list, such as `bilobar`; made by [`FactId::word`] only.
/// The order is that of the catalogue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    fact: FactId,
    position: u8,
}

impl Word {
    /// The word as it stands in the specification.
    pub fn as_str(self) -> &'static str {
        self.fact
            .info()
            .words
            .get(usize::from(self.position))
            .map_or("", String::as_str)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.fact, self.as_str())
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What kind of value a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `present` or `absent`.
    Presence,
    /// One word of a closed list.
    Words,
    /// One or more words of a closed list.
    Several,
    /// A number in the fact's unit.
    Number,
    /// A whole number without unit, or one of the fact's words.
    Score,
    /// A number in the unit in which the laboratory reports it.
    Marker,
}

/// One entry of the catalogue.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactInfo {
    /// The fact's id, as in the specification.
    pub id: String,
    /// What a clinician calls it.
    pub label: String,
    /// The kind of its value.
    pub kind: Kind,
    /// The unit of its numbers, for [`Kind::Number`].
    pub unit: Option<String>,
    /// Whether a bare number is accepted because the code fixes the unit.
    #[serde(default)]
    pub bare: bool,
    /// The closed list, for [`Kind::Words`], [`Kind::Several`], [`Kind::Presence`] and some scores.
    #[serde(default)]
    pub words: Vec<String>,
    /// Other ways to write a word, in small letters with hyphens for blanks, each with the word.
    #[serde(default)]
    pub synonyms: Vec<(String, String)>,
    /// Words that may stand before a value in a text and say nothing but what it is a value of.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Words that may stand behind a value in a text and change nothing, in small letters.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Such words that stand behind one value only, each with the value.
    #[serde(default)]
    pub notes_of: Vec<(String, String)>,
    /// Words that may describe a value in a text that says nothing else, in small letters.
    #[serde(default)]
    pub describes: Vec<String>,
    /// Texts in small letters that mean the number 0.
    #[serde(default)]
    pub zero: Vec<String>,
    /// The least number that can occur.
    pub min: Option<Decimal>,
    /// The greatest number that can occur.
    pub max: Option<Decimal>,
    /// Grams per mole, for the conversion of molar readings.
    pub molar_mass: Option<Decimal>,
}

static NOTHING: FactInfo = FactInfo {
    id: String::new(),
    label: String::new(),
    kind: Kind::Presence,
    unit: None,
    bare: false,
    words: Vec::new(),
    synonyms: Vec::new(),
    labels: Vec::new(),
    notes: Vec::new(),
    notes_of: Vec::new(),
    describes: Vec::new(),
    zero: Vec::new(),
    min: None,
    max: None,
    molar_mass: None,
};

#[derive(Deserialize)]
struct File {
    fact: Vec<FactInfo>,
}

static CATALOGUE: LazyLock<Vec<FactInfo>> = LazyLock::new(|| {
    let mut facts = toml::from_str::<File>(include_str!("../facts/facts.toml"))
        .map(|file| file.fact)
        .unwrap_or_default();
    for fact in &mut facts {
        if fact.kind == Kind::Presence {
            fact.words = vec!["present".into(), "absent".into()];
        }
    }
    facts
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_names_every_fact_once_in_order() {
        toml::from_str::<File>(include_str!("../facts/facts.toml")).unwrap();
        let listed: Vec<&str> = CATALOGUE.iter().map(|fact| fact.id.as_str()).collect();
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
