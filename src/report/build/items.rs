//! Tests and their items as the model shows them.

use std::collections::BTreeMap;

use super::choice::of_test;
use super::{Parts, instant};
use crate::catalogue::{self, Item, Outcome};
use crate::correlate::Verdict;
use crate::report::model::{
    Conclusion, Counts, Exclusion, Figure, ItemRow, Listing, ROWS_SHOWN, ReasonCount, RecordRef, ScopeCounts, Severity,
    Test,
};
use crate::report::{derive, texts};

pub(super) fn test(parts: &Parts<'_>, outcome: &Outcome) -> Test {
    let counts = counts(outcome);
    let conclusion = conclusion(outcome);
    let deviations = outcome.items.iter().filter(|i| matches!(i.verdict, Verdict::Exception | Verdict::Waived));
    let exclusion = |(name, count): &(String, u64)| Exclusion { name: name.clone(), count: *count };
    let figure = |(name, value): &(String, String)| Figure { name: name.clone(), value: value.clone() };
    let mut test = derive::described(outcome.test, severity(outcome.test.severity.as_str()));
    let own = parts.evidence.config.custom_tests.iter().find(|custom| custom.test.id == outcome.test.id);
    test.controls.extend(own.iter().flat_map(|custom| custom.test_controls()));
    test.limits.extend(outcome.notes.iter().cloned());
    test.exclusions = outcome.exclusions.iter().map(exclusion).collect();
    test.figures = outcome.figures.iter().map(figure).collect();
    test.by_scope = by_scope(outcome);
    test.conclusion = conclusion;
    test.conclusion_words = conclusion_words(outcome);
    test.counts = counts;
    test.severities = derive::severities(deviations.map(|i| (severity(i.severity.as_str()), i.verdict.as_str())));
    test.parameters = of_test(parts, outcome);
    test.reasons = reasons(outcome);
    let ids: Vec<&str> = outcome.items.iter().map(|i| i.item_id.as_str()).collect();
    test.population_root = crate::package::merkle_root(&ids);
    test.exceptions = listing(parts, outcome, |v| matches!(v, Verdict::Exception | Verdict::Waived));
    test.undetermined = listing(parts, outcome, |v| v == Verdict::Undetermined);
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

fn listing(parts: &Parts<'_>, outcome: &Outcome, wanted: impl Fn(Verdict) -> bool) -> Listing<ItemRow> {
    let chosen = listed(outcome, wanted);
    let total = chosen.len() as u64;
    let rows = chosen.into_iter().take(ROWS_SHOWN).map(|i| row(parts, outcome.test, i)).collect();
    Listing::of_total(rows, total)
}

/// The chosen items in the order in which pages list them: gravest first, then by reason, time and id.
fn listed(outcome: &Outcome, wanted: impl Fn(Verdict) -> bool) -> Vec<&Item> {
    let mut chosen: Vec<&Item> = outcome.items.iter().filter(|i| wanted(i.verdict)).collect();
    chosen.sort_by_key(|i| (std::cmp::Reverse(i.severity), i.reason.clone(), i.time, i.item_id.clone()));
    chosen
}

fn row(parts: &Parts<'_>, test: &catalogue::Test, item: &Item) -> ItemRow {
    let text = |t: &Option<String>| t.clone().unwrap_or_else(|| "-".to_owned());
    let records = item.event_ids.iter().filter_map(|id| {
        let (path, line) = parts.lineage.get(id)?;
        Some(RecordRef { event_id: id.clone(), path: path.clone(), line: *line })
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
