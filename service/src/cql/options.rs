//! Verdicts, what was given, places, intent, and what requests would settle.

use super::names::{lacks, proposed, words};
use super::rules::{Rules, defines, string, strings};
use cds_cards::assessment::{Group, Role};
use cds_cards::knowledge::OptionKnowledge;
use cds_cards::knowledge::place::{Deciding, Trigger};
use fhir_profiles::{FactId, Treatment};

impl Rules<'_> {
    pub(super) fn verdicts(&mut self) {
        self.section("verdicts");
        let knowledge = self.knowledge;
        for option in &knowledge.options {
            let of = |role: Role| {
                let criteria = option.criteria.iter().filter(move |(_, known)| *known == role);
                defines("Criterion", criteria.map(|(id, _)| id))
            };
            self.define(
                std::slice::from_ref(&option.label),
                &format!("Verdict {}", option.id),
                &format!(
                    "Facts.\"Verdict\"(\n    /* required */ {},\n    /* to be confirmed */ {},\n    \
                     /* contraindication unless met */ {})",
                    of(Role::Require),
                    of(Role::Confirm),
                    of(Role::Contraindication)
                ),
            );
            let all = defines("Criterion", option.criteria.iter().map(|(id, _)| id));
            self.define(
                &[],
                &format!("Value {}", option.id),
                &format!("Facts.\"Value\"(\"Verdict {}\", {all})", option.id),
            );
        }
    }

    /// Which options each treatment on record means, and one entry for each set of options.
    pub(super) fn given(&mut self) {
        self.section("treatments given");
        let options = self.knowledge.options.iter();
        let meant: Vec<String> = options
            .filter_map(|option| {
                Some(format!(
                    "      if {} then {} else null",
                    means(option)?,
                    string(&option.id)
                ))
            })
            .collect();
        let meant = match meant.is_empty() {
            true => "null".to_owned(),
            false => format!(
                "Combine(Facts.\"Present\"({{\n{}\n    }}), ' ')",
                meant.join(",\n")
            ),
        };
        self.define(
            &["Every treatment on record, with the options that it means.".to_owned()],
            "Given and meant",
            &format!(
                "Facts.\"Given\" G return all Tuple {{\n    now: G.now,\n    fromFirst: G.fromFirst,\n    \
                 fromLast: G.fromLast,\n    options: {meant}\n  }}"
            ),
        );
        self.define(
            &["One entry for each set of options.".to_owned()],
            "Entries",
            "(distinct (\"Given and meant\" G where Coalesce(G.options, '') != '' return all G.options)) K\n    \
             let\n      members: (\"Given and meant\" G where G.options = K),\n      \
             began: First(members G where G.fromFirst is not null\n        \
             return all Tuple { earliest: G.fromFirst, latest: G.fromLast } sort by earliest, latest)\n    \
             return all Tuple {\n      options: Split(K, ' '),\n      \
             now: exists (members G where G.now),\n      fromLast: began.latest\n    }",
        );
    }

    pub(super) fn places(&mut self) {
        self.section("places");
        let knowledge = self.knowledge;
        self.no_trigger();
        for option in &knowledge.options {
            if let Some(trigger) = &option.place.trigger {
                self.trigger(option, trigger);
            }
            self.place(option);
        }
    }

    /// When nothing recorded calls for a change.
    fn no_trigger(&mut self) {
        let knowledge = self.knowledge;
        let Some(rule) = &knowledge.pathway.no_trigger else {
            return self.define(&[], "No trigger", "false");
        };
        let quotes = self.quotes(&rule.statements);
        let Some(fact) = knowledge
            .criteria
            .get(&rule.failing)
            .and_then(|criterion| read(&criterion.test))
        else {
            self.faults.push(format!(
                "criterion {}: as the one that fails where nothing calls for a change it must read one fact",
                rule.failing
            ));
            return;
        };
        let fact = self.reads(fact);
        let none = defines("Criterion", &rule.none_met);
        let mut comments = vec![rule.words.clone()];
        comments.extend(quotes);
        self.define(
            &[],
            "Last reading of the course",
            &format!("Max({fact}.readings R where R.lastDay is not null return all R.lastDay)"),
        );
        self.define(
            &comments,
            "No trigger",
            &format!(
                "\"Criterion {}\" = 'not-met'\n    and not exists (({none}) O where O = 'met')\n    \
                 and {fact}.unknown is null\n    \
                 and Coalesce(Min({fact}.readings R where R.lastDay = \"Last reading of the course\" return all R.firstDay)\n      \
                 > \"Day\" - {} months, false)",
                rule.failing, rule.months
            ),
        );
    }

    /// Whether the review names the option: 'now', or 'judged' where a person has to decide; else null.
    fn trigger(&mut self, option: &OptionKnowledge, trigger: &Trigger) {
        let mut comments = vec![trigger.words.clone()];
        comments.extend(self.quotes(&trigger.statements));
        let mut cases = Vec::new();
        let no_trigger = self.knowledge.pathway.no_trigger.as_ref();
        if no_trigger.is_some_and(|rule| trigger.rank > rule.up_to) {
            cases.push("when \"No trigger\" then null".to_owned());
        }
        let any = |ids: &[String], outcome: &str| {
            let list = defines("Criterion", ids);
            (!ids.is_empty())
                .then(|| format!("when exists (({list}) O where O = {}) then null", string(outcome)))
        };
        cases.extend(any(&trigger.unless_met, "met"));
        cases.extend(any(&trigger.unless_judged, "judgement"));
        let body = match (trigger.when.is_empty(), cases.is_empty()) {
            (true, true) => "'now'".to_owned(),
            (true, false) => format!("case\n    {}\n    else 'now' end", cases.join("\n    ")),
            (false, _) => {
                let when = defines("Criterion", &trigger.when);
                cases.push(format!(
                    "when exists (({when}) O where not (O in {{ 'met', 'judgement' }})) then null"
                ));
                cases.push(format!(
                    "when exists (({when}) O where O = 'judgement') then 'judged'"
                ));
                format!("case\n    {}\n    else 'now' end", cases.join("\n    "))
            }
        };
        self.define(&comments, &format!("Trigger {}", option.id), &body);
    }

    fn place(&mut self, option: &OptionKnowledge) {
        let id = &option.id;
        let entry = format!("exists (\"Entries\" E where E.options contains {}", string(id));
        let mut cases = vec![
            format!("when \"Verdict {id}\" = 'contraindicated' then 'against'"),
            format!("when {entry} and E.now) then 'given-now'"),
        ];
        // A systemic treatment that was given is no proposal any more, nor is a local one after which the disease progressed.
        // After an operation the relapse may be operated again.
        match option.group {
            Group::Systemic => cases.push(format!("when {entry}) then 'given-before'")),
            Group::LiverDirected => cases.push(format!(
                "when {entry} and Facts.\"Has progressed since\"(E.fromLast)) then 'given-before'"
            )),
            Group::Surgery => {}
        }
        let shown = format!("when \"Verdict {id}\" in {{ 'supported', 'provisional' }}");
        if option.place.trigger.is_some() {
            cases.push(format!("{shown} and \"Trigger {id}\" = 'now' then 'named'"));
        }
        cases.push(format!("{shown} then 'open'"));
        cases.push(format!("when \"Verdict {id}\" = 'undetermined' then 'waiting'"));
        self.facts.insert(FactId::DiseaseStatus);
        self.define(
            &[],
            &format!("Place {id}"),
            &format!("case\n    {}\n    else 'not-now' end", cases.join("\n    ")),
        );
        let rank = option.place.trigger.as_ref().map(|trigger| trigger.rank);
        if let Some(rank) = rank {
            self.define(
                &[],
                &format!("Rank {id}"),
                &format!("if \"Place {id}\" = 'named' then {rank} else null"),
            );
        }
        self.define(
            &[],
            &proposed(id),
            &format!("\"Gate\" = 'passed' and \"Place {id}\" in {{ 'named', 'open' }}"),
        );
        let ranked =
            rank.map(|rank| format!(" + (if \"Place {id}\" = 'named' then ' (rank {rank})' else '')"));
        self.define(
            &[],
            &words(id),
            &format!(
                "\"Verdict {id}\" + ', ' + \"Place {id}\"{}",
                ranked.unwrap_or_default()
            ),
        );
    }

    pub(super) fn intent(&mut self) {
        self.section("intent");
        let knowledge = self.knowledge;
        let decides = |rule: &Deciding| {
            let verdicts = rule.verdicts.iter().map(|verdict| verdict.as_str());
            format!("\"Verdict {}\" in {}", rule.option, strings(verdicts))
        };
        let mut comments = Vec::new();
        let mut cases = Vec::new();
        for intent in &knowledge.pathway.intents {
            comments.push(format!("{}: {}", intent.value.as_str(), intent.rule.words));
            comments.extend(self.quotes(&intent.rule.statements));
            cases.push(format!(
                "when {} then {}",
                decides(&intent.rule),
                string(intent.value.as_str())
            ));
        }
        let body = match cases.is_empty() {
            true => "'open'".to_owned(),
            false => format!("case\n    {}\n    else 'open' end", cases.join("\n    ")),
        };
        self.define(&comments, "Intent", &body);
    }

    /// Whether a fact is not known that a request would settle.
    pub(super) fn requests(&mut self) {
        self.section("what requests would settle");
        let knowledge = self.knowledge;
        let suggestions = knowledge.suggestions.iter().map(|suggestion| &suggestion.facts);
        for facts in suggestions.chain([&knowledge.referral.facts]) {
            let id = match std::ptr::eq(facts, &knowledge.referral.facts) {
                true => "referral".to_owned(),
                false => facts.first().map(ToString::to_string).unwrap_or_default(),
            };
            let lacking: Vec<String> = facts
                .iter()
                .map(|fact| format!("{}.unknown is not null", self.reads(*fact)))
                .collect();
            let lacking = lacking.join("\n      or ");
            self.define(
                &[],
                &lacks(&id),
                &format!("\"Gate\" = 'passed'\n    and ({lacking})"),
            );
        }
    }
}

