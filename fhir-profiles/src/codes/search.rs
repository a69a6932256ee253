//! Search tokens for prefetch templates, by theme, so that one URL stays short enough.

use super::system::FACTS;
use super::{Codes, Coding};
use crate::catalogue::FactId::{self, *};

/// A theme: its name, the value sets of its codes and its facts.
type Theme = (&'static str, &'static [&'static str], &'static [FactId]);

const THEMES: &[Theme] = &[
    (
        "pathology",
        &[
            "ki67",
            "ki67-presence",
            "histologic-grade",
            "histologic-grade-net",
            "histology",
            "tumour-size",
            "residual-tumour",
        ],
        &[
            Pnet,
            Differentiation,
            Ki67,
            Mitoses,
            GradeRecorded,
            TumourSize,
            TumourExtension,
            Margins,
        ],
    ),
    (
        "staging",
        &[
            "t-category",
            "n-category",
            "m-category",
            "stage-group",
            "metastasis-site",
        ],
        &[T, N, M, StageRecorded],
    ),
    (
        // What images are read for.
        "liver",
        &["history-of-liver-metastases", "disease-status", "receptor-scan"],
        &[
            LiverMetastases,
            LiverInvolvement,
            LiverLesionCount,
            LargestLiverLesion,
            LiverDistribution,
            LesionLocation,
            Resectability,
            PrimaryResectable,
            ResectableFraction,
            ExtrahepaticMetastases,
            DistantLymphNodeMetastases,
            DiffusePeritonealMetastases,
            PortalVein,
            GiShunt,
            LiverReserve,
            SstrUptake,
            DiseaseStatus,
        ],
    ),
    (
        "markers",
        &[
            "chromogranin-a",
            "5-hiaa",
            "insulin",
            "glucagon",
            "gastrin",
            "vip",
        ],
        &[ChromograninA, Hiaa, Insulin, Glucagon, Gastrin, Vip],
    ),
    (
        "status",
        &["ecog", "karnofsky", "pregnancy-status"],
        &[
            Age,
            RightHeartDysfunction,
            Functioning,
            SymptomsControlled,
            Ecog,
            PrimaryResected,
            PriorPancreaticoduodenectomy,
            OnSsa,
            PriorSystemicTherapy,
            BilioentericAnastomosis,
            GeneticSyndrome,
            Pregnancy,
            RenalFailure,
            OtherMalignancy,
            Diabetes,
            Hypertension,
            Gallstones,
            Steatorrhoea,
            LungDisease,
            Cytopenia,
            AutoimmuneDisease,
        ],
    ),
    ("reports", &["pathology-report"], &[]),
    (
        "procedures",
        &[
            "pancreaticoduodenectomy",
            "pancreatic-resection",
            "liver-resection",
            "liver-transplantation",
            "radiofrequency-ablation",
            "transarterial-chemoembolisation",
            "radioembolisation",
            "radionuclide-therapy",
            "targeted-radionuclide-therapy",
            "dialysis",
        ],
        &[
            PrimaryResected,
            PriorPancreaticoduodenectomy,
            BilioentericAnastomosis,
        ],
    ),
];

/// What a Condition can state.
const CONDITIONS: &[FactId] = &[
    Pnet,
    LiverMetastases,
    StageRecorded,
    ExtrahepaticMetastases,
    DistantLymphNodeMetastases,
    DiffusePeritonealMetastases,
    RightHeartDysfunction,
    Functioning,
    PortalVein,
    GiShunt,
    LiverReserve,
    BilioentericAnastomosis,
    GeneticSyndrome,
    Pregnancy,
    RenalFailure,
    OtherMalignancy,
    Diabetes,
    Hypertension,
    Gallstones,
    Steatorrhoea,
    LungDisease,
    Cytopenia,
    AutoimmuneDisease,
];

impl Codes {
    /// The themes by which Observations, DiagnosticReports and Procedures are searched.
    pub fn themes() -> impl Iterator<Item = &'static str> {
        THEMES.iter().map(|(name, ..)| *name)
    }

    /// The facts that the records of a theme can state, `conditions` and `medications` among the themes; none for
    /// another name.
    pub fn facts_of_theme(group: &str) -> Vec<FactId> {
        let theme = THEMES.iter().find(|(name, ..)| *name == group);
        let mut facts: Vec<FactId> = theme.map(|(_, _, facts)| facts.to_vec()).unwrap_or_default();
        facts.extend_from_slice(match group {
            // M categories and sites of metastases say where metastases are.
            "staging" => &[
                LiverMetastases,
                ExtrahepaticMetastases,
                DistantLymphNodeMetastases,
            ],
            "conditions" => CONDITIONS,
            "medications" => &[OnSsa, PriorSystemicTherapy],
            // A radionuclide therapy is a systemic treatment.
            "procedures" => &[PriorSystemicTherapy],
            // What a report contains is of the tumour.
            "reports" => return Self::facts_of_theme("pathology"),
            // A hormone above a printed limit makes a tumour functioning.
            "markers" => &[Functioning],
            _ => &[],
        });
        facts
    }

    /// Whether the code means something to the reader, whatever the kind of record it stands in.
    pub fn knows(&self, system: &str, code: &str) -> bool {
        let coding = Coding::new(Some(system.into()), Some(code.into()), None);
        self.meanings(&coding).next().is_some()
    }

    /// The `system|code` tokens of a theme (`pathology`, `staging`, `liver`, `markers`, `status`: Observations;
    /// `reports`: DiagnosticReports; `procedures`: Procedures); none for another name; codes of packs and a site's own stand last; of a category, every code of its system. Joined with commas they are the value of one `code` parameter.
    pub fn search_tokens(&self, group: &str) -> Vec<String> {
        let Some((_, sets, facts)) = THEMES.iter().find(|(name, ..)| *name == group) else {
            return Vec::new();
        };
        let standard = sets
            .iter()
            .filter_map(|id| self.standard.tokens.get(id))
            .flatten()
            .cloned();
        let own = facts.iter().map(|fact| format!("{FACTS}|{fact}"));
        let local = self.maps.iter().flat_map(|map| map.tokens(sets, facts));
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
    fn every_fact_but_none_twice_is_searched_as_an_observation() {
        for fact in FactId::ALL {
            let themes = THEMES
                .iter()
                .filter(|(name, _, facts)| *name != "procedures" && facts.contains(fact))
                .count();
            assert_eq!(themes, 1, "{fact}");
        }
    }
}
