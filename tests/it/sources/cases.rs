//! Cases: a folder with one `input.*`, what must come out of it, and perhaps a `zone` that times without one are in, and a
//! `path` that the file is taken to have.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tickmark::source::{SOURCES, by_id};

use super::{Input, cases_folder, folders, name, read_all};

/// Adding a case is adding a folder; fewer folders than this mean that they were not found.
const LEAST_CASES: usize = 20;

/// What differs between a case's expectation and what came out; with `UPDATE_CASES=1` the expectation is rewritten.
fn differences(case: &Path, file: &str, found: &[Value]) -> Option<String> {
    let path = case.join(file);
    // Few records state the whole of something: a case without the file expects none.
    let is_optional = file == "statements.json" && found.is_empty();
    let found = json!(found);
    if std::env::var_os("UPDATE_CASES").is_some_and(|v| v == "1") {
        if !is_optional {
            fs::write(&path, one_per_line(&found)).expect("an expectation can be written");
        }
        return None;
    }
    let expected = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str::<Value>(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display())),
        Err(_) if is_optional => return None,
        Err(e) => return Some(format!("{}: {e}", path.display())),
    };
    if expected == found {
        return None;
    }
    let (left, right) =
        (expected.as_array().cloned().unwrap_or_default(), found.as_array().cloned().unwrap_or_default());
    let at = left.iter().zip(&right).position(|(l, r)| l != r).unwrap_or(left.len().min(right.len()));
    let shown = |list: &[Value]| list.get(at).map_or("nothing".to_owned(), |v| format!("{v:#}"));
    Some(format!("{} [{at}]:\nexpected {}\nfound {}", path.display(), shown(&left), shown(&right)))
}

fn one_per_line(found: &Value) -> String {
    let elements: Vec<String> = found.as_array().into_iter().flatten().map(Value::to_string).collect();
    format!("[\n{}\n]\n", elements.join(",\n"))
}

/// The input of a case.
pub(super) fn input(case: &Path) -> Input {
    let inputs = fs::read_dir(case).expect("a folder").map(|f| f.expect("a file").path());
    let path = inputs.filter(|p| p.file_stem().is_some_and(|s| s == "input")).min();
    let path = path.unwrap_or_else(|| panic!("{} has no input", case.display()));
    let stored = fs::read_to_string(case.join("path")).ok().map(|path| path.trim().to_owned());
    let zone = fs::read_to_string(case.join("zone")).ok().map(|zone| zone.trim().parse().expect("a zone"));
    Input { path: stored.unwrap_or_else(|| name(&path)), bytes: fs::read(path).expect("an input"), zone }
}

#[test]
fn every_case_comes_out_as_expected() {
    let mut failures = Vec::new();
    let mut count = 0;
    for folder in folders(&cases_folder()) {
        let source = by_id(&name(&folder)).unwrap_or_else(|| panic!("{} is no source", folder.display()));
        for case in folders(&folder) {
            let found = read_all(source, &input(&case));
            count += 1;
            failures.extend(differences(&case, "events.json", &found.events));
            failures.extend(differences(&case, "changes.json", &found.changes));
            failures.extend(differences(&case, "statements.json", &found.statements));
            failures.extend(differences(&case, "rejects.json", &found.rejects));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    assert!(count >= LEAST_CASES, "only {count} cases found");
}

#[test]
fn every_source_has_cases() {
    let without: Vec<&str> = SOURCES.iter().map(|s| s.id()).filter(|id| !cases_folder().join(id).is_dir()).collect();
    assert!(without.is_empty(), "no cases for {without:?}");
}
