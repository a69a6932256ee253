//! A narrative in lines, sections and sentences: how far a word can govern another.

use super::fold::Folded;
use super::lexicon::Lexicon;
use std::ops::Range;

/// A longer sentence is no sentence: it states nothing that could be told from its surroundings.
const LONGEST: usize = 1_500;

/// A line that goes on in the next is at least this long.
const WRAPPED: usize = 50;

/// A sentence of a narrative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// Where it stands among the folded bytes.
    pub(super) span: Range<usize>,
    /// Whether it stands where the report itself finds something: not under a heading of history, question or plan, and
    /// not in a row of a table that gives several values.
    pub(super) counts: bool,
}

/// The folded narrative with lines that go on joined and empty boxes blanked, and its sentences.
pub(super) fn sentences(text: &str, folded: &mut Folded, lexicon: &Lexicon) -> Vec<Sentence> {
    let lines = lines(&folded.bytes);
    for line in &lines {
        boxes(folded.bytes.get_mut(line.clone()).unwrap_or_default());
    }
    let blocks = join(text, folded, lines, lexicon);
    let mut section = Section::default();
    let mut rows = Rows::default();
    let mut found = Vec::new();
    for block in blocks {
        let bytes = folded.bytes.get(block.clone()).unwrap_or_default();
        if bytes.trim_ascii().is_empty() {
            section.blank();
            rows = Rows::default();
            continue;
        }
        let row_counts = rows.counts(bytes, lexicon);
        for span in split(text, folded, block.clone(), lexicon) {
            let sentence = folded.bytes.get(span.clone()).unwrap_or_default();
            section.enter(sentence, span.end == block.end, lexicon);
            found.push(Sentence {
                counts: row_counts && !section.is_aside && span.len() <= LONGEST,
                span,
            });
        }
    }
    found
}

fn lines(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' {
            lines.push(start..at);
            start = at + 1;
        }
    }
    lines.push(start..bytes.len());
    lines
}

/// Of a line with boxes only what stands behind a ticked one is said. Where the boxes stand behind their words, or where
/// that cannot be told, nothing is.
fn boxes(line: &mut [u8]) {
    let mut at = 0;
    let mut found: Vec<(Range<usize>, bool)> = Vec::new();
    while let Some(rest) = line.get(at..) {
        let Some(&open) = rest.first() else { break };
        let close = match open {
            b'[' => b']',
            b'(' => b')',
            _ => {
                at += 1;
                continue;
            }
        };
        let width = rest.iter().take(4).position(|byte| *byte == close);
        let inside = width.and_then(|width| rest.get(1..width)).map(<[u8]>::trim_ascii);
        match (inside, width) {
            (Some(inside), Some(width)) if inside.is_empty() || inside == b"x" => {
                found.push((at..at + width + 1, inside == b"x"));
                at += width + 1;
            }
            _ => at += 1,
        }
    }
    let Some((first, _)) = found.first() else { return };
    let head = line.get(..first.start).unwrap_or_default().trim_ascii();
    let leads = head.is_empty() || head.ends_with(b":") || head.ends_with(b"*") || head.ends_with(b"-");
    if !leads {
        line.fill(b' ');
        return;
    }
    let ends: Vec<usize> = found.iter().skip(1).map(|(next, _)| next.start).collect();
    for (number, (of, is_ticked)) in found.iter().enumerate() {
        let end = ends.get(number).copied().unwrap_or(line.len());
        let blanked = if *is_ticked { of.clone() } else { of.start..end };
        line.get_mut(blanked).unwrap_or_default().fill(b' ');
    }
}

/// Joins lines that go on in the next, in place: a break becomes a blank.
fn join(text: &str, folded: &mut Folded, lines: Vec<Range<usize>>, lexicon: &Lexicon) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::with_capacity(lines.len());
    let mut before: Range<usize> = 0..0;
    for line in lines {
        let goes_on = goes_on(text, folded, before, &line, lexicon);
        match blocks.last_mut().filter(|_| goes_on) {
            Some(block) => {
                if let Some(end) = folded.bytes.get_mut(block.end) {
                    *end = b' ';
                }
                block.end = line.end;
            }
            None => blocks.push(line.clone()),
        }
        before = line;
    }
    blocks
}

