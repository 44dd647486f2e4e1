//! `access`: who held what, by changes and listings together.

mod beginnings;

use serde_json::{Value, json};

use crate::support::{Place, csv_rows, parquet_rows, sample, tickmark};

/// An act at the account, on a day of July 2026 at noon.
fn act(day: u32, action: &str, params: &Value) -> Value {
    let time = 1_782_907_200_000_u64 + u64::from(day - 1) * 86_400_000;
    json!({
        "version": "2.0", "auditLevel": "ACCOUNT_LEVEL", "timestamp": time, "workspaceId": 0, "serviceName": "accounts",
        "actionName": action, "requestId": format!("r-{day}-{action}"), "userIdentity": {"email": "admin@example.com"},
        "accountId": "00000000-0000-4000-8000-00000000acc0", "requestParams": params, "response": {"statusCode": 200}
    })
}

fn member(day: u32, action: &str, user: &str, id: &str, group: &str) -> Value {
    act(day, action, &json!({"targetUserName": user, "targetUserId": id, "targetGroupName": group}))
}

/// A list of users and groups as Databricks gives it; a group has members by kind and id.
fn list(users: &[(&str, &str, bool)], groups: &[(&str, &str, &[&str])]) -> String {
    let user = |(id, name, active): &(&str, &str, bool)| json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": id, "userName": name, "active": active});
    let group = |(id, name, members): &(&str, &str, &[&str])| {
        let member = |reference: &&str| json!({"$ref": reference, "value": reference.split('/').next_back(), "display": "Somebody"});
        let members: Vec<Value> = members.iter().map(member).collect();
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": id, "displayName": name, "members": members
        })
    };
    let all: Vec<Value> = users.iter().map(user).chain(groups.iter().map(group)).collect();
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "Resources": all}).to_string()
}

/// Two lists, at the beginning and the end of July, and what the log says happened between.
fn story() -> Place {
    let place = Place::new();
    let users =
        [("1001", "alice@example.com", true), ("1002", "bob@example.com", true), ("1003", "carol@example.com", false)];
    let opening =
        list(&users, &[("2001", "engineers", &["Users/1001", "Groups/2002"]), ("2002", "analysts", &["Users/1002"])]);
    let users = [("1001", "alice@example.com", true), ("1004", "dave@example.com", true)];
    let closing = list(&users, &[("2001", "engineers", &["Groups/2002", "Users/1004"]), ("2002", "analysts", &[])]);
    let folder = "in/accountId=00000000-0000-4000-8000-00000000acc0";
    place.write(&format!("{folder}/list-2026-07-01T00-00-00Z.json"), opening);
    place.write(&format!("{folder}/list-2026-08-01T00-00-00Z.json"), closing);
    let log = [
        member(5, "addPrincipalToGroup", "carol@example.com", "1003", "analysts"),
        member(6, "removePrincipalFromGroup", "carol@example.com", "1003", "analysts"),
        member(10, "removePrincipalFromGroup", "bob@example.com", "1002", "analysts"),
        act(12, "deactivateUser", &json!({"targetUserName": "alice@example.com", "targetUserId": "1001"})),
        act(14, "activateUser", &json!({"targetUserName": "alice@example.com", "targetUserId": "1001"})),
    ];
    place.write("in/log.json", log.map(|line| format!("{line}\n")).concat());
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    place
}

/// Rows as text: who, what, span, bases, and by what way.
fn access(place: &Place, arguments: &[&str]) -> Vec<String> {
    let asked = [&["access", "--lake", "lake", "--format", "json"], arguments].concat();
    let text = place.run(&asked).ends(0).text();
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let of = |column: &str| row[column].as_str().unwrap_or("-").to_owned();
        let day = |column: &str| of(column).split('T').next().unwrap_or_default().replace("2026-", "");
        let subject = of("subject").replace("@example.com", "");
        let (span, how) = ((day("from"), day("until")), (of("opened_basis"), of("closed_basis")));
        let state = if row["state"] == "suspended" { " suspended" } else { "" };
        let transient = if row["is_transient"] == true { " transient" } else { "" };
        let via = row["via"].as_array().map_or_else(String::new, |via| format!(" via {via:?}"));
        let via = via.replace("String(\"", "").replace("\")", "");
        format!("{subject} {} {}..{} {}/{}{state}{transient}{via}", of("entitlement"), span.0, span.1, how.0, how.1)
    };
    text.lines().map(row).collect()
}

