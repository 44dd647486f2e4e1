//! One sweep over all events, for every test that counts them: a lake is too large to be read once for each.

mod both;
mod counter;
mod texts;
mod uses;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::evidence::Evidence;
use crate::error::Result;
use crate::event::EVENTS;
use crate::inventory::{Places, TypeCount};
use crate::lake::{NONE, Words};
use crate::source::DATABRICKS;
use both::Both;
use counter::{Answer, Counter, Question, WHEN};
use uses::TokenUses;

pub(super) use {both::Pair, texts::is_alike, uses::Used};

/// How often something was seen, from when until when, and the least id of its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) count: i64,
    pub(super) first: i64,
    pub(super) last: i64,
    sample: Sample,
}

/// An event and where it stands: file and line.
type Sample = (u128, u32, i64);

impl Tally {
    const NOTHING: Self = Self { count: 0, first: i64::MAX, last: i64::MIN, sample: (u128::MAX, NONE, 0) };

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.sample = self.sample.min(other.sample);
    }

    fn add(&mut self, time: i64, event: Sample) {
        self.count += 1;
        self.first = self.first.min(time);
        self.last = self.last.max(time);
        self.sample = self.sample.min(event);
    }

    /// The same, where files have other numbers.
    fn renumbered(&self, of: impl Fn(u32) -> u32) -> Self {
        let (event, file, line) = self.sample;
        Self { sample: (event, of(file), line), ..*self }
    }

    /// The least id of the events.
    pub(super) fn sample(&self) -> String {
        format!("{:032x}", self.sample.0)
    }
}

/// Events that are of one kind in every respect that tests count by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typed<'s> {
    pub(super) source: &'s str,
    pub(super) event_type: &'s str,
    pub(super) schema_version: Option<&'s str>,
    pub(super) plane: &'s str,
    pub(super) outcome: &'s str,
    pub(super) parse_rule: &'s str,
    pub(super) is_mapped: bool,
    /// Of all time.
    pub(super) whole: Tally,
    /// Of the period; `None` = there is none.
    pub(super) period: Option<Tally>,
}

/// Events of the period that name one principal in one way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'s> {
    pub(super) source: &'s str,
    pub(super) name: Option<&'s str>,
    /// The id; `None` = a name is given, or neither.
    pub(super) id: Option<&'s str>,
    pub(super) kind: Option<&'s str>,
    pub(super) tally: Tally,
}

/// Kinds of targets that are principals, or the platform in their place.
const PRINCIPALS: [&str; 4] = ["user", "group", "service_principal", "system"];

/// What was counted.
#[derive(Debug)]
pub(super) struct Sweep {
    texts: Words,
    /// Source, type, version, plane, outcome, parse rule, mapped; of all time and of the period.
    types: HashMap<[u32; 7], (Tally, Tally), FixedState>,
    /// Source, actor, kind.
    actors: HashMap<[u32; 3], Tally, FixedState>,
    /// Source, target, id, kind.
    targets: HashMap<[u32; 4], Tally, FixedState>,
    both: Both,
    /// Events of the period whose target is named, and no principal.
    others: u64,
    /// The last success before the end of the period, by actor and type, in Databricks.
    acts: HashMap<[u32; 2], i64, FixedState>,
    /// The last act of unknown outcome before the end of the period, by actor, in Databricks.
    unsaid: HashMap<u32, i64, FixedState>,
    /// Who acted in Databricks.
    present: HashSet<u32, FixedState>,
    uses: TokenUses,
    /// File and delivery of Databricks events.
    deliveries: HashSet<[u32; 2], FixedState>,
}

