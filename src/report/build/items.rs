//! Tests and their items as the model shows them.

use std::collections::BTreeMap;

use super::choice::of_test;
use super::{Parts, instant};
use crate::catalogue::{Item, Outcome};
use crate::correlate::Verdict;
use crate::report::model::{
    Conclusion, Counts, Exclusion, ItemRow, Listing, ROWS_SHOWN, ReasonCount, RecordRef, ScopeCounts, Severity, Test,
};
use crate::report::{controls, derive, texts};

pub(super) fn test(parts: &Parts<'_>, outcome: &Outcome) -> Test {
    let id = outcome.test.id;
    let counts = counts(outcome);
    let conclusion = conclusion(outcome);
    let about = texts::about(id);
    let prose = |of: fn(&texts::About) -> &'static str| about.map_or(id, of).to_owned();
    let list = |of: fn(&texts::About) -> &'static [&'static str]| {
        about.map_or(&[][..], of).iter().map(|t| (*t).to_owned()).collect::<Vec<_>>()
    };
    let mut limits = list(|a| a.limits);
    limits.extend(outcome.notes.iter().cloned());
    let deviations = outcome.items.iter().filter(|i| matches!(i.verdict, Verdict::Exception | Verdict::Waived));
    Test {
        id: id.to_owned(),
        version: outcome.test.version.to_owned(),
        title: prose(|a| a.title),
        gate: about.is_some_and(|a| a.gate),
        objective: prose(|a| a.objective),
        population_definition: prose(|a| a.population),
        item_noun: prose(|a| a.item_noun),
        procedure: list(|a| a.procedure),
        exclusions: outcome
            .exclusions
            .iter()
            .map(|(name, count)| Exclusion { name: name.clone(), count: *count })
            .collect(),
        counts,
        by_scope: by_scope(outcome),
        conclusion,
        conclusion_words: conclusion.in_words(&counts),
        severity: severity(outcome.test.severity.as_str()),
        severities: derive::severities(deviations.map(|i| (severity(i.severity.as_str()), i.verdict.as_str()))),
        parameters: of_test(parts, outcome),
        controls: controls::of_test(id),
        reasons: reasons(outcome),
        limits,
        population_root: crate::package::merkle_root(
            &outcome.items.iter().map(|i| i.item_id.as_str()).collect::<Vec<_>>(),
        ),
        exceptions: listing(parts, outcome, |v| matches!(v, Verdict::Exception | Verdict::Waived)),
        undetermined: listing(parts, outcome, |v| v == Verdict::Undetermined),
    }
}

/// The counts of an outcome in the model's form.
pub(crate) fn counts(outcome: &Outcome) -> Counts {
    let c = outcome.counts;
    Counts::new(c.pass, c.exception, c.waived, c.undetermined, c.not_applicable)
}

/// What a test concluded.
pub(crate) fn conclusion(outcome: &Outcome) -> Conclusion {
    Conclusion::of(&counts(outcome), outcome.coverage_is_complete, 0)
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
        meaning: texts::reason(outcome.test.id, reason).to_owned(),
    };
    all.into_iter().map(row).collect()
}

fn listing(parts: &Parts<'_>, outcome: &Outcome, wanted: impl Fn(Verdict) -> bool) -> Listing<ItemRow> {
    let chosen = listed(outcome, wanted);
    let total = chosen.len() as u64;
    let rows = chosen.into_iter().take(ROWS_SHOWN).map(|i| row(parts, outcome.test.id, i)).collect();
    Listing::of_total(rows, total)
}

/// The chosen items in the order in which pages list them: gravest first, then by reason, time and id.
pub(crate) fn listed(outcome: &Outcome, wanted: impl Fn(Verdict) -> bool) -> Vec<&Item> {
    let mut chosen: Vec<&Item> = outcome.items.iter().filter(|i| wanted(i.verdict)).collect();
    chosen.sort_by_key(|i| (std::cmp::Reverse(i.severity), i.reason.clone(), i.time, i.item_id.clone()));
    chosen
}

fn row(parts: &Parts<'_>, test: &str, item: &Item) -> ItemRow {
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
