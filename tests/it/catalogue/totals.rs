//! Control totals in COV-02: what they do to the counts.

use super::stage::{Ground, config, outcome, ties_out};

#[test]
fn records_that_a_source_counts_and_no_file_holds_belong_to_the_population() {
    let totals = r#"control_totals = { "okta.json" = 5, "databricks.json" = 0, "gone.json" = 7 }"#;
    let but = [("paths = [\"okta.json\"]", format!("paths = [\"okta.json\"]\n{totals}"))];
    let but: Vec<(&str, &str)> = but.iter().map(|(from, to)| (*from, to.as_str())).collect();
    let (outcomes, _) = Ground::new(&config(&but, ""), |_| {}).outcomes();
    let outcome = outcome(&outcomes, "COV-02");
    ties_out(outcome);
    // One record is read of each log; four and seven are missing, one is too many.
    let counts = outcome.counts;
    assert_eq!((counts.population, counts.pass, counts.exception), (2 + 4 + 7, 1, 1 + 4 + 7));
    let detail = |name: &str| {
        let item = outcome.items.iter().find(|i| i.object.as_deref() == Some(name) && i.reason != "tied_out");
        item.and_then(|i| i.detail.clone()).unwrap()
    };
    assert!(detail("okta.json").starts_with("5 records expected, 1 found, difference -4; sha256 "));
    assert!(detail("databricks.json").starts_with("0 records expected, 1 found, difference +1; sha256 "));
    assert_eq!(detail("gone.json"), "7 records expected, no file of that path was read");
    assert!(outcome.notes.contains(&"3 control totals compared; 11 records missing, 1 too many".to_owned()));
}
