//! The names and ids of principals in the records of the period.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::catalogue::Evidence;
use crate::catalogue::sweep::Tally;
use crate::change::{CHANGES, ENTITLEMENT, ENTITLEMENT_ID, SUBJECT, SUBJECT_ID, SUBJECT_KIND, SubjectKind, VERB};
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TIME};
use crate::frame::{SOURCE, collect, instants, scan, texts};
use crate::lake::tables::{FIRST_EVENT_TIME, LAST_EVENT_TIME};
use crate::schema::Column as Named;

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
    /// Events.
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

/// What a column of table `changes` names.
pub(super) struct Naming {
    pub(super) name: Named,
    pub(super) id: Named,
    /// `None` = groups.
    pub(super) kind: Option<Named>,
}

pub(super) const NAMINGS: [Naming; 2] = [
    Naming { name: SUBJECT, id: SUBJECT_ID, kind: Some(SUBJECT_KIND) },
    Naming { name: ENTITLEMENT, id: ENTITLEMENT_ID, kind: None },
];

/// What somebody is named as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    // The id of an actor is of no use where the name is given, and no record gives an id alone that means anything elsewhere.
    Actor,
    Target,
    Subject,
    Group,
}

/// Records that name one principal in one way.
struct Row<'r> {
    role: Role,
    source: &'r str,
    name: Option<&'r str>,
    id: Option<&'r str>,
    kind: Option<&'r str>,
    count: i64,
    first: i64,
    last: i64,
    sample: String,
}

/// Whether it is a group, whether it is an id, and the text.
pub(super) type Key = (bool, bool, String);

/// The principals that the records of the period name, in the order of their text.
pub(super) fn principals(evidence: &Evidence<'_>) -> Result<Found> {
    let sweep = evidence.sweep()?;
    let mut names = Names { others: sweep.other_targets(), ..Names::default() };
    let of_events = sweep.actors().map(|named| (Role::Actor, named));
    for (role, named) in of_events.chain(sweep.targets().map(|named| (Role::Target, named))) {
        let Tally { count, first, last, .. } = named.tally;
        let (source, name, id, kind) = (named.source, named.name, named.id, named.kind);
        names.learn(Row { role, source, name, id, kind, count, first, last, sample: named.tally.sample() });
    }
    // Whom changes name is counted later, event by event.
    for naming in &NAMINGS {
        names.read(evidence, naming)?;
    }
    one_of_each_text(&mut names.all);
    super::mentions::count(evidence, &mut names.all)?;
    let named = |((is_group, is_id, text), (written, mention))| (Principal { is_group, is_id, text, written }, mention);
    Ok(Found {
        principals: names.all.into_iter().map(named).collect(),
        exclusions: vec![("events whose target is neither user, group nor service principal".to_owned(), names.others)],
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

/// Names in the making.
#[derive(Default)]
struct Names {
    all: BTreeMap<Key, (String, Mention)>,
    /// Events whose target is something else.
    others: u64,
}

impl Names {
    fn learn(&mut self, row: Row<'_>) {
        let Some(written) = row.name.or(row.id) else { return };
        let Some((kind, is_platform)) = classed(row.kind, row.role) else {
            self.others += u64::try_from(row.count).unwrap_or_default();
            return;
        };
        let key = key(row.name, row.id, kind);
        let mention = Mention {
            kind,
            is_platform,
            count: row.count,
            first: row.first,
            last: row.last,
            places: vec![(row.source.to_owned(), row.first, row.last)],
            sample: row.sample,
        };
        let Some(key) = key else { return };
        match self.all.get_mut(&key) {
            Some((spelling, known)) => known.add(mention, spelling, written),
            None => {
                self.all.insert(key, (written.to_owned(), mention));
            }
        }
    }

    fn read(&mut self, evidence: &Evidence<'_>, naming: &Naming) -> Result<()> {
        let frame = collect(counted(evidence, naming)?, "count the names of principals")?;
        let (source, name, id) = (texts(&frame, SOURCE)?, texts(&frame, naming.name)?, texts(&frame, naming.id)?);
        let kind = naming.kind.map(|c| texts(&frame, c)).transpose()?;
        let sample = texts(&frame, EVENT_ID)?;
        let (first, last) = (instants(&frame, FIRST_EVENT_TIME)?, instants(&frame, LAST_EVENT_TIME)?);
        for row in 0..frame.height() {
            self.learn(Row {
                role: if kind.is_some() { Role::Subject } else { Role::Group },
                source: source.get(row).unwrap_or_default(),
                name: name.get(row),
                id: id.get(row),
                kind: kind.map_or(Some("group"), |kind| kind.get(row)),
                count: 0,
                first: first.get(row).unwrap_or_default(),
                last: last.get(row).unwrap_or_default(),
                sample: sample.get(row).unwrap_or_default().to_owned(),
            });
        }
        Ok(())
    }
}

fn counted(evidence: &Evidence<'_>, naming: &Naming) -> Result<LazyFrame> {
    let time = EVENT_TIME.expr().cast(DataType::Int64);
    let (start, end) = (evidence.period.start, evidence.period.end);
    let mut wanted = time.clone().gt_eq(lit(start)).and(time.lt(lit(end)));
    // An id beside a name is the name's.
    let id = when(naming.name.expr().is_null()).then(naming.id.expr()).otherwise(lit(NULL)).alias(naming.id.name);
    let mut by = vec![SOURCE.expr(), naming.name.expr(), id];
    match naming.kind {
        Some(kind) => by.push(kind.expr()),
        None => wanted = wanted.and(VERB.expr().str().starts_with(lit("member."))),
    }
    Ok(scan(evidence.lake, &CHANGES)?.filter(wanted).group_by(by).agg([
        EVENT_TIME.expr().min().alias(FIRST_EVENT_TIME.name),
        EVENT_TIME.expr().max().alias(LAST_EVENT_TIME.name),
        EVENT_ID.expr().min(),
    ]))
}

/// What names it; `None` = nothing does.
pub(super) fn key(name: Option<&str>, id: Option<&str>, kind: SubjectKind) -> Option<Key> {
    let text = name.map(|name| name.trim().to_lowercase()).or_else(|| id.map(str::to_owned))?;
    Some((kind == SubjectKind::Group, name.is_none(), text))
}

// What is named, and whether it is the platform's own; `None` = no principal. An actor of no said kind acts, and so is somebody; a
// target of no said kind may be anything.
pub(super) fn classed(word: Option<&str>, role: Role) -> Option<(SubjectKind, bool)> {
    match word {
        Some("user") => Some((SubjectKind::User, false)),
        Some("group") => Some((SubjectKind::Group, false)),
        Some("service_principal") => Some((SubjectKind::ServicePrincipal, false)),
        Some("system") => Some((SubjectKind::Unknown, true)),
        None if role == Role::Actor => Some((SubjectKind::Unknown, false)),
        Some("unknown") if role == Role::Subject => Some((SubjectKind::Unknown, false)),
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
