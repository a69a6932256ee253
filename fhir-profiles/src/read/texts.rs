//! The texts of reports, documents, results and diagnoses: searched for what they mention once the facts are known
//! (specification, section 7.1). A report or document of prose stays named as not read: a search is no reading.

use super::around::{key, keys};
use super::paper::{File, Paper, TEXT, is_void};
use crate::catalogue::FactId;
use crate::chart::{Chart, Item, Whose};
use crate::date::PartialDate;
use crate::facts::{Facts, Mentioned, NotRead, NotReadWhy};
use crate::mentions::{self, LONGEST, MOST, Narrative};
use crate::organs::{names_pnet, names_this_tumour};
use crate::stop;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The bytes of texts that are searched for one patient, the newest first.
const MOST_BYTES: usize = 1 << 20;

/// What is named of more text than is searched.
const MORE: &str = "more text than is searched";
const END: &str = "the end of a long text";

/// Base 64 as servers send it, with padding or without.
const BASE_64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A record with texts.
pub(super) struct Written<'a> {
    reference: String,
    /// What it is, as a clinician calls it.
    what: &'static str,
    date: Option<PartialDate>,
    texts: Vec<Text<'a>>,
    /// What it is made of, where nothing else is read of it.
    made_of: Option<String>,
    /// Whether it is the text of a diagnosis, which states that alone.
    is_diagnosis: bool,
}

/// One text as it came.
#[derive(Clone, Copy)]
enum Text<'a> {
    Plain(&'a str),
    /// A value with the name of what it is of.
    Named(&'a str, &'a str),
    Html(&'a str),
    File(File<'a>),
}

impl<'a> Written<'a> {
    /// The texts of a report or document; its files may stand in a Binary elsewhere in the chart.
    pub(super) fn of_paper(
        item: &Item<'_>,
        paper: &Paper<'a>,
        what: &'static str,
        is_named: bool,
        binary: impl Fn(&File<'a>) -> Option<File<'a>>,
    ) -> Self {
        let prose = [
            paper.conclusion.map(Text::Plain),
            paper.narrative().map(Text::Html),
        ];
        let here = |file: &File<'a>| {
            let found = match file.data {
                Some(_) => *file,
                None => binary(file)?,
            };
            (found.form() == TEXT).then_some(Text::File(found))
        };
        let texts = prose.into_iter().flatten();
        Self {
            reference: item.place(),
            what,
            date: paper.date(),
            texts: texts.chain(paper.files.iter().filter_map(here)).collect(),
            made_of: paper.made_of().filter(|_| is_named),
            is_diagnosis: false,
        }
    }

    /// The texts of a result, beside the value that is read: its notes and narrative; of one that no fact reads its value
    /// too.
    pub(super) fn of_result(item: &'a Item<'a>, paper: &Paper<'a>, is_read: bool) -> Self {
        let name = item.narrow.code.texts().next().unwrap_or_default();
        let value = paper.value.filter(|_| !is_read);
        let value = value.map(|value| Text::Named(name, value));
        let plain = paper.notes.iter().copied().map(Text::Plain).chain(value);
        Self {
            reference: item.place(),
            what: paper.kind("result"),
            date: paper.date(),
            texts: plain.chain(paper.narrative().map(Text::Html)).collect(),
            made_of: None,
            is_diagnosis: false,
        }
    }

    /// The words of a diagnosis.
    pub(super) fn of_diagnosis(
        item: &Item<'_>,
        paper: &Paper<'a>,
        words: impl Iterator<Item = &'a str>,
    ) -> Self {
        Self {
            reference: item.place(),
            what: "diagnosis",
            date: paper.date(),
            texts: words.map(Text::Plain).collect(),
            made_of: None,
            is_diagnosis: true,
        }
    }

    fn not_read(&self, made_of: &str, why: NotReadWhy) -> NotRead {
        NotRead {
            reference: self.reference.clone(),
            what: format!("{}, {made_of}", self.what),
            date: self.date,
            why,
        }
    }
}

impl Text<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Plain(text) | Self::Html(text) => text.len(),
            Self::Named(name, value) => name.len() + value.len(),
            Self::File(file) => file.data.unwrap_or_default().len(),
        }
    }

    /// What is searched; nothing if it is not of the characters that it says.
    fn narrative(&self) -> Option<Narrative> {
        match self {
            Self::Plain(text) => Some(Narrative::plain(text)),
            Self::Named("", value) => Some(Narrative::plain(value)),
            Self::Named(name, value) => Some(Narrative::plain(&format!("{name}: {value}"))),
            Self::Html(html) => Some(Narrative::html(html)),
            Self::File(file) => decoded(file).map(|text| match file.is_html() {
                true => Narrative::html(&text),
                false => Narrative::plain(&text),
            }),
        }
    }
}

