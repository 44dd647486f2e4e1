//! What is masked, and what is not.

use super::*;

#[test]
fn values_of_secret_keys_are_masked_and_nothing_else() {
    let cases = [
        (r#"{"password":"hunter2","user":"a"}"#, r#"{"password":"[MASKED]","user":"a"}"#),
        (r#"{"newPassword" : "a\"b"}"#, r#"{"newPassword" : "[MASKED]"}"#),
        (r#"{"token_value":"x1","tokenId":"7"}"#, r#"{"token_value":"[MASKED]","tokenId":"7"}"#),
        (r#"{"token":12345}"#, r#"{"token":"[MASKED]"}"#),
        (r#"{"credentials":{"password":{"value":"p"}}}"#, r#"{"credentials":{"password":{"value":"[MASKED]"}}}"#),
        (r#"{"Authorization":["Bearer a","b"]}"#, r#"{"Authorization":["[MASKED]","[MASKED]"]}"#),
        (
            r#"{"op":"replace","path":"password","value":"p"}"#,
            r#"{"op":"replace","path":"password","value":"[MASKED]"}"#,
        ),
        (r#"{"value":"p","path":"password"}"#, r#"{"value":"[MASKED]","path":"password"}"#),
        (
            r#"{"path":"urn:ietf:params:scim:schemas:core:2.0:User:password","value":"p"}"#,
            r#"{"path":"urn:ietf:params:scim:schemas:core:2.0:User:password","value":"[MASKED]"}"#,
        ),
        (r#"{"body":"{\"password\":\"p\",\"a\":1}"}"#, r#"{"body":"{\"password\":\"[MASKED]\",\"a\":1}"}"#),
        (r#"{"h":"Authorization: Bearer abcdefgh.ijk"}"#, r#"{"h":"Authorization: Bearer [MASKED]"}"#),
        (r#"{"msg":"used dapi0123456789abcdef0123456789abcdef now"}"#, r#"{"msg":"used [MASKED] now"}"#),
        (
            r#"{"url":"https://example.com/?a=1&access_token=abc.def&b=2"}"#,
            r#"{"url":"https://example.com/?a=1&access_token=[MASKED]&b=2"}"#,
        ),
        (
            r#"{"s":"{user=a, sessionToken=FwoGZX, expires=null}"}"#,
            r#"{"s":"{user=a, sessionToken=[MASKED], expires=null}"}"#,
        ),
        (
            r#"{"url":"/login/token/redirect?stateToken=02.id.abc&b=2","stateToken":"02.id.abc"}"#,
            r#"{"url":"/login/token/redirect?stateToken=[MASKED]&b=2","stateToken":"[MASKED]"}"#,
        ),
        (
            r#"{"url":"/authn/recovery/token?recoveryToken=abc","recoveryToken":"abc"}"#,
            r#"{"url":"/authn/recovery/token?recoveryToken=[MASKED]","recoveryToken":"[MASKED]"}"#,
        ),
        (
            r#"{"newValue":"[{\"DeviceName\":\"phone\",\"DeviceToken\":\"apns2-ab\",\"OathSecretKey\":\"k\"}]"}"#,
            r#"{"newValue":"[{\"DeviceName\":\"phone\",\"DeviceToken\":\"[MASKED]\",\"OathSecretKey\":\"[MASKED]\"}]"}"#,
        ),
        (r#"{"password":"cut of"#, r#"{"password":"[MASKED]"#),
        (
            r#"{"secretAccessKey":"k","string_value":"s"}"#,
            r#"{"secretAccessKey":"[MASKED]","string_value":"[MASKED]"}"#,
        ),
    ];
    for (raw, expected) in cases {
        assert_eq!(masked(raw).as_deref(), Some(expected), "{raw}");
    }
}

#[test]
fn ids_digests_and_what_is_hidden_already_stay() {
    for raw in [
        r#"{"tokenHash":"ab12","tokenId":"1","requestApiTokenId":"00T1"}"#,
        r#"{"eventType":"user.account.reset_password"}"#,
        r#"{"password":"","secret":"[REDACTED]","token":null,"privateKey":"********"}"#,
        r#"{"action":"tokenLogin","tokenLifetime":5,"authenticationMethod":"API_INT_PAT_TOKEN"}"#,
        r#"{"path":"members","value":"p","name":"token budget"}"#,
        r#"{"factorResult":"SUCCESS","nextToken":"2","url":"/authn?stateTokenExternalId=a","stateTokenType":"b"}"#,
        "dapi is not a token, nor is Bearer x",
    ] {
        assert_eq!(masked(raw), None, "{raw}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_survived_and_a_masked_text_is_masked_once(text in "[{}\\[\\]\",:a-f \\\\]*(token|password)?[{}\\[\\]\",:é \\\\]*") {
        let once = masked(&text).unwrap_or(text);
        proptest::prop_assert_eq!(masked(&once), None);
    }
}
