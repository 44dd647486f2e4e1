//! The statements of one key, in the order of time, and what each of them changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::stated::{Stated, Thing};
use crate::change::{
    BASIS, CHANGE_ID, DIRECTION, Direction, ENTITLEMENT, ENTITLEMENT_ID, ENTITLEMENT_KIND, PRIVILEGE, SECURABLE,
    SUBJECT, SUBJECT_ALIAS, SUBJECT_EXTERNAL_ID, SUBJECT_ID, SUBJECT_KIND, VERB, Verb,
};
use crate::event::{
    ACTOR, APP, CHANNEL, ENDPOINT, EVENT_ID, EVENT_TIME, EVENT_TYPE, NATIVE_ID, OUTCOME, PLANE, REQUEST_ID, SCOPE,
    SOURCE_IP, USER_AGENT,
};
use crate::lake::Rows;

/// A change that was worked out.
#[derive(Debug, Clone)]
pub(super) struct Derived {
    pub(super) change_id: String,
    pub(super) event_time: i64,
    basis: &'static str,
    by: Arc<Stated>,
    verb: Verb,
    direction: Direction,
    thing: Arc<Thing>,
}

/// What two statements of the same thing agree in, however else they spell it.
type Mark = (Verb, String, [Option<String>; 4]);

fn mark(thing: &Thing) -> Mark {
    let named = thing.subject.as_ref().or(thing.subject_id.as_ref());
    let held = thing.entitlement_id.as_ref().or(thing.entitlement.as_ref());
    // Which id another system has for it is part of a description, and of nothing else.
    let external = thing.subject_external_id.clone().filter(|_| thing.verb.direction() == Direction::Update);
    let more = [held.cloned(), thing.privilege.clone(), thing.securable.clone(), external];
    (thing.verb, named.map(|name| name.to_lowercase()).unwrap_or_default(), more)
}

type Held = BTreeMap<Mark, Arc<Thing>>;

/// What is known to be held between two statements.
#[derive(Default)]
struct Known {
    /// True = all that is held is known; before the first statement of the whole, only what came in parts.
    is_whole: bool,
    held: Held,
}

/// The changes that the statements of one key amount to. Before the first of them nothing is known.
pub(super) fn changes_of(rows: Vec<Stated>) -> Vec<Derived> {
    let mut rows: Vec<Arc<Stated>> = rows.into_iter().map(Arc::new).collect();
    rows.sort_by(|a, b| (a.event_time, &a.event_id, a.ordinal).cmp(&(b.event_time, &b.event_id, b.ordinal)));
    let mut changes = Vec::new();
    let mut known = Known::default();
    for statement in rows.chunk_by(|a, b| (&a.event_id, a.is_part) == (&b.event_id, b.is_part)) {
        let Some(first) = statement.first() else { continue };
        let held = || -> Held {
            let things = statement.iter().filter(|row| !row.is_otherwise).filter_map(|row| row.thing.clone());
            things.map(|thing| (mark(&thing), thing)).collect()
        };
        if !first.is_part {
            changes.extend(known.differences(statement, &held()));
        }
        known = match (first.outcome.as_str(), first.is_part) {
            ("success", true) => known.and(statement),
            ("success", false) => Known { is_whole: true, held: held() },
            // A failed attempt changes nothing; of one whose outcome is not known, nothing is known afterwards.
            ("failure", _) => known,
            _ => Known::default(),
        };
    }
    changes
}

impl Known {
    /// What a statement of the whole changes.
    fn differences(&self, statement: &[Arc<Stated>], held: &Held) -> Vec<Derived> {
        let of = |otherwise: bool| statement.iter().filter(move |row| row.is_otherwise == otherwise);
        let thing = |row: &Arc<Stated>| row.thing.clone();
        let is_new = |thing: &Arc<Thing>| !self.held.contains_key(&mark(thing));
        let basis = if self.is_whole { "difference" } else { "first_statement" };
        let new = of(false).filter_map(|row| Some((row, thing(row).filter(is_new)?)));
        let mut changes: Vec<Derived> = new.map(|(row, thing)| stated(row, thing, basis)).collect();
        if !self.is_whole {
            let record = of(true).filter_map(|row| Some((row, thing(row)?)));
            changes.extend(record.map(|(row, thing)| stated(row, thing, "record")));
        }
        let gone = self.held.iter().filter(|(mark, _)| !held.contains_key(*mark)).map(|(_, thing)| thing);
        let first = statement.first().into_iter();
        let gone = first.flat_map(|first| gone.clone().enumerate().filter_map(|(at, thing)| taken(first, at, thing)));
        changes.extend(gone);
        changes
    }

    /// The same once some of it came and some went, in turn.
    fn and(mut self, parts: &[Arc<Stated>]) -> Self {
        for thing in parts.iter().filter_map(|row| row.thing.as_ref()) {
            let (verb, named, held) = mark(thing);
            if thing.is_revoke {
                let given = Verb::ALL.into_iter().find(|given| given.reverse() == Some(verb));
                self.held.remove(&(given.unwrap_or(verb), named, held));
            } else {
                self.held.insert((verb, named, held), Arc::clone(thing));
            }
        }
        self
    }
}

