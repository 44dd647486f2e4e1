//! The names and ids of principals in the records of the period.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::catalogue::Evidence;
use crate::catalogue::sweep::Tally;
use crate::change::{CHANGES, ENTITLEMENT, ENTITLEMENT_ID, SUBJECT, SUBJECT_ID, SUBJECT_KIND, SubjectKind, VERB};
use crate::error::Result;
use crate::event::{EVENT_ID, EVENT_TIME};
use crate::lake::{Page, PageTexts, counted};
use crate::schema::Column;

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
    pub(super) name: Column,
    pub(super) id: Column,
    /// `None` = groups.
    pub(super) kind: Option<Column>,
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
        for ((source, [name, id, kind]), span) in &seen(evidence, naming)? {
            let groups = Some("group").filter(|_| naming.kind.is_none());
            self.learn(Row {
                role: if naming.kind.is_some() { Role::Subject } else { Role::Group },
                source,
                name: name.as_deref(),
                id: id.as_deref(),
                kind: groups.or(kind.as_deref()),
                count: 0,
                first: span.first,
                last: span.last,
                sample: span.sample.clone(),
            });
        }
        Ok(())
    }
}

/// Source; name, id where there is no name, and kind.
type By = (String, [Option<String>; 3]);
type Seen = HashMap<By, Span<String>, FixedState>;

/// First and last record, and the least id of the events.
#[derive(Debug, Clone)]
struct Span<T> {
    first: i64,
    last: i64,
    sample: T,
}

impl<T: Ord> Span<T> {
    fn add(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        if other.sample < self.sample {
            self.sample = other.sample;
        }
    }
}

/// Whom the changes of the period name, and when.
fn seen(evidence: &Evidence<'_>, naming: &Naming) -> Result<Seen> {
    let columns: Vec<Column> =
        [EVENT_TIME, EVENT_ID, VERB, naming.name, naming.id].into_iter().chain(naming.kind).collect();
    let take = |seen: &mut Seen, source: &str, page: &Page<'_>| {
        let (times, events, namer) = (page.wholes(0)?, page.texts(1)?, Namer::of(naming, page)?);
        let mut here: HashMap<[Option<&str>; 3], Span<&str>, FixedState> = HashMap::default();
        for (row, time) in times.iter().enumerate().filter(|(_, time)| evidence.period.contains(**time)) {
            let Some([name, id, kind]) = namer.named(row) else { continue };
            let span = Span { first: *time, last: *time, sample: events.text(row).unwrap_or_default() };
            // An id beside a name is the name's.
            let by = [name, id.filter(|_| name.is_none()), kind];
            here.entry(by).and_modify(|known| known.add(span.clone())).or_insert(span);
        }
        for (by, Span { first, last, sample }) in here {
            let span = Span { first, last, sample: sample.to_owned() };
            let by = (source.to_owned(), by.map(|text| text.map(str::to_owned)));
            seen.entry(by).and_modify(|known| known.add(span.clone())).or_insert(span);
        }
        Ok(())
    };
    let together = |mut one: Seen, other: Seen| {
        for (by, span) in other {
            one.entry(by).and_modify(|known| known.add(span.clone())).or_insert(span);
        }
        one
    };
    counted(evidence.lake, &CHANGES, &columns, |_| true, take, together)
}

/// Whom the rows of a page name.
pub(super) struct Namer<'p> {
    names: PageTexts<'p>,
    ids: PageTexts<'p>,
    verbs: PageTexts<'p>,
    /// `None` = groups are named.
    kinds: Option<PageTexts<'p>>,
}

impl<'p> Namer<'p> {
    pub(super) fn of(naming: &Naming, page: &Page<'p>) -> Result<Self> {
        Ok(Self {
            names: page.texts_of(naming.name)?,
            ids: page.texts_of(naming.id)?,
            verbs: page.texts_of(VERB)?,
            kinds: naming.kind.map(|kind| page.texts_of(kind)).transpose()?,
        })
    }

    /// Name, id and, of subjects, the kind; `None` = the row names no group.
    pub(super) fn named(&self, row: usize) -> Option<[Option<&'p str>; 3]> {
        let is_of_member = || self.verbs.text(row).is_some_and(|verb| verb.starts_with("member."));
        if self.kinds.is_none() && !is_of_member() {
            return None;
        }
        Some([self.names.text(row), self.ids.text(row), self.kinds.as_ref().and_then(|kinds| kinds.text(row))])
    }
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
