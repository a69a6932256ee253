//! What the sentences of a narrative state, once what governs them is heeded.

use super::lexicon::{FactLexicon, Lexicon, Reach, Rule};
use super::split::Sentence;
use crate::catalogue::{FactId, Kind};
use crate::facts::Value;
use crate::values::{APPROXIMATE_NOTE, TextNumber, in_fact_unit, number_from_text};
use regex::bytes::Regex;
use std::cell::OnceCell;
use std::ops::Range;

/// A statement that counts, by its places among the folded bytes.
pub(super) struct Found {
    pub(super) fact: FactId,
    pub(super) value: Value,
    pub(super) notes: Vec<String>,
    pub(super) span: Range<usize>,
    pub(super) sentence: Range<usize>,
}

/// What the sentences state of the facts that are asked for.
pub(super) fn found(bytes: &[u8], sentences: &[Sentence], lexicon: &Lexicon, facts: &[FactId]) -> Vec<Found> {
    let mut all = Vec::new();
    let mut subject = Subject::default();
    for sentence in sentences.iter().filter(|sentence| sentence.counts) {
        let raw = bytes.get(sentence.span.clone()).unwrap_or_default();
        let clean = without_asides(raw, lexicon);
        let stated = Stated {
            bytes: &clean,
            lexicon,
            hits: OnceCell::new(),
            stops: OnceCell::new(),
            commas: OnceCell::new(),
        };
        subject.enter(&stated);
        for fact in &lexicon.facts {
            if facts.contains(&fact.fact) && subject.has(fact) {
                all.extend(stated.of(fact, sentence.span.start, &sentence.span));
            }
        }
    }
    all
}

fn is_match(pattern: &Option<Regex>, bytes: &[u8]) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(bytes))
}

/// Whose tumour a sentence speaks of, by its own words and those before it.
#[derive(Default)]
struct Subject {
    /// Another tumour was named last, or is named in the sentence: of two it cannot be told which is meant.
    is_elsewhere: bool,
    /// The specimen that was named last is a metastasis.
    is_metastasis: bool,
    names_other: bool,
}

impl Subject {
    fn enter(&mut self, sentence: &Stated<'_>) {
        let lexicon = sentence.lexicon;
        self.names_other = names_another(sentence.bytes, lexicon);
        if self.names_other {
            self.is_elsewhere |= sentence.is_current();
        } else if is_match(&lexicon.here, sentence.bytes) {
            self.is_elsewhere = false;
        }
        if is_match(&lexicon.primary, sentence.bytes) {
            self.is_metastasis = false;
        } else if is_match(&lexicon.metastasis, sentence.bytes) {
            self.is_metastasis = true;
        }
    }

    fn has(&self, fact: &FactLexicon) -> bool {
        let is_others = fact.of_tumour && (self.is_elsewhere || self.names_other);
        let is_of_metastasis = fact.of_primary && self.is_metastasis;
        !(is_others || is_of_metastasis)
    }
}

/// Whether a tumour is named that is none of the patient's PNET.
fn names_another(bytes: &[u8], lexicon: &Lexicon) -> bool {
    let mut rest = bytes.to_vec();
    if let Some(ours) = &lexicon.ours {
        for name in ours.find_iter(bytes) {
            rest.get_mut(name.range()).unwrap_or_default().fill(b' ');
        }
    }
    is_match(&lexicon.elsewhere, &rest)
}

/// The sentence with what speaks of something else blanked: comparisons, and brackets with a past or a limit in them.
fn without_asides(bytes: &[u8], lexicon: &Lexicon) -> Vec<u8> {
    let mut clean = bytes.to_vec();
    if let Some(asides) = &lexicon.asides {
        for aside in asides.find_iter(bytes) {
            clean.get_mut(aside.range()).unwrap_or_default().fill(b' ');
        }
    }
    let mut from = 0;
    while let Some(open) = clean
        .get(from..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'('))
    {
        let open = from + open;
        let inside = clean.get(open..).unwrap_or_default();
        let Some(width) = inside.iter().position(|byte| *byte == b')') else {
            break;
        };
        let end = open + width + 1;
        let bracket = clean.get(open..end).unwrap_or_default();
        if is_aside(bracket, lexicon) {
            clean.get_mut(open..end).unwrap_or_default().fill(b' ');
        }
        from = end;
    }
    clean
}

/// Whether a bracket has a guard and a number of its own: `(previously 8 %)`. One with a guard only, `(2019)`, governs
/// the words before it.
fn is_aside(bracket: &[u8], lexicon: &Lexicon) -> bool {
    let mut rest = bracket.to_vec();
    let mut is_guarded = false;
    for guard in &lexicon.guards {
        for word in guard.words.find_iter(bracket) {
            is_guarded = true;
            rest.get_mut(word.range()).unwrap_or_default().fill(b' ');
        }
    }
    is_guarded && rest.iter().any(u8::is_ascii_digit)
}

