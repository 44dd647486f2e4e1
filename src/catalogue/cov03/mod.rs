//! COV-03: delivered files only grow.

mod vanished;

use std::collections::{BTreeMap, BTreeSet};

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::words::{exception, not_applicable, pass, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Severity, Test, need};
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::inventory::{FileRow, Inventory, Place, record_places, repeatable_rejects};
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "COV-03",
    version: "3",
    severity: Severity::Critical,
    needs: &[need::E],
    shared_parameters: &[],
    own_parameters: &[],
    words: &[
        pass("grown", "every record of each version is in the one after it"),
        exception("lost_lines", "a later version lacks records of an earlier one"),
        exception(
            "vanished",
            "the file is gone, though the declared retention had not run out when files were last read",
        ),
        undetermined("records_not_listed", "the lake does not list every record of the versions"),
        undetermined("order_unknown", "nothing tells which version is the older"),
        not_applicable("retention_over", "the file is gone, and its declared retention has run out"),
        not_applicable(
            "no_retention",
            "the file is gone, and no retention is declared by which it would have to be there",
        ),
    ],
    columns: &[
        Column::optional("path", Kind::Text, "Path of the version before, as collected."),
        Column::optional("sha_old", Kind::Text, "SHA-256 of the version before."),
        Column::optional("sha_new", Kind::Text, "SHA-256 of the version after. null = the file is gone."),
        Column::optional(
            "t_old",
            Kind::Instant,
            "When the version before was modified, where every version has such a time, else read.",
        ),
        Column::optional("t_new", Kind::Instant, "The same of the version after. null = the file is gone."),
        Column::optional("lines_old", Kind::Whole, "Records of the version before."),
        Column::optional("lines_new", Kind::Whole, "Records of the version after. null = the file is gone."),
        Column::optional("lines_lost", Kind::Whole, "Records of the version before that the version after lacks."),
        Column::optional(
            "sample_lost_ref",
            Kind::Text,
            "Where the first of them stands: path#line. null = none is lost.",
        ),
    ],
    about: About {
        title: "Delivered files only grow",
        objective: "To find delivered logs from which records were taken or in which records were altered after they had been read once.",
        population: "Every Databricks log file that was seen more than once with different bytes, and every one that is gone from where it was read. A delivered file is known by its path from workspaceId= on, on Azure from resourceId= on; any other file by its whole path.",
        item_noun: "files",
        procedure: &[
            "The versions of a file are put in order by the time of modification where all of them have one, else by the time at which they were read.",
            "A file of which every version holds every record of the version before it, each as often, passes.",
            "A file of which a later version lacks a record of an earlier one is an exception; the lost records are named with file and line.",
            "A file that is gone from where it was read is an exception where the retention declared for its export had not run out when files were last read; with no retention declared it is listed and not judged. Files are looked for only where some of the export still stand.",
            "Where the lake does not list every record of a version, or nothing tells which version is the older, the file is undetermined.",
        ],
        false_positives: &[
            "An export that is written to the same path with another span of time loses the records of the span before.",
        ],
        limits: &[
            "Records are compared by the identity of their events, which leaves out what some deliveries lack (session, address, user agent): a change of those alone is not seen. Records that could not be read, or were filtered, are not compared.",
            "This test does not show that a file put back as it was before had not been altered in between, nor what became of files that no export of the configuration names.",
            "An export that is written to the same path with another span of time loses the records of the span before, and is reported so.",
        ],
        references: &[
            "Databricks documentation on audit log delivery: a delivered file may be overwritten, and keeps what it held",
            "NIST SP 800-53 r5 AU-9(3)",
        ],
        deviation: "File {object}: {meaning}",
        undecided: "Whether file {object} only grew",
    },
    evaluate,
};

/// Lost records that are named with their line.
const LINES_NAMED: usize = 5;

/// Lost events that an item lists; how many there are stands in its detail.
const EVENTS_LISTED: usize = 1000;

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let files = Inventory::read(evidence.lake)?.files;
    let repeatable = repeatable_rejects(&files);
    let (again, once): (Vec<_>, Vec<_>) = deliveries(&files).into_iter().partition(|(_, versions)| versions.len() > 1);
    let wanted: BTreeSet<String> =
        again.iter().flat_map(|(_, versions)| versions).map(|(_, f)| f.file_id.clone()).collect();
    let places = record_places(evidence.lake, &wanted)?;
    let items = again.par_iter().map(|(path, versions)| {
        let versions: Vec<Version<'_>> =
            versions.iter().map(|(age, file)| Version::new(file, *age, &places, &repeatable)).collect();
        item(evidence, path, &versions)
    });
    let mut items: Vec<Item> = items.collect();
    let gone = vanished::vanished(evidence, &files, again.iter().chain(&once))?;
    let seen_once: BTreeSet<&str> = once.iter().map(|(path, _)| *path).collect();
    let still_there = seen_once.iter().filter(|path| !gone.paths.contains(**path)).count();
    items.extend(gone.items);
    Ok(Judged {
        items,
        exclusions: vec![(
            "Databricks files that were seen once, or always with the same bytes, and are not known to be gone"
                .to_owned(),
            still_there as u64,
        )],
        notes: notes(evidence, &again, gone.looked_for),
        // A file that was collected once tells nothing of what became of it, so an empty population proves nothing.
        coverage_is_complete: false,
        ..Judged::default()
    })
}

