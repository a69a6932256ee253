//! What no card text may use, found with its line before a text is compiled: filters, tags and functions that undo the
//! escaping or reach beyond the text.

/// Filters that declare a text escaped, or escape in another way than the cards do.
const FILTERS: [&str; 7] = [
    "safe",
    "escape",
    "e",
    "forceescape",
    "tojson",
    "urlencode",
    "xmlattr",
];
/// Tags that change the escaping or read other files.
const TAGS: [&str; 7] = [
    "autoescape",
    "include",
    "import",
    "from",
    "extends",
    "block",
    "do",
];
/// Functions that print everything, or call what has another name.
const FUNCTIONS: [&str; 3] = ["debug", "super", "lipsum"];
/// Filters that use others by their names.
const BY_NAME: [&str; 2] = ["map", "apply"];

/// Line and fault of everything in a text that is not available, in order.
pub(super) fn refused(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((start, opening)) = next_opening(text, at) {
        let inside = start + opening.len();
        at = match opening {
            "{#" => after(text, inside, "#}"),
            "{{" => code(text, inside, "}}", false, &mut found),
            _ => code(text, inside, "%}", true, &mut found),
        };
    }
    found
}

fn next_opening(text: &str, from: usize) -> Option<(usize, &'static str)> {
    let rest = text.get(from..)?;
    let openings = ["{{", "{%", "{#"];
    let found = openings
        .into_iter()
        .filter_map(|opening| Some((from + rest.find(opening)?, opening)));
    found.min()
}

fn after(text: &str, from: usize, closing: &str) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.find(closing)
        .map_or(text.len(), |end| from + end + closing.len())
}

/// Reads code up to its end, and gives the position after it.
fn code(text: &str, from: usize, closing: &str, is_tag: bool, found: &mut Vec<(usize, String)>) -> usize {
    let mut rest = text.get(from..).unwrap_or_default();
    let mut previous = if is_tag { Before::Tag } else { Before::Nothing };
    loop {
        rest = rest.trim_start();
        let at = text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            return text.len();
        };
        if rest.starts_with(closing)
            || rest
                .get(1..)
                .is_some_and(|r| "-+".contains(first) && r.starts_with(closing))
        {
            return after(text, at, closing);
        }
        let length = match first {
            '"' | '\'' => quoted(rest),
            c if c.is_alphanumeric() || c == '_' => rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, next) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let line = || text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        if let Some(what) = previous.fault(token, next) {
            found.push((line(), what));
        }
        if previous == Before::Tag && token == "raw" {
            let end = after(text, text.len() - next.len(), "endraw");
            return after(text, end, "%}");
        }
        previous = previous.then(token);
        rest = next;
    }
}

/// The length of a text in quotes.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    let quote = rest.chars().next();
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if Some(c) == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// What stood before a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Tag,
    Bar,
    /// The name of something that takes a filter by its name.
    ByName,
}

impl Before {
    fn then(self, token: &str) -> Self {
        match (self, token) {
            (_, "|") => Self::Bar,
            // The sign that trims white space.
            (Self::Tag, "-" | "+") => Self::Tag,
            (Self::Tag, "filter") => Self::Bar,
            (Self::Bar, name) if BY_NAME.contains(&name) => Self::ByName,
            (Self::ByName, "(") => Self::ByName,
            _ => Self::Nothing,
        }
    }

    fn fault(self, token: &str, next: &str) -> Option<String> {
        let name = token.trim_matches(['"', '\'']);
        match self {
            Self::Bar | Self::ByName if FILTERS.contains(&name) => Some(format!(
                "unknown filter `{name}`: what escapes a value, or leaves it as it is, is not available"
            )),
            Self::Tag if TAGS.contains(&token) => Some(format!(
                "unknown tag `{token}`: a text neither changes the escaping nor uses other files"
            )),
            Self::Nothing if FUNCTIONS.contains(&token) && next.trim_start().starts_with('(') => {
                Some(format!("unknown function `{token}`"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        refused(text).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn what_undoes_the_escaping_is_found_wherever_it_stands() {
        for text in [
            "{{ x | safe }}",
            "{{- x|upper|safe -}}",
            "{% if x|safe %}{% endif %}",
            "{% set y = x | e %}",
            "{% filter safe %}{% endfilter %}",
            "{%- filter escape %}{% endfilter %}",
            "{{ x | map('safe') }}",
            "{{ x | map(\"safe\") | join }}",
            "{% autoescape false %}{{ x }}{% endautoescape %}",
            "{%- autoescape none -%}{% endautoescape %}",
            "{% include 'pathway.md' %}",
            "{% import 'a' as b %}",
            "{% from 'a' import b %}",
            "{% extends 'a' %}",
            "{{ debug() }}",
            "{{ '}}' }}{{ x | safe }}",
            "{# a #}{{ x | tojson }}",
            "{% raw %}{#{% endraw %}{{ x|safe }}{# #}",
        ] {
            assert_eq!(lines(text), [1], "{text}");
        }
    }

    #[test]
    fn a_fault_has_its_line_and_words_alone_are_none() {
        assert_eq!(lines("a\nb {{ x |\n safe }}\n{% include 'y' %}"), [3, 4]);
        for text in [
            "safe | safe",
            "{{ '| safe' }}",
            "{{ x.safe }}",
            "{{ item.include }}",
            "{# {{ x | safe }} #}",
            "{% raw %}{{ x | safe }}{% endraw %}",
            "{{ x | capitalize }} {% for e in x %}{{ e }}{% endfor %}",
            "{{",
            "{% 'a",
        ] {
            assert!(lines(text).is_empty(), "{text}");
        }
    }
}
