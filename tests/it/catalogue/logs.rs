//! Tiny logs of example.com: an Okta event or a Databricks row from a few arguments.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

/// The logs and files of a story in the making.
#[derive(Default)]
pub(super) struct Logs {
    pub(super) okta: Vec<String>,
    pub(super) databricks: Vec<String>,
    /// Other files by path, such as registers and listings. What the configuration of the story does not name is not read.
    pub(super) files: Vec<(&'static str, String)>,
    /// The same, compressed.
    pub(super) gzipped: Vec<(&'static str, String)>,
}

/// By which door a change came.
#[derive(Clone, Copy)]
pub(super) struct Door {
    pub(super) actor: &'static str,
    pub(super) user_agent: &'static str,
    pub(super) address: &'static str,
    pub(super) endpoint: &'static str,
}

const CONNECTOR: Door = Door {
    actor: "scim-connector@example.com",
    user_agent: "Okta SCIM Client 1.0.0",
    address: "198.51.100.7",
    endpoint: "scim",
};
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64)";

impl Door {
    pub(super) const CONNECTOR: Self = CONNECTOR;
    pub(super) const CONNECTOR_BY_CURL: Self = Self { user_agent: "curl/8.5.0", ..CONNECTOR };
    pub(super) const CONNECTOR_FROM_ELSEWHERE: Self = Self { address: "203.0.113.9", ..CONNECTOR };
    pub(super) const CONNECTOR_BY_CONSOLE: Self = Self { endpoint: "adminConsole", ..CONNECTOR };
    pub(super) const PIPELINE: Self =
        Self { actor: "terraform@example.com", user_agent: "databricks-tf-provider/1.88.0", ..CONNECTOR };
    pub(super) const HUMAN: Self =
        Self { actor: "root@example.com", user_agent: BROWSER, address: "192.0.2.44", endpoint: "adminConsole" };
    pub(super) const PLATFORM: Self = Self { actor: "System-User", user_agent: "", address: "", endpoint: "" };
    pub(super) const AUTOMATIC: Self = Self { endpoint: "autoUserCreation", ..Self::HUMAN };
}

/// A time of July 2026 in UTC (`"02 09:05"`), or of June with its month (`"06-30 09:05"`).
pub(super) fn instant(text: &str) -> DateTime<Utc> {
    let dated = if text.contains('-') { format!("2026-{text}") } else { format!("2026-07-{text}") };
    let seconds = if dated.matches(':').count() == 1 { format!("{dated}:00") } else { dated };
    NaiveDateTime::parse_from_str(&seconds, "%Y-%m-%d %H:%M:%S").expect("a time of the story").and_utc()
}

pub(super) fn target(kind: &str, id: &str, login: &str, title: &str) -> Value {
    json!({"id": id, "type": kind, "alternateId": login, "displayName": title, "detailEntry": null})
}

pub(super) fn user(name: &str) -> Value {
    target("User", &format!("00u1{name}"), &mail(name), name)
}

pub(super) fn app_user(name: &str) -> Value {
    target("AppUser", &format!("0ua1{name}"), &mail(name), name)
}

pub(super) fn group(title: &str) -> Value {
    target("UserGroup", &format!("00g1{}", title.replace(' ', "")), "unknown", title)
}

pub(super) fn app(title: &str) -> Value {
    target("AppInstance", &format!("0oa1{title}"), title, title)
}

fn mail(name: &str) -> String {
    format!("{name}@example.com")
}

impl Logs {
    pub(super) fn okta(&mut self, at: &str, event_type: &str, result: &str, targets: &[Value]) {
        self.decides(at, "directory-admin", event_type, result, targets, json!({}));
    }

