//! The fields of a record under one set of names, whatever its layout.

use std::borrow::Cow;

use crate::event::Text;
use crate::source::decode::Reason;

/// Which of PingFederate's logs a record is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Log {
    /// `audit.log`: sign-ins, tokens, sessions, inbound SCIM.
    Audit,
    /// `provisioner-audit.log`: what was pushed to applications.
    Provisioner,
    /// `admin.log`: what administrators did at the console.
    Admin,
}

/// How a record is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Fields between pipes, in the default order.
    Pipes,
    /// `key="value"` behind the time.
    Pairs,
    /// Common Event Format.
    Cef,
    /// A JSON object.
    Json,
}

/// A record, taken apart.
#[derive(Debug)]
pub(super) struct Fields<'r> {
    /// The log it is from.
    pub(super) log: Log,
    /// The layout it came in.
    pub(super) layout: Layout,
    list: Vec<(&'static str, Text<'r>)>,
}

/// The names under which fields are kept, each with the other names it goes by; case, `_` and `-` do not count.
const NAMES: &[(&str, &[&str])] = &[
    ("time", &["dtime", "transactiontime", "timestamp", "@timestamp"]),
    ("trackingid", &[]),
    ("transactionid", &[]),
    ("event", &[]),
    ("subject", &[]),
    ("ip", &["ipaddress", "clientip"]),
    ("app", &[]),
    ("connectionid", &["partnerid"]),
    ("connectionname", &[]),
    ("protocol", &[]),
    ("host", &["pfhost"]),
    ("role", &[]),
    ("status", &[]),
    ("adapterid", &[]),
    ("description", &[]),
    ("useragent", &["browser"]),
    ("cycleid", &[]),
    ("channelid", &[]),
    ("eventtype", &[]),
    ("sourceid", &[]),
    ("targetid", &[]),
    ("issuccess", &[]),
    ("nonsuccesscause", &[]),
    ("user", &["username"]),
    ("roles", &[]),
    ("component", &[]),
    ("eventdetailid", &[]),
    ("message", &[]),
];

/// The name under which a key is kept, and its rank among the keys that are kept under it; `None` = nothing that is read.
pub(super) fn known(key: &str) -> Option<(&'static str, usize)> {
    let is = |name: &&str| {
        let plain = key.bytes().filter(|b| !matches!(b, b'_' | b'-')).map(|b| b.to_ascii_lowercase());
        plain.eq(name.bytes())
    };
    NAMES.iter().find_map(|(name, others)| Some((*name, std::iter::once(name).chain(others.iter()).position(is)?)))
}

impl<'r> Fields<'r> {
    /// Fields whose log and names are known from where they stand.
    pub(super) const fn new(log: Log, layout: Layout, list: Vec<(&'static str, Text<'r>)>) -> Self {
        Self { log, layout, list }
    }

    /// Fields under their own keys; their log is told by which there are. One thing said twice is refused: what was written into
    /// one field may have been made to look like another.
    pub(super) fn keyed(layout: Layout, pairs: impl IntoIterator<Item = (Text<'r>, Text<'r>)>) -> Result<Self, Reason> {
        let mut list: Vec<(&'static str, Text<'r>)> = Vec::new();
        let mut time_rank = usize::MAX;
        for (key, value) in pairs {
            let Some((name, rank)) = known(&key) else { continue };
            match list.iter_mut().find(|(kept, _)| *kept == name) {
                None => list.push((name, value)),
                // Collectors add a time of their own beside that of the log.
                Some((_, kept)) if name == "time" => {
                    if rank < time_rank {
                        *kept = value;
                    }
                }
                Some(_) => return Err(Cow::Owned(format!("`{name}` stands twice in one record"))),
            }
            if name == "time" {
                time_rank = time_rank.min(rank);
            }
        }
        let has = |names: &[&str]| names.iter().any(|name| list.iter().any(|(kept, _)| kept == name));
        let log = if has(&["cycleid", "channelid"]) && has(&["eventtype"]) && has(&["issuccess"]) {
            Log::Provisioner
        } else if has(&["component"]) && has(&["event"]) && has(&["user"]) && has(&["roles"]) {
            Log::Admin
        } else if has(&["trackingid"]) && has(&["event"]) && has(&["connectionid", "protocol", "role", "status"]) {
            Log::Audit
        } else {
            return Err(Cow::Borrowed(
                "expected the fields of audit.log (trackingid, event), provisioner-audit.log (cycle_id, event_type, is_success) \
                 or admin.log (user, roles, component, event), found none of these sets",
            ));
        };
        Ok(Self { log, layout, list })
    }

    /// What a field says; empty, blank and the word null are nothing.
    pub(super) fn get(&self, name: &str) -> Option<Text<'r>> {
        let (_, value) = self.list.iter().find(|(kept, _)| *kept == name)?;
        let kept = value.trim();
        if kept.is_empty() || kept.eq_ignore_ascii_case("null") {
            return None;
        }
        Some(match value {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(_) => Cow::Owned(kept.to_owned()),
        })
    }

    /// The same fields, borrowing nothing.
    pub(super) fn into_owned(self) -> Fields<'static> {
        let owned = |(name, value): (&'static str, Text<'r>)| (name, Cow::Owned(value.into_owned()));
        Fields { log: self.log, layout: self.layout, list: self.list.into_iter().map(owned).collect() }
    }

    /// The form of delivery.
    pub(super) const fn delivery(&self) -> &'static str {
        match (self.log, self.layout) {
            (Log::Audit, Layout::Pipes) => "audit_pipes",
            (Log::Audit, Layout::Pairs) => "audit_key_value",
            (Log::Audit, Layout::Json) => "audit_json",
            (_, Layout::Cef) => "audit_cef",
            (Log::Provisioner, Layout::Pipes) => "provisioner_pipes",
            (Log::Provisioner, Layout::Pairs) => "provisioner_key_value",
            (Log::Provisioner, Layout::Json) => "provisioner_json",
            (Log::Admin, Layout::Pipes) => "admin_pipes",
            (Log::Admin, Layout::Pairs) => "admin_key_value",
            (Log::Admin, Layout::Json) => "admin_json",
        }
    }
}
