//! What the codes of the embedded value sets mean, checked.
use super::*;
use crate::catalogue::FactId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn coding<'c>(system: &'c str, code: &'c str) -> Coding<'c> {
    Coding::new(Some(system), Some(code), None)
}

fn means(system: &str, code: &str) -> Vec<Meaning> {
    Codes::embedded().meanings(&coding(system, code)).collect()
}

#[test]
fn every_value_set_is_read_and_named_as_its_file() {
    for (id, json, meanings) in table::SETS {
        let set: Value = serde_json::from_str(json).unwrap();
        assert_eq!(set["resourceType"], "ValueSet", "{id}");
        assert_eq!(set["id"], *id);
        assert_eq!(set["url"], format!("{BASE}/ValueSet/{id}"));
        assert!(!set["description"].as_str().unwrap().is_empty(), "{id}");
        assert!(!valueset::parse(json).unwrap().is_empty(), "{id}");
        assert!(!meanings.is_empty());
    }
}

#[test]
fn the_guide_and_the_reader_name_the_same_value_sets() {
    let listed: BTreeSet<&str> = table::SETS.iter().map(|(id, ..)| *id).collect();
    let mut named: BTreeSet<String> = BTreeSet::new();
    for set in resources("ValueSet-") {
        let id = set["id"].as_str().unwrap();
        let includes = set["compose"]["include"].as_array().unwrap();
        let is_composed = |include: &Value| include.get("valueSet").is_some();
        let is_own = |include: &Value| {
            let system = include["system"].as_str().unwrap_or_default();
            [system::FACTS, system::FACT_VALUES].contains(&system)
        };
        if includes.iter().all(|i| is_composed(i) || is_own(i)) {
            // A set of a profile: it is made of the reader's sets and of the project's own codes.
            for part in includes.iter().filter_map(|i| i["valueSet"].as_array()).flatten() {
                named.insert(part.as_str().unwrap().rsplit('/').next().unwrap().to_owned());
            }
        } else {
            assert!(
                includes.iter().all(|i| !is_composed(i)),
                "{id} mixes codes and sets"
            );
            assert!(listed.contains(id), "{id} is published but not read");
        }
    }
    let published: BTreeSet<String> = resources("ValueSet-")
        .iter()
        .map(|set| set["id"].as_str().unwrap().to_owned())
        .collect();
    for id in named {
        assert!(published.contains(&id), "{id} is composed but not published");
    }
    for id in listed {
        assert!(published.contains(id), "{id} is read but not published");
    }
}

#[test]
fn every_fact_has_a_profile() {
    let profiled: BTreeSet<String> = profiles().into_iter().flat_map(|(_, _, facts)| facts).collect();
    for fact in FactId::ALL {
        assert!(profiled.contains(fact.as_str()), "{fact} has no profile");
    }
    for fact in profiled {
        assert!(FactId::parse(&fact).is_some(), "a profile names `{fact}`");
    }
}

#[test]
fn every_code_that_a_profile_asks_for_leads_to_a_fact_of_the_profile() {
    let sets: BTreeMap<String, Value> = resources("ValueSet-")
        .into_iter()
        .map(|set| (set["url"].as_str().unwrap().to_owned(), set))
        .collect();
    let mut asked = 0;
    for (profile, kind, facts) in profiles() {
        let element = match kind.as_str() {
            "Observation" | "Condition" | "Procedure" | "Medication" => format!("{kind}.code"),
            _ => continue,
        };
        let Some(set) = binding(&profile, &element) else {
            continue;
        };
        for (system, code) in expand(&sets, &set) {
            asked += 1;
            assert!(
                means(&system, &code).into_iter().any(|m| leads_to(m, &facts)),
                "{}: {system}|{code} leads to none of {facts:?}",
                profile["id"]
            );
        }
    }
    assert!(asked > 300, "only {asked} codes were looked at");
}

/// Whether a code with this meaning can give one of the facts.
fn leads_to(meaning: Meaning, facts: &[String]) -> bool {
    use FactId::*;
    let to: &[FactId] = match &meaning {
        // Who had a pancreaticoduodenectomy has the primary resected.
        Meaning::Fact(PriorPancreaticoduodenectomy) => &[PrimaryResected, PriorPancreaticoduodenectomy],
        Meaning::Fact(fact) | Meaning::Asks(fact) | Meaning::Says(fact, _) => &[*fact],
        Meaning::Ki67Presence => &[Ki67],
        // A histologic grade may be written as a differentiation.
        Meaning::Grade { .. } => &[GradeRecorded, Differentiation],
        Meaning::Karnofsky => &[Ecog],
        Meaning::MetastasisSite => &[LiverMetastases, ExtrahepaticMetastases],
        Meaning::HistoryOfLiverMetastases => &[LiverMetastases],
        Meaning::Resection { whipple: true } => &[
            PrimaryResected,
            PriorPancreaticoduodenectomy,
            BilioentericAnastomosis,
        ],
        Meaning::Resection { whipple: false } => &[PrimaryResected],
        Meaning::Drug(drug) if drug.ends_with("reotide") => &[OnSsa, PriorSystemicTherapy],
        Meaning::Drug(_) => &[PriorSystemicTherapy],
        Meaning::Names(named) => match named {
            Named::Pnet | Named::NetOfSomeSite | Named::PancreaticTumour | Named::DigestiveTumour => &[Pnet],
            Named::NonFunctioning | Named::Syndrome(_) => &[Functioning],
            Named::Presence(fact) | Named::Hint(fact) | Named::Holds(fact, _) => &[*fact],
            Named::Metastasis(Site::LymphNodes) => &[DistantLymphNodeMetastases],
            Named::Metastasis(_) => &[ExtrahepaticMetastases],
            Named::MetastasisOfSomeSite => &[LiverMetastases, ExtrahepaticMetastases],
            Named::PortalVeinThrombosis => &[PortalVein],
        },
        Meaning::Histology | Meaning::Morphology => &[Pnet],
        _ => &[],
    };
    // A size is that of a liver lesion where the body site is the liver.
    let lesion = to == [TumourSize] && facts.iter().any(|f| f == LargestLiverLesion.as_str());
    lesion || to.iter().any(|fact| facts.iter().any(|f| f == fact.as_str()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "what is published stands in files, more than the crate embeds"
)]
/// The compiled resources of the Implementation Guide whose file name starts so.
fn resources(start: &str) -> Vec<Value> {
    let dir = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fsh-generated/resources"));
    let mut files: Vec<_> = dir
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_str().unwrap().starts_with(start))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
        .collect()
}

