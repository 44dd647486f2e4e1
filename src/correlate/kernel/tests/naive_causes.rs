//! What a hole may hide of the cause of a removal, as plainly as it can be put.

use super::super::Scope;
use super::naive::Naive;
use crate::change::Direction;

impl Naive<'_> {
    // With an end of the account that a hole hides, or of what was made anew since.
    pub(super) fn may_be_consequence(&self, i: usize) -> bool {
        let effect = &self.case.effects[i];
        let (from, to) = self.limits.window.around(effect.time);
        let is_above = effect.scope != Scope::ACCOUNT && self.world.account_hole(from, to).is_some();
        let held = self.marks_before(i).last().filter(|m| m.1).map(|m| m.0);
        let is_remade = held.is_some_and(|held| {
            let made =
                self.case.remade.iter().filter(|(at, of)| *of == effect.scope && *at > held && *at <= effect.time);
            made.into_iter().any(|(at, _)| self.world.effect_hole(&[effect.scope, Scope::ACCOUNT], held, *at).is_some())
        });
        effect.direction == Direction::Revoke && (is_above || is_remade)
    }
}
