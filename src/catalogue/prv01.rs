//! PRV-01: administrator grants are authorised.

use super::vch01::{of_effect, population};
use super::{Evidence, Item, Judged, Parameter, Severity, Test, is_covered};
use crate::change::Verb;
use crate::correlate::kernel::Reason;
use crate::correlate::{Verdict, Vouching};
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "PRV-01",
    version: "1",
    severity: Severity::Critical,
    shared_parameters: &["look_back", "skew"],
    own_parameters: &[Parameter {
        name: "privileged_groups",
        default: "[]",
        doc: "identity-provider groups (globs) that may lead to an administrator role",
    }],
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let privileged = evidence.config.globs(TEST.id, "privileged_groups")?;
    let all = evidence.correlation;
    let items = population(evidence)
        .filter(|v| all.judged.acts.verb(v.effect) == Verb::AdminGrant)
        .map(|v| {
            let group = v.authority.and_then(|row| all.judged.acts.at(row).entitlement);
            let (verdict, reason) = judge(v, group.map(|g| privileged.any(g)), privileged.is_empty());
            Item { verdict, reason: reason.to_owned(), severity: TEST.severity, ..of_effect(all, v) }
        })
        .collect();
    let revokes = population(evidence).filter(|v| all.judged.acts.verb(v.effect) == Verb::AdminRevoke).count();
    Ok(Judged {
        items,
        exclusions: vec![(
            "revokes of administrator roles: listed in VCH-01, not tested here".to_owned(),
            revokes as u64,
        )],
        notes: vec!["Approval outside the logs was not tested.".to_owned()],
        coverage_is_complete: is_covered(evidence, |s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

fn judge(v: &Vouching, group_is_privileged: Option<bool>, none_declared: bool) -> (Verdict, &'static str) {
    match (v.reason, group_is_privileged) {
        (Reason::Matched | Reason::State, _) if none_declared => {
            (Verdict::Undetermined, "no_privileged_group_declared")
        }
        (Reason::Matched | Reason::State, Some(false)) => (Verdict::Exception, "group_not_privileged"),
        (Reason::Matched | Reason::State, None) => (Verdict::Undetermined, "group_not_named"),
        (reason, _) => (reason.verdict(), reason.as_str()),
    }
}
