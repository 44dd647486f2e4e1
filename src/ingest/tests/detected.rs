//! Files whose sources are found out, record by record where need be.

use serde_json::{Value, json};

use super::*;

fn log_event(number: usize) -> Value {
    json!({
        "uuid": format!("u{number}"), "published": "2026-07-01T08:00:00.000Z", "eventType": "user.session.start",
        "actor": {"id": "00u1", "type": "User", "alternateId": "alice@example.com"}, "outcome": {"result": "SUCCESS"},
    })
}

fn call(number: usize) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": format!("c{number}"), "eventTime": "2026-07-01T08:00:00Z",
        "eventSource": "iam.amazonaws.com", "eventName": "ListUsers", "awsRegion": "eu-central-1",
        "eventType": "AwsApiCall", "recipientAccountId": "123456789012", "userIdentity": {"type": "Root"},
    })
}

fn unified(number: usize, record_type: u8, operation: &str) -> Value {
    json!({
        "Id": format!("m{number}"), "CreationTime": "2026-07-01T08:00:00", "RecordType": record_type, "Operation": operation,
        "OrganizationId": "o", "Workload": "w", "UserId": "alice@example.com", "ResultStatus": "Success",
    })
}

fn monitored(category: &str, properties: Value) -> Value {
    json!({
        "time": "2026-07-01T08:00:00Z", "resourceId": "/tenants/t/providers/Microsoft.aadiam", "category": category,
        "operationName": "Add user", "tenantId": "t", "properties": properties,
    })
}

fn risk() -> Value {
    monitored("UserRiskEvents", json!({"riskLevel": "low", "userPrincipalName": "alice@example.com"}))
}

fn audit(number: usize) -> Value {
    let properties = json!({
        "id": format!("a{number}"), "activityDateTime": "2026-07-01T08:00:00Z", "activityDisplayName": "Add user",
        "loggedByService": "Core Directory", "targetResources": [], "result": "success",
    });
    monitored("AuditLogs", properties)
}

fn one_per_line(records: impl IntoIterator<Item = Value>) -> String {
    records.into_iter().map(|record| record.to_string() + "\n").collect()
}

/// Lines of text, as a header of CSV and the cells of one column.
fn column(header: &str, records: impl IntoIterator<Item = Value>) -> String {
    let cells = records.into_iter().map(|record| format!("\"{}\"\n", record.to_string().replace('"', "\"\"")));
    format!("{header}\n") + &cells.collect::<String>()
}

fn sources(lake: &Path) -> Vec<String> {
    let events = sorted(lake, &EVENTS, &["source"]);
    events.column("source").unwrap().str().unwrap().iter().flatten().map(str::to_owned).collect()
}

fn reasons(lake: &Path) -> Vec<String> {
    let rejects = sorted(lake, &REJECTS, &["path", "line"]);
    rejects.column("reason").unwrap().str().unwrap().iter().flatten().map(str::to_owned).collect()
}

#[test]
fn records_are_found_however_many_others_stand_before_them() {
    let unknown = || (0..3000).map(|n| json!({"level": "info", "text": format!("line {n}")}));
    let known = || [log_event(1), call(2), log_event(3)];
    for limits in [Limits::NORMAL, TIGHT] {
        let place = Place::new();
        place.write("a.json", one_per_line(unknown().chain(known())));
        place.write("b.json", json!({ "Records": unknown().chain([call(4)]).collect::<Vec<_>>() }).to_string());
        let done = place.ingest_detected(limits);
        assert_eq!(done.totals, counts(6004, 4, 0, 0, 6000));
        assert_eq!(sources(&place.lake()), ["cloudtrail", "cloudtrail", "okta", "okta"]);
        let of_files: Vec<_> = done.files.iter().map(|f| f.source).collect();
        assert_eq!(of_files, [Some("okta"), Some("cloudtrail")], "the source of the first record that has one");
        let reasons = reasons(&place.lake());
        assert!(reasons.iter().all(|reason| reason.contains("record with the keys `level`, `text`")), "{}", reasons[0]);
    }
}

