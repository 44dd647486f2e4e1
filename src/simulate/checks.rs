//! Checks of the whole output, read back from the files as a stranger would read it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use super::calendar::{Log, Scope, after, at, is_lost};
use super::{Plan, SimulateError, write};

/// Seeds and sizes that every check runs over: the smallest, the sample and a larger one.
const PLANS: [(u64, u32, u32); 4] = [(1, 12, 21), (7, 24, 31), (8, 24, 31), (3, 90, 40)];

const SITUATIONS: [&str; 27] = [
    "clean_joiner",
    "clean_leaver",
    "clean_mover",
    "console_grant",
    "domain_alias",
    "failed_account_push_repaired",
    "failed_membership_push_repaired",
    "failed_push_unrepaired",
    "first_sign_in",
    "group_deleted",
    "implied_removal",
    "late_leaver",
    "not_pushed",
    "other_application",
    "outage_account",
    "outage_provider",
    "outage_workspace",
    "outsider_leaves",
    "pipeline_group",
    "push_never_arrived",
    "pushed_again",
    "redelivered_files",
    "refused_attempt",
    "still_open",
    "taken_back",
    "unauthorised_admin",
    "workspace_twins",
];

/// The verbs of Databricks actions that vouching judges.
const CHANGES: [(&str, &str); 7] = [
    ("add", "user.create"),
    ("deactivateUser", "user.deactivate"),
    ("addPrincipalToGroup", "member.add"),
    ("removePrincipalFromGroup", "member.remove"),
    ("createGroup", "group.create"),
    ("removeGroup", "group.delete"),
    ("setAccountAdmin", "admin.grant"),
];

/// The verbs of Okta's decisions that tracing judges.
const DECISIONS: [(&str, &str); 6] = [
    ("group.user_membership.add", "member.add"),
    ("group.user_membership.remove", "member.remove"),
    ("application.user_membership.add", "app.assign"),
    ("application.user_membership.remove", "app.unassign"),
    ("user.lifecycle.deactivate", "user.deactivate"),
    ("group.lifecycle.delete", "group.delete"),
];

/// A simulated organisation, read back from disk.
struct Output {
    plan: Plan,
    files: BTreeMap<String, Vec<u8>>,
    okta: Vec<Value>,
    databricks: Vec<Value>,
}

/// One output of each plan, for all checks.
static OUTPUTS: LazyLock<Vec<Output>> = LazyLock::new(|| PLANS.into_iter().map(Output::of).collect());

impl Output {
    fn of((seed, people, days): (u64, u32, u32)) -> Self {
        let plan = Plan::new(seed, people, days).unwrap();
        let folder = TempDir::new().unwrap();
        write(&plan, folder.path()).unwrap();
        let files = contents(folder.path(), folder.path());
        let records = |source: &str| -> Vec<Value> {
            files.iter().filter(|(name, _)| name.starts_with(source)).flat_map(|(n, bytes)| records(n, bytes)).collect()
        };
        let (okta, databricks) = (records("okta/").into_iter().map(unwrapped).collect(), records("databricks/"));
        Self { plan, files, okta, databricks }
    }

    /// Rows of a truth file, by column name.
    fn truth(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_reader(self.files[&format!("truth/{name}")].as_slice());
        reader.deserialize().map(Result::unwrap).collect()
    }

    fn hours(&self, log: Log) -> BTreeSet<i64> {
        match log {
            Log::Provider => self.okta.iter().map(|event| hour(okta_millis(event))).collect(),
            Log::Databricks(scope) => {
                let of_scope = |row: &&Value| row["workspaceId"].as_u64() == Some(scope.workspace_id());
                self.databricks.iter().filter(of_scope).map(|row| hour(millis(row))).collect()
            }
        }
    }
}

/// Every file below a folder, by its path from the root.
fn contents(folder: &Path, root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path, root));
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

/// The records of one file. Everything in it must parse.
fn records(name: &str, bytes: &[u8]) -> Vec<Value> {
    let mut text = String::new();
    if name.ends_with(".gz") {
        flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes.to_vec()).unwrap();
    }
    if text.starts_with('[') {
        return serde_json::from_str(&text).unwrap();
    }
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The LogEvent inside whatever it was delivered in.
fn unwrapped(record: Value) -> Value {
    if record["detail-type"] == "SystemLog" {
        record["detail"].clone()
    } else if record["eventType"] == "com.okta.event_hook" {
        record["data"]["events"][0].clone()
    } else {
        record
    }
}

