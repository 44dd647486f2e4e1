//! The data that the program ships, against the frameworks' own lists and the catalogue.

use std::collections::BTreeSet;

use super::*;
use crate::catalogue::profiles::ALL;
use crate::report::fixture;
use crate::report::model::{Conclusion, Strength};

#[test]
fn the_mapping_is_read_and_states_version_edition_and_basis() {
    let mapping = mapping().unwrap();
    let names: Vec<&str> = mapping.frameworks.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(names, [SOC2, ISO27001, "nist_800_53_r5", "csf_2_0", "pci_dss_4_0_1", "hipaa"]);
    assert!(!mapping.version.is_empty());
    for framework in &mapping.frameworks {
        assert!(["author", "aicpa", "nist-olir", "scf"].contains(&framework.basis.as_str()), "{}", framework.id);
        assert!(!framework.edition.is_empty() && !framework.name.is_empty());
        for control in &framework.controls {
            assert!(!control.theme.is_empty() && control.limits.ends_with('.'), "{}", control.id);
        }
    }
}

#[test]
fn every_id_that_is_mapped_is_on_the_frameworks_own_list() {
    let (mut checked, all) = (0, known().unwrap());
    for framework in &mapping().unwrap().frameworks {
        for control in framework.controls.iter().filter(|c| !c.several) {
            let found = Known { framework: framework.id.as_str(), id: control.id.clone() };
            assert!(all.contains(&found), "{} has no {}", framework.name, control.id);
            checked += 1;
        }
    }
    assert!(checked > 180, "{checked}");
}

#[test]
fn the_lists_are_whole_and_know_the_gaps_in_numbering() {
    let all = known().unwrap();
    let count = |framework: &str| all.iter().filter(|k| k.framework == framework).count();
    // Common criteria, availability, confidentiality, processing integrity, privacy; clauses and Annex A.
    assert_eq!(count(SOC2), 33 + 3 + 2 + 5 + 18);
    assert_eq!(count(ISO27001), 34 + 93);
    assert_eq!((count("csf_2_0"), count("nist_800_53_r5")), (106, 485));
    let has = |id: &str| all.iter().any(|k| k.id == id);
    for id in ["AC-2(13)", "AU-12", "PS-4(2)", "SI-4(25)", "PR.AA-05", "DE.CM-03", "CC9.2", "P6.7", "A.8.34", "7.5.3"] {
        assert!(has(id), "{id}");
    }
    // Withdrawn, never given, of an older edition.
    for id in ["AC-13", "AC-2(10)", "AU-8(1)", "IA-5(4)", "DE.CM-04", "PR.DS-03", "PR.AC-01", "CC6.9", "A.5.38", "9.4"]
    {
        assert!(!has(id), "{id}");
    }
}

// PCI DSS and HIPAA have no list that may be shipped: their ids must at least look like ids.
#[test]
fn ids_without_a_list_have_the_shape_of_ids() {
    let mapping = mapping().unwrap();
    for control in &mapping.framework("pci_dss_4_0_1").unwrap().controls {
        let parts: Vec<Option<u32>> = control.id.split('.').map(|p| p.parse().ok()).collect();
        assert!((2..=4).contains(&parts.len()) && parts.iter().all(Option::is_some), "{}", control.id);
        assert!((1..=12).contains(&parts[0].unwrap()), "{}", control.id);
    }
    for control in &mapping.framework("hipaa").unwrap().controls {
        let rest = control.id.strip_prefix("164.3").expect("a section of part 164, subpart C");
        let (section, parts) = rest.split_at(2);
        assert!(["08", "10", "12", "14", "16"].contains(&section), "{}", control.id);
        assert!(parts.starts_with('(') && parts.ends_with(')') && !parts.contains(")."), "{}", control.id);
    }
}

#[test]
fn every_test_of_the_catalogue_is_mapped_and_every_mapped_test_is_of_the_catalogue() {
    let mapping = mapping().unwrap();
    let named: BTreeSet<&str> = mapping.frameworks.iter().flat_map(|f| &f.controls).flat_map(Control::tests).collect();
    assert_eq!(named, BTreeSet::from(ALL));
    for id in ALL {
        assert!(of_test(id).iter().any(|c| c.framework == "SOC 2" || c.framework.starts_with("ISO")), "{id}");
    }
}

