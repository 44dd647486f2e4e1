use chrono::{DateTime, Offset, Timelike};
use proptest::prelude::*;

use super::*;

const ZONES: [Tz; 8] = [
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kolkata,
    Tz::Pacific__Apia,
    Tz::America__Sao_Paulo,
    Tz::Africa__Casablanca,
    Tz::UTC,
];

fn at(text: &str, zone: Option<Tz>) -> Result<(String, bool), String> {
    let moment = moment(text, zone).map_err(Cow::into_owned)?;
    let utc = DateTime::from_timestamp_micros(moment.micros).expect("in range");
    Ok((utc.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(), moment.ambiguous))
}

fn read(text: &str, zone: Option<Tz>) -> (String, bool) {
    at(text, zone).unwrap_or_else(|reason| panic!("{text}: {reason}"))
}

#[test]
fn times_are_read_in_the_declared_zone() {
    let berlin = Some(Tz::Europe__Berlin);
    for (text, utc) in [
        ("2026-07-01 10:00:00,353", "2026-07-01T08:00:00.353000Z"),
        ("2026-01-01 10:00:00,353", "2026-01-01T09:00:00.353000Z"),
        ("2026-07-01 5:00:00,353", "2026-07-01T03:00:00.353000Z"),
        ("2026-07-01T10:00:00,353", "2026-07-01T08:00:00.353000Z"),
        ("2026-07-01 10:00:00.353123999", "2026-07-01T08:00:00.353123Z"),
        ("2026-07-01 10:00:00", "2026-07-01T08:00:00.000000Z"),
        ("Jul 01 2026 10:00:00.353", "2026-07-01T08:00:00.353000Z"),
        ("Jul. 1 2026 10:00:00", "2026-07-01T08:00:00.000000Z"),
        ("1782892800353", "2026-07-01T08:00:00.353000Z"),
    ] {
        assert_eq!(read(text, berlin), (utc.to_owned(), false), "{text}");
    }
}

#[test]
fn an_offset_needs_no_zone_and_wins_over_it() {
    for zone in [None, Some(Tz::Asia__Kolkata)] {
        for text in [
            "2026-07-01 10:00:00,353+0200",
            "2026-07-01 10:00:00,353 +02:00",
            "2026-07-01T08:00:00.353Z",
            "2026-07-01 08:00:00,353 UTC",
            "2026-07-01 02:30:00,353-05:30",
            "Jul 01 2026 08:00:00.353 GMT",
        ] {
            assert_eq!(read(text, zone), ("2026-07-01T08:00:00.353000Z".to_owned(), false), "{text}");
        }
    }
}

#[test]
fn without_zone_and_offset_the_time_is_refused() {
    let reason = at("2026-07-01 10:00:00,353", None).unwrap_err();
    assert!(reason.contains("declare `zone` for this source"), "{reason}");
}

#[test]
fn an_hour_shown_twice_is_the_first_one_and_an_hour_skipped_is_none() {
    for (text, zone, utc) in [
        ("2026-10-25 02:30:00,000", Tz::Europe__Berlin, "2026-10-25T00:30:00.000000Z"),
        ("2026-10-25 02:00:00,000", Tz::Europe__Berlin, "2026-10-25T00:00:00.000000Z"),
        ("2026-10-25 02:59:59,999", Tz::Europe__Berlin, "2026-10-25T00:59:59.999000Z"),
        ("2026-11-01 01:30:00,000", Tz::America__New_York, "2026-11-01T05:30:00.000000Z"),
        ("2026-04-05 01:45:00,000", Tz::Australia__Lord_Howe, "2026-04-04T14:45:00.000000Z"),
    ] {
        assert_eq!(read(text, Some(zone)), (utc.to_owned(), true), "{text}");
    }
    for (text, utc) in [
        ("2026-10-25 01:59:59,999", "2026-10-24T23:59:59.999000Z"),
        ("2026-10-25 03:00:00,000", "2026-10-25T02:00:00.000000Z"),
        ("2026-03-29 01:59:59,999", "2026-03-29T00:59:59.999000Z"),
        ("2026-03-29 03:00:00,000", "2026-03-29T01:00:00.000000Z"),
    ] {
        assert_eq!(read(text, Some(Tz::Europe__Berlin)), (utc.to_owned(), false), "{text}");
    }
    // An offset tells the two apart.
    let second = read("2026-10-25 02:30:00,000 +01:00", Some(Tz::Europe__Berlin));
    assert_eq!(second, ("2026-10-25T01:30:00.000000Z".to_owned(), false));
    for (text, zone) in [
        ("2026-03-29 02:00:00,000", Tz::Europe__Berlin),
        ("2026-03-29 02:59:59,999", Tz::Europe__Berlin),
        ("2026-03-08 02:30:00,000", Tz::America__New_York),
        // A whole day that Samoa left out.
        ("2011-12-30 12:00:00,000", Tz::Pacific__Apia),
    ] {
        let reason = at(text, Some(zone)).unwrap_err();
        assert!(reason.ends_with("its clocks skipped"), "{text}: {reason}");
    }
}

