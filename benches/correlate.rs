//! How long `tickmark correlate` takes, and in how much memory, as the lake grows.
//!
//! `cargo bench --bench correlate -- [MILLIONS…] [--keep DIR]`, for example `1 3 10`; without arguments 1. Each number is that of
//! effects, and of the authority events that decided them: every person enters and leaves ten groups. `--keep` leaves the lakes in a
//! folder, so that another program can be measured on the same tables.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program of its own that measures and prints"
)]

mod measure;

use std::path::{Path, PathBuf};

use measure::run;
use tickmark::change::CHANGES;
use tickmark::event::EVENTS;
use tickmark::lake::{DUPLICATES, FILES, REJECTS, Rows, Staged, Writer};
use tickmark::schema::{Kind, Table};

const DAY: i64 = 86_400_000_000;
/// 2026-07-01.
const START: i64 = 1_782_864_000_000_000;
/// Changes of one person on either side.
const TURNS: u64 = 20;
const GROUPS: u64 = 200;
const ROWS_AT_ONCE: u64 = 50_000;
const CONFIG: &str = "[organization]\nname = \"Example Corp\"\n[[source]]\nid = \"okta\"\npaths = [\"none\"]\ncovers = \"2026-07-01..2026-10-01\"\n\
    [[source]]\nid = \"databricks\"\npaths = [\"none\"]\ncovers = \"2026-07-01..2026-10-01\"\n\
    [connector]\nprincipals = [\"scim-connector@example.com\"]\n";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let keep = arguments.iter().position(|a| a == "--keep").and_then(|at| arguments.get(at + 1)).map(PathBuf::from);
    let millions: Vec<u64> = arguments.iter().filter_map(|a| a.parse().ok()).collect();
    let millions = if millions.is_empty() { vec![1] } else { millions };
    println!("{:>9} {:>10} {:>12} {:>9}", "millions", "seconds", "changes/s", "peak MB");
    for millions in millions {
        let place = tempfile::tempdir().expect("a folder");
        let place = keep.as_deref().unwrap_or(place.path()).join(millions.to_string());
        std::fs::create_dir_all(&place).expect("a folder");
        let lake = place.join("lake");
        if !lake.exists() {
            fill(&lake, millions * 1_000_000);
        }
        let config = place.join("tickmark.toml");
        std::fs::write(&config, CONFIG).expect("a configuration");
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let (lake, config, out) = (text(&lake), text(&config), text(&place.join("out")));
        let took = run(&["correlate", "--lake", &lake, "--config", &config, "--period", "2026-Q3", "--out", &out]);
        let rate = (2 * millions * 1_000_000) as f64 / took.seconds;
        println!("{millions:>9} {:>10.1} {rate:>12.0} {:>9}", took.seconds, took.peak_mb);
    }
}

/// One change on one side.
#[derive(Clone, Copy)]
struct Turn {
    person: u64,
    turn: u64,
    time: i64,
    is_effect: bool,
}

/// Writes a lake of so many effects, and as many decisions before them.
fn fill(root: &Path, effects: u64) {
    let mut writer = Writer::open_or_create(root).expect("a lake");
    let people = effects / TURNS;
    let mut staged: Vec<Staged> = Vec::new();
    for day in 0..4 * TURNS {
        for is_effect in [false, true] {
            let turns = || {
                (0..people / 4).map(move |n| Turn {
                    person: 4 * n + day % 4,
                    turn: day / 4,
                    time: instant(day, n, people / 4) + if is_effect { 5_000_000 } else { 0 },
                    is_effect,
                })
            };
            let source = if is_effect { "databricks" } else { "okta" };
            let date = chrono::DateTime::from_timestamp_micros(instant(day, 0, 1)).expect("a day").date_naive();
            for table in [&CHANGES, &EVENTS] {
                let batches = batches(table, turns, people / 4);
                let times = Some((instant(day, 0, 1), instant(day, 0, 1) + DAY));
                staged.push(writer.stage(table, Some((source, date.to_string())), times, batches).expect("a file"));
            }
        }
    }
    for table in [&DUPLICATES, &REJECTS] {
        staged.push(writer.stage(table, None, None, std::iter::once(Rows::new(table).finish())).expect("a file"));
    }
    let files = std::iter::once_with(|| {
        let mut rows = Rows::new(&FILES);
        put(&mut rows, &FILES, Turn { person: 0, turn: 0, time: START, is_effect: true });
        rows.finish()
    });
    staged.push(writer.stage(&FILES, None, None, files).expect("a file"));
    writer.commit("bench", staged, START).expect("a batch");
}