/// The fact of a test on readings.
fn read(test: &cds_cards::knowledge::Test) -> Option<FactId> {
    use cds_cards::knowledge::{Subject, Test};
    match test {
        Test::Words {
            subject: Subject::Fact(fact),
            ..
        }
        | Test::Range { fact, .. }
        | Test::Lasting { fact, .. } => Some(*fact),
        _ => None,
    }
}

/// When a treatment on record means the option: by the first of its meanings that fits, unless no record tells that one.
fn means(option: &OptionKnowledge) -> Option<String> {
    let codes = |treatments: &[Treatment]| strings(treatments.iter().map(|treatment| treatment.as_str()));
    let fits: Vec<(String, bool)> = option
        .orders
        .iter()
        .map(|meaning| {
            let beside = match meaning.unless_with.is_empty() {
                true => String::new(),
                false => format!(
                    " and not Facts.\"Has beside\"(G.fromFirst, G.fromLast, G.untilLast, G.now, \"Day\", {})",
                    codes(&meaning.unless_with)
                ),
            };
            let fits = format!("G.treatment in {}{beside}", codes(&meaning.treatments));
            (fits, !meaning.orders_only)
        })
        .collect();
    if !fits.iter().any(|(_, told)| *told) {
        return None;
    }
    let cases: Vec<String> = fits
        .iter()
        .map(|(fits, told)| format!("when {fits} then {told}"))
        .collect();
    Some(format!("(case {} else false end)", cases.join(" ")))
}
