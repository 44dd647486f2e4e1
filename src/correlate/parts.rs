//! Correlation of a lake that does not fit into memory.
//!
//! Subjects are dealt into parts by a digest of their key; each part is spilled, read back, judged and written before the next. A
//! part carries the changes of all groups along, since they bear on every member. What comes out is the same as from judging all at
//! once, in the order of parts.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use polars::prelude::*;
use rayon::prelude::*;

use super::acts::{self, Acts};
use super::cases::{Rules, Survey, is_about_group, subject};
use super::columns::{TRACING, VOUCHING};
use super::tempo::Tempo;
use super::{Court, Part, limits, rows};
use crate::change::CHANGES;
use crate::config::{Config, Period};
use crate::coverage::Coverage;
use crate::error::{Error, Result};
use crate::frame::{Appender, collect, engine, height, scan};
use crate::lake::Lake;

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
    let rules = Rules::new(config)?;
    let change_count = height(scan(lake, &CHANGES)?)?;
    let mut survey = Survey::new(config);
    survey.learn_actors(lake)?;
    let mut first = 0;
    for slice in slices(lake, change_count, at_once)? {
        let acts = Acts::of(&collect(slice, "read access changes")?)?;
        survey.learn(&acts, &rules, first);
        first += acts.len();
    }
    let part_count = change_count.div_ceil(at_once).max(1);
    let spill = Spill::new(out, part_count)?;
    for (number, slice) in slices(lake, change_count, at_once)?.into_iter().enumerate() {
        let frame = collect(slice, "read access changes")?;
        let acts = Acts::of(&frame)?;
        survey.add(&acts, &rules);
        spill.deal(&frame, &acts, &survey, number)?;
    }
    let ground = survey.finish(lake)?;
    let (limits, tempo) = (limits(config, period, coverage)?, Tempo::new(config)?);
    let court = Court { ground: &ground, rules: &rules, limits, tempo: &tempo, coverage };
    let mut vouching = Appender::new(&VOUCHING, &out.join("vouching.parquet"))?;
    let mut tracing = Appender::new(&TRACING, &out.join("tracing.parquet"))?;
    let mut written = Written { change_count, part_count, ..Written::default() };
    let judged = |number: usize| -> Result<(DataFrame, DataFrame)> {
        let part = court.judge(spill.part(number)?)?;
        let (vouched, traced) = items(&part, period, number == 0, is_item);
        let none = BTreeSet::new();
        let vouched = rows::vouching_frame(&vouched, &part.acts, &none)?;
        Ok((vouched, rows::tracing_frame(&traced, &part.acts, &none)?))
    };
    let numbers: Vec<usize> = (0..part_count).collect();
    for numbers in numbers.chunks(rayon::current_num_threads()) {
        let frames: Vec<_> = numbers.par_iter().with_max_len(1).map(|number| judged(*number)).collect();
        for frames in frames {
            let (vouched, traced) = frames?;
            written.vouching_count += vouched.height();
            written.tracing_count += traced.height();
            vouching.append(&vouched)?;
            tracing.append(&traced)?;
        }
    }
    vouching.finish()?;
    tracing.finish()?;
    spill.remove()?;
    Ok(written)
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

fn slices(lake: &Lake, change_count: usize, at_once: usize) -> Result<Vec<LazyFrame>> {
    let wide = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let length = IdxSize::try_from(at_once).unwrap_or(IdxSize::MAX);
    (0..change_count)
        .step_by(at_once)
        .map(|from| Ok(acts::followed(scan(lake, &CHANGES)?.slice(wide(from), length))))
        .collect()
}

/// Changes on disk, by part.
struct Spill {
    folder: PathBuf,
    part_count: usize,
}

impl Spill {
    fn new(out: &Path, part_count: usize) -> Result<Self> {
        let folder = out.join(".parts");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|e| Error::io("clear", &folder, e))?;
        }
        for number in 0..part_count {
            let of_part = folder.join(number.to_string());
            std::fs::create_dir_all(&of_part).map_err(|e| Error::io("create", &of_part, e))?;
        }
        Ok(Self { folder, part_count })
    }

    fn deal(&self, frame: &DataFrame, acts: &Acts, survey: &Survey, slice: usize) -> Result<()> {
        let everywhere = u32::MAX;
        let parts: Vec<u32> = acts
            .iter()
            .map(|act| {
                if is_about_group(&act) { everywhere } else { self.part_of(subject(survey.identities(), &act).label()) }
            })
            .collect();
        let parts = UInt32Chunked::from_vec("part".into(), parts);
        for number in 0..self.part_count {
            let here = u32::try_from(number).unwrap_or(everywhere);
            let mask = parts.equal(here) | parts.equal(everywhere);
            let mut dealt = frame.filter(&mask).map_err(engine("deal changes"))?;
            if dealt.height() > 0 {
                crate::frame::write(&mut dealt, &self.folder.join(format!("{number}/{slice}.parquet")))?;
            }
        }
        Ok(())
    }

    fn part_of(&self, subject: &str) -> u32 {
        let mut hasher = DefaultHasher::new();
        subject.hash(&mut hasher);
        u32::try_from(hasher.finish() % self.part_count as u64).unwrap_or(0)
    }

    fn part(&self, number: usize) -> Result<Acts> {
        let folder = self.folder.join(number.to_string());
        let dealt = crate::frame::scan_folder(&folder, &acts::columns())?;
        Acts::of(&collect(acts::ordered(dealt), "read access changes back")?)
    }

    fn remove(self) -> Result<()> {
        std::fs::remove_dir_all(&self.folder).map_err(|e| Error::io("remove", &self.folder, e))
    }
}
