//! Where the program still falls short of the labels, and the faults that it has beyond that.

use tickmark::simulate::Provider;

use super::score::Score;

/// Situations that the program does not judge right yet, with the providers for which it is so.
struct Shortfall {
    situations: &'static [&'static str],
    providers: &'static [Provider],
    /// Items that pass though they must not, at most.
    false_passes: usize,
    reason: &'static str,
}

/// What is known to be judged wrong. A line that is no longer true fails, as does a fault that has no line.
const SHORTFALLS: &[Shortfall] = &[];

/// What is wrong with a score: faults without a line, and lines without a fault.
pub(super) fn faults(provider: Provider, score: &Score) -> Vec<String> {
    let mut faults = Vec::new();
    for (situation, tally) in score {
        let known =
            SHORTFALLS.iter().find(|s| s.situations.contains(&situation.as_str()) && s.providers.contains(&provider));
        if tally.false_passes > known.map_or(0, |known| known.false_passes) {
            faults.push(format!("{situation}: {} false passes", tally.false_passes));
        }
        match known {
            None => faults.extend(tally.faults.iter().map(|fault| format!("{situation}\n  {fault}"))),
            Some(known) if tally.faults.is_empty() => {
                faults.push(format!("{situation} is right now; its line goes: {}", known.reason));
            }
            Some(_) => {}
        }
    }
    faults
}

/// The shortfalls as a list.
pub(super) fn told() -> String {
    if SHORTFALLS.is_empty() {
        return "Every item is judged exactly as labelled.\n".to_owned();
    }
    let line = |known: &Shortfall| {
        let situations: Vec<String> = known.situations.iter().map(|name| format!("`{name}`")).collect();
        let providers: Vec<String> = known.providers.iter().map(|provider| format!("{provider:?}")).collect();
        let passes = match known.false_passes {
            0 => String::new(),
            count => format!(" ({count} false passes)"),
        };
        format!("- {} ({}): {}{passes}\n", situations.join(", "), providers.join(", "), known.reason)
    };
    let lines: String = SHORTFALLS.iter().map(line).collect();
    format!("What is not judged exactly, and why:\n\n{lines}")
}
