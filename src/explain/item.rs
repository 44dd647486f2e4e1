//! The full story of one verdict.

use std::collections::BTreeSet;

use super::find::{Found, Search};
use super::model::{Brief, Considered, Consulted, Door, HoleSpan, LogHours, Parameter, State, Story};
use super::words::{at, class, held, moment, object, seen};
use super::{Ask, words};
use crate::catalogue::{TRACED_BY, VOUCHED_BY};
use crate::change::Verb;
use crate::config::{PARAMETERS, Setting, Span};
use crate::correlate::acts::Act;
use crate::correlate::cases::Key;
use crate::correlate::kernel::{self, Evidence, Fate, Held, Instant, Reason, Scope, Seen};
use crate::correlate::{Retried, Vouching};
use crate::coverage::{Log, hours};
use crate::error::Result;
use crate::inventory;
use crate::report::texts::{self, Tense, deed};
use crate::source::{DATABRICKS, is_authority};

/// What an id leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The items that it stands for, each with its story.
    Stories(Vec<Story>),
    /// It is the beginning of the ids of several items.
    Several(Vec<Brief>),
}

/// Tells the items that an id stands for: an item id or the beginning of one, or an event, native or request id of a decision, a push or
/// an effect.
///
/// # Errors
/// Nothing has that id, or the lake cannot be read.
pub fn item(ask: &Ask<'_>, id: &str) -> Result<Answer> {
    let found = match ask.find(id)? {
        Search::Items(found) => found,
        Search::Several(found) => return Ok(Answer::Several(found.into_iter().map(|item| ask.brief(item)).collect())),
    };
    let mut drafts = Vec::with_capacity(found.len());
    for item in found {
        let retried = ask.retried(item.key())?;
        drafts.push((ask.story(item, &retried), ask.steps(item, &retried)));
    }
    let event = |row: usize| ask.acts().at(row).event_id;
    let events: BTreeSet<String> =
        drafts.iter().flat_map(|(_, steps)| steps).map(|step| event(step.row).to_owned()).collect();
    let records = inventory::records(ask.lake, &events)?;
    let told = drafts.into_iter().map(|(mut story, steps)| {
        story.chain = steps.iter().filter_map(|s| Some(s.link(records.get(event(s.row))?))).collect();
        story
    });
    Ok(Answer::Stories(told.collect()))
}

