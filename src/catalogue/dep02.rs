//! DEP-02: no activity after access should have ended.

use std::collections::{BTreeMap, BTreeSet};

use super::acts::Act;
use super::admissions::{Admissions, unwatched};
use super::deeds::deeds;
use super::dep01::{self, of_departure};
use super::departures::{Departure, End, departures};
use super::leavers::{Did, activity_of, returned_at};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::Verb;
use crate::correlate::door::is_uuid;
use crate::correlate::kernel::Reason;
use crate::correlate::{ACCOUNT, Verdict, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "DEP-02",
    version: "8",
    severity: Severity::Critical,
    needs: &[need::A, need::E, need::U],
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "grace",
        default: "0s",
        doc: "time after the departure in which activity is counted and is no exception, even after the end of access",
    }],
    words: &[
        pass("no_activity", "no act on record after the end of access, and the logs are complete over that time"),
        exception("activity_after_end", "acts on record after the limit, or after the end of access"),
        undetermined(
            "outcome_not_stated",
            "acts on record after the limit, or after the end of access, of which no record says whether they succeeded",
        ),
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
        shared::UNRESOLVED_SUBJECT,
        shared::NOT_PUSHED,
        shared::SUPERSEDED,
    ],
    columns: &[
        Column::optional(
            "inside_count",
            Kind::Whole,
            "Acts after the departure, but inside its limit and before access ended: counted, no exception.",
        ),
        Column::optional("first_after", Kind::Instant, "First act after the end. null = none."),
        Column::optional("last_after", Kind::Instant, "Last act after the end. null = none."),
        Column::optional("actions_count", Kind::Whole, "Acts after the end."),
        Column::optional("action_kinds", Kind::TextList, "What they were; empty = none."),
        Column::optional(
            "credential_kind",
            Kind::TextList,
            "How the person signed in for them, as far as sign-ins are among them: sso, password, token, oauth or other; empty = no sign-in is.",
        ),
        Column::optional("source_ips", Kind::TextList, "Addresses they came from; empty = none is stated."),
    ],
    about: About {
        title: "No activity after access should have ended",
        objective: "To find use of access that should no longer have existed.",
        population: "The leavers of DEP-01.",
        item_noun: "leavers",
        procedure: &[
            "The limit is that of DEP-01.",
            "Sign-ins, token use and data access by the leaver after the limit, or after the removal took effect, are an exception.",
            "Activity after the departure but inside the limit and before the removal is counted and is no exception; where access had ended before the departure, nothing is inside the limit.",
            "No activity passes only where the usage logs are complete from the departure until the account is known to be inactive and every token of the person's own to be ended, at most to cut-off (always to cut-off where every workspace was lost and the account stands): at the account and in every workspace in which the person was seen, or to which it was assigned, directly or by a group.",
            "What was done after a hole of the identity provider's log began in which the person may have been brought back leaves the item undetermined: while access stood, or was given again.",
            "What somebody did under an identity that they had assumed, a group or a role, is the person's activity.",
            "An act of which the record does not say whether it succeeded proves neither, and leaves the item undetermined.",
            "Jobs that a service principal runs are no activity.",
        ],
        false_positives: &["A job that runs as the person goes on after departure; it is their access all the same."],
        limits: &[
            "This test does not show reading of data in cloud storage that bypasses Databricks.",
            "It does not show events that are logged only with verbose logging on.",
        ],
        references: &["NIST SP 800-53 r5 AC-2(12)"],
        deviation: "{subject} left at {at} and was active afterwards",
        undecided: "The departure of {subject} at {at}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let found = departures(evidence)?;
    let names: BTreeSet<&str> = found.all.iter().map(|d| d.key.subject.label()).collect();
    let beside = Beside {
        tokens: tokens(evidence, &names)?,
        did: activity_of(evidence, &names)?,
        admissions: evidence.admissions()?,
        grace: evidence.config.span(TEST.id, "grace")?.micros(),
    };
    Ok(Judged {
        items: found.all.iter().map(|d| item(evidence, d, &beside)).collect(),
        exclusions: found.exclusions,
        notes: vec![format!(
            "The limit is that of DEP-01, {}. {}",
            evidence.config.span(dep01::TEST.id, "deprovision_sla")?,
            found.clock.told()
        )],
        coverage_is_complete: evidence.is_covered(|_| true),
        ..Judged::default()
    })
}

/// What is looked up beside the departures.
struct Beside<'e> {
    did: Did,
    admissions: &'e Admissions,
    tokens: BTreeMap<String, Vec<Token>>,
    grace: i64,
}

