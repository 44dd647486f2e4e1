//! Who did what in Databricks: where principals act, when they sign in.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::*;

use crate::error::Result;
use crate::event::{ACTOR, ACTOR_ID, ACTOR_KIND, EVENT_ID, EVENT_TIME, EVENT_TYPE, EVENTS, OUTCOME, SCOPE, SOURCE_IP};
use crate::frame::{SOURCE, collect, engine, instants, scan, texts};
use crate::lake::{Lake, Page, counted};
use crate::schema::Column as Named;

/// The distance within which a sign-in explains an automatic creation, in microseconds (design: rulings).
const SIGN_IN_WINDOW: i64 = 600_000_000;

/// Where each principal acted in Databricks, and when first: folded actor to scopes.
///
/// # Errors
/// The lake cannot be read.
pub fn presence(lake: &Lake) -> Result<BTreeMap<String, BTreeMap<String, i64>>> {
    type Presence = BTreeMap<String, BTreeMap<String, i64>>;
    let first = |all: &mut Presence, actor: String, scope: String, time: i64| {
        all.entry(actor).or_default().entry(scope).and_modify(|first| *first = time.min(*first)).or_insert(time);
    };
    let take = |all: &mut Presence, _: &str, page: &Page<'_>| {
        let (actors, scopes, outcomes, times) = (page.texts(0)?, page.texts(1)?, page.texts(2)?, page.wholes(3)?);
        let named =
            |row: usize| Some((actors.text(row)?, scopes.text(row)?)).filter(|_| outcomes.text(row) != Some("failure"));
        // A page has most texts once: where they lie tells them apart faster than what they say.
        let mut seen: HashMap<(*const str, *const str), (&str, &str, i64), FixedState> = HashMap::default();
        for (row, time) in times.iter().copied().enumerate() {
            let Some((actor, scope)) = named(row) else { continue };
            let place = (std::ptr::from_ref::<str>(actor), std::ptr::from_ref::<str>(scope));
            let (.., first) = seen.entry(place).or_insert((actor, scope, time));
            *first = time.min(*first);
        }
        for (actor, scope, time) in seen.into_values() {
            first(all, actor.to_lowercase(), lake.placed(scope).to_owned(), time);
        }
        Ok(())
    };
    let merge = |mut one: Presence, other: Presence| {
        for (actor, scopes) in other {
            scopes.into_iter().for_each(|(scope, time)| first(&mut one, actor.clone(), scope, time));
        }
        one
    };
    counted(
        lake,
        &EVENTS,
        &[ACTOR, SCOPE, OUTCOME, EVENT_TIME],
        |source| source == crate::source::DATABRICKS,
        take,
        merge,
    )
}

/// Somebody whom a directory's events name as the actor, with name and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Source id of the events.
    pub source: String,
    /// Login.
    pub name: String,
    /// The directory's id.
    pub id: String,
    /// First and last event, in microseconds.
    pub times: [i64; 2],
}

/// Sources in which an actor's id is that of the directory's account.
const DIRECTORIES: [&str; 5] = ["okta", "entra_audit", "entra_signin", "pingone", "generic"];

const FIRST: Named = Named::required("first", crate::schema::Kind::Instant, "first event");
const LAST: Named = Named::required("last", crate::schema::Kind::Instant, "last event");

/// Whom the directories know by login and id, since they acted or signed in. The id that Databricks gives of an actor is not that of
/// an account, and what is no person may share its name with others.
///
/// # Errors
/// The lake cannot be read.
pub fn known(lake: &Lake) -> Result<Vec<Known>> {
    let directories = Series::new("directories".into(), DIRECTORIES);
    let known = scan(lake, &EVENTS)?
        .filter(SOURCE.expr().is_in(lit(directories).implode(false), false))
        .filter(ACTOR_KIND.expr().eq(lit("user")).and(ACTOR.expr().is_not_null()).and(ACTOR_ID.expr().is_not_null()))
        .group_by([SOURCE.expr(), ACTOR.expr(), ACTOR_ID.expr()])
        .agg([EVENT_TIME.expr().min().alias(FIRST.name), EVENT_TIME.expr().max().alias(LAST.name)]);
    let known = collect(known, "read who acted in the directories")?;
    let (first, last) = (instants(&known, FIRST)?, instants(&known, LAST)?);
    let (source, name, id) = (texts(&known, SOURCE)?, texts(&known, ACTOR)?, texts(&known, ACTOR_ID)?);
    let sure = |column: &StringChunked, row: usize| column.get(row).unwrap_or_default().to_owned();
    let row = |at: usize| Known {
        source: sure(source, at),
        name: sure(name, at),
        id: sure(id, at),
        times: [first.get(at).unwrap_or_default(), last.get(at).unwrap_or_default()],
    };
    Ok((0..known.height()).map(row).collect())
}

