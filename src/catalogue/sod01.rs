//! SOD-01: nobody grants to themselves.

mod members;
mod mutual;

use rayon::prelude::*;

use super::grants::{Grant, grants, own_tokens};
use super::words::{exception, not_applicable, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::{SubjectKind, Verb};
use crate::config::ByEnvironment;
use crate::correlate::door::ActorClass;
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};
use members::{Members, Standing};
use mutual::Mutual;

/// The test.
pub(super) const TEST: Test = Test {
    id: "SOD-01",
    version: "4",
    severity: Severity::Critical,
    needs: &[need::A, need::E],
    shared_parameters: &[],
    own_parameters: &[
        Parameter {
            name: "reciprocal",
            default: "30d",
            doc: "time within which two people must not have granted each other the same",
        },
        Parameter {
            name: "group_owners",
            default: "{}",
            doc: "approved owners by group: people who are members and may grant to it all the same",
        },
        Parameter {
            name: "system_groups",
            default: r#"["account users", "users", "admins"]"#,
            doc: "groups (globs) that the platform keeps, exempt from the rule on one's own groups",
        },
        Parameter {
            name: "personal",
            default: r#"["*.{user}"]"#,
            doc: "securables that are a person's own: globs in which `{user}` stands for the login, or for its part before the `@`",
        },
    ],
    words: &[
        pass(
            "segregated",
            "whoever granted is neither the subject, nor a member of it, nor was granted the same in return",
        ),
        exception("self_grant", "actor and subject are one identity"),
        exception("via_group", "the subject is a group of which the actor is a member, and no approved owner"),
        exception("reciprocal", "the subject had granted the same to the actor shortly before"),
        shared::NO_OPENING_STATE,
        shared::COVERAGE_GAP,
        shared::UNRESOLVED_SUBJECT,
        not_applicable("connector", "done by the provisioning connector, which decides nothing"),
        not_applicable("own_personal_schema", "the creator of a personal schema becomes its owner"),
        shared::PLATFORM_INTERNAL,
        shared::AUTOMATIC,
    ],
    columns: &[
        Column::optional("rule", Kind::Text, "self, via-group or reciprocal. null = none is broken."),
        Column::optional("partner_event", Kind::Text, "The earlier grant of a reciprocal pair. null = there is none."),
        Column::optional(
            "identity_basis",
            Kind::Text,
            "name = the record names actor and subject alike; resolved = two names of one identity; membership = of the subject group. null = actor and subject are two.",
        ),
    ],
    about: About {
        title: "Nobody grants to themselves",
        objective: "To find access that somebody gave to themselves, or that two people gave each other.",
        population: "Every grant in Databricks and at the identity provider: membership, administrator role, assignment of an application, privilege, permission on an object, ownership, and a token made for somebody else.",
        item_noun: "grants",
        procedure: &[
            "Actor and subject that resolve to one identity are an exception, and so is a group of which the actor is a member, unless as its approved owner.",
            "Where another identity was assumed, a group or a role, the actor is who had signed in.",
            "Two people who granted each other the same within the time are an exception of the later grant.",
            "What the first list of an object names may have been on it before, and is no exception.",
            "That the actor is no member passes only where the group's members are known: it was made, or listed, within unbroken logs.",
            "That there was no grant in return passes only where the logs are complete over the time before.",
            "Attempts that failed are counted apart, those at a grant to oneself on their own.",
        ],
        false_positives: &[
            "An administrator who tests with an own second account: record it as an alias, and it is found; or waive it.",
        ],
        limits: &[
            "This test does not show a grant that somebody had another person make.",
            "Members of groups at the identity provider are known as far as they are pushed to Databricks.",
        ],
        references: &["NIST SP 800-53 r5 AC-5"],
        deviation: "At {at} {actor} gave {object} to {subject}: {meaning}",
        undecided: "The grant of {object} to {subject} by {actor} at {at}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let all = grants(evidence)?;
    let (members, mutual) = rayon::join(|| Members::new(evidence, &all), || Mutual::new(evidence, &all));
    let court = Court {
        evidence,
        members: members?,
        mutual: mutual?,
        personal: ByEnvironment::new(evidence.config, |here| here.texts(TEST.id, "personal"))?,
    };
    let mut done = Vec::new();
    let (mut failed, mut own, mut unstated, mut twins) = (0, 0, 0, 0);
    for (at, grant) in all.iter().enumerate().filter(|(_, grant)| evidence.period.contains(grant.time)) {
        match grant.outcome.as_ref() {
            _ if grant.is_twin => twins += 1,
            "success" => done.push((at, grant)),
            "failure" => {
                failed += 1;
                own += u64::from(is_self(grant));
            }
            _ => unstated += 1,
        }
    }
    let exclusions = [
        ("attempts: refused or failed, nothing changed", failed),
        ("of these, attempts at a grant to oneself", own),
        ("grants whose outcome the record does not state", unstated),
        ("workspace rows of account-level acts", twins),
        ("tokens that people made for themselves", own_tokens(evidence)?),
    ];
    Ok(Judged {
        items: done.into_par_iter().map(|(at, grant)| court.item(at, grant)).collect(),
        exclusions: exclusions.map(|(rule, count)| (rule.to_owned(), count)).into(),
        coverage_is_complete: evidence.is_covered(|_| true),
        ..Judged::default()
    })
}

fn is_exception(word: &str) -> bool {
    TEST.word(word).is_some_and(|word| word.verdict == Verdict::Exception)
}

fn is_self(grant: &Grant<'_>) -> bool {
    grant.is_resolved && grant.actor.as_deref() == Some(&grant.subject)
}

struct Court<'c, 'e> {
    evidence: &'c Evidence<'e>,
    members: Members<'c, 'e>,
    mutual: Mutual<'c>,
    personal: ByEnvironment<Vec<String>>,
}

/// What is found of one grant.
#[derive(Default)]
struct Found {
    word: &'static str,
    partner: Option<String>,
    hole: Option<String>,
}

impl Found {
    fn of(word: &'static str) -> Self {
        Self { word, ..Self::default() }
    }
}

impl Court<'_, '_> {
    fn item(&self, at: usize, grant: &Grant<'_>) -> Item {
        let found = match self.judge(at, grant) {
            // What may have been on the list before is no grant of whoever changed it.
            found if grant.may_be_older && is_exception(found.word) => Found::of("no_opening_state"),
            found => found,
        };
        let (rule, basis) = match found.word {
            "self_grant" => (Some("self"), Some(if grant.is_same_name { "name" } else { "resolved" })),
            "via_group" => (Some("via-group"), Some("membership")),
            "reciprocal" => (Some("reciprocal"), None),
            _ => (None, None),
        };
        let base = Item::new(
            item_id(&[TEST.id, &grant.event_id, grant.verb.as_str(), &grant.subject, &grant.object]),
            grant.time,
        );
        let mut event_ids = vec![grant.event_id.to_string()];
        event_ids.extend(found.partner.clone());
        Item {
            verdict: TEST.word(found.word).map_or(base.verdict, |w| w.verdict),
            reason: found.word.to_owned(),
            severity: TEST.severity,
            scope: Some(grant.scope.to_string()),
            actor: grant.actor.clone(),
            verb: grant.verb.as_str(),
            subject: Some(grant.subject.clone()),
            object: Some(grant.object.clone()),
            event_ids,
            hole_id: found.hole,
            actor_class: grant.class.map(ActorClass::as_str),
            channel: grant.channel.clone(),
            subject_kind: Some(grant.subject_kind.as_str()),
            extra: vec![
                Cell::Text(rule.map(str::to_owned)),
                Cell::Text(found.partner),
                Cell::Text(basis.map(str::to_owned)),
            ],
            ..base
        }
    }

    fn judge(&self, at: usize, grant: &Grant<'_>) -> Found {
        match grant.class {
            Some(ActorClass::ScimConnector) => return Found::of("connector"),
            Some(ActorClass::DatabricksInternal) => return Found::of("platform_internal"),
            Some(ActorClass::Automatic) => return Found::of("automatic_identity_management"),
            _ => {}
        }
        let Some(actor) = grant.actor.as_deref().filter(|_| grant.is_resolved) else {
            return Found::of("unresolved_subject");
        };
        // Whoever grants to the identity that they have assumed grants to themselves.
        if [Some(actor), grant.assumed.as_deref()].contains(&Some(&grant.subject)) {
            return Found::of(if self.is_own_schema(grant) { "own_personal_schema" } else { "self_grant" });
        }
        if grant.subject_kind == SubjectKind::Group {
            return match self.members.standing(actor, grant) {
                Standing::Member => Found::of("via_group"),
                Standing::NoMember => Found::of("segregated"),
                Standing::Unknown => Found::of("no_opening_state"),
                Standing::Unwatched(hole) => Found { hole: Some(hole), ..Found::of("coverage_gap") },
            };
        }
        if let Some(partner) = self.mutual.partner(self.evidence, at, actor, grant) {
            return Found { partner: Some(partner), ..Found::of("reciprocal") };
        }
        match self.mutual.hole(self.evidence, grant) {
            Some(hole) => Found { hole: Some(hole), ..Found::of("coverage_gap") },
            None => Found::of("segregated"),
        }
    }

    fn is_own_schema(&self, grant: &Grant<'_>) -> bool {
        grant.verb == Verb::OwnerChange
            && self.personal.at(self.evidence.config.environment(&grant.scope)).iter().any(|pattern| {
                super::prv03::is_own(&self.evidence.views.patterns, pattern, &grant.subject, &grant.object)
            })
    }
}

// The logs that would show what bears on a grant.
fn bears_on(grant: &Grant<'_>, log: &crate::coverage::Log) -> bool {
    log.source == grant.source && (grant.is_decision || log.scope == ACCOUNT || log.scope == grant.scope)
}
