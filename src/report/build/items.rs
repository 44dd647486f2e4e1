//! Tests and their items as the model shows them.

use std::collections::BTreeMap;

use super::choice::of_test;
use super::instant;
use crate::catalogue::{self, Item, Outcome};
use crate::config::Config;
use crate::correlate::Verdict;
use crate::report::model::{
    Conclusion, Counts, Exclusion, Figure, ItemRow, Listing, ROWS_SHOWN, ReasonCount, RecordRef, ScopeCounts, Severity,
    Test,
};
use crate::report::{derive, texts};

/// Where events stand: path and line; `None` = nowhere in the lake.
pub(crate) type Placed<'p> = dyn Fn(&str) -> Option<(&'p str, u64)> + 'p;

/// A test with its items, as the model shows it.
pub(crate) fn test(config: &Config, outcome: &Outcome, placed: &Placed<'_>) -> Test {
    let counts = counts(outcome);
    let conclusion = conclusion(outcome);
    let deviations = outcome.items.iter().filter(|i| matches!(i.verdict, Verdict::Exception | Verdict::Waived));
    let exclusion = |(name, count): &(String, u64)| Exclusion { name: name.clone(), count: *count };
    let figure = |(name, value): &(String, String)| Figure { name: name.clone(), value: value.clone() };
    let mut test = derive::described(outcome.test, severity(outcome.test.severity.as_str()));
    let own = config.custom_tests.iter().find(|custom| custom.test.id == outcome.test.id);
    test.controls.extend(own.iter().flat_map(|custom| custom.test_controls()));
    test.limits.extend(outcome.notes.iter().cloned());
    test.exclusions = outcome.exclusions.iter().map(exclusion).collect();
    test.figures = outcome.figures.iter().map(figure).collect();
    test.by_scope = by_scope(outcome);
    test.conclusion = conclusion;
    test.conclusion_words = conclusion_words(outcome);
    test.counts = counts;
    test.severities = derive::severities(deviations.map(|i| (severity(i.severity.as_str()), i.verdict.as_str())));
    test.parameters = of_test(config, outcome);
    test.reasons = reasons(outcome);
    let ids: Vec<&str> = outcome.items.iter().map(|i| i.item_id.as_str()).collect();
    test.population_root = crate::package::merkle_root(&ids);
    test.exceptions = listing(outcome, placed, |v| matches!(v, Verdict::Exception | Verdict::Waived));
    test.undetermined = listing(outcome, placed, |v| v == Verdict::Undetermined);
    test
}

/// The counts of an outcome in the model's form.
pub(crate) fn counts(outcome: &Outcome) -> Counts {
    let c = outcome.counts;
    Counts::new(c.pass, c.exception, c.waived, c.undetermined, c.not_applicable)
}

/// What a test concluded.
pub(crate) fn conclusion(outcome: &Outcome) -> Conclusion {
    let counts = counts(outcome);
    match outcome.not_tested {
        // What deviates does so, whatever else could not be tested.
        Some(_) if counts.deviations == 0 => Conclusion::NotTested,
        _ => Conclusion::of(&counts, outcome.coverage_is_complete, 0),
    }
}

/// The same with its numbers, as a report says it, and why the rest was not tested.
pub(super) fn conclusion_words(outcome: &Outcome) -> String {
    let (conclusion, counts) = (conclusion(outcome), counts(outcome));
    match &outcome.not_tested {
        Some(why) if conclusion == Conclusion::NotTested => format!("{}: {why}", conclusion.as_str()),
        Some(why) => format!("{}; the rest was not tested: {why}", conclusion.in_words(&counts)),
        None => conclusion.in_words(&counts),
    }
}

fn severity(word: &str) -> Severity {
    Severity::parse(word).unwrap_or(Severity::Info)
}

