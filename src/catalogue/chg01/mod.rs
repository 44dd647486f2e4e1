//! CHG-01: production group deletions had a sandbox rehearsal.

mod happened;
mod pairs;

use std::collections::BTreeMap;

use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::companion::{Asked, Kind as Register};
use crate::config::Environment;
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};
use happened::{Happened, Loss, Opening};
use pairs::Pairs;

/// The test.
pub(super) const TEST: Test = Test {
    id: "CHG-01",
    version: "2",
    severity: Severity::High,
    needs: &[need::E, need::K_IF],
    shared_parameters: &[],
    own_parameters: &[
        Parameter { name: "precedent", default: "30d", doc: "how long before a deletion its rehearsal may lie" },
        Parameter { name: "min_soak", default: "1h", doc: "how long before a deletion its rehearsal must lie" },
        Parameter {
            name: "pair_map",
            default: "{}",
            doc: "which group of a sandbox a group of production is tried out as; companion file group_pairs says the same",
        },
    ],
    words: &[
        pass(
            "rehearsed",
            "the same was done to the paired group in a sandbox before, by the same hand or under the same ticket",
        ),
        exception("no_precedent", "nothing of the kind was done to the paired group in a sandbox before"),
        exception("too_soon", "it was done in a sandbox before, but less than min_soak before"),
        exception("other_hand", "it was done in a sandbox before, but by another hand and under no common ticket"),
        exception("after_the_fact", "it was done in a sandbox only afterwards"),
        exception("rolled_back", "it was done in a sandbox before, and undone there before it was done in production"),
        undetermined("no_pair", "no group of a sandbox is known to be paired with the group"),
        shared::COVERAGE_GAP,
        shared::NO_OPENING_STATE,
    ],
    columns: &[
        Column::optional(
            "sandbox_event",
            Kind::Text,
            "The event in the sandbox that the verdict rests on. null = there is none.",
        ),
        Column::optional("sandbox_time", Kind::Instant, "When it happened."),
        Column::optional(
            "soak_hours",
            Kind::Real,
            "From there to the deletion in production; negative = it came after. null = there is none.",
        ),
        Column::optional(
            "members_at_delete",
            Kind::Whole,
            "Members right before. null = who was in before the first record is not known.",
        ),
        Column::optional(
            "grants_lost_count",
            Kind::Whole,
            "Privileges on securables and objects that the group held right before, as far as the logs tell.",
        ),
        Column::optional("ticket", Kind::Text, "The approval on record that covers the deletion. null = none does."),
        Column::optional(
            "recreated_at",
            Kind::Instant,
            "When a group of that name was made again in the same place. null = it was not.",
        ),
    ],
    about: About {
        title: "Production group deletions had a sandbox rehearsal",
        objective: "To find groups of production that were deleted or emptied without having tried it out first.",
        population: "Every deletion of a group in a production workspace or at the account, and every removal of two or more members within an hour that took 80 percent or more of a group's members there.",
        item_noun: "deletions",
        procedure: &[
            "The group of the sandbox is the one that pair_map or companion file group_pairs names; else one of the same name, letters' case and separators aside, that was seen in a sandbox before.",
            "It passes where the same was done to that group in a sandbox from precedent to min_soak before, by the same principal or under the same ticket, and not undone there before the deletion.",
            "No such rehearsal, one that came too late, and one that was rolled back are exceptions; where the logs of a sandbox have a hole in the time in which it could lie, or no group is paired, it is undetermined.",
            "The members of a group are those held at the first removal; where nothing tells who was in it before the first record, a removal that may have emptied it is undetermined.",
        ],
        false_positives: &[
            "A group whose sandbox counterpart has another name: name it under `pair_map`.",
            "A rehearsal outside Databricks' workspaces declared as sandboxes: declare them under `[environments]`.",
        ],
        limits: &[
            "This test does not show that the rehearsal was watched, nor that it showed what the deletion would break.",
            "Groups that an account-level deletion takes out of workspaces are judged once, at the account.",
        ],
        references: &["NIST SP 800-53 r5 CM-3"],
        deviation: "At {at} {actor} {deed} in production: {meaning}",
        undecided: "The rehearsal of what {actor} did at {at} to group {object}",
    },
    evaluate,
};

