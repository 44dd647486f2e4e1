//! CLD-01: AWS roles used by Databricks have not drifted.

mod digests;
mod policy;

use polars::prelude::*;
use serde_json::Value;

use self::digests::Digests;
use super::chg02::ticket_for;
use super::evidence::Evidence;
use super::records::{Raw, Record, databricks, records};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Item, Judged, Severity, Test, need};
use crate::config::{ByEnvironment, Choices, Facts, Globs, Parameter};
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::event::EVENT_TYPE;
use crate::frame::SOURCE;
use crate::schema::{Column, Kind};
use crate::source::kept;

const CLOUDTRAIL: &str = "cloudtrail";

/// The test.
pub(super) const TEST: Test = Test {
    id: "CLD-01",
    version: "2",
    severity: Severity::High,
    needs: &[need::X, need::E, need::K_IF],
    shared_parameters: &[],
    own_parameters: &[
        Parameter {
            name: "resources",
            default: "[]",
            doc: "roles, policies, instance profiles, users and buckets (globs of names or ARNs) that Databricks uses",
        },
        Parameter {
            name: "pipelines",
            default: "[]",
            doc: "selects of the changes that pipelines may make, e.g. `{ actor = \"*deploy-role*\" }`",
        },
        Parameter {
            name: "pair_window",
            default: "1h",
            doc: "how far a change in AWS and its counterpart in Databricks may lie apart",
        },
    ],
    words: &[
        pass("pipeline", "made by an actor that the configuration allows to make it"),
        pass("ticket", "an approval on record, given beforehand by somebody else, covers it"),
        pass("paired", "a change in Databricks of the same resource stands beside it"),
        exception("out_of_band", "neither a pipeline nor an approval nor a change in Databricks stands behind it"),
        exception("no_external_id", "it lets another account take the role without an external id"),
        exception("wildcard", "it allows any principal, any action, or any action of a service"),
        undetermined(
            "digest_missing",
            "no digest of CloudTrail covers the log file, so that it cannot be told to be whole",
        ),
        undetermined("digest_differs", "the log file is not the one that CloudTrail's digest describes"),
        shared::COVERAGE_GAP,
        shared::NOT_SUPPLIED,
    ],
    columns: &[
        Column::optional("role", Kind::Text, "The resource, as the record names it."),
        Column::optional("event_name", Kind::Text, "The call."),
        Column::optional("change_summary", Kind::Text, "What it set."),
        Column::optional(
            "weaken",
            Kind::Flag,
            "True = it opens the resource to any principal, any action, or without an external id.",
        ),
        Column::optional("pipeline", Kind::Flag, "True = made by an allowed actor."),
        Column::optional("ticket", Kind::Text, "The approval that covers it. null = none does."),
        Column::optional("dbx_pair", Kind::Text, "Event of the change in Databricks beside it. null = none."),
    ],
    about: About {
        title: "Cloud roles used by Databricks have not drifted",
        objective: "To find changes of the cloud's own permissions by which data is reached past Databricks.",
        population: "CloudTrail records of changes of roles, policies, instance profiles, access keys and buckets on the declared list, and changes of instance profiles, storage credentials and external locations in Databricks.",
        item_noun: "changes",
        procedure: &[
            "A trust policy without external id, and any principal or action, are an exception whoever set them.",
            "A change by an actor under pipelines, one that an approval covers (by any name of the resource, with the account, the resource or whoever made it as its subject), and one in AWS beside a change of the same resource in Databricks pass.",
            "Any other is an exception.",
            "A record of a log file that no digest covers, or another digest than its own, is undetermined, and so is a change in Databricks beside a hole in CloudTrail.",
        ],
        false_positives: &["A resource that is no longer used by Databricks: take it from the list."],
        limits: &[
            "Resources that are not on the list were not looked at.",
            "The digest's own signature was not checked; only that it describes the log file.",
            "This test does not show what a policy allows in the end, with boundaries and organisation policies.",
        ],
        references: &["NIST SP 800-53 r5 CM-5, CM-6", "AWS documentation: CloudTrail log file integrity validation"],
        deviation: "At {at} {actor} changed {object}: {meaning}",
        undecided: "The change of {object} by {actor} at {at}",
    },
    evaluate,
};

