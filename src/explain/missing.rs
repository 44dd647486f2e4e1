//! Whether somebody has something, and if not, where the chain from decision to access broke.

mod broken;

use super::Ask;
use super::model::{Brief, Missing, Row, Standing};
use super::words::{at, length, moment};
use crate::access::{self, Access, Bounds, Edge, Held, History, State};
use crate::catalogue::VOUCHED_BY;
use crate::change::EntitlementKind;
use crate::correlate::Retried;
use crate::correlate::cases::{Entitlement, Key};
use crate::correlate::kernel::{Instant, Reason};
use crate::error::Result;
use crate::identity::Resolved;
use crate::report::texts::{self, Tense};

/// Who is asked about, and what.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The subject, by any of its names or ids.
    pub subject: &'q str,
    /// A group, a role, or `account`.
    pub entitlement: &'q str,
    /// When; `None` = at the end of the evidence.
    pub at: Option<Instant>,
}

/// Where a chain stands, said in one sentence.
pub(super) struct Said {
    standing: Standing,
    headline: String,
    notes: Vec<String>,
}

/// Says whether the subject has the entitlement, and if not, where the chain broke.
///
/// # Errors
/// No record names the subject or the entitlement, or the lake cannot be read.
pub fn missing(ask: &Ask<'_>, question: Question<'_>) -> Result<Missing> {
    let instant = question.at.unwrap_or(ask.correlation.limits.cut_off);
    let subject = ask.subject(question.subject, instant)?;
    let entitlement = ask.entitlement(question.entitlement, instant)?;
    let key = ask.key(&subject, entitlement);
    let histories = access::histories(ask.correlation);
    let access = ask.access_of(&histories, &key);
    let retried = if ask.case(&key).is_some() { Some(ask.retried(&key)?) } else { None };
    let asked = Asked { ask, key: &key, at: instant, retried: retried.as_ref() };
    let mut said = asked.said(&access)?;
    if !key.subject.is_known() {
        said.notes.push(format!("several identities claim the name {subject}, and the records may be of any of them"));
    }
    if question.at.is_none() {
        said.notes.push(format!("asked at the end of the Databricks evidence, {}", at(instant)));
    }
    Ok(Missing {
        at: moment(instant),
        standing: said.standing,
        headline: said.headline,
        notes: said.notes,
        access: access.iter().map(row).collect(),
        timeline: ask.timeline(&key, instant)?,
        entitlement: key.entitlement.name().to_owned(),
        subject,
    })
}

fn row(held: &Held<'_>) -> Row {
    let time = |edge: Edge<'_>| edge.time.map(moment);
    Row {
        scope: held.pair.scope.to_owned(),
        state: held.state.as_str(),
        from: time(held.opened),
        until: held.closed.and_then(time),
        opened_basis: held.opened.basis.as_str(),
        closed_basis: held.closed.map(|edge| edge.basis.as_str()),
        via: held.via.iter().map(|group| (*group).to_owned()).collect(),
    }
}

impl<'e> Ask<'e> {
    /// The key as the records have it: a contested name is a key of its own kind, and a group may be a subject.
    fn key(&self, subject: &str, entitlement: Entitlement) -> Key {
        let all = || self.keys().filter(|key| key.subject.label() == subject);
        let own = |is_group: bool| all().find(|key| key.is_group == is_group && key.entitlement == entitlement);
        own(false).or_else(|| own(true)).cloned().unwrap_or_else(|| {
            let is_person = all().any(|key| !key.is_group && key.entitlement == Entitlement::Account);
            let is_group =
                !is_person && !matches!(entitlement, Entitlement::Member(_)) && all().any(|key| key.is_group);
            let other = all().find(|key| key.is_group == is_group).map(|key| key.subject.clone());
            Key { is_group, subject: other.unwrap_or_else(|| Resolved::Key(subject.into())), entitlement }
        })
    }

    fn access_of<'h>(&self, histories: &[History<'h>], key: &Key) -> Vec<Held<'h>> {
        let Access { rows, .. } = access::of(histories, &Bounds::of(self.correlation, self.period));
        let kind = match key.entitlement {
            Entitlement::Account => EntitlementKind::Account,
            Entitlement::Admin(_) => EntitlementKind::Admin,
            _ => EntitlementKind::Membership,
        };
        let is_asked = |row: &Held<'_>| {
            row.pair.subject == key.subject.label()
                && row.pair.entitlement == key.entitlement.name()
                && row.pair.entitlement_kind == kind
        };
        rows.into_iter().filter(is_asked).collect()
    }
}

/// How a subject stands to an entitlement.
#[derive(Debug, Clone, Copy)]
enum How {
    Has,
    HasNot,
    Had,
    Keeps,
}

