//! The wording of reports, from `lexicon/mentions.toml`, `en.toml` and `de.toml`: patterns, compiled once.

use crate::catalogue::FactId;
use regex::bytes::{Regex, RegexBuilder};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The files: what has no language, and one a language. All count in every text.
pub(super) const FILES: [&str; 3] = [
    include_str!("../../lexicon/mentions.toml"),
    include_str!("../../lexicon/en.toml"),
    include_str!("../../lexicon/de.toml"),
];

/// How far a word governs what stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Reach {
    /// Its whole sentence.
    Sentence,
    /// What follows in its sentence up to a word that stops it, and what stands between the same commas.
    Onward,
    /// What stands between the same commas.
    Clause,
    /// Nothing.
    Nowhere,
}

/// One file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct File {
    /// Parts of patterns, by name; of one name in several files each counts.
    parts: BTreeMap<String, Vec<String>>,
    headings: BTreeMap<String, Vec<String>>,
    split: Split,
    /// How a number is written in a report, and how the reader writes it.
    written: Vec<(String, String)>,
    reach: BTreeMap<String, Reach>,
    guards: BTreeMap<String, Vec<String>>,
    stops: Vec<String>,
    asides: Vec<String>,
    subject: Subject,
    choices: ChoiceWords,
    fact: Vec<FactWords>,
    rule: Vec<RuleWords>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Split {
    abbreviations: Vec<String>,
    months: Vec<String>,
    unfinished: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Subject {
    here: Vec<String>,
    ours: Vec<String>,
    metastasis: Vec<String>,
    primary: Vec<String>,
    elsewhere: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ChoiceWords {
    before: Vec<String>,
    behind: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct FactWords {
    id: String,
    of_tumour: bool,
    of_primary: bool,
    needs: Vec<String>,
    bars: Vec<String>,
    within: Vec<String>,
    before: Vec<String>,
    behind: Vec<String>,
    reach: BTreeMap<String, Reach>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct RuleWords {
    fact: String,
    value: Option<String>,
    words: BTreeMap<String, String>,
    negates: bool,
    needs: Vec<String>,
    bars: Vec<String>,
    behind: Vec<String>,
    when: Vec<String>,
}

/// What the lexicon says of one fact.
pub(super) struct FactLexicon {
    pub(super) fact: FactId,
    /// Whether it belongs to one tumour, so that another tumour's is none of the patient's PNET.
    pub(super) of_tumour: bool,
    /// Whether it is the primary's, so that a metastasis that was taken out has none.
    pub(super) of_primary: bool,
    /// The sentence must have one of these.
    pub(super) needs: Option<Regex>,
    /// The sentence must have none of these.
    pub(super) bars: Option<Regex>,
    /// The words of the mention itself must have none of these.
    pub(super) within: Option<Regex>,
    /// What stands before the value in the sentence must not end so.
    pub(super) before: Option<Regex>,
    /// What stands behind the value in the sentence must not begin so.
    pub(super) behind: Option<Regex>,
    /// Where a guard governs this fact otherwise than others.
    pub(super) reach: BTreeMap<String, Reach>,
    pub(super) rules: Vec<Rule>,
}

/// One way to state a fact. A pattern's group `v` is the value, unless the rule has one.
pub(super) struct Rule {
    pub(super) value: Option<String>,
    /// What the written value means; empty for numbers.
    pub(super) words: BTreeMap<String, String>,
    /// Whether its own words may deny: `no portal vein thrombosis` states that the vein is patent.
    pub(super) negates: bool,
    pub(super) needs: Option<Regex>,
    pub(super) bars: Option<Regex>,
    pub(super) behind: Option<Regex>,
    pub(super) when: Vec<Regex>,
}

/// Words that take a statement away from the patient, from now, or from what is known.
pub(super) struct Guard {
    pub(super) name: String,
    pub(super) reach: Reach,
    pub(super) words: Regex,
}

/// What stands beside a word that is one of several to choose from, or that is answered with no.
#[derive(Default)]
pub(super) struct Choices {
    pub(super) before: Option<Regex>,
    pub(super) behind: Option<Regex>,
}

/// The whole lexicon.
#[derive(Default)]
pub(super) struct Lexicon {
    pub(super) facts: Vec<FactLexicon>,
    pub(super) guards: Vec<Guard>,
    pub(super) stops: Option<Regex>,
    pub(super) asides: Option<Regex>,
    pub(super) here: Option<Regex>,
    /// Names of the patient's PNET that look like those of another tumour.
    pub(super) ours: Option<Regex>,
    pub(super) elsewhere: Option<Regex>,
    /// Specimens of a metastasis, and words of the primary.
    pub(super) metastasis: Option<Regex>,
    pub(super) primary: Option<Regex>,
    pub(super) choices: Choices,
    /// Headings of what the report itself finds.
    pub(super) findings: Option<Regex>,
    /// Headings of what it does not: history, questions, plans, legends.
    pub(super) set_aside: Option<Regex>,
    pub(super) abbreviations: Vec<String>,
    pub(super) months: Vec<String>,
    pub(super) unfinished: Vec<String>,
    pub(super) written: Vec<(Regex, String)>,
}

/// The files are compiled in, and a test reads them.
pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| match files() {
    Ok(files) => Lexicon::of(files).0,
    Err(_) => Lexicon::default(),
});

fn files() -> Result<Vec<File>, toml::de::Error> {
    FILES.iter().map(|text| toml::from_str(text)).collect()
}

/// Makes patterns, and keeps those that are none for the test.
struct Compiler {
    parts: BTreeMap<String, Vec<String>>,
    faults: Vec<String>,
}

/// How often a part may stand in a part.
const DEEPEST: usize = 8;

impl Compiler {
    /// The pattern with every `{name}` replaced by what that part may be.
    fn expand(&mut self, pattern: &str, depth: usize) -> String {
        let mut made = String::new();
        let mut rest = pattern;
        while let Some((before, behind)) = rest.split_once('{') {
            made.push_str(before);
            let named = behind
                .split_once('}')
                .filter(|(name, _)| name.starts_with(|c: char| c.is_ascii_lowercase()));
            let Some((name, tail)) = named else {
                made.push('{');
                rest = behind;
                continue;
            };
            let parts = self.parts.get(name).cloned().unwrap_or_default();
            if parts.is_empty() || depth == 0 {
                self.faults.push(format!("no part {name}"));
            }
            let parts: Vec<String> = match depth.checked_sub(1) {
                Some(depth) => parts.iter().map(|part| self.expand(part, depth)).collect(),
                None => Vec::new(),
            };
            made.push_str(&format!("(?:{})", parts.join("|")));
            rest = tail;
        }
        made.push_str(rest);
        made
    }

    fn regex(&mut self, pattern: &str) -> Option<Regex> {
        let expanded = blanks(&self.expand(pattern, DEEPEST));
        let compiled = RegexBuilder::new(&expanded)
            .unicode(false)
            .dfa_size_limit(1 << 18)
            .build();
        compiled
            .map_err(|error| self.faults.push(format!("{pattern}: {error}")))
            .ok()
    }

    /// One pattern for all of them, or none for none.
    fn any(&mut self, patterns: &[String]) -> Option<Regex> {
        if patterns.is_empty() {
            return None;
        }
        let joined: Vec<String> = patterns.iter().map(|pattern| format!("(?:{pattern})")).collect();
        self.regex(&joined.join("|"))
    }

    /// The same of whole words. What begins with a backslash or a caret is a pattern of its own.
    fn words(&mut self, words: &[String]) -> Option<Regex> {
        let patterns: Vec<String> = words
            .iter()
            .map(|word| {
                match (
                    word.starts_with(['\\', '^']),
                    word.ends_with(r"\.") || word.ends_with(r"\)"),
                ) {
                    (true, _) => word.clone(),
                    (false, true) => format!(r"\b(?:{word})"),
                    (false, false) => format!(r"\b(?:{word})\b"),
                }
            })
            .collect();
        self.any(&patterns)
    }
}

/// A blank of a pattern stands for any number of them, since what is set aside leaves more than one.
fn blanks(pattern: &str) -> String {
    let mut made = String::with_capacity(pattern.len() * 2);
    let (mut in_class, mut escaped) = (false, false);
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            ' ' if !in_class && signs.next_if_eq(&'?').is_some() => made.push_str(" *"),
            ' ' if !in_class => made.push_str(" +"),
            other => made.push(other),
        }
        in_class = match sign {
            '[' if !escaped => true,
            ']' if !escaped => false,
            _ => in_class,
        };
        escaped = sign == '\\' && !escaped;
    }
    made
}

impl Lexicon {
    /// The files as one lexicon, and what of them is no pattern or names no fact.
    fn of(files: Vec<File>) -> (Self, Vec<String>) {
        let mut all = File::default();
        for file in files {
            all.add(file);
        }
        let mut compiler = Compiler {
            parts: std::mem::take(&mut all.parts),
            faults: Vec::new(),
        };
        let written = std::mem::take(&mut all.written);
        let lexicon = Self {
            guards: guards(&mut compiler, &all),
            stops: compiler.words(&all.stops),
            asides: compiler.any(&all.asides),
            here: compiler.words(&all.subject.here),
            ours: compiler.words(&all.subject.ours),
            choices: Choices {
                before: compiler.any(&all.choices.before),
                behind: compiler.any(&all.choices.behind),
            },
            elsewhere: compiler.words(&all.subject.elsewhere),
            metastasis: compiler.words(&all.subject.metastasis),
            primary: compiler.words(&all.subject.primary),
            findings: heading(&mut compiler, all.headings.get("findings")),
            set_aside: heading(&mut compiler, all.headings.get("set-aside")),
            written: written
                .into_iter()
                .filter_map(|(from, to)| Some((compiler.words(&[from])?, to)))
                .collect(),
            facts: facts(&mut compiler, &all),
            abbreviations: all.split.abbreviations,
            months: all.split.months,
            unfinished: all.split.unfinished,
        };
        (lexicon, compiler.faults)
    }
}

impl File {
    fn add(&mut self, other: Self) {
        for (name, parts) in other.parts {
            self.parts.entry(name).or_default().extend(parts);
        }
        for (name, words) in other.headings {
            self.headings.entry(name).or_default().extend(words);
        }
        for (name, words) in other.guards {
            self.guards.entry(name).or_default().extend(words);
        }
        self.reach.extend(other.reach);
        self.split.abbreviations.extend(other.split.abbreviations);
        self.split.months.extend(other.split.months);
        self.split.unfinished.extend(other.split.unfinished);
        self.written.extend(other.written);
        self.stops.extend(other.stops);
        self.asides.extend(other.asides);
        self.subject.here.extend(other.subject.here);
        self.subject.ours.extend(other.subject.ours);
        self.subject.metastasis.extend(other.subject.metastasis);
        self.subject.primary.extend(other.subject.primary);
        self.subject.elsewhere.extend(other.subject.elsewhere);
        self.choices.before.extend(other.choices.before);
        self.choices.behind.extend(other.choices.behind);
        self.rule.extend(other.rule);
        for fact in other.fact {
            match self.fact.iter_mut().find(|known| known.id == fact.id) {
                Some(known) => known.add(fact),
                None => self.fact.push(fact),
            }
        }
    }
}

impl FactWords {
    fn add(&mut self, other: Self) {
        self.of_tumour |= other.of_tumour;
        self.of_primary |= other.of_primary;
        self.needs.extend(other.needs);
        self.bars.extend(other.bars);
        self.within.extend(other.within);
        self.before.extend(other.before);
        self.behind.extend(other.behind);
        self.reach.extend(other.reach);
    }
}

fn guards(compiler: &mut Compiler, all: &File) -> Vec<Guard> {
    all.guards
        .iter()
        .filter_map(|(name, words)| {
            let reach = all.reach.get(name).copied();
            if reach.is_none() {
                compiler.faults.push(format!("no reach of {name}"));
            }
            Some(Guard {
                name: name.clone(),
                reach: reach.unwrap_or(Reach::Sentence),
                words: compiler.words(words)?,
            })
        })
        .collect()
}

/// A heading: at the start, up to a colon, or alone on its line.
fn heading(compiler: &mut Compiler, words: Option<&Vec<String>>) -> Option<Regex> {
    let words = words.map(|words| words.join("|"))?;
    compiler.regex(&format!(
        r"^[\s*#-]*(?:\d{{1,2}}[.)] ?|[a-z][.)] )?(?:{words})(?:\b[^:.;?\t]{{0,40}}[:\t]| ?$)"
    ))
}

fn facts(compiler: &mut Compiler, all: &File) -> Vec<FactLexicon> {
    let mut made = Vec::new();
    for words in &all.fact {
        let Some(fact) = FactId::parse(&words.id) else {
            compiler.faults.push(format!("no fact {}", words.id));
            continue;
        };
        let of_fact = all.rule.iter().filter(|rule| rule.fact == words.id);
        let rules = of_fact.map(|rule| rule_of(compiler, rule)).collect();
        made.push(FactLexicon {
            fact,
            of_tumour: words.of_tumour,
            of_primary: words.of_primary,
            needs: compiler.any(&words.needs),
            bars: compiler.any(&words.bars),
            within: compiler.any(&words.within),
            before: compiler.any(&words.before),
            behind: compiler.any(&words.behind),
            reach: words.reach.clone(),
            rules,
        });
    }
    let known = |rule: &&RuleWords| all.fact.iter().any(|fact| fact.id == rule.fact);
    let lost = all.rule.iter().filter(|rule| !known(rule));
    compiler
        .faults
        .extend(lost.map(|rule| format!("a rule of {}", rule.fact)));
    made
}

fn rule_of(compiler: &mut Compiler, rule: &RuleWords) -> Rule {
    let when: Vec<Regex> = rule
        .when
        .iter()
        .filter_map(|pattern| compiler.regex(pattern))
        .collect();
    let needs_group = rule.value.is_none();
    let has_group = |pattern: &Regex| pattern.capture_names().flatten().any(|name| name == "v");
    if needs_group && !when.iter().all(has_group) {
        compiler
            .faults
            .push(format!("a rule of {} without a value", rule.fact));
    }
    Rule {
        value: rule.value.clone(),
        words: rule.words.clone(),
        negates: rule.negates,
        needs: compiler.any(&rule.needs),
        bars: compiler.any(&rule.bars),
        behind: compiler.any(&rule.behind),
        when,
    }
}

#[cfg(test)]
mod tests;
