//! What follows from the rest of the model: sums, the first page, matrices, distributions.
//!
//! Pages may not count, so everything that they would have to count is worked out here, once.

use super::controls::{ISO27001, SOC2, crosswalk, facts, matrix, of_test};
use super::format::number;
use super::model::{
    Bucket, Conclusion, ConclusionCount, Counts, InputFile, ItemRow, Latency, Listing, Model, Quantile, RecordCounts,
    Severity, SeverityCount, Summary, Test, Totals, WaiverSet,
};
use crate::catalogue;
use crate::correlate::lags::durations;
use crate::error::{Error, Result};
use crate::package::merkle_root;

/// Edges of the latency buckets in seconds: one second to thirty days, near enough even on a logarithmic scale.
pub const BUCKET_EDGES: [i64; 16] =
    [1, 3, 10, 30, 60, 180, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 259_200, 604_800, 2_592_000];

/// A second in microseconds.
const SECOND: i64 = 1_000_000;

impl Model {
    /// Fills summary, totals and matrices from the rest, and refuses counts that do not add up.
    pub fn derive(mut self) -> Result<Self> {
        self.totals = totals(&self.inputs);
        for test in &self.tests {
            check(test)?;
        }
        self.summary = summary(&self);
        self.waiver_set = WaiverSet::of(&self.waivers);
        self.mapping = facts()?;
        self.soc2 = matrix(SOC2, &self.tests, &self.organization_controls)?;
        self.iso27001 = matrix(ISO27001, &self.tests, &self.organization_controls)?;
        self.crosswalk = crosswalk(&self.tests, &self.organization_controls)?;
        Ok(self)
    }
}

fn check(test: &Test) -> Result<()> {
    let scopes_add_up = test.by_scope.is_empty()
        || test.by_scope.iter().map(|s| s.counts.population).sum::<u64>() == test.counts.population;
    let whole = test.counts.adds_up() && test.by_scope.iter().all(|s| s.counts.adds_up()) && scopes_add_up;
    if whole { Ok(()) } else { Err(Error::Bug(format!("the verdict counts of {} do not add up", test.id))) }
}

/// A test with its prose and controls, before any item is judged.
pub fn described(test: &catalogue::Test, severity: Severity) -> Test {
    let about = &test.about;
    // The marks of code are for the terminal and for Markdown.
    let plain = |text: &str| text.replace('`', "");
    let words = |list: &[&str]| list.iter().map(|text| plain(text)).collect();
    let counts = Counts::default();
    let need = |need: &catalogue::Need| {
        let note = if need.optional { " (where supplied)" } else { "" };
        format!("{}{note}", need.kind.as_str())
    };
    Test {
        id: test.id.into(),
        version: test.version.into(),
        title: about.title.into(),
        gate: test.is_gate(),
        objective: plain(about.objective),
        needs: test.needs.iter().map(need).collect(),
        population_definition: plain(about.population),
        item_noun: about.item_noun.into(),
        procedure: words(about.procedure),
        exclusions: Vec::new(),
        counts,
        by_scope: Vec::new(),
        conclusion: Conclusion::NotTested,
        conclusion_words: Conclusion::NotTested.in_words(&counts),
        severity,
        severities: severities(std::iter::empty()),
        parameters: Vec::new(),
        controls: of_test(test.id),
        reasons: Vec::new(),
        figures: Vec::new(),
        false_positives: words(about.false_positives),
        limits: words(about.limits),
        references: words(about.references),
        population_root: merkle_root::<&str>(&[]),
        exceptions: Listing::of_total(Vec::new(), 0),
        undetermined: Listing::of_total(Vec::new(), 0),
    }
}

/// The order in which a page lists exceptions: gravest first, then by time, then by item id.
pub fn sort_exceptions(rows: &mut [ItemRow]) {
    rows.sort_by(|a, b| (a.severity, &a.event_time, &a.item_id).cmp(&(b.severity, &b.event_time, &b.item_id)));
}

/// The order in which a page lists undetermined items: by reason, then by time, then by item id.
pub fn sort_undetermined(rows: &mut [ItemRow]) {
    rows.sort_by(|a, b| (&a.reason, &a.event_time, &a.item_id).cmp(&(&b.reason, &b.event_time, &b.item_id)));
}

/// Sums over the files.
pub fn totals(inputs: &[InputFile]) -> Totals {
    let sum = |field: fn(&RecordCounts) -> u64| inputs.iter().map(|f| field(&f.records)).sum::<u64>();
    let records = RecordCounts::new(
        sum(|r| r.records),
        sum(|r| r.accepted),
        sum(|r| r.duplicate),
        sum(|r| r.filtered),
        sum(|r| r.rejected),
    );
    Totals {
        file_count: inputs.len() as u64,
        byte_count: inputs.iter().map(|f| f.byte_count).sum(),
        records,
        ties_out: records.difference == 0 && inputs.iter().all(|f| f.records.difference == 0),
    }
}

