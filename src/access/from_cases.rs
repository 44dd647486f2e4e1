//! The one place that knows correlation's cases: cases, verdicts and listings to histories.

mod passages;

use std::collections::{BTreeMap, BTreeSet};

use self::passages::pass_on;
use super::{Bounds, Fact, Grant, History, Instant, Judged, Listing, Pair, What, replay};
use crate::change::{Direction, EntitlementKind, SubjectKind, Verb};
use crate::config::Period;
use crate::correlate::cases::{Entitlement, Key};
use crate::correlate::kernel::{Case, Reason};
use crate::correlate::noted::{Noted, Seen};
use crate::correlate::{ACCOUNT, Correlation, Vouching};
use crate::identity::Resolved;

/// Everything that changes and listings tell, by pair, in its order. Changes that name nobody are left out: they are nobody's history
/// ([`nameless`] counts them).
pub fn histories(correlation: &Correlation) -> Vec<History<'_>> {
    let noted = &correlation.ground.noted;
    let material = Material::of(correlation, noted);
    let mut all: BTreeMap<Pair<'_>, Vec<Fact<'_>>> = BTreeMap::new();
    for (key, case) in correlation.judged.cases.by_key.iter().filter(|(key, _)| !key.subject.names_nobody()) {
        let mut by_scope: BTreeMap<&str, Vec<Fact<'_>>> = BTreeMap::new();
        let told = case.effects.iter().enumerate();
        // Whoever loses one of several accounts holds it still.
        let told = told.filter(|(at, effect)| effect.direction == Direction::Grant || !case.leaves_another(*at));
        for (_, effect) in told {
            by_scope.entry(correlation.ground.scopes.name(effect.scope)).or_default().push(material.effect(
                effect.row,
                effect.direction,
                effect.may_be_older,
            ));
        }
        for (scope, facts) in by_scope {
            all.entry(material.pair(key, scope)).or_default().extend(facts);
        }
    }
    for (key, scope, seen) in noted.seen() {
        all.entry(material.pair(key, scope)).or_default().extend(seen.iter().map(|seen| Fact {
            time: seen.time,
            order: 0,
            event_id: &seen.event_id,
            what: What::Seen { held: seen.held },
        }));
    }
    for (key, case) in correlation.judged.cases.by_key.iter() {
        for (scope, fact) in material.put_out(case) {
            if let Some(facts) = all.get_mut(&material.pair(key, scope)) {
                facts.push(fact);
            }
        }
    }
    let finished = all.into_iter().map(|(pair, facts)| (pair, material.history(pair, facts)));
    let mut finished: BTreeMap<Pair<'_>, History<'_>> = finished.collect();
    pass_on(&mut finished, &material);
    finished.into_values().collect()
}

impl Bounds {
    /// The bounds of a run.
    pub const fn of(correlation: &Correlation, period: &Period) -> Self {
        let window = correlation.limits.window;
        Self { period: period.start..period.end, blur: window.skew, wake: window.look_back }
    }
}

/// Effects that name nobody.
pub fn nameless(correlation: &Correlation) -> usize {
    let cases = correlation.judged.cases.by_key.iter().filter(|(key, _)| key.subject.names_nobody());
    cases.map(|(_, case)| case.effects.len()).sum()
}

/// What kind of entitlement a key is about.
pub(super) const fn kind_of(entitlement: &Entitlement) -> EntitlementKind {
    match entitlement {
        Entitlement::Account => EntitlementKind::Account,
        Entitlement::Member(_) => EntitlementKind::Membership,
        Entitlement::Admin(_) => EntitlementKind::Admin,
        Entitlement::OtherApp(_) => EntitlementKind::Assignment,
    }
}

/// What was done to the account of a person, or to a group, as it bears on what is held.
struct Ending<'a> {
    scope: &'a str,
    verb: Verb,
    fact: Fact<'a>,
    /// It made the person or the group, of whom no record knows before.
    makes: bool,
}

/// A person's or a group's account: whether it is a group, the name, and whether one cluster alone has it.
type Account<'a> = (bool, &'a str, bool);

struct Material<'a> {
    correlation: &'a Correlation,
    endings: BTreeMap<Account<'a>, Vec<Ending<'a>>>,
    /// What goes by a name, and how sure that is.
    kinds: BTreeMap<&'a str, (u8, SubjectKind)>,
    groups: BTreeSet<&'a str>,
}

