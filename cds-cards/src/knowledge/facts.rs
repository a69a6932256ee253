//! `facts/*.toml`: the facts that a site adds to those of the specification.

use super::fault::Faults;
use super::section::{At, Place, Section, is_list_in};
use fhir_profiles::FactId;
use fhir_profiles::catalogue::{
    About, Catalogue, CodeOf, Counts, FactInfo, Kind, PRESENCE, observed, unfit_unit,
};
use fhir_profiles::codes::{compared_code, unfit_code};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// How many words a fact can have.
const MOST_WORDS: usize = 100;

/// Records that a code can be of where none reads it.
const KINDS: [&str; 3] = ["Observation", "Condition", "Procedure"];

/// Whether a file of the knowledge directory holds facts.
pub(super) fn is_one(file: &str) -> bool {
    is_list_in("facts/", file)
}

/// Reads every file of facts. A fact with a fault is there all the same, so that a rule that reads it is no second fault.
pub(super) fn read(files: &BTreeMap<String, String>, faults: &Faults) -> Catalogue {
    let built_in = Catalogue::default();
    let mut reader = Reader::default();
    for (file, text) in files.iter().filter(|(file, _)| is_one(file)) {
        let place = Place {
            file,
            text,
            faults,
            catalogue: &built_in,
        };
        place.parse(|root| {
            let found = root.sections("fact", |section| reader.fact(file, section));
            if found.is_empty() {
                root.fault(root.line(), "no `[[fact]]`");
            }
        });
    }
    Catalogue::with(reader.facts)
}

#[derive(Default)]
struct Reader {
    facts: Vec<FactInfo>,
    /// Where each id stands.
    ids: BTreeMap<String, String>,
    /// The fact that each code was given to first.
    codes: BTreeMap<(String, String), String>,
}

impl Reader {
    fn fact(&mut self, file: &str, section: &Section<'_>) {
        let id = section.text("id");
        let label = section.text("label");
        let kind = kind(section);
        let words = words(section, kind);
        let known: BTreeSet<&str> = words.iter().map(|word| word.value.as_str()).collect();
        let unit = unit(section, kind);
        let (min, max) = limits(section, kind);
        let theme = theme(section);
        let mut info = FactInfo {
            id: String::new(),
            label: label.map(|label| label.value).unwrap_or_default(),
            kind: kind.unwrap_or(Kind::Marker),
            unit,
            bare: section.flag("bare"),
            synonyms: synonyms(section, &known),
            labels: small(section, "labels"),
            notes: small(section, "notes"),
            notes_of: notes_of(section, kind, &known),
            describes: small(section, "describes"),
            zero: small(section, "zero"),
            min,
            max,
            molar_mass: molar_mass(section, kind),
            theme,
            also: Vec::new(),
            of_one_tumour: section.flag("of-one-tumour"),
            of_a_tumour: section.flag("of-a-tumour"),
            comorbidity: comorbidity(section, kind),
            counts: counts(section, kind),
            question: section.optional_text("question").map(|question| question.value),
            codes: Vec::new(),
            about: section.section("about", about).unwrap_or_default(),
            words: Vec::new(),
        };
        // A disease can stand in the problem list.
        if kind == Some(Kind::Presence) {
            info.also.push("conditions".to_owned());
        }
        let codes = section.sections("codes", |section| self.code(section, id.as_ref(), kind, &known));
        info.codes = codes.into_iter().flatten().collect();
        info.words = words.into_iter().map(|word| word.value).collect();
        let Some(id) = id.filter(|id| self.is_new(file, section, id)) else {
            return;
        };
        info.id = id.value;
        self.facts.push(info);
    }

