//! Files to lake: framing, sources and deduplication, in parallel and in bounded memory.