/// What tells which version is the older: time of modification, where every version of the file has one, and time of reading.
type Age = (Option<i64>, i64);
type Aged<'e> = (Age, &'e FileRow);

/// The Databricks files by the path that they were delivered under, each with its versions, oldest first.
fn deliveries(files: &[FileRow]) -> BTreeMap<&str, Vec<Aged<'_>>> {
    let mut all: BTreeMap<&str, Vec<Aged<'_>>> = BTreeMap::new();
    for file in files.iter().filter(|f| f.source.as_deref() == Some(crate::source::DATABRICKS)) {
        all.entry(delivered(&file.path)).or_default().push(((file.modified_at, file.ingested_at), file));
    }
    for versions in all.values_mut() {
        if versions.iter().any(|((modified, _), _)| modified.is_none()) {
            versions.iter_mut().for_each(|((modified, _), _)| *modified = None);
        }
        versions.sort_by(|(a, f), (b, g)| (a, &f.file_id).cmp(&(b, &g.file_id)));
        versions.dedup_by(|(_, b), (_, a)| a.sha256 == b.sha256);
    }
    all
}

/// The part of a path that the delivery itself gives, whatever folder the files were collected in.
fn delivered(path: &str) -> &str {
    let start = |mark: &str| match path.starts_with(mark) {
        true => Some(0),
        false => path.find(&format!("/{mark}")).map(|at| at + 1),
    };
    let Some(at) = start("workspaceId=").or_else(|| start("resourceId=")) else { return path };
    // Azure names the category of events in the folder before: another category is another file.
    let before = path[..at].trim_end_matches('/');
    let folder = before.rfind('/').map_or(0, |slash| slash + 1);
    if path[at..].starts_with("resourceId=") && before[folder..].starts_with("insights-logs-") {
        &path[folder..]
    } else {
        &path[at..]
    }
}

/// One version of a delivered file.
struct Version<'e> {
    file: &'e FileRow,
    age: Age,
    places: &'e [Place],
    /// True when the lake lists every readable record of it.
    is_listed: bool,
}

impl<'e> Version<'e> {
    fn new(
        file: &'e FileRow,
        age: Age,
        places: &'e BTreeMap<String, Vec<Place>>,
        repeatable: &BTreeMap<&str, u64>,
    ) -> Self {
        let places = places.get(&file.file_id).map_or(&[][..], Vec::as_slice);
        let repeated = repeatable.get(file.file_id.as_str()).copied().unwrap_or(0);
        let is_listed = places.len() as u64 + repeated >= file.accepted + file.duplicate;
        Self { file, age, places, is_listed }
    }

    /// The records of this version that the newer one lacks, as often as it lacks them.
    fn lost_in(&self, newer: &Self) -> Vec<&'e Place> {
        let mut held: HashMap<u128, u64, FixedState> = HashMap::default();
        for place in newer.places {
            *held.entry(place.event).or_default() += 1;
        }
        let is_lost = |place: &&Place| match held.get_mut(&place.event) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        };
        self.places.iter().filter(is_lost).collect()
    }

    fn named(&self) -> String {
        format!("{} (sha256 {}, {} records)", self.file.path, self.file.sha256, self.file.records)
    }
}

/// What one step from a version to the next shows.
struct Step<'v, 'e> {
    older: &'v Version<'e>,
    newer: &'v Version<'e>,
    lost: Vec<&'e Place>,
    verdict: Verdict,
    reason: &'static str,
}

impl<'v, 'e> Step<'v, 'e> {
    fn new(older: &'v Version<'e>, newer: &'v Version<'e>) -> Self {
        let lost = older.lost_in(newer);
        let (verdict, reason) = match (lost.is_empty(), older.is_listed, newer.is_listed) {
            (false, _, false) | (true, false, _) => (Verdict::Undetermined, "records_not_listed"),
            (true, true, _) => (Verdict::Pass, "grown"),
            // With nothing to tell which is the older, a file that has grown reads like one that has shrunk.
            (false, _, true) if older.age == newer.age && newer.lost_in(older).is_empty() => {
                (Verdict::Undetermined, "order_unknown")
            }
            (false, _, true) => (Verdict::Exception, "lost_lines"),
        };
        Self { older, newer, lost, verdict, reason }
    }

