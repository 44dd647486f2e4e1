//! The matrices of a report: every control of a framework, with the tests that were run and bear on it.

use std::collections::BTreeSet;

use super::mapping::{Control, Framework, ISO27001, Mapping, SOC2, mapping};
use crate::error::Result;
use crate::report::model::{
    ControlRow, ControlTest, Crosswalk, FrameworkFacts, MappingFacts, OrganizationControl, Strength, Supplied, Test,
    TestControl,
};

/// Where the mappings come from.
///
/// # Errors
/// A bug of ours.
pub fn facts() -> Result<MappingFacts> {
    let mapping = mapping()?;
    let of = |f: &Framework| FrameworkFacts {
        id: f.id.clone(),
        name: f.name.clone(),
        edition: f.edition.clone(),
        basis: f.basis.clone(),
    };
    Ok(MappingFacts { version: mapping.version.clone(), frameworks: mapping.frameworks.iter().map(of).collect() })
}

/// The controls that a test bears on, in all frameworks; none when the mapping cannot be read, which [`facts`] reports.
pub fn of_test(test_id: &str) -> Vec<TestControl> {
    let Ok(mapping) = mapping() else { return Vec::new() };
    mapping.frameworks.iter().flat_map(|framework| of_framework(mapping, framework, test_id)).collect()
}

fn of_framework(mapping: &Mapping, framework: &Framework, test_id: &str) -> Vec<TestControl> {
    let bearing = framework.controls.iter().filter_map(|c| Some((c, c.strength(test_id)?)));
    bearing
        .enumerate()
        .map(|(index, (control, strength))| TestControl {
            framework: framework.name.clone(),
            edition: framework.edition.clone(),
            basis: framework.basis.clone(),
            mapping_version: mapping.version.clone(),
            first_of_framework: index == 0,
            id: control.id.clone(),
            strength,
        })
        .collect()
}

/// The matrix of a framework over the tests that were run. What `organization` words is printed beside its control; a
/// control that stands in no row of its own gets one.
///
/// # Errors
/// A bug of ours.
pub fn matrix(framework_id: &str, tests: &[Test], organization: &[OrganizationControl]) -> Result<Vec<ControlRow>> {
    let framework = mapping()?.framework(framework_id);
    Ok(framework.map_or_else(Vec::new, |f| rows(f, tests, organization)))
}

/// The matrices of all frameworks but those that have documents of their own.
///
/// # Errors
/// A bug of ours.
pub fn crosswalk(tests: &[Test], organization: &[OrganizationControl]) -> Result<Vec<Crosswalk>> {
    let mapping = mapping()?;
    let others = mapping.frameworks.iter().filter(|f| !matches!(f.id.as_str(), SOC2 | ISO27001));
    let of = |f: &Framework| Crosswalk {
        framework: f.name.clone(),
        edition: f.edition.clone(),
        basis: f.basis.clone(),
        mapping_version: mapping.version.clone(),
        rows: rows(f, tests, organization),
    };
    Ok(others.map(of).collect())
}

fn rows(framework: &Framework, tests: &[Test], organization: &[OrganizationControl]) -> Vec<ControlRow> {
    let worded: Vec<&OrganizationControl> = organization.iter().filter(|o| o.framework == framework.id).collect();
    let mapped: BTreeSet<&str> = framework.controls.iter().map(|c| c.id.as_str()).collect();
    let single = framework.controls.iter().filter(|c| !c.several).map(|c| row(c, tests, &worded));
    let of_its_own = worded.iter().filter(|o| !mapped.contains(o.control.as_str())).map(|o| unmapped(o));
    let several = framework.controls.iter().filter(|c| c.several).map(|c| row(c, tests, &worded));
    single.chain(of_its_own).chain(several).collect()
}

fn row(control: &Control, tests: &[Test], worded: &[&OrganizationControl]) -> ControlRow {
    let bearing: Vec<ControlTest> =
        tests.iter().filter_map(|test| Some(cell(test, control.strength(&test.id)?))).collect();
    let own = worded.iter().find(|o| o.control == control.id);
    ControlRow {
        id: control.id.clone(),
        theme: control.theme.clone(),
        organization_control: own.map_or_else(not_worded, |o| wording(o)),
        soa: own.map_or_else(no_soa, |o| applicability(o)),
        has_evidence: !bearing.is_empty(),
        tests: bearing,
        limits: control.limits.clone(),
    }
}

fn unmapped(own: &OrganizationControl) -> ControlRow {
    ControlRow {
        id: own.control.clone(),
        theme: "Worded by the organisation; no test is mapped to it".to_owned(),
        organization_control: wording(own),
        soa: applicability(own),
        has_evidence: false,
        tests: Vec::new(),
        limits: "Not addressed by this evidence.".to_owned(),
    }
}

fn not_worded() -> Supplied {
    Supplied::missing("the organisation's own control id and wording")
}

fn no_soa() -> Supplied {
    Supplied::missing("the control's status in the Statement of Applicability, and why")
}

fn wording(own: &OrganizationControl) -> Supplied {
    let head = match (own.organization_id.is_empty(), own.text.is_empty()) {
        (true, true) => return not_worded(),
        (true, false) => own.text.clone(),
        (false, true) => own.organization_id.clone(),
        (false, false) => format!("{}: {}", own.organization_id, own.text),
    };
    let owner = if own.owner.is_empty() { String::new() } else { format!(" (owner: {})", own.owner) };
    Supplied::stated(format!("{head}{owner}"))
}

fn applicability(own: &OrganizationControl) -> Supplied {
    match (own.soa.is_empty(), own.justification.is_empty()) {
        (true, _) => no_soa(),
        (false, true) => Supplied::stated(own.soa.clone()),
        (false, false) => Supplied::stated(format!("{}: {}", own.soa, own.justification)),
    }
}

fn cell(test: &Test, strength: Strength) -> ControlTest {
    ControlTest {
        id: test.id.clone(),
        title: test.title.clone(),
        strength,
        conclusion: test.conclusion,
        conclusion_words: test.conclusion_words.clone(),
        deviation_count: test.counts.deviations,
    }
}
