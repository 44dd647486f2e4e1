//! CRD-02: tokens of leavers end.

use std::collections::{BTreeMap, BTreeSet};

use super::admissions::{Admissions, unwatched};
use super::dep01::of_departure;
use super::dep02::returned;
use super::departures::{Departure, End, departures};
use super::tokens::{Expiry, Token, Tokens, Until, Use, hole, tokens, uses};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::change::Direction;
use crate::config::ByEnvironment;
use crate::correlate::kernel::{Reason, Scope};
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "CRD-02",
    version: "5",
    severity: Severity::Critical,
    needs: &[need::H_IF, need::A, need::E, need::U],
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "token_sla",
        default: "24h",
        doc: "time in which a leaver's tokens must end, or the account be inactive",
    }],
    words: &[
        pass("revoked", "revoked in time, and not used after the departure"),
        pass("expired", "its own time was over in time, and it was not used after the departure"),
        pass(
            "principal_inactive",
            "its owner's account was inactive, or its owner removed from every workspace, in time and stayed so, and it was not used after the departure",
        ),
        exception("used_after_end", "used after the departure"),
        exception("still_valid", "still valid after the limit, while its owner's account was active"),
        undetermined("outcome_not_stated", "presented after the departure, and no record says whether it was accepted"),
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
        shared::NO_OPENING_STATE,
        shared::UNRESOLVED_SUBJECT,
        shared::SUPERSEDED,
    ],
    columns: &[
        Column::optional("token_id_hash", Kind::Text, "Id or digest of the token. null = no record gives one."),
        Column::optional("created", Kind::Instant, "When it was made. null = before the first record."),
        Column::optional("expires", Kind::Instant, "When its own time is over. null = never, or not known."),
        Column::optional(
            "ended",
            Kind::Instant,
            "When it was revoked, expired or was swept away. null = not by cut-off.",
        ),
        Column::optional(
            "inactive_at",
            Kind::Instant,
            "When the owner's account became inactive, or the owner had lost every workspace. null = not by cut-off.",
        ),
        Column::optional("use_count", Kind::Whole, "Uses after the departure."),
        Column::optional("first_use_after", Kind::Instant, "The first of them. null = none."),
    ],
    about: About {
        title: "Tokens of leavers and movers end",
        objective: "To find tokens by which people could still reach Databricks after they had left: a token works on when single sign-on is gone.",
        population: "Every token that an identity of DEP-01 had when it left: made before, and neither revoked nor expired by then.",
        item_noun: "tokens of leavers",
        procedure: &[
            "A token revoked or expired within token_sla of the departure passes, and so does one whose owner's account was inactive within it and stayed so, or whose owner had lost every workspace and got none again; but not if it was used after the departure.",
            "Any use after the departure is an exception (one of which the record does not say whether it succeeded leaves undetermined what would pass), and so is a token that is still valid after token_sla while the account is active.",
            "That there was no use is leaned on only where the logs are complete from the departure until account and token are known to have ended, at most to cut-off: at the account, where the token was seen, and in every workspace in which its owner was seen or to which it was assigned.",
            "A token whose creation was not seen may have expired before: unless its use or its end shows more, it is undetermined.",
        ],
        false_positives: &[
            "A job that runs by a leaver's token goes on after departure; it is their access all the same.",
            "An owner whom no record names is taken to be whoever made the token; the detail says so.",
        ],
        limits: &[
            "This test does not show tokens that no record at hand names.",
            "Tokens of movers are judged only where the move ended their access to Databricks.",
        ],
        references: &["NIST SP 800-53 r5 AC-2(3), IA-5", "CIS Controls v8 5.3"],
        deviation: "{subject} left at {at}, and the token {object} was there afterwards: {meaning}",
        undecided: "The token {object} of {subject}, who left at {at},",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let sla = ByEnvironment::new(evidence.config, |here| Ok(here.span(TEST.id, "token_sla")?.micros()))?;
    let departed = departures(evidence)?.all;
    let all = tokens(evidence, Until::Ever)?;
    let mut by_owner: BTreeMap<&str, Vec<&Token>> = BTreeMap::new();
    for token in &all.all {
        by_owner.entry(token.owner.as_deref().unwrap_or_default()).or_default().push(token);
    }
    let owned: Vec<(&Departure<'_>, &Token)> = departed
        .iter()
        .flat_map(|leaver| {
            let label = leaver.key.subject.label();
            // A token of a name that several claim may be the leaver's, whose key has an id behind that name.
            let name = label.split('#').next().unwrap_or(label);
            let own = by_owner.get(label).into_iter().flatten();
            let contested =
                by_owner.get(name).into_iter().flatten().filter(move |t| name != label && !t.owner_is_known);
            own.chain(contested).map(move |token| (leaver, *token))
        })
        .collect();
    let used = used_after(evidence, &owned)?;
    let longest = sla.all().into_iter().copied().max().unwrap_or_default();
    // Departures have windows, too.
    let cut_off = evidence.cut_off().max(evidence.cut_off_within(longest));
    let ground = Ground { admissions: evidence.admissions()?, cut_off };
    let mut items = Vec::new();
    let (mut ended_before, mut made_after) = (0, 0);
    for (leaver, token) in owned {
        match () {
            () if token.end().is_some_and(|end| end <= leaver.start) => ended_before += 1,
            () if token.created.as_ref().is_some_and(|created| created.time > leaver.start) => made_after += 1,
            () => {
                let of_token = used.get(&token.id).map_or(&[][..], Vec::as_slice);
                let place = token.scopes.first().and_then(|scope| evidence.config.environment(scope));
                items.push(Case::new(evidence, leaver, token, (&ground, *sla.at(place), of_token)).item());
            }
        }
    }
    Ok(Judged {
        items,
        exclusions: vec![
            ("tokens that had ended when their owner left".to_owned(), ended_before),
            ("tokens made after the departure: activity, judged by DEP-02".to_owned(), made_after),
            ("failed attempts to make or end a token".to_owned(), all.failed),
        ],
        notes: notes(&all),
        cut_off: Some(cut_off),
        coverage_is_complete: evidence.is_covered(|_| true),
        ..Judged::default()
    })
}

fn used_after(evidence: &Evidence<'_>, owned: &[(&Departure<'_>, &Token)]) -> Result<BTreeMap<String, Vec<Use>>> {
    let mut used: BTreeMap<String, Vec<Use>> = BTreeMap::new();
    let ids: Vec<&str> = owned.iter().map(|(_, token)| token.id.as_str()).collect();
    if let Some(from) = owned.iter().map(|(leaver, _)| leaver.start).min() {
        for one in uses(evidence, &ids, from, i64::MAX)? {
            used.entry(one.token.clone()).or_default().push(one);
        }
    }
    Ok(used)
}

