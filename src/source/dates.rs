//! Dates with slashes: their first number is the month to Americans, and the day to most others.

use chrono::NaiveDate;
use memchr::memchr_iter;

use super::decode::Reason;

/// What is known of the dates with slashes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    /// Programs wrote them, who begin with the month unless the reader's country has been asked for.
    OfPrograms,
    /// Its rows tell together what stands first.
    Told(DateOrder),
    /// Its rows do not tell; whoever exported them may have got the order of any country.
    Untold,
}

/// Which number of a date with slashes stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// The month, as Americans write.
    MonthFirst,
    /// The day.
    DayFirst,
}

impl Dates {
    /// What the rows of separated values of a file tell; there may be none.
    pub fn of_rows(rows: &[u8]) -> Self {
        if rows.is_empty() {
            return Self::OfPrograms;
        }
        let mut told = None;
        for order in memchr_iter(b'/', rows).filter_map(|at| order_around(rows, at)) {
            if *told.get_or_insert(order) != order {
                return Self::Untold;
            }
        }
        told.map_or(Self::Untold, Self::Told)
    }

    /// What a date tells by the clock behind it, where the file tells nothing: `AM` in capitals is American, and so is what programs
    /// write for no country in particular, which has no comma between date and clock.
    fn by_clock(self, clock: Clock<'_>) -> Option<DateOrder> {
        let is_american = match clock.half {
            Some(half) => ["AM", "PM"].contains(&half),
            None => self == Self::OfPrograms && !clock.has_comma,
        };
        is_american.then_some(DateOrder::MonthFirst)
    }
}

/// How the clock behind a date is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock<'c> {
    /// The word for the half of the day.
    pub(super) half: Option<&'c str>,
    /// A comma stands between date and clock.
    pub(super) has_comma: bool,
}

impl DateOrder {
    const fn of_numbers(first: u32, second: u32) -> Option<Self> {
        match (first > 12, second > 12) {
            (true, false) => Some(Self::DayFirst),
            (false, true) => Some(Self::MonthFirst),
            _ => None,
        }
    }
}

/// What a date tells whose first slash is at that place.
fn order_around(text: &[u8], at: usize) -> Option<DateOrder> {
    let (before, behind) = (&text[..at], &text[at + 1..]);
    let start = before.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |at| at + 1);
    let is_begun = start.checked_sub(1).is_none_or(|at| matches!(before[at], b'"' | b' ' | b','));
    let second = behind.iter().position(|b| !b.is_ascii_digit()).filter(|end| behind[*end] == b'/')?;
    let year = behind[second + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
    // A date without a clock may stand in any text, and was not written by the export.
    let rest = behind[second + 1 + year..].trim_ascii_start();
    let clock = rest.strip_prefix(b",").unwrap_or(rest).trim_ascii_start();
    let hour = clock.iter().take_while(|b| b.is_ascii_digit()).count();
    let has_clock = (1..=2).contains(&hour) && clock.get(hour) == Some(&b':');
    let number = |digits: &[u8]| number(std::str::from_utf8(digits).ok()?, 2);
    (is_begun && year == 4 && has_clock)
        .then(|| DateOrder::of_numbers(number(&before[start..])?, number(&behind[..second])?))?
}

/// The date of `7/31/2026` or `31/7/2026`; `None` = it is none.
pub(super) fn slashed(word: &str, clock: Clock<'_>, dates: Dates) -> Option<Result<NaiveDate, Either>> {
    let mut parts = word.split('/');
    let (first, second, year) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?, parts.next()?);
    let year = i32::try_from(number(year, 4).filter(|_| year.len() == 4)?).ok()?;
    if parts.next().is_some() {
        return None;
    }
    let of_file = match dates {
        Dates::Told(order) => Some(order),
        Dates::OfPrograms | Dates::Untold => None,
    };
    let by_clock = dates.by_clock(clock);
    // What the file tells and what the clock tells may contradict each other.
    let beside = of_file.or(by_clock).filter(|order| by_clock.is_none_or(|told| told == *order));
    let (month, day) = match DateOrder::of_numbers(first, second).or(beside) {
        Some(DateOrder::MonthFirst) => (first, second),
        Some(DateOrder::DayFirst) => (second, first),
        None if first == second => (first, second),
        None => return Some(Err(Either)),
    };
    NaiveDate::from_ymd_opt(year, month, day).map(Ok)
}