#[test]
fn records_of_other_services_and_logs_are_left_out_by_name_wherever_they_stand() {
    for (others, rule) in [
        (vec![unified(0, 1, "Set-Mailbox"), unified(1, 6, "FileAccessed")], "other_workload"),
        (vec![risk(), monitored("MicrosoftGraphActivityLogs", json!({"requestMethod": "GET"}))], "other_category"),
    ] {
        let many = others.iter().cycle().take(1500).cloned();
        let (place, alone) = (Place::new(), Place::new());
        let own = [unified(2, 8, "Add user."), unified(3, 15, "UserLoggedIn"), audit(4)];
        place.write("a.json", one_per_line(many.clone().chain(own)));
        alone.write("a.json", one_per_line(others));
        let done = place.ingest_detected(Limits::NORMAL);
        assert_eq!(done.totals, counts(1503, 3, 0, 1500, 0));
        assert_eq!(done.files[0].rules.get(rule), Some(&1500));
        assert_eq!(sources(&place.lake()), ["entra_audit", "entra_audit", "entra_signin"]);
        let done = alone.ingest_detected(Limits::NORMAL);
        assert_eq!((done.totals, done.files[0].source), (counts(2, 0, 0, 2, 0), Some("entra_audit")));
    }
}

#[test]
fn a_file_is_of_the_source_of_its_first_event() {
    let place = Place::new();
    place.write("a.json", one_per_line((0..60).map(|_| risk()).chain([unified(1, 15, "UserLoggedIn"), audit(2)])));
    assert_eq!(place.ingest_detected(Limits::NORMAL).files[0].source, Some("entra_signin"));
}

#[test]
fn what_looks_like_an_audit_of_an_unknown_category_is_not_left_out() {
    let place = Place::new();
    let mut strange = audit(1);
    strange["category"] = "Quantum".into();
    place.write("a.json", one_per_line([audit(2), strange]));
    assert_eq!(place.ingest_detected(Limits::NORMAL).totals, counts(2, 1, 0, 0, 1));
    assert!(reasons(&place.lake())[0].starts_with("/category: "));
}

#[test]
fn a_record_that_changes_its_source_at_every_level_is_read_to_an_end() {
    let place = Place::new();
    let mut nested = "{}".to_owned();
    for level in 0..1000 {
        let other = if level % 2 == 0 { log_event(1) } else { call(1) };
        nested = format!("{{\"events\":[{other},{nested}]}}");
    }
    place.write("a.json", nested + "\n" + &one_per_line([log_event(2)]));
    assert!(place.ingest_detected(Limits::NORMAL).totals.accepted > 0);
}

#[test]
fn rows_of_one_or_two_columns_are_rows() {
    let audits = || [unified(1, 8, "Add user."), unified(2, 15, "UserLoggedIn")];
    for (text, lines) in [
        (column("AuditData", audits()), [2, 3]),
        (column("\"AuditData\"", audits()), [2, 3]),
        (column("#TYPE Selected.System.Management.Automation.PSCustomObject\r\n\"AuditData\"", audits()), [3, 4]),
        (column("CreationDate,AuditData", audits()).replace("\n\"", "\n2026-07-01,\""), [2, 3]),
        (column("CreationDate;AuditData", audits()).replace("\n\"", "\n2026-07-01;\""), [2, 3]),
    ] {
        let place = Place::new();
        place.write("a.csv", &text);
        let done = place.ingest_detected(Limits::NORMAL);
        assert_eq!(done.totals, counts(2, 2, 0, 0, 0), "{text} {:?}", reasons(&place.lake()));
        assert_eq!(done.files[0].packing, "csv");
        let events = sorted(&place.lake(), &EVENTS, &["line"]);
        let found: Vec<i64> = events.column("line").unwrap().i64().unwrap().iter().flatten().collect();
        assert_eq!(found, lines, "{text}");
    }
}

