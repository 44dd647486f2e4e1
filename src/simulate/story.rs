//! Telling what happens: each step leaves its records and, where it is an item of a test, its label.

use std::collections::BTreeMap;

use super::Plan;
use super::calendar::{Instant, OUTAGES, Scope, after_millis, at, instant_text};
use super::databricks::{Change, Door, Row, Use};
use super::dice::Dice;
use super::okta::{Act, Decision, LogEvent};
use super::organisation::{Organisation, Person};
use super::truth::{AccessChange, Finding, IMPLIED, ItemRow, JUST_IN_TIME, MATCHED, TracingRow, Truth, VouchingRow};

/// The situation of all rows that repeat an account-level change in a workspace.
const TWINS: &str = "workspace_twins";

/// A decision that Okta logged.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) uuid: String,
    pub(super) time: Instant,
    pub(super) change: AccessChange,
}

/// A change that Databricks logged.
#[derive(Debug)]
pub(super) struct Effect<'a> {
    pub(super) request_id: String,
    pub(super) time: Instant,
    pub(super) scope: Scope,
    pub(super) change: AccessChange,
    door: Door<'a>,
    is_twin: bool,
}

/// All records, each log in order of time.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) okta: Vec<LogEvent>,
    pub(super) databricks: Vec<Row>,
}

/// The story so far.
#[derive(Debug)]
pub(super) struct Story<'a> {
    pub(super) plan: &'a Plan,
    pub(super) organisation: &'a Organisation,
    pub(super) dice: Dice,
    records: Records,
    truth: Truth,
    /// When each person, by user name, has Databricks at hand for everyday use.
    tenures: BTreeMap<&'a str, (Instant, Instant)>,
}

impl<'a> Story<'a> {
    /// The first page: established people have Databricks for the whole period, nobody else has.
    pub(super) fn new(plan: &'a Plan, organisation: &'a Organisation) -> Self {
        let whole = (at(0, 0, 0), at(plan.days, 0, 0));
        Self {
            plan,
            organisation,
            dice: Dice::new(plan.seed, "story"),
            records: Records { okta: Vec::new(), databricks: Vec::new() },
            truth: Truth::default(),
            tenures: organisation.established().map(|person| (person.email.as_str(), whole)).collect(),
        }
    }

    /// The last page: records and labels in order.
    pub(super) fn finish(mut self) -> (Records, Truth) {
        self.records.okta.sort_by(|a, b| (a.time(), a.uuid()).cmp(&(b.time(), b.uuid())));
        self.records
            .databricks
            .sort_by(|a, b| (a.time(), a.scope(), a.request_id()).cmp(&(b.time(), b.scope(), b.request_id())));
        (self.records, self.truth.sorted())
    }

    /// True when the person has Databricks at hand at that time.
    pub(super) fn has_databricks(&self, person: &Person, time: Instant) -> bool {
        self.tenures.get(person.email.as_str()).is_some_and(|(from, until)| *from <= time && time < *until)
    }

    /// From now on the person uses Databricks.
    pub(super) fn begins(&mut self, person: &'a Person, time: Instant) {
        self.tenures.insert(&person.email, (time, at(self.plan.days, 0, 0)));
    }

    /// From now on the person does not use Databricks, nor signs in for a session that would last until now.
    pub(super) fn ends(&mut self, person: &Person, time: Instant) {
        if let Some((_, until)) = self.tenures.get_mut(person.email.as_str()) {
            *until = time - chrono::TimeDelta::hours(1);
        }
    }

    /// Okta logs an act within the second. Returns the id of the event and its exact time.
    pub(super) fn okta(&mut self, time: Instant, act: Act<'a>) -> (String, Instant) {
        let time = self.within_second(time);
        let event = act.event(time, self.organisation, &mut self.dice);
        let uuid = event.uuid().to_owned();
        self.records.okta.push(event);
        (uuid, time)
    }

    /// Okta logs a decision. It must be traced, once, when its end is known.
    pub(super) fn decide(&mut self, time: Instant, decision: Decision<'a>) -> Decided {
        let (uuid, time) = self.okta(time, Act::Decide(decision));
        Decided { uuid, time, change: decision.access_change(self.organisation) }
    }

    /// Okta logs a push around the time of its effect: its own clock may be a little before or behind.
    pub(super) fn push_around(&mut self, effect_time: Instant, act: Act<'a>) {
        let start = effect_time - chrono::TimeDelta::seconds(3);
        let shift = self.dice.between(0, 7_000);
        self.okta(after_millis(start, shift), act);
    }

