//! A define for each criterion: what its facts come to.

use super::rules::{Rules, defines, string, strings, touches};
use cds_cards::knowledge::{Band, Call, Criterion, Subject, Test};
use fhir_profiles::{FactId, Treatment, TreatmentClass};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Calls by word, and whether each is an interpretation.
type Calls = BTreeMap<String, (Call, bool)>;

impl Rules<'_> {
    pub(super) fn criteria(&mut self) {
        self.section("criteria");
        let knowledge = self.knowledge;
        for criterion in knowledge.criteria.values() {
            self.criterion(criterion);
        }
    }

    fn criterion(&mut self, criterion: &Criterion) {
        let mut comments = vec![criterion.label.clone()];
        comments.extend(self.quotes(&criterion.statements));
        comments.extend(
            criterion
                .interpretation
                .then(|| "The rule is a reading of ours.".to_owned()),
        );
        comments.extend(criterion.note.clone());
        let name = format!("Criterion {}", criterion.id);
        let body = self.test(&criterion.test);
        let Some(missing) = &criterion.where_missing else {
            return self.define(&comments, &name, &body);
        };
        let Some(fact) = single(&criterion.test) else {
            self.faults.push(format!(
                "criterion {}: CQL has no `where-missing` for a test that reads more than one fact",
                criterion.id
            ));
            return;
        };
        let recorded = format!("{name} as recorded");
        self.define(&comments, &recorded, &body);
        let body = format!(
            "if \"{recorded}\" = 'missing'\n      and Facts.\"Is whole\"(\"Fact {fact}\".gap)\n      \
             and \"Value {}\" = 'not-met'\n    then {} else \"{recorded}\"",
            missing.option,
            string(outcome(missing.call)),
        );
        let comments = [format!(
            "The same, where nothing is recorded and {} fails.",
            missing.option
        )];
        self.define(&comments, &name, &body);
    }

    fn test(&mut self, test: &Test) -> String {
        match test {
            Test::Words {
                subject: Subject::Grade,
                calls,
            } => format!(
                "if \"Grade unknown\" is not null then \"Grade unknown\"\n    else Facts.\"Of candidates\"(\n      \
                 \"Grade candidates\" G return all case G {}else null end,\n      \
                 Coalesce(\"Grade possible\".several, 'judgement'))",
                cases(calls)
            ),
            Test::Words {
                subject: Subject::Fact(FactId::Functioning),
                calls,
            } => format!(
                "if \"Functional status unknown\" is not null then \"Functional status unknown\"\n    \
                 else Facts.\"Of candidates\"(\n      \
                 \"Functional status\" S return all case S {}else null end, 'conflicting')",
                cases(calls)
            ),
            Test::Words {
                subject: Subject::Fact(fact),
                calls,
            } => {
                let words = words(calls);
                self.of_readings(*fact, &words)
            }
            Test::Range {
                fact, bands, words, ..
            } => {
                let of_number = range(bands);
                let said = match words.is_empty() {
                    true => of_number,
                    false => format!(
                        "if R.range is not null then {of_number}\n      else {}",
                        self::words(words)
                    ),
                };
                self.of_readings(*fact, &said)
            }
            Test::Lasting {
                fact,
                months,
                longer,
                shorter,
            } => {
                let calls = |calls: &BTreeMap<String, Call>| {
                    let calls = calls.iter().map(|(word, call)| (word.clone(), (*call, false)));
                    words(&calls.collect())
                };
                let said = format!(
                    "Facts.\"Lasting\"(\n        {},\n        {},\n        \
                     R.sinceFirst, R.sinceLast, R.firstDay, R.lastDay, \"Day\", {months} months)",
                    calls(longer),
                    calls(shorter)
                );
                self.of_readings(*fact, &said)
            }
            Test::Option {
                option,
                negate: false,
            } => format!("\"Value {option}\""),
            Test::Option { option, negate: true } => format!("Facts.\"Not\"(\"Value {option}\")"),
            Test::Given {
                class,
                other_than,
                progression,
            } => self.given_test(*class, other_than, *progression),
            Test::Not(part) => format!("Facts.\"Not\"(\"Criterion {part}\")"),
            Test::Any(parts) => format!("Facts.\"Any of\"({})", defines("Criterion", parts)),
            Test::All(parts) => format!("Facts.\"All of\"({})", defines("Criterion", parts)),
        }
    }

    fn of_readings(&mut self, fact: FactId, said: &str) -> String {
        let fact = self.reads(fact);
        format!("Facts.\"Of readings\"({fact}.unknown,\n    {fact}.readings R return all\n      {said})")
    }

    fn given_test(
        &mut self,
        class: TreatmentClass,
        other_than: &BTreeSet<Treatment>,
        progression: bool,
    ) -> String {
        let fits = |treatment: &&Treatment| treatment.class() == class && !other_than.contains(treatment);
        let fitting = Treatment::all()
            .iter()
            .filter(fits)
            .map(|treatment| treatment.as_str());
        let after = match progression {
            true => {
                self.facts.insert(FactId::DiseaseStatus);
                "\n        and Facts.\"Has progressed since\"(G.fromLast)"
            }
            false => "",
        };
        format!(
            "if exists (Facts.\"Given\" G\n      where G.treatment in {}{after})\n    then 'met' else 'missing'",
            strings(fitting)
        )
    }

    /// The functional status: recorded, or from a hormone above a printed limit.
    pub(super) fn functional(&mut self) {
        self.section("functional status");
        let fact = self.reads(FactId::Functioning);
        let hormones: Vec<String> = self
            .knowledge
            .hormones
            .iter()
            .map(|hormone| format!("\"Criterion {}\"", hormone.criterion))
            .collect();
        let mut confirmed = String::new();
        for hormone in &hormones {
            let _ = write!(
                confirmed,
                ",\n    if {hormone} = 'met' then {{ 'functioning' }} else List<String>{{}}"
            );
        }
        let statuses = format!(
            "distinct flatten {{\n    flatten ({fact}.readings R return all R.words){confirmed}\n  }}"
        );
        self.define(
            &["Every status that stands: as recorded, and functioning by a hormone above its printed limit.".to_owned()],
            "Functional status",
            &statuses,
        );
        let outcomes = match hormones.is_empty() {
            true => "List<String>{}".to_owned(),
            false => format!("{{ {} }}", hormones.join(", ")),
        };
        self.define(&[], "Hormones", &outcomes);
        let mut reasons = format!("{fact}.unknown");
        for hormone in &hormones {
            reasons = format!(
                "Facts.\"Outranking\"({reasons},\n      \
                 if {hormone} in {{ 'conflicting', 'unreadable', 'missing' }} then {hormone} else null)"
            );
        }
        self.define(&[], "Functional status reason", &reasons);
        let unknown = "case Count(\"Functional status\")\n    when 0 then\n      \
            case when exists (\"Hormones\" H where H = 'judgement')\n          \
            and (\"Functional status reason\" is null or \"Functional status reason\" = 'missing') then 'judgement'\n        \
            else Coalesce(\"Functional status reason\", 'missing') end\n    \
            when 1 then\n      case\n        when First(\"Functional status\") != 'non-functioning' then null\n        \
            when exists (\"Hormones\" H where H = 'conflicting') then 'conflicting'\n        \
            when exists (\"Hormones\" H where H = 'judgement') then 'judgement'\n        else null end\n    \
            else 'conflicting' end";
        self.define(&[], "Functional status unknown", unknown);
    }
}

