//! The fact catalogue: every fact id of the specification with its kind, unit and words, and the facts that a site adds.

mod site;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};
pub use site::{Catalogue, SiteFact, compared_code, observed, unfit_code, unfit_unit};
use std::fmt;
use std::sync::LazyLock;

macro_rules! fact_ids {
    ($($variant:ident = $text:literal),+ $(,)?) => {
        /// A fact of the clinical specification, section 2, or one that a site adds; the order is the order of
        /// presentation, a site's facts last.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FactId {
            $(#[doc = concat!("`", $text, "`")] $variant,)+
            /// A fact of a site's own.
            OfSite(SiteFact),
        }

        /// The facts of the specification, by their place in the catalogue.
        enum Place { $($variant),+ }

        impl FactId {
            /// Every fact of the specification, in order of presentation; [`Catalogue::facts`] has a site's as well.
            pub const ALL: &'static [FactId] = &[$(FactId::$variant),+];

            /// The id as it stands in the specification, or in the site's file.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(FactId::$variant => $text,)+
                    FactId::OfSite(fact) => fact.info().id.as_str(),
                }
            }

            /// Kind, unit and words of the fact.
            pub fn info(self) -> &'static FactInfo {
                let place = match self {
                    $(FactId::$variant => Place::$variant as usize,)+
                    FactId::OfSite(fact) => return fact.info(),
                };
                // The catalogue holds every id in order: checked by `the_catalogue_names_every_fact_once_in_order`.
                CATALOGUE.fact.get(place).unwrap_or(&NOTHING)
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

impl Serialize for FactId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FactId {
    /// The fact of the specification whose id is written so, or `None`; [`Catalogue::parse`] knows a site's as well.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|id| id.as_str() == text)
    }

    /// Whether every tumour has one of its own, so that a reading counts only for the tumour that it is linked to
    /// (specification, section 2, "Whose tumour").
    pub fn is_of_one_tumour(self) -> bool {
        self.info().of_one_tumour
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

/// Which reading of a fact counts, where several are on record (specification, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// The newest; what is of its day stands beside it.
    #[default]
    Newest,
    /// The newest of each staging system.
    NewestOfSystem,
    /// Every one: what was once so stays so.
    Every,
}

/// A code of a standard system that a fact is read from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeOf {
    /// The code system.
    pub system: String,
    /// The code.
    pub code: String,
    /// The word of the fact that the code is, where it is an answer; without one it is the question.
    pub says: Option<String>,
}

/// Words by which a code that no fact reads looks as if it were about a fact.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The kinds of records whose code it may be.
    pub kinds: Vec<String>,
    /// Parts of its text, in small letters.
    pub words: Vec<String>,
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

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Presence,
        Self::Words,
        Self::Several,
        Self::Number,
        Self::Score,
        Self::Marker,
    ];

    /// The word in the catalogue.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Words => "words",
            Self::Several => "several",
            Self::Number => "number",
            Self::Score => "score",
            Self::Marker => "marker",
        }
    }
}

/// The words of every fact of [`Kind::Presence`].
pub const PRESENCE: [&str; 2] = ["present", "absent"];

/// One entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
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
    /// The theme by which Observations that state it are searched.
    pub theme: String,
    /// Further themes whose records can state it.
    #[serde(default)]
    pub also: Vec<String>,
    /// Whether every tumour has one of its own.
    #[serde(default)]
    pub of_one_tumour: bool,
    /// Whether it is of the tumour and its metastases together, of which another tumour has its own.
    #[serde(default)]
    pub of_a_tumour: bool,
    /// Whether it is a disease beside the tumour, so that what is given for it is not given for the tumour.
    #[serde(default)]
    pub comorbidity: bool,
    /// Which reading counts.
    #[serde(default)]
    pub counts: Counts,
    /// What a form asks, where the label does not ask it.
    pub question: Option<String>,
    /// The codes that it is read from, of a site's fact; those of the specification's facts are the guide's value sets.
    #[serde(default)]
    pub codes: Vec<CodeOf>,
    /// What looks like it, of a site's fact; for the specification's facts `relevant.toml` says it, in its own order.
    #[serde(default)]
    pub about: About,
}

impl FactInfo {
    /// What a form asks.
    pub fn question(&self) -> &str {
        self.question.as_deref().unwrap_or(&self.label)
    }

    /// Whether records of a theme can state it.
    pub fn is_of(&self, theme: &str) -> bool {
        self.theme == theme || self.also.iter().any(|also| also == theme)
    }
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
    theme: String::new(),
    also: Vec::new(),
    of_one_tumour: false,
    of_a_tumour: false,
    comorbidity: false,
    counts: Counts::Newest,
    question: None,
    codes: Vec::new(),
    about: About {
        kinds: Vec::new(),
        words: Vec::new(),
    },
};

/// A theme by which records are searched, so that one address stays short enough.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Theme {
    pub(crate) id: String,
    /// What is searched.
    pub(crate) kind: String,
    /// The value sets of its codes.
    pub(crate) sets: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    theme: Vec<Theme>,
    fact: Vec<FactInfo>,
}

static CATALOGUE: LazyLock<File> = LazyLock::new(|| {
    // The file is compiled in, and a test reads it.
    let mut file: File = toml::from_str(include_str!("../facts/facts.toml")).unwrap_or_default();
    for fact in &mut file.fact {
        if fact.kind == Kind::Presence {
            fact.words = PRESENCE.map(str::to_owned).to_vec();
        }
    }
    file
});

/// The themes, in the order in which they are searched.
pub(crate) fn themes() -> &'static [Theme] {
    &CATALOGUE.theme
}

#[cfg(test)]
mod tests {
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
