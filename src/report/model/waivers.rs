//! The part of the model that speaks of waivers: each as configured, and what is wrong with the set.

use serde::{Deserialize, Serialize};

/// A waiver as configured, with what became of it. Texts that were not stated are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// Its id.
    pub id: String,
    /// The test whose exceptions it waives.
    pub test_id: String,
    /// What it selects, e.g. `actor = terraform@example.com`.
    pub select: String,
    /// Why.
    pub reason: String,
    /// What can go wrong while it holds.
    #[serde(default)]
    pub risk: String,
    /// What is done instead.
    #[serde(default)]
    pub compensating_control: String,
    /// Where the approval is recorded.
    #[serde(default)]
    pub ticket: String,
    /// Who asked.
    pub requested_by: String,
    /// Who approved.
    pub approved_by: String,
    /// When.
    pub approved_at: String,
    /// Day from which it holds.
    #[serde(default)]
    pub starts: String,
    /// Day from which it no longer holds, as written.
    pub expires: String,
    /// Instant from which it is no longer honoured, which is earlier where it is written for too long.
    #[serde(default)]
    pub ends: String,
    /// True when it begins before its approval.
    #[serde(default)]
    pub backdated: bool,
    /// Who approved that.
    #[serde(default)]
    pub backdating_approved_by: String,
    /// `used`, `unused`, `expired` or `refused`.
    pub status: String,
    /// What is wrong with it, in the words of column `findings`; empty = nothing.
    #[serde(default)]
    pub findings: Vec<String>,
    /// The same in sentences, with what else is to be said; empty = nothing.
    pub finding: String,
    /// Items that it waived.
    pub item_count: u64,
    /// Exceptions that it selects within its days, waived by it or not.
    #[serde(default)]
    pub within_count: u64,
    /// Exceptions that it selects outside its days.
    #[serde(default)]
    pub outside_count: u64,
    /// Exceptions that it may select within its days.
    #[serde(default)]
    pub max_items: u64,
    /// True when it was approved for more.
    #[serde(default)]
    pub wide: bool,
    /// SHA-256 of the waiver as configured.
    #[serde(default)]
    pub digest: String,
    /// SHA-256 of what it may cover.
    #[serde(default)]
    pub scope_digest: String,
}

/// The waivers as a set. Filled by [`super::Model::derive`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverSet {
    /// Waivers that are configured.
    pub waiver_count: u64,
    /// Waivers with something wrong.
    pub with_findings_count: u64,
    /// Waivers with each finding that occurs, in the order of the words.
    pub findings: Vec<FindingCount>,
    /// Items that they waive together.
    pub item_count: u64,
    /// Waivers that begin before their approval.
    pub backdated_count: u64,
}

/// Waivers with one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingCount {
    /// The word of column `findings`.
    pub finding: String,
    /// Waivers that have it.
    pub waiver_count: u64,
}

impl WaiverSet {
    /// Counts over the waivers.
    pub fn of(waivers: &[Waiver]) -> Self {
        let mut words: Vec<&String> = waivers.iter().flat_map(|w| &w.findings).collect();
        words.sort_unstable();
        words.dedup();
        let having = |word: &String| waivers.iter().filter(|w| w.findings.contains(word)).count() as u64;
        Self {
            waiver_count: waivers.len() as u64,
            with_findings_count: waivers.iter().filter(|w| !w.findings.is_empty()).count() as u64,
            findings: words
                .into_iter()
                .map(|word| FindingCount { finding: word.clone(), waiver_count: having(word) })
                .collect(),
            item_count: waivers.iter().map(|w| w.item_count).sum(),
            backdated_count: waivers.iter().filter(|w| w.backdated).count() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_with_two_findings_is_one_waiver_with_findings() {
        let with = |findings: &[&str], item_count| Waiver {
            findings: findings.iter().map(|f| (*f).to_owned()).collect(),
            backdated: findings.contains(&"backdated"),
            item_count,
            ..Waiver::default()
        };
        let set = WaiverSet::of(&[with(&[], 3), with(&["unused", "backdated"], 0), with(&["unused"], 0)]);
        assert_eq!((set.waiver_count, set.with_findings_count, set.item_count, set.backdated_count), (3, 2, 3, 1));
        let counts: Vec<_> = set.findings.iter().map(|f| (f.finding.as_str(), f.waiver_count)).collect();
        assert_eq!(counts, [("backdated", 1), ("unused", 2)]);
    }
}
