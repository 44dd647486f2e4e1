//! The stories of the tests on settings, logging and the cloud beside.

use serde_json::{Value, json};
use tickmark::catalogue::Cell;
use tickmark::package::sha256_hex;

use super::logs::{Door, Logs, app, instant};
use super::stage::{Ground, Story, config, outcome};

const ONE: &str = "4150000000000001";
const APPROVALS: &str = "\n[[companion]]\nkind = \"approvals\"\npaths = [\"approvals.csv\"]\nowner = \"Security\"\n";
const PIPELINES: &str = "\n[test.\"CHG-02\"]\npipelines = [{ actor = \"terraform@*\", object = \"enable*\" }]\n";

const CLOUD: &str = r#"
[[source]]
id = "cloudtrail"
paths = ["cloudtrail*.json"]
covers = "2026-06-29..2026-07-03"

[test."CLD-01"]
resources = ["dbx-*", "arn:aws:s3:::dbx-*"]
pipelines = [{ actor = "*deploy*" }]
"#;

const BUCKETS: &str = r#"
[test."LOG-01"]
log_buckets = ["audit-*"]
pipelines = [{ actor = "terraform@*" }]
"#;

fn workspace_conf(logs: &mut Logs, at: &str, door: Door, key: &str, value: &str, status: u16) {
    let params = json!({"workspaceConfKeys": key, "workspaceConfValues": value});
    logs.act(at, ONE, door, "workspace", "workspaceConfEdit", params, status, Value::Null);
}

fn settings(logs: &mut Logs) {
    let approvals = "ticket,subject,object,approver,approved_at,expires_at\n\
        T-1,4150000000000001,enableExportNotebook,carol@example.com,2026-07-01T00:00:00Z,2026-07-03T00:00:00Z\n\
        T-2,4150000000000001,maxTokenLifetimeDays,root@example.com,2026-07-01T00:00:00Z,\n\
        T-3,account,ip_access_list*,carol@example.com,2026-07-03T00:00:00Z,\n\
        T-4,root@example.com,enableDbfsFileBrowser,carol@example.com,2026-07-01T00:00:00Z,\n\
        T-5,enableWebTerminal,enableWebTerminal,carol@example.com,2026-07-01T00:00:00Z,\n";
    logs.files.push(("approvals.csv", approvals.to_owned()));
    workspace_conf(logs, "02 10:00", Door::HUMAN, "enableExportNotebook", "true", 200);
    // Approved by the very person who does it.
    workspace_conf(logs, "02 11:00", Door::HUMAN, "maxTokenLifetimeDays", "30", 200);
    workspace_conf(logs, "02 12:00", Door::PIPELINE, "enableTokensConfig,enableIpAccessLists", "true,true", 200);
    workspace_conf(logs, "02 13:00", Door::HUMAN, "enableIpAccessLists", "false", 200);
    workspace_conf(logs, "02 14:00", Door::HUMAN, "enableIpAccessLists", "false", 200);
    workspace_conf(logs, "02 15:00", Door::HUMAN, "enableResultsDownloading", "true", 403);
    workspace_conf(logs, "02 15:10", Door::HUMAN, "enableDbfsFileBrowser", "true", 200);
    workspace_conf(logs, "02 15:20", Door::HUMAN, "enableWebTerminal", "true", 200);
    // The approval of the third comes a day too late, and that of the first has run out.
    let list = json!({"ipAccessListId": "a1", "userId": "7"});
    logs.act("02 16:00", "account", Door::HUMAN, "accounts", "deleteIpAccessList", list.clone(), 200, Value::Null);
    logs.act("03 01:00", "account", Door::HUMAN, "accounts", "updateIpAccessList", list, 200, Value::Null);
    workspace_conf(logs, "03 10:00", Door::HUMAN, "enableExportNotebook", "false", 200);
    logs.decides(
        "02 17:00",
        "directory-admin",
        "application.lifecycle.deactivate",
        "SUCCESS",
        &[app("Databricks")],
        json!({}),
    );
    logs.decides("02 18:00", "directory-admin", "application.lifecycle.update", "SUCCESS", &[app("Wiki")], json!({}));
    workspace_conf(logs, "06-30 10:00", Door::HUMAN, "enableExportNotebook", "false", 200);
}