/// What the configuration asks for, in microseconds.
struct Rule {
    precedent: i64,
    min_soak: i64,
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    // Every item is of production, those of the account included.
    let here = evidence.config.values_in(Some(Environment::Production));
    let rule = Rule {
        precedent: here.span(TEST.id, "precedent")?.micros(),
        min_soak: here.span(TEST.id, "min_soak")?.micros(),
    };
    let happened = Happened::read(evidence)?;
    let pairs = Pairs::of(evidence, here, &happened)?;
    let mut rehearsals: BTreeMap<String, Vec<&Loss>> = BTreeMap::new();
    for loss in happened.losses.iter().filter(|l| is_sandbox(evidence, &l.scope)) {
        rehearsals.entry(pairs::normalised(&loss.group)).or_default().push(loss);
    }
    let bench = Bench { evidence, rule, happened: &happened, pairs, rehearsals };
    let items =
        happened.losses.iter().filter(|l| is_production(evidence, &l.scope) && evidence.period.contains(l.time));
    let mut notes = Vec::new();
    if evidence.config.sandbox.is_empty() {
        notes.push("No sandbox is declared under `[environments]`, so that no rehearsal could be seen.".to_owned());
    }
    if !evidence.companions.has(Register::Approvals) {
        notes.push("Approval outside the logs was not tested.".to_owned());
    }
    Ok(Judged {
        items: items.map(|loss| bench.item(loss)).collect(),
        exclusions: happened.exclusions(evidence),
        notes,
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

/// Account-level rows are production (reference: compliance 2.0a).
fn is_production(evidence: &Evidence<'_>, scope: &str) -> bool {
    scope == crate::correlate::ACCOUNT || evidence.environment(scope) == Some("production")
}

fn is_sandbox(evidence: &Evidence<'_>, scope: &str) -> bool {
    evidence.environment(scope) == Some("sandbox")
}

/// A verdict, its reason, the loss in the sandbox that it rests on, and the hole that keeps it undetermined.
struct Judgement<'h> {
    verdict: Verdict,
    reason: &'static str,
    by: Option<&'h Loss>,
    hole: Option<String>,
}

/// What a loss in production is held against.
struct Bench<'b, 'e> {
    evidence: &'b Evidence<'e>,
    rule: Rule,
    happened: &'b Happened,
    pairs: Pairs,
    /// Losses in sandboxes by normalised name, each ordered by time.
    rehearsals: BTreeMap<String, Vec<&'b Loss>>,
}

impl<'b> Bench<'b, '_> {
    fn judge(&self, loss: &Loss) -> Judgement<'b> {
        let found = |verdict, reason, by| Judgement { verdict, reason, by, hole: None };
        if loss.opening == Opening::Unknown {
            return found(Verdict::Undetermined, "no_opening_state", None);
        }
        let Some(names) = self.pairs.of_group(&loss.group, loss.time) else {
            return found(Verdict::Undetermined, "no_pair", None);
        };
        let (from, to) = (loss.time - self.rule.precedent, loss.time - self.rule.min_soak);
        let of_name = names.iter().filter_map(|name| self.rehearsals.get(name)).flatten().copied();
        let mut alike: Vec<&'b Loss> = of_name.filter(|l| l.verb == loss.verb && l.opening == Opening::Known).collect();
        alike.sort_by_key(|l| l.time);
        let before: Vec<&Loss> = alike.iter().copied().filter(|l| from <= l.time && l.time < loss.time).collect();
        let in_time: Vec<&Loss> = before.iter().copied().filter(|l| l.time <= to).collect();
        let own: Vec<&Loss> = in_time.iter().copied().filter(|l| is_same_change(self.evidence, l, loss)).collect();
        let stands = |l: &&'b Loss| self.happened.undone(l).is_none_or(|undone| undone >= loss.time);
        if let Some(rehearsal) = own.iter().copied().rfind(stands) {
            // That it was not undone leans on the sandbox's log.
            return match self.hole(|scope| scope == rehearsal.scope, rehearsal.time, loss.time) {
                None => found(Verdict::Pass, "rehearsed", Some(rehearsal)),
                hole => Judgement { hole, ..found(Verdict::Undetermined, "coverage_gap", Some(rehearsal)) },
            };
        }
        if let Some(hole) = self.hole(|scope| is_sandbox(self.evidence, scope), from, to) {
            return Judgement { hole: Some(hole), ..found(Verdict::Undetermined, "coverage_gap", None) };
        }
        let after = alike.iter().copied().find(|l| l.time >= loss.time);
        let (reason, by) = match (own.last(), in_time.last(), before.last(), after) {
            (Some(own), ..) => ("rolled_back", Some(*own)),
            (None, Some(other), ..) => ("other_hand", Some(*other)),
            (None, None, Some(late), _) => ("too_soon", Some(*late)),
            (None, None, None, Some(after)) => ("after_the_fact", Some(after)),
            (None, None, None, None) => ("no_precedent", None),
        };
        found(Verdict::Exception, reason, by)
    }