/// A token of a leaver's own.
struct Token {
    id: String,
    made: i64,
    ended: Option<i64>,
}

/// The tokens that the logs show to have been made for these people, and those of which they do not say whether they were.
fn tokens(evidence: &Evidence<'_>, names: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<Token>>> {
    let mut all: BTreeMap<String, Vec<Token>> = BTreeMap::new();
    for deed in deeds(evidence, &[Verb::TokenCreate, Verb::TokenRevoke, Verb::TokenExpire])? {
        // Of one without an id no record can tell that it ended.
        let id = deed.entitlement_id.as_ref().map_or_else(|| deed.event_id.clone(), |id| id.to_lowercase());
        match deed.verb {
            Verb::TokenCreate => {
                let owner = deed.subject.clone().filter(|owner| names.contains(owner.as_str()));
                if let Some(owner) = owner.filter(|_| deed.outcome != "failure") {
                    all.entry(owner).or_default().push(Token { id, made: deed.time, ended: None });
                }
            }
            // Whoever ends a token may be another than its owner.
            _ if deed.succeeded() => {
                let ended = all.values_mut().flatten().filter(|token| token.id == id && token.ended.is_none());
                ended.for_each(|token| token.ended = Some(deed.time));
            }
            _ => {}
        }
    }
    Ok(all)
}

fn item(evidence: &Evidence<'_>, departure: &Departure<'_>, beside: &Beside<'_>) -> Item {
    let name = departure.key.subject.label();
    let became = departure.judge(evidence);
    let ended = departure.ended_at(became.0).map_or(departure.due, |end| end.min(departure.due));
    let limit = ended.max(departure.start.saturating_add(beside.grace));
    let returned = returned(departure).unwrap_or(i64::MAX);
    let may_be_back = departure.may_be_back(evidence, became.0);
    let until = may_be_back.as_ref().map_or(returned, |(from, _)| returned.min(*from));
    let is_own = |act: &&Act| !(is_uuid(name) && act.event_type.starts_with("jobs."));
    let after: Vec<&Act> = beside.did.between(name, limit, until - 1).filter(is_own).collect();
    let unsaid: Vec<&Act> = beside.did.unsaid(name, limit, until - 1).filter(is_own).collect();
    let hidden_count = may_be_back.as_ref().map_or(0, |(from, _)| {
        let since = limit.max(from - 1);
        let unsaid = beside.did.unsaid(name, since, returned - 1);
        beside.did.between(name, since, returned - 1).chain(unsaid).filter(is_own).count()
    });
    let hidden = may_be_back.filter(|_| hidden_count > 0);
    let within = beside.did.between(name, departure.start, limit.min(until - 1)).filter(is_own).count();
    let base = of_departure(evidence, departure);
    let acts = Acts { after: &after, unsaid: &unsaid, within_count: within, hidden: hidden.map(|(_, hole)| hole) };
    let (verdict, reason, hole) = judge(evidence, departure, beside, became, &acts);
    let mut event_ids = base.event_ids.clone();
    event_ids.extend(after.iter().chain(&unsaid).take(20).map(|a| a.event_id.clone()));
    let texts = |of: &dyn Fn(&Act) -> Option<String>| {
        let all: BTreeSet<String> = after.iter().filter_map(|act| of(act)).collect();
        Cell::Texts(all.into_iter().collect())
    };
    Item {
        item_id: item_id(&["activity", &base.item_id]),
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        object: Some(ACCOUNT.to_owned()),
        event_ids,
        detail: Some(detail(&after, unsaid.len(), within, hidden_count)),
        hole_id: hole,
        extra: vec![
            Cell::count(within),
            Cell::Instant(after.first().map(|act| act.time)),
            Cell::Instant(after.last().map(|act| act.time)),
            Cell::count(after.len()),
            texts(&|act| Some(act.event_type.clone())),
            texts(&|act| credential(&act.event_type).map(str::to_owned)),
            texts(&|act| act.source_ip.clone()),
        ],
        ..base
    }
}

/// How a sign-in was made, by its action (reference: databricks b5); `None` = it is none.
fn credential(event_type: &str) -> Option<&'static str> {
    let action = event_type.strip_prefix("accounts.")?.to_ascii_lowercase();
    Some(match action.as_str() {
        "tokenlogin" => "token",
        "aadtokenlogin" | "oidctokenauthorization" | "oauthclientauthentication" => "oauth",
        "samllogin" | "aadbrowserlogin" | "oidcbrowserlogin" => "sso",
        "login" | "passwordlogin" => "password",
        other if other.contains("login") => "other",
        _ => return None,
    })
}

