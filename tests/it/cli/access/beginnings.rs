//! When access began, ended and was there again, where no record of its own says so.

use serde_json::{Value, json};

use super::{access, act, in_workspace, list, member};
use crate::support::Place;

const ACCOUNT: &str = "in/accountId=00000000-0000-4000-8000-00000000acc0";
const WORKSPACE: &str = "in/workspaceId=4150000000000001";

fn told(place: &Place, log: &[Value]) {
    place.write("in/log.json", log.iter().map(|line| format!("{line}\n")).collect::<String>());
    place.run(&["ingest", "--lake", "lake", "in"]).ends(0);
}

fn user(id: &str, name: &str) -> Value {
    json!({"targetUserName": format!("{name}@example.com"), "targetUserId": id})
}

#[test]
fn an_account_in_a_workspace_is_back_with_the_return_whatever_showed_it() {
    let place = Place::new();
    let users =
        [("1001", "alice@example.com", true), ("1002", "bob@example.com", true), ("1003", "carol@example.com", false)];
    place.write(&format!("{WORKSPACE}/list-2026-07-01T00-00-00Z.json"), list(&users, &[]));
    let mut log: Vec<Value> = Vec::new();
    for (id, name) in [("1001", "alice"), ("1002", "bob"), ("1003", "carol")] {
        log.extend([(5, "deactivateUser"), (8, "activateUser")].map(|(day, what)| act(day, what, &user(id, name))));
    }
    log.push(in_workspace(act(6, "delete", &user("1002", "bob"))));
    told(&place, &log);
    let expected = [
        "alice account -..07-05 snapshot/implied",
        "alice account 07-08..- implied/-",
        "bob account -..07-05 snapshot/implied",
    ];
    assert_eq!(access(&place, &["--scope", "4150000000000001", "--subject", "*@*"]), expected);
}

#[test]
fn what_a_deletion_took_does_not_come_back_with_a_later_return() {
    let place = Place::new();
    let erin = user("1005", "erin");
    let log = [
        act(1, "add", &erin),
        in_workspace(act(2, "add", &erin)),
        act(5, "delete", &erin),
        act(6, "add", &erin),
        act(10, "deactivateUser", &erin),
        act(12, "activateUser", &erin),
    ];
    told(&place, &log);
    let expected = ["erin account 07-02..07-05 effect/implied transient"];
    assert_eq!(access(&place, &["--scope", "4150000000000001"]), expected);
}

#[test]
fn the_role_of_whoever_is_put_out_of_a_workspace_ends() {
    let place = Place::new();
    let bob = user("1002", "bob");
    let put_out = |day: u32, scope: fn(Value) -> Value, id: &str| {
        let params = json!({"principal_id": id, "workspace_id": "4150000000000001"});
        let mut row = scope(act(day, "deletePermissionAssignment", &params));
        row["serviceName"] = json!("workspace");
        row
    };
    let carol = user("1003", "carol");
    place.write(
        &format!("{WORKSPACE}/list-2026-07-01T00-00-00Z.json"),
        list(&[("1004", "dave@example.com", true)], &[("9001", "admins", &["Users/1004"])]),
    );
    let log = [
        in_workspace(act(2, "setAdmin", &bob)),
        put_out(4, in_workspace, "1002"),
        in_workspace(act(6, "setAdmin", &bob)),
        // The row of the account names the workspace.
        in_workspace(act(2, "setAdmin", &carol)),
        put_out(5, |row| row, "1003"),
        put_out(6, in_workspace, "1004"),
        // Of whom nothing shows the role, nothing ends.
        put_out(7, in_workspace, "1001"),
        act(1, "add", &user("1001", "alice")),
    ];
    told(&place, &log);
    let expected = [
        "bob workspace_admin 07-02..07-04 effect/implied transient",
        "bob workspace_admin 07-06..- effect/-",
        "carol workspace_admin 07-02..07-05 effect/implied transient",
        "dave workspace_admin -..07-06 snapshot/implied",
    ];
    assert_eq!(access(&place, &["--entitlement", "workspace_admin"]), expected);
}