/// One successful act of a principal in Databricks.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the column of that name in table `events`")]
pub struct Activity {
    pub event_id: String,
    pub time: i64,
    pub actor: String,
    pub event_type: String,
    pub scope: String,
    pub source_ip: Option<String>,
}

/// What the chosen principals (folded names) did in Databricks, ordered by time.
///
/// # Errors
/// The lake cannot be read.
pub fn activity(lake: &Lake, actors: &BTreeSet<String>) -> Result<Vec<Activity>> {
    let wanted = Series::new("wanted".into(), actors.iter().cloned().collect::<Vec<_>>());
    let folded = ACTOR.expr().str().to_lowercase().alias(ACTOR.name);
    let did = scan(lake, &EVENTS)?
        .filter(SOURCE.expr().eq(lit(crate::source::DATABRICKS)).and(OUTCOME.expr().eq(lit("success"))))
        .select([EVENT_ID.expr(), EVENT_TIME.expr(), folded, EVENT_TYPE.expr(), SCOPE.expr(), SOURCE_IP.expr()])
        .filter(ACTOR.expr().is_in(lit(wanted).implode(false), false))
        .sort([EVENT_TIME.name, EVENT_ID.name], SortMultipleOptions::default());
    let did = collect(did, "read what leavers did")?;
    let time = instants(&did, EVENT_TIME)?;
    let text = |column: Named| did.column(column.name).and_then(|c| c.str()).map_err(engine("read a column"));
    let (id, actor, kind, scope, ip) =
        (text(EVENT_ID)?, text(ACTOR)?, text(EVENT_TYPE)?, text(SCOPE)?, text(SOURCE_IP)?);
    let sure = |column: &StringChunked, row: usize| column.get(row).unwrap_or_default().to_owned();
    Ok((0..did.height())
        .map(|i| Activity {
            event_id: sure(id, i),
            time: time.get(i).unwrap_or_default(),
            actor: sure(actor, i),
            event_type: sure(kind, i),
            scope: sure(scope, i),
            source_ip: ip.get(i).map(str::to_owned),
        })
        .collect())
}

/// When those signed in whom Databricks created by itself.
#[derive(Debug, Default)]
pub struct SignIns {
    by_actor: BTreeMap<String, Vec<i64>>,
}

impl SignIns {
    /// The sign-ins of all whom `acts` show as created by Databricks.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn read(lake: &Lake, created: &BTreeSet<String>) -> Result<Self> {
        let mut by_actor: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        if !created.is_empty() {
            for did in activity(lake, created)?.into_iter().filter(|did| is_sign_in(&did.event_type)) {
                by_actor.entry(did.actor).or_default().push(did.time);
            }
        }
        Ok(Self { by_actor })
    }

    /// True when the principal (folded name) signed in within ten minutes of the instant.
    pub fn near(&self, name: &str, time: i64) -> bool {
        self.by_actor.get(name).is_some_and(|times| {
            let from = times.partition_point(|t| *t < time - SIGN_IN_WINDOW);
            times.get(from).is_some_and(|t| *t <= time + SIGN_IN_WINDOW)
        })
    }
}

/// True for a person's sign-in to Databricks; the use of a token is none (reference: databricks b5).
pub fn is_sign_in(event_type: &str) -> bool {
    let action = event_type.strip_prefix("accounts.").unwrap_or("").to_ascii_lowercase();
    let by_token = matches!(action.as_str(), "tokenlogin" | "aadtokenlogin" | "oidctokenauthorization");
    !by_token && (action.contains("login") || action.contains("oauthclientauthentication"))
}
