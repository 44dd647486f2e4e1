//! Tests without code: TOML files with what is known of a test, and a query that yields its items.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{Place, with_suggestion};
use crate::catalogue::{About, Kind as Evidence, Need, Severity, Test, Word, ids};
use crate::config::hex;
use crate::correlate::Verdict;
use crate::error::{Error, Result};
use crate::report::model::{OtherInput, Strength, TestControl};
use crate::schema::{Column, Kind};

/// A test of the user's own.
#[derive(Debug, Clone)]
pub struct CustomTest {
    /// What is known of it, like a test of the catalogue.
    pub test: &'static Test,
    /// The query that yields its items.
    pub sql: String,
    /// The criteria and controls that it bears on: framework, id, how directly.
    pub controls: Vec<(String, String, Strength)>,
    /// Path of the file, relative to the configuration's folder.
    pub path: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Length of the file.
    pub byte_count: u64,
}

impl CustomTest {
    /// The file, as the report lists what it depends on.
    pub(super) fn as_input(&self) -> OtherInput {
        OtherInput {
            path: self.path.clone(),
            kind: "custom test".to_owned(),
            byte_count: self.byte_count,
            sha256: self.sha256.clone(),
            entry_count: 1,
        }
    }

    /// The criteria and controls, as a test of the catalogue has them; the mapping is the organisation's.
    pub fn test_controls(&self) -> Vec<TestControl> {
        let row = |(at, (framework, id, strength)): (usize, &(String, String, Strength))| TestControl {
            framework: framework.clone(),
            edition: "as the organisation names it".to_owned(),
            basis: "organisation".to_owned(),
            mapping_version: self.test.version.to_owned(),
            first_of_framework: self.controls[..at].iter().all(|(f, ..)| f != framework),
            id: id.clone(),
            strength: *strength,
        };
        self.controls.iter().enumerate().map(row).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Spanned<String>,
    version: String,
    title: String,
    severity: Spanned<String>,
    objective: String,
    population: String,
    item_noun: String,
    procedure: Vec<String>,
    false_positives: Vec<String>,
    limits: Vec<String>,
    references: Vec<String>,
    #[serde(default)]
    needs: Vec<Spanned<String>>,
    #[serde(default)]
    control: Vec<Control>,
    reason: Vec<Spanned<Reason>>,
    #[serde(default)]
    column: Vec<Spanned<Own>>,
    sql: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Control {
    framework: String,
    id: String,
    strength: Strength,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    word: String,
    verdict: String,
    meaning: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    name: String,
    kind: String,
    doc: String,
}

/// The tests in a folder, by path; none where the folder is the default one and does not exist, or
/// where the configuration stands in no folder.
pub(super) fn tests(dir: &Path, folder: Option<&Path>) -> Result<Vec<CustomTest>> {
    let path = dir.join(folder.unwrap_or(Path::new("tests.d")));
    if folder.is_none() && (dir.as_os_str().is_empty() || !path.is_dir()) {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(&path).map_err(|e| Error::io("list", &path, e))?;
    let entries = entries.map(|e| e.map(|e| e.path())).collect::<std::io::Result<Vec<PathBuf>>>();
    let mut files = entries.map_err(|e| Error::io("list", &path, e))?;
    files.retain(|file| file.extension().is_some_and(|e| e == "toml"));
    files.sort();
    let mut all: Vec<CustomTest> = Vec::new();
    for file in files {
        let read = read(&file, dir)?;
        if let Some(other) = all.iter().find(|t| t.test.id == read.test.id) {
            let (id, path, other) = (read.test.id, &read.path, &other.path);
            return Err(Error::Input(format!("failed to read `{path}`: test `{id}` stands in `{other}`, too")));
        }
        all.push(read);
    }
    Ok(all)
}

fn read(path: &Path, dir: &Path) -> Result<CustomTest> {
    let bytes = std::fs::read(path).map_err(|e| Error::io("read", path, e))?;
    let shown = path.display().to_string();
    let text = std::str::from_utf8(&bytes).map_err(|_| Error::Input(format!("failed to read `{shown}`: not UTF-8")))?;
    let place = Place { text, name: &shown };
    let file: File =
        toml::from_str(text).map_err(|e: toml::de::Error| place.error(e.span(), &with_suggestion(e.message())))?;
    let controls = file.control.iter().map(|c| (c.framework.clone(), c.id.clone(), c.strength)).collect();
    let sql = file.sql.clone();
    let relative = path.strip_prefix(dir).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let test = test(file, &place)?;
    let sha256 = hex(&Sha256::digest(&bytes));
    Ok(CustomTest { test, sql, controls, path: relative, sha256, byte_count: bytes.len() as u64 })
}

fn test(file: File, place: &Place<'_>) -> Result<&'static Test> {
    let id = file.id.get_ref();
    let wrong = |message: &str| Err(place.error(Some(file.id.span()), message));
    if !is_id(id) {
        return wrong(&format!("`{id}` is no id of a test: capitals, a dash and two digits, such as `ORG-01`"));
    }
    if ids().contains(&id.as_str()) {
        return wrong(&format!("`{id}` is a test of the catalogue; choose an id of your own"));
    }
    let severity = one_of(&file.severity, &SEVERITIES.map(|s| (s.as_str(), s)), "severity", place)?;
    let needs = file.needs.iter().map(|n| one_of(n, &NEEDS, "need", place)).collect::<Result<Vec<_>>>()?;
    let needs = needs.into_iter().map(|kind| Need { kind, optional: false }).collect();
    let words = file.reason.iter().map(|r| word(r, place)).collect::<Result<Vec<_>>>()?;
    let columns = file.column.iter().map(|c| column(c, place)).collect::<Result<Vec<_>>>()?;
    Ok(Box::leak(Box::new(Test {
        id: lasting(file.id.into_inner()),
        version: lasting(file.version),
        severity,
        needs: list(needs),
        shared_parameters: &[],
        own_parameters: &[],
        words: list(words),
        columns: list(columns),
        about: About {
            title: lasting(file.title),
            objective: lasting(file.objective),
            population: lasting(file.population),
            item_noun: lasting(file.item_noun),
            procedure: texts(file.procedure),
            false_positives: texts(file.false_positives),
            limits: texts(file.limits),
            references: texts(file.references),
            deviation: "{actor}, {subject}, {object} at {at}: {meaning}",
            undecided: "{actor}, {subject}, {object} at {at}",
        },
        evaluate: crate::catalogue::by_query,
    })))
}

const SEVERITIES: [Severity; 5] = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

const NEEDS: [(&str, Evidence); 9] = [
    ("authority", Evidence::Authority),
    ("transport", Evidence::Transport),
    ("effect", Evidence::Effect),
    ("usage", Evidence::Usage),
    ("config", Evidence::Configuration),
    ("cloud", Evidence::Cloud),
    ("personnel", Evidence::Personnel),
    ("ticket", Evidence::Ticket),
    ("snapshot", Evidence::Snapshot),
];

const VERDICTS: [(&str, Verdict); 4] = [
    ("pass", Verdict::Pass),
    ("exception", Verdict::Exception),
    ("undetermined", Verdict::Undetermined),
    ("not_applicable", Verdict::NotApplicable),
];

const KINDS: [(&str, Kind); 5] = [
    ("text", Kind::Text),
    ("whole", Kind::Whole),
    ("real", Kind::Real),
    ("flag", Kind::Flag),
    ("instant", Kind::Instant),
];

fn is_id(id: &str) -> bool {
    let Some((family, number)) = id.rsplit_once('-') else { return false };
    let is_family = family.starts_with(|c: char| c.is_ascii_uppercase())
        && family.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-');
    is_family && number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit())
}

fn one_of<T: Copy>(word: &Spanned<String>, all: &[(&str, T)], what: &str, place: &Place<'_>) -> Result<T> {
    found(word.get_ref(), all, what).map_err(|message| place.error(Some(word.span()), &message))
}

fn found<T: Copy>(word: &str, all: &[(&str, T)], what: &str) -> std::result::Result<T, String> {
    let words = || all.iter().map(|(w, _)| *w).collect::<Vec<_>>().join(", ");
    all.iter()
        .find(|(w, _)| *w == word)
        .map(|(_, t)| *t)
        .ok_or_else(|| format!("{what} `{word}` is none of {}", words()))
}

fn word(reason: &Spanned<Reason>, place: &Place<'_>) -> Result<Word> {
    let Reason { word, verdict, meaning } = reason.get_ref();
    let verdict = found(verdict, &VERDICTS, "verdict").map_err(|m| place.error(Some(reason.span()), &m))?;
    Ok(Word { word: lasting(word.clone()), verdict, meaning: lasting(meaning.clone()) })
}

fn column(own: &Spanned<Own>, place: &Place<'_>) -> Result<Column> {
    let Own { name, kind, doc } = own.get_ref();
    let wrong = |message: &str| place.error(Some(own.span()), message);
    let kind = found(kind, &KINDS, "kind").map_err(|m| wrong(&m))?;
    let is_name = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') && !name.is_empty();
    if !is_name {
        return Err(wrong(&format!("`{name}` is no name of a column: small letters, digits and _")));
    }
    if crate::correlate::columns::ITEMS.columns.iter().any(|c| c.name == name) {
        return Err(wrong(&format!("`{name}` is a column that every item has")));
    }
    Ok(Column::optional(lasting(name.clone()), kind, lasting(doc.clone())))
}

// A test of the user's own lasts as long as the program, like those that are built in.
fn lasting(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn list<T>(items: Vec<T>) -> &'static [T] {
    Box::leak(items.into_boxed_slice())
}

fn texts(texts: Vec<String>) -> &'static [&'static str] {
    list(texts.into_iter().map(lasting).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
id = "ORG-01"
version = "1"
title = "No grant at night"
severity = "medium"
objective = "To find grants outside of working hours."
population = "Every vouched grant."
item_noun = "grants"
procedure = ["A grant by day passes."]
false_positives = ["A release at night."]
limits = ["It does not show who was awake."]
references = ["IAM-7"]
needs = ["effect"]
sql = "SELECT 1"

[[control]]
framework = "SOC 2"
id = "CC6.3"
strength = "supporting"

[[reason]]
word = "by_day"
verdict = "pass"
meaning = "made by day"

[[column]]
name = "hour"
kind = "whole"
doc = "Hour of the day."
"#;

    fn read_text(text: &str) -> Result<CustomTest> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tests.d")).unwrap();
        std::fs::write(folder.path().join("tests.d/a.toml"), text).unwrap();
        Ok(tests(folder.path(), None)?.remove(0))
    }

    #[test]
    fn a_test_is_read_with_all_that_is_known_of_it() {
        let custom = read_text(GOOD).unwrap();
        assert_eq!(
            (custom.test.id, custom.test.words[0].word, custom.test.columns[0].name),
            ("ORG-01", "by_day", "hour")
        );
        assert_eq!((custom.path.as_str(), custom.controls[0].1.as_str()), ("tests.d/a.toml", "CC6.3"));
        assert_eq!(custom.sha256.len(), 64);
    }

    #[test]
    fn what_is_wrong_is_named_with_file_and_line() {
        for (from, to, line, said) in [
            ("ORG-01", "VCH-01", 2, "catalogue"),
            ("ORG-01", "ATR-01", 2, "catalogue"),
            ("ORG-01", "org1", 2, "no id"),
            ("\"medium\"", "\"grave\"", 5, "none of info, low"),
            ("[\"effect\"]", "[\"effects\"]", 13, "none of authority"),
            ("\"pass\"", "\"waived\"", 21, "none of pass"),
            ("\"whole\"", "\"int\"", 26, "none of text"),
            ("\"hour\"", "\"subject\"", 26, "every item"),
            ("item_noun", "item_nuon", 8, "did you mean"),
        ] {
            let error = read_text(&GOOD.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains("a.toml") && error.contains(said), "{error}");
            assert!(error.contains(&format!("line {line}")), "{error}");
        }
    }

    #[test]
    fn one_id_stands_once_and_a_named_folder_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let named = Path::new("mine");
        assert!(tests(folder.path(), Some(named)).is_err());
        assert!(tests(folder.path(), None).unwrap().is_empty());
        std::fs::create_dir(folder.path().join(named)).unwrap();
        for file in ["a.toml", "b.toml"] {
            std::fs::write(folder.path().join(named).join(file), GOOD).unwrap();
        }
        assert!(tests(folder.path(), Some(named)).unwrap_err().to_string().contains("`mine/a.toml`, too"));
    }
}
