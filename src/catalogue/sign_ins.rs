//! Sign-ins: what Databricks calls them, by which method, and what the identity provider saw of them.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::evidence::Evidence;
use super::records::{Raw, Record, records};
use super::sweep::Typed;
use crate::change::SubjectKind;
use crate::correlate::cases::Rules;
use crate::error::Result;
use crate::event::{APP, EVENT_TIME, EVENT_TYPE, EVENTS, OUTCOME, PLANE, TARGET, TARGET_ID, TARGET_KIND};
use crate::frame::{SOURCE, collect, scan, texts};
use crate::identity::{Resolved, Sighting};
use crate::source::DATABRICKS;

/// Sign-ins of people, by action in lower case, each with its method (reference: databricks b5).
const METHODS: [(&str, &str); 11] = [
    ("accounts.login", "password"),
    ("accounts.passwordverifyauthentication", "password"),
    ("accounts.samllogin", "saml"),
    ("accounts.oidcbrowserlogin", "oidc"),
    ("accounts.aadbrowserlogin", "aad"),
    ("accounts.certlogin", "certificate"),
    ("accounts.mfalogin", "mfa"),
    ("accounts.jwtlogin", "jwt"),
    ("accounts.workspacelogincodeauthentication", "login_code"),
    ("accounts.accountlogincodeauthentication", "login_code"),
    ("ssh.login", "ssh"),
];

/// Tokens used and calls authorised: nobody signs in by them.
pub(super) const TOKEN_USE: [&str; 3] =
    ["accounts.tokenlogin", "accounts.aadtokenlogin", "accounts.oidctokenauthorization"];

/// OAuth clients that show who they are, on behalf of somebody who has signed in already.
pub(super) const CLIENTS: [&str; 2] =
    ["accounts.workspaceinhouseoauthclientauthentication", "accounts.accountinhouseoauthclientauthentication"];

/// Addresses that Databricks turned away. The record is the denial, whatever its status.
pub(super) const DENIALS: [&str; 2] = ["accounts.ipaccessdenied", "accounts.accountipaclsvalidationfailed"];

/// What the method of authentication says, whatever the action: part of the word, and the method.
const WORDS: [(&str, &str); 8] = [
    // How Databricks' own staff signs in for support.
    ("genie", "support"),
    ("emergency", "emergency"),
    ("password", "password"),
    ("cert", "certificate"),
    ("saml", "saml"),
    ("oidc", "oidc"),
    ("aad", "aad"),
    ("jwt", "jwt"),
];

/// The method of a sign-in: what the record says of it, else what its action stands for; `other` for an action that is not known.
pub(super) fn method(record: &Record) -> &'static str {
    let said = record.endpoint.as_deref().unwrap_or_default().to_lowercase();
    let action = record.event_type.to_lowercase();
    let by_word = WORDS.iter().find(|(part, _)| said.contains(part)).map(|(_, method)| *method);
    let by_action = || METHODS.iter().find(|(name, _)| *name == action).map_or("other", |(_, method)| *method);
    by_word.unwrap_or_else(by_action)
}

/// True for the type of sign-ins of people to Databricks, and for one that is not known but ends as theirs do.
pub(super) fn is_sign_in(event_type: &str) -> bool {
    let action = event_type.to_lowercase();
    let ends = action.starts_with("accounts.") && action.ends_with("login");
    METHODS.iter().any(|(name, _)| *name == action) || (ends && !TOKEN_USE.contains(&action.as_str()))
}

/// True for a type among these, whatever the case.
pub(super) fn is_named(event_type: &str, types: &[&str]) -> bool {
    types.iter().any(|known| known.eq_ignore_ascii_case(event_type))
}

/// A filter: Databricks events of the outcome (`None` = any) whose type is meant. `None` = the lake holds none.
///
/// # Errors
/// The lake cannot be read.
pub(super) fn of_types(
    evidence: &Evidence<'_>,
    outcome: Option<&str>,
    is_meant: impl Fn(&str) -> bool,
) -> Result<Option<Expr>> {
    let is_held = |typed: &Typed<'_>| {
        typed.source == DATABRICKS && outcome.is_none_or(|o| o == typed.outcome) && is_meant(typed.event_type)
    };
    let held: BTreeSet<&str> = evidence.sweep()?.types().filter(is_held).map(|typed| typed.event_type).collect();
    let held: Vec<&str> = held.into_iter().collect();
    let wanted = SOURCE.expr().eq(lit(DATABRICKS)).and(is_any(EVENT_TYPE.expr(), &held));
    let wanted = outcome.map_or(wanted.clone(), |outcome| wanted.and(OUTCOME.expr().eq(lit(outcome.to_owned()))));
    Ok((!held.is_empty()).then_some(wanted))
}

/// A filter: the text is one of these.
pub(super) fn is_any(text: Expr, words: &[&str]) -> Expr {
    text.is_in(lit(Series::new("words".into(), words)).implode(false), false)
}

/// A filter: the time lies in `[from, to)`, in microseconds.
pub(super) fn is_between(from: i64, to: i64) -> Expr {
    let time = EVENT_TIME.expr().cast(DataType::Int64);
    time.clone().gt_eq(lit(from)).and(time.lt(lit(to)))
}

