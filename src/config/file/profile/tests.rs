use std::path::Path;

use super::super::{parse, parse_as};
use crate::config::{Config, PARAMETERS, Span};
use crate::error::Error;

const HEAD: &str = "[organization]\nname = \"Example Corp\"\n";

fn reads(rest: &str) -> Result<Config, String> {
    parse(&format!("{HEAD}{rest}"), "t.toml", Path::new(".")).map_err(|e| e.to_string())
}

const OWN: &str = "[profile.\"ours\"]\nextends = \"soc2-core\"\nadd = [\"CHG-01\"]\nremove = [\"VCH-02\"]\n\
    [profile.\"ours\".parameters]\ndeprovision_sla = \"8h\"\n";

#[test]
fn without_a_profile_every_test_runs_with_defaults() {
    let config = reads("").unwrap();
    assert!(config.profile.is_none() && config.runs("VCH-02") && config.runs("CLD-01"));
    assert_eq!(config.span("DEP-01", "deprovision_sla").unwrap(), Span::hours(24));
}

#[test]
fn a_profile_of_the_file_extends_a_shipped_one() {
    let config = reads(&format!("[report]\nprofile = \"ours\"\n{OWN}")).unwrap();
    let profile = config.profile.as_ref().unwrap();
    assert_eq!(profile.name, "ours");
    for (test, runs) in [("COV-07", true), ("VCH-01", true), ("CHG-01", true), ("VCH-02", false), ("CLD-01", false)] {
        assert_eq!(config.runs(test), runs, "{test}");
    }
}

#[test]
fn one_without_a_base_starts_from_every_test_and_may_extend_another() {
    let config = reads(
        "[report]\nprofile = \"b\"\n[profile.a]\nremove = [\"CLD-01\"]\n[profile.a.parameters]\nskew = \"1m\"\n\
         [profile.b]\nextends = \"a\"\nremove = [\"ANO-01\"]\n",
    )
    .unwrap();
    assert!(config.runs("ATR-01") && !config.runs("CLD-01") && !config.runs("ANO-01"));
    assert_eq!(config.span("TRC-01", "skew").unwrap(), Span::seconds(60));
}

#[test]
fn the_nearest_statement_decides_and_says_where_it_stands() {
    let sla = PARAMETERS.iter().find(|p| p.name == "deprovision_sla").unwrap();
    let found = |rest: &str| {
        let config = reads(&format!("[report]\nprofile = \"ours\"\n{OWN}{rest}")).unwrap();
        let setting = config.setting("DEP-01", *sla);
        (setting.value, setting.origin)
    };
    let is = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(found(""), is("8h", "profile `ours`"));
    assert_eq!(found("[parameters]\ndeprovision_sla = \"7h\"\n"), is("7h", "[parameters]"));
    let both = "[parameters]\ndeprovision_sla = \"7h\"\n[test.\"DEP-01\"]\ndeprovision_sla = \"6h\"\n";
    assert_eq!(found(both), is("6h", "[test.\"DEP-01\"]"));
    let config = reads("").unwrap();
    assert_eq!(config.setting("DEP-01", *sla).origin, "default");
}

#[test]
fn an_environments_value_comes_before_all_and_holds_there_only() {
    let config = reads(
        "[report]\nprofile = \"ours\"\n[profile.ours.parameters]\nmax_gap = \"5h\"\n\
         [environments]\nproduction = [\"1\"]\nsandbox = [\"2\"]\n\
         [test.\"COV-01\"]\nmax_gap = \"3h\"\n[test.\"COV-01\".environment.production]\nmax_gap = \"2h\"\n",
    )
    .unwrap();
    let span = |scope: &str| config.span_in("COV-01", "max_gap", scope).unwrap();
    assert_eq!((span("1"), span("2"), span("account")), (Span::hours(2), Span::hours(3), Span::hours(3)));
    assert_eq!(config.span("COV-01", "max_gap").unwrap(), Span::hours(3));
    let max_gap = PARAMETERS.iter().find(|p| p.name == "max_gap").unwrap();
    let origins: Vec<String> = config.settings("COV-01", *max_gap).into_iter().map(|s| s.origin).collect();
    assert_eq!(origins, ["[test.\"COV-01\"]", "[test.\"COV-01\".environment.production]"]);
}