#[test]
fn no_control_is_listed_twice_and_no_test_twice_under_one() {
    for framework in &mapping().unwrap().frameworks {
        let ids: BTreeSet<&str> = framework.controls.iter().map(|c| c.id.as_str()).collect();
        assert_eq!(ids.len(), framework.controls.len(), "{}", framework.id);
        for control in &framework.controls {
            assert_eq!(control.tests().collect::<BTreeSet<_>>().len(), control.tests().count(), "{}", control.id);
        }
    }
}

#[test]
fn a_test_says_of_each_control_how_strongly_and_by_which_edition() {
    let found = of_test("DEP-01");
    let of = |id: &str| found.iter().find(|c| c.id == id).unwrap();
    assert_eq!(of("CC6.2").strength, Strength::Direct);
    assert_eq!(of("PS-4(2)").strength, Strength::Supporting);
    assert_eq!(of("GV.RR-04").strength, Strength::Context);
    assert_eq!((of("8.2.5").framework.as_str(), of("8.2.5").edition.as_str()), ("PCI DSS", "Version 4.0.1"));
    assert!(found.iter().all(|c| c.basis == "author" && !c.mapping_version.is_empty()));
    assert_eq!(found.iter().filter(|c| c.first_of_framework).count(), 6);
    assert_eq!(of_test("XXX-99"), []);
}

#[test]
fn rows_show_the_tests_that_ran_and_only_those() {
    let model = fixture::full();
    let row = |id: &str| model.soc2.iter().find(|r| r.id == id).unwrap();
    let tests = |id: &str| row(id).tests.iter().map(|t| t.id.as_str()).collect::<Vec<_>>();
    assert_eq!(tests("CC6.2"), ["DEP-01", "TRC-01", "VCH-01"]);
    assert!(row("CC6.2").has_evidence && !row("CC5.1").has_evidence, "SOD tests are not in the fixture");
    assert_eq!(tests("CC5.1"), Vec::<&str>::new());
    let frameworks: Vec<&str> = model.crosswalk.iter().map(|c| c.framework.as_str()).collect();
    assert_eq!(frameworks, ["NIST SP 800-53", "NIST CSF", "PCI DSS", "HIPAA"]);
    assert!(model.crosswalk.iter().all(|c| c.rows.iter().any(|r| r.has_evidence)));
    assert!(fixture::empty().crosswalk.iter().flat_map(|c| &c.rows).all(|r| !r.has_evidence && r.tests.is_empty()));
}

// Whatever a test concludes, the control beside it gets no result of its own.
#[test]
fn a_row_repeats_the_conclusions_of_its_tests() {
    let model = fixture::full();
    let rows = model.soc2.iter().chain(&model.iso27001).chain(model.crosswalk.iter().flat_map(|c| &c.rows));
    let mut seen = 0;
    for cell in rows.flat_map(|r| &r.tests) {
        let test = model.tests.iter().find(|t| t.id == cell.id).unwrap();
        assert_eq!((cell.conclusion, &cell.conclusion_words), (test.conclusion, &test.conclusion_words));
        assert_ne!(cell.conclusion, Conclusion::NotTested);
        seen += 1;
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn the_organisations_wording_stands_beside_its_control() {
    let model = fixture::full();
    let row = |id: &str| model.iso27001.iter().find(|r| r.id == id).unwrap();
    let worded = row("A.5.18");
    assert_eq!(
        worded.organization_control.text,
        "AC-07: Access is requested, approved and removed in the directory. (owner: head of platform)"
    );
    assert_eq!(worded.soa.text, "applicable: access to Databricks is in scope");
    assert!(!row("A.5.16").organization_control.given && !row("A.5.16").soa.given);
    // A control that no test bears on gets a row of its own, before those that are many in one.
    let (own, rest) = (row("A.7.1"), model.iso27001.last().unwrap());
    assert!(own.organization_control.given && !own.has_evidence);
    assert_eq!(rest.id, "All other Annex A controls");
}
