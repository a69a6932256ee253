//! What the catalogue says of a fact: the kind of its value, its unit, its words, and where it is read from.

use rust_decimal::Decimal;
use serde::Deserialize;

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

pub(super) static NOTHING: FactInfo = FactInfo {
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
