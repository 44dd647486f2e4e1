//! PRV-04: broad privileges are controlled.

mod sharing;

use super::deeds::{Deed, deeds};
use super::holdings::holdings;
use super::privileges::{
    Callers, Kinds, LeftOut, approval_notes, fits, kind, name, object, of_deed, privilege, ticket,
};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::{SubjectKind, Verb};
use crate::config::{ByEnvironment, Choices, Globs};
use crate::error::Result;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "PRV-04",
    version: "2",
    severity: Severity::High,
    needs: &[need::E, need::K_IF],
    shared_parameters: &[],
    own_parameters: &[
        Parameter {
            name: "approved",
            default: "[]",
            doc: "broad grants that are approved: selects of actor, subject, object, privilege, scope (globs, all given must hold)",
        },
        Parameter {
            name: "broad_groups",
            default: r#"["account users", "users"]"#,
            doc: "groups (globs) of everybody in the account or in a workspace",
        },
    ],
    words: &[
        pass("approved", "the grant is on the list of approved ones"),
        pass("ticket", "an approval names subject and object, and was in force"),
        exception("not_approved", "neither the list of approved grants nor an approval names it"),
        undetermined("content_not_stated", "the record does not say which privilege, or whether it was a grant"),
        undetermined("no_opening_state", "whether the share had recipients before the first record is not known"),
        shared::UNRESOLVED_SUBJECT,
    ],
    columns: &[
        Column::optional("securable_type", Kind::Text, "Type of the securable. null = the record does not say."),
        Column::optional("securable", Kind::Text, "Full name of the securable. null = the record does not say."),
        Column::optional("privilege", Kind::Text, "The privilege. null = the record does not say."),
        Column::optional(
            "change",
            Kind::Text,
            "add, or add_to_share = an object was added to a share with recipients.",
        ),
        Column::optional("statement_or_api", Kind::Text, "The action by which it was made."),
        Column::optional("authority", Kind::Text, "Ticket of the approval, or `approved` list. null = none."),
    ],
    about: About {
        title: "Broad privileges are controlled",
        objective: "To find grants that open much at once, or open it to everybody or to outsiders.",
        population: "Every grant of ALL PRIVILEGES or MANAGE, to a group of everybody, on a metastore, external location, storage credential, connection or share, and every object added to a share with recipients; one item a principal and privilege.",
        item_noun: "broad grants",
        procedure: &[
            "A grant that the list of approved ones names, or an approval in force, passes; any other is an exception.",
            "An object that is added to a share is judged as a grant to each of its recipients.",
            "Permissions on workspace objects are judged by PRV-03.",
        ],
        false_positives: &[
            "A grant of the first hour of a metastore, made before there were lists: put it on the list.",
        ],
        limits: &[
            "This test does not show grants that add up to broad access one by one.",
            "It does not show grants from before the first record.",
        ],
        references: &["NIST SP 800-53 r5 AC-6", "PCI DSS 7.2.2"],
        deviation: "At {at} {actor} gave {subject} broad access to {object} without approval",
        undecided: "The grant on {object} to {subject} by {actor} at {at}",
    },
    evaluate,
};

/// Privileges that hold all others, or let their holder grant them.
const BROAD: &[&str] = &["ALL PRIVILEGES", "MANAGE"];

/// Securables on which any grant is broad.
const REACHING: &[&str] =
    &["metastore", "external_location", "storage_credential", "credential", "connection", "share", "any_file"];

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let mut all = deeds(evidence, &[Verb::PrivGrant, Verb::PrivRevoke])?;
    let is_of_share = |deed: &&Deed| {
        deed.securable.as_deref().is_some_and(|securable| securable.to_lowercase().starts_with("share:"))
    };
    let held = holdings(all.iter().filter(is_of_share));
    let shared = sharing::added(evidence, &held)?;
    drop(held);
    let court = Court {
        evidence,
        approved: ByEnvironment::new(evidence.config, |here| here.choices(TEST.id, "approved"))?,
        broad_groups: ByEnvironment::new(evidence.config, |here| here.globs(TEST.id, "broad_groups"))?,
        callers: Callers::read(evidence)?,
    };
    let kinds = Kinds::of(evidence);
    let mut left_out = LeftOut::default();
    let mut items = Vec::new();
    all.retain(|deed| left_out.lets(evidence, deed));
    for deed in &all {
        match court.is_broad(deed, kinds.kind(deed)) {
            true => items.push(court.item(deed, "add", None)),
            false => left_out.add("grants that are not broad"),
        }
    }
    items.extend(shared.to_recipients.iter().map(|deed| court.item(deed, "add_to_share", None)));
    items.extend(shared.to_unknown.iter().map(|deed| court.item(deed, "add_to_share", Some("no_opening_state"))));
    let mut exclusions = left_out.exclusions();
    exclusions.push(("objects added to shares without recipients".to_owned(), shared.to_nobody));
    Ok(Judged {
        items,
        exclusions,
        notes: approval_notes(evidence),
        coverage_is_complete: evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

struct Court<'c, 'e> {
    evidence: &'c Evidence<'e>,
    approved: ByEnvironment<Choices>,
    broad_groups: ByEnvironment<Globs>,
    callers: Callers,
}

impl Court<'_, '_> {
    // What is not told may be broad.
    fn is_broad(&self, deed: &Deed, subject_kind: SubjectKind) -> bool {
        let securable = deed.securable.as_deref().map(|s| kind(s).replace(' ', "_"));
        let broad_groups = self.broad_groups.at(self.callers.environment(self.evidence, deed));
        let is_everybody = deed.subject.as_deref().is_some_and(|subject| broad_groups.any(subject));
        deed.privilege.as_deref().is_none_or(|word| BROAD.contains(&privilege(word).as_str()))
            || deed.subject.is_none()
            || (is_everybody && matches!(subject_kind, SubjectKind::Group | SubjectKind::Unknown))
            || securable.is_none_or(|securable| REACHING.contains(&securable.as_str()))
    }

    fn item(&self, deed: &Deed, change: &str, open: Option<&'static str>) -> Item {
        let is_listed = fits(self.approved.at(self.callers.environment(self.evidence, deed)), deed);
        let ticket = ticket(self.evidence, deed);
        let word = match open {
            _ if is_listed => "approved",
            _ if ticket.is_some() => "ticket",
            Some(open) => open,
            None if deed.privilege.is_none() => "content_not_stated",
            None if deed.subject.is_none() => "unresolved_subject",
            None => "not_approved",
        };
        let base = of_deed(&TEST, deed);
        Item {
            verdict: TEST.word(word).map_or(base.verdict, |w| w.verdict),
            reason: word.to_owned(),
            severity: self.callers.severity(self.evidence, deed, TEST.severity),
            object: object(deed),
            extra: vec![
                Cell::Text(deed.securable.as_deref().map(|s| kind(s).to_owned())),
                Cell::Text(deed.securable.as_deref().map(|s| name(s).to_owned())),
                Cell::Text(deed.privilege.clone()),
                Cell::text(change),
                Cell::text(deed.event_type.as_str()),
                Cell::Text(if is_listed { Some("approved".to_owned()) } else { ticket }),
            ],
            ..base
        }
    }
}
