//! COV-02: every record is accounted for.

mod totals;

use super::{Counts, Evidence, Item, Judged, Parameter, Severity, Test};
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::ingest::Refused;
use crate::inventory::{FileRow, Inventory, RejectRow};

/// The test.
pub(super) const TEST: Test = Test {
    id: "COV-02",
    version: "2",
    severity: Severity::High,
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "max_rejects",
        default: "0",
        doc: "rejected records that are tolerated, in all",
    }],
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
    let mut items: Vec<Item> = inventory.files.iter().map(|f| file_item(f, evidence, is_tolerated)).collect();
    items.extend(inventory.rejects.iter().map(|r| reject_item(r, evidence, &inventory, is_tolerated)));
    items.extend(evidence.refused.iter().map(|r| refused_item(r, evidence)));
    items.extend(totals.items);
    let mut notes = vec![format!("{} files, {read} records, {rejected} rejected", inventory.files.len())];
    notes.extend(totals.notes);
    Ok(Judged {
        items,
        counts: Some(Counts { population, pass: population - exception, exception, ..Counts::default() }),
        notes,
        coverage_is_complete: false,
        ..Judged::default()
    })
}

// A file without events stands at the start of the period.
fn file_item(file: &FileRow, evidence: &Evidence<'_>, is_tolerated: bool) -> Item {
    let (verdict, reason) = match (file.ties_out(), file.rejected) {
        (false, _) => (Verdict::Exception, "does_not_tie_out"),
        (true, 0) => (Verdict::Pass, "tied_out"),
        (true, _) if is_tolerated => (Verdict::Pass, "rejects_tolerated"),
        (true, _) => (Verdict::Exception, "has_rejects"),
    };
    Item {
        item_id: item_id(&["file", &file.file_id]),
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        time: file.first_event_time.unwrap_or(evidence.period.start),
        scope: None,
        actor: None,
        verb: "",
        subject: None,
        object: Some(file.path.clone()),
        event_ids: Vec::new(),
        detail: Some(format!(
            "{} records = {} accepted + {} duplicate + {} filtered + {} rejected; sha256 {}",
            file.records, file.accepted, file.duplicate, file.filtered, file.rejected, file.sha256
        )),
        waiver_id: None,
        hole_id: None,
    }
}

fn refused_item(refused: &Refused, evidence: &Evidence<'_>) -> Item {
    let (tally, counts) = (&refused.tally, refused.tally.counts);
    let lines: Vec<String> = refused.rejects.iter().map(|(line, reason)| format!("line {line}: {reason}")).collect();
    Item {
        item_id: item_id(&["refused", &tally.file_id]),
        verdict: Verdict::Exception,
        reason: "left_out".to_owned(),
        severity: TEST.severity,
        time: evidence.period.start,
        scope: None,
        actor: None,
        verb: "",
        subject: None,
        object: Some(tally.path.clone()),
        event_ids: Vec::new(),
        detail: Some(format!(
            "left out as a whole: {} of its {} records would be rejected; {}; sha256 {}",
            counts.rejected,
            counts.records,
            lines.join("; "),
            tally.sha256
        )),
        waiver_id: None,
        hole_id: None,
    }
}

fn reject_item(reject: &RejectRow, evidence: &Evidence<'_>, inventory: &Inventory, is_tolerated: bool) -> Item {
    let verdict = if is_tolerated { Verdict::Pass } else { Verdict::Exception };
    let time = inventory.files.iter().find(|f| f.file_id == reject.file_id).and_then(|f| f.first_event_time);
    Item {
        item_id: item_id(&["reject", &reject.file_id, &reject.line.to_string(), &reject.byte_offset.to_string()]),
        verdict,
        reason: "rejected".to_owned(),
        severity: TEST.severity,
        time: time.unwrap_or(evidence.period.start),
        scope: None,
        actor: None,
        verb: "",
        subject: None,
        object: Some(reject.path.clone()),
        event_ids: Vec::new(),
        detail: Some(format!("line {}: {}", reject.line, reject.reason)),
        waiver_id: None,
        hole_id: None,
    }
}
