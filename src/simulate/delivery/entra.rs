//! Entra: pages of Graph, a file for each log and week.

use std::path::Path;

use serde_json::{Value, json};

use super::{Packed, Shelf, count, during, span, unformatted, weeks};
use crate::simulate::calendar::{Instant, at};
use crate::simulate::entry::Entry;
use crate::simulate::truth::CountRow;
use crate::simulate::{Plan, SimulateError};

/// The day that comes in a second page as well.
const REPEATED_DAY: u32 = 9;

/// Each log: source, folder, name in Graph.
const LOGS: [(&str, &str, &str); 2] = [
    ("entra_audit", "entra/directory-audits", "directoryAudits"),
    ("entra_provisioning", "entra/provisioning", "provisioning"),
];

/// Files of both logs.
pub(super) fn deliver(plan: &Plan, log: &[Entry], out: &Path) -> Result<Vec<CountRow>, SimulateError> {
    LOGS.iter()
        .map(|(source, folder, name)| {
            let mut shelf = Shelf::new(source, folder, out);
            let of_source: Vec<&Entry> = log.iter().filter(|entry| entry.source == *source).collect();
            for (from, to) in weeks(0, plan.days) {
                let file = page(&of_source, at(from, 0, 0), at(to, 0, 0), name)?.gzip()?;
                shelf.put(&format!("{}.json.gz", span(from, to)), &file)?;
            }
            let (from, to) = (REPEATED_DAY, REPEATED_DAY + 1);
            let file = page(&of_source, at(from, 0, 0), at(to, 0, 0), name)?;
            shelf.repeat(&format!("again-{}.json", span(from, to)), &file)?;
            Ok(shelf.count)
        })
        .collect()
}

fn page(log: &[&Entry], from: Instant, to: Instant, name: &str) -> Result<Packed, SimulateError> {
    let records = during(log, |entry| entry.time, from, to);
    let value: Vec<Value> = records.iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(unformatted)?;
    let context = format!("https://graph.microsoft.com/v1.0/$metadata#auditLogs/{name}");
    Packed::page(&json!({ "@odata.context": context, "value": value }), count(records))
}
