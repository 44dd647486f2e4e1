//! Why somebody does not have something.

use serde_json::{Value, json};

use super::explain;
use crate::support::Place;

/// The answer on the sample: where the chain stands, and all that is said in sentences.
fn asked(arguments: &[&str]) -> (String, String) {
    said(&explain(&[arguments, &["--format", "json"]].concat()).ends(0).text())
}

pub(super) fn said(text: &str) -> (String, String) {
    let document: Value = serde_json::from_str(text).unwrap();
    let answer = &document["answer"];
    let notes = answer["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap());
    let sentences: Vec<&str> = std::iter::once(answer["headline"].as_str().unwrap()).chain(notes).collect();
    (answer["standing"].as_str().unwrap().to_owned(), sentences.join("\n"))
}

/// Questions, where the chain stands, and words of the answer.
const SAMPLE: [(&[&str], &str, &[&str]); 12] = [
    (
        &["--subject", "rosa.eglantine@example.com", "--entitlement", "data-engineers"],
        "held",
        &["is a member of group data-engineers at the account since 2026-07-21 11:32:15.933 UTC", "pass: matched"],
    ),
    (&["--subject", "rosa.eglantine@example.com"], "held", &["has a Databricks account since", "app.assign"]),
    (
        &["--subject", "farid.nightshade@example.com", "--entitlement", "data-engineers"],
        "held",
        &["no decision found", "exception: no_authority"],
    ),
    (
        &["--subject", "rosa.eglantine@example.com", "--entitlement", "platform-admins"],
        "never_decided",
        &[
            "is no member of group platform-admins: no decision at hand gives it",
            "has a hole",
            "a decision may lie there",
        ],
    ),
    (
        &["--subject", "greta.cedarlane@example.com", "--entitlement", "data-engineers"],
        "removed",
        &[
            "until 2026-07-20 14:50:37.813 UTC, when scim-connector@example.com (the provisioning connector) took",
            "had decided it in okta",
        ],
    ),
    (
        &["--subject", "zoe.bramblewood@example.com"],
        "removed",
        &["had a Databricks account until 2026-07-18", "it came late, 3 d after the decision of 2026-07-15"],
    ),
    (
        &["--subject", "amir.gentianby@example.com", "--entitlement", "platform-admins"],
        "push_failed",
        &["but the push of 2026-07-17 11:00:51.771 UTC failed: Service Unavailable."],
    ),
    (
        &["--subject", "quinn.vinecroft@example.com", "--entitlement", "data-engineers"],
        "pushed_without_effect",
        &["its push of 2026-07-16 15:00:38.337 UTC succeeded, but Databricks logged no such change", "missing"],
    ),
    (
        &["--subject", "quinn.vinecroft@example.com", "--entitlement", "Everyone Marketing"],
        "group_not_pushed",
        &["but group everyone marketing is not pushed to Databricks"],
    ),
    (
        &["--subject", "zoe.thistledown@example.com", "--entitlement", "data-engineers"],
        "coverage_gap",
        &["from 2026-07-14 09:00:00 UTC until 2026-07-14 17:00:00 UTC, and the effect may lie there"],
    ),
    (
        &["--subject", "zoe.thistledown@example.com", "--entitlement", "platform-admins"],
        "window_open",
        &["it may still come: the limit runs until 2026-08-01 03:12:00.064 UTC"],
    ),
    (
        &["--subject", "ines.ashcombe@example.com", "--entitlement", "platform-admins"],
        "taken_back",
        &["decided in okta at 2026-07-17 15:30:00.044 UTC to take", "no record shows it held"],
    ),
];

#[test]
fn the_answer_says_where_the_chain_broke() {
    for (question, standing, words) in SAMPLE {
        let (found, sentences) = asked(question);
        assert_eq!(found, standing, "{question:?}: {sentences}");
        for word in words {
            assert!(sentences.contains(word), "`{word}` is not in: {sentences}");
        }
    }
}

#[test]
fn names_are_resolved_and_unknown_ones_are_answered_with_those_that_are_near() {
    let by_alias = ["--subject", "Carla.Hazelmere@corp.example.com", "--entitlement", "DBX Data Engineers"];
    let by_name = ["--subject", "carla.hazelmere@example.com", "--entitlement", "data-engineers"];
    assert_eq!(asked(&by_alias), asked(&by_name));
    let unknown = |subject: &str, entitlement: &str, words: &[&str]| {
        explain(&["--subject", subject, "--entitlement", entitlement]).ends(3).says(words);
    };
    unknown(
        "roza.eglantine@example.com",
        "account",
        &["`roza.eglantine@example.com`", "nearest names known are `rosa.eglantine@"],
    );
    unknown("rosa", "account", &["`rosa.eglantine@example.com`"]);
    unknown("rosa.eglantine@example.com", "data-enginers", &["`data-enginers`", "`data-engineers`"]);
    unknown("rosa.eglantine@example.com", "zzz", &["group or role `zzz`", "none of the"]);
}

#[test]
fn an_earlier_instant_has_an_answer_of_its_own() {
    let question = ["--subject", "rosa.eglantine@example.com", "--entitlement", "data-engineers", "--at"];
    let at = |instant| asked(&[&question[..], &[instant]].concat()).0;
    assert_eq!(at("2026-07-21T11:00:00Z"), "never_decided");
    assert_eq!(at("2026-07-21T11:32:00Z"), "not_yet");
    assert_eq!(at("2026-07-22"), "held");
    explain(&[&question[..], &["soon"]].concat()).ends(2).says(&["`soon`"]);
    explain(&["0", "--at", "2026-07-22"]).ends(2).says(&["--at", "[ITEM]"]);
}

#[test]
fn refused_attempts_stand_in_the_timeline() {
    let asked = ["--subject", "farid.nightshade@example.com", "--entitlement", "platform-admins"];
    let text = explain(&asked).ends(0).text();
    assert!(text.contains("attempt") && text.contains("failure: Only account admins"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

fn okta(day: u32, event_type: &str, targets: &[(&str, &str)]) -> String {
    let target = |(kind, name): &(&str, &str)| json!({"id": format!("00{name}"), "type": kind, "alternateId": name, "displayName": name});
    let event = json!({
        "uuid": format!("{day:08}-7a11-11f1-8000-{:012}", event_type.len()), "published": format!("2026-07-{day:02}T12:00:00.000Z"),
        "eventType": event_type, "version": "0", "severity": "INFO", "displayMessage": "text",
        "actor": {"id": "00u1", "type": "User", "alternateId": "root@example.com", "displayName": "root"},
        "outcome": {"result": "SUCCESS"}, "transaction": {"type": "WEB", "id": format!("t{day}"), "detail": {}},
        "target": targets.iter().map(target).collect::<Vec<_>>(),
    });
    format!("{event}\n")
}

pub(super) fn act(day: u32, action: &str, params: &Value) -> String {
    let time = 1_782_907_200_000_u64 + u64::from(day - 1) * 86_400_000 + 60_000;
    let row = json!({
        "version": "2.0", "auditLevel": "ACCOUNT_LEVEL", "timestamp": time, "workspaceId": 0, "serviceName": "accounts",
        "actionName": action, "requestId": format!("r-{day}-{action}"), "userIdentity": {"email": "admin@example.com"},
        "accountId": "00000000-0000-4000-8000-00000000acc0", "requestParams": params, "response": {"statusCode": 200}
    });
    format!("{row}\n")
}

pub(super) const CONFIG: &str = r#"
[organization]
name = "Example Corp"
[report]
period = "2026-07"
[[source]]
id = "okta"
paths = ["okta.json"]
covers = "2026-07-01..2026-08-01"
[[source]]
id = "databricks"
paths = ["databricks.json"]
covers = "2026-07-01..2026-08-01"
"#;

/// Alice's grant comes late; carol is not assigned; bob is deactivated, and analysts are in engineers.
fn story() -> Place {
    let place = Place::new();
    let (alice, bob) = (("User", "alice@example.com"), ("User", "bob@example.com"));
    let app = [("AppInstance", "Databricks"), alice];
    let decisions = [
        okta(2, "application.user_membership.add", &app),
        okta(5, "group.user_membership.add", &[alice, ("UserGroup", "engineers")]),
        okta(6, "group.user_membership.add", &[("User", "carol@example.com"), ("UserGroup", "engineers")]),
        okta(7, "user.lifecycle.deactivate", &[bob]),
    ];
    let user = |name: &str| json!({"targetUserName": name, "targetUserId": format!("1-{name}")});
    let member = |name: &str, group: &str| json!({"targetUserName": name, "targetGroupName": group});
    let effects = [
        act(2, "add", &user("alice@example.com")),
        act(2, "add", &user("bob@example.com")),
        act(3, "addPrincipalToGroup", &member("bob@example.com", "analysts")),
        act(4, "createGroup", &json!({"targetGroupName": "analysts", "targetGroupId": "2002"})),
        act(4, "createGroup", &json!({"targetGroupName": "engineers", "targetGroupId": "2001"})),
        act(
            5,
            "addPrincipalToGroup",
            &json!({"targetUserName": "analysts", "targetUserId": "2002", "targetGroupName": "engineers"}),
        ),
        act(8, "addPrincipalToGroup", &member("alice@example.com", "engineers")),
        act(9, "deactivateUser", &user("bob@example.com")),
    ];
    place.write("okta.json", decisions.concat());
    place.write("databricks.json", effects.concat());
    place.write("tickmark.toml", CONFIG);
    place.run(&["ingest", "--lake", "lake", "okta.json", "databricks.json"]).ends(0);
    place
}

/// Subject, entitlement, instant, where the chain stands, and words of the answer.
const STORY: [(&str, &str, &str, &str, &[&str]); 5] = [
    (
        "alice@example.com",
        "engineers",
        "2026-07-20",
        "held",
        &["it came late, 3 d after the decision", "the limit is 1 d"],
    ),
    ("alice@example.com", "engineers", "2026-07-07", "not_yet", &["carried it out only at 2026-07-08 12:01:00 UTC"]),
    (
        "carol@example.com",
        "engineers",
        "2026-07-20",
        "not_assigned",
        &["carol@example.com is not assigned to a Databricks"],
    ),
    (
        "bob@example.com",
        "analysts",
        "2026-07-20",
        "suspended",
        &["out of force since 2026-07-09", "deactivated the account"],
    ),
    ("bob@example.com", "engineers", "2026-07-06", "held_through_group", &["as a member of group analysts"]),
];

#[test]
fn late_not_assigned_suspended_and_held_through_a_group() {
    let place = story();
    let asked = |subject: &str, entitlement: &str, at: &str| {
        let asked = ["explain", "--lake", "lake", "--config", "tickmark.toml", "--format", "json", "--at", at];
        let question = ["--subject", subject, "--entitlement", entitlement];
        said(&place.run(&[&asked[..], &question].concat()).ends(0).text())
    };
    for (subject, entitlement, at, standing, words) in STORY {
        let (found, sentences) = asked(subject, entitlement, at);
        assert_eq!(found, standing, "{subject} {entitlement} {at}: {sentences}");
        for word in words {
            assert!(sentences.contains(word), "`{word}` is not in: {sentences}");
        }
    }
}
