//! The report that a person reads in a terminal: first what the card says, then the reasoning.

use super::style::{Ink, shown};
use crate::strip::{Item, strip};
use cds_cards::assessment::{
    Assessment, Cited, CriterionReport, Gate, GradeReport, Group, OptionReport, Outcome, Role, Stage, Status,
    Verdict,
};
use cds_cards::render::{found, genetic_syndromes, markers, not_read, plain, words};
use cds_cards::{Knowledge, Ordered};
use fhir_profiles::FactId;
use std::fmt::Write as _;

/// Writes reports.
pub(super) struct Report<'a> {
    knowledge: &'a Knowledge,
    colour: bool,
    text: String,
}

/// The orders of a call on orders.
pub(super) struct Orders<'a> {
    /// What they come to.
    pub(super) read: &'a Ordered,
    /// How many cards the call is answered with.
    pub(super) cards: usize,
}

impl<'a> Report<'a> {
    pub(super) fn new(knowledge: &'a Knowledge, colour: bool) -> Self {
        Self {
            knowledge,
            colour,
            text: String::new(),
        }
    }

    /// The report of one assessment.
    pub(super) fn write(
        mut self,
        name: &str,
        assessment: &Assessment,
        orders: Option<&Orders<'_>>,
    ) -> String {
        self.heading(name, assessment);
        self.strip(assessment);
        if let Some(orders) = orders {
            self.orders(assessment, orders);
        }
        self.tumour(assessment);
        self.markers(assessment);
        self.unread(assessment);
        for group in Group::ALL {
            self.group(assessment, group);
        }
        self.discrepancies(assessment);
        self.missing(assessment);
        self.found(assessment);
        self.not_read(assessment);
        self.problems(assessment);
        self.text
    }

    /// What each order is read as, and whether a card comes of it.
    fn orders(&mut self, assessment: &Assessment, orders: &Orders<'_>) {
        self.title("Orders");
        let Ordered { proposals, unread } = orders.read;
        for proposal in proposals {
            let options = proposal.options.iter().map(|id| self.judged(assessment, id));
            let options: Vec<String> = options.collect();
            let ours = if proposal.interpretation { "read as " } else { "" };
            for order in &proposal.orders {
                let order = format!("{}, \"{}\"", order.reference, order.wording);
                self.line(2, &plain(&format!("{order}: {ours}{}", options.join(", or "))));
            }
        }
        for order in unread {
            let why = words::unread(&order.why);
            self.line(2, &plain(&format!("{}: not checked: {why}", order.reference)));
        }
        if orders.read.is_empty() {
            self.line(2, "none of those to be checked is one of the review's options");
        }
        let cards = match orders.cards {
            0 => "no card: nothing that is ordered has to be said".to_owned(),
            cards => words::count(cards, "card"),
        };
        self.line(2, &cards);
    }

    /// An option with its verdict, or why there is none.
    fn judged(&self, assessment: &Assessment, id: &str) -> String {
        let known = self.knowledge.options.iter().find(|option| option.id == id);
        let label = known.map_or(id, |option| option.label.as_str());
        match assessment.option(id) {
            Some(option) => format!("{label}, {}", words::verdict_of(option)),
            None => format!("{label}, not assessed"),
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.text, "{:indent$}{}", "", shown(text));
    }

    fn title(&mut self, text: &str) {
        let text = Ink::Bold.on(self.colour, text);
        let _ = writeln!(self.text, "\n{}", shown(&text));
    }

    fn heading(&mut self, name: &str, assessment: &Assessment) {
        let subject = assessment
            .subject
            .as_deref()
            .map_or_else(|| "patient not named".to_owned(), plain);
        let name = Ink::Bold.on(self.colour, &plain(name));
        self.line(0, &format!("{name}: {subject}, as of {}", assessment.as_of));
        let knowledge = &assessment.knowledge;
        let version = format!(
            "knowledge {} {}, literature up to {}",
            knowledge.id,
            knowledge.edition(),
            knowledge.evidence_cut_off
        );
        self.line(0, &Ink::Dim.on(self.colour, &version));
    }

    /// What the card says first, line by line.
    fn strip(&mut self, assessment: &Assessment) {
        let strip = strip(self.knowledge, assessment);
        self.title(&strip.situation);
        if !strip.patient.is_empty() {
            self.line(2, &plain(&strip.patient.join("; ")));
        }
        for line in strip.lines {
            if line.ordered {
                self.line(2, &format!("{}:", line.heading));
                for (n, item) in (1..).zip(&line.items) {
                    self.line(4, &plain(&format!("{n}. {}", item.line())));
                }
                continue;
            }
            let items: Vec<String> = line.items.iter().map(Item::line).collect();
            let text = plain(&format!("{}: {}", line.heading, items.join("; ")));
            let text = match line.kind {
                "against" => Ink::Red.on(self.colour, &text),
                "outside" | "caution" => Ink::Yellow.on(self.colour, &text),
                _ => text,
            };
            self.line(2, &text);
        }
    }

