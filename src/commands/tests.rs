//! `tickmark tests`

use std::io::Write;

use super::listing::Listing;
use crate::catalogue::{TESTS, Test, markdown};
use crate::cli;
use crate::config::{Config, CustomTest};
use crate::error::{Error, Exit, Result};
use crate::report::controls::of_test;

pub(super) fn run(args: &cli::Tests, out: &mut dyn Write) -> Result<u8> {
    let config = args.config.as_deref().map_or_else(Config::bare, Config::read)?;
    let own = &config.custom_tests;
    match &args.id {
        Some(id) => super::printed(write!(out, "{}", page(id, own)?))?,
        None => list(own).write(out, args.format, &[format!("total: {} tests", TESTS.len() + own.len())])?,
    }
    Ok(Exit::DONE)
}

fn page(id: &str, own: &[CustomTest]) -> Result<String> {
    let custom = own.iter().find(|custom| custom.test.id.eq_ignore_ascii_case(id));
    if let Some(custom) = custom {
        let controls = custom.test_controls();
        return Ok(format!("{}\n```sql\n{}\n```\n", markdown(custom.test, &controls), custom.sql.trim()));
    }
    let test = TESTS.iter().find(|test| test.id.eq_ignore_ascii_case(id));
    let test = test.ok_or_else(|| Error::Usage(format!("no test `{id}`; `tickmark tests` lists them")))?;
    Ok(markdown(test, &of_test(test.id)))
}

fn list(own: &[CustomTest]) -> Listing {
    let row = |test: &Test, origin: &str| {
        vec![
            test.id.into(),
            test.version.into(),
            if test.is_gate() { "gate" } else { "control" }.into(),
            test.severity.as_str().into(),
            test.about.title.into(),
            origin.into(),
        ]
    };
    let built_in = TESTS.iter().map(|test| row(test, "catalogue"));
    let own = own.iter().map(|custom| row(custom.test, &custom.path));
    Listing {
        titles: vec!["test_id", "version", "kind", "severity", "title", "origin"],
        rows: built_in.chain(own).collect(),
    }
}
