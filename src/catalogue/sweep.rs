//! One sweep over all events, for every test that counts them: a lake is too large to be read once for each.

mod both;
mod texts;
mod uses;

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use polars::prelude::DataFrame;

use super::evidence::Evidence;
use crate::config::Period;
use crate::error::Result;
use crate::event::{
    ACTOR, ACTOR_KIND, DELIVERY, EVENT_ID, EVENT_TIME, EVENT_TYPE, EVENTS, FILE_ID, LINE, MAPPED, OUTCOME, PARSE_RULE,
    PLANE, SCHEMA_VERSION, SCOPE, TARGET, TARGET_ID, TARGET_KIND,
};
use crate::frame::{SOURCE, each, engine, instants, scan, texts, wholes};
use crate::inventory::{Asked, Places, TypeCount, number};
use crate::source::DATABRICKS;
use both::Both;
use texts::{NONE, Texts};
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

    fn add(&mut self, time: i64, event: Sample) {
        self.count += 1;
        self.first = self.first.min(time);
        self.last = self.last.max(time);
        self.sample = self.sample.min(event);
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
    texts: Texts,
    /// Source, type, version, plane, outcome, parse rule, mapped.
    types: HashMap<[u32; 7], (Tally, Tally), FixedState>,
    /// Source, actor, kind.
    actors: HashMap<[u32; 3], Tally, FixedState>,
    /// Source, target, id, kind.
    targets: HashMap<[u32; 4], Tally, FixedState>,
    both: Both,
    /// Fingerprints of targets of the period that are no principals.
    others: HashSet<u128, FixedState>,
    /// The last success before the end of the period, by actor and type, in Databricks.
    acts: HashMap<[u32; 2], i64, FixedState>,
    /// Who acted in Databricks.
    present: HashSet<u32, FixedState>,
    uses: TokenUses,
    /// File and delivery of Databricks events.
    deliveries: HashSet<[u32; 2], FixedState>,
}

/// The columns of [`Page::numbers`], in their order.
const NUMBERED: [crate::schema::Column; 12] = [
    SOURCE,
    EVENT_TYPE,
    SCHEMA_VERSION,
    PLANE,
    OUTCOME,
    PARSE_RULE,
    ACTOR,
    ACTOR_KIND,
    TARGET_KIND,
    FILE_ID,
    SCOPE,
    DELIVERY,
];

/// The other columns that are read.
const OTHERS: [crate::schema::Column; 6] = [TARGET, TARGET_ID, EVENT_ID, EVENT_TIME, LINE, MAPPED];

