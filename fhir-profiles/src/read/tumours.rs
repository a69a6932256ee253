//! Whose tumour a record is of: another malignancy of the patient has a Ki-67, a stage and a progression of its own.

use super::around::{Place, key};
use super::element::{Node, Tree};
use super::known::Known;
use super::named::is_of_a_tumour;
use super::others::{Diagnosis, diagnosis};
use super::places::sites_at;
use super::put::{add, show};
use super::record::{Owner, Record};
use super::sites::Sites;
use super::standing::Standing;
use crate::catalogue::FactId;
use crate::chart::Item;
use crate::codes::{Codes, Coding, Meaning, Named, Site, system};
use crate::facts::{FactsBuilder, Source};
use crate::organs::{Counts, Organ, is_malignancy};

/// Facts that a body site or specimen places in the tumour that they are of.
fn is_of_one_site(fact: FactId) -> bool {
    fact.is_of_one_tumour() && !matches!(fact, FactId::M | FactId::TumourSize)
}

/// Whose tumour an Observation, or a component with this code, is of. A nearer link goes before a farther one, and
/// the diagnosis before the organ. Interpretation I30: what the specification says of the size of a tumour holds for
/// every fact that each tumour has of its own; a site that is not known is no other site.
pub(super) fn owner_of(
    known: &Known<'_>,
    fact: FactId,
    record: &Record<'_>,
    code: Option<Node<'_>>,
) -> Owner {
    if !is_of_a_tumour(fact) {
        return Owner::This;
    }
    if record.node.all("focus").any(Node::marked_absent) {
        return Owner::Unclear("whose tumour is not recorded");
    }
    let codings = code.map(Node::codings).unwrap_or_default();
    let is_own_code = codings.iter().any(|coding| coding.is_in(system::FACTS));
    // Of a standard code, its words; of ours there is nothing to be told.
    let names_another = !is_own_code && code.is_some_and(|code| names_another_organ(code, &codings));
    for place in known.targets.around(record) {
        let sites = sites_at(known, &place);
        if fact == FactId::Margins && sites.is_known() && !sites.has(Site::Pancreas) {
            return Owner::Elsewhere("the margins of another resection than the primary's");
        }
        match diagnosis_at(known, &place) {
            Some(Diagnosis::Another) => return Owner::Another("linked to another diagnosis"),
            Some(Diagnosis::This) => return Owner::This,
            None => {}
        }
        let owner = by_site(known, fact, &sites);
        if owner != Owner::This {
            return owner;
        }
        if sites.is_linked() && !names_another {
            return Owner::This;
        }
    }
    if is_own_code || !fact.is_of_one_tumour() {
        Owner::This
    } else {
        Owner::Unlinked
    }
}

/// What the sites of a place say of the tumour of a fact.
fn by_site(known: &Known<'_>, fact: FactId, sites: &Sites) -> Owner {
    let judged = of_sites(known, sites);
    if is_of_one_site(fact) {
        return judged;
    }
    let mut organs = sites.organs.iter();
    let never = organs.len() > 0 && organs.all(|organ| organ.counts == Counts::Never);
    match judged {
        Owner::Another(_) if never && matches!(fact, FactId::M | FactId::DiseaseStatus) => judged,
        _ => Owner::This,
    }
}

/// Whether the sites are of another organ than the pancreas and those to which its tumours are known to spread.
pub(super) fn of_sites(known: &Known<'_>, sites: &Sites) -> Owner {
    let elsewhere = |organ: &Organ| match organ.counts {
        Counts::Always => false,
        Counts::AsMetastasis | Counts::Never if known.others.has_metastasis_in(organ) => false,
        Counts::AsMetastasis => !sites.metastasis,
        Counts::Never => true,
    };
    let only_elsewhere = sites.only(Site::OtherOrgan) && !sites.metastasis && !known.others.elsewhere;
    let here = sites.here || (sites.is_known() && !only_elsewhere);
    let other_organ = only_elsewhere && sites.organs.is_empty();
    if !here && (other_organ || sites.organs.iter().any(|organ| elsewhere(organ))) {
        Owner::Another("of another organ")
    } else if !sites.has(Site::Pancreas) && !sites.metastasis && known.others.is_in(&sites.organs) {
        Owner::Unclear("another tumour of this organ is recorded")
    } else {
        Owner::This
    }
}