#[test]
fn listings_and_changes_tell_who_held_what() {
    let place = story();
    let groups = access(&place, &["--entitlement", "{engineers,analysts}", "--effective"]);
    let expected = [
        "alice engineers -..07-12 snapshot/implied",
        "alice engineers 07-12..07-14 implied/implied suspended",
        "alice engineers 07-14..08-01 implied/snapshot",
        "analysts engineers -..- snapshot/-",
        "bob analysts -..07-10 snapshot/effect",
        "carol analysts 07-05..07-06 effect/effect suspended transient",
        "dave engineers 08-01..- snapshot/-",
        "bob engineers -..07-10 snapshot/effect via [analysts]",
        "carol engineers 07-05..07-06 effect/effect suspended transient via [analysts]",
    ];
    assert_eq!(groups, expected);
    let accounts = access(&place, &["--entitlement", "account"]);
    let expected = [
        "alice account -..07-12 snapshot/effect",
        "alice account 07-14..- effect/-",
        "analysts account -..- snapshot/-",
        "bob account -..- snapshot/-",
        "dave account -..- snapshot/-",
        "engineers account -..- snapshot/-",
    ];
    assert_eq!(accounts, expected, "carol was inactive, and nobody is gone because a list does not name them");
}

#[test]
fn a_question_is_limited_in_every_way() {
    let place = story();
    let at = |instant| access(&place, &["--at", instant, "--entitlement", "engineers"]).len();
    assert_eq!((at("2026-06-01"), at("2026-07-31T23:59:59Z"), at("2026-08-01")), (2, 2, 2));
    assert_eq!(access(&place, &["--subject", "CAROL*"]).len(), 1);
    assert_eq!(access(&place, &["--subject", "carol*", "--effective"]).len(), 2);
    assert_eq!(access(&place, &["--subject", "carol*", "--period", "2026-08"]).len(), 0);
    assert_eq!(access(&place, &["--scope", "4150000000000001"]).len(), 0);
    assert_eq!(access(&place, &["--scope", "account"]).len(), access(&place, &[]).len());
    place.run(&["access", "--lake", "lake", "--at", "yesterday"]).ends(2).says(&["found `yesterday`"]);
    place.run(&["access", "--lake", "lake", "--subject", "[a"]).ends(3).says(&["glob `[a`"]);
    place.run(&["access", "--lake", "nowhere"]).ends(3).says(&["nowhere"]);
}

#[test]
fn every_format_has_the_same_rows() {
    let place = story();
    let asked = |format: &str| place.run(&["access", "--lake", "lake", "--effective", "--format", format]).ends(0);
    let count = asked("json").text().lines().count();
    place.write("access.csv", asked("csv").stdout);
    place.write("access.parquet", asked("parquet").stdout);
    let (csv, parquet) = (csv_rows(&place.path("access.csv")), parquet_rows(&place.path("access.parquet")));
    assert_eq!((csv.len(), parquet.len()), (count, count));
    for (csv, parquet) in csv.iter().zip(&parquet) {
        assert_eq!((&csv["subject"], &csv["opened_by"]), (&parquet["subject"], &parquet["opened_by"]));
    }
    let table = asked("table").text();
    assert_eq!(table.lines().count(), count + 3, "title, rule, rows, total: {table}");
    assert!(table.ends_with(&format!("total: {count} rows\n")), "{table}");
}

#[test]
fn the_package_holds_the_access_of_its_period() {
    let asked = ["access", "--lake", "lake", "--config", "tickmark.toml", "--effective", "--format", "json"];
    let printed = tickmark(sample(), &asked).ends(0).text();
    let rows = parquet_rows(&sample().join("evidence/data/access.parquet"));
    assert_eq!(rows.len(), printed.lines().count());
    assert!(rows.len() > 50, "{} rows", rows.len());
    let vouching = parquet_rows(&sample().join("evidence/data/vouching.parquet"));
    for line in printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let (Some(item), Some(from)) = (line["vouching_item_id"].as_str(), line["from"].as_str()) else { continue };
        let judged = vouching.iter().find(|row| row["item_id"] == item);
        let verdict = judged.map(|row| row["verdict"].clone());
        assert_eq!(verdict.as_deref(), line["vouching_verdict"].as_str(), "{item} from {from}");
    }
}

