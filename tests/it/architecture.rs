//! The rules of the house that the compiler does not know: who may name which library, and how large things may be.

use std::fs;
use std::path::{Path, PathBuf};

use tickmark::catalogue::TESTS;
use tickmark::report::controls::of_test;
use walkdir::WalkDir;

/// The libraries that the rule is about.
const LIBRARIES: &[&str] = &["arrow", "parquet", "polars", "deltalake_core", "tokio"];

/// What the modules may name of them. The longest prefix decides; a module without a line here fails the test.
const MAY_NAME: &[(&str, &[&str])] = &[
    ("access", &[]),
    ("access/table", &["polars"]),
    ("assemble", &["polars"]),
    ("catalogue", &["polars"]),
    ("change", &[]),
    ("cli", &[]),
    ("commands", &[]),
    ("companion", &[]),
    ("companion/parquet", &["polars"]),
    ("comparison", &[]),
    ("comparison/table", &["polars"]),
    ("config", &[]),
    ("correlate", &["polars"]),
    ("correlate/acts", &[]),
    ("correlate/assign", &[]),
    ("correlate/cases", &[]),
    ("correlate/door", &[]),
    ("correlate/kernel", &[]),
    ("correlate/lags", &[]),
    ("correlate/parts", &[]),
    ("correlate/spill", &[]),
    ("correlate/texts", &[]),
    ("coverage", &["polars"]),
    ("coverage/baseline", &[]),
    ("coverage/log", &[]),
    ("error", &[]),
    ("event", &[]),
    ("explain", &[]),
    ("frame", &["polars"]),
    ("framing", &["arrow", "parquet"]),
    ("identity", &[]),
    ("ingest", &["arrow"]),
    ("inventory", &["polars"]),
    ("lake", &["arrow", "parquet"]),
    ("lake/delta", &["deltalake_core", "tokio"]),
    ("lib", &[]),
    ("main", &[]),
    ("package", &[]),
    ("query", &["polars"]),
    ("report", &[]),
    ("report/build", &["polars"]),
    ("schema", &["arrow", "polars"]),
    ("schema/cells", &[]),
    ("simulate", &[]),
    ("source", &[]),
    ("turns", &[]),
];

/// Files that stand for tests alone: they may read the lake as any reader would.
const TESTS_ONLY: &[&str] = &["framing/tests", "ingest/fake", "ingest/tests"];

const LONGEST_FILE: usize = 400;

/// No reason excuses more than this.
const LONGEST_FILE_EVER: usize = 600;

/// Files over the limit, and why they are still one.
const LONG_FILES: &[(&str, &str)] = &[];

const LARGEST_FIXTURE: u64 = 64 * 1024;
/// Twelve sources, each with a case for every form and trap.
const ALL_TESTS: u64 = 3 * 1024 * 1024;
const ALL_SAMPLE_DATA: u64 = 1024 * 1024;

/// What no page may say of anybody, in lower case.
const BANNED: &[&str] =
    &["compliant", "certified", "guarantee", "effective", "passed soc", "fully automated", "audit-ready"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The files below a folder, without what runs leave in it.
fn files(folder: &str) -> Vec<PathBuf> {
    let base = root().join(folder);
    let left_by_runs = ["lake", "evidence"].map(|name| root().join("sample_data").join(name));
    let all =
        WalkDir::new(&base).sort_by_file_name().into_iter().filter_entry(|e| !left_by_runs.contains(&e.path().into()));
    let found: Vec<PathBuf> =
        all.map(|e| e.expect("a folder entry")).filter(|e| e.file_type().is_file()).map(|e| e.into_path()).collect();
    assert!(!found.is_empty(), "no files in {folder}");
    found
}

/// Every source file with its module, as in `report/model/results`.
fn sources() -> Vec<(String, String)> {
    let modules: Vec<_> = files("src")
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| {
            let name = path.strip_prefix(root().join("src")).expect("below src").with_extension("");
            let name = name.to_string_lossy().replace('\\', "/");
            (name.strip_suffix("/mod").unwrap_or(&name).to_owned(), text(&path))
        })
        .collect();
    assert!(modules.len() > 100, "only {} source files were found", modules.len());
    modules
}

/// The lines that are code, numbered from 1.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// True when the line begins a path with the library: `polars::x`, not `parquet::arrow::x` for arrow.
fn names(line: &str, library: &str) -> bool {
    let head = format!("{library}::");
    line.match_indices(&head).any(|(at, _)| {
        let before = line[..at].trim_end_matches("::").chars().next_back();
        !line[..at].ends_with("::") && before.is_none_or(|c| !c.is_alphanumeric() && c != '_')
    })
}

