//! The claims of a security event token, and what they say of access.

use std::borrow::Cow;

use super::vocabulary::{Meaning, meaning, short};
use crate::change::{Change, Statement};
use crate::event::{Outcome, Plane, Text};
use crate::source::decode::Reason;
use crate::source::scim_body::{
    Act, Effects, Json, Kind, Place, Route, Subject, epoch_micros, kind_of, patched_external_id, patched_name,
};

/// The claims of a token that holds at least one event of SCIM.
#[derive(Debug)]
pub(super) struct Claims<'c, 'r> {
    claims: &'c Json<'r>,
    /// Short name and payload of each event of SCIM.
    events: Vec<(Text<'r>, &'c Json<'r>)>,
    /// Where the service stands that the token speaks for.
    pub(super) place: Place<'r>,
}

/// What the events of a token say together.
#[derive(Debug)]
pub(super) struct Found<'r> {
    pub(super) subject: Subject<'r>,
    pub(super) kind_word: Option<Text<'r>>,
    pub(super) outcome: Outcome,
    pub(super) outcome_reason: Option<Text<'r>>,
    pub(super) changes: Vec<Change<'r>>,
    pub(super) statements: Vec<Statement<'r>>,
}

/// Attributes whose values decide access: that they were changed does not say which way.
const DECISIVE: [&str; 5] = ["active", "members", "roles", "entitlements", "groups"];
/// Attributes that say nothing of a change.
const FORMAL: [&str; 3] = ["id", "schemas", "meta"];

impl<'c, 'r> Claims<'c, 'r> {
    /// The claims of a token; one without an event of SCIM is refused.
    pub(super) fn of(claims: &'c Json<'r>) -> Result<Self, Reason> {
        let given = claims.get("events");
        if !given.is_object() {
            return Err(given.unfit("/events", "an object"));
        }
        let mut events = Vec::new();
        for (uri, payload) in given.entries() {
            let name = match uri {
                Cow::Borrowed(uri) => short(uri).map(Cow::Borrowed),
                Cow::Owned(uri) => short(uri).map(|name| Cow::Owned(name.to_owned())),
            };
            events.extend(name.map(|name| (name, payload)));
        }
        if events.is_empty() {
            return Err("/events: expected an event of SCIM, found none".into());
        }
        events.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut place = Place::default();
        let uri = claims.get("sub_id").get("uri").text();
        [uri, claims.get("iss").text()].into_iter().flatten().for_each(|address| place.learn(&address));
        Ok(Self { claims, events, place })
    }

    /// When it happened; where the token does not say, when it was issued. Microseconds.
    pub(super) fn time(&self) -> Result<i64, Reason> {
        match self.claims.first(&["toe", "iat"]) {
            (_, Json::Null) => Err("/iat: missing: an event without a time cannot be placed".into()),
            (key, value) => epoch_micros(value, &format!("/{key}")),
        }
    }