    fn markers(&mut self, assessment: &Assessment) {
        if assessment.gate == Gate::NoPnet {
            return;
        }
        let cited = |cited: &Cited| format!("{} [{}]", cited.text, cited.statements.join(", "));
        for marker in markers(self.knowledge, assessment) {
            let label = &marker.fact.info().label;
            self.line(2, &format!("{label}: {}", plain(&marker.text)));
            for ask in marker.asks.iter().map(cited) {
                self.line(4, &Ink::Yellow.on(self.colour, &ask));
            }
            self.line(4, &Ink::Dim.on(self.colour, &cited(&marker.note)));
        }
        if let Some(syndromes) = genetic_syndromes(assessment) {
            self.line(2, &format!("genetic syndrome: {syndromes}"));
        }
    }

    fn tumour(&mut self, assessment: &Assessment) {
        if assessment.gate == Gate::NoPnet {
            return;
        }
        self.title("Tumour");
        self.line(2, &words::gate(assessment));
        let grade = grade(&assessment.grade);
        self.line(2, &grade);
        for id in &assessment.grade.facts {
            self.evidence(assessment, *id);
        }
        for (system, stage) in [
            ("ENETS", &assessment.stage.enets),
            ("AJCC 7", &assessment.stage.ajcc7),
        ] {
            self.line(2, &stage_line(system, stage));
        }
        for id in [
            FactId::TumourSize,
            FactId::TumourExtension,
            FactId::T,
            FactId::N,
            FactId::M,
            FactId::LiverMetastases,
        ] {
            self.evidence(assessment, id);
        }
    }

    /// A fact with what it was read from.
    fn evidence(&mut self, assessment: &Assessment, id: FactId) {
        let Some(fact) = assessment.facts.get(&id) else {
            return;
        };
        for record in &fact.evidence {
            let mut parts = vec![format!("{}: {}", id.info().label, plain(&record.recorded))];
            parts.extend(record.effective.clone());
            parts.push(plain(&record.reference));
            parts.extend(record.notes.iter().cloned());
            self.line(4, &Ink::Dim.on(self.colour, &parts.join(", ")));
        }
    }

    /// Every record whose value could not be read, with the reason.
    fn unread(&mut self, assessment: &Assessment) {
        let unread: Vec<String> = assessment
            .facts
            .iter()
            .flat_map(|(id, fact)| fact.unread.iter().map(move |record| (id, record)))
            .map(|(id, record)| {
                let mut parts = vec![format!("{}: \"{}\"", id.info().label, plain(&record.recorded))];
                parts.extend(record.effective.clone());
                parts.push(plain(&record.reference));
                parts.extend(record.notes.iter().cloned());
                parts.join(", ")
            })
            .collect();
        if unread.is_empty() {
            return;
        }
        self.title("Recorded, but not readable");
        for text in unread {
            self.line(2, &Ink::Yellow.on(self.colour, &text));
        }
    }

    fn group(&mut self, assessment: &Assessment, group: Group) {
        let mut options: Vec<&OptionReport> = assessment
            .options
            .iter()
            .filter(|option| option.group == group)
            .collect();
        if options.is_empty() {
            return;
        }
        options.sort_by_key(|option| option.verdict);
        self.title(words::group(group));
        for option in options {
            self.option(assessment, option);
        }
    }

    fn option(&mut self, assessment: &Assessment, option: &OptionReport) {
        let known = self.knowledge.option(&option.id);
        let label = known.map_or(option.id.as_str(), |known| known.label.as_str());
        let verdict = verdict_ink(option.verdict).on(self.colour, words::verdict_of(option));
        let given = assessment
            .given(&option.id)
            .map(|entry| plain(&words::given_when(entry)));
        let given = given.map(|given| format!("; {given}")).unwrap_or_default();
        self.line(
            2,
            &format!("{} - {verdict}{given}", Ink::Bold.on(self.colour, label)),
        );
        if let Some(restriction) = known.and_then(|known| known.restriction.as_ref()) {
            self.line(
                4,
                &format!("{} [{}]", restriction.text, restriction.statements.join(", ")),
            );
        }
        for criterion in &option.criteria {
            let text = self.criterion(criterion);
            self.line(4, &text);
        }
        let Some(known) = known else { return };
        for Cited { text, statements } in &known.side_effects {
            self.line(4, &format!("side effects: {text} [{}]", statements.join(", ")));
        }
        for (name, ids, aspects) in [
            ("variant", &option.variants, &known.variants),
            ("in favour", &option.favours, &known.favours),
            ("caution", &option.cautions, &known.cautions),
        ] {
            for aspect in aspects.iter().filter(|aspect| ids.contains(&aspect.id)) {
                self.line(
                    4,
                    &format!("{name}: {} [{}]", aspect.label, aspect.statements.join(", ")),
                );
            }
        }
        if option.verdict == Verdict::Undetermined && assessment.missing.is_empty() {
            self.line(
                4,
                "undetermined although nothing is missing: the record is unreadable or conflicting",
            );
        }
    }

