//! What a person reads on the terminal: what was read, what was found, where the package is.

use std::io::{IsTerminal as _, Write};
use std::path::Path;

use crate::ingest::{Progress, Summary};
use crate::inventory::RejectRow;
use crate::lake::Shrunk;
use crate::report::escape::cut;
use crate::report::format::number;
use crate::report::model::{ItemRow, Model, Severity};

/// Files with rejects that are named on the terminal.
const FILES_TOLD: usize = 8;

/// A line on standard error that follows an ingest; `None` when nobody would see it.
pub(super) fn progress(quiet: bool) -> Option<Box<dyn Fn(Progress) + Sync>> {
    if quiet || !std::io::stderr().is_terminal() {
        return None;
    }
    Some(Box::new(|p: Progress| {
        let end = if p.files_done == p.files { "\n" } else { "" };
        let mut stderr = std::io::stderr().lock();
        // Progress is a courtesy: a terminal that has gone away must not end the ingest.
        let _ = write!(
            stderr,
            "\rreading: {} of {} files, {} of {} MB{end}",
            p.files_done,
            p.files,
            p.bytes_done / 1_000_000,
            p.bytes / 1_000_000
        );
        let _ = stderr.flush();
    }))
}

/// What an ingest read.
pub(super) fn ingested(out: &mut dyn Write, read: &Summary) -> std::io::Result<()> {
    let unchanged = read.files.iter().filter(|f| f.unchanged).count();
    let t = read.totals;
    writeln!(
        out,
        "Read      {} files ({} unchanged since the last run), {} records = {} accepted + {} duplicate + {} filtered + {} rejected",
        number(read.files.len() as u64),
        number(unchanged as u64),
        number(t.records),
        number(t.accepted),
        number(t.duplicate),
        number(t.filtered),
        number(t.rejected),
    )?;
    for skipped in &read.skipped {
        writeln!(out, "          left out: {} ({})", plain(&skipped.path), skipped.rule)?;
    }
    Ok(())
}

/// The files with rejects, each with its first reason; the rest is in table `rejects`.
pub(super) fn rejected(out: &mut dyn Write, read: &Summary, rejects: &[RejectRow]) -> std::io::Result<()> {
    let strange: Vec<_> = read.files.iter().filter(|f| f.counts.rejected > 0).collect();
    for file in strange.iter().take(FILES_TOLD) {
        writeln!(out, "Rejected  {}: {} records", plain(&file.path), number(file.counts.rejected))?;
        if let Some(first) = rejects.iter().find(|r| r.file_id == file.file_id) {
            writeln!(out, "          line {}: {}", first.line, plain(&first.reason))?;
        }
    }
    if strange.len() > FILES_TOLD {
        writeln!(out, "          and {} more files; see table `rejects`", strange.len() - FILES_TOLD)?;
    }
    Ok(())
}

/// What became of the lake's files.
pub(super) fn compacted(out: &mut dyn Write, tables: &[Shrunk]) -> std::io::Result<()> {
    writeln!(
        out,
        "{:<10} {:>12} {:>12} {:>18} {:>18}",
        "table", "files before", "files now", "bytes before", "bytes now"
    )?;
    let all = tables.iter().fold(Shrunk { table: "all", ..Shrunk::default() }, |all, table| all.and(table));
    for table in tables.iter().chain([&all]) {
        writeln!(
            out,
            "{:<10} {:>12} {:>12} {:>18} {:>18}",
            table.table,
            number(table.files_before),
            number(table.files_after),
            number(table.bytes_before),
            number(table.bytes_after),
        )?;
    }
    Ok(())
}

/// What was found in the evidence.
pub(super) fn judged(out: &mut dyn Write, model: &Model, package: &Path) -> std::io::Result<()> {
    writeln!(
        out,
        "Lake      {} files, {} records",
        number(model.totals.file_count),
        number(model.totals.records.records)
    )?;
    writeln!(out, "Period    {} ({} to {}, half open)", model.period.label, model.period.start, model.period.end)?;
    coverage(out, model)?;
    for sentence in &model.scope.excluded {
        writeln!(out, "Left out  {}", plain(sentence))?;
    }
    results(out, model)?;
    exceptions(out, model)?;
    writeln!(out, "\nPackage   {}", package.display())?;
    writeln!(out, "          soc2.html, iso27001.html (and .md), model.json, data/*.parquet, manifest.json")
}

fn coverage(out: &mut dyn Write, model: &Model) -> std::io::Result<()> {
    for (i, row) in model.coverage.rows.iter().enumerate() {
        let state = if row.established { "" } else { "; too few days at hand to expect anything" };
        writeln!(
            out,
            "{:<10}{} {}: {} of {} hours covered, {} quiet, {} in holes{state}",
            if i == 0 { "Coverage" } else { "" },
            row.source,
            row.scope,
            number(row.covered_hours),
            number(row.hour_count),
            number(row.quiet_hours),
            number(row.hole_hours),
        )?;
    }
    Ok(())
}

fn results(out: &mut dyn Write, model: &Model) -> std::io::Result<()> {
    writeln!(
        out,
        "\n{:<7} {:>10} {:>8} {:>9} {:>6} {:>12} {:>14}  conclusion",
        "test", "population", "pass", "exception", "waived", "undetermined", "not applicable"
    )?;
    for test in &model.tests {
        let c = &test.counts;
        writeln!(
            out,
            "{:<7} {:>10} {:>8} {:>9} {:>6} {:>12} {:>14}  {}",
            test.id,
            number(c.population),
            number(c.pass),
            number(c.exception),
            number(c.waived),
            number(c.undetermined),
            number(c.not_applicable),
            test.conclusion.as_str(),
        )?;
    }
    Ok(())
}

// A control exception tells more than a gap in a log, so the gates come last.
fn exceptions(out: &mut dyn Write, model: &Model) -> std::io::Result<()> {
    let mut all: Vec<(bool, Severity, &str, &ItemRow)> = Vec::new();
    for test in &model.tests {
        all.extend(test.exceptions.rows.iter().map(|row| (test.gate, row.severity, test.id.as_str(), row)));
    }
    all.sort_by_key(|(gate, severity, test, row)| (*gate, *severity, *test, row.event_time.clone()));
    let mut told: Vec<(&str, &str)> = Vec::new();
    for (_, _, test, row) in &all {
        // One story is told once: the same subject under the same object is the same incident to a reader.
        if told.len() < 3 && !told.contains(&(&row.subject, &row.object)) {
            if told.is_empty() {
                writeln!(out, "\nMost important exceptions")?;
            }
            told.push((&row.subject, &row.object));
            writeln!(out, "{}. {test} ({}): {}", told.len(), row.severity.as_str(), plain(&row.in_words))?;
        }
    }
    if told.is_empty() {
        writeln!(out, "\nNo exceptions; see the package for what could not be concluded.")?;
    }
    Ok(())
}

// Names are not ours: a control character could move the cursor or colour the terminal.
fn plain(text: &str) -> String {
    cut(&text.replace(char::is_control, " "), 400)
}
