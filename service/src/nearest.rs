//! What somebody may have meant who mistyped a name.

/// How alike two names are at least, from 0 to 1: one letter in three may be wrong.
const ALIKE: f64 = 0.66;

/// The known name that is most like a word.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|name| {
            (
                strsim::normalized_damerau_levenshtein(&word, &name.to_lowercase()),
                name,
            )
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

/// What follows the refusal of a name: the one that may have been meant, or nothing.
pub(crate) fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |name| format!("; is `{name}` meant?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["server.listen", "server.drain", "store.url"];
        assert_eq!(nearest("server.lisen", known), Some("server.listen"));
        assert_eq!(nearest("Server.Listen", known), Some("server.listen"));
        assert_eq!(nearest("stroe.url", known), Some("store.url"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(meant("server.lisen", known), "; is `server.listen` meant?");
        assert_eq!(meant("x", known), "");
    }
}
