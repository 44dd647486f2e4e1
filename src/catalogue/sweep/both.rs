//! Whom events name themselves: the actor, and the target.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::catalogue::evidence::Evidence;
use crate::change::CHANGES;
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TIME, EVENT_TYPE};
use crate::inventory::number;
use crate::lake::{NONE, Page, Words, counted};

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
    /// The types of all events that change access, of whatever time.
    pub(super) types: HashSet<String, FixedState>,
}

impl Both {
    /// The events of the period that change access, of which nothing is known yet.
    pub(super) fn read(evidence: &Evidence<'_>) -> Result<Self> {
        let period = evidence.period;
        let take = |both: &mut Self, _: &str, page: &Page<'_>| {
            let (events, times, types) = (page.texts(0)?, page.wholes(1)?, page.texts(2)?);
            let of_period = (0..page.len()).filter(|row| period.contains(times[*row]));
            let changing = of_period.filter_map(|row| events.text(row).and_then(number));
            both.changing.extend(changing.map(|event| (event, [NONE; 4])));
            for name in (0..page.len()).filter_map(|row| types.text(row)) {
                if !both.types.contains(name) {
                    both.types.insert(name.to_owned());
                }
            }
            Ok(())
        };
        let together = |mut one: Self, other: Self| {
            one.changing.extend(other.changing);
            one.types.extend(other.types);
            one
        };
        counted(evidence.lake, &CHANGES, &[EVENT_ID, EVENT_TIME, EVENT_TYPE], |_| true, take, together)
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
    pub(super) fn selves<'s>(&'s self, known: &'s Words) -> impl Iterator<Item = (Pair<'s>, i64)> {
        self.selves.iter().map(|(both, count)| (pair(*both, known), *count))
    }

    /// Whom an event that changes access names; `None` = it is no such event.
    pub(super) fn changing<'s>(&'s self, event: u128, known: &'s Words) -> Option<Pair<'s>> {
        self.changing.get(&event).map(|both| pair(*both, known))
    }
}

fn pair([actor, actor_kind, target, target_kind]: Four, known: &Words) -> Pair<'_> {
    let one = |text, kind| Some((known.get(text)?, known.get(kind)));
    Pair { actor: one(actor, actor_kind), target: one(target, target_kind) }
}
