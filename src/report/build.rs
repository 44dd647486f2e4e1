//! From judged evidence to the report model.

mod choice;
mod companions;
mod coverage;
mod items;
mod statements;
mod time;
mod waivers;

pub(crate) use items::{conclusion, test};

use std::collections::{BTreeMap, BTreeSet};

use super::format;
use super::model::{
    Alias, Comparison, Conclusion, CutOff, DataFile, Door, Identity, InputFile, Listing, MappingFacts, Model,
    NOT_SUPPLIED, NotTested, PackageFacts, Period, Place, RecordCounts, Reject, SCHEMA_VERSION, Scope, Sensitivity,
    SensitivityRow, Summary, Test, Tool, Totals, Unresolved, VocabularyLine, WaiverSet,
};
use crate::catalogue::{Evidence, Outcome, WaiverUse};
use crate::change::Direction;
use crate::config::Span;
use crate::correlate::cases::Entitlement;
use crate::correlate::kernel::Reason;
use crate::correlate::{ACCOUNT, TENANT, Verdict};
use crate::error::Result;
use crate::inventory::{Inventory, VocabularyRow};
use crate::package::PriorPackage;

/// Rejects listed in the model; the rest is in the lake.
const REJECTS_LISTED: usize = 50;

/// Everything that the model is made of.
#[derive(Debug)]
pub struct Parts<'p> {
    /// What was judged.
    pub evidence: &'p Evidence<'p>,
    /// How; their items are not looked at any more.
    pub outcomes: &'p [Outcome],
    /// The outcomes as the model shows them.
    pub tests: Vec<Test>,
    /// What became of the waivers.
    pub waivers: &'p [WaiverUse],
    /// Files and rejects.
    pub inventory: &'p Inventory,
    /// Event types.
    pub vocabulary: &'p [VocabularyRow],
    /// The package that this one is compared with.
    pub prior: Option<&'p PriorPackage>,
    /// The data files of the package.
    pub data_files: Vec<DataFile>,
}

/// Builds the model.
///
/// # Errors
/// Counts that do not add up: a bug of ours.
pub fn model(parts: &Parts<'_>) -> Result<Model> {
    let config = parts.evidence.config;
    let inputs: Vec<InputFile> = parts.inventory.files.iter().map(input).collect();
    let companions = companions::files(parts);
    let others = config.other_inputs.iter().map(|f| f.sha256.as_str());
    let others = companions.iter().map(|f| f.sha256.as_str()).chain(others);
    let digests: Vec<&str> = inputs.iter().map(|f| f.sha256.as_str()).chain(others).collect();
    let tool = Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    Model {
        schema_version: SCHEMA_VERSION,
        package: PackageFacts {
            run_id: crate::package::run_id(&digests, &config.sha256, &tool.version, parts.prior),
            config_sha256: config.sha256.clone(),
            redaction_profile: "full".to_owned(),
            data_files: parts.data_files.clone(),
        },
        tool,
        organization: config.organization.clone(),
        period: period(parts),
        summary: Summary::default(),
        scope: scope(parts),
        cut_offs: cut_offs(parts),
        profile: choice::profile(config),
        parameters: choice::parameters(parts),
        door: door(parts),
        identity: identity(parts),
        inputs,
        companions,
        companion_findings: companions::findings(parts)?,
        other_inputs: config.other_inputs.clone(),
        totals: Totals::default(),
        rejects: Listing::capped(parts.inventory.rejects.iter().map(reject).collect(), REJECTS_LISTED),
        vocabulary: parts.vocabulary.iter().map(vocabulary_line).collect(),
        coverage: coverage::coverage(parts),
        sensitivity: sensitivity(parts),
        latency: [Direction::Grant, Direction::Revoke].map(|direction| time::latency(parts, direction)).to_vec(),
        skews: time::skews(parts),
        tests: parts.tests.clone(),
        not_tested: not_tested(parts),
        waivers: waivers::waivers(parts),
        waiver_set: WaiverSet::default(),
        comparison: Comparison::default(),
        soc2: Vec::new(),
        iso27001: Vec::new(),
        crosswalk: Vec::new(),
        mapping: MappingFacts::default(),
        organization_controls: config.organization_controls.clone(),
        statements: statements::statements(parts),
    }
    .derive()
}

