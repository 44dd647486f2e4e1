//! Which source a file's records are of.

use crate::framing::{Chunk, Inner, unwrap};
use crate::source::{SOURCES, Source, detect};

/// Records that are tried before a file is given up.
const TRIES: usize = 50;

/// The source of the first record that fits one, or why none fits.
pub(super) fn source_of(chunk: &Chunk) -> Result<&'static dyn Source, String> {
    let (mut unfit, mut no_json) = (None, None);
    for frame in chunk.frames.iter().filter(|f| f.defect.is_none()).take(TRIES) {
        for candidate in candidates(&chunk.bytes[frame.span.clone()]) {
            match serde_json::from_slice(candidate) {
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

// The first record inside a wrapper tells more than the wrapper, so it comes first.
fn candidates(bytes: &[u8]) -> Vec<&[u8]> {
    let mut found: Vec<&[u8]> = Vec::new();
    for source in SOURCES {
        if let Inner::Records(spans) = unwrap(bytes, source.envelopes()) {
            found.extend(spans.first().map(|span| &bytes[span.clone()]));
        }
    }
    found.push(bytes);
    found
}
