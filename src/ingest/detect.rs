//! Which source a file's records are of.

use crate::framing::{Chunk, Inner, unwrap};
use crate::source::{SOURCES, Source, detect};

/// Records that are tried before a file is given up.
const TRIES: usize = 50;

/// The source of the first record that fits one, or why none fits.
pub(super) fn source_of(chunk: &Chunk, sources: &[&'static dyn Source]) -> Result<&'static dyn Source, String> {
    let mut explanation = None;
    for frame in chunk.frames.iter().filter(|f| f.defect.is_none()).take(TRIES) {
        let bytes = &chunk.bytes[frame.span.clone()];
        for candidate in candidates(bytes, sources) {
            match parsed(candidate).and_then(|record| detect(&record)) {
                Ok(source) => return Ok(source),
                Err(why) => explanation = explanation.or(Some(why)),
            }
        }
    }
    Err(explanation.unwrap_or_else(|| "no source fits: the file holds no whole record".to_owned()))
}

// The first record inside a wrapper tells more than the wrapper, so it comes first.
fn candidates<'b>(bytes: &'b [u8], sources: &[&'static dyn Source]) -> Vec<&'b [u8]> {
    let mut found: Vec<&[u8]> = Vec::new();
    for source in sources {
        if let Inner::Records(spans) = unwrap(bytes, source.envelopes()) {
            found.extend(spans.first().map(|span| &bytes[span.clone()]));
        }
    }
    found.push(bytes);
    found
}

fn parsed(bytes: &[u8]) -> Result<serde_json::Value, String> {
    serde_json::from_slice(bytes).map_err(|e| format!("no source fits: the first record is no JSON ({e})"))
}

/// The sources that detection knows.
pub(super) const fn all() -> &'static [&'static dyn Source] {
    SOURCES
}
