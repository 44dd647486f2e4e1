//! The command line: arguments and help text only.

mod listings;
mod words;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use listings::{Access, Coverage, Files, Tests, Vocabulary};
pub use words::{Delivery, FailOn, Format, Idp, Layout, ListFormat, StoryFormat};

/// Who changed whose access to Databricks, on whose authority, was it carried out in time, and is that all of it?
#[derive(Debug, Parser)]
#[command(name = "tickmark", version, arg_required_else_help = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Do the whole quarterly job: ingest, correlate, test, report
    #[command(
        after_help = "Examples:\n  tickmark run --config tickmark.toml\n  tickmark run --config tickmark.toml --period 2026-Q3 --fail-on exceptions"
    )]
    Run(Run),
    /// Read files, folders or globs into a lake; what the lake has already is not added again
    #[command(
        after_help = "Examples:\n  tickmark ingest --lake lake exports/okta exports/databricks\n  tickmark ingest --lake lake --source databricks 'delivery/**/auditlogs_*.json'"
    )]
    Ingest(Ingest),
    /// Correlate, test and report from a lake, without ingesting
    #[command(
        after_help = "Examples:\n  tickmark report --lake lake --config tickmark.toml --period 2026-Q3 --out evidence/2026-Q3\n  tickmark report --lake lake --config tickmark.toml --period 2026-07-01..2026-08-01 --out evidence/july"
    )]
    Report(Report),
    /// Correlate a lake of any size, without tests and report: vouching and tracing as Parquet
    #[command(
        after_help = "Works part by part, so that memory is bounded however many changes the lake holds.\n\nExamples:\n  tickmark correlate --lake lake --config tickmark.toml --period 2026-Q3 --out correlation\n  duckdb -c \"SELECT verdict, reason, count(*) FROM 'correlation/vouching.parquet' GROUP BY ALL\""
    )]
    Correlate(Correlate),
    /// List the files that were read, with what became of their records, and say whether it all ties out
    #[command(
        after_help = "In the table, control characters of a path are escaped (\\n, \\u{1b}) and a backslash is doubled; csv and json give paths as they are.\nEnds with status 1 when a file or the total does not tie out.\n\nExamples:\n  tickmark files --lake lake\n  tickmark files --lake lake --format csv > files.csv"
    )]
    Files(Files),
    /// List the event types that were seen: how often, when, and which of them are not understood
    #[command(
        after_help = "First come the types that are not in the vocabulary and look as if they changed access: a whole word of the name, or of the name of a request parameter, speaks of it (grant, owner, role, token, ...).\n\nExamples:\n  tickmark vocabulary --lake lake\n  tickmark vocabulary --lake lake --format json"
    )]
    Vocabulary(Vocabulary),
    /// List the tests, or tell all about one: what, why, how, false positives, what it cannot show
    #[command(
        after_help = "With a configuration the organisation's own tests are listed, too: TOML files in the folder `tests.d` beside it, or in the one that `[report] tests` names.\n\nExamples:\n  tickmark tests\n  tickmark tests VCH-01\n  tickmark tests --config tickmark.toml --format json"
    )]
    Tests(Tests),
    /// Show which hours of which source and scope the logs speak for, and their holes
    #[command(
        after_help = "An hour is covered (a record, or a declared heartbeat), quiet (none, and fewer than one expected), a hole (none, and one or more expected; or outside the evidence) or not established (too few days to expect anything). Verdicts lean on absence over covered and quiet hours only, and cite the hole that keeps them open. Of a period the look-back before it and the longest window after it are shown, too. With --hours the rows are those of table coverage, as in the package.\n\nHeartbeats are declared in the configuration: [[heartbeat]] with source, scope, and paths of CSV or JSON-lines files (time, and where they differ source, scope, reference), or at = [\"2026-07-03T04:00:00Z\"].\n\nExamples:\n  tickmark coverage --lake lake\n  tickmark coverage --lake lake --config tickmark.toml --period 2026-Q3\n  tickmark coverage --lake lake --config tickmark.toml --hours --format csv > hours.csv"
    )]
    Coverage(Coverage),
    /// Say who held what, from when until when, and how that is known
    #[command(
        after_help = "A row is a stretch of time in one state: in_force, or suspended while the person was deactivated. Without an instant in `from` it was held before the first record; without one in `until` it still was at the end of the evidence. Of groups in groups, --effective adds a row for each chain.\n\nExamples:\n  tickmark access --lake lake --subject alice@example.com --effective\n  tickmark access --lake lake --config tickmark.toml --at 2026-07-01 --format csv > access-at-start.csv\n  tickmark access --lake lake --entitlement '*admin*' --period 2026-Q3"
    )]
    Access(Access),
    /// Tell the full story of one verdict, or why somebody does not have something
    #[command(
        after_help = "ITEM is an item id as in the package's items, vouching and tracing, or its beginning; or the event id, native id or request id of a decision, a push or an effect: then every item that it is part of is told. Asked for --subject, the answer says where the chain from decision to access broke: not decided, not pushed, the push failed, late, removed by whom.\n\nExamples:\n  tickmark explain 3f9c0a --lake lake --config tickmark.toml\n  tickmark explain --subject alice@example.com --entitlement data-engineers --lake lake --config tickmark.toml\n  tickmark explain --subject alice@example.com --at 2026-07-15 --lake lake --config tickmark.toml --format json"
    )]
    Explain(Explain),
    /// Ask the lake in SQL; its tables are events, changes, files and rejects
    #[command(
        after_help = "Examples:\n  tickmark query --lake lake \"SELECT source, plane, COUNT(*) AS n FROM events GROUP BY source, plane ORDER BY n DESC\"\n  tickmark query --lake lake \"SELECT event_time, actor, subject FROM changes WHERE verb = 'admin.grant'\" --format csv"
    )]
    Query(Query),
    /// Merge the lake's many small files into few; no row changes
    #[command(
        after_help = "Examples:\n  tickmark compact --lake lake\n  tickmark compact --lake lake --source databricks --target-size 256"
    )]
    Compact(Compact),
    /// Check that an evidence package is whole and unaltered
    #[command(
        after_help = "Examples:\n  tickmark verify evidence/2026-Q3\n  cd evidence/2026-Q3 && sha256sum soc2.html   # compare with manifest.json, without tickmark"
    )]
    Verify(Verify),
    /// Write a fictional organisation's exports together with labelled truth
    #[command(
        after_help = "Examples:\n  tickmark simulate --out demo --seed 7 --people 24 --days 31\n  tickmark simulate --out large --seed 1 --people 800 --days 92\n  tickmark simulate --out entra --idp entra --delivery azure"
    )]
    Simulate(Simulate),
}