fn allowed(module: &str) -> Option<&'static [&'static str]> {
    let fits = |rule: &str| module == rule || module.starts_with(&format!("{rule}/"));
    MAY_NAME.iter().filter(|(rule, _)| fits(rule)).max_by_key(|(rule, _)| rule.len()).map(|(_, may)| *may)
}

#[test]
fn parquet_on_disk_is_the_only_bridge_between_arrow_and_polars() {
    let mut faults = Vec::new();
    for (module, text) in sources() {
        if TESTS_ONLY.contains(&module.as_str()) {
            continue;
        }
        let Some(may) = allowed(&module) else {
            faults.push(format!("src/{module} is new: say in MAY_NAME which libraries it may name"));
            continue;
        };
        for (at, line) in code(&text) {
            for library in LIBRARIES.iter().filter(|l| !may.contains(l) && names(line, l)) {
                faults.push(format!("src/{module} line {at} names {library}: {}", line.trim()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_path_is_told_from_a_part_of_one() {
    assert!(names("use polars::prelude::*;", "polars") && names("fn f() -> polars::prelude::DataFrame", "polars"));
    assert!(!names("use parquet::arrow::ArrowWriter;", "arrow") && !names("use crate::my_arrow::x;", "arrow"));
    assert_eq!(allowed("correlate/kernel/vouch"), Some::<&[&str]>(&[]));
    assert_eq!(allowed("correlate/rows"), Some::<&[&str]>(&["polars"]));
    assert_eq!(allowed("correlated"), None);
}

#[test]
fn only_the_schema_turns_a_literal_into_a_column() {
    for (module, text) in sources().into_iter().filter(|(module, _)| module != "schema") {
        for (at, line) in code(&text) {
            assert!(!line.contains("col(\"") && !line.contains("cols([\""), "src/{module} line {at}: {}", line.trim());
        }
    }
}

#[test]
fn source_files_stay_readable() {
    for (module, text) in sources() {
        let lines = text.lines().count();
        let excused = LONG_FILES.iter().any(|(name, _)| *name == module);
        assert!(lines <= LONGEST_FILE_EVER, "src/{module} has {lines} lines: part it");
        assert!(lines <= LONGEST_FILE || excused, "src/{module} has {lines} lines: part it, or give a reason");
        assert!(!excused || lines > LONGEST_FILE, "src/{module} has {lines} lines and needs no excuse any more");
    }
}

fn sizes(folder: &str) -> Vec<(PathBuf, u64)> {
    files(folder)
        .into_iter()
        .map(|path| {
            let size = fs::metadata(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).len();
            (path, size)
        })
        .collect()
}

#[test]
fn fixtures_stay_small() {
    let tests = sizes("tests");
    for (path, size) in &tests {
        assert!(*size <= LARGEST_FIXTURE, "{} has {size} bytes", path.display());
    }
    let total: u64 = tests.iter().map(|(_, size)| size).sum();
    assert!(total <= ALL_TESTS, "tests have {total} bytes");
    let total: u64 = sizes("sample_data").iter().map(|(_, size)| size).sum();
    assert!(total <= ALL_SAMPLE_DATA, "sample_data has {total} bytes");
}

#[test]
fn readme_names_the_two_commands_that_do_everything() {
    let readme = text(&root().join("README.md"));
    for command in ["cargo run -- run --config sample_data/tickmark.toml", "cargo test"] {
        assert!(readme.lines().any(|line| line == command), "README.md: `{command}` is missing");
    }
    assert!(readme.lines().count() <= 80, "README.md is longer than a screen");
    assert!(readme.contains("docs/report.png") && root().join("docs/report.png").is_file());
}

#[test]
fn the_map_names_every_module() {
    let map = text(&root().join("ARCHITECTURE.md"));
    for (module, _) in
        sources().iter().filter(|(module, _)| !module.contains('/') && module != "lib" && module != "main")
    {
        assert!(map.contains(&format!("| `{module}` |")), "ARCHITECTURE.md: module `{module}` is missing");
    }
}

#[test]
fn no_page_claims_more_than_results() {
    for path in files("templates") {
        let page = text(&path).to_lowercase();
        for word in BANNED {
            assert!(!page.contains(word), "{}: `{word}`", path.display());
        }
    }
}

#[test]
fn every_test_has_controls() {
    for test in TESTS {
        assert!(!of_test(test.id).is_empty(), "report::controls knows no {}", test.id);
    }
}
