//! What one request, or one event about one resource, does to access.

use std::borrow::Cow;

use super::item::{Set, items};
use super::ledger::{Ledger, statement_key};
use super::{Json, Kind, Place, Subject, flag};
use crate::change::{Change, Model, Statement, Verb};
use crate::event::Outcome;
use crate::source::decode::Reason;

/// What came of an act.
#[derive(Debug, Default)]
pub(in crate::source) struct Effects<'r> {
    /// Access changes.
    pub(in crate::source) changes: Vec<Change<'r>>,
    /// What was stated to be the whole of something.
    pub(in crate::source) statements: Vec<Statement<'r>>,
}

/// One act on one resource.
#[derive(Debug)]
pub(in crate::source) struct Act<'a, 'r> {
    /// The resource.
    pub(in crate::source) subject: Subject<'r>,
    /// Where the service stands.
    pub(in crate::source) place: &'a Place<'r>,
    /// Whether it succeeded.
    pub(in crate::source) outcome: Outcome,
    /// The resource that the service answered with; null where none is at hand.
    pub(in crate::source) answer: &'a Json<'r>,
    /// Where the body stands in the record, for reasons.
    pub(in crate::source) pointer: &'a str,
}

impl<'r> Act<'_, 'r> {
    /// The resource was made, with this body; null where the body is not at hand.
    pub(in crate::source) fn create(&self, body: &Json<'r>) -> Result<Effects<'r>, Reason> {
        let (Some(created), mut effects) = (self.verbs().map(|v| v.create), Effects::default()) else {
            return Ok(Effects::default());
        };
        effects.changes.push(self.account(created));
        // An account that is made without being in use gives nothing yet.
        if self.active(body)? == Some(false) {
            effects.changes.extend(self.activity(false));
        }
        let mut ledger = Ledger::default();
        for set in self.sets() {
            ledger.add(*set, items(body.get(set.name()), &self.at(set.name()))?);
        }
        ledger.settle(self, &mut effects)?;
        Ok(effects)
    }

    /// The resource was replaced by this body. A list that the body leaves out may be kept or emptied, as the server likes.
    pub(in crate::source) fn replace(&self, body: &Json<'r>) -> Result<Effects<'r>, Reason> {
        let mut effects = Effects::default();
        match self.active(body)? {
            Some(active) => effects.changes.extend(self.activity(active)),
            None => self.update(&mut effects),
        }
        let mut ledger = Ledger::default();
        for set in self.sets() {
            match body.get(set.name()) {
                Json::Null => {}
                list => ledger.replace(*set, items(list, &self.at(set.name()))?),
            }
        }
        ledger.settle(self, &mut effects)?;
        Ok(effects)
    }

    /// The resource was removed.
    pub(in crate::source) fn delete(&self) -> Effects<'r> {
        let changes = self.verbs().map(|v| self.account(v.delete)).into_iter().collect();
        Effects { changes, ..Effects::default() }
    }

    /// The account was put in or out of use.
    pub(in crate::source) fn activate(&self, active: bool) -> Effects<'r> {
        Effects { changes: self.activity(active).into_iter().collect(), ..Effects::default() }
    }

    /// The resource was looked at, and is as this body says.
    pub(in crate::source) fn observe(&self, body: &Json<'r>) -> Result<Effects<'r>, Reason> {
        let mut effects = Effects::default();
        let mut state = |facet: &str, held: Vec<Change<'r>>| {
            if let Some(key) = statement_key(&self.place.realm(), &self.subject, facet) {
                effects.statements.push(Statement { key, model: Model::Snapshot, held, otherwise: Vec::new() });
            }
        };
        // What it is called, and by which ids: neither given nor taken.
        state("description", self.verbs().map(|verbs| self.account(verbs.update)).into_iter().collect());
        if let Some(active) = self.active(body)? {
            state("active", self.activity(true).filter(|_| active).into_iter().collect());
        }
        for set in self.sets() {
            let list = body.get(set.name());
            if !list.is_null() {
                let held = items(list, &self.at(set.name()))?;
                state(set.name(), held.iter().map(|item| super::ledger::grant(*set, self, item)).collect());
            }
        }
        Ok(effects)
    }

    /// Records that the resource was changed in something that gives and takes nothing.
    pub(in crate::source) fn update(&self, effects: &mut Effects<'r>) {
        let Some(verb) = self.verbs().map(|v| v.update) else { return };
        if !effects.changes.iter().any(|change| change.verb == verb) {
            effects.changes.push(self.account(verb));
        }
    }

    /// Whether the body says that the account is in use; `None` = it does not say. Groups have no such state.
    pub(super) fn active(&self, body: &Json<'r>) -> Result<Option<bool>, Reason> {
        match body.get("active") {
            _ if !self.has_activity() => Ok(None),
            Json::Null => Ok(None),
            value => match flag(value) {
                Some(active) => Ok(Some(active)),
                None => Err(value.unfit(&self.at("active"), "a boolean")),
            },
        }
    }

    /// Whether resources of this kind are in or out of use.
    pub(super) const fn has_activity(&self) -> bool {
        matches!(self.subject.kind, Kind::User | Kind::Me | Kind::ServicePrincipal)
    }

    /// The change that puts the account in or out of use.
    pub(super) fn activity(&self, active: bool) -> Option<Change<'r>> {
        let verb = if active { Verb::UserActivate } else { Verb::UserDeactivate };
        self.has_activity().then(|| self.account(verb))
    }

    /// The lists that resources of this kind have.
    pub(super) const fn sets(&self) -> &'static [Set] {
        match self.subject.kind {
            Kind::Group => &[Set::Members, Set::Roles, Set::Entitlements],
            Kind::User | Kind::Me | Kind::ServicePrincipal => &[Set::Roles, Set::Entitlements],
            _ => &[],
        }
    }

    /// Where an attribute of the body stands in the record.
    pub(super) fn at(&self, key: &str) -> String {
        format!("{}/{key}", self.pointer)
    }

    fn account(&self, verb: Verb) -> Change<'r> {
        Change {
            subject: self.subject.name.clone(),
            subject_id: self.subject.id.clone(),
            subject_alias: self.subject.label.clone(),
            subject_external_id: self.subject.external_id.clone(),
            subject_kind: self.subject.kind.subject(),
            entitlement: Some(Cow::Borrowed("account")),
            ..Change::new(verb, self.outcome)
        }
    }

    const fn verbs(&self) -> Option<Verbs> {
        match self.subject.kind {
            Kind::User | Kind::Me | Kind::ServicePrincipal => {
                Some(Verbs { create: Verb::UserCreate, update: Verb::UserUpdate, delete: Verb::UserDelete })
            }
            Kind::Group => {
                Some(Verbs { create: Verb::GroupCreate, update: Verb::GroupUpdate, delete: Verb::GroupDelete })
            }
            _ => None,
        }
    }
}

struct Verbs {
    create: Verb,
    update: Verb,
    delete: Verb,
}
