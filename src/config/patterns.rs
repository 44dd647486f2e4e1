//! Globs that are made while judging, each compiled once however often it is asked for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use globset::GlobMatcher;

use super::glob;

/// Compiled globs by their text; `None` = it is no well-formed one, and fits nothing.
#[derive(Debug, Default)]
pub struct Patterns(Mutex<HashMap<String, Option<GlobMatcher>>>);

impl Patterns {
    /// True when the glob means the name, whatever the case.
    pub fn fits(&self, pattern: &str, name: &str) -> bool {
        // What is in it stays whole, whoever panicked.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(matcher) = known.get(pattern) {
            return matcher.as_ref().is_some_and(|matcher| matcher.is_match(name));
        }
        let matcher = glob(pattern).ok().map(|glob| glob.compile_matcher());
        let fits = matcher.as_ref().is_some_and(|matcher| matcher.is_match(name));
        known.insert(pattern.to_owned(), matcher);
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_the_same_the_second_time() {
        let patterns = Patterns::default();
        for _ in 0..2 {
            assert!(patterns.fits("main.*", "MAIN.sales") && !patterns.fits("main.*", "other.sales"));
            assert!(!patterns.fits("[", "["));
        }
    }
}
