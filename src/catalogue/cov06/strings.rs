//! The names and ids of principals in the records of the period.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::catalogue::Evidence;
use crate::change::{CHANGES, ENTITLEMENT, ENTITLEMENT_ID, SUBJECT, SUBJECT_ID, SUBJECT_KIND, SubjectKind, VERB};
use crate::error::Result;
use crate::event::{ACTOR, ACTOR_KIND, EVENT_ID, EVENT_TIME, EVENTS, TARGET, TARGET_ID, TARGET_KIND};
use crate::frame::{SOURCE, collect, instants, scan, texts, wholes};
use crate::lake::tables::{FIRST_EVENT_TIME, LAST_EVENT_TIME, RECORDS};
use crate::schema::{Column as Named, Table};

/// A name, or an id without one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Principal {
    pub(super) is_group: bool,
    pub(super) is_id: bool,
    /// A name in lower case, an id as it is written.
    pub(super) text: String,
    /// The first spelling, in the order of letters.
    pub(super) written: String,
}

/// Where the period names it.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub(super) kind: SubjectKind,
    /// Only the platform's own housekeeping goes by that name.
    pub(super) is_platform: bool,
    pub(super) count: i64,
    pub(super) first: i64,
    pub(super) last: i64,
    /// Source, first and last record.
    pub(super) places: Vec<(String, i64, i64)>,
    pub(super) sample: String,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) principals: Vec<(Principal, Mention)>,
    pub(super) exclusions: Vec<(String, u64)>,
}

/// What a column of a table names.
struct Naming {
    table: &'static Table,
    name: Named,
    id: Option<Named>,
    /// `None` = groups.
    kind: Option<Named>,
}

const NAMINGS: [Naming; 4] = [
    // The id of an actor is of no use where the name is given, and no record gives an id alone that means anything elsewhere.
    Naming { table: &EVENTS, name: ACTOR, id: None, kind: Some(ACTOR_KIND) },
    Naming { table: &EVENTS, name: TARGET, id: Some(TARGET_ID), kind: Some(TARGET_KIND) },
    Naming { table: &CHANGES, name: SUBJECT, id: Some(SUBJECT_ID), kind: Some(SUBJECT_KIND) },
    Naming { table: &CHANGES, name: ENTITLEMENT, id: Some(ENTITLEMENT_ID), kind: None },
];

type Key = (bool, bool, String);

/// The principals that the records of the period name, in the order of their text.
pub(super) fn principals(evidence: &Evidence<'_>) -> Result<Found> {
    let mut all: BTreeMap<Key, (String, Mention)> = BTreeMap::new();
    let mut others = std::collections::BTreeSet::new();
    for naming in &NAMINGS {
        read(evidence, naming, &mut all, &mut others)?;
    }
    one_of_each_text(&mut all);
    let named = |((is_group, is_id, text), (written, mention))| (Principal { is_group, is_id, text, written }, mention);
    Ok(Found {
        principals: all.into_iter().map(named).collect(),
        exclusions: vec![(
            "names of what is neither user, group nor service principal".to_owned(),
            others.len() as u64,
        )],
    })
}

// Some records give as an id what others give as a name, such as a service principal's application id: it is one text.
fn one_of_each_text(all: &mut BTreeMap<Key, (String, Mention)>) {
    let ids: Vec<Key> = all.keys().filter(|(_, is_id, _)| *is_id).cloned().collect();
    for id in ids {
        let name = (id.0, false, id.2.to_lowercase());
        if all.contains_key(&name)
            && let Some((written, mention)) = all.remove(&id)
            && let Some((spelling, known)) = all.get_mut(&name)
        {
            known.add(mention, spelling, &written);
        }
    }
}

