//! What answers of interfaces say beside their records: that there are none, that there are more, what the cells are called.

use serde_json::Value;

/// Where answers list their records.
const LISTS: [&[&str]; 2] = [&["_embedded", "activities"], &["hits", "hits"]];
/// What stands beside the results of a search in Splunk.
const OF_SEARCH: [&str; 7] =
    ["results", "preview", "init_offset", "post_process_count", "messages", "fields", "highlighted"];
const MESSAGE_OF_LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Whether a text that is no record is an answer without records, as the last page of a list is.
pub(super) fn is_empty(text: &str) -> bool {
    let Ok(answer) = serde_json::from_str::<Value>(text) else { return false };
    let lists = LISTS.iter().filter_map(|path| at(&answer, path)).any(is_empty_list);
    lists
        || is_empty_collection(&answer)
        || is_empty_search(&answer)
        || is_last_page(&answer)
        || is_empty_table(&answer)
        || is_empty_statement(&answer)
}

/// Why a result of a statement that lists rows is not all of it, by what it says itself; `None` = it is, or says nothing.
pub(super) fn incompleteness(text: &str) -> Option<String> {
    memchr::memmem::find(text.as_bytes(), b"\"data_array\"")?;
    let answer = serde_json::from_str::<Value>(text).ok()?;
    let rows = at(&answer, &["result", "data_array"])?.as_array()?.len() as u64;
    let total = at(&answer, &["manifest", "total_row_count"]).and_then(Value::as_u64);
    let is_true = |path: &[&str]| at(&answer, path) == Some(&Value::Bool(true));
    let next = at(&answer, &["result", "next_chunk_index"]).filter(|next| !next.is_null());
    if is_true(&["manifest", "truncated"]) {
        return Some("/manifest/truncated: the result was cut off: rows of the statement are missing".to_owned());
    }
    match total {
        Some(total) if total > rows => Some(format!(
            "/manifest/total_row_count: the statement has {total} rows, of which {rows} are here: fetch all chunks into one result"
        )),
        None if next.is_some() => {
            Some("/result/next_chunk_index: the result goes on: fetch all chunks into one result".to_owned())
        }
        _ => None,
    }
}

/// Why rows of cells cannot be read: a later chunk of a statement's result, or a row of one.
pub(super) fn namelessness(text: &str) -> Option<String> {
    let is_cell = |cell: &Value| !cell.is_array() && !cell.is_object();
    let is_row = || {
        let cells = text.trim_ascii_start().starts_with('[').then(|| serde_json::from_str::<Vec<Value>>(text).ok());
        cells.flatten().is_some_and(|cells| !cells.is_empty() && cells.iter().all(is_cell))
    };
    let is_chunk = || {
        let answer = serde_json::from_str::<Value>(text).ok()?;
        let rows = [&["data_array"][..], &["result", "data_array"]].iter().any(|path| at(&answer, path).is_some());
        Some(rows && answer.get("manifest").is_none())
    };
    let reason = "a row of cells without the names of its columns: they are in the first chunk of the result";
    (is_row() || is_chunk().unwrap_or(false)).then(|| reason.to_owned())
}

fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

fn is_empty_list(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

// PingOne's last page may have nothing but its links and counts.
fn is_empty_collection(answer: &Value) -> bool {
    let says_none = |key: &str| answer.get(key) == Some(&Value::from(0));
    answer.get("_links").is_some_and(Value::is_object)
        && answer.get("_embedded").is_none()
        && says_none("count")
        && says_none("size")
}

fn is_empty_search(answer: &Value) -> bool {
    let is_answer = answer.as_object().is_some_and(|answer| answer.keys().all(|key| OF_SEARCH.contains(&key.as_str())));
    is_answer && answer.get("results").is_some_and(is_empty_list)
}

// Servers leave out the list where it is empty.
fn is_last_page(answer: &Value) -> bool {
    let says = |word: &Value| word.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(MESSAGE_OF_LIST));
    let is_list = answer.get("schemas").and_then(Value::as_array).is_some_and(|schemas| schemas.iter().any(says));
    let counts_none = ["totalResults", "itemsPerPage"].iter().any(|key| answer.get(key) == Some(&Value::from(0)));
    let listed = answer.get("Resources").unwrap_or(&Value::Null);
    is_list && (is_empty_list(listed) || (counts_none && listed.is_null()))
}