#[test]
fn the_command_line_comes_before_the_file_and_is_an_input() {
    let text = format!("{HEAD}[report]\nprofile = \"ours\"\n{OWN}");
    let config = parse_as(&text, "t.toml", Path::new("."), Some("pci")).unwrap();
    assert_eq!(config.profile.as_ref().unwrap().name, "pci");
    assert_eq!(config.span("DEP-01", "deprovision_sla").unwrap(), Span::hours(1));
    assert_eq!(config.other_inputs[0].path, "--profile pci");
    assert!(parse(&text, "t.toml", Path::new(".")).unwrap().other_inputs.is_empty());
    let wrong = parse_as(&text, "t.toml", Path::new("."), Some("pcj")).unwrap_err();
    assert!(matches!(wrong, Error::Usage(_)) && wrong.to_string().contains("did you mean `pci`?"), "{wrong}");
}

#[test]
fn mistakes_in_profiles_are_named_with_line_and_suggestion() {
    for (rest, expected) in [
        ("[report]\nprofile = \"soc2\"\n", "line 4: unknown profile `soc2`"),
        ("[report]\nprofile = \"hippa\"\n", "line 4: unknown profile `hippa`; did you mean `hipaa`?"),
        ("[profile.a]\nextends = \"soc2-cor\"\n", "line 4: unknown profile `soc2-cor`; did you mean `soc2-core`?"),
        ("[profile.a]\nadd = [\"CHG-1\"]\n", "line 4: unknown test `CHG-1`; did you mean `CHG-01`?"),
        ("[profile.a]\nremove = [\"COV-01\"]\n", "line 4: `COV-01` is an integrity gate; it runs in every profile"),
        (
            "[profile.a]\nextends = \"pci\"\nremove = [\"VCH-02\"]\n",
            "line 5: `VCH-02` is not in the profile; nothing to remove",
        ),
        ("[profile.a]\nextends = \"a\"\n", "line 3: profile `a` extends itself"),
        ("[profile.a]\nextends = \"b\"\n[profile.b]\nextends = \"a\"\n", "line 3: profile `a` extends itself"),
        ("[profile.pci]\n", "line 3: `pci` is a shipped profile; extend it under another name"),
        ("[profile.a]\nextend = \"pci\"\n", "line 4: unknown key `extend`; did you mean `extends`?"),
        ("[profile.a.parameters]\nskw = \"1m\"\n", "line 4: unknown key `skw`; did you mean `skew`?"),
        ("[profile.a.parameters]\nskew = \"1 m\"\n", "line 4: expected a duration"),
        ("[profile.a.parameters]\nresolve_sla = \"soon\"\n", "line 4: expected a duration"),
        ("[profile.a.parameters]\nprivileged_groups = [\"x\"]\n", "line 4: a profile takes texts and numbers"),
        (
            "[test.\"TRC-01\".environment.production]\nskew = \"1m\"\n",
            "line 3: [environments] names no workspace under `production`",
        ),
        (
            "[environments]\nproduction = [\"1\"]\n[test.\"TRC-01\".environment.production]\nskew = \"1m\"\n",
            "line 6: `skew` is a limit of the correlation, which is done once for all environments",
        ),
        (
            "[test.\"PRV-01\"]\nlook_back = \"1h\"\n",
            "line 4: `look_back` is a limit of the correlation, which is done once for all tests: set it under [parameters]",
        ),
        (
            "[environments]\nproduction = [\"1\"]\n[test.\"COV-05\".environment.production]\nskew = \"1m\"\n",
            "line 6: COV-05 judges by one `skew` in every environment",
        ),
        (
            "[environments]\nproduction = [\"1\"]\n[test.\"DEP-01\".environment.production]\ndeprovision_sla = \"1h\"\n",
            "line 6: DEP-01 judges by one `deprovision_sla` in every environment",
        ),
        (
            "[environments]\nsandbox = [\"1\"]\n[test.\"CHG-01\".environment.sandbox]\nprecedent = \"1d\"\n",
            "line 6: CHG-01 judges what happened in production; no `precedent` of a sandbox is used",
        ),
        (
            "[environments]\nproduction = [\"1\"]\n[test.\"TRC-01\".environment.prod]\nskew = \"1m\"\n",
            "line 5: unknown environment `prod`",
        ),
        (
            "[environments]\nproduction = [\"1\"]\n[test.\"COV-01\".environment.production]\nmax_gup = \"1h\"\n",
            "line 6: unknown key `max_gup`; did you mean `max_gap`?",
        ),
        (
            "[environments]\nproduction = [\"1\"]\n[test.\"COV-01\".environment.production]\nmax_gap = 1\n",
            "line 6: expected a duration",
        ),
    ] {
        let message = reads(rest).expect_err(rest);
        assert!(message.contains(expected), "{rest}\n  got: {message}");
    }
}
