//! Every identity provider with every delivery: what the program says of each planted situation.

use std::collections::{BTreeMap, BTreeSet};

use tickmark::simulate::{Delivery, Plan, Provider, write};

use super::score::{Score, score};
use super::shortfalls::faults;
use crate::support::Place;

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
    let situations: BTreeSet<&String> = scores.iter().flat_map(BTreeMap::keys).collect();
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
    for (delivery, score) in DELIVERIES.iter().zip(&scores) {
        assert!(score.len() > 50, "{provider:?} {delivery:?} has {} situations", score.len());
        let faults = faults(provider, score);
        assert!(faults.is_empty(), "{provider:?} {delivery:?}\n{}", faults.join("\n"));
    }
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
