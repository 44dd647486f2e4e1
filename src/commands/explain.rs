//! `tickmark explain`

mod answer;
mod page;
mod raw;
mod story;

use std::io::{IsTerminal as _, Write};

use serde_json::{Value, json};

use super::printed;
use crate::cli::{self, StoryFormat};
use crate::companion::Companions;
use crate::config::Period;
use crate::correlate;
use crate::coverage::Coverage;
use crate::error::{Error, Exit, Result};
use crate::explain::{Answer, Ask, Brief, Missing, Question, Story, item, missing};
use crate::lake::Lake;
use page::Page;

/// Columns where the output is no terminal.
const WIDTH: usize = 100;

/// Version of the JSON document.
const SCHEMA_VERSION: u32 = 1;

pub(super) fn run(args: &cli::Explain, out: &mut dyn Write) -> Result<u8> {
    let (config, _) = Companions::with_config(&args.config, None)?;
    let period = match (&args.period, &config.period) {
        (Some(text), _) => Period::parse(text, config.zone).map_err(Error::Usage)?,
        (None, Some(period)) => period.clone(),
        (None, None) => {
            return Err(Error::Usage("give --period, or report.period in the configuration".to_owned()));
        }
    };
    let at = args.at.as_deref().map(|text| Period::instant(text, config.zone).map_err(Error::Usage)).transpose()?;
    let lake = &Lake::open(&args.lake)?.with_workspaces(&config.workspaces);
    let coverage = &Coverage::of_lake(lake, &config)?;
    let correlation = &correlate::run(lake, &config, &period, coverage)?;
    let ask = Ask { lake, config: &config, period: &period, coverage, correlation };
    match (&args.item, &args.subject) {
        (Some(id), _) => match item(&ask, id)? {
            Answer::Stories(stories) => print_stories(&stories, args.format, out)?,
            Answer::Several(items) => {
                let count = items.len();
                print_items(&items, args.format, out)?;
                return Err(Error::Input(format!("`{id}` is the beginning of {count} items; give more of it")));
            }
        },
        (None, subject) => {
            let subject = subject.as_deref().unwrap_or_default();
            let answer = missing(&ask, Question { subject, entitlement: &args.entitlement, at })?;
            print_answer(&answer, args.format, out)?;
        }
    }
    printed(out.flush())?;
    Ok(Exit::DONE)
}

fn print_stories(stories: &[Story], format: StoryFormat, out: &mut dyn Write) -> Result<()> {
    if format == StoryFormat::Json {
        return document(&json!({"schema_version": SCHEMA_VERSION, "items": stories}), out);
    }
    if stories.len() > 1 {
        let items: Vec<Brief> = stories.iter().map(|story| story.item.clone()).collect();
        print_items(&items, format, out)?;
    }
    let mut page = Page::new(width());
    for (at, told) in stories.iter().enumerate() {
        if at > 0 || stories.len() > 1 {
            page.rule();
        }
        story::tell(told, &mut page);
    }
    printed(out.write_all(page.text().as_bytes()))
}

fn print_answer(answer: &Missing, format: StoryFormat, out: &mut dyn Write) -> Result<()> {
    if format == StoryFormat::Json {
        return document(&json!({"schema_version": SCHEMA_VERSION, "answer": answer}), out);
    }
    let mut page = Page::new(width());
    answer::tell(answer, &mut page);
    printed(out.write_all(page.text().as_bytes()))
}

fn print_items(items: &[Brief], format: StoryFormat, out: &mut dyn Write) -> Result<()> {
    if format == StoryFormat::Json {
        return document(&json!({"schema_version": SCHEMA_VERSION, "several": items}), out);
    }
    let mut page = Page::new(width());
    for item in items {
        let Brief { item_id, side, time, verb, subject, entitlement, verdict, reason } = item;
        let text = format!("{verdict}, {reason}: {verb} {subject}, {entitlement} at {time}");
        page.beside(&format!("{item_id:27} {side}"), &text);
    }
    page.line(&format!("total: {} items", items.len()));
    printed(out.write_all(page.text().as_bytes()))
}

fn document(value: &Value, out: &mut dyn Write) -> Result<()> {
    let text =
        serde_json::to_string_pretty(value).map_err(|e| Error::Bug(format!("an explanation is no JSON: {e}")))?;
    printed(writeln!(out, "{text}"))
}

fn width() -> usize {
    let is_terminal = std::io::stdout().is_terminal();
    let size = is_terminal.then(|| terminal_size::terminal_size_of(std::io::stdout())).flatten();
    size.map_or(WIDTH, |(width, _)| usize::from(width.0))
}
