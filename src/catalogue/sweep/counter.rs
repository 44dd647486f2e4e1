//! What one thread counts of the events.

use std::path::Path;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use super::both::Four;
use super::texts::is_same;
use super::uses::TokenUses;
use super::{PRINCIPALS, Sample, Tally};
use crate::config::Period;
use crate::error::Result;
use crate::event::{
    ACTOR, ACTOR_KIND, DELIVERY, EVENT_ID, EVENT_TIME, EVENT_TYPE, FILE_ID, LINE, MAPPED, OUTCOME, PARSE_RULE, PLANE,
    SCHEMA_VERSION, SCOPE, TARGET, TARGET_ID, TARGET_KIND,
};
use crate::inventory::{Asked, number};
use crate::lake::{Known, Lake, NONE, Page, PageReader, Words, source_of};
use crate::schema::Column;
use crate::source::DATABRICKS;

/// The columns of [`Rows::numbers`], in their order.
const NUMBERED: [Column; 11] =
    [EVENT_TYPE, SCHEMA_VERSION, PLANE, OUTCOME, PARSE_RULE, ACTOR_KIND, ACTOR, TARGET_KIND, FILE_ID, SCOPE, DELIVERY];

/// All columns that are read.
const COLUMNS: [Column; 17] = [
    EVENT_TYPE,
    SCHEMA_VERSION,
    PLANE,
    OUTCOME,
    PARSE_RULE,
    ACTOR_KIND,
    ACTOR,
    TARGET_KIND,
    FILE_ID,
    SCOPE,
    DELIVERY,
    TARGET,
    TARGET_ID,
    EVENT_ID,
    EVENT_TIME,
    LINE,
    MAPPED,
];

/// Places of the others among the columns.
const TARGETS: [usize; 2] = [11, 12];
const IDS: usize = 13;
const TIMES: usize = 14;
const LINES: usize = 15;
const FLAGS: usize = 16;

/// Where an event lies: before the period, in it, or after it.
pub(super) const WHEN: [u32; 3] = [0, 1, 2];

/// Source, type, version, plane, outcome, parse rule, kind of the actor; mapped, and when.
pub(super) type Kind = [u32; 9];

/// Kinds that are kept at hand on a page: most events are of one of the few.
const RECENT: usize = 64;

/// What is asked of every event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'q> {
    pub(super) lake: &'q Lake,
    pub(super) period: &'q Period,
    /// The events whose place is wanted.
    pub(super) asked: &'q Asked,
    /// The types that these are of.
    pub(super) types: &'q HashSet<String, FixedState>,
}

/// An event that was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) sample: Sample,
    /// Whom it names itself; `None` = it is not of the period.
    pub(super) both: Option<Four>,
}

/// What one thread has counted.
#[derive(Debug)]
pub(super) struct Counter {
    pub(super) texts: Words,
    kinds: HashMap<Kind, u32, FixedState>,
    /// By number of the kind and actor, the number of the group: events by all that most tests count them by.
    groups: HashMap<u64, u32, FixedState>,
    /// By number of the group.
    tallies: Vec<Tally>,
    /// Source, target, id, kind.
    pub(super) targets: HashMap<[u32; 4], Tally, FixedState>,
    /// Events of the period whose target is named, and no principal.
    pub(super) others: u64,
    pub(super) uses: TokenUses,
    /// File and delivery of Databricks events.
    pub(super) deliveries: HashSet<[u32; 2], FixedState>,
    /// Events of the period whose actor and target have one text.
    pub(super) selves: HashMap<Four, i64, FixedState>,
    /// Events that were asked for.
    pub(super) answers: Vec<Answer>,
    reader: PageReader,
    known: [Known; 13],
    rows: Rows,
}

impl Counter {
    pub(super) fn new() -> Self {
        Self {
            texts: Words::default(),
            kinds: HashMap::default(),
            groups: HashMap::default(),
            tallies: Vec::new(),
            targets: HashMap::default(),
            others: 0,
            uses: TokenUses::default(),
            deliveries: HashSet::default(),
            selves: HashMap::default(),
            answers: Vec::new(),
            reader: PageReader::default(),
            known: Default::default(),
            rows: Rows::default(),
        }
    }

    /// Counts the events of a file.
    pub(super) fn file(mut self, path: &Path, question: Question<'_>) -> Result<Self> {
        let source = self.texts.number(source_of(path)?);
        let mut reader = std::mem::take(&mut self.reader);
        reader.each(path, &COLUMNS, |page| {
            self.fill(page, source, question.lake)?;
            self.group(question.period);
            self.page(page, question)
        })?;
        self.reader = reader;
        Ok(self)
    }

