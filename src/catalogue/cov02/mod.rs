//! COV-02: every record is accounted for.

mod totals;

use std::collections::BTreeMap;

use super::words::{exception, pass};
use super::{About, Cell, Counts, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::ingest::Refused;
use crate::inventory::{FileRow, Inventory, RejectRow};
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "COV-02",
    version: "3",
    severity: Severity::High,
    needs: need::ALL,
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "max_rejects",
        default: "0",
        doc: "rejected records that are tolerated, in all; `run` tolerates as many, unless `--max-rejects` says another number",
    }],
    words: &[
        pass("tied_out", "every record of the file ended in exactly one place"),
        pass("rejects_tolerated", "the file holds records that could not be read, no more than are tolerated"),
        pass("rejected", "the record could not be read, and is tolerated"),
        pass("control_total_agrees", "as many records as the source counts were read"),
        exception("does_not_tie_out", "the records of the file and the places they ended in do not add up"),
        exception("has_rejects", "the file holds records that could not be read"),
        exception("rejected", "the record could not be read"),
        exception("left_out", "the file was left out as a whole: more of its records could not be read than allowed"),
        exception("control_total_differs", "the source counts another number of records than were read"),
        exception("file_missing", "a control total names a file that was not read"),
    ],
    columns: &[
        Column::optional(
            "path",
            Kind::Text,
            "Path of the file as collected; of a control total the pattern that it is given for.",
        ),
        Column::optional(
            "sha256",
            Kind::Text,
            "SHA-256 of the file. null = of a control total that names none, or several.",
        ),
        Column::optional("records", Kind::Whole, "Records of the file. null = the item is a reject."),
        Column::optional("accepted", Kind::Whole, "Of them accepted."),
        Column::optional("duplicate", Kind::Whole, "Of them repetitions of an accepted one."),
        Column::optional("filtered", Kind::Whole, "Of them left out by a named rule."),
        Column::optional("rejected", Kind::Whole, "Of them not readable."),
        Column::optional("control_total", Kind::Whole, "Records by the source's own count. null = none was given."),
        Column::optional(
            "difference",
            Kind::Whole,
            "Records read minus the source's own count. null = none was given.",
        ),
        Column::optional(
            "first_reject_reason",
            Kind::Text,
            "Why the first record that could not be read could not. null = all could.",
        ),
    ],
    about: About {
        title: "Every record is accounted for",
        objective: "To show that nothing was lost between the files received and the populations tested.",
        population: "Every record of every file: each line of JSON lines, each element of an array, each row.",
        item_noun: "records",
        procedure: &[
            "Each record ends in exactly one place: accepted, duplicate of an accepted one, filtered by a named rule, or rejected with a reason.",
            "Per file and in total, records read must equal the sum of the four.",
            "A rejected record beyond max_rejects is an exception, and so is a file that could not be read to its end.",
            "Where the configuration gives control totals, the records of the last version of each file named must be as many. Records that a source counts and no file holds belong to the population; they and records beyond the count are exceptions, and so is a control total whose path matches no file.",
        ],
        false_positives: &["A file that was cut off while it was copied shows as a reject at its end: fetch it again."],
        limits: &[
            "This test does not show that the files received are all the files that the source holds; only counts given by the source could, for the files that they name.",
        ],
        references: &["AT-C 205, on information produced by the entity"],
        deviation: "File {object}: {meaning}",
        undecided: "File {object}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let allowed = evidence.config.whole(TEST.id, "max_rejects")?;
    let inventory = Inventory::read(evidence.lake)?;
    let rejected = inventory.files.iter().map(|f| f.rejected).sum::<u64>();
    let is_tolerated = rejected <= allowed;
    let totals = totals::compare(evidence, &inventory.files)?;
    let read: u64 = inventory.files.iter().map(|f| f.records).sum();
    let untied: u64 = inventory.files.iter().filter(|f| !f.ties_out()).map(|f| f.records).sum();
    let rejects = if is_tolerated { 0 } else { rejected };
    // A record that its source counts and no file holds belongs to the population, too.
    let refused: u64 = evidence.refused.iter().map(|r| r.tally.counts.records).sum();
    let population = read + totals.missing + refused;
    let exception = (rejects + untied + totals.surplus).min(read) + totals.missing + refused;
    let by_id: BTreeMap<&str, &FileRow> = inventory.files.iter().map(|f| (f.file_id.as_str(), f)).collect();
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for reject in &inventory.rejects {
        first.entry(&reject.file_id).or_insert(&reject.reason);
    }
    let of_file = |f: &FileRow| {
        let first_reject = first.get(f.file_id.as_str()).copied();
        file_item(f, evidence, totals.of_file(f), first_reject, is_tolerated)
    };
    let mut items: Vec<Item> = inventory.files.iter().map(of_file).collect();
    let of_reject = |r: &RejectRow| reject_item(r, evidence, by_id.get(r.file_id.as_str()).copied(), is_tolerated);
    items.extend(inventory.rejects.iter().map(of_reject));
    items.extend(evidence.refused.iter().map(|r| refused_item(r, evidence)));
    let mut notes = vec![format!("{} files, {read} records, {rejected} rejected", inventory.files.len())];
    items.extend(totals.items);
    notes.extend(totals.notes);
    Ok(Judged {
        items,
        counts: Some(Counts { population, pass: population - exception, exception, ..Counts::default() }),
        notes,
        coverage_is_complete: false,
        ..Judged::default()
    })
}