fn text<'a>(record: &'a Value, pointer: &str) -> &'a str {
    record.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn millis(row: &Value) -> i64 {
    row["timestamp"].as_i64().unwrap()
}

fn okta_millis(event: &Value) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text(event, "/published")).unwrap().timestamp_millis()
}

fn hour(millis: i64) -> i64 {
    millis.div_euclid(3_600_000)
}

fn distinct<'a>(records: &'a [Value], id: &str) -> BTreeMap<&'a str, &'a Value> {
    records.iter().map(|record| (text(record, id), record)).collect()
}

fn verb_of(vocabulary: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    vocabulary.iter().find(|(name, _)| *name == word).map(|(_, verb)| *verb)
}

#[test]
fn the_same_plan_gives_the_same_bytes_and_another_seed_gives_others() {
    let [_, first, other, _] = OUTPUTS.as_slice() else { panic!("one output a plan") };
    assert!(first.files == Output::of(PLANS[1]).files, "two runs of one plan differ");
    let labels = "truth/vouching.csv";
    assert!(first.files[labels] != other.files[labels], "two seeds give the same labels");
}

#[test]
fn every_situation_is_described_and_labelled() {
    for output in OUTPUTS.iter() {
        let described: Vec<String> =
            output.truth("situations.csv").into_iter().map(|row| row["situation"].clone()).collect();
        assert_eq!(described, SITUATIONS, "{:?}", output.plan);
        let labelled: BTreeSet<String> = ["vouching.csv", "tracing.csv", "items.csv"]
            .iter()
            .flat_map(|name| output.truth(name))
            .map(|row| row["situation"].clone())
            .collect();
        // A refused attempt is no item, and a repeated delivery is no label.
        let unlabelled = ["redelivered_files", "refused_attempt"].map(str::to_owned);
        let expected: BTreeSet<String> =
            SITUATIONS.map(str::to_owned).into_iter().filter(|s| !unlabelled.contains(s)).collect();
        assert_eq!(labelled, expected, "{:?}", output.plan);
    }
}

#[test]
fn every_hour_of_every_log_holds_a_record_unless_it_was_lost() {
    for output in OUTPUTS.iter() {
        let logs = [Log::Provider].into_iter().chain(Scope::ALL.map(Log::Databricks));
        for log in logs {
            let seen = output.hours(log);
            for number in 0..output.plan.days * 24 {
                let time = after(at(0, 0, 0), number * 3_600);
                let is_seen = seen.contains(&hour(time.timestamp_millis()));
                assert_eq!(is_seen, !is_lost(log, time), "{log:?} {time} {:?}", output.plan);
            }
        }
    }
}

#[test]
fn records_with_the_same_id_are_the_same_record_and_are_counted() {
    for output in OUTPUTS.iter() {
        let counts = output.truth("counts.csv");
        for (source, records, id) in [("databricks", &output.databricks, "/requestId"), ("okta", &output.okta, "/uuid")]
        {
            let by_id = distinct(records, id);
            assert!(!by_id.contains_key(""));
            assert!(records.iter().all(|record| by_id[text(record, id)] == record));
            let row = counts.iter().find(|row| row["source"] == source).unwrap();
            let number = |column: &str| row[column].parse::<usize>().unwrap();
            assert_eq!(number("files"), output.files.keys().filter(|name| name.starts_with(source)).count());
            assert_eq!(number("records"), records.len());
            assert_eq!(number("accepted"), by_id.len());
            assert_eq!(number("duplicate"), records.len() - by_id.len());
            assert!(number("duplicate") > 0);
        }
    }
}

