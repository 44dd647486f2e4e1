//! Generic JSON lines (source `generic`): a format of tickmark's own, for logs that no other source reads. See `docs/generic.md`.

mod changes;
mod doc;
mod fields;

use std::borrow::Cow;

use self::changes::{Frame, OUTCOMES};
use self::fields::Fields;
use super::canonical::canonical_json;
use super::decode::{Reason, checked, without_port};
use super::instant::spelled_instant;
use super::loose::Loose;
use super::{Doc, Envelope, Fate, Form, Mark, Record, Source};
use crate::event::{Event, Outcome, Plane, Text, identity};

const ID: &str = "generic";
const FORM: &str = "record";

/// The one version of the format that there is.
const VERSION: &str = "1";

/// Keys of a record. `extra` is not read: it stays in the raw record.
const KEYS: &[&str] = &[
    "tickmark",
    "time",
    "type",
    "id",
    "request_id",
    "plane",
    "outcome",
    "reason",
    "actor",
    "actor_id",
    "actor_kind",
    "channel",
    "endpoint",
    "target",
    "target_id",
    "target_kind",
    "app",
    "scope",
    "workspace_id",
    "account_id",
    "source_ip",
    "user_agent",
    "session_id",
    "changes",
    "statements",
    "extra",
];

const PLANES: &[(&str, Plane)] = &[
    ("authority", Plane::Authority),
    ("transport", Plane::Transport),
    ("effect", Plane::Effect),
    ("usage", Plane::Usage),
    ("config", Plane::Config),
    ("cloud", Plane::Cloud),
    ("other", Plane::Other),
];

const CHANNELS: &[(&str, &str)] =
    &[("scim", "scim"), ("ui", "ui"), ("api", "api"), ("auto", "auto"), ("system", "system"), ("unknown", "unknown")];

/// Generic JSON lines.
#[derive(Debug)]
pub struct Generic;

impl Source for Generic {
    fn id(&self) -> &'static str {
        ID
    }

    fn forms(&self) -> &'static [Form] {
        &[Form {
            name: FORM,
            doc: "A record of tickmark's own format, version 1",
            marks: &[Mark::AnyOf(&["/tickmark"])],
        }]
    }

    fn envelopes(&self) -> &'static [Envelope] {
        &[]
    }

    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        match event(record.text) {
            Ok(event) => Fate::Accepted(Box::new(event)),
            Err(reason) => Fate::Rejected(reason),
        }
    }

    fn doc(&self) -> &'static Doc {
        &doc::DOC
    }
}

fn event(text: &str) -> Result<Event<'_>, Reason> {
    let text = checked(text)?;
    let record = Fields::of(text, String::new())?;
    version(&record)?;
    record.only(KEYS)?;
    let micros = time(&record)?;
    let event_type = record.required("type")?;
    let native_id = record.id("id")?;
    let (plane, outcome) = (record.word("plane", PLANES)?, record.word("outcome", OUTCOMES)?);
    let frame = Frame { outcome: outcome.unwrap_or(Outcome::Unknown), app: record.text("app")? };
    let changes = changes::changes(&record, "changes", &frame)?;
    let statements = changes::statements(&record, &frame)?;
    if plane.is_none() && !(changes.is_empty() && statements.is_empty()) {
        return Err(record.missing("plane", ", needed for changes: it says what they can prove"));
    }
    let plane = plane.unwrap_or(Plane::Other);
    let (scope, workspace_id) = place(&record, plane)?;
    let identity = identity_of(text, native_id.as_deref(), micros, &event_type);
    Ok(Event {
        native_id,
        request_id: record.id("request_id")?,
        plane,
        outcome: frame.outcome,
        outcome_reason: record.text("reason")?,
        actor: record.text("actor")?,
        actor_id: record.id("actor_id")?,
        actor_kind: record.text("actor_kind")?,
        channel: record.word("channel", CHANNELS)?.map(Cow::Borrowed),
        endpoint: record.text("endpoint")?,
        target: record.text("target")?,
        target_id: record.id("target_id")?,
        target_kind: record.text("target_kind")?,
        app: frame.app,
        scope,
        workspace_id,
        account_id: record.id("account_id")?,
        source_ip: record.text("source_ip")?.map(without_port),
        user_agent: record.text("user_agent")?,
        session_id: record.id("session_id")?,
        delivery: FORM,
        mapped: true,
        changes,
        statements,
        ..Event::new(identity, micros, event_type)
    })
}

fn version(record: &Fields<'_>) -> Result<(), Reason> {
    match record.get("tickmark") {
        Loose::Number(version) if version == VERSION => Ok(()),
        Loose::Null => Err(record.missing("tickmark", "")),
        Loose::Number(_) => Err("/tickmark: expected 1, the version of the format, found another number".into()),
        other => Err(other.unfit("/tickmark", "1, the version of the format")),
    }
}

