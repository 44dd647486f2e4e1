//! Tables `files`, `rejects` and `duplicates`.

use crate::event::{BYTE_OFFSET, DELIVERY, EVENT_ID, EVENT_TIME, FILE_ID, LINE};
use crate::schema::{Column, Kind, Table};

/// Where the file was.
pub const PATH: Column = Column::required(
    "path",
    Kind::Text,
    "Path of the file with forward slashes, relative to the folder of the config or of the run when below it.",
);
/// Digest of the file.
pub const SHA256: Column =
    Column::required("sha256", Kind::Text, "SHA-256 of the file's bytes as they stand on disk, in hexadecimal.");
/// Size of the file.
pub const BYTE_COUNT: Column = Column::required("byte_count", Kind::Whole, "Size of the file on disk in bytes.");
/// The file's source.
pub const SOURCE: Column = Column::optional(
    "source",
    Kind::Text,
    "Source id of the file's records. null = none was found; all of its records are rejects.",
);
/// Records read.
pub const RECORDS: Column =
    Column::required("records", Kind::Whole, "Records read: the sum of accepted, duplicate, filtered and rejected.");
/// Records that became events.
pub const ACCEPTED: Column = Column::required("accepted", Kind::Whole, "Records that became events of this file.");
/// Records that were known.
pub const DUPLICATE: Column =
    Column::required("duplicate", Kind::Whole, "Records that the lake, or an earlier line of the ingest, already had.");
/// Records left out.
pub const FILTERED: Column = Column::required("filtered", Kind::Whole, "Records left out by a named rule.");
/// Records that could not be read.
pub const REJECTED: Column = Column::required("rejected", Kind::Whole, "Records that stand in table rejects.");
/// First event.
pub const FIRST_EVENT_TIME: Column = Column::optional(
    "first_event_time",
    Kind::Instant,
    "Earliest event_time of the file's accepted and duplicate events. null = none.",
);
/// Last event.
pub const LAST_EVENT_TIME: Column = Column::optional(
    "last_event_time",
    Kind::Instant,
    "Latest event_time of the file's accepted and duplicate events. null = none.",
);
/// When it was ingested.
pub const INGESTED_AT: Column = Column::required("ingested_at", Kind::Instant, "When the ingest began.");
/// How it is compressed.
pub const COMPRESSION: Column = Column::required("compression", Kind::Text, "none, gzip or zstd, told by magic bytes.");
/// How its records stand in it.
pub const PACKING: Column = Column::required(
    "packing",
    Kind::Text,
    "lines, array, list, values, csv, parquet, text, empty, or none where nothing holds records.",
);
/// When it was last changed.
pub const MODIFIED_AT: Column =
    Column::optional("modified_at", Kind::Instant, "Time of last modification by the file system. null = not known.");
/// Why records were left out.
pub const FILTERED_RULES: Column = Column::optional(
    "filtered_rules",
    Kind::Text,
    "Rules that left records out, with their counts: `rule=3, other=1`. null = none.",
);
/// Digest of the content.
pub const CONTENT_SHA256: Column = Column::optional(
    "content_sha256",
    Kind::Text,
    "SHA-256 of what the file holds, uncompressed, in hexadecimal: what CloudTrail's digests name log files by. null = the file is not compressed, its stream is damaged, or nothing names files of its source so.",
);
/// The batch.
pub const BATCH_ID: Column = Column::required(
    "batch_id",
    Kind::Text,
    "Digest of the files ingested together; the names of all Parquet files of the batch begin with it.",
);
/// The event that a duplicate would have been.
pub const RECORD_ID: Column = Column::optional(
    "record_id",
    Kind::Text,
    "The event_id that the record has by itself, where another delivery of the event has another one. null = the same.",
);
/// Why a record was rejected.
pub const REASON: Column = Column::required("reason", Kind::Text, "What is wrong, and where inside the record.");
/// The rejected record.
pub const REJECTED_RAW: Column = Column::required(
    "raw",
    Kind::Text,
    "The record as read, at most its first 64 KiB, secrets masked, invalid UTF-8 replaced. Personal data.",
);

/// Table `files`.
pub const FILES: Table = Table {
    name: "files",
    doc: "One file as it was read once. A file that has changed since has another row; the last one is by `ingested_at`.",
    columns: &[
        FILE_ID,
        PATH,
        SHA256,
        BYTE_COUNT,
        SOURCE,
        RECORDS,
        ACCEPTED,
        DUPLICATE,
        FILTERED,
        REJECTED,
        FIRST_EVENT_TIME,
        LAST_EVENT_TIME,
        INGESTED_AT,
        COMPRESSION,
        PACKING,
        MODIFIED_AT,
        FILTERED_RULES,
        CONTENT_SHA256,
        BATCH_ID,
    ],
};

/// Table `rejects`.
pub const REJECTS: Table = Table {
    name: "rejects",
    doc: "One record, or one whole file, that could not be read.",
    columns: &[FILE_ID, PATH, SOURCE, LINE, BYTE_OFFSET, REASON, REJECTED_RAW],
};

/// Table `duplicates`.
pub const DUPLICATES: Table = Table {
    name: "duplicates",
    doc: "One record that was known already, and the event that it repeats: with `events` and `rejects`, a row for every record read.",
    columns: &[FILE_ID, SOURCE, LINE, BYTE_OFFSET, EVENT_ID, EVENT_TIME, DELIVERY, RECORD_ID],
};
