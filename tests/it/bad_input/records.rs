//! Files that are broken, cut off, or something else than they seem.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tickmark::change::CHANGES;
use tickmark::event::EVENTS;
use tickmark::lake::REJECTS;

use super::{line, line_with, record};
use crate::support::{Place, assert_ties_out, lake_rows};

/// Ingests one file. Gives line and reason of its rejects, and asserts how many events it holds.
fn rejects(name: &str, bytes: impl AsRef<[u8]>, accepted: usize) -> Vec<(u64, String)> {
    let place = Place::new();
    place.write(&format!("in/{name}"), bytes);
    let ran = place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    assert_ties_out(&place.path("lake"));
    assert_eq!(lake_rows(&place.path("lake"), &EVENTS).len(), accepted, "{name}");
    let mut found = Vec::new();
    for row in lake_rows(&place.path("lake"), &REJECTS) {
        assert_eq!(row["path"], format!("in/{name}"));
        found.push((row["line"].parse().unwrap(), row["reason"].clone()));
    }
    let told = ran.text();
    assert_eq!(told.contains("Rejected"), !found.is_empty(), "{told}");
    if let Some((line, _)) = found.first() {
        assert!(told.contains(&format!("in/{name}: {} records", found.len())), "{told}");
        assert!(told.contains(&format!("line {line}: ")), "{told}");
    }
    if !found.is_empty() {
        let strict = place.run(&["ingest", "--lake", "other", "--max-rejects", "0", "in"]).ends(4);
        strict.says(&["rejected, 0 allowed", "left out as a whole"]);
        assert_eq!(lake_rows(&place.path("other"), &EVENTS).len(), 0, "{name}");
        let all = ["ingest", "--lake", "third", "--max-rejects", "0", "--keep-going", "in"];
        place.run(&all).ends(4).says(&["rejected, 0 allowed"]);
        assert_eq!(lake_rows(&place.path("third"), &EVENTS).len(), accepted, "{name}");
    }
    found
}

