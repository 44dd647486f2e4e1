//! Rows of the System Log as the Admin console exports it: one flat object of columns.
//!
//! The columns are the paths of a LogEvent's fields, however their parts are joined and spelled: `actor.alternate_id`,
//! `actor_alternateId`, `target0.id`, `target[0].id`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::record::{
    AuthenticationContext, Client, LogEvent, Party, Transaction, TransactionDetail, UserAgent, Verdict, listed,
};
use crate::source::decode::Reason;
use crate::source::instant::spelled_instant;
use crate::source::loose::Loose;

/// Columns that hold the time, the log's own name first.
const TIMES: [&str; 3] = ["published", "timestamp", "time"];

/// One row: the columns that say something, by the letters and digits of their names.
#[derive(Debug, Default)]
pub(super) struct Row<'r>(BTreeMap<String, Cow<'r, str>>);

impl<'de: 'r, 'r> Deserialize<'de> for Row<'r> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Columns)
    }
}

struct Columns;

#[derive(Deserialize)]
struct Name<'r>(#[serde(borrow)] Cow<'r, str>);

impl<'de> Visitor<'de> for Columns {
    type Value = Row<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut columns = BTreeMap::new();
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, Loose<'de>>()? {
            let name = letters(&name);
            let cell = match value {
                Loose::Text(text) | Loose::Number(text) => text,
                Loose::Nested(list) if name == "target" || name == "targets" => list,
                _ => continue,
            };
            if !cell.is_empty() && !cell.eq_ignore_ascii_case("null") {
                columns.entry(name).or_insert(cell);
            }
        }
        Ok(Row(columns))
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

impl<'r> Row<'r> {
    /// The row that the text holds; `None` = it is no row of a console export.
    pub(super) fn of(text: &'r str) -> Option<Self> {
        let row: Self = sonic_rs::from_str(text).ok()?;
        let is_row = row.0.contains_key("eventtype")
            && row.0.keys().any(|name| {
                ["actor", "target0", "target1", "outcome"]
                    .iter()
                    .any(|of| name.len() > of.len() && name.starts_with(of))
            });
        is_row.then_some(row)
    }

    /// Microseconds since the epoch. The console shows times in the zone of whoever exports: one without zone is read in the
    /// zone declared for the file, and refused where none is declared.
    pub(super) fn instant(&self, zone: Option<Tz>) -> Result<i64, Reason> {
        let found = TIMES.iter().find_map(|name| Some((*name, self.0.get(*name)?)));
        let (name, text) = found.ok_or("/timestamp: missing")?;
        let pointer = format!("/{name}");
        let Some(local) = without_zone(text) else { return Ok(spelled_instant(text, &pointer)?.micros) };
        let Some(zone) = zone else {
            return Err(Cow::Owned(format!(
                "{pointer}: expected a time with a zone, found one without; it is in the zone of whoever exported the log, which is not declared"
            )));
        };
        let at = zone.from_local_datetime(&local).single().ok_or_else(|| {
            Cow::Owned(format!("{pointer}: expected one instant, found a local time that {zone} has twice or never"))
        })?;
        Ok(at.timestamp_micros())
    }