impl Sweep {
    /// Reads all events once, on all threads.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn read(evidence: &Evidence<'_>) -> Result<Self> {
        let mut places = Places::default();
        places.ask(evidence.correlation.judged.acts.iter().map(|act| act.event_id));
        places.ask(evidence.deeds()?.iter().map(|deed| deed.event_id.as_str()));
        let (mut both, mut asked) = (Both::read(evidence)?, places.asked());
        both.events().for_each(|event| asked.add(event));
        let question = Question { lake: evidence.lake, period: evidence.period, asked: &asked, types: &both.types };
        let files = evidence.lake.live_files(&EVENTS)?;
        let counted = files.par_iter().try_fold(Counter::new, |counter, path| counter.file(path, question));
        let counter = counted.try_reduce(Counter::new, |one, other| Ok(one.merge(other)))?;
        for Answer { sample: (event, file, line), both: named } in &counter.answers {
            places.answer(*event, counter.texts.sure(*file), unsigned(*line));
            named.iter().for_each(|named| both.note(*event, *named));
        }
        let sweep = Self::of(counter, both);
        sweep.samples().for_each(|(event, file, line)| places.note(event, sweep.texts.sure(file), unsigned(line)));
        evidence.note_places(|known| known.merge(places));
        Ok(sweep)
    }

    fn samples(&self) -> impl Iterator<Item = Sample> {
        let of_types = self.types.values().map(|(_, period)| period);
        let all = of_types.chain(self.actors.values()).chain(self.targets.values());
        all.filter(|tally| tally.count > 0).map(|tally| tally.sample).chain(self.uses.samples())
    }

    fn of(counter: Counter, mut both: Both) -> Self {
        let mut types: HashMap<[u32; 7], (Tally, Tally), FixedState> = HashMap::default();
        let mut actors: HashMap<[u32; 3], Tally, FixedState> = HashMap::default();
        let (mut acts, mut unsaid, mut present) = (HashMap::default(), HashMap::default(), HashSet::default());
        let known = |text: &str| counter.texts.find(text).unwrap_or(u32::MAX);
        let (databricks, success, failure) = (known(DATABRICKS), known("success"), known("failure"));
        for (kind, actor, tally) in counter.all() {
            let [source, event_type, version, plane, outcome, rule, actor_kind, mapped, when] = *kind;
            let of_type = types.entry([source, event_type, version, plane, outcome, rule, mapped]);
            let (whole, inside) = of_type.or_insert((Tally::NOTHING, Tally::NOTHING));
            whole.merge(tally);
            let is_somebody = actor != NONE;
            if when == WHEN[1] {
                inside.merge(tally);
                if is_somebody {
                    actors.entry([source, actor, actor_kind]).or_insert(Tally::NOTHING).merge(tally);
                }
            }
            if is_somebody && source == databricks && outcome != failure {
                present.insert(actor);
                let last = match outcome == success {
                    _ if when == WHEN[2] => continue,
                    true => acts.entry([actor, event_type]).or_insert(tally.last),
                    false => unsaid.entry(actor).or_insert(tally.last),
                };
                *last = (*last).max(tally.last);
            }
        }
        let Counter { texts, targets, others, uses, deliveries, selves, .. } = counter;
        both.selves = selves;
        Self { texts, types, actors, targets, both, others, acts, unsaid, present, uses, deliveries }
    }

    /// Everything by what tests count events by.
    pub(super) fn types(&self) -> impl Iterator<Item = Typed<'_>> {
        self.types.iter().map(|([source, kind, version, plane, outcome, rule, mapped], (whole, period))| Typed {
            source: self.texts.sure(*source),
            event_type: self.texts.sure(*kind),
            schema_version: self.texts.get(*version),
            plane: self.texts.sure(*plane),
            outcome: self.texts.sure(*outcome),
            parse_rule: self.texts.sure(*rule),
            is_mapped: *mapped == 1,
            whole: *whole,
            period: Some(*period).filter(|tally| tally.count > 0),
        })
    }

    /// The actors of the period.
    pub(super) fn actors(&self) -> impl Iterator<Item = Named<'_>> {
        self.actors.iter().map(|([source, name, kind], tally)| Named {
            source: self.texts.sure(*source),
            name: self.texts.get(*name),
            id: None,
            kind: self.texts.get(*kind),
            tally: *tally,
        })
    }

    /// The principals that are targets in the period.
    pub(super) fn targets(&self) -> impl Iterator<Item = Named<'_>> {
        self.targets.iter().map(|([source, name, id, kind], tally)| Named {
            source: self.texts.sure(*source),
            name: self.texts.get(*name),
            id: self.texts.get(*id),
            kind: self.texts.get(*kind),
            tally: *tally,
        })
    }

    /// Events of the period whose actor and target have one text, and how many there are.
    pub(super) fn selves(&self) -> impl Iterator<Item = (Pair<'_>, i64)> {
        self.both.selves(&self.texts)
    }

    /// Whom an event of the period that changes access names itself; `None` = it is no such event.
    pub(super) fn changing(&self, event: u128) -> Option<Pair<'_>> {
        self.both.changing(event, &self.texts)
    }

    /// How many events of the period have a named target that is no principal.
    pub(super) const fn other_targets(&self) -> u64 {
        self.others
    }

    /// When each actor last did what with success in Databricks before the end of the period: actor, type, time.
    pub(super) fn last_acts(&self) -> impl Iterator<Item = (&str, &str, i64)> {
        self.acts.iter().map(|([actor, kind], time)| (self.texts.sure(*actor), self.texts.sure(*kind), *time))
    }

    /// When each actor last did in Databricks, before the end of the period, what no record says to have succeeded or failed.
    pub(super) fn last_unsaid(&self) -> impl Iterator<Item = (&str, i64)> {
        self.unsaid.iter().map(|(actor, time)| (self.texts.sure(*actor), *time))
    }

    /// Who acted in Databricks, as written, whether it is known to have succeeded or not.
    pub(super) fn present(&self) -> impl Iterator<Item = &str> {
        self.present.iter().map(|actor| self.texts.sure(*actor))
    }

    /// The files that hold Databricks events, each with every delivery that they are of.
    pub(super) fn deliveries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.deliveries.iter().map(|[file, delivery]| (self.texts.sure(*file), self.texts.sure(*delivery)))
    }

    /// The uses of tokens before the end of the period, or of all time, in the order of token and scope.
    pub(super) fn token_uses(&self, is_whole: bool) -> Vec<Used> {
        self.uses.all(is_whole, &self.texts)
    }

    /// How many events of the period are of some kind.
    pub(super) fn count_in_period(&self, is_wanted: impl Fn(&Typed<'_>) -> bool) -> u64 {
        let found = self.types().filter(is_wanted).filter_map(|typed| typed.period);
        u64::try_from(found.map(|tally| tally.count).sum::<i64>()).unwrap_or_default()
    }

    /// Events of all time by type, as the vocabulary lists them.
    pub(super) fn vocabulary(&self) -> Vec<TypeCount> {
        // Source, type, plane and whether it is understood; count, first and last time.
        type Key<'t> = (&'t str, &'t str, &'t str, bool);
        let mut all: HashMap<Key<'_>, (i64, i64, i64), FixedState> = HashMap::default();
        for typed in self.types() {
            let key = (typed.source, typed.event_type, typed.plane, typed.is_mapped);
            let known = all.entry(key).or_insert((0, i64::MAX, i64::MIN));
            *known = (known.0 + typed.whole.count, known.1.min(typed.whole.first), known.2.max(typed.whole.last));
        }
        let counted = all.into_iter().map(|((source, event_type, plane, mapped), (count, first_seen, last_seen))| {
            let count = u64::try_from(count).unwrap_or_default();
            TypeCount {
                source: source.to_owned(),
                event_type: event_type.to_owned(),
                plane: plane.to_owned(),
                mapped,
                count,
                first_seen,
                last_seen,
            }
        });
        counted.collect()
    }
}

fn unsigned(line: i64) -> u64 {
    u64::try_from(line).unwrap_or_default()
}

#[cfg(test)]
mod tests;