    /// Databricks logs a change. It must be vouched, once.
    pub(super) fn effect(&mut self, time: Instant, scope: Scope, door: Door<'a>, change: Change<'a>) -> Effect<'a> {
        let time = self.within_second(time);
        let row = change.row((time, scope), door, false, self.organisation, &mut self.dice);
        let request_id = row.request_id().to_owned();
        self.records.databricks.push(row);
        Effect { request_id, time, scope, change: change.access_change(), door, is_twin: false }
    }

    /// Databricks logs a change that it did not allow: no item of any test.
    pub(super) fn refused(&mut self, time: Instant, door: Door<'a>, change: Change<'a>) {
        let time = self.within_second(time);
        let row = change.row((time, Scope::Account), door, true, self.organisation, &mut self.dice);
        self.records.databricks.push(row);
    }

    /// Databricks repeats an account-level change in workspaces, within seconds.
    pub(super) fn twins(&mut self, original: &Effect<'a>, change: Change<'a>, workspaces: &[Scope]) {
        for workspace in workspaces {
            let lag = self.dice.between(150, 3_000);
            let twin = self.effect(after_millis(original.time, lag), *workspace, original.door, change);
            self.vouch(&Effect { is_twin: true, ..twin }, IMPLIED, None, TWINS);
        }
    }

    /// Databricks logs a use.
    pub(super) fn used(&mut self, time: Instant, scope: Scope, usage: Use<'_>) {
        let time = self.within_second(time);
        let row = usage.row(time, scope, self.organisation, &mut self.dice);
        self.records.databricks.push(row);
    }

    /// Labels a change, and its door where that is not simply the right one.
    pub(super) fn vouch(
        &mut self,
        effect: &Effect<'_>,
        finding: Finding,
        authority: Option<&Decided>,
        situation: &'static str,
    ) {
        if let Some(finding) = door_finding(effect, finding) {
            self.note("VCH-02", &effect.change, effect.scope.label(), effect.time, finding, situation);
        }
        self.truth.vouch(VouchingRow {
            effect_request_id: effect.request_id.clone(),
            verb: effect.change.verb,
            subject: effect.change.subject.clone(),
            entitlement: effect.change.entitlement.clone(),
            scope: effect.scope.label(),
            verdict: finding.verdict,
            reason: finding.reason,
            authority_native_id: authority.map(|decided| decided.uuid.clone()).unwrap_or_default(),
            situation,
        });
    }

    /// Labels a decision.
    pub(super) fn trace(
        &mut self,
        decided: &Decided,
        finding: Finding,
        effect: Option<&Effect<'_>>,
        situation: &'static str,
    ) {
        self.truth.trace(TracingRow {
            authority_native_id: decided.uuid.clone(),
            verb: decided.change.verb,
            direction: decided.change.direction,
            subject: decided.change.subject.clone(),
            entitlement: decided.change.entitlement.clone(),
            verdict: finding.verdict,
            reason: finding.reason,
            effect_request_id: effect.map(|e| e.request_id.clone()).unwrap_or_default(),
            situation,
        });
    }

    /// Labels decisions and the change that carried them out in time. The first decision is the strongest authority.
    pub(super) fn carried_out(&mut self, decisions: &[&Decided], effect: &Effect<'_>, situation: &'static str) {
        self.vouch(effect, MATCHED, decisions.first().copied(), situation);
        for decided in decisions {
            self.trace(decided, MATCHED, Some(effect), situation);
        }
    }

    /// Labels an item of another test.
    pub(super) fn note(
        &mut self,
        test_id: &'static str,
        change: &AccessChange,
        scope: String,
        time: Instant,
        finding: Finding,
        situation: &'static str,
    ) {
        // A change of a group is about the group itself.
        let is_about_group = change.verb.starts_with("group.");
        let object = if is_about_group { &change.subject } else { &change.entitlement };
        self.truth.note(ItemRow {
            test_id,
            subject: change.subject.clone(),
            object: object.clone(),
            scope,
            event_time: instant_text(time),
            verdict: finding.verdict,
            reason: finding.reason,
            situation,
        });
    }

    /// Labels every lost hour.
    pub(super) fn note_outages(&mut self) {
        for outage in OUTAGES {
            let (source, scope) = outage.log.names();
            for hour in outage.from_hour..outage.to_hour {
                self.truth.note(ItemRow {
                    test_id: "COV-01",
                    subject: String::new(),
                    object: source.to_owned(),
                    scope: scope.clone(),
                    event_time: instant_text(at(outage.day, hour, 0)),
                    verdict: "exception",
                    reason: "",
                    situation: outage.situation,
                });
            }
        }
    }

    /// Tells the reader of a situation.
    pub(super) fn describe(&mut self, situation: &'static str, description: &'static str, where_to_look: String) {
        self.truth.describe(situation, description, where_to_look);
    }

    /// No later than the end of the second: the hour stays the same.
    fn within_second(&mut self, time: Instant) -> Instant {
        after_millis(time, self.dice.between(0, 999))
    }

    /// How long a push takes: mostly seconds, sometimes minutes.
    pub(super) fn lag(&mut self) -> u32 {
        if self.dice.chance(70) { self.dice.between(4, 90) } else { self.dice.between(90, 1_200) }
    }
}

/// What VCH-02 must say of a door; nothing where it is the approved one.
fn door_finding(effect: &Effect<'_>, finding: Finding) -> Option<Finding> {
    match effect.door {
        _ if effect.is_twin => Some(Finding::not_applicable("implied")),
        Door::FirstSignIn(_) => Some(JUST_IN_TIME),
        Door::Console(_) if finding == MATCHED => Some(Finding::exception("manual, coincident")),
        Door::Console(_) => Some(Finding::exception("")),
        Door::Connector | Door::Terraform => None,
    }
}
