//! A test as a page: for `docs/tests.md` and for the terminal.

use super::test::Test;
use crate::config::PARAMETERS;
use crate::report::model::TestControl;
use crate::schema::kind_name;

/// The page of a test, as a Markdown section. `controls` are the criteria and controls that it bears on.
pub fn markdown(test: &Test, controls: &[TestControl]) -> String {
    let about = &test.about;
    let mut page = format!("## {} {}\n\n", test.id, about.title);
    let kind = if test.is_gate() { "Integrity gate" } else { "Control test" };
    page.push_str(&format!(
        "{kind}, version {}; severity of one exception: {}.\n\n",
        test.version,
        test.severity.as_str()
    ));
    page.push_str(&format!("**Why.** {}\n\n", about.objective));
    page.push_str(&format!("**Population** ({}). {}\n\n", about.item_noun, about.population));
    list(&mut page, "How", about.procedure);
    page.push_str(&needs(test));
    page.push_str(&parameters(test));
    page.push_str("| verdict | reason | meaning |\n|---|---|---|\n");
    for word in test.words {
        page.push_str(&format!("| {} | `{}` | {} |\n", word.verdict.as_str(), word.word, word.meaning));
    }
    page.push('\n');
    if !test.columns.is_empty() {
        page.push_str(&format!("Columns of its own in `data/tests/{}.parquet`:\n\n", test.id));
        page.push_str("| column | type | meaning |\n|---|---|---|\n");
        for column in test.columns {
            page.push_str(&format!("| `{}` | {} | {} |\n", column.name, kind_name(column.kind), column.doc));
        }
        page.push('\n');
    }
    list(&mut page, "When an exception is none after all", about.false_positives);
    list(&mut page, "What it does not show", about.limits);
    page.push_str(&self::controls(controls));
    page.push_str(&format!("**References.** {}\n", about.references.join("; ")));
    page
}

fn list(page: &mut String, title: &str, lines: &[&str]) {
    page.push_str(&format!("**{title}.**\n\n"));
    for line in lines {
        page.push_str(&format!("- {line}\n"));
    }
    page.push('\n');
}

fn needs(test: &Test) -> String {
    let need = |need: &super::Need| {
        let note = if need.optional { " (where supplied)" } else { "" };
        format!("{}{note}", need.kind.as_str())
    };
    format!("**Leans on** {}.\n\n", test.needs.iter().map(need).collect::<Vec<_>>().join(", "))
}

fn parameters(test: &Test) -> String {
    let shared = PARAMETERS.iter().filter(|p| test.shared_parameters.contains(&p.name));
    let mut rows = shared.chain(test.own_parameters).peekable();
    if rows.peek().is_none() {
        return String::new();
    }
    let mut table = "| parameter | default | meaning |\n|---|---|---|\n".to_owned();
    for parameter in rows {
        table.push_str(&format!("| `{}` | `{}` | {} |\n", parameter.name, parameter.default, parameter.doc));
    }
    table + "\n"
}

fn controls(controls: &[TestControl]) -> String {
    if controls.is_empty() {
        return String::new();
    }
    let one = |c: &TestControl| format!("{} {} ({})", c.framework, c.id, c.strength.as_str());
    format!("**Controls.** {}\n\n", controls.iter().map(one).collect::<Vec<_>>().join(", "))
}