fn notes(all: &Tokens) -> Vec<String> {
    let assumed = all.all.iter().filter(|token| token.owner_is_assumed).count();
    vec![
        all.note(),
        format!("Of {assumed} tokens no record names a known owner: they were taken to be of whoever made them."),
    ]
}

/// What all tokens are judged by.
struct Ground<'g> {
    admissions: &'g Admissions,
    cut_off: i64,
}

/// One token of one leaver.
struct Case<'c, 'e> {
    evidence: &'c Evidence<'e>,
    leaver: &'c Departure<'c>,
    token: &'c Token,
    /// The workspaces in which its owner was seen, or to which it was admitted.
    places: BTreeSet<&'c str>,
    /// When it had to have ended.
    due: i64,
    /// The first instant of which nothing is known.
    cut_off: i64,
    /// Uses after the departure, until the leaver was let in again.
    after: Vec<&'c Use>,
    /// Those of which the record does not say whether they succeeded.
    unsaid: Vec<&'c Use>,
    /// When the account became inactive.
    inactive: Option<i64>,
    /// When it became active again, with no decision behind it.
    active_again: Option<i64>,
    /// First instant that bears on it no more: a decision to let the leaver in again, at most cut-off.
    until: i64,
}

impl<'c, 'e> Case<'c, 'e> {
    fn new(
        evidence: &'c Evidence<'e>,
        leaver: &'c Departure<'c>,
        token: &'c Token,
        (ground, sla, used): (&'c Ground<'c>, i64, &'c [Use]),
    ) -> Self {
        let cut_off = ground.cut_off;
        let returned = returned(leaver).unwrap_or(i64::MAX);
        let until = returned.min(cut_off);
        let is_after = |one: &&Use| one.time > leaver.start && one.time < returned;
        let (after, unsaid) = used.iter().filter(is_after).partition(|one| one.succeeded);
        let (inactive, active_again) = inactivity(evidence, leaver);
        let active_again = active_again.filter(|time| *time < until);
        let mut places = ground.admissions.of(leaver.key.subject.label());
        places.extend(leaver.seen_in(evidence));
        Self {
            evidence,
            leaver,
            token,
            places,
            due: leaver.start + sla,
            cut_off,
            after,
            unsaid,
            inactive,
            active_again,
            until,
        }
    }

    fn judge(&self) -> (Verdict, &'static str, Option<String>) {
        if let Some(open) = self.not_judged() {
            return open;
        }
        if !self.after.is_empty() {
            return (Verdict::Exception, "used_after_end", None);
        }
        let ended = self.token.end().filter(|end| *end <= self.due);
        let is_inactive = self.inactive.is_some_and(|time| time <= self.due) && self.active_again.is_none();
        let reason = match (ended, self.token.revoked.as_ref().map(|told| told.time)) {
            (Some(end), Some(revoked)) if revoked == end => "revoked",
            (Some(_), _) => "expired",
            (None, _) if is_inactive => "principal_inactive",
            (None, _) => return self.not_ended(),
        };
        // A null status is unknown, not failure (reference: databricks c12).
        if !self.unsaid.is_empty() {
            return (Verdict::Undetermined, "outcome_not_stated", None);
        }
        // Account and token must both have ended before nothing more can happen.
        let is_over = self.active_again.is_none() && !self.leaver.keeps_account();
        let last = self.token.end().zip(self.inactive.filter(|_| is_over)).map(|(a, b)| a.max(b));
        let to = last.unwrap_or(self.until).min(self.until - 1);
        match self.hole(to.max(self.leaver.start)) {
            Some(hole) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
            None => (Verdict::Pass, reason, None),
        }
    }

    fn not_judged(&self) -> Option<(Verdict, &'static str, Option<String>)> {
        match self.leaver.judge(self.evidence).0 {
            Reason::Superseded => Some((Verdict::NotApplicable, "superseded", None)),
            _ if self.until <= self.due && self.until < self.cut_off => {
                Some((Verdict::NotApplicable, "superseded", None))
            }
            Reason::UnresolvedSubject => Some((Verdict::Undetermined, "unresolved_subject", None)),
            _ if !self.token.owner_is_known => Some((Verdict::Undetermined, "unresolved_subject", None)),
            _ => None,
        }
    }

    // Neither the end of the token nor that of the account is on record in time.
    fn not_ended(&self) -> (Verdict, &'static str, Option<String>) {
        if self.due >= self.until && self.until == self.cut_off {
            return (Verdict::Undetermined, "window_open", None);
        }
        let ends_later = self.token.end().is_some_and(|end| end > self.due);
        let is_shown = ends_later && (self.inactive.is_some_and(|time| time > self.due) || self.active_again.is_some());
        let unsure = || self.hole(self.due).or_else(|| self.leaver.unseen(self.due));
        if let Some(hole) = unsure().filter(|_| !is_shown) {
            return (Verdict::Undetermined, "coverage_gap", Some(hole));
        }
        // Nothing shows that it was still valid when its owner left.
        if self.token.expires == Expiry::Unknown && !ends_later {
            return (Verdict::Undetermined, "no_opening_state", None);
        }
        (Verdict::Exception, "still_valid", None)
    }

    /// The first hole since the departure in which a use or the end of the token may lie: where it was seen, and wherever its owner
    /// was seen or assigned.
    fn hole(&self, to: i64) -> Option<String> {
        let from = self.leaver.start;
        hole(self.evidence, self.token, from, to).or_else(|| unwatched(self.evidence, &self.places, from, to))
    }

    fn item(&self) -> Item {
        let base = of_departure(self.evidence, self.leaver);
        let (verdict, reason, hole_id) = self.judge();
        let mut event_ids = base.event_ids.clone();
        event_ids.extend(self.token.event_ids());
        event_ids.extend(self.after.iter().chain(&self.unsaid).take(20).map(|one| one.event_id.clone()));
        event_ids.dedup();
        let expires = match self.token.expires {
            Expiry::At(time) => Some(time),
            Expiry::Never | Expiry::Unknown => None,
        };
        let assumed = if self.token.owner_is_assumed { "; its owner is taken to be who made it" } else { "" };
        let unsaid = match self.unsaid.len() {
            0 => String::new(),
            n => format!(", {n} more whose outcome the record does not state"),
        };
        Item {
            verdict,
            reason: reason.to_owned(),
            severity: TEST.severity,
            scope: self.token.scopes.first().cloned(),
            object: Some(self.token.id.clone()),
            event_ids,
            detail: Some(format!("uses after the departure: {}{unsaid}{assumed}", self.after.len())),
            hole_id,
            extra: vec![
                Cell::Text(Some(self.token.id.clone()).filter(|_| self.token.has_id)),
                Cell::Instant(self.token.created.as_ref().map(|created| created.time)),
                Cell::Instant(expires),
                Cell::Instant(self.token.end().filter(|end| *end < self.cut_off)),
                Cell::Instant(self.inactive),
                Cell::count(self.after.len()),
                Cell::Instant(self.after.first().map(|one| one.time)),
            ],
            item_id: item_id(&["token-of-leaver", &base.item_id, &self.token.id]),
            ..base
        }
    }
}

/// When a leaver's account became inactive or every workspace was lost, and when either was undone.
fn inactivity(evidence: &Evidence<'_>, leaver: &Departure<'_>) -> (Option<i64>, Option<i64>) {
    let effects: Vec<_> =
        leaver.case.into_iter().flat_map(|c| &c.effects).filter(|e| e.scope == Scope::ACCOUNT).collect();
    let was_gone = effects.iter().rfind(|e| e.time <= leaver.start).is_some_and(|e| e.direction == Direction::Revoke);
    let gone = || effects.iter().find(|e| e.time > leaver.start && e.direction == Direction::Revoke).map(|e| e.time);
    let is_gone = was_gone || leaver.judge(evidence).0 == Reason::AlreadyInEffect;
    // Where another workspace may have been given unseen, nothing is known to have ended.
    let is_known = |end: &&End| end.removal.as_ref().is_none_or(|removal| removal.hole.is_none());
    let ended = || leaver.end.as_ref().filter(is_known).map(|end| end.time);
    let inactive = if is_gone { Some(leaver.start) } else { ended().or_else(gone) };
    let back = |since: i64| effects.iter().find(|e| e.time > since && e.direction == Direction::Grant).map(|e| e.time);
    (inactive, inactive.and_then(back).into_iter().chain(leaver.let_in_again()).min())
}
