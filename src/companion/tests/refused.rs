//! What is refused: each mistake with file and line.

use super::*;

#[test]
fn a_wrong_cell_is_named_with_file_and_line() {
    let leavers = "person,effective_at,kind\na@example.com,2026-07-01,mover\n";
    for (kind, text, expected) in [
        ("hr_leavers", format!("{leavers}b,,mover\n"), "x.csv` line 3: `effective_at` is missing"),
        ("hr_leavers", format!("{leavers}b, ,mover\n"), "x.csv` line 3: `effective_at` is missing"),
        ("hr_leavers", format!("{leavers}b,1 July,mover\n"), "x.csv` line 3: `effective_at`: expected an instant"),
        ("hr_leavers", format!("{leavers}b,2026-07-01T12:00:00,mover\n"), "found `2026-07-01T12:00:00`"),
        ("hr_leavers", format!("{leavers}b,2026-02-30,mover\n"), "line 3: `effective_at`: expected an instant"),
        (
            "hr_leavers",
            format!("{leavers}b,2026-07-01,fired\n"),
            "line 3: `kind`: expected one of voluntary, involuntary, mover, found `fired`",
        ),
        (
            "hr_leavers",
            format!("{leavers}A@Example.com,2026-07-01T00:00:00Z,voluntary\n"),
            "x.csv` line 3: the same `person` + `effective_at` as in `x.csv` line 2",
        ),
        ("hr_leavers", format!("{leavers}b,2026-07-01\n"), "x.csv` line 3: the row has 2 cells, the header 3"),
        (
            "token_policy",
            "principal,max_life,may_create\n*,90,true\n".to_owned(),
            "line 2: `max_life`: expected a duration such as `90s`",
        ),
        (
            "token_policy",
            "principal,max_life,may_create\n*,90d,maybe\n".to_owned(),
            "line 2: `may_create`: expected `true` or `false`, found `maybe`",
        ),
        ("token_policy", "principal,max_life,may_create\n[,90d,true\n".to_owned(), "line 2: `principal`: glob `[`"),
        (
            "service_principals",
            "principal,owner,purpose,grants\na,o,p,SELECT:main.*;{\n".to_owned(),
            "line 2: `grants`: glob `{`",
        ),
        // A day would be its midnight, which is hardly when the snapshot was taken.
        (
            "snapshot_members",
            "taken_at,group,member\n2026-07-01,g,m\n".to_owned(),
            "line 2: `taken_at`: expected an instant such as `2026-07-01T12:00:00Z`, found `2026-07-01`",
        ),
        (
            "snapshot_members",
            "taken_at,group,member,scope\n2026-07-01T00:00:00Z,g,m,\n2026-07-01T00:00:00Z,G,m,account\n".to_owned(),
            "line 3: the same `taken_at`",
        ),
        (
            "sod_matrix",
            "duty_a,duty_b\na,b\nB,a\n".to_owned(),
            "line 3: the same `duty_a` + `duty_b` as in `x.csv` line 2",
        ),
        ("sod_matrix", "duty_a,duty_b\na,A\n".to_owned(), "line 2: `a` cannot be at odds with itself"),
        ("groups", "idp_group,databricks_group\na,x\nA,y\n".to_owned(), "line 3: the same `idp_group` as in"),
    ] {
        let message = fails(kind, "x.csv", &text);
        assert!(message.starts_with("failed to read `x.csv` line"), "{message}");
        assert!(message.contains(expected), "{text}\n  got: {message}");
    }
}

#[test]
fn a_wrong_header_is_named_with_its_line_and_a_better_word() {
    for (text, expected) in [
        ("", "line 1: expected a header"),
        ("person,effective,kind\n", "line 1: unknown column `effective` of hr_leavers; did you mean `effective_at`?"),
        ("\nperson,effective_at,kind,kind\n", "line 2: the column `kind` stands twice"),
        ("person,kind\n", "line 1: the column `effective_at` of hr_leavers is missing"),
        ("person,effective_at,kind,\n", "line 1: unknown column ``"),
    ] {
        let message = fails("hr_leavers", "x.csv", text);
        assert!(message.contains(expected), "{text}\n  got: {message}");
    }
}

