//! The prose of the tests: what each one is for, how it judges, what it does not show, and what each reason means.

mod about;
mod catalogue;

pub use about::{About, TEST_IDS, about};
pub use catalogue::not_tested;

use super::format::instant;
use super::model::ItemRow;

/// What a reason means, in the words of the report. Tests may share a reason; where they differ, the test decides.
pub fn reason(test_id: &str, reason: &str) -> &'static str {
    let own = match (test_id, reason) {
        ("TRC-01" | "TRC-02", "matched") => Some("the effect was found within the limit"),
        ("TRC-03", "matched") => Some("a later success, or the effect itself, resolved the failure in time"),
        _ => None,
    };
    own.or_else(|| gate_reason(reason)).unwrap_or_else(|| shared_reason(reason))
}

fn gate_reason(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "covered" => "the hour holds a record or a declared heartbeat",
        "quiet" => "the hour holds no record, and none was to be expected",
        "hole" => "the hour holds no record, where one or more were to be expected",
        "not_established" => "too few days are at hand to say what was to be expected",
        "tied_out" => "every record of the file ended in exactly one place",
        "does_not_tie_out" => "the records of the file and the places they ended in do not add up",
        "has_rejects" => "the file holds records that could not be read",
        "left_out" => "the file was left out as a whole: more of its records could not be read than allowed",
        "rejects_tolerated" => "the file holds records that could not be read, no more than are tolerated",
        "control_total_agrees" => "as many records as the source counts were read",
        "control_total_differs" => "the source counts another number of records than were read",
        "file_missing" => "a control total names a file that was not read",
        "grown" => "every record of each version is in the one after it",
        "lost_lines" => "a later version lacks records of an earlier one",
        "records_not_listed" => "the lake does not list every record of the versions",
        "order_unknown" => "nothing tells which version is the older",
        "accepted" => "the record became an event",
        "duplicate" => "the record was at hand already",
        "filtered" => "left out by a named rule",
        "rejected" => "the record could not be read",
        _ => return None,
    })
}

fn shared_reason(reason: &str) -> &'static str {
    match reason {
        "matched" => "a decision of the identity provider for the same subject and entitlement authorises it",
        "transport" => "a successful push by the configured connector, recorded by the identity provider, vouches it",
        "state" => "an older decision, still in force at the time, vouches it",
        "implied" => "a consequence of another change, not a decision of its own",
        "redundant" => "it changed nothing: the access was held, or not held, already",
        "already_in_effect" => "nothing was left to do when the decision was made",
        "no_authority" => "no decision found, and the logs that would show one are complete over the window",
        "late" => "the effect came after the limit",
        "missing" => "no effect by cut-off, and the limit has passed",
        "failed" => "the identity provider reported failure, and neither a success nor an effect followed",
        "coverage_gap" => "the logs that would decide it have a hole; absence there proves nothing",
        "ambiguous" => "several decisions fit equally well, and the choice would change the verdict",
        "unresolved_subject" => "the name could not be tied to one identity",
        "window_open" => "the limit had not run out at cut-off; to be tested again with later evidence",
        "no_opening_state" => "what was held before the first record is not known",
        "platform_internal" => "done by the platform's own housekeeping",
        "automatic_identity_management" => "made by automatic identity management, which follows rules of its own",
        "just_in_time" => "created by the person's own first sign-in",
        "out_of_scope" => "outside the scope of the test",
        "not_pushed" => "the group or person is not assigned to Databricks",
        "superseded" => "reversed before its limit ran out",
        _ => "see the test's procedure",
    }
}

/// One item in one sentence, made of its own fields; `detail` ends it where there is one.
pub fn sentence(test_id: &str, item: &ItemRow) -> String {
    let at = instant(&item.event_time);
    let head =
        if item.verdict == "undetermined" { undecided(test_id, item, &at) } else { deviation(test_id, item, &at) };
    if item.detail.is_empty() { format!("{head}.") } else { format!("{head}: {}.", item.detail.trim_end_matches('.')) }
}

