//! Values of an environment hold for what happened there, and nowhere else: stories are told again, all of each in one workspace.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tickmark::catalogue::Item;
use tickmark::catalogue::profiles::Profile;
use tickmark::config::honours_environment;
use toml::Table;

use super::logs::Logs;
use super::stage::{Ground, Story, config, outcome};

const HERE: u64 = 41;
const ELSEWHERE: u64 = 42;

/// Where a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Nowhere,
    Generally,
    InItsEnvironment,
}

/// The story's configuration with other values of the test, where [`HERE`] is the one sandbox.
fn configured(story: &Story, values: &str, given: Given) -> String {
    let mut text: Table = config(story.but, "").parse().expect("a configuration");
    // What the story itself has for environments would name workspaces that are no more.
    let tables = text.entry("test").or_insert_with(|| Table::new().into()).as_table_mut().expect("tests");
    tables.iter_mut().filter_map(|(_, own)| own.as_table_mut()).for_each(|own| drop(own.remove("environment")));
    text.insert("environments".to_owned(), format!("sandbox = [\"{HERE}\"]").parse::<Table>().expect("a table").into());
    let tests = text.entry("test").or_insert_with(|| Table::new().into()).as_table_mut().expect("tests");
    let own = tests.entry(story.test).or_insert_with(|| Table::new().into()).as_table_mut().expect("a test");
    own.retain(|name, _| !honours_environment(story.test, name));
    let values: Table = values.parse().expect("values");
    assert!(values.keys().all(|name| honours_environment(story.test, name)), "{}: {values:?}", story.test);
    match given {
        Given::Nowhere => {}
        Given::Generally => own.extend(values),
        Given::InItsEnvironment => {
            own.insert("environment".to_owned(), Table::from_iter([("sandbox".to_owned(), values.into())]).into());
        }
    }
    text.iter().map(|(key, value)| format!("{key} = {}\n", written(value))).collect()
}

// As it would stand in a file, on one line.
fn written(value: &toml::Value) -> String {
    let list = |parts: Vec<String>| parts.join(", ");
    match value {
        toml::Value::String(text) => Value::from(text.as_str()).to_string(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(is) => is.to_string(),
        toml::Value::Array(all) => format!("[{}]", list(all.iter().map(written).collect())),
        toml::Value::Table(all) => {
            let pairs = all.iter().map(|(key, value)| format!("{} = {}", Value::from(key.as_str()), written(value)));
            format!("{{ {} }}", list(pairs.collect()))
        }
        other => panic!("no story has such a value: {other:?}"),
    }
}

// All that Databricks logged, in one workspace.
fn moved(logs: &mut Logs, workspace: u64) {
    for line in &mut logs.databricks {
        if let Ok(mut row) = serde_json::from_str::<Value>(line) {
            row["workspaceId"] = workspace.into();
            row["auditLevel"] = "WORKSPACE_LEVEL".into();
            *line = row.to_string();
        }
    }
}

/// What becomes of every item, and where it is.
type Told = BTreeMap<String, (String, Option<String>)>;

fn judged(story: &Story, workspace: u64, values: &str, given: Given) -> Told {
    let mut ground = Ground::new(&configured(story, values, given), |logs| {
        (story.tell)(logs);
        moved(logs, workspace);
    });
    let tests = BTreeSet::from([story.test.to_owned()]);
    ground.config.profile = Some(Profile { name: "story".to_owned(), tests, parameters: BTreeMap::new() });
    let outcomes = ground.outcomes().0;
    let items = outcome(&outcomes, story.test).items.iter();
    let told = |item: &Item| (format!("{} {}", item.verdict.as_str(), item.reason), item.scope.clone());
    items.map(|item| (item.item_id.clone(), told(item))).collect()
}

/// The items that are in a workspace, or those that are not.
fn placed(told: &Told, workspace: u64, is_there: bool) -> Told {
    let place = workspace.to_string();
    let wanted = |(_, (_, scope)): &(&String, &(String, Option<String>))| (scope.as_ref() == Some(&place)) == is_there;
    told.iter().filter(wanted).map(|(id, item)| (id.clone(), item.clone())).collect()
}

/// Tells the first story of the test on which the values bear.
fn values_hold_in_their_environment_alone(test: &str, values: &str) {
    for story in super::stories().filter(|story| story.test == test) {
        let told = |workspace, given| judged(story, workspace, values, given);
        let (without, with) = (told(HERE, Given::Nowhere), told(HERE, Given::Generally));
        if placed(&without, HERE, true) == placed(&with, HERE, true) {
            continue;
        }
        // What is no place's own is judged by the general value.
        let mut expected = placed(&without, HERE, false);
        expected.extend(placed(&with, HERE, true));
        assert_eq!(told(HERE, Given::InItsEnvironment), expected, "{test}: {values} in the sandbox");
        let elsewhere = told(ELSEWHERE, Given::Nowhere);
        assert_eq!(told(ELSEWHERE, Given::InItsEnvironment), elsewhere, "{test}: {values} in another workspace");
        return;
    }
    panic!("{values} bears on no story of {test}");
}

macro_rules! holds {
    ($($name:ident: $test:literal $values:expr,)*) => {
        $(#[test]
        fn $name() {
            for values in $values {
                values_hold_in_their_environment_alone($test, values);
            }
        })*
    };
}

holds! {
    cov_04: "COV-04" ["settle = \"1s\""],
    vch_01: "VCH-01" ["min_strength = \"exact-id\""],
    dep_03: "DEP-03" ["residue_sla = \"1h\"", "token_sla = \"1s\"", "admin_sla = \"1s\""],
    acc_03: "ACC-03" ["allowed_domains = [\"example.com\"]"],
    prv_01: "PRV-01" ["privileged_groups = [\"*\"]"],
    prv_02: "PRV-02" ["revoke_sla = \"1s\""],
    prv_04: "PRV-04" ["approved = [{ subject = \"*\" }]", "broad_groups = [\"*\"]"],
    prv_05: "PRV-05" ["owners = [{ subject = \"*\" }]"],
    sod_01: "SOD-01" ["reciprocal = \"1m\"", "group_owners = { analysts = [\"root@example.com\"] }", "system_groups = [\"*\"]", "personal = [\"*\"]"],
    emg_01: "EMG-01" ["max_session = \"1m\"", "ticket_window = \"1s\"", "review_business_days = 0", "holidays = [\"2026-07-02\"]"],
    crd_02: "CRD-02" ["token_sla = \"1s\""],
    crd_03: "CRD-03" ["max_rot = \"1h\"", "max_rot_hard = \"1h\"", "overlap = \"1h\""],
    aut_01: "AUT-01" ["allowed = [\"password\"]", "sign_in_window = \"1s\""],
    log_01: "LOG-01" ["pipelines = [{ actor = \"*\" }]"],
    cld_01: "CLD-01" ["pipelines = [{ actor = \"*\" }]"],
}
