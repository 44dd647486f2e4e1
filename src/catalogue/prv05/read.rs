//! Owners that no record of a change of ownership shows: who made an object, and whom a job runs as.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use serde_json::Value;

use crate::catalogue::Evidence;
use crate::catalogue::deeds::{Deed, Done, is_redacted, of_record};
use crate::catalogue::privileges::Callers;
use crate::catalogue::records::{Raw, Record, databricks, records};
use crate::change::{SubjectKind, Verb};
use crate::correlate::door::{ActorClass, Door, is_uuid};
use crate::error::Result;
use crate::event::RAW;
use crate::identity::Sighting;
use crate::source::kept;

/// Actions that make something, with the type of what they make.
const MAKING: &[(&str, &str)] = &[
    ("unitycatalog.createcatalog", "catalog"),
    ("unitycatalog.createschema", "schema"),
    ("unitycatalog.createtable", "table"),
    ("unitycatalog.createvolume", "volume"),
    ("unitycatalog.createregisteredmodel", "registered_model"),
];

/// The people who made something in production, as its owners. Where the record names an owner, it is a change of its own.
pub(super) fn first_owners(evidence: &Evidence<'_>, callers: &Callers, told: &[Deed]) -> Result<Vec<Deed>> {
    if evidence.config.production.is_empty() && evidence.config.production_catalogs.is_empty() {
        return Ok(Vec::new());
    }
    let told: BTreeSet<&str> = told.iter().map(|deed| deed.event_id.as_str()).collect();
    let types: Vec<&str> = MAKING.iter().map(|(action, _)| *action).collect();
    let door = Door::new(evidence.config)?;
    let mut found = Vec::new();
    for record in records(evidence, databricks(evidence, &types)?, Raw::With)? {
        let (Some(kind), Some(actor)) = (made(&record.event_type), record.actor_raw.clone()) else { continue };
        if told.contains(record.event_id.as_str()) {
            continue;
        }
        let securable = full_name(&kept::parameters(&record.raw)).map(|name| format!("{kind}:{name}"));
        let done = deed(evidence, &door, &record, securable, Some((SubjectKind::Unknown, actor.clone())));
        let deed = Deed::new(Done { subject_kind: SubjectKind::User, ..done });
        let is_person = !is_uuid(&actor)
            && !matches!(deed.class, ActorClass::DatabricksInternal | ActorClass::Automatic | ActorClass::TerraformSp);
        if is_person && callers.is_production(evidence, &deed) {
            found.push(deed);
        }
    }
    Ok(found)
}

fn made(event_type: &str) -> Option<&'static str> {
    MAKING.iter().find(|(action, _)| event_type.eq_ignore_ascii_case(action)).map(|(_, kind)| *kind)
}

/// The full name of what was made, which some actions give in parts.
fn full_name(parameters: &BTreeMap<String, String>) -> Option<String> {
    let given = |key: &str| parameters.get(key).filter(|text| !text.trim().is_empty());
    if let Some(full) = ["full_name_arg", "full_name", "volume_full_name"].into_iter().find_map(given) {
        return Some(full.clone());
    }
    let parts = [given("catalog_name"), given("schema_name"), Some(given("name").or_else(|| given("name_arg"))?)];
    Some(parts.iter().flatten().map(|part| part.as_str()).collect::<Vec<_>>().join("."))
}

/// The changes of whom a job runs as, as changes of its owner.
pub(super) fn run_as(evidence: &Evidence<'_>) -> Result<Vec<Deed>> {
    let types = ["jobs.create", "jobs.update", "jobs.reset"];
    let says = |text: &'static str| RAW.expr().str().contains_literal(lit(text));
    let wanted = databricks(evidence, &types)?.map(|wanted| wanted.and(says("run_as").or(says("runAs"))));
    let door = Door::new(evidence.config)?;
    let mut found = Vec::new();
    for record in records(evidence, wanted, Raw::With)? {
        let parameters = kept::parameters(&record.raw);
        let Some(principal) = principal(&parameters) else { continue };
        let id = parameters.get("job_id").or_else(|| parameters.get("jobId")).cloned().or_else(|| {
            let answer = kept::answer(&record.raw);
            answer.get("job_id").map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned))
        });
        let done = deed(evidence, &door, &record, id.map(|id| format!("job:{id}")), Some(principal));
        found.push(Deed::new(done));
    }
    Ok(found)
}

/// Whom the settings of a job name to run as; `None` = they do not say.
fn principal(parameters: &BTreeMap<String, String>) -> Option<(SubjectKind, String)> {
    let settings = |key: &str| parameters.get(key).map(|text| kept::json(text));
    let inside = ["new_settings", "settings"].iter().find_map(|key| settings(key)?.get("run_as").cloned());
    let beside = ["run_as", "runAs"].iter().find_map(|key| settings(key).filter(Value::is_object));
    let named = |value: Value| {
        let of = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        of("user_name")
            .map(|name| (SubjectKind::User, name))
            .or_else(|| of("service_principal_name").map(|name| (SubjectKind::ServicePrincipal, name)))
            .or_else(|| of("group_name").map(|name| (SubjectKind::Group, name)))
    };
    let by_name = || {
        let name = ["run_as_user_name", "run_as", "runAs"].iter().find_map(|key| parameters.get(*key))?;
        let is_name = !name.trim().is_empty() && !name.starts_with('{');
        is_name.then(|| (SubjectKind::Unknown, name.clone()))
    };
    inside.or(beside).and_then(named).or_else(by_name)
}

fn deed(
    evidence: &Evidence<'_>,
    door: &Door,
    record: &Record,
    securable: Option<String>,
    owner: Option<(SubjectKind, String)>,
) -> Done {
    let identities = &evidence.correlation.ground.identities;
    let resolved = owner.as_ref().map(|(kind, name)| match kind {
        SubjectKind::Group => identities.group(&record.source, Some(name), None, record.time),
        kind => identities.person(Sighting { name: Some(name), ..Sighting::new(&record.source, *kind, record.time) }),
    });
    Done {
        id: format!("{}-owner", record.event_id),
        plane: "effect".to_owned(),
        is_resolved: resolved.as_ref().is_some_and(|one| one.is_known() && !is_redacted(one.label())),
        subject: resolved.map(|resolved| resolved.label().to_owned()),
        subject_kind: owner.map_or(SubjectKind::Unknown, |(kind, _)| kind),
        entitlement: Some("owner".to_owned()),
        securable,
        ..of_record(evidence, door, record, Verb::OwnerChange)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_job_names_whom_it_runs_as_in_several_ways() {
        for (given, kind, name) in [
            (("new_settings", r#"{"run_as":{"user_name":"a@example.com"}}"#), SubjectKind::User, "a@example.com"),
            (("run_as", r#"{"service_principal_name":"s"}"#), SubjectKind::ServicePrincipal, "s"),
            (("run_as_user_name", "a@example.com"), SubjectKind::Unknown, "a@example.com"),
        ] {
            assert_eq!(principal(&parameters(&[given])), Some((kind, name.to_owned())), "{given:?}");
        }
        assert_eq!(principal(&parameters(&[("new_settings", r#"{"name":"x"}"#)])), None);
    }

    #[test]
    fn full_names_are_put_together() {
        let given = [("name", "orders"), ("catalog_name", "main"), ("schema_name", "sales")];
        assert_eq!(full_name(&parameters(&given)).as_deref(), Some("main.sales.orders"));
        assert_eq!(full_name(&parameters(&given[..1])).as_deref(), Some("orders"));
        assert_eq!(full_name(&parameters(&given[1..])), None);
    }
}
