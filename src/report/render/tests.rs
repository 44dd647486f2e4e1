//! Every page against the empty, the full and the hostile model.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::*;
use crate::report::fixture;
use crate::report::model::{InputFile, RecordCounts};

fn all() -> Vec<(&'static str, Vec<Page>)> {
    static PAGES: OnceLock<Vec<(&'static str, Vec<Page>)>> = OnceLock::new();
    let models = || [("empty", fixture::empty()), ("full", fixture::full()), ("hostile", fixture::hostile())];
    PAGES.get_or_init(|| models().map(|(name, model)| (name, pages(&model).unwrap())).to_vec()).clone()
}

fn page_of(name: &str, file_name: &str) -> String {
    let pages = all().into_iter().find(|(n, _)| *n == name).unwrap().1;
    pages.into_iter().find(|p| p.file_name == file_name).unwrap().text
}

#[test]
fn every_page_renders_for_every_model() {
    for (name, pages) in all() {
        assert_eq!(pages.iter().map(|p| p.file_name).collect::<Vec<_>>(), FILES);
        assert!(pages.iter().all(|p| p.text.len() > 5_000), "{name}");
        write_for_a_look(name, &pages);
    }
}

// Set the variable to a folder to look at the pages in a browser.
fn write_for_a_look(name: &str, pages: &[Page]) {
    let Ok(folder) = std::env::var("TICKMARK_PAGES") else { return };
    let folder = std::path::Path::new(&folder).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for page in pages {
        std::fs::write(folder.join(page.file_name), &page.text).unwrap();
    }
}

#[test]
fn pages_follow_from_the_model_file_alone() {
    let model = fixture::full();
    let read = Model::from_json(&model.to_json().unwrap()).unwrap();
    assert_eq!(read, model);
    assert_eq!(pages(&read).unwrap(), pages(&model).unwrap());
}

#[test]
fn another_version_of_the_model_is_refused() {
    let text = fixture::empty().to_json().unwrap().replace("\"schema_version\": 1", "\"schema_version\": 2");
    assert!(Model::from_json(&text).is_err());
}

#[test]
fn an_undefined_variable_is_an_error() {
    for (suffix, escape) in [(".html", escape::html as EscapeFn), (".md", escape::markdown as EscapeFn)] {
        let name: &'static str = if suffix == ".html" { "x.html" } else { "x.md" };
        let tera = engine(&[(name, "{{ model.summary.no_such_field }}")], suffix, escape).unwrap();
        let context = context(&fixture::full()).unwrap();
        assert!(tera.render(name, &context).is_err());
    }
}

// An undefined name in a condition is silently false, so every field that a condition asks for is looked up.
#[test]
fn conditions_ask_for_nothing_that_does_not_exist() {
    let mut known = BTreeSet::from(["loop", "last", "first"].map(str::to_owned));
    keys(&serde_json::to_value(fixture::full()).unwrap(), &mut known);
    let mut asked = 0;
    for (name, text) in HTML.iter().chain(MARKDOWN) {
        for condition in conditions(text) {
            let path = condition.trim_start_matches("not ").split([' ', '[']).next().unwrap();
            for field in path.split('.').skip(1) {
                assert!(known.contains(field), "{name}: {condition}");
                asked += 1;
            }
        }
    }
    assert!(asked > 40, "{asked}");
}

fn conditions(text: &str) -> impl Iterator<Item = &str> {
    let after = |start: &'static str| text.split(start).skip(1);
    after("{% if ").chain(after("{% elif ")).map(|part| part.split("%}").next().unwrap().trim_end_matches('-').trim())
}

fn keys(value: &serde_json::Value, known: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(map) => {
            known.extend(map.keys().cloned());
            map.values().for_each(|value| keys(value, known));
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| keys(value, known)),
        _ => {}
    }
}

const BANNED: [&str; 8] =
    ["compliant", "certified", "guarantee", "effective", "passed soc", "fully automated", "score", "audit-ready"];

#[test]
fn pages_and_templates_claim_nothing() {
    let rendered = all().into_iter().filter(|(name, _)| *name != "hostile").flat_map(|(_, pages)| pages);
    let texts = rendered.map(|p| (p.file_name, p.text));
    let templates = HTML.iter().chain(MARKDOWN).map(|(name, text)| (*name, (*text).to_owned()));
    for (name, text) in texts.chain(templates).filter(|(name, _)| *name != "html/style.css") {
        let words = without_style(&text).to_lowercase();
        for word in BANNED {
            assert!(!words.contains(word), "{name} says `{word}`");
        }
        let percentages = words.split('%').filter(|before| before.ends_with(|c: char| c.is_ascii_digit())).count();
        assert_eq!(percentages, 0, "{name} has a percentage");
    }
}

fn without_style(text: &str) -> String {
    match (text.find("<style>"), text.find("</style>")) {
        (Some(start), Some(end)) => format!("{}{}", &text[..start], &text[end..]),
        _ => text.to_owned(),
    }
}

#[test]
fn every_numbered_section_is_there() {
    for name in ["empty", "full"] {
        for document in ["soc2", "iso27001"] {
            let (html, markdown) =
                (page_of(name, &format!("{document}.html")), page_of(name, &format!("{document}.md")));
            for number in 1..=11 {
                assert!(html.contains(&format!("<span class=\"n\">{number}</span><a")), "{document} {number}");
                assert!(html.contains(&format!("id=\"s{number}\"")), "{document} {number}");
                assert!(markdown.contains(&format!("\n## {number} ")), "{document} {number}");
            }
            for letter in 'A'..='G' {
                let anchor = format!("id=\"appendix-{}\"", letter.to_ascii_lowercase());
                assert!(html.contains(&anchor) && markdown.contains(&format!("\n## Appendix {letter}.")));
            }
        }
    }
}