    fn cells(&self) -> Vec<Cell> {
        let age = |version: &Version<'_>| Cell::Instant(Some(version.age.0.unwrap_or(version.age.1)));
        let count = |version: &Version<'_>| Cell::Whole(i64::try_from(version.file.records).ok());
        let sample = self.lost.first().map(|place| format!("{}#{}", self.older.file.path, place.line));
        vec![
            Cell::text(&self.older.file.path),
            Cell::text(&self.older.file.sha256),
            Cell::text(&self.newer.file.sha256),
            age(self.older),
            age(self.newer),
            count(self.older),
            count(self.newer),
            Cell::count(self.lost.len()),
            Cell::Text(sample),
        ]
    }

    fn told(&self) -> String {
        let (older, newer) = (self.older.named(), self.newer.named());
        let lines: Vec<String> = self.lost.iter().take(LINES_NAMED).map(|p| p.line.to_string()).collect();
        let and_more = if self.lost.len() > LINES_NAMED { ", ..." } else { "" };
        let path = &self.older.file.path;
        match self.reason {
            "lost_lines" => format!(
                "{} records of {older} are not in {newer}: {path} line {}{and_more}",
                self.lost.len(),
                lines.join(", ")
            ),
            "order_unknown" => format!("nothing tells whether {older} or {newer} is the older"),
            "records_not_listed" => format!("the lake does not list every record of {older} and {newer}"),
            _ => format!("every record of {older} is in {newer}"),
        }
    }
}

fn item(evidence: &Evidence<'_>, path: &str, versions: &[Version<'_>]) -> Item {
    let steps: Vec<Step<'_, '_>> = versions.windows(2).map(|pair| Step::new(&pair[0], &pair[1])).collect();
    let rank = |verdict: Verdict| match verdict {
        Verdict::Exception => 2,
        Verdict::Undetermined => 1,
        _ => 0,
    };
    let worst = steps.iter().rev().max_by_key(|step| rank(step.verdict));
    let (verdict, reason) = worst.map_or((Verdict::Pass, "grown"), |step| (step.verdict, step.reason));
    let told: Vec<String> = steps.iter().filter(|s| s.verdict == verdict).map(Step::told).collect();
    let lost = steps.iter().filter(|s| s.reason == "lost_lines").flat_map(|s| &s.lost);
    let first = versions.iter().filter_map(|v| v.file.first_event_time).min();
    Item {
        extra: worst.map_or_else(none, Step::cells),
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        object: Some(path.to_owned()),
        event_ids: lost.take(EVENTS_LISTED).map(|place| place.event_id()).collect(),
        detail: Some(told.join("; ")),
        ..Item::new(item_id(&["delivered", path]), first.unwrap_or(evidence.period.start))
    }
}

fn none() -> Vec<Cell> {
    TEST.columns.iter().map(|column| Cell::null(column.kind)).collect()
}

fn notes(evidence: &Evidence<'_>, again: &[(&str, Vec<Aged<'_>>)], looked_for: u64) -> Vec<String> {
    let versions = || again.iter().flat_map(|(_, versions)| versions).map(|(_, file)| file);
    let (rejected, filtered) =
        (versions().map(|f| f.rejected).sum::<u64>(), versions().map(|f| f.filtered).sum::<u64>());
    let declared: BTreeSet<String> =
        evidence.config.sources.iter().filter_map(|s| s.retention).map(|span| span.to_string()).collect();
    let retention = match declared.into_iter().collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "no retention is declared".to_owned(),
        spans => format!("the declared retention is {spans}"),
    };
    vec![
        format!(
            "records are compared by the event they are; {rejected} rejected and {filtered} filtered records of the versions compared are outside the comparison"
        ),
        match looked_for {
            0 => format!(
                "no Databricks file stands where the configuration would have it, so that none was looked for and none is called vanished; {retention}"
            ),
            n => format!("{n} Databricks files were looked for where they had been read; {retention}"),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivered_file_is_known_wherever_it_was_collected() {
        for (path, expected) in [
            ("a/b/workspaceId=0/date=2026-07-01/x.json", "workspaceId=0/date=2026-07-01/x.json"),
            ("workspaceId=0/x.json", "workspaceId=0/x.json"),
            ("c/resourceId=/SUBSCRIPTIONS/1/PT1H.json", "resourceId=/SUBSCRIPTIONS/1/PT1H.json"),
            ("c/insights-logs-jobs/resourceId=/S/PT1H.json", "insights-logs-jobs/resourceId=/S/PT1H.json"),
            ("insights-logs-jobs/resourceId=/S/PT1H.json", "insights-logs-jobs/resourceId=/S/PT1H.json"),
            ("exports/notworkspaceId=0/x.json", "exports/notworkspaceId=0/x.json"),
            ("exports/audit.csv", "exports/audit.csv"),
        ] {
            assert_eq!(delivered(path), expected, "{path}");
        }
    }
}