/// Deviations by severity, gravest first, zeros included.
pub fn severities<'a>(rows: impl Iterator<Item = (Severity, &'a str)>) -> Vec<SeverityCount> {
    let mut counts: Vec<SeverityCount> =
        Severity::ALL.map(|severity| SeverityCount { severity, deviation_count: 0, waived_count: 0 }).to_vec();
    for (severity, verdict) in rows {
        if let Some(count) = counts.iter_mut().find(|c| c.severity == severity) {
            count.deviation_count += u64::from(matches!(verdict, "exception" | "waived"));
            count.waived_count += u64::from(verdict == "waived");
        }
    }
    counts
}

fn summary(model: &Model) -> Summary {
    let conclusions = Conclusion::ALL.map(|conclusion| ConclusionCount {
        conclusion,
        test_count: match conclusion {
            Conclusion::NotTested => model.not_tested.len() as u64,
            _ => model.tests.iter().filter(|t| t.conclusion == conclusion).count() as u64,
        },
    });
    let controls: Vec<&Test> = model.tests.iter().filter(|t| !t.gate).collect();
    let severities = Severity::ALL.map(|severity| {
        let of = |field: fn(&SeverityCount) -> u64| {
            controls.iter().flat_map(|t| &t.severities).filter(|s| s.severity == severity).map(field).sum()
        };
        SeverityCount { severity, deviation_count: of(|s| s.deviation_count), waived_count: of(|s| s.waived_count) }
    });
    Summary {
        conclusions: conclusions.to_vec(),
        deviation_count: controls.iter().map(|t| t.counts.deviations).sum(),
        waived_count: controls.iter().map(|t| t.counts.waived).sum(),
        severities: severities.to_vec(),
        not_concluded: not_concluded(model),
        not_covered: not_covered(model),
    }
}

fn not_concluded(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    if model.tests.is_empty() {
        lines.push("No test was run, so nothing is concluded.".to_owned());
    }
    if model.coverage.rows.is_empty() {
        lines.push("No source is at hand, so coverage is not established.".to_owned());
    }
    for test in model.tests.iter().filter(|t| t.gate && t.counts.deviations > 0) {
        let (count, population) = (number(test.counts.deviations), number(test.counts.population));
        lines.push(format!(
            "{}: {count} of {population} {} deviate; the evidence is that much thinner.",
            test.id, test.item_noun
        ));
    }
    for test in model.tests.iter().filter(|t| t.conclusion == Conclusion::UnableToConclude && t.counts.population == 0)
    {
        lines.push(format!("{}: nothing occurred in the evidence at hand, and coverage is incomplete.", test.id));
    }
    for test in model.tests.iter().filter(|t| t.counts.undetermined > 0) {
        let reasons: Vec<String> = test
            .reasons
            .iter()
            .filter(|r| r.verdict == "undetermined")
            .map(|r| format!("{} {}", number(r.count), r.reason))
            .collect();
        let why = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
        let (count, population) = (number(test.counts.undetermined), number(test.counts.population));
        lines.push(format!("{}: {count} of {population} {} undetermined{why}.", test.id, test.item_noun));
    }
    for row in model.coverage.rows.iter().filter(|r| !r.established) {
        lines.push(format!("Coverage of {} ({}) is not established: {}.", row.source, row.scope, row.note));
    }
    lines
}

fn not_covered(model: &Model) -> Vec<String> {
    let mut lines = vec![
        "The leg from personnel records to the identity provider was not tested: no personnel feed is part of the evidence."
            .to_owned(),
        "Approval outside the logs was not tested: a decision recorded by the identity provider counts as authority."
            .to_owned(),
    ];
    if !model.not_tested.is_empty() {
        let count = number(model.not_tested.len() as u64);
        lines.push(format!("{count} tests of the catalogue were not run; the list of tests not run names them."));
    }
    if !model.door.address_judged {
        lines.push("The network address of changes was not judged: no connector addresses are configured.".to_owned());
    }
    lines.extend(model.scope.excluded.iter().cloned());
    lines
}

