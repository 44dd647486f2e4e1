//! Packages written, damaged and checked.

use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::report::fixture;
use crate::report::render::pages;

fn package() -> (TempDir, Manifest) {
    let folder = TempDir::new().unwrap();
    let model = fixture::full();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/items.parquet"), b"PAR1").unwrap();
    std::fs::write(folder.path().join(MODEL), model.to_json().unwrap()).unwrap();
    for page in pages(&model).unwrap() {
        std::fs::write(folder.path().join(page.file_name), page.text).unwrap();
    }
    let envelope = Envelope { started: "2026-10-05T06:00:00Z".into(), finished: "2026-10-05T06:00:09Z".into() };
    let manifest = write_manifest(folder.path(), &model, &envelope, Some(&fixture::prior())).unwrap();
    (folder, manifest)
}

fn edit(folder: &Path, from: &str, to: &str) {
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_fresh_package_is_intact() {
    let (folder, manifest) = package();
    let found = verify(folder.path()).unwrap();
    assert_eq!((found.listed, found.intact), (6, 6));
    assert!(found.is_intact(), "{found:?}");
    assert_eq!(found.run_id, manifest.run.id);
    let paths: Vec<&str> = manifest.outputs.iter().map(|o| o.path.as_str()).collect();
    assert_eq!(paths, ["data/items.parquet", "iso27001.html", "iso27001.md", MODEL, "soc2.html", "soc2.md"]);
    assert!(!folder.path().join("manifest.json.part").exists());
}

#[test]
fn a_manifest_is_canonical_and_reads_back() {
    let (folder, manifest) = package();
    let text = std::fs::read_to_string(folder.path().join(MANIFEST)).unwrap();
    assert!(text.starts_with("{\"coverage\":[{\"covered_hours\":"));
    assert!(text.contains("\"version\":\"0.1.0\"},\"schema_version\":1,\"waivers\":[{\"digest\":"));
    assert_eq!(Manifest::from_json(&text).unwrap(), manifest);
}

#[test]
fn writing_twice_lists_the_same() {
    let (folder, first) = package();
    let envelope = Envelope { started: first.run.started.clone(), finished: first.run.finished.clone() };
    assert_eq!(write_manifest(folder.path(), &fixture::full(), &envelope, Some(&fixture::prior())).unwrap(), first);
}

#[test]
fn damage_is_found_and_named() {
    let (folder, _) = package();
    std::fs::write(folder.path().join("soc2.md"), "another text").unwrap();
    std::fs::remove_file(folder.path().join("data/items.parquet")).unwrap();
    std::fs::write(folder.path().join("data/more.csv"), "x").unwrap();
    let found = verify(folder.path()).unwrap();
    assert!(!found.is_intact());
    assert_eq!((found.listed, found.intact), (6, 4));
    assert_eq!(found.changed, ["soc2.md"]);
    assert_eq!(found.missing, ["data/items.parquet"]);
    assert_eq!(found.unlisted, ["data/more.csv"]);
}

#[test]
fn numbers_at_odds_are_found() {
    let (folder, _) = package();
    edit(folder.path(), "\"pass\":21,", "\"pass\":22,");
    let found = verify(folder.path()).unwrap();
    assert_eq!(found.disagreements.len(), 2, "{found:?}");
    assert!(found.disagreements[0].contains("DEP-01"));

    let (folder, manifest) = package();
    edit(folder.path(), &manifest.run.config_sha256, &"0".repeat(64));
    assert!(verify(folder.path()).unwrap().disagreements[0].contains("run id"));
}

#[test]
fn a_waiver_that_was_swapped_is_found() {
    let (folder, manifest) = package();
    assert_eq!(
        manifest.waivers.iter().map(|w| w.id.as_str()).collect::<Vec<_>>(),
        ["W-2026-02", "W-2026-05", "W-2026-07"]
    );
    edit(folder.path(), &manifest.waivers[0].scope_digest, &"0".repeat(64));
    let found = verify(folder.path()).unwrap().disagreements;
    assert_eq!(found, [format!("{MODEL} and {MANIFEST} do not list the same waivers")]);
}

#[test]
fn a_hostile_manifest_opens_nothing_outside() {
    for path in ["../secret", "/etc/hostname", "", "data/../../secret", "./soc2.md"] {
        let (folder, _) = package();
        edit(folder.path(), "\"path\":\"soc2.md\"", &format!("\"path\":\"{path}\""));
        let found = verify(folder.path()).unwrap();
        assert_eq!((found.changed, found.unlisted), (vec![path.to_owned()], vec!["soc2.md".to_owned()]));
    }
}

#[test]
fn a_file_listed_twice_is_not_intact_twice() {
    let (folder, _) = package();
    edit(folder.path(), "\"path\":\"soc2.md\"", "\"path\":\"soc2.html\"");
    let found = verify(folder.path()).unwrap();
    assert_eq!((found.changed, found.unlisted), (vec!["soc2.html".to_owned()], vec!["soc2.md".to_owned()]));
}

#[cfg(unix)]
#[test]
fn a_link_is_no_file() {
    let (folder, _) = package();
    let aside = TempDir::new().unwrap();
    std::fs::rename(folder.path().join("soc2.md"), aside.path().join("soc2.md")).unwrap();
    std::os::unix::fs::symlink(aside.path().join("soc2.md"), folder.path().join("soc2.md")).unwrap();
    assert_eq!(verify(folder.path()).unwrap().changed, ["soc2.md"]);
}

#[test]
fn a_folder_without_a_manifest_is_no_package() {
    let folder = TempDir::new().unwrap();
    let error = verify(folder.path()).unwrap_err();
    assert!(error.to_string().contains("has no manifest.json"));
}

#[test]
fn the_previous_package_is_cited_and_cannot_be_swapped() {
    let (folder, manifest) = package();
    assert_eq!(manifest.prior_package, Some(fixture::prior()));
    edit(folder.path(), &fixture::prior().run_id, &"0".repeat(64));
    let found = verify(folder.path()).unwrap().disagreements;
    assert!(found[0].contains("run id") && found[1].contains("same previous package"), "{found:?}");
    let (folder, _) = package();
    let path = folder.path().join(MANIFEST);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value.as_object_mut().unwrap().remove("prior_package");
    std::fs::write(&path, value.to_string()).unwrap();
    assert_eq!(verify(folder.path()).unwrap().disagreements.len(), 2, "an omission is as bad");
}