/// Whom an actor's name and id mean at the time.
pub(super) fn who(evidence: &Evidence<'_>, record: &Record) -> Resolved {
    let identities = &evidence.correlation.ground.identities;
    // The id that Databricks gives of an actor is not that of an account.
    let id = record.actor_id.as_deref().filter(|_| record.source != DATABRICKS);
    let name = record.actor_raw.as_deref();
    identities.person(Sighting { name, id, ..Sighting::new(&record.source, SubjectKind::User, record.time) })
}

/// Sources that log how people sign in, whether or not somebody did.
const SIGN_IN_SOURCES: [&str; 3] = ["okta", "entra_signin", "pingone"];

/// Sources that log it if they are set to.
const PERHAPS: [&str; 2] = ["pingfederate", "generic"];

/// Types by which a session at the provider begins, in lower case: its first factor, before any application is named.
const FIRST_FACTORS: [&str; 4] =
    ["user.session.start", "session.created", "password.check_succeeded", "authn_session_created"];

/// What is in the names of types that end a session, and so name an application without anybody having signed in to it.
const ENDS: [&str; 5] = ["slo", "logout", "session.end", "revoke", "delete"];

/// What the identity providers saw of sign-ins.
#[derive(Debug)]
pub(super) struct Provided {
    /// The sources at hand that log sign-ins.
    pub(super) sources: BTreeSet<String>,
    /// Successful ones, to a Databricks application or the first factor of a session, by resolved name and time.
    by_name: BTreeMap<String, Vec<Record>>,
}

impl Provided {
    /// What is on record from `from` to before `to`, microseconds.
    ///
    /// # Errors
    /// The lake cannot be read, or a glob of the configuration is malformed.
    pub(super) fn read(evidence: &Evidence<'_>, from: i64, to: i64) -> Result<Self> {
        let is_usage = is_provider_use();
        let apps = applications(evidence)?;
        let named = names_any(&apps.names);
        let kind = EVENT_TYPE.expr().str().to_lowercase();
        let ends = ENDS.iter().fold(lit(false), |any, end| any.or(kind.clone().str().contains_literal(lit(*end))));
        let wanted = is_usage
            .and(OUTCOME.expr().eq(lit("success")))
            .and(is_between(from, to))
            .and(is_any(kind, &FIRST_FACTORS).or(named.fill_null(lit(false)).and(ends.not())));
        let mut by_name: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for record in records(evidence, wanted, Raw::Without)? {
            if let Resolved::Key(name) = who(evidence, &record) {
                by_name.entry(name.to_string()).or_default().push(record);
            }
        }
        let at_hand = SIGN_IN_SOURCES.into_iter().filter(|source| evidence.coverage.has(|log| log.source == *source));
        let seen = PERHAPS.into_iter().filter(|source| apps.sources.contains(*source));
        Ok(Self { sources: at_hand.chain(seen).map(str::to_owned).collect(), by_name })
    }

    /// The sign-in of that name nearest to the time, the earlier one of two as near, no farther from it than `window`.
    pub(super) fn nearest(&self, name: &str, time: i64, window: i64) -> Option<&Record> {
        let all = self.by_name.get(name)?;
        let after = all.partition_point(|record| record.time < time);
        let around = [after.checked_sub(1), Some(after)].into_iter().flatten().filter_map(|at| all.get(at));
        around.filter(|r| (r.time - time).abs() <= window).min_by_key(|r| ((r.time - time).abs(), r.time))
    }
}

/// A filter: usage, by a source that logs sign-ins to an identity provider.
pub(super) fn is_provider_use() -> Expr {
    is_any(SOURCE.expr(), &[&SIGN_IN_SOURCES[..], &PERHAPS[..]].concat()).and(PLANE.expr().eq(lit("usage")))
}

/// A filter: the record names one of these applications; null where it names none at all.
pub(super) fn names_any(names: &BTreeSet<String>) -> Expr {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let is_app_target = TARGET_KIND.expr().eq(lit("app"));
    [TARGET, TARGET_ID].into_iter().fold(is_any(APP.expr(), &names), |any, column| {
        any.or(is_app_target.clone().and(is_any(column.expr(), &names)))
    })
}

/// What sign-ins to identity providers name.
pub(super) struct Applications {
    /// Names and ids of applications that stand for Databricks.
    pub(super) names: BTreeSet<String>,
    /// Sources that have sign-ins.
    sources: BTreeSet<String>,
}

/// The applications of sign-ins that the configuration says to stand for Databricks; each name is held against the globs once.
///
/// # Errors
/// The lake cannot be read, or a glob of the configuration is malformed.
pub(super) fn applications(evidence: &Evidence<'_>) -> Result<Applications> {
    let rules = Rules::new(evidence.config)?;
    let of_app = |column: crate::schema::Column| {
        let is_app = TARGET_KIND.expr().eq(lit("app"));
        when(is_app).then(column.expr()).otherwise(lit(NULL)).cast(DataType::String).alias(column.name)
    };
    let seen = scan(evidence.lake, &EVENTS)?
        .filter(is_provider_use())
        .select([SOURCE.expr(), APP.expr(), of_app(TARGET), of_app(TARGET_ID)])
        .unique(None, UniqueKeepStrategy::Any);
    let seen = collect(seen, "read the applications of sign-ins")?;
    let sources = texts(&seen, SOURCE)?.iter().flatten().map(str::to_owned).collect();
    let mut names = BTreeSet::new();
    for column in [APP, TARGET, TARGET_ID] {
        let all = texts(&seen, column)?.iter().flatten();
        names.extend(all.filter(|name| rules.names_databricks(name)).map(str::to_owned));
    }
    Ok(Applications { names, sources })
}
