//! The lake's access changes, with what correlation needs of their events.
//!
//! Most of what changes say is said by many, so a change is a few numbers: whom it is about, what it grants, and the manner in which it
//! was done; only its ids are its own.

use std::sync::Arc;

use super::texts::{Texts, Tuples};
use crate::change::{Direction, Verb};
use crate::error::Result;
use crate::lake::{Lake, Words};

pub use super::read::{Kept, each_own, rows};

/// One access change with what its event says; texts borrow from [`Acts`].
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each field is the column of that name in tables `changes` and `events`")]
pub struct Act<'a> {
    pub event_id: &'a str,
    pub native_id: Option<&'a str>,
    pub request_id: Option<&'a str>,
    pub event_type: &'a str,
    pub time: i64,
    pub source: &'a str,
    pub plane: &'a str,
    pub verb: Verb,
    pub direction: Direction,
    pub subject: Option<&'a str>,
    pub subject_id: Option<&'a str>,
    pub subject_alias: Option<&'a str>,
    pub subject_external_id: Option<&'a str>,
    pub subject_kind: &'a str,
    pub entitlement: Option<&'a str>,
    pub entitlement_id: Option<&'a str>,
    pub scope: &'a str,
    pub actor: Option<&'a str>,
    pub channel: Option<&'a str>,
    pub endpoint: Option<&'a str>,
    pub app: Option<&'a str>,
    pub outcome: &'a str,
    /// The change was held in the first statement of a whole set: what is new in it is not known (column `basis`).
    pub is_first_statement: bool,
    pub user_agent: Option<&'a str>,
    pub source_ip: Option<&'a str>,
}

/// Whom a change is about: source, side of a listing, kind, name, id, alias, external id.
pub type Subjects = Tuples<7>;
/// What a change grants: source, side of a listing, name, id.
pub type Entitlements = Tuples<4>;
/// How it was done: event type, source, plane, verb, direction, kind of the subject, scope, actor, channel, endpoint, app, outcome, basis,
/// user agent, address.
pub type Manners = Tuples<15>;
/// The texts that are a change's own: its id, the source's own id and that of the request.
pub type Own = Texts<3>;

/// What changes say, each once.
#[derive(Debug, Default)]
pub struct Said {
    pub(super) words: Words,
    pub(super) subjects: Subjects,
    pub(super) entitlements: Entitlements,
    pub(super) manners: Manners,
    /// By manner.
    pub(super) verbs: Vec<(Verb, Direction)>,
}

/// One change: when, and the numbers of what it says.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    pub(super) time: i64,
    pub(super) subject: u32,
    pub(super) entitlement: u32,
    pub(super) manner: u32,
}

/// The words that name a group; each may be none.
#[derive(Debug, Clone, Copy)]
pub(super) struct GroupWords {
    pub(super) name: u32,
    pub(super) id: u32,
}

impl GroupWords {
    /// The word that tells it from others: its id, else its name.
    pub(super) const fn surest(self) -> u32 {
        if self.id == crate::lake::NONE { self.name } else { self.id }
    }
}

impl Said {
    pub(super) fn subject(&self, row: &Row, part: usize) -> Option<&str> {
        self.words.get(self.subjects.get(row.subject, part))
    }

    /// Number of the word that tells a group that is granted from others.
    pub(super) fn group(&self, entitlement: u32) -> u32 {
        self.granted_group(entitlement).surest()
    }

    fn granted_group(&self, entitlement: u32) -> GroupWords {
        GroupWords { name: self.entitlements.get(entitlement, 2), id: self.entitlements.get(entitlement, 3) }
    }

    /// The words of a group as a subject.
    pub(super) fn group_words(&self, subject: u32) -> GroupWords {
        GroupWords { name: self.subjects.get(subject, 3), id: self.subjects.get(subject, 4) }
    }

    /// Number of the word that is the id of what is granted.
    pub(super) fn group_id(&self, entitlement: u32) -> Option<u32> {
        Some(self.entitlements.get(entitlement, 3)).filter(|id| *id != crate::lake::NONE)
    }

    fn manner(&self, number: u32, part: usize) -> Option<&str> {
        self.words.get(self.manners.get(number, part))
    }

