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

mod books;
mod counts;
mod expiry;

use std::collections::BTreeMap;

use rayon::prelude::*;

use self::books::Books;
use super::deeds::Deed;
use crate::access::{Bounds, Fact, Grant, Held, History, Listing, Pair, What, reconstruct};
use crate::change::{EntitlementKind, SubjectKind, Verb};

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
        // What is made is large: as many as are told beforehand need not be moved.
        let of_kind: Vec<_> = self.goods.iter().filter(|(good, _)| kinds.contains(&good.kind)).collect();
        of_kind.into_par_iter().map(|(good, posts)| make(good, self.history(good, posts))).collect()
    }

    fn history<'s>(&'s self, good: &'s Good, posts: &[Post]) -> History<'s> {
        let listings = self.listings.get(&good.kind).filter(|_| good.is_listed);
        let listings = listings.map_or(&[][..], Vec::as_slice);
        let facts = posts.iter().map(|post| self.fact(*post)).collect();
        History { pair: good.pair(), facts, listings, begins_inactive: false }
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

    /// Every stretch of time in which a good of some kinds was held, by good and time; of goods that have a stretch that is asked for.
    pub(super) fn held<'s>(
        &'s self,
        kinds: &[EntitlementKind],
        bounds: &Bounds,
        is_asked: impl Fn(&Held<'s>) -> bool + Sync,
    ) -> Vec<(&'s Good, Held<'s>)> {
        let rows = self.each(kinds, |good, history| {
            let rows = reconstruct(&history, bounds);
            rows.iter().any(&is_asked).then_some((good, rows))
        });
        let rows = rows.into_iter().flatten();
        rows.flat_map(|(good, rows)| rows.into_iter().map(move |row| (good, row))).collect()
    }
}

/// Kinds of credentials, as records name them.
const CREDENTIALS: [&str; 5] = [PERSONAL_TOKEN, "oauth_secret", "oauth_app", "git_credential", RECIPIENT_TOKEN];

/// A personal access token.
pub(super) const PERSONAL_TOKEN: &str = "personal_access_token";

/// The credential by which a recipient of shares shows who it is.
pub(super) const RECIPIENT_TOKEN: &str = "recipient_token";
