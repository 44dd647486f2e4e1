//! STA-01: opening access plus changes equals closing access.

use super::stock::Good;
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Severity, Test, need};
use crate::access::{Bounds, Residue, Rolled, Sighted, Totals, roll_forward, rolled};
use crate::change::EntitlementKind;
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::coverage::Log;
use crate::error::{Error, Result};
use crate::schema::{Column, Kind};

const ENTITLEMENT_KIND: Column =
    Column::optional("entitlement_kind", Kind::Text, "account, membership, admin or privilege.");
const PRIVILEGE: Column =
    Column::optional("privilege", Kind::Text, "The privilege or permission. null = the pair is about none.");
const OPENING: Column =
    Column::optional("opening", Kind::Text, "held or not_held in the opening listing. null = none speaks of the pair.");
const OPENING_AT: Column = Column::optional("opening_at", Kind::Instant, "When that listing was made. null as there.");
const EVENT_COUNT: Column = Column::optional(
    "events_count",
    Kind::Whole,
    "Grants and revokes between the listings that changed something; in the period, where a listing is missing.",
);
const REPLAYED: Column = Column::optional(
    "replayed",
    Kind::Text,
    "held or not_held by the opening listing and the changes. null = a listing is missing.",
);
const CLOSING: Column =
    Column::optional("closing", Kind::Text, "held or not_held in the closing listing. null = none speaks of the pair.");
const CLOSING_AT: Column = Column::optional("closing_at", Kind::Instant, "When that listing was made. null as there.");
const RESIDUE: Column = Column::optional(
    "residue",
    Kind::Text,
    "What remains between replay and closing listing: none, explained, unlogged_grant, unlogged_revoke or not_established.",
);

/// The test.
pub(super) const TEST: Test = Test {
    id: "STA-01",
    version: "3",
    severity: Severity::High,
    needs: &[need::E, need::S],
    shared_parameters: &["skew"],
    own_parameters: &[],
    words: &[
        pass("rolled_forward", "the closing listing is what the opening listing and the changes make it"),
        pass(
            "explained",
            "they differ by a change so close to a listing that clocks and the length of an export explain it",
        ),
        exception("unlogged_grant", "the closing listing holds what no logged grant gave"),
        exception("unlogged_revoke", "the closing listing lacks what no logged revoke took"),
        shared::COVERAGE_GAP,
        shared::NO_OPENING_STATE,
        undetermined("no_closing_state", "no later listing speaks of it, so that the replay cannot be checked"),
        shared::UNRESOLVED_SUBJECT,
    ],
    columns: &[ENTITLEMENT_KIND, PRIVILEGE, OPENING, OPENING_AT, EVENT_COUNT, REPLAYED, CLOSING, CLOSING_AT, RESIDUE],
    about: About {
        title: "Opening access plus changes equals closing access",
        objective: "To show that the log of changes is whole: whatever was held at the end was held at the start or was granted in between, and nothing vanished unlogged.",
        population: "Every pair of principal and account, membership, role or privilege in one scope that the opening listing names, the closing listing names, or a logged change of the period is about.",
        item_noun: "pairs",
        procedure: &[
            "The changes between two listings are replayed onto the first; the outcome must be what the second one says.",
            "The opening listing is the last one at or before the start of the period, else the first inside it; the closing one the first at or after the end, else the last before it.",
            "A difference over which the Databricks log has a hole, after the last logged change of the pair, is undetermined; so is every pair of which a listing is missing.",
            "A pair that agrees passes on the evidence of the two listings, hole or no hole.",
        ],
        false_positives: &[
            "A listing that was cut short lacks what is held: compare its count with the source's own.",
            "Deletion of a securable or workspace object ends the privileges on it, which no record says.",
        ],
        limits: &[
            "This test does not show access that was granted and revoked between two listings; STA-02 lists it.",
            "Listings of users and groups come in pages, so that a person who is missing in one is not taken to be gone.",
        ],
        references: &["Bank reconciliation as in AU-C 330; NIST SP 800-53 r5 AC-2"],
        deviation: "{subject} and {object} in {scope}: {meaning}",
        undecided: "Whether {subject} came by {object} through logged changes alone",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let bounds = Bounds::of(evidence.correlation, evidence.period);
    let stock = evidence.stock()?;
    let access = roll_forward(evidence.histories(), &bounds.period, bounds.blur);
    // Ownership and tokens stand in no listing that says whose they all are.
    let privileges = stock.each(&[EntitlementKind::Privilege], |good, history| {
        let pair = rolled(&history, &bounds.period, bounds.blur)?;
        Some((Totals::of(std::iter::once(&pair)), item(evidence, &pair, Some(good))))
    });
    let mut totals = access.totals;
    let mut items: Vec<Item> = access.pairs.iter().map(|pair| item(evidence, pair, None)).collect();
    items.reserve(privileges.len());
    items.extend(privileges.into_iter().flatten().map(|(of_pair, item)| {
        totals = totals.and(of_pair);
        item
    }));
    let has_listed = stock.counts().iter().any(|count| !count.is_of_tokens());
    let has_listing = !evidence.correlation.ground.noted.is_empty() || has_listed;
    let nameless = crate::access::nameless(evidence.correlation);
    Ok(Judged {
        items,
        exclusions: vec![("changes that name nobody, and are no pair's".to_owned(), nameless as u64)],
        figures: figures(totals)?,
        notes: notes(evidence, has_listing),
        coverage_is_complete: has_listing && evidence.is_covered(|s| s == crate::source::DATABRICKS),
        ..Judged::default()
    })
}

fn notes(evidence: &Evidence<'_>, has_listing: bool) -> Vec<String> {
    let mut notes = if has_listing { Vec::new() } else { super::residents::listing_note(evidence) };
    let unused = &evidence.correlation.ground.noted;
    if unused.unplaced_count > 0 {
        notes.push(format!(
            "{} observations were not used: their listing does not say of which account or workspace it is.",
            unused.unplaced_count
        ));
    }
    notes
}

fn item(evidence: &Evidence<'_>, rolled: &Rolled<'_>, good: Option<&Good>) -> Item {
    let (verdict, reason, hole_id) = judge(evidence, rolled);
    let pair = &rolled.pair;
    let resolved = if pair.is_resolved { "resolved" } else { "contested" };
    let (who, what) = (pair.subject_kind.as_str(), pair.entitlement_kind.as_str());
    let parts = ["rolled", pair.subject, who, resolved, what, pair.entitlement, pair.scope];
    let sighted = [rolled.opening, rolled.closing].map(|sight| sight.filter(|_| good.is_none()));
    let listings = sighted.into_iter().flatten().map(|sight| sight.event_id);
    let mut event_ids: Vec<String> = rolled.event_ids.iter().copied().chain(listings).map(str::to_owned).collect();
    // A record may hold several changes of one pair.
    event_ids.dedup();
    let time = rolled.closing.map_or(evidence.period.end - 1, |sight| sight.time);
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        scope: Some(pair.scope.to_owned()),
        subject: Some(pair.subject.to_owned()),
        object: Some(good.map_or(pair.entitlement, |good| &good.object).to_owned()),
        event_ids,
        hole_id,
        detail: Some(detail(rolled, good.is_some())),
        subject_kind: Some(pair.subject_kind.as_str()),
        extra: vec![
            Cell::text(pair.entitlement_kind.as_str()),
            Cell::Text(good.and_then(|good| good.privilege.clone())),
            Cell::Text(rolled.opening.map(|sight| state(sight.held))),
            Cell::Instant(rolled.opening.map(|sight| sight.time)),
            Cell::count(rolled.event_ids.len()),
            Cell::Text(rolled.replayed.map(state)),
            Cell::Text(rolled.closing.map(|sight| state(sight.held))),
            Cell::Instant(rolled.closing.map(|sight| sight.time)),
            Cell::text(residue(rolled.residue)),
        ],
        ..Item::new(item_id(&parts), time)
    }
}