fn logging(logs: &mut Logs) {
    logs.outage(14..17);
    let verbose = "enableVerboseAuditLogs";
    logs.files.push((
        "approvals.csv",
        "ticket,subject,object,approver,approved_at\n\
         T-1,4150000000000001,enableVerboseAuditLogs,carol@example.com,2026-07-01T00:00:00Z\n\
         T-2,account,logDelivery*,carol@example.com,2026-07-01T00:00:00Z\n"
            .to_owned(),
    ));
    for (day, hour) in (1..4).flat_map(|day| (0..24).map(move |hour| (day, hour))) {
        let at = format!("{day:02} {hour:02}:20");
        logs.signs_in(&at, ONE, "nobody@example.com");
        logs.okta_beats(&at);
    }
    // Quiet before it, so that nothing says how much should come.
    workspace_conf(logs, "01 09:00", Door::HUMAN, verbose, "false", 200);
    workspace_conf(logs, "01 10:00", Door::HUMAN, verbose, "true", 200);
    let delivery = |status: &str| json!({"account_id": "a", "config_id": "c1", "status": status});
    let log = "logDelivery";
    logs.act(
        "02 12:00",
        "account",
        Door::HUMAN,
        log,
        "updateLogDeliveryConfiguration",
        delivery("DISABLED"),
        200,
        Value::Null,
    );
    logs.act(
        "03 20:00",
        "account",
        Door::HUMAN,
        log,
        "updateLogDeliveryConfiguration",
        delivery("ENABLED"),
        200,
        Value::Null,
    );
    logs.act(
        "03 21:00",
        "account",
        Door::HUMAN,
        log,
        "createLogDeliveryConfiguration",
        delivery("ENABLED"),
        403,
        Value::Null,
    );
    let gone = json!({"workspace_id": "4150000000000009"});
    logs.act("01 12:00", "account", Door::HUMAN, "accountsManager", "deleteWorkspace", gone, 200, Value::Null);
    let stream = "system.log_stream.lifecycle.update";
    logs.decides("01 13:00", "directory-admin", stream, "SUCCESS", &[], json!({}));
}

pub(super) fn call(at: &str, actor: &str, name: &str, params: Value) -> Value {
    let time = instant(at);
    json!({
        "eventVersion": "1.08", "eventTime": time.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "eventSource": if name.contains("Bucket") { "s3.amazonaws.com" } else { "iam.amazonaws.com" },
        "eventName": name, "awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.5", "userAgent": "aws-cli/2",
        "userIdentity": {"type": "IAMUser", "userName": actor, "accountId": "111111111111", "arn": format!("arn:aws:iam::111111111111:user/{actor}")},
        "requestParameters": params, "responseElements": null, "requestID": format!("r{}", time.timestamp()),
        "eventID": format!("00000000-0000-4000-8000-{:012}", time.timestamp()), "readOnly": false,
        "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": "111111111111", "eventCategory": "Management",
    })
}

fn digest(hash: &str, file: &str) -> String {
    json!({
        "awsAccountId": "111111111111", "digestStartTime": "2026-07-02T00:00:00Z", "digestEndTime": "2026-07-02T23:59:59Z",
        "digestS3Bucket": "trail", "digestS3Object": "AWSLogs/111111111111/CloudTrail-Digest/d.json.gz",
        "logFiles": [{"s3Bucket": "trail", "s3Object": format!("AWSLogs/{file}"), "hashValue": hash, "hashAlgorithm": "SHA-256",
            "newestEventTime": "2026-07-02T20:00:00Z", "oldestEventTime": "2026-07-02T00:00:00Z"}],
    })
    .to_string()
}

fn attach(at: &str, actor: &str, role: &str) -> Value {
    call(at, actor, "AttachRolePolicy", json!({"roleName": role, "policyArn": "arn:aws:iam::111111111111:policy/read"}))
}

