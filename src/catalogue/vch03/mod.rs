//! VCH-03: attributes agree across systems.

mod compare;
mod known;
mod listed;
mod updates;

use std::collections::BTreeSet;

use self::compare::{Difference, compare};
use self::known::Known;
use self::listed::{Account, Lists, Side};
use super::words::{exception, not_applicable, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::Log;
use crate::error::Result;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "VCH-03",
    version: "3",
    severity: Severity::Medium,
    needs: &[need::A, need::E, need::S],
    shared_parameters: &["look_back"],
    own_parameters: &[Parameter {
        name: "list_window",
        default: "7d",
        doc: "how long after the end of the period a list of principals may have been made to speak for it",
    }],
    words: &[
        pass("agrees", "both systems have the same, after the normalisation that is shown"),
        exception("active_differs", "the one system has the principal active, the other has not"),
        exception(
            "external_id_differs",
            "Databricks ties the principal to an id that the identity provider does not have for it",
        ),
        exception("bound_to_another", "Databricks ties the principal to the id of another person or group"),
        exception("name_differs", "the two systems have different names for the principal"),
        exception("email_differs", "the two systems have different e-mail addresses for the principal"),
        undetermined("no_snapshot", "no list of the principals of both systems is at hand"),
        shared::COVERAGE_GAP,
        shared::WINDOW_OPEN,
        shared::UNRESOLVED_SUBJECT,
        not_applicable("display_name_differs", "display names differ, which is listed for information"),
    ],
    columns: &[
        Column::optional("attribute", Kind::Text, "The attribute compared. null = none could be."),
        Column::optional("value_idp", Kind::Text, "Its value at the identity provider. null = not known."),
        Column::optional("value_dbx", Kind::Text, "Its value in Databricks. null = not known."),
        Column::optional(
            "since_utc",
            Kind::Instant,
            "The later of the two records that state the values. null = not known.",
        ),
        Column::optional(
            "normalisation",
            Kind::Text,
            "What makes the values equal: none, case, rules (guests, configured domains and aliases), email (the provider's user name is no address, and its e-mail is the name) or group_map. null = they are not equal, or not compared.",
        ),
    ],
    about: About {
        title: "Attributes agree across systems",
        objective: "To show that both systems mean the same by a name, since a decision about one person carried out on the account of another is carried out on nobody's authority.",
        population: "Each attribute that both systems state (user name, e-mail address, external id, active, display name; of groups name and external id) of every person, service principal and group that both have at the end of the period; and every update of a person or group in the period that the other system has, too.",
        item_noun: "attributes",
        procedure: &[
            "The values at the end of the period are those of the last list of principals in it, or of the first one after it within list_window, brought forward by the changes that were logged in between.",
            "Equal values pass: user names and e-mail addresses after folding and the rules of `[identity]`, guests' spelling included; groups after the mapping of `[groups]`. The id that the identity provider has for the principal is what the external id must be.",
            "A provider's user name that is no address is held against Databricks' by the principal's e-mail address there. Of several addresses the primary one counts, else that of work, else the first.",
            "Different values of active, external id, e-mail address and name are exceptions; different display names are listed.",
            "An update passes where the other system had the same name at some time within look_back of it.",
            "Without a list of both systems, and over a hole between list and end of the period, nothing is concluded.",
        ],
        false_positives: &[
            "A mapping that pushes another attribute than the user name: declare the alias or domain under `[identity]`.",
            "A person who stays active in the directory without being assigned to Databricks is inactive there for a good reason.",
        ],
        limits: &[
            "A principal that only one system has is not compared here; nor is an attribute that one of them does not state.",
            "A list made after the end of the period may hold what was changed after it.",
            "Display names are compared as they are written.",
            "E-mail addresses are compared as the lists have them: logs tell that a person was changed, and not the new address.",
        ],
        references: &["NIST SP 800-53 r5 IA-4"],
        deviation: "For {subject}: {meaning} ({object})",
        undecided: "Whether both systems have the same of {subject}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let window = evidence.config.span(TEST.id, "list_window")?.micros();
    let known = Known::of(evidence);
    let lists = Lists::read(evidence, &known, window)?;
    let mut judged = Judged { coverage_is_complete: evidence.is_covered(|_| true), ..Judged::default() };
    let (mut deleted, mut unstated, mut seen) = (0, 0, BTreeSet::new());
    let end = evidence.period.end;
    for account in &lists.databricks {
        let Some(provider) = lists.counterpart(evidence, account) else { continue };
        seen.extend([provider.key.clone(), account.key.clone()]);
        let is_gone = |side, account: &Account| known.is_deleted(side, &account.key, account.listed, end);
        if is_gone(Side::Databricks, account) || is_gone(Side::Provider, provider) {
            deleted += 1;
            continue;
        }
        let found = compare(evidence, &lists, &known, provider, account);
        unstated += found.unstated;
        let hole = gap(evidence, provider, account);
        let items = found.differences.into_iter().map(|d| item(evidence, provider, account, d, hole.as_ref()));
        judged.items.extend(items);
    }
    for key in known.on_both_sides(evidence, end).difference(&seen) {
        let is_gone = |side| known.is_deleted(side, key, i64::MIN, end);
        match is_gone(Side::Databricks) || is_gone(Side::Provider) {
            true => deleted += 1,
            false => judged.items.push(unlisted(evidence, key)),
        }
    }
    let alone = updates::judge(evidence, &known, &mut judged)?;
    judged.exclusions = vec![
        ("principals deleted before the end of the period".to_owned(), deleted),
        ("attributes that one of the two systems does not state".to_owned(), unstated),
        ("updates of principals that only one system has".to_owned(), alone),
        ("list entries of which nothing says whose list they are in".to_owned(), lists.unknown),
    ];
    Ok(judged)
}

/// A person or service principal (false) or a group (true), by key.
type Key = (bool, String);

fn unlisted(evidence: &Evidence<'_>, key: &Key) -> Item {
    Item {
        reason: "no_snapshot".to_owned(),
        severity: TEST.severity,
        subject: Some(key.1.clone()),
        extra: vec![Cell::Text(None), Cell::Text(None), Cell::Text(None), Cell::Instant(None), Cell::Text(None)],
        ..Item::new(item_id(&["attributes", if key.0 { "group" } else { "person" }, &key.1]), evidence.period.end - 1)
    }
}

// Between a list and the end of the period, what the log does not cover may have changed anything.
fn gap(evidence: &Evidence<'_>, provider: &Account, databricks: &Account) -> Option<String> {
    let last = evidence.period.end - 1;
    let of_provider = |log: &Log| crate::source::is_authority(&log.source);
    let of_databricks =
        |log: &Log| log.source == crate::source::DATABRICKS && (log.scope == ACCOUNT || log.scope == databricks.scope);
    let before = |account: &Account| account.listed <= last;
    let first = before(provider).then(|| evidence.hole(of_provider, provider.listed, last)).flatten();
    first.or_else(|| before(databricks).then(|| evidence.hole(of_databricks, databricks.listed, last)).flatten())
}

fn item(
    evidence: &Evidence<'_>,
    provider: &Account,
    databricks: &Account,
    found: Difference,
    hole: Option<&String>,
) -> Item {
    let (verdict, reason) = match hole {
        Some(_) => (Verdict::Undetermined, "coverage_gap"),
        None => (found.verdict, found.reason),
    };
    // A person may have several accounts, and that is what some differences are about.
    let kind = if databricks.is_group { "group" } else { "person" };
    let id = item_id(&["attribute", kind, &databricks.scope, &databricks.id, found.attribute]);
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: found.severity,
        scope: Some(databricks.scope.clone()),
        subject: Some(databricks.key.1.clone()),
        object: Some(found.attribute.to_owned()),
        event_ids: vec![databricks.event_id.clone(), provider.event_id.clone()],
        hole_id: hole.cloned(),
        detail: Some(format!("identity provider: {}; Databricks: {}", found.provider, found.databricks)),
        extra: vec![
            Cell::text(found.attribute),
            Cell::text(found.provider),
            Cell::text(found.databricks),
            Cell::Instant(Some(provider.since.max(databricks.since))),
            Cell::Text(found.normalisation.map(str::to_owned)),
        ],
        ..Item::new(id, evidence.period.end - 1)
    }
}