    /// Which manners are those of changes about a group itself.
    pub(super) fn about_groups(&self) -> Vec<bool> {
        let manners = 0..u32::try_from(self.manners.len()).unwrap_or(u32::MAX);
        manners.map(|manner| super::cases::is_about_group(&self.in_manner(manner))).collect()
    }

    /// By manner, when a record has its turn among those of its instant: what ids say of that is chance. Whoever departs is away by the time
    /// of what is given, and what is given is there to be taken.
    fn turns(&self) -> Vec<u8> {
        let turn = |(number, (verb, _)): (u32, &(Verb, Direction))| match verb {
            _ if self.manner(number, 2) != Some("authority") => 5,
            Verb::UserCreate | Verb::GroupCreate => 0,
            Verb::UserDeactivate | Verb::UserDelete | Verb::UserSuspend => 1,
            Verb::UserActivate | Verb::UserUnsuspend => 2,
            Verb::AppUnassign | Verb::MemberRemove | Verb::PushRemove | Verb::GroupDelete | Verb::AdminRevoke => 4,
            _ => 3,
        };
        (0..).zip(&self.verbs).map(turn).collect()
    }

    /// What a change says; its own ids stand apart.
    pub(super) fn act(&self, row: &Row) -> Act<'_> {
        let subject = |part: usize| self.subject(row, part);
        let entitlement = |part: usize| self.words.get(self.entitlements.get(row.entitlement, part));
        Act {
            time: row.time,
            subject: subject(3),
            subject_id: subject(4),
            subject_alias: subject(5),
            subject_external_id: subject(6),
            entitlement: entitlement(2),
            entitlement_id: entitlement(3),
            ..self.in_manner(row.manner)
        }
    }

    /// What all changes of a manner say.
    pub(super) fn in_manner(&self, number: u32) -> Act<'_> {
        let manner = |part: usize| self.manner(number, part);
        let sure = |part: usize| manner(part).unwrap_or_default();
        let (verb, direction) = self.verbs[number as usize];
        Act {
            event_id: "",
            native_id: None,
            request_id: None,
            event_type: sure(0),
            source: sure(1),
            plane: sure(2),
            subject: None,
            subject_id: None,
            subject_alias: None,
            subject_external_id: None,
            subject_kind: sure(5),
            entitlement: None,
            entitlement_id: None,
            scope: sure(6),
            actor: manner(7),
            channel: manner(8),
            endpoint: manner(9),
            app: manner(10),
            outcome: sure(11),
            is_first_statement: manner(12) == Some("first_statement"),
            user_agent: manner(13),
            source_ip: manner(14),
            time: 0,
            verb,
            direction,
        }
    }
}

/// Access changes, ordered by time, decisions of one instant by kind, then by event and ordinal, so that every run sees them in the same
/// order.
#[derive(Debug)]
pub struct Acts {
    said: Arc<Said>,
    rows: Vec<Row>,
    own: Own,
}

impl Acts {
    /// Puts changes into their order. Gives the place that each of them had, too.
    pub(super) fn in_order(said: Arc<Said>, mut rows: Vec<Row>, mut own: Own) -> (Self, Vec<u32>) {
        let mut order: Vec<u32> = (0..u32::try_from(rows.len()).unwrap_or(u32::MAX)).collect();
        let turns = said.turns();
        let key = |at: u32| {
            let row = &rows[at as usize];
            (row.time, turns[row.manner as usize])
        };
        // What comes out of a lake is in order file by file. Ids lie elsewhere, and are looked at where nothing else tells.
        let id = |at: u32| own.get(at as usize, 0);
        order.sort_by(|a, b| key(*a).cmp(&key(*b)).then_with(|| id(*a).cmp(&id(*b))));
        rows = order.iter().map(|at| rows[*at as usize]).collect();
        own.reorder(&order);
        (Self { said, rows, own }, order)
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when there is none.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What the changes say.
    pub(super) fn said(&self) -> &Said {
        &self.said
    }

    /// The changes as numbers.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The change of a row.
    ///
    /// # Panics
    /// When there is no such row; rows come from this very table.
    pub fn at(&self, row: usize) -> Act<'_> {
        Act {
            event_id: self.event_id(row),
            native_id: self.own.get(row, 1),
            request_id: self.own.get(row, 2),
            ..self.said.act(&self.rows[row])
        }
    }

