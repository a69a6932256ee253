//! Made-up assessments that together reach every branch of the card texts, for the check at load.

use crate::assessment::{
    Aim, Assessment, BeforeReport, Branch, CriterionReport, Discrepancy, Earlier, EvidenceReport, FactReport,
    FactValue, Gate, GivenReport, GivenState, GradeReport, IntentReport, MentionReport, MissingFact,
    NotReadReport, OptionReport, Outcome, Pathway, PatientReport, Place, PlaceReport, ProblemReport, Range,
    Reason, Role, Settles, Stage, StageReport, Status, Verdict,
};
use crate::knowledge::{Aspect, Knowledge, OptionKnowledge, StagingTable, When};
use crate::orders::{OrderName, Proposal, Unread};
use fhir_profiles::facts::{Aside, NotReadWhy, Value};
use fhir_profiles::{FactId, Interval, UnreadOrder};

/// One full assessment for each verdict, an empty one for each gate, and one whose records were not readable.
pub(super) fn assessments(knowledge: &Knowledge) -> Vec<Assessment> {
    let mut samples: Vec<Assessment> = Verdict::ALL
        .iter()
        .map(|verdict| full(knowledge, *verdict))
        .collect();
    for gate in [Gate::Passed, Gate::NoLiverMetastases, Gate::NoPnet] {
        samples.push(empty(knowledge, gate));
    }
    let mut unreadable = full(knowledge, Verdict::Supported);
    unreadable.gate = Gate::NoPnet;
    unreadable.options.clear();
    samples.push(unreadable);
    samples
}

/// An option with that verdict and all that can be said of it.
pub(super) fn option(knowledge: &Knowledge, known: &OptionKnowledge, verdict: Verdict) -> OptionReport {
    let (outcome, reason) = match verdict {
        Verdict::Supported => (Outcome::Met, None),
        Verdict::Provisional => (Outcome::Unknown, Some(Reason::Judgement)),
        Verdict::Undetermined => (Outcome::Unknown, Some(Reason::Missing)),
        Verdict::NotSupported | Verdict::Contraindicated => (Outcome::NotMet, None),
    };
    let report = |(id, role): &(String, Role)| CriterionReport {
        aside: None,
        lack: None,
        id: id.clone(),
        role: *role,
        outcome,
        reason,
        gap: None,
        interpretation: true,
        of_site: true,
        borderline: true,
        facts: vec![FactId::Ki67],
        statements: knowledge
            .criteria
            .get(id)
            .map(|known| known.statements.clone())
            .unwrap_or_default(),
        because: "recorded so".to_owned(),
    };
    let ids = |aspects: &[Aspect]| aspects.iter().map(|aspect| aspect.id.clone()).collect();
    OptionReport {
        id: known.id.clone(),
        group: known.group,
        verdict,
        gap: None,
        variants: ids(&known.variants),
        criteria: known.criteria.iter().map(report).collect(),
        deciding: match verdict {
            Verdict::Supported => Vec::new(),
            _ => known.criteria.iter().map(|(id, _)| id.clone()).collect(),
        },
        favours: ids(&known.favours),
        cautions: ids(&known.cautions),
    }
}

/// An order of each option, and one that can mean all.
pub(super) fn proposals(knowledge: &Knowledge) -> Vec<Proposal> {
    let order = |wording: &str| OrderName {
        reference: "ServiceRequest/o".to_owned(),
        wording: wording.to_owned(),
    };
    let of = |options: Vec<String>| Proposal {
        interpretation: options.len() > 1,
        options,
        orders: vec![order("as ordered"), order("")],
    };
    let ids: Vec<String> = knowledge.options.iter().map(|option| option.id.clone()).collect();
    let mut proposals: Vec<Proposal> = ids.iter().map(|id| of(vec![id.clone()])).collect();
    proposals.push(of(ids));
    proposals
}

/// An order for each reason why one could not be read.
pub(super) fn unread() -> Vec<Unread> {
    let unsent = UnreadOrder::Unsent {
        references: vec!["Medication/m".to_owned()],
    };
    [UnreadOrder::Unnamed, unsent]
        .map(|why| Unread {
            reference: "MedicationRequest/m".to_owned(),
            why,
        })
        .to_vec()
}