/// Where the texts are that reports and documents refer to and the chart does not hold, those of the newest first.
pub fn text_files<'a>(chart: &'a Chart<'a>) -> Vec<&'a str> {
    let here: BTreeSet<String> = chart.items().iter().flat_map(keys).collect();
    let is_paper = |item: &&Item<'_>| matches!(item.kind(), "DiagnosticReport" | "DocumentReference");
    let mut papers: Vec<Paper<'a>> = chart
        .items()
        .iter()
        .filter(|item| item.whose == Whose::Usable)
        .filter(is_paper)
        .map(|item| Paper::of(item.json))
        .filter(|paper| !is_void(paper))
        .collect();
    papers.sort_by_key(|paper| Reverse(paper.date().map(|date| date.latest())));
    let is_elsewhere = |file: &&File<'a>| file.data.is_none() && file.form() == TEXT;
    let urls = papers
        .iter()
        .flat_map(|paper| paper.files.iter().filter(is_elsewhere));
    urls.filter_map(|file| file.url)
        .filter(|url| !here.contains(key(url).as_ref()))
        .collect()
}

/// The text of a file, a little more of it than is searched.
fn decoded(file: &File<'_>) -> Option<String> {
    let data = file.data?.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let data: Vec<u8> = data.take((LONGEST / 3 + 2) * 4).collect();
    let bytes = BASE_64.decode(data).ok()?;
    let charset = file.charset().unwrap_or("utf-8").to_ascii_lowercase();
    match &*charset {
        "utf-8" | "utf8" | "us-ascii" | "ascii" => utf_8(&bytes),
        "iso-8859-1" | "latin1" | "windows-1252" | "cp1252" => Some(bytes.iter().map(western).collect()),
        _ => None,
    }
}

/// The text, of which the last character may have been cut in two.
fn utf_8(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let whole = match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if bytes.len() > LONGEST && error.error_len().is_none() => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()
        }
        Err(_) => None,
    };
    whole.map(str::to_owned)
}

/// A character of Windows-1252, as which the web reads ISO 8859-1 too. A library for every charset would be 1 % of the image.
fn western(byte: &u8) -> char {
    /// 0x80 to 0x9f; a byte without a character stands for itself.
    const HIGH: [char; 32] = [
        '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
        '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}',
        '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}',
        '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
    ];
    let high = byte
        .checked_sub(0x80)
        .and_then(|place| HIGH.get(usize::from(place)));
    high.copied().unwrap_or(char::from(*byte))
}

/// The facts with what the texts mention of those that are missing, unreadable or older than the text. Without a PNET
/// on record the words of diagnoses alone are searched, and only for that.
pub(super) fn searched(facts: Facts, mut written: Vec<Written<'_>>) -> Facts {
    written.sort_by(|a, b| {
        let newest = |one: &Written<'_>| Reverse(one.date.map(|date| date.latest()));
        (newest(a), &a.reference).cmp(&(newest(b), &b.reference))
    });
    let is_due = |one: &Written<'_>| one.date.is_none_or(|date| date.earliest() <= facts.as_of());
    let mut search = Search {
        has_pnet: facts.get(FactId::Pnet).is("present"),
        has_another: facts.get(FactId::OtherMalignancy).is("present"),
        facts: &facts,
        left: MOST_BYTES,
        found: Vec::new(),
        of_fact: BTreeMap::new(),
        not_read: Vec::new(),
    };
    for one in written.iter().filter(|one| is_due(one)) {
        search.one(one);
    }
    let Search { found, not_read, .. } = search;
    facts.with_mentions(found, not_read)
}

