//! `tickmark verify`

use std::io::Write;

use super::printed;
use crate::cli;
use crate::error::{Exit, Result};
use crate::package::{Verification, verify};

pub(super) fn run(args: &cli::Verify, out: &mut dyn Write) -> Result<u8> {
    let found = verify(&args.package)?;
    printed(told(out, &found))?;
    Ok(if found.is_intact() { Exit::DONE } else { Exit::FAILED })
}

fn told(out: &mut dyn Write, found: &Verification) -> std::io::Result<()> {
    writeln!(out, "run        {}", found.run_id)?;
    writeln!(out, "manifest   sha256 {}", found.manifest_sha256)?;
    writeln!(out, "files      {} of {} as listed", found.intact, found.listed)?;
    let lists = [
        ("missing", &found.missing),
        ("changed", &found.changed),
        ("not listed", &found.unlisted),
        ("at odds", &found.disagreements),
    ];
    for (what, list) in lists {
        for entry in list {
            writeln!(out, "{what:<10} {}", entry.replace(char::is_control, " "))?;
        }
    }
    let verdict = if found.is_intact() { "intact since the manifest was written" } else { "NOT intact" };
    writeln!(out, "package    {verdict}")
}
