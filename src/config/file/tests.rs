use super::*;
use crate::config::Span;

const HEAD: &str = "[organization]\nname = \"Example Corp\"\n";

fn fails(rest: &str) -> String {
    parse(&format!("{HEAD}{rest}"), "t.toml", Path::new(".")).map(|_| ()).expect_err(rest).to_string()
}

#[test]
fn mistakes_are_named_with_file_line_and_suggestion() {
    for (rest, expected) in [
        (
            "[report]\nperoid = \"2026-Q3\"",
            "failed to read `t.toml` line 4: unknown key `peroid`; did you mean `period`?",
        ),
        ("[reprot]\n", "failed to read `t.toml` line 3: unknown key `reprot`; did you mean `report`?"),
        (
            "[parameters]\nlookback = \"24h\"",
            "failed to read `t.toml` line 4: unknown key `lookback`; did you mean `look_back`?",
        ),
        (
            "[parameters]\nskew = \"5 m\"",
            "line 4: expected a duration such as `90s`, `5m`, `24h` or `30d`, found `5 m`",
        ),
        ("[parameters]\nskew = 5", "line 4: expected a duration"),
        (
            "[test.\"TRC-01\"]\nprovision_slo = \"4h\"",
            "line 4: unknown key `provision_slo`; did you mean `provision_sla`?",
        ),
        ("[test.\"TRC-1\"]\n", "line 3: unknown key `TRC-1`; did you mean `TRC-01`?"),
        ("[report]\nperiod = \"2026-13\"", "line 4: expected a period"),
        ("[report]\nzone = \"Mars/Base\"", "line 4: unknown time zone `Mars/Base`"),
        ("[[source]]\nid = \"octa\"\npaths = []", "line 4: unknown source `octa` (known: okta, "),
        ("[[source]]\npaths = []\nprovider_apps = [\"[\"]", "line 5: glob `[`"),
        ("[environments]\ncatalogs = [\"[\"]", "line 4: glob `[`"),
        ("[[source]]\npaths = []\nzone = \"Europe/Berln\"", "line 5: unknown time zone `Europe/Berln`"),
        ("[[source]]\npaths = []\nretention = \"90\"", "line 5: expected a duration"),
        ("[[source]]\npaths = []\ncontrol_totals = { \"a\" = -1 }", "line 5: expected a number of records, found `-1`"),
        ("[[source]]\npaths = []\ncontrol_totals = { \"a\" = \"x\" }", "line 5: invalid type"),
        ("[[source]]\npaths = []\ncontrol_totals = { \"[\" = 1 }", "line 5: glob `[`"),
        ("[[source]]\npaths = []\ncontrol_total = {}", "unknown key `control_total`; did you mean `control_totals`?"),
        (
            "[[source]]\npaths = []\ncontrol_totals = { \"a\" = 1 }\n[[source]]\npaths = []\ncontrol_totals = { \"a\" = 2 }",
            "line 8: two control totals for `a`",
        ),
        ("[[source]]\npaths = []\ncontrol_totals_file = \"none.csv\"", "line 5: cannot read `./none.csv`"),
        ("[workspaces]\nout_of_scope = [\"Account\"]", "line 4: `Account` is no workspace, and cannot be out of scope"),
        (
            "[workspaces]\nnames = { \"dbx\" = \"1\" }\nout_of_scope = [\"2\", \"DBX\"]\n[environments]\nsandbox = [\"1\"]",
            "line 5: `DBX` is under `[environments]`, and cannot be out of scope",
        ),
        ("[workspaces]\nnames = { \"Account\" = \"1\" }", "line 4: `Account` is a scope of its own"),
        ("[workspaces]\nnames = { \"dbx\" = \"1\", \"DBX\" = \"2\" }", "line 4: `dbx` is given two ids"),
        ("[connector]\naddresses = [\"198.51.100.0/33\"]", "line 4: expected an address range"),
        ("[connector]\nscope = \"some\"", "line 4: unknown variant"),
    ] {
        let message = fails(rest);
        assert!(message.contains(expected), "{rest}\n  got: {message}");
    }
}

