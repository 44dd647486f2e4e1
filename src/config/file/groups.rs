//! `[groups]`: what identity-provider groups are called in Databricks.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::Place;
use crate::config::Doubt;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Groups {
    #[serde(default)]
    pub(super) map: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    pub(super) prefix: String,
}

impl Groups {
    /// The map alone.
    pub(super) fn names(&self) -> BTreeMap<String, String> {
        self.map.iter().map(|(from, to)| (from.get_ref().clone(), to.clone())).collect()
    }

    /// Groups that are mapped to one: members of either look alike in Databricks, which may be meant.
    pub(super) fn doubts(&self, place: &Place<'_>) -> Vec<Doubt> {
        let name = Path::new(place.name).file_name().map_or(place.name.into(), |name| name.to_string_lossy());
        let mut in_order: Vec<_> = self.map.iter().map(|(from, to)| (place.line(from.span()), from, to)).collect();
        in_order.sort_by_key(|(line, from, _)| (*line, from.span().start));
        let mut goes_to: BTreeMap<String, (&str, usize)> = BTreeMap::new();
        let mut found = Vec::new();
        for (line, from, to) in in_order {
            match goes_to.get(&to.trim().to_lowercase()) {
                Some((other, there)) => {
                    let message =
                        format!("groups `{}` and `{other}` ({name} line {there}) both go to `{to}`", from.get_ref());
                    found.push(Doubt { path: name.to_string(), line: line as u64, message });
                }
                None => {
                    goes_to.insert(to.trim().to_lowercase(), (from.get_ref(), line));
                }
            }
        }
        found
    }
}