/// The same act in a workspace.
fn in_workspace(mut act: Value) -> Value {
    act["workspaceId"] = json!(4_150_000_000_000_001_u64);
    act["auditLevel"] = json!("WORKSPACE_LEVEL");
    act
}

#[test]
fn what_happens_at_the_account_reaches_into_workspaces() {
    let place = Place::new();
    let bob = json!({"targetUserName": "bob@example.com", "targetUserId": "1002"});
    let log = [
        act(1, "createGroup", &json!({"targetGroupName": "analysts", "targetGroupId": "2002"})),
        act(1, "add", &bob),
        in_workspace(act(2, "add", &bob)),
        member(3, "addPrincipalToGroup", "bob@example.com", "1002", "analysts"),
        in_workspace(member(4, "addPrincipalToGroup", "analysts", "2002", "admins")),
        act(10, "deactivateUser", &bob),
        act(12, "activateUser", &bob),
        act(20, "removeGroup", &json!({"targetGroupName": "analysts", "targetGroupId": "2002"})),
    ];
    place.write("in/log.json", log.map(|line| format!("{line}\n")).concat());
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    let expected = [
        "analysts account 07-01..07-20 effect/effect transient",
        "analysts workspace_admin 07-04..07-20 effect/implied transient",
        "bob account 07-02..07-10 effect/implied transient",
        "bob account 07-12..- implied/-",
        "bob account 07-01..07-10 effect/effect transient",
        "bob account 07-12..- effect/-",
        "bob analysts 07-03..07-10 effect/implied transient",
        "bob analysts 07-10..07-12 implied/implied suspended transient",
        "bob analysts 07-12..07-20 implied/implied transient",
        "bob workspace_admin 07-04..07-10 effect/implied transient via [analysts]",
        "bob workspace_admin 07-12..07-20 implied/implied transient via [analysts]",
        "bob workspace_admin 07-10..07-12 implied/implied suspended transient via [analysts]",
    ];
    assert_eq!(access(&place, &["--effective"]), expected);
}

#[test]
fn who_is_listed_as_inactive_holds_nothing_in_force() {
    let place = Place::new();
    let members = [("2001", "engineers", &["Users/1003", "Users/1004", "Users/1005"][..])];
    let users = |of: [bool; 3]| {
        let names = ["carol@example.com", "dave@example.com", "erin@example.com"];
        [("1003", names[0], of[0]), ("1004", names[1], of[1]), ("1005", names[2], of[2])]
    };
    let folder = "in/accountId=00000000-0000-4000-8000-00000000acc0";
    let write = |day: &str, of: [bool; 3]| {
        place.write(&format!("{folder}/list-2026-{day}T00-00-00Z.json"), list(&users(of), &members));
    };
    write("07-01", [false, false, true]);
    write("08-01", [true, true, true]);
    // A minute before the list of that day, which may not have it yet.
    let mut erin = act(1, "deactivateUser", &json!({"targetUserName": "erin@example.com", "targetUserId": "1005"}));
    erin["timestamp"] = json!(1_785_542_340_000_u64);
    let dave = json!({"targetUserName": "dave@example.com", "targetUserId": "1004"});
    place.write("in/log.json", format!("{}\n{erin}\n", act(14, "activateUser", &dave)));
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    let expected = [
        "carol engineers -..08-01 snapshot/implied suspended",
        "carol engineers 08-01..- implied/-",
        "dave engineers -..07-14 snapshot/implied suspended",
        "dave engineers 07-14..- implied/-",
        "erin engineers -..07-31 snapshot/implied",
        "erin engineers 07-31..- implied/- suspended",
    ];
    assert_eq!(access(&place, &["--subject", "*@*", "--entitlement", "engineers"]), expected);
}