/// The diagnosis to which a place is linked: by its focus, or as what a report concludes.
fn diagnosis_at(known: &Known<'_>, place: &Place<'_>) -> Option<Diagnosis> {
    let codes = known.codes;
    let of_node = |node: Node<'_>| {
        let texts: Vec<&str> = node.texts().collect();
        diagnosis(&node.codings(), &texts, codes)
    };
    let focus = place.node.all("focus").filter_map(|focus| {
        if let Some(target) = known.targets.get(place.root, focus) {
            let code = target.get("code")?;
            return (target.text("resourceType") == Some("Condition")).then(|| of_node(code))?;
        }
        let by_reference = focus.text("reference").and_then(|to| known.others.diagnosis(to));
        by_reference.or_else(|| diagnosis(&[], &[focus.text("display")?], codes))
    });
    let found: Vec<Diagnosis> = focus
        .chain(place.node.all("conclusionCode").filter_map(of_node))
        .collect();
    let own = found.contains(&Diagnosis::This);
    own.then_some(Diagnosis::This).or(found.first().copied())
}

/// Whether a report concludes another malignancy beside what it says, and not the PNET.
pub(super) fn concludes_another(codes: &Codes, report: Node<'_>) -> bool {
    let concluded = || report.all("conclusionCode").map(|code| (code.codings(), code));
    let means = |codings: &[Coding<'_>], wanted: fn(Meaning) -> bool| {
        let mut meanings = codings.iter().flat_map(|coding| codes.meanings(coding));
        meanings.any(wanted)
    };
    let another = concluded().any(|(codings, code)| {
        let texts: Vec<&str> = code.texts().collect();
        means(&codings, |meaning| {
            meaning == Meaning::Fact(FactId::OtherMalignancy)
        }) || (diagnosis(&codings, &texts, codes) == Some(Diagnosis::Another)
            && is_malignancy(&codings, &texts))
    });
    let is_pnet = |meaning| {
        matches!(meaning, Meaning::Morphology | Meaning::Names(Named::Pnet))
            || matches!(
                meaning,
                Meaning::Names(Named::Presence(FactId::Pnet) | Named::Hint(FactId::Pnet))
            )
    };
    another && !concluded().any(|(codings, _)| means(&codings, is_pnet))
}

/// Whether the focus is another person or a thing; a tumour, specimen or procedure as focus is the patient's.
pub(super) fn is_of_another(known: &Known<'_>, record: &Record<'_>) -> bool {
    let subject = known.subject;
    record.node.all("focus").any(|focus| {
        let target = focus.text("reference").unwrap_or_default();
        let another_patient =
            target.contains("Patient/") && subject.is_some_and(|subject| key(target) != subject);
        let another_patient = another_patient || (known.is_elsewhere)(target);
        another_patient
            || ["RelatedPerson/", "Group/", "Device/", "Location/"]
                .iter()
                .any(|kind| target.contains(kind))
    })
}

/// Whether a diagnosis or a metastasis that an Observation states is another tumour's.
pub(super) fn is_of_another_tumour(known: &Known<'_>, record: &Record<'_>) -> bool {
    matches!(owner_of(known, FactId::Pnet, record, None), Owner::Another(_))
}

/// Another active malignancy makes the fact present; one that is gone says nothing of others.
pub(super) fn other_malignancy(
    known: &mut Known<'_>,
    facts: &mut FactsBuilder,
    item: &Item<'_>,
    tree: &Tree,
) {
    let Some(standing) = known.others.add(item, tree, known.codes, known.as_of) else {
        return;
    };
    let mut record = Record::of(tree, item.place());
    record.date_by(&["recordedDate", "onsetDateTime", "onsetPeriod"], known.as_of);
    let recorded = tree.root().get("code").and_then(Node::shown).unwrap_or_default();
    if standing == Standing::Now {
        let evidence = record.evidence(recorded);
        add(
            facts,
            FactId::OtherMalignancy,
            "present",
            Source::Condition,
            evidence,
        );
    } else {
        show(facts, FactId::OtherMalignancy, &record, recorded, standing);
    }
}

/// Whether the question itself names an organ in which no tumour of the pancreas is sought.
fn names_another_organ(code: Node<'_>, codings: &[Coding<'_>]) -> bool {
    let by_code = codings.iter().flat_map(Organ::by_question);
    let by_word = code.texts().flat_map(Organ::in_text);
    by_code.chain(by_word).any(|organ| organ.counts == Counts::Never)
}
