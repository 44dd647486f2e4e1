//! Okta: collected lines, a log stream to EventBridge, event hooks, a page of the API.

use std::path::Path;

use serde::Serialize;

use super::{Packed, Shelf, during, span, weeks};
use crate::simulate::calendar::{at, date_text, instant_text};
use crate::simulate::dice::Dice;
use crate::simulate::entry::Entry;
use crate::simulate::truth::CountRow;
use crate::simulate::{Plan, SimulateError};

/// Days of Okta that come by the stream and by nothing else.
const STREAMED: (u32, u32) = (18, 20);
/// The day whose events come by hooks as well.
const HOOKED_DAY: u32 = 9;
/// The day whose first hours come by an API page as well.
const PAGED_DAY: u32 = 10;
const PAGED_HOURS: u32 = 4;

/// Files of the System Log.
pub(super) fn deliver(plan: &Plan, log: &[Entry], out: &Path, dice: &mut Dice) -> Result<Vec<CountRow>, SimulateError> {
    let mut shelf = Shelf::new("okta", "okta", out);
    let days = |from, to| during(log, |entry| entry.time, at(from, 0, 0), at(to, 0, 0));
    let (streamed_from, streamed_to) = STREAMED;
    for (from, to) in weeks_at_hand(plan.days) {
        let name = format!("system-log/{}.json.gz", span(from, to));
        shelf.put(&name, &Packed::lines(days(from, to))?.gzip()?)?;
    }
    let streamed = days(streamed_from, streamed_to).iter().map(|event| Streamed::new(event, dice));
    let name = format!("eventbridge/{}.json.gz", span(streamed_from, streamed_to));
    shelf.put(&name, &Packed::lines(streamed)?.gzip()?)?;

    let hooked = days(HOOKED_DAY, HOOKED_DAY + 1).iter().filter(|event| event.is_hooked);
    let hooked = Packed::lines(hooked.map(|event| Hooked::new(event, dice)))?;
    shelf.repeat(&format!("hooks/{}.json", date_text(at(HOOKED_DAY, 0, 0))), &hooked)?;
    let paged = during(log, |entry| entry.time, at(PAGED_DAY, 0, 0), at(PAGED_DAY, PAGED_HOURS, 0));
    shelf.repeat(&format!("pages/{}-page-1.json", date_text(at(PAGED_DAY, 0, 0))), &Packed::array(paged)?)?;
    Ok(vec![shelf.count])
}

/// The weeks that leave out the streamed days.
fn weeks_at_hand(days: u32) -> Vec<(u32, u32)> {
    let (streamed_from, streamed_to) = STREAMED;
    weeks(0, streamed_from).chain(weeks(streamed_to, days)).collect()
}

/// An event as the log stream to EventBridge delivers it.
#[derive(Serialize)]
struct Streamed<'a> {
    version: &'static str,
    id: String,
    #[serde(rename = "detail-type")]
    detail_type: &'static str,
    source: &'static str,
    account: &'static str,
    time: String,
    region: &'static str,
    resources: [&'static str; 0],
    detail: &'a Entry,
}

impl<'a> Streamed<'a> {
    fn new(detail: &'a Entry, dice: &mut Dice) -> Self {
        Self {
            version: "0",
            id: dice.uuid(),
            detail_type: "SystemLog",
            source: "aws.partner/okta.com/example/audit",
            account: "000000000000",
            time: detail.time.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            region: "eu-central-1",
            resources: [],
            detail,
        }
    }
}

/// An event as an event hook delivers it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Hooked<'a> {
    event_type: &'static str,
    event_type_version: &'static str,
    cloud_events_version: &'static str,
    source: &'static str,
    event_id: String,
    event_time: String,
    content_type: &'static str,
    data: HookedData<'a>,
}

#[derive(Serialize)]
struct HookedData<'a> {
    events: [&'a Entry; 1],
}

impl<'a> Hooked<'a> {
    fn new(event: &'a Entry, dice: &mut Dice) -> Self {
        Self {
            event_type: "com.okta.event_hook",
            event_type_version: "1.0",
            cloud_events_version: "0.1",
            source: "https://example.okta.com/api/v1/eventHooks/whoExample0000000001",
            event_id: dice.uuid(),
            event_time: instant_text(event.time),
            content_type: "application/json",
            data: HookedData { events: [event] },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_cover_every_day_but_the_streamed_ones() {
        for days in [Plan::FEWEST_DAYS, 31, Plan::MOST_DAYS] {
            let covered: Vec<u32> = weeks_at_hand(days).into_iter().flat_map(|(from, to)| from..to).collect();
            let wanted: Vec<u32> = (0..days).filter(|day| !(STREAMED.0..STREAMED.1).contains(day)).collect();
            assert_eq!(covered, wanted);
            assert!(weeks_at_hand(days).iter().all(|(from, to)| to - from <= 7));
        }
    }
}