/// A word of a guard in a sentence.
struct Hit<'l> {
    span: Range<usize>,
    name: &'l str,
    reach: Reach,
}

/// A sentence that is looked at.
struct Stated<'s> {
    bytes: &'s [u8],
    lexicon: &'s Lexicon,
    hits: OnceCell<Vec<Hit<'s>>>,
    /// Where the words begin that end an onward reach.
    stops: OnceCell<Vec<usize>>,
    /// Where the commas stand that part clauses: not those of a number.
    commas: OnceCell<Vec<usize>>,
}

/// A match of a pattern that has a value.
struct Match {
    whole: Range<usize>,
    value_at: Range<usize>,
    value: Value,
    notes: Vec<String>,
}

impl<'s> Stated<'s> {
    fn hits(&self) -> &[Hit<'s>] {
        self.hits.get_or_init(|| {
            let guards = self.lexicon.guards.iter();
            guards
                .flat_map(|guard| {
                    guard.words.find_iter(self.bytes).map(|word| Hit {
                        span: word.range(),
                        name: &guard.name,
                        reach: guard.reach,
                    })
                })
                .collect()
        })
    }

    /// Whether nothing in the sentence denies, doubts or dates it: it says what the report is of from here on.
    fn is_current(&self) -> bool {
        !self.hits().iter().any(|hit| hit.name != "organ")
    }

    fn of(&self, words: &FactLexicon, offset: usize, sentence: &Range<usize>) -> Vec<Found> {
        let is_meant = words
            .needs
            .as_ref()
            .is_none_or(|needs| needs.is_match(self.bytes))
            && !is_match(&words.bars, self.bytes);
        if !is_meant {
            return Vec::new();
        }
        let mut matches: Vec<Match> = Vec::new();
        for rule in &words.rules {
            self.matches(words, rule, &mut matches);
        }
        // A list of what could be is no statement.
        let is_word = |found: &Match| !matches!(found.value, Value::Number(_));
        let mut values: Vec<&Value> = Vec::new();
        for found in &matches {
            if !values.contains(&&found.value) {
                values.push(&found.value);
            }
        }
        let has_words = matches.iter().any(is_word);
        let most = if has_words && words.fact.info().kind != Kind::Score {
            1
        } else {
            2
        };
        if values.len() > most {
            return Vec::new();
        }
        matches
            .into_iter()
            .map(|found| Found {
                fact: words.fact,
                value: found.value,
                notes: found.notes,
                span: offset + found.whole.start..offset + found.whole.end,
                sentence: sentence.clone(),
            })
            .collect()
    }

    fn matches(&self, words: &FactLexicon, rule: &Rule, into: &mut Vec<Match>) {
        if rule
            .needs
            .as_ref()
            .is_some_and(|needs| !needs.is_match(self.bytes))
            || is_match(&rule.bars, self.bytes)
        {
            return;
        }
        for pattern in &rule.when {
            for captures in pattern.captures_iter(self.bytes) {
                let Some(whole) = captures.get(0).map(|whole| whole.range()) else {
                    continue;
                };
                let value_at = captures.name("v").map_or(whole.clone(), |value| value.range());
                let overlaps = |other: &Match| match rule.value {
                    Some(_) => meet(&other.whole, &whole),
                    None => meet(&other.value_at, &value_at),
                };
                if into.iter().any(overlaps) || !self.stands(words, rule, &whole, &value_at) {
                    continue;
                }
                let unit = captures.name("u").map(|unit| unit.as_bytes());
                if let Some((value, notes)) = self.value(words.fact, rule, &value_at, unit) {
                    into.push(Match {
                        whole,
                        value_at,
                        value,
                        notes,
                    });
                }
            }
        }
    }

    /// Whether nothing takes the match back: its own words, those at its value, and those that govern it.
    fn stands(
        &self,
        words: &FactLexicon,
        rule: &Rule,
        whole: &Range<usize>,
        value_at: &Range<usize>,
    ) -> bool {
        let part = |span: Range<usize>| self.bytes.get(span).unwrap_or_default();
        let before = part(0..value_at.start);
        let behind = part(value_at.end..self.bytes.len());
        let is_number = rule.value.is_none() && rule.words.is_empty();
        let is_part = rule.value.is_none() && is_part_of_a_number(before, behind);
        // A word that is one of several to choose from, or that is answered with no, states nothing.
        let choices = &self.lexicon.choices;
        let is_choice = !is_number
            && (is_match(&choices.before, part(0..whole.start)) || is_match(&choices.behind, behind));
        !is_part
            && !is_choice
            && !is_match(&words.within, part(whole.clone()))
            && !is_match(&words.before, before)
            && !is_match(&words.behind, behind)
            && !is_match(&rule.behind, behind)
            && !self
                .hits()
                .iter()
                .any(|hit| self.governs(hit, words, rule, whole))
    }