/// A date that may begin with its day as well as with its month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Either;

impl Either {
    /// Why it cannot be read. It is not guessed: a wrong guess moves what was done by months.
    pub(super) fn reason(pointer: &str) -> Reason {
        let found = "found one that may begin with its day or its month: export times as ISO 8601 writes them";
        format!("{pointer}: expected a date, {found}").into()
    }
}

/// A number of one to so many digits.
pub(super) fn number(digits: &str, most: usize) -> Option<u32> {
    let fits = (1..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(month: u32, day: u32) -> Option<Result<NaiveDate, Either>> {
        NaiveDate::from_ymd_opt(2026, month, day).map(Ok)
    }

    #[test]
    fn which_number_is_the_day_is_told_by_the_date_the_file_or_the_clock_and_never_guessed() {
        let clock = |half, has_comma| Clock { half, has_comma };
        let (american, small) = (clock(Some("AM"), true), clock(Some("am"), true));
        let (with_comma, plain) = (clock(None, true), clock(None, false));
        let (day_first, month_first) = (Dates::Told(DateOrder::DayFirst), Dates::Told(DateOrder::MonthFirst));
        for (word, clock, dates, expected) in [
            ("7/31/2026", with_comma, Dates::Untold, day(7, 31)),
            ("31/7/2026", american, month_first, day(7, 31)),
            ("07/08/2026", with_comma, day_first, day(8, 7)),
            ("07/08/2026", american, day_first, Some(Err(Either))),
            ("07/08/2026", small, day_first, day(8, 7)),
            ("07/08/2026", with_comma, month_first, day(7, 8)),
            ("7/8/2026", american, Dates::Untold, day(7, 8)),
            ("7/8/2026", small, Dates::Untold, Some(Err(Either))),
            ("7/7/2026", with_comma, Dates::Untold, day(7, 7)),
            ("07/08/2026", with_comma, Dates::Untold, Some(Err(Either))),
            ("07/08/2026", plain, Dates::Untold, Some(Err(Either))),
            ("07/08/2026", plain, Dates::OfPrograms, day(7, 8)),
            ("07/08/2026", with_comma, Dates::OfPrograms, Some(Err(Either))),
            ("13/13/2026", american, Dates::Untold, None),
            ("2/30/2026", american, Dates::Untold, None),
            ("7/8/26", american, Dates::Untold, None),
            ("7/8", american, Dates::Untold, None),
            ("7/8/2026/1", american, Dates::Untold, None),
            ("0/8/2026", american, Dates::Untold, None),
        ] {
            assert_eq!(slashed(word, clock, dates), expected, "{word} {clock:?} {dates:?}");
        }
    }

    #[test]
    fn the_rows_of_a_file_tell_its_order_unless_they_disagree() {
        for (text, told) in [
            (r#"{"t":"09/04/2026, 09:45"}{"t":"21/04/2026, 09:45"}"#, Dates::Told(DateOrder::DayFirst)),
            (r#"{"t":"4/9/2026 9:45"}{"t":"4/21/2026 9:45"}"#, Dates::Told(DateOrder::MonthFirst)),
            (r#"{"t":"04/09/2026"}"#, Dates::Untold),
            (r#"{"t":"21/04/2026 9:45","u":"4/21/2026 9:45"}"#, Dates::Untold),
            (r#"{"t":"07/08/2026, 9:45","note":"until 21/04/2026, or 21/04/2026 at noon"}"#, Dates::Untold),
            (
                r#"{"agent":"x/21/04/2026 9:45","path":"a21/04/2026 9:45","v":"121/04/2026 9:45","w":"21/04/26 9:45"}"#,
                Dates::Untold,
            ),
            (r#"{"z":"21/"}"#, Dates::Untold),
            ("", Dates::OfPrograms),
        ] {
            assert_eq!(Dates::of_rows(text.as_bytes()), told, "{text}");
        }
    }
}