/// Calls that are the population, where they are about a resource on the list.
const CALLS: [&str; 32] = [
    "UpdateAssumeRolePolicy",
    "AttachRolePolicy",
    "DetachRolePolicy",
    "PutRolePolicy",
    "DeleteRolePolicy",
    "PutRolePermissionsBoundary",
    "DeleteRolePermissionsBoundary",
    "CreateRole",
    "DeleteRole",
    "UpdateRole",
    "CreatePolicy",
    "DeletePolicy",
    "CreatePolicyVersion",
    "SetDefaultPolicyVersion",
    "DeletePolicyVersion",
    "CreateInstanceProfile",
    "DeleteInstanceProfile",
    "AddRoleToInstanceProfile",
    "RemoveRoleFromInstanceProfile",
    "AttachUserPolicy",
    "DetachUserPolicy",
    "PutUserPolicy",
    "DeleteUserPolicy",
    "CreateAccessKey",
    "UpdateAccessKey",
    "DeleteAccessKey",
    "PutBucketPolicy",
    "DeleteBucketPolicy",
    "PutBucketAcl",
    "PutBucketPublicAccessBlock",
    "DeleteBucketPublicAccessBlock",
    "PassRole",
];

/// Their counterparts in Databricks; registering an instance profile has no documented action of its own.
const PAIRS: [&str; 11] = [
    "iamRole.changeIamRoleAcl",
    "iamRole.changeIamRoleAssumeAcl",
    "unityCatalog.createStorageCredential",
    "unityCatalog.updateStorageCredential",
    "unityCatalog.deleteStorageCredential",
    "unityCatalog.createExternalLocation",
    "unityCatalog.updateExternalLocation",
    "unityCatalog.deleteExternalLocation",
    "unityCatalog.createCredential",
    "unityCatalog.updateCredential",
    "unityCatalog.deleteCredential",
];

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let resources = evidence.config.globs(TEST.id, "resources")?;
    let is_cloud = SOURCE.expr().eq(lit(CLOUDTRAIL));
    let names = Series::new("calls".into(), CALLS);
    let wanted = is_cloud.and(EVENT_TYPE.expr().is_in(lit(names).implode(false), false));
    let in_period = |r: &Record| evidence.period.contains(r.time);
    let (calls, failed): (Vec<_>, Vec<_>) =
        records(evidence, wanted, Raw::With)?.into_iter().partition(Record::succeeded);
    let calls: Vec<Change> = calls.into_iter().filter(in_period).map(Change::of_cloud).collect();
    let (listed, unlisted): (Vec<_>, Vec<_>) =
        calls.into_iter().partition(|c| c.names.iter().any(|n| resources.any(n)));
    let own = records(evidence, databricks(evidence, &PAIRS)?, Raw::With)?.into_iter().filter(Record::succeeded);
    let own: Vec<Change> = own.map(Change::of_databricks).collect();
    let judge = Judge {
        evidence,
        pipelines: ByEnvironment::new(evidence.config, |here| here.choices(TEST.id, "pipelines"))?,
        window: evidence.config.span(TEST.id, "pair_window")?.micros(),
        digests: Digests::read(evidence)?,
        has_cloud: evidence.coverage.has(|log| log.source == CLOUDTRAIL),
    };
    let mut items: Vec<Item> = listed.iter().map(|c| judge.cloud(c, &own)).collect();
    items.extend(own.iter().filter(|c| in_period(&c.record)).map(|c| judge.own(c)));
    let failed = failed.iter().filter(|r| in_period(r)).count() as u64;
    Ok(Judged {
        items,
        exclusions: vec![
            ("failed attempts, and those whose outcome the record does not state".to_owned(), failed),
            ("calls about resources that are not on the list".to_owned(), unlisted.len() as u64),
        ],
        notes: notes(evidence, &resources),
        coverage_is_complete: evidence.is_covered(|s| s == CLOUDTRAIL),
        not_tested: (!judge.has_cloud).then(|| "no CloudTrail log is at hand".to_owned()),
        ..Judged::default()
    })
}

fn notes(evidence: &Evidence<'_>, resources: &Globs) -> Vec<String> {
    let mut notes = Vec::new();
    if !evidence.companions.has(crate::companion::Kind::Approvals) {
        notes.push("Approval outside the logs was not tested.".to_owned());
    }
    if resources.is_empty() {
        notes.push("No resource is declared, so that no call of CloudTrail belongs to the population.".to_owned());
    }
    notes
}

/// A change of a resource, in AWS or in Databricks.
struct Change {
    record: Record,
    /// What the resource is called: name, ARN, or both.
    names: Vec<String>,
    summary: String,
    /// The reason for which it is an exception whoever made it.
    fault: Option<&'static str>,
}

impl Change {
    fn of_cloud(record: Record) -> Self {
        let raw = kept::json(&record.raw);
        let params = raw.get("requestParameters").cloned().unwrap_or_default();
        let keys = ["roleName", "roleArn", "policyArn", "policyName", "instanceProfileName", "userName", "bucketName"];
        let given = keys.iter().filter_map(|key| params.get(*key)?.as_str());
        let mut names: Vec<String> = given.map(str::to_owned).collect();
        names.extend([&record.target, &record.target_id].into_iter().flatten().cloned());
        names.dedup();
        let document =
            ["policyDocument", "assumeRolePolicyDocument", "bucketPolicy"].iter().find_map(|k| params.get(*k));
        let is_trust =
            params.get("assumeRolePolicyDocument").is_some() || record.event_type == "UpdateAssumeRolePolicy";
        let account = raw.get("recipientAccountId").and_then(Value::as_str);
        let fault = document.and_then(|document| policy::fault(document, is_trust, account));
        Self { names, summary: params.to_string(), fault, record }
    }

