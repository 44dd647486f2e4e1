//! The `tickmark` program.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use tickmark::cli::Cli;
use tickmark::commands;

#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut stdout = std::io::stdout().lock();
    let result =
        commands::dispatch(&cli.command, &clock, &mut stdout).and_then(|code| commands::flush(&mut stdout, code));
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // Nobody is left to tell when standard error is closed, too.
            let _ = writeln!(std::io::stderr(), "error: {error}");
            if let Some(hint) = error.hint() {
                let _ = writeln!(std::io::stderr(), "hint: {hint}");
            }
            ExitCode::from(error.exit_code())
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
fn clock() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}
