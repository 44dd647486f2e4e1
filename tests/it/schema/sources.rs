//! The page of the sources: how each is recognised, and what becomes of its fields.

use tickmark::event::EVENTS;
use tickmark::source::{COLLECTORS, Envelope, Form, Mark, SOURCES, Source};

use super::assert_page;

/// A cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

/// `a`, `b` or `c`
fn any_of(texts: &[&str]) -> String {
    match texts {
        [] => "nothing".to_owned(),
        [one] => code(one),
        [init @ .., last] => {
            format!("{} or {}", init.iter().map(|t| code(t)).collect::<Vec<_>>().join(", "), code(last))
        }
    }
}

fn mark(mark: &Mark) -> String {
    match mark {
        Mark::AnyOf(pointers) => format!("{} is given", any_of(pointers)),
        Mark::Equals(pointer, text) => format!("{} is {}", code(pointer), code(text)),
        Mark::OneOf(pointer, texts) => format!("{} is {}, in any case", code(pointer), any_of(texts)),
        Mark::NoneOf(pointer, texts) => format!("{} is given, and none of {}", code(pointer), any_of(&texts.concat())),
        Mark::Lacks(pointer, texts) => format!("{} holds none of {}", code(pointer), any_of(texts)),
        Mark::Contains(pointers, texts) => format!("{} holds {}", any_of(pointers), any_of(texts)),
        Mark::StartsWith(pointer, text) => format!("{} begins with {}, in any case", code(pointer), code(text)),
    }
}

fn recognised(form: &Form) -> String {
    match form.marks {
        [] => "a line of text, found out by being read".to_owned(),
        marks => marks.iter().map(mark).collect::<Vec<_>>().join("; "),
    }
}

fn wrapper(envelope: &Envelope) -> String {
    let path = match envelope.path {
        [] => "the document itself".to_owned(),
        path => code(&path.join(".")),
    };
    format!("| {} | {path} |\n", cell(envelope.name))
}

/// A table of rows under a heading; a sentence where there is none.
fn table(heading: &str, titles: &str, rows: &[String], none: &str) -> String {
    if rows.is_empty() {
        return format!("\n{heading}\n\n{none}\n");
    }
    let rule = "|---".repeat(titles.matches('|').count() - 1);
    format!("\n{heading}\n\n{titles}\n{rule}|\n{}", rows.concat())
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<String> {
    pairs.iter().map(|(ours, theirs)| format!("| {} | {} |\n", code(&cell(ours)), cell(theirs))).collect()
}

fn section(source: &dyn Source) -> String {
    let doc = source.doc();
    let forms: Vec<String> = source
        .forms()
        .iter()
        .map(|f| format!("| {} | {} | {} |\n", code(f.name), cell(f.doc), cell(&recognised(f))))
        .collect();
    let wrappers: Vec<String> = source.envelopes().iter().map(wrapper).collect();
    let mut text = format!("\n## {}\n\nId: {}\n", doc.title, code(source.id()));
    text += &table("### Forms", "| form | what it is | recognised by |", &forms, "No form of delivery is known.");
    text += &table("### Wrappers", "| wrapper | records stand under |", &wrappers, "Records come without a wrapper.");
    text += &table("### `events`", "| column | from |", &pairs(doc.events), "Not described yet.");
    text += &table("### `changes`", "| verb | from |", &pairs(doc.changes), "None is described.");
    if !doc.missing.is_empty() {
        text += "\n### What is known to be missing\n\n";
        doc.missing.iter().for_each(|line| text += &format!("- {}\n", line.replace(['\n', '\r'], " ")));
    }
    text
}

fn page() -> String {
    let mut page = "# Sources\n\nWhat each source is recognised by, and what becomes of its fields. Pointers are JSON pointers into \
        one record, without its wrapper; letter case of keys does not matter. A record is of the first source of this list that has a \
        form all of whose marks it shows, or that reads it where it is a line of text; `--source` and `id` in a `[[source]]` override that. Files may be compressed with gzip or \
        zstd; records stand in JSON lines, arrays, CSV or Parquet, and several JSON objects may stand in one line.\n\n\
        Generated from the code: `UPDATE_DOCS=1 cargo test schema::` writes it anew.\n"
        .to_owned();
    let wrappers: Vec<String> = COLLECTORS.iter().map(wrapper).collect();
    page += "\n## Wrappers of collectors\n\nThe records of every source may come in these, too; they are opened where a record \
        cannot be read otherwise.\n";
    page += &table("### Wrappers", "| wrapper | records stand under |", &wrappers, "None is known.");
    SOURCES.iter().for_each(|source| page += &section(*source));
    page
}

#[test]
fn the_page_of_the_sources_is_up_to_date() {
    assert_page("sources.md", &page());
}

#[test]
fn what_a_page_says_of_columns_is_of_columns_that_exist() {
    for source in SOURCES {
        for (columns, _) in source.doc().events {
            for column in columns.split([',', ' ', '`']).filter(|word| !word.is_empty()) {
                let is_hive = matches!(column, "source" | "date");
                let exists = is_hive || EVENTS.columns.iter().any(|c| c.name == column);
                assert!(exists, "{}: table events has no column `{column}`", source.id());
            }
        }
    }
}

#[test]
fn cells_hold_whatever_a_source_says() {
    assert_eq!(cell("a|b\\c\nd"), "a\\|b\\\\c d");
    assert_eq!(any_of(&["/a", "/b", "/c"]), "`/a`, `/b` or `/c`");
    assert_eq!(any_of(&[]), "nothing");
    let form = Form { name: "x", doc: "x", marks: &[Mark::Equals("/a", "b"), Mark::AnyOf(&["/c"])] };
    assert_eq!(recognised(&form), "`/a` is `b`; `/c` is given");
    assert_eq!(recognised(&Form { marks: &[], ..form }), "a line of text, found out by being read");
    assert_eq!(
        table("### X", "| a | b |", &["| 1 | 2 |\n".to_owned()], ""),
        "\n### X\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    );
}
