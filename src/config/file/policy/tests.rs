use std::path::Path;

use super::super::{parse, parse_as};
use crate::config::Bound;

const HEAD: &str = "[organization]\nname = \"Example Corp\"\n";

fn reads(rest: &str) -> Result<crate::config::Config, String> {
    parse(&format!("{HEAD}{rest}"), "t.toml", Path::new(".")).map_err(|e| e.to_string())
}

#[test]
fn a_bound_compares_lengths_of_time_and_numbers() {
    let at_most = |limit: &str, value: &str| Bound::AtMost(limit.to_owned()).holds(value);
    let at_least = |limit: &str, value: &str| Bound::AtLeast(limit.to_owned()).holds(value);
    let equals = |limit: &str, value: &str| Bound::Equals(limit.to_owned()).holds(value);
    assert_eq!(
        (at_most("24h", "24h"), at_most("24h", "1d"), at_most("24h", "25h")),
        (Some(true), Some(true), Some(false))
    );
    assert_eq!((at_least("90d", "90d"), at_least("90d", "2159h")), (Some(true), Some(false)));
    assert_eq!((at_most("3", "4"), at_most("3", "3")), (Some(false), Some(true)));
    assert_eq!(
        (equals("24h", "1d"), equals("24h", "23h"), equals("strict", "strict")),
        (Some(true), Some(false), Some(true))
    );
    assert_eq!((at_most("24h", "3"), at_least("3", "x"), equals("x", "y")), (None, None, Some(false)));
}

#[test]
fn a_value_that_contradicts_a_policy_is_an_error_at_the_policys_line() {
    let policy = "[[policy]]\nid = \"IAM-7 section 3\"\nparameter = \"deprovision_sla\"\n";
    let cases: [(&str, &str, &str); 5] = [
        (
            "[parameters]\ndeprovision_sla = \"48h\"\n",
            "at_most = \"24h\"\n",
            "line 5: TRC-02 deprovision_sla is `48h` ([parameters]), and policy `IAM-7 section 3` says at most `24h`; DEP-01 deprovision_sla is `48h`",
        ),
        (
            "[test.\"DEP-01\"]\ndeprovision_sla = \"25h\"\n",
            "test = \"DEP-01\"\nat_most = \"24h\"\n",
            "line 5: DEP-01 deprovision_sla is `25h` ([test.\"DEP-01\"])",
        ),
        (
            "",
            "test = \"DEP-01\"\nat_most = \"8h\"\n",
            "line 3: DEP-01 deprovision_sla is `24h` (default), and policy `IAM-7 section 3` says at most `8h`",
        ),
        ("", "equals = \"12h\"\n", "(default), and policy `IAM-7 section 3` says `12h`"),
        (
            "[report]\nprofile = \"pci\"\n",
            "at_least = \"2h\"\n",
            "is `1h` (profile `pci`), and policy `IAM-7 section 3` says at least `2h`",
        ),
    ];
    for (values, bound, expected) in cases {
        let message = reads(&format!("{values}{policy}{bound}")).expect_err(bound);
        assert!(message.contains(expected), "{bound}\n  got: {message}");
    }
}

#[test]
fn values_that_keep_to_their_policies_are_taken_and_cite_them() {
    let config = reads(
        "[parameters]\ndeprovision_sla = \"24h\"\n\
         [[policy]]\nid = \"IAM-7\"\nparameter = \"deprovision_sla\"\ntest = \"DEP-01\"\nat_most = \"24h\"\n\
         [[policy]]\nid = \"IAM-8\"\nparameter = \"deprovision_sla\"\nat_most = \"2d\"\n",
    )
    .unwrap();
    let parameter = crate::config::PARAMETERS.iter().find(|p| p.name == "deprovision_sla").unwrap();
    let cited = |test: &str| config.policy_of(test, &config.setting(test, *parameter));
    assert_eq!(cited("DEP-01").as_deref(), Some("IAM-7; IAM-8"));
    assert_eq!(cited("TRC-02").as_deref(), Some("IAM-8"));
    let skew = crate::config::PARAMETERS.iter().find(|p| p.name == "skew").unwrap();
    assert_eq!(config.policy_of("TRC-02", &config.setting("TRC-02", *skew)), None);
}

