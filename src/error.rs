//! What can go wrong, and the exit status that it leads to.

use std::path::PathBuf;

/// Exit statuses of the command line. They are part of the contract.
#[derive(Debug)]
pub enum Exit {}

impl Exit {
    /// Done, nothing to report.
    pub const DONE: u8 = 0;
    /// Failed.
    pub const FAILED: u8 = 1;
    /// The command line was wrong (clap's own status).
    pub const USAGE: u8 = 2;
    /// Bad or no input.
    pub const BAD_INPUT: u8 = 3;
    /// More rejects than allowed.
    pub const REJECTS: u8 = 4;
    /// Exceptions were found.
    pub const EXCEPTIONS: u8 = 10;
    /// No exceptions, but undetermined items.
    pub const UNDETERMINED: u8 = 11;
}

/// Any error that ends a command. Messages are one line, in lower case, with input in backticks.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line asks for something impossible.
    #[error("{0}")]
    Usage(String),
    /// An input is missing or cannot be used; the text names it.
    #[error("{0}")]
    Input(String),
    /// More records were rejected than allowed.
    #[error("{rejected} records rejected, {allowed} allowed; {}", rejects_place(*.refused, .lake))]
    Rejects {
        /// Records rejected in this run.
        rejected: u64,
        /// Records that may be rejected.
        allowed: u64,
        /// Files that were left out as a whole.
        refused: usize,
        /// Where the rejected records are kept.
        lake: PathBuf,
    },
    /// The file system refused.
    #[error("failed to {doing} `{path}`: {source}", path = .path.display())]
    Io {
        /// What was being done, as a verb: read, write, create.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The lake is damaged or refused a commit.
    #[error("lake `{path}`: {message}", path = .path.display())]
    Lake {
        /// The lake's folder.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A query engine failed on data of ours.
    #[error("failed to {doing}: {message}")]
    Engine {
        /// What was being done.
        doing: &'static str,
        /// What the engine said.
        message: String,
    },
    /// A promise of our own was broken.
    #[error("internal error: {0}; please report it")]
    Bug(String),
}

impl Error {
    /// The exit status of a command that ends with this error.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => Exit::USAGE,
            Self::Input(_) => Exit::BAD_INPUT,
            Self::Rejects { .. } => Exit::REJECTS,
            Self::Io { .. } | Self::Lake { .. } | Self::Engine { .. } | Self::Bug(_) => Exit::FAILED,
        }
    }

    /// What the user can do about it; `None` = the message says all.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Rejects { refused: 0, .. } => Some("give --max-rejects to tolerate more"),
            Self::Rejects { .. } => Some(
                "mend the files, give --keep-going to take what can be read of them, or --max-rejects to tolerate more",
            ),
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                Some("the disk is full; what the lake held before is intact, and the next run completes this one")
            }
            _ => None,
        }
    }

    /// An I/O error with the act and the path.
    pub fn io(doing: &'static str, path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { doing, path: path.into(), source }
    }
}

fn rejects_place(refused: usize, lake: &std::path::Path) -> String {
    match refused {
        0 => format!("see table `rejects` in `{}`", lake.display()),
        1 => "1 file was left out as a whole".to_owned(),
        more => format!("{more} files were left out as a whole"),
    }
}

/// Result with the one error of the crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
