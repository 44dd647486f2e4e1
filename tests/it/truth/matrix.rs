//! Every identity provider with every delivery: what the program says of each planted situation, and where it still falls short.

use std::collections::BTreeMap;

use tickmark::simulate::{Delivery, Plan, Provider, write};

use super::score::{Score, score};
use crate::support::Place;

/// A situation that the program does not judge right yet, with the providers for which it is so.
struct Shortfall {
    situation: &'static str,
    providers: &'static [Provider],
    reason: &'static str,
}

/// What is known to be judged wrong. A line that is no longer true fails, as does a fault that has no line.
const SHORTFALLS: &[Shortfall] = &[];

const DELIVERIES: [Delivery; 3] = [Delivery::Aws, Delivery::Azure, Delivery::System];

fn judged(provider: Provider, delivery: Delivery) -> Score {
    let place = Place::new();
    let plan = Plan::new(1, Plan::FEWEST_PEOPLE, Plan::FEWEST_DAYS).unwrap().by(provider, delivery);
    write(&plan, &place.path("")).unwrap();
    place.run(&["run", "--config", "tickmark.toml"]).ends(0);
    super::assert_counts_of(&place.path(""));
    score(&place.path(""))
}

/// Prints a line for each situation, for BENCHMARKS.md: `cargo test --test it truth::matrix -- --nocapture`.
fn print(provider: Provider, scores: &[Score; 3]) {
    let situations: std::collections::BTreeSet<&String> = scores.iter().flat_map(BTreeMap::keys).collect();
    for situation in situations {
        let cells: Vec<String> = scores
            .iter()
            .map(|score| score.get(situation).map_or("-".to_owned(), |t| format!("{} of {}", t.right, t.items)))
            .collect();
        println!("| {provider:?} | `{situation}` | {} |", cells.join(" | "));
    }
}

fn assert_judged_right(provider: Provider) {
    let scores = DELIVERIES.map(|delivery| judged(provider, delivery));
    print(provider, &scores);
    let mut faults = Vec::new();
    for (delivery, score) in DELIVERIES.iter().zip(&scores) {
        for (situation, tally) in score {
            let known = SHORTFALLS.iter().find(|s| s.situation == situation && s.providers.contains(&provider));
            if tally.false_passes > 0 {
                faults.push(format!("{provider:?} {delivery:?} {situation}: {} false passes", tally.false_passes));
            }
            match known {
                None => faults.extend(tally.faults.iter().map(|f| format!("{delivery:?} {situation}\n  {f}"))),
                Some(known) if tally.faults.is_empty() => {
                    faults.push(format!("{delivery:?} {situation} is right now; its line goes: {}", known.reason));
                }
                Some(_) => {}
            }
        }
        assert!(score.len() > 20, "{provider:?} {delivery:?} has {} situations", score.len());
    }
    assert!(faults.is_empty(), "{provider:?}\n{}", faults.join("\n"));
}

#[test]
fn okta_is_judged_right_by_every_delivery() {
    assert_judged_right(Provider::Okta);
}

#[test]
fn entra_is_judged_right_by_every_delivery() {
    assert_judged_right(Provider::Entra);
}

#[test]
fn ping_is_judged_right_by_every_delivery() {
    assert_judged_right(Provider::Ping);
}