// The blank in place of `T` stands for a time without zone elsewhere; here it is no time at all.
fn time(record: &Fields<'_>) -> Result<i64, Reason> {
    let text = record.required("time")?;
    if text.as_bytes().get(10) == Some(&b' ') {
        return Err("/time: expected an RFC 3339 time with a zone, found something else".into());
    }
    Ok(spelled_instant(&text, "/time")?.micros)
}

/// Scope and workspace, which must not contradict each other. Without either, a decision holds for the identity provider's tenant.
fn place<'r>(record: &Fields<'r>, plane: Plane) -> Result<(Text<'r>, Option<Text<'r>>), Reason> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let workspace_id = record.id("workspace_id")?;
    if workspace_id.as_deref().is_some_and(|id| !digits(id)) {
        return Err("/workspace_id: expected digits, found something else".into());
    }
    let Some(scope) = record.id("scope")? else {
        let default = if plane == Plane::Authority { "tenant" } else { "unknown" };
        return Ok((workspace_id.clone().unwrap_or(Cow::Borrowed(default)), workspace_id));
    };
    if digits(&scope) {
        if workspace_id.as_deref().is_some_and(|id| id != scope) {
            return Err("/scope: expected the workspace of /workspace_id, found another one".into());
        }
        return Ok((scope.clone(), Some(scope)));
    }
    if matches!(&*scope, "account" | "tenant" | "unknown") {
        return Ok((scope, workspace_id));
    }
    Err("/scope: expected account, tenant, unknown or the digits of a workspace, found another word".into())
}

/// Id, time and type are what all deliveries of an event share; without an id, all that it says.
fn identity_of(text: &str, id: Option<&str>, micros: i64, event_type: &str) -> [u8; 16] {
    match id {
        Some(id) => identity(ID, &[Some(id.as_bytes()), Some(&micros.to_le_bytes()), Some(event_type.as_bytes())]),
        None => identity(ID, &[None, Some(canonical_json(text).as_deref().unwrap_or(text).as_bytes())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Verb;

    const PAGE: &str = include_str!("../../../docs/generic.md");

    fn read(line: &str) -> Fate<'_> {
        Generic.read(&Record::new(line, "a.jsonl"))
    }

    /// The lines of the page's fenced blocks of that kind.
    fn blocks(kind: &str) -> Vec<&'static str> {
        let fence = format!("```{kind}\n");
        let blocks = PAGE.split(fence.as_str()).skip(1).filter_map(|rest| rest.split("```").next());
        blocks.flat_map(str::lines).filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn the_examples_of_the_page_are_accepted() {
        let examples = blocks("jsonl");
        assert!(examples.len() >= 8, "{}", examples.len());
        for example in examples {
            assert!(matches!(read(example), Fate::Accepted(_)), "{example}\n{:?}", read(example));
        }
    }

    #[test]
    fn the_mistakes_of_the_page_are_refused_as_it_says() {
        let rows: Vec<_> = PAGE.lines().filter_map(|line| line.strip_prefix("| `{")?.split_once("` | `")).collect();
        assert!(rows.len() >= 5, "{}", rows.len());
        for (rest, reason) in rows {
            let Fate::Rejected(found) = read(&format!("{{{rest}")) else { panic!("{rest}") };
            let told = reason.trim_end_matches([' ', '|', '`']).to_owned();
            assert!(found.replace('`', "").starts_with(&told.replace('`', "")), "{rest}\n{found}\n{told}");
        }
    }

    #[test]
    fn the_page_tells_of_every_key_and_word() {
        let verbs = Verb::ALL.map(Verb::as_str);
        let words = PLANES.iter().map(|(word, _)| *word).chain(CHANNELS.iter().map(|(word, _)| *word)).chain(verbs);
        let keys = KEYS.iter().chain(changes::CHANGE_KEYS).chain(changes::STATEMENT_KEYS).copied();
        for word in keys.chain(words) {
            assert!(PAGE.contains(&format!("`{word}`")), "{word}");
        }
    }

    #[test]
    fn an_id_identifies_with_time_and_type_and_else_the_whole_record() {
        let identity = |fields: &str| {
            let line = format!(r#"{{"tickmark":1,"time":"2026-07-01T08:00:00Z",{fields}}}"#);
            match read(&line) {
                Fate::Accepted(event) => event.identity,
                other => panic!("{line}: {other:?}"),
            }
        };
        assert_eq!(identity(r#""type":"a","id":7"#), identity(r#""id":"7","type":"a","actor":"b""#));
        assert_ne!(identity(r#""type":"a","id":7"#), identity(r#""type":"b","id":7"#));
        assert_eq!(identity(r#""type":"a","actor":"b""#), identity(r#""actor":"\u0062","type":"a","id":null"#));
        assert_ne!(identity(r#""type":"a","actor":"b""#), identity(r#""type":"a","actor":"c""#));
    }
}