    fn governs(&self, hit: &Hit<'_>, words: &FactLexicon, rule: &Rule, whole: &Range<usize>) -> bool {
        let own = words.reach.get(hit.name).copied();
        // `Kein Hinweis auf` denies, and doubts nothing.
        if rule.negates && matches!(hit.name, "negated" | "hypothesis") && meet(&hit.span, whole) {
            return false;
        }
        match own.unwrap_or(hit.reach) {
            Reach::Nowhere => false,
            Reach::Sentence => true,
            Reach::Onward => self.is_onward(hit, whole) || self.is_beside(hit, whole),
            Reach::Clause => self.is_beside(hit, whole),
        }
    }

    fn is_onward(&self, hit: &Hit<'_>, whole: &Range<usize>) -> bool {
        hit.span.start < whole.start && !has_any(self.stops(), hit.span.end..whole.start)
    }

    /// Whether no comma and no stop stands between the two.
    fn is_beside(&self, hit: &Hit<'_>, whole: &Range<usize>) -> bool {
        let between = match hit.span.end <= whole.start {
            true => hit.span.end..whole.start,
            false => whole.end..hit.span.start,
        };
        !has_any(self.commas(), between.clone()) && !has_any(self.stops(), between)
    }

    fn stops(&self) -> &[usize] {
        self.stops.get_or_init(|| {
            let stops = self.lexicon.stops.as_ref();
            stops.map_or_else(Vec::new, |stops| {
                stops.find_iter(self.bytes).map(|stop| stop.start()).collect()
            })
        })
    }

    fn commas(&self) -> &[usize] {
        self.commas.get_or_init(|| {
            let digit = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_digit);
            let commas = self.bytes.iter().enumerate().filter(|(_, byte)| **byte == b',');
            let parts = |at: usize| !(at > 0 && digit(at - 1) && digit(at + 1));
            commas.map(|(at, _)| at).filter(|at| parts(*at)).collect()
        })
    }

    /// The value of what is written at a place, and of the unit that stands before it.
    fn value(
        &self,
        fact: FactId,
        rule: &Rule,
        at: &Range<usize>,
        unit: Option<&[u8]>,
    ) -> Option<(Value, Vec<String>)> {
        let mut written = String::from_utf8_lossy(self.bytes.get(at.clone())?).into_owned();
        if let Some(unit) = unit {
            written.push(' ');
            written.push_str(&String::from_utf8_lossy(unit));
        }
        let text = match (&rule.value, rule.words.get(&written)) {
            (Some(value), _) | (None, Some(value)) => value.clone(),
            (None, None) if rule.words.is_empty() => self.rewritten(written),
            (None, None) => return None,
        };
        if let Some(word) = fact.word(&text) {
            return Some((Value::Word(word), Vec::new()));
        }
        let number = greatest(&text)?;
        let mut read = in_fact_unit(fact, number.interval, number.unit.as_deref()).ok()?;
        if number.approximate {
            read.notes.push(APPROXIMATE_NOTE.to_owned());
        }
        Some((Value::Number(read.interval), read.notes))
    }

    /// The number as the reader writes it.
    fn rewritten(&self, written: String) -> String {
        let mut text = written.into_bytes();
        for (from, to) in &self.lexicon.written {
            if from.is_match(&text) {
                text = from
                    .replace_all(&text, regex::bytes::NoExpand(to.as_bytes()))
                    .into_owned();
            }
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// A number with its unit; of the dimensions of a lesion the greatest.
fn greatest(text: &str) -> Option<TextNumber> {
    let parts: Vec<&str> = text.split('x').map(str::trim).collect();
    // The sign between two dimensions, and not the letter of `max`.
    let is_dimension = |(at, part): (usize, &&str)| match at {
        0 => part.ends_with(|c: char| c.is_ascii_digit() || c == 'm'),
        _ => part.starts_with(|c: char| c.is_ascii_digit()),
    };
    if parts.len() < 2 || !parts.iter().enumerate().all(is_dimension) {
        return number_from_text(text);
    }
    let numbers: Option<Vec<_>> = parts.into_iter().map(number_from_text).collect();
    TextNumber::greatest(numbers?)
}

/// Whether the value is cut out of a longer number, a range or a date.
fn is_part_of_a_number(before: &[u8], behind: &[u8]) -> bool {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let mut back = before.iter().rev();
    let joined = match back.next() {
        Some(b'.' | b',' | b'/' | b'-') => digit(back.next()),
        last => digit(last),
    };
    let rest = behind.trim_ascii_start();
    let goes_on = match rest.first() {
        Some(b'/' | b'-') => digit(rest.get(1..).unwrap_or_default().trim_ascii_start().first()),
        Some(b'.' | b',') => rest.len() == behind.len() && digit(rest.get(1)),
        first => rest.len() == behind.len() && digit(first),
    };
    joined || goes_on
}

/// Whether one of these places, which are in order, lies in the span.
fn has_any(places: &[usize], span: Range<usize>) -> bool {
    let next = places.partition_point(|place| *place < span.start);
    places.get(next).is_some_and(|place| *place < span.end)
}

fn meet(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}