/// The one fact that a test reads, where it reads one by its readings alone.
fn single(test: &Test) -> Option<FactId> {
    match test {
        Test::Words {
            subject: Subject::Fact(fact),
            ..
        }
        | Test::Range { fact, .. }
        | Test::Lasting { fact, .. }
            if *fact != FactId::Functioning =>
        {
            Some(*fact)
        }
        _ => None,
    }
}

fn outcome(call: Call) -> &'static str {
    match call {
        Call::Met => "met",
        Call::NotMet => "not-met",
        Call::Judgement => "judgement",
    }
}

/// `when 'well' then 'met' `, for each word; what is a reading of ours says so.
fn cases(calls: &Calls) -> String {
    let mut text = String::new();
    for (word, (call, interpreted)) in calls {
        let ours = if *interpreted { "/* our reading */ " } else { "" };
        let _ = write!(
            text,
            "when {} then {ours}{} ",
            string(word),
            string(outcome(*call))
        );
    }
    text
}

/// Of several words that hold together the first decides.
fn words(calls: &Calls) -> String {
    format!("case First(R.words) {}else 'unreadable' end", cases(calls))
}

/// Every band that a number touches is a candidate.
fn range(bands: &[Band]) -> String {
    let candidates: Vec<String> = bands
        .iter()
        .map(|band| {
            let ours = if band.interpretation {
                " /* our reading */"
            } else {
                ""
            };
            format!(
                "        if {} then {}{ours} else null",
                touches("R", &band.interval),
                string(outcome(band.call))
            )
        })
        .collect();
    format!(
        "Facts.\"Of candidates\"({{\n{}\n      }}, 'judgement')",
        candidates.join(",\n")
    )
}
