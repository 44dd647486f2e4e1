//! One content in several forms is one list.

use super::*;

const ROWS: [(&str, &str); 3] = [("a", "2026-07-01"), ("d\n\"e\"", "2026-07-02"), ("b, c", "2026-07-03")];

fn leavers(name: &str, text: &str) -> Vec<(String, i64, u64)> {
    read(&[("hr_leavers", name, text)]).hr_leavers.into_iter().map(|l| (l.person, l.effective_at, l.line)).collect()
}

fn expected(lines: [u64; 3]) -> Vec<(String, i64, u64)> {
    let time = |day: &str| utc(&format!("{day}T00:00:00Z"));
    ROWS.iter().zip(lines).map(|((person, day), line)| ((*person).to_owned(), time(day), line)).collect()
}

#[test]
fn separated_values_come_with_and_without_mark_quotes_and_carriage_returns() {
    let plain = "person,effective_at,kind\na,2026-07-01,mover\n\n\"d\n\"\"e\"\"\",2026-07-02,mover\n\"b, c\",2026-07-03,mover\n";
    assert_eq!(leavers("x.csv", plain), expected([2, 4, 6]));
    assert_eq!(leavers("X.CSV", &format!("\u{feff}{plain}")), expected([2, 4, 6]));
    let semicolons =
        plain.replace(",2026", ";2026").replace(",mover", ";mover").replace("n,e", "n;e").replace("t,k", "t;k");
    assert_eq!(leavers("x.csv", &semicolons), expected([2, 4, 6]));
    assert_eq!(leavers("x.csv", plain.trim_end()), expected([2, 4, 6]));
    let carriage = plain.replace('\n', "\r\n");
    let mut read = leavers("x.csv", &carriage);
    read[1].0 = read[1].0.replace("\r\n", "\n");
    assert_eq!(read, expected([2, 4, 6]));
    let reordered = "kind, person ,effective_at\nmover, a ,2026-07-01\n";
    assert_eq!(leavers("x.csv", reordered), expected([2, 3, 4])[..1]);
}

#[test]
fn json_comes_as_lines_and_as_a_list() {
    let object = |(person, day): &(&str, &str)| {
        serde_json::json!({ "person": person, "effective_at": day, "kind": "mover", "ends": null }).to_string()
    };
    let objects: Vec<String> = ROWS.iter().map(object).collect();
    for name in ["x.json", "x.jsonl", "x.ndjson"] {
        assert_eq!(leavers(name, &objects.join("\n")), expected([1, 2, 3]), "{name}");
        assert_eq!(leavers(name, &objects.join("\r\n\r\n")), expected([1, 3, 5]), "{name}");
        assert_eq!(leavers(name, &format!("[\n{}\n]\n", objects.join("\n,\n"))), expected([2, 4, 6]), "{name}");
    }
    assert_eq!(leavers("x.json", "[]"), []);
    assert_eq!(leavers("x.jsonl", ""), []);
    let tokens = "{\"taken_at\":\"2026-07-01T00:00:00Z\",\"token_id\":42,\"owner\":\"a\",\"scope\":4150000000000001}\n";
    let token = read(&[("snapshot_tokens", "t.jsonl", tokens)]).snapshot_tokens.remove(0);
    assert_eq!((token.token_id.as_str(), token.scope.as_str()), ("42", "4150000000000001"));
    let policy = "{\"principal\":\"*\",\"max_life\":\"1d\",\"may_create\":false}\n";
    assert!(!read(&[("token_policy", "t.jsonl", policy)]).token_policy[0].may_create);
}
