//! ATR-01: attributes pushed are minimal and consistent.

mod format;
mod seen;

use self::seen::{Seen, read};
use super::words::{exception, pass, undetermined};
use super::{About, Cell, Evidence, Item, Judged, Parameter, Severity, Test, need};
use crate::config::Globs;
use crate::correlate::{Verdict, item_id};
use crate::error::Result;
use crate::schema::{Column, Kind};

/// The test.
pub(super) const TEST: Test = Test {
    id: "ATR-01",
    version: "2",
    severity: Severity::Medium,
    needs: &[need::A, need::T],
    shared_parameters: &[],
    own_parameters: &[Parameter {
        name: "allowed",
        default: "[]",
        doc: "attributes that may be pushed, as globs over their paths; one that is allowed is allowed with all its parts, so that `emails` allows `emails[type eq \"work\"].value`, and an extension's schema all its attributes",
    }],
    words: &[
        pass("allowed", "the attribute is on the allow list, and is pushed in one spelling, type and format"),
        exception("not_allowed", "the attribute is not on the allow list"),
        exception("inconsistent", "the attribute is pushed in several spellings, types or formats"),
        exception("wrong_type", "an attribute that is true or false is pushed as something else"),
        exception("causes_sync_errors", "pushes failed because of the attribute"),
        undetermined("no_allow_list", "nothing was declared to measure by"),
        undetermined(
            "values_not_at_hand",
            "the values are masked or not logged, so that type and format cannot be compared",
        ),
    ],
    columns: &[
        Column::optional("application", Kind::Text, "Where it is pushed to, as the record names it."),
        Column::optional("attribute", Kind::Text, "Path of the attribute, in its most frequent spelling."),
        Column::optional("first_seen", Kind::Instant, "Earliest push of it in the period."),
        Column::optional("identity_count", Kind::Whole, "People and groups of whom it was pushed."),
        Column::optional(
            "format_count",
            Kind::Whole,
            "Distinct types and formats of its values. 0 = no value is at hand.",
        ),
        Column::optional("formats", Kind::TextList, "Those types and formats."),
        Column::optional("spellings", Kind::TextList, "Distinct spellings of its path."),
        Column::optional("sync_error_count", Kind::Whole, "Failed pushes of which the record blames the attribute."),
    ],
    about: About {
        title: "Attributes pushed are minimal and consistent",
        objective: "To show that no more is told about people than was decided, and that it is told in one way, since what is not in one form is not read in one way.",
        population: "Every pair of application and attribute in the bodies of SCIM requests that write, and in what provisioning logs say of pushes to Databricks, in the period.",
        item_noun: "attributes",
        procedure: &[
            "An attribute that caused failed pushes, that is true or false and was pushed as something else, or that was pushed in several spellings, types or formats is an exception.",
            "An attribute that is not on the allow list is an exception.",
            "An attribute on the list in one spelling, type and format passes; where its values are masked or not logged it is undetermined.",
            "Without an allow list no attribute passes.",
        ],
        false_positives: &[
            "An attribute that two connectors of one application spell in two ways: tell them apart by their application.",
        ],
        limits: &[
            "Values are compared by type and by the form of dates, addresses and truth values, not by meaning; masked values stay masked.",
            "Entra's log writes all values as text: their type is not known. Okta's log names attributes and no values. The logs of PingOne and PingFederate name none, and security event tokens are not looked into.",
            "Requests whose body is not at hand show no attributes; they are counted.",
            "A request is tied to an application by the log's own name for it, else by the place that it was sent to.",
        ],
        references: &["RFC 7643, RFC 7644", "NIST SP 800-53 r5 IA-4"],
        deviation: "Attribute {object}: {meaning}",
        undecided: "Attribute {object}",
    },
    evaluate,
};

