//! What is wrong with a policy document whoever set it.

use serde_json::Value;

use crate::source::kept;

/// The fault of a policy document, which records hold as text (perhaps with percent signs) or as an object: `wildcard`, or of a trust
/// policy `no_external_id` where another account may take the role without one. `None` = neither, or it cannot be read.
pub(super) fn fault(document: &Value, is_trust: bool, account: Option<&str>) -> Option<&'static str> {
    let parsed = match document {
        Value::String(text) => kept::json(&decoded(text)),
        other => other.clone(),
    };
    let statements = match parsed.get("Statement")? {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    let allowed = statements.iter().filter(|s| s.get("Effect").and_then(Value::as_str) != Some("Deny"));
    let mut worst = None;
    for statement in allowed {
        if is_anybody(statement) || is_anything(statement) {
            return Some("wildcard");
        }
        if is_trust && lacks_external_id(statement, account) {
            worst = Some("no_external_id");
        }
    }
    worst
}

fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

fn principals(statement: &Value) -> Vec<String> {
    match statement.get("Principal") {
        Some(Value::Object(kinds)) => kinds.get("AWS").map_or_else(Vec::new, |aws| texts(Some(aws))),
        other => texts(other),
    }
}

// A condition may still narrow it down, but not to a principal that the policy names.
fn is_anybody(statement: &Value) -> bool {
    principals(statement).iter().any(|p| p == "*")
}

fn is_anything(statement: &Value) -> bool {
    texts(statement.get("Action")).iter().any(|action| action == "*" || action.ends_with(":*"))
}

fn lacks_external_id(statement: &Value, account: Option<&str>) -> bool {
    let is_foreign =
        |p: &String| p.starts_with("arn:") && account.is_some_and(|own| !p.contains(own)) || is_account(p, account);
    let takes_role = texts(statement.get("Action")).iter().any(|a| a.eq_ignore_ascii_case("sts:AssumeRole"));
    let has_condition = statement.get("Condition").is_some_and(|c| c.to_string().contains("sts:ExternalId"));
    takes_role && principals(statement).iter().any(is_foreign) && !has_condition
}

fn is_account(principal: &str, own: Option<&str>) -> bool {
    principal.len() == 12 && principal.bytes().all(|b| b.is_ascii_digit()) && own != Some(principal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, is_trust: bool) -> Option<&'static str> {
        fault(&Value::from(text), is_trust, Some("111111111111"))
    }

    #[test]
    fn any_principal_and_any_action_are_wildcards() {
        assert_eq!(
            of(r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}"#, false),
            Some("wildcard")
        );
        assert_eq!(
            of(r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":["*"]},"Action":"s3:GetObject"}}"#, false),
            Some("wildcard")
        );
        assert_eq!(of(r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#, false), Some("wildcard"));
        assert_eq!(
            of(r#"{"Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":"*"}]}"#, false),
            Some("wildcard")
        );
        assert_eq!(of(r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}"#, false), None);
        // Every act of a service on one bucket is a wildcard, too.
        assert_eq!(
            of(r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::a/*"}]}"#, false),
            Some("wildcard")
        );
        assert_eq!(
            of(r#"{"Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::a/*"}]}"#, false),
            None
        );
    }

    #[test]
    fn another_account_needs_an_external_id() {
        let trust = |principal: &str, condition: &str| {
            format!(
                r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"{condition}}}]}}"#
            )
        };
        let foreign = "arn:aws:iam::414351767826:role/unity";
        assert_eq!(of(&trust(foreign, ""), true), Some("no_external_id"));
        assert_eq!(of(&trust("414351767826", ""), true), Some("no_external_id"));
        assert_eq!(of(&trust(foreign, r#","Condition":{"StringEquals":{"sts:ExternalId":"x"}}"#), true), None);
        assert_eq!(of(&trust("arn:aws:iam::111111111111:role/own", ""), true), None);
        assert_eq!(of(&trust(foreign, ""), false), None, "no trust policy");
    }

    #[test]
    fn documents_are_read_as_records_hold_them() {
        assert_eq!(
            of(
                "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%22*%22%2C%22Action%22%3A%22a%3Ab%22%7D%7D",
                false
            ),
            Some("wildcard")
        );
        assert_eq!(of("no document", false), None);
    }
}
