//! Access changes as the lake holds them to rows of numbers.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::acts::{Entitlements, Manners, Own, Row, Said, Subjects};
use super::texts::Tuples;
use crate::change::{
    BASIS, CHANGE_ID, CHANGES, DIRECTION, Direction, ENTITLEMENT, ENTITLEMENT_ID, SUBJECT, SUBJECT_ALIAS,
    SUBJECT_EXTERNAL_ID, SUBJECT_ID, SUBJECT_KIND, VERB, Verb,
};
use crate::error::{Error, Result};
use crate::event::{
    ACTOR, APP, CHANNEL, ENDPOINT, EVENT_TIME, EVENT_TYPE, NATIVE_ID, OUTCOME, PLANE, REQUEST_ID, SCOPE, SOURCE_IP,
    USER_AGENT,
};
use crate::lake::{Known, Lake, NONE, Page, Words, in_order, row_count};
use crate::schema::Column;
use crate::source::SCIM_SNAPSHOT;

/// The columns of what many changes say, whether a change is followed first.
const SHARED: [Column; 20] = [
    VERB,
    SCOPE,
    EVENT_TYPE,
    PLANE,
    DIRECTION,
    SUBJECT_KIND,
    ACTOR,
    CHANNEL,
    ENDPOINT,
    APP,
    OUTCOME,
    BASIS,
    USER_AGENT,
    SOURCE_IP,
    SUBJECT,
    SUBJECT_ID,
    SUBJECT_ALIAS,
    SUBJECT_EXTERNAL_ID,
    ENTITLEMENT,
    ENTITLEMENT_ID,
];

/// The columns of what is a change's own.
const OWN: [Column; 3] = [CHANGE_ID, NATIVE_ID, REQUEST_ID];

/// Which of the lake's changes correlation follows, in the order of reading.
#[derive(Debug, Default)]
pub struct Kept {
    words: Vec<u64>,
    count: usize,
}

impl Kept {
    fn push(&mut self, is_kept: bool) {
        if self.count.is_multiple_of(64) {
            self.words.push(0);
        }
        if let Some(word) = self.words.last_mut() {
            *word |= u64::from(is_kept) << (self.count % 64);
        }
        self.count += 1;
    }

    fn is(&self, at: usize) -> bool {
        self.words[at / 64] >> (at % 64) & 1 == 1
    }

    /// All changes of the lake, those that are not followed included.
    pub const fn total(&self) -> usize {
        self.count
    }
}

/// Reads what the changes say that correlation follows, in the order of files and rows.
///
/// # Errors
/// The lake cannot be read, or holds a direction that this version does not know.
pub fn rows(lake: &Lake) -> Result<(Said, Vec<Row>, Kept)> {
    let mut read = Reading::default();
    // A list of so many would be copied as it grows.
    read.rows.reserve_exact(row_count(lake, &CHANGES)?);
    let columns: Vec<Column> = SHARED.into_iter().chain([EVENT_TIME]).collect();
    in_order(lake, &CHANGES, &columns, |source, page| read.page(lake, source, page))?;
    read.finish()
}

/// Reads the texts that are the changes' own, in the same order. `take` gets the number of the row, too.
///
/// # Errors
/// The lake cannot be read, or what `take` says.
pub fn each_own(lake: &Lake, kept: &Kept, mut take: impl FnMut(usize, &[Option<&str>; 3]) -> Result<()>) -> Result<()> {
    let (mut at, mut row) = (0, 0);
    in_order(lake, &CHANGES, &OWN, |_, page| {
        let [change_id, native_id, request_id] = [page.texts(0)?, page.texts(1)?, page.texts(2)?];
        for place in 0..page.len() {
            if kept.is(at + place) {
                take(row, &[change_id.text(place), native_id.text(place), request_id.text(place)])?;
                row += 1;
            }
        }
        at += page.len();
        Ok(())
    })
}

/// Reads everything at once.
pub(super) fn all(lake: &Lake) -> Result<(Said, Vec<Row>, Own)> {
    let (mut read, mut own) = (Reading::default(), Own::default());
    let columns: Vec<Column> = SHARED.into_iter().chain([EVENT_TIME]).chain(OWN).collect();
    in_order(lake, &CHANGES, &columns, |source, page| {
        read.page(lake, source, page)?;
        let [change_id, native_id, request_id] = OWN.map(|column| page.texts_of(column));
        let (change_id, native_id, request_id) = (change_id?, native_id?, request_id?);
        for place in &read.at_hand.places {
            own.push(&[change_id.text(*place), native_id.text(*place), request_id.text(*place)]);
        }
        Ok(())
    })?;
    let (said, rows, _) = read.finish()?;
    Ok((said, rows, own))
}

/// What has been read. The rows of a page are made while the words of the next are numbered.
#[derive(Debug, Default)]
struct Reading {
    said: Said,
    rows: Vec<Row>,
    kept: Kept,
    /// By number of its word, whether a verb is followed.
    verbs: HashMap<u32, bool, FixedState>,
    known: [Known; 20],
    at_hand: Numbered,
    before: Numbered,
}

/// A page whose words are numbered.
#[derive(Debug, Default)]
struct Numbered {
    source: u32,
    /// The scope whose listings have a side of their own; none where the source is no listing.
    tenant: u32,
    numbers: [Vec<u32>; 20],
    /// By row of the page.
    is_followed: Vec<bool>,
    /// The rows that are followed.
    places: Vec<usize>,
    times: Vec<i64>,
}

