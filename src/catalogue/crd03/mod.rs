//! CRD-03: provisioning and service credentials are rotated.

mod judge;
mod read;

use judge::{Rules, Ruling, judge};
use read::{Credentials, credentials};

use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::correlate::item_id;
use crate::error::Result;
use crate::schema::{Column, Kind};
use crate::source::DATABRICKS;

/// The test.
pub(super) const TEST: Test = Test {
    id: "CRD-03",
    version: "4",
    severity: Severity::High,
    needs: &[need::E, need::C],
    shared_parameters: &[],
    own_parameters: &[
        Parameter { name: "max_rot", default: "90d", doc: "how old a credential may grow before it is rotated" },
        Parameter { name: "max_rot_hard", default: "365d", doc: "the longest that max_rot can be" },
        Parameter { name: "overlap", default: "7d", doc: "how long the old credential may live beside the new one" },
        Parameter {
            name: "idp_tokens",
            default: r#"["*"]"#,
            doc: "names (globs) of the identity provider's API tokens that are used for Databricks",
        },
    ],
    words: &[
        pass(
            "rotated",
            "rotated in time at every instant of the period, and what was there before ended within overlap",
        ),
        exception("too_old", "older than max_rot, or its hard limit, at some instant of the period"),
        exception("overlap_too_long", "the one before it lived on for longer than overlap"),
        exception("outside_address", "used from an address that is not the connector's"),
        undetermined(
            "creation_unseen",
            "its creation was not seen, or the record of it does not say whether it succeeded, so that its age is not known",
        ),
        undetermined("end_unseen", "the record of its rotation does not say when the one before it ends"),
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
    ],
    columns: &[
        Column::optional(
            "credential",
            Kind::Text,
            "Whose it is: principal, service principal, recipient, application or name of the token.",
        ),
        Column::optional(
            "kind",
            Kind::Text,
            "scim_token, oauth_secret, recipient_token, idp_api_token or idp_app_credential.",
        ),
        Column::optional("created", Kind::Instant, "Its last rotation, or creation. null = not seen."),
        Column::optional(
            "prior_revoked",
            Kind::Instant,
            "When the one before it ended. null = there was none, or its end was not seen.",
        ),
        Column::optional("age_max_days", Kind::Real, "The greatest age it reached in the period. null = not known."),
        Column::optional("source_ips", Kind::TextList, "Addresses from which the connector used it in the period."),
    ],
    about: About {
        title: "Provisioning and service credentials are rotated",
        objective: "To find standing credentials that nobody changes: whoever once had a copy has it still.",
        population: "Credentials of the provisioning connector, secrets of service principals, API tokens of the identity provider that are used for Databricks, credentials of its Databricks applications, and tokens of recipients of shares; all of one holder and kind are one item, as far as they lived in the period.",
        item_noun: "credentials",
        procedure: &[
            "A credential passes that was made, or last rotated, no longer than max_rot before every instant of the period in which it lived, and whose predecessors ended within overlap of each rotation.",
            "One that was older, whose predecessor lived on for longer, or that the connector used from an address outside `[connector] addresses`, is an exception.",
            "One whose creation was not seen is undetermined, unless what is on record shows that it was too old all the same.",
            "A rotation, or the end of a credential, may be hidden by a hole in the log: then it is undetermined.",
        ],
        false_positives: &[
            "Several secrets of one service principal, each for another system, look like an overlap.",
            "An API token of the identity provider that has nothing to do with Databricks: name those that have under `idp_tokens`.",
        ],
        limits: &[
            "This test does not show credentials that no record at hand names, client secrets of Okta applications, or keys of cloud roles.",
            "The life that a secret was given when it was made is not on record; it ends, as far as is known, when it is deleted.",
        ],
        references: &["NIST SP 800-53 r5 IA-5", "PCI DSS v4.0 8.6.3"],
        deviation: "The credential {object} of {subject}: {meaning}",
        undecided: "The credential {object} of {subject}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let rules = Rules::new(evidence)?;
    let Credentials { slots, mut exclusions, note } = credentials(evidence)?;
    let mut items = Vec::new();
    let mut gone = 0;
    for slot in slots.values() {
        let Some(ruling) = judge(evidence, &rules, slot) else {
            gone += 1;
            continue;
        };
        items.push(item(evidence, slot, ruling));
    }
    exclusions.push(("credentials that had ended before the period, or were made after it".to_owned(), gone));
    let mut notes = vec![note];
    notes.extend(rules.note());
    if evidence.config.connector.principals.is_empty() {
        notes.push("No principal of the connector is declared: its credentials were not tested.".to_owned());
    }
    if evidence.config.connector.addresses.is_empty() {
        notes.push(
            "No address of the connector is declared: from where its credentials were used was not judged.".to_owned(),
        );
    }
    let coverage_is_complete = evidence.is_covered(|source| source == DATABRICKS);
    Ok(Judged { items, exclusions, notes, cut_off: Some(rules.cut_off), coverage_is_complete, ..Judged::default() })
}

fn item(evidence: &Evidence<'_>, slot: &read::Slot, ruling: Ruling) -> Item {
    let last = slot.last_rotation(evidence.period.end);
    let time = last.map_or(evidence.period.start, |(at, _)| at);
    let addresses: Vec<String> = slot.used_from.keys().cloned().collect();
    Item {
        verdict: ruling.verdict,
        reason: ruling.reason.to_owned(),
        severity: TEST.severity,
        scope: Some(slot.scopes.first().cloned().unwrap_or_else(|| crate::correlate::ACCOUNT.to_owned())),
        subject: Some(slot.holder.clone()),
        object: Some(slot.kind.to_owned()),
        event_ids: slot.event_ids(ruling.outside),
        detail: Some(ruling.detail),
        hole_id: ruling.hole,
        extra: vec![
            Cell::text(&slot.holder),
            Cell::text(slot.kind),
            Cell::Instant(last.map(|(at, _)| at)),
            Cell::Instant(last.and_then(|(at, _)| slot.prior_end(at))),
            Cell::days(ruling.age),
            Cell::Texts(addresses),
        ],
        ..Item::new(item_id(&["credential", &slot.source, slot.kind, &slot.holder]), time)
    }
}
