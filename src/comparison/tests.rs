use std::ops::Range;

use super::cause::Origin;
use super::side::{InputFacts, TestFacts};
use super::*;

const SECOND_QUARTER: Range<i64> = 100..200;
const THIRD_QUARTER: Range<i64> = 200..300;

fn judged(verdict: Verdict, reason: &str, time: i64) -> Judged {
    Judged {
        verdict,
        reason: reason.to_owned(),
        severity: "high".to_owned(),
        waiver_id: None,
        time,
        scope: None,
        subject: None,
        object: None,
        event_ids: vec!["e".to_owned()],
    }
}

fn exception(time: i64) -> Judged {
    judged(Verdict::Exception, "late", time)
}

fn waived(by: &str) -> Judged {
    Judged { waiver_id: Some(by.to_owned()), ..judged(Verdict::Waived, "late", 150) }
}

/// A package of one test that read one file.
fn side(period: Range<i64>) -> Side {
    let settings = BTreeMap::from([("skew".to_owned(), "5m".to_owned())]);
    let test = TestFacts { version: "1".to_owned(), settings, cut_off: period.end + 10 };
    let mut side = Side {
        period,
        tool_version: "0.1.0".to_owned(),
        config_sha256: "c".to_owned(),
        inputs: BTreeMap::new(),
        declared: BTreeSet::new(),
        tests: BTreeMap::from([("T".to_owned(), test)]),
    };
    reads(&mut side, "old", Some((100, 190)));
    side
}

fn reads(side: &mut Side, name: &str, times: Option<(i64, i64)>) {
    side.inputs.insert(name.to_owned(), InputFacts { path: format!("{name}.json"), times });
}

/// Two packages of the same period, but for what is done to the second.
fn grounds(period: Range<i64>, but: impl FnOnce(&mut Side)) -> Grounds {
    let mut now = side(period);
    but(&mut now);
    Grounds { before: side(SECOND_QUARTER), now, origins: BTreeMap::new() }
}

/// The same, where the item's record stands in a file and happened at that time.
fn of_record(period: Range<i64>, file: &str, time: i64) -> Grounds {
    let mut grounds = grounds(period, |now| {
        reads(now, "new", Some((0, 1000)));
        now.config_sha256 = "another, since it names the package before".to_owned();
    });
    grounds.origins.insert("e".to_owned(), Origin { time, files: vec![file.to_owned()] });
    grounds
}

fn caused(before: Option<&Judged>, now: Option<&Judged>, grounds: &Grounds) -> Cause {
    let (cause, proof) = cause::cause("T", before, now, grounds);
    assert!(proof.is_some_and(|p| !p.is_empty()), "{cause:?} without a proof");
    cause
}

#[test]
fn what_became_of_an_item_follows_from_both_verdicts() {
    let pass = judged(Verdict::Pass, "matched", 150);
    let undetermined = judged(Verdict::Undetermined, "coverage_gap", 150);
    let out = judged(Verdict::NotApplicable, "superseded", 150);
    let missing = judged(Verdict::Exception, "missing", 150);
    let of = |before: Option<&Judged>, now: Option<&Judged>| Change::of(before, now);
    let late = exception(150);
    assert_eq!(of(None, Some(&late)), Some(Change::New));
    for before in [&pass, &undetermined, &out] {
        assert_eq!(of(Some(before), Some(&late)), Some(Change::New), "{before:?}");
        assert_eq!(of(Some(before), Some(before)), None);
        assert_eq!(of(Some(before), None), None);
        assert_eq!(of(None, Some(before)), None);
    }
    assert_eq!(of(Some(&late), Some(&late)), Some(Change::Continuing));
    assert_eq!(of(Some(&late), Some(&missing)), Some(Change::Changed));
    assert_eq!(of(Some(&late), Some(&waived("W"))), Some(Change::Changed));
    assert_eq!(of(Some(&waived("W")), Some(&waived("W"))), Some(Change::Continuing));
    assert_eq!(of(Some(&waived("W")), Some(&waived("V"))), Some(Change::Changed));
    assert_eq!(of(Some(&late), Some(&undetermined)), Some(Change::Changed), "doubt resolves nothing");
    assert_eq!(of(Some(&late), Some(&pass)), Some(Change::Resolved));
    assert_eq!(of(Some(&waived("W")), Some(&out)), Some(Change::Resolved));
    assert_eq!(of(Some(&late), None), Some(Change::NoLongerJudged));
}

