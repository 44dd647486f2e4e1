//! The stories of sign-ins: through the identity provider, failed, and in an emergency.

use serde_json::{Value, json};

use super::logs::{Door, Logs, app, app_user, user};
use super::stage::Story;

const ROBOT: &str = "0b7c2d5e-1111-4222-8333-444455556666";

/// A sign-in to Databricks by some method, from an address.
fn enters(
    logs: &mut Logs,
    at: &str,
    who: &'static str,
    action: &str,
    (method, address, status): (&str, &'static str, u16),
) {
    let door = Door { actor: who, address, endpoint: "", ..Door::HUMAN };
    let mut params = json!({"user": who});
    if !method.is_empty() {
        params["authentication_method"] = json!(method);
    }
    logs.act(at, "account", door, "accounts", action, params, status, Value::Null);
}

fn by(logs: &mut Logs, at: &str, who: &'static str, action: &str) {
    enters(logs, at, who, action, ("", "192.0.2.15", 200));
}

pub(super) fn fails(logs: &mut Logs, at: &str, who: &'static str, address: &'static str) {
    enters(logs, at, who, "samlLogin", ("BROWSER_BYO_IDP_SAML", address, 401));
}

/// A sign-in to an application at the identity provider.
fn sso(logs: &mut Logs, at: &str, who: &str, title: &str, result: &str) {
    let targets = [app(title), app_user(who), user(who)];
    logs.decides(at, who, "user.authentication.sso", result, &targets, json!({"signOnMode": "SAML 2.0"}));
}

const NO_SIGN_IN_LOG: &[(&str, &str)] = &[("id = \"okta\"", "id = \"entra_audit\""), ("okta.json", "entra_audit.json")];
const TRIAGE: (&str, &str) = (
    "",
    "\n[test.\"AUT-02\"]\ntriage_sla = \"1d\"\n\n[[companion]]\nkind = \"triage\"\npaths = [\"triage.csv\"]\nowner = \"Security\"\n",
);
const REGISTER: (&str, &str) =
    ("", "\n[[companion]]\nkind = \"break_glass\"\npaths = [\"emergency.csv\"]\nowner = \"Security\"\n");
const RECORDS: (&str, &str) = (
    "",
    "\n[[companion]]\nkind = \"approvals\"\npaths = [\"approvals.csv\"]\nowner = \"Security\"\n\n[[companion]]\nkind = \"reviews\"\npaths = [\"reviews.csv\"]\nowner = \"Security\"\n",
);

pub(super) const SIGN_INS: &[Story] = &[
    // As the catalogue spells it; in production nothing but SAML.
    Story {
        test: "AUT-01",
        but: &[(
            "",
            "\n[environments]\nproduction = [\"41\"]\n[test.\"AUT-01\"]\nallowed = [\"SAML\", \"oidc/unified\"]\n[test.\"AUT-01\".environment.production]\nallowed = [\"saml\"]\n",
        )],
        tell: |logs| {
            logs.decides("02 08:59", "alice", "user.session.start", "SUCCESS", &[], json!({}));
            for (at, scope) in [("02 09:00", "account"), ("02 09:01", "41")] {
                logs.row(
                    at,
                    scope,
                    Door { actor: "alice@example.com", endpoint: "", ..Door::HUMAN },
                    "oidcBrowserLogin",
                    &[("user", "alice@example.com")],
                );
            }
        },
        judged: &[
            "alice accounts.oidcBrowserLogin: pass idp_sign_in",
            "alice accounts.oidcBrowserLogin: exception other_method",
        ],
    },
    Story {
        test: "AUT-01",
        but: &[],
        tell: by_every_method,
        judged: &[
            "alice accounts.samlLogin: pass idp_sign_in",
            "bob accounts.samlLogin: exception no_idp_sign_in",
            "carol accounts.samlLogin: pass idp_sign_in",
            "dave accounts.samlLogin: exception no_idp_sign_in",
            "erin accounts.oidcBrowserLogin: pass idp_sign_in",
            "frank accounts.samlLogin: exception no_idp_sign_in",
            "grace accounts.login: exception password",
            "henry accounts.certLogin: exception certificate",
            "ivy accounts.login: exception emergency_access",
            "judy accounts.jwtLogin: exception other_method",
            "judy accounts.magicLogin: exception other_method",
            "support@databricks.com accounts.login: not_applicable support_access",
            "0b7c2d5e-1111-4222-8333-444455556666 accounts.oidcBrowserLogin: not_applicable service_principal",
            "kate accounts.samlLogin: undetermined window_open",
            "(nobody named) accounts.samlLogin: undetermined unresolved_subject",
        ],
    },
    Story {
        test: "AUT-01",
        but: &[],
        tell: |logs| {
            for (day, hour) in (1..4).flat_map(|day| (0..24).map(move |hour| (day, hour))) {
                if day != 2 || !(6..9).contains(&hour) {
                    logs.okta_beats(&format!("{day:02} {hour:02}:30"));
                    logs.okta_beats(&format!("06-{} {hour:02}:30", 28 + day.min(2)));
                }
            }
            by(logs, "02 07:00", "alice@example.com", "samlLogin");
            // The hole is farther away than a sign-in could be.
            by(logs, "02 05:49:59", "bob@example.com", "samlLogin");
            by(logs, "02 05:50", "carol@example.com", "samlLogin");
            by(logs, "02 07:00", "dave@example.com", "login");
        },
        judged: &[
            "alice accounts.samlLogin: undetermined coverage_gap",
            "bob accounts.samlLogin: exception no_idp_sign_in",
            "carol accounts.samlLogin: undetermined coverage_gap",
            "dave accounts.login: exception password",
        ],
    },
    Story {
        test: "AUT-01",
        but: NO_SIGN_IN_LOG,
        tell: |logs| {
            let audit = json!({
                "id": "e1", "category": "GroupManagement", "result": "success", "correlationId": "c1",
                "activityDisplayName": "Add group", "activityDateTime": "2026-06-29T00:10:00.0000000Z",
                "loggedByService": "Core Directory", "operationType": "Add",
                "initiatedBy": {"user": {"id": "u1", "userPrincipalName": "root@example.com"}, "app": null},
                "targetResources": [{"id": "g1", "displayName": "Analysts", "type": "Group", "modifiedProperties": []}],
            });
            logs.files.push(("entra_audit.json", audit.to_string()));
            by(logs, "02 09:00", "alice@example.com", "aadBrowserLogin");
            by(logs, "02 09:00", "bob@example.com", "login");
        },
        judged: &["alice accounts.aadBrowserLogin: pass method_only", "bob accounts.login: exception password"],
    },
    Story {
        test: "AUT-02",
        but: &[],
        tell: |logs| {
            for minute in [0, 10, 20, 30, 40] {
                fails(logs, &format!("02 09:{minute:02}"), "mallory@example.com", "203.0.113.9");
            }
        },
        judged: &["mallory 203.0.113.9: undetermined not_supplied"],
    },
    Story {
        test: "AUT-02",
        but: &[TRIAGE],
        tell: bursts,
        judged: &[
            "alice 203.0.113.1: pass triaged",
            "carol 203.0.113.3: exception success_after_burst",
            "dave 203.0.113.4: exception not_triaged",
            "erin 203.0.113.5: undetermined window_open",
            "frank 203.0.113.6: exception not_triaged",
            "grace (no address): exception not_triaged",
            "5 principals 203.0.113.77: pass triaged",
            "ivy 203.0.113.81: exception not_triaged",
        ],
    },
    Story {
        test: "EMG-01",
        but: &[REGISTER],
        tell: |logs| {
            logs.files.push(("emergency.csv", "principal,kind,max_session\nbg1@example.com,user,\n".to_owned()));
            by(logs, "02 09:00", "bg1@example.com", "login");
        },
        judged: &["bg1 bg1: undetermined not_supplied"],
    },
    Story {
        test: "EMG-01",
        but: &[REGISTER, RECORDS],
        tell: emergencies,
        judged: &[
            "bg1 bg1: pass in_order",
            "bg2 bg2: exception no_ticket",
            "bg3 bg3: exception too_long",
            "bg3 bg3: exception not_rotated",
            "bg4 bg4: exception not_reviewed",
            "bg5 bg5: exception not_rotated",
            "bg6 bg6: undetermined window_open",
            "eve rescuers: pass in_order",
        ],
    },
    Story {
        test: "EMG-01",
        but: &[REGISTER, RECORDS],
        tell: |logs| {
            logs.outage(6..9);
            logs.files.push(("emergency.csv", "principal,kind,max_session\nbg1@example.com,user,\n".to_owned()));
            logs.files.push(("approvals.csv", approvals(&[("bg1", "2026-07-02T05:00:00Z")])));
            logs.files.push(("reviews.csv", reviews(&[("bg1", "boss", "2026-07-03T05:00:00Z")])));
            by(logs, "02 05:45", "bg1@example.com", "login");
            rotates(logs, "02 12:00", "bg1");
        },
        judged: &["bg1 bg1: undetermined coverage_gap"],
    },
];

fn by_every_method(logs: &mut Logs) {
    sso(logs, "02 09:00", "alice", "Databricks", "SUCCESS");
    by(logs, "02 09:10", "Alice@Example.com", "samlLogin");
    // The same record twice is one sign-in.
    logs.databricks.push(logs.databricks[logs.databricks.len() - 1].clone());
    sso(logs, "02 09:00", "bob", "Databricks", "SUCCESS");
    by(logs, "02 09:10:01", "bob@example.com", "samlLogin");
    sso(logs, "02 09:10", "carol", "Databricks", "SUCCESS");
    by(logs, "02 09:00", "carol@example.com", "samlLogin");
    sso(logs, "02 09:00", "dave", "Payroll", "SUCCESS");
    by(logs, "02 09:00", "dave@example.com", "samlLogin");
    logs.decides("02 09:00", "erin", "user.session.start", "SUCCESS", &[user("erin")], json!({}));
    by(logs, "02 09:01", "erin@example.com", "oidcBrowserLogin");
    sso(logs, "02 09:00", "frank", "Databricks", "FAILURE");
    by(logs, "02 09:00", "frank@example.com", "samlLogin");
    by(logs, "02 09:00", "grace@example.com", "login");
    by(logs, "02 09:00", "henry@example.com", "certLogin");
    enters(logs, "02 09:00", "ivy@example.com", "login", ("EMERGENCY_ACCESS", "192.0.2.15", 200));
    by(logs, "02 09:00", "judy@example.com", "jwtLogin");
    by(logs, "02 09:00", "judy@example.com", "magicLogin");
    enters(logs, "02 09:00", "support@databricks.com", "login", ("GENIE_AUTH", "192.0.2.15", 200));
    by(logs, "02 09:00", ROBOT, "oidcBrowserLogin");
    by(logs, "03 23:50", "kate@example.com", "samlLogin");
    let nobody = Door { actor: "", endpoint: "", ..Door::HUMAN };
    logs.act("02 09:00", "account", nobody, "accounts", "samlLogin", json!({}), 200, Value::Null);
    // No items: failed, by a token, by a client of OAuth, and of the days around the period.
    fails(logs, "02 10:00", "grace@example.com", "192.0.2.15");
    for action in ["tokenLogin", "aadTokenLogin", "oidcTokenAuthorization", "accountInHouseOAuthClientAuthentication"] {
        by(logs, "02 10:00", "grace@example.com", action);
    }
    by(logs, "06-30 23:59", "grace@example.com", "login");
}

fn bursts(logs: &mut Logs) {
    let quarters = ["09:00", "09:15", "09:30", "09:45", "10:00"];
    for at in quarters {
        fails(
            logs,
            &format!("01 {at}"),
            if at == "09:30" { "Alice@Example.com" } else { "alice@example.com" },
            "203.0.113.1",
        );
        let late = if at == "10:00" { "10:00:01" } else { at };
        fails(logs, &format!("01 {late}"), "bob@example.com", "203.0.113.2");
        fails(logs, &format!("01 {at}"), "carol@example.com", "203.0.113.3");
        fails(logs, &format!("01 {at}"), "dave@example.com", "203.0.113.4");
        fails(logs, &format!("03 {at}"), "erin@example.com", "203.0.113.5");
        let denied = json!({"path": "/", "user": "frank@example.com"});
        let door = Door { actor: "frank@example.com", address: "203.0.113.6", endpoint: "", ..Door::HUMAN };
        logs.act(&format!("01 {at}"), "account", door, "accounts", "IpAccessDenied", denied, 200, Value::Null);
        sso(logs, &format!("01 {at}"), "grace", "Databricks", "FAILURE");
        sso(logs, &format!("01 {at}"), "henry", "Payroll", "FAILURE");
    }
    // Four are no burst; nor are five within two hours.
    for at in ["12:00", "12:10", "12:20", "12:30", "13:30"] {
        fails(logs, &format!("01 {at}"), "judy@example.com", "203.0.113.90");
    }
    // Windows that share failures are one burst.
    for (at, address) in [
        ("12:00", "203.0.113.81"),
        ("12:20", "203.0.113.82"),
        ("12:40", "203.0.113.83"),
        ("12:50", "203.0.113.84"),
        ("13:00", "203.0.113.85"),
        ("13:20", "203.0.113.86"),
        ("13:40", "203.0.113.87"),
        ("13:50", "203.0.113.88"),
    ] {
        fails(logs, &format!("01 {at}"), "ivy@example.com", address);
    }
    for who in ["p1@example.com", "p2@example.com", "p3@example.com", "p4@example.com", "p5@example.com"] {
        fails(logs, "01 11:00", who, "203.0.113.77");
    }
    // At the limit of the time after which a success counts, and from another address.
    enters(logs, "02 10:00", "ken@example.com", "tokenLogin", ("", "203.0.113.3", 200));
    enters(logs, "02 10:00:01", "ken@example.com", "samlLogin", ("", "203.0.113.4", 200));
    enters(logs, "01 09:20", "dave@example.com", "samlLogin", ("", "203.0.113.4", 200));
    let triage = "incident,item_id,subject,actor,decision,who,at\n\
        INC-1,,Alice@example.com,,typo,ops@example.com,2026-07-02T10:00:00Z\n\
        INC-2,,dave@example.com,,typo,ops@example.com,2026-07-02T10:00:01Z\n\
        INC-3,,203.0.113.77,,blocked,ops@example.com,2026-07-01T12:00:00Z\n\
        INC-4,,frank@example.com,,before it,ops@example.com,2026-07-01T08:00:00Z\n";
    logs.files.push(("triage.csv", triage.to_owned()));
}

fn approvals(rows: &[(&str, &str)]) -> String {
    let row = |(at, (who, time)): (usize, &(&str, &str))| {
        format!("T-{at},{who}@example.com,*,boss@example.com,asker@example.com,{time}\n")
    };
    let rows: String = rows.iter().enumerate().map(row).collect();
    format!("ticket,subject,object,approver,requested_by,approved_at\n{rows}")
}

fn reviews(rows: &[(&str, &str, &str)]) -> String {
    let row = |(at, (who, by, time)): (usize, &(&str, &str, &str))| {
        format!("R-{at},d1,{by}@example.com,{time},{who}@example.com,keep\n")
    };
    let rows: String = rows.iter().enumerate().map(row).collect();
    format!("review_id,roster_digest,reviewer,at,subject,decision\n{rows}")
}

fn rotates(logs: &mut Logs, at: &str, who: &str) {
    let name = format!("{who}@example.com");
    let params = json!({"targetUserName": name, "wasPasswordChanged": "true"});
    logs.act(at, "account", Door::HUMAN, "accounts", "changePassword", params, 200, Value::Null);
}

fn emergencies(logs: &mut Logs) {
    let register = "principal,kind,max_session\nBG1@example.com,user,\nbg2@example.com,user,\nbg3@example.com,user,1h\n\
        bg4@example.com,user,\nbg5@example.com,user,\nbg6@example.com,user,\nrescuers,group,\n";
    logs.files.push(("emergency.csv", register.to_owned()));
    // A silence of exactly half an hour is part of a session; a failed attempt is none.
    for at in ["09:00", "09:30", "09:40"] {
        by(logs, &format!("01 {at}"), "bg1@example.com", "login");
    }
    fails(logs, "01 06:00", "bg1@example.com", "192.0.2.15");
    by(logs, "01 09:00", "bg2@example.com", "login");
    for at in ["09:00", "09:30", "10:00", "10:00:01", "12:00"] {
        by(logs, &format!("01 {at}"), "bg3@example.com", "login");
    }
    by(logs, "01 09:00", "bg4@example.com", "login");
    by(logs, "01 09:00", "bg5@example.com", "login");
    by(logs, "03 09:00", "bg6@example.com", "login");
    logs.member("01 08:00", Door::HUMAN, "addPrincipalToGroup", "eve", "rescuers");
    // What she did before she was one of them is her own business.
    by(logs, "01 07:00", "eve@example.com", "samlLogin");
    by(logs, "01 09:00", "eve@example.com", "samlLogin");
    logs.member("01 11:00", Door::HUMAN, "removePrincipalFromGroup", "eve", "rescuers");
    let tickets = [
        ("bg1", "2026-07-01T10:00:00Z"),
        ("bg2", "2026-07-01T10:00:01Z"),
        ("bg3", "2026-07-01T09:00:00Z"),
        ("bg3", "2026-07-01T12:00:00Z"),
        ("bg4", "2026-07-01T08:00:00Z"),
        ("bg5", "2026-07-01T09:00:00Z"),
        ("bg6", "2026-07-03T09:00:00Z"),
        ("eve", "2026-07-01T09:10:00Z"),
    ];
    logs.files.push(("approvals.csv", approvals(&tickets)));
    let seen = [
        ("bg1", "boss", "2026-07-03T23:59:59Z"),
        ("bg2", "boss", "2026-07-01T12:00:00Z"),
        ("bg3", "boss", "2026-07-02T12:00:00Z"),
        ("bg4", "bg4", "2026-07-02T12:00:00Z"),
        ("bg4", "asker", "2026-07-02T12:00:00Z"),
        ("bg4", "boss", "2026-07-01T08:59:59Z"),
        ("bg5", "boss", "2026-07-02T12:00:00Z"),
        ("eve", "boss", "2026-07-02T12:00:00Z"),
    ];
    logs.files.push(("reviews.csv", reviews(&seen)));
    for who in ["bg1", "bg2", "bg4"] {
        rotates(logs, "01 13:00", who);
    }
    rotates(logs, "01 11:00", "bg3");
    // Before it, which is no rotation after it.
    rotates(logs, "01 08:00", "bg5");
}
