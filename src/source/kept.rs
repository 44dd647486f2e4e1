//! Records as the lake keeps them, read again for what no column holds: settings, expiry times, answers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::decode::too_deep;
use super::{Record, databricks, scim_event};

/// The record as JSON; null where it is none, or too deep to be trusted.
pub fn json(raw: &str) -> Value {
    if too_deep(raw.as_bytes()) { Value::Null } else { serde_json::from_str(raw).unwrap_or_default() }
}

/// The request parameters of a Databricks record of any delivery, each as text: strings without quotes, anything else as its
/// JSON. Empty where the record has none.
pub fn parameters(raw: &str) -> BTreeMap<String, String> {
    databricks::parameters(&Record::new(raw, ""))
}

/// The result in the response of a Databricks record of any delivery, as JSON; null where it has none.
pub fn answer(raw: &str) -> Value {
    let text = databricks::answer(&Record::new(raw, ""));
    match json(text.as_deref().unwrap_or_default()) {
        // Databricks writes the object as a string.
        Value::String(inner) => json(&inner),
        other => other,
    }
}

/// When the source itself logged a record, microseconds; `None` = it gives no time beside that of the event.
pub fn logged_time(source: &str, raw: &str) -> Option<i64> {
    let record = Record::new(raw, "");
    (source == scim_event::ID).then(|| scim_event::issued(&record)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIVERY: &str = r#"{"version":"2.0","timestamp":1782900000000,"workspaceId":1,"serviceName":"accounts",
        "actionName":"generateDbToken","requestParams":{"tokenExpirationTime":"1790000000000","n":7,"o":{"a":1}},
        "response":{"statusCode":200,"result":"{\"token_id\":\"t1\"}"}}"#;

    #[test]
    fn parameters_are_texts() {
        let found = parameters(DELIVERY);
        assert_eq!(found["tokenExpirationTime"], "1790000000000");
        assert_eq!((found["n"].as_str(), found["o"].as_str()), ("7", r#"{"a":1}"#));
        assert!(parameters("no record").is_empty());
    }

    #[test]
    fn an_answer_is_json_even_where_it_is_delivered_as_a_string() {
        assert_eq!(answer(DELIVERY)["token_id"], "t1");
        assert_eq!(answer("{}"), Value::Null);
    }
}
