//! Limits that hold in one environment only.

use serde_json::{Value, json};

use super::logs::{Door, Logs, instant};
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

/// Values for production beside general ones, of tests of every sort.
const OTHERS: &str = "\n[environments]\nproduction = [\"41\"]\nsandbox = [\"42\"]\n\
    [test.\"VCH-02\".environment.sandbox]\nallowed = { \"*\" = [\"human_admin\"] }\n\
    [test.\"PRV-03\".environment.sandbox]\nallow = [{ actor = \"root@*\" }]\n\
    [test.\"PRV-03\".environment.production]\ntemporary = \"1h\"\n\
    [test.\"CRD-01\"]\nmax_life = \"2d\"\n[test.\"CRD-01\".environment.production]\nmax_life = \"1d\"\n\
    [test.\"CHG-02\".environment.sandbox]\npipelines = [{ actor = \"root@*\" }]\n\
    [test.\"TRC-04\".environment.production]\nflap_window = \"1h\"\n";

fn tell_others(logs: &mut Logs) {
    for scope in ["41", "42"] {
        let named = [("targetUserName", "eve@example.com"), ("targetGroupName", "engineers")];
        logs.row("02 09:00", scope, Door::HUMAN, "addPrincipalToGroup", &named);
        let acl = |set: &str| json!({"targetUserId": "eve@example.com", "aclPermissionSet": set, "resourceId": format!("/clusters/{scope}")});
        logs.act("01 10:00", scope, Door::HUMAN, "clusters", "changeClusterAcl", acl("Manage"), 200, Value::Null);
        logs.act("01 12:00", scope, Door::HUMAN, "clusters", "changeClusterAcl", acl(""), 200, Value::Null);
        let until = (instant("02 10:00") + chrono::TimeDelta::hours(36)).timestamp_millis().to_string();
        let token = json!({"userId": "eve@example.com", "userName": "eve@example.com", "tokenHash": format!("hash-{scope}"), "tokenExpirationTime": until});
        logs.act("02 10:00", scope, Door::HUMAN, "accounts", "generateDbToken", token, 200, Value::Null);
        let setting = json!({"workspaceConfKeys": "enableJobs", "workspaceConfValues": scope});
        logs.act("02 11:00", scope, Door::HUMAN, "workspace", "workspaceConfEdit", setting, 200, Value::Null);
        for (at, action) in [("02 12:00", "removePrincipalFromGroup"), ("02 14:00", "addPrincipalToGroup")] {
            logs.row(at, scope, Door::HUMAN, action, &named);
        }
    }
}

