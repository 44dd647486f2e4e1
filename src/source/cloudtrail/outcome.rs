//! Whether a call succeeded. CloudTrail says so by silence: a call that failed carries an error.

use std::borrow::Cow;

use super::fields::{Fields, told};
use super::record::{Entry, Field};
use crate::event::{Outcome, Text};
use crate::source::decode::Reason;
use crate::source::loose::Loose;

/// The outcome, and the source's words about it.
pub(super) fn outcome<'r>(
    entry: &Entry<'r>,
    service: &str,
    name: &str,
    response: &Fields<'r>,
) -> Result<(Outcome, Option<Text<'r>>), Reason> {
    let code = error(entry, Field::ErrorCode, "/errorCode")?;
    let message = error(entry, Field::ErrorMessage, "/errorMessage")?;
    if let Some(reason) = joined(code, message) {
        return Ok((Outcome::Failure, Some(reason)));
    }
    if let Some(found) =
        stated(entry, name, response).or_else(|| (service == "sso").then(|| progress(response)).flatten())
    {
        return Ok(found);
    }
    let event_type = told(entry.get(Field::EventType)).unwrap_or_default();
    // Only calls promise an error where they fail. A row without the columns of errors promises nothing.
    let is_call = ["", "AwsApiCall", "AwsConsoleAction"].iter().any(|t| event_type.eq_ignore_ascii_case(t));
    let says_errors = !entry.is_row() || [Field::ErrorCode, Field::ErrorMessage].iter().any(|f| is_given(entry, *f));
    Ok((if is_call && says_errors { Outcome::Success } else { Outcome::Unknown }, None))
}

fn is_given(entry: &Entry<'_>, field: Field) -> bool {
    *entry.get(field) != Loose::Null
}

fn error<'r>(entry: &Entry<'r>, field: Field, pointer: &str) -> Result<Option<Text<'r>>, Reason> {
    Ok(entry.get(field).id(pointer)?.filter(|text| text != "null"))
}

fn joined<'r>(code: Option<Text<'r>>, message: Option<Text<'r>>) -> Option<Text<'r>> {
    match (code, message) {
        (Some(code), Some(message)) => Some(Cow::Owned(format!("{code}: {message}"))),
        (code, message) => code.or(message),
    }
}

/// Sign-ins say `Success` or `Failure` under the event's own name, or under that of the login.
fn stated<'r>(entry: &Entry<'r>, name: &str, response: &Fields<'r>) -> Option<(Outcome, Option<Text<'r>>)> {
    let details = entry.fields(Field::ServiceEventDetails);
    let found = [response, &details].into_iter().find_map(|f| f.text(name).or_else(|| f.text("ConsoleLogin")))?;
    if found.eq_ignore_ascii_case("Success") {
        Some((Outcome::Success, None))
    } else if found.eq_ignore_ascii_case("Failure") {
        Some((Outcome::Failure, Some(found)))
    } else {
        None
    }
}

/// Assignments and provisionings are only begun by the call; their state stands under a key that ends in `Status`.
fn progress<'r>(response: &Fields<'r>) -> Option<(Outcome, Option<Text<'r>>)> {
    let state = response.entries().filter(|(key, _)| key.to_ascii_lowercase().ends_with("status"));
    let state = state.map(|(_, value)| Fields::of(value)).find(|state| state.text("status").is_some())?;
    let word = state.text("status")?;
    if word.eq_ignore_ascii_case("SUCCEEDED") {
        return Some((Outcome::Success, None));
    }
    if word.eq_ignore_ascii_case("FAILED") {
        return Some((Outcome::Failure, joined(Some(word), state.text("failureReason"))));
    }
    Some((Outcome::Unknown, Some(word)))
}