fn judge(evidence: &Evidence<'_>, rolled: &Rolled<'_>) -> (Verdict, &'static str, Option<String>) {
    if !rolled.pair.is_resolved {
        return (Verdict::Undetermined, "unresolved_subject", None);
    }
    let (Some(opening), Some(closing)) = (rolled.opening, rolled.closing) else {
        let is_open = rolled.opening.is_some();
        return (Verdict::Undetermined, if is_open { "no_closing_state" } else { "no_opening_state" }, None);
    };
    let hole = || {
        let of_pair = |log: &Log| {
            log.source == crate::source::DATABRICKS && (log.scope == ACCOUNT || log.scope == rolled.pair.scope)
        };
        evidence.hole(of_pair, rolled.known_at.unwrap_or(opening.time), closing.time - 1)
    };
    let (verdict, reason) = match rolled.residue {
        Residue::None => (Verdict::Pass, "rolled_forward"),
        Residue::Explained => (Verdict::Pass, "explained"),
        Residue::UnloggedGrant => (Verdict::Exception, "unlogged_grant"),
        Residue::UnloggedRevoke => (Verdict::Exception, "unlogged_revoke"),
        Residue::NotEstablished => (Verdict::Undetermined, "no_opening_state"),
    };
    match hole().filter(|_| verdict == Verdict::Exception) {
        Some(hole) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
        None => (verdict, reason, None),
    }
}

fn state(held: bool) -> String {
    if held { "held" } else { "not_held" }.to_owned()
}

const fn residue(residue: Residue) -> &'static str {
    match residue {
        Residue::None => "none",
        Residue::Explained => "explained",
        Residue::UnloggedGrant => "unlogged_grant",
        Residue::UnloggedRevoke => "unlogged_revoke",
        Residue::NotEstablished => "not_established",
    }
}

fn detail(rolled: &Rolled<'_>, is_companion: bool) -> String {
    let told = |sight: Option<Sighted<'_>>| match sight {
        Some(sight) if is_companion => format!("{} in {}", state(sight.held), sight.event_id),
        Some(sight) => state(sight.held),
        None => "no listing".to_owned(),
    };
    let (opening, closing) = (told(rolled.opening), told(rolled.closing));
    format!("opening: {opening}; {} granted, {} revoked; closing: {closing}", rolled.granted, rolled.revoked)
}

/// The reconciliation, as an accountant writes it.
fn figures(totals: Totals) -> Result<Vec<(String, String)>> {
    if !totals.ties_out() {
        return Err(Error::Bug("the roll-forward of access does not tie out".to_owned()));
    }
    let Totals { opening, granted, revoked, replayed, closing, not_established, .. } = totals;
    let lines = [
        ("Opening: held in the opening listing", opening),
        ("+ granted", granted),
        ("- revoked", revoked),
        ("= held by replay", replayed),
        ("+ in the closing listing only, explained by a change close to a listing", totals.explained_grants),
        ("- in the replay only, explained by a change close to a listing", totals.explained_revokes),
        ("+ in the closing listing only, unexplained", totals.unlogged_grants),
        ("- in the replay only, unexplained", totals.unlogged_revokes),
        ("= Closing: held in the closing listing", closing),
        ("Pairs that cannot be reconciled, since a listing is missing", not_established),
    ];
    Ok(lines.into_iter().map(|(what, count)| (what.to_owned(), count.to_string())).collect())
}
