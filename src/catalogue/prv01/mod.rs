//! PRV-01: administrator grants are authorised.

mod elevation;
mod roles;

use super::vch01::{of_effect, population};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::{Direction, Verb};
use crate::companion::Kind as Register;
use crate::config::{ByEnvironment, Globs};
use crate::correlate::kernel::{Case, Reason};
use crate::correlate::{ACCOUNT, Verdict, Vouching};
use crate::error::Result;
use crate::schema::{Column, Kind};
use elevation::{Boxed, Grant};

/// The test.
pub(super) const TEST: Test = Test {
    id: "PRV-01",
    version: "4",
    severity: Severity::Critical,
    needs: &[need::A, need::E, need::K_IF],
    shared_parameters: &["look_back", "skew"],
    own_parameters: &[
        Parameter {
            name: "privileged_groups",
            default: "[]",
            doc: "identity-provider groups, and roles of its Databricks application (globs), that may lead to an administrator role",
        },
        Parameter {
            name: "require_ticket",
            default: "false",
            doc: "whether a grant needs an approval on record even where the identity provider decided it",
        },
        Parameter {
            name: "max_box",
            default: "8h",
            doc: "longest time for which an approval alone may give an administrator role",
        },
    ],
    words: &[
        shared::MATCHED,
        shared::TRANSPORT,
        shared::STATE,
        shared::IMPLIED,
        shared::REDUNDANT,
        pass("approved", "an approval on record names the person and the role, and its time was kept"),
        shared::NO_AUTHORITY,
        exception(
            "group_not_privileged",
            "the decision concerns a group, or is on a role, that is not declared among privileged_groups",
        ),
        exception("no_ticket", "a decision authorises it, but no approval that is required is on record"),
        exception("no_time_box", "only an approval authorises it, and that has no end"),
        exception("box_too_long", "only an approval authorises it, and that lasts longer than max_box"),
        exception("outlived", "the role was still held after the time that its approval gives it"),
        undetermined("not_supplied", "a decision authorises it, and the approvals that are required were not supplied"),
        undetermined("no_privileged_group_declared", "the configuration names no group that may lead to a role"),
        undetermined("group_not_named", "the decision names neither group nor role"),
        shared::COVERAGE_GAP,
        shared::AMBIGUOUS,
        shared::UNRESOLVED_SUBJECT,
        shared::WINDOW_OPEN,
        shared::NO_OPENING_STATE,
        shared::PLATFORM_INTERNAL,
    ],
    columns: &[
        Column::optional("role", Kind::Text, "The administrator role."),
        Column::optional(
            "authority",
            Kind::Text,
            "Event of the decision or push that authorises it. null = none does.",
        ),
        Column::optional("ticket", Kind::Text, "The approval on record that covers it. null = none does."),
        Column::optional("approved_by", Kind::Text, "Who approved it. null = no approval covers it."),
        Column::optional(
            "box_end",
            Kind::Instant,
            "First instant that the approval no longer covers. null = it has no end, or there is none.",
        ),
        Column::optional(
            "ended_at",
            Kind::Instant,
            "When the role ended, as far as the logs tell. null = no end is on record.",
        ),
    ],
    about: About {
        title: "Administrator grants are authorised",
        objective: "To find administrator roles that were given without a decision behind them.",
        population: "Every grant of an administrator role: account administrator or owner, workspace administrator (membership of admins among them), metastore administrator (the metastore's owner), manager of a group.",
        item_noun: "grants",
        procedure: &[
            "A grant vouched by a decision or a push of the identity provider, as in VCH-01, passes where the group that it names, or the role that it is on, is one of privileged_groups.",
            "A grant that an approval on record covers passes: the approval names the person and the role, was given beforehand by somebody else than the person and the one who carried it out, and ends, at most max_box after the grant.",
            "Where require_ticket is set, a grant that the identity provider decided needs an approval, too.",
            "A role still held after the end of the approval that covers its grant is an exception.",
            "A grant without either is an exception where the identity provider's log is complete over the window, else undetermined. No decision of an identity provider leads to a metastore or to the management of a group, so that only an approval authorises those.",
            "Revocations are counted, not judged.",
        ],
        false_positives: &["A group that leads to a role and is not declared: name it under `privileged_groups`."],
        limits: &[
            "This test does not show that the role was needed, or that it was reviewed later.",
            "It does not show access that follows from roles of the cloud.",
        ],
        references: &["NIST SP 800-53 r5 AC-6(5)"],
        deviation: "At {at} {actor} {deed}: {meaning}",
        undecided: "That {actor} at {at} {deed}",
    },
    evaluate,
};