/// The values of the test's own columns.
#[derive(Default)]
struct Own<'o> {
    path: &'o str,
    sha256: Option<&'o str>,
    /// Records, and the four places where they ended.
    counts: [Option<u64>; 5],
    control_total: Option<u64>,
    /// Records read, where they stand against a control total.
    found: Option<u64>,
    first_reject: Option<&'o str>,
}

impl Own<'_> {
    fn cells(&self) -> Vec<Cell> {
        let whole = |n: Option<u64>| Cell::Whole(n.and_then(|n| i64::try_from(n).ok()));
        let text = |text: Option<&str>| Cell::Text(text.map(str::to_owned));
        let difference = self.found.zip(self.control_total).map(|(found, said)| i128::from(found) - i128::from(said));
        let mut cells = vec![text(Some(self.path)), text(self.sha256)];
        cells.extend(self.counts.map(whole));
        cells.push(whole(self.control_total));
        cells.push(Cell::Whole(difference.and_then(|d| i64::try_from(d).ok())));
        cells.push(text(self.first_reject));
        cells
    }
}

// A file without events stands at the start of the period.
fn file_item(
    file: &FileRow,
    evidence: &Evidence<'_>,
    control_total: Option<u64>,
    first_reject: Option<&str>,
    is_tolerated: bool,
) -> Item {
    let (verdict, reason) = match (file.ties_out(), file.rejected) {
        (false, _) => (Verdict::Exception, "does_not_tie_out"),
        (true, 0) => (Verdict::Pass, "tied_out"),
        (true, _) if is_tolerated => (Verdict::Pass, "rejects_tolerated"),
        (true, _) => (Verdict::Exception, "has_rejects"),
    };
    let own = Own {
        path: &file.path,
        sha256: Some(&file.sha256),
        counts: [file.records, file.accepted, file.duplicate, file.filtered, file.rejected].map(Some),
        control_total,
        found: Some(file.records),
        first_reject,
    };
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        object: Some(file.path.clone()),
        detail: Some(format!(
            "{} records = {} accepted + {} duplicate + {} filtered + {} rejected; sha256 {}",
            file.records, file.accepted, file.duplicate, file.filtered, file.rejected, file.sha256
        )),
        extra: own.cells(),
        ..Item::new(item_id(&["file", &file.file_id]), file.first_event_time.unwrap_or(evidence.period.start))
    }
}

fn refused_item(refused: &Refused, evidence: &Evidence<'_>) -> Item {
    let (tally, counts) = (&refused.tally, refused.tally.counts);
    let lines: Vec<String> = refused.rejects.iter().map(|(line, reason)| format!("line {line}: {reason}")).collect();
    let own = Own {
        path: &tally.path,
        sha256: Some(&tally.sha256),
        counts: [Some(counts.records), None, None, None, Some(counts.rejected)],
        first_reject: refused.rejects.first().map(|(_, reason)| reason.as_str()),
        ..Own::default()
    };
    Item {
        verdict: Verdict::Exception,
        reason: "left_out".to_owned(),
        severity: TEST.severity,
        object: Some(tally.path.clone()),
        detail: Some(format!(
            "left out as a whole: {} of its {} records would be rejected; {}; sha256 {}",
            counts.rejected,
            counts.records,
            lines.join("; "),
            tally.sha256
        )),
        extra: own.cells(),
        ..Item::new(item_id(&["refused", &tally.file_id]), evidence.period.start)
    }
}

fn reject_item(reject: &RejectRow, evidence: &Evidence<'_>, file: Option<&FileRow>, is_tolerated: bool) -> Item {
    let verdict = if is_tolerated { Verdict::Pass } else { Verdict::Exception };
    let own = Own {
        path: &reject.path,
        sha256: file.map(|f| f.sha256.as_str()),
        first_reject: Some(&reject.reason),
        ..Own::default()
    };
    Item {
        verdict,
        reason: "rejected".to_owned(),
        severity: TEST.severity,
        object: Some(reject.path.clone()),
        detail: Some(format!("line {}: {}", reject.line, reject.reason)),
        extra: own.cells(),
        ..Item::new(
            item_id(&["reject", &reject.file_id, &reject.line.to_string(), &reject.byte_offset.to_string()]),
            file.and_then(|f| f.first_event_time).unwrap_or(evidence.period.start),
        )
    }
}