fn evaluate(evidence: &Evidence<'_>) -> Result<Judged> {
    let allowed = evidence.config.globs(TEST.id, "allowed")?;
    let found = read(evidence)?;
    let items = found.attributes.iter().map(|((application, _), seen)| item(application, seen, &allowed)).collect();
    let mut notes = Vec::new();
    if allowed.is_empty() {
        notes.push("No allow list is declared: no attribute can pass.".to_owned());
    }
    let is_transport = |source: &str| seen::SOURCES.contains(&source);
    Ok(Judged {
        items,
        notes,
        exclusions: vec![
            ("pushes to other applications".to_owned(), found.elsewhere),
            ("requests whose body is not at hand".to_owned(), found.bodiless),
        ],
        coverage_is_complete: found.bodiless == 0 && evidence.is_covered(is_transport),
        ..Judged::default()
    })
}

fn item(application: &str, seen: &Seen, allowed: &Globs) -> Item {
    let path = seen.spelling();
    let (verdict, reason) = judge(seen, path, allowed);
    let formats: Vec<String> = seen.formats.iter().map(|f| (*f).to_owned()).collect();
    let spellings: Vec<String> = seen.spellings.keys().cloned().collect();
    let mut event_ids = vec![seen.sample.clone()];
    event_ids.extend(seen.of_each.values().chain(&seen.failed).filter(|id| **id != seen.sample).take(20).cloned());
    event_ids.dedup();
    Item {
        verdict,
        reason: reason.to_owned(),
        severity: TEST.severity,
        object: Some(format!("{application}/{path}")),
        event_ids,
        detail: Some(format!(
            "{} identities; formats: {}; spellings: {}; {} sync errors",
            seen.identities.len(),
            if formats.is_empty() { "none at hand".to_owned() } else { formats.join(", ") },
            spellings.join(", "),
            seen.failed.len(),
        )),
        extra: vec![
            Cell::text(application),
            Cell::text(path),
            Cell::Instant(Some(seen.first)),
            Cell::count(seen.identities.len()),
            Cell::count(formats.len()),
            Cell::Texts(formats),
            Cell::Texts(spellings),
            Cell::count(seen.failed.len()),
        ],
        ..Item::new(item_id(&["attribute", application, &path.to_lowercase()]), seen.first)
    }
}

/// The path, and the attributes that it is a part of: `emails[type eq "work"].value` is a part of `emails`, and so allowed with it.
fn ancestry(path: &str) -> impl Iterator<Item = &str> {
    // The dots of an extension's schema part nothing, but an attribute stands behind it.
    let start = if path.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:")) {
        path.rfind(':').unwrap_or(0)
    } else {
        0
    };
    let ends = path.match_indices(['.', '[']).map(|(at, _)| at).filter(move |at| *at > start);
    let schema = Some(start).filter(|at| *at > 0);
    std::iter::once(path).chain(ends.chain(schema).filter_map(|at| path.get(..at)))
}

fn judge(seen: &Seen, path: &str, allowed: &Globs) -> (Verdict, &'static str) {
    let is_allowed = ancestry(path).any(|part| allowed.any(part));
    match () {
        () if !seen.failed.is_empty() => (Verdict::Exception, "causes_sync_errors"),
        () if format::is_truth_value(path) && seen.formats.iter().any(|f| !format::is_truth(f)) => {
            (Verdict::Exception, "wrong_type")
        }
        () if seen.formats.len() > 1 || seen.spellings.len() > 1 => (Verdict::Exception, "inconsistent"),
        () if allowed.is_empty() => (Verdict::Undetermined, "no_allow_list"),
        () if !is_allowed => (Verdict::Exception, "not_allowed"),
        () if seen.formats.is_empty() => (Verdict::Undetermined, "values_not_at_hand"),
        () => (Verdict::Pass, "allowed"),
    }
}

#[cfg(test)]
mod tests {
    use super::ancestry;

    #[test]
    fn an_attribute_is_a_part_of_others() {
        let of = |path| ancestry(path).collect::<Vec<_>>();
        assert_eq!(of("userName"), ["userName"]);
        assert_eq!(of("name.givenName"), ["name.givenName", "name"]);
        assert_eq!(
            of("emails[type eq \"work\"].value"),
            ["emails[type eq \"work\"].value", "emails", "emails[type eq \"work\"]"]
        );
        assert_eq!(
            of("urn:x:2.0:User:manager.value"),
            ["urn:x:2.0:User:manager.value", "urn:x:2.0:User:manager", "urn:x:2.0:User"]
        );
    }
}
