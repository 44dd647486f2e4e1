use super::*;

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
        ("[[source]]\nid = \"octa\"\npaths = []", "line 4: unknown source `octa` (known: okta, databricks)"),
        ("[[source]]\npaths = []\nprovider_apps = [\"[\"]", "line 5: glob `[`"),
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
        [[source]]
        id = "okta"
        paths = ["exports/okta/**/*.json"]
        provider_apps = ["Databricks*"]
        covers = "2026-07-01..2026-10-01"
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
    assert_eq!(config.connector.scope, Scope::All);
    assert_eq!(config.sources[0].covers.as_ref().unwrap().label, "2026-07-01..2026-10-01");
    assert_eq!(config.group_map["DBX Data Engineers"], "data-engineers");
}

#[test]
fn waivers_need_a_scope_an_end_and_a_second_person() {
    let waiver = |select: &str, approver: &str, expires: &str| {
        format!(
            "[[waiver]]\nid = \"W\"\ntest = \"VCH-01\"\nselect = {{ {select} }}\nreason = \"r\"\nrequested_by = \"a\"\n\
             approved_by = \"{approver}\"\napproved_at = \"2026-07-01\"\nexpires = \"{expires}\"\n"
        )
    };
    assert!(parse(&format!("{HEAD}{}", waiver("actor = \"t@*\"", "b", "2026-10-01")), "t", Path::new(".")).is_ok());
    assert!(fails(&waiver("", "b", "2026-10-01")).contains("`select` is empty"));
    assert!(fails(&waiver("actor = \"x\"", "A", "2026-10-01")).contains("somebody other"));
    assert!(fails(&waiver("actor = \"x\"", "b", "2026-06-01")).contains("expires before"));
    assert!(fails(&waiver("actor = \"x\"", "b", "soon")).contains("must be days"));
    assert!(fails(&waiver("aktor = \"x\"", "b", "2026-10-01")).contains("did you mean `actor`?"));
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