#[test]
fn a_value_of_one_environment_holds_for_what_happened_there() {
    let outcomes = Ground::new(&config(&[], OTHERS), tell_others).outcomes().0;
    let of = |test: &str, scope: &str| {
        let items = outcome(&outcomes, test).items.iter().filter(|item| item.scope.as_deref() == Some(scope));
        items.map(|item| item.reason.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        (of("VCH-02", "41"), of("VCH-02", "42")),
        (vec!["manual".to_owned(); 3], vec!["approved_channel".to_owned(); 3])
    );
    assert_eq!((of("PRV-03", "41"), of("PRV-03", "42")), (vec!["direct_grant".to_owned()], vec!["allowed".to_owned()]));
    assert_eq!(
        (of("CRD-01", "41"), of("CRD-01", "42")),
        (vec!["life_too_long".to_owned()], vec!["within_limits".to_owned()])
    );
    assert_eq!(
        (of("CHG-02", "41"), of("CHG-02", "42")),
        (vec!["no_authority".to_owned()], vec!["pipeline".to_owned()])
    );
    assert_eq!(
        (of("TRC-04", "41"), of("TRC-04", "42")),
        (vec!["not_regranted".to_owned()], vec!["regranted".to_owned()])
    );
}

#[test]
fn a_burst_is_one_by_the_least_number_of_the_environment_it_begins_in() {
    let tell = |logs: &mut Logs| {
        for (at, scope) in [("01 10", "41"), ("02 10", "42"), ("03 10", "43")] {
            for (minute, who) in ["alice", "bob", "carol"].iter().enumerate() {
                let named = [("targetUserName", format!("{who}@example.com")), ("targetGroupName", "staff".to_owned())];
                let named: Vec<(&str, &str)> = named.iter().map(|(k, v)| (*k, v.as_str())).collect();
                logs.row(&format!("{at}:{minute:02}"), scope, Door::HUMAN, "addPrincipalToGroup", &named);
            }
        }
    };
    let more = "\n[environments]\nproduction = [\"41\"]\nsandbox = [\"42\"]\n\
        [test.\"ANO-01\".environment.production]\nabs_min = 2\n[test.\"ANO-01\".environment.sandbox]\nabs_min = 3\n";
    let outcomes = Ground::new(&config(&[], more), tell).outcomes().0;
    let items = &outcome(&outcomes, "ANO-01").items;
    let told: Vec<_> = items.iter().map(|i| (i.scope.as_deref().unwrap(), i.reason.as_str())).collect();
    assert_eq!(told, [("41", "burst"), ("42", "within_threshold")]);
}

#[test]
fn an_update_is_held_against_the_names_of_the_time_that_its_environment_looks_back() {
    let tell = |logs: &mut Logs| {
        logs.joins("06-29 08:00", "alice", "Canteen");
        // Five hours after the provider had another name, Databricks still has the old one.
        let renamed = super::logs::target("User", "00u1alice", "alicia@example.com", "alicia");
        let changed = json!({"changedAttributes": "login"});
        let kind = "user.account.update_profile";
        logs.decides("02 05:00", "directory-admin", kind, "SUCCESS", &[renamed], changed);
        for scope in ["41", "42"] {
            let named = [("targetUserName", "alice@example.com"), ("targetUserId", "77")];
            logs.row("06-29 09:05", scope, Door::CONNECTOR, "add", &named);
            logs.row("02 10:00", scope, Door::CONNECTOR, "updateUser", &named);
        }
    };
    let more = "\n[environments]\nproduction = [\"41\"]\nsandbox = [\"42\"]\n\
        [test.\"VCH-03\".environment.production]\nlook_back = \"1h\"\n";
    let outcomes = Ground::new(&config(&[], more), tell).outcomes().0;
    let of = |scope: &str| {
        let items = outcome(&outcomes, "VCH-03").items.iter().filter(|item| item.scope.as_deref() == Some(scope));
        items.map(|item| item.reason.clone()).collect::<Vec<_>>()
    };
    assert_eq!((of("41"), of("42")), (vec!["name_differs".to_owned()], vec!["agrees".to_owned()]));
}

#[test]
fn a_rehearsal_is_held_against_the_limits_of_production() {
    let tell = |logs: &mut Logs| {
        logs.row("06-30 12:00", "42", Door::PIPELINE, "removeGroup", &[("targetGroupName", "reports")]);
        logs.row("02 10:00", "41", Door::PIPELINE, "removeGroup", &[("targetGroupName", "reports")]);
    };
    let reason = |own: &str| {
        let more = format!(
            "\n[environments]\nproduction = [\"41\"]\nsandbox = [\"42\"]\n[test.\"CHG-01\"]\nprecedent = \"2d\"\n{own}"
        );
        let outcomes = Ground::new(&config(&[], &more), tell).outcomes().0;
        let items = &outcome(&outcomes, "CHG-01").items;
        items.iter().map(|i| i.reason.clone()).collect::<Vec<_>>()
    };
    let production = |line: &str| reason(&format!("[test.\"CHG-01\".environment.production]\n{line}\n"));
    assert_eq!(reason(""), ["rehearsed"]);
    assert_eq!(production("precedent = \"1d\""), ["no_precedent"]);
    assert_eq!(production("min_soak = \"47h\""), ["too_soon"]);
    assert_eq!(production("pair_map = { \"reports\" = \"try-out\" }"), ["no_precedent"]);
}

#[test]
fn what_is_missing_in_production_is_graver_there() {
    let tell = |logs: &mut Logs| {
        for (scope, group) in [("41", "prod"), ("42", "sand")] {
            let named = [("targetUserName", "alice@example.com"), ("targetGroupName", group)];
            logs.row("06-29 09:05", scope, Door::CONNECTOR, "addPrincipalToGroup", &named);
            logs.quits("01 09:00", "alice", &format!("okta-{group}"));
        }
    };
    let outcomes = Ground::new(&config(&[], ENVIRONMENTS), tell).outcomes().0;
    let items = &outcome(&outcomes, "TRC-02").items;
    let mut told: Vec<_> =
        items.iter().map(|i| (i.object.as_deref().unwrap(), i.reason.as_str(), i.severity.as_str())).collect();
    told.sort_unstable();
    assert_eq!(told, [("prod", "missing", "critical"), ("sand", "missing", "high")]);
}

#[test]
fn a_workspace_that_only_records_of_the_account_name_is_undeclared_all_the_same() {
    let tell = |logs: &mut Logs| {
        let given = json!({"principal_id": "7", "permissions": "[\"USER\"]", "workspace_id": "77"});
        logs.act(
            "02 11:00",
            "account",
            Door::HUMAN,
            "workspace",
            "updatePermissionAssignment",
            given,
            200,
            Value::Null,
        );
    };
    let undeclared = |more: &str| {
        let outcomes = Ground::new(&config(&[], more), tell).outcomes().0;
        let items = outcome(&outcomes, "COV-01").items.iter().filter(|i| i.reason == "undeclared_scope");
        items.map(|i| i.scope.clone().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(undeclared(ENVIRONMENTS), ["77"]);
    assert_eq!(undeclared(""), Vec::<String>::new());
    assert_eq!(undeclared("\n[environments]\nproduction = [\"77\"]\n"), Vec::<String>::new());
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