fn detail(after: &[&Act], unsaid: usize, within: usize, hidden: usize) -> String {
    let kinds: BTreeSet<&str> = after.iter().map(|a| a.event_type.as_str()).collect();
    let kinds = kinds.into_iter().take(5).collect::<Vec<_>>().join(", ");
    let done = match after.len() {
        0 => "no act after the end".to_owned(),
        n => format!("{n} acts after the end ({kinds})"),
    };
    let open = match unsaid {
        0 => String::new(),
        n => format!("; {n} after it whose outcome the record does not state"),
    };
    let back = match hidden {
        0 => String::new(),
        n => {
            format!("; {n} since the identity provider's log has a hole in which the person may have been brought back")
        }
    };
    format!("{done}{open}{back}; {within} inside the time allowed")
}

/// What the leaver did.
struct Acts<'a> {
    /// After access was to have ended.
    after: &'a [&'a Act],
    /// Then, but the record does not say whether it succeeded.
    unsaid: &'a [&'a Act],
    /// How often inside the time allowed.
    within_count: usize,
    /// The hole of the provider's log in which the person may have been brought back who did something later.
    hidden: Option<String>,
}

fn judge(
    evidence: &Evidence<'_>,
    departure: &Departure<'_>,
    beside: &Beside<'_>,
    (became, hole): (Reason, Option<String>),
    acts: &Acts<'_>,
) -> (Verdict, &'static str, Option<String>) {
    let cut_off = evidence.cut_off();
    match became {
        Reason::NotPushed => return (Verdict::NotApplicable, "not_pushed", None),
        Reason::Superseded => return (Verdict::NotApplicable, "superseded", None),
        Reason::UnresolvedSubject => return (Verdict::Undetermined, "unresolved_subject", None),
        _ => {}
    }
    if !acts.after.is_empty() {
        return (Verdict::Exception, "activity_after_end", None);
    }
    // A null status is unknown, not failure (reference: databricks c12).
    if !acts.unsaid.is_empty() {
        return (Verdict::Undetermined, "outcome_not_stated", None);
    }
    if let Some(hole) = &acts.hidden {
        return (Verdict::Undetermined, "coverage_gap", Some(hole.clone()));
    }
    if departure.ended_at(became).is_none() && departure.due >= cut_off {
        return (Verdict::Undetermined, "window_open", None);
    }
    // What seems to lie inside the time allowed may have come after an end that nothing shows.
    if departure.end.is_none() && became == Reason::CoverageGap && acts.within_count > 0 {
        return (Verdict::Undetermined, "coverage_gap", hole);
    }
    // The cut-off is the first instant of which nothing is known.
    let until =
        departure.end.as_ref().map_or(cut_off, |end| beside.inactive_from(departure, end, cut_off)).min(cut_off - 1);
    match unwatched(evidence, &beside.places(evidence, departure), departure.start, until) {
        Some(hole) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
        None => (Verdict::Pass, "no_activity", None),
    }
}

impl Beside<'_> {
    /// The workspaces in which the person was seen, or to which it was admitted.
    fn places<'p>(&'p self, evidence: &'p Evidence<'_>, departure: &'p Departure<'_>) -> BTreeSet<&'p str> {
        let mut places = self.admissions.of(departure.key.subject.label());
        places.extend(departure.seen_in(evidence));
        places
    }

    /// From when on the principal is known to be inactive with every token ended (reference: compliance 2.0a).
    fn inactive_from(&self, departure: &Departure<'_>, end: &End, cut_off: i64) -> i64 {
        // Whoever has lost every workspace is active at the account.
        if departure.keeps_account() {
            return cut_off;
        }
        let end = end.time;
        let tokens = self.tokens.get(departure.key.subject.label()).map_or(&[][..], Vec::as_slice);
        let lasting = tokens.iter().filter(|t| t.made <= end).map(|t| t.ended.unwrap_or(cut_off));
        lasting.max().map_or(end, |last| last.max(end))
    }
}

// Only a decision brings somebody back; an account that is merely switched on again does not.
pub(super) fn returned(departure: &Departure<'_>) -> Option<i64> {
    let from = departure.decided.map_or(departure.start, |decided| decided.max(departure.start));
    returned_at(departure.case?, from)
}
