//! What a person reads of the waivers, and of the comparison with the package before.

use std::io::Write;

use serde_json::{Value, json};

use super::plain;
use crate::report::format::number;
use crate::report::model::Model;

/// Each waiver of which something is wrong; the others are counted.
pub(super) fn waivers(out: &mut dyn Write, model: &Model) -> std::io::Result<()> {
    let set = &model.waiver_set;
    if set.waiver_count == 0 {
        return Ok(());
    }
    writeln!(
        out,
        "\nWaivers   {} configured, {} exceptions waived (they stay deviations), {} with findings",
        number(set.waiver_count),
        number(set.item_count),
        number(set.with_findings_count),
    )?;
    for waiver in model.waivers.iter().filter(|w| !w.findings.is_empty()) {
        let (id, said) = (plain(&waiver.id), plain(&waiver.finding));
        writeln!(out, "          {id} {} [{}]: {said}", waiver.status, waiver.findings.join(", "))?;
    }
    Ok(())
}

/// What became of the exceptions of the package before.
pub(super) fn comparison(out: &mut dyn Write, model: &Model) -> std::io::Result<()> {
    let found = &model.comparison;
    if !found.has_previous {
        return Ok(());
    }
    let changes: Vec<String> =
        found.changes.iter().map(|c| format!("{} {}", number(c.control_count), c.change.replace('_', " "))).collect();
    let (run, period) = (plain(&found.previous_run_id), plain(&found.previous_period));
    writeln!(out, "\nCompared  with run {run} ({period})")?;
    writeln!(out, "          exceptions of control tests: {}", changes.join(", "))?;
    let causes: Vec<String> = found
        .causes
        .iter()
        .filter(|c| c.count > 0)
        .map(|c| format!("{} {}", number(c.count), c.cause.replace('_', " ")))
        .collect();
    if !causes.is_empty() {
        writeln!(out, "          causes over all tests: {}", causes.join(", "))?;
    }
    if found.restates {
        writeln!(
            out,
            "          restates it: {} files added, {} gone, {} conclusions moved",
            number(found.inputs_added.total),
            number(found.inputs_gone.total),
            number(found.moved_count),
        )?;
    }
    Ok(())
}

pub(super) fn waivers_json(model: &Model) -> Value {
    let waiver = |w: &crate::report::model::Waiver| {
        json!({
            "id": w.id,
            "test_id": w.test_id,
            "status": w.status,
            "findings": w.findings,
            "item_count": w.item_count,
            "outside_count": w.outside_count,
        })
    };
    model.waivers.iter().map(waiver).collect()
}

pub(super) fn comparison_json(model: &Model) -> Value {
    let found = &model.comparison;
    if !found.has_previous {
        return Value::Null;
    }
    let changes: serde_json::Map<String, Value> =
        found.changes.iter().map(|c| (c.change.clone(), (c.control_count + c.gate_count).into())).collect();
    let causes: serde_json::Map<String, Value> =
        found.causes.iter().map(|c| (c.cause.clone(), c.count.into())).collect();
    json!({
        "previous_run_id": found.previous_run_id,
        "previous_period": { "start": found.previous_start, "end": found.previous_end },
        "restates": found.restates,
        "changes": changes,
        "causes": causes,
        "moved": found.moved_count,
    })
}