/// The rows of a page: whom each is about, what it grants, and how it was done.
type Tupled = (Vec<u32>, (Vec<u32>, Vec<u32>));

impl Reading {
    fn page(&mut self, lake: &Lake, source: &str, page: &Page<'_>) -> Result<()> {
        std::mem::swap(&mut self.at_hand, &mut self.before);
        let Self { said, kept, verbs, known, at_hand, before, .. } = self;
        let Said { words, subjects, entitlements, manners, .. } = said;
        let (tupled, read) = rayon::join(
            || before.tupled(subjects, entitlements, manners),
            || {
                at_hand.follow(lake, page, words, known, verbs)?;
                at_hand.read(source, page, words, known)
            },
        );
        read?;
        at_hand.is_followed.iter().for_each(|followed| kept.push(*followed));
        self.take(&tupled)
    }

    /// Takes the rows of the page before.
    fn take(&mut self, (subjects, (entitlements, manners)): &Tupled) -> Result<()> {
        let Said { words, manners: all, verbs, .. } = &mut self.said;
        for manner in &all.all()[verbs.len()..] {
            verbs.push((known_verb(words.sure(manner[3]))?, known_direction(words.sure(manner[4]))?));
        }
        self.rows.extend(self.before.places.iter().enumerate().map(|(at, place)| Row {
            time: self.before.times[*place],
            subject: subjects[at],
            entitlement: entitlements[at],
            manner: manners[at],
        }));
        Ok(())
    }

    fn finish(mut self) -> Result<(Said, Vec<Row>, Kept)> {
        std::mem::swap(&mut self.at_hand, &mut self.before);
        let Said { subjects, entitlements, manners, .. } = &mut self.said;
        let tupled = self.before.tupled(subjects, entitlements, manners);
        self.take(&tupled)?;
        Ok((self.said, self.rows, self.kept))
    }
}

impl Numbered {
    /// Finds out which rows are followed.
    fn follow(
        &mut self,
        lake: &Lake,
        page: &Page<'_>,
        words: &mut Words,
        known: &mut [Known; 20],
        verbs: &mut HashMap<u32, bool, FixedState>,
    ) -> Result<()> {
        let Self { numbers, is_followed, places, .. } = self;
        let none = std::collections::BTreeMap::new();
        for (at, names) in [&none, lake.workspaces()].into_iter().enumerate() {
            words.numbers(&page.texts(at)?, page.len(), &mut known[at], names, &mut numbers[at]);
        }
        let is_known = |verb: u32| Verb::parse(words.sure(verb)).is_some_and(Verb::is_followed);
        is_followed.clear();
        is_followed.extend(numbers[0].iter().map(|verb| *verbs.entry(*verb).or_insert_with(|| is_known(*verb))));
        places.clear();
        places.extend((0..page.len()).filter(|row| is_followed[*row]));
        Ok(())
    }

    /// Numbers the words of these rows.
    fn read(&mut self, source: &str, page: &Page<'_>, words: &mut Words, known: &mut [Known; 20]) -> Result<()> {
        self.tenant = if source == SCIM_SNAPSHOT { words.number("tenant") } else { NONE };
        self.source = words.number(source);
        let Self { numbers, is_followed, .. } = self;
        for at in 2..SHARED.len() {
            let texts = page.texts(at)?;
            words.some_numbers(&texts, page.len(), &mut known[at], |row| is_followed[row], &mut numbers[at]);
        }
        self.times.clear();
        self.times.extend_from_slice(page.wholes(SHARED.len())?);
        Ok(())
    }

    /// Numbers what the rows say.
    fn tupled(&self, subjects: &mut Subjects, entitlements: &mut Entitlements, manners: &mut Manners) -> Tupled {
        let Self { source, tenant, places, .. } = self;
        let [
            verb,
            scope,
            event_type,
            plane,
            direction,
            kind,
            actor,
            channel,
            endpoint,
            app,
            outcome,
            basis,
            user_agent,
            source_ip,
            subject,
            subject_id,
            alias,
            external_id,
            entitlement,
            entitlement_id,
        ] = &self.numbers;
        let side = |row: usize| if scope[row] == *tenant { *tenant } else { NONE };
        let of_subject =
            |row: usize| [*source, side(row), kind[row], subject[row], subject_id[row], alias[row], external_id[row]];
        let of_entitlement = |row: usize| [*source, side(row), entitlement[row], entitlement_id[row]];
        let of_manner = |row: usize| {
            [
                event_type[row],
                *source,
                plane[row],
                verb[row],
                direction[row],
                kind[row],
                scope[row],
                actor[row],
                channel[row],
                endpoint[row],
                app[row],
                outcome[row],
                basis[row],
                user_agent[row],
                source_ip[row],
            ]
        };
        rayon::join(
            || numbered(subjects, places, of_subject),
            || (numbered(entitlements, places, of_entitlement), numbered(manners, places, of_manner)),
        )
    }
}

fn numbered<const N: usize>(tuples: &mut Tuples<N>, places: &[usize], of: impl Fn(usize) -> [u32; N]) -> Vec<u32> {
    places.iter().map(|place| tuples.number(of(*place))).collect()
}

fn known_verb(word: &str) -> Result<Verb> {
    Verb::parse(word).ok_or_else(|| Error::Input(format!("the lake holds the unknown verb `{word}`")))
}

fn known_direction(word: &str) -> Result<Direction> {
    [Direction::Grant, Direction::Revoke, Direction::Update]
        .into_iter()
        .find(|d| d.as_str() == word)
        .ok_or_else(|| Error::Input(format!("the lake holds the unknown direction `{word}`")))
}
