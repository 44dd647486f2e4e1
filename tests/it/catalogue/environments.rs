//! Limits that hold in one environment only.

use super::logs::{Door, Logs};
use super::stage::{Ground, config, line, outcome};

const ENVIRONMENTS: &str = "\n[environments]\nproduction = [\"41\"]\nsandbox = [\"42\"]\n\
    [test.\"TRC-01\".environment.production]\nprovision_sla = \"2h\"\n\
    [test.\"TRC-01\".environment.sandbox]\nprovision_sla = \"30h\"\n\
    [test.\"COV-01\".environment.sandbox]\nmax_gap = \"9h\"\n";

/// Three groups, each with effects in other workspaces; each decision of alice is carried out after so many hours.
fn tell(logs: &mut Logs) {
    let member = |logs: &mut Logs, at: &str, scope: &str, who: &str, group: &str| {
        let named = [("targetUserName", format!("{who}@example.com")), ("targetGroupName", group.to_owned())];
        let named: Vec<(&str, &str)> = named.iter().map(|(k, v)| (*k, v.as_str())).collect();
        logs.row(at, scope, Door::CONNECTOR, "addPrincipalToGroup", &named);
    };
    logs.assigned("06-29 09:00", "alice", "Databricks");
    logs.user("06-29 09:01", "add", "alice");
    for (group, scopes) in [("prod", &["41"][..]), ("sand", &["42"]), ("both", &["41", "42"])] {
        for scope in scopes {
            member(logs, "06-29 09:05", scope, "zoe", group);
        }
        logs.joins("01 09:00", "alice", &format!("okta-{group}"));
    }
    member(logs, "01 12:00", "41", "alice", "prod");
    member(logs, "02 11:00", "42", "alice", "sand");
    member(logs, "01 12:00", "41", "alice", "both");
}

fn judged(more: &str, test: &str) -> Vec<String> {
    let outcomes = Ground::new(&config(&[], more), tell).outcomes().0;
    let found = outcome(&outcomes, test);
    let mut lines: Vec<String> = found.items.iter().map(|item| line(test, item)).collect();
    lines.sort();
    lines
}

#[test]
fn a_decision_is_late_by_the_limit_of_the_environment_it_takes_effect_in() {
    let grants = |more: &str| {
        let lines = judged(more, "TRC-01");
        lines.into_iter().filter(|l| l.starts_with("member.add")).collect::<Vec<_>>()
    };
    assert_eq!(
        grants(""),
        [
            "member.add alice both: pass matched",
            "member.add alice prod: pass matched",
            "member.add alice sand: exception late",
        ]
    );
    // Of several environments the shortest limit holds.
    assert_eq!(
        grants(ENVIRONMENTS),
        [
            "member.add alice both: exception late",
            "member.add alice prod: exception late",
            "member.add alice sand: pass matched",
        ]
    );
}

#[test]
fn an_environments_values_are_listed_beside_the_general_one() {
    let outcomes = Ground::new(&config(&[], ENVIRONMENTS), tell).outcomes().0;
    let listed = |test: &str, name: &str| {
        let settings = &outcome(&outcomes, test).settings;
        settings.iter().filter(|s| s.name == name).map(|s| (s.value.clone(), s.origin.clone())).collect::<Vec<_>>()
    };
    let is = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(
        listed("TRC-01", "provision_sla"),
        [
            is("24h", "default"),
            is("2h", "[test.\"TRC-01\".environment.production]"),
            is("30h", "[test.\"TRC-01\".environment.sandbox]"),
        ]
    );
    assert_eq!(listed("COV-01", "max_gap"), [is("1h", "default"), is("9h", "[test.\"COV-01\".environment.sandbox]")]);
    assert_eq!(listed("TRC-02", "deprovision_sla"), [is("24h", "default")]);
}
