//! The signed form of a token: three parts in base64url, of which the second holds the claims. The signature is not verified.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::vocabulary::is_event_uri;
use crate::source::decode::Reason;
use crate::source::scim_body::Json;

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whether a line of text is a token that says it is a security event, or holds an event of SCIM.
pub(super) fn is_event(line: &str) -> bool {
    let Some((header, body, _)) = parts(line.trim()) else { return false };
    let Some(header) = decoded(header) else { return false };
    let typ = Json::object(&header).ok().and_then(|header| header.get("typ").text().map(Cow::into_owned));
    let is_named = typ.is_some_and(|typ| {
        let typ = typ.to_ascii_lowercase();
        typ.strip_prefix("application/").unwrap_or(&typ) == "secevent+jwt"
    });
    let holds_event = || {
        let body = decoded(body)?;
        let claims = Json::object(&body).ok()?;
        Some(claims.get("events").entries().iter().any(|(uri, _)| is_event_uri(uri)))
    };
    is_named || holds_event().unwrap_or(false)
}

/// The claims of a token, as JSON text.
pub(super) fn payload(token: &str) -> Result<String, Reason> {
    let (_, body, _) = parts(token).ok_or("expected a signed token of three parts, found something else")?;
    decoded(body).ok_or_else(|| "expected a signed token whose second part is base64url of text".into())
}

fn parts(token: &str) -> Option<(&str, &str, &str)> {
    let is_base64url = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='));
    let (header, rest) = token.split_once('.')?;
    let (body, signature) = rest.split_once('.')?;
    // JSON begins with a brace, which begins with `e` here. An unsigned token has nothing behind its second dot.
    let is_token =
        header.starts_with('e') && !body.is_empty() && [header, body, signature].into_iter().all(is_base64url);
    is_token.then_some((header, body, signature))
}

fn decoded(part: &str) -> Option<String> {
    String::from_utf8(ENGINE.decode(part).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", ENGINE.encode(header), ENGINE.encode(claims))
    }

    #[test]
    fn lines_are_claimed_firmly() {
        let event = r#"{"events":{"urn:ietf:params:scim:event:feed:add":{}}}"#;
        for (line, is_claimed) in [
            (token(r#"{"typ":"secevent+jwt","alg":"none"}"#, "{}"), true),
            (token(r#"{"typ":"application/SecEvent+JWT"}"#, "{}"), true),
            (token(r#"{"typ":"JWT"}"#, event), true),
            (token(r#"{"typ":"JWT"}"#, r#"{"sub":"a@example.com"}"#), false),
            (token(r#"{"typ":"JWT"}"#, r#"{"events":{"https://schemas.example.com/x":{}}}"#), false),
            (token("[1]", event), false),
            ("eyJ.a.b.c".to_owned(), false),
            ("2026-07-01 08:00:00 INFO a.b.c".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_event(&line), is_claimed, "{line}");
        }
    }

    #[test]
    fn claims_are_decoded_with_and_without_padding() {
        let claims = r#"{"jti":"1"}"#;
        assert_eq!(payload(&token("{}", claims)).as_deref(), Ok(claims));
        assert_eq!(payload(&token("{}", claims).replace('=', "")).as_deref(), Ok(claims));
        assert!(payload("no token").is_err());
        assert!(payload("e30.////.x").is_err());
    }
}
