use super::*;
use proptest::prelude::*;

const WEEK: i64 = 168;

fn log(declared: Option<Range<i64>>, counts: &[(i64, i64)], heartbeats: &[i64]) -> Log {
    let heartbeats = heartbeats.iter().map(|hour| (*hour, format!("beats.csv line {hour}"))).collect();
    Log::new(("okta".to_owned(), "tenant".to_owned()), counts.iter().copied().collect(), heartbeats, declared)
}

#[test]
fn an_empty_hour_is_quiet_or_a_hole_by_the_same_hour_of_other_weeks() {
    let busy: Vec<(i64, i64)> = (0..5 * WEEK).filter(|h| h % 24 == 9 && *h != 177).map(|h| (h, 3)).collect();
    let log = log(Some(0..5 * WEEK), &busy, &[]);
    assert_eq!(log.cell(9), Cell::Covered);
    assert_eq!(log.cell(177), Cell::Hole, "busy in the other weeks");
    assert_eq!(log.cell(178), Cell::Quiet, "empty in the other weeks");
    assert_eq!(log.cell(-1), Cell::Hole, "before the evidence");
    assert_eq!(log.cell(5 * WEEK), Cell::Hole, "after the evidence");
    assert_eq!((log.expected(177), log.expected(178)), (Some(3.0), Some(0.0)));
}

#[test]
fn with_few_weeks_other_days_count_and_with_few_days_nothing_is_established() {
    let busy: Vec<(i64, i64)> = (0..7).filter(|d| *d != 3).map(|d| (d * 24 + 9, 1)).collect();
    let week = log(Some(0..WEEK), &busy, &[]);
    assert_eq!(week.cell(3 * 24 + 9), Cell::Hole);
    assert_eq!(week.cell(10), Cell::Quiet);
    let days = |count: i64, declared: bool| log(declared.then_some(0..count * 24), &[(0, 1), (count * 24 - 1, 1)], &[]);
    assert_eq!(days(4, false).cell(10), Cell::Quiet, "three other days");
    assert_eq!(days(3, false).cell(10), Cell::NotEstablished, "two other days");
    assert!(!days(3, false).speaks_for(10));
    assert!(days(3, true).speaks_for(10), "the declared reach is a claim to lean on");
}

#[test]
fn neighbouring_hours_make_one_hole_with_one_id() {
    let counts: Vec<(i64, i64)> = (0..5 * WEEK).filter(|h| !(200..206).contains(h)).map(|h| (h, 2)).collect();
    let log = log(None, &counts, &[]);
    let holes = log.holes(0..5 * WEEK);
    assert_eq!(holes.len(), 1);
    assert_eq!((holes[0].start, holes[0].end), (200 * HOUR, 206 * HOUR));
    assert_eq!(holes[0].id, "Hd860310a", "reports of earlier runs cite it");
    assert_eq!(log.hole_at(203).as_ref(), holes.first());
    assert_eq!(log.first_hole(100, 199), None);
    assert_eq!(log.first_hole(100, 200).as_ref(), holes.first());
    assert_eq!(log.missed(0..5 * WEEK), Some(12.0));
    assert_eq!(log.missed(0..100), None);
}

#[test]
fn a_heartbeat_covers_its_hour_wherever_it_is() {
    let counts: Vec<(i64, i64)> = (0..5 * WEEK).filter(|h| !(200..206).contains(h)).map(|h| (h, 2)).collect();
    let inside = log(None, &counts, &[202, 300]);
    assert_eq!((inside.cell(202), inside.heartbeat(202)), (Cell::Covered, Some("beats.csv line 202")));
    let spans: Vec<(i64, i64)> = inside.holes(0..5 * WEEK).iter().map(|h| (h.start / HOUR, h.end / HOUR)).collect();
    assert_eq!(spans, [(200, 202), (203, 206)]);
    assert_eq!(inside.tally(0..5 * WEEK).by_heartbeat, 1, "hour 300 has records of its own");
    let beyond = log(Some(0..5 * WEEK), &counts, &[5 * WEEK + 2]);
    assert!(beyond.speaks_for(5 * WEEK + 2) && !beyond.speaks_for(5 * WEEK + 1) && !beyond.speaks_for(5 * WEEK + 3));
    let alone = log(None, &[], &[7, 9]);
    assert_eq!((alone.reach.clone(), alone.cell(8), alone.is_empty()), (7..10, Cell::NotEstablished, false));
}

// The export is declared to end; what was delivered all the same proves itself and nothing more.
#[test]
fn a_record_beyond_what_is_declared_covers_nothing() {
    let counts: Vec<(i64, i64)> = (0..4 * WEEK).chain([4 * WEEK + 5]).map(|h| (h, 2)).collect();
    let log = log(Some(0..4 * WEEK), &counts, &[]);
    let stray = 4 * WEEK + 5;
    assert_eq!((log.cell(stray), log.observed(stray), log.is_declared_for(stray)), (Cell::Hole, 2, false));
    assert_eq!(
        log.holes(stray..stray + 1),
        log.holes(4 * WEEK..4 * WEEK + 1),
        "one hole, from where the declaration ends"
    );
    let tally = log.tally(0..4 * WEEK + 24);
    assert_eq!((tally.hour_count, tally.covered, tally.hole, tally.stray_count), (4 * 168 + 24, 4 * 168, 24, 2));
    assert_eq!(log.seen(), Some((0, stray)));
    assert_eq!(log.missed(stray..stray + 2), Some(2.0), "what is at hand was not missed");
}

proptest! {
    // The holes are the hours that are not covered, not quiet, and not claimed by a declaration.
    #[test]
    fn holes_and_cells_agree(
        counts in prop::collection::btree_map(0i64..700, 1i64..4, 0..500),
        beats in prop::collection::vec(-10i64..720, 0..4),
        declared in prop::option::of((0i64..100, 0i64..700)),
        from in -10i64..720,
        length in 0i64..300,
    ) {
        let counts: Vec<(i64, i64)> = counts.into_iter().collect();
        let log = log(declared.map(|(first, length)| first..first + length), &counts, &beats);
        let leans = |hour: i64| match log.cell(hour) {
            Cell::Covered | Cell::Quiet => true,
            Cell::Hole => false,
            Cell::NotEstablished => log.is_declared,
        };
        let first = (from..=from + length).find(|hour| !leans(*hour));
        let found = log.first_hole(from, from + length);
        prop_assert_eq!(found.is_some(), first.is_some());
        if let (Some(hole), Some(hour)) = (found, first) {
            prop_assert!(hole.start / HOUR <= hour && hour < hole.end / HOUR);
            let end = hole.end / HOUR;
            prop_assert!(end > 720 || leans(end) || end == log.reach.start || end == log.reach.end);
        }
        for hour in -12..722 {
            prop_assert_eq!(log.speaks_for(hour), leans(hour), "hour {}", hour);
        }
    }
}
