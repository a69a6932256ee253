//! Lists and counts in words.

/// `A`, `A or B`, `A, B or C`.
pub fn any_of<T: AsRef<str>>(items: &[T]) -> String {
    listed(items, "or")
}

/// `A`, `A and B`, `A, B and C`.
pub(super) fn all_of<T: AsRef<str>>(items: &[T]) -> String {
    listed(items, "and")
}

fn listed<T: AsRef<str>>(items: &[T], joint: &str) -> String {
    let Some((last, others)) = items.split_last() else {
        return String::new();
    };
    if others.is_empty() {
        return last.as_ref().to_owned();
    }
    let others: Vec<&str> = others.iter().map(AsRef::as_ref).collect();
    format!("{} {joint} {}", others.join(", "), last.as_ref())
}

/// `1 record`, `2 records`.
pub fn count(n: usize, one: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {one}s")
    }
}
