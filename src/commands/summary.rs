//! What a person reads on the terminal: what was read, what was found, where the package is.

mod standing;

use std::io::Write;
use std::path::Path;

use serde_json::json;

use crate::ingest::{Counts, FileTally, Summary};
use crate::inventory::RejectRow;
use crate::lake::Shrunk;
use crate::report::escape::cut;
use crate::report::format::number;
use crate::report::model::{ItemRow, Model, Severity};

/// Findings of one companion file that are told; all are counted, and stand in the package.
const FINDINGS_TOLD: usize = 5;

/// What an ingest read.
pub(super) fn ingested(out: &mut dyn Write, read: &Summary) -> std::io::Result<()> {
    let t = read.totals;
    writeln!(
        out,
        "Read      {} files ({} unchanged since the last run), {} records = {} accepted + {} duplicate + {} filtered + {} rejected",
        number(read.file_count - read.refused.len() as u64),
        number(read.unchanged_count),
        number(t.records),
        number(t.accepted),
        number(t.duplicate),
        number(t.filtered),
        number(t.rejected),
    )?;
    for skipped in &read.skipped {
        writeln!(out, "          left out: {} ({})", plain(&skipped.path), skipped.rule)?;
    }
    for refused in &read.refused {
        let Counts { records, rejected, .. } = refused.tally.counts;
        let (path, rejected, records) = (plain(&refused.tally.path), number(rejected), number(records));
        writeln!(out, "Left out  {path} as a whole: {rejected} of its {records} records would be rejected")?;
        for (line, reason) in &refused.rejects {
            writeln!(out, "          line {line}: {}", plain(reason))?;
        }
    }
    Ok(())
}

/// The files with rejects, each with its first reason; the rest is in table `rejects`.
pub(super) fn rejected(out: &mut dyn Write, read: &Summary, rejects: &[RejectRow]) -> std::io::Result<()> {
    for file in &read.strange {
        writeln!(out, "Rejected  {}: {} records", plain(&file.path), number(file.counts.rejected))?;
        if let Some(first) = rejects.iter().find(|r| r.file_id == file.file_id) {
            writeln!(out, "          line {}: {}", first.line, plain(&first.reason))?;
        }
    }
    let told = read.strange.len() as u64;
    if read.strange_count > told {
        writeln!(out, "          and {} more files; see table `rejects`", read.strange_count - told)?;
    }
    Ok(())
}

/// One file of an ingest, for programs.
pub(super) fn file_json(tally: &FileTally) -> serde_json::Value {
    let instant = |micros: Option<i64>| {
        let time = micros.and_then(chrono::DateTime::from_timestamp_micros);
        time.map(|t| t.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
    };
    json!({
        "path": tally.path,
        "file_id": tally.file_id,
        "sha256": tally.sha256,
        "byte_count": tally.byte_count,
        "source": tally.source,
        "records": tally.counts.records,
        "accepted": tally.counts.accepted,
        "duplicate": tally.counts.duplicate,
        "filtered": tally.counts.filtered,
        "rejected": tally.counts.rejected,
        "first_event_time": instant(tally.first_event_time),
        "last_event_time": instant(tally.last_event_time),
    })
}

/// An ingest as a whole, for programs, without its files.
pub(super) fn ingest_json(read: &Summary) -> serde_json::Map<String, serde_json::Value> {
    let t = read.totals;
    let refused: Vec<_> = read
        .refused
        .iter()
        .map(|r| {
            let rejects: Vec<_> =
                r.rejects.iter().map(|(line, reason)| json!({ "line": line, "reason": reason })).collect();
            let (records, rejected) = (r.tally.counts.records, r.tally.counts.rejected);
            json!({ "path": r.tally.path, "records": records, "rejected": rejected, "rejects": rejects })
        })
        .collect();
    let skipped: Vec<_> = read.skipped.iter().map(|s| json!({ "path": s.path, "rule": s.rule })).collect();
    let value = json!({
        "file_count": read.file_count,
        "unchanged_count": read.unchanged_count,
        "refused": refused,
        "skipped": skipped,
        "byte_count": read.byte_count,
        "records": t.records,
        "accepted": t.accepted,
        "duplicate": t.duplicate,
        "filtered": t.filtered,
        "rejected": t.rejected,
    });
    match value {
        serde_json::Value::Object(map) => map,
        _ => serde_json::Map::new(),
    }
}

/// What was found in the evidence, for programs.
pub(super) fn judged_json(model: &Model, package: &Path) -> serde_json::Map<String, serde_json::Value> {
    let test = |t: &crate::report::model::Test| {
        let c = &t.counts;
        json!({
            "test_id": t.id,
            "conclusion": t.conclusion.as_str(),
            "population": c.population,
            "pass": c.pass,
            "exception": c.exception,
            "waived": c.waived,
            "undetermined": c.undetermined,
            "not_applicable": c.not_applicable,
        })
    };
    let mut map = serde_json::Map::new();
    map.insert("period".to_owned(), json!({ "start": model.period.start, "end": model.period.end }));
    map.insert("tests".to_owned(), model.tests.iter().map(test).collect());
    map.insert("waivers".to_owned(), standing::waivers_json(model));
    map.insert("comparison".to_owned(), standing::comparison_json(model));
    map.insert("package".to_owned(), package.display().to_string().into());
    map
}

/// A length of time as people say it.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
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
    companions(out, model)?;
    for sentence in &model.scope.excluded {
        writeln!(out, "Left out  {}", plain(sentence))?;
    }
    results(out, model)?;
    standing::waivers(out, model)?;
    standing::comparison(out, model)?;
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

fn companions(out: &mut dyn Write, model: &Model) -> std::io::Result<()> {
    for (i, file) in model.companions.iter().enumerate() {
        let findings = model.companion_findings.rows.iter().filter(|finding| finding.path == file.path);
        writeln!(
            out,
            "{:<10}{} from {} ({}): {} rows, {} findings",
            if i == 0 { "Beside" } else { "" },
            file.kind,
            plain(&file.path),
            plain(&file.owner),
            number(file.row_count),
            number(file.finding_count),
        )?;
        for finding in findings.take(FINDINGS_TOLD) {
            writeln!(out, "          {}:{}: {}", plain(&file.path), finding.line, plain(&finding.message))?;
        }
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

/// The text on one line, cut. Names are not ours: a control character could move the cursor or colour the terminal.
pub(super) fn plain(text: &str) -> String {
    cut(&text.replace(char::is_control, " "), 400)
}
