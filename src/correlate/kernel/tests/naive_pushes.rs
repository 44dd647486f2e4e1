//! The rulings on pushes once more, each question a scan of the whole case.

use super::super::Push;
use super::naive::Naive;
use crate::change::Direction;

impl Naive<'_> {
    pub(super) fn is_pushed(&self, i: usize) -> bool {
        let (effect, decisions) = (&self.case.effects[i], &self.case.decisions);
        if self.is_contradicted(i) {
            return false;
        }
        let until = effect.time + self.limits.window.skew;
        let is_same = |d: &usize| decisions[*d].direction == effect.direction && decisions[*d].time <= until;
        let last = (0..decisions.len()).rfind(|d| is_same(d) && decisions[*d].rank.is_some());
        if last.is_some_and(|d| self.is_used_and_undone(d, i)) {
            return false;
        }
        let before =
            self.case.effects[..i].iter().filter(|o| o.scope == effect.scope && o.direction == effect.direction);
        let used = before.filter(|o| o.time < effect.time).map(|o| o.time + self.limits.window.skew).max();
        self.arrived().any(|p| {
            p.direction == effect.direction
                && self.limits.window.holds(p.time, effect.time)
                && used.is_none_or(|used| p.time > used)
                && !self.is_elsewhere(p, i)
                && !self.found_and_lost(p, i)
                && !self.is_overruled(p, i)
        })
    }

    fn arrived(&self) -> impl Iterator<Item = &Push> {
        self.case.pushes.iter().filter(|p| p.succeeded && p.names_subject() && p.by_connector)
    }

    // Undone since it found the access as it was to be.
    fn found_and_lost(&self, push: &Push, i: usize) -> bool {
        let effect = &self.case.effects[i];
        let wanted = effect.direction == Direction::Grant;
        let is_same_act = effect.by_connector && effect.time - push.time <= self.limits.window.skew;
        let against = self.arrived().filter(|r| r.direction != effect.direction && r.direction != Direction::Update);
        let opposed = against.filter(|r| r.time < push.time).map(|r| r.time).max();
        let mut since = self.marks_before(i).into_iter().filter(|m| m.0 >= push.time);
        let deleted = self.last_final(effect.scope, effect.time).is_some_and(|end| wanted && end >= push.time);
        let is_lost = deleted || since.any(|m| m.1 != wanted);
        !is_same_act && self.found(effect.scope, push.time, wanted, opposed).is_some() && is_lost
    }

    fn is_elsewhere(&self, push: &Push, i: usize) -> bool {
        let effect = &self.case.effects[i];
        let is_beside = (effect.time - push.time).abs() <= self.limits.window.skew;
        push.workspace.is_some_and(|there| there != effect.scope) && !(effect.by_connector && is_beside)
    }

    fn is_overruled(&self, push: &Push, i: usize) -> bool {
        let effect = &self.case.effects[i];
        let against = self.arrived().filter(|r| !self.is_elsewhere(r, i));
        let against = against.filter(|r| r.direction != effect.direction && r.direction != Direction::Update);
        let last = against.filter(|r| r.time > push.time && r.time <= effect.time).map(|r| r.time).max();
        last.is_some_and(|r| !self.is_undone_after(i, r + self.limits.window.look_back))
    }
}
