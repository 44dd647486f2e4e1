//! The fields of an audit row, as delivered in JSON, that are read.

use std::borrow::Cow;

use serde::Deserialize;

use super::params::Params;
use crate::source::decode::{object, text};
use crate::source::loose::Loose;
use crate::source::scan::Scan;
use crate::source::shape::{Expect, Shape};

/// An audit row.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Row<'r> {
    #[serde(borrow)]
    pub(super) version: Loose<'r>,
    #[serde(borrow)]
    pub(super) timestamp: Loose<'r>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) audit_level: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) account_id: Loose<'r>,
    #[serde(borrow)]
    pub(super) workspace_id: Loose<'r>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) service_name: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) action_name: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) request_id: Loose<'r>,
    #[serde(borrow, deserialize_with = "text", rename = "sourceIPAddress")]
    pub(super) source_ip_address: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) user_agent: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) session_id: Loose<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) user_identity: UserIdentity<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) request_params: Params<'r>,
    #[serde(borrow, deserialize_with = "object")]
    pub(super) response: Response<'r>,
}

impl<'r> Row<'r> {
    /// The row that plain JSON text spells; `None` = the text is not plain, or no row.
    pub(super) fn scanned(text: &'r str) -> Option<Self> {
        let mut row = Self::default();
        // A field that stands twice is the decoder's to refuse.
        let mut seen = [false; 14];
        let mut scan = Scan::new(text);
        scan.object(|key, scan| {
            let number = match key {
                "version" => row.version.scan(0, scan)?,
                "timestamp" => row.timestamp.scan(1, scan)?,
                "auditLevel" => row.audit_level.scan(2, scan)?,
                "accountId" => row.account_id.scan(3, scan)?,
                "workspaceId" => row.workspace_id.scan(4, scan)?,
                "serviceName" => row.service_name.scan(5, scan)?,
                "actionName" => row.action_name.scan(6, scan)?,
                "requestId" => row.request_id.scan(7, scan)?,
                "sourceIPAddress" => row.source_ip_address.scan(8, scan)?,
                "userAgent" => row.user_agent.scan(9, scan)?,
                "sessionId" => row.session_id.scan(10, scan)?,
                "userIdentity" => row.user_identity.scan(11, scan)?,
                "requestParams" => row.request_params.scan(12, scan)?,
                "response" => row.response.scan(13, scan)?,
                _ => return scan.pass(),
            };
            (!std::mem::replace(&mut seen[number], true)).then_some(())
        })?;
        scan.end().map(|()| row)
    }
}

/// A field that is read where its key stands; gives its number back.
trait Field<'r> {
    fn scan(&mut self, number: usize, scan: &mut Scan<'r>) -> Option<usize>;
}

impl<'r> Field<'r> for Loose<'r> {
    fn scan(&mut self, number: usize, scan: &mut Scan<'r>) -> Option<usize> {
        *self = scan.value()?;
        Some(number)
    }
}

impl<'r> Field<'r> for Option<Cow<'r, str>> {
    fn scan(&mut self, number: usize, scan: &mut Scan<'r>) -> Option<usize> {
        *self = scan.text()?;
        Some(number)
    }
}

impl<'r> Field<'r> for UserIdentity<'r> {
    fn scan(&mut self, number: usize, scan: &mut Scan<'r>) -> Option<usize> {
        let mut seen = [false; 2];
        if scan.is_object()? {
            scan.object(|key, scan| {
                let number = match key {
                    "email" => self.email.scan(0, scan)?,
                    "subjectName" => self.subject_name.scan(1, scan)?,
                    _ => return scan.pass(),
                };
                (!std::mem::replace(&mut seen[number], true)).then_some(())
            })?;
        }
        Some(number)
    }
}

impl<'r> Field<'r> for Response<'r> {
    fn scan(&mut self, number: usize, scan: &mut Scan<'r>) -> Option<usize> {
        let mut seen = [false; 2];
        if scan.is_object()? {
            scan.object(|key, scan| {
                let number = match key {
                    "statusCode" => self.status_code.scan(0, scan)?,
                    "errorMessage" => self.error_message.scan(1, scan)?,
                    _ => return scan.pass(),
                };
                (!std::mem::replace(&mut seen[number], true)).then_some(())
            })?;
        }
        Some(number)
    }
}

impl<'r> Field<'r> for Params<'r> {
    fn scan(&mut self, number: usize, scan: &mut Scan<'r>) -> Option<usize> {
        if scan.is_object()? {
            *self = Self::scanned(scan)?;
        }
        Some(number)
    }
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct UserIdentity<'r> {
    #[serde(borrow, deserialize_with = "text")]
    pub(super) email: Option<Cow<'r, str>>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) subject_name: Option<Cow<'r, str>>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Response<'r> {
    #[serde(borrow)]
    pub(super) status_code: Loose<'r>,
    #[serde(borrow, deserialize_with = "text")]
    pub(super) error_message: Option<Cow<'r, str>>,
}

