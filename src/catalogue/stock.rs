//! What principals hold beside accounts, memberships and roles: privileges, permissions, ownership, tokens and secrets, as histories
//! that `access` replays.
//!
//! Pure: changes in, histories out. Rules:
//! - A good is what one principal holds of one object: a privilege on a securable, its ownership, a token. Unity Catalog's securables
//!   and credentials are the same wherever the act was logged; everything else is told apart by scope.
//! - A change without privilege takes all that its subject holds of the object; one without subject takes it from everybody.
//! - A securable has one owner: a new one ends what the one before held.
//! - A credential is known by its id, whoever the record says it belongs to. One without id stands for itself, and nothing ends it.
//! - A credential that names no owner belongs to whoever made it.
//! - Names of securables and privileges are compared whatever the case, and whether the type is told or not: listings leave it out.
//! - Failed attempts and those of unknown outcome change nothing.

mod counts;
mod expiry;

use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::deeds::Deed;
use crate::access::{Bounds, Fact, Grant, Held, History, Listing, Pair, What, reconstruct};
use crate::change::{Direction, EntitlementKind, SubjectKind, Verb};
use crate::correlate::ACCOUNT;

pub(super) use counts::counts;
pub(super) use expiry::Expiry;

/// The changes that a stock is made of, as `deeds` takes them.
pub(super) const VERBS: &[Verb] = &[
    Verb::PrivGrant,
    Verb::PrivRevoke,
    Verb::AclChange,
    Verb::OwnerChange,
    Verb::TokenCreate,
    Verb::TokenRevoke,
    Verb::TokenExpire,
    Verb::CredCreate,
    Verb::CredRevoke,
];

/// Kinds of what a stock is made of.
pub(super) const KINDS: &[EntitlementKind] =
    &[EntitlementKind::Privilege, EntitlementKind::Ownership, EntitlementKind::Token];

/// What one principal holds, or held, of one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Good {
    /// Privilege (permissions of access control lists too), ownership or token (secrets too).
    pub(super) kind: EntitlementKind,
    /// Who, as resolved.
    pub(super) subject: String,
    /// What that is, as the first record that says so has it.
    pub(super) subject_kind: SubjectKind,
    /// False = several identities claim the name.
    pub(super) is_resolved: bool,
    /// `type:name` of the securable or object; of a credential its kind and id, `personal_access_token:5f…`.
    pub(super) object: String,
    /// The privilege or permission; `None` = ownership, a credential, or a privilege that the record does not tell.
    pub(super) privilege: Option<String>,
    /// `account` where the object is the same in every workspace, else the workspace.
    pub(super) scope: String,
    /// Privilege and object in one text, which `access` knows it by.
    pub(super) name: String,
    /// True = a listing of its kind names it if it is held: privileges of Unity Catalog, personal access tokens.
    pub(super) is_listed: bool,
}

impl Good {
    /// A good of a principal.
    pub(super) fn new(
        kind: EntitlementKind,
        subject: &str,
        object: &str,
        privilege: Option<&str>,
        scope: &str,
    ) -> Self {
        let name = match (kind, privilege) {
            (EntitlementKind::Ownership, _) => format!("owner of {object}"),
            (_, Some(privilege)) => format!("{privilege} on {object}"),
            (EntitlementKind::Privilege, None) => format!("an untold privilege on {object}"),
            (_, None) => object.to_owned(),
        };
        Self {
            kind,
            subject: subject.to_owned(),
            subject_kind: SubjectKind::Unknown,
            is_resolved: true,
            object: object.to_owned(),
            privilege: privilege.map(str::to_owned),
            scope: scope.to_owned(),
            name,
            is_listed: kind == EntitlementKind::Token && object.starts_with(PERSONAL_TOKEN),
        }
    }

    fn pair(&self) -> Pair<'_> {
        Pair {
            subject: &self.subject,
            subject_kind: self.subject_kind,
            is_resolved: self.is_resolved,
            entitlement: &self.name,
            entitlement_kind: self.kind,
            scope: &self.scope,
        }
    }
}

