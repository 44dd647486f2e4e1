//! A line on standard error that follows an ingest, and what standard output says of each file.

use std::io::{IsTerminal as _, Write};

use super::Clock;
use super::summary::{plain, span};
use crate::ingest::{Counts, FileTally, Progress, Watch};
use crate::report::format::number;

/// Milliseconds between two drawings of the line.
const PAUSE: i64 = 150;

/// Columns of a terminal that does not tell its width.
const WIDTH: usize = 80;

/// A line that says how far an ingest has come.
pub(super) struct Funnel<'c> {
    clock: Clock<'c>,
    started: i64,
    drawn: i64,
}

impl<'c> Funnel<'c> {
    /// The line, unless it is not wanted or nobody would see it.
    pub(super) fn new(clock: Clock<'c>, quiet: bool) -> Option<Self> {
        let is_seen = !quiet && std::io::stderr().is_terminal();
        is_seen.then(|| Self { clock, started: clock().timestamp_millis(), drawn: 0 })
    }

    fn draw(&mut self, progress: &Progress) {
        let now = (self.clock)().timestamp_millis();
        if now - self.drawn < PAUSE {
            return;
        }
        self.drawn = now;
        write(&line(progress, now - self.started, width()));
    }

    /// Takes the line away, so that it does not stand among results.
    pub(super) fn clear(&self) {
        write("");
    }
}

// Progress is a courtesy: a terminal that has gone away must not end the ingest.
fn write(line: &str) {
    let line: String = line.chars().take(width().saturating_sub(1)).collect();
    let mut stderr = std::io::stderr().lock();
    let _ = write!(stderr, "\r\x1b[2K{line}");
    let _ = stderr.flush();
}

fn width() -> usize {
    terminal_size::terminal_size_of(std::io::stderr()).map_or(WIDTH, |(width, _)| usize::from(width.0))
}

/// Columns from which on words are written out.
const WIDE: usize = 140;

/// What the line says after that many milliseconds, in so many columns.
fn line(progress: &Progress, elapsed: i64, width: usize) -> String {
    let Progress { files_done, files, bytes_done, bytes, counts: c, records_read } = progress;
    let elapsed = u64::try_from(elapsed).unwrap_or(0).max(1);
    let per_second = bytes_done * 1000 / elapsed;
    let left = match per_second {
        0 => String::new(),
        speed => format!(" {} left", span((bytes - bytes_done.min(bytes)) / speed)),
    };
    let [accepted, duplicate, filtered, rejected] =
        if width >= WIDE { ["accepted", "duplicate", "filtered", "rejected"] } else { ["acc", "dup", "fil", "rej"] };
    format!(
        "{}/{} files {}/{}MB {}MB/s{left}: {} read, {} {accepted} {} {duplicate} {} {filtered} {} {rejected}",
        short(*files_done),
        short(*files),
        bytes_done / 1_000_000,
        bytes / 1_000_000,
        per_second / 1_000_000,
        short(*records_read),
        short(c.accepted),
        short(c.duplicate),
        short(c.filtered),
        short(c.rejected),
    )
}

/// A tally in few letters; the exact one is printed when all is done.
fn short(count: u64) -> String {
    match count {
        0..10_000 => count.to_string(),
        10_000..10_000_000 => format!("{}k", count / 1000),
        _ => format!("{}M", count / 1_000_000),
    }
}

/// What standard output says of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Nothing.
    Silent,
    /// A line for each.
    Lines,
    /// An element of a JSON list for each.
    Json,
}

/// Follows an ingest.
pub(super) struct Follower<'o> {
    pub(super) funnel: Option<Funnel<'o>>,
    pub(super) style: Style,
    pub(super) out: &'o mut dyn Write,
    /// The first thing that went wrong with the output.
    pub(super) result: std::io::Result<()>,
    /// Files told so far.
    pub(super) told: u64,
}

impl Watch for Follower<'_> {
    fn file(&mut self, tally: &FileTally) {
        if tally.unchanged || self.result.is_err() {
            return;
        }
        self.result = match self.style {
            Style::Silent => Ok(()),
            Style::Lines => self.line(tally),
            Style::Json => self.element(tally),
        };
        self.told += 1;
    }

    fn progress(&mut self, progress: &Progress) {
        if let Some(funnel) = &mut self.funnel {
            funnel.draw(progress);
        }
    }
}

impl Follower<'_> {
    fn line(&mut self, tally: &FileTally) -> std::io::Result<()> {
        if let Some(funnel) = &self.funnel {
            funnel.clear();
        }
        if self.told == 0 {
            writeln!(
                self.out,
                "{:>12}   {:>12}   {:>10}   {:>9}   {:>9}  {:<18} file",
                "records =", "accepted +", "duplicate +", "filtered +", "rejected", "source"
            )?;
        }
        let Counts { records, accepted, duplicate, filtered, rejected } = tally.counts;
        writeln!(
            self.out,
            "{:>12}   {:>12}   {:>11}   {:>10}   {:>8}  {:<18} {}",
            number(records),
            number(accepted),
            number(duplicate),
            number(filtered),
            number(rejected),
            tally.source.unwrap_or("-"),
            plain(&tally.path)
        )
    }

    fn element(&mut self, tally: &FileTally) -> std::io::Result<()> {
        let before = if self.told == 0 { "" } else { ",\n" };
        write!(self.out, "{before}{}", super::summary::file_json(tally))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_is_done_and_what_is_left() {
        let counts = Counts { records: 900, accepted: 890, duplicate: 4, filtered: 3, rejected: 3 };
        let progress = Progress {
            files_done: 1234,
            files: 5000,
            bytes_done: 600_000_000,
            bytes: 3_000_000_000,
            counts,
            records_read: 1_000_000,
        };
        let narrow = line(&progress, 2000, 80);
        assert_eq!(narrow, "1234/5000 files 600/3000MB 300MB/s 8 s left: 1000k read, 890 acc 4 dup 3 fil 3 rej");
        let wide = line(&progress, 2000, 160);
        assert!(wide.ends_with("1000k read, 890 accepted 4 duplicate 3 filtered 3 rejected"), "{wide}");
        assert!(line(&Progress::default(), 0, 80).starts_with("0/0 files 0/0MB 0MB/s: 0 read"));
    }
}