#[test]
fn rows_of_one_export_tell_together_whether_the_day_or_the_month_stands_first() {
    let told = |times: &[&str]| {
        let audit = |(n, time): (usize, &&str)| {
            let Value::Object(mut audit) = unified(n, 8, "Add user.") else { unreachable!() };
            audit.insert("CreationTime".to_owned(), json!(time));
            Value::Object(audit)
        };
        let place = Place::new();
        place.write("a.csv", column("AuditData", times.iter().enumerate().map(audit)));
        place.ingest_detected(Limits::NORMAL);
        let events = sorted(&place.lake(), &EVENTS, &["line"]);
        let days = events.column("event_time").unwrap().cast(&DataType::String).unwrap();
        let days: Vec<String> = days.str().unwrap().iter().flatten().map(|day| day[..10].to_owned()).collect();
        (days, reasons(&place.lake()))
    };
    let (days, _) = told(&["09/04/2026, 09:45:54", "21/04/2026, 09:45:54"]);
    assert_eq!(days, ["2026-04-09", "2026-04-21"]);
    let (days, _) = told(&["09/04/2026 09:45:54", "09/21/2026 09:45:54"]);
    assert_eq!(days, ["2026-09-04", "2026-09-21"]);
    let (days, reasons) = told(&["09/04/2026, 09:45:54", "4/9/2026, 9:45:54 AM"]);
    assert_eq!(days, ["2026-04-09"], "an American clock tells of its own row alone");
    assert!(reasons[0].contains("may begin with its day or its month"), "{reasons:?}");
}

#[test]
fn json_in_a_cell_tells_that_the_line_above_is_a_header() {
    let place = Place::new();
    place.write("a.csv", column("anything", [unified(1, 8, "Add user.")]));
    assert_eq!(place.ingest_detected(Limits::NORMAL).files[0].packing, "csv");
    assert!(reasons(&place.lake())[0].contains("with the keys `anything`"));
}

#[test]
fn a_line_of_text_is_no_header() {
    let place = Place::new();
    place.write("a.txt", "notes\nof a meeting, for instance\n");
    place.write("b.txt", "#TYPE nothing below");
    place.ingest_detected(Limits::NORMAL);
    assert!(reasons(&place.lake()).iter().all(|reason| reason.starts_with("the file is text")));
}

/// The raw texts of all events, which must stand where they say they stand, unless they stand in a string.
fn raws(lake: &Path, text: &str) -> Vec<String> {
    let events = sorted(lake, &EVENTS, &["byte_offset", "native_id"]);
    let number = |name: &str, row: usize| -> usize {
        usize::try_from(events.column(name).unwrap().i64().unwrap().get(row).unwrap()).unwrap()
    };
    let raw = |row: usize| events.column("raw").unwrap().str().unwrap().get(row).unwrap().to_owned();
    (0..events.height())
        .map(|row| {
            let (start, length) = (number("byte_offset", row), number("byte_length", row));
            let is_in_string = text.as_bytes()[start] == b'"';
            assert!(is_in_string || text[start..start + length] == raw(row), "{}", raw(row));
            assert_eq!(number("line", row), text[..start].matches('\n').count() + 1);
            raw(row)
        })
        .collect()
}

#[test]
fn wrappers_of_collectors_are_opened_for_every_source() {
    let quoted = |record: &Value| record.to_string();
    let wrappers: [fn(Value, String) -> Value; 19] = [
        |_, text| json!({ "preview": false, "result": { "_raw": text } }),
        |_, text| json!({ "_raw": text, "host": "h" }),
        |_, text| json!({ "results": [{ "_raw": text }] }),
        |_, text| json!({ "event": { "original": text } }),
        |_, text| json!({ "@timestamp": "t", "event": { "original": text, "kind": "event" }, "ecs": {} }),
        |_, text| json!({ "@timestamp": "t", "event.original": text }),
        |record, _| json!({ "_index": "x", "_source": record }),
        |_, text| json!({ "took": 1, "hits": { "total": 1, "hits": [{ "_source": { "event": { "original": text } } }] } }),
        |_, text| json!({ "_source": { "event.original": text } }),
        |record, _| json!({ "time": 1, "host": "h", "event": record }),
        |_, text| json!({ "sourcetype": "s", "event": text }),
        |_, text| json!({ "@timestamp": "t", "message": text, "host": { "name": "h" } }),
        |record, _| json!({ "insertId": "a", "logName": "l", "jsonPayload": record }),
        |record, _| json!({ "data": [{ "id": "a", "type": "log", "attributes": { "message": "m", "attributes": record } }] }),
        |_, text| json!({ "Type": "Notification", "MessageId": "m", "Message": text }),
        |_, text| json!({ "Messages": [{ "MessageId": "m", "Body": text }] }),
        |_, text| json!({ "log": text, "stream": "stdout" }),
        |_, text| json!({ "fields": [], "messages": [{ "map": { "_raw": text, "_messagetime": "1" } }] }),
        |record, _| json!({ "_airbyte_ab_id": "1", "_airbyte_data": record }),
    ];
    let records = [log_event(1), call(2), unified(3, 8, "Add user."), unified(4, 15, "UserLoggedIn"), audit(5)];
    let lines: Vec<String> = wrappers
        .iter()
        .flat_map(|wrapper| records.iter().map(|record| one_per_line([wrapper(record.clone(), quoted(record))])))
        .collect();
    let (alone, together) = (Place::new(), Place::new());
    lines.iter().enumerate().for_each(|(number, line)| alone.write(&format!("{number}.json"), line));
    together.write("a.json", lines.concat());
    for place in [&alone, &together] {
        let done = place.ingest_detected(Limits::NORMAL);
        assert_eq!(done.totals, counts(95, 5, 90, 0, 0), "{:?}", reasons(&place.lake()));
    }
    assert_eq!(raws(&together.lake(), &lines.concat()).len(), 5);
    let place = Place::new();
    place.write("a.csv", column("_id,\"event.original\"", records).replace("\n\"", "\n1,\""));
    assert_eq!(place.ingest_detected(Limits::NORMAL).totals, counts(5, 5, 0, 0, 0));
}