#[test]
fn broken_files_are_named_with_the_line_that_breaks() {
    let head = "person,effective_at,kind\r\n\"a\r\nb\",2026-07-01,mover\r\n\r\n";
    for (name, text, expected) in [
        ("x.csv", format!("{head}\"c,2026-07-01,mover\r\nd,2026-07-01,mover\r\n"), "line 5: a quote is never closed"),
        ("x.csv", format!("{head}\"c\"d,2026-07-01,mover\r\n"), "line 5: something stands between a closing quote"),
        ("x.csv", format!("{head}c \"d\",2026-07-01,mover\r\n"), "line 5: a quote stands within a cell"),
        ("x.csv", format!("{head}c,today,mover\r\n"), "line 5: `effective_at`"),
        ("x.jsonl", "{\"person\":\"a\"}\n".to_owned(), "line 1: `effective_at` is missing"),
        ("x.jsonl", "\r\n\r\n{\"person\":\"a\",\r\n".to_owned(), "line 3: expected an object a line"),
        (
            "x.jsonl",
            "{\"persn\":\"a\"}\n".to_owned(),
            "line 1: unknown column `persn` of hr_leavers; did you mean `person`?",
        ),
        ("x.jsonl", "{\"person\":\"a\",\"person\":\"b\"}\n".to_owned(), "line 1: the column `person` stands twice"),
        ("x.jsonl", "{\"person\":[\"a\"]}\n".to_owned(), "line 1: `person`: expected a text, found `[\"a\"]`"),
        ("x.jsonl", "{\"person\":true}\n".to_owned(), "line 1: `person`: expected a text, found `true`"),
        ("x.jsonl", "\"person\"\n".to_owned(), "line 1: expected an object a line"),
        (
            "x.json",
            "[\n{\"person\":\"a\",\n\"effective_at\":\"2026-07-01\",\"kind\":\"mover\"},\n\n{\"person\":\n7,,}]"
                .to_owned(),
            "line 6: expected an object a line",
        ),
        ("x.json", "[\n  {\"person\":\"a\"}]".to_owned(), "line 2: `effective_at` is missing"),
        ("x.json", "[\n".to_owned(), "line 2: the list is never closed"),
        ("x.json", "[]\n[]".to_owned(), "line 2: something stands behind the list"),
        ("x.json", "[7]".to_owned(), "line 1: expected an object a line"),
        ("x.parquet", "PAR1".to_owned(), "row 1: not a Parquet file that can be read"),
    ] {
        let message = fails("hr_leavers", name, &text);
        assert!(message.contains(&format!("`{name}` {expected}")), "{text}\n  got: {message}");
    }
}

#[test]
fn what_is_not_utf_8_is_named_with_its_line() {
    let folder = folder(&[("guests", "x.csv", "")], "");
    std::fs::write(folder.path().join("x.csv"), b"principal,sponsor,expires\na,b\xff,2026-07-01\n").unwrap();
    let error = Companions::read(&config(folder.path())).unwrap_err().to_string();
    assert!(error.contains("x.csv` line 2: not UTF-8"), "{error}");
}

#[test]
fn a_key_may_not_stand_in_two_files() {
    let text = "principal,sponsor,expires\ng@example.com,carol@example.com,2026-07-01\n";
    let message = fails_with(&[("guests", "a.csv", text), ("guests", "b.csv", text)], "");
    assert_eq!(message, "failed to read `b.csv` line 2: the same `principal` as in `a.csv` line 2");
}

#[test]
fn what_contradicts_the_configuration_is_refused() {
    let map = "[groups]\nmap = { \"DBX Engineers\" = \"engineers\" }";
    let groups = "idp_group,databricks_group\ndbx engineers,roots\n";
    assert_eq!(
        fails_with(&[("groups", "g.csv", groups)], map),
        "failed to read `g.csv` line 2: `dbx engineers` goes to `engineers` by [groups] map of the configuration"
    );
    let lists = "[environments]\nproduction = [\"1\"]\nsandbox = [\"2\"]";
    for (row, list) in [("1,sandbox", "production"), ("1,other", "production"), ("2,production", "sandbox")] {
        let text = format!("scope,environment\n{row}\n");
        let message = fails_with(&[("environments", "e.csv", &text)], lists);
        assert!(message.starts_with("failed to read `e.csv` line 2: ") && message.contains(list), "{message}");
    }
}