/// Asserts where the rejects are and what they are for.
fn assert_rejects(name: &str, bytes: impl AsRef<[u8]>, accepted: usize, expected: &[(u64, &str)]) {
    let found = rejects(name, bytes, accepted);
    assert_eq!(found.len(), expected.len(), "{name}: {found:?}");
    for ((line, reason), (expected_line, words)) in found.iter().zip(expected) {
        assert!(line == expected_line && reason.contains(words), "{name}: {found:?}");
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_is_cut_off_is_rejected_at_its_place_and_the_rest_is_read() {
    assert_rejects("empty.json", "", 0, &[]);
    let (first, second) = (line(1), line(2));
    assert_rejects("cut.json", format!("{first}{}", &second[..80]), 1, &[(2, "the file ends inside this line")]);
    let array = format!("[{},{},{}", record(1), record(2), &second[..50]);
    assert_rejects("array.json", array, 2, &[(3, "the file ends inside this record")]);
    let packed = gzip(&(10..500).map(line).collect::<String>());
    let place = Place::new();
    place.write("in/cut.json.gz", &packed[..packed.len() * 2 / 3]);
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    assert_ties_out(&place.path("lake"));
    let events = lake_rows(&place.path("lake"), &EVENTS).len();
    let rejects = lake_rows(&place.path("lake"), &REJECTS);
    assert!(events > 50 && events < 490, "{events}");
    assert_eq!(rejects.len(), 1);
    assert_eq!(rejects[0]["line"], (events + 1).to_string());
    assert!(rejects[0]["reason"].contains("gzip stream is damaged"), "{rejects:?}");
}

#[test]
fn secrets_in_rows_of_separated_values_go_by_their_columns() {
    let place = Place::new();
    let raw = line(1);
    let cell = |text: &str| format!("\"{}\"", text.trim().replace('"', "\"\""));
    let with = line(2).trim().replacen("{\"", "{\"password\":\"hunter2\",\"", 1);
    let rows = [(raw.trim(), "hunter2", ""), (with.as_str(), "", "one"), ("nothing", "hunter2", "two")];
    let rows: String =
        rows.iter().map(|(record, secret, note)| format!("{},{secret},{note}\n", cell(record))).collect();
    place.write("in/a.csv", format!("_raw,client_secret,note\n{rows}"));
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    assert_ties_out(&place.path("lake"));
    let stored = [&EVENTS, &REJECTS].map(|table| lake_rows(&place.path("lake"), table));
    assert_eq!(stored.each_ref().map(Vec::len), [2, 1]);
    for row in stored.iter().flatten() {
        assert!(!row["raw"].contains("hunter2"), "{row:?}");
    }
}

#[test]
fn what_is_no_json_is_rejected_with_what_it_looks_like() {
    let junk: Vec<u8> = (0..4000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2] | 0x80).collect();
    assert_rejects("junk.json", junk, 0, &[(1, "binary")]);
    let utf16: Vec<u8> = format!("\u{feff}{}", line(1)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_rejects("utf16.json", utf16, 0, &[(1, "UTF-16")]);
    let csv = "time,actor,action\n2026-07-01,ada@example.com,login\n2026-07-02,ada@example.com,login\n";
    // A table is read row by row, even if no source knows it.
    assert_rejects("table.json", csv, 0, &[(2, "no source fits"), (3, "no source fits")]);
    assert_rejects("pair.json", "a,b\n1,2\n", 0, &[(1, "CSV")]);
    assert_rejects("page.json", "<html>\n<body>no</body>\n</html>\n", 0, &[(1, "HTML")]);
    assert_rejects("sheet.json", b"PK\x03\x04rest", 0, &[(1, "zip")]);
}

#[test]
fn invalid_text_inside_a_file_costs_one_line() {
    let mut bytes = line(1).into_bytes();
    bytes.extend(line(2).replace("ada", "\u{1}da").into_bytes().iter().map(|b| if *b == 1 { 0xff } else { *b }));
    bytes.extend(line(3).into_bytes());
    assert_rejects("bytes.json", bytes, 2, &[(2, "invalid UTF-8 at byte")]);
    assert_rejects("nul.json", format!("{}\0\0\0\n{}", line(1), line(2)), 2, &[(2, "not JSON")]);
    assert_rejects("marked.json", format!("\u{feff}{}\r\n{}\r\n", line(1).trim(), line(2).trim()), 2, &[]);
}

#[test]
fn a_value_of_another_type_is_rejected_with_its_path() {
    let wrong: [(&str, Value); 8] = [
        ("timestamp", json!("soon")),
        ("timestamp", json!([])),
        ("serviceName", json!(5)),
        ("actionName", json!(["login"])),
        ("userIdentity", json!("ada")),
        ("requestParams", json!([1])),
        ("workspaceId", json!({})),
        ("response", json!("ok")),
    ];
    let mut text = line(1);
    let mut expected: Vec<(u64, String)> = Vec::new();
    for (number, (key, value)) in wrong.into_iter().enumerate() {
        text += &line_with(10 + number as u64, key, value);
        expected.push((2 + number as u64, format!("/{key}: expected")));
    }
    for other in ["[]", "5", "null", "\"x\""] {
        text += &format!("{other}\n");
        expected.push((2 + expected.len() as u64, "expected an object".to_owned()));
    }
    let expected: Vec<(u64, &str)> = expected.iter().map(|(line, words)| (*line, words.as_str())).collect();
    assert_rejects("types.json", text, 1, &expected);
}

#[test]
fn a_time_that_is_not_what_it_should_be_is_never_guessed() {
    let times = [
        json!("2026-07-01T10:00:00"),
        json!("2026-07-01 10:00:00"),
        json!(1_783_433_100),
        json!("1783433100"),
        json!(-5),
        json!(1e30),
        json!(1_783_433_100_000_000_i64),
        json!(null),
    ];
    let text: String = times.iter().map(|time| line_with(5, "timestamp", time.clone())).collect();
    let expected: Vec<(u64, &str)> = (2..).zip(times.iter().map(|_| "/timestamp")).collect();
    assert_rejects("times.json", line(1) + &text, 1, &expected);

    let okta = |time: &str| {
        json!({ "uuid": "u-1", "published": time, "eventType": "user.session.start", "version": "0",
            "actor": { "id": "a", "type": "User", "alternateId": "ada@example.com" }, "outcome": { "result": "SUCCESS" } })
        .to_string()
            + "\n"
    };
    let text = okta("2026-07-01T10:00:00.000Z") + &okta("July 1st") + &okta("1783433100");
    assert_rejects("okta.json", text, 1, &[(2, "published"), (3, "published")]);
}

#[test]
fn an_unknown_event_is_kept_and_shown_as_unknown() {
    let text =
        line(1) + &line_with(2, "actionName", json!("levitate")) + &line_with(3, "serviceName", json!("teleport"));
    let place = Place::new();
    place.write("in/unknown.json", text);
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    let events = lake_rows(&place.path("lake"), &EVENTS);
    let of = |event_type: &str| events.iter().find(|row| row["event_type"] == event_type).unwrap();
    for event_type in ["accounts.levitate", "teleport.login"] {
        assert_eq!((of(event_type)["mapped"].as_str(), of(event_type)["plane"].as_str()), ("false", "other"));
    }
    assert_eq!(of("accounts.login")["mapped"], "true");
}

#[test]
fn what_is_too_long_or_too_deep_costs_one_line() {
    let long = line_with(2, "requestParams", json!({ "filler": "y".repeat(20 << 20) }));
    assert_rejects("long.json", line(1) + &long + &line(3), 2, &[(2, "is longer than")]);
    let nested = format!("{{\"version\":\"2.0\",\"requestParams\":{}{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    let open = "{\"a\":".repeat(50_000) + "\n";
    let text = line(1) + &nested + &open + &line(4);
    assert_rejects("deep.json", text, 2, &[(2, "nested more than"), (3, "nested more than")]);
}

// A list of changes may name one member twice, and may put somebody in and out again at once.
#[test]
fn a_record_may_bear_on_one_key_more_than_once() {
    let place = Place::new();
    let change = |verb: &str| {
        format!(r#"{{"verb":"{verb}","subject":"bob@example.com","subject_kind":"user","entitlement":"data"}}"#)
    };
    let said = |changes: &[String]| {
        ["authority", "effect"].map(|plane| {
            let time = if plane == "authority" { "2026-07-01T08:00:00Z" } else { "2026-07-01T08:00:05Z" };
            let changes = changes.join(",");
            format!(
                r#"{{"tickmark":1,"time":"{time}","type":"{plane}.{}","plane":"{plane}","outcome":"success","scope":"account","changes":[{changes}]}}"#,
                changes.len()
            ) + "\n"
        })
    };
    let (add, remove) = (change("member.add"), change("member.remove"));
    let twice = said(&[add.clone(), add.clone()]).concat();
    let both = said(&[add.clone(), remove, add]).concat();
    place.write("in/a.jsonl", twice + &both);
    place.write(
        "tickmark.toml",
        "[organization]\nname = \"Example Corp\"\n[[source]]\nid = \"generic\"\npaths = [\"in\"]\n",
    );
    let run = ["run", "--config", "tickmark.toml", "--period", "2026-07", "--lake", "lake", "--out", "out"];
    place.run(&run).ends(0);
    let told = lake_rows(&place.path("lake"), &CHANGES).into_iter().filter(|row| row["plane"] == "effect");
    // The same said twice is one change; but what was undone in between is done again.
    assert_eq!(told.count(), 1 + 3);
}
