//! How fast `tickmark ingest` is, and in how much memory: a program of its own, so that nothing else is measured.
//!
//! `cargo bench --bench ingest -- [SIZE] [LAYOUT…]`, for example `1500MB delivery one-file`; without arguments 300 MB in every
//! layout. Each ingest starts with an empty lake and is run three times; the middle one is told. Then the same input is read
//! again, unchanged.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program of its own that measures and prints"
)]

mod measure;

use std::path::Path;

use measure::{Run, run};

const LAYOUTS: [&str; 4] = ["delivery", "one-file", "one-array", "small-files"];
const RUNS: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let size = arguments.iter().find(|a| a.starts_with(|c: char| c.is_ascii_digit())).cloned();
    let size = size.unwrap_or_else(|| "300MB".to_owned());
    let chosen = |layout: &&str| arguments.iter().all(|a| *a == size) || arguments.iter().any(|a| a == layout);
    println!("{:<12} {:>8} {:>10} {:>9} {:>9} {:>12}", "layout", "MB", "seconds", "MB/s", "peak MB", "again, s");
    for layout in LAYOUTS.iter().filter(|l| chosen(l)) {
        let place = tempfile::tempdir().expect("a folder");
        let input = place.path().join("input");
        let path = input.to_string_lossy().into_owned();
        run(&["simulate", "--out", &path, "--volume", &size, "--layout", layout]);
        let bytes = byte_count(&input);
        let lake = place.path().join("lake");
        let lake_path = lake.to_string_lossy().into_owned();
        let ingest = ["ingest", "--lake", &lake_path, "--json", &path];
        let mut runs: Vec<Run> = (0..RUNS)
            .map(|_| {
                let _ = std::fs::remove_dir_all(&lake);
                run(&ingest)
            })
            .collect();
        let again = run(&ingest);
        runs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let middle = runs[RUNS / 2];
        let mb = bytes as f64 / 1e6;
        let peak = runs.iter().map(|r| r.peak_mb).max().unwrap_or(0);
        println!(
            "{layout:<12} {mb:>8.0} {:>10.2} {:>9.0} {peak:>9} {:>12.2}",
            middle.seconds,
            mb / middle.seconds,
            again.seconds
        );
    }
}

fn byte_count(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|e| e.file_type().is_file());
    files.filter_map(|e| e.metadata().ok()).map(|m| m.len()).sum()
}