/// Tests that could not be carried out, and those that the profile leaves out.
fn not_tested(parts: &Parts<'_>) -> Vec<NotTested> {
    let row =
        |id: &str, title: &str, reason: &str| NotTested { id: id.into(), title: title.into(), reason: reason.into() };
    let mut all: Vec<NotTested> = Vec::new();
    for outcome in parts.outcomes {
        if let Some(why) = outcome.not_tested.as_ref().filter(|_| conclusion(outcome) == Conclusion::NotTested) {
            all.push(row(outcome.test.id, outcome.test.about.title, why));
        }
    }
    all.extend(choice::left_out(parts.evidence.config));
    all
}

/// An instant as the model writes it: RFC 3339, UTC, fractions only where there are any.
pub fn instant(micros: i64) -> String {
    chrono::DateTime::from_timestamp_micros(micros)
        .map_or_else(|| "-".to_owned(), |t| t.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

fn period(parts: &Parts<'_>) -> Period {
    let period = parts.evidence.period;
    Period {
        label: period.label.clone(),
        start: instant(period.start),
        end: instant(period.end),
        zone: parts.evidence.config.zone.name().to_owned(),
    }
}

fn input(file: &crate::inventory::FileRow) -> InputFile {
    let time = |t: Option<i64>| t.map_or_else(|| "-".to_owned(), instant);
    InputFile {
        file_id: file.file_id.clone(),
        path: file.path.clone(),
        source: file.source.clone().unwrap_or_else(|| "-".to_owned()),
        sha256: file.sha256.clone(),
        byte_count: file.byte_count,
        records: RecordCounts::new(file.records, file.accepted, file.duplicate, file.filtered, file.rejected),
        first_event_time: time(file.first_event_time),
        last_event_time: time(file.last_event_time),
    }
}

fn reject(row: &crate::inventory::RejectRow) -> Reject {
    Reject { path: row.path.clone(), line: row.line, byte_offset: row.byte_offset, reason: row.reason.clone() }
}

fn vocabulary_line(row: &VocabularyRow) -> VocabularyLine {
    VocabularyLine {
        source: row.source.clone(),
        event_type: row.event_type.clone(),
        plane: row.plane.clone(),
        count: row.count,
        mapped: row.mapped,
        first_seen: instant(row.first_seen),
        last_seen: instant(row.last_seen),
        access_like: row.access_like,
    }
}

fn scope(parts: &Parts<'_>) -> Scope {
    let config = parts.evidence.config;
    let mut sources: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for log in parts.evidence.coverage.logs() {
        sources.entry(&log.scope).or_default().insert(&log.source);
    }
    let places = sources.into_iter().map(|(scope, sources)| {
        let name = config.workspaces.iter().find(|(_, id)| *id == scope).map(|(name, _)| name.clone());
        let environment = match scope {
            s if config.production.iter().any(|p| p == s) => Some("production"),
            s if config.sandbox.iter().any(|p| p == s) => Some("sandbox"),
            _ => None,
        };
        Place {
            kind: match scope {
                ACCOUNT => "account",
                TENANT => "tenant",
                _ => "workspace",
            }
            .to_owned(),
            scope: scope.to_owned(),
            name: name.clone().unwrap_or_else(|| NOT_SUPPLIED.to_owned()),
            environment: environment.unwrap_or(NOT_SUPPLIED).to_owned(),
            sources: sources.into_iter().map(str::to_owned).collect(),
            declared: environment.is_some() || name.is_some() || matches!(scope, ACCOUNT | TENANT),
        }
    });
    Scope { places: places.collect(), excluded: excluded(parts) }
}

fn excluded(parts: &Parts<'_>) -> Vec<String> {
    let unmapped: u64 = parts.vocabulary.iter().filter(|v| !v.mapped).map(|v| v.count).sum();
    let other_apps = parts.evidence.correlation.judged.cases.left_out.other_app_count;
    let mut all = Vec::new();
    if unmapped > 0 {
        let unmapped = format::number(unmapped);
        all.push(format!(
            "{unmapped} events of types that are not in the vocabulary are kept and counted, but were not judged."
        ));
    }
    let unpushed = unpushed_groups(parts);
    if !unpushed.is_empty() {
        let named = unpushed.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let have = if unpushed.len() == 1 { "group has" } else { "groups have" };
        all.push(format!(
            "{} identity-provider {have} no counterpart in Databricks ({named}); decisions there are not_pushed. A counterpart of another name belongs under [groups].",
            unpushed.len()
        ));
    }
    if other_apps > 0 {
        all.push(format!("{other_apps} pushes to applications other than Databricks were not judged."));
    }
    all
}

fn unpushed_groups(parts: &Parts<'_>) -> BTreeSet<String> {
    let by_key = &parts.evidence.correlation.judged.cases.by_key;
    let unpushed = by_key.iter().filter_map(|(key, case)| match &key.entitlement {
        Entitlement::Member(group) if !case.is_group_pushed && case.decisions.iter().any(|d| d.is_item) => {
            Some(group.to_string())
        }
        _ => None,
    });
    unpushed.collect()
}

fn cut_offs(parts: &Parts<'_>) -> Vec<CutOff> {
    let end = parts.evidence.coverage.end_of(|source| source == crate::source::DATABRICKS);
    let of = |o: &Outcome| {
        let is_evidence = end.is_some_and(|end| end <= o.cut_off);
        let basis =
            if is_evidence { "end of the evidence" } else { "end of the period plus the test's longest window" };
        CutOff { test_id: o.test.id.to_owned(), cut_off: instant(o.cut_off), basis: basis.to_owned() }
    };
    parts.outcomes.iter().map(of).collect()
}

fn door(parts: &Parts<'_>) -> Door {
    let config = parts.evidence.config;
    Door {
        principals: config.connector.principals.clone(),
        user_agents: config.connector.user_agents.clone(),
        addresses: config.connector.addresses.clone(),
        address_judged: !config.connector.addresses.is_empty(),
        automation: config.automation.clone(),
    }
}

fn identity(parts: &Parts<'_>) -> Identity {
    let config = parts.evidence.config;
    let aliases = |map: &BTreeMap<String, String>| {
        map.iter().map(|(from, to)| Alias { from: from.clone(), to: to.clone() }).collect()
    };
    let cases = &parts.evidence.correlation.judged.cases;
    let mut principals = BTreeSet::new();
    let mut unresolved: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (key, case) in cases.by_key.iter().filter(|(key, _)| !key.is_group) {
        principals.insert(&key.subject);
        if !key.subject.is_known() {
            let rows = case.effects.iter().map(|e| e.row).chain(case.decisions.iter().map(|d| d.row));
            for row in rows {
                let source = parts.evidence.correlation.judged.acts.at(row).source.to_owned();
                *unresolved.entry((key.subject.label().to_owned(), source)).or_default() += 1;
            }
        }
    }
    let unresolved = unresolved.into_iter().map(|((name, source), event_count)| Unresolved {
        name,
        source,
        reason: "several identities claim it, or the record names nobody".to_owned(),
        event_count,
    });
    Identity {
        domains: aliases(&config.domains),
        aliases: aliases(&config.aliases),
        groups: aliases(&config.group_map),
        group_prefix: config.group_prefix.clone(),
        principal_count: principals.len() as u64,
        merges: Vec::new(),
        unresolved: Listing::capped(unresolved.collect(), super::model::ROWS_SHOWN),
    }
}

fn sensitivity(parts: &Parts<'_>) -> Sensitivity {
    let correlation = parts.evidence.correlation;
    let row = |(look_back, counts): &(Span, BTreeMap<Reason, usize>)| {
        let of = |verdict: Verdict| {
            counts.iter().filter(|(r, _)| r.verdict() == verdict).map(|(_, n)| *n as u64).sum::<u64>()
        };
        SensitivityRow {
            look_back_seconds: look_back.as_seconds(),
            in_use: look_back.micros() == correlation.limits.window.look_back,
            matched: counts.get(&Reason::Matched).map_or(0, |n| *n as u64),
            pass: of(Verdict::Pass),
            deviations: of(Verdict::Exception),
            undetermined: of(Verdict::Undetermined),
        }
    };
    Sensitivity { rows: correlation.sensitivity.iter().map(row).collect() }
}