impl<'a> Material<'a> {
    fn of(correlation: &'a Correlation, noted: &'a Noted) -> Self {
        let (endings, kinds, groups) = Default::default();
        let mut material = Self { correlation, endings, kinds, groups };
        for (key, case) in correlation.judged.cases.by_key.iter() {
            material.learn(key);
            material.learn_effects(key, case);
        }
        for (key, kind) in noted.kinds() {
            material.learn(key);
            material.learn_kind(key, 3, *kind);
        }
        material
    }

    fn learn(&mut self, key: &'a Key) {
        if key.is_group {
            self.groups.insert(key.subject.label());
        }
        if let Entitlement::Member(group) = &key.entitlement {
            self.groups.insert(group);
        }
    }

    // A listing knows best; then the act on the account itself; a membership's act goes by the shape of the name.
    fn learn_kind(&mut self, key: &'a Key, sureness: u8, kind: SubjectKind) {
        if !key.is_group && kind != SubjectKind::Unknown {
            let known = self.kinds.entry(key.subject.label()).or_insert((sureness, kind));
            *known = (*known).max((sureness, kind));
        }
    }

    fn learn_effects(&mut self, key: &'a Key, case: &'a Case) {
        let is_account = key.entitlement == Entitlement::Account;
        for (at, effect) in case.effects.iter().enumerate() {
            let act = self.correlation.judged.acts.at(effect.row);
            self.learn_kind(key, if is_account { 2 } else { 1 }, subject_kind(act.subject_kind));
            if is_account && (effect.direction == Direction::Grant || !case.leaves_another(at)) {
                let account = (key.is_group, key.subject.label(), key.subject.is_known());
                let fact =
                    Fact { time: act.time, order: effect.row, event_id: act.event_id, what: What::SubjectDeleted };
                self.endings.entry(account).or_default().push(Ending {
                    scope: self.correlation.ground.scopes.name(effect.scope),
                    verb: act.verb,
                    fact,
                    makes: match act.verb {
                        Verb::UserCreate => case.made == Some(act.time),
                        Verb::GroupCreate => at == 0,
                        _ => false,
                    },
                });
            }
        }
    }