/// `tickmark run`
#[derive(Debug, Args)]
pub struct Run {
    /// The configuration
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The period: 2026-Q3, 2026-07 or 2026-07-01..2026-10-01 (half open) [default: report.period of the configuration]
    #[arg(long, value_name = "P")]
    pub period: Option<String>,
    /// The lake's folder [default: report.lake of the configuration]
    #[arg(long, value_name = "DIR")]
    pub lake: Option<PathBuf>,
    /// The package's folder [default: report.out of the configuration]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How the evidence is judged
    #[command(flatten)]
    pub judging: Judging,
    /// Rejected records that are tolerated; a file that brings more is left out as a whole, and the run ends with status 4 after
    /// the package is written [default: max_rejects of COV-02 in the configuration, else 0]
    #[arg(long, value_name = "N")]
    pub max_rejects: Option<u64>,
    /// Take what can be read of a file that brings too many rejects; the status is 4 all the same
    #[arg(long)]
    pub keep_going: bool,
    /// Print the summary as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Say nothing on standard error while working
    #[arg(long, short)]
    pub quiet: bool,
}

/// What `run` and `report` ask for alike.
#[derive(Debug, Args)]
pub struct Judging {
    /// An earlier package to compare with [default: report.previous of the configuration]
    #[arg(long, value_name = "DIR")]
    pub previous: Option<PathBuf>,
    /// The profile: soc2-core, iso27001-core, pci, hipaa, strict, or one of the configuration [default: report.profile of the
    /// configuration, else every test]
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// End with status 10 on exceptions; with `undetermined` also with 11 on undetermined items
    #[arg(long, value_name = "WHAT")]
    pub fail_on: Option<FailOn>,
}

/// `tickmark ingest`
#[derive(Debug, Args)]
pub struct Ingest {
    /// The lake's folder; made where there is none
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    /// The source of all the files [default: found out from the records]
    #[arg(long, value_name = "ID")]
    pub source: Option<String>,
    /// Files, folders or globs
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<String>,
    /// The zone of times that are written without one, e.g. Europe/Berlin [default: such times are rejected]
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Rejected records that are tolerated; a file that brings more is left out as a whole, and the command ends with status 4
    /// [default: any number]
    #[arg(long, value_name = "N")]
    pub max_rejects: Option<u64>,
    /// Take what can be read of a file that brings too many rejects; the status is 4 all the same
    #[arg(long)]
    pub keep_going: bool,
    /// Print the summary as one JSON document
    #[arg(long)]
    pub json: bool,
    /// Say nothing on standard error while working
    #[arg(long, short)]
    pub quiet: bool,
}