#[test]
fn several_records_in_one_message_are_found() {
    let message = format!("{}\n{}\n{}", log_event(1), log_event(2), log_event(3));
    let place = Place::new();
    place.write(
        "a.json",
        one_per_line([json!({ "events": [{ "message": message }, { "message": log_event(4).to_string() }] })]),
    );
    let done = place.ingest_detected(Limits::NORMAL);
    assert_eq!(done.totals, counts(4, 4, 0, 0, 0), "{:?}", reasons(&place.lake()));
}

#[test]
fn lines_of_text_are_found_in_wrappers_of_collectors() {
    let line =
        |n: usize| format!("2026-07-01 10:00:0{n},353+02:00 | cyc-1 | databricks | CREATE | uid=bob | 44 | true |");
    let wrappers: [fn(String) -> Value; 8] = [
        |line| json!({ "@timestamp": "t", "message": line, "host": { "name": "pf1" } }),
        |line| json!({ "log": line, "stream": "stdout" }),
        |line| json!({ "_raw": line, "host": "h" }),
        |line| json!({ "preview": false, "result": { "_raw": line } }),
        |line| json!({ "results": [{ "_raw": line }] }),
        |line| json!({ "_index": "x", "_source": { "message": line } }),
        |line| json!({ "event": { "original": line } }),
        |line| json!({ "logEvents": [{ "id": "1", "message": line }] }),
    ];
    let lines: Vec<String> = wrappers.iter().map(|wrapper| one_per_line((1..4).map(|n| wrapper(line(n))))).collect();
    let (alone, together) = (Place::new(), Place::new());
    lines.iter().enumerate().for_each(|(number, lines)| alone.write(&format!("{number}.json"), lines));
    let others = one_per_line([log_event(1), json!({ "message": "started" })]);
    together.write("a.json", others + &lines.concat());
    let done = alone.ingest_detected(Limits::NORMAL);
    assert_eq!(done.totals, counts(24, 3, 21, 0, 0), "{:?}", reasons(&alone.lake()));
    assert!(done.files.iter().all(|file| file.source == Some("pingfederate")));
    assert_eq!(together.ingest_detected(Limits::NORMAL).totals, counts(26, 4, 21, 0, 1));
    let place = Place::new();
    place.write("a.csv", format!("_time,_raw\n1,\"{}\"\n", line(1)));
    assert_eq!(place.ingest_detected(Limits::NORMAL).totals, counts(1, 1, 0, 0, 0));
}

/// Ids and places of events, and why the rest was rejected, whatever the order of the lines.
fn outcome(lines: &[String]) -> (Done, Vec<String>, Vec<String>) {
    let place = Place::new();
    place.write("a.json", lines.concat());
    let done = place.ingest_detected(Limits::NORMAL);
    let events = sorted(&place.lake(), &EVENTS, &["event_id"]);
    let texts = |name: &str| events.column(name).unwrap().str().unwrap().iter().flatten().map(str::to_owned);
    let told = texts("event_id").zip(texts("source")).zip(texts("raw")).map(|((id, source), raw)| id + &source + &raw);
    let mut reasons = reasons(&place.lake());
    reasons.sort();
    (done, told.collect(), reasons)
}