fn full(knowledge: &Knowledge, verdict: Verdict) -> Assessment {
    let evidence = EvidenceReport {
        reference: "Observation/o".to_owned(),
        recorded: "8 %".to_owned(),
        effective: Some("2026-05-01".to_owned()),
        notes: vec!["converted".to_owned()],
        aside: Aside::InText,
    };
    let mut assessment = empty(knowledge, Gate::Passed);
    for report in assessment.facts.values_mut() {
        report.evidence.push(evidence.clone());
        report.unread.push(evidence.clone());
        report.shown.push(evidence.clone());
        report.reason = Some(Reason::Unreadable);
    }
    assessment.options = knowledge
        .options
        .iter()
        .map(|known| option(knowledge, known, verdict))
        .collect();
    let facts = knowledge.catalogue.facts();
    assessment.missing = facts
        .map(|fact| MissingFact {
            fact,
            settles: Settles { least: 19, most: 19 },
            needed_for: Vec::new(),
        })
        .collect();
    assessment.discrepancies = ["grade-recorded", "stage-recorded"]
        .map(|id| Discrepancy {
            id: id.to_owned(),
            facts: knowledge.catalogue.facts().collect(),
            text: "They differ.".to_owned(),
            consequence: Some("grade G3".to_owned()),
        })
        .to_vec();
    assessment.pathway = Some(Pathway {
        intent: IntentReport {
            value: Aim::Open,
            because: knowledge.pathway.open.clone(),
            statements: Vec::new(),
        },
        places: knowledge
            .options
            .iter()
            .map(|option| place(option, verdict))
            .collect(),
        branches: knowledge
            .pathway
            .branches
            .iter()
            .map(|fact| Branch {
                fact: *fact,
                value: "unresectable".to_owned(),
                places: knowledge
                    .options
                    .iter()
                    .map(|option| place(option, verdict))
                    .collect(),
                missing: Vec::new(),
            })
            .collect(),
        situations: (0..knowledge.pathway.situations.len()).collect(),
        no_trigger: true,
        given: knowledge
            .options
            .iter()
            .map(|option| given(&evidence, &option.id))
            .collect(),
    });
    assessment.problems = vec![
        ProblemReport {
            place: "entry 3".to_owned(),
            problem: "not readable".to_owned()
        };
        12
    ];
    let mention = MentionReport {
        fact: FactId::Ki67,
        value: Some(FactValue::Number(9.into())),
        range: None,
        unit: Some("%".to_owned()),
        quote: "Ki-67: 9 %".to_owned(),
        reference: "DiagnosticReport/d".to_owned(),
        date: Some("2026-01-01".to_owned()),
        read: Value::Number(Interval::exactly(9.into())),
        what: "pathology report",
        said: "9 %".to_owned(),
        notes: Vec::new(),
        is_recorded: false,
    };
    assessment.mentions = vec![mention; 12];
    assessment.not_read = vec![NotReadReport {
        reference: "DocumentReference/d".to_owned(),
        what: "document, PDF".to_owned(),
        date: Some("2026-01-01".to_owned()),
        why: NotReadWhy::NotText,
    }];
    assessment.principles = knowledge.package.principles.clone();
    satisfy_notes(knowledge, &mut assessment);
    assessment.grade.interpretation = true;
    assessment.grade.classifiable = Some(false);
    assessment.grade.because = "recorded so".to_owned();
    assessment.grade.reason = Some(Reason::Conflicting);
    assessment
}

/// The place that an option of a verdict has while its trigger holds.
fn place(option: &OptionKnowledge, verdict: Verdict) -> PlaceReport {
    let trigger = option.place.trigger.as_ref();
    let place = match verdict {
        Verdict::Contraindicated => Place::Against,
        Verdict::Supported if trigger.is_some() => Place::Named,
        Verdict::Supported | Verdict::Provisional => Place::Open,
        Verdict::Undetermined => Place::Waiting,
        Verdict::NotSupported => Place::NotNow,
    };
    PlaceReport {
        option: option.id.clone(),
        place,
        rank: trigger.map(|trigger| trigger.rank),
        triggers: trigger.map(|trigger| trigger.when.clone()).unwrap_or_default(),
        words: trigger.map(|trigger| trigger.words.clone()).unwrap_or_default(),
        judged: trigger.map(|trigger| trigger.judged.clone()),
        before: vec![BeforeReport {
            fact: Some(FactId::Ki67),
            step: None,
            statements: Vec::new(),
        }],
        then: Vec::new(),
        instead_of: Vec::new(),
        cautions: option.cautions.iter().map(|caution| caution.id.clone()).collect(),
        statements: trigger
            .map(|trigger| trigger.statements.clone())
            .unwrap_or_default(),
    }
}

