//! Character references of HTML: numbers, and the names that word processors and hospital systems write.

const NAMED: &[(&str, &str)] = &[
    ("AElig", "Æ"),
    ("Agrave", "À"),
    ("Auml", "Ä"),
    ("Ccedil", "Ç"),
    ("Eacute", "É"),
    ("Egrave", "È"),
    ("Ouml", "Ö"),
    ("Uuml", "Ü"),
    ("aacute", "á"),
    ("acirc", "â"),
    ("aelig", "æ"),
    ("agrave", "à"),
    ("alpha", "α"),
    ("amp", "&"),
    ("apos", "'"),
    ("aring", "å"),
    ("asymp", "≈"),
    ("auml", "ä"),
    ("bdquo", "„"),
    ("beta", "β"),
    ("bull", "•"),
    ("ccedil", "ç"),
    ("deg", "°"),
    ("eacute", "é"),
    ("ecirc", "ê"),
    ("egrave", "è"),
    ("emsp", "\u{2003}"),
    ("ensp", "\u{2002}"),
    ("euml", "ë"),
    ("frac12", "½"),
    ("gamma", "γ"),
    ("ge", "≥"),
    ("gt", ">"),
    ("hellip", "…"),
    ("iacute", "í"),
    ("iuml", "ï"),
    ("laquo", "«"),
    ("ldquo", "“"),
    ("le", "≤"),
    ("lsquo", "‘"),
    ("lt", "<"),
    ("mdash", "—"),
    ("micro", "µ"),
    ("middot", "·"),
    ("minus", "−"),
    ("nbsp", "\u{a0}"),
    ("ndash", "–"),
    ("ntilde", "ñ"),
    ("oacute", "ó"),
    ("ocirc", "ô"),
    ("oelig", "œ"),
    ("ouml", "ö"),
    ("percnt", "%"),
    ("plusmn", "±"),
    ("quot", "\""),
    ("raquo", "»"),
    ("rdquo", "”"),
    ("rsquo", "’"),
    ("shy", "\u{ad}"),
    ("sup2", "²"),
    ("sup3", "³"),
    ("szlig", "ß"),
    ("thinsp", "\u{2009}"),
    ("times", "×"),
    ("uacute", "ú"),
    ("ucirc", "û"),
    ("uuml", "ü"),
];

/// The longest reference that is looked at.
const LONGEST: usize = 12;

/// The text with its references replaced; one that is not known stays as it is.
pub(super) fn replaced(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        made.push_str(before);
        let end = behind
            .char_indices()
            .take(LONGEST)
            .find(|(at, c)| !(c.is_ascii_alphanumeric() || (*at == 0 && *c == '#')))
            .map_or(behind.len().min(LONGEST), |(at, _)| at);
        let (name, tail) = behind.split_at_checked(end).unwrap_or(("", behind));
        rest = match push(&mut made, name) {
            true => tail.strip_prefix(';').unwrap_or(tail),
            false => {
                made.push('&');
                behind
            }
        };
    }
    made.push_str(rest);
    made
}

/// Whether the reference is known, and then its text at the end of what is made.
fn push(made: &mut String, name: &str) -> bool {
    let Some(number) = name.strip_prefix('#') else {
        let known = NAMED.binary_search_by_key(&name, |(known, _)| known);
        let text = known.ok().and_then(|at| NAMED.get(at));
        made.push_str(text.map_or("", |(_, text)| text));
        return text.is_some();
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    let Ok(code) = code else { return false };
    made.push(match code {
        0 => char::REPLACEMENT_CHARACTER,
        _ => char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER),
    });
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_so_that_they_are_found() {
        assert!(NAMED.is_sorted_by_key(|(name, _)| *name));
        assert!(NAMED.iter().all(|(name, _)| name.len() < LONGEST));
    }

    #[test]
    fn references_are_replaced_and_what_is_none_stays() {
        for (text, expected) in [
            ("Gr&ouml;&szlig;e", "Größe"),
            ("&lt; 3&nbsp;%", "< 3\u{a0}%"),
            ("15&#37; &#x2265;5 &#X3c", "15% ≥5 <"),
            ("&amp;lt;", "&lt;"),
            (
                "R&D & &; &#; &#x; &#99999999999;",
                "R&D & &; &#; &#x; &#99999999999;",
            ),
            ("&#0;&#xD800;", "\u{fffd}\u{fffd}"),
            ("&foo;&ä", "&foo;&ä"),
        ] {
            assert_eq!(replaced(text), expected);
        }
    }
}
