//! Files that bring more rejects than allowed.

use serde_json::json;

use super::*;
use crate::ingest::fake::content_between_batches;

#[test]
fn a_file_with_too_many_rejects_is_left_out_as_a_whole() {
    let place = Place::new();
    place.write("a.json", lines(0..3));
    place.write("b.json", lines(3..6) + "oops\noops too\n");
    place.write("c.json", lines(6..9) + "oops\n");
    let done = place.ingest_with(&["in"], &place.path("strict"), Limits::NORMAL, Some(0), false).unwrap();
    assert_eq!(done.totals, counts(3, 3, 0, 0, 0));
    let refused: Vec<_> = done.refused.iter().map(|r| (r.tally.path.as_str(), r.tally.counts.rejected)).collect();
    assert_eq!(refused, [("in/b.json", 2), ("in/c.json", 1)]);
    assert_eq!(done.refused[0].rejects[0].0, 4);
    assert_eq!([&EVENTS, &FILES, &REJECTS].map(|t| frame(&place.path("strict"), t).height()), [3, 1, 0]);

    let done = place.ingest_with(&["in"], &place.path("some"), Limits::NORMAL, Some(1), false).unwrap();
    assert_eq!(done.totals, counts(7, 6, 0, 0, 1), "what is tolerated is tolerated in the order of the files");
    let done = place.ingest_with(&["in"], &place.path("all"), Limits::NORMAL, Some(0), true).unwrap();
    assert_eq!((done.totals, done.refused.len()), (counts(12, 9, 0, 0, 3), 0));
    // A refused file is read as soon as it is whole.
    place.write("b.json", lines(3..6));
    let done = place.ingest_with(&["in"], &place.path("strict"), Limits::NORMAL, Some(0), false).unwrap();
    assert_eq!(done.totals, counts(3, 3, 0, 0, 0));
}

#[test]
fn a_streamed_file_with_too_many_rejects_leaves_nothing_behind() {
    let place = Place::new();
    place.write("a.json", lines(0..3));
    let filler = "x".repeat(3000);
    let long = |id: i64| json!({ "id": id, "t": 20_000 + id % 2, "changes": 1, "filler": filler }).to_string() + "\n";
    place.write("b.json", (100..4000).map(long).collect::<String>() + "oops\n" + &long(1));
    place.write("c.json", lines(6..9));
    let limits = Limits { pending: 1 << 20, ..Limits::NORMAL };
    let done = place.ingest_with(&["in"], &place.lake(), limits, Some(0), false).unwrap();
    assert_eq!(done.totals, counts(6, 6, 0, 0, 0));
    assert_eq!(done.refused[0].tally.counts.records, 3902);
    assert_eq!(frame(&place.lake(), &EVENTS).height(), 6);
    let clean = place.path("clean");
    place.ingest_as(&["in/a.json", "in/c.json"], &clean).unwrap();
    assert_same(&content_between_batches(&clean), &content_between_batches(&place.lake()));
}