    fn fill(&mut self, page: &Page<'_>, source: u32, lake: &Lake) -> Result<()> {
        let none = std::collections::BTreeMap::new();
        for (at, column) in NUMBERED.iter().enumerate() {
            // Scopes that are names of workspaces count as the ids that the lake knows for them.
            let names = if column.name == SCOPE.name { lake.workspaces() } else { &none };
            let (known, numbers) = (&mut self.known[at], &mut self.rows.numbers[at]);
            self.texts.numbers(&page.texts(at)?, page.len(), known, names, numbers);
        }
        let rows = &mut self.rows;
        rows.source = source;
        rows.times.clear();
        rows.times.extend_from_slice(page.wholes(TIMES)?);
        rows.lines.clear();
        rows.lines.extend_from_slice(page.wholes(LINES)?);
        rows.mapped.clear();
        rows.mapped.extend(page.flags(FLAGS)?);
        let ids = page.texts(IDS)?;
        rows.events.clear();
        rows.events.extend((0..page.len()).map(|row| ids.text(row).and_then(number).unwrap_or_default()));
        Ok(())
    }

    fn group(&mut self, period: &Period) {
        let rows = &mut self.rows;
        let [kind, version, plane, outcome, rule, actor_kind, actor, ..] = &rows.numbers;
        let mut recent: [(Kind, u32); RECENT] = [([u32::MAX; 9], 0); RECENT];
        rows.groups.clear();
        for (row, time) in rows.times.iter().enumerate() {
            let when = if *time < period.start { WHEN[0] } else { WHEN[1 + usize::from(*time >= period.end)] };
            let mapped = u32::from(rows.mapped[row]);
            let key = [
                rows.source,
                kind[row],
                version[row],
                plane[row],
                outcome[row],
                rule[row],
                actor_kind[row],
                mapped,
                when,
            ];
            let known = &mut recent[(kind[row] ^ outcome[row] ^ actor_kind[row]) as usize % RECENT];
            if known.0 != key {
                let next = u32::try_from(self.kinds.len()).unwrap_or(u32::MAX);
                *known = (key, *self.kinds.entry(key).or_insert(next));
            }
            rows.groups.push(group_of(&mut self.groups, &mut self.tallies, known.1, actor[row]));
        }
        // Apart from the looking up, so that the processor can fetch several at once.
        for (row, group) in self.rows.groups.iter().enumerate() {
            self.tallies[*group as usize].add(self.rows.times[row], self.rows.sample(row));
        }
    }

    /// Counts what is not counted by groups.
    fn page(&mut self, page: &Page<'_>, Question { period, asked, types, .. }: Question<'_>) -> Result<()> {
        let mut is_asked = vec![None; self.texts.len()];
        let texts = &self.texts;
        let mut is_of_asked_type =
            |kind: u32| *is_asked[kind as usize].get_or_insert_with(|| types.contains(texts.sure(kind)));
        let may_be_asked: Vec<bool> = self.rows.numbers[0].iter().map(|kind| is_of_asked_type(*kind)).collect();
        let known = |text: &str| self.texts.find(text).unwrap_or(u32::MAX);
        let (is_databricks, failure) = (self.rows.source == known(DATABRICKS), known("failure"));
        let principals = PRINCIPALS.map(known);
        let (usage, token) = (known("usage"), known("token"));
        let rows = &self.rows;
        let [_, _, plane, outcome, _, actor_kind, actor, target_kind, file, scope, delivery] = &rows.numbers;
        let [names, ids] = [page.texts(TARGETS[0])?, page.texts(TARGETS[1])?];
        let [_, _, _, _, _, _, _, _, _, _, _, known_names, known_ids] = &mut self.known;
        let (mut wanted_names, mut wanted_ids) = (Vec::new(), Vec::new());
        let is_principal = |row: usize| principals.contains(&target_kind[row]);
        let is_use =
            |row: usize| is_databricks && target_kind[row] == token && plane[row] == usage && outcome[row] != failure;
        self.texts.some_numbers(&names, page.len(), known_names, is_principal, &mut wanted_names);
        let has_id_alone = |row: usize| is_principal(row) && wanted_names[row] == NONE;
        let is_wanted = |row: usize| is_use(row) || has_id_alone(row);
        self.texts.some_numbers(&ids, page.len(), known_ids, is_wanted, &mut wanted_ids);
        let uses = (0..page.len()).filter(|row| is_use(*row) && wanted_ids[*row] != NONE);
        let uses = uses.map(|row| [u32::try_from(row).unwrap_or(u32::MAX), wanted_ids[row], scope[row]]);
        self.uses.add(&uses.collect::<Vec<_>>(), rows, period.end, &self.texts);
        let mut last_delivery = [NONE; 2];
        for row in 0..page.len() {
            let (time, event) = (rows.times[row], rows.sample(row));
            let is_of_period = period.contains(time);
            // One of the two at most is given.
            let target = if is_principal(row) { wanted_names[row].max(wanted_ids[row]) } else { NONE };
            let both = [actor[row], actor_kind[row], target, target_kind[row]];
            if may_be_asked[row] && asked.holds(event.0) {
                self.answers.push(Answer { sample: event, both: is_of_period.then_some(both) });
            }
            if is_of_period {
                if actor[row] != NONE && target != NONE && is_same(&self.texts, actor[row], target) {
                    *self.selves.entry(both).or_default() += 1;
                }
                if is_principal(row) {
                    let key = [rows.source, wanted_names[row], wanted_ids[row], target_kind[row]];
                    self.targets.entry(key).or_insert(Tally::NOTHING).add(time, event);
                } else {
                    self.others += u64::from(names.holds(row) || ids.holds(row));
                }
            }
            if is_databricks && [file[row], delivery[row]] != last_delivery {
                last_delivery = [file[row], delivery[row]];
                self.deliveries.insert(last_delivery);
            }
        }
        Ok(())
    }