#[test]
fn an_item_that_one_period_leaves_out_is_missing_for_that() {
    let version = |now: &mut Side| now.tests.get_mut("T").unwrap().version = "2".to_owned();
    let later = grounds(THIRD_QUARTER, version);
    assert_eq!(caused(None, Some(&exception(200)), &later), Cause::Period);
    assert_eq!(caused(Some(&exception(199)), None, &later), Cause::Period);
    // The same test in the same period: the version it is.
    let same = grounds(SECOND_QUARTER, version);
    assert_eq!(caused(None, Some(&exception(199)), &same), Cause::RuleVersion);
    // Judged in both, or by something else than its time: the period is no proof.
    assert_eq!(caused(Some(&exception(199)), Some(&exception(199)), &later), Cause::RuleVersion);
    assert_eq!(caused(None, Some(&exception(300)), &later), Cause::RuleVersion);
    assert_eq!(caused(Some(&exception(99)), None, &later), Cause::RuleVersion);
}

#[test]
fn records_that_were_not_at_hand_are_late_or_new() {
    let late = exception(150);
    assert_eq!(caused(None, Some(&late), &of_record(SECOND_QUARTER, "new", 209)), Cause::LateData);
    assert_eq!(caused(None, Some(&late), &of_record(SECOND_QUARTER, "new", 210)), Cause::NewEvents);
    assert_eq!(
        caused(Some(&late), Some(&judged(Verdict::Pass, "matched", 150)), &of_record(SECOND_QUARTER, "new", 150)),
        Cause::LateData
    );
    assert_eq!(caused(None, Some(&late), &of_record(SECOND_QUARTER, "old", 150)), Cause::Unknown, "it was at hand");
    let next = exception(250);
    assert_eq!(caused(None, Some(&next), &of_record(THIRD_QUARTER, "new", 250)), Cause::NewEvents);
    assert_eq!(caused(None, Some(&next), &of_record(THIRD_QUARTER, "old", 250)), Cause::Period);
    assert_eq!(
        caused(None, Some(&exception(205)), &of_record(THIRD_QUARTER, "new", 205)),
        Cause::Period,
        "its time was at hand, its period not"
    );
    let earlier = exception(50);
    assert_eq!(caused(None, Some(&earlier), &of_record(0..100, "new", 500)), Cause::Period, "nothing earlier is new");
}

#[test]
fn a_record_that_may_have_been_at_hand_is_no_proof() {
    let with = |but: fn(&mut Grounds)| {
        let mut found = of_record(SECOND_QUARTER, "new", 150);
        but(&mut found);
        caused(None, Some(&exception(150)), &found)
    };
    assert_eq!(with(|_| {}), Cause::LateData);
    let is_repeated = |g: &mut Grounds| g.origins.values_mut().for_each(|o| o.files.push("old".to_owned()));
    assert_eq!(with(is_repeated), Cause::Unknown, "a file that was read repeats it");
    assert_eq!(with(|g| reads(&mut g.before, "gone", Some((150, 150)))), Cause::Unknown, "it may have stood there");
    assert_eq!(with(|g| reads(&mut g.before, "gone", Some((151, 160)))), Cause::LateData);
    assert_eq!(with(|g| reads(&mut g.before, "gone", Some((140, 149)))), Cause::LateData);
    assert_eq!(with(|g| reads(&mut g.before, "gone", None)), Cause::LateData, "it held nothing");
}

#[test]
fn a_file_is_the_record_of_an_item_about_it() {
    let about = |path: &str| Judged { event_ids: Vec::new(), object: Some(path.to_owned()), ..exception(150) };
    let with = |times| {
        grounds(SECOND_QUARTER, |now| {
            reads(now, "new", times);
            now.config_sha256 = "d".to_owned();
        })
    };
    assert_eq!(caused(None, Some(&about("new.json")), &with(Some((150, 160)))), Cause::LateData);
    assert_eq!(caused(None, Some(&about("new.json")), &with(Some((210, 260)))), Cause::NewEvents);
    assert_eq!(caused(None, Some(&about("new.json")), &with(None)), Cause::Unknown);
    assert_eq!(caused(None, Some(&about("old.json")), &with(Some((150, 160)))), Cause::Unknown);
}

#[test]
fn a_waiver_explains_the_verdict_and_not_the_deviation() {
    let same = grounds(SECOND_QUARTER, |now| now.config_sha256 = "d".to_owned());
    assert_eq!(caused(Some(&exception(150)), Some(&waived("W")), &same), Cause::Waiver);
    assert_eq!(caused(Some(&waived("W")), Some(&exception(150)), &same), Cause::Waiver);
    assert_eq!(caused(Some(&waived("W")), Some(&waived("V")), &same), Cause::Waiver);
    let other_reason = Judged { reason: "missing".to_owned(), ..waived("W") };
    assert_eq!(
        caused(Some(&exception(150)), Some(&other_reason), &same),
        Cause::Config,
        "the configuration alone differs"
    );
    assert_eq!(caused(Some(&waived("W")), Some(&judged(Verdict::Pass, "matched", 150)), &same), Cause::Config);
    assert_eq!(caused(None, Some(&waived("W")), &same), Cause::Config);
}

