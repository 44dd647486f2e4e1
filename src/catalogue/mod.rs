//! The tests: each is data plus one function from evidence to judged items.

mod ano01;
mod cov01;
mod cov02;
mod cov03;
mod deeds;
mod dep01;
mod dep02;
mod evidence;
mod grants;
mod holdings;
mod item;
mod leavers;
mod overlay;
mod privileges;
mod prv01;
mod prv02;
mod prv03;
mod prv04;
mod prv05;
mod prv06;
mod records;
mod sod01;
mod sod02;
mod test;
mod trc;
mod trc03;
mod vch01;
mod vch02;
mod words;

use crate::config::{Config, Parameter, Setting};
use crate::error::{Error, Result};

pub use evidence::{Evidence, Views};
pub use item::{Cell, Counts, Item, Judged, Outcome, Severity};
pub use overlay::WaiverUse;
pub use test::{About, Kind, Need, Test, need};
pub use vch01::is_item as is_vouched;
pub use words::Word;

/// Every test, in the order of the reports: the gates first.
pub const TESTS: &[&Test] = &[
    &cov01::TEST,
    &cov02::TEST,
    &cov03::TEST,
    &vch01::TEST,
    &vch02::TEST,
    &trc::TRC_01,
    &trc::TRC_02,
    &trc03::TEST,
    &dep01::TEST,
    &dep02::TEST,
    &prv01::TEST,
    &prv02::TEST,
    &prv03::TEST,
    &prv04::TEST,
    &prv05::TEST,
    &prv06::TEST,
    &sod01::TEST,
    &sod02::TEST,
    &ano01::TEST,
];

/// Tests of the catalogue that this version does not have yet: id and title.
pub const PLANNED: &[(&str, &str)] = &[
    ("COV-04", "Two sources tell the same story"),
    ("COV-05", "Clocks agree"),
    ("COV-06", "Every principal is resolved"),
    ("COV-07", "Vocabulary is known"),
    ("VCH-03", "Attributes agree across systems"),
    ("TRC-04", "No access flaps between grant and revoke"),
    ("DEP-03", "Nothing is left behind after a departure"),
    ("ACC-01", "No orphaned accounts"),
    ("ACC-02", "No dormant accounts"),
    ("ACC-03", "External and guest principals are known"),
    ("EMG-01", "Emergency access is justified, short and reviewed"),
    ("CRD-01", "Tokens have short lives and are rotated"),
    ("CRD-02", "Tokens of leavers and movers end"),
    ("CRD-03", "Provisioning and service credentials are rotated"),
    ("AUT-01", "People sign in through the identity provider"),
    ("AUT-02", "Failed sign-ins and denied addresses are followed up"),
    ("CHG-01", "Production group deletions had a sandbox rehearsal"),
    ("CHG-02", "Changes of the identity integration are authorised"),
    ("LOG-01", "Logging was not weakened"),
    ("STA-01", "Opening access plus changes equals closing access"),
    ("STA-02", "Transient access is disclosed"),
    ("CLD-01", "Cloud roles used by Databricks have not drifted"),
    ("ATR-01", "Attributes pushed are minimal and consistent"),
];

/// The ids of all tests.
pub fn ids() -> Vec<&'static str> {
    TESTS.iter().map(|t| t.id).collect()
}

/// The test of that id; `None` = there is none.
pub fn test(id: &str) -> Option<&'static Test> {
    TESTS.iter().copied().find(|t| t.id == id)
}

/// The parameters that a test has of its own; none for an unknown id.
pub fn own_parameters(id: &str) -> impl Iterator<Item = &'static Parameter> {
    test(id).into_iter().flat_map(|t| t.own_parameters)
}

/// Runs every test and lays the waivers over the exceptions.
///
/// # Errors
/// The lake cannot be read, a parameter is malformed, or a test breaks its own promises (a bug of ours).
pub fn run(evidence: &Evidence<'_>) -> Result<(Vec<Outcome>, Vec<WaiverUse>)> {
    let mut waivers = overlay::Overlay::new(evidence.config)?;
    let outcomes = TESTS.iter().map(|test| outcome(test, evidence, &mut waivers)).collect::<Result<Vec<_>>>()?;
    Ok((outcomes, waivers.into_uses()))
}