#[test]
fn where_the_first_records_come_in_wrappers_all_are_read_as_anywhere_else() {
    let wrapped = |record: Value| json!({ "_raw": record.to_string(), "host": "h" });
    let mut lines: Vec<String> = (1..20).map(|n| one_per_line([wrapped(log_event(n))])).collect();
    let mut without_time = log_event(30);
    without_time["published"] = Value::Null;
    lines.extend([
        one_per_line([log_event(21)]),
        one_per_line([wrapped(call(22)), wrapped(unified(23, 15, "UserLoggedIn")), wrapped(without_time)]),
        one_per_line([json!({ "results": [wrapped(log_event(24)), wrapped(call(25))] })]),
        format!("{}{}\n", wrapped(log_event(26)), wrapped(log_event(27))),
        one_per_line([json!({ "_source": { "event": { "original": log_event(28).to_string() } } })]),
        one_per_line([json!({ "_raw": "" }), json!({ "_raw": "{\"id\":" }), json!({ "_raw": "text" })]),
        one_per_line([wrapped(wrapped(log_event(29)))]),
        "no json\n".to_owned(),
    ]);
    let (fast, events, rejects) = outcome(&lines);
    // A plain record comes first.
    lines.rotate_left(19);
    let (slow, others, refused) = outcome(&lines);
    assert_eq!((events, rejects), (others, refused));
    assert_eq!((fast.totals, fast.totals.accepted), (slow.totals, 28));
}

#[test]
fn a_wrapper_without_a_record_is_rejected_for_that() {
    let place = Place::new();
    let text = column("CreationDate,UserIds,AuditData", [unified(1, 8, "Add user.")]).replace("\n\"", "\n1,a,\"");
    place.write("a.csv", text + "2,b,\n3,c,{\"\"cut\n");
    place.write("b.json", one_per_line([audit(2), json!({ "_raw": "" }), json!({ "result": { "_raw": "{\"id\":" } })]));
    place.write("c.json", one_per_line([json!({ "_raw": null })]));
    place.ingest_detected(Limits::NORMAL);
    assert_eq!(
        reasons(&place.lake()),
        [
            "/AuditData: expected a record, found an empty text",
            "not JSON: expected `:` at line 1 column 4",
            "/_raw: expected a record, found an empty text",
            "/result/_raw: expected a record, found a text that is no whole JSON",
            "/_raw: expected a record, found null",
        ]
    );
}

#[test]
fn values_in_a_row_are_records_each_at_its_place() {
    let row = |numbers: [usize; 3], joint: &str| numbers.map(|n| call(n).to_string()).join(joint);
    let batch = |number: usize| json!({ "Records": [call(number), call(number + 1)] }).to_string();
    let cut_off = "{\"eventVersion\":\"1.11\",\"eventName\":\"Li";
    for (text, accepted, rejected) in [
        (row([1, 2, 3], ""), 3, 0),
        (row([1, 2, 3], " ") + "\n", 3, 0),
        (row([1, 2, 3], "") + "\n" + &row([4, 5, 6], "") + "\n", 6, 0),
        (row([1, 2, 3], "") + cut_off, 3, 1),
        (call(0).to_string() + "\n" + &row([1, 2, 3], "") + cut_off + "\n" + &row([4, 5, 6], ""), 7, 1),
        (call(0).to_string() + "\n" + &batch(1) + &batch(3) + "\n", 5, 0),
        (format!("{}{}\n{}", call(0), log_event(1), log_event(2)), 3, 0),
    ] {
        let place = Place::new();
        place.write("a.json", &text);
        let done = place.ingest_detected(Limits::NORMAL);
        let expected = counts(accepted + rejected, accepted, 0, 0, rejected);
        assert_eq!(done.totals, expected, "{text} {:?}", reasons(&place.lake()));
        assert_eq!(raws(&place.lake(), &text).len() as u64, accepted);
        assert!(reasons(&place.lake()).iter().all(|reason| reason.contains("ends inside") || reason.contains("JSON")));
    }
}

#[test]
fn braces_in_texts_are_no_joints() {
    let place = Place::new();
    let mut event = log_event(1);
    event["displayMessage"] = "}{ and } {".into();
    place.write("a.json", one_per_line([event.clone(), json!({ "events": [event] }), json!({ "text": "}{" })]));
    assert_eq!(place.ingest_detected(Limits::NORMAL).totals, counts(3, 1, 1, 0, 1));
}
