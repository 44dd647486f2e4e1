//! Fields between pipes. Their names stand nowhere, and log4j2.xml may order them at will: only a line whose fields look as they
//! do in a default order is read, any other is refused.

use std::borrow::Cow;
use std::net::IpAddr;

use super::fields::{Fields, Layout, Log};
use crate::source::decode::Reason;

const AUDIT: [&str; 13] = [
    "trackingid",
    "event",
    "subject",
    "ip",
    "app",
    "connectionid",
    "protocol",
    "host",
    "role",
    "status",
    "adapterid",
    "description",
    "responsetime",
];
/// Place of the field in the order without `transactionid`.
const STATUS: usize = 9;
const DESCRIPTION: usize = 11;
const STATUSES: [&str; 4] = ["success", "failure", "inprogress", "in_progress"];
const PROVISIONER: [&str; 6] = ["cycleid", "channelid", "eventtype", "sourceid", "targetid", "issuccess"];

/// The fields of a line, given its time and what stands behind the first pipe.
pub(super) fn fields<'r>(time: &'r str, rest: &'r str) -> Result<Fields<'r>, Reason> {
    let cells = Cells { text: rest, list: rest.split('|').map(str::trim).collect() };
    provisioner(time, &cells).or_else(|| admin(time, &cells)).map_or_else(|| audit(time, &cells), Ok)
}

struct Cells<'r> {
    text: &'r str,
    list: Vec<&'r str>,
}

impl<'r> Cells<'r> {
    fn at(&self, place: usize) -> &'r str {
        self.list.get(place).copied().unwrap_or_default()
    }

    /// All from a place on, pipes included.
    fn from(&self, place: usize) -> &'r str {
        self.text.splitn(place + 1, '|').nth(place).unwrap_or_default().trim()
    }

    /// The words of two places, if the field has them in capitals.
    fn are_names(&self, places: [usize; 2]) -> bool {
        places.iter().all(|place| {
            let name = self.at(*place);
            name.starts_with(|c: char| c.is_ascii_uppercase())
                && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        })
    }
}

fn named<'r>(names: &[&'static str], cells: &Cells<'r>) -> Vec<(&'static str, Cow<'r, str>)> {
    names.iter().enumerate().map(|(place, name)| (*name, Cow::Borrowed(cells.at(place)))).collect()
}

fn provisioner<'r>(time: &'r str, cells: &Cells<'r>) -> Option<Fields<'r>> {
    let is_flag = ["true", "false"].iter().any(|flag| cells.at(5).eq_ignore_ascii_case(flag));
    let is_ours = is_flag && is_word(cells.at(2)) && !cells.at(1).is_empty() && !cells.at(0).starts_with("tid:");
    let mut list = named(&PROVISIONER, cells);
    list.push(("nonsuccesscause", Cow::Borrowed(cells.from(6))));
    list.push(("time", Cow::Borrowed(time)));
    is_ours.then(|| Fields::new(Log::Provisioner, Layout::Pipes, list))
}

/// user | roles | ip | component | event | detail id | message, where the detail id is left out, or stands before the component.
fn admin<'r>(time: &'r str, cells: &Cells<'r>) -> Option<Fields<'r>> {
    cells.at(2).parse::<IpAddr>().ok()?;
    let (component, detail, message) = if cells.are_names([3, 4]) {
        if cells.list.len() > 6 { (3, Some(5), 6) } else { (3, None, 5) }
    } else if cells.are_names([4, 5]) {
        (4, Some(3), 6)
    } else {
        return None;
    };
    let mut list = named(&["user", "roles", "ip"], cells);
    list.push(("component", Cow::Borrowed(cells.at(component))));
    list.push(("event", Cow::Borrowed(cells.at(component + 1))));
    list.extend(detail.map(|place| ("eventdetailid", Cow::Borrowed(cells.at(place)))));
    list.push(("message", Cow::Borrowed(cells.from(message).trim_start_matches("- "))));
    list.push(("time", Cow::Borrowed(time)));
    Some(Fields::new(Log::Admin, Layout::Pipes, list))
}

fn audit<'r>(time: &'r str, cells: &Cells<'r>) -> Result<Fields<'r>, Reason> {
    let (without, with) = (is_audit(cells, 0), is_audit(cells, 1));
    if without == with {
        return Err(Cow::Borrowed(
            "expected the fields of audit.log, provisioner-audit.log or admin.log in their default order, found another: fields \
             between pipes have no names, so log key=\"value\" or JSON where log4j2.xml orders them otherwise",
        ));
    }
    // `transactionid` came in between with version 11.3.
    let shift = usize::from(with);
    let mut list = vec![("time", Cow::Borrowed(time)), ("trackingid", Cow::Borrowed(cells.at(0)))];
    if with {
        list.push(("transactionid", Cow::Borrowed(cells.at(1))));
    }
    let plain = AUDIT.iter().enumerate().take(DESCRIPTION).skip(1);
    list.extend(plain.map(|(place, name)| (*name, Cow::Borrowed(cells.at(place + shift)))));
    list.extend(description(cells, DESCRIPTION + shift).map(|text| ("description", Cow::Borrowed(text))));
    Ok(Fields::new(Log::Audit, Layout::Pipes, list))
}

/// The description, which may hold pipes itself. Behind it stands the response time, a number, and perhaps more fields.
fn description<'r>(cells: &Cells<'r>, place: usize) -> Option<&'r str> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let ends = |at: usize| {
        at >= cells.list.len() || is_number(cells.at(at)) || (at + 1 == cells.list.len() && cells.at(at).is_empty())
    };
    if ends(place + 1) {
        return Some(cells.at(place));
    }
    let last = cells.list.len().checked_sub(1)?;
    if !is_number(cells.at(last)) {
        return None;
    }
    cells.from(place).rsplit_once('|').map(|(text, _)| text.trim())
}

fn is_audit(cells: &Cells<'_>, shift: usize) -> bool {
    let at = |place: usize| cells.at(place + shift);
    let one_of = |text: &str, words: &[&str]| words.iter().any(|w| text.eq_ignore_ascii_case(w));
    let tracked = cells.at(0).is_empty() || cells.at(0).starts_with("tid:");
    let addressed = at(3).is_empty() || at(3).parse::<IpAddr>().is_ok();
    let has_status = one_of(at(STATUS), &STATUSES)
        || (at(STATUS).is_empty() && one_of(at(STATUS - 1), &["IdP", "SP", "AS", "RS", "STS"]));
    // A second status behind the end of the order means that some field held pipes, perhaps to pass for another record.
    let is_single = !cells.list.iter().skip(AUDIT.len() + shift).any(|cell| one_of(cell, &STATUSES));
    tracked && is_word(at(1)) && addressed && has_status && is_single && cells.list.len() > STATUS + shift
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
