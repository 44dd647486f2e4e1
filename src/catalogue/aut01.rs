//! AUT-01: people sign in through the identity provider.

use super::records::{Raw, Record, records};
use super::sign_ins::{CLIENTS, Provided, TOKEN_USE, is_between, is_named, is_sign_in, method, of_types, who};
use super::words::{exception, not_applicable, pass, shared};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::config::{ByEnvironment, Values};
use crate::correlate::door::is_uuid;
use crate::correlate::{Verdict, item_id};
use crate::coverage::Log;
use crate::error::{Error, Result};
use crate::identity::Resolved;
use crate::schema::{Column, Kind};
use crate::source::DATABRICKS;

/// The test.
pub(super) const TEST: Test = Test {
    id: "AUT-01",
    version: "2",
    severity: Severity::High,
    needs: &[need::U, need::A],
    shared_parameters: &[],
    own_parameters: &[
        Parameter {
            name: "allowed",
            default: r#"["saml", "oidc", "aad"]"#,
            doc: "methods by which people may sign in: saml, oidc, aad, password, certificate, mfa, jwt, login_code, ssh, other",
        },
        Parameter {
            name: "sign_in_window",
            default: "10m",
            doc: "how far from a sign-in to Databricks that to the identity provider may lie, before and after",
        },
    ],
    words: &[
        pass("idp_sign_in", "an allowed method, and a sign-in to the identity provider at the same time"),
        pass(
            "method_only",
            "an allowed method; no log of sign-ins to the identity provider is at hand, so that nothing more is known",
        ),
        exception("password", "by a password of Databricks"),
        exception("certificate", "by a certificate"),
        exception("emergency_access", "by the way in that is kept for emergencies"),
        exception("other_method", "by another method than those allowed"),
        exception("no_idp_sign_in", "no sign-in to the identity provider at the time, and its log is complete over it"),
        shared::WINDOW_OPEN,
        shared::COVERAGE_GAP,
        shared::UNRESOLVED_SUBJECT,
        not_applicable("support_access", "by the staff of Databricks, for support; listed apart"),
        not_applicable("service_principal", "no person: a service principal"),
    ],
    columns: &[
        Column::optional("method", Kind::Text, "By which method, in tickmark's words."),
        Column::optional(
            "strength",
            Kind::Text,
            "strong = a sign-in to the identity provider was found; weak = by the method alone. null = did not pass.",
        ),
        Column::optional("idp_event", Kind::Text, "The sign-in to the identity provider. null = none found."),
        Column::optional(
            "lag_seconds",
            Kind::Whole,
            "From that sign-in to the one to Databricks; below 0 = it came later. null = none found.",
        ),
        Column::optional("source_ip_dbx", Kind::Text, "Address by Databricks. null = not said."),
        Column::optional(
            "source_ip_idp",
            Kind::Text,
            "Address by the identity provider. null = not said, or none found.",
        ),
    ],
    about: About {
        title: "People sign in through the identity provider",
        objective: "To find sign-ins that went past the identity provider, its second factor and its records.",
        population: "Every successful interactive sign-in to Databricks.",
        item_noun: "sign-ins",
        procedure: &[
            "A sign-in by an allowed method passes where the same identity signed in to the identity provider within sign_in_window of it: to a Databricks application, or as the first factor of a session.",
            "By a password, a certificate, the way in for emergencies or any other method it is an exception.",
            "By an allowed method without such a sign-in it is an exception where the identity provider's log is complete over the window, else undetermined. Where no log of such sign-ins is at hand at all, it passes by its method alone, and is counted apart.",
            "Sign-ins of the staff of Databricks for support, and of service principals, are listed and not judged.",
        ],
        false_positives: &[
            "A session of the identity provider that an application outside provider_apps began: name the application there.",
            "A person with one name at the identity provider and another in Databricks: name the alias under `[identity] aliases`.",
        ],
        limits: &[
            "This test does not show that the sign-in to the identity provider was protected by a second factor.",
            "The use of tokens is no sign-in; CRD-01 to CRD-03 judge tokens.",
            "Which authentication methods Databricks writes is not published: a sign-in is judged by its action and by the words in its method that are known.",
        ],
        references: &["NIST SP 800-53 r5 IA-2, IA-8"],
        deviation: "{subject} signed in at {at} ({object}): {meaning}",
        undecided: "The sign-in of {subject} at {at} ({object})",
    },
    evaluate,
};

