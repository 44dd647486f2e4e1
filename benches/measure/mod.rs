//! Runs the program as a process of its own and says what it took.

use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What one run took.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) seconds: f64,
    pub(super) peak_mb: u64,
}

/// Runs the program to its end, and watches how much memory it holds.
pub(super) fn run(arguments: &[&str]) -> Run {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tickmark"))
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut peak_mb = 0;
    let status: ExitStatus = loop {
        peak_mb = peak_mb.max(peak(child.id()));
        match child.try_wait().expect("the program can be waited for") {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    assert!(status.success(), "{arguments:?} ended with {status}");
    Run { seconds: begun.elapsed().as_secs_f64(), peak_mb }
}

/// Most memory that a process has held so far; 0 where the system does not tell.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|kb| kb.trim().split(' ').next()?.parse::<u64>().ok()).map_or(0, |kb| kb / 1024)
}