fn cloud(logs: &mut Logs) {
    let trust = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::414351767826:role/unity"}}]});
    let anyone =
        json!({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*", "Resource": "*"}]});
    let records = json!({"Records": [
        attach("02 08:00", "deploy-bot", "dbx-data"),
        attach("02 09:00", "eve", "dbx-data"),
        attach("02 10:00", "eve", "dbx-paired"),
        attach("02 11:00", "eve", "other-role"),
        call("02 12:00", "deploy-bot", "UpdateAssumeRolePolicy", json!({"roleName": "dbx-data", "policyDocument": trust.to_string()})),
        call("02 13:00", "deploy-bot", "PutBucketPolicy", json!({"bucketName": "dbx-lake", "bucketPolicy": anyone})),
        attach("02 14:00", "mallory", "dbx-ticket"),
        attach("02 14:10", "mallory", "dbx-role"),
        attach("02 14:20", "nancy", "dbx-person"),
        attach("02 14:30", "mallory", "dbx-policy"),
        attach("02 14:40", "oscar", "dbx-own"),
    ]})
    .to_string();
    let other = json!({"Records": [attach("02 15:00", "eve", "dbx-late")]}).to_string();
    let third = json!({"Records": [attach("02 16:00", "eve", "dbx-unlisted")]}).to_string();
    logs.files.push((
        "approvals.csv",
        "ticket,subject,object,approver,approved_at\n\
         T-1,tenant,dbx-ticket,carol@example.com,2026-07-01T00:00:00Z\n\
         T-2,dbx-role,dbx-role,carol@example.com,2026-07-01T00:00:00Z\n\
         T-3,nancy,dbx-person,carol@example.com,2026-07-01T00:00:00Z\n\
         T-4,dbx-policy,arn:aws:iam::111111111111:policy/read,carol@example.com,2026-07-01T00:00:00Z\n\
         T-5,dbx-own,dbx-own,oscar,2026-07-01T00:00:00Z\n"
            .to_owned(),
    ));
    logs.files.push(("cloudtrail-digest.json", digest(&sha256_hex(records.as_bytes()), "cloudtrail.json")));
    logs.files.push((
        "cloudtrail-digest-2.json",
        digest(&sha256_hex(b"another"), "cloudtrail-2.json").replace("d.json.gz", "e.json.gz"),
    ));
    // A digest tells what the log file holds once it is unpacked.
    let packed = json!({"Records": [attach("02 17:00", "eve", "dbx-packed")]}).to_string();
    let altered = json!({"Records": [attach("02 18:00", "eve", "dbx-altered")]}).to_string();
    for (at, hash, name) in [(3, packed.as_bytes(), "cloudtrail-4.json"), (4, &b"another"[..], "cloudtrail-5.json")] {
        let path = if at == 3 { "cloudtrail-digest-3.json" } else { "cloudtrail-digest-4.json" };
        logs.files.push((path, digest(&sha256_hex(hash), name).replace("d.json.gz", &format!("{at}.json.gz"))));
    }
    logs.gzipped.extend([("cloudtrail-4.json", packed), ("cloudtrail-5.json", altered)]);
    logs.files.push(("cloudtrail.json", records));
    logs.files.push(("cloudtrail-2.json", other));
    logs.files.push(("cloudtrail-3.json", third));
    let credential =
        json!({"name": "paired", "aws_iam_role": "{\"role_arn\":\"arn:aws:iam::111111111111:role/dbx-paired\"}"});
    logs.act("02 10:20", ONE, Door::HUMAN, "unityCatalog", "createStorageCredential", credential, 200, Value::Null);
    let late = json!({"name": "gap", "url": "s3://dbx-lake/x"});
    logs.act("03 10:20", ONE, Door::HUMAN, "unityCatalog", "updateExternalLocation", late, 200, Value::Null);
}

#[test]
fn a_setting_holds_from_its_change_until_the_next() {
    let outcomes = Ground::new(&config(&[("", BUCKETS)], ""), |logs| {
        workspace_conf(logs, "01 09:00", Door::HUMAN, "enableVerboseAuditLogs", "false", 200);
        let elsewhere = json!({"workspaceConfKeys": "enableVerboseAuditLogs", "workspaceConfValues": "true"});
        logs.act("02 00:00", "42", Door::HUMAN, "workspace", "workspaceConfEdit", elsewhere, 200, Value::Null);
        workspace_conf(logs, "02 10:30", Door::HUMAN, "enableVerboseAuditLogs", "true", 200);
    })
    .outcomes()
    .0;
    let found = outcome(&outcomes, "LOG-01");
    let at = found.test.columns.iter().position(|c| c.name == "effective_interval").expect("a column");
    let told: Vec<&Cell> = found.items.iter().map(|item| &item.extra[at]).collect();
    let expected = ["2026-07-01T09:00:00Z/2026-07-02T10:30:00Z", "2026-07-02T00:00:00Z/..", "2026-07-02T10:30:00Z/.."];
    assert_eq!(told, expected.map(Cell::text).iter().collect::<Vec<_>>());
}

pub(super) const SETTINGS: &[Story] = &[
    Story {
        test: "LOG-01",
        but: &[("", BUCKETS), ("covers = \"2026-06-29..2026-07-04\"\n\n[groups]", "\n[groups]")],
        tell: |logs| workspace_conf(logs, "02 09:00", Door::PIPELINE, "enableVerboseAuditLogs", "true", 200),
        judged: &["enableVerboseAuditLogs: undetermined window_open"],
    },
    Story {
        test: "LOG-01",
        but: &[("", BUCKETS), ("covers = \"2026-06-29..2026-07-04\"\n\n[groups]", "\n[groups]")],
        tell: |logs| {
            workspace_conf(logs, "02 09:00", Door::PIPELINE, "enableVerboseAuditLogs", "true", 200);
            logs.signs_in("03 23:30", ONE, "nobody@example.com");
        },
        judged: &["enableVerboseAuditLogs: undetermined no_baseline"],
    },
    Story {
        test: "CLD-01",
        but: &[],
        tell: |logs| {
            let credential = json!({"name": "lone", "aws_iam_role": {"role_arn": "arn:aws:iam::1:role/x"}});
            logs.act(
                "02 10:20",
                ONE,
                Door::HUMAN,
                "unityCatalog",
                "createStorageCredential",
                credential,
                200,
                Value::Null,
            );
        },
        judged: &["lone: undetermined not_supplied"],
    },
    Story {
        test: "CHG-02",
        but: &[("", PIPELINES), ("", APPROVALS)],
        tell: settings,
        judged: &[
            "enableExportNotebook: pass ticket",
            "enableExportNotebook: exception no_authority",
            "maxTokenLifetimeDays: exception no_authority",
            "enableTokensConfig: pass pipeline",
            "enableIpAccessLists: pass pipeline",
            "enableIpAccessLists: exception disabled",
            "enableIpAccessLists: exception no_authority",
            "enableDbfsFileBrowser: pass ticket",
            "enableWebTerminal: pass ticket",
            "ip_access_list a1: exception disabled",
            "ip_access_list a1: pass ticket",
            "application.lifecycle.deactivate Databricks: exception disabled",
        ],
    },
    Story {
        test: "LOG-01",
        but: &[("", APPROVALS), ("", BUCKETS)],
        tell: logging,
        judged: &[
            "enableVerboseAuditLogs: pass authorised",
            "enableVerboseAuditLogs: pass authorised",
            "logDelivery.LogDeliveryConfiguration c1: exception coverage_lost",
            "logDelivery.LogDeliveryConfiguration c1: undetermined window_open",
            "workspace 4150000000000009: exception weakened",
            "system.log_stream.lifecycle.update: pass not_weakened",
        ],
    },
    // A bucket holds the logs of every scope of Databricks.
    Story {
        test: "LOG-01",
        but: &[("", CLOUD), ("", BUCKETS)],
        tell: |logs| {
            logs.outage(12..15);
            let records = json!({"Records": [
                call("02 08:00", "eve", "PutBucketPolicy", json!({"bucketName": "audit-logs", "bucketPolicy": {}})),
                call("02 09:00", "eve", "PutBucketLifecycle", json!({"bucketName": "audit-logs"})),
                call("02 10:00", "eve", "PutBucketPolicy", json!({"bucketName": "other", "bucketPolicy": {}})),
            ]});
            logs.files.push(("cloudtrail.json", records.to_string()));
        },
        judged: &[
            "PutBucketPolicy of bucket audit-logs: exception coverage_lost",
            "PutBucketLifecycle of bucket audit-logs: exception weakened",
        ],
    },
    Story {
        test: "CLD-01",
        but: &[("", CLOUD), ("", APPROVALS)],
        tell: cloud,
        judged: &[
            "dbx-data: pass pipeline",
            "dbx-data: exception out_of_band",
            "dbx-paired: pass paired",
            "dbx-data: exception no_external_id",
            "dbx-lake: exception wildcard",
            "dbx-ticket: pass ticket",
            "dbx-role: pass ticket",
            "dbx-person: pass ticket",
            "dbx-policy: pass ticket",
            "dbx-own: exception out_of_band",
            "dbx-packed: exception out_of_band",
            "dbx-altered: undetermined digest_differs",
            "dbx-late: undetermined digest_differs",
            "dbx-unlisted: undetermined digest_missing",
            "paired: exception out_of_band",
            "gap: undetermined coverage_gap",
        ],
    },
];
