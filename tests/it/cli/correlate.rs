//! `correlate`: the same verdicts part by part as all at once.

use crate::support::{Place, parquet_rows, sample, tickmark};

#[test]
fn parts_come_out_as_the_whole() {
    let place = Place::new();
    let out = place.path("out").to_string_lossy().into_owned();
    let asked = ["correlate", "--lake", "lake", "--config", "tickmark.toml", "--period", "2026-07", "--out", &out];
    let told = tickmark(sample(), &[&asked[..], &["--at-once", "40"]].concat()).ends(0);
    assert!(!told.text().contains("in 1 parts"), "{}", told.text());
    for table in ["vouching.parquet", "tracing.parquet"] {
        let rows = |path: &std::path::Path| {
            let mut rows = parquet_rows(path);
            // Waivers belong to the tests, which are not run here.
            rows.iter_mut().filter(|row| row["verdict"] == "waived").for_each(|row| {
                row.insert("verdict".to_owned(), "exception".to_owned());
            });
            rows.sort_by(|a, b| a["item_id"].cmp(&b["item_id"]));
            rows
        };
        let (parts, whole) = (rows(&place.path("out").join(table)), rows(&sample().join("evidence/data").join(table)));
        assert!(parts.len() > 50);
        assert_eq!(parts, whole, "{table}");
    }
    tickmark(sample(), &[&asked[..], &["--at-once", "0"]].concat()).ends(2).says(&["at least 1"]);
}