/// Distribution of one direction: microseconds from decision to effect, and from decision to cut-off of those without one, in any order.
pub fn latency(direction: &str, carried: &[i64], open: &[i64], sla: i64) -> Latency {
    let of = |cases: &[i64], has_ended: bool| cases.iter().map(|t| (*t, has_ended)).collect::<Vec<_>>();
    let found = durations([of(carried, true), of(open, false)].concat());
    let mut seconds: Vec<i64> = carried.iter().map(|micros| micros / SECOND).collect();
    seconds.sort_unstable();
    let quantile = |(percent, micros): (u32, Option<i64>)| Quantile {
        percent,
        reached: micros.is_some(),
        seconds: micros.unwrap_or(0) / SECOND,
    };
    Latency {
        direction: direction.to_owned(),
        decided_count: cases(carried) + cases(open),
        count: cases(carried),
        open_count: cases(open),
        superseded_count: 0,
        unmeasured_count: 0,
        measured: !carried.is_empty(),
        quantiles: [(50, found.p50), (90, found.p90), (99, found.p99), (100, found.max)].map(quantile).to_vec(),
        longest_seconds: seconds.last().copied().unwrap_or(0),
        sla_seconds: sla / SECOND,
        late_count: carried.iter().filter(|t| **t > sla).count() as u64,
        buckets: buckets(&seconds),
    }
}

const fn cases(list: &[i64]) -> u64 {
    list.len() as u64
}

fn buckets(sorted: &[i64]) -> Vec<Bucket> {
    let last = BUCKET_EDGES.len() - 2;
    let edges = BUCKET_EDGES.windows(2).enumerate();
    edges
        .map(|(index, edge)| {
            let above = |s: &&i64| index == 0 || **s >= edge[0];
            let below = |s: &&i64| index == last || **s < edge[1];
            let count = sorted.iter().filter(above).filter(below).count() as u64;
            Bucket { from_seconds: edge[0], to_seconds: edge[1], count }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_latency_falls_into_one_bucket() {
        let seconds = [0, 1, 2, 3, 86_399, 86_400, 9_999_999];
        let found = latency("grants", &seconds.map(|s| s * SECOND), &[], 86_400 * SECOND);
        assert_eq!(found.buckets.iter().map(|b| b.count).sum::<u64>(), seconds.len() as u64);
        assert_eq!((found.late_count, found.longest_seconds), (1, 9_999_999));
    }

    #[test]
    fn open_decisions_count_in_every_quantile() {
        let found = |open: &[i64]| latency("grants", &[3, 1, 2].map(|s| s * SECOND), open, SECOND);
        let quantiles =
            |of: Latency| of.quantiles.iter().map(|q| (q.percent, q.reached, q.seconds)).collect::<Vec<_>>();
        assert_eq!(quantiles(found(&[])), [(50, true, 2), (90, true, 3), (99, true, 3), (100, true, 3)]);
        let open = found(&[90 * SECOND, 80 * SECOND]);
        assert_eq!((open.decided_count, open.count, open.open_count, open.late_count), (5, 3, 2, 2));
        assert_eq!(quantiles(open), [(50, true, 3), (90, false, 0), (99, false, 0), (100, false, 0)]);
    }

    #[test]
    fn conclusions_follow_the_counts() {
        let of = |counts: Counts, complete| Conclusion::of(&counts, complete, 0).in_words(&counts);
        assert_eq!(of(Counts::new(9, 0, 1, 5, 0), true), "1 exception noted in 15 items");
        assert_eq!(of(Counts::new(9, 0, 0, 1, 0), true), "Unable to conclude: 1 of 10 items undetermined");
        assert_eq!(of(Counts::new(0, 0, 0, 0, 0), true), "No occurrence in the period (coverage proven)");
        assert!(of(Counts::new(0, 0, 0, 0, 0), false).starts_with("Unable to conclude"));
        assert_eq!(of(Counts::new(9, 0, 0, 0, 1), true), "No exceptions noted in 9 of 10 items");
        assert_eq!(of(Counts::new(1, 0, 0, 0, 0), true), "No exceptions noted in 1 of 1 item");
        assert_eq!(of(Counts::new(0, 1, 0, 0, 0), true), "1 exception noted in 1 item");
        assert_eq!(of(Counts::new(0, 1, 1, 0, 0), true), "2 exceptions noted in 2 items");
        assert_eq!(of(Counts::new(0, 0, 0, 1, 0), true), "Unable to conclude: 1 of 1 item undetermined");
        assert_eq!(of(Counts::new(1_199, 1, 0, 0, 0), true), "1 exception noted in 1,200 items");
        // A waived exception is a deviation, and comes before what is open; a tolerance takes no exception back.
        assert_eq!(Conclusion::of(&Counts::new(0, 0, 1, 1, 0), true, 9), Conclusion::ExceptionsNoted);
        assert_eq!(Conclusion::of(&Counts::new(8, 0, 0, 2, 0), true, 1), Conclusion::UnableToConclude);
        assert_eq!(Conclusion::of(&Counts::new(8, 0, 0, 1, 0), true, 1), Conclusion::NoExceptionsNoted);
        assert_eq!(Conclusion::NotTested.in_words(&Counts::default()), "Not tested");
        // Items to which the test does not apply are no occurrence of nothing: they were there.
        assert_eq!(of(Counts::new(0, 0, 0, 0, 3), true), "No exceptions noted in 0 of 3 items");
    }
}
