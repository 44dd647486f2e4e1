//! CRD-01: tokens have short lives and are rotated.

use super::tokens::{Expiry, Token, Until, hole, tokens};
use super::words::{exception, pass, shared, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::companion::{Kind as Supplied, TokenRule};
use crate::config::{ByEnvironment, Globs};
use crate::correlate::{Verdict, item_id};
use crate::error::{Error, Result};
use crate::schema::{Column, Kind};
use crate::source::DATABRICKS;

/// The test.
pub(super) const TEST: Test = Test {
    id: "CRD-01",
    version: "2",
    severity: Severity::Medium,
    needs: &[need::E, need::U, need::S],
    shared_parameters: &[],
    own_parameters: &[
        Parameter {
            name: "max_life",
            default: "90d",
            doc: "how long a token may live from its creation, where the token policy says nothing of its owner",
        },
        Parameter { name: "max_age", default: "90d", doc: "how old a token may be when it is used" },
    ],
    words: &[
        pass("within_limits", "it expires, its life is no longer than allowed, and it was not used beyond max_age"),
        exception("no_expiry", "it never expires"),
        exception("forbidden_by_policy", "made although the token policy lets its owner make none"),
        exception("life_too_long", "its life from creation to expiry is longer than allowed"),
        exception("used_beyond_age", "used when it was older than max_age"),
        undetermined("expiry_not_stated", "no record says when it expires, or what it says cannot be read"),
        shared::NO_OPENING_STATE,
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
    ],
    columns: &[
        Column::optional("token_id_hash", Kind::Text, "Id or digest of the token. null = no record gives one."),
        Column::optional("created", Kind::Instant, "When it was made. null = not seen."),
        Column::optional("expires", Kind::Instant, "When it expires. null = never, or not known."),
        Column::optional("life_days", Kind::Real, "From creation to expiry. null = without end, or not known."),
        Column::optional(
            "last_use",
            Kind::Instant,
            "Its last use before the end of the period. null = none on record.",
        ),
        Column::optional("revoked", Kind::Instant, "When it was revoked. null = not by cut-off."),
    ],
    about: About {
        title: "Tokens have short lives and are rotated",
        objective: "To find standing keys: a personal access token works without sign-on and second factor, for whoever has it, until it ends.",
        population: "Every personal access token made in the period or alive at its start, one item for each token that a record or a list of tokens names.",
        item_noun: "tokens",
        procedure: &[
            "A token without expiry, with a life from creation to expiry beyond max_life (or beyond what the token policy says of its owner), used when older than max_age, or made although the token policy forbids it, is an exception. The gravest is named, the others stand in the detail.",
            "A token whose creation was not seen, and that no list of tokens dates, is undetermined, unless what is on record shows an exception.",
            "That a token was not used beyond max_age is leaned on only where the logs are complete over that time.",
        ],
        false_positives: &[
            "Tokens made by the platform for its own ends may live longer; they bear the name of their user.",
        ],
        limits: &[
            "This test does not show OAuth tokens, which are short by design, or secrets of service principals, which CRD-03 judges.",
            "A creation that names no time of expiry is taken to be without one.",
        ],
        references: &["NIST SP 800-53 r5 IA-5", "PCI DSS v4.0 8.3, 8.6", "Databricks documentation: token management"],
        deviation: "The token {object} of {subject}: {meaning}",
        undecided: "The token {object} of {subject}",
    },
    evaluate,
};

struct Rules<'e> {
    limits: ByEnvironment<Limits>,
    policy: Vec<(Globs, &'e TokenRule)>,
}

/// In microseconds.
struct Limits {
    max_life: i64,
    max_age: i64,
}

impl<'e> Rules<'e> {
    fn new(evidence: &Evidence<'e>) -> Result<Self> {
        let limits = ByEnvironment::new(evidence.config, |here| {
            let span = |name| Ok::<_, Error>(here.span(TEST.id, name)?.micros());
            Ok(Limits { max_life: span("max_life")?, max_age: span("max_age")? })
        })?;
        let policy = &evidence.companions.token_policy;
        let policy = policy.iter().map(|rule| Ok((Globs::new(std::slice::from_ref(&rule.principal))?, rule)));
        Ok(Self { limits, policy: policy.collect::<Result<_>>()? })
    }

    // Those of the place in which the token was first named.
    fn limits_of(&self, evidence: &Evidence<'_>, token: &Token) -> &Limits {
        self.limits.at(token.scopes.first().and_then(|scope| evidence.config.environment(scope)))
    }

    // The first rule that names the owner holds.
    fn policy_of(&self, token: &Token) -> Option<&'e TokenRule> {
        let owner = token.owner.as_deref()?;
        self.policy.iter().find(|(globs, _)| globs.any(owner)).map(|(_, rule)| *rule)
    }
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let rules = Rules::new(evidence)?;
    let all = tokens(evidence, Until::EndOfPeriod)?;
    let (mut items, mut before, mut after) = (Vec::new(), 0, 0);
    for token in &all.all {
        let known_from = token.created.as_ref().unwrap_or(&token.first_named).time;
        match () {
            () if known_from >= evidence.period.end => after += 1,
            () if token.end().is_some_and(|end| end <= evidence.period.start) => before += 1,
            () => items.push(item(evidence, &rules, token)),
        }
    }
    let mut notes = vec![all.note()];
    if !evidence.companions.has(Supplied::SnapshotTokens) {
        notes.push("No list of tokens was supplied: of tokens made before the first record only those are known that were used or ended since.".to_owned());
    }
    if !evidence.companions.has(Supplied::TokenPolicy) {
        notes.push("No token policy was supplied: who may make tokens was not tested.".to_owned());
    }
    Ok(Judged {
        items,
        exclusions: vec![
            ("tokens that had ended before the period".to_owned(), before),
            ("tokens made after the period".to_owned(), after),
            ("failed attempts to make or end a token".to_owned(), all.failed),
        ],
        notes,
        coverage_is_complete: evidence.is_covered(|source| source == DATABRICKS),
        ..Judged::default()
    })
}

