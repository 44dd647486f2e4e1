//! Attributes of people and groups that a record shows being pushed, read again from the record as the lake keeps it.

mod bodies;
mod logs;

use serde_json::Value;

use super::{Record, scim};

/// One attribute that was pushed.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Path in the spelling of the record, its filter normalised: `name.givenName`, `emails[type eq "work"].value`. Attributes of
    /// SCIM's core schemas stand without the schema.
    pub path: String,
    /// The value; `None` = the record names the attribute only, or takes it away.
    pub value: Option<Value>,
    /// False = the log writes every value as text, so that nothing is known of its type.
    pub is_typed: bool,
}

/// What a record shows of one push.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Push {
    /// The attributes, in the order of the record; one may stand several times.
    pub attributes: Vec<Attribute>,
    /// Paths of attributes that the record itself says were the reason of a failure.
    pub blamed: Vec<String>,
    /// What the record says of a failure, in its own words; empty = nothing.
    pub error: String,
    /// True = something was sent that the record leaves out.
    pub lacks_body: bool,
}

/// What a record of a source that logs pushes shows; `None` = it shows no push.
pub fn pushed(source: &str, raw: &str) -> Option<Push> {
    match source {
        "scim" => {
            let sent = scim::sent(&Record::new(raw, ""))?;
            let attributes = sent.bodies.iter().flat_map(|(method, body)| bodies::attributes(method, body)).collect();
            Some(Push { attributes, blamed: Vec::new(), error: sent.error, lacks_body: sent.lacks_body })
        }
        "entra_provisioning" => logs::entra(&super::kept::json(raw)),
        "okta" => logs::okta(&super::kept::json(raw)),
        _ => None,
    }
}

/// The value under a key, whatever its case and underscores.
fn get<'v>(value: &'v Value, key: &str) -> &'v Value {
    const NOTHING: &Value = &Value::Null;
    let is_key = |k: &str| k.replace('_', "").eq_ignore_ascii_case(key);
    value.as_object().and_then(|o| o.iter().find(|(k, _)| is_key(k))).map_or(NOTHING, |(_, v)| v)
}

/// The object or list that stands here, or that a string here spells.
fn opened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => super::kept::json(text),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Keys of an object have no order.
    fn paths(source: &str, raw: &str) -> Vec<String> {
        let push = pushed(source, raw).unwrap_or_default();
        let mut paths: Vec<String> = push.attributes.into_iter().map(|a| a.path).collect();
        paths.sort();
        paths
    }

    fn sorted<const N: usize>(mut paths: [&str; N]) -> Vec<String> {
        paths.sort_unstable();
        paths.map(str::to_owned).to_vec()
    }

    #[test]
    fn a_resource_and_a_patch_name_one_attribute_alike() {
        let post = r#"{"ts":"2026-07-01T08:00:01Z","method":"POST","path":"/Users","status":201,"request":{"schemas":["x"],"userName":"a@example.com","name":{"givenName":"A"},"emails":[{"type":"Work","value":"a@example.com","primary":true},{"value":"b@example.com"}],"members":[{"value":"1","type":"User"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"x"}}}"#;
        assert_eq!(
            paths("scim", post),
            sorted([
                "userName",
                "name.givenName",
                "emails[type eq \"work\"].value",
                "emails[type eq \"work\"].primary",
                "emails.value",
                "members.value",
                "members.type",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            ])
        );
        let patch = r#"{"ts":"2026-07-01T08:00:01Z","method":"PATCH","path":"/Users/1","status":200,"request":{"schemas":["x"],"Operations":[
            {"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:userName","value":"a@example.com"},
            {"op":"replace","path":"name","value":{"givenName":"A"}},
            {"op":"replace","value":{"name.givenName":"A","active":"False"}},
            {"op":"Add","path":"emails[ type  EQ 'WORK' ].value","value":"a@example.com"},
            {"op":"add","path":"members","value":[{"value":"1"}]},
            {"op":"remove","path":"members[value eq \"1\"]"},
            {"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"x"}]}}"#;
        assert_eq!(
            paths("scim", patch),
            sorted([
                "userName",
                "name.givenName",
                "name.givenName",
                "active",
                "emails[type eq \"work\"].value",
                "members.value",
                "members",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
            ])
        );
    }

    #[test]
    fn what_is_no_push_shows_none_and_a_missing_body_is_told() {
        let get = r#"{"ts":"2026-07-01T08:00:01Z","method":"GET","path":"/Users","status":200}"#;
        assert_eq!(pushed("scim", get), None);
        let bare = r#"{"ts":"2026-07-01T08:00:01Z","method":"POST","path":"/Users","status":201}"#;
        assert_eq!(pushed("scim", bare), Some(Push { lacks_body: true, ..Push::default() }));
        assert_eq!((pushed("scim", "no json"), pushed("databricks", "{}")), (None, None));
    }

    #[test]
    fn bulk_requests_are_their_parts() {
        let bulk = r#"{"ts":"2026-07-01T08:00:01Z","method":"POST","path":"/Bulk","status":200,"request":{"Operations":[
            {"method":"POST","path":"/Users","data":{"userName":"a"}},{"method":"PATCH","path":"/Users/7","data":{"Operations":[{"op":"replace","path":"active","value":false}]}},{"method":"DELETE","path":"/Users/8"}]}}"#;
        assert_eq!(paths("scim", bulk), sorted(["userName", "active"]));
    }

    #[test]
    fn logs_of_providers_name_attributes_too() {
        let entra = r#"{"properties":{"modifiedProperties":"[{\"displayName\":\"active\",\"newValue\":\"True\"}]","provisioningStatusInfo":{"status":"failure","errorInformation":{"errorCode":"x","reason":"name.familyName is invalid"}},"provisioningSteps":[{"details":{"SkipReason":"AttributeValidationFailed","PropertyName":"name.familyName"}}]}}"#;
        let found = pushed("entra_provisioning", entra).unwrap();
        let active = Attribute { path: "active".to_owned(), value: Some("True".into()), is_typed: false };
        assert_eq!((found.attributes, found.blamed), (vec![active], vec!["name.familyName".to_owned()]));
        assert!(found.error.contains("name.familyName is invalid"), "{}", found.error);
        let okta = r#"{"debugContext":{"debugData":{"changed_attributes":"login, email","errorField":"userName"}},"outcome":{"result":"FAILURE","reason":"no"}}"#;
        let found = pushed("okta", okta).unwrap();
        let names: Vec<&str> = found.attributes.iter().map(|a| a.path.as_str()).collect();
        assert_eq!(
            (names, found.blamed, found.error.as_str()),
            (vec!["login", "email"], vec!["userName".to_owned()], "no")
        );
        assert_eq!(pushed("okta", r#"{"debugContext":{"debugData":{"requestUri":"/"}}}"#), None);
    }
}
