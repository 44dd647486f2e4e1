//! What people did in Databricks, under their own name or under an identity that they had assumed: a group or a role.
//!
//! Where an identity was assumed the record names that as the actor, and the id of the actor is who had signed in (reference:
//! databricks a1, `identity_metadata.run_by`). A null status is unknown, not failure (c12): such acts are told apart from successes.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::evidence::Evidence;
use crate::error::Result;
use crate::event::{ACTOR, ACTOR_ID, EVENT_ID, EVENT_TIME, EVENT_TYPE, EVENTS, OUTCOME, PLANE, SOURCE_IP};
use crate::frame::{SOURCE, collect, instants, scan, texts};

/// One act that is not known to have failed.
#[derive(Debug, Clone)]
pub(super) struct Act {
    pub(super) event_id: String,
    pub(super) time: i64,
    pub(super) event_type: String,
    pub(super) source_ip: Option<String>,
    /// False = the record does not say how it went.
    pub(super) succeeded: bool,
}

/// What principals with these resolved names did, by name and in the order of time. An act is that of whoever had the actor's name then,
/// however it is spelt.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn acts_of(evidence: &Evidence<'_>, names: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<Act>>> {
    let mut by_name: BTreeMap<String, Vec<Act>> = BTreeMap::new();
    if names.is_empty() {
        return Ok(by_name);
    }
    let actors = held(evidence, names, evidence.sweep()?.present().map(str::to_lowercase));
    let people = held(evidence, names, people_behind(evidence)?.into_iter());
    let mut is_theirs = is_any(folded(ACTOR), &actors);
    if !people.is_empty() {
        is_theirs = is_theirs.or(is_any(folded(ACTOR_ID), &people));
    }
    let chosen = [EVENT_ID.expr(), EVENT_TIME.expr(), EVENT_TYPE.expr(), SOURCE_IP.expr(), OUTCOME.expr()];
    let did = scan(evidence.lake, &EVENTS)?
        .filter(is_act().and(is_theirs))
        .select([chosen.as_slice(), &[folded(ACTOR), folded(ACTOR_ID)]].concat())
        .sort([EVENT_TIME.name, EVENT_ID.name], SortMultipleOptions::default());
    let did = collect(did, "read what people did")?;
    let time = instants(&did, EVENT_TIME)?;
    let [id, event_type, ip] = [texts(&did, EVENT_ID)?, texts(&did, EVENT_TYPE)?, texts(&did, SOURCE_IP)?];
    let [outcome, actor, person] = [texts(&did, OUTCOME)?, texts(&did, ACTOR)?, texts(&did, ACTOR_ID)?];
    for row in 0..did.height() {
        let sure = |column: &StringChunked| column.get(row).unwrap_or_default().to_owned();
        let act = Act {
            event_id: sure(id),
            time: time.get(row).unwrap_or_default(),
            event_type: sure(event_type),
            source_ip: ip.get(row).map(str::to_owned),
            succeeded: outcome.get(row) == Some("success"),
        };
        let actor = actor.get(row).and_then(|actor| holder(actors.get(actor)?, act.time));
        let person = person.get(row).and_then(|person| holder(people.get(person)?, act.time));
        let whose: BTreeSet<&str> = actor.into_iter().chain(person).filter(|name| names.contains(name)).collect();
        for name in whose {
            by_name.entry(name.to_owned()).or_default().push(act.clone());
        }
    }
    Ok(by_name)
}

/// Who had a spelling, and from when on.
type Holders = Vec<(i64, String)>;

/// The spellings that one of these names ever had, with all who had them.
fn held(
    evidence: &Evidence<'_>,
    names: &BTreeSet<&str>,
    spellings: impl Iterator<Item = String>,
) -> BTreeMap<String, Holders> {
    let spellings: BTreeSet<String> = spellings.collect();
    let of = |spelling: String| (evidence.correlation.ground.identities.holders(&spelling), spelling);
    let all = spellings.into_iter().map(of);
    let meant = all.filter(|(holders, _)| holders.iter().any(|(_, holder)| names.contains(holder.as_str())));
    meant.map(|(holders, spelling)| (spelling, holders)).collect()
}

fn holder(holders: &Holders, time: i64) -> Option<&str> {
    let last = holders.partition_point(|(from, _)| *from <= time).checked_sub(1)?;
    holders.get(last).map(|(_, holder)| holder.as_str())
}

/// Who made changes under an identity that they had assumed: the person's login, folded, by event.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn makers(evidence: &Evidence<'_>) -> Result<BTreeMap<String, String>> {
    let made = scan(evidence.lake, &EVENTS)?
        .filter(is_act().and(PLANE.expr().eq(lit("effect"))).and(is_assumed()))
        .select([EVENT_ID.expr(), folded(ACTOR_ID)]);
    let made = collect(made, "read who had assumed an identity")?;
    let (ids, people) = (texts(&made, EVENT_ID)?, texts(&made, ACTOR_ID)?);
    let pairs = ids.iter().zip(people.iter()).filter_map(|(id, person)| id.zip(person));
    Ok(pairs.map(|(id, person)| (id.to_owned(), person.to_owned())).collect())
}

/// Everybody who acted under an identity that they had assumed, folded.
fn people_behind(evidence: &Evidence<'_>) -> Result<Vec<String>> {
    let people = scan(evidence.lake, &EVENTS)?
        .filter(is_act().and(is_assumed()))
        .select([folded(ACTOR_ID)])
        .group_by([ACTOR_ID.expr()])
        .agg([]);
    let people = collect(people, "read who had assumed an identity")?;
    Ok(texts(&people, ACTOR_ID)?.iter().flatten().map(str::to_owned).collect())
}

fn is_act() -> Expr {
    SOURCE.expr().eq(lit(crate::source::DATABRICKS)).and(OUTCOME.expr().neq(lit("failure")))
}

// Only a login is a person's: the id may as well be the label of a service principal.
fn is_assumed() -> Expr {
    ACTOR_ID.expr().is_not_null().and(ACTOR_ID.expr().str().contains_literal(lit("@")))
}

fn folded(column: crate::schema::Column) -> Expr {
    column.expr().str().to_lowercase().alias(column.name)
}

fn is_any(column: Expr, words: &BTreeMap<String, Holders>) -> Expr {
    let words = Series::new("wanted".into(), words.keys().map(String::as_str).collect::<Vec<_>>());
    column.is_in(lit(words).implode(false), false)
}
