//! Mitotic counts: what they are counted per.

/// What mitoses were counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Per {
    /// So many high-power fields.
    Fields(u32),
    /// So many square millimetres.
    SquareMillimetres(u32),
    /// Nothing said.
    Nothing,
}

impl Per {
    /// Ten fields are 2 mm², and what a count without denominator is read as.
    pub(super) fn normal(self) -> Self {
        match self {
            Self::SquareMillimetres(2) | Self::Nothing => Self::Fields(10),
            other => other,
        }
    }
}

const FIELDS: &[&str] = &[
    "hpf",
    "hpfs",
    "highpowerfield",
    "highpowerfields",
    "high-powerfield",
    "high-powerfields",
    "hgf",
    "hauptgesichtsfeld",
    "hauptgesichtsfelder",
    "hauptgesichtsfeldern",
    // With the abbreviation in brackets, which say nothing here.
    "highpowerfieldshpf",
    "high-powerfieldshpf",
    "hpfhighpowerfields",
    "hpfhigh-powerfields",
    "hauptgesichtsfelderhgf",
    "hgfhauptgesichtsfelder",
];
const SQUARE_MILLIMETRES: &[&str] = &["mm2", "mm^2", "sqmm", "squaremm", "qmm"];
const COUNTED: &[&str] = &[
    "#",
    "1",
    "count",
    "mf",
    "mitosen",
    "mitoses",
    "mitosis",
    "mitoticfigure",
    "mitoticfigures",
    "number",
];

/// Reads `/10 HPF`, `per 10 high-power fields`, `{mitoses}/10.[HPF]`, `/(2.mm2)`, `/2.mm2`, `mitoses`, ...
///
/// Brackets say nothing here: `/2.mm2` and `/10.[HPF]` are how registries write per 2 mm² and per 10 fields,
/// although strict UCUM reads them from the left.
pub(super) fn per(unit: &str) -> Option<Per> {
    let text: String = unit
        .chars()
        .filter(|c| !c.is_whitespace() && !"{}[]()".contains(*c))
        .map(|c| if c == '²' { '2' } else { c })
        .collect::<String>()
        .to_lowercase();
    if COUNTED.contains(&text.as_str()) {
        return Some(Per::Nothing);
    }
    if text == "mm-2" {
        return Some(Per::SquareMillimetres(1));
    }
    // The longest word first, so that `mitoses` does not leave an `es` behind.
    let mut words = COUNTED.to_vec();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let text = words
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(&text);
    let text = ["/", "per", "pro", "je", "in", "auf"]
        .iter()
        .find_map(|word| text.strip_prefix(word))?;
    let noun = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text.strip_suffix(noun)?;
    let number: u32 = if number.is_empty() {
        1
    } else {
        number.parse().ok()?
    };
    let noun = noun.strip_prefix('.').unwrap_or(noun);
    if FIELDS.contains(&noun) {
        Some(Per::Fields(number))
    } else if SQUARE_MILLIMETRES.contains(&noun) {
        Some(Per::SquareMillimetres(number))
    } else {
        None
    }
}