struct Rules {
    allowed: ByEnvironment<Vec<String>>,
    window: ByEnvironment<i64>,
    provided: Provided,
    /// First instant of which the provider's log says nothing.
    provider_end: i64,
}

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let windows = ByEnvironment::new(evidence.config, |here| Ok(here.span(TEST.id, "sign_in_window")?.micros()))?;
    let window = windows.all().into_iter().copied().max().unwrap_or_default();
    let (start, end) = (evidence.period.start, evidence.period.end);
    let provided = Provided::read(evidence, start - window, end + window + 1)?;
    let provider_end = evidence.coverage.end_of(|source| provided.sources.contains(source)).unwrap_or(i64::MAX);
    let allowed = ByEnvironment::new(evidence.config, allowed)?;
    let rules = Rules { allowed, window: windows, provided, provider_end };
    let succeeded = of_types(evidence, Some("success"), is_sign_in)?.map(|one| one.and(is_between(start, end)));
    let (people, platform): (Vec<Record>, Vec<Record>) = records(evidence, succeeded, Raw::Without)?
        .into_iter()
        .partition(|record| record.actor_kind.as_deref() != Some("system"));
    let items: Vec<Item> = people.iter().map(|record| item(evidence, &rules, record)).collect();
    Ok(Judged {
        figures: figures(&items),
        notes: notes(&rules),
        exclusions: exclusions(evidence, platform.len())?,
        items,
        coverage_is_complete: evidence.is_covered(|source| source == DATABRICKS),
        ..Judged::default()
    })
}

/// Methods as `allowed` may call them.
const ALLOWABLE: [&str; 11] =
    ["saml", "oidc", "aad", "password", "certificate", "emergency", "mfa", "jwt", "login_code", "ssh", "other"];

// Unified sign-in is by OIDC.
fn allowed(here: Values<'_>) -> Result<Vec<String>> {
    let method = |word: String| {
        let word = word.to_lowercase();
        let word = if matches!(word.as_str(), "unified" | "oidc/unified") { "oidc".to_owned() } else { word };
        if ALLOWABLE.contains(&word.as_str()) {
            return Ok(word);
        }
        let known = ALLOWABLE.join(", ");
        Err(Error::Input(format!(
            "[test.\"{}\"] allowed: unknown method `{word}` (known: {known}, oidc/unified)",
            TEST.id
        )))
    };
    here.texts(TEST.id, "allowed")?.into_iter().map(method).collect()
}

fn item(evidence: &Evidence<'_>, rules: &Rules, record: &Record) -> Item {
    let method = method(record);
    let person = who(evidence, record);
    let window = *rules.window.at(evidence.config.environment(&record.scope));
    let found = rules.provided.nearest(person.label(), record.time, window).filter(|_| person.is_known());
    let (verdict, reason, hole) = judge(evidence, rules, record, (method, &person, found));
    let strength = match reason {
        "idp_sign_in" => Some("strong"),
        "method_only" => Some("weak"),
        _ => None,
    };
    let name = if record.actor_raw.is_some() { person.label() } else { "(nobody named)" };
    let ids = [Some(&record.event_id), found.map(|f| &f.event_id)];
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        scope: Some(record.scope.clone()),
        actor: Some(name.to_owned()),
        subject: Some(name.to_owned()),
        object: Some(record.event_type.clone()),
        event_ids: ids.into_iter().flatten().cloned().collect(),
        detail: record.endpoint.as_ref().map(|said| format!("authentication method `{said}`")),
        hole_id: hole,
        subject_kind: Some(if is_service_principal(record) { "service_principal" } else { "user" }),
        extra: vec![
            Cell::text(method),
            Cell::Text(strength.map(str::to_owned)),
            Cell::Text(found.map(|f| f.event_id.clone())),
            Cell::seconds(found.map(|f| record.time - f.time)),
            Cell::Text(record.source_ip.clone()),
            Cell::Text(found.and_then(|f| f.source_ip.clone())),
        ],
        ..Item::new(item_id(&["sign-in", &record.event_id]), record.time)
    }
}