    /// The event of a row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn event_id(&self, row: usize) -> &str {
        event_of(self.own.get(row, 0).unwrap_or_default())
    }

    pub(super) fn native_id(&self, row: usize) -> Option<&str> {
        self.own.get(row, 1)
    }

    pub(super) fn request_id(&self, row: usize) -> Option<&str> {
        self.own.get(row, 2)
    }

    /// The subject's id and its id in another system.
    pub(super) fn ids(&self, row: usize) -> (Option<&str>, Option<&str>) {
        (self.said.subject(&self.rows[row], 4), self.said.subject(&self.rows[row], 6))
    }

    /// Whom a row is about and what it grants, in the record's own words: of each the id, else the name, else "".
    pub fn own_words(&self, row: usize) -> [&str; 2] {
        [self.own_subject(row), self.own_entitlement(row)]
    }

    /// Number of whom a row is about: rows of one number say the same of it.
    pub(super) fn subject_number(&self, row: usize) -> u32 {
        self.rows[row].subject
    }

    /// Whom a row is about, in the record's own words: the id, else the name, else "".
    pub(super) fn own_subject(&self, row: usize) -> &str {
        let (said, row) = (&self.said, &self.rows[row]);
        said.subject(row, 4).or_else(|| said.subject(row, 3)).unwrap_or_default()
    }

    /// What a row grants, in the record's own words: the id, else the name, else "".
    pub(super) fn own_entitlement(&self, row: usize) -> &str {
        self.said.words.get(self.said.group(self.rows[row].entitlement)).unwrap_or_default()
    }

    /// The words of the group that a row grants.
    pub(super) fn group_of(&self, row: usize) -> GroupWords {
        self.said.granted_group(self.rows[row].entitlement)
    }

    /// Number of the id of the group that a change is about, or that it gives a membership of, as in effects; `None` = not said.
    pub fn group_number(&self, row: usize) -> Option<u32> {
        let act = &self.rows[row];
        let is_membership = matches!(self.verb(row), Verb::MemberAdd | Verb::MemberRemove);
        let of_subject = || Some(self.said.group_words(act.subject).id).filter(|id| *id != crate::lake::NONE);
        let id = if is_membership { self.said.group_id(act.entitlement) } else { of_subject() };
        id.map(|id| id.saturating_add(1))
    }

    pub(super) fn source(&self, row: usize) -> &str {
        self.manner(row, 1).unwrap_or_default()
    }

    pub(super) fn scope(&self, row: usize) -> &str {
        self.manner(row, 6).unwrap_or_default()
    }

    pub(super) fn actor(&self, row: usize) -> Option<&str> {
        self.manner(row, 7)
    }

    pub(super) fn channel(&self, row: usize) -> Option<&str> {
        self.manner(row, 8)
    }

    fn manner(&self, row: usize, part: usize) -> Option<&str> {
        self.said.manner(self.rows[row].manner, part)
    }

    pub(super) fn direction(&self, row: usize) -> Direction {
        self.said.verbs[self.rows[row].manner as usize].1
    }

    /// All changes, in order.
    pub fn iter(&self) -> impl Iterator<Item = Act<'_>> {
        (0..self.len()).map(|row| self.at(row))
    }

    /// The instant of a row, in microseconds.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn time(&self, row: usize) -> i64 {
        self.rows[row].time
    }

    /// The verb of a row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn verb(&self, row: usize) -> Verb {
        self.said.verbs[self.rows[row].manner as usize].0
    }
}

// A change's id is its event's, a dash, and its place in the event.
fn event_of(change_id: &str) -> &str {
    // The place has few digits: going back over them is quicker than a search.
    change_id.bytes().rposition(|byte| byte == b'-').map_or(change_id, |dash| &change_id[..dash])
}

/// Reads the access changes that correlation follows.
///
/// # Errors
/// The lake cannot be read, or holds a direction that this version does not know.
pub fn read(lake: &Lake) -> Result<Acts> {
    let (said, rows, own) = super::read::all(lake)?;
    Ok(Acts::in_order(Arc::new(said), rows, own).0)
}