/// What the configuration asks for.
struct Rule {
    privileged: Globs,
    requires_ticket: bool,
    max_box: i64,
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let rules = ByEnvironment::new(evidence.config, |here| {
        Ok(Rule {
            privileged: here.globs(TEST.id, "privileged_groups")?,
            requires_ticket: here.flag(TEST.id, "require_ticket")?,
            max_box: here.span(TEST.id, "max_box")?.micros(),
        })
    })?;
    let verb = |v: &Vouching| evidence.correlation.judged.acts.verb(v.effect);
    let grants = population(evidence).filter(|v| verb(v) == Verb::AdminGrant);
    let mut items: Vec<Item> = grants.map(|v| item(evidence, &rules, v)).collect();
    let revokes = population(evidence).filter(|v| verb(v) == Verb::AdminRevoke).count() as u64;
    let others = roles::others(evidence, &rules)?;
    items.extend(others.items);
    let note = "Approval outside the logs was not tested.".to_owned();
    Ok(Judged {
        items,
        exclusions: vec![
            ("ends of administrator roles: those of accounts and workspaces are listed in VCH-01, and not tested here".to_owned(), revokes + others.ends),
            ("refused or failed attempts, and such of unknown outcome, at roles of accounts and workspaces".to_owned(), unfinished(evidence)),
            ("refused or failed attempts, and such of unknown outcome, on metastores and managers of groups".to_owned(), others.failed),
        ],
        notes: if evidence.companions.has(Register::Approvals) { Vec::new() } else { vec![note] },
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

/// Grants of the period in Databricks that failed, or whose outcome the record does not state.
fn unfinished(evidence: &Evidence<'_>) -> u64 {
    let acts = evidence.correlation.judged.acts.iter();
    let is_open = |act: &crate::correlate::acts::Act<'_>| {
        act.verb == Verb::AdminGrant && act.plane == "effect" && act.outcome != "success"
    };
    acts.filter(|act| is_open(act) && evidence.period.contains(act.time)).count() as u64
}

fn item(evidence: &Evidence<'_>, rules: &ByEnvironment<Rule>, v: &Vouching) -> Item {
    let all = evidence.correlation;
    let act = all.judged.acts.at(v.effect);
    let rule = rules.at(evidence.config.environment(act.scope));
    let behind = v.authority.or(v.transport).map(|row| all.judged.acts.at(row));
    let case = all.judged.cases.by_key.get(&v.key);
    let role = v.key.entitlement.name();
    let base = of_effect(all, v);
    let grant = Grant {
        time: act.time,
        subject: v.key.subject.label(),
        actor: base.actor.as_deref(),
        role,
        objects: &[act.scope, role],
        scope: act.scope,
        ended_at: case.and_then(|case| ended(all, case, act.scope, act.time)),
    };
    let is_privileged = behind.and_then(|decision| decision.entitlement).map(|named| rule.privileged.any(named));
    let by_provider = by_provider(v.reason, is_privileged, rule.privileged.is_empty());
    let boxed = grant.boxed(evidence);
    let (verdict, reason, hole) = judge(evidence, rule, &grant, by_provider, boxed.as_ref());
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        hole_id: hole.or_else(|| base.hole_id.clone()),
        extra: cells(&grant, behind.map(|b| b.event_id), boxed.as_ref()),
        ..base
    }
}

// When the role ended in that scope, or the person at the account.
fn ended(all: &crate::correlate::Correlation, case: &Case, scope: &str, after: i64) -> Option<i64> {
    let name = |s| all.ground.scopes.name(s);
    let revoke =
        case.effects.iter().find(|e| e.time > after && e.direction == Direction::Revoke && name(e.scope) == scope);
    let is_end = |e: &&crate::correlate::kernel::Ending| e.kind != crate::correlate::kernel::EndingKind::Restored;
    let gone = case.endings.iter().filter(is_end).find(|e| e.time > after && [ACCOUNT, scope].contains(&name(e.scope)));
    revoke.map(|e| e.time).into_iter().chain(gone.map(|e| e.time)).min()
}

// What the identity provider says of the grant.
fn by_provider(reason: Reason, is_privileged: Option<bool>, none_declared: bool) -> (Verdict, &'static str) {
    match (reason, is_privileged) {
        (Reason::Matched | Reason::State | Reason::Transport, _) if none_declared => {
            (Verdict::Undetermined, "no_privileged_group_declared")
        }
        (Reason::Matched | Reason::State | Reason::Transport, Some(false)) => {
            (Verdict::Exception, "group_not_privileged")
        }
        (Reason::Matched | Reason::State | Reason::Transport, None) => (Verdict::Undetermined, "group_not_named"),
        (reason, _) => (reason.verdict(), reason.as_str()),
    }
}

/// A verdict, its reason, and the hole that keeps it undetermined.
type Judgement = (Verdict, &'static str, Option<String>);

fn judge(
    evidence: &Evidence<'_>,
    rule: &Rule,
    grant: &Grant<'_>,
    by_provider: (Verdict, &'static str),
    boxed: Option<&Boxed>,
) -> Judgement {
    let is_decided = matches!(by_provider.1, "matched" | "state" | "transport");
    let (verdict, reason) = by_provider;
    // What changed nothing, was nobody's decision or names nobody needs no approval, and none helps it.
    if matches!(reason, "implied" | "redundant" | "platform_internal" | "unresolved_subject") {
        return (verdict, reason, None);
    }
    match boxed {
        None if is_decided && rule.requires_ticket => {
            let is_supplied = evidence.companions.has(Register::Approvals);
            let missing =
                if is_supplied { (Verdict::Exception, "no_ticket") } else { (Verdict::Undetermined, "not_supplied") };
            (missing.0, missing.1, None)
        }
        None => (verdict, reason, None),
        Some(Boxed { end: None, .. }) if is_decided => (verdict, reason, None),
        Some(Boxed { end: None, .. }) => (Verdict::Exception, "no_time_box", None),
        Some(Boxed { end: Some(end), .. }) if !is_decided && end - grant.time > rule.max_box => {
            (Verdict::Exception, "box_too_long", None)
        }
        Some(Boxed { end: Some(end), .. }) => {
            let pass = if is_decided { reason } else { "approved" };
            grant.outlived(evidence, *end).unwrap_or((Verdict::Pass, pass, None))
        }
    }
}

fn cells(grant: &Grant<'_>, authority: Option<&str>, boxed: Option<&Boxed>) -> Vec<Cell> {
    vec![
        Cell::text(grant.role),
        Cell::Text(authority.map(str::to_owned)),
        Cell::Text(boxed.map(|b| b.ticket.clone())),
        Cell::Text(boxed.map(|b| b.approved_by.clone())),
        Cell::Instant(boxed.and_then(|b| b.end)),
        Cell::Instant(grant.ended_at),
    ]
}
