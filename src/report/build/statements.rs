//! What management states, as far as the configuration and the tests state it.

use super::Parts;
use super::items::conclusion_words;
use crate::report::model::{Statements, Supplied};

/// The statements: control totals where they are given, and what the tests found that have a place of their own in the pages.
pub(super) fn statements(parts: &Parts<'_>) -> Statements {
    let count = parts.evidence.config.sources.iter().map(|s| s.control_totals.len()).sum::<usize>();
    let mut statements = Statements::none();
    if count > 0 {
        statements.control_totals = Supplied::stated(format!(
            "The configuration gives {count} control totals; COV-02 compares each with the records read."
        ));
    }
    for (place, id) in [
        (&mut statements.cross_source, "COV-04"),
        (&mut statements.clocks, "COV-05"),
        (&mut statements.access_roll_forward, "STA-01"),
        (&mut statements.rosters, "PRV-02"),
        (&mut statements.direct_grants, "PRV-03"),
        (&mut statements.token_ages, "CRD-01"),
    ] {
        if let Some(found) = told(parts, id) {
            *place = Supplied::stated(found);
        }
    }
    statements
}

/// What a test found, in one sentence, with its figures; `None` = it did not run.
fn told(parts: &Parts<'_>, id: &str) -> Option<String> {
    let outcome = parts.outcomes.iter().find(|o| o.test.id == id)?;
    let figures: String = outcome.figures.iter().map(|(name, value)| format!(" {name}: {value}.")).collect();
    Some(format!("Test {id} looks at it. {}.{figures}", conclusion_words(outcome)))
}
