//! A source with the smallest records that show what ingest does with them.

use crate::change::{Change, SubjectKind, Verb};
use crate::event::{Event, Outcome, Plane, identity};
use crate::source::{Envelope, Fate, Mark, Record, Source};

const DAY: i64 = 86_400_000_000;

/// `{"id":1,"t":<day>,"changes":<count>}`; records with `skip` are filtered.
pub(super) struct Fake;

impl Source for Fake {
    fn id(&self) -> &'static str {
        "fake"
    }
    fn signature(&self) -> &'static [Mark] {
        &[Mark::AnyOf(&["/id"])]
    }
    fn envelopes(&self) -> &'static [Envelope] {
        &[Envelope { name: "wrap", marker: b"\"wrap\"", path: &["wrap", "inner"] }]
    }
    fn read<'r>(&self, record: &Record<'r>) -> Fate<'r> {
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(record.bytes) else {
            return Fate::Rejected("no JSON".into());
        };
        if value.get("skip").is_some() {
            return Fate::Filtered("skipped");
        }
        let (Some(id), Some(day)) = (value["id"].as_i64(), value["t"].as_i64()) else {
            return Fate::Rejected("`/id` or `/t` is missing".into());
        };
        let text = std::str::from_utf8(record.bytes).unwrap();
        let change = Change {
            verb: Verb::MemberAdd,
            subject: Some("alice".into()),
            subject_id: None,
            subject_alias: None,
            subject_kind: SubjectKind::User,
            entitlement: Some("admins".into()),
            entitlement_id: None,
            outcome: Outcome::Success,
        };
        let count = usize::try_from(value["changes"].as_i64().unwrap_or(0)).unwrap();
        Fate::Accepted(Box::new(Event {
            identity: identity("fake", &[Some(&id.to_le_bytes())]),
            native_id: Some(format!("n{id}").into()),
            request_id: None,
            event_time: day * DAY + id,
            event_type: "fake.done".into(),
            plane: Plane::Effect,
            outcome: Outcome::Success,
            outcome_reason: None,
            actor: Some(text[..1].into()),
            actor_id: None,
            actor_kind: None,
            channel: None,
            endpoint: None,
            target: None,
            target_id: None,
            target_kind: None,
            app: None,
            scope: "account".into(),
            workspace_id: None,
            account_id: None,
            source_ip: None,
            user_agent: None,
            session_id: None,
            parse_rule: "native",
            mapped: true,
            changes: vec![change; count],
        }))
    }
}
