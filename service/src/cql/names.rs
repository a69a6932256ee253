//! Names of defines that others ask for.

/// The name of the define that says whether an option is proposed: its place is named or open.
pub fn proposed(option: &str) -> String {
    format!("Proposed {option}")
}

/// The name of the define of an option's place and verdict in words.
pub fn words(option: &str) -> String {
    format!("Words {option}")
}

/// The name of the define that says whether a fact is lacking that a request would settle.
pub fn lacks(request: &str) -> String {
    format!("Lacks {request}")
}