/// Every profile with the type that it constrains and the facts of its `useContext`.
fn profiles() -> Vec<(Value, String, Vec<String>)> {
    resources("StructureDefinition-")
        .into_iter()
        .map(|profile| {
            let facts = profile["useContext"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|context| context["valueCodeableConcept"]["coding"].as_array())
                .flatten()
                .filter(|coding| coding["system"] == system::FACTS)
                .map(|coding| coding["code"].as_str().unwrap().to_owned())
                .collect();
            let kind = profile["type"].as_str().unwrap().to_owned();
            (profile, kind, facts)
        })
        .collect()
}

fn binding(profile: &Value, element: &str) -> Option<String> {
    profile["differential"]["element"]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["id"] == element)
        .and_then(|e| e["binding"]["valueSet"].as_str())
        .map(str::to_owned)
}

/// Every code of a value set and of those that it is made of; of a family its stem.
fn expand(sets: &BTreeMap<String, Value>, url: &str) -> Vec<(String, String)> {
    let mut codes = Vec::new();
    for include in sets[url]["compose"]["include"].as_array().unwrap() {
        for part in include["valueSet"].as_array().into_iter().flatten() {
            codes.extend(expand(sets, part.as_str().unwrap()));
        }
        let concepts = include["concept"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|c| &c["code"]);
        let stems = include["filter"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|f| &f["value"]);
        for code in concepts.chain(stems) {
            codes.push((
                include["system"].as_str().unwrap().to_owned(),
                code.as_str().unwrap().to_owned(),
            ));
        }
    }
    codes
}

#[test]
fn every_word_that_a_value_set_gives_is_in_the_catalogue() {
    for (id, _, meanings) in table::SETS {
        for meaning in *meanings {
            match meaning {
                Meaning::Says(fact, word) => assert!(fact.word(word).is_some(), "{id}: {fact} {word}"),
                Meaning::Names(Named::Presence(fact)) => assert!(fact.word("present").is_some(), "{id}"),
                _ => {}
            }
        }
    }
}

#[test]
fn no_cpt_code_is_in_the_product() {
    for (id, json, _) in table::SETS {
        assert!(!json.contains("ama-assn"), "{id}");
    }
}

#[test]
fn the_traps_of_the_terminology_mean_nothing() {
    for code in ["85319-2", "3126-0", "15061-5", "10471-1", "44695-5", "85300-2"] {
        assert_eq!(means("http://loinc.org", code), [], "{code}");
    }
    assert_eq!(
        means(
            "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
            "A9593"
        ),
        []
    );
}

#[test]
fn icd_families_hold_every_code_below_and_none_beside() {
    let icd = "http://hl7.org/fhir/sid/icd-10-cm";
    let diabetes = Meaning::Names(Named::Presence(FactId::Diabetes));
    for code in ["E11", "E11.9", "E119", "E13.10", "E11.-"] {
        assert!(means(icd, code).contains(&diabetes), "{code}");
    }
    for code in ["E15", "E1", "E07.9", ""] {
        assert!(!means(icd, code).contains(&diabetes), "{code}");
    }
}

#[test]
fn a_code_means_nothing_in_another_system_or_without_one() {
    assert_eq!(means("http://loinc.org", "94381002"), []);
    assert_eq!(means("", "94381002"), []);
    assert_eq!(means("urn:local", "29593-1"), []);
}

#[test]
fn the_own_code_systems_hold_every_fact_and_every_word() {
    let codes = |json: &str| -> Vec<String> {
        let system: Value = serde_json::from_str(json).unwrap();
        system["concept"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let facts = codes(include_str!(
        "../../fsh-generated/resources/CodeSystem-facts.json"
    ));
    assert_eq!(facts, FactId::ALL.iter().map(|f| f.as_str()).collect::<Vec<_>>());
    let listed: BTreeSet<String> = codes(include_str!(
        "../../fsh-generated/resources/CodeSystem-fact-values.json"
    ))
    .into_iter()
    .collect();
    let mut words: BTreeSet<String> = FactId::ALL
        .iter()
        .flat_map(|fact| fact.info().words.iter().cloned())
        .collect();
    words.extend(["enets", "ajcc-7", "ajcc-8", "ajcc-9", "uicc", "who"].map(String::from));
    assert_eq!(listed, words);
}

#[test]
fn every_fact_is_found_by_its_own_code() {
    for fact in FactId::ALL {
        assert_eq!(means(system::FACTS, fact.as_str()), [Meaning::Fact(*fact)]);
    }
}
