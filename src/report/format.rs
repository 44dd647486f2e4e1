//! Numbers, instants and lengths of time as a reader writes them.

/// A count with its thousands set apart: `12,345`.
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A signed count: `-1,234`.
pub fn signed(count: i64) -> String {
    let sign = if count < 0 { "-" } else { "" };
    format!("{sign}{}", number(count.unsigned_abs()))
}

/// A length of time in its two largest units: `3 h 12 min`.
pub fn duration(seconds: i64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let sign = if seconds < 0 { "-" } else { "" };
    let length = seconds.unsigned_abs();
    let Some(first) = UNITS.iter().position(|(size, _)| length >= *size) else { return "0 s".into() };
    let (size, unit) = UNITS[first];
    let head = format!("{sign}{} {unit}", number(length / size));
    match UNITS.get(first + 1) {
        Some((small, name)) if length % size >= *small => format!("{head} {} {name}", length % size / small),
        _ => head,
    }
}

/// A length of time given in milliseconds: below a minute with its fraction, `-1.75 s`, else as [`duration`].
pub fn fine_duration(millis: i64) -> String {
    if millis.unsigned_abs() >= 60_000 {
        return duration(millis / 1_000);
    }
    let sign = if millis < 0 { "-" } else { "" };
    let digits = format!("{}.{:03}", millis.unsigned_abs() / 1_000, millis.unsigned_abs() % 1_000);
    format!("{sign}{} s", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// An RFC 3339 instant in UTC as a reader writes it: `2026-07-14 08:15:02 UTC`. Anything else is left as it is.
pub fn instant(text: &str) -> String {
    match text.strip_suffix('Z').and_then(|t| t.split_once('T')) {
        Some((day, time)) => format!("{day} {time} UTC"),
        None => text.to_owned(),
    }
}

/// A word as part of a class name: lower case, everything but letters and digits a hyphen.
pub fn slug(text: &str) -> String {
    let part = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    text.chars().take(60).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 7, 999, 1_000, 1_234_567].map(number), ["0", "7", "999", "1,000", "1,234,567"]);
        assert_eq!(signed(-1_234), "-1,234");
    }

    #[test]
    fn durations_have_two_units() {
        let cases =
            [(0, "0 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3_600, "1 h"), (11_520, "3 h 12 min")];
        for (seconds, words) in cases {
            assert_eq!(duration(seconds), words);
        }
        assert_eq!(duration(86_400), "1 d");
        assert_eq!(duration(86_400 + 59), "1 d");
        assert_eq!(duration(-90), "-1 min 30 s");
    }

    #[test]
    fn short_durations_keep_their_fraction() {
        let cases = [(0, "0 s"), (-1_750, "-1.75 s"), (15, "0.015 s"), (10_000, "10 s"), (-61_999, "-1 min 1 s")];
        for (millis, words) in cases {
            assert_eq!(fine_duration(millis), words);
        }
    }

    #[test]
    fn instants_lose_their_letters() {
        assert_eq!(instant("2026-07-14T08:15:02Z"), "2026-07-14 08:15:02 UTC");
        assert_eq!(instant("-"), "-");
    }
}
