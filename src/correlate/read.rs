//! Access changes as the lake holds them to rows of numbers.

use std::borrow::Cow;

use polars::prelude::*;

use super::acts::{Own, Row, Said};
use crate::change::{
    BASIS, CHANGE_ID, CHANGES, DIRECTION, Direction, ENTITLEMENT, ENTITLEMENT_ID, SUBJECT, SUBJECT_ALIAS,
    SUBJECT_EXTERNAL_ID, SUBJECT_ID, SUBJECT_KIND, VERB, Verb,
};
use crate::error::{Error, Result};
use crate::event::{
    ACTOR, APP, CHANNEL, ENDPOINT, EVENT_TIME, EVENT_TYPE, NATIVE_ID, OUTCOME, PLANE, REQUEST_ID, SCOPE, SOURCE_IP,
    USER_AGENT,
};
use crate::frame::{SOURCE, each_batch, height, instants, scan, texts};
use crate::lake::Lake;
use crate::schema::Column as Named;
use crate::source::SCIM_SNAPSHOT;

/// The columns of what many changes say.
const SHARED: [Named; 20] = [
    EVENT_TYPE,
    SOURCE,
    PLANE,
    VERB,
    DIRECTION,
    SUBJECT_KIND,
    SCOPE,
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
];

/// The columns of what is a change's own.
const OWN: [Named; 3] = [CHANGE_ID, NATIVE_ID, REQUEST_ID];

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
    let (mut said, mut rows, mut kept) = (Said::default(), Vec::<Row>::new(), Kept::default());
    let columns: Vec<Named> = SHARED.into_iter().chain([ENTITLEMENT_ID, EVENT_TIME]).collect();
    // A list of so many would be copied as it grows.
    rows.reserve_exact(height(scan(lake, &CHANGES)?)?);
    each_batch(lake, &CHANGES, &columns, |frame| take(frame, &mut said, &mut rows, &mut kept).map(|_| ()))?;
    Ok((said, rows, kept))
}

/// Reads the texts that are the changes' own, in the same order. `take` gets the number of the row, too.
///
/// # Errors
/// The lake cannot be read, or what `take` says.
pub fn each_own(lake: &Lake, kept: &Kept, mut take: impl FnMut(usize, &[Option<&str>; 3]) -> Result<()>) -> Result<()> {
    let (mut at, mut row) = (0, 0);
    each_batch(lake, &CHANGES, &OWN, |frame| {
        let columns = OWN.map(|column| texts(frame, column));
        let [change_id, native_id, request_id] = columns;
        let (change_id, native_id, request_id) = (change_id?, native_id?, request_id?);
        for place in 0..frame.height() {
            if kept.is(at + place) {
                take(row, &[change_id.get(place), native_id.get(place), request_id.get(place)])?;
                row += 1;
            }
        }
        at += frame.height();
        Ok(())
    })
}

/// Reads everything at once.
pub(super) fn all(lake: &Lake) -> Result<(Said, Vec<Row>, Own)> {
    let (mut said, mut rows, mut own, mut kept) = (Said::default(), Vec::new(), Own::default(), Kept::default());
    let columns: Vec<Named> = SHARED.into_iter().chain([ENTITLEMENT_ID, EVENT_TIME]).chain(OWN).collect();
    each_batch(lake, &CHANGES, &columns, |frame| {
        let places = take(frame, &mut said, &mut rows, &mut kept)?;
        let (change_id, native_id, request_id) =
            (texts(frame, CHANGE_ID)?, texts(frame, NATIVE_ID)?, texts(frame, REQUEST_ID)?);
        for place in places {
            own.push(&[change_id.get(place), native_id.get(place), request_id.get(place)]);
        }
        Ok(())
    })?;
    Ok((said, rows, own))
}

/// Takes in a batch; gives the places of those that are followed.
fn take(frame: &DataFrame, said: &mut Said, rows: &mut Vec<Row>, kept: &mut Kept) -> Result<Vec<usize>> {
    let column = |column: Named| texts(frame, column).map(StringChunked::rechunk);
    let verb = column(VERB)?;
    let mut known = Followed::default();
    let mut places = Vec::with_capacity(frame.height());
    for place in 0..frame.height() {
        let is_followed = known.has(verb.get(place).unwrap_or_default());
        kept.push(is_followed);
        if is_followed {
            places.push(place);
        }
    }
    let shared = SHARED.map(column);
    let shared = shared.into_iter().collect::<Result<Vec<Cow<'_, StringChunked>>>>()?;
    let entitlement_id = column(ENTITLEMENT_ID)?;
    let text = |column: usize, place: usize| shared[column].get(place);
    let side = |place: usize| text(6, place).filter(|s| *s == "tenant" && text(1, place) == Some(SCIM_SNAPSHOT));
    let Said { subjects, entitlements, manners, verbs } = said;
    let of_subject = |place: usize| {
        let [kind, name, id, alias, external] = [5, 15, 16, 17, 18].map(|column| text(column, place));
        [text(1, place), side(place), kind, name, id, alias, external]
    };
    let of_entitlement = |place: usize| [text(1, place), side(place), text(19, place), entitlement_id.get(place)];
    let of_manner = |place: usize| std::array::from_fn(|column| text(column, place));
    let (of_subjects, (of_entitlements, of_manners)) = rayon::join(
        || numbers(subjects, &places, of_subject),
        || (numbers(entitlements, &places, of_entitlement), numbers(manners, &places, of_manner)),
    );
    for manner in verbs.len()..manners.len() {
        let word = |part: usize| manners.get(u32::try_from(manner).unwrap_or(u32::MAX), part).unwrap_or_default();
        verbs.push((known_verb(word(3))?, known_direction(word(4))?));
    }
    let times = instants(frame, EVENT_TIME)?;
    for (at, place) in places.iter().enumerate() {
        let time = times.get(*place).unwrap_or_default();
        rows.push(Row { time, subject: of_subjects[at], entitlement: of_entitlements[at], manner: of_manners[at] });
    }
    Ok(places)
}

fn numbers<'t, const N: usize>(
    distinct: &mut super::texts::Distinct<N>,
    places: &[usize],
    of: impl Fn(usize) -> [Option<&'t str>; N],
) -> Vec<u32> {
    places.iter().map(|place| distinct.number(&of(*place))).collect()
}

/// The verbs that are followed, the last one asked at hand.
#[derive(Default)]
struct Followed {
    last: String,
    is_followed: bool,
}

impl Followed {
    fn has(&mut self, word: &str) -> bool {
        if self.last != word {
            self.last.clear();
            self.last.push_str(word);
            self.is_followed = Verb::parse(word).is_some_and(Verb::is_followed);
        }
        self.is_followed
    }
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