    /// The history of a pair, of which some facts are known already.
    fn history(&self, pair: Pair<'a>, mut facts: Vec<Fact<'a>>) -> History<'a> {
        facts.extend(self.endings(&pair, &facts));
        History { pair, facts, listings: self.listings(&pair), begins_inactive: self.begins_inactive(&pair) }
    }

    fn pair(&self, key: &'a Key, scope: &'a str) -> Pair<'a> {
        let subject = key.subject.label();
        let subject_kind = match self.kinds.get(subject) {
            _ if key.is_group => SubjectKind::Group,
            Some((_, kind)) => *kind,
            None if self.groups.contains(subject) => SubjectKind::Group,
            None => SubjectKind::Unknown,
        };
        let (entitlement, entitlement_kind) = (key.entitlement.name(), kind_of(&key.entitlement));
        Pair { subject, subject_kind, is_resolved: key.subject.is_known(), entitlement, entitlement_kind, scope }
    }

    fn effect(&self, row: usize, direction: Direction, may_be_older: bool) -> Fact<'a> {
        let act = self.correlation.judged.acts.at(row);
        let vouching = self.vouching(row);
        let is_implied = vouching.is_some_and(|v| v.reason == Reason::Implied);
        let what = match direction {
            Direction::Grant => {
                let is_item = crate::catalogue::is_vouched(act.verb);
                let vouching = vouching.filter(|_| is_item).map(|v| Judged {
                    item_id: &v.item_id,
                    verdict: v.reason.verdict(),
                    reason: v.reason.as_str(),
                });
                What::Granted(Grant { is_implied, may_be_older, vouching })
            }
            Direction::Revoke | Direction::Update => What::Revoked { is_implied },
        };
        Fact { time: act.time, order: row, event_id: act.event_id, what }
    }

    /// The ends of a role that come with the end of a place in a workspace.
    fn put_out(&self, case: &'a Case) -> impl Iterator<Item = (&'a str, Fact<'a>)> {
        let acts = &self.correlation.judged.acts;
        let ends = case.endings.iter().filter(|ending| acts.verb(ending.row) == Verb::WorkspaceUnassign);
        ends.map(|ending| {
            let (time, order, event_id) = (ending.time, ending.row, acts.at(ending.row).event_id);
            let fact = Fact { time, order, event_id, what: What::GroupDeleted };
            (self.correlation.ground.scopes.name(ending.scope), fact)
        })
    }

    fn vouching(&self, row: usize) -> Option<&'a Vouching> {
        let all = &self.correlation.judged.vouching;
        all.get(all.partition_point(|v| v.effect < row)).filter(|v| v.effect == row)
    }

    /// The listings that speak of a pair even where they do not name it.
    fn listings(&self, pair: &Pair<'a>) -> &'a [Listing] {
        let entitlement = match pair.entitlement_kind {
            EntitlementKind::Membership => Entitlement::Member(pair.entitlement.into()),
            EntitlementKind::Admin => Entitlement::Admin(pair.entitlement.into()),
            _ => Entitlement::Account,
        };
        let is_group = pair.subject_kind == SubjectKind::Group;
        self.correlation.ground.noted.listings(is_group, pair.subject, &entitlement, pair.scope)
    }

    /// What bears on a pair without naming it. What happens at the account reaches everywhere.
    fn endings(&self, pair: &Pair<'a>, own: &[Fact<'a>]) -> Vec<Fact<'a>> {
        let is_group = pair.subject_kind == SubjectKind::Group;
        let reaches = |ending: &&Ending<'a>| ending.scope == ACCOUNT || ending.scope == pair.scope;
        let of = |account: Account<'a>| self.endings.get(&account).into_iter().flatten().filter(reaches);
        let of_subject = of((is_group, pair.subject, pair.is_resolved));
        match pair.entitlement_kind {
            // Acts in the account's own scope are changes of the pair.
            EntitlementKind::Account => {
                let above = of_subject.filter(|end| end.scope != pair.scope && !self.is_of_another(end, own));
                let held = above.filter_map(|ending| Some(Fact { what: on_held(ending.verb)?, ..ending.fact }));
                on_account(held.collect(), own, self.correlation.limits.window.skew)
            }
            kind => {
                // Groups of a workspace may bear the name of one that is made at the account.
                let makes = |ending: &&Ending<'a>| ending.makes && ending.scope == ACCOUNT && pair.scope == ACCOUNT;
                let made = of_subject.clone().filter(makes).map(|ending| Fact { what: What::Made, ..ending.fact });
                let of_group = of((true, pair.entitlement, true)).filter(|_| kind == EntitlementKind::Membership);
                let of_group = of_group.filter(|end| end.scope == pair.scope || !self.is_of_another(end, own));
                let on_group = of_group.filter_map(|ending| match ending.verb {
                    Verb::GroupDelete => Some(Fact { what: What::GroupDeleted, ..ending.fact }),
                    _ => makes(&ending).then_some(Fact { what: What::Made, ..ending.fact }),
                });
                let held =
                    of_subject.clone().filter_map(|ending| Some(Fact { what: on_held(ending.verb)?, ..ending.fact }));
                let mut all: Vec<Fact<'a>> = held.collect();
                all.extend(self.switched(pair, &all));
                all.extend(made.chain(on_group));
                all
            }
        }
    }

    /// True where what a group's end at the account would end is known to be of a workspace's own group of that name.
    fn is_of_another(&self, end: &Ending<'a>, own: &[Fact<'a>]) -> bool {
        let acts = &self.correlation.judged.acts;
        let Some(ended) = acts.group_number(end.fact.order).filter(|_| end.verb == Verb::GroupDelete) else {
            return false;
        };
        let is_act = |fact: &&Fact<'a>| fact.order < acts.len() && acts.at(fact.order).event_id == fact.event_id;
        let mut ids = own.iter().filter(is_act).map(|fact| acts.group_number(fact.order)).peekable();
        ids.peek().is_some() && ids.all(|id| id.is_some_and(|id| id != ended))
    }

    /// What listings of accounts say of it, in force or not, unless a change near by explains it. It comes after the changes of its instant.
    fn switched(&self, pair: &Pair<'a>, changes: &[Fact<'a>]) -> Vec<Fact<'a>> {
        let blur = self.correlation.limits.window.skew.unsigned_abs();
        let is_near = |time: Instant| blur > 0 && changes.iter().any(|change| change.time.abs_diff(time) <= blur);
        let all: Vec<&Seen> = self.account_seen(pair).filter(|seen| !is_near(seen.time)).collect();
        // Of two listings of one instant that which shows it inactive counts: at the account that reaches everywhere.
        let is_denied = |seen: &&Seen| seen.held && all.iter().any(|other| other.time == seen.time && !other.held);
        let seen = all.iter().copied().filter(|seen| !is_denied(seen));
        let fact = |seen: &'a Seen| Fact {
            time: seen.time,
            order: usize::MAX,
            event_id: &seen.event_id,
            what: if seen.held { What::Restored } else { What::Suspended },
        };
        seen.map(fact).collect()
    }

    /// What listings say of a person's account, at the account and in the scope of what is held.
    fn account_seen(&self, pair: &Pair<'a>) -> impl Iterator<Item = &'a Seen> {
        let noted = &self.correlation.ground.noted;
        let is_asked = !noted.is_empty() && pair.subject_kind != SubjectKind::Group;
        let of = if pair.is_resolved { Resolved::Key } else { Resolved::Unresolved };
        let key = is_asked.then(|| Key::account(of(pair.subject.into())));
        let scopes = [Some(ACCOUNT), Some(pair.scope).filter(|scope| *scope != ACCOUNT)];
        let of_both = move |key: Key| scopes.map(|scope| scope.map_or(&[][..], |scope| noted.seen_of(&key, scope)));
        key.into_iter().flat_map(of_both).flatten()
    }

    /// True where a listing shows the person inactive, and nothing before it shows the account in use.
    fn begins_inactive(&self, pair: &Pair<'a>) -> bool {
        let is_asked = pair.entitlement_kind != EntitlementKind::Account;
        let Some(first) = self.account_seen(pair).filter(|_| is_asked).min_by_key(|seen| (seen.time, seen.held)) else {
            return false;
        };
        let until = first.time.saturating_add(self.correlation.limits.window.skew);
        let known = self.endings.get(&(false, pair.subject, pair.is_resolved)).into_iter().flatten();
        let in_use = known.map(|ending| ending.fact.time).any(|time| time <= until);
        !first.held && !in_use && self.correlation.ground.first_seen(pair.subject).is_none_or(|seen| seen >= first.time)
    }
}

