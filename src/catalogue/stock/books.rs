//! Goods in the making: which of them a change is about, by whatever words it names it.

use std::hash::{BuildHasher as _, Hash};

use foldhash::fast::FixedState;
use hashbrown::{Equivalent, HashMap, HashSet, HashTable};
use rayon::prelude::*;

use super::{CREDENTIALS, Count, Good, Post, RECIPIENT_TOKEN};
use crate::catalogue::deeds::Deed;
use crate::change::{Direction, EntitlementKind, SubjectKind, Verb};
use crate::correlate::ACCOUNT;

/// Changes of which goods are made at once.
const AT_ONCE: usize = 1 << 14;

/// What a good is known by: kind, subject, object, privilege and scope, as they are compared; and the digest of that.
type Known = (u64, (EntitlementKind, String, String, Option<String>, String));

/// An object in a scope, to be looked up.
#[derive(Hash)]
struct Place<'p>(EntitlementKind, &'p str, &'p str);

impl Equivalent<(EntitlementKind, String, String)> for Place<'_> {
    fn equivalent(&self, (kind, object, scope): &(EntitlementKind, String, String)) -> bool {
        self.0 == *kind && self.1 == object && self.2 == scope
    }
}

/// Goods in the making, and the ways in which a record names them.
#[derive(Debug, Default)]
pub(super) struct Books<'d> {
    pub(super) goods: Vec<(Good, Vec<Post>)>,
    /// What each good is known by.
    known: Vec<Known>,
    numbers: HashTable<usize>,
    /// Goods of an object in a scope, where a record may mean them all.
    of_object: HashMap<(EntitlementKind, String, String), Vec<usize>, FixedState>,
    /// Credentials made in an event, which the record ends for others.
    made: HashSet<(&'d str, usize), FixedState>,
}

impl<'d> Books<'d> {
    pub(super) fn of(deeds: &'d [Deed], counts: &[Count]) -> Self {
        let mut books = Self::default();
        for deed in deeds.iter().filter(|deed| may_mean_several(deed)) {
            books
                .of_object
                .entry((deed.verb.entitlement_kind(), bare(&object(deed)), place(deed).to_owned()))
                .or_default();
        }
        for good in counts.iter().flat_map(|count| &count.goods) {
            books.number(known(good), good.clone());
        }
        let mut numbers: Vec<Option<usize>> = Vec::with_capacity(deeds.len());
        // What goods are called is worked out on all threads, some at a time.
        for some in deeds.chunks(AT_ONCE) {
            let called: Vec<_> = some.par_iter().map(|deed| good_of(deed).map(|good| (known(&good), good))).collect();
            numbers.extend(some.iter().zip(called).map(|(deed, called)| {
                let (known, good) = called?;
                Some(books.learn(deed, known, good))
            }));
        }
        for (order, (deed, number)) in deeds.iter().zip(numbers).enumerate() {
            books.post(order, deed, number);
        }
        counts.iter().enumerate().for_each(|(number, count)| books.count(number, count));
        books
    }

    fn number(&mut self, known: Known, good: Good) -> usize {
        let next = self.goods.len();
        if let Some(number) = self.numbers.find(known.0, |number| self.known[*number].1 == known.1) {
            self.goods[*number].0.learn(&good);
            return *number;
        }
        let (digest, (kind, _, object, _, scope)) = &known;
        if let Some(goods) = self.of_object.get_mut(&Place(*kind, object, scope)) {
            goods.push(next);
        }
        self.numbers.insert_unique(*digest, next, |number| self.known[*number].0);
        self.known.push(known);
        self.goods.push((good, Vec::new()));
        next
    }

    fn learn(&mut self, deed: &'d Deed, known: Known, good: Good) -> usize {
        let number = self.number(known, good);
        if deed.verb == Verb::CredCreate {
            self.made.insert((&deed.event_id, number));
        }
        number
    }

    fn post(&mut self, order: usize, deed: &'d Deed, number: Option<usize>) {
        let revoked = |is_implied| Post::Revoked { deed: order, is_implied };
        let kind = deed.verb.entitlement_kind();
        let place = || (kind, bare(&object(deed)), place(deed).to_owned());
        match (deed.direction, number) {
            (Direction::Grant, Some(number)) => {
                if kind == EntitlementKind::Ownership {
                    let others = self.of_object.get(&place()).into_iter().flatten().copied().filter(|n| *n != number);
                    for other in others.collect::<Vec<_>>() {
                        // Nobody is known to have owned it before a record says so.
                        if !self.goods[other].1.is_empty() {
                            self.goods[other].1.push(revoked(true));
                        }
                    }
                }
                self.goods[number].1.push(Post::Granted(order));
            }
            // A recipient's new token ends the one before in the same record.
            (Direction::Revoke, Some(number)) if !self.made.contains(&(deed.event_id.as_str(), number)) => {
                self.goods[number].1.push(revoked(false));
            }
            (Direction::Revoke, None) => {
                for number in self.of_object.get(&place()).into_iter().flatten() {
                    let (good, posts) = &mut self.goods[*number];
                    let is_meant = deed.subject.as_deref().is_none_or(|subject| subject == good.subject)
                        && deed.privilege.as_deref().is_none_or(|word| {
                            good.privilege.as_deref().is_some_and(|held| spelled(held) == spelled(word))
                        });
                    if is_meant && !posts.is_empty() {
                        posts.push(revoked(false));
                    }
                }
            }
            _ => {}
        }
    }