fn deviation(test_id: &str, item: &ItemRow, at: &str) -> String {
    let ItemRow { actor, subject, object, reason, scope, .. } = item;
    match test_id {
        "COV-01" => {
            format!(
                "Source {object} has no record for scope {scope} in the hour from {at}, where some were to be expected"
            )
        }
        "COV-02" => match reason.as_str() {
            "control_total_differs" => format!("The records of {object} are not as many as its source counts"),
            "file_missing" => format!("File {object} has a control total and was not read"),
            "does_not_tie_out" => format!("The records of file {object} do not tie out"),
            _ => format!("File {object} holds records that could not be read"),
        },
        "COV-03" => format!("File {object} lost records after it had been read once"),
        "VCH-01" | "PRV-01" => {
            format!(
                "At {at} {actor} {}, without a decision of the identity provider behind it",
                deed_of(item, Tense::Past)
            )
        }
        "VCH-02" => format!("At {at} {actor} {}, by another door than the approved one", deed_of(item, Tense::Past)),
        "TRC-01" | "TRC-02" => {
            format!("The decision of {at} to {} {}", deed_of(item, Tense::Infinitive), outcome(reason))
        }
        "TRC-03" => format!("The failed push of {at} to {} {}", deed_of(item, Tense::Infinitive), outcome(reason)),
        "DEP-01" => format!("{subject} left at {at}, and the removal of access {}", outcome(reason)),
        "DEP-02" => format!("{subject} left at {at} and was active afterwards"),
        _ => format!("{actor}, {subject}, {object} at {at}: {reason}"),
    }
}

fn undecided(test_id: &str, item: &ItemRow, at: &str) -> String {
    let what = match test_id {
        "COV-01" => format!("Coverage of {} in scope {} in the hour from {at}", item.object, item.scope),
        "COV-03" => format!("Whether file {} only grew", item.object),
        "DEP-01" | "DEP-02" => format!("The departure of {} at {at}", item.subject),
        "TRC-01" | "TRC-02" => format!("The decision of {at} to {}", deed_of(item, Tense::Infinitive)),
        _ => format!("That {} at {at} {}", item.actor, deed_of(item, Tense::Past)),
    };
    let hole = if item.hole_id.is_empty() { String::new() } else { format!(" ({})", item.hole_id) };
    format!("{what} cannot be judged{hole}, since {}", reason(test_id, &item.reason))
}

fn deed_of(item: &ItemRow, tense: Tense) -> String {
    deed(&item.verb, &item.subject, &item.object, tense)
}

/// How a deed is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tense {
    /// "put alice into group engineers", as done.
    Past,
    /// The same, as still to be done.
    Infinitive,
}

/// What was done, or was to be done, as the part of a sentence that follows who did it. `verb` is a verb of table `changes`.
pub fn deed(verb: &str, subject: &str, object: &str, tense: Tense) -> String {
    let past = |past: &'static str, infinitive: &'static str| if tense == Tense::Past { past } else { infinitive };
    match verb {
        "member.add" => format!("put {subject} into group {object}"),
        "member.remove" => format!("{} {subject} out of group {object}", past("took", "take")),
        "user.create" => format!("{} the account of {subject}", past("created", "create")),
        "user.activate" => format!("{} the account of {subject}", past("activated", "activate")),
        "user.deactivate" => format!("{} the account of {subject}", past("deactivated", "deactivate")),
        "user.delete" => format!("{} the account of {subject}", past("deleted", "delete")),
        "group.create" => format!("{} group {subject}", past("created", "create")),
        "group.delete" => format!("{} group {subject}", past("deleted", "delete")),
        "admin.grant" => format!("{} {subject} the role {object}", past("gave", "give")),
        "admin.revoke" => format!("{} the role {object} from {subject}", past("took", "take")),
        "app.assign" => format!("{} {subject} to {object}", past("assigned", "assign")),
        "user.suspend" => format!("{} the account of {subject}", past("suspended", "suspend")),
        "user.unsuspend" => format!("{} the suspension of {subject}", past("lifted", "lift")),
        "push.create" => format!("{} group {object} to Databricks", past("mapped", "map")),
        "push.remove" => format!("{} the push of group {object}", past("ended", "end")),
        "group.update" => format!("{} group {object}", past("updated", "update")),
        "app.unassign" => format!("{} {subject} from {object}", past("unassigned", "unassign")),
        _ => format!("{} the access of {subject} to {object}", past("changed", "change")),
    }
}

fn outcome(reason: &str) -> &'static str {
    match reason {
        "late" => "was carried out after the limit",
        "missing" => "was not carried out by cut-off",
        "failed" => "failed, and nothing followed",
        _ => "was not resolved in time",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_of_this_version_has_prose_and_no_other_is_called_untested() {
        let untested = not_tested();
        for id in TEST_IDS {
            assert_eq!(about(id).map(|a| a.id), Some(*id));
            assert!(untested.iter().all(|n| n.id != *id));
        }
        assert_eq!(untested.len() + TEST_IDS.len(), 41);
    }

    #[test]
    fn the_contracts_reasons_have_meanings() {
        let reasons = "matched transport state implied redundant no_authority coverage_gap ambiguous \
            unresolved_subject platform_internal automatic_identity_management just_in_time out_of_scope \
            already_in_effect late missing failed window_open not_pushed superseded";
        for word in reasons.split_whitespace() {
            assert_ne!(reason("VCH-01", word), "see the test's procedure", "{word}");
        }
    }
}