    /// Takes what another thread has counted.
    pub(super) fn merge(self, other: Self) -> Self {
        let (mut own, other) = if self.texts.len() < other.texts.len() { (other, self) } else { (self, other) };
        let map = own.texts.merge(&other.texts);
        let of = |number: u32| map[number as usize];
        for (kind, actor, tally) in other.all() {
            let [source, event_type, version, plane, outcome, rule, actor_kind, mapped, when] = *kind;
            let texts = [source, event_type, version, plane, outcome, rule, actor_kind].map(of);
            let [source, event_type, version, plane, outcome, rule, actor_kind] = texts;
            let key = [source, event_type, version, plane, outcome, rule, actor_kind, mapped, when];
            let next = u32::try_from(own.kinds.len()).unwrap_or(u32::MAX);
            let number = *own.kinds.entry(key).or_insert(next);
            let group = group_of(&mut own.groups, &mut own.tallies, number, of(actor));
            own.tallies[group as usize].merge(&tally.renumbered(of));
        }
        for (key, tally) in &other.targets {
            own.targets.entry(key.map(of)).or_insert(Tally::NOTHING).merge(&tally.renumbered(of));
        }
        own.others += other.others;
        own.uses.merge(&other.uses, of, &own.texts);
        own.deliveries.extend(other.deliveries.iter().map(|pair| pair.map(of)));
        for (both, count) in &other.selves {
            *own.selves.entry(both.map(of)).or_default() += count;
        }
        own.answers.extend(other.answers.iter().map(|Answer { sample: (event, file, line), both }| Answer {
            sample: (*event, of(*file), *line),
            both: both.map(|both| both.map(of)),
        }));
        own
    }

    /// Kind, actor and how often.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Kind, u32, &Tally)> {
        let mut kinds: Vec<(u32, &Kind)> = self.kinds.iter().map(|(key, number)| (*number, key)).collect();
        kinds.sort_unstable();
        self.groups.iter().filter_map(move |(group, at)| {
            let (number, actor) = ((group >> 32) as usize, u32::try_from(group & u64::from(u32::MAX)).ok()?);
            Some((kinds.get(number)?.1, actor, self.tallies.get(*at as usize)?))
        })
    }
}

/// The number of the group of a kind and an actor.
fn group_of(groups: &mut HashMap<u64, u32, FixedState>, tallies: &mut Vec<Tally>, kind: u32, actor: u32) -> u32 {
    let next = u32::try_from(tallies.len()).unwrap_or(u32::MAX);
    let group = *groups.entry(u64::from(kind) << 32 | u64::from(actor)).or_insert(next);
    if group == next {
        tallies.push(Tally::NOTHING);
    }
    group
}

/// The rows of a page, texts as numbers.
#[derive(Debug, Default)]
pub(super) struct Rows {
    source: u32,
    numbers: [Vec<u32>; 11],
    pub(super) times: Vec<i64>,
    lines: Vec<i64>,
    events: Vec<u128>,
    mapped: Vec<bool>,
    groups: Vec<u32>,
}

impl Rows {
    pub(super) fn sample(&self, row: usize) -> Sample {
        (self.events[row], self.numbers[8][row], self.lines[row])
    }

    pub(super) fn actor(&self, row: usize) -> u32 {
        self.numbers[6][row]
    }
}