fn goes_on(
    text: &str,
    folded: &Folded,
    before: Range<usize>,
    line: &Range<usize>,
    lexicon: &Lexicon,
) -> bool {
    let first = folded.bytes.get(before).unwrap_or_default().trim_ascii();
    let raw = folded.bytes.get(line.clone()).unwrap_or_default();
    let second = raw.trim_ascii();
    let (Some(last), Some(next)) = (first.last(), second.first()) else {
        return false;
    };
    let is_row = |line: &[u8]| line.contains(&b'\t') || line.contains(&b'|');
    let numbered = second
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .is_some_and(|at| {
            at > 0 && matches!(second.get(at), Some(b'.' | b')')) && second.get(at + 1) == Some(&b' ')
        });
    if is_row(first) || is_row(second) || numbered || matches!(next, b'*' | b'-' | b'[') {
        return false;
    }
    if *last == b':' {
        return next.is_ascii_digit() || matches!(next, b'<' | b'>' | b'~');
    }
    if matches!(last, b'.' | b';' | b'!' | b'?') {
        return false;
    }
    let start = line.start + (raw.len() - raw.trim_ascii_start().len());
    let word = first
        .rsplit(|byte| !byte.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    let is_unfinished =
        matches!(last, b',' | b'-') || lexicon.unfinished.iter().any(|known| known.as_bytes() == word);
    let is_label = second.iter().take(40).any(|byte| *byte == b':');
    is_unfinished || starts_small(text, folded.origin(start)) || (first.len() >= WRAPPED && !is_label)
}

/// Whether a word begins here with a small letter, as no sentence does; `pT2` and `pNET` are none.
fn starts_small(text: &str, at: usize) -> bool {
    let mut signs = text.get(at..).unwrap_or_default().chars();
    signs.next().is_some_and(char::is_lowercase) && signs.next().is_none_or(|second| !second.is_uppercase())
}

/// The sentences of a block: up to a full stop, a question or an exclamation mark.
fn split(text: &str, folded: &Folded, block: Range<usize>, lexicon: &Lexicon) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = block.start;
    let bytes = folded.bytes.get(..block.end).unwrap_or_default();
    for at in block.clone() {
        let behind = bytes.get(at + 1);
        let ends = match bytes.get(at) {
            Some(b'?' | b'!') => behind.is_none_or(|next| next.is_ascii_whitespace() || *next == b'"'),
            Some(b'.') => {
                behind.is_none_or(u8::is_ascii_whitespace)
                    && is_stop(text, folded, start..at, block.end, lexicon)
            }
            _ => false,
        };
        if ends {
            found.push(start..at + 1);
            start = at + 1;
        }
    }
    if start < block.end {
        found.push(start..block.end);
    }
    found.retain(|span| {
        !folded
            .bytes
            .get(span.clone())
            .unwrap_or_default()
            .trim_ascii()
            .is_empty()
    });
    found
}

/// Whether the full stop behind the span ends a sentence: not after an abbreviation or a day of a month.
fn is_stop(text: &str, folded: &Folded, span: Range<usize>, end: usize, lexicon: &Lexicon) -> bool {
    let before = folded.bytes.get(span.clone()).unwrap_or_default();
    let word = before
        .rsplit(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'.'))
        .next()
        .unwrap_or_default();
    let is_letter = word.len() == 1 && word.iter().all(u8::is_ascii_alphabetic);
    let is_short = lexicon.abbreviations.iter().any(|known| known.as_bytes() == word);
    if is_letter || is_short {
        return false;
    }
    let rest = folded.bytes.get(span.end + 1..end).unwrap_or_default();
    let next = rest.trim_ascii_start();
    if next.is_empty() {
        return true;
    }
    let is_day = !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    let month = |month: &String| next.starts_with(month.as_bytes());
    if is_day && lexicon.months.iter().any(month) {
        return false;
    }
    !starts_small(text, folded.origin(span.end + 1 + (rest.len() - next.len())))
}

/// Under which heading a sentence stands.
#[derive(Default)]
struct Section {
    is_aside: bool,
    /// Whether the heading stands in the line of its text, so that it ends with the paragraph.
    is_short: bool,
}

impl Section {
    fn enter(&mut self, sentence: &[u8], ends_line: bool, lexicon: &Lexicon) {
        let sentence = sentence.trim_ascii();
        let under =
            |heading: &Option<regex::bytes::Regex>| heading.as_ref().and_then(|words| words.find(sentence));
        if let Some(heading) = under(&lexicon.set_aside) {
            self.is_aside = true;
            let rest = sentence.get(heading.end()..).unwrap_or_default();
            self.is_short = !rest.trim_ascii().is_empty() || !ends_line;
        } else if sentence.ends_with(b":") && is_past(sentence, lexicon) {
            // `CT of 03/2024:` above what was seen then.
            self.is_aside = true;
            self.is_short = true;
        } else if under(&lexicon.findings).is_some() {
            self.is_aside = false;
        }
    }

    fn blank(&mut self) {
        if self.is_short {
            self.is_aside = false;
        }
    }
}

/// Whether the words name another time.
fn is_past(words: &[u8], lexicon: &Lexicon) -> bool {
    let of_time = |name: &str| matches!(name, "history" | "dated");
    let mut guards = lexicon.guards.iter().filter(|guard| of_time(&guard.name));
    guards.any(|guard| guard.words.is_match(words))
}

/// The rows of a table.
#[derive(Default)]
struct Rows {
    /// Whether a row above says that a column is of another time.
    has_past: bool,
}

