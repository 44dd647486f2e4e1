//! Columns are defined once: the contract's names are kept, and the documentation is what the code says.

mod sources;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::CommandFactory as _;
use tickmark::access::columns::ACCESS;
use tickmark::catalogue::{TESTS, WAIVERS, markdown};
use tickmark::change::{CHANGES, STATEMENTS};
use tickmark::cli::Cli;
use tickmark::companion::REGISTERS;
use tickmark::comparison::COMPARISON;
use tickmark::config::Config;
use tickmark::correlate::columns::{ITEMS, RESULTS, TRACING, VOUCHING};
use tickmark::coverage::COVERAGE;
use tickmark::event::EVENTS;
use tickmark::identity::{IDENTITIES, IDENTITY_LINKS};
use tickmark::lake::{DUPLICATES, FILES, REJECTS};
use tickmark::report::controls::of_test;
use tickmark::schema::Table;

const TABLES: [&Table; 16] = [
    &EVENTS,
    &CHANGES,
    &FILES,
    &REJECTS,
    &STATEMENTS,
    &DUPLICATES,
    &VOUCHING,
    &TRACING,
    &ACCESS,
    &ITEMS,
    &RESULTS,
    &WAIVERS,
    &COMPARISON,
    &COVERAGE,
    &IDENTITIES,
    &IDENTITY_LINKS,
];

/// What other people's queries rely on: these columns, in this order; others may stand between them.
/// `source` of events and changes is a hive column and stands in the path.
const CONTRACT: &[(&str, &str)] = &[
    (
        "events",
        "event_id native_id request_id event_time event_type plane outcome outcome_reason actor actor_id actor_kind \
         channel target target_id target_kind scope workspace_id account_id source_ip user_agent session_id file_id \
         line byte_offset byte_length raw",
    ),
    (
        "changes",
        "change_id event_id event_time plane direction verb subject subject_id subject_kind entitlement_kind \
         entitlement entitlement_id privilege securable scope actor channel outcome",
    ),
    (
        "files",
        "file_id path sha256 byte_count source records accepted duplicate filtered rejected first_event_time \
         last_event_time ingested_at",
    ),
    ("rejects", "file_id path line byte_offset reason raw"),
    ("statements", ""),
    ("duplicates", ""),
    (
        "vouching",
        "item_id verdict reason effect_event_id effect_native_id effect_request_id effect_time verb direction \
         subject_key entitlement_key scope authority_event_id authority_native_id authority_time transport_event_id \
         lag_seconds strength candidate_count fan_out_count",
    ),
    (
        "tracing",
        "item_id verdict reason authority_event_id authority_native_id authority_time verb direction subject_key \
         entitlement_key scope effect_event_id effect_native_id effect_request_id effect_time transport_event_id \
         latency_seconds",
    ),
    ("access", "subject entitlement scope from until opened_by closed_by opened_basis closed_basis via"),
    ("items", "test_id item_id verdict reason severity event_time scope actor subject object event_ids"),
    ("results", "test_id test_version conclusion population pass exception waived undetermined not_applicable"),
    (
        "waivers",
        "waiver_id test_id status findings item_count outside_count starts expires requested_by approved_by reason ticket",
    ),
    (
        "comparison",
        "test_id item_id change previous_verdict verdict previous_reason reason cause first_seen_run first_seen_period \
         age_days event_time",
    ),
    ("coverage", "source scope hour observed expected state is_declared heartbeat hole_id"),
    ("identities", "cluster_id kind key first_seen last_seen state candidates"),
    ("identity_links", "cluster_id kind source value_kind value basis valid_from valid_until event_id"),
];

#[test]
fn tables_have_the_columns_that_others_rely_on() {
    for (table, (name, columns)) in TABLES.iter().zip(CONTRACT) {
        assert_eq!(table.name, *name);
        let promised: Vec<&str> = columns.split_whitespace().collect();
        let kept: Vec<&str> = table.columns.iter().map(|c| c.name).filter(|n| promised.contains(n)).collect();
        assert_eq!(kept, promised, "table {name}");
    }
}

#[test]
fn columns_are_named_once_in_snake_case_and_explained() {
    for table in TABLES {
        let mut seen = BTreeSet::new();
        for column in table.columns {
            let place = format!("{}.{}", table.name, column.name);
            assert!(seen.insert(column.name), "{place} stands twice");
            assert!(column.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{place}");
            assert!(column.doc.ends_with('.') && !column.doc.contains('|'), "{place}: {}", column.doc);
        }
    }
}

/// Compares a page of `docs/` with what the code says; `UPDATE_DOCS=1` writes it anew.
fn assert_page(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, expected).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
    let page = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let differs = page.lines().zip(expected.lines()).position(|(is, should)| is != should);
    let line = differs.unwrap_or_else(|| page.lines().count().min(expected.lines().count())) + 1;
    assert!(page == expected, "docs/{name} is out of date from line {line}: UPDATE_DOCS=1 cargo test schema::");
}

