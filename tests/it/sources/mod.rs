//! Sources: cases as folders, the published samples, the documentation, and the promise never to panic.

mod cases;
mod damage;
mod samples;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tickmark::change::Change;
use tickmark::event::event_id;
use tickmark::framing::{Content, Frames, Inner, Wrappers};
use tickmark::source::{Dates, Fate, Record, SOURCES, Source};

fn cases_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases")
}

fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).unwrap_or_else(|e| panic!("{}: {e}", parent.display()));
    let mut folders: Vec<_> = entries.map(|e| e.expect("a folder entry").path()).filter(|p| p.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// A file of records, as a case or a sample has it.
struct Input {
    path: String,
    bytes: Vec<u8>,
    zone: Option<chrono_tz::Tz>,
}

#[derive(Default)]
struct Outcomes {
    events: Vec<Value>,
    changes: Vec<Value>,
    statements: Vec<Value>,
    rejects: Vec<Value>,
}

/// Every record of the file: line, and the record's own bytes or why it is none.
fn records(source: &dyn Source, input: &Input) -> Vec<(u64, Result<Vec<u8>, String>)> {
    let mut found = Vec::new();
    let claims = |line: &str| !line.starts_with('{') && SOURCES.iter().any(|s| s.claims(line));
    let mut frames = Frames::open(Content::Bytes(&input.bytes), &claims).expect("bytes in memory");
    while let Some(chunk) = frames.next_chunk().expect("bytes in memory") {
        for frame in &chunk.frames {
            if let Some(defect) = &frame.defect {
                found.push((frame.line, Err(defect.reason.clone())));
                continue;
            }
            let bytes = chunk.record(frame);
            match Wrappers::of(source.envelopes()).open(bytes) {
                Inner::Itself => found.push((frame.line, Ok(bytes.to_vec()))),
                Inner::Empty => {}
                Inner::Records(pieces) => found.extend(pieces.into_iter().map(|piece| {
                    (frame.line, Ok(piece.text.map_or_else(|| bytes[piece.span].to_vec(), String::into_bytes)))
                })),
            }
        }
    }
    found
}

fn read_all(source: &dyn Source, input: &Input) -> Outcomes {
    let mut all = Outcomes::default();
    let records = records(source, input);
    let rows = || records.iter().filter_map(|(_, r)| r.as_deref().ok()).collect::<Vec<_>>().concat();
    let dates = Dates::of_rows(&if input.path.ends_with(".csv") { rows() } else { Vec::new() });
    for (line, record) in records {
        let bytes = match record {
            Ok(bytes) => bytes,
            Err(reason) => {
                all.rejects.push(json!({"line": line, "reason": reason}));
                continue;
            }
        };
        let text = std::str::from_utf8(&bytes).expect("the cases are UTF-8");
        match source.read(&Record { text, path: &input.path, zone: input.zone, dates }) {
            Fate::Accepted(event) => {
                let id = event_id(&event.identity);
                let forms: Vec<&str> = source.forms().iter().map(|f| f.name).collect();
                assert!(
                    forms.contains(&event.delivery),
                    "line {line}: delivery `{}` is no form of {forms:?}",
                    event.delivery
                );
                let mut shown = serde_json::to_value(&*event).expect("an event serialises");
                shown["event_id"] = json!(id);
                shown["line"] = json!(line);
                all.events.push(without_nulls(shown));
                for (ordinal, change) in event.changes.iter().enumerate() {
                    let mut shown = shown_change(change);
                    shown["line"] = json!(line);
                    shown["change_id"] = json!(format!("{id}-{ordinal}"));
                    all.changes.push(without_nulls(shown));
                }
                for statement in &event.statements {
                    all.statements.push(json!({
                        "line": line, "key": statement.key, "model": statement.model,
                        "held": statement.held.iter().map(shown_change).map(without_nulls).collect::<Vec<_>>(),
                        "otherwise": statement.otherwise.iter().map(shown_change).map(without_nulls).collect::<Vec<_>>(),
                    }));
                }
            }
            Fate::Filtered(rule) => all.rejects.push(json!({"line": line, "filtered": rule})),
            Fate::Rejected(reason) => all.rejects.push(json!({"line": line, "reason": reason})),
        }
    }
    all
}

/// What is not said is left out, so that a case shows what is.
fn without_nulls(mut shown: Value) -> Value {
    if let Value::Object(fields) = &mut shown {
        fields.retain(|_, value| !value.is_null());
    }
    shown
}

fn shown_change(change: &Change<'_>) -> Value {
    json!({
        "direction": change.direction, "verb": change.verb.as_str(),
        "subject": change.subject, "subject_id": change.subject_id,
        "subject_alias": change.subject_alias, "subject_external_id": change.subject_external_id, "subject_kind": change.subject_kind.as_str(),
        "entitlement_kind": change.verb.entitlement_kind().as_str(),
        "entitlement": change.entitlement, "entitlement_id": change.entitlement_id,
        "privilege": change.privilege, "securable": change.securable,
        "outcome": change.outcome.as_str(),
    })
}