    fn hole(&self, of: impl Fn(&str) -> bool, from: i64, to: i64) -> Option<String> {
        self.evidence.hole(|log| log.source == crate::source::DATABRICKS && of(&log.scope), from, to)
    }

    fn item(&self, loss: &Loss) -> Item {
        let judged = self.judge(loss);
        let rehearsal = judged.by;
        let mut event_ids = loss.event_ids.clone();
        event_ids.extend(rehearsal.iter().flat_map(|l| l.event_ids.clone()));
        let members = loss.members.filter(|_| loss.is_opening_known);
        Item {
            verdict: judged.verdict,
            reason: judged.reason.to_owned(),
            severity: TEST.severity,
            scope: Some(loss.scope.clone()),
            actor: loss.actor.clone(),
            verb: loss.verb.as_str(),
            subject: Some(loss.group.clone()),
            object: Some(loss.group.clone()),
            detail: Some(detail(loss)),
            hole_id: judged.hole,
            actor_class: Some(loss.class.as_str()),
            channel: loss.channel.clone(),
            subject_kind: Some("group"),
            extra: vec![
                Cell::Text(rehearsal.and_then(|l| l.event_ids.first().cloned())),
                Cell::Instant(rehearsal.map(|l| l.time)),
                Cell::hours(rehearsal.map(|l| loss.time - l.time)),
                Cell::Whole(members.and_then(|n| i64::try_from(n).ok())),
                Cell::count(self.happened.grants_held(&loss.group, &loss.scope, loss.time)),
                Cell::Text(ticket(self.evidence, loss)),
                Cell::Instant(self.happened.made_again(loss)),
            ],
            event_ids,
            ..Item::new(
                item_id(&["rehearsal", &loss.event_ids[0], &loss.group, &loss.scope, loss.verb.as_str()]),
                loss.time,
            )
        }
    }
}

// The same principal or pipeline, or one ticket that covers both.
fn is_same_change(evidence: &Evidence<'_>, rehearsal: &Loss, loss: &Loss) -> bool {
    let is_same_actor = rehearsal.actor.is_some() && rehearsal.actor == loss.actor;
    is_same_actor || ticket(evidence, loss).is_some_and(|t| ticket(evidence, rehearsal) == Some(t))
}

// The approval that covers what was done to a group: its object is the group or the place.
fn ticket(evidence: &Evidence<'_>, loss: &Loss) -> Option<String> {
    let same = |a: &str, b: &str| evidence.name(a) == evidence.name(b);
    let ask = |object: &str| {
        let (subject, actor) = (loss.group.as_str(), loss.actor.as_deref());
        evidence.companions.approval(&Asked { subject, object, role: None, actor, time: loss.time }, &same)
    };
    ask(&loss.group).or_else(|| ask(&loss.scope)).map(|approval| approval.ticket.clone())
}

fn detail(loss: &Loss) -> String {
    match (loss.removed, loss.members) {
        (0, _) => "the group was deleted".to_owned(),
        (removed, Some(members)) => format!("{removed} of {members} known members were removed within an hour"),
        (removed, None) => format!("{removed} members were removed within an hour"),
    }
}
