//! Correlation of a lake that does not fit into memory.
//!
//! Subjects are dealt into parts by a digest of their key; each part is spilled, read back, judged and written before the next. A
//! part carries the changes of all groups along, since they bear on every member. What comes out is the same as from judging all at
//! once, in the order of parts.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use super::acts::{self, Kept, Row, Said};
use super::cases::{Ground, Place, Plan, Rules, Survey, bare};
use super::columns::{TRACING, VOUCHING};
use super::spill::Spill;
use super::tempo::Tempo;
use super::{Court, Part, limits, rows};
use crate::config::{Config, Period};
use crate::coverage::Coverage;
use crate::error::Result;
use crate::lake::{CodedFile, Lake, RowGroup, encode};
use crate::turns::in_turn;

/// Changes that one thread holds in memory at once, unless one subject alone has more.
pub const AT_ONCE: usize = 250_000;

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Changes of the lake, those that correlation does not follow included.
    pub change_count: usize,
    /// Parts that were judged one after the other.
    pub part_count: usize,
    /// Judged effects of the period.
    pub vouching_count: usize,
    /// Judged decisions of the period.
    pub tracing_count: usize,
}

/// Judges all that the lake holds, part by part, and writes `vouching.parquet` and `tracing.parquet` into a folder that exists.
/// `is_item` tells which effects are items of vouching.
///
/// # Errors
/// The lake cannot be read, a parameter is malformed, or the folder cannot be written.
pub fn write(
    lake: &Lake,
    config: &Config,
    period: &Period,
    coverage: &Coverage,
    out: &Path,
    at_once: usize,
    is_item: fn(crate::change::Verb) -> bool,
) -> Result<Written> {
    let mut rules = Rules::new(config)?;
    let mut survey = Survey::new(config);
    survey.learn_actors(lake)?;
    survey.learn_listings(lake)?;
    let (said, rows, kept) = acts::rows(lake)?;
    rules.learn_labels(&said, &rows);
    survey.learn(&said, &rows, &rules, 0);
    survey.settle();
    let places = survey.place(&said, &rows, &rules);
    let ground = survey.finish(lake)?;
    let part_count = rows.len().div_ceil(at_once).max(1);
    let spill = spill(
        lake,
        out,
        part_count,
        &Dealt { said: &said, rows: &rows, kept: &kept, places: &places, ground: &ground },
    )?;
    drop((rows, places));
    let (limits, tempo) = (limits(config, period, coverage)?, Tempo::new(config)?);
    let plan = Plan::new(&said, &ground, &rules)?;
    let said = Arc::new(said);
    let court = Court { ground: &ground, rules: &rules, limits, tempo: &tempo, coverage };
    let mut vouching = CodedFile::new(&VOUCHING, &out.join("vouching.parquet"))?;
    let mut tracing = CodedFile::new(&TRACING, &out.join("tracing.parquet"))?;
    let mut written = Written { change_count: kept.total(), part_count, ..Written::default() };
    let judged = |number: usize| -> Result<Judged> {
        let (acts, places) = spill.part(number, &said)?;
        let part = court.judge(acts, &places, &plan);
        let (vouched, traced) = items(&part, period, number == 0, is_item);
        let none = BTreeSet::new();
        Ok(Judged {
            counts: (vouched.len(), traced.len()),
            vouched: encode(&VOUCHING, rows::vouching_cells(&vouched, &part.acts, &none))?,
            traced: encode(&TRACING, rows::tracing_cells(&traced, &part.acts, &none))?,
        })
    };
    in_turn(part_count, judged, |judged| {
        written.vouching_count += judged.counts.0;
        written.tracing_count += judged.counts.1;
        judged.vouched.map_or(Ok(()), |rows| vouching.append(rows))?;
        judged.traced.map_or(Ok(()), |rows| tracing.append(rows))
    })?;
    vouching.finish()?;
    tracing.finish()?;
    spill.remove()?;
    Ok(written)
}

/// One part, judged and ready to be written.
struct Judged {
    counts: (usize, usize),
    vouched: Option<RowGroup>,
    traced: Option<RowGroup>,
}

/// What is dealt into parts.
struct Dealt<'a> {
    said: &'a Said,
    rows: &'a [Row],
    kept: &'a Kept,
    places: &'a [Place],
    ground: &'a Ground,
}

// Subjects are dealt by their names, so that those who had one name in turn come together. The groups themselves go into every part.
fn spill(lake: &Lake, out: &Path, part_count: usize, dealt: &Dealt<'_>) -> Result<Spill> {
    let mut spill = Spill::new(out, part_count)?;
    let about_groups = dealt.said.about_groups();
    let parts = parts(dealt.ground, part_count);
    acts::each_own(lake, dealt.kept, |at, own| {
        let (row, place) = (dealt.rows[at], dealt.places[at]);
        if about_groups[row.manner as usize] {
            spill.put_everywhere(&row, place, own)
        } else {
            spill.put(parts[place.holder as usize], &row, place, own)
        }
    })?;
    spill.close()?;
    Ok(spill)
}

/// The part of each subject. Whoever takes an account over inherits from its holder before, and stands with that one.
fn parts(ground: &Ground, part_count: usize) -> Vec<usize> {
    let passages = ground.identities.passages();
    let heads = heads(passages.iter().map(|passage| (bare(&passage.from), bare(&passage.to))));
    ground.labels().map(|label| part_of(head(&heads, bare(label)), part_count)).collect()
}

/// For names that stand together with others, one that is nearer to the head of all of these.
fn heads<'n>(pairs: impl Iterator<Item = (&'n str, &'n str)>) -> HashMap<&'n str, &'n str> {
    let mut heads = HashMap::new();
    for (from, to) in pairs {
        let (from, to) = (head(&heads, from), head(&heads, to));
        if from != to {
            heads.insert(to, from);
        }
    }
    heads
}

fn head<'n>(heads: &HashMap<&'n str, &'n str>, mut name: &'n str) -> &'n str {
    while let Some(next) = heads.get(name) {
        name = next;
    }
    name
}

fn part_of(subject: &str, part_count: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    subject.hash(&mut hasher);
    usize::try_from(hasher.finish() % part_count as u64).unwrap_or(0)
}

// The groups themselves are in every part, and are items of the first.
fn items<'p>(
    part: &'p Part,
    period: &Period,
    with_groups: bool,
    is_item: fn(crate::change::Verb) -> bool,
) -> (Vec<&'p super::Vouching>, Vec<&'p super::Tracing>) {
    let acts = &part.acts;
    let in_period = |row: usize| period.contains(acts.time(row));
    let vouched = part.vouching.iter().filter(|v| with_groups || !v.key.is_group);
    let traced = part.tracing.iter().filter(|t| with_groups || !t.key.is_group);
    (
        vouched.filter(|v| in_period(v.effect) && is_item(acts.verb(v.effect))).collect(),
        traced.filter(|t| in_period(t.authority)).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::{head, heads};

    #[test]
    fn all_who_had_an_account_in_turn_stand_together() {
        let heads = heads([("a", "b"), ("c", "d"), ("b", "a"), ("d", "a"), ("x", "y")].into_iter());
        let of = |names: &[&'static str]| names.iter().map(|name| head(&heads, name)).collect::<Vec<_>>();
        assert_eq!(of(&["a", "b", "d"]), ["c"; 3]);
        assert_eq!(of(&["x", "y", "z"]), ["x", "x", "z"]);
    }
}