    /// The fields of a LogEvent that the columns are.
    pub(super) fn into_event(mut self) -> LogEvent<'r> {
        let target = self.targets();
        let mut take = |name: &str| self.0.remove(name);
        let actor = Party {
            id: take("actorid"),
            kind: take("actortype"),
            alternate_id: take("actoralternateid"),
            display_name: take("actordisplayname"),
            respelled: false,
        };
        let agent = take("clientuseragentrawuseragent").or_else(|| take("clientrawuseragent"));
        let api_token_id = take("transactiondetailrequestapitokenid");
        let external_session_id = take("authenticationcontextexternalsessionid");
        LogEvent {
            uuid: take("uuid"),
            published: None,
            event_type: take("eventtype"),
            version: take("version").map_or(Loose::Null, Loose::Text),
            legacy_event_type: take("legacyeventtype").map_or(Loose::Null, Loose::Text),
            actor,
            client: Client {
                ip_address: take("clientipaddress"),
                user_agent: UserAgent { raw: agent, respelled: false },
                respelled: false,
            },
            outcome: Verdict { result: take("outcomeresult"), reason: take("outcomereason"), respelled: false },
            target,
            transaction: Transaction {
                id: take("transactionid"),
                kind: take("transactiontype"),
                detail: TransactionDetail { api_token_id, respelled: false },
                respelled: false,
            },
            authentication_context: AuthenticationContext { external_session_id, respelled: false },
            debug_context: self.privileges(),
            respelled: false,
        }
    }

    fn targets(&mut self) -> Vec<Party<'r>> {
        let whole = ["target", "targets"].iter().find_map(|name| self.0.get(*name));
        if let Some(targets) = whole.and_then(|json| listed(json)) {
            return targets;
        }
        let mut targets: BTreeMap<u32, Party<'r>> = BTreeMap::new();
        for (name, cell) in &self.0 {
            let Some(rest) = name.strip_prefix("target") else { continue };
            let field = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            let Ok(index) = rest[..rest.len() - field.len()].parse() else { continue };
            let target = targets.entry(index).or_default();
            match field {
                "id" => target.id = Some(cell.clone()),
                "type" => target.kind = Some(cell.clone()),
                "alternateid" => target.alternate_id = Some(cell.clone()),
                "displayname" => target.display_name = Some(cell.clone()),
                _ => {}
            }
        }
        targets.into_values().filter(|target| *target != Party::default()).collect()
    }

    // As the log itself has them, so that one reader does for both.
    fn privileges(&self) -> Loose<'r> {
        let of = |name: &str| {
            let ends = |column: &&String| column.starts_with("debug") && column.ends_with(name);
            self.0.keys().find(ends).and_then(|column| self.0.get(column))
        };
        let (granted, revoked) = (of("privilegegranted"), of("privilegerevoked"));
        if granted.is_none() && revoked.is_none() {
            return Loose::Null;
        }
        let data = serde_json::json!({"debugData": {"privilegeGranted": granted, "privilegeRevoked": revoked}});
        Loose::Nested(Cow::Owned(data.to_string()))
    }
}

fn without_zone(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"].iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(time: &str) -> String {
        format!(r#"{{"timestamp":"{time}","event_type":"a.b","actor.id":"1"}}"#)
    }

    #[test]
    fn times_without_zone_need_a_declared_one() {
        let berlin = Some(chrono_tz::Europe::Berlin);
        for (text, zone, micros) in [
            ("2026-07-01T08:00:00.353Z", None, 1_782_892_800_353_000),
            ("2026-07-01T10:00:00.353+02:00", None, 1_782_892_800_353_000),
            ("2026-07-01T10:00:00.353", berlin, 1_782_892_800_353_000),
            ("2026-07-01 10:00:00", berlin, 1_782_892_800_000_000),
            ("2026-07-01T08:00:00Z", berlin, 1_782_892_800_000_000),
        ] {
            assert_eq!(Row::of(&row(text)).unwrap().instant(zone), Ok(micros), "{text}");
        }
        for (text, zone, part) in [
            ("2026-07-01 10:00:00", None, "which is not declared"),
            ("2026-10-25 02:30:00", berlin, "twice or never"),
            ("2026-03-29 02:30:00", berlin, "twice or never"),
            ("Jul 1, 2026 10:00", berlin, "found something else"),
        ] {
            let reason = Row::of(&row(text)).unwrap().instant(zone).unwrap_err();
            assert!(reason.starts_with("/timestamp: ") && reason.contains(part), "{reason}");
        }
    }

    #[test]
    fn columns_are_found_in_every_spelling() {
        for columns in [
            r#""target0.id":"1","target0.alternate_id":"a","target1.display_name":"g""#,
            r#""target0_id":"1","Target0_AlternateId":"a","target1_displayName":"g""#,
            r#""target[0].id":"1","target[0].alternateId":"a","target[1].displayName":"g""#,
            r#""target.0.id":"1","target.0.alternateId":"a","target.1.displayName":"g","target2.id":"","target3.id":"null""#,
            r#""outcome.result":"SUCCESS","target":"[{\"id\":\"1\",\"alternate_id\":\"a\"},{\"displayName\":\"g\"}]""#,
            r#""outcome.result":"SUCCESS","targets":[{"id":"1","alternateId":"a"},{"displayName":"g"}]"#,
        ] {
            let text = format!(r#"{{"published":"t","eventType":"a.b",{columns}}}"#);
            let event = Row::of(&text).unwrap().into_event();
            let found: Vec<_> = event.target.iter().map(|t| (t.known_id(), t.login(), t.title())).collect();
            let some = |text: &'static str| Some(Cow::Borrowed(text));
            assert_eq!(found, [(some("1"), some("a"), some("a")), (None, None, some("g"))], "{columns}");
        }
    }

    #[test]
    fn other_objects_are_no_rows() {
        for text in [
            r#"{"eventtype":"a.b","time":"t"}"#,
            r#"{"event_type":"a.b","actor":"x","timestamp":"t"}"#,
            r#"{"actor.id":"1","timestamp":"t"}"#,
            "[1]",
        ] {
            assert!(Row::of(text).is_none(), "{text}");
        }
    }
}