#[test]
fn a_tests_own_reference_comes_before_the_policies() {
    let config = reads(
        "[test.\"DEP-01\"]\npolicy = \"HR-1\"\n[[policy]]\nid = \"IAM-7\"\nparameter = \"deprovision_sla\"\nat_most = \"24h\"\n",
    )
    .unwrap();
    let parameter = crate::config::PARAMETERS.iter().find(|p| p.name == "deprovision_sla").unwrap();
    assert_eq!(config.policy_of("DEP-01", &config.setting("DEP-01", *parameter)).as_deref(), Some("HR-1"));
}

// A test that does not run uses no value, so it contradicts nothing.
#[test]
fn policies_speak_of_the_tests_that_run() {
    let policy = "[[policy]]\nid = \"P\"\nparameter = \"resolve_sla\"\nat_most = \"1h\"\n";
    assert!(reads(policy).unwrap_err().contains("TRC-03 resolve_sla is `48h` (default)"));
    assert!(reads(&format!("[report]\nprofile = \"hipaa\"\n{policy}")).is_ok());
    let of_command_line = parse_as(&format!("{HEAD}{policy}"), "t.toml", Path::new("."), Some("hipaa"));
    assert!(of_command_line.is_ok());
}

#[test]
fn a_policy_of_an_environment_speaks_of_the_value_there() {
    let all = "[environments]\nproduction = [\"1\"]\nsandbox = [\"2\"]\n[parameters]\nmax_gap = \"2h\"\n\
        [test.\"COV-01\".environment.production]\nmax_gap = \"1h\"\n\
        [[policy]]\nid = \"P\"\nparameter = \"max_gap\"\nat_most = \"1h\"\n";
    assert!(reads(all).unwrap_err().contains("COV-01 max_gap is `2h` ([parameters])"));
    assert!(reads(&format!("{all}environment = \"production\"\n")).is_ok());
    let wrong = reads(&format!("{all}environment = \"sandbox\"\n")).unwrap_err();
    assert!(wrong.contains("max_gap is `2h` ([parameters])"), "{wrong}");
    let stricter = all.replace("max_gap = \"1h\"\n[[", "max_gap = \"3h\"\n[[");
    let wrong = reads(&format!("{stricter}environment = \"production\"\n")).unwrap_err();
    assert!(
        wrong.contains("COV-01 max_gap in production is `3h` ([test.\"COV-01\".environment.production])"),
        "{wrong}"
    );
}

#[test]
fn mistakes_in_policies_are_named_with_line_and_suggestion() {
    let head = "[[policy]]\nid = \"P\"\n";
    for (rest, expected) in [
        (
            "parameter = \"deprovision_slo\"\nat_most = \"1h\"",
            "line 5: no test has a parameter `deprovision_slo`; did you mean `deprovision_sla`?",
        ),
        (
            "parameter = \"skew\"\ntest = \"DEP-01\"\nat_most = \"1h\"",
            "line 5: `DEP-01` is not judged by a parameter `skew`",
        ),
        (
            "parameter = \"skew\"\ntest = \"DEP-1\"\nat_most = \"1h\"",
            "line 6: unknown test `DEP-1`; did you mean `DEP-01`?",
        ),
        ("parameter = \"skew\"\nenvironment = \"prod\"\nat_most = \"1h\"", "line 6: unknown environment `prod`"),
        ("parameter = \"skew\"", "policy `P`: give one of `at_most`, `at_least` and `equals`"),
        ("parameter = \"skew\"\nat_most = \"1h\"\nequals = \"1h\"", "policy `P`: give one of"),
        ("parameter = \"skew\"\nat_most = [\"1h\"]", "line 6: expected a duration"),
        ("parameter = \"skew\"\nat_moost = \"1h\"", "line 6: unknown key `at_moost`; did you mean `at_most`?"),
        (
            "parameter = \"skew\"\nat_most = \"many\"",
            "VCH-01 skew cannot be compared: it is `5m` (default), and policy `P` says at most `many`",
        ),
    ] {
        let message = reads(&format!("{head}{rest}\n")).expect_err(rest);
        assert!(message.contains(expected), "{rest}\n  got: {message}");
    }
}