#[test]
fn other_spellings_are_refused() {
    for text in [
        "",
        "noon",
        "2026-07-01",
        "2026-7-1 08:00:00,000",
        "2026-02-30 08:00:00,000",
        "2026-07-01 24:00:00,000",
        "2026-07-01 08:60:00,000",
        "2026-07-01 08:00:60,000",
        "2026-07-01 08:00:00,",
        "2026-07-01 08:00:00,000 CET",
        "2026-07-01 08:00:00,000 Europe/Berlin",
        "2026-07-01 08:00:00,000 Zulu",
        "2026-07-01 08:00:00,000 +99:00",
        "2026-07-01 08:00:00,000 +2",
        "01/07/2026 08:00:00",
        "Juli 01 2026 08:00:00",
        "1782892800",
        "2026-07-01 08:00:00,000é",
    ] {
        let reason = at(text, Some(Tz::UTC)).unwrap_err();
        assert!(reason.starts_with("/time: expected a time like"), "{text}: {reason}");
    }
}

#[test]
fn a_line_is_parted_behind_its_time() {
    for (line, time, rest) in [
        ("2026-07-01 08:00:00,000| tid:a| SSO", "2026-07-01 08:00:00,000", "| tid:a| SSO"),
        ("2026-07-01 8:00:00,000 | c", "2026-07-01 8:00:00,000", " | c"),
        ("2026-07-01 08:00:00,000 +0200 trackingid=x", "2026-07-01 08:00:00,000 +0200", " trackingid=x"),
        ("2026-07-01 08:00:00,000 Zeus=x", "2026-07-01 08:00:00,000", " Zeus=x"),
        ("2026-07-01 08:00:00,000", "2026-07-01 08:00:00,000", ""),
    ] {
        assert_eq!(leading(line), Some((time, rest)), "{line}");
    }
    for line in ["", "tid:a| SSO", "2026-07-01 08:00:00,000é|", "at com.example.Main(Main.java:1)", "20260701 08:00:00"]
    {
        assert_eq!(leading(line), None, "{line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_a_server_prints_is_read_back_to_the_same_instant_or_to_its_twin(
        seconds in 1_000_000_000i64..2_000_000_000, millis in 0i64..1000, zone in prop::sample::select(&ZONES[..]), padded: bool,
    ) {
        let micros = seconds * 1_000_000 + millis * 1000;
        let local = DateTime::from_timestamp_micros(micros).expect("in range").with_timezone(&zone);
        let format = if padded { "%Y-%m-%d %H:%M:%S" } else { "%Y-%m-%d %-H:%M:%S" };
        let text = format!("{},{millis:03}", local.format(format));
        let found = moment(&text, Some(zone)).expect("a time that was printed exists");
        if found.ambiguous {
            // The first of two instants: never later than the true one, and the same on the clock.
            prop_assert!(found.micros <= micros);
            let twin = DateTime::from_timestamp_micros(found.micros).expect("in range").with_timezone(&zone);
            prop_assert_eq!(twin.naive_local(), local.naive_local());
        } else {
            prop_assert_eq!(found.micros, micros);
        }
        // With its offset the same time has but one meaning, whatever is declared.
        let offset = local.offset().fix();
        let whole_minutes = offset.local_minus_utc() % 60 == 0;
        if whole_minutes {
            let exact = moment(&format!("{text} {offset}"), None).expect("a time with offset");
            prop_assert_eq!(exact, Moment { micros, ambiguous: false });
        }
    }

    #[test]
    fn every_local_time_is_once_twice_or_never(
        days in 10_000i32..22_000, minutes in 0u32..1440, zone in prop::sample::select(&ZONES[..]),
    ) {
        let date = NaiveDate::from_num_days_from_ce_opt(719_163 + days).expect("in range");
        let local = date.and_hms_opt(minutes / 60, minutes % 60, 0).expect("a time of day");
        let text = format!("{}", local.format("%Y-%m-%d %H:%M:%S,000"));
        match moment(&text, Some(zone)) {
            Ok(found) => {
                let back = DateTime::from_timestamp_micros(found.micros).expect("in range").with_timezone(&zone);
                prop_assert_eq!(back.naive_local(), local);
                prop_assert_eq!(back.nanosecond(), 0);
                let count = zone.from_local_datetime(&local).latest().map(|l| l.timestamp_micros() != found.micros);
                prop_assert_eq!(count, Some(found.ambiguous));
            }
            Err(_) => prop_assert_eq!(zone.from_local_datetime(&local), LocalResult::None),
        }
    }

    #[test]
    fn order_within_an_offset_is_kept(
        seconds in 1_000_000_000i64..2_000_000_000, step in 1i64..3600, zone in prop::sample::select(&ZONES[..]),
    ) {
        let print = |s: i64| {
            let local = DateTime::from_timestamp(s, 0).expect("in range").with_timezone(&zone);
            (local.offset().fix(), format!("{},000", local.format("%Y-%m-%d %H:%M:%S")))
        };
        let ((one, first), (other, second)) = (print(seconds), print(seconds + step));
        if one == other {
            let (first, second) = (moment(&first, Some(zone)).unwrap(), moment(&second, Some(zone)).unwrap());
            if first.ambiguous == second.ambiguous {
                prop_assert_eq!(second.micros - first.micros, step * 1_000_000);
            }
        }
    }

    #[test]
    fn no_text_makes_the_clock_panic(text in ".{0,40}", shaped in "[0-9]{1,4}[-:, T.+Z0-9é|]{0,30}") {
        for text in [text, shaped] {
            let _ = moment(&text, Some(Tz::Europe__Berlin));
            let _ = leading(&text);
        }
    }
}
