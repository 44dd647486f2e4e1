//! What makes two texts one.

use crate::lake::Words;

/// True where two texts differ in case alone, and in spaces around them.
pub(super) fn is_same(words: &Words, one: u32, other: u32) -> bool {
    one == other || is_alike(words.sure(one), words.sure(other))
}

/// True where two names differ in case alone, and in spaces around them.
pub(in crate::catalogue) fn is_alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    match one.is_ascii() && other.is_ascii() {
        true => one.eq_ignore_ascii_case(other),
        false => one.to_lowercase() == other.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_spaces_around_do_not_tell_apart() {
        let mut words = Words::default();
        let (a, b, spaced) = (words.number("a"), words.number("b"), words.number(" A "));
        assert!(is_same(&words, a, spaced) && is_same(&words, a, a) && !is_same(&words, a, b));
        assert!(is_alike(" Äb", "äB ") && is_alike("A@b", "a@B ") && !is_alike("a", "ab") && !is_alike("ä", "a"));
    }
}