impl Sweep {
    /// Reads all events once.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub(super) fn read(evidence: &Evidence<'_>) -> Result<Self> {
        let mut sweep = Self {
            texts: Texts::new(),
            types: HashMap::default(),
            actors: HashMap::default(),
            targets: HashMap::default(),
            both: Both::read(evidence)?,
            others: HashSet::default(),
            acts: HashMap::default(),
            present: HashSet::default(),
            uses: TokenUses::default(),
            deliveries: HashSet::default(),
        };
        let columns: Vec<_> = NUMBERED.iter().chain(&OTHERS).map(|column| column.expr()).collect();
        let mut page = Page::default();
        let mut places = Places::default();
        places.ask(evidence.correlation.judged.acts.iter().map(|act| act.event_id));
        places.ask(evidence.deeds()?.iter().map(|deed| deed.event_id.as_str()));
        let mut asked = places.asked();
        sweep.both.events().for_each(|event| asked.add(event));
        each(scan(evidence.lake, &EVENTS)?.select(columns), "sweep over the events", |piece| {
            page.fill(piece, &mut sweep.texts)?;
            sweep.count(piece, &page, evidence.period, (&asked, &mut places))
        })?;
        sweep.samples().for_each(|(event, file, line)| places.note(event, sweep.texts.sure(file), unsigned(line)));
        evidence.note_places(|known| known.merge(places));
        Ok(sweep)
    }

    fn samples(&self) -> impl Iterator<Item = Sample> {
        let of_types = self.types.values().map(|(_, period)| period);
        let all = of_types.chain(self.actors.values()).chain(self.targets.values());
        all.filter(|tally| tally.count > 0).map(|tally| tally.sample).chain(self.uses.samples())
    }

    fn count(
        &mut self,
        piece: &DataFrame,
        page: &Page,
        period: &Period,
        (asked, places): (&Asked, &mut Places),
    ) -> Result<()> {
        let end = period.end;
        let known = |text: &str, texts: &Texts| texts.find(text).unwrap_or(u32::MAX);
        let databricks = known(DATABRICKS, &self.texts);
        let (success, failure) = (known("success", &self.texts), known("failure", &self.texts));
        let principals = PRINCIPALS.map(|word| known(word, &self.texts));
        let (usage, token) = (known("usage", &self.texts), known("token", &self.texts));
        let (names, ids) = (texts(piece, TARGET)?, texts(piece, TARGET_ID)?);
        let [source, kind, version, plane, outcome, rule, actor, actor_kind, target_kind, file, scope, delivery] =
            &page.numbers;
        let (mut wanted_names, mut wanted_ids) = (Vec::new(), Vec::new());
        let is_principal = |row: usize| principals.contains(&target_kind[row]);
        self.texts.numbers_where(names, is_principal, &mut wanted_names);
        self.texts.numbers_where(ids, |row| is_principal(row) && wanted_names[row] == NONE, &mut wanted_ids);
        let is_use = |row: usize| {
            target_kind[row] == token && plane[row] == usage && source[row] == databricks && outcome[row] != failure
        };
        let mut used = Vec::new();
        self.texts.numbers_where(ids, is_use, &mut used);
        for row in 0..piece.height() {
            let (time, event) = (page.times[row], page.sample(row));
            if asked.may_hold(event.0) {
                places.answer(event.0, self.texts.sure(file[row]), unsigned(page.lines[row]));
            }
            let is_of_period = period.contains(time);
            let key = [
                source[row],
                kind[row],
                version[row],
                plane[row],
                outcome[row],
                rule[row],
                u32::from(page.mapped[row]),
            ];
            let (whole, inside) = self.types.entry(key).or_insert((Tally::NOTHING, Tally::NOTHING));
            whole.add(time, event);
            if is_of_period {
                inside.add(time, event);
                // One of the two at most is given.
                let target = wanted_names[row].max(wanted_ids[row]);
                let both = [actor[row], actor_kind[row], target, target_kind[row]];
                self.both.note(both, asked.may_hold(event.0).then_some(event.0), &self.texts);
                if actor[row] != NONE {
                    let key = [source[row], actor[row], actor_kind[row]];
                    self.actors.entry(key).or_insert(Tally::NOTHING).add(time, event);
                }
                if is_principal(row) {
                    let key = [source[row], wanted_names[row], wanted_ids[row], target_kind[row]];
                    self.targets.entry(key).or_insert(Tally::NOTHING).add(time, event);
                } else if let Some(text) = names.get(row).or_else(|| ids.get(row)) {
                    self.others.insert(fingerprint(text));
                }
            }
            if used[row] != NONE {
                self.uses.add(used[row], scope[row], row, page, time >= end, &self.texts);
            }
            if source[row] == databricks {
                self.deliveries.insert([file[row], delivery[row]]);
            }
            if source[row] == databricks && actor[row] != NONE && outcome[row] != failure {
                self.present.insert(actor[row]);
                if outcome[row] == success && time < end {
                    let last = self.acts.entry([actor[row], kind[row]]).or_insert(time);
                    *last = (*last).max(time);
                }
            }
        }
        Ok(())
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

    /// The fingerprints of everything else that is a target in the period, whatever the case.
    pub(super) fn other_targets(&self) -> impl Iterator<Item = u128> {
        self.others.iter().copied()
    }

    /// When each actor last did what with success in Databricks before the end of the period: actor, type, time.
    pub(super) fn last_acts(&self) -> impl Iterator<Item = (&str, &str, i64)> {
        self.acts.iter().map(|([actor, kind], time)| (self.texts.sure(*actor), self.texts.sure(*kind), *time))
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

/// What stands for a text where only its being another than others counts, whatever the case.
pub(super) fn fingerprint(text: &str) -> u128 {
    let is_folded = text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    let folded = if is_folded { std::borrow::Cow::Borrowed(text) } else { text.to_lowercase().into() };
    let half = |seed: u64| u128::from(FixedState::with_seed(seed).hash_one(folded.as_bytes()));
    half(1) << 64 | half(2)
}

/// The rows of a piece, texts as numbers.
#[derive(Debug, Default)]
struct Page {
    /// Source, type, version, plane, outcome, parse rule, actor, its kind, kind of the target, file, scope, delivery.
    numbers: [Vec<u32>; 12],
    times: Vec<i64>,
    lines: Vec<i64>,
    events: Vec<u128>,
    mapped: Vec<bool>,
}

impl Page {
    fn sample(&self, row: usize) -> Sample {
        (self.events[row], self.numbers[9][row], self.lines[row])
    }

    fn actor(&self, row: usize) -> u32 {
        self.numbers[6][row]
    }

    fn fill(&mut self, piece: &DataFrame, known: &mut Texts) -> Result<()> {
        for (column, numbers) in NUMBERED.into_iter().zip(&mut self.numbers) {
            known.numbers(texts(piece, column)?, numbers);
        }
        let times = instants(piece, EVENT_TIME)?;
        self.times.clear();
        self.times.extend(times.iter().map(Option::unwrap_or_default));
        self.lines.clear();
        self.lines.extend(wholes(piece, LINE)?.iter().map(Option::unwrap_or_default));
        self.events.clear();
        self.events.extend(texts(piece, EVENT_ID)?.iter().map(|id| id.and_then(number).unwrap_or_default()));
        let mapped = piece.column(MAPPED.name).and_then(|c| c.bool()).map_err(engine("sweep over the events"))?;
        self.mapped.clear();
        self.mapped.extend(mapped.iter().map(Option::unwrap_or_default));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
