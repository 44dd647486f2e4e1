//! What the package of a simulated organisation says, beside what its labels say, situation by situation.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{Row, csv_rows, parquet_rows};

/// The tests whose items the labels list, those that pass aside.
const LABELLED: [&str; 8] = ["VCH-02", "TRC-03", "DEP-01", "DEP-02", "PRV-01", "COV-01", "EMG-01", "AUT-02"];

/// How often a situation was judged right.
#[derive(Debug, Default, Clone)]
pub(super) struct Tally {
    pub(super) items: usize,
    pub(super) right: usize,
    /// Items that pass though they must not.
    pub(super) false_passes: usize,
    /// What was expected and what was found instead.
    pub(super) faults: Vec<String>,
}

/// The tallies by situation. What is judged without being labelled counts against the last situation of its subject.
pub(super) type Score = BTreeMap<String, Tally>;

/// One table of labels, and how its rows are found again.
struct Table {
    truth: Vec<Row>,
    found: Vec<Row>,
    /// What a row is about; the first columns tell the record, the last ones whose access.
    key: &'static [&'static str],
    /// How many of them tell the record.
    of_record: usize,
    /// What is said of it.
    said: &'static [&'static str],
}

/// Compares a folder after its run with the labels in it.
pub(super) fn score(folder: &Path) -> Score {
    let truth = |name: &str| csv_rows(&folder.join("truth").join(name));
    let data = |name: &str| parquet_rows(&folder.join("evidence/data").join(name));
    let items = data("items.parquet").into_iter().filter(|row| LABELLED.contains(&row["test_id"].as_str()));
    let tables = [
        Table {
            truth: resolved(truth("vouching.csv")),
            found: resolved(data("vouching.parquet")),
            key: &["effect_request_id", "scope", "verb", "subject", "entitlement"],
            of_record: 3,
            said: &["verdict", "reason", "authority_native_id"],
        },
        Table {
            truth: resolved(truth("tracing.csv")),
            found: resolved(data("tracing.parquet")),
            key: &["authority_native_id", "verb", "direction", "subject", "entitlement"],
            of_record: 3,
            said: &["verdict", "reason", "effect_request_id"],
        },
        Table {
            truth: truth("items.csv"),
            found: items.filter(|row| row["verdict"] != "pass").map(named).collect(),
            key: &["test_id", "event_time", "scope", "subject", "object"],
            of_record: 5,
            said: &["verdict", "reason"],
        },
    ];
    let mut score = Score::new();
    let labels = tables.iter().flat_map(|table| &table.truth).filter(|row| row["situation"] != "workspace_twins");
    let played: BTreeMap<String, String> =
        labels.map(|row| (row["subject"].to_lowercase(), row["situation"].clone())).collect();
    tables.into_iter().for_each(|table| compare(table, &played, &mut score));
    score
}

/// The package names subjects and entitlements by key, in lower case, and the labels by name. Of two who had one name in turn, the
/// second one's key has an id behind a `#`.
fn resolved(mut rows: Vec<Row>) -> Vec<Row> {
    for row in &mut rows {
        for (name, key) in [("subject", "subject_key"), ("entitlement", "entitlement_key")] {
            let name_in_lower_case = row.get(key).unwrap_or_else(|| &row[name]).to_lowercase();
            let name_alone = name_in_lower_case.split('#').next().unwrap_or_default();
            row.insert(name.to_owned(), name_alone.to_owned());
        }
    }
    rows
}

/// The item with the name of its subject alone.
fn named(mut row: Row) -> Row {
    let name = row["subject"].split('#').next().unwrap_or_default().to_owned();
    row.insert("subject".to_owned(), name);
    row
}

fn picked(row: &Row, columns: &[&str]) -> Vec<String> {
    columns.iter().map(|column| row[*column].clone()).collect()
}

fn compare(mut table: Table, played: &BTreeMap<String, String>, score: &mut Score) {
    for label in &table.truth {
        let tally = score.entry(label["situation"].clone()).or_default();
        tally.items += 1;
        let Some(place) = find(&table, label) else {
            tally.faults.push(format!("not judged: {:?}", picked(label, table.key)));
            continue;
        };
        let found = table.found.swap_remove(place);
        let is_key_right = picked(&found, table.key) == picked(label, table.key);
        // Where the labels fix no word for the reason, any word is right.
        let agrees =
            |column: &&str| found[*column] == label[*column] || (*column == "reason" && label[*column].is_empty());
        if is_key_right && table.said.iter().all(agrees) {
            tally.right += 1;
            continue;
        }
        tally.false_passes += usize::from(found["verdict"] == "pass" && label["verdict"] != "pass");
        let columns = [table.key, table.said].concat();
        tally.faults.push(format!("expected {:?}\n     found {:?}", picked(label, &columns), picked(&found, &columns)));
    }
    for row in &table.found {
        let situation = played.get(&row["subject"].to_lowercase()).map_or("unlabelled", String::as_str);
        let tally = score.entry(situation.to_owned()).or_default();
        tally.items += 1;
        tally.faults.push(format!("not labelled: {:?}", picked(row, &[table.key, table.said].concat())));
    }
}

/// The row about the same, else the only row about the same record.
fn find(table: &Table, label: &Row) -> Option<usize> {
    let same = |columns: &[&str]| {
        let wanted = picked(label, columns);
        let mut places = (0..table.found.len()).filter(|at| picked(&table.found[*at], columns) == wanted);
        let first = places.next();
        (first, first.is_some() && places.next().is_none())
    };
    match same(table.key) {
        (Some(place), _) => Some(place),
        _ => match same(&table.key[..table.of_record]) {
            (place, true) => place,
            _ => None,
        },
    }
}
