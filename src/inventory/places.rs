//! Where events stand in their files.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::error::Result;
use crate::event::{EVENT_ID, EVENTS, FILE_ID, LINE};
use crate::frame::{each, scan, texts, wholes};
use crate::lake::Lake;

/// The number that the 32 digits of an event's id stand for; `None` = it is no such id.
pub fn number(event_id: &str) -> Option<u128> {
    let digits: &[u8; 32] = event_id.as_bytes().try_into().ok()?;
    let (eights, _) = digits.as_chunks::<8>();
    eights.iter().try_fold(0, |number, eight| Some(number << 32 | u128::from(quarter(*eight)?)))
}

// Eight digits at once, each in a byte of its own, since every event of a lake is asked for its number.
fn quarter(digits: [u8; 8]) -> Option<u32> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let text = u64::from_be_bytes(digits);
    // Letters alone have the bit of 64.
    let letters = text >> 6 & ONES;
    let values = (text & (ONES * 0x0f)) + letters * 9;
    let tens = (values + ONES * 6) >> 4 & ONES;
    let is_plain = values & (ONES * 0xf0) == 0 && tens == letters && values + ONES * 0x30 + letters * 0x27 == text;
    let pairs = (values | values >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    is_plain.then_some(((fours | fours >> 16) & 0xffff_ffff) as u32)
}

/// Where the events stand that were asked for: file id and line. What is no event's id stands nowhere.
#[derive(Debug, Default)]
pub struct Places {
    /// By event; `None` = the lake does not hold it.
    found: HashMap<u128, Option<(u32, u64)>, FixedState>,
    files: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32, FixedState>,
}

impl Places {
    /// Asks for some events, which whoever reads all of the lake will find ([`Places::answer`]).
    pub fn ask<'i>(&mut self, events: impl Iterator<Item = &'i str>) {
        self.found.extend(events.filter_map(number).map(|event| (event, None)));
    }

    /// The events that are asked for, and were not found yet.
    pub fn asked(&self) -> Asked {
        let mut asked = Asked { marks: vec![0; MARKS / 64], events: HashSet::default() };
        self.found.iter().filter(|(_, place)| place.is_none()).for_each(|(event, _)| asked.add(*event));
        asked
    }

    /// Notes where an event stands, if it was asked for.
    pub fn answer(&mut self, event: u128, file: &str, line: u64) {
        if self.found.contains_key(&event) {
            self.note(event, file, line);
        }
    }

    /// Notes where an event stands.
    pub fn note(&mut self, event: u128, file: &str, line: u64) {
        let file = self.file(file);
        self.found.insert(event, Some((file, line)));
    }

    /// Takes what others know.
    pub fn merge(&mut self, others: Self) {
        let files: Vec<u32> = others.files.iter().map(|file| self.file(file)).collect();
        for (event, place) in others.found {
            match place.and_then(|(file, line)| Some((*files.get(file as usize)?, line))) {
                Some(place) => drop(self.found.insert(event, Some(place))),
                None => drop(self.found.entry(event).or_insert(None)),
            }
        }
    }

    /// Looks up those of some events that were not asked for before. The lake is read only where there are any.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub fn learn<'i>(&mut self, lake: &Lake, events: impl Iterator<Item = &'i str>) -> Result<()> {
        let unknown: HashSet<u128, FixedState> =
            events.filter_map(number).filter(|event| !self.found.contains_key(event)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        self.found.extend(unknown.iter().map(|event| (*event, None)));
        let all = scan(lake, &EVENTS)?.select([EVENT_ID.expr(), FILE_ID.expr(), LINE.expr()]);
        each(all, "find raw records", |piece| {
            let (events, files, lines) = (texts(piece, EVENT_ID)?, texts(piece, FILE_ID)?, wholes(piece, LINE)?);
            for (row, event) in events.iter().enumerate() {
                let Some(event) = event.and_then(number).filter(|event| unknown.contains(event)) else { continue };
                let line = lines.get(row).and_then(|line| u64::try_from(line).ok()).unwrap_or_default();
                self.note(event, files.get(row).unwrap_or_default(), line);
            }
            Ok(())
        })
    }

    fn file(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.push(id.into());
        self.numbers.insert(id.into(), number);
        number
    }

    /// File id and line of an event; `None` = the lake does not hold it, or it was not asked for.
    pub fn of(&self, event_id: &str) -> Option<(&str, u64)> {
        let (file, line) = (*self.found.get(&number(event_id)?)?)?;
        Some((self.files.get(file as usize)?, line))
    }
}

/// Bits of [`Asked`]: few enough to stay close to the processor.
const MARKS: usize = 1 << 24;

/// Tells events that nobody asked for from those that somebody did.
#[derive(Debug)]
pub struct Asked {
    /// Most that nobody asked for have no mark.
    marks: Vec<u64>,
    events: HashSet<u128, FixedState>,
}

impl Asked {
    /// Counts an event among those that are asked for.
    pub fn add(&mut self, event: u128) {
        let (word, bit) = mark(event);
        self.marks[word] |= bit;
        self.events.insert(event);
    }

    /// Whether somebody asked for the event.
    pub fn holds(&self, event: u128) -> bool {
        let (word, bit) = mark(event);
        self.marks[word] & bit != 0 && self.events.contains(&event)
    }
}

// Ids are digests: any of their bits are as good as others.
const fn mark(event: u128) -> (usize, u64) {
    let place = event as usize % MARKS;
    (place / 64, 1 << (place % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_of_events_have_a_number() {
        let id = "0123456789abcdeffedcba9876543210";
        assert_eq!(number(id), u128::from_str_radix(id, 16).ok());
        assert_eq!(number("000000000000000000000000000000ff"), Some(255));
        for other in ["", "ff", "000000000000000000000000000000FF", "+00000000000000000000000000000ff"] {
            assert_eq!(number(other), None, "{other}");
        }
    }

    #[test]
    fn a_byte_is_a_digit_of_lower_case_or_none_at_all() {
        for byte in 0..=255_u8 {
            for place in 0..8 {
                let mut digits = *b"7f00a9e1";
                digits[place] = byte;
                let text = std::str::from_utf8(&digits).ok().filter(|_| !byte.is_ascii_uppercase() && byte != b'+');
                let expected = text.and_then(|text| u32::from_str_radix(text, 16).ok());
                assert_eq!(quarter(digits), expected, "{byte} at {place}");
            }
        }
    }

    #[test]
    fn what_was_asked_for_is_answered_and_nothing_else() {
        let id = |n: u128| format!("{n:032x}");
        let mut places = Places::default();
        places.ask([id(1), id(2), "a listing".to_owned()].iter().map(String::as_str));
        let asked = places.asked();
        assert!(asked.holds(1) && asked.holds(2) && ![3, 1 << 24 | 1].into_iter().any(|event| asked.holds(event)));
        places.answer(1, "f", 7);
        places.answer(3, "f", 8);
        let mut others = Places::default();
        others.note(4, "g", 9);
        others.ask(std::iter::once(id(1).as_str()));
        places.merge(others);
        assert_eq!([1, 2, 3, 4].map(|n| places.of(&id(n))), [Some(("f", 7)), None, None, Some(("g", 9))]);
    }
}