/// A listing of goods.
#[derive(Debug, Clone)]
pub(super) struct Count {
    /// When it was made, under the name that stands in for an event.
    pub(super) listing: Listing,
    /// Of what kind of goods.
    pub(super) kind: EntitlementKind,
    /// True = it states all goods of the kind that are [`Good::is_listed`]: what it does not name was not held.
    pub(super) is_whole: bool,
    /// What it lists.
    pub(super) goods: Vec<Good>,
}

impl Count {
    /// True for a listing of tokens, false for one of privileges.
    pub(super) fn is_of_tokens(&self) -> bool {
        self.kind == EntitlementKind::Token
    }
}

/// Goods, and what happened to each.
#[derive(Debug, Default)]
pub(super) struct Stock {
    /// The changes that succeeded.
    deeds: Vec<Deed>,
    counts: Vec<Count>,
    /// By good.
    goods: Vec<(Good, Vec<Post>)>,
    listings: BTreeMap<EntitlementKind, Vec<Listing>>,
}

/// What happened to a good, by the number of the change or listing that says so.
#[derive(Debug, Clone, Copy)]
enum Post {
    Granted(usize),
    Revoked {
        deed: usize,
        /// True = as the consequence of another act.
        is_implied: bool,
    },
    Seen(usize),
}

impl Stock {
    /// The stock that the changes show, and the listings.
    pub(super) fn of(deeds: impl Iterator<Item = Deed>, counts: Vec<Count>) -> Self {
        let deeds: Vec<Deed> = deeds.filter(|deed| deed.succeeded()).collect();
        let mut goods = Books::of(&deeds, &counts).goods;
        // Two goods may come to be told by the same words, when one has learnt its type: the first seen comes first.
        goods.par_sort_by(|a, b| a.0.cmp(&b.0));
        let mut listings: BTreeMap<EntitlementKind, Vec<Listing>> = BTreeMap::new();
        for count in counts.iter().filter(|count| count.is_whole) {
            listings.entry(count.kind).or_default().push(count.listing.clone());
        }
        listings.values_mut().for_each(|list| list.sort());
        Self { deeds, counts, goods, listings }
    }

    /// The listings.
    pub(super) fn counts(&self) -> &[Count] {
        &self.counts
    }

    /// What is made, on all threads, of every good of some kinds and its history; by good.
    pub(super) fn each<'s, R: Send>(
        &'s self,
        kinds: &[EntitlementKind],
        make: impl Fn(&'s Good, History<'s>) -> R + Sync,
    ) -> Vec<R> {
        let of_kind = self.goods.par_iter().filter(|(good, _)| kinds.contains(&good.kind));
        of_kind.map(|(good, posts)| make(good, self.history(good, posts))).collect()
    }

    fn history<'s>(&'s self, good: &'s Good, posts: &[Post]) -> History<'s> {
        let listings = self.listings.get(&good.kind).filter(|_| good.is_listed);
        let listings = listings.map_or(&[][..], Vec::as_slice);
        History { pair: good.pair(), facts: posts.iter().map(|post| self.fact(*post)).collect(), listings }
    }

    fn fact(&self, post: Post) -> Fact<'_> {
        let of_deed = |order: usize, what| {
            let deed = &self.deeds[order];
            Fact { time: deed.time, order, event_id: &deed.event_id, what }
        };
        match post {
            Post::Granted(order) => {
                let may_be_older = self.deeds[order].may_be_older;
                of_deed(order, What::Granted(Grant { is_implied: false, may_be_older, vouching: None }))
            }
            Post::Revoked { deed, is_implied } => of_deed(deed, What::Revoked { is_implied }),
            Post::Seen(number) => {
                let Listing { time, event_id } = &self.counts[number].listing;
                Fact { time: *time, order: 0, event_id, what: What::Seen { held: true } }
            }
        }
    }

    /// Every stretch of time in which a good of some kinds was held, by good and time.
    pub(super) fn held<'s>(&'s self, kinds: &[EntitlementKind], bounds: &Bounds) -> Vec<(&'s Good, Held<'s>)> {
        let rows: Vec<(&'s Good, Vec<Held<'s>>)> =
            self.each(kinds, |good, history| (good, reconstruct(&history, bounds)));
        rows.into_iter().flat_map(|(good, rows)| rows.into_iter().map(move |row| (good, row))).collect()
    }
}