#[test]
fn every_key_of_the_documented_example_is_understood() {
    let text = r#"
        [organization]
        name = "Example Corp"
        [report]
        period = "2026-Q3"
        lake = "lake"
        out = "evidence/2026-Q3"
        previous = "evidence/2026-Q2"
        [[source]]
        id = "okta"
        paths = ["exports/okta/**/*.json"]
        provider_apps = ["Databricks*"]
        covers = "2026-07-01..2026-10-01"
        zone = "Europe/Berlin"
        retention = "90d"
        control_totals = { "exports/okta/2026-07.json" = 1234 }
        [identity]
        domains = { "corp.example.com" = "example.com" }
        aliases = { "bob.old@example.com" = "bob@example.com" }
        [groups]
        map = { "DBX Data Engineers" = "data-engineers" }
        prefix = "okta-"
        [connector]
        scope = "all"
        principals = ["scim-connector@example.com"]
        user_agents = ["*Okta*SCIM*"]
        addresses = ["198.51.100.0/24"]
        [automation]
        principals = ["terraform@example.com"]
        [workspaces]
        names = { "dbx-prod" = "4150000000000001" }
        [environments]
        production = ["4150000000000001"]
        sandbox = ["4150000000000002"]
        [parameters]
        look_back = "24h"
        skew = "5m"
        provision_sla = "24h"
        deprovision_sla = "24h"
        max_gap = "1h"
        [test."TRC-01"]
        provision_sla = "4h"
        policy = "IAM-7 section 3"
    "#;
    let config = parse(text, "t", Path::new("base")).unwrap();
    assert_eq!(config.lake.as_deref(), Some(Path::new("base/lake")));
    assert_eq!(config.previous.as_deref(), Some(Path::new("base/evidence/2026-Q2")));
    assert_eq!(config.connector.scope, Scope::All);
    assert_eq!(config.sources[0].covers.as_ref().unwrap().label, "2026-07-01..2026-10-01");
    assert_eq!(config.sources[0].zone, Some(chrono_tz::Europe::Berlin));
    assert_eq!(config.sources[0].retention.unwrap().as_seconds(), 90 * 86_400);
    assert_eq!(config.sources[0].control_totals[0].records, 1234);
    assert_eq!(config.group_map["DBX Data Engineers"], "data-engineers");
}

#[test]
fn a_tests_own_setting_wins_over_the_shared_one_and_the_default() {
    let text = format!(
        "{HEAD}[parameters]\nprovision_sla = \"8h\"\n[test.\"TRC-01\"]\nprovision_sla = \"4h\"\npolicy = \"IAM-7\"\n"
    );
    let config = parse(&text, "t", Path::new(".")).unwrap();
    assert_eq!(config.span("TRC-01", "provision_sla").unwrap(), Span::hours(4));
    assert_eq!(config.span("TRC-02", "provision_sla").unwrap(), Span::hours(8));
    assert_eq!(config.span("TRC-02", "look_back").unwrap(), Span::hours(24));
    assert_eq!(config.policy("TRC-01"), Some("IAM-7"));
}

#[test]
fn control_totals_may_stand_in_a_file_that_is_read_as_strictly() {
    let folder = tempfile::TempDir::new().unwrap();
    let text =
        format!("{HEAD}[[source]]\npaths = []\ncontrol_totals = {{ \"z\" = 3 }}\ncontrol_totals_file = \"t.csv\"\n");
    let with = |csv: &str| {
        std::fs::write(folder.path().join("t.csv"), csv).unwrap();
        parse(&text, "t", folder.path())
    };
    let config = with("\u{feff}records,path,note\n12,exports/a.json,x\n 0 ,\"b, c.json\",\n").unwrap();
    let totals: Vec<(&str, u64)> =
        config.sources[0].control_totals.iter().map(|t| (t.pattern.as_str(), t.records)).collect();
    assert_eq!(totals, [("b, c.json", 0), ("exports/a.json", 12), ("z", 3)]);
    assert!(
        config.sources[0].control_totals_file.as_ref().is_some_and(|(path, sha)| path == "t.csv" && sha.len() == 64)
    );
    for (csv, expected) in [
        ("path,count\na,1\n", "t.csv` line 1: expected the columns `path` and `records`"),
        ("path,records\na,1\nb,many\n", "t.csv` line 3: expected a number of records, found `many`"),
        ("path,records\na,1\nz,3\n", "two control totals for `z`"),
    ] {
        let message = with(csv).expect_err(csv).to_string();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn environments_may_name_workspaces() {
    let text = format!(
        "{HEAD}[workspaces]\nnames = {{ \"dbx-Prod\" = \"41\" }}\n[environments]\nproduction = [\"DBX-prod\", \"42\"]\nsandbox = [\"DBX-Dev\"]\n"
    );
    let config = parse(&text, "t", Path::new(".")).unwrap();
    assert_eq!(
        (config.production.as_slice(), config.sandbox.as_slice()),
        (&["41".to_owned(), "42".to_owned()][..], &["dbx-dev".to_owned()][..])
    );
    assert_eq!((config.scope_of("DBX-PROD"), config.scope_of("Account")), ("41".to_owned(), "Account".to_owned()));
}