#[test]
fn settings_of_the_test_come_before_what_is_left_over() {
    let found = grounds(SECOND_QUARTER, |now| {
        now.tests.get_mut("T").unwrap().settings.insert("skew".to_owned(), "1h".to_owned());
        reads(now, "new", Some((150, 160)));
        now.config_sha256 = "d".to_owned();
    });
    let (cause, proof) = cause::cause("T", None, Some(&exception(150)), &found);
    assert_eq!((cause, proof.as_deref()), (Cause::Config, Some("skew: 5m, then 1h")));
    let of_other_test = grounds(SECOND_QUARTER, |now| {
        now.tests.insert("U".to_owned(), TestFacts::default());
        reads(now, "new", Some((150, 160)));
        now.config_sha256 = "d".to_owned();
    });
    assert_eq!(caused(None, Some(&exception(150)), &of_other_test), Cause::Unknown);
}

#[test]
fn one_difference_alone_is_the_cause_and_two_are_none() {
    type Make = fn(&mut Side);
    let inputs: Make = |now| reads(now, "new", Some((150, 160)));
    let config: Make = |now| now.config_sha256 = "d".to_owned();
    let declared: Make = |now| now.declared.extend(["h".to_owned()]);
    let program: Make = |now| now.tool_version = "0.2.0".to_owned();
    let period: Make = |now| now.period = 100..300;
    let all = [
        (inputs, Cause::LateData),
        (config, Cause::Config),
        (declared, Cause::Config),
        (program, Cause::RuleVersion),
        (period, Cause::Period),
    ];
    for (number, (make, expected)) in all.iter().enumerate() {
        assert_eq!(caused(None, Some(&exception(150)), &grounds(SECOND_QUARTER, make)), *expected, "{number}");
        for (other, (more, _)) in all.iter().enumerate().filter(|(other, _)| *other != number) {
            let both = grounds(SECOND_QUARTER, |now| {
                make(now);
                more(now);
            });
            assert_eq!(caused(None, Some(&exception(150)), &both), Cause::Unknown, "{number} and {other}");
        }
    }
    assert_eq!(caused(None, Some(&exception(150)), &grounds(SECOND_QUARTER, |_| {})), Cause::Unknown);
}

#[test]
fn inputs_alone_say_late_or_new_only_where_all_of_them_are() {
    let with = |files: &[Option<(i64, i64)>]| {
        let found = grounds(SECOND_QUARTER, |now| {
            files.iter().enumerate().for_each(|(number, times)| reads(now, &format!("new{number}"), *times));
        });
        caused(None, Some(&exception(150)), &found)
    };
    assert_eq!(with(&[Some((150, 209))]), Cause::LateData);
    assert_eq!(with(&[Some((150, 210))]), Cause::Unknown);
    assert_eq!(with(&[Some((210, 300))]), Cause::NewEvents);
    assert_eq!(with(&[Some((150, 160)), Some((250, 260))]), Cause::Unknown);
    assert_eq!(with(&[None]), Cause::Unknown);
    let gone = grounds(SECOND_QUARTER, |now| {
        now.inputs.clear();
        reads(now, "new", Some((150, 160)));
    });
    assert_eq!(caused(None, Some(&exception(150)), &gone), Cause::Unknown, "what is gone may be the cause");
}

#[test]
fn age_runs_from_the_item_to_the_cut_off_while_it_deviates() {
    let mut found = grounds(SECOND_QUARTER, |_| {});
    found.now.tests.get_mut("T").unwrap().cut_off = 3 * DAY;
    let key = ("T".to_owned(), "i".to_owned());
    let age = |before: &Judged, now: Option<&Judged>| row(&key, Some(before), now, &found).unwrap().age_days;
    for (time, days) in [(0, Some(3)), (1, Some(2)), (3 * DAY, Some(0)), (3 * DAY + 1, None)] {
        assert_eq!(age(&exception(time), Some(&exception(time))), days, "{time}");
    }
    assert_eq!(age(&exception(0), Some(&judged(Verdict::Pass, "matched", 0))), None);
    assert_eq!(age(&exception(0), None), None);
}

#[test]
fn what_continues_has_no_cause() {
    let key = ("T".to_owned(), "i".to_owned());
    let found = grounds(SECOND_QUARTER, |now| now.config_sha256 = "d".to_owned());
    let continuing = row(&key, Some(&exception(150)), Some(&exception(150)), &found).unwrap();
    assert_eq!((continuing.change, continuing.cause, continuing.proof), (Change::Continuing, None, None));
    assert_eq!(row(&key, None, Some(&judged(Verdict::Pass, "matched", 150)), &found), None);
}
