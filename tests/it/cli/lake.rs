//! `ingest` and `query`.

use serde_json::Value;
use tickmark::event::EVENTS;
use tickmark::lake::FILES;

use crate::support::{Place, assert_ties_out, csv_rows, lake_rows, parquet_rows, sample, tickmark};

/// Lines of a Databricks delivery, one for each number.
fn lines(numbers: std::ops::Range<u32>) -> String {
    let line = |n: u32| {
        format!(
            "{{\"version\":\"2.0\",\"timestamp\":{},\"workspaceId\":0,\"serviceName\":\"accounts\",\
             \"actionName\":\"login\",\"requestId\":\"r-{n}\",\"userIdentity\":{{\"email\":\"ada@example.com\"}},\
             \"response\":{{\"statusCode\":200}}}}\n",
            1_783_433_100_000_u64 + u64::from(n)
        )
    };
    numbers.map(line).collect()
}

#[test]
fn what_the_lake_has_is_not_added_again() {
    let place = Place::new();
    place.write("in/a.json", lines(0..5));
    let ingest = |path: &str| place.run(&["ingest", "--lake", "lake", path]).ends(0).text();
    let events = || lake_rows(&place.path("lake"), &EVENTS).len();
    assert!(ingest("in").contains("5 records = 5 accepted + 0 duplicate"));
    let again = ingest("in");
    assert!(again.contains("1 files (1 unchanged since the last run), 0 records"), "{again}");
    assert_eq!(lake_rows(&place.path("lake"), &FILES).len(), 1);

    place.write("in/a.json", lines(0..8));
    assert!(ingest("in/a.json").contains("8 records = 3 accepted + 5 duplicate"));
    assert_eq!(events(), 8);

    place.write("in/b.json", lines(0..8));
    assert!(ingest("in/*.json").contains("8 records = 0 accepted + 8 duplicate"));
    assert_eq!(events(), 8);
    assert_ties_out(&place.path("lake"));
}

fn query(sql: &str, format: &str) -> Vec<u8> {
    tickmark(sample(), &["query", "--lake", "lake", sql, "--format", format]).ends(0).stdout
}

#[test]
fn query_answers_in_four_formats() {
    let sql = "SELECT source, COUNT(*) AS n FROM events GROUP BY source ORDER BY source";
    let counted = csv_rows(&sample().join("truth/counts.csv"));
    let of = |source: &str| counted.iter().find(|row| row["source"] == source).map_or("", |row| &row["accepted"]);
    let (databricks, okta) = (of("databricks"), of("okta"));
    let table = String::from_utf8(query(sql, "table")).unwrap();
    assert_eq!(
        table.lines().map(|l| l.split_whitespace().collect::<Vec<_>>()).collect::<Vec<_>>()[2..4],
        [["databricks", databricks], ["okta", okta]]
    );
    let csv = String::from_utf8(query(sql, "csv")).unwrap();
    assert_eq!(csv, format!("source,n\ndatabricks,{databricks}\nokta,{okta}\n"));
    let json = String::from_utf8(query(sql, "json")).unwrap();
    let rows: Vec<Value> = json.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let row = |source: &str, n: &str| serde_json::json!({"source": source, "n": n.parse::<u64>().unwrap()});
    assert_eq!(rows, [row("databricks", databricks), row("okta", okta)]);
    let place = Place::new();
    place.write("answer.parquet", query(sql, "parquet"));
    place.write("answer.csv", csv);
    assert_eq!(parquet_rows(&place.path("answer.parquet")), csv_rows(&place.path("answer.csv")));
}

#[test]
fn every_table_can_be_queried_and_a_wrong_query_is_2() {
    for table in ["events", "changes", "files", "rejects"] {
        let answer = query(&format!("SELECT COUNT(*) AS n FROM {table}"), "csv");
        assert!(String::from_utf8(answer).unwrap().starts_with("n\n"));
    }
    let wrong = [
        ("SELEC 1", "SELEC"),
        ("SELECT 1 FROM nowhere", "nowhere"),
        ("SELECT no_such FROM events", "no_such"),
        ("DELETE FROM events", ""),
        ("DROP TABLE events", ""),
        ("", ""),
    ];
    let before = crate::support::listing(&sample().join("lake"));
    for (sql, word) in wrong {
        let ran = tickmark(sample(), &["query", "--lake", "lake", sql]).ends(2).says(&["query:", word]);
        assert_eq!(ran.text(), "", "{sql}");
    }
    assert!(before == crate::support::listing(&sample().join("lake")), "a query changed the lake");
}