impl Rows {
    /// Whether a line says one thing only: a row of a label and one value, or no row.
    fn counts(&mut self, line: &[u8], lexicon: &Lexicon) -> bool {
        let cells: Vec<&[u8]> = line
            .split(|byte| matches!(byte, b'\t' | b'|'))
            .map(<[u8]>::trim_ascii)
            .filter(|cell| !cell.is_empty())
            .collect();
        if cells.len() < 2 {
            return true;
        }
        let past = |cell: &&[u8]| is_past(cell, lexicon);
        let has_digit = |cell: &&&[u8]| cell.iter().any(u8::is_ascii_digit);
        let is_header = !cells.iter().any(|cell| has_digit(&cell));
        self.has_past |= is_header && cells.iter().any(past);
        !self.has_past && cells.iter().skip(1).filter(has_digit).count() < 2
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::LEXICON;
    use super::*;

    fn read(text: &str) -> Vec<(String, bool)> {
        let mut folded = Folded::of(text);
        let found = sentences(text, &mut folded, &LEXICON);
        found
            .into_iter()
            .map(|sentence| {
                let bytes = folded.bytes.get(sentence.span).unwrap().trim_ascii();
                (String::from_utf8(bytes.to_vec()).unwrap(), sentence.counts)
            })
            .collect()
    }

    fn texts(text: &str) -> Vec<String> {
        read(text).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn abbreviations_and_numbers_end_no_sentence() {
        assert_eq!(
            texts("Z. n. Resektion. V. portae offen."),
            ["z. n. resektion.", "v. portae offen."]
        );
        assert_eq!(texts("Ca. 2.5 cm. Next one"), ["ca. 2.5 cm.", "next one"]);
        assert_eq!(
            texts("CT vom 3. März 2026. Leber frei."),
            ["ct vom 3. maerz 2026.", "leber frei."]
        );
        assert_eq!(texts("Progress? Keiner!"), ["progress?", "keiner!"]);
    }

    #[test]
    fn lines_that_go_on_are_joined_and_fields_are_not() {
        assert_eq!(
            texts("No evidence of\nportal vein thrombosis"),
            ["no evidence of portal vein thrombosis"]
        );
        assert_eq!(
            texts("Kein Nachweis einer\nPfortaderthrombose"),
            ["kein nachweis einer pfortaderthrombose"]
        );
        assert_eq!(texts("Ki-67:\n15 %"), ["ki-67: 15 %"]);
        assert_eq!(texts("Grading: G2\nKi-67: 15 %"), ["grading: g2", "ki-67: 15 %"]);
        assert_eq!(texts("Findings\n- One\n- Two"), ["findings", "- one", "- two"]);
    }

    #[test]
    fn a_heading_of_the_past_governs_its_section_only() {
        let counts = |text: &str| {
            read(text)
                .into_iter()
                .map(|(_, counts)| counts)
                .collect::<Vec<_>>()
        };
        assert_eq!(counts("History: One. Two.\n\nThree."), [false, false, true]);
        assert_eq!(
            counts("History:\nOne.\n\nTwo.\nFindings:\nThree."),
            [false, false, false, true, true]
        );
        assert_eq!(
            counts("Anamnese\nEins.\nBefund\nZwei."),
            [false, false, true, true]
        );
        assert_eq!(counts("Fragestellung: Eins? Befund: Zwei."), [false, true]);
        assert_eq!(counts("CT vom 03/2024:\nEins.\n\nZwei."), [false, false, true]);
    }

    #[test]
    fn only_what_is_ticked_is_said() {
        assert_eq!(texts("R: [ ] R0 [x] R1 [ ] R2"), ["r:            r1"]);
        assert_eq!(texts("R0 [ ] R1 [x]"), Vec::<String>::new());
        assert_eq!(texts("☐ R0 ☒ R1"), ["r1"]);
        assert_eq!(texts("Ki-67 (MIB-1)"), ["ki-67 (mib-1)"]);
    }

    #[test]
    fn a_row_of_several_values_states_none() {
        let counts = |text: &str| {
            read(text)
                .into_iter()
                .map(|(_, counts)| counts)
                .collect::<Vec<_>>()
        };
        assert_eq!(counts("Ki-67\t15 %\nKi-67 | 5 % | 15 %"), [true, false]);
        assert_eq!(counts("\tPrior\tCurrent\nKi-67\t5 %"), [false, false]);
    }

    /// Every pattern looks at a sentence at most once a match, and a sentence that is looked at has a longest length: so
    /// the work is as long as the text.
    #[test]
    fn sentences_are_no_longer_than_the_text_and_each_has_a_limit() {
        for bomb in [
            "Ki-67 ",
            "Ki-67: 15 %. ",
            "G2\n",
            "z. n. ",
            "((",
            "[ ] [x] ",
            "ä☐≤\u{308}",
            "a|b|",
            "History: ",
        ] {
            let text = bomb.repeat(40_000 / bomb.len());
            let mut folded = Folded::of(&text);
            let found = sentences(&text, &mut folded, &LEXICON);
            assert!(folded.bytes.len() <= text.len(), "{bomb}");
            let lengths = found.iter().map(|sentence| sentence.span.len());
            assert!(lengths.sum::<usize>() <= folded.bytes.len(), "{bomb}");
            let mut counted = found.iter().filter(|sentence| sentence.counts);
            assert!(counted.all(|sentence| sentence.span.len() <= LONGEST), "{bomb}");
            assert!(found.is_sorted_by_key(|sentence| sentence.span.start), "{bomb}");
        }
    }
}
