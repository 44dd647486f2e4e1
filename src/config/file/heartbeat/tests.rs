use std::path::Path;

use super::super::parse;
use crate::config::Config;
use crate::error::Result;

const HEAD: &str =
    "[organization]\nname = \"Example Corp\"\n[workspaces]\nnames = { \"dbx-prod\" = \"4150000000000001\" }\n";

fn with(table: &str, folder: &Path) -> Result<Config> {
    parse(&format!("{HEAD}{table}"), "t.toml", folder)
}

fn read(files: &[(&str, &str)], table: &str) -> Result<Config> {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    with(table, folder.path())
}

fn lines(config: &Config) -> Vec<String> {
    let line =
        |h: &crate::config::Heartbeat| format!("{} {} {} {}", h.source, h.scope, h.time / 1_000_000, h.reference);
    config.heartbeats.iter().map(line).collect()
}

const CSV: &str = "\u{feff}time,reference,note\n2026-07-03T04:00:00Z,run-77,x\n2026-07-03T07:30:00+02:00, ,\n";
const JSON: &str = "{\"time\":\"2026-07-03T06:00:00Z\",\"source\":\"databricks\",\"scope\":\"dbx-prod\"}\n\n\
                    {\"time\":\"2026-07-03T07:00:00Z\",\"reference\":null,\"page\":0}\n";

#[test]
fn heartbeats_come_from_files_and_from_the_configuration() {
    let table = "[[heartbeat]]\nsource = \"okta\"\nscope = \"tenant\"\npaths = [\"beats/**/*.csv\", \"more\"]\n\
                 at = [\"2026-07-03T09:00:00Z\"]\n";
    let files = [("beats/a/b.csv", CSV), ("more/c.jsonl", JSON), ("beats/other.txt", "no heartbeats")];
    let config = read(&files, table).unwrap();
    assert_eq!(
        lines(&config),
        [
            "databricks 4150000000000001 1783058400 more/c.jsonl line 1",
            "okta tenant 1783051200 run-77",
            "okta tenant 1783056600 beats/a/b.csv line 3",
            "okta tenant 1783062000 more/c.jsonl line 3",
            "okta tenant 1783069200 t.toml line 9",
        ]
    );
    let files: Vec<_> = config.heartbeat_files.iter().map(|f| (f.path.as_str(), f.heartbeat_count)).collect();
    assert_eq!(files, [("beats/a/b.csv", 2), ("more/c.jsonl", 2)]);
    assert!(config.heartbeat_files.iter().all(|f| f.sha256.len() == 64));
}

#[test]
fn a_wrong_heartbeat_is_named_with_file_and_line() {
    let table = "[[heartbeat]]\nsource = \"okta\"\nscope = \"tenant\"\npaths = [\"b.csv\"]\n";
    for (text, expected) in [
        ("", "b.csv` line 1: expected the column `time`"),
        ("when\n2026-07-03T04:00:00Z\n", "b.csv` line 1: expected the column `time`"),
        ("time\n2026-07-03T04:00:00Z\n2026-07-03 04:00\n", "b.csv` line 3: expected a time such as"),
        ("time\n2026-07-03T04:00:00\n", "b.csv` line 2: expected a time such as"),
        ("time,source\n2026-07-03T04:00:00Z,octa\n", "b.csv` line 2: unknown source `octa` (known: okta, "),
        ("time,source\n2026-07-03T04:00:00Z,scim_snapshot\n", "b.csv` line 2: `scim_snapshot` is no log"),
        ("time,source\n2026-07-03T04:00:00Z\n", "b.csv` line 2: CSV error"),
        ("{\"time\":\"2026-07-03T04:00:00Z\"}\n{\"time\":7}\n", "b.csv` line 2: /time: expected a text"),
        ("{\"time\":\"2026-07-03T04:00:00Z\"}\n{\"at\":7}\n", "b.csv` line 2: expected a `time`"),
        ("{\"time\":\"2026-07-03T04:00:00Z\"}\n[]\n", "b.csv` line 2: expected a JSON object"),
    ] {
        let message = read(&[("b.csv", text)], table).expect_err(text).to_string();
        assert!(message.contains(expected), "{text}\n  got: {message}");
    }
}

#[test]
fn a_wrong_table_is_named_with_its_line() {
    for (table, expected) in [
        ("[[heartbeat]]\nsource = \"okta\"\nscope = \"tenant\"", "`t.toml` line 5: no heartbeat: give `paths` or `at`"),
        ("[[heartbeat]]\nsuorce = \"okta\"", "line 6: unknown key `suorce`; did you mean `source`?"),
        ("[[heartbeat]]\nsource = \"okta\"\nat = [\"2026-07-03T04:00:00Z\"]", "line 7: a heartbeat of no scope"),
        ("[[heartbeat]]\nscope = \"tenant\"\nat = [\"2026-07-03T04:00:00Z\"]", "line 7: a heartbeat of no source"),
        (
            "[[heartbeat]]\nsource = \"okta\"\nscope = \"t\"\nat = [\n\"2026-07-03T04:00:00Z\",\n\"x\"]",
            "line 10: expected a time",
        ),
        ("[[heartbeat]]\npaths = [\"none/*.csv\"]", "line 6: "),
        ("[[heartbeat]]\npaths = [\"[\"]", "line 6: glob `[`"),
    ] {
        let message = with(table, Path::new(".")).expect_err(table).to_string();
        assert!(message.contains(expected), "{table}\n  got: {message}");
    }
    let message = read(&[("beats/a.txt", "")], "[[heartbeat]]\npaths = [\"beats/*.csv\"]").unwrap_err().to_string();
    assert!(message.contains("line 6: ") && message.ends_with("beats/*.csv` matches no file"), "{message}");
}
