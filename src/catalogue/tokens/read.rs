//! The records that name tokens, put together by token.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::{Expiry, Token, Tokens, Told, Uses};
use crate::catalogue::Evidence;
use crate::catalogue::deeds::{Deed, deeds, is_redacted};
use crate::catalogue::records::{Raw, databricks, records};
use crate::catalogue::sign_ins::{is_any, is_between};
use crate::change::Verb;
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TIME, EVENTS, OUTCOME, PLANE, TARGET_ID, TARGET_KIND};
use crate::frame::{SOURCE, collect, instants, scan, texts};
use crate::schema::{Column as Named, Kind};
use crate::source::{DATABRICKS, kept};

const STATED: [&str; 2] = ["accounts.generateDbToken", "accounts.garbageCollectDbToken"];

/// Until when uses of tokens are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::catalogue) enum Until {
    EndOfPeriod,
    Ever,
}

/// Every token that a record names, with its uses until then.
///
/// # Errors
/// The lake cannot be read, or the configuration holds a malformed glob.
pub(in crate::catalogue) fn tokens(evidence: &Evidence<'_>, until: Until) -> Result<Tokens> {
    let mut stated: BTreeMap<String, BTreeMap<String, String>> =
        records(evidence, databricks(evidence, &STATED)?, Raw::With)?
            .into_iter()
            .map(|record| (record.event_id, kept::parameters(&record.raw)))
            .collect();
    let verbs = [Verb::TokenCreate, Verb::TokenRevoke, Verb::TokenExpire];
    let (done, failed): (Vec<Deed>, Vec<Deed>) = deeds(evidence, &verbs)?
        .into_iter()
        .filter(|deed| deed.source == DATABRICKS)
        .partition(|deed| deed.outcome != "failure");
    let mut all: BTreeMap<String, Token> = BTreeMap::new();
    for deed in done {
        let parameters = stated.remove(&deed.event_id).unwrap_or_default();
        let id = deed.entitlement_id.as_ref().map(|id| id.to_lowercase());
        let key = id.clone().unwrap_or_else(|| deed.event_id.clone());
        let token = all.entry(key.clone()).or_insert_with(|| named(key, id.is_some(), deed.time, Some(&deed.event_id)));
        learn(token, &deed, &parameters);
    }
    learn_listed(evidence, &mut all);
    learn_uses(evidence, until, &mut all)?;
    Ok(Tokens { all: all.into_values().collect(), failed: failed.len() as u64 })
}

fn named(id: String, has_id: bool, time: i64, event_id: Option<&str>) -> Token {
    Token {
        id,
        has_id,
        owner: None,
        owner_is_assumed: false,
        owner_is_known: true,
        maker: None,
        scopes: std::collections::BTreeSet::new(),
        created: None,
        expires: Expiry::Unknown,
        revoked: None,
        swept: None,
        uses: None,
        first_named: Told { time, event_id: event_id.map(str::to_owned) },
        listed_at: None,
        listed_use: None,
    }
}

// Deeds come ordered by time, so that the first of a kind is the earliest.
fn learn(token: &mut Token, deed: &Deed, parameters: &BTreeMap<String, String>) {
    let told = Told { time: deed.time, event_id: Some(deed.event_id.clone()) };
    token.scopes.insert(deed.scope.clone());
    let is_named = |owner: &&String| !owner.starts_with("id:");
    if token.owner.as_ref().filter(is_named).is_none() && deed.subject.is_some() {
        token.owner = deed.subject.clone();
        token.owner_is_known = deed.is_resolved;
    }
    match deed.verb {
        Verb::TokenCreate => {
            token.maker = token.maker.take().or_else(|| deed.actor.clone());
            if token.created.as_ref().is_none_or(|created| created.event_id.is_none()) {
                token.created = Some(told);
                token.expires = expiry(parameters, deed.time, true);
            }
        }
        // What is not known to have succeeded ends nothing.
        Verb::TokenRevoke if deed.succeeded() && token.revoked.is_none() => token.revoked = Some(told),
        Verb::TokenExpire if deed.succeeded() && token.swept.is_none() => {
            let created = millis(parameters, "tokenCreationTime");
            let stated = created.map(|time| Told { time, event_id: None });
            token.created = token.created.take().or(stated);
            if token.expires == Expiry::Unknown {
                token.expires = expiry(parameters, created.unwrap_or(i64::MIN), false);
            }
            token.swept = Some(told);
        }
        _ => {}
    }
}

// What the log says of a token goes before what a list of tokens says of it.
fn learn_listed(evidence: &Evidence<'_>, all: &mut BTreeMap<String, Token>) {
    for row in &evidence.companions.snapshot_tokens {
        let key = row.token_id.trim().to_lowercase();
        let token = all.entry(key.clone()).or_insert_with(|| named(key, true, row.taken_at, None));
        if row.taken_at < token.first_named.time {
            token.first_named = Told { time: row.taken_at, event_id: None };
        }
        let is_nameless = token.owner.as_ref().is_none_or(|owner| owner.starts_with("id:"));
        if is_nameless {
            token.owner = Some(evidence.correlation.ground.identities.actor(&row.owner, row.taken_at));
            token.owner_is_known = true;
        }
        let stated = row.created_at.map(|time| Told { time, event_id: None });
        token.created = token.created.take().or(stated);
        if token.expires == Expiry::Unknown {
            token.expires = row.expires_at.map_or(Expiry::Never, Expiry::At);
        }
        token.scopes.insert(row.scope.clone());
        token.listed_at = token.listed_at.max(Some(row.taken_at));
        token.listed_use = token.listed_use.max(row.last_used_at);
    }
}

