use super::*;

const COVERS: &str = "[organization]\nname = \"Example Corp\"\n[[source]]\nid = \"databricks\"\npaths = []\n\
    covers = \"2026-07-01..2026-07-03\"\n[environments]\nproduction = [\"41\"]\n";

#[test]
fn an_export_does_not_cover_what_its_form_does_not_carry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tickmark.toml");
    std::fs::write(&path, COVERS).unwrap();
    let config = Config::read(&path).unwrap();
    let ids = source_ids(&config, &[]).unwrap();
    let covers = config.sources[0].covers.clone().unwrap();
    let first = covers.start.div_euclid(HOUR);
    let cell = |lacks_account: bool, scope: &str| {
        let log = ("databricks".to_owned(), "41".to_owned());
        let counts = ByLog::from([(log, BTreeMap::from([(first, 1)]))]);
        let coverage = Coverage::assemble(counts, &config, &ids, lacks_account);
        let found = coverage.logs().find(|log| log.scope == scope).unwrap();
        assert!(coverage.lacks_account() == lacks_account && coverage.has(|log| log.source == "databricks"));
        (found.cell(first + 5), found.reach.clone())
    };
    let declared = first..first + 48;
    assert_eq!(cell(false, "account"), (Cell::NotEstablished, declared.clone()));
    assert_eq!(cell(true, "41"), (Cell::NotEstablished, declared));
    let (account, reach) = cell(true, "account");
    assert!(account == Cell::Hole && reach.is_empty(), "{account:?} {reach:?}");
}

#[test]
fn what_a_source_covers_holds_for_all_that_its_files_turned_out_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tickmark.toml");
    let text = "[organization]\nname = \"Example Corp\"\n[[source]]\npaths = [\"entra/*\"]\ncovers = \"2026-07-01..2026-07-03\"\n";
    std::fs::write(&path, text).unwrap();
    let config = Config::read(&path).unwrap();
    let file =
        |path: &str, source: &str| FileRow { path: path.into(), source: Some(source.into()), ..FileRow::default() };
    let files = [file("entra/a", "entra_audit"), file("entra/b", "entra_provisioning"), file("okta/c", "okta")];
    let ids = source_ids(&config, &files).unwrap();
    let covered = declared(&config, &ids);
    assert_eq!(covered.keys().map(String::as_str).collect::<Vec<_>>(), ["entra_audit", "entra_provisioning"]);
}
