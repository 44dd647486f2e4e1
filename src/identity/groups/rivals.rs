//! Groups that had one name at once: which of them is the one in Databricks, where that is known.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::super::history::{Histories, Run};
use super::super::store::{AccountId, Store};
use super::super::texts::TextId;
use super::super::timeline::{Claim, Tenure};
use super::{Claimed, Mapping, Tie};

/// Groups that had one name at once, by group and name.
#[derive(Debug, Default)]
pub(super) struct Rivals {
    /// The one of its directory that is pushed.
    pub(super) chosen: HashSet<(AccountId, TextId), RandomState>,
    /// Those beside one that is pushed, in their directory or in another.
    pub(super) namesakes: HashSet<(AccountId, TextId), RandomState>,
}

impl Rivals {
    /// `logins` are the claims of the directories' groups, by name and system; `own` is who had which name in Databricks.
    pub(super) fn of(
        store: &Store,
        histories: &Histories,
        mapping: &Mapping,
        logins: &[Claimed],
        ties: &[(AccountId, Tie)],
        own: &[(TextId, u16, Tenure)],
    ) -> Self {
        let known = own.iter().map(|(name, _, _)| *name).collect();
        let mut tied: HashMap<AccountId, Vec<AccountId>, RandomState> = HashMap::default();
        ties.iter().for_each(|(of, tie)| tied.entry(*of).or_default().push(tie.group));
        let court = Court { store, histories, mapping, tied, known };
        let mut rivals = Self::default();
        for of_name in logins.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|of| of.len() > 1) {
            court.within(of_name, &mut rivals);
        }
        court.across(logins, &mut rivals);
        rivals
    }
}

/// What it takes to tell groups of one name apart.
struct Court<'a> {
    store: &'a Store,
    histories: &'a Histories,
    mapping: &'a Mapping,
    /// The groups in Databricks that a foreign id ties a directory's group to.
    tied: HashMap<AccountId, Vec<AccountId>, RandomState>,
    /// The names that Databricks knows.
    known: HashSet<TextId, RandomState>,
}

impl<'a> Court<'a> {
    /// Of several in one directory.
    ///
    /// A group that was pushed under a name and has another one since keeps its group in Databricks, whoever has the name then.
    fn within(&self, of_name: &[Claimed], rivals: &mut Rivals) {
        for (name, _, own) in of_name {
            let others = of_name.iter().map(|(_, _, other)| other).filter(|other| other.owner != own.owner);
            let mut at_once = others.filter(|other| self.is_at_once(own, other, *name));
            match (self.is_pushed(own.owner), at_once.any(|other| self.is_pushed(other.owner))) {
                (true, false) => rivals.chosen.insert((own.owner, *name)),
                (false, true) => rivals.namesakes.insert((own.owner, *name)),
                _ => false,
            };
        }
    }

    /// Of several directories: what one of them pushes another one does not fill, unless it pushes it, too, or the configuration maps it.
    fn across(&self, logins: &'a [Claimed], rivals: &mut Rivals) {
        let (pushed, others): (Vec<&Claimed>, Vec<&Claimed>) = logins
            .iter()
            .filter(|(_, system, _)| self.decides(*system))
            .partition(|(.., own)| self.is_pushed(own.owner));
        let mut fed: HashMap<&str, Vec<&Claimed>, RandomState> = HashMap::default();
        for claimed in pushed {
            self.there(claimed).for_each(|there| fed.entry(there).or_default().push(claimed));
        }
        for (name, system, own) in others.into_iter().filter(|(name, ..)| !self.is_configured(*name)) {
            let rivalling = fed.get(self.mapped(*name)).into_iter().flatten().filter(|(_, other, _)| other != system);
            if rivalling.into_iter().any(|(called, _, other)| self.is_at_once(own, other, *called)) {
                rivals.namesakes.insert((own.owner, *name));
            }
        }
    }

    fn is_at_once(&self, own: &Claim, other: &Claim, name: TextId) -> bool {
        let is_kept = || other.first < own.first && !self.is_configured(name) && self.keeps(other.owner, name);
        other.first <= own.last && own.first <= other.last || self.is_pushed(other.owner) && is_kept()
    }

    fn is_pushed(&self, group: AccountId) -> bool {
        let histories = self.histories;
        self.tied.contains_key(&group) || histories.is_pushed[group as usize] || !histories.aliases.of(group).is_empty()
    }

    /// Whether what a directory's group is in Databricks still goes by a name that it had: it has no other one that Databricks knows.
    fn keeps(&self, group: AccountId, name: TextId) -> bool {
        if let Some(pushed) = self.histories.aliases.of(group).last() {
            return pushed.value == name;
        }
        let is_known = |name| self.store.texts.find(self.mapped(name)).is_some_and(|n| self.known.contains(&n));
        let runs = self.histories.names.of(group);
        let since = runs.iter().rposition(|run| run.value == name).map_or(runs.len(), |at| at + 1);
        !runs[since..].iter().any(|run| is_known(run.value))
    }

    /// What a pushed group is called in Databricks.
    fn there(&self, (name, _, own): &Claimed) -> impl Iterator<Item = &'a str> {
        let histories = self.histories;
        let tied = self.tied.get(&own.owner).into_iter().flatten().flat_map(|there| histories.names.of(*there));
        let (tied, texts) = (tied.collect::<Vec<&Run>>(), &self.store.texts);
        let told = if tied.is_empty() { histories.aliases.of(own.owner).iter().collect() } else { tied };
        let own = told.is_empty().then(|| self.mapped(*name));
        told.into_iter().map(|run| texts.text(run.value)).chain(own)
    }

    fn mapped(&self, name: TextId) -> &'a str {
        self.mapping.mapped(self.store.texts.text(name))
    }

    fn is_configured(&self, name: TextId) -> bool {
        self.mapping.map.contains_key(self.store.texts.text(name))
    }

    fn decides(&self, system: u16) -> bool {
        self.store.systems.get(usize::from(system)).is_some_and(|system| crate::identity::decides(system))
    }
}

/// Until when a group had its name: until it got another or ended, since nobody else needs the name to be free.
pub(super) fn until(histories: &Histories, claim: &Claim) -> i64 {
    let runs = histories.names.of(claim.owner);
    let next = runs.iter().find(|run| run.first > claim.first).map(|run| run.first - 1);
    match next.or_else(|| histories.end(claim.owner)) {
        // Only that it ended is known of it: it had the name before.
        Some(_) if claim.last == i64::MIN => i64::MIN,
        Some(end) => end.max(claim.last),
        None => i64::MAX,
    }
}