    /// The names of all events, in the order of the alphabet.
    pub(super) fn event_type(&self) -> Text<'r> {
        match self.events.as_slice() {
            [(only, _)] => only.clone(),
            several => Cow::Owned(several.iter().map(|(name, _)| &**name).collect::<Vec<_>>().join("+")),
        }
    }

    /// Whether every event is in the vocabulary.
    pub(super) fn is_known(&self) -> bool {
        self.events.iter().all(|(name, _)| meaning(name).is_some())
    }

    /// A token tells what a service of SCIM did or was told to do: it is part of the way from decision to effect.
    pub(super) fn plane(&self) -> Plane {
        let is_known = self.events.iter().any(|(name, _)| meaning(name).is_some());
        if is_known { Plane::Transport } else { Plane::Other }
    }

    /// The address of the resource.
    pub(super) fn uri(&self) -> Option<Text<'r>> {
        let subject = self.claims.get("sub_id");
        subject.get("uri").text().or_else(|| subject.get("id").id()).or_else(|| self.claims.get("sub").text())
    }

    /// What the events say.
    pub(super) fn found(&self) -> Result<Found<'r>, Reason> {
        let route = self.uri().as_ref().and_then(Route::of);
        let mut all = Effects::default();
        let mut told = None;
        for (name, payload) in &self.events {
            let (subject, effects) = self.one(meaning(name), payload, route.as_ref(), name)?;
            told = told.filter(|s: &Subject<'_>| s.name.is_some()).or(Some(subject));
            all.changes.extend(effects.changes);
            all.statements.extend(effects.statements);
        }
        let subject = told.unwrap_or(Subject::unnamed(Kind::Other, None));
        let (outcome, outcome_reason) = self.outcome();
        let kind_word = word(subject.kind, route.as_ref());
        Ok(Found { subject, kind_word, outcome, outcome_reason, changes: all.changes, statements: all.statements })
    }

    fn one(
        &self,
        meaning: Option<Meaning>,
        payload: &Json<'r>,
        route: Option<&Route<'r>>,
        name: &str,
    ) -> Result<(Subject<'r>, Effects<'r>), Reason> {
        let data = payload.get("data");
        let kind = route.map(|r| r.kind).filter(|k| *k != Kind::Other).or_else(|| kind_of(data)).unwrap_or(Kind::Other);
        let id = route.and_then(|r| r.id.clone()).or_else(|| self.claims.get("sub_id").get("id").id());
        let mut subject = Subject::of(kind, id, &[data]);
        if meaning == Some(Meaning::Patch) {
            subject.name = patched_name(kind, data);
            subject.external_id = patched_external_id(data);
        }
        subject.external_id = subject.external_id.or_else(|| self.claims.get("sub_id").get("externalId").id());
        let pointer = format!("/events/{name}/data");
        let act =
            Act { subject, place: &self.place, outcome: Outcome::Success, answer: &Json::Null, pointer: &pointer };
        let effects = match meaning {
            None | Some(Meaning::Feed | Meaning::Answer) => Effects::default(),
            Some(Meaning::Create) => act.create(data)?,
            Some(Meaning::Delete) => act.delete(),
            Some(Meaning::Activate) => act.activate(true),
            Some(Meaning::Deactivate) => act.activate(false),
            Some(Meaning::Patch | Meaning::Put) if data.is_null() => noticed(&act, payload.get("attributes")),
            Some(Meaning::Patch) => act.patch(data)?,
            Some(Meaning::Put) => act.replace(data)?,
        };
        Ok((act.subject, effects))
    }

    /// What a token tells has happened; only the answer to a request that was put off tells of failure too.
    fn outcome(&self) -> (Outcome, Option<Text<'r>>) {
        let mut answers = self.events.iter().filter(|(name, _)| meaning(name) == Some(Meaning::Answer));
        let Some((_, answer)) = answers.next() else {
            let outcome = if self.is_known() { Outcome::Success } else { Outcome::Unknown };
            return (outcome, None);
        };
        let status = answer.get("status").id();
        let outcome = match status.as_deref().and_then(|s| s.get(..1)) {
            Some("2") => Outcome::Success,
            Some("4" | "5") => Outcome::Failure,
            _ => Outcome::Unknown,
        };
        let error = answer.get("response");
        let told = error.get("detail").text().or_else(|| error.get("scimType").text());
        let reason = match (status, told) {
            _ if outcome == Outcome::Success => None,
            (Some(status), Some(told)) => Some(Cow::Owned(format!("{status} {told}"))),
            (status, told) => status.or(told),
        };
        (outcome, reason)
    }
}

/// A notice names the attributes that were changed, and no value: which way access moved, it does not say.
fn noticed<'r>(act: &Act<'_, 'r>, attributes: &Json<'r>) -> Effects<'r> {
    let mut effects = Effects::default();
    let names = attributes.elements().iter().filter_map(Json::text);
    let is = |name: &str, list: &[&str]| list.iter().any(|known| name.eq_ignore_ascii_case(known));
    if names.into_iter().any(|name| !is(&name, &DECISIVE) && !is(&name, &FORMAL)) {
        act.update(&mut effects);
    }
    effects
}

fn word<'r>(kind: Kind, route: Option<&Route<'r>>) -> Option<Text<'r>> {
    match kind {
        Kind::User | Kind::Me => Some(Cow::Borrowed("user")),
        Kind::Group => Some(Cow::Borrowed("group")),
        Kind::ServicePrincipal => Some(Cow::Borrowed("service_principal")),
        _ => route.map(|r| r.name.clone()).filter(|name| !name.is_empty()),
    }
}