#[test]
fn nothing_is_held_before_there_was_anybody_to_hold_it_or_anything_to_hold() {
    let place = Place::new();
    place.write(
        &format!("{ACCOUNT}/list-2026-07-10T00-00-00Z.json"),
        list(&[("1004", "dave@example.com", true)], &[("2002", "analysts", &["Users/1004"])]),
    );
    let leaves =
        |day, name: &str, id, group| member(day, "removePrincipalFromGroup", &format!("{name}@example.com"), id, group);
    let log = [
        act(3, "createGroup", &json!({"targetGroupName": "analysts", "targetGroupId": "2002"})),
        leaves(9, "bob", "1002", "analysts"),
        act(4, "add", &user("1003", "carol")),
        leaves(8, "carol", "1003", "engineers"),
        // An older record shows that this was not the first account.
        leaves(2, "erin", "1005", "readers"),
        act(4, "add", &user("1005", "erin")),
        leaves(8, "erin", "1005", "engineers"),
    ];
    told(&place, &log);
    let expected = [
        "bob analysts 07-03..07-09 unknown/effect",
        "carol engineers 07-04..07-08 unknown/effect",
        "dave analysts 07-03..- snapshot/-",
        "erin engineers -..07-08 unknown/effect",
        "erin readers -..07-02 unknown/effect",
    ];
    assert_eq!(access(&place, &["--entitlement", "{analysts,engineers,readers}"]), expected);
}

#[test]
fn of_listings_of_one_instant_that_which_shows_somebody_inactive_counts() {
    let place = Place::new();
    let ids = ["1001", "1002", "1003", "1004", "1005", "1006"];
    let names: Vec<String> = ids.iter().map(|id| format!("user{id}@example.com")).collect();
    let users = |active: bool| -> Vec<(&str, &str, bool)> {
        ids.iter().zip(&names).map(|(id, name)| (*id, name.as_str(), active)).collect()
    };
    let members: Vec<String> = ids.iter().map(|id| format!("Users/{id}")).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    place.write(&format!("{ACCOUNT}/list-2026-07-05T00-00-00Z.json"), list(&users(false), &[]));
    let groups = [("2001", "engineers", &members[..])];
    place.write(&format!("{WORKSPACE}/list-2026-07-05T00-00-00Z.json"), list(&users(true), &groups));
    told(&place, &[act(1, "createGroup", &json!({"targetGroupName": "analysts", "targetGroupId": "2002"}))]);
    let expected: Vec<String> = ids.iter().map(|id| format!("user{id} engineers -..- snapshot/- suspended")).collect();
    assert_eq!(access(&place, &["--entitlement", "engineers"]), expected);
}

#[test]
fn whoever_is_first_shown_as_inactive_could_not_use_it_before() {
    let place = Place::new();
    let users = [("1003", "carol@example.com", false), ("1004", "dave@example.com", false)];
    place.write(
        &format!("{ACCOUNT}/list-2026-07-05T00-00-00Z.json"),
        list(&users, &[("2001", "engineers", &["Users/1003", "Users/1004"])]),
    );
    // Who did something was active then.
    let mut does = act(3, "createGroup", &json!({"targetGroupName": "analysts", "targetGroupId": "2002"}));
    does["userIdentity"] = json!({"email": "dave@example.com"});
    told(&place, &[does, act(7, "activateUser", &user("1003", "carol"))]);
    let expected = [
        "carol engineers -..07-07 snapshot/implied suspended",
        "carol engineers 07-07..- implied/-",
        "dave engineers -..07-05 snapshot/implied",
        "dave engineers 07-05..- implied/- suspended",
    ];
    assert_eq!(access(&place, &["--entitlement", "engineers"]), expected);
}
