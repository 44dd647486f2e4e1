//! Waivers as the model shows them, with sentences for what is wrong with them.

use super::{Parts, instant};
use crate::catalogue::{Finding, WaiverUse};
use crate::report::format::number;
use crate::report::model::Waiver;

pub(super) fn waivers(parts: &Parts<'_>) -> Vec<Waiver> {
    parts.waivers.iter().map(waiver).collect()
}

fn waiver(used: &WaiverUse) -> Waiver {
    let w = &used.waiver;
    let stated = |text: &Option<String>| text.clone().unwrap_or_default();
    Waiver {
        id: w.id.clone(),
        test_id: w.test.clone(),
        select: w.select.given().map(|(field, glob)| format!("{field} = {glob}")).collect::<Vec<_>>().join(", "),
        reason: w.reason.clone(),
        risk: stated(&w.risk),
        compensating_control: stated(&w.compensating_control),
        ticket: stated(&w.ticket),
        requested_by: w.requested_by.clone(),
        approved_by: w.approved_by.clone(),
        approved_at: w.approved_at.clone(),
        starts: w.starts.as_ref().unwrap_or(&w.approved_at).clone(),
        expires: w.expires.clone(),
        ends: instant(used.window.end),
        backdated: used.window.is_backdated,
        backdating_approved_by: stated(&w.backdating_approved_by),
        status: used.status.as_str().to_owned(),
        findings: used.findings.iter().map(|f| f.as_str().to_owned()).collect(),
        finding: sentences(used).join("; "),
        item_count: used.item_count,
        within_count: used.within_count,
        outside_count: used.outside_count(),
        max_items: w.max_items,
        wide: w.wide,
        digest: used.digest.clone(),
        scope_digest: used.scope_digest.clone(),
    }
}

fn sentences(used: &WaiverUse) -> Vec<String> {
    let mut all: Vec<String> = used.findings.iter().map(|finding| sentence(*finding, used)).collect();
    // No finding, but whoever reads the counts has to know.
    if used.early_count > 0 {
        all.push(format!("{} before its first day, not waived", selected(used.early_count)));
    }
    let is_expired = used.findings.contains(&Finding::Expired);
    if used.late_count > 0 && !is_expired {
        all.push(format!("{} after its last day, not waived", selected(used.late_count)));
    }
    all
}

fn selected(count: u64) -> String {
    format!("it selects {} {}", number(count), if count == 1 { "exception" } else { "exceptions" })
}

fn sentence(finding: Finding, used: &WaiverUse) -> String {
    let w = &used.waiver;
    match finding {
        Finding::Gate => "the integrity gates take no waivers; it waives nothing".to_owned(),
        Finding::SelfApproved => "whoever asked for it has also approved it; it waives nothing".to_owned(),
        Finding::OverBroad => format!(
            "{} within its days, its limit is {}, and it is not marked wide; it waives nothing",
            selected(used.within_count),
            number(w.max_items)
        ),
        Finding::ScopeChanged => format!(
            "it was approved for another scope: that had the digest {}; it waives nothing",
            w.scope_digest.as_deref().unwrap_or("-")
        ),
        Finding::ApprovedBySubjectOrActor => {
            format!(
                "its approver is the subject or the actor of {} that it selects, not waived",
                number(used.own_count)
            )
        }
        Finding::Expired => format!("it has ended, and {} after its last day, not waived", selected(used.late_count)),
        Finding::Unused if used.within_count > 0 => {
            "it waives no exception of the period: other waivers cover what it selects".to_owned()
        }
        Finding::Unused => "it waives no exception of the period".to_owned(),
        Finding::Capped => {
            let limit = if w.is_of_privileged_access() { "90 days" } else { "12 months" };
            format!("written for more than {limit}, it is honoured until before {} only", instant(used.window.end))
        }
        Finding::Backdated => format!(
            "BACKDATED: it begins on {}, before its approval on {}; that was approved by {}",
            w.starts.as_ref().unwrap_or(&w.approved_at),
            w.approved_at,
            w.backdating_approved_by.as_deref().unwrap_or("nobody")
        ),
    }
}