    /// Whether an id is one, and none that is taken.
    fn is_new(&mut self, file: &str, section: &Section<'_>, id: &At<String>) -> bool {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !id.value.chars().all(plain) || id.value.starts_with('-') || id.value.ends_with('-') {
            let what = format!("`{}` is no id: small letters, digits and hyphens", id.value);
            section.fault(id.line, what);
            return false;
        }
        // `grade` is what a criterion reads for the WHO grade.
        if FactId::parse(&id.value).is_some() || id.value == "grade" {
            section.fault(id.line, format!("`{}` is a fact of the specification", id.value));
            return false;
        }
        match self.ids.get(&id.value) {
            Some(first) => {
                section.fault(
                    id.line,
                    format!("fact `{}` stands twice, first in {first}", id.value),
                );
                false
            }
            None => {
                let place = format!("{file}:{}", id.line);
                self.ids.insert(id.value.clone(), place);
                true
            }
        }
    }

    fn code(
        &mut self,
        section: &Section<'_>,
        id: Option<&At<String>>,
        kind: Option<Kind>,
        known: &BTreeSet<&str>,
    ) -> Option<CodeOf> {
        let (system, code) = (section.text("system"), section.text("code"));
        let says = section.optional_text("says");
        let (system, code) = (system?, code?);
        if let Some(unfit) = unfit_code(&system.value, &code.value) {
            section.fault(code.line, unfit);
        }
        if let Some(word) = says.as_ref().filter(|word| !known.contains(word.value.as_str())) {
            let what = format!("`{}` is no word of the fact", word.value);
            match kind {
                Some(Kind::Presence) if PRESENCE.contains(&word.value.as_str()) => {}
                _ => section.fault(word.line, what),
            }
        }
        let id = id.map_or("", |id| id.value.as_str());
        let key = compared_code(&system.value, &code.value);
        match self.codes.get(&key) {
            Some(first) => section.fault(
                code.line,
                format!("`{}` is already a code of the fact `{first}`", code.value),
            ),
            None => _ = self.codes.insert(key, id.to_owned()),
        }
        Some(CodeOf {
            system: system.value,
            code: code.value,
            says: says.map(|word| word.value),
        })
    }
}

fn kind(section: &Section<'_>) -> Option<Kind> {
    let written = section.text("kind")?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == written.value);
    if kind.is_none() {
        let all = Kind::ALL.map(Kind::as_str).join(", ");
        section.fault(written.line, format!("unknown kind `{}`: {all}", written.value));
    }
    kind
}

fn words(section: &Section<'_>, kind: Option<Kind>) -> Vec<At<String>> {
    let words = section.texts("words");
    let line = section.line_of("words");
    match kind {
        Some(Kind::Words | Kind::Several) if words.is_empty() => {
            section.fault(line, "`words` is missing: a closed list has some");
        }
        Some(kind @ (Kind::Presence | Kind::Number | Kind::Marker)) if !words.is_empty() => {
            section.fault(line, format!("a fact of kind {} has no `words`", kind.as_str()));
        }
        _ => {}
    }
    if words.len() > MOST_WORDS {
        section.fault(line, format!("more than {MOST_WORDS} words"));
    }
    let mut seen = BTreeSet::new();
    for word in &words {
        if !seen.insert(compared(&word.value)) {
            section.fault(word.line, format!("the word `{}` stands twice", word.value));
        }
    }
    words
}

/// A word in the form in which texts are compared with it.
fn compared(word: &str) -> String {
    word.to_lowercase().replace(' ', "-")
}

fn unit(section: &Section<'_>, kind: Option<Kind>) -> Option<String> {
    let unit = section.optional_text("unit");
    let line = unit.as_ref().map_or(section.line(), |unit| unit.line);
    let unit = unit.map(|unit| unit.value);
    if let Some(unfit) = kind.and_then(|kind| unfit_unit(kind, unit.as_deref())) {
        section.fault(line, unfit);
    }
    unit
}

fn limits(section: &Section<'_>, kind: Option<Kind>) -> (Option<Decimal>, Option<Decimal>) {
    let (min, max) = (section.exact("min"), section.exact("max"));
    if let (Some(min), Some(max)) = (&min, &max)
        && min.value > max.value
    {
        section.fault(max.line, "`max` is below `min`");
    }
    let is_whole = |end: &Option<At<Decimal>>| end.as_ref().is_some_and(|end| end.value.fract().is_zero());
    if kind == Some(Kind::Score) && !(is_whole(&min) && is_whole(&max)) {
        section.fault(section.line(), "a score has a whole `min` and `max`");
    }
    let worded = matches!(kind, Some(Kind::Presence | Kind::Words | Kind::Several));
    if let Some(end) = min.as_ref().or(max.as_ref()).filter(|_| worded) {
        section.fault(end.line, "a fact of words has neither `min` nor `max`");
    }
    (min.map(|min| min.value), max.map(|max| max.value))
}

