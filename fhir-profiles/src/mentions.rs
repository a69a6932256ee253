//! What the narrative of a report mentions of facts: never a fact, only where one stands that could be recorded.
//!
//! [`of`] is pure and linear in the text: patterns of a finite automaton over sentences of bounded length, HTML in one pass
//! without a tree. A guard (a denial, a plan, another person) governs its own sentence at most; a heading of history, question,
//! plan or legend governs its section. The wording is data: `lexicon/mentions.toml` says what its tables are, and a further
//! language is a further file. `cargo test -p fhir-profiles --test mentions -- --nocapture no_trap` prints precision and
//! recall of each fact over `tests/corpus/mentions`.

mod find;
mod fold;
mod lexicon;
mod markup;
mod quote;
mod split;

use crate::catalogue::FactId;
use crate::facts::Value;
pub use quote::LONGEST_QUOTE;
use std::ops::Range;

/// The bytes of a document that are looked at; what is beyond is cut off, and [`Narrative::is_cut`] says so.
pub const LONGEST: usize = 256 * 1024;

/// The different values of one fact that one narrative gives; the first ones are kept.
pub const MOST: usize = 8;

/// The text of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrative {
    text: String,
    is_cut: bool,
}

impl Narrative {
    /// A narrative that is plain text.
    pub fn plain(text: &str) -> Self {
        let (text, is_cut) = cut(text);
        Self {
            text: text.to_owned(),
            is_cut,
        }
    }

    /// A narrative that is HTML or XHTML: what of it is shown.
    pub fn html(html: &str) -> Self {
        let (html, is_cut) = cut(html);
        Self {
            text: markup::text_of(html),
            is_cut,
        }
    }

    /// The text that is searched; [`Mention::span`] is a place in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the document was longer than [`LONGEST`], so that its end was not looked at.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }
}

fn cut(text: &str) -> (&str, bool) {
    if text.len() <= LONGEST {
        return (text, false);
    }
    let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at));
    (text.get(..end.unwrap_or_default()).unwrap_or_default(), true)
}

/// What a narrative states of one fact. It is no reading: no verdict, place or count may use it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The fact.
    pub fact: FactId,
    /// The value, in the fact's unit.
    pub value: Value,
    /// What was done to the number, in our own words.
    pub notes: Vec<String>,
    /// The words of the sentence, as written but for its blanks; chart data, escaped wherever it is shown, never logged.
    pub quote: String,
    /// Where the mention stands in [`Narrative::text`], in bytes.
    pub span: Range<usize>,
}

/// Compiles the lexicon, unless it is: else the first text waits for that.
pub fn warm() {
    std::sync::LazyLock::force(&lexicon::LEXICON);
}

/// The facts that the lexicon has words for.
pub fn facts() -> impl Iterator<Item = FactId> {
    lexicon::LEXICON.facts.iter().map(|words| words.fact)
}

/// What the narrative mentions of these facts, in its order. Two that disagree are both given; the same value of a fact
/// is given once, with its first words. What is denied, past, planned, asked, another person's or another tumour's is no
/// mention, and where that cannot be told there is none.
pub fn of(narrative: &Narrative, facts: &[FactId]) -> Vec<Mention> {
    let text = narrative.text();
    let lexicon = &lexicon::LEXICON;
    let mut folded = fold::Folded::of(text);
    let sentences = split::sentences(text, &mut folded, lexicon);
    let mut mentions: Vec<Mention> = Vec::new();
    for found in find::found(&folded.bytes, &sentences, lexicon, facts) {
        let mut of_fact = mentions.iter().filter(|known| known.fact == found.fact);
        let is_known = of_fact.clone().any(|known| known.value == found.value);
        if is_known || of_fact.by_ref().count() >= MOST {
            continue;
        }
        let origin = |span: &Range<usize>| folded.origin(span.start)..folded.origin(span.end);
        let span = quote::trimmed(text, origin(&found.span));
        mentions.push(Mention {
            fact: found.fact,
            value: found.value,
            notes: found.notes,
            quote: quote::of(text, origin(&found.sentence), &span),
            span,
        });
    }
    mentions.sort_by_key(|mention| (mention.span.start, mention.fact));
    mentions
}