/// What was found of one token.
struct Finding {
    verdict: Verdict,
    reason: &'static str,
    hole: Option<String>,
    also: Vec<&'static str>,
}

fn judge(evidence: &Evidence<'_>, rules: &Rules<'_>, token: &Token) -> Finding {
    let found = exceptions(evidence, rules, token);
    let open = |reason, hole| Finding { verdict: Verdict::Undetermined, reason, hole, also: Vec::new() };
    match found.split_first() {
        Some((reason, also)) => Finding { verdict: Verdict::Exception, reason, hole: None, also: also.to_vec() },
        None if token.created.is_none() => open("no_opening_state", None),
        None if token.expires == Expiry::Unknown => open("expiry_not_stated", None),
        None => match unwatched(evidence, rules, token) {
            Some((reason, hole)) => open(reason, hole),
            None => Finding { verdict: Verdict::Pass, reason: "within_limits", hole: None, also: Vec::new() },
        },
    }
}

/// Every exception, the gravest first.
fn exceptions(evidence: &Evidence<'_>, rules: &Rules<'_>, token: &Token) -> Vec<&'static str> {
    let policy = rules.policy_of(token);
    let limits = rules.limits_of(evidence, token);
    let max_life = policy.map_or(limits.max_life, |rule| rule.max_life.micros());
    // It is at least as old as the first record of it.
    let born = token.created.as_ref().unwrap_or(&token.first_named).time;
    let is_used_late =
        last_use(token).is_some_and(|time| evidence.period.contains(time) && time - born > limits.max_age);
    let checks = [
        ("no_expiry", token.expires == Expiry::Never),
        ("forbidden_by_policy", token.created.is_some() && policy.is_some_and(|rule| !rule.may_create)),
        ("life_too_long", life(token).is_some_and(|life| life > max_life)),
        ("used_beyond_age", is_used_late),
    ];
    checks.into_iter().filter(|(_, holds)| *holds).map(|(reason, _)| reason).collect()
}

fn life(token: &Token) -> Option<i64> {
    match (token.expires, &token.created) {
        (Expiry::At(expires), Some(created)) => Some(expires - created.time),
        _ => None,
    }
}

fn last_use(token: &Token) -> Option<i64> {
    token.uses.as_ref().map(|uses| uses.last).max(token.listed_use)
}

/// Whether a use beyond max_age may have been missed.
fn unwatched(evidence: &Evidence<'_>, rules: &Rules<'_>, token: &Token) -> Option<(&'static str, Option<String>)> {
    let max_age = rules.limits_of(evidence, token).max_age;
    let from = (token.created.as_ref()?.time + max_age + 1).max(evidence.period.start);
    let to = token.end().unwrap_or(i64::MAX).min(evidence.period.end);
    let watched_to = to.min(evidence.cut_off());
    if from < watched_to
        && let Some(hole) = hole(evidence, token, from, watched_to - 1)
    {
        return Some(("coverage_gap", Some(hole)));
    }
    (from < to && watched_to < to).then_some(("window_open", None))
}

fn item(evidence: &Evidence<'_>, rules: &Rules<'_>, token: &Token) -> Item {
    let finding = judge(evidence, rules, token);
    let told = token.created.as_ref().unwrap_or(&token.first_named);
    let expires = match token.expires {
        Expiry::At(time) => Some(time),
        Expiry::Never | Expiry::Unknown => None,
    };
    let mut detail: Vec<String> = finding.also.iter().map(|reason| format!("also {reason}")).collect();
    detail.extend(token.uses.as_ref().map(|uses| format!("{} uses on record", uses.count)));
    detail.extend(token.owner_is_assumed.then(|| "its owner is taken to be who made it".to_owned()));
    Item {
        verdict: finding.verdict,
        reason: finding.reason.to_owned(),
        severity: if finding.reason == "no_expiry" { Severity::High } else { TEST.severity },
        scope: token.scopes.first().cloned(),
        actor: token.maker.clone(),
        subject: Some(token.owner.clone().unwrap_or_else(|| "(nobody named)".to_owned())),
        object: Some(token.id.clone()),
        event_ids: token.event_ids(),
        detail: Some(detail.join("; ")).filter(|text| !text.is_empty()),
        hole_id: finding.hole,
        extra: vec![
            Cell::Text(Some(token.id.clone()).filter(|_| token.has_id)),
            Cell::Instant(token.created.as_ref().map(|created| created.time)),
            Cell::Instant(expires),
            Cell::days(life(token)),
            Cell::Instant(last_use(token)),
            Cell::Instant(token.revoked.as_ref().map(|revoked| revoked.time)),
        ],
        ..Item::new(item_id(&["token", &token.id]), told.time)
    }
}