#[test]
fn what_is_held_through_an_account_goes_with_it() {
    let place = Place::new();
    let provider = |day: u32, plane: &str, verb: &str, id: &str, more: &Value| {
        let mut change = json!({
            "verb": verb, "subject": "john@example.com", "subject_id": id, "subject_kind": "user", "entitlement": "account"
        });
        change.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        json!({
            "tickmark": 1, "time": format!("2026-07-{day:02}T08:00:00Z"), "type": format!("{plane}.{verb}"),
            "plane": plane, "outcome": "success", "app": "Databricks", "changes": [change]
        })
    };
    let (none, linked) = (json!({}), json!({"subject_external_id": "1001"}));
    let directory = [
        provider(1, "authority", "user.create", "u1", &none),
        provider(1, "transport", "user.create", "u1", &linked),
        provider(10, "authority", "user.delete", "u1", &none),
        provider(15, "authority", "user.create", "u2", &none),
        provider(15, "transport", "user.create", "u2", &linked),
    ];
    let john = json!({"targetUserName": "john@example.com", "targetUserId": "1001"});
    let enters = |day: u32, group: &str| member(day, "addPrincipalToGroup", "john@example.com", "1001", group);
    let log = [
        act(1, "add", &john),
        enters(2, "analysts"),
        enters(3, "engineers"),
        member(4, "removePrincipalFromGroup", "john@example.com", "1001", "engineers"),
        act(10, "deactivateUser", &john),
        act(16, "activateUser", &john),
        member(20, "removePrincipalFromGroup", "john@example.com", "1001", "analysts"),
    ];
    place.write("in/directory.json", directory.map(|line| format!("{line}\n")).concat());
    place.write("in/log.json", log.map(|line| format!("{line}\n")).concat());
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    let expected = [
        "john account 07-01..07-10 effect/effect transient",
        "john analysts 07-02..07-10 effect/implied transient",
        "john analysts 07-10..07-15 implied/implied suspended transient",
        "john engineers 07-03..07-04 effect/effect transient",
        "john#u2 account 07-16..- effect/-",
        "john#u2 analysts 07-15..07-16 implied/implied suspended transient",
        "john#u2 analysts 07-16..07-20 implied/effect transient",
    ];
    assert_eq!(access(&place, &["--subject", "john*"]), expected);
}

#[test]
fn groups_in_a_circle_are_named() {
    let place = Place::new();
    let log = [
        act(1, "createGroup", &json!({"targetGroupName": "analysts", "targetGroupId": "2002"})),
        act(1, "createGroup", &json!({"targetGroupName": "engineers", "targetGroupId": "2001"})),
        member(2, "addPrincipalToGroup", "analysts", "2002", "engineers"),
        member(3, "addPrincipalToGroup", "engineers", "2001", "analysts"),
    ];
    place.write("in/log.json", log.map(|line| format!("{line}\n")).concat());
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    let table = place.run(&["access", "--lake", "lake", "--effective"]).ends(0).text();
    let circle = "groups in a circle: analysts > engineers > analysts in account, 2026-07-03T12:00:00Z .. -";
    assert_eq!(table.lines().last(), Some(circle), "{table}");
}

#[test]
fn a_listing_denies_only_roles_that_listings_name() {
    let place = Place::new();
    let roles = |id: &str, name: &str, roles: &[&str]| {
        let roles: Vec<Value> = roles.iter().map(|role| json!({"value": role})).collect();
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": id, "userName": name, "roles": roles})
    };
    let list = |users: [Value; 2]| {
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "Resources": users}).to_string()
    };
    let folder = "in/accountId=00000000-0000-4000-8000-00000000acc0";
    let opening = [roles("1001", "alice@example.com", &["account_admin"]), roles("1002", "bob@example.com", &[])];
    let closing = [roles("1001", "alice@example.com", &[]), roles("1002", "bob@example.com", &["account_admin"])];
    place.write(&format!("{folder}/list-2026-07-01T00-00-00Z.json"), list(opening));
    place.write(&format!("{folder}/list-2026-08-01T00-00-00Z.json"), list(closing));
    let bob = json!({"targetUserName": "bob@example.com", "targetUserId": "1002"});
    let log = [act(5, "setAccountAdmin", &bob), in_workspace(act(6, "setAdmin", &bob))];
    place.write("in/log.json", log.map(|line| format!("{line}\n")).concat());
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
    let expected = [
        "alice account_admin -..08-01 snapshot/snapshot",
        "bob account_admin 07-05..- effect/-",
        "bob workspace_admin 07-06..- effect/-",
    ];
    assert_eq!(access(&place, &["--entitlement", "*admin*"]), expected);
}