fn instant(day: u64, n: u64, of: u64) -> i64 {
    let within = i64::try_from(n * 80_000 / of.max(1)).expect("seconds") * 1_000_000;
    START + i64::try_from(day).expect("a day") * DAY + within
}

fn batches<T: Iterator<Item = Turn>>(
    table: &'static Table,
    turns: impl Fn() -> T,
    count: u64,
) -> impl Iterator<Item = tickmark::error::Result<arrow::array::RecordBatch>> {
    (0..count.div_ceil(ROWS_AT_ONCE)).map(move |at| {
        let mut rows = Rows::new(table);
        let (from, length) = (at * ROWS_AT_ONCE, ROWS_AT_ONCE);
        let skipped = turns().skip(usize::try_from(from).expect("a place"));
        skipped.take(usize::try_from(length).expect("a length")).for_each(|turn| put(&mut rows, table, turn));
        rows.finish()
    })
}

fn put(rows: &mut Rows, table: &Table, turn: Turn) {
    for column in table.columns {
        match column.kind {
            Kind::Text => {
                let text = text(column.name, turn);
                rows.text(*column, text.as_deref().or(column.required.then_some("")));
            }
            Kind::Whole => rows.whole(*column, 1),
            Kind::Flag => rows.flag(*column, true),
            _ => rows.instant(*column, turn.time),
        }
    }
}

fn text(column: &str, turn: Turn) -> Option<String> {
    let is_grant = turn.turn.is_multiple_of(2);
    let number = (turn.person * TURNS + turn.turn) * 2 + u64::from(turn.is_effect);
    let event_id = || format!("{:016x}{number:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let either = |effect: &str, authority: &str| Some(if turn.is_effect { effect } else { authority }.to_owned());
    match column {
        "change_id" => Some(format!("{}-0", event_id())),
        "event_id" => Some(event_id()),
        "request_id" => Some(format!("{number:08x}-0000-4000-8000-000000000000")),
        "native_id" => (!turn.is_effect).then(|| format!("{number:08x}-0000-4000-9000-000000000000")),
        "plane" => either("effect", "authority"),
        "direction" => Some(if is_grant { "grant" } else { "revoke" }.to_owned()),
        "verb" => Some(if is_grant { "member.add" } else { "member.remove" }.to_owned()),
        "subject" => Some(format!("person{}@example.com", turn.person)),
        "subject_id" => Some(if turn.is_effect {
            format!("{}", 7_000_000_000_000_000 + turn.person)
        } else {
            format!("00u{:017}", turn.person)
        }),
        "subject_kind" => Some("user".to_owned()),
        "entitlement_kind" => Some("membership".to_owned()),
        "entitlement" => Some(format!("group-{}", (turn.person * 31 + turn.turn / 2) % GROUPS)),
        "scope" => either("account", "tenant"),
        "actor" => either("scim-connector@example.com", "admin@example.com"),
        "channel" => either("scim", "ui"),
        "endpoint" => turn.is_effect.then(|| "scim".to_owned()),
        "outcome" => Some("success".to_owned()),
        "basis" => Some("record".to_owned()),
        "event_type" => either("accounts.addPrincipalToGroup", "group.user_membership.add"),
        "batch_id" => Some("bench".to_owned()),
        _ => None,
    }
}
