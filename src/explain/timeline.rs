//! Everything at hand that bears on one subject and one entitlement, in the order of time.

use std::collections::{BTreeMap, BTreeSet};

use super::Ask;
use super::item::what;
use super::model::Entry;
use super::words::moment;
use crate::correlate::acts::Act;
use crate::correlate::cases::Key;
use crate::correlate::kernel::{About, Case, Instant};
use crate::error::Result;
use crate::inventory::{self, Record};
use crate::report::texts::{Tense, deed};
use crate::source::SCIM_SNAPSHOT;

/// What kind of step a row is.
type Rows = BTreeSet<(Instant, usize, &'static str)>;

impl Ask<'_> {
    /// The steps up to the end of the evidence; those after `at` are marked.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn timeline(&self, key: &Key, at: Instant) -> Result<Vec<Entry>> {
        let mut rows = self.refused(key);
        let case = self.case(key);
        rows.extend(case.into_iter().flat_map(rows_of));
        let event = |row: usize| self.acts().at(row).event_id.to_owned();
        let records = inventory::records(self.lake, &rows.iter().map(|(_, row, _)| event(*row)).collect())?;
        let mut all: Vec<(Instant, Entry)> = rows
            .iter()
            .map(|(time, row, kind)| (*time, self.entry(key, *row, kind, at, &records)))
            .chain(self.listings(key, case, at))
            .collect();
        all.sort_by_key(|(time, _)| *time);
        Ok(all.into_iter().map(|(_, entry)| entry).collect())
    }

    /// Attempts that Databricks refused: they change nothing, and so are in no case.
    fn refused(&self, key: &Key) -> Rows {
        let acts = self.acts();
        let is_refused = |act: &Act<'_>| act.plane == "effect" && act.outcome != "success";
        let of_key = |row: &usize| {
            let act = acts.at(*row);
            is_refused(&act) && self.correlation.ground.key_of(&act) == *key
        };
        (0..acts.len()).filter(of_key).map(|row| (acts.time(row), row, "attempt")).collect()
    }

    fn entry(
        &self,
        key: &Key,
        row: usize,
        kind: &'static str,
        at: Instant,
        records: &BTreeMap<String, Record>,
    ) -> Entry {
        let act = self.acts().at(row);
        let told = |tense: Tense| self.told_of(key, &act, tense);
        let what = match kind {
            "decision" => format!("decided to {}", told(Tense::Infinitive)),
            "push" => format!("pushed: {}", told(Tense::Infinitive)),
            "group push" => format!("pushed group {} as a whole", key.entitlement.name()),
            "attempt" => format!("tried to {}", told(Tense::Infinitive)),
            _ => told(Tense::Past),
        };
        Entry {
            time: moment(act.time),
            kind,
            what,
            source: act.source.to_owned(),
            scope: act.scope.to_owned(),
            actor: self.actor(&act),
            outcome: act.outcome.to_owned(),
            outcome_reason: records.get(act.event_id).and_then(|record| record.outcome_reason.clone()),
            event_id: act.event_id.to_owned(),
            item: self.item_at(row),
            is_after: act.time > at,
        }
    }

    /// A deed on the key, or on the person or the group that it is about.
    pub(super) fn told_of(&self, key: &Key, act: &Act<'_>, tense: Tense) -> String {
        let is_about_group =
            !key.is_group && act.subject_kind == "group" && self.correlation.ground.key_of(act).is_group;
        let subject = if is_about_group { key.entitlement.name() } else { key.subject.label() };
        deed(act.verb.as_str(), subject, what(key, act), tense)
    }

    /// What listings say: of a key that no change has, as they say it.
    fn listings(&self, key: &Key, case: Option<&Case>, at: Instant) -> Vec<(Instant, Entry)> {
        let ground = &self.correlation.ground;
        let laid = case.into_iter().flat_map(|case| &case.observations);
        let laid = laid.map(|o| (o.time, ground.scopes.name(o.scope), o.held, ""));
        let listed = ground.noted.seen().filter(|(seen, ..)| case.is_none() && *seen == key);
        let listed =
            listed.flat_map(|(_, scope, seen)| seen.iter().map(move |s| (s.time, scope, s.held, &*s.event_id)));
        let entry = |(time, scope, held, event_id): (Instant, &str, bool, &str)| Entry {
            time: moment(time),
            kind: "listing",
            what: if held { "a listing names it as held" } else { "a listing shows that it is not held" }.to_owned(),
            source: SCIM_SNAPSHOT.to_owned(),
            scope: scope.to_owned(),
            actor: None,
            outcome: String::new(),
            outcome_reason: None,
            event_id: event_id.to_owned(),
            item: None,
            is_after: time > at,
        };
        laid.chain(listed).map(|told| (told.0, entry(told))).collect()
    }
}

fn rows_of(case: &Case) -> Rows {
    let decisions = case.decisions.iter().map(|d| (d.time, d.row, "decision"));
    let kind = |about: About| if about == About::Group { "group push" } else { "push" };
    let pushes = case.pushes.iter().map(|p| (p.time, p.row, kind(p.about)));
    let effects = case.effects.iter().map(|e| (e.time, e.row, "effect"));
    let endings = case.endings.iter().map(|e| (e.time, e.row, "consequence"));
    decisions.chain(pushes).chain(effects).chain(endings).collect()
}