    fn criterion(&self, criterion: &CriterionReport) -> String {
        let (ink, outcome) = match criterion.outcome {
            Outcome::Met => (Ink::Green, "met"),
            Outcome::NotMet => (Ink::Red, "not met"),
            Outcome::Unknown => (Ink::Yellow, "unknown"),
        };
        let said = words::criterion(self.knowledge, criterion);
        // The record that contradicts a contraindication's absence speaks for itself.
        let mut text = match (criterion.role, criterion.outcome) {
            (Role::Contraindication, Outcome::NotMet) => {
                let against = match criterion.of_site {
                    true => words::AGAINST_BY_SITE,
                    false => words::verdict(Verdict::Contraindicated),
                };
                format!("{against}: {said}")
            }
            (role, _) => format!("{}: {said}", words::role(role)),
        };
        if criterion.borderline {
            text.push_str(" (exactly on the limit)");
        }
        if !words::mark(criterion).is_empty() {
            text.push_str(&format!(" ({})", words::mark(criterion)));
        }
        format!(
            "{} {text} [{}]",
            ink.on(self.colour, &format!("{outcome:<7}")),
            criterion.statements.join(", ")
        )
    }

    fn discrepancies(&mut self, assessment: &Assessment) {
        if assessment.discrepancies.is_empty() {
            return;
        }
        self.title("Does not fit together");
        for discrepancy in &assessment.discrepancies {
            self.line(2, &format!("{} ({})", words::misfit(discrepancy), discrepancy.id));
        }
    }

    fn missing(&mut self, assessment: &Assessment) {
        if assessment.missing.is_empty() {
            return;
        }
        self.title("Not known, by the number of options that it would help to settle");
        for missing in &assessment.missing {
            let fact = assessment.facts.get(&missing.fact);
            let known = fact.is_some_and(|fact| fact.status == Status::Known);
            let reason = if known { "open" } else { words::unknown(fact) };
            self.line(
                2,
                &format!(
                    "{:>7}  {} ({reason}): for {}",
                    missing.settles.to_string(),
                    missing.fact.info().label,
                    words::needed(self.knowledge, missing)
                ),
            );
        }
    }

    fn found(&mut self, assessment: &Assessment) {
        let found = found(assessment);
        if found.is_empty() {
            return;
        }
        self.title("Found in text, to be recorded");
        for one in found {
            let (label, value, source) = (one.label, one.value, one.source);
            self.line(2, &format!("{label} {value}: \"{}\" ({source})", one.quote));
        }
    }

    fn not_read(&mut self, assessment: &Assessment) {
        let Some(sentence) = not_read(&assessment.not_read) else {
            return;
        };
        self.title("Not read");
        self.line(2, &sentence);
        for record in &assessment.not_read {
            let mut parts = vec![plain(&record.what)];
            parts.extend(record.date.clone());
            parts.push(plain(&record.reference));
            self.line(4, &format!("{}: {}", parts.join(", "), record.why.text()));
        }
    }

    fn problems(&mut self, assessment: &Assessment) {
        if assessment.problems.is_empty() {
            return;
        }
        self.title("Records that could not be used");
        for problem in &assessment.problems {
            self.line(2, &format!("{}: {}", plain(&problem.place), problem.problem));
        }
    }
}

fn grade(grade: &GradeReport) -> String {
    let mut text = match &grade.value {
        Some(value) => format!("grade {value}"),
        None if grade.candidates.is_empty() => "grade unknown".to_owned(),
        None => format!("grade {}", grade.candidates.join(" or ")),
    };
    if grade.classifiable == Some(false) {
        text.push_str(", not in the review's table with this differentiation");
    }
    if grade.interpretation {
        text.push_str(" (interpretation)");
    }
    let _ = write!(text, ": {} [{}]", grade.because, grade.statements.join(", "));
    text
}

fn stage_line(system: &str, stage: &Stage) -> String {
    let value = match &stage.value {
        Some(value) => value.clone(),
        None if stage.candidates.is_empty() => "unknown".to_owned(),
        None => stage.candidates.join(" or "),
    };
    let part = |name: &str, all: &[String]| {
        if all.is_empty() {
            format!("{name} unknown")
        } else {
            all.join(" or ")
        }
    };
    format!(
        "stage {system} {value}: {}; {}; {} [{}]",
        part("T", &stage.t),
        part("N", &stage.n),
        part("M", &stage.m),
        stage.statements.join(", ")
    )
}

fn verdict_ink(verdict: Verdict) -> Ink {
    match verdict {
        Verdict::Supported => Ink::Green,
        Verdict::Provisional | Verdict::Undetermined => Ink::Yellow,
        Verdict::NotSupported | Verdict::Contraindicated => Ink::Red,
    }
}