#[test]
fn links_within_a_page_lead_somewhere_and_ids_are_unique() {
    for (_, pages) in all() {
        for page in pages.iter().filter(|p| p.file_name.ends_with(".html")) {
            let mut ids: Vec<&str> = values(&page.text, " id=\"");
            for target in values(&page.text, "href=\"#") {
                assert!(ids.contains(&target), "{}: #{target}", page.file_name);
            }
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{}", page.file_name);
        }
    }
}

fn values<'t>(text: &'t str, start: &str) -> Vec<&'t str> {
    text.split(start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn pages_need_nothing_from_anywhere() {
    for (name, pages) in all() {
        for page in pages.iter().filter(|p| p.file_name.ends_with(".html")) {
            for source in ["<script", "src=\"", "<link", "@import", "url(http", "<iframe", "<img"] {
                assert!(!page.text.contains(source), "{name} {}: {source}", page.file_name);
            }
            assert!(!page.text.replace("http://www.w3.org/2000/svg", "").contains("href=\"http"));
        }
    }
}

#[test]
fn hostile_names_stay_text_in_html() {
    for file_name in ["soc2.html", "iso27001.html"] {
        let (hostile, full) = (page_of("hostile", file_name), page_of("full", file_name));
        for tag in ["<script", "<img", "<b>", "<table", "</table", "<svg", "</svg", "<td", "<a "] {
            assert_eq!(hostile.matches(tag).count() > 0, full.matches(tag).count() > 0, "{file_name} {tag}");
        }
        assert!(hostile.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(hostile.contains("‹U+202E›") && hostile.contains("‹U+001B›"));
        assert_eq!(hostile.matches("<svg").count(), hostile.matches("</svg>").count());
        assert_no_unseen(&hostile);
    }
}

#[test]
fn hostile_names_stay_text_in_markdown() {
    for file_name in ["soc2.md", "iso27001.md"] {
        let text = page_of("hostile", file_name);
        assert!(!text.contains("<script") && !text.contains("<img"));
        assert!(!text.replace("\\]", "").contains("]("), "{file_name} has a link");
        assert!(!text.contains("**bold**") && !text.contains("`code`") && !text.contains("\n# heading\n- item"));
        assert_no_unseen(&text);
        let mut columns = 0;
        for line in text.lines() {
            let cells = line.replace("\\|", "").matches('|').count();
            columns = match (line.starts_with('|'), columns) {
                (false, _) => 0,
                (true, 0) => cells,
                (true, wanted) => {
                    assert_eq!(cells, wanted, "{file_name}: {line}");
                    wanted
                }
            };
        }
    }
}

fn assert_no_unseen(text: &str) {
    let hidden =
        |c: &char| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert_eq!(text.chars().find(hidden), None);
}

#[test]
fn long_names_are_cut_visibly() {
    let mut model = fixture::full();
    model.tests[8].exceptions.rows[0].item_id = "x".repeat(5_000);
    for page in pages(&model).unwrap() {
        assert!(page.text.contains(&format!("{}...", "x".repeat(escape::NAME_CAP))), "{}", page.file_name);
        assert!(!page.text.contains(&"x".repeat(escape::NAME_CAP + 1)));
    }
}

#[test]
fn capped_tables_say_so_and_items_carry_their_ids() {
    let model = fixture::full();
    let capped = model.tests.iter().find(|t| !t.exceptions.complete).unwrap();
    assert_eq!(capped.id, "COV-01");
    for page in pages(&model).unwrap() {
        assert!(page.text.contains("12 of 64 shown; the rest in data/items.parquet."), "{}", page.file_name);
        for row in model.tests.iter().flat_map(|t| t.exceptions.rows.iter().chain(&t.undetermined.rows)) {
            assert!(page.text.contains(&row.item_id), "{} {}", page.file_name, row.item_id);
        }
    }
}

#[test]
fn counts_that_do_not_add_up_are_refused() {
    let mut model = fixture::full();
    model.tests[0].counts.pass += 1;
    assert!(model.derive().is_err());
}

#[test]
fn nothing_at_hand_does_not_look_clean() {
    for page in all().swap_remove(0).1 {
        for claim in
            ["every item was decided", "Every principal was resolved", "noted no exceptions;", "No hole was found"]
        {
            assert!(!page.text.contains(claim), "{}: {claim}", page.file_name);
        }
        assert!(page.text.contains("No test was run, so nothing is concluded."), "{}", page.file_name);
    }
}

#[test]
fn of_many_inputs_those_that_lost_records_are_listed_first() {
    let mut model = fixture::full();
    let file = InputFile { records: RecordCounts::default(), ..model.inputs[0].clone() };
    model.inputs = (0..1_500).map(|n| InputFile { path: format!("in/{n:04}"), ..file.clone() }).collect();
    model.inputs[1_400].records.rejected = 1;
    model.inputs[1_300].records.difference = -1;
    for page in pages(&model).unwrap() {
        let text = page.text.replace("&#x2F;", "/");
        let at = |path: &str| text.find(path);
        assert!(at("in/1300") < at("in/1400") && at("in/1400") < at("in/0000"), "{}", page.file_name);
        assert!(at("in/0997").is_some() && at("in/0998").is_none(), "{}", page.file_name);
        assert_eq!(text.matches("1,000 of 1,500 shown; the rest in model.json").count(), 2, "{}", page.file_name);
    }
}
