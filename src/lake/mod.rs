//! The lake: Delta tables of plain Parquet files.