fn read(
    evidence: &Evidence<'_>,
    naming: &Naming,
    all: &mut BTreeMap<Key, (String, Mention)>,
    others: &mut std::collections::BTreeSet<String>,
) -> Result<()> {
    let frame = collect(counted(evidence, naming)?, "count the names of principals")?;
    let (source, name, id) = (texts(&frame, SOURCE)?, texts(&frame, naming.name)?, naming.id.map(|c| texts(&frame, c)));
    let (id, kind) = (id.transpose()?, naming.kind.map(|c| texts(&frame, c)).transpose()?);
    let (count, sample) = (wholes(&frame, RECORDS)?, texts(&frame, EVENT_ID)?);
    let (first, last) = (instants(&frame, FIRST_EVENT_TIME)?, instants(&frame, LAST_EVENT_TIME)?);
    for row in 0..frame.height() {
        let name = name.get(row);
        let Some(written) = name.or_else(|| id.and_then(|id| id.get(row))) else { continue };
        let word = kind.map_or(Some("group"), |kind| kind.get(row));
        let Some((kind, is_platform)) = classed(word, naming) else {
            others.insert(written.to_lowercase());
            continue;
        };
        let text = if name.is_some() { written.trim().to_lowercase() } else { written.to_owned() };
        let (first, last) = (first.get(row).unwrap_or_default(), last.get(row).unwrap_or_default());
        let mention = Mention {
            kind,
            is_platform,
            count: count.get(row).unwrap_or_default(),
            first,
            last,
            places: vec![(source.get(row).unwrap_or_default().to_owned(), first, last)],
            sample: sample.get(row).unwrap_or_default().to_owned(),
        };
        let key = (kind == SubjectKind::Group, name.is_none(), text);
        match all.get_mut(&key) {
            Some((spelling, known)) => known.add(mention, spelling, written),
            None => {
                all.insert(key, (written.to_owned(), mention));
            }
        }
    }
    Ok(())
}

fn counted(evidence: &Evidence<'_>, naming: &Naming) -> Result<LazyFrame> {
    let time = EVENT_TIME.expr().cast(DataType::Int64);
    let (start, end) = (evidence.period.start, evidence.period.end);
    let mut wanted = time.clone().gt_eq(lit(start)).and(time.lt(lit(end)));
    let mut by = vec![SOURCE.expr(), naming.name.expr()];
    match naming.id {
        // An id beside a name is the name's.
        Some(id) => by.push(when(naming.name.expr().is_null()).then(id.expr()).otherwise(lit(NULL)).alias(id.name)),
        None => wanted = wanted.and(naming.name.expr().is_not_null()),
    }
    match naming.kind {
        Some(kind) => by.push(kind.expr()),
        None => wanted = wanted.and(VERB.expr().str().starts_with(lit("member."))),
    }
    Ok(scan(evidence.lake, naming.table)?.filter(wanted).group_by(by).agg([
        len().cast(DataType::Int64).alias(RECORDS.name),
        EVENT_TIME.expr().min().alias(FIRST_EVENT_TIME.name),
        EVENT_TIME.expr().max().alias(LAST_EVENT_TIME.name),
        EVENT_ID.expr().min(),
    ]))
}

// What is named, and whether it is the platform's own; `None` = no principal. An actor of no said kind acts, and so is somebody; a
// target of no said kind may be anything.
fn classed(word: Option<&str>, naming: &Naming) -> Option<(SubjectKind, bool)> {
    match word {
        Some("user") => Some((SubjectKind::User, false)),
        Some("group") => Some((SubjectKind::Group, false)),
        Some("service_principal") => Some((SubjectKind::ServicePrincipal, false)),
        Some("system") => Some((SubjectKind::Unknown, true)),
        None if naming.name.name == ACTOR.name => Some((SubjectKind::Unknown, false)),
        Some("unknown") if naming.name.name == SUBJECT.name => Some((SubjectKind::Unknown, false)),
        _ => None,
    }
}

impl Mention {
    fn add(&mut self, other: Self, spelling: &mut String, written: &str) {
        if written < spelling.as_str() {
            written.clone_into(spelling);
        }
        if (other.first, &other.sample) < (self.first, &self.sample) {
            self.sample = other.sample;
        }
        if self.kind == SubjectKind::Unknown {
            self.kind = other.kind;
        }
        self.is_platform &= other.is_platform;
        self.count += other.count;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.places.extend(other.places);
    }
}
