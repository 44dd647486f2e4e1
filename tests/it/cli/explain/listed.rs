//! What only a listing shows, and what groups have.

use serde_json::{Value, json};

use super::missing::{CONFIG, act, said};
use crate::support::Place;

/// Alice, the inactive dave and the group analysts were engineers before any record; readers are made later, and join them.
fn story() -> Place {
    let place = Place::new();
    let user = |id: &str, name: &str, active: bool| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": id, "active": active,
            "userName": format!("{name}@example.com")
        })
    };
    let group = |id: &str, name: &str, members: &[&str]| {
        let members: Vec<Value> =
            members.iter().map(|r| json!({"$ref": r, "value": r.split('/').next_back()})).collect();
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": id, "displayName": name, "members": members
        })
    };
    let all = [
        user("1001", "alice", true),
        user("1004", "dave", false),
        group("2001", "engineers", &["Users/1001", "Users/1004", "Groups/2002"]),
        group("2002", "analysts", &[]),
    ];
    let list = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "Resources": all});
    let folder = "in/accountId=00000000-0000-4000-8000-00000000acc0";
    place.write(&format!("{folder}/list-2026-07-03T00-00-00Z.json"), list.to_string());
    let joins = json!({"targetUserName": "readers", "targetUserId": "2003", "targetGroupName": "engineers"});
    let log = [
        act(4, "createGroup", &json!({"targetGroupName": "readers", "targetGroupId": "2003"})),
        act(5, "addPrincipalToGroup", &joins),
    ];
    place.write("in/log.json", log.concat());
    place.write("tickmark.toml", CONFIG);
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    place
}

/// Subject, entitlement, where the chain stands, and words of the answer.
const STORY: [(&str, &str, &str, &[&str]); 6] = [
    (
        "alice@example.com",
        "engineers",
        "held",
        &[
            "since before the first record, as a listing of 2026-07-03 00:00:00 UTC shows",
            "no record at hand tells how",
        ],
    ),
    ("alice@example.com", "account", "held", &["has a Databricks account since before the first record, as a listing"]),
    ("analysts", "engineers", "held", &["analysts is a member of group engineers", "as a listing of 2026-07-03"]),
    ("dave@example.com", "engineers", "suspended", &["but out of force since before the first record."]),
    ("readers", "engineers", "held", &["is a member of group engineers", "since 2026-07-05", "no_authority"]),
    ("readers", "account", "held", &["readers is a group in Databricks since 2026-07-04 12:01:00 UTC", "no_authority"]),
];

#[test]
fn what_the_table_of_access_has_can_be_explained() {
    let place = story();
    for (subject, entitlement, standing, words) in STORY {
        let asked = ["explain", "--lake", "lake", "--config", "tickmark.toml", "--format", "json"];
        let question = ["--subject", subject, "--entitlement", entitlement];
        let (found, sentences) = said(&place.run(&[&asked[..], &question].concat()).ends(0).text());
        assert_eq!(found, standing, "{subject} {entitlement}: {sentences}");
        for word in words {
            assert!(sentences.contains(word), "`{word}` is not in: {sentences}");
        }
    }
    let page = ["explain", "--lake", "lake", "--config", "tickmark.toml"];
    let question = ["--subject", "alice@example.com", "--entitlement", "engineers"];
    let text = place.run(&[&page[..], &question].concat()).ends(0).text();
    assert!(text.contains("2026-07-03T00:00:00Z") && text.contains("a listing names it as held"), "{text}");
}
