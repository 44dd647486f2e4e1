//! How many events name a principal: one that names it twice, as actor and as target or in each of its changes, is one.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::strings::{Key, Mention, NAMINGS, Namer, Naming, Role, classed, key};
use crate::catalogue::Evidence;
use crate::catalogue::sweep::{Pair, is_alike};
use crate::change::{CHANGES, SubjectKind, VERB};
use crate::config::Period;
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TIME};
use crate::inventory::number;
use crate::lake::{Page, counted, joined};
use crate::schema::Column;

/// Brings the counts, which are of actors and of targets, to distinct events, those of whom only changes name included.
pub(super) fn count(evidence: &Evidence<'_>, all: &mut BTreeMap<Key, (String, Mention)>) -> Result<()> {
    let sweep = evidence.sweep()?;
    for (Pair { actor, target }, twice) in sweep.selves() {
        let (Some((name, kind)), Some((_, target_kind))) = (actor, target) else { continue };
        let classes = (classed(kind, Role::Actor), classed(target_kind, Role::Target));
        let (Some((kind, _)), Some((other, _))) = classes else { continue };
        let known = key(Some(name), None, kind).and_then(|key| all.get_mut(&key));
        if let Some((_, mention)) = known.filter(|_| (kind == SubjectKind::Group) == (other == SubjectKind::Group)) {
            mention.count -= twice;
        }
    }
    let keys: Vec<Key> = all.keys().cloned().collect();
    let mut counts = vec![0; keys.len()];
    for (event, at) in of_changes(evidence, &keys)? {
        let Pair { actor, target } = sweep.changing(event).unwrap_or(Pair { actor: None, target: None });
        let is_it = |named: Option<(&str, Option<&str>)>, role| {
            named.is_some_and(|(text, kind)| is_named(&keys[at as usize], text, kind, role))
        };
        if !is_it(actor, Role::Actor) && !is_it(target, Role::Target) {
            counts[at as usize] += 1;
        }
    }
    all.values_mut().zip(counts).for_each(|((_, mention), count)| mention.count += count);
    Ok(())
}

fn is_named((is_group, is_id, own): &Key, text: &str, kind: Option<&str>, role: Role) -> bool {
    let is_of_kind = classed(kind, role).is_some_and(|(kind, _)| (kind == SubjectKind::Group) == *is_group);
    is_of_kind && if *is_id { text == own } else { is_alike(text, own) }
}

/// Each event of the period with each principal that its changes name, once; a principal is its place among the keys.
fn of_changes(evidence: &Evidence<'_>, keys: &[Key]) -> Result<Vec<(u128, u32)>> {
    let places: Places<'_> = keys.iter().zip(0..).collect();
    let columns = NAMINGS.iter().flat_map(|naming| [Some(naming.name), Some(naming.id), naming.kind]);
    let columns: Vec<Column> = [EVENT_TIME, EVENT_ID, VERB].into_iter().chain(columns.flatten()).collect();
    let take = |found: &mut Vec<(u128, u32)>, _: &str, page: &Page<'_>| {
        NAMINGS.iter().try_for_each(|naming| of_naming(page, naming, evidence.period, &places, found))
    };
    let mut found = counted(evidence.lake, &CHANGES, &columns, |_| true, take, joined)?;
    found.par_sort_unstable();
    found.dedup();
    Ok(found)
}

type Places<'k> = HashMap<&'k Key, u32, FixedState>;

fn of_naming(
    page: &Page<'_>,
    naming: &Naming,
    period: &Period,
    places: &Places<'_>,
    found: &mut Vec<(u128, u32)>,
) -> Result<()> {
    let (times, events, namer) = (page.wholes(0)?, page.texts(1)?, Namer::of(naming, page)?);
    for row in (0..page.len()).filter(|row| period.contains(times[*row])) {
        let Some([name, id, kind]) = namer.named(row) else { continue };
        let (kind, role) = match naming.kind {
            Some(_) => (kind, Role::Subject),
            None => (Some("group"), Role::Group),
        };
        let Some((kind, _)) = classed(kind, role) else { continue };
        let Some(named) = key(name, id, kind) else { continue };
        // An id that others write as a name is that name.
        let as_name = named.1.then(|| (named.0, false, named.2.to_lowercase()));
        let place = as_name.and_then(|name| places.get(&name)).or_else(|| places.get(&named));
        if let Some((event, place)) = events.text(row).and_then(number).zip(place) {
            found.push((event, *place));
        }
    }
    Ok(())
}