/// What an act on a subject's account does to what the subject holds.
const fn on_held(verb: Verb) -> Option<What<'static>> {
    match verb {
        Verb::UserDeactivate | Verb::UserSuspend => Some(What::Suspended),
        Verb::UserActivate | Verb::UserUnsuspend => Some(What::Restored),
        Verb::UserDelete | Verb::GroupDelete => Some(What::SubjectDeleted),
        _ => None,
    }
}

/// What acts on the account do to the account in a workspace, which is not out of force but gone. It is there again where nothing but
/// the act on the account had taken it.
fn on_account<'a>(above: Vec<Fact<'a>>, own: &[Fact<'a>], skew: i64) -> Vec<Fact<'a>> {
    let suspended: Vec<Instant> =
        above.iter().filter(|fact| matches!(fact.what, What::Suspended)).map(|fact| fact.time).collect();
    let is_suspended_near =
        |time: Instant| skew > 0 && suspended.iter().any(|other| other.abs_diff(time) <= skew.unsigned_abs());
    let mut all: Vec<(Fact<'a>, bool)> = above.into_iter().map(|fact| (fact, true)).collect();
    all.extend(own.iter().map(|fact| (*fact, false)));
    all.sort_by_key(|(fact, _)| replay::place(fact));
    let (mut is_away, mut would_stand) = (false, false);
    let turn = |(fact, is_above): (Fact<'a>, bool)| {
        match fact.what {
            What::Granted(_) => would_stand = true,
            What::Suspended => is_away = true,
            What::Restored => is_away = false,
            // Whoever is away is listed as inactive in the workspace, too.
            What::Seen { held } => would_stand = held || would_stand && (is_away || is_suspended_near(fact.time)),
            What::Revoked { .. } | What::SubjectDeleted | What::GroupDeleted | What::Made => would_stand = false,
        }
        let what = match fact.what {
            What::Restored => would_stand.then_some(What::Granted(Grant { is_implied: true, ..Grant::default() }))?,
            What::Suspended => What::SubjectDeleted,
            other => other,
        };
        is_above.then_some(Fact { what, ..fact })
    };
    all.into_iter().filter_map(turn).collect()
}

fn subject_kind(word: &str) -> SubjectKind {
    let kinds = [SubjectKind::User, SubjectKind::Group, SubjectKind::ServicePrincipal];
    kinds.into_iter().find(|kind| kind.as_str() == word).unwrap_or(SubjectKind::Unknown)
}
