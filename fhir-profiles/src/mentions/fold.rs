//! Text as the lexicon writes it: small letters of ASCII, umlauts as two letters, one kind of dash and of blank.

/// A sign that no pattern knows: it parts what stands on its two sides.
pub(super) const BARRIER: u8 = 0x7f;

/// A narrative in the lexicon's letters, each of which knows where it came from.
pub(super) struct Folded {
    /// ASCII only; blanks are single, lines and cells are kept.
    pub(super) bytes: Vec<u8>,
    /// The first byte in the narrative of the character that each byte stands for, and the narrative's length.
    origins: Vec<usize>,
}

impl Folded {
    /// The narrative in the lexicon's letters; as long as it or, for umlauts, less than three times as long.
    pub(super) fn of(text: &str) -> Self {
        let mut folded = Self {
            bytes: Vec::with_capacity(text.len()),
            origins: Vec::with_capacity(text.len() + 1),
        };
        for (at, character) in text.char_indices() {
            folded.push(at, character);
        }
        folded.origins.push(text.len());
        folded
    }

    /// Where in the narrative a byte came from.
    pub(super) fn origin(&self, at: usize) -> usize {
        let last = self.origins.last().copied().unwrap_or_default();
        self.origins.get(at).copied().unwrap_or(last)
    }

    fn push(&mut self, at: usize, character: char) {
        if character == '\u{308}' {
            // A diaeresis that is written apart from its vowel.
            if self
                .bytes
                .last()
                .is_some_and(|last| matches!(last, b'a' | b'o' | b'u'))
            {
                self.put(at, "e");
            }
            return;
        }
        if is_nothing(character) {
            return;
        }
        let mut lower = character.to_lowercase();
        let Some(first) = lower.next() else { return };
        match ascii(first) {
            " " => self.blank(at),
            "" if first.is_ascii() => self.put(at, first.encode_utf8(&mut [0; 4])),
            "" => self.bytes_at(at, &[BARRIER]),
            letters => self.put(at, letters),
        }
    }

    fn blank(&mut self, at: usize) {
        if self.bytes.last().is_some_and(|last| *last != b' ') {
            self.put(at, " ");
        }
    }

    fn put(&mut self, at: usize, letters: &str) {
        self.bytes_at(at, letters.as_bytes());
    }

    fn bytes_at(&mut self, at: usize, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.origins.extend(std::iter::repeat_n(at, bytes.len()));
    }
}

/// Marks that change no word: accents written apart, joiners, soft hyphens. Signs that strike a letter through or turn
/// the direction are none of them.
fn is_nothing(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{332}' | '\u{339}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\r'
    )
}

/// What stands for a character that is no letter of ASCII, or nothing.
fn ascii(character: char) -> &'static str {
    match character {
        'ä' | 'æ' => "ae",
        'ö' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' => "a",
        'ç' => "c",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' => "o",
        'ù' | 'ú' | 'û' => "u",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '≤' | '⩽' => "<=",
        '≥' | '⩾' => ">=",
        '≈' | '∼' => "~",
        '×' => "x",
        '²' => "2",
        '•' | '●' | '▪' | '‣' | '◦' | '·' => "*",
        '☐' | '□' | '◻' | '▢' | '⬜' => "[ ]",
        '☑' | '☒' | '⊠' | '✓' | '✔' | '✗' | '✘' => "[x]",
        '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => "\n",
        '\n' | '\t' => "",
        blank if blank.is_whitespace() || blank.is_control() => " ",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        String::from_utf8(Folded::of(text).bytes).unwrap()
    }

    #[test]
    fn umlauts_dashes_and_blanks_are_written_in_one_way() {
        assert_eq!(folded("Größe  \u{a0}3–5\u{2009}cm²"), "groesse 3-5 cm2");
        assert_eq!(folded("Gro\u{308}\u{df}e"), "groesse");
        assert_eq!(folded("≤ 3 %, ≥20"), "<= 3 %, >=20");
        assert_eq!(folded("Ki\u{200b}-\u{ad}67"), "ki-67");
        assert_eq!(folded("☐ R0 ☒ R1"), "[ ] r0 [x] r1");
    }

    #[test]
    fn what_hides_or_turns_digits_parts_them() {
        assert_eq!(folded("1\u{336}5"), "1\u{7f}5");
        assert_eq!(folded("\u{202e}15"), "\u{7f}15");
        assert_eq!(folded("１5"), "\u{7f}5");
    }

    #[test]
    fn every_byte_knows_its_character() {
        let text = "Gr\u{f6}\u{df}e 5";
        let of = Folded::of(text);
        let five = of.bytes.iter().position(|byte| *byte == b'5').unwrap();
        assert_eq!(text.get(of.origin(five)..), Some("5"));
        assert_eq!(of.origin(of.bytes.len()), text.len());
    }
}