struct Search<'f> {
    facts: &'f Facts,
    has_pnet: bool,
    has_another: bool,
    /// Bytes that may still be searched.
    left: usize,
    found: Vec<Mentioned>,
    of_fact: BTreeMap<FactId, usize>,
    not_read: Vec<NotRead>,
}

impl Search<'_> {
    fn one(&mut self, written: &Written<'_>) {
        let made_of = written.made_of.iter();
        self.not_read
            .extend(made_of.map(|made_of| written.not_read(made_of, NotReadWhy::NotText)));
        if written.texts.is_empty() {
            return;
        }
        let wanted: Vec<FactId> = match (self.has_pnet, written.is_diagnosis) {
            (false, true) => vec![FactId::Pnet],
            (true, false) => mentions::facts()
                .filter(|fact| *fact != FactId::Pnet && self.is_wanted(*fact, written.date))
                .collect(),
            _ => Vec::new(),
        };
        let cost: usize = written.texts.iter().map(Text::len).sum();
        if wanted.is_empty() || stop::is_wanted() {
            return;
        }
        if cost > self.left {
            self.not_read.push(written.not_read(MORE, NotReadWhy::NotText));
            return;
        }
        self.left -= cost;
        let mut faults = BTreeSet::new();
        for text in &written.texts {
            match text.narrative() {
                None => _ = faults.insert(("file", NotReadWhy::Malformed)),
                Some(narrative) => {
                    if narrative.is_cut() {
                        faults.insert((END, NotReadWhy::NotText));
                    }
                    self.narrative(written, &narrative, &wanted);
                }
            }
        }
        let faults = faults.into_iter();
        self.not_read
            .extend(faults.map(|(what, why)| written.not_read(what, why)));
    }

    /// Interpretation I41: beside another malignancy on record a text has to name the neuroendocrine tumour before what it
    /// says of a tumour is taken for this one's.
    fn narrative(&mut self, written: &Written<'_>, narrative: &Narrative, wanted: &[FactId]) {
        let names_it = !self.has_another || names_this_tumour(narrative.text());
        let of_it = |fact: &FactId| written.is_diagnosis || names_it || !fact.is_of_one_tumour();
        let wanted: Vec<FactId> = wanted.iter().copied().filter(of_it).collect();
        for mention in mentions::of(narrative, &wanted) {
            if written.is_diagnosis && !names_pnet([narrative.text()].into_iter()) {
                continue;
            }
            let of_fact = self.of_fact.entry(mention.fact).or_default();
            let is_known = |known: &Mentioned| known.fact == mention.fact && known.value == mention.value;
            if *of_fact >= MOST || self.found.iter().any(is_known) {
                continue;
            }
            *of_fact += 1;
            self.found.push(Mentioned {
                fact: mention.fact,
                value: mention.value,
                notes: mention.notes,
                quote: mention.quote,
                reference: written.reference.clone(),
                what: written.what,
                date: written.date,
            });
        }
    }

    /// Whether a fact is missing, unreadable, or on every record of it older than a text of this day (interpretation I42).
    fn is_wanted(&self, fact: FactId, day: Option<PartialDate>) -> bool {
        let Ok(readings) = self.facts.get(fact).readings() else {
            return true;
        };
        let is_older = |known: Option<PartialDate>, day: PartialDate| {
            known.is_some_and(|known| known.latest() < day.earliest())
        };
        day.is_some_and(|day| readings.iter().all(|reading| is_older(reading.effective(), day)))
    }
}
