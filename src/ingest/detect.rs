//! Which source a file's records are of.

use std::borrow::Cow;

use crate::framing::{Chunk, Inner, Wrappers};
use crate::source::{SOURCES, Source, detect};

/// Records that are tried before a file is given up.
const TRIES: usize = 50;

/// The source of the first record that fits one, or why none fits.
pub(super) fn source_of(chunk: &Chunk) -> Result<&'static dyn Source, String> {
    let (mut unfit, mut no_json) = (None, None);
    for frame in chunk.frames.iter().filter(|f| f.defect.is_none()).take(TRIES) {
        let record = chunk.record(frame);
        if let Some(source) = std::str::from_utf8(record).ok().and_then(claimant) {
            return Ok(source);
        }
        for candidate in candidates(record) {
            match serde_json::from_slice(&candidate) {
                Ok(record) => match detect(&record) {
                    Ok(source) => return Ok(source),
                    Err(why) => unfit = unfit.or(Some(why)),
                },
                Err(error) => {
                    no_json = no_json.or(Some(format!("no source fits: line {} is no JSON: {error}", frame.line)))
                }
            }
        }
    }
    Err(unfit.or(no_json).unwrap_or_else(|| "no source fits: the file holds no whole record".to_owned()))
}

/// The source that a single record fits, if any.
pub(super) fn source_of_record(text: &str) -> Option<&'static dyn Source> {
    claimant(text).or_else(|| detect(&serde_json::from_str(text).ok()?).ok())
}

/// The source that claims a line of text.
pub(super) fn claimant(line: &str) -> Option<&'static dyn Source> {
    let is_json = line.starts_with(['{', '[']);
    SOURCES.iter().copied().find(|source| !is_json && source.claims(line))
}

// The first record inside a wrapper tells more than the wrapper, so it comes first.
fn candidates(bytes: &[u8]) -> Vec<Cow<'_, [u8]>> {
    let mut found: Vec<Cow<'_, [u8]>> = Vec::new();
    for source in SOURCES {
        if let Inner::Records(pieces) = Wrappers::of(source.envelopes()).open(bytes) {
            found.extend(pieces.into_iter().next().map(|piece| match piece.text {
                Some(text) => Cow::Owned(text.into_bytes()),
                None => Cow::Borrowed(&bytes[piece.span]),
            }));
        }
    }
    found.push(Cow::Borrowed(bytes));
    found
}
