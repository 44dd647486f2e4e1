//! Uses of tokens: by far the most records of many lakes, so they are counted where they lie.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::Sample;
use super::counter::Rows;
use super::texts::{NONE, Texts};

/// Uses of one token in one scope.
#[derive(Debug, Clone, Copy)]
struct Uses {
    /// The first, and of those of its instant the one with the least id.
    first: (i64, Sample),
    /// The last, and of those of its instant the one with the least id.
    last: (i64, Sample),
    /// The actor that comes first in the order of letters.
    actor: u32,
    count: u64,
}

impl Uses {
    fn add(&mut self, other: &Self, texts: &Texts) {
        self.first = self.first.min(other.first);
        if (-other.last.0, other.last.1) < (-self.last.0, self.last.1) {
            self.last = other.last;
        }
        let comes_first = |a: u32, b: u32| a != NONE && (b == NONE || texts.sure(a) < texts.sure(b));
        if self.actor != other.actor && comes_first(other.actor, self.actor) {
            self.actor = other.actor;
        }
        self.count += other.count;
    }
}

/// What is known of the uses of one token in one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::catalogue) struct Used {
    /// In lower case.
    pub(in crate::catalogue) token: String,
    pub(in crate::catalogue) scope: String,
    /// When, and by which event.
    pub(in crate::catalogue) first: (i64, String),
    pub(in crate::catalogue) last: (i64, String),
    pub(in crate::catalogue) actor: Option<String>,
    pub(in crate::catalogue) count: u64,
}

/// All uses, by token and scope: those before the end of the period, and those after.
#[derive(Debug, Default)]
pub(super) struct TokenUses(HashMap<[u32; 2], [Option<Box<Uses>>; 2], FixedState>);

impl TokenUses {
    pub(super) fn add(&mut self, token: u32, scope: u32, row: usize, page: &Rows, is_after: bool, texts: &Texts) {
        let told = (page.times[row], page.sample(row));
        let one = Uses { first: told, last: told, actor: page.actor(row), count: 1 };
        match &mut self.0.entry([token, scope]).or_default()[usize::from(is_after)] {
            Some(known) => known.add(&one, texts),
            none => *none = Some(Box::new(one)),
        }
    }

    /// Takes what another thread has counted, with the numbers that texts have here.
    pub(super) fn merge(&mut self, other: &Self, of: impl Fn(u32) -> u32, texts: &Texts) {
        let moved = |(time, (event, file, line)): (i64, Sample)| (time, (event, of(file), line));
        for (key, spans) in &other.0 {
            let own = self.0.entry(key.map(&of)).or_default();
            for (own, uses) in own.iter_mut().zip(spans) {
                let Some(uses) = uses else { continue };
                let uses = Uses { first: moved(uses.first), last: moved(uses.last), actor: of(uses.actor), ..**uses };
                match own {
                    Some(known) => known.add(&uses, texts),
                    none => *none = Some(Box::new(uses)),
                }
            }
        }
    }

    /// The uses of all time, or those before the end of the period, in the order of token and scope.
    pub(super) fn all(&self, is_whole: bool, texts: &Texts) -> Vec<Used> {
        let mut by_token: BTreeMap<(String, &str), Uses> = BTreeMap::new();
        for ([token, scope], [before, after]) in &self.0 {
            for uses in [before.as_ref(), after.as_ref().filter(|_| is_whole)].into_iter().flatten() {
                let key = (texts.sure(*token).to_lowercase(), texts.sure(*scope));
                by_token.entry(key).and_modify(|known| known.add(uses, texts)).or_insert(**uses);
            }
        }
        let told = |(time, sample): (i64, Sample)| (time, format!("{:032x}", sample.0));
        let used = |((token, scope), uses): ((String, &str), Uses)| Used {
            token,
            scope: scope.to_owned(),
            first: told(uses.first),
            last: told(uses.last),
            actor: texts.get(uses.actor).map(str::to_owned),
            count: uses.count,
        };
        by_token.into_iter().map(used).collect()
    }

    /// The first and last event of each.
    pub(super) fn samples(&self) -> impl Iterator<Item = Sample> {
        self.0.values().flatten().flatten().flat_map(|uses| [uses.first.1, uses.last.1])
    }
}