    fn of_databricks(record: Record) -> Self {
        let params = kept::parameters(&record.raw);
        // The role stands somewhere in the parameters, by name or inside an object.
        let own = ["name", "resourceId", "name_arg"].iter().find_map(|key| params.get(*key));
        let names = own.into_iter().chain(params.values()).cloned().collect();
        let shown = params.iter().filter(|(key, _)| key.as_str() != "endpoint");
        let summary = shown.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ");
        Self { names, summary, fault: None, record }
    }

    fn object(&self) -> String {
        self.names.first().cloned().unwrap_or_else(|| "(resource not named)".to_owned())
    }

    // What an approval may call it. Of a change in Databricks the names are all that its parameters hold, the resource's own first.
    fn called(&self) -> Vec<&str> {
        let count = if self.record.source == CLOUDTRAIL { self.names.len() } else { 1 };
        self.names.iter().take(count).map(String::as_str).collect()
    }

    // A name stands in an ARN behind a slash, or alone.
    fn is_about(&self, name: &str) -> bool {
        let bare = name.rsplit(['/', ':']).next().unwrap_or(name);
        let is_word =
            |text: &str| text.split(|c: char| !(c.is_alphanumeric() || "-_.+=@".contains(c))).any(|w| w == bare);
        !bare.is_empty() && self.names.iter().any(|text| is_word(text))
    }
}

struct Judge<'a, 'e> {
    evidence: &'a Evidence<'e>,
    pipelines: ByEnvironment<Choices>,
    window: i64,
    digests: Digests,
    has_cloud: bool,
}

impl Judge<'_, '_> {
    fn cloud(&self, change: &Change, own: &[Change]) -> Item {
        let near = |o: &&Change| (o.record.time - change.record.time).abs() <= self.window;
        let pair = own.iter().filter(near).find(|o| change.names.iter().any(|name| o.is_about(name)));
        let pair = pair.map(|o| o.record.event_id.clone());
        let whole = self.digests.doubt(&change.record.event_id);
        self.item(change, pair, whole)
    }

    fn own(&self, change: &Change) -> Item {
        let time = change.record.time;
        let hole = self.evidence.hole(|log| log.source == CLOUDTRAIL, time - self.window, time + self.window);
        let doubt = match (self.has_cloud, &hole) {
            (false, _) => Some("not_supplied"),
            (true, Some(_)) => Some("coverage_gap"),
            (true, None) => None,
        };
        let item = self.item(change, None, doubt);
        Item { hole_id: hole.filter(|_| item.reason == "coverage_gap"), ..item }
    }

    // What is weak is an exception although the file may be in doubt: the record is evidence against, not for.
    fn item(&self, change: &Change, pair: Option<String>, doubt: Option<&'static str>) -> Item {
        let record = &change.record;
        let (actor, object) = (record.actor.as_deref(), change.object());
        let facts = Facts { actor, object: Some(&object), scope: Some(&record.scope), ..Facts::default() };
        let is_pipeline = self.pipelines.at(self.evidence.config.environment(&record.scope)).any(&facts);
        let ticket = ticket_for(self.evidence, &record.scope, &change.called(), actor, record.time);
        let (verdict, reason) = match (change.fault, doubt) {
            (Some(fault), _) => (Verdict::Exception, fault),
            (None, Some(doubt)) => (Verdict::Undetermined, doubt),
            _ if is_pipeline => (Verdict::Pass, "pipeline"),
            _ if ticket.is_some() => (Verdict::Pass, "ticket"),
            _ if pair.is_some() => (Verdict::Pass, "paired"),
            _ => (Verdict::Exception, "out_of_band"),
        };
        Item {
            verdict,
            reason: reason.to_owned(),
            severity: TEST.severity,
            scope: Some(record.scope.clone()),
            actor: record.actor.clone(),
            object: Some(object.clone()),
            event_ids: std::iter::once(record.event_id.clone()).chain(pair.clone()).collect(),
            channel: record.channel.clone(),
            detail: Some(record.event_type.clone()),
            extra: vec![
                Cell::text(object),
                Cell::text(record.event_type.clone()),
                Cell::text(change.summary.clone()),
                Cell::Flag(Some(change.fault.is_some())),
                Cell::Flag(Some(is_pipeline)),
                Cell::Text(ticket),
                Cell::Text(pair),
            ],
            ..Item::new(item_id(&["cloud", &record.event_id]), record.time)
        }
    }
}