type Seen<'s> = (&'static str, &'s Resolved, Option<&'s Record>);

fn judge(
    evidence: &Evidence<'_>,
    rules: &Rules,
    record: &Record,
    (method, person, found): Seen<'_>,
) -> (Verdict, &'static str, Option<String>) {
    if method == "support" {
        return (Verdict::NotApplicable, "support_access", None);
    }
    if is_service_principal(record) {
        return (Verdict::NotApplicable, "service_principal", None);
    }
    let here = evidence.config.environment(&record.scope);
    if !rules.allowed.at(here).iter().any(|allowed| allowed == method) {
        let reason = match method {
            "password" => "password",
            "certificate" => "certificate",
            "emergency" => "emergency_access",
            _ => "other_method",
        };
        return (Verdict::Exception, reason, None);
    }
    if found.is_some() {
        return (Verdict::Pass, "idp_sign_in", None);
    }
    if rules.provided.sources.is_empty() {
        return (Verdict::Pass, "method_only", None);
    }
    if !person.is_known() || record.actor_raw.is_none() {
        return (Verdict::Undetermined, "unresolved_subject", None);
    }
    // What lies behind the end of the log may still come; what lies in a hole will not.
    let is_provider = |log: &Log| rules.provided.sources.contains(&log.source);
    let window = *rules.window.at(here);
    let (from, to) = (record.time - window, record.time + window);
    let hole = evidence.hole(is_provider, from, to.min(rules.provider_end - 1));
    match hole {
        Some(hole) => (Verdict::Undetermined, "coverage_gap", Some(hole)),
        None if to >= rules.provider_end => (Verdict::Undetermined, "window_open", None),
        None => (Verdict::Exception, "no_idp_sign_in", None),
    }
}

fn is_service_principal(record: &Record) -> bool {
    record.actor_kind.as_deref() == Some("service_principal") || record.actor_raw.as_deref().is_some_and(is_uuid)
}

fn figures(items: &[Item]) -> Vec<(String, String)> {
    let count = |reason: &str| items.iter().filter(|item| item.reason == reason).count().to_string();
    vec![
        ("strong: a sign-in to the identity provider was found".to_owned(), count("idp_sign_in")),
        ("weak: by the method alone".to_owned(), count("method_only")),
        ("support access, listed apart".to_owned(), count("support_access")),
    ]
}

fn notes(rules: &Rules) -> Vec<String> {
    let sources: Vec<&str> = rules.provided.sources.iter().map(String::as_str).collect();
    vec![match sources.as_slice() {
        [] => "No log of sign-ins to an identity provider is at hand: sign-ins were judged by their method alone."
            .to_owned(),
        sources => format!("Sign-ins to the identity provider were looked for in: {}.", sources.join(", ")),
    }]
}

fn exclusions(evidence: &Evidence<'_>, by_platform: usize) -> Result<Vec<(String, u64)>> {
    let sweep = evidence.sweep()?;
    let of = |types: &[&str]| sweep.count_in_period(|t| t.source == DATABRICKS && is_named(t.event_type, types));
    let ended = |outcome: &str| {
        sweep.count_in_period(|t| t.source == DATABRICKS && is_sign_in(t.event_type) && t.outcome == outcome)
    };
    Ok(vec![
        ("failed sign-ins: judged by AUT-02".to_owned(), ended("failure")),
        ("sign-ins of which the log does not say how they ended".to_owned(), ended("unknown")),
        ("tokens used and calls authorised: nobody signs in by them".to_owned(), of(&TOKEN_USE)),
        ("OAuth clients that showed who they are: their user had signed in already".to_owned(), of(&CLIENTS)),
        ("sign-ins of the platform itself".to_owned(), by_platform as u64),
    ])
}
