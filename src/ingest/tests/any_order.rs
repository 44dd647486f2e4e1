//! Any order, any split into files and runs, overlaps, growth and compaction between them: one lake.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::change::{CHANGES, STATEMENTS};
use crate::lake::{Compaction, DUPLICATES, compact};
use crate::schema::Table;

/// A record that now and then states who holds something, so that later changes depend on earlier records.
fn told(id: i64) -> String {
    let holds = ["a", "ab", "bc", "", "abc"];
    let day = 20_000 + id % 3;
    match id % 4 {
        0 => {
            let held = holds[usize::try_from(id / 4).unwrap() % holds.len()];
            json!({ "id": id, "t": day, "changes": id % 3, "holds": held }).to_string()
        }
        _ => record(id, day),
    }
}

/// What a lake says, whichever file or run it has it from.
fn said(lake: &Path) -> Vec<DataFrame> {
    let chosen = |table: &Table, by: &str, without: &[&str]| {
        let frame = sorted(lake, table, &[by]);
        frame.drop_many(without.iter().copied())
    };
    let place = ["file_id", "line", "byte_offset"];
    vec![
        chosen(&EVENTS, "event_id", &place),
        chosen(&CHANGES, "change_id", &[]),
        sorted(lake, &STATEMENTS, &["event_id", "ordinal"]),
    ]
}

/// How the records come: for each run the files it finds, each with the records it holds, perhaps more than in the run before.
fn deliveries() -> impl Strategy<Value = Vec<BTreeMap<u8, Vec<i64>>>> {
    let file = proptest::collection::vec(0i64..24, 0..12);
    let run = proptest::collection::btree_map(0u8..5, file, 0..4);
    proptest::collection::vec(run, 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_way_of_delivery_gives_one_lake(runs in deliveries(), compacts in any::<bool>(), tight in any::<bool>()) {
        let place = Place::new();
        // The last run brings whatever is still missing, so that all ways end with the same records.
        let mut files: BTreeMap<u8, Vec<i64>> = BTreeMap::new();
        let rest = BTreeMap::from([(9, (0..24).rev().collect())]);
        for run in runs.into_iter().chain([rest]) {
            for (file, records) in run {
                // A file grows; what it had stays.
                let all = files.entry(file).or_default();
                all.extend(records);
                place.write(&format!("{file}.json"), all.iter().map(|id| told(*id) + "\n").collect::<String>());
            }
            let limits = if tight { Limits { pending: 2000, piece: 500, batch: 700, ..Limits::NORMAL } } else { Limits::NORMAL };
            let Ok(done) = place.ingest_within(&["in"], &place.lake(), limits) else { continue };
            prop_assert_eq!(done.totals.rejected, 0);
            if compacts {
                let compaction = Compaction { source: None, keep_replaced: false, target_bytes: 1 << 27, at_micros: 0 };
                compact(&place.lake(), &compaction).unwrap();
            }
        }
        place.write("../clean/all.json", (0..24).map(|id| told(id) + "\n").collect::<String>());
        let clean = place.path("clean-lake");
        place.ingest_as(&["clean"], &clean).unwrap();
        assert_same(&said(&clean), &said(&place.lake()));
        // Every record that was read is an event, a duplicate or a reject of its file.
        let files = frame(&place.lake(), &FILES);
        let sum = |column: &str| files.column(column).unwrap().i64().unwrap().sum().unwrap_or(0);
        let rows = |table: &Table| i64::try_from(frame(&place.lake(), table).height()).unwrap();
        prop_assert_eq!(sum("accepted"), rows(&EVENTS));
        prop_assert_eq!(sum("duplicate"), rows(&DUPLICATES));
        prop_assert_eq!(sum("records"), rows(&EVENTS) + rows(&DUPLICATES));
    }
}

#[test]
fn a_statement_that_arrives_late_changes_what_the_later_one_changed() {
    let place = Place::new();
    let holds = |id: i64, held: &str| json!({ "id": id, "t": 20_000, "holds": held }).to_string() + "\n";
    let told = |lake: &Path| -> Vec<String> {
        let changes = sorted(lake, &CHANGES, &["change_id"]);
        let text = |name: &str| changes.column(name).unwrap().str().unwrap().clone();
        let (direction, subject, basis) = (text("direction"), text("subject"), text("basis"));
        let mut all: Vec<String> = (0..changes.height())
            .map(|row| [&direction, &subject, &basis].map(|column| column.get(row).unwrap().to_owned()).join(" "))
            .collect();
        all.sort();
        all
    };
    place.write("late.json", holds(3, "bc"));
    place.ingest();
    assert_eq!(told(&place.lake()), ["grant b first_statement", "grant c first_statement"]);
    place.write("early.json", holds(1, "ab"));
    place.ingest();
    assert_eq!(
        told(&place.lake()),
        ["grant a first_statement", "grant b first_statement", "grant c difference", "revoke a difference"]
    );
    let files = Lake::open(&place.lake()).unwrap().live_files(&CHANGES).unwrap();
    assert_eq!(files.len(), 1, "what was worked out before is replaced");
    let before = files;
    assert!(place.ingest().files.iter().all(|f| f.unchanged));
    assert_eq!(
        Lake::open(&place.lake()).unwrap().live_files(&CHANGES).unwrap(),
        before,
        "nothing new, nothing written"
    );
}