fn given(evidence: &EvidenceReport, option: &str) -> GivenReport {
    GivenReport {
        agents: vec!["everolimus".to_owned()],
        options: vec![option.to_owned()],
        state: GivenState::Before,
        from: Some("2025-01".to_owned()),
        until: Some("2026-01-01".to_owned()),
        times: Some(3),
        reason: Some("progression".to_owned()),
        progression_since: Some("2025-12-30".to_owned()),
        systemic: true,
        evidence: vec![evidence.clone()],
    }
}

/// Makes the notes since publication hold, and everything be on record that the review does not look at.
fn satisfy_notes(knowledge: &Knowledge, assessment: &mut Assessment) {
    for fact in &knowledge.package.outside {
        say(assessment, *fact, FactValue::Word("present".to_owned()));
    }
    for rule in &knowledge.markers {
        say(assessment, rule.fact, FactValue::Number(9.into()));
        if let Some(report) = assessment.facts.get_mut(&rule.fact) {
            report.earlier = Some(Earlier {
                value: Range::from(&Interval::exactly(3.into())),
                effective: Some("2026-01-01".to_owned()),
            });
        }
    }
    say(assessment, FactId::Age, FactValue::Number(9.into()));
    say(
        assessment,
        FactId::GeneticSyndrome,
        FactValue::Words(vec!["vhl".to_owned()]),
    );
    let notes = knowledge.since_publication.values();
    for condition in notes.flat_map(|note| &note.holds) {
        match condition {
            When::Recorded(fact) => say(assessment, *fact, FactValue::Number(9.into())),
            When::Says(fact, word) => say(assessment, *fact, FactValue::Words(vec![word.clone()])),
            When::NotRecorded(fact) => {
                assessment.facts.insert(*fact, unrecorded());
            }
            When::Grade(grade) => assessment.grade.value = Some(grade.clone()),
            When::Syndrome(syndrome) => {
                if let Some(report) = assessment.facts.get_mut(&FactId::Functioning) {
                    report.detail = Some(syndrome.clone());
                }
            }
            When::Page | When::Option(_) | When::GivenSystemic | When::Palliative => {}
        }
    }
}

fn say(assessment: &mut Assessment, fact: FactId, value: FactValue) {
    if let Some(report) = assessment.facts.get_mut(&fact) {
        report.status = Status::Known;
        report.reason = None;
        report.value = Some(value);
    }
}

fn unrecorded() -> FactReport {
    FactReport {
        reason: Some(Reason::Missing),
        ..FactReport::default()
    }
}

fn empty(knowledge: &Knowledge, gate: Gate) -> Assessment {
    Assessment {
        knowledge: knowledge.package.reference.clone(),
        as_of: "2026-01-01".to_owned(),
        subject: Some("Patient/p".to_owned()),
        patient: Some(PatientReport {
            deceased: true,
            deceased_on: Some("2026-01-01".to_owned()),
            replaced: true,
        }),
        gate,
        facts: knowledge
            .catalogue
            .facts()
            .map(|fact| (fact, unrecorded()))
            .collect(),
        grade: GradeReport {
            value: None,
            candidates: knowledge.grade.rows.iter().map(|row| row.grade.clone()).collect(),
            classifiable: None,
            reason: Some(Reason::Missing),
            interpretation: false,
            gap: None,
            facts: Vec::new(),
            statements: Vec::new(),
            because: String::new(),
        },
        stage: StageReport {
            enets: stage(&knowledge.enets),
            ajcc7: stage(&knowledge.ajcc7),
        },
        options: Vec::new(),
        discrepancies: Vec::new(),
        missing: Vec::new(),
        pathway: None,
        mentions: Vec::new(),
        not_read: Vec::new(),
        problems: Vec::new(),
        principles: Vec::new(),
    }
}

fn stage(table: &StagingTable) -> Stage {
    Stage {
        value: None,
        gap: None,
        candidates: table.stages.iter().map(|row| row.stage.clone()).collect(),
        t: Vec::new(),
        n: Vec::new(),
        m: Vec::new(),
        statements: Vec::new(),
    }
}