// COV-02 counts records, its items are files and rejects: a count by scope would not add up to it.
fn by_scope(outcome: &Outcome) -> Vec<ScopeCounts> {
    if outcome.counts.population != outcome.items.len() as u64 {
        return Vec::new();
    }
    let mut scopes: BTreeMap<&str, [u64; 5]> = BTreeMap::new();
    for item in &outcome.items {
        let slot = match item.verdict {
            Verdict::Pass => 0,
            Verdict::Exception => 1,
            Verdict::Waived => 2,
            Verdict::Undetermined => 3,
            Verdict::NotApplicable => 4,
        };
        scopes.entry(item.scope.as_deref().unwrap_or("-")).or_default()[slot] += 1;
    }
    let counts = |[a, b, c, d, e]: [u64; 5]| Counts::new(a, b, c, d, e);
    scopes.into_iter().map(|(scope, n)| ScopeCounts { scope: scope.to_owned(), counts: counts(n) }).collect()
}

fn reasons(outcome: &Outcome) -> Vec<ReasonCount> {
    let mut all: BTreeMap<(Verdict, &str), u64> = BTreeMap::new();
    for item in &outcome.items {
        *all.entry((item.verdict, &item.reason)).or_default() += 1;
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by(|((v, r), n), ((w, s), m)| (v, std::cmp::Reverse(n), r).cmp(&(w, std::cmp::Reverse(m), s)));
    let row = |((verdict, reason), count): ((Verdict, &str), u64)| ReasonCount {
        verdict: verdict.as_str().to_owned(),
        reason: reason.to_owned(),
        count,
        meaning: texts::reason(outcome.test, reason).to_owned(),
    };
    all.into_iter().map(row).collect()
}

fn listing(outcome: &Outcome, placed: &Placed<'_>, wanted: impl Fn(Verdict) -> bool) -> Listing<ItemRow> {
    let (chosen, total) = listed(outcome, wanted);
    let rows = chosen.into_iter().map(|i| row(outcome.test, i, placed)).collect();
    Listing::of_total(rows, total)
}

/// The first of the chosen items in the order in which pages list them (gravest first, then by reason, time and id), and how many
/// there are.
fn listed(outcome: &Outcome, wanted: impl Fn(Verdict) -> bool) -> (Vec<&Item>, u64) {
    let place = |i: &Item| std::cmp::Reverse(i.severity);
    let order = |a: &&Item, b: &&Item| {
        (place(a), &a.reason, a.time, &a.item_id).cmp(&(place(b), &b.reason, b.time, &b.item_id))
    };
    let mut chosen: Vec<&Item> = outcome.items.iter().filter(|i| wanted(i.verdict)).collect();
    let total = chosen.len() as u64;
    if chosen.len() > ROWS_SHOWN {
        chosen.select_nth_unstable_by(ROWS_SHOWN, order);
        chosen.truncate(ROWS_SHOWN);
    }
    chosen.sort_by(order);
    (chosen, total)
}

fn row(test: &catalogue::Test, item: &Item, placed: &Placed<'_>) -> ItemRow {
    let text = |t: &Option<String>| t.clone().unwrap_or_else(|| "-".to_owned());
    let records = item.event_ids.iter().filter_map(|id| {
        let (path, line) = placed(id)?;
        Some(RecordRef { event_id: id.clone(), path: path.to_owned(), line })
    });
    let mut row = ItemRow {
        item_id: item.item_id.clone(),
        verdict: item.verdict.as_str().to_owned(),
        reason: item.reason.clone(),
        severity: severity(item.severity.as_str()),
        event_time: instant(item.time),
        scope: text(&item.scope),
        verb: item.verb.to_owned(),
        actor: text(&item.actor),
        subject: text(&item.subject),
        object: text(&item.object),
        detail: item.detail.clone().unwrap_or_default(),
        in_words: String::new(),
        waiver_id: item.waiver_id.clone().unwrap_or_default(),
        hole_id: item.hole_id.clone().unwrap_or_default(),
        records: records.collect(),
    };
    row.in_words = texts::sentence(test, &row);
    row
}