/// `tickmark report`
#[derive(Debug, Args)]
pub struct Report {
    /// The lake's folder
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    /// The configuration
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The period: 2026-Q3, 2026-07 or 2026-07-01..2026-10-01 (half open)
    #[arg(long, value_name = "P")]
    pub period: String,
    /// The package's folder
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How the evidence is judged
    #[command(flatten)]
    pub judging: Judging,
}

/// `tickmark correlate`
#[derive(Debug, Args)]
pub struct Correlate {
    /// The lake's folder
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    /// The configuration
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The period: 2026-Q3, 2026-07 or 2026-07-01..2026-10-01 (half open)
    #[arg(long, value_name = "P")]
    pub period: String,
    /// The folder for vouching.parquet and tracing.parquet; made where there is none
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Changes that are held in memory at once; more take more memory, and no less time
    #[arg(long, value_name = "N", default_value_t = crate::correlate::parts::AT_ONCE, value_parser = at_least_one)]
    pub at_once: usize,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("is no whole number".to_owned()),
    }
}

/// `tickmark explain`
#[derive(Debug, Args)]
pub struct Explain {
    /// The item, or an event of it
    #[arg(value_name = "ITEM", required_unless_present = "subject", conflicts_with = "subject")]
    pub item: Option<String>,
    /// The lake's folder
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    /// The configuration: the verdicts are those of a run with it
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The period: 2026-Q3, 2026-07 or 2026-07-01..2026-10-01 (half open) [default: report.period of the configuration]
    #[arg(long, value_name = "P")]
    pub period: Option<String>,
    /// Whose access is asked about: any name or id of a person, service principal or group
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
    /// What should be held: a group by its name on either side, a role, or `account`
    #[arg(long, value_name = "NAME", default_value = crate::correlate::ACCOUNT, conflicts_with = "item")]
    pub entitlement: String,
    /// When it should be held: 2026-07-01T12:00:00Z, or 2026-07-01 for its first instant [default: the end of the evidence]
    #[arg(long, value_name = "INSTANT", conflicts_with = "item")]
    pub at: Option<String>,
    /// How to print the story
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: StoryFormat,
}

/// `tickmark query`
#[derive(Debug, Args)]
pub struct Query {
    /// The lake's folder
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    /// The query
    pub sql: String,
    /// How to print the rows
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// `tickmark compact`
#[derive(Debug, Args)]
pub struct Compact {
    /// The lake's folder
    #[arg(long, value_name = "DIR")]
    pub lake: PathBuf,
    /// Only the partitions of this source [default: every table]
    #[arg(long, value_name = "ID")]
    pub source: Option<String>,
    /// How large files get, in megabytes; files from half of it on stay as they are
    #[arg(long, value_name = "MB", default_value_t = crate::lake::TARGET_BYTES / 1_000_000, value_parser = clap::value_parser!(u64).range(16..=100_000))]
    pub target_size: u64,
    /// Keep replaced files for time travel, now and from now on, until `_keep_replaced` is removed from the lake. Readers that
    /// know nothing of Delta tables then find rows twice
    #[arg(long)]
    pub keep_replaced: bool,
}

/// `tickmark verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// The package's folder
    pub package: PathBuf,
}

/// `tickmark simulate`
#[derive(Debug, Args)]
pub struct Simulate {
    /// The folder to write to; it must be empty or not exist
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub seed: u64,
    /// People employed on the first day
    #[arg(long, value_name = "N", default_value_t = 24)]
    pub people: u32,
    /// Days, from 2026-07-01 on
    #[arg(long, value_name = "N", default_value_t = 31)]
    pub days: u32,
    /// Who decides about access
    #[arg(long, value_name = "IDP", default_value = "okta")]
    pub idp: Idp,
    /// How Databricks' audit log comes
    #[arg(long, value_name = "FORM", default_value = "aws")]
    pub delivery: Delivery,
    /// Write so much of Databricks audit log instead, without organisation and truth, to measure with: 500MB, 20GB
    #[arg(long, value_name = "SIZE")]
    pub volume: Option<String>,
    /// How a volume is laid out in files
    #[arg(long, value_name = "LAYOUT", default_value = "delivery", requires = "volume")]
    pub layout: Layout,
    /// Of a thousand records of a volume those that change access
    #[arg(long, value_name = "N", default_value_t = 70, requires = "volume")]
    pub changes: u32,
}