fn is_empty_table(answer: &Value) -> bool {
    let is_table = |table: &Value| table.get("columns").is_some_and(Value::is_array);
    is_table(answer) && answer.get("rows").is_some_and(is_empty_list)
}

fn is_empty_statement(answer: &Value) -> bool {
    let has_no_rows = at(answer, &["result", "data_array"]).is_none_or(|rows| rows.is_null() || is_empty_list(rows));
    at(answer, &["manifest", "total_row_count"]) == Some(&Value::from(0)) && has_no_rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_without_records_are_told_from_others() {
        for text in [
            r#"{"_links":{},"_embedded":{"activities":[]},"count":0}"#,
            r#"{"_links":{},"count":0,"size":0}"#,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0}"#,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":7,"startIndex":8,"itemsPerPage":0}"#,
            r#"{"manifest":{"schema":{"columns":[]},"total_row_count":0},"result":{"row_count":0}}"#,
            r#"{"manifest":{"total_row_count":0},"result":{"data_array":[]}}"#,
            r#"{"name":"PrimaryResult","columns":[{"name":"TimeGenerated"}],"rows":[]}"#,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"Resources":[]}"#,
            r#"{"preview":false,"results":[]}"#,
            r#"{"took":1,"hits":{"total":{"value":0},"hits":[]}}"#,
        ] {
            assert!(is_empty(text), "{text}");
        }
        for text in [
            r#"{"_embedded":{}}"#,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":7}"#,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"Resources":[{"id":"1"}]}"#,
            r#"{"manifest":{"total_row_count":3},"result":{"row_count":0}}"#,
            r#"{"rows":[]}"#,
            r#"{"results":[{}]}"#,
            r#"{"results":[],"eventType":"a.b"}"#,
            r#"{"Resources":[],"eventName":"a"}"#,
            r#"{"hits":[]}"#,
            "{}",
            "[]",
        ] {
            assert!(!is_empty(text), "{text}");
        }
    }

    #[test]
    fn a_statement_that_says_to_be_cut_off_is_believed() {
        let of = |manifest: &str, next: &str| {
            incompleteness(&format!(r#"{{"manifest":{{{manifest}}},"result":{{{next}"data_array":[["a"],["b"]]}}}}"#))
        };
        let next = r#""next_chunk_index":1,"#;
        for (manifest, next, part) in [
            (r#""truncated":true,"total_row_count":2"#, "", "/manifest/truncated: "),
            (r#""truncated":false,"total_row_count":3"#, "", "has 3 rows, of which 2 are here"),
            ("", next, "/result/next_chunk_index: "),
        ] {
            assert!(of(manifest, next).is_some_and(|reason| reason.contains(part)), "{manifest} {next}");
        }
        // Whoever put the chunks together left the pointer to the second.
        for (manifest, next) in [(r#""total_row_count":2"#, next), (r#""truncated":false"#, ""), ("", "")] {
            assert_eq!(of(manifest, next), None, "{manifest} {next}");
        }
    }

    #[test]
    fn rows_without_columns_say_so() {
        for text in [r#"["a",1]"#, r#"{"chunk_index":1,"data_array":[["a"]]}"#, r#"{"result":{"data_array":[]}}"#] {
            assert!(namelessness(text).is_some(), "{text}");
        }
        for text in [r#"{"manifest":{},"result":{"data_array":[]}}"#, r#"{"a":1}"#, "[cut", "text"] {
            assert_eq!(namelessness(text), None, "{text}");
        }
    }
}
