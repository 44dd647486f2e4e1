//! Whose list it is: Databricks', an identity provider's, or not said.

use std::borrow::Cow;

use crate::event::Text;
use crate::source::scim_body::{Json, Level, Place};

/// Databricks as an application.
pub(super) const DATABRICKS: &str = "Databricks";

/// Entitlements that only Databricks has.
const ENTITLEMENTS: [&str; 5] = [
    "workspace-access",
    "databricks-sql-access",
    "allow-cluster-create",
    "allow-instance-pool-create",
    "workspace-consume",
];

/// Words in paths and addresses for identity providers.
const PROVIDERS: [&str; 5] = ["okta", "entra", "azuread", "pingone", "pingfederate"];

/// Where a list comes from, as far as the resource and the path tell.
#[derive(Debug)]
pub(super) struct Origin<'r> {
    /// Where the service stands.
    pub(super) place: Place<'r>,
    /// Whether it is Databricks.
    pub(super) is_databricks: bool,
    is_provider: bool,
}

impl<'r> Origin<'r> {
    /// The origin of a resource.
    pub(super) fn of(resource: &Json<'r>, path: &str) -> Self {
        let mut place = Place::default();
        let location = resource.get("meta").get("location").text();
        location.iter().for_each(|address| place.learn(address));
        let folders = path.to_ascii_lowercase();
        learn_folders(&mut place, &folders);
        let addressed = location.map(|address| address.to_ascii_lowercase()).unwrap_or_default();
        let is_databricks = place.level != Level::Unknown
            || addressed.contains("databricks")
            || has_databricks_marks(resource)
            || words(&folders).any(|word| word == "databricks" || word == "dbx");
        let is_provider = !is_databricks
            && (PROVIDERS.iter().any(|name| addressed.contains(name) || words(&folders).any(|word| word == *name)));
        if let (true, None) = (is_provider, &place.name) {
            let name = PROVIDERS.iter().find(|name| words(&folders).any(|word| word == **name));
            place.name = name.map(|name| Cow::Borrowed(*name));
        }
        Self { place, is_databricks, is_provider }
    }

    /// `account` or a workspace where Databricks says so, `tenant` for an identity provider.
    pub(super) fn scope(&self) -> Text<'r> {
        if self.is_provider { Cow::Borrowed("tenant") } else { self.place.scope() }
    }
}

fn words(path: &str) -> impl Iterator<Item = &str> {
    path.split(|c: char| !c.is_ascii_alphanumeric())
}

/// Folders in the form `key=value`, and the word `account`.
fn learn_folders(place: &mut Place<'_>, folders: &str) {
    for folder in folders.split(['/', '\\']) {
        match folder.split_once('=') {
            Some(("workspaceid" | "workspace_id" | "workspace", id)) => place.learn_workspace(id),
            Some(("accountid" | "account_id" | "account", id)) => place.learn_base(&format!("account:{id}")),
            _ => {}
        }
    }
}

fn has_databricks_marks(resource: &Json<'_>) -> bool {
    let schemas = resource.get("schemas").elements().iter().filter_map(Json::text);
    let is_own = |urn: Text<'_>| {
        let urn = urn.to_ascii_lowercase();
        urn.contains(":extension:workspace:2.0:") || urn.ends_with(":core:2.0:serviceprincipal")
    };
    let entitlements = resource.get("entitlements").elements().iter().filter_map(|e| e.get("value").text());
    schemas.into_iter().any(is_own)
        || entitlements.into_iter().any(|word| ENTITLEMENTS.contains(&&*word))
        || !resource.get("applicationId").is_null()
}
