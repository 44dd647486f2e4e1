//! PRV-01: administrator grants are authorised.

use super::vch01::{of_effect, population};
use super::words::{exception, shared, undetermined};
use super::{About, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::Verb;
use crate::correlate::kernel::Reason;
use crate::correlate::{Verdict, Vouching};
use crate::error::Result;

/// The test.
pub(super) const TEST: Test = Test {
    id: "PRV-01",
    version: "1",
    severity: Severity::Critical,
    needs: &[need::A, need::E, need::K_IF],
    shared_parameters: &["look_back", "skew"],
    own_parameters: &[Parameter {
        name: "privileged_groups",
        default: "[]",
        doc: "identity-provider groups (globs) that may lead to an administrator role",
    }],
    words: &[
        shared::MATCHED,
        shared::TRANSPORT,
        shared::STATE,
        shared::IMPLIED,
        shared::REDUNDANT,
        shared::NO_AUTHORITY,
        exception("group_not_privileged", "the decision concerns a group that is not declared to lead to a role"),
        undetermined("no_privileged_group_declared", "the configuration names no group that may lead to a role"),
        undetermined("group_not_named", "the decision names no group"),
        shared::COVERAGE_GAP,
        shared::AMBIGUOUS,
        shared::UNRESOLVED_SUBJECT,
        shared::PLATFORM_INTERNAL,
        shared::AUTOMATIC,
        shared::JUST_IN_TIME,
    ],
    columns: &[],
    about: About {
        title: "Administrator grants are authorised",
        objective: "To find administrator roles that were given without a decision behind them.",
        population: "Every grant of an administrator role: account administrator, workspace administrator (membership of admins among them), metastore administrator, group manager roles.",
        item_noun: "grants",
        procedure: &[
            "A grant vouched by a decision of the identity provider, as in VCH-01, passes.",
            "A grant without one is an exception where the identity provider's log is complete over the window, else undetermined.",
            "Revocations are counted, not judged.",
        ],
        false_positives: &["A group that leads to a role and is not declared: name it under `privileged_groups`."],
        limits: &[
            "This test does not show that the role was needed, or that it was reviewed later.",
            "Approval outside the logs was not tested.",
        ],
        references: &["NIST SP 800-53 r5 AC-6(5)"],
        deviation: "At {at} {actor} {deed}, without a decision of the identity provider behind it",
        undecided: "That {actor} at {at} {deed}",
    },
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
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
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
