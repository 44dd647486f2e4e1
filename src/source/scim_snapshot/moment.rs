//! The moment of a list, as the file or its folders are named for it.

use std::borrow::Cow;

use crate::source::decode::Reason;
use crate::source::instant::spelled_instant;

const UNTOLD: &str = "no time of the snapshot: name the file or its folder for it, as in \
    `users-2026-07-01T06-00-00Z.json` or `date=2026-07-01/users.json`, or give each resource a `snapshot_time`";

/// The moment that the file's name tells, else that of the nearest folder; in UTC. A day alone is its first instant.
pub(super) fn of_path(path: &str) -> Result<i64, Reason> {
    for part in path.rsplit(['/', '\\']) {
        let mut moments = moments(part);
        moments.dedup();
        match moments.as_slice() {
            [] => {}
            [only] => return Ok(*only),
            _ => return Err("two times of the snapshot: the file or folder is named for more than one".into()),
        }
    }
    Err(Cow::Borrowed(UNTOLD))
}

fn moments(part: &str) -> Vec<i64> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(rest) = part.get(at..).filter(|rest| !rest.is_empty()) {
        let follows_digit = at > 0 && part.as_bytes().get(at - 1).is_some_and(u8::is_ascii_digit);
        match moment(rest).filter(|_| !follows_digit) {
            Some((micros, length)) => {
                found.push(micros);
                at += length;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    found
}

/// A moment at the beginning of a text, and how much of it that takes.
fn moment(text: &str) -> Option<(i64, usize)> {
    let (date, mut length) = date(text.as_bytes())?;
    let mut clock = [*b"00"; 3];
    if let Some((time, taken)) = text.as_bytes().get(length..).and_then(time) {
        clock = time;
        length += taken;
    }
    // A longer number is no date.
    if text.as_bytes().get(length).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let pair = |digits: [u8; 2]| digits.map(char::from).iter().collect::<String>();
    let [hour, minute, second] = clock.map(pair);
    let spelled = spelled_instant(&format!("{date}T{hour}:{minute}:{second}Z"), "").ok()?;
    Some((spelled.micros, length))
}

/// `2026-07-01` or `20260701`.
fn date(text: &[u8]) -> Option<(String, usize)> {
    let digits = |from: usize, count: usize| {
        let part = text.get(from..from + count)?;
        part.iter().all(u8::is_ascii_digit).then(|| part.iter().copied().map(char::from).collect::<String>())
    };
    let year = digits(0, 4)?;
    let separator = text.get(4).copied().filter(|b| matches!(b, b'-' | b'_'));
    let (month, day, length) = match separator {
        Some(separator) => {
            (text.get(7) == Some(&separator)).then_some(())?;
            (digits(5, 2)?, digits(8, 2)?, 10)
        }
        None => (digits(4, 2)?, digits(6, 2)?, 8),
    };
    // Ids are long numbers too, but few of them begin with a year of this age.
    matches!(text.get(..2), Some(b"19" | b"20")).then_some((format!("{year}-{month}-{day}"), length))
}

/// `T06-00-00Z`, `T060000Z`, ` 06:00:00`, `_06-00`: hour and minute, and perhaps seconds, apart by one sign or by none.
fn time(text: &[u8]) -> Option<([[u8; 2]; 3], usize)> {
    text.first().filter(|b| matches!(b, b'T' | b't' | b'_' | b'-' | b' '))?;
    let sign = text.get(3).copied().filter(|b| matches!(b, b'-' | b':' | b'_' | b'.'));
    let (mut at, mut pairs) = (1, Vec::with_capacity(3));
    while pairs.len() < 3 {
        let from = match sign {
            Some(sign) if !pairs.is_empty() => match text.get(at) {
                Some(b) if *b == sign => at + 1,
                _ => break,
            },
            _ => at,
        };
        let Some([a, b]) = text.get(from..from + 2).filter(|p| p.iter().all(u8::is_ascii_digit)) else { break };
        pairs.push([*a, *b]);
        at = from + 2;
    }
    // The year of another date looks like an hour and a minute.
    let is_year = sign.is_none() && pairs.len() == 2 && matches!(text.get(at), Some(b'-' | b'_'));
    let [hour, minute, rest @ ..] = pairs.as_slice() else { return None };
    let clock = [*hour, *minute, rest.first().copied().unwrap_or(*b"00")];
    (!is_year).then(|| (clock, at + trailer(text.get(at..).unwrap_or_default())))
}

/// Length of a fraction of a second and of the sign for UTC.
fn trailer(text: &[u8]) -> usize {
    let digits = text.strip_prefix(b".").map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count());
    let fraction = if digits == 0 { 0 } else { digits + 1 };
    fraction + usize::from(text.get(fraction).is_some_and(|b| matches!(b, b'Z' | b'z')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_tell_the_moment() {
        let day = 1_782_864_000_000_000;
        let six = day + 6 * 3_600_000_000;
        for (path, micros) in [
            ("exports/users-2026-07-01T06-00-00Z.json", six),
            ("exports/users-2026-07-01T06:00:00.123Z.json", six),
            ("users_20260701T060000Z.json.gz", six),
            ("users_2026-07-01_06-00.json", six),
            ("users_2026_07_01.json", day),
            ("users-2026-07-01.json", day),
            ("20260701.json", day),
            ("date=2026-07-01/users.json", day),
            ("2025-01-01/date=2026-07-01/users.json", day),
            ("2025-01-01/users-2026-07-01T06-00-00Z.json", six),
            ("C:\\exports\\2026-07-01\\users.json", day),
        ] {
            assert_eq!(of_path(path), Ok(micros), "{path}");
        }
    }

    #[test]
    fn other_numbers_are_no_moment() {
        for path in [
            "users.json",
            "4150000000000001/users.json",
            "2026-13-01.json",
            "12026-07-01.json",
            "202607011.json",
            "é2026",
        ] {
            assert!(of_path(path).unwrap_err().starts_with("no time of the snapshot"), "{path}");
        }
        assert!(of_path("users-2026-07-01_2026-10-01.json").unwrap_err().starts_with("two times"));
    }
}
