//! Whom events name themselves: the actor, and the target.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use polars::prelude::{DataType, lit};

use super::texts::{NONE, Texts};
use crate::catalogue::evidence::Evidence;
use crate::change::CHANGES;
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TIME};
use crate::frame::{each, scan, texts};
use crate::inventory::number;

/// Whom an event names itself: text and kind of the actor, and of the target where that is a principal.
#[derive(Debug, Clone, Copy)]
pub(in crate::catalogue) struct Pair<'s> {
    pub(in crate::catalogue) actor: Option<(&'s str, Option<&'s str>)>,
    pub(in crate::catalogue) target: Option<(&'s str, Option<&'s str>)>,
}

/// Actor, its kind, target, its kind.
pub(super) type Four = [u32; 4];

/// What events of the period name both as actor and as target, and whom those name that change access.
#[derive(Debug, Default)]
pub(super) struct Both {
    /// Events whose actor and target have one text.
    pub(super) selves: HashMap<Four, i64, FixedState>,
    changing: HashMap<u128, Four, FixedState>,
}

impl Both {
    /// The events of the period that change access, of which nothing is known yet.
    pub(super) fn read(evidence: &Evidence<'_>) -> Result<Self> {
        let mut changing = HashMap::default();
        let time = EVENT_TIME.expr().cast(DataType::Int64);
        let period = time.clone().gt_eq(lit(evidence.period.start)).and(time.lt(lit(evidence.period.end)));
        let all = scan(evidence.lake, &CHANGES)?.filter(period).select([EVENT_ID.expr()]);
        each(all, "find the events that change access", |piece| {
            let events = texts(piece, EVENT_ID)?.iter().flatten().filter_map(number);
            changing.extend(events.map(|event| (event, [NONE; 4])));
            Ok(())
        })?;
        Ok(Self { selves: HashMap::default(), changing })
    }

    /// The events that change access.
    pub(super) fn events(&self) -> impl Iterator<Item = u128> {
        self.changing.keys().copied()
    }

    /// Notes whom an event of the period names that may be one that changes access.
    pub(super) fn note(&mut self, event: u128, both: Four) {
        if let Some(named) = self.changing.get_mut(&event) {
            *named = both;
        }
    }

    /// Events whose actor and target have one text, and how many there are.
    pub(super) fn selves<'s>(&'s self, known: &'s Texts) -> impl Iterator<Item = (Pair<'s>, i64)> {
        self.selves.iter().map(|(both, count)| (pair(*both, known), *count))
    }

    /// Whom an event that changes access names; `None` = it is no such event.
    pub(super) fn changing<'s>(&'s self, event: u128, known: &'s Texts) -> Option<Pair<'s>> {
        self.changing.get(&event).map(|both| pair(*both, known))
    }
}

fn pair([actor, actor_kind, target, target_kind]: Four, known: &Texts) -> Pair<'_> {
    let one = |text, kind| Some((known.get(text)?, known.get(kind)));
    Pair { actor: one(actor, actor_kind), target: one(target, target_kind) }
}
