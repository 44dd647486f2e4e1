//! Every identity provider with every delivery: what the program says of each planted situation.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use tickmark::simulate::{Delivery, Plan, Provider, write};

use super::score::{Score, Tally, score};
use super::shortfalls::{faults, told};
use crate::support::Place;

const DELIVERIES: [Delivery; 3] = [Delivery::Aws, Delivery::Azure, Delivery::System];

/// The scores of a provider, by delivery.
type Scores = [Score; 3];

static OKTA: LazyLock<Scores> = LazyLock::new(|| DELIVERIES.map(|delivery| judged(Provider::Okta, delivery)));
static ENTRA: LazyLock<Scores> = LazyLock::new(|| DELIVERIES.map(|delivery| judged(Provider::Entra, delivery)));
static PING: LazyLock<Scores> = LazyLock::new(|| DELIVERIES.map(|delivery| judged(Provider::Ping, delivery)));

fn judged(provider: Provider, delivery: Delivery) -> Score {
    let place = Place::new();
    let plan = Plan::new(1, Plan::FEWEST_PEOPLE, Plan::FEWEST_DAYS).unwrap().by(provider, delivery);
    write(&plan, &place.path("")).unwrap();
    place.run(&["run", "--config", "tickmark.toml"]).ends(0);
    super::assert_counts_of(&place.path(""));
    score(&place.path(""))
}

fn assert_judged_right(provider: Provider, scores: &Scores) {
    for (delivery, score) in DELIVERIES.iter().zip(scores) {
        assert!(score.len() > 50, "{provider:?} {delivery:?} has {} situations", score.len());
        let faults = faults(provider, score);
        assert!(faults.is_empty(), "{provider:?} {delivery:?}\n{}", faults.join("\n"));
    }
}

#[test]
fn okta_is_judged_right_by_every_delivery() {
    assert_judged_right(Provider::Okta, &OKTA);
}

#[test]
fn entra_is_judged_right_by_every_delivery() {
    assert_judged_right(Provider::Entra, &ENTRA);
}

#[test]
fn ping_is_judged_right_by_every_delivery() {
    assert_judged_right(Provider::Ping, &PING);
}

/// The published figures are those of this program: `UPDATE_DOCS=1 cargo test truth::matrix` writes them anew.
#[test]
fn the_published_accuracy_is_up_to_date() {
    const HEAD: &str = "## Accuracy\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("BENCHMARKS.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(HEAD).expect("a section on accuracy");
    let after = rest.find("\n## ").map_or("", |at| &rest[at..]);
    let expected = format!("{before}{HEAD}{}{after}", section());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, expected).unwrap();
    } else {
        assert!(page == expected, "BENCHMARKS.md is out of date: UPDATE_DOCS=1 cargo test truth::matrix");
    }
}

fn section() -> String {
    let all = [&*OKTA, &*ENTRA, &*PING];
    let total = |of: fn(&Tally) -> usize| {
        let count = |score: &Score| score.values().map(of).sum::<usize>();
        all.map(|scores| cell(&scores.each_ref().map(|score| count(score).to_string())))
    };
    let line = |name: &str, cells: [String; 3]| format!("| {name} | {} |\n", cells.join(" | "));
    let head = "| situation | Okta | Entra | PingOne |\n|---|---|---|---|\n";
    let situations: BTreeSet<&String> = all.into_iter().flatten().flat_map(|score| score.keys()).collect();
    let of_situation = |situation: &&String| {
        let of =
            |score: &Score| score.get(*situation).map_or("-".to_owned(), |t| format!("{} of {}", t.right, t.items));
        line(&format!("`{situation}`"), all.map(|scores| cell(&scores.each_ref().map(of))))
    };
    let sums = [
        line("items", total(|tally| tally.items)),
        line("judged exactly", total(|tally| tally.right)),
        line("false passes", total(|tally| tally.false_passes)),
    ];
    let table: String = situations.iter().map(of_situation).collect();
    format!("{ABOUT}{head}{}{table}\n{}", sums.concat(), told())
}

const ABOUT: &str = "
`tickmark simulate` plants every situation and labels each item of vouching and tracing, and the findings of other tests. The
smallest organisation (12 people, 21 days) of each identity provider is written in each delivery (AWS, Azure, system table),
run from files to package, and compared label by label: verdict, reason, and the id on the other side. Counted are the
items judged exactly so, of those labelled; where the three deliveries differ, all three stand in their order.

Again: `UPDATE_DOCS=1 cargo test truth::matrix` runs all nine and writes this section.

";

/// One figure where all deliveries agree.
fn cell(of_deliveries: &[String; 3]) -> String {
    let [first, others @ ..] = of_deliveries;
    if others.iter().all(|other| other == first) { first.clone() } else { of_deliveries.join(", ") }
}
