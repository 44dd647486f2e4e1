//! Steps that several situations share: joining, moving and leaving as it is usually carried out.

use super::act::{Act, Decision};
use super::calendar::{Instant, Scope, after, after_millis};
use super::databricks::{Change, Door};
use super::organisation::{Group, Person};
use super::story::{Decided, Story};

impl<'a> Story<'a> {
    /// Somebody is hired: created, put in groups, assigned, pushed. Returns the time when all is done.
    pub(super) fn joins(
        &mut self,
        time: Instant,
        person: &'a Person,
        groups: &[&'a Group],
        situation: &'static str,
    ) -> Instant {
        let assigned = self.hired(time, person);
        let created_at = after(assigned.time, self.lag());
        let created = self.effect(created_at, Scope::Account, Door::Connector, Change::CreateUser(person));
        self.push_around(created_at, Act::PushUser(person));
        self.twins(&created, Change::CreateUser(person), &[Scope::Production, Scope::Sandbox]);
        self.carried_out(&[&assigned], &created, situation);
        let mut done = created_at;
        for group in groups {
            done = self.enters(after(done, 20), person, group, situation);
        }
        self.begins(person, after(done, 3_600));
        done
    }

    /// A person is created, activated and assigned; what authorises the account is returned.
    pub(super) fn hired(&mut self, time: Instant, person: &'a Person) -> Decided {
        if !self.plan.provider.assigns() {
            return self.decide(time, Decision::Create(person));
        }
        self.log(time, Act::Create(person));
        self.log(after(time, 1), Act::Activate(person));
        let wait = self.dice.between(3, 40);
        self.decide(after(time, wait), Decision::Assign(person, &self.organisation.databricks))
    }

    /// Somebody enters a pushed group, and the push arrives. Returns the time when it has.
    pub(super) fn enters(
        &mut self,
        time: Instant,
        person: &'a Person,
        group: &'a Group,
        situation: &'static str,
    ) -> Instant {
        let decided = self.decide(time, Decision::JoinGroup(person, group));
        self.pushed(&decided, Change::AddMember(person, group), Act::PushMember(person, group), situation)
    }

    /// Somebody leaves a pushed group, and the push arrives. Returns the time when it has.
    pub(super) fn exits(
        &mut self,
        time: Instant,
        person: &'a Person,
        group: &'a Group,
        situation: &'static str,
    ) -> Instant {
        let decided = self.decide(time, Decision::LeaveGroup(person, group));
        let act = Act::PushMemberRemoval(person, group);
        self.pushed(&decided, Change::RemoveMember(person, group), act, situation)
    }

    fn pushed(&mut self, decided: &Decided, change: Change<'a>, act: Act<'a>, situation: &'static str) -> Instant {
        let time = after(decided.time, self.lag());
        let effect = self.effect(time, Scope::Account, Door::Connector, change);
        self.push_around(time, act);
        if self.dice.chance(50) {
            self.twins(&effect, change, &[Scope::Production]);
        }
        self.carried_out(&[decided], &effect, situation);
        time
    }

    /// Somebody leaves the company: deactivated and unassigned, or deleted where nobody is assigned. Strongest authority
    /// first.
    pub(super) fn dismissed(&mut self, time: Instant, person: &'a Person) -> Vec<Decided> {
        self.ends(person, time);
        if !self.plan.provider.assigns() {
            return vec![self.decide(time, Decision::Delete(person))];
        }
        let deactivated = self.decide(time, Decision::Deactivate(person));
        let wait = self.dice.between(300, 2_000);
        let app = &self.organisation.databricks;
        let unassigned = self.decide(after_millis(deactivated.time, wait), Decision::Unassign(person, app));
        vec![unassigned, deactivated]
    }
}
