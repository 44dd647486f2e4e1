//! The version of a test changes with its logic. Of the logic this can see what is declared: reasons, columns, parameters, severity and needs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use tickmark::catalogue::{TESTS, Test};
use tickmark::package::sha256_hex;

/// Version and digest, by id.
type Known = BTreeMap<String, (u64, String)>;

fn list() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/catalogue/versions.txt")
}

/// What is declared of a test, save its prose.
fn declared(test: &Test) -> String {
    let parameters = test.own_parameters.iter().map(|p| format!("{} = {}", p.name, p.default));
    let words = test.words.iter().map(|w| format!("{} {}", w.verdict.as_str(), w.word));
    let columns = test.columns.iter().map(|c| format!("{} {:?}", c.name, c.kind));
    let needs = test.needs.iter().map(|n| format!("{} {}", n.kind.as_str(), n.optional));
    let shared = test.shared_parameters.iter().map(|p| (*p).to_owned());
    let all = [test.severity.as_str().to_owned()].into_iter().chain(needs).chain(shared);
    all.chain(parameters).chain(words).chain(columns).collect::<Vec<_>>().join("\n")
}

fn now() -> Known {
    let line = |test: &&Test| {
        let version = test.version.parse().expect("a number");
        let digest = sha256_hex(declared(test).as_bytes())[..16].to_owned();
        (test.id.to_owned(), (version, digest))
    };
    TESTS.iter().map(line).collect()
}

fn known() -> Known {
    let text = fs::read_to_string(list()).unwrap_or_default();
    let line = |line: &str| {
        let [id, version, digest] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        (id.to_owned(), (version.parse().expect("a number"), digest.to_owned()))
    };
    text.lines().map(line).collect()
}

/// What is wrong with the versions that tests have now, held against those that are listed.
fn faults(known: &Known, now: &Known) -> Vec<String> {
    let fault = |(id, (version, digest)): (&String, &(u64, String))| {
        let (before, as_it_was) = known.get(id)?;
        match version.cmp(before) {
            std::cmp::Ordering::Less => Some(format!("{id}: version {version} comes after {before}")),
            std::cmp::Ordering::Equal if digest != as_it_was => {
                Some(format!("{id}: what it declares has changed, and its version has not"))
            }
            _ => None,
        }
    };
    let gone = known.keys().filter(|id| !now.contains_key(*id)).map(|id| format!("{id}: an id is for ever"));
    now.iter().filter_map(fault).chain(gone).collect()
}

#[test]
fn a_test_that_declares_something_else_has_another_version() {
    let (known, now) = (known(), now());
    let faults = faults(&known, &now);
    assert!(faults.is_empty(), "raise the versions:\n{}", faults.join("\n"));
    if env::var_os("UPDATE_VERSIONS").is_some() {
        let lines = now.iter().map(|(id, (version, digest))| format!("{id} {version} {digest}\n"));
        fs::write(list(), lines.collect::<String>()).expect("the list");
    } else {
        assert_eq!(known, now, "UPDATE_VERSIONS=1 cargo test --test it versions lists the new ones");
    }
}

#[test]
fn a_version_that_stays_or_falls_is_a_fault() {
    let one = |version, digest: &str| Known::from([("X-01".to_owned(), (version, digest.to_owned()))]);
    let known = one(2, "a");
    assert_eq!(faults(&known, &one(2, "a")).len() + faults(&known, &one(3, "b")).len(), 0);
    assert_eq!(faults(&known, &one(2, "b")), ["X-01: what it declares has changed, and its version has not"]);
    assert_eq!(faults(&known, &one(1, "a")), ["X-01: version 1 comes after 2"]);
    assert_eq!(faults(&known, &Known::new()), ["X-01: an id is for ever"]);
    assert_eq!(faults(&Known::new(), &known), Vec::<String>::new());
}