/// The result in the response, which few rows are asked for: looked up when it is.
#[derive(Debug, Clone)]
pub(super) enum Answer<'r> {
    /// The record that has it.
    In(&'r str),
    /// Its JSON; `None` = there is none.
    Json(Option<Cow<'r, str>>),
}

impl<'r> Answer<'r> {
    /// Its JSON; `None` = there is none.
    pub(super) fn json(&self) -> Option<Cow<'r, str>> {
        match self {
            Self::In(record) => sonic_rs::get(*record, ["response", "result"]).ok().map(|found| found.as_raw_cow()),
            Self::Json(json) => json.clone(),
        }
    }
}

/// What each field of one type must be; the fields of varying type are judged where they are read.
pub(super) const SHAPE: &[Shape] = &[
    ("/auditLevel", Expect::Text),
    ("/serviceName", Expect::Text),
    ("/actionName", Expect::Text),
    ("/sourceIPAddress", Expect::Text),
    ("/userAgent", Expect::Text),
    ("/userIdentity", Expect::Object),
    ("/userIdentity/email", Expect::Text),
    ("/userIdentity/subjectName", Expect::Text),
    ("/requestParams", Expect::Object),
    ("/response", Expect::Object),
    ("/response/errorMessage", Expect::Text),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::decode::{decode, too_deep};

    /// JSON of any value, plain and not so plain.
    fn value() -> impl Strategy<Value = String> {
        let scalars = prop::sample::select(vec![
            "null",
            "true",
            "false",
            "0",
            "-1",
            "12.5",
            "1e9",
            "-0.1E-7",
            "01",
            "1.",
            "+1",
            "\"\"",
            "\"text\"",
            "\"long enough to fill more than eight bytes, é and \u{7f}\"",
            r#""a\"b\\c\n""#,
            r#""\u0041\ud83d\ude00""#,
            r#""\ud800""#,
            r#""\x""#,
            "\"a\tb\"",
            "nul",
            "",
        ]);
        scalars.prop_map(str::to_owned).prop_recursive(3, 20, 4, |inner| {
            let entries = prop::collection::vec((key(), inner.clone()), 0..4);
            prop_oneof![
                entries.prop_map(object),
                prop::collection::vec(inner, 0..4).prop_map(|values| format!("[{}]", values.join(" , "))),
            ]
        })
    }

    fn key() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "version",
            "timestamp",
            "auditLevel",
            "accountId",
            "workspaceId",
            "serviceName",
            "actionName",
            "requestId",
            "sourceIPAddress",
            "userAgent",
            "sessionId",
            "userIdentity",
            "requestParams",
            "response",
            "email",
            "subjectName",
            "statusCode",
            "errorMessage",
            "other",
            r"ver\u0073ion",
            "",
        ])
    }

    fn object(entries: Vec<(&'static str, String)>) -> String {
        let entries: Vec<String> = entries.into_iter().map(|(key, value)| format!("\"{key}\" :{value}")).collect();
        format!("{{{}}}", entries.join(","))
    }

    fn row() -> impl Strategy<Value = String> {
        let edit = (
            any::<prop::sample::Index>(),
            prop::sample::select(vec!["", "\"", "{", "}", "]", ",", ":", "\\", "1", "\n"]),
        );
        let edits = prop::collection::vec(edit, 0..2);
        (prop::collection::vec((key(), value()), 0..8).prop_map(object), edits).prop_map(|(mut text, edits)| {
            for (at, new) in edits {
                let at = at.index(text.len());
                let end = (at + 1..=text.len()).find(|end| text.is_char_boundary(*end)).unwrap_or(text.len());
                if text.is_char_boundary(at) {
                    text.replace_range(at..end, new);
                }
            }
            text
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn what_is_scanned_is_what_the_decoder_reads(text in row()) {
            prop_assume!(!too_deep(text.as_bytes()));
            if let Some(scanned) = Row::scanned(&text) {
                let decoded = decode::<Row<'_>>(&text, SHAPE);
                prop_assert_eq!(Ok(scanned), decoded, "{}", text);
            }
        }
    }

    #[test]
    fn a_row_as_delivered_is_scanned() {
        let text = r#" {"version":"2.0","auditLevel":"WORKSPACE_LEVEL","timestamp":1783728038257,"workspaceId":"415",
            "sourceIPAddress":"198.51.0.38","userAgent":"a \"b\"","sessionId":null,"userIdentity":{"email":"a@example.com",
            "subjectName":null},"serviceName":"jobs","actionName":"changeJobAcl","requestId":"r","requestParams":{"b":"2",
            "a":{"x":[1,{}]}},"response":{"statusCode":200,"errorMessage":null,"result":"{\"a\":[]}"},"more":[[],-1.5e3]} "#;
        assert_eq!(Row::scanned(text), Some(decode::<Row<'_>>(text, SHAPE).unwrap()));
        assert_eq!(Row::scanned("{}"), Some(Row::default()));
        for broken in ["", "[]", "{", "{}}", r#"{"version":"1","version":"1"}"#, r#"{"more":01}"#, r#"{"response":[]}"#]
        {
            assert_eq!(Row::scanned(broken), None, "{broken}");
        }
    }
}