#[test]
fn the_schema_page_is_up_to_date() {
    let mut page = "# Tables\n\nThe lake holds `events`, `changes`, `files`, `rejects`, `statements` and `duplicates`; the package holds \
        `vouching`, `tracing`, `access`, `items`, `results`, `waivers`, `comparison`, `coverage`, `identities` and `identity_links` under `data/`.\n\n\
        Generated from the code: `UPDATE_DOCS=1 cargo test schema::` writes it anew.\n"
        .to_owned();
    for table in TABLES {
        page.push('\n');
        page.push_str(&table.markdown());
    }
    assert_page("schema.md", &page);
}

#[test]
fn the_tests_page_is_up_to_date() {
    let mut page = "# Tests\n\nEvery test of the catalogue: what it looks at, why, how it judges, when an exception is none after all, and \
        what it cannot show. The integrity gates come first. Tests of your own are described in [custom-tests.md](custom-tests.md).\n\n\
        Generated from the code: `UPDATE_DOCS=1 cargo test schema::` writes it anew.\n"
        .to_owned();
    for test in TESTS {
        page.push('\n');
        page.push_str(&markdown(test, &of_test(test.id)));
    }
    assert_page("tests.md", &page);
}

#[test]
fn the_page_of_companion_files_is_up_to_date() {
    let mut page = "# Companion files\n\nWhat an organisation keeps beside its logs, declared in the configuration:\n\n\
        ```toml\n[[companion]]\nkind = \"hr_leavers\"\npaths = [\"registers/leavers.csv\"]\nowner = \"People team\"\n```\n\n\
        `paths` are files, folders or globs, relative to the configuration; `owner` is who answers for them. A file is CSV (`.csv`: a \
        header, `,` `;` or tab, quotes as in RFC 4180), JSON (`.json`, `.jsonl`, `.ndjson`: one object a line, or one list of \
        objects) or Parquet (`.parquet`), in UTF-8. Names are compared without regard to case.\n\n\
        Each file is evidence: the package lists its digest, its rows and its owner, and the run id follows from it. A file with an \
        unknown column, a cell that is missing or malformed, or a key that stands twice is refused as a whole, with file and line (of \
        Parquet the row), and the status is 3. What can be read but does not hold is kept, and listed as a finding. Where no file of a \
        kind is declared, what needs it is not tested; an empty file is one that says nothing is there.\n\n\
        A day or instant is RFC 3339 with a zone, or a day such as `2026-07-01` for its midnight in the zone of the reports; an \
        instant is RFC 3339 only. A duration is `90s`, `5m`, `24h` or `30d`. A flag is `true` or `false`. A glob has `*`, `?`, `[...]` \
        and `{a,b}`. A scope is `account`, `tenant`, a workspace id, or a name of `[workspaces]`.\n\n\
        Generated from the code: `UPDATE_DOCS=1 cargo test schema::` writes it anew.\n"
        .to_owned();
    for register in &REGISTERS {
        page.push('\n');
        page.push_str(&register.markdown());
    }
    assert_page("companions.md", &page);
}

#[test]
fn the_example_of_the_configuration_page_is_a_configuration() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md")).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let mut blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let path = folder.path().join("tickmark.toml");
    fs::write(&path, blocks.next().unwrap()).unwrap();
    fs::create_dir(folder.path().join("controls.d")).unwrap();
    fs::write(folder.path().join("controls.d/soc2.toml"), blocks.next().unwrap()).unwrap();
    let config = Config::read(&path).unwrap();
    assert_eq!((config.waivers.len(), config.policies.len(), config.organization_controls.len()), (1, 1, 1));
    assert!(config.runs("CHG-02") && !config.runs("ACC-02"));
}

#[test]
fn the_command_line_page_is_up_to_date() {
    let mut page =
        "# Command line\n\nGenerated from the code: `UPDATE_DOCS=1 cargo test schema::` writes it anew.\n".to_owned();
    // The width is fixed, so that the page does not depend on the terminal.
    let mut command = Cli::command().term_width(100);
    command.build();
    page.push_str(&format!("\n```\n{}\n```\n", trimmed(&command.render_long_help().to_string())));
    for sub in command.get_subcommands_mut().filter(|s| s.get_name() != "help") {
        let help = trimmed(&sub.render_long_help().to_string());
        page.push_str(&format!("\n## `tickmark {}`\n\n```\n{help}\n```\n", sub.get_name()));
    }
    assert_page("cli.md", &page);
}

fn trimmed(help: &str) -> String {
    help.trim_end().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