fn outcome(test: &'static Test, evidence: &Evidence<'_>, waivers: &mut overlay::Overlay<'_>) -> Result<Outcome> {
    let mut judged = (test.evaluate)(evidence)?;
    judged.items.sort_by(|a, b| (a.time, &a.item_id).cmp(&(b.time, &b.item_id)));
    check(test, &judged.items)?;
    waivers.lay(test.id, &mut judged.items);
    let counts = judged.counts.unwrap_or_else(|| Counts::of(&judged.items));
    if !counts.tie_out() {
        return Err(Error::Bug(format!("the verdicts of {} do not add up to its population", test.id)));
    }
    Ok(Outcome {
        test,
        coverage_is_complete: judged.coverage_is_complete,
        counts,
        items: judged.items,
        exclusions: judged.exclusions,
        notes: judged.notes,
        figures: judged.figures,
        not_tested: judged.not_tested,
        settings: settings(test, evidence.config),
    })
}

// What a report says of a test must hold of its items: their reasons, their columns, and that each is one item.
fn check(test: &Test, items: &[Item]) -> Result<()> {
    let broken = |what: String| Err(Error::Bug(format!("{}: {what}", test.id)));
    let mut ids = std::collections::BTreeSet::new();
    for item in items {
        let is_declared = test.words.iter().any(|w| w.word == item.reason && w.verdict == item.verdict);
        if !is_declared {
            return broken(format!("`{}` is no declared reason for {}", item.reason, item.verdict.as_str()));
        }
        let fits = item.extra.len() == test.columns.len()
            && item.extra.iter().zip(test.columns).all(|(cell, column)| cell.kind() == column.kind);
        if !fits {
            return broken("an item has other columns than the test declares".to_owned());
        }
        if !ids.insert(item.item_id.as_str()) {
            return broken(format!("item `{}` stands twice", item.item_id));
        }
    }
    Ok(())
}

fn settings(test: &Test, config: &Config) -> Vec<Setting> {
    crate::config::PARAMETERS
        .iter()
        .filter(|p| test.shared_parameters.contains(&p.name))
        .chain(test.own_parameters)
        .map(|p| config.setting(test.id, *p))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_of_the_catalogue_is_here_or_planned_and_says_what_it_is() {
        let ids: std::collections::BTreeSet<&str> =
            TESTS.iter().map(|t| t.id).chain(PLANNED.iter().map(|(id, _)| *id)).collect();
        assert_eq!((ids.len(), TESTS.len() + PLANNED.len()), (42, 42));
        for test in TESTS {
            assert!(!test.words.is_empty() && !test.about.procedure.is_empty(), "{}", test.id);
            assert!(!test.about.limits.is_empty() && !test.about.false_positives.is_empty(), "{}", test.id);
            assert!(!test.about.references.is_empty() && !test.needs.is_empty(), "{}", test.id);
            for column in test.columns {
                assert!(!column.required, "{}: {} may be absent", test.id, column.name);
            }
        }
    }

    #[test]
    fn the_words_of_a_test_are_told_apart() {
        for test in TESTS {
            let words: std::collections::BTreeSet<_> = test.words.iter().map(|w| (w.verdict, w.word)).collect();
            assert_eq!(words.len(), test.words.len(), "{}", test.id);
        }
    }

    #[test]
    fn the_words_of_the_contract_have_the_verdicts_of_the_kernel() {
        use crate::correlate::kernel::Reason;
        let all = [Reason::Matched, Reason::NoAuthority, Reason::CoverageGap, Reason::JustInTime, Reason::Implied];
        for reason in all {
            let word = test("VCH-01").and_then(|t| t.word(reason.as_str())).expect("a word");
            assert_eq!(word.verdict, reason.verdict(), "{}", word.word);
        }
    }
}
