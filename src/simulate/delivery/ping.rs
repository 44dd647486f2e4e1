//! PingOne: pages of the API, and webhooks that deliver a day again.

use std::path::Path;

use serde_json::{Value, json};

use super::{Packed, Shelf, count, during, span, unformatted, weeks};
use crate::simulate::calendar::{at, date_text};
use crate::simulate::entry::{Body, Entry};
use crate::simulate::truth::CountRow;
use crate::simulate::{Plan, SimulateError};

/// The day whose activities come by webhook as well.
const HOOKED_DAY: u32 = 9;

/// Files of the audit.
pub(super) fn deliver(plan: &Plan, log: &[Entry], out: &Path) -> Result<Vec<CountRow>, SimulateError> {
    let mut shelf = Shelf::new("pingone", "ping", out);
    for (from, to) in weeks(0, plan.days) {
        let records = during(log, |entry| entry.time, at(from, 0, 0), at(to, 0, 0));
        let activities: Vec<Value> =
            records.iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(unformatted)?;
        let size = count(records);
        let page = json!({ "_links": {}, "_embedded": { "activities": activities }, "count": size, "size": size });
        shelf.put(&format!("activities/{}.json.gz", span(from, to)), &Packed::page(&page, size)?.gzip()?)?;
    }
    let hooked = during(log, |entry| entry.time, at(HOOKED_DAY, 0, 0), at(HOOKED_DAY + 1, 0, 0));
    let lines = Packed::lines(hooked.iter().filter(|entry| entry.is_hooked).filter_map(by_webhook))?;
    shelf.repeat(&format!("webhooks/{}.json", date_text(at(HOOKED_DAY, 0, 0))), &lines)?;
    Ok(vec![shelf.count])
}

/// Webhooks leave out when an activity was stored and what its type means.
fn by_webhook(entry: &Entry) -> Option<Value> {
    let Body::Json(body) = &entry.body else { return None };
    let mut body = body.clone();
    body.as_object_mut()?.remove("createdAt");
    body["action"].as_object_mut()?.remove("description");
    Some(body)
}