    fn count(&mut self, listed: usize, count: &Count) {
        for good in &count.goods {
            let number = self.number(known(good), good.clone());
            self.goods[number].1.push(Post::Seen(listed));
        }
    }
}

/// True for a change that may bear on several goods of its object.
fn may_mean_several(deed: &Deed) -> bool {
    match deed.direction {
        Direction::Grant => deed.verb.entitlement_kind() == EntitlementKind::Ownership,
        Direction::Revoke => good_of(deed).is_none(),
        Direction::Update => false,
    }
}

/// The good that a change is about; `None` = it is about all of several, or nobody's.
fn good_of(deed: &Deed) -> Option<Good> {
    let subject = holder(deed)?;
    let kind = deed.verb.entitlement_kind();
    let takes_all = kind == EntitlementKind::Privilege && deed.privilege.is_none();
    if takes_all && deed.direction == Direction::Revoke {
        return None;
    }
    let good = Good::new(kind, subject, &object(deed), deed.privilege.as_deref(), place(deed));
    Some(Good { subject_kind: deed.subject_kind, is_resolved: deed.is_resolved || deed.subject.is_none(), ..good })
}

fn known(good: &Good) -> Known {
    // A credential is its id; whose it is the first record tells.
    let subject = if good.kind == EntitlementKind::Token { String::new() } else { good.subject.clone() };
    let known = (good.kind, subject, bare(&good.object), good.privilege.as_deref().map(spelled), good.scope.clone());
    (FixedState::default().hash_one(&known), known)
}

impl Good {
    fn learn(&mut self, other: &Self) {
        if self.subject_kind == SubjectKind::Unknown {
            self.subject_kind = other.subject_kind;
        }
        if self.subject.is_empty() {
            self.subject.clone_from(&other.subject);
            self.is_resolved = other.is_resolved;
        }
        // A listing does not tell the type.
        if !self.object.contains(':') && other.object.contains(':') {
            self.object.clone_from(&other.object);
            self.name.clone_from(&other.name);
        }
    }
}

/// The name of an object without its type, as it is compared; a credential is told apart by its kind, too.
fn bare(object: &str) -> String {
    match object.split_once(':') {
        Some((kind, name)) if !CREDENTIALS.contains(&kind) => name.to_lowercase(),
        _ => object.to_lowercase(),
    }
}

/// A privilege as it is compared: `USE CATALOG` and `USE_CATALOG` are one.
pub(super) fn spelled(privilege: &str) -> String {
    privilege.trim().to_uppercase().replace(' ', "_")
}

/// Who holds what a change gives; `None` = nobody is named, and it is no credential.
fn holder(deed: &Deed) -> Option<&str> {
    let is_credential = deed.verb.entitlement_kind() == EntitlementKind::Token;
    match (&deed.subject, is_credential) {
        (Some(subject), _) => Some(subject),
        // Whoever ends a credential need not be its owner.
        (None, true) if deed.direction == Direction::Revoke => Some(""),
        (None, true) => Some(deed.actor.as_deref().unwrap_or_default()),
        (None, false) => None,
    }
}

fn object(deed: &Deed) -> String {
    if deed.verb.entitlement_kind() != EntitlementKind::Token {
        return deed.securable.clone().unwrap_or_else(|| "unknown".to_owned());
    }
    let kind = deed.entitlement.as_deref().unwrap_or("credential");
    match (&deed.entitlement_id, &deed.subject) {
        (Some(id), _) => format!("{kind}:{id}"),
        // A recipient has one token at a time.
        (None, Some(subject)) if kind == RECIPIENT_TOKEN => format!("{kind}:{subject}"),
        (None, _) => format!("{kind}:(no id, {})", deed.event_id),
    }
}

/// Where a good is told apart.
fn place(deed: &Deed) -> &str {
    let is_everywhere =
        deed.verb.entitlement_kind() == EntitlementKind::Token || deed.event_type.starts_with("unityCatalog.");
    if is_everywhere { ACCOUNT } else { &deed.scope }
}