/// A question with what bears on it.
pub(super) struct Asked<'q, 'e> {
    ask: &'q Ask<'e>,
    key: &'q Key,
    at: Instant,
    /// `None` = no change has the key.
    retried: Option<&'q Retried<'e>>,
}

impl Asked<'_, '_> {
    fn said(&self, access: &[Held<'_>]) -> Result<Said> {
        let mut held: Vec<&Held<'_>> = access.iter().filter(|row| row.holds_at(self.at)).collect();
        held.sort_by_key(|row| {
            (row.state != State::InForce, row.via.len(), row.pair.scope != crate::correlate::ACCOUNT)
        });
        if let Some(row) = held.first() {
            return Ok(match row.state {
                State::InForce => self.held(row),
                State::Suspended => self.suspended(row),
            });
        }
        let ended = |row: &&Held<'_>| row.closed.and_then(|edge| edge.time).is_some_and(|time| time <= self.at);
        let last = access.iter().filter(ended).max_by_key(|row| row.closed.and_then(|edge| edge.time));
        let closed = last.and_then(|row| row.closed?.time);
        match (self.retried, self.last_decision(), last) {
            (Some(retried), Some((d, true, time)), _) if closed.is_none_or(|closed| closed < time) => {
                self.broken(retried, d)
            }
            (_, _, Some(row)) => Ok(self.removed(row)),
            (Some(retried), Some((d, ..)), None) => Ok(self.taken_back(retried.case.decisions[d].row)),
            _ => Ok(self.never_decided()),
        }
    }

    /// The subject and how it stands to the entitlement, as the beginning of a sentence.
    fn stands(&self, how: How) -> String {
        let [has, has_not, had, keeps] = match &self.key.entitlement {
            Entitlement::Account if self.key.is_group => {
                ["is a", "is no", "was a", "stays a"].map(|verb| format!("{verb} group in Databricks"))
            }
            Entitlement::Account => {
                ["has a", "has no", "had a", "keeps a"].map(|verb| format!("{verb} Databricks account"))
            }
            Entitlement::Admin(role) => {
                ["has", "does not have", "had", "keeps"].map(|verb| format!("{verb} the role {role}"))
            }
            other => {
                ["is a", "is no", "was a", "stays a"].map(|verb| format!("{verb} member of group {}", other.name()))
            }
        };
        let said = match how {
            How::Has => has,
            How::HasNot => has_not,
            How::Had => had,
            How::Keeps => keeps,
        };
        format!("{} {said}", self.key.subject.label())
    }

    /// Where it is held, as a part of a sentence that names the thing.
    fn place(&self, scope: &str) -> String {
        let is_plain = self.key.entitlement == Entitlement::Account && scope == crate::correlate::ACCOUNT;
        if is_plain { String::new() } else { format!(" {}", Ask::scope_in_words(scope)) }
    }

    fn who(&self) -> &str {
        self.key.subject.label()
    }

    /// The row of an effect or of an ending that an event shows.
    fn row_of(&self, event_id: Option<&str>) -> Option<usize> {
        let case = self.retried?.case;
        let rows = case.effects.iter().map(|e| e.row).chain(case.endings.iter().map(|e| e.row));
        rows.into_iter().find(|row| Some(self.ask.acts().at(*row).event_id) == event_id)
    }

    /// The last decision by the instant: its position, whether it grants, and when. What authorises nothing is none.
    fn last_decision(&self) -> Option<(usize, bool, Instant)> {
        let case = self.retried?.case;
        let by_then = |d: &usize| case.decisions[*d].rank.is_some() && case.decisions[*d].time <= self.at;
        let d = (0..case.decisions.len()).rfind(by_then)?;
        let decision = &case.decisions[d];
        Some((d, decision.direction == crate::change::Direction::Grant, decision.time))
    }

    fn held(&self, row: &Held<'_>) -> Said {
        let (who, scope) = (self.stands(How::Has), self.place(row.pair.scope));
        let since = self.since(row);
        if let Some(group) = row.via.first() {
            let way = if row.via.len() > 1 { format!(" (by {})", row.via.join(" > ")) } else { String::new() };
            let headline = format!("{who}{scope} {since}, as a member of group {group}{way}.");
            return Said { standing: Standing::HeldThroughGroup, headline, notes: Vec::new() };
        }
        let effect = self.row_of(row.opened.by);
        let vouched = effect.and_then(|effect| self.basis(effect));
        let vouched = vouched.unwrap_or_else(|| "no record at hand tells how it was granted".to_owned());
        let shown = self.listing(row).map_or_else(String::new, |time| format!(", as a listing of {} shows", at(time)));
        let headline = format!("{who}{scope} {since}{shown}: {vouched}.");
        let late = effect.and_then(|effect| self.lateness(effect));
        Said { standing: Standing::Held, headline, notes: late.into_iter().collect() }
    }

    /// The listing that alone shows it, and that it was held before.
    fn listing(&self, row: &Held<'_>) -> Option<Instant> {
        let seen = self.ask.correlation.ground.noted.seen_of(self.key, row.pair.scope);
        let is_by = row.opened.basis == access::Basis::Snapshot;
        let listing = seen.iter().find(|seen| is_by && Some(seen.event_id.as_str()) == row.opened.by)?;
        Some(listing.time).filter(|time| row.opened.time != Some(*time))
    }

    fn since(&self, row: &Held<'_>) -> String {
        match (row.opened.time, row.opened.basis) {
            (None, _) => "since before the first record".to_owned(),
            (Some(time), access::Basis::Snapshot) if self.listing(row).is_some() => {
                format!("since {} at the earliest", at(time))
            }
            (Some(time), access::Basis::Snapshot) => format!("at least since a listing of {}", at(time)),
            (Some(time), _) => format!("since {}", at(time)),
        }
    }

    fn suspended(&self, row: &Held<'_>) -> Said {
        let by = self.row_of(row.opened.by).map(|row| self.by(row)).unwrap_or_default();
        let since = row.opened.time.map_or_else(|| "before the first record".to_owned(), at);
        let headline = format!("{}, but out of force since {since}{by}.", self.stands(How::Keeps));
        Said { standing: Standing::Suspended, headline, notes: Vec::new() }
    }

    fn removed(&self, row: &Held<'_>) -> Said {
        let until = row.closed.and_then(|edge| edge.time).map(at).unwrap_or_default();
        let end = self.row_of(row.closed.and_then(|edge| edge.by));
        let by = end.map(|row| self.by(row)).unwrap_or_else(|| ", when a listing no longer showed it".to_owned());
        let basis = end.and_then(|row| self.basis(row)).map(|basis| format!("; {basis}")).unwrap_or_default();
        let scope = self.place(row.pair.scope);
        let headline = format!("{}{scope} until {until}{by}{basis}.", self.stands(How::Had));
        let late = end.and_then(|end| self.lateness(end));
        Said { standing: Standing::Removed, headline, notes: late.into_iter().collect() }
    }

    /// Who did it by which door, as a relative clause.
    fn by(&self, row: usize) -> String {
        let act = self.ask.acts().at(row);
        let who = self.ask.actor(&act).unwrap_or_else(|| "somebody".to_owned());
        let door = self.ask.door(row);
        format!(", when {who} ({}) {}", door.meaning, self.ask.told_of(self.key, &act, Tense::Past))
    }

    /// What stands behind an effect: the decision, or what vouching says of it.
    fn basis(&self, effect: usize) -> Option<String> {
        let judged = &self.ask.correlation.judged;
        let found = judged.vouching.get(judged.vouching.partition_point(|v| v.effect < effect));
        let v = found.filter(|v| v.effect == effect)?;
        let item = format!("vouching item {} {}", &v.item_id, v.reason.verdict().as_str());
        Some(match v.authority {
            Some(row) => {
                let act = self.ask.acts().at(row);
                let who = self.ask.actor(&act).unwrap_or_else(|| "somebody".to_owned());
                let verb = act.verb.as_str();
                format!(
                    "{who} had decided it in {} at {} ({verb}; {item}: {})",
                    act.source,
                    at(act.time),
                    v.reason.as_str()
                )
            }
            None => format!("{} ({item}: {})", texts::reason(VOUCHED_BY, v.reason.as_str()), v.reason.as_str()),
        })
    }

    /// How late an effect came, if it did.
    fn lateness(&self, effect: usize) -> Option<String> {
        let judged = &self.ask.correlation.judged;
        let late = judged.tracing.iter().find(|t| t.effect == Some(effect) && t.reason == Reason::Late)?;
        let decided = self.ask.acts().time(late.authority);
        let lag = length(self.ask.acts().time(effect) - decided);
        let limit = length(late.sla);
        Some(format!(
            "it came late, {lag} after the decision of {}; the limit is {limit} (tracing item {})",
            at(decided),
            late.item_id
        ))
    }

    fn taken_back(&self, row: usize) -> Said {
        let act = self.ask.acts().at(row);
        let who = self.ask.actor(&act).unwrap_or_else(|| "somebody".to_owned());
        let deed = self.ask.told_of(self.key, &act, Tense::Infinitive);
        let headline = format!(
            "{}: {who} decided in {} at {} to {deed}, and no record shows it held.",
            self.stands(How::HasNot),
            act.source,
            at(act.time)
        );
        Said { standing: Standing::TakenBack, headline, notes: Vec::new() }
    }

    /// An item that says the same.
    pub(super) fn cited(item: Option<Brief>) -> String {
        item.map_or_else(String::new, |item| format!(" ({} item {}: {})", item.side, item.item_id, item.reason))
    }
}
