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

/// What principals with these resolved names did, by name and in the order of time. An actor is found under every spelling that folds
/// to one of them.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn acts_of(evidence: &Evidence<'_>, names: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<Act>>> {
    let mut by_name: BTreeMap<String, Vec<Act>> = BTreeMap::new();
    if names.is_empty() {
        return Ok(by_name);
    }
    let is_meant = |spelling: &String| names.contains(evidence.name(spelling).as_str());
    let actors: BTreeSet<String> = evidence.sweep()?.present().map(str::to_lowercase).filter(is_meant).collect();
    let people: BTreeSet<String> = people_behind(evidence)?.into_iter().filter(is_meant).collect();
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
        let actor = actor.get(row).filter(|actor| actors.contains(*actor));
        let person = person.get(row).filter(|person| people.contains(*person));
        let whose: BTreeSet<String> = actor.into_iter().chain(person).map(|name| evidence.name(name)).collect();
        for name in whose {
            by_name.entry(name).or_default().push(act.clone());
        }
    }
    Ok(by_name)
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

fn is_any(column: Expr, words: &BTreeSet<String>) -> Expr {
    let words = Series::new("wanted".into(), words.iter().map(String::as_str).collect::<Vec<_>>());
    column.is_in(lit(words).implode(false), false)
}
