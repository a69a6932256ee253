//! The ids of the facts, and the words of their closed lists.

use super::file::CATALOGUE;
use super::info::{FactInfo, NOTHING};
use super::site::SiteFact;
use serde::{Serialize, Serializer};
use std::fmt;

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
            /// Every fact of the specification, in order of presentation;
            /// [`Catalogue::facts`](super::Catalogue::facts) has a site's as well.
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
    /// The fact of the specification whose id is written so, or `None`; [`Catalogue::parse`](super::Catalogue::parse) knows a site's as well.
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
