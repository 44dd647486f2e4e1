//! Which ids the frameworks know. Lists are shipped where they may be; elsewhere the ids of the mapping are all we know.

use super::mapping::{Framework, ISO27001, SOC2, mapping};
use crate::error::Result;

const NIST_800_53: &str = include_str!("nist_800_53_r5.txt");
const CSF: &str = include_str!("csf_2_0.txt");

/// Series of the Trust Services Criteria, and how many criteria each has.
const CRITERIA: [(&str, u32); 20] = [
    ("CC1", 5),
    ("CC2", 3),
    ("CC3", 4),
    ("CC4", 2),
    ("CC5", 3),
    ("CC6", 8),
    ("CC7", 5),
    ("CC8", 1),
    ("CC9", 2),
    ("A1", 3),
    ("C1", 2),
    ("PI1", 5),
    ("P1", 1),
    ("P2", 1),
    ("P3", 2),
    ("P4", 3),
    ("P5", 2),
    ("P6", 7),
    ("P7", 1),
    ("P8", 1),
];

/// Themes of Annex A, and how many controls each has.
const ANNEX_A: [(&str, u32); 4] = [("A.5", 37), ("A.6", 8), ("A.7", 14), ("A.8", 34)];

/// Clauses of ISO/IEC 27001:2022.
const CLAUSES: &str = "4.1 4.2 4.3 4.4 5.1 5.2 5.3 6.1 6.1.1 6.1.2 6.1.3 6.2 6.3 7.1 7.2 7.3 7.4 7.5 7.5.1 7.5.2 7.5.3 \
    8.1 8.2 8.3 9.1 9.2 9.2.1 9.2.2 9.3 9.3.1 9.3.2 9.3.3 10.1 10.2";

/// A control that a framework knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// Our id of the framework.
    pub framework: &'static str,
    /// Its id of the control.
    pub id: String,
}

/// Every control of every framework: the whole of it where a list may be shipped, else what the mapping names.
///
/// # Errors
/// A bug of ours.
pub fn known() -> Result<Vec<Known>> {
    let of = |framework: &'static Framework| {
        ids(framework).into_iter().map(|id| Known { framework: framework.id.as_str(), id })
    };
    Ok(mapping()?.frameworks.iter().flat_map(of).collect())
}

pub(super) fn ids(framework: &Framework) -> Vec<String> {
    match framework.id.as_str() {
        SOC2 => numbered(&CRITERIA),
        ISO27001 => CLAUSES.split_whitespace().map(str::to_owned).chain(numbered(&ANNEX_A)).collect(),
        "nist_800_53_r5" => listed(NIST_800_53, |head, tail| match tail {
            None => Some(head.to_owned()),
            Some(number) => Some(format!("{head}({number})")),
        }),
        "csf_2_0" => listed(CSF, |head, tail| tail.map(|number| format!("{head}-{number}"))),
        _ => framework.controls.iter().filter(|c| !c.several).map(|c| c.id.clone()).collect(),
    }
}

fn numbered(series: &[(&str, u32)]) -> Vec<String> {
    series.iter().flat_map(|(name, count)| (1..=*count).map(move |n| format!("{name}.{n}"))).collect()
}

// A line is a head and what follows from it; `id` makes an id of the head alone, and of the head with each.
fn listed(text: &str, id: impl Fn(&str, Option<&str>) -> Option<String>) -> Vec<String> {
    let mut all = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let Some(head) = words.next() else { continue };
        all.extend(id(head, None));
        all.extend(words.filter_map(|tail| id(head, Some(tail))));
    }
    all
}