/// When a token ends, as a record says it: a creation that names no time, or one that is none, makes it last for ever. What has been
/// cut off, or cannot be meant, is not known.
fn expiry(parameters: &BTreeMap<String, String>, created: i64, silence_is_never: bool) -> Expiry {
    let said = parameters.get("tokenExpirationTime").map(|text| text.trim()).filter(|text| !text.is_empty());
    match said {
        None if parameters.contains_key("TRUNCATED") || !silence_is_never => Expiry::Unknown,
        None => Expiry::Never,
        Some(text) => match text.parse::<i64>() {
            Ok(number) if number <= 0 => Expiry::Never,
            Ok(_) => millis(parameters, "tokenExpirationTime")
                .filter(|time| *time > created)
                .map_or(Expiry::Unknown, Expiry::At),
            Err(_) => Expiry::Unknown,
        },
    }
}

fn millis(parameters: &BTreeMap<String, String>, key: &str) -> Option<i64> {
    parameters.get(key)?.trim().parse::<i64>().ok().filter(|ms| *ms > 0)?.checked_mul(1000)
}

const TOKEN: Named = Named::required("token", Kind::Text, "id of the token, in lower case");

fn is_use() -> Expr {
    SOURCE
        .expr()
        .eq(lit(DATABRICKS))
        .and(PLANE.expr().eq(lit("usage")))
        .and(TARGET_KIND.expr().eq(lit("token")))
        .and(TARGET_ID.expr().is_not_null())
        .and(OUTCOME.expr().neq(lit("failure")))
}

fn id() -> Expr {
    TARGET_ID.expr().str().to_lowercase().alias(TOKEN.name)
}

fn learn_uses(evidence: &Evidence<'_>, until: Until, all: &mut BTreeMap<String, Token>) -> Result<()> {
    for used in evidence.sweep()?.token_uses(until == Until::Ever) {
        let ((first, first_event), (last, last_event)) = (used.first, used.last);
        let named = |id: &String| named(id.clone(), true, first, Some(&first_event));
        let token = all.entry(used.token).or_insert_with_key(named);
        token.scopes.insert(used.scope);
        if first < token.first_named.time {
            token.first_named = Told { time: first, event_id: Some(first_event) };
        }
        let now = Uses { first, last, last_event, count: used.count };
        token.uses = Some(token.uses.take().map_or(now.clone(), |before| both(before, now)));
        let is_nameless = token.owner.as_ref().is_none_or(|owner| owner.starts_with("id:"));
        if let Some(user) = used.actor.filter(|user| is_nameless && !is_redacted(user)) {
            token.owner = Some(evidence.correlation.ground.identities.actor(&user, last));
            token.owner_is_known = true;
        }
    }
    for token in all.values_mut() {
        assume_owner(token);
    }
    Ok(())
}

fn both(one: Uses, other: Uses) -> Uses {
    let (first, count) = (one.first.min(other.first), one.count + other.count);
    let latest = if other.last > one.last { other } else { one };
    Uses { first, count, ..latest }
}

// People make their own tokens: an owner of whom only an id is known, or nothing, is taken to be the maker.
fn assume_owner(token: &mut Token) {
    let is_nameless = token.owner.as_ref().is_none_or(|owner| owner.starts_with("id:"));
    if let Some(maker) = token.maker.clone().filter(|_| is_nameless) {
        token.owner = Some(maker);
        token.owner_is_assumed = true;
        token.owner_is_known = true;
    }
}

/// One use of a token.
#[derive(Debug, Clone)]
pub(in crate::catalogue) struct Use {
    pub(in crate::catalogue) token: String,
    pub(in crate::catalogue) event_id: String,
    pub(in crate::catalogue) time: i64,
    /// False = the record does not say how it went.
    pub(in crate::catalogue) succeeded: bool,
}

/// The uses of some tokens (by id) in `[from, to)`, ordered by time and event.
///
/// # Errors
/// The lake cannot be read.
pub(in crate::catalogue) fn uses(evidence: &Evidence<'_>, ids: &[&str], from: i64, to: i64) -> Result<Vec<Use>> {
    let found = scan(evidence.lake, &EVENTS)?
        .filter(is_use().and(is_between(from, to)))
        .select([id(), EVENT_ID.expr(), EVENT_TIME.expr(), OUTCOME.expr()])
        .filter(is_any(TOKEN.expr(), ids))
        .sort([EVENT_TIME.name, EVENT_ID.name], SortMultipleOptions::default());
    let frame = collect(found, "read the uses of tokens")?;
    let (ids, events, times) = (texts(&frame, TOKEN)?, texts(&frame, EVENT_ID)?, instants(&frame, EVENT_TIME)?);
    let outcomes = texts(&frame, OUTCOME)?;
    let text = |column: &StringChunked, row: usize| column.get(row).unwrap_or_default().to_owned();
    let one = |row: usize| Use {
        token: text(ids, row),
        event_id: text(events, row),
        time: times.get(row).unwrap_or_default(),
        succeeded: outcomes.get(row) == Some("success"),
    };
    Ok((0..frame.height()).map(one).collect())
}