#[test]
fn every_successful_change_is_vouched_once() {
    for output in OUTPUTS.iter() {
        let changes = distinct(&output.databricks, "/requestId").into_iter().filter_map(|(id, row)| {
            let is_success = row["serviceName"] == "accounts" && row["response"]["statusCode"] == 200;
            let verb = verb_of(&CHANGES, text(row, "/actionName")).filter(|_| is_success)?;
            Some((id.to_owned(), verb.to_owned(), row["workspaceId"].to_string()))
        });
        let scope = |label: &str| if label == "account" { "0".to_owned() } else { label.to_owned() };
        let labels = output.truth("vouching.csv");
        let labelled =
            labels.iter().map(|row| (row["effect_request_id"].clone(), row["verb"].clone(), scope(&row["scope"])));
        assert_eq!(changes.collect::<Vec<_>>(), labelled.collect::<Vec<_>>(), "{:?}", output.plan);
    }
}

#[test]
fn every_decision_is_traced_once() {
    for output in OUTPUTS.iter() {
        let decisions = distinct(&output.okta, "/uuid").into_iter().filter_map(|(id, event)| {
            verb_of(&DECISIONS, text(event, "/eventType")).map(|verb| (id.to_owned(), verb.to_owned()))
        });
        let labels = output.truth("tracing.csv");
        let labelled = labels.iter().map(|row| (row["authority_native_id"].clone(), row["verb"].clone()));
        assert_eq!(decisions.collect::<Vec<_>>(), labelled.collect::<Vec<_>>(), "{:?}", output.plan);
    }
}

#[test]
fn a_twin_follows_its_original_within_five_seconds() {
    for output in OUTPUTS.iter() {
        let rows = distinct(&output.databricks, "/requestId");
        let same = |a: &Value, b: &Value| {
            ["/actionName", "/userIdentity/email", "/requestParams/targetUserName", "/requestParams/targetGroupName"]
                .iter()
                .all(|pointer| text(a, pointer) == text(b, pointer))
        };
        for label in output.truth("vouching.csv").iter().filter(|row| row["situation"] == "workspace_twins") {
            let twin = rows[label["effect_request_id"].as_str()];
            let is_original = |row: &&Value| {
                row["workspaceId"] == 0 && same(row, twin) && (0..=5_000).contains(&(millis(twin) - millis(row)))
            };
            assert_eq!(rows.values().copied().filter(is_original).count(), 1, "{label:?}");
        }
    }
}

#[test]
fn only_the_late_leaver_uses_databricks_after_leaving() {
    for output in OUTPUTS.iter() {
        let events = distinct(&output.okta, "/uuid");
        for label in output.truth("tracing.csv").iter().filter(|row| row["verb"] == "user.deactivate") {
            let left = okta_millis(events[label["authority_native_id"].as_str()]);
            let is_later_use = |row: &&Value| row["userIdentity"]["email"] == label["subject"] && millis(row) > left;
            let is_used = output.databricks.iter().any(|row| is_later_use(&row));
            assert_eq!(is_used, label["situation"] == "late_leaver", "{label:?}");
        }
    }
}

#[test]
fn every_address_is_fictional() {
    for output in OUTPUTS.iter() {
        for record in output.okta.iter().chain(&output.databricks) {
            let record = record.to_string();
            for domain in record.split('@').skip(1) {
                let domain = domain.split('"').next().unwrap();
                // Okta's own name for itself is the same in every organisation.
                assert!(["example.com", "corp.example.com", "okta.com"].contains(&domain), "{domain}");
            }
        }
    }
}

#[test]
fn a_folder_in_use_and_an_impossible_plan_are_refused() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mine.txt"), "keep").unwrap();
    let plan = Plan::new(1, 12, 21).unwrap();
    assert!(matches!(write(&plan, folder.path()), Err(SimulateError::NotEmpty(_))));
    assert_eq!(contents(folder.path(), folder.path()).len(), 1);

    for (people, days) in [(11, 21), (1001, 21), (12, 20), (12, 367)] {
        assert!(matches!(Plan::new(1, people, days), Err(SimulateError::Plan { .. })), "{people} {days}");
    }
    let by_hand = Plan { seed: 1, people: 12, days: 0 };
    let empty = TempDir::new().unwrap();
    assert!(matches!(write(&by_hand, empty.path()), Err(SimulateError::Plan { .. })));
}

#[test]
fn the_sample_stays_small() {
    let sizes: Vec<usize> = OUTPUTS[1].files.values().map(Vec::len).collect();
    assert!(sizes.iter().all(|size| *size <= 64 * 1024));
    assert!(sizes.iter().sum::<usize>() <= 900 * 1024);
}