fn stated(row: &Arc<Stated>, thing: Arc<Thing>, basis: &'static str) -> Derived {
    let direction = if thing.is_revoke { Direction::Revoke } else { thing.verb.direction() };
    Derived {
        change_id: format!("{}-s{}", row.event_id, row.ordinal),
        event_time: row.event_time,
        basis,
        by: Arc::clone(row),
        verb: thing.verb,
        direction,
        thing,
    }
}

fn taken(statement: &Arc<Stated>, at: usize, thing: &Arc<Thing>) -> Option<Derived> {
    Some(Derived {
        change_id: format!("{}-s{}.{at}", statement.event_id, statement.ordinal),
        event_time: statement.event_time,
        basis: "difference",
        by: Arc::clone(statement),
        verb: thing.verb.reverse()?,
        direction: Direction::Revoke,
        thing: Arc::clone(thing),
    })
}

impl Derived {
    /// Feeds all that the change says into a digest.
    pub(super) fn feed(&self, hasher: &mut blake3::Hasher) {
        let (by, thing) = (&self.by, &self.thing);
        let sure = [&self.change_id, &by.plane, &by.scope, &by.outcome, &by.event_type, &thing.subject_kind].map(Some);
        let given = [&by.actor, &by.channel, &by.endpoint, &by.app, &thing.subject, &thing.subject_id];
        let more = [
            &thing.subject_alias,
            &thing.subject_external_id,
            &thing.entitlement,
            &thing.entitlement_id,
            &thing.privilege,
            &thing.securable,
        ];
        let event = [&by.native_id, &by.request_id, &by.source_ip, &by.user_agent];
        let texts = sure.into_iter().chain(given.map(Option::as_ref)).chain(more.map(Option::as_ref));
        let texts = texts.chain(event.map(Option::as_ref));
        for text in texts {
            let length = text.map_or(u64::MAX, |text| text.len() as u64);
            hasher.update(&length.to_le_bytes());
            hasher.update(text.map_or(&[], |text| text.as_bytes()));
        }
        for word in [self.verb.as_str(), self.direction.as_str(), self.basis] {
            hasher.update(word.as_bytes());
            hasher.update(&[0]);
        }
        hasher.update(&self.event_time.to_le_bytes());
    }

