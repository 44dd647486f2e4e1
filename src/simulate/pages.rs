//! What a reader needs beside the records: a config that runs as it is, and a guide.

use std::path::Path;

use super::calendar::{at, date_text};
use super::databricks::{CONNECTOR, TERRAFORM};
use super::organisation::Organisation;
use super::truth::{SituationRow, Truth};
use super::{Plan, SimulateError, write_file};

/// Writes the config and the guide.
pub(super) fn write(plan: &Plan, organisation: &Organisation, truth: &Truth, out: &Path) -> Result<(), SimulateError> {
    write_file(&out.join("tickmark.toml"), config(plan, organisation).as_bytes())?;
    write_file(&out.join("README.md"), guide(plan, truth).as_bytes())
}

fn covered(plan: &Plan) -> String {
    format!("{}..{}", date_text(at(0, 0, 0)), date_text(at(plan.days, 0, 0)))
}

fn period(plan: &Plan) -> String {
    if plan.days == 31 { "2026-07".to_owned() } else { covered(plan) }
}

fn config(plan: &Plan, organisation: &Organisation) -> String {
    filled(
        include_str!("pages/config.toml"),
        &[
            ("<<period>>", &period(plan)),
            ("<<covered>>", &covered(plan)),
            ("<<from>>", organisation.engineers.okta_name),
            ("<<to>>", organisation.engineers.databricks_name),
            ("<<connector>>", CONNECTOR),
            ("<<terraform>>", TERRAFORM),
        ],
    )
}

fn guide(plan: &Plan, truth: &Truth) -> String {
    let row = |row: &SituationRow| format!("| `{}` | {} | {} |\n", row.situation, row.description, row.where_to_look);
    let situations: String = truth.situations().map(row).collect();
    filled(
        include_str!("pages/guide.md"),
        &[
            ("<<seed>>", &plan.seed.to_string()),
            ("<<people>>", &plan.people.to_string()),
            ("<<days>>", &plan.days.to_string()),
            ("<<situations>>\n", &situations),
        ],
    )
}

/// A page with its blanks filled in.
fn filled(page: &str, blanks: &[(&str, &str)]) -> String {
    blanks.iter().fold(page.to_owned(), |page, (blank, value)| page.replace(blank, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::dice::Dice;

    #[test]
    fn no_blank_is_left() {
        let plan = Plan { seed: 7, people: 24, days: 31 };
        let organisation = Organisation::draw(&plan, &mut Dice::new(7, "organisation"));
        for page in [config(&plan, &organisation), guide(&plan, &Truth::default())] {
            assert!(!page.contains("<<"), "{page}");
        }
    }
}
