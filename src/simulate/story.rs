//! Telling what happens: each step leaves its records and, where it is an item of a test, its label.

use std::collections::BTreeMap;

use super::Plan;
use super::act::{Act, Decision};
use super::beside::Beside;
use super::calendar::{Instant, Log, OUTAGES, Scope, after_millis, at, instant_text};
use super::databricks::{Answer, Change, Door, Row, Use};
use super::dice::Dice;
use super::entry::Entry;
use super::organisation::{Organisation, Person};
use super::provider::Provider;
use super::truth::{
    AccessChange, Finding, IMPLIED, ItemRow, JUST_IN_TIME, MATCHED, PLATFORM_INTERNAL, TracingRow, Truth, VouchingRow,
};

/// The situation of all rows that repeat an account-level change in a workspace.
const TWINS: &str = "workspace_twins";

/// A decision. Its id is empty where the provider does not log it.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) id: String,
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

impl<'a> Effect<'a> {
    /// The part of the same row that is about this change.
    pub(super) fn of(&self, change: Change<'a>) -> Self {
        Self { change: change.access_change(), request_id: self.request_id.clone(), ..*self }
    }
}

/// All records, each log in order of time.
#[derive(Debug)]
pub(super) struct Records {
    pub(super) provider: Vec<Entry>,
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
    /// What is kept beside the logs.
    pub(super) beside: Beside,
    /// How many players of the cast have had their case.
    players: usize,
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
            records: Records { provider: Vec::new(), databricks: Vec::new() },
            truth: Truth::default(),
            beside: Beside::default(),
            players: 0,
            tenures: organisation.established().map(|person| (person.email.as_str(), whole)).collect(),
        }
    }

    /// The last page: records and labels in order.
    pub(super) fn finish(mut self) -> (Records, Truth, Beside) {
        self.records.provider.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        self.records
            .databricks
            .sort_by(|a, b| (a.time(), a.scope(), a.request_id()).cmp(&(b.time(), b.scope(), b.request_id())));
        (self.records, self.truth.sorted(), self.beside)
    }

    /// Somebody of the cast who has Databricks, and no other case.
    pub(super) fn player(&mut self) -> &'a Person {
        let organisation = self.organisation;
        let next = organisation.cast.players.get(self.players).unwrap_or(&organisation.identity_admin);
        self.players += 1;
        next
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

    /// The provider logs an act within the second. Returns the id of the event, empty where it does not log such acts, and
    /// the exact time.
    pub(super) fn log(&mut self, time: Instant, act: Act<'a>) -> (String, Instant) {
        let time = self.within_second(time);
        (self.log_at(time, act), time)
    }

    /// The same at that very instant.
    pub(super) fn log_at(&mut self, time: Instant, act: Act<'a>) -> String {
        let entry = Entry::of(act, time, self.plan.provider, self.organisation, &mut self.dice);
        let id = entry.as_ref().map(|entry| entry.id.clone()).unwrap_or_default();
        self.records.provider.extend(entry);
        id
    }

    /// The provider logs a decision. It must be traced, once, when its end is known.
    pub(super) fn decide(&mut self, time: Instant, decision: Decision<'a>) -> Decided {
        let (id, time) = self.log(time, Act::Decide(decision));
        Decided { id, time, change: decision.access_change() }
    }

    /// A push is logged around the time of its effect: the provider's clock may be a little before or behind.
    pub(super) fn push_around(&mut self, effect_time: Instant, act: Act<'a>) {
        let start = effect_time - chrono::TimeDelta::seconds(3);
        let shift = self.dice.between(0, 7_000);
        self.log(after_millis(start, shift), act);
    }

    /// Databricks logs a change. It must be vouched, once.
    pub(super) fn effect(&mut self, time: Instant, scope: Scope, door: Door<'a>, change: Change<'a>) -> Effect<'a> {
        let time = self.within_second(time);
        self.effect_at(time, scope, door, change)
    }

    /// The same at that very instant, as exactly as the delivery tells it.
    pub(super) fn effect_at(&mut self, time: Instant, scope: Scope, door: Door<'a>, change: Change<'a>) -> Effect<'a> {
        let row = self.row((time, scope), door, change, Answer::Done);
        Effect {
            request_id: row.request_id().to_owned(),
            time: row.time(),
            scope,
            change: change.access_change(),
            door,
            is_twin: false,
        }
    }

    fn row(&mut self, (time, scope): (Instant, Scope), door: Door<'a>, change: Change<'a>, answer: Answer) -> Row {
        let time = self.plan.delivery.clock(time, scope);
        let row = change.row((time, scope), door, answer, self.organisation, &mut self.dice);
        self.records.databricks.push(row.clone());
        row
    }

    /// Databricks logs a change that it did not allow, or of which it does not say whether it did: no item of any test.
    pub(super) fn attempted(&mut self, time: Instant, door: Door<'a>, change: Change<'a>, answer: Answer) {
        let time = self.within_second(time);
        self.row((time, Scope::Account), door, change, answer);
    }

    /// Databricks repeats an account-level change in workspaces, within seconds.
    pub(super) fn twins(&mut self, original: &Effect<'a>, change: Change<'a>, workspaces: &[Scope]) {
        for workspace in workspaces {
            let lag = self.dice.between(150, 3_000);
            let twin = self.effect(after_millis(original.time, lag), *workspace, original.door, change);
            self.vouch_twin(twin, TWINS);
        }
    }

    /// Labels a row that is no change of its own.
    pub(super) fn vouch_twin(&mut self, effect: Effect<'a>, situation: &'static str) {
        self.vouch(&Effect { is_twin: true, ..effect }, IMPLIED, None, situation);
    }

    /// Databricks logs a use. Returns the time that the row bears.
    pub(super) fn used(&mut self, time: Instant, scope: Scope, usage: Use<'_>) -> Instant {
        let time = self.within_second(time);
        let time = self.plan.delivery.clock(time, scope);
        let row = usage.row(time, scope, self.organisation, &mut self.dice);
        self.records.databricks.push(row);
        time
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
            authority_native_id: authority.map(|decided| decided.id.clone()).unwrap_or_default(),
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
        // What is not logged cannot be traced.
        if decided.id.is_empty() {
            return;
        }
        self.truth.trace(TracingRow {
            authority_native_id: decided.id.clone(),
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

    /// Labels a failed push that names nobody: PingOne's do not.
    pub(super) fn note_nameless(&mut self, time: Instant, situation: &'static str) {
        let app = self.organisation.databricks.label;
        let change = AccessChange::grant("app.assign", "", app);
        self.note("TRC-03", &change, Scope::Account.label(), time, Finding::undetermined("no_subject"), situation);
    }

    /// Labels every lost hour.
    pub(super) fn note_outages(&mut self) {
        for outage in OUTAGES {
            let (sources, scope): (&[&str], String) = match outage.log {
                Log::Provider => (self.plan.provider.sources(), "tenant".to_owned()),
                Log::Databricks(scope) => (&["databricks"], scope.label()),
            };
            for (source, hour) in sources.iter().flat_map(|s| (outage.from_hour..outage.to_hour).map(move |h| (s, h))) {
                self.truth.note(ItemRow {
                    test_id: "COV-01",
                    subject: String::new(),
                    object: (*source).to_owned(),
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

    /// The decision by which somebody leaves the company.
    pub(super) fn departure(&self, person: &'a Person) -> Decision<'a> {
        if self.plan.provider.assigns() { Decision::Deactivate(person) } else { Decision::Delete(person) }
    }

    /// So many seconds, or with Entra the rest of a cycle.
    pub(super) fn soon(&mut self, seconds: u32) -> u32 {
        if self.plan.provider == Provider::Entra { seconds + self.lag() } else { seconds }
    }

    /// How long a push takes.
    pub(super) fn lag(&mut self) -> u32 {
        self.plan.provider.lag(&mut self.dice)
    }
}

/// What VCH-02 must say of a door; nothing where it is the approved one.
fn door_finding(effect: &Effect<'_>, finding: Finding) -> Option<Finding> {
    match effect.door {
        _ if effect.is_twin => Some(Finding::not_applicable("implied")),
        Door::FirstSignIn(_) => Some(JUST_IN_TIME),
        Door::Platform => Some(PLATFORM_INTERNAL),
        Door::Console(_) if finding == MATCHED => Some(Finding::exception("manual, coincident")),
        Door::Console(_) | Door::StolenToken => Some(Finding::exception("")),
        Door::Terraform if !effect.change.verb.starts_with("group.") => Some(Finding::exception("")),
        Door::Connector | Door::Terraform | Door::Automatic(_) => None,
    }
}
