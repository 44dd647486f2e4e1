//! What a reader needs beside the records: a config that runs as it is, and a guide.

use std::path::Path;

use super::beside;
use super::calendar::{Scope, at, date_text};
use super::databricks::{CONNECTOR, TERRAFORM, resource_name};
use super::delivery::Delivery;
use super::organisation::Organisation;
use super::provider::Provider;
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
    let provider = plan.provider;
    filled(
        include_str!("pages/config.toml"),
        &[
            ("<<sources>>", &sources(plan)),
            ("<<period>>", &period(plan)),
            ("<<covered>>", &covered(plan)),
            ("<<from>>", &organisation.engineers.idp_name),
            ("<<to>>", organisation.engineers.databricks_name),
            ("<<prefix>>", provider.prefix()),
            ("<<scope>>", if provider.assigns() { "assigned" } else { "all" }),
            ("<<connector>>", CONNECTOR),
            ("<<agent>>", &provider.user_agent().replace(" Client 1.0.0", "*").replace("Okta ", "*Okta*")),
            ("<<terraform>>", TERRAFORM),
            ("<<workspaces>>", &workspaces(plan.delivery)),
            ("<<companions>>", &beside::declared()),
        ],
    )
}

/// The tables of the sources.
fn sources(plan: &Plan) -> String {
    let word = plan.provider.word();
    let folders: &[(&str, &str)] = match plan.provider {
        Provider::Okta | Provider::Ping => &[(plan.provider.sources()[0], word)],
        Provider::Entra => &[("entra_audit", "entra/directory-audits"), ("entra_provisioning", "entra/provisioning")],
    };
    let apps = "provider_apps = [\"Databricks*\"]\n";
    let table = |id: &str, folder: &str, more: &str| {
        let ends: &[&str] = if more.is_empty() { &["json", "json.gz", "csv.gz"] } else { &["json", "json.gz"] };
        let ends = if plan.delivery == Delivery::Aws { &["json", "json.gz"] } else { ends };
        let paths: Vec<String> = ends.iter().map(|end| format!("\"{folder}/**/*.{end}\"")).collect();
        format!("[[source]]\nid = \"{id}\"\npaths = [{}]\n{more}covers = \"<<covered>>\"\n", paths.join(", "))
    };
    let mut all: Vec<String> = folders.iter().map(|(id, folder)| table(id, folder, apps)).collect();
    all.push(table("databricks", "databricks", ""));
    all.join("\n")
}

/// Azure names workspaces; reports go by their ids.
fn workspaces(delivery: Delivery) -> String {
    if delivery != Delivery::Azure {
        return String::new();
    }
    let names: Vec<String> = [Scope::Production, Scope::Sandbox]
        .map(|scope| format!("\"{}\" = \"{}\"", resource_name(scope), scope.label()))
        .to_vec();
    format!("[workspaces]\nnames = {{ {} }}\n\n", names.join(", "))
}

fn guide(plan: &Plan, truth: &Truth) -> String {
    let row = |row: &SituationRow| format!("| `{}` | {} | {} |\n", row.situation, row.description, row.where_to_look);
    let situations: String = truth.situations().map(row).collect();
    let is_default = plan.provider == Provider::default() && plan.delivery == Delivery::default();
    let flags = format!(" --idp {} --delivery {}", plan.provider.word(), plan.delivery.word());
    filled(
        include_str!("pages/guide.md"),
        &[
            ("<<seed>>", &plan.seed.to_string()),
            ("<<people>>", &plan.people.to_string()),
            ("<<days>>", &plan.days.to_string()),
            ("<<flags>>", if is_default { "" } else { &flags }),
            ("<<provider>>", plan.provider.name()),
            ("<<cloud>>", if plan.delivery == Delivery::Azure { "on Azure" } else { "on AWS" }),
            ("<<prefix>>", plan.provider.prefix()),
            ("<<folders>>", &format!("{}\n{}", of_provider(plan.provider), of_delivery(plan.delivery))),
            ("<<situations>>\n", &situations),
        ],
    )
}

fn of_provider(provider: Provider) -> &'static str {
    match provider {
        Provider::Okta => {
            "| `okta/` | the System Log as four ways of export leave it: collected lines, an API page, a stream to EventBridge, event hooks |"
        }
        Provider::Entra => "| `entra/` | directory audits and the provisioning log, as pages of Graph |",
        Provider::Ping => "| `ping/` | audit activities: pages of the API, and a day again by webhook |",
    }
}

fn of_delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Aws => {
            "| `databricks/` | audit logs as delivered on AWS, one folder for each workspace and day; `workspaceId=0` is the account |"
        }
        Delivery::Azure => {
            "| `databricks/` | Azure diagnostic records of both workspaces, and the account's rows of the system table, which Azure leaves out |"
        }
        Delivery::System => "| `databricks/` | exports of the system table, as JSON lines and as CSV |",
    }
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
        let plan = Plan::new(7, 24, 31).unwrap();
        let organisation = Organisation::draw(&plan, &mut Dice::new(7, "organisation"));
        for page in [config(&plan, &organisation), guide(&plan, &Truth::default())] {
            assert!(!page.contains("<<"), "{page}");
        }
    }
}
