//! What the end-to-end tests share: the program, folders to work in, and tables as plain rows.

mod made;
mod place;
mod tables;

pub(crate) use made::{Cell, MadeLake};
pub(crate) use place::{Place, bare, bare_config, listing, sample};
pub(crate) use tables::{
    Row, assert_same_lake, assert_ties_out, csv_rows, lake_count, lake_rows, parquet_rows, plain_count,
};

use std::path::Path;
use std::process::Command;

/// The program as a child, with nothing of the caller's environment.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tickmark"));
    command.env_clear();
    command
}

/// What the program did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let ran = Self {
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(ran.code.is_some(), "killed by a signal: {ran:?}");
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        ran
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).unwrap()
    }

    /// Asserts the exit status; gives itself back for more.
    pub(crate) fn ends(self, code: i32) -> Self {
        let text = String::from_utf8_lossy(&self.stdout);
        assert_eq!(self.code, Some(code), "stdout: {text}\nstderr: {}", self.stderr);
        self
    }

    /// Asserts that the message names all of these.
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is not in: {}", self.stderr);
        }
        self
    }
}

/// Runs the program in a folder.
pub(crate) fn tickmark(folder: &Path, arguments: &[&str]) -> Ran {
    Ran::of(command().current_dir(folder).args(arguments))
}
