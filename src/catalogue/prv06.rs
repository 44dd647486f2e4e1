//! PRV-06: service principals are governed.

mod means;
mod read;

use std::collections::BTreeMap;

use super::deeds::Deed;
use super::holdings::holdings;
use super::privileges::{name, object, privilege};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Severity, Test, need};
use crate::change::Verb;
use crate::companion::{Kind as Companion, ServicePrincipal};
use crate::config::Patterns;
use crate::correlate::ACCOUNT;
use crate::error::Result;
use crate::schema::{Column, Kind};
use means::Means;
use read::{Act, Sort};

/// The test.
pub(super) const TEST: Test = Test {
    id: "PRV-06",
    version: "2",
    severity: Severity::High,
    needs: &[need::E, need::S],
    shared_parameters: &[],
    own_parameters: &[],
    words: &[
        pass("registered", "the register names its owner and purpose, and a grant lies within what it may hold"),
        exception("unregistered", "the register does not name it"),
        exception("outside_bundle", "the register does not list the grant among what it may hold"),
        exception("admin_role", "it was given an administrator's role"),
        exception("interactive_login", "it signed in as only people do"),
        exception("escalation_path", "whoever may use or manage it holds less than it does"),
        undetermined("bundle_not_declared", "the register does not say what it may hold"),
        shared::NOT_SUPPLIED,
        shared::NO_OPENING_STATE,
        shared::COVERAGE_GAP,
        shared::UNRESOLVED_SUBJECT,
    ],
    columns: &[
        Column::optional("sp", Kind::Text, "The service principal. null = the record does not name it."),
        Column::optional("owner", Kind::Text, "Who answers for it, by the register. null = it is not registered."),
        Column::optional("purpose", Kind::Text, "What it is for, by the register. null = it is not registered."),
        Column::optional("privilege", Kind::Text, "What was granted. null = the item is no grant."),
        Column::optional(
            "delta_vs_human",
            Kind::TextList,
            "What it holds on record and whoever was given the right over it does not. null = nothing, or the item is no such right.",
        ),
    ],
    about: About {
        title: "Service principals are governed",
        objective: "To find non-human identities that nobody answers for, or by which people reach what they do not hold themselves.",
        population: "Every creation of a service principal, grant to one, administrator's role of one, secret or token of one, every right to use or manage one, and every service principal that signed in interactively.",
        item_noun: "acts",
        procedure: &[
            "An administrator's role and an interactive sign-in are exceptions whatever the register says.",
            "A right to use or manage a service principal that holds more on record than the grantee is an exception; where the logs do not reach back to its creation, nothing less can be concluded.",
            "Otherwise the register decides: it must name owner and purpose, and a grant must be among what it may hold.",
        ],
        false_positives: &["The provisioning connector's own principal needs an administrator's role: waive it."],
        limits: &[
            "This test does not show what the grantee held before the first record, so that a person who holds as much for long looks as if holding less.",
            "It does not show what follows from privileges on a catalog for the tables in it.",
        ],
        references: &["NIST SP 800-53 r5 IA-9", "PCI DSS 7.2.5, 8.6.1"],
        deviation: "At {at} {actor} acted on {object} for {subject}: {meaning}",
        undecided: "The act of {actor} at {at} on {object} for {subject}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let read::Read { acts, privileges, exclusions } = read::read(evidence)?;
    // What is held bears on acts alone.
    let held = holdings(privileges.iter().filter(|_| !acts.is_empty()));
    let court = Court { evidence, register: register(evidence), means: Means::new(evidence, &held) };
    let items = acts.iter().map(|act| court.item(act)).collect();
    let mut notes = Vec::new();
    if !evidence.companions.has(Companion::ServicePrincipals) {
        notes.push(
            "No register of service principals was supplied: owner, purpose and bundle were not tested.".to_owned(),
        );
    }
    Ok(Judged {
        items,
        exclusions,
        notes,
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

// The register may give the application id or the name.
fn register<'e>(evidence: &'e Evidence<'_>) -> BTreeMap<String, &'e ServicePrincipal> {
    evidence.companions.service_principals.iter().map(|row| (evidence.name(&row.principal), row)).collect()
}

struct Court<'c, 'e> {
    evidence: &'c Evidence<'e>,
    register: BTreeMap<String, &'c ServicePrincipal>,
    means: Means<'c>,
}

/// What is found of one act.
struct Found {
    word: &'static str,
    delta: Vec<String>,
    hole: Option<String>,
}

impl Found {
    const fn of(word: &'static str) -> Self {
        Self { word, delta: Vec::new(), hole: None }
    }
}

impl Court<'_, '_> {
    fn item(&self, act: &Act) -> Item {
        let found = self.judge(act);
        let deed = &act.deed;
        let row = act.principal.as_ref().and_then(|principal| self.register.get(principal));
        let base = super::privileges::of_deed(&TEST, deed);
        Item {
            verdict: TEST.word(found.word).map_or(base.verdict, |w| w.verdict),
            reason: found.word.to_owned(),
            verb: if act.sort == Sort::SignIn { "" } else { base.verb },
            subject: deed.subject.clone().or_else(|| act.principal.clone()),
            object: if act.sort == Sort::SignIn { Some(ACCOUNT.to_owned()) } else { object(deed) },
            hole_id: found.hole,
            extra: vec![
                Cell::Text(act.principal.clone()),
                Cell::Text(row.map(|row| row.owner.clone())),
                Cell::Text(row.map(|row| row.purpose.clone())),
                Cell::Text(deed.privilege.clone().or_else(|| deed.entitlement.clone()).filter(|_| act.is_grant())),
                Cell::Texts(found.delta),
            ],
            detail: act.detail.clone(),
            ..base
        }
    }

    fn judge(&self, act: &Act) -> Found {
        let Some(principal) = act.principal.as_deref().filter(|p| !p.starts_with("id:")) else {
            return Found::of("unresolved_subject");
        };
        match act.sort {
            Sort::Role => return Found::of("admin_role"),
            Sort::SignIn => return Found::of("interactive_login"),
            Sort::Right => {
                if let Some(found) = self.right(act, principal) {
                    return found;
                }
            }
            _ => {}
        }
        if !self.evidence.companions.has(Companion::ServicePrincipals) {
            return Found::of("not_supplied");
        }
        let Some(row) = self.register.get(principal) else { return Found::of("unregistered") };
        match (&row.grants, act.sort) {
            (None, Sort::Grant) => Found::of("bundle_not_declared"),
            (Some(globs), Sort::Grant) if !is_within(&self.evidence.views.patterns, globs, &act.deed) => {
                Found::of("outside_bundle")
            }
            _ => Found::of("registered"),
        }
    }

    // A right over a service principal is only as harmless as what the principal holds is known to be.
    fn right(&self, act: &Act, principal: &str) -> Option<Found> {
        let deed = &act.deed;
        let Some(grantee) = deed.subject.as_deref().filter(|_| deed.is_resolved) else {
            return Some(Found::of("unresolved_subject"));
        };
        let delta = self.means.beyond(principal, grantee, deed.time);
        if !delta.is_empty() {
            return Some(Found { delta, ..Found::of("escalation_path") });
        }
        let Some(made) = self.means.made(principal).filter(|made| *made <= deed.time) else {
            return Some(Found::of("no_opening_state"));
        };
        let hole = self.evidence.hole(|log| log.source == crate::source::DATABRICKS, made, deed.time)?;
        Some(Found { hole: Some(hole), ..Found::of("coverage_gap") })
    }
}

// A bundle lists groups, and `PRIVILEGE:securable` with or without the securable's type.
fn is_within(patterns: &Patterns, globs: &[String], deed: &Deed) -> bool {
    let held: Vec<String> = match (&deed.privilege, &deed.securable, deed.verb) {
        (_, _, Verb::MemberAdd) => deed.entitlement.iter().cloned().collect(),
        (Some(word), Some(securable), _) => {
            let spelt = [word.clone(), privilege(word), privilege(word).replace(' ', "_")];
            spelt
                .iter()
                .flat_map(|word| [format!("{word}:{securable}"), format!("{word}:{}", name(securable))])
                .collect()
        }
        _ => Vec::new(),
    };
    let matches = |pattern: &String, text: &String| pattern.eq_ignore_ascii_case(text) || patterns.fits(pattern, text);
    held.iter().any(|text| globs.iter().any(|pattern| matches(pattern, text)))
}
