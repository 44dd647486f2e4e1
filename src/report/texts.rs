//! The prose of items: what each reason means, and one item in one sentence. What a test is for stands with the test.

use super::format::instant;
use super::model::ItemRow;
use crate::catalogue::Test;

/// What a reason means, in the words of the report.
pub fn reason(test: &Test, reason: &str) -> &'static str {
    test.word(reason).map_or("see the test's procedure", |w| w.meaning)
}

/// One item in one sentence, made of its own fields; `detail` ends it where there is one.
pub fn sentence(test: &Test, item: &ItemRow) -> String {
    let about = &test.about;
    let head = if item.verdict == "undetermined" {
        let hole = if item.hole_id.is_empty() { String::new() } else { format!(" ({})", item.hole_id) };
        let what = filled(about.undecided, test, item);
        format!("{what} cannot be judged{hole}, since {}", reason(test, &item.reason))
    } else {
        filled(about.deviation, test, item)
    };
    if item.detail.is_empty() { format!("{head}.") } else { format!("{head}: {}.", item.detail.trim_end_matches('.')) }
}

// Names may hold braces themselves, so every part is filled in once, from left to right.
fn filled(template: &str, test: &Test, item: &ItemRow) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        match name {
            "at" => text.push_str(&instant(&item.event_time)),
            "actor" => text.push_str(&item.actor),
            "subject" => text.push_str(&item.subject),
            "object" => text.push_str(&item.object),
            "scope" => text.push_str(&item.scope),
            "deed" => text.push_str(&deed_of(item, Tense::Past)),
            "to_deed" => text.push_str(&deed_of(item, Tense::Infinitive)),
            "meaning" => text.push_str(reason(test, &item.reason)),
            _ => {}
        }
        rest = behind;
    }
    text + rest
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
        "workspace.unassign" => format!("put {subject} out of the workspace"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::TESTS;

    #[test]
    fn every_brace_of_a_sentence_is_filled_in() {
        let known = ["at", "actor", "subject", "object", "scope", "deed", "to_deed", "meaning"];
        for test in TESTS {
            for template in [test.about.deviation, test.about.undecided] {
                for part in template.split('{').skip(1) {
                    let name = part.split('}').next().unwrap();
                    assert!(known.contains(&name), "{}: {{{name}}}", test.id);
                }
            }
        }
    }

    #[test]
    fn the_contracts_reasons_have_meanings() {
        let vouching = "matched transport state implied redundant no_authority coverage_gap ambiguous \
            unresolved_subject platform_internal automatic_identity_management just_in_time out_of_scope";
        let tracing = "matched already_in_effect late missing failed window_open coverage_gap unresolved_subject \
            not_pushed superseded";
        // No removal waits for a first use.
        let automatic = "automatic_identity_management";
        for (test, words) in [("VCH-01", vouching), ("TRC-01", tracing), ("TRC-02", tracing), ("TRC-01", automatic)] {
            for word in words.split_whitespace() {
                let test = crate::catalogue::test(test).unwrap();
                assert_ne!(reason(test, word), "see the test's procedure", "{} {word}", test.id);
            }
        }
    }
}