fn molar_mass(section: &Section<'_>, kind: Option<Kind>) -> Option<Decimal> {
    let mass = section.exact("molar-mass")?;
    if kind.is_some_and(|kind| kind != Kind::Number) || mass.value <= Decimal::ZERO {
        section.fault(mass.line, "a `molar-mass` is above 0, and of a number");
    }
    Some(mass.value)
}

fn theme(section: &Section<'_>) -> String {
    let Some(theme) = section.text("theme") else {
        return String::new();
    };
    if observed().all(|known| known != theme.value) {
        let all = observed().collect::<Vec<_>>().join(", ");
        section.fault(theme.line, format!("unknown theme `{}`: {all}", theme.value));
    }
    theme.value
}

fn comorbidity(section: &Section<'_>, kind: Option<Kind>) -> bool {
    let comorbidity = section.flag("comorbidity");
    if comorbidity && kind.is_some_and(|kind| kind != Kind::Presence) {
        let line = section.line_of("comorbidity");
        section.fault(line, "a comorbidity is of kind presence");
    }
    comorbidity
}

fn counts(section: &Section<'_>, kind: Option<Kind>) -> Counts {
    let Some(counts) = section.optional_text("counts") else {
        return Counts::Newest;
    };
    match counts.value.as_str() {
        "newest" => Counts::Newest,
        "every" if kind.is_none_or(|kind| kind == Kind::Several) => Counts::Every,
        other => {
            let what = format!("`{other}` is not what counts: newest, or every for kind several");
            section.fault(counts.line, what);
            Counts::Newest
        }
    }
}

/// Texts that are compared in small letters.
fn small(section: &Section<'_>, key: &'static str) -> Vec<String> {
    let texts = section.texts(key);
    for text in &texts {
        is_small(section, text);
    }
    texts.into_iter().map(|text| text.value).collect()
}

fn is_small(section: &Section<'_>, text: &At<String>) {
    if text.value != text.value.to_lowercase() {
        section.fault(text.line, format!("`{}` is not in small letters", text.value));
    }
}

fn synonyms(section: &Section<'_>, known: &BTreeSet<&str>) -> Vec<(String, String)> {
    let mut seen: BTreeSet<String> = known.iter().map(|word| compared(word)).collect();
    let pairs = section.pairs("synonyms");
    for (written, word) in &pairs {
        if written.value != compared(&written.value) {
            let what = format!(
                "`{}` is not in small letters with hyphens for blanks",
                written.value
            );
            section.fault(written.line, what);
        }
        if !seen.insert(compared(&written.value)) {
            section.fault(written.line, format!("the word `{}` stands twice", written.value));
        }
        if !known.contains(word.value.as_str()) {
            section.fault(word.line, format!("`{}` is no word of the fact", word.value));
        }
    }
    let values = |(written, word): (At<String>, At<String>)| (written.value, word.value);
    pairs.into_iter().map(values).collect()
}

fn notes_of(section: &Section<'_>, kind: Option<Kind>, known: &BTreeSet<&str>) -> Vec<(String, String)> {
    let pairs = section.pairs("notes-of");
    let numbered = matches!(kind, None | Some(Kind::Score | Kind::Number));
    for (value, note) in &pairs {
        let is_number = numbered && value.value.parse::<Decimal>().is_ok();
        if !is_number && !known.contains(value.value.as_str()) {
            section.fault(value.line, format!("`{}` is no value of the fact", value.value));
        }
        is_small(section, note);
    }
    let values = |(value, note): (At<String>, At<String>)| (value.value, note.value);
    pairs.into_iter().map(values).collect()
}

fn about(section: &Section<'_>) -> About {
    let kinds = section.some_texts("kinds");
    for kind in &kinds {
        if !KINDS.contains(&kind.value.as_str()) {
            let what = format!("unknown kind of record `{}`: {}", kind.value, KINDS.join(", "));
            section.fault(kind.line, what);
        }
    }
    let words = section.some_texts("words");
    for word in &words {
        is_small(section, word);
    }
    About {
        kinds: kinds.into_iter().map(|kind| kind.value).collect(),
        words: words.into_iter().map(|word| word.value).collect(),
    }
}
