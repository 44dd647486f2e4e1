//! Which of a person's accounts in Databricks an effect is about. Most people have one.

use super::super::kernel::{Case, Observation, Scope};
use super::builder::Builder;

impl Builder<'_> {
    /// Numbers the accounts of each case; where there is one, or where no record tells them apart, it is 0.
    pub(super) fn number_accounts(&mut self) {
        let (acts, identities) = (self.acts, &self.ground.identities);
        for (_, _, case) in self.by_key.each_mut() {
            let first = case.effects.first().map(|effect| effect.account);
            if case.effects.iter().all(|effect| Some(effect.account) == first) {
                case.effects.iter_mut().for_each(|effect| effect.account = 0);
                continue;
            }
            let mut known: Vec<u32> = Vec::new();
            let mut last = 0;
            for effect in &mut case.effects {
                // A record that tells no id is about the account that was there.
                if let Some(slot) = acts.ids(effect.row).0.and_then(|id| identities.databricks_account(id)) {
                    last = known.iter().position(|k| *k == slot).unwrap_or_else(|| {
                        known.push(slot);
                        known.len() - 1
                    });
                }
                effect.account = u32::try_from(last).unwrap_or(u32::MAX);
            }
            case.account_count = u32::try_from(known.len()).unwrap_or(u32::MAX);
        }
    }
}

/// What a listing saw: held by the account that was last put there, or by none of them.
pub(super) fn observed(case: &Case, time: i64, scope: Scope, held: bool) -> Vec<Observation> {
    let here = case.effects.iter().filter(|effect| effect.scope == scope);
    let mut accounts: Vec<u32> = here.clone().map(|effect| effect.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    // Of a place where nothing was done no record tells accounts apart.
    if accounts.is_empty() {
        accounts.push(0);
    }
    if held && accounts.len() > 1 {
        let last = here.clone().take_while(|effect| effect.time <= time).last().or(here.clone().next());
        accounts = last.map(|effect| effect.account).into_iter().collect();
    }
    accounts.into_iter().map(|account| Observation { time, scope, account, held }).collect()
}