    /// An Okta event by anybody, with more of its debug data.
    pub(super) fn decides(
        &mut self,
        at: &str,
        by: &str,
        event_type: &str,
        result: &str,
        targets: &[Value],
        debug: Value,
    ) {
        let event = json!({
            "uuid": format!("{:08x}-7a11-11f1-8000-000000000000", self.okta.len() + 1),
            "published": instant(at).format("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
            "eventType": event_type, "version": "0", "severity": "INFO", "displayMessage": "text",
            "actor": user(by),
            "debugContext": {"debugData": debug},
            "outcome": {"result": result, "reason": null},
            "target": targets,
            "transaction": {"type": "WEB", "id": format!("req{}", self.okta.len()), "detail": {}},
        });
        self.okta.push(event.to_string());
    }

    pub(super) fn joins(&mut self, at: &str, who: &str, title: &str) {
        self.okta(at, "group.user_membership.add", "SUCCESS", &[user(who), group(title)]);
    }

    pub(super) fn quits(&mut self, at: &str, who: &str, title: &str) {
        self.okta(at, "group.user_membership.remove", "SUCCESS", &[user(who), group(title)]);
    }

    pub(super) fn assigned(&mut self, at: &str, who: &str, title: &str) {
        self.okta(at, "application.user_membership.add", "SUCCESS", &[app_user(who), app(title), user(who)]);
    }

    pub(super) fn unassigned(&mut self, at: &str, who: &str, title: &str) {
        self.okta(at, "application.user_membership.remove", "SUCCESS", &[app_user(who), app(title), user(who)]);
    }

    /// `user.lifecycle.<what>`
    pub(super) fn lifecycle(&mut self, at: &str, what: &str, who: &str) {
        self.okta(at, &format!("user.lifecycle.{what}"), "SUCCESS", &[user(who)]);
    }

    /// `application.provision.user.<what>`, with the outcome as Okta words it.
    pub(super) fn user_push(&mut self, at: &str, what: &str, who: &str, result: &str) {
        let event_type = format!("application.provision.user.{what}");
        self.okta(at, &event_type, result, &[app_user(who), app("Databricks"), user(who)]);
    }

    /// A type of which Okta logs only failures.
    pub(super) fn member_push_fails(&mut self, at: &str, who: &str, title: &str) {
        let app_group = target("AppGroup", "0ag1", "unknown", title);
        let targets = [app_group, app_user(who), app("Databricks"), user(who)];
        self.okta(at, "application.provision.group_membership.add", "FAILURE", &targets);
    }

    pub(super) fn nameless_push_fails(&mut self, at: &str) {
        self.okta(at, "application.provision.user.push", "FAILURE", &[app("Databricks")]);
    }

    /// A record without consequence: the log is alive.
    pub(super) fn okta_beats(&mut self, at: &str) {
        self.okta(at, "user.session.start", "SUCCESS", &[]);
    }

    /// A record in Databricks every hour of three days, save in these hours of the second.
    pub(super) fn outage(&mut self, hours: std::ops::Range<u32>) {
        for (day, hour) in (1..4).flat_map(|day| (0..24).map(move |hour| (day, hour))) {
            if day != 2 || !hours.contains(&hour) {
                self.signs_in(&format!("{day:02} {hour:02}:40"), "account", "nobody@example.com");
                self.signs_in(&format!("06-{} {hour:02}:40", 28 + day.min(2)), "account", "nobody@example.com");
            }
        }
    }

    /// A record in Okta every hour of five days, save in these hours of the second.
    pub(super) fn okta_outage(&mut self, hours: std::ops::Range<u32>) {
        for hour in 0..24 {
            for day in ["06-29", "06-30", "01", "02", "03"] {
                if day != "02" || !hours.contains(&hour) {
                    self.okta_beats(&format!("{day} {hour:02}:40"));
                }
            }
        }
    }

    /// A row of service `accounts`. Scope is `account` or a workspace id.
    pub(super) fn row(&mut self, at: &str, scope: &str, door: Door, action: &str, params: &[(&str, &str)]) {
        let mut given: serde_json::Map<String, Value> =
            params.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect();
        if !door.endpoint.is_empty() {
            given.insert("endpoint".to_owned(), json!(door.endpoint));
        }
        self.act(at, scope, door, "accounts", action, Value::Object(given), 200, Value::Null);
    }

    /// A row of any service, with its parameters, status and result as they stand in the record.
    #[expect(clippy::too_many_arguments, reason = "a row has that many parts, and each story differs in another")]
    pub(super) fn act(
        &mut self,
        at: &str,
        scope: &str,
        door: Door,
        service: &str,
        action: &str,
        params: Value,
        status: u16,
        result: Value,
    ) {
        let row = json!({
            "version": "2.0",
            "auditLevel": if scope == "account" { "ACCOUNT_LEVEL" } else { "WORKSPACE_LEVEL" },
            "timestamp": instant(at).timestamp_millis(),
            "accountId": "00000000-0000-4000-8000-00000000acc0",
            "workspaceId": scope.parse::<u64>().unwrap_or(0),
            "sourceIPAddress": door.address, "userAgent": door.user_agent,
            "userIdentity": {"email": door.actor, "subjectName": null},
            "serviceName": service, "actionName": action,
            "requestId": format!("req-{}", self.databricks.len()),
            "requestParams": params,
            "response": {"statusCode": status, "errorMessage": if status < 400 { Value::Null } else { json!("refused") }, "result": result},
        });
        self.databricks.push(row.to_string());
    }

    /// A change of a user by the connector, at the account.
    pub(super) fn user(&mut self, at: &str, action: &str, who: &str) {
        self.row(at, "account", Door::CONNECTOR, action, &[("targetUserName", &mail(who))]);
    }

    /// A change of a membership, at the account.
    pub(super) fn member(&mut self, at: &str, door: Door, action: &str, who: &str, title: &str) {
        self.row(at, "account", door, action, &[("targetUserName", &mail(who)), ("targetGroupName", title)]);
    }

    /// Somebody signs in to Databricks.
    pub(super) fn signs_in(&mut self, at: &str, scope: &str, who: &'static str) {
        let row = Door { actor: who, user_agent: BROWSER, address: "192.0.2.15", endpoint: "" };
        self.row(at, scope, row, "samlLogin", &[("user", who)]);
    }
}
