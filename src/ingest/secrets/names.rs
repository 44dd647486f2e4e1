//! Which names are those of secrets.

/// Keys whose value is a secret, without case, `_`, `-` and space. Ids and digests of secrets are not among them.
const WHOLE: [&str; 12] = [
    "token",
    "pwd",
    "tokenvalue",
    "idtokenhint",
    "bearer",
    "statetoken",
    "devicetoken",
    "recoverytoken",
    "stringvalue",
    "bytesvalue",
    "activationurl",
    "xamzsignature",
];

/// Ends of such keys, whatever they belong to.
const ENDS: [&str; 20] = [
    "password",
    "passcode",
    "unicodepwd",
    "clientassertion",
    "samlassertion",
    "passwd",
    "passphrase",
    "secret",
    "secretkey",
    "secretaccesskey",
    "secretvalue",
    "secretstring",
    "secretbinary",
    "secrettext",
    "authorization",
    "cookie",
    "apikey",
    "privatekey",
    "signingkey",
    "sharedaccesskey",
];

/// The tokens that let somebody in, by the word before: others page through a list, or tell one request from another.
const TOKENS: [&str; 15] = [
    "access",
    "activation",
    "api",
    "auth",
    "bearer",
    "id",
    "identity",
    "login",
    "oauth",
    "refresh",
    "sas",
    "scim",
    "secret",
    "security",
    "session",
];

/// What is done with a password, or said of one, is none.
const DEEDS: [&str; 8] = ["reset", "change", "forgot", "expire", "require", "allow", "enable", "disable"];

/// Parts of keys of Spark, in which what a secret opens may follow its name.
const OF_SPARK: [&str; 4] = [".account.key", "fs.azure.sas.", "client.secret", "secret.key"];

/// Longest name that is looked at.
pub(super) const LONGEST: usize = 128;

/// Whether a key, or a text that names one, is that of a secret. Nothing is allocated: many records have a word that may be one.
pub(super) fn is_secret(name: &str) -> bool {
    let mut buffer = [0; LONGEST];
    let Some(last) = squeezed(name, &mut buffer) else { return false };
    let is = |known: &&str| known.as_bytes() == last;
    let ends = |end: &&str| last.ends_with(end.as_bytes());
    let is_token = |of: &[u8]| TOKENS.iter().any(|token| of.ends_with(token.as_bytes()));
    let is_end = || last.strip_suffix(b"token").map_or_else(|| ENDS.iter().any(ends), is_token);
    let is_deed = || DEEDS.iter().any(|deed| last.starts_with(deed.as_bytes()));
    WHOLE.iter().any(is)
        || (is_end() && !is_deed())
        || last.ends_with(b"accountkey")
        || is_of_spark(name)
        || is_of_environment(name)
}

/// The end of a path, in small letters, without `_`, `-` and space.
pub(super) fn plain(name: &str) -> String {
    last(name).chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
}

fn last(name: &str) -> &str {
    name.rsplit([':', '.', '/']).next().unwrap_or(name)
}

fn squeezed<'b>(name: &str, buffer: &'b mut [u8; LONGEST]) -> Option<&'b [u8]> {
    if name.len() > LONGEST {
        return None;
    }
    let mut length = 0;
    for byte in last(name).bytes().filter(|b| !matches!(b, b'_' | b'-' | b' ')) {
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    buffer.get(..length)
}

/// Whether a key is one of Spark that opens a store.
pub(super) fn is_of_spark(name: &str) -> bool {
    if !name.contains('.') {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    // A provider of tokens is named by its class.
    OF_SPARK.iter().any(|part| lower.contains(part)) && !lower.contains(".provider.type")
}

fn is_of_environment(name: &str) -> bool {
    // Databricks calls a way to sign in so.
    let is_end = ["_TOKEN", "_PWD"].iter().any(|end| name.ends_with(end)) && !name.starts_with("API_INT_");
    is_end && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
