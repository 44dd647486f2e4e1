//! Who signed in, and by which door, told by whatever the record has left of it.

use std::borrow::Cow;

use crate::source::entra::Fields;

/// Categories of sign-ins of people; those of the other sign-in logs are of applications.
const PEOPLE: [&str; 3] = ["SignInLogs", "NonInteractiveUserSignInLogs", "ADFSSignInLogs"];

const APPLICATIONS: [&str; 3] =
    ["ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs", "MicrosoftServicePrincipalSignInLogs"];

/// Who signed in.
#[derive(Debug, Default)]
pub(super) struct Who<'r> {
    pub(super) name: Option<Cow<'r, str>>,
    pub(super) id: Option<Cow<'r, str>>,
    /// user or service_principal; `None` = nothing tells.
    pub(super) kind: Option<&'static str>,
    pub(super) channel: &'static str,
}

/// Reads the fields of Graph, which Azure Monitor and Log Analytics share. Names and ids may all be blank, as where nobody of that
/// name exists.
pub(super) fn who<'r>(fields: &Fields<'r>, category: Option<&str>) -> Who<'r> {
    let user = fields.hint(&["userPrincipalName"]).or_else(|| fields.hint(&["userDisplayName"]));
    let user_id = fields.hint(&["userId"]);
    let application = (fields.hint(&["servicePrincipalName"]), fields.hint(&["servicePrincipalId"]));
    let is_named = (user.is_some() || user_id.is_some(), application.0.is_some() || application.1.is_some());
    let types = fields.get(&["signInEventTypes"]).plain().unwrap_or_default();
    let is_interactive = match fields.word(&["isInteractive"]) {
        Some(word) => word.eq_ignore_ascii_case("true"),
        None => has_word(&types, "interactiveUser"),
    };
    let is_user = match is_named {
        (true, _) => Some(true),
        (false, is_application) => of_category(category)
            .or_else(|| of_types(&types))
            .or_else(|| is_interactive.then_some(true))
            .or_else(|| is_application.then_some(false)),
    };
    match is_user {
        Some(true) => {
            let channel = if is_interactive { "ui" } else { "unknown" };
            Who { name: user, id: user_id, kind: Some("user"), channel }
        }
        Some(false) => Who { name: application.0, id: application.1, kind: Some("service_principal"), channel: "api" },
        None => Who { channel: "unknown", ..Who::default() },
    }
}

/// Reads the columns of the portal's downloads.
pub(super) fn of_portal<'r>(row: &Fields<'r>) -> Who<'r> {
    let user = (row.hint(&["Username", "User"]), row.hint(&["User ID"]));
    let application = (row.hint(&["Service principal name"]), row.hint(&["Service principal ID"]));
    match (user, application) {
        ((None, None), (None, None)) => Who { channel: "unknown", ..Who::default() },
        ((None, None), (name, id)) => Who { name, id, kind: Some("service_principal"), channel: "api" },
        ((name, id), _) => Who { name, id, kind: Some("user"), channel: "unknown" },
    }
}

/// Whether a log is one of people's sign-ins.
fn of_category(category: Option<&str>) -> Option<bool> {
    let is = |logs: &[&str]| category.is_some_and(|c| logs.iter().any(|log| log.eq_ignore_ascii_case(c)));
    if is(&PEOPLE) { Some(true) } else { is(&APPLICATIONS).then_some(false) }
}

fn of_types(types: &str) -> Option<bool> {
    let is = |words: [&str; 2]| words.iter().any(|word| has_word(types, word));
    if is(["interactiveUser", "nonInteractiveUser"]) {
        Some(true)
    } else {
        is(["servicePrincipal", "managedIdentity"]).then_some(false)
    }
}

fn has_word(list: &str, word: &str) -> bool {
    list.split(|c: char| !c.is_ascii_alphanumeric()).any(|entry| entry.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_sign_in_it_is_follows_from_what_is_left() {
        const USER: (Option<&str>, &str) = (Some("user"), "unknown");
        const PERSON: (Option<&str>, &str) = (Some("user"), "ui");
        const APPLICATION: (Option<&str>, &str) = (Some("service_principal"), "api");
        const NOBODY: (Option<&str>, &str) = (None, "unknown");
        let blank = r#""userPrincipalName":"","userId":"","servicePrincipalId":"""#;
        for (fields, category, expected) in [
            (r#""userId":"u""#, None, USER),
            (r#""userId":"u","isInteractive":true"#, None, PERSON),
            (r#""userId":"u","servicePrincipalId":"s""#, None, USER),
            (r#""servicePrincipalId":"s""#, None, APPLICATION),
            (r#""servicePrincipalId":"s","isInteractive":false"#, Some("ServicePrincipalSignInLogs"), APPLICATION),
            (blank, None, NOBODY),
            (r#""isInteractive":false"#, None, NOBODY),
            (r#""isInteractive":true"#, None, PERSON),
            (r#""isInteractive":true"#, Some("SignInLogs"), PERSON),
            (blank, Some("signinlogs"), USER),
            (blank, Some("NonInteractiveUserSignInLogs"), USER),
            (blank, Some("ManagedIdentitySignInLogs"), APPLICATION),
            (r#""signInEventTypes":["interactiveUser"]"#, None, PERSON),
            (r#""signInEventTypes":"[\"nonInteractiveUser\"]""#, None, USER),
            (r#""signInEventTypes":["managedIdentity"]"#, None, APPLICATION),
            (r#""signInEventTypes":["unknownFutureValue"]"#, None, NOBODY),
        ] {
            let text = format!("{{{fields}}}");
            let who = who(&Fields::read(&text).unwrap(), category);
            assert_eq!((who.kind, who.channel), expected, "{fields} {category:?}");
        }
    }
}