    /// Puts the change as a row of table `changes`.
    pub(super) fn put(&self, rows: &mut Rows) {
        let (by, thing) = (&self.by, &self.thing);
        rows.text(CHANGE_ID, self.change_id.as_str());
        rows.text(EVENT_ID, by.event_id.as_str());
        rows.instant(EVENT_TIME, by.event_time);
        rows.text(PLANE, by.plane.as_str());
        rows.text(DIRECTION, self.direction.as_str());
        rows.text(VERB, self.verb.as_str());
        rows.text(SUBJECT, thing.subject.as_deref());
        rows.text(SUBJECT_ID, thing.subject_id.as_deref());
        rows.text(SUBJECT_ALIAS, thing.subject_alias.as_deref());
        rows.text(SUBJECT_EXTERNAL_ID, thing.subject_external_id.as_deref());
        rows.text(SUBJECT_KIND, thing.subject_kind.as_str());
        rows.text(ENTITLEMENT_KIND, self.verb.entitlement_kind().as_str());
        rows.text(ENTITLEMENT, thing.entitlement.as_deref());
        rows.text(ENTITLEMENT_ID, thing.entitlement_id.as_deref());
        rows.text(PRIVILEGE, thing.privilege.as_deref());
        rows.text(SECURABLE, thing.securable.as_deref());
        rows.text(SCOPE, by.scope.as_str());
        rows.text(ACTOR, by.actor.as_deref());
        rows.text(CHANNEL, by.channel.as_deref());
        rows.text(ENDPOINT, by.endpoint.as_deref());
        rows.text(APP, by.app.as_deref());
        rows.text(OUTCOME, by.outcome.as_str());
        rows.text(BASIS, self.basis);
        rows.text(EVENT_TYPE, by.event_type.as_str());
        rows.text(NATIVE_ID, by.native_id.as_deref());
        rows.text(REQUEST_ID, by.request_id.as_deref());
        rows.text(SOURCE_IP, by.source_ip.as_deref());
        rows.text(USER_AGENT, by.user_agent.as_deref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `held` as single letters; a capital `X` event fails, `?` is unknown.
    fn statement(time: i64, outcome: &str, held: &str, otherwise: bool) -> Vec<Stated> {
        let row = |ordinal: usize, thing: Option<&str>, is_otherwise: bool| Stated {
            event_id: format!("e{time}"),
            event_time: time,
            ordinal: i64::try_from(ordinal).unwrap(),
            outcome: outcome.to_owned(),
            plane: "effect".to_owned(),
            scope: "account".to_owned(),
            actor: None,
            channel: None,
            endpoint: None,
            app: None,
            event_type: "t".to_owned(),
            native_id: None,
            request_id: None,
            source_ip: None,
            user_agent: None,
            is_otherwise,
            is_part: false,
            thing: thing.map(|name| {
                Arc::new(Thing {
                    verb: Verb::AclChange,
                    is_revoke: is_otherwise,
                    subject: Some(name.to_owned()),
                    subject_id: None,
                    subject_alias: None,
                    subject_external_id: None,
                    subject_kind: "user".to_owned(),
                    entitlement: None,
                    entitlement_id: None,
                    privilege: (!is_otherwise).then(|| "View".to_owned()),
                    securable: None,
                })
            }),
        };
        let names: Vec<String> = held.chars().map(String::from).collect();
        let mut rows: Vec<Stated> = names.iter().enumerate().map(|(at, name)| row(at, Some(name), false)).collect();
        if held.is_empty() {
            rows.push(row(0, None, false));
        }
        if otherwise {
            rows.push(row(names.len() + 1, Some("all"), true));
        }
        rows
    }

    fn told(statements: &[(i64, &str, &str, bool)]) -> Vec<String> {
        let rows =
            statements.iter().flat_map(|(time, outcome, held, otherwise)| statement(*time, outcome, held, *otherwise));
        let changes = changes_of(rows.collect());
        changes
            .iter()
            .map(|c| {
                let sign = if c.direction == Direction::Grant { '+' } else { '-' };
                format!("{}{sign}{} {} {}", c.event_time, c.thing.subject.as_deref().unwrap(), c.basis, c.by.outcome)
            })
            .collect()
    }

    #[test]
    fn each_statement_changes_what_differs_from_the_one_before() {
        let ok = "success";
        assert_eq!(
            told(&[(3, ok, "", true), (1, ok, "ab", false), (2, ok, "bc", false), (4, ok, "", true)]),
            [
                "1+a first_statement success",
                "1+b first_statement success",
                "2+c difference success",
                "2-a difference success",
                "3-b difference success",
                "3-c difference success",
            ],
            "given in any order; what is empty stays empty"
        );
    }

    #[test]
    fn the_whole_is_measured_by_the_parts_that_came_and_went_before() {
        let part = |time, outcome, held: &str| {
            let mut rows = statement(time, outcome, held, false);
            for row in &mut rows {
                row.is_part = true;
                let thing = row.thing.as_mut().map(Arc::make_mut).unwrap();
                thing.is_revoke = thing.subject.as_ref().is_some_and(|name| *name == name.to_uppercase());
            }
            rows
        };
        let told = |rows: Vec<Vec<Stated>>| {
            let changes = changes_of(rows.concat());
            let sign = |c: &Derived| if c.direction == Direction::Grant { '+' } else { '-' };
            let line = |c: &Derived| {
                format!("{}{}{} {}", c.event_time, sign(c), c.thing.subject.as_deref().unwrap_or_default(), c.basis)
            };
            changes.iter().map(line).collect::<Vec<_>>()
        };
        let whole = |time, held: &str| statement(time, "success", held, false);
        let ok = "success";
        assert_eq!(told(vec![part(1, ok, "a"), whole(2, "ab")]), ["2+b first_statement"]);
        assert_eq!(told(vec![part(1, ok, "a"), whole(2, "b")]), ["2+b first_statement", "2-a difference"]);
        assert_eq!(told(vec![whole(1, "a"), part(2, ok, "bA"), whole(3, "b")]), ["1+a first_statement"]);
        assert_eq!(told(vec![whole(1, "a"), part(2, ok, "Aa"), whole(3, "a")]), ["1+a first_statement"]);
        assert_eq!(told(vec![whole(1, "a"), part(2, "failure", "A"), whole(3, "a")]), ["1+a first_statement"]);
        let unknown = told(vec![whole(1, "a"), part(2, "unknown", "A"), whole(3, "a")]);
        assert_eq!(unknown, ["1+a first_statement", "3+a first_statement"]);
    }

    #[test]
    fn an_empty_statement_takes_away_even_if_nothing_is_known() {
        assert_eq!(told(&[(1, "success", "", true)]), ["1-all record success"]);
        assert!(told(&[(1, "success", "", false)]).is_empty());
    }

    #[test]
    fn failures_change_nothing_and_unknown_outcomes_leave_nothing_known() {
        assert_eq!(
            told(&[(1, "success", "a", false), (2, "failure", "ab", false), (3, "success", "a", false)]),
            ["1+a first_statement success", "2+b difference failure"]
        );
        assert_eq!(
            told(&[(1, "success", "a", false), (2, "unknown", "b", false), (3, "success", "b", false)]),
            [
                "1+a first_statement success",
                "2+b difference unknown",
                "2-a difference unknown",
                "3+b first_statement success"
            ]
        );
    }
}
