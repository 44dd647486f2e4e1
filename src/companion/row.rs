//! One row of a file: its cells as text, then as values of the types that its register declares.

use std::sync::Arc;

use super::schema::{Column, Register, Type};
use super::words::Word;
use crate::config::{Config, Period, Span, glob};
use crate::correlate::ACCOUNT;
use crate::error::{Error, Result};

/// A row as a file has it: one text a column of the register, in its order; `None` = absent or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raw {
    /// Line that it begins in, from 1; of Parquet the row.
    pub(super) line: u64,
    pub(super) cells: Vec<Option<String>>,
}

/// What is wrong, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: u64,
    pub(super) message: String,
}

impl Fault {
    pub(super) fn new(line: u64, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Texts(Vec<String>),
    Time(i64),
    Span(Span),
    Flag(bool),
}

/// A row whose cells have been read.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) path: Arc<str>,
    pub(super) line: u64,
    register: &'static Register,
    cells: Vec<Option<Value>>,
}

impl Row {
    /// Reads every cell; what is wrong with the first that cannot be read.
    pub(super) fn of(
        raw: Raw,
        path: &Arc<str>,
        register: &'static Register,
        config: &Config,
    ) -> std::result::Result<Self, Fault> {
        let line = raw.line;
        let read = |(column, text): (&Column, Option<String>)| match text {
            Some(text) => value(column.cell, &text, config)
                .map(Some)
                .map_err(|what| Fault::new(line, format!("`{}`: {what}", column.name))),
            None if column.required => Err(Fault::new(line, format!("`{}` is missing", column.name))),
            None if matches!(column.cell, Type::Scope) => Ok(Some(Value::Text(ACCOUNT.to_owned()))),
            None => Ok(None),
        };
        let cells = register.columns.iter().zip(raw.cells).map(read).collect::<std::result::Result<_, _>>()?;
        Ok(Self { path: path.clone(), line, register, cells })
    }

    /// A cell by the name of its column.
    ///
    /// # Errors
    /// [`Error::Bug`] where the register declares another type.
    pub(super) fn get<T: FromCell>(&self, name: &str) -> Result<T> {
        T::of(self.cell(name)).ok_or_else(|| self.bug(name))
    }

    /// A cell that holds one of the words of an enum; `None` = absent.
    pub(super) fn some_word<W: Word>(&self, name: &str) -> Option<W> {
        let Some(Value::Text(text)) = self.cell(name) else { return None };
        W::ALL.iter().find(|(word, _)| word == text).map(|(_, value)| *value)
    }

    /// A required cell that holds one of the words of an enum.
    ///
    /// # Errors
    /// [`Error::Bug`] where the register declares other words.
    pub(super) fn word<W: Word>(&self, name: &str) -> Result<W> {
        self.some_word(name).ok_or_else(|| self.bug(name))
    }

    fn cell(&self, name: &str) -> Option<&Value> {
        let at = self.register.columns.iter().position(|column| column.name == name)?;
        self.cells.get(at)?.as_ref()
    }

    fn bug(&self, name: &str) -> Error {
        Error::Bug(format!("column `{name}` of {} is not read as it is declared", self.register.kind.as_str()))
    }

    /// What no other row of the kind may share. Names are compared without regard to case.
    pub(super) fn key(&self) -> Vec<String> {
        let part = |name: &&str| match self.cell(name) {
            None => String::new(),
            Some(Value::Text(text)) => crate::identity::fold(text),
            Some(Value::Texts(texts)) => texts.join(";"),
            Some(Value::Time(time)) => time.to_string(),
            Some(Value::Span(span)) => span.to_string(),
            Some(Value::Flag(flag)) => flag.to_string(),
        };
        self.register.key.iter().map(part).collect()
    }
}

fn value(cell: Type, text: &str, config: &Config) -> std::result::Result<Value, String> {
    let day_or_instant = |text: &str| Period::instant(text, config.zone).map(Value::Time);
    match cell {
        Type::Text => Ok(Value::Text(text.to_owned())),
        Type::Glob => well_formed(text).map(Value::Text),
        Type::Globs => globs(text).map(Value::Texts),
        Type::Scope => Ok(Value::Text(config.scope_of(text).to_lowercase())),
        Type::Instant => chrono::DateTime::parse_from_rfc3339(text)
            .map(|time| Value::Time(time.timestamp_micros()))
            .map_err(|_| format!("expected an instant such as `2026-07-01T12:00:00Z`, found `{text}`")),
        Type::DayOrInstant => day_or_instant(text),
        Type::Duration => text.parse().map(Value::Span),
        Type::Flag => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Value::Flag(true)),
            "false" => Ok(Value::Flag(false)),
            _ => Err(format!("expected `true` or `false`, found `{text}`")),
        },
        Type::Words(words) => {
            let known = words();
            let folded = text.to_ascii_lowercase();
            let found = known.iter().find(|word| **word == folded).map(|word| Value::Text((*word).to_owned()));
            found.ok_or_else(|| format!("expected one of {}, found `{text}`", known.join(", ")))
        }
    }
}

fn well_formed(text: &str) -> std::result::Result<String, String> {
    glob(text).map(|_| text.to_owned()).map_err(|e| e.to_string())
}

fn globs(text: &str) -> std::result::Result<Vec<String>, String> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(well_formed).collect()
}

/// What a cell may become; `None` = it is of another type.
pub(super) trait FromCell: Sized {
    fn of(cell: Option<&Value>) -> Option<Self>;
}

impl FromCell for String {
    fn of(cell: Option<&Value>) -> Option<Self> {
        if let Some(Value::Text(text)) = cell { Some(text.clone()) } else { None }
    }
}

impl FromCell for Vec<String> {
    fn of(cell: Option<&Value>) -> Option<Self> {
        if let Some(Value::Texts(texts)) = cell { Some(texts.clone()) } else { None }
    }
}

impl FromCell for i64 {
    fn of(cell: Option<&Value>) -> Option<Self> {
        if let Some(Value::Time(time)) = cell { Some(*time) } else { None }
    }
}

impl FromCell for Span {
    fn of(cell: Option<&Value>) -> Option<Self> {
        if let Some(Value::Span(span)) = cell { Some(*span) } else { None }
    }
}

impl FromCell for bool {
    fn of(cell: Option<&Value>) -> Option<Self> {
        if let Some(Value::Flag(flag)) = cell { Some(*flag) } else { None }
    }
}

impl<T: FromCell> FromCell for Option<T> {
    fn of(cell: Option<&Value>) -> Option<Self> {
        match cell {
            None => Some(None),
            Some(_) => T::of(cell).map(Some),
        }
    }
}
