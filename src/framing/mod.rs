//! Bytes to records: decompression, JSON lines, JSON arrays, envelopes. Knows packing, never meaning.