/// What a good is known by: kind, subject, object, privilege and scope, as they are compared.
type Known = (EntitlementKind, String, String, Option<String>, String);

/// Goods in the making, and the ways in which a record names them.
#[derive(Debug, Default)]
struct Books<'d> {
    goods: Vec<(Good, Vec<Post>)>,
    numbers: HashMap<Known, usize, FixedState>,
    /// Goods of an object in a scope.
    of_object: HashMap<(EntitlementKind, String, String), BTreeSet<usize>, FixedState>,
    /// Credentials made in an event, which the record ends for others.
    made: HashSet<(&'d str, usize), FixedState>,
}

impl<'d> Books<'d> {
    fn of(deeds: &'d [Deed], counts: &[Count]) -> Self {
        let mut books = Self::default();
        for good in counts.iter().flat_map(|count| &count.goods) {
            books.number(good.clone());
        }
        let numbers: Vec<Option<usize>> = deeds.iter().map(|deed| books.learn(deed)).collect();
        for (order, (deed, number)) in deeds.iter().zip(numbers).enumerate() {
            books.post(order, deed, number);
        }
        counts.iter().enumerate().for_each(|(number, count)| books.count(number, count));
        books
    }

    fn number(&mut self, good: Good) -> usize {
        let object = bare(&good.object);
        let place = (good.kind, object.clone(), good.scope.clone());
        // A credential is its id; whose it is the first record tells.
        let subject = if good.kind == EntitlementKind::Token { String::new() } else { good.subject.clone() };
        let key = (good.kind, subject, object, good.privilege.as_deref().map(spelled), good.scope.clone());
        let next = self.goods.len();
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.goods.push((good, Vec::new()));
            self.of_object.entry(place).or_default().insert(number);
        } else {
            self.goods[number].0.learn(&good);
        }
        number
    }

    /// The good that a change is about; `None` = it is about all of several.
    fn learn(&mut self, deed: &'d Deed) -> Option<usize> {
        let subject = holder(deed)?;
        let kind = deed.verb.entitlement_kind();
        let takes_all = kind == EntitlementKind::Privilege && deed.privilege.is_none();
        if takes_all && deed.direction == Direction::Revoke {
            return None;
        }
        let good = Good::new(kind, subject, &object(deed), deed.privilege.as_deref(), place(deed));
        let good =
            Good { subject_kind: deed.subject_kind, is_resolved: deed.is_resolved || deed.subject.is_none(), ..good };
        let number = self.number(good);
        if deed.verb == Verb::CredCreate {
            self.made.insert((&deed.event_id, number));
        }
        Some(number)
    }

    fn post(&mut self, order: usize, deed: &'d Deed, number: Option<usize>) {
        let revoked = |is_implied| Post::Revoked { deed: order, is_implied };
        let kind = deed.verb.entitlement_kind();
        let place = (kind, bare(&object(deed)), place(deed).to_owned());
        match (deed.direction, number) {
            (Direction::Grant, Some(number)) => {
                if kind == EntitlementKind::Ownership {
                    let others = self.of_object.get(&place).into_iter().flatten().copied().filter(|n| *n != number);
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
                for number in self.of_object.get(&place).into_iter().flatten() {
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
            let number = self.number(good.clone());
            self.goods[number].1.push(Post::Seen(listed));
        }
    }
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
fn spelled(privilege: &str) -> String {
    privilege.trim().to_uppercase().replace(' ', "_")
}

/// Kinds of credentials, as records name them.
const CREDENTIALS: [&str; 5] = [PERSONAL_TOKEN, "oauth_secret", "oauth_app", "git_credential", RECIPIENT_TOKEN];

/// A personal access token.
pub(super) const PERSONAL_TOKEN: &str = "personal_access_token";

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

/// The credential by which a recipient of shares shows who it is.
pub(super) const RECIPIENT_TOKEN: &str = "recipient_token";

/// Where a good is told apart.
fn place(deed: &Deed) -> &str {
    let is_everywhere =
        deed.verb.entitlement_kind() == EntitlementKind::Token || deed.event_type.starts_with("unityCatalog.");
    if is_everywhere { ACCOUNT } else { &deed.scope }
}