impl Ask<'_> {
    fn story(&self, item: Found<'_>, retried: &Retried<'_>) -> Story {
        let brief = self.brief(item);
        let act = self.acts().at(item.row());
        let test_id = self.test_of(item);
        let (scope, door) = match item {
            Found::Vouching(v) => (act.scope, Some(self.door(v.effect))),
            Found::Tracing(t) => {
                let scope = t.effect.map_or(crate::correlate::ACCOUNT, |row| self.acts().at(row).scope);
                (scope, t.effect.map(|row| self.door(row)))
            }
        };
        let side = if matches!(item, Found::Vouching(_)) { VOUCHED_BY } else { TRACED_BY };
        let state = self.state(item, retried);
        Story {
            headline: self.headline(item, &act),
            meaning: texts::reason(side, brief.reason).to_owned(),
            direction: act.direction.as_str(),
            scope: scope.to_owned(),
            actor: self.actor(&act),
            door,
            chain: Vec::new(),
            considered: self.considered(item, retried),
            coverage: self.consulted(item, retried, state.before),
            state,
            parameters: self.parameters(item),
            test_id,
            item: brief,
        }
    }

    fn headline(&self, item: Found<'_>, act: &Act<'_>) -> String {
        let who = self.actor(act).unwrap_or_else(|| "somebody".to_owned());
        let (subject, object) = (item.key().subject.label(), what(item.key(), act));
        let (verb, when) = (act.verb.as_str(), at(act.time));
        match item {
            Found::Vouching(_) => {
                let deed = deed(verb, subject, object, Tense::Past);
                format!("At {when} {who} {deed}, {}.", Self::scope_in_words(act.scope))
            }
            Found::Tracing(_) => {
                let deed = deed(verb, subject, object, Tense::Infinitive);
                format!("At {when} {who} decided in {} to {deed}.", act.source)
            }
        }
    }

    pub(super) fn door(&self, effect: usize) -> Door {
        let act = self.acts().at(effect);
        let class_of = self.correlation.judged.cases.classes.get(effect).copied().flatten();
        let class_of = class_of.unwrap_or(crate::correlate::door::ActorClass::Unknown);
        let given = |text: Option<&str>| text.map(str::to_owned);
        Door {
            class: class_of.as_str(),
            meaning: class(class_of),
            channel: given(act.channel),
            endpoint: given(act.endpoint),
            user_agent: given(act.user_agent),
            source_ip: given(act.source_ip),
        }
    }

    fn weighed(
        &self,
        kind: &'static str,
        row: usize,
        time: Instant,
        (fate, meaning): (&'static str, String),
    ) -> Considered {
        let act = self.acts().at(row);
        Considered {
            kind,
            time: moment(act.time),
            lag_seconds: (time - act.time).div_euclid(1_000_000),
            verb: act.verb.as_str(),
            direction: act.direction.as_str(),
            scope: act.scope.to_owned(),
            actor: self.actor(&act),
            event_id: act.event_id.to_owned(),
            is_chosen: matches!(fate, "chosen" | "carried_out"),
            fate,
            meaning,
        }
    }

    fn considered(&self, item: Found<'_>, retried: &Retried<'_>) -> Vec<Considered> {
        let (case, limits) = (retried.case, &self.correlation.limits);
        let time = self.acts().time(item.row());
        match item {
            Found::Vouching(v) => {
                let Some(effect) = place_of(v, retried) else { return Vec::new() };
                let weigh = |c: kernel::Candidate| {
                    let (kind, row) = match c.evidence {
                        Evidence::Decision(d) => ("decision", case.decisions[d].row),
                        Evidence::Push(p) => ("push", case.pushes[p].row),
                    };
                    let fate = (words::fate(c.fate), self.fate_in_words(case, &c));
                    self.weighed(kind, row, time, fate)
                };
                // A push of a whole group stands in the case once for either direction.
                let is_half = |c: &kernel::Candidate| {
                    let names_subject = |p: usize| case.pushes[p].names_subject();
                    c.fate == Fate::OtherDirection && matches!(c.evidence, Evidence::Push(p) if !names_subject(p))
                };
                let all = kernel::candidates(case, limits, &retried.vouched, effect);
                all.into_iter().filter(|c| !is_half(c)).map(weigh).collect()
            }
            Found::Tracing(t) => {
                let Some(told) = self.told(t, retried) else { return Vec::new() };
                let weigh = |(e, what): (usize, Seen)| {
                    let (word, meaning) = seen(what);
                    self.weighed("effect", case.effects[e].row, time, (word, meaning.to_owned()))
                };
                told.effects.into_iter().map(weigh).collect()
            }
        }
    }

    fn state(&self, item: Found<'_>, retried: &Retried<'_>) -> State {
        let case = retried.case;
        let time = self.acts().time(item.row());
        let (before, after, due, scope) = match item {
            Found::Vouching(v) => match place_of(v, retried) {
                Some(effect) => {
                    let (before, after) = kernel::state_around(case, effect);
                    (before, after, None, Some(case.effects[effect].scope))
                }
                None => (Held::Unknown, Held::Unknown, None, None),
            },
            Found::Tracing(t) => {
                let told = self.told(t, retried);
                let before = told.as_ref().map_or(Held::Unknown, |told| told.before);
                let is_grant = self.acts().at(t.authority).direction == crate::change::Direction::Grant;
                let done = if is_grant { Held::Yes } else { Held::No };
                (before, if t.effect.is_some() { done } else { before }, told.map(|told| moment(told.due)), None)
            }
        };
        let reaches = |s: Scope| scope.is_none_or(|scope| s == scope || s == Scope::ACCOUNT);
        let effects =
            case.effects.iter().filter(|e| reaches(e.scope) && e.row != item.row()).map(|e| (e.time, Some(e.row)));
        let endings =
            case.endings.iter().filter(|e| scope.is_none_or(|scope| e.reaches(scope))).map(|e| (e.time, Some(e.row)));
        let listings = case.observations.iter().filter(|o| reaches(o.scope)).map(|o| (o.time, None));
        let last = effects.chain(endings).chain(listings).filter(|(then, _)| *then <= time).max();
        let shown_by =
            last.map(|(then, row)| row.map_or_else(|| format!("a listing of {}", at(then)), |row| self.act(row)));
        State { before: held(before), after: held(after), shown_by, due }
    }

    fn consulted(&self, item: Found<'_>, retried: &Retried<'_>, before: &str) -> Consulted {
        let limits = &self.correlation.limits;
        let time = self.acts().time(item.row());
        let scopes: Vec<&str> =
            retried.case.effect_scopes.iter().map(|scope| self.correlation.ground.scopes.name(*scope)).collect();
        let is_effect =
            |log: &&Log| log.source == DATABRICKS && (scopes.is_empty() || scopes.contains(&log.scope.as_str()));
        let ((from, until), logs, hole) = match item {
            Found::Vouching(v) => {
                let logs: Vec<&Log> = self.coverage.logs().filter(|log| is_authority(&log.source)).collect();
                (limits.window.around(time), logs, &v.hole)
            }
            Found::Tracing(t) => {
                let span = (time - limits.window.skew, time + t.sla);
                (span, self.coverage.logs().filter(is_effect).collect(), &t.hole)
            }
        };
        let leans = match item.reason() {
            Reason::NoAuthority | Reason::CoverageGap | Reason::Missing | Reason::Failed => true,
            // Nothing was left to do because nothing was ever carried out.
            Reason::AlreadyInEffect => before == held(Held::Unknown),
            _ => false,
        };
        Consulted {
            is_leaned_on: leans,
            from: moment(from),
            until: moment(until),
            logs: logs.iter().map(|log| hours_of(log, from, until)).collect(),
            open_because: hole.clone(),
            hole: hole.as_deref().and_then(|id| self.hole(id)),
        }
    }

    pub(super) fn hole(&self, id: &str) -> Option<HoleSpan> {
        self.coverage.hole_of(id).map(|hole| HoleSpan {
            hole_id: hole.id,
            source: hole.source,
            scope: hole.scope,
            from: moment(hole.start),
            until: moment(hole.end),
        })
    }

    fn parameters(&self, item: Found<'_>) -> Vec<Parameter> {
        let limits = &self.correlation.limits;
        let sla = match item {
            Found::Tracing(_) if self.acts().at(item.row()).direction == crate::change::Direction::Grant => {
                Some(("TRC-01", "provision_sla"))
            }
            Found::Tracing(_) => Some(("TRC-02", "deprovision_sla")),
            Found::Vouching(_) => None,
        };
        let used = [("VCH-01", "look_back"), ("VCH-01", "skew")].into_iter().chain(sla);
        let mut all: Vec<Parameter> = used
            .filter_map(|(test, name)| {
                let parameter = PARAMETERS.iter().find(|p| p.name == name)?;
                let all = self.config.settings(test, *parameter);
                let is_its = |s: &&Setting| {
                    let span = s.value.parse::<Span>();
                    matches!((item, span), (Found::Tracing(t), Ok(span)) if span.micros() == t.sla)
                };
                let setting = all.iter().find(is_its).or(all.first()).cloned()?;
                Some(Parameter { name: setting.name, value: setting.value, origin: setting.origin })
            })
            .collect();
        let cut_off = |name: &str, micros: Instant, of: &str| Parameter {
            name: name.to_owned(),
            value: moment(micros),
            origin: format!("end of the evidence of {of}, at most the longest limit after the period"),
        };
        all.push(cut_off("cut_off", limits.cut_off, "Databricks"));
        all.push(cut_off("push_cut_off", limits.push_cut_off, "the identity provider"));
        all
    }
}

fn place_of(v: &Vouching, retried: &Retried<'_>) -> Option<usize> {
    retried.case.effects.iter().position(|e| e.row == v.effect)
}

/// What a change is about, as a sentence names it: the application of an assignment, else the entitlement.
pub(super) fn what<'t>(key: &'t Key, act: &Act<'t>) -> &'t str {
    match act.verb {
        Verb::AppAssign | Verb::AppUnassign => act.app.or(act.entitlement).unwrap_or_else(|| object(key)),
        _ => object(key),
    }
}

fn hours_of(log: &Log, from: Instant, until: Instant) -> LogHours {
    let tally = log.tally(hours(from, until.saturating_add(1)));
    LogHours {
        source: log.source.clone(),
        scope: log.scope.clone(),
        hour_count: tally.hour_count,
        covered: tally.covered,
        quiet: tally.quiet,
        hole: tally.hole,
        not_established: tally.not_established,
    }
}
