use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::config::Config;

fn read(report: &str, files: &[(&str, &str)]) -> Result<Config, String> {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("tickmark.toml", &format!("[organization]\nname = \"Example Corp\"\n{report}"));
    files.iter().for_each(|(name, text)| write(name, text));
    Config::read(&folder.path().join("tickmark.toml"))
        .map_err(|e| e.to_string().replace(&*folder.path().to_string_lossy(), "HERE"))
}

const TWO: &str = "[control.\"CC6.2\"]\norganization_id = \"AC-07\"\ntext = \"Access is approved.\"\nowner = \"platform\"\n\
    soa = \"applicable\"\njustification = \"in scope\"\n[control.\"AC-2(3)\"]\ntext = \"Accounts end.\"\n";

#[test]
fn the_folder_beside_the_configuration_is_read_in_order_of_names() {
    let config = read("", &[("controls.d/b.toml", TWO), ("controls.d/a.toml", "[control.\"PR.AA-05\"]\n")]).unwrap();
    let found: Vec<(&str, &str)> =
        config.organization_controls.iter().map(|o| (o.framework.as_str(), o.control.as_str())).collect();
    assert_eq!(found, [("csf_2_0", "PR.AA-05"), ("nist_800_53_r5", "AC-2(3)"), ("soc2", "CC6.2")]);
    let worded = &config.organization_controls[2];
    assert_eq!((worded.organization_id.as_str(), worded.soa.as_str()), ("AC-07", "applicable"));
    let files: Vec<(&str, u64)> = config.other_inputs.iter().map(|f| (f.path.as_str(), f.entry_count)).collect();
    assert_eq!(files, [("controls.d/a.toml", 1), ("controls.d/b.toml", 2)]);
    assert_eq!(config.other_inputs[1].sha256, crate::package::sha256_hex(TWO.as_bytes()));
}

#[test]
fn a_named_folder_takes_its_place_and_must_be_there() {
    let named = "[report]\ncontrols = \"ours\"\n";
    let config = read(named, &[("ours/x.toml", TWO), ("controls.d/a.toml", "no toml at all")]).unwrap();
    assert_eq!(config.other_inputs[0].path, "ours/x.toml");
    assert_eq!(read(named, &[]).unwrap_err(), "failed to read `HERE/tickmark.toml` line 4: `HERE/ours` is no folder");
    assert!(read("", &[]).unwrap().organization_controls.is_empty());
    // What is no TOML file is none of ours.
    assert!(read("", &[("controls.d/README.md", "words")]).unwrap().other_inputs.is_empty());
}

#[test]
fn an_id_of_several_frameworks_is_told_apart() {
    let wrong = read("", &[("controls.d/a.toml", "[control.\"8.3\"]\n")]).unwrap_err();
    assert!(wrong.contains("`8.3` is of several frameworks; write `iso27001:8.3` or `pci_dss_4_0_1:8.3`"), "{wrong}");
    let config = read("", &[("controls.d/a.toml", "[control.\"pci_dss_4_0_1:8.3\"]\n")]).unwrap();
    assert_eq!(config.organization_controls[0].framework, "pci_dss_4_0_1");
}

#[test]
fn mistakes_in_wording_are_named_with_file_line_and_suggestion() {
    for (text, expected) in [
        (
            "[control.\"CC6.22\"]\n",
            "failed to read `HERE/controls.d/a.toml` line 1: unknown control `CC6.22`; did you mean `CC6.2`?",
        ),
        ("\n[control.\"PR.AC-01\"]\n", "line 2: unknown control `PR.AC-01`; did you mean `PR.AA-01`?"),
        ("[control.\"soc3:CC6.2\"]\n", "line 1: unknown control `soc3:CC6.2`; did you mean `soc2:CC6.2`?"),
        ("[control.\"CC6.2\"]\nonwer = \"x\"\n", "line 2: unknown key `onwer`; did you mean `owner`?"),
        ("[control.\"CC6.2\"]\nsoa = \"yes\"\n", "line 2: expected `applicable` or `excluded`, found `yes`"),
        ("[controls.\"CC6.2\"]\n", "line 1: unknown key `controls`; did you mean `control`?"),
        ("[control.\"CC6.2\"]\n[control.\"soc2:CC6.2\"]\n", "line 2: `CC6.2` is worded twice"),
        ("[control.\"CC6.2\"\n", "line 1:"),
    ] {
        let message = read("", &[("controls.d/a.toml", text)]).expect_err(text);
        assert!(message.contains(expected), "{text}\n  got: {message}");
    }
}

#[test]
fn without_a_configuration_nothing_is_mounted() {
    assert!(Path::new("Cargo.toml").exists(), "tests run in the project's folder");
    assert!(Config::bare().unwrap().other_inputs.is_empty());
}
