//! What was chosen: the profile, the tests that it leaves out, and the values of parameters.

use super::Parts;
use crate::catalogue::{self, Outcome, profiles};
use crate::config::{Config, Setting};
use crate::report::model::{NOT_SUPPLIED, NotTested, Parameter, ProfileFacts};

/// The profile as the report names it.
pub(super) fn profile(config: &Config) -> ProfileFacts {
    config.profile.as_ref().map_or_else(ProfileFacts::default, |profile| ProfileFacts {
        given: true,
        name: profile.name.clone(),
        left_out: profiles::ALL.iter().filter(|t| !profile.runs(t)).map(|t| (*t).to_owned()).collect(),
    })
}

/// The catalogue's tests that the profile leaves out.
pub(super) fn left_out(config: &Config) -> Vec<NotTested> {
    let Some(profile) = &config.profile else { return Vec::new() };
    let left_out = catalogue::TESTS.iter().filter(|t| !profile.runs(t.id));
    let row = |test: &&catalogue::Test| NotTested {
        id: test.id.to_owned(),
        title: test.about.title.to_owned(),
        reason: format!("not in profile `{}`", profile.name),
    };
    left_out.map(row).collect()
}

/// Every parameter in use, those with one value for several tests once.
pub(super) fn parameters(parts: &Parts<'_>) -> Vec<Parameter> {
    let mut all: Vec<Parameter> = Vec::new();
    for outcome in parts.outcomes {
        for parameter in of_test(parts.evidence.config, outcome) {
            match all.iter_mut().find(|p| is_same(p, &parameter)) {
                Some(known) => known.used_by.push(outcome.test.id.to_owned()),
                None => all.push(parameter),
            }
        }
    }
    all
}

// Whoever reads a row must be able to lean on all of it, for every test that it names.
fn is_same(a: &Parameter, b: &Parameter) -> bool {
    let facts = |p: &Parameter| {
        [&p.name, &p.value, &p.default, &p.environment, &p.origin, &p.policy, &p.meaning].map(String::clone)
    };
    facts(a) == facts(b)
}

/// The parameters of one test.
pub(super) fn of_test(config: &Config, outcome: &Outcome) -> Vec<Parameter> {
    let doc = |name: &str| {
        let shared = crate::config::PARAMETERS.iter();
        shared.chain(outcome.test.own_parameters).find(|p| p.name == name).map_or("", |p| p.doc)
    };
    let of = |s: &Setting| Parameter {
        name: s.name.clone(),
        value: s.value.clone(),
        default: s.default.clone(),
        changed: s.value != s.default,
        is_default: s.origin == "default",
        origin: s.origin.clone(),
        environment: s.environment.map_or("all", |e| e.as_str()).to_owned(),
        policy: config.policy_of(outcome.test.id, s).unwrap_or_else(|| NOT_SUPPLIED.to_owned()),
        used_by: vec![outcome.test.id.to_owned()],
        meaning: doc(&s.name).to_owned(),
    };
    outcome.settings.iter().map(of).collect()
}
